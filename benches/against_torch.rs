//! `mhm` beside PyTorch, as ratios: Table 2 of the paper against one network at a time and against stacked seeds, and steps
//! of the digits network and of the networks over steps (AveLight, BaS-Net, MulT), with one thread and with all. Both sides alternate on the
//! same cores; a ratio is the median over the rounds. Beside it stand the operations a second that ours comes to, and what share that is of
//! a plain product of two matrices of 1,024 × 1,024 on as many threads: the distance to what the machine can do.
//!
//! `cargo bench --bench against_torch -- [--seeds N] [--data PATH] [--quick] [--steps] [--sequences [--only NAME]] [--threads N]`. The other side is
//! `benches/torch`, where `python3` (or `--python PATH`) has torch and scikit-learn; without them only ours runs. Ours is timed as a person waits (the
//! whole process, batches gathered in the step), theirs without imports, data generation, warm-up and gathering. Stacking pays by the number
//! of seeds, so only the full 30 say how far we are from it; one network at a time, those take theirs a quarter of an hour a round.

#![allow(clippy::disallowed_methods, reason = "a bench looks at the clock")]

#[path = "work/digits.rs"]
mod digits;
#[path = "work/sequences.rs"]
mod sequences;
#[path = "work/steps.rs"]
mod steps;

use clap::Parser;
use digits::digits;
use mhm::tensor::{Context, Device, crew, matmul};
use sequences::sequences;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::time::Instant;
use steps::{Work, median};

#[derive(Parser)]
struct Settings {
    /// Seeds of Table 2: 30 is the table in full, 720 trainings of 100 epochs
    #[arg(long, default_value_t = 30)]
    seeds: usize,
    /// The six-view digits as .npz; without it, random arrays of the same sizes
    #[arg(long)]
    data: Option<PathBuf>,
    /// How often the two sides take turns
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// Threads of both sides beside one; of Table 2, their processes of one thread each (default: those of the machine)
    #[arg(long)]
    threads: Option<usize>,
    /// Only steps of the digits network
    #[arg(long)]
    steps: bool,
    /// Only the networks over steps: AveLight, BaS-Net, MulT
    #[arg(long)]
    sequences: bool,
    /// The Python that has torch
    #[arg(long, default_value = "python3")]
    python: String,
    /// Theirs beside it as `torch.compile` has it, where it compiles
    #[arg(long)]
    compile: bool,
    /// Of these, only so named: ave, basnet, mult
    #[arg(long)]
    only: Option<String>,
    /// Two seeds, one round
    #[arg(long)]
    quick: bool,
    /// Cargo adds it
    #[arg(long, hide = true)]
    bench: bool,
}

/// One line of the table: what both sides took, round by round, in one unit where less is better.
struct Row {
    work: String,
    threads: usize,
    unit: &'static str,
    ours: Vec<f64>,
    theirs: Vec<f64>,
    /// Floating-point operations in what is timed; none where nobody counted.
    flops: Option<f64>,
}

/// Operations a second of a plain product, by the number of threads.
struct Peaks(Vec<(usize, f64)>);

impl Peaks {
    fn of(threads: &[usize]) -> Self {
        const SIDE: usize = 1024;
        let product = || {
            let device = Device::cpu();
            let values: Vec<f32> = (0..SIDE * SIDE).map(|i| (i % 251) as f32 / 251.0).collect();
            let [a, b] = [device.upload(&values, &[SIDE, SIDE]), device.upload(&values, &[SIDE, SIDE])];
            let mut context = Context::evaluate(&device);
            let once = |_| {
                let start = Instant::now();
                _ = matmul(&mut context, &a, &b);
                start.elapsed().as_secs_f64()
            };
            2.0 * (SIDE as f64).powi(3) / (0..30).map(once).fold(f64::INFINITY, f64::min)
        };
        let of = |&threads: &usize| Some((threads, *crew::map(threads, &[()], |()| product()).ok()?.first()?));
        Self(threads.iter().filter_map(of).collect())
    }

    fn at(&self, threads: usize) -> Option<f64> {
        self.0.iter().find(|(known, _)| *known == threads).map(|(_, peak)| *peak)
    }
}

fn main() -> ExitCode {
    match compared(Settings::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("against_torch: {why}");
            ExitCode::from(2)
        }
    }
}

fn compared(mut settings: Settings) -> Result<(), String> {
    if settings.quick {
        (settings.seeds, settings.rounds) = (2, 1);
    }
    if settings.seeds == 0 || settings.rounds == 0 || settings.threads == Some(0) {
        return Err("`--seeds`, `--rounds` and `--threads` begin with 1".into());
    }
    let names: Vec<&str> = SEQUENCES.iter().map(|(name, ..)| *name).collect();
    if let Some(only) = settings.only.as_ref().filter(|only| !names.contains(&only.as_str())) {
        return Err(format!("`--only {only}`: there are {}", names.join(", ")));
    }
    if let Some(path) = &settings.data {
        let whole = path.canonicalize().map_err(|why| format!("cannot read `{}`: {why}", path.display()))?;
        settings.data = Some(whole);
    }
    // Programs and pipelines are named from the project's folder.
    std::env::set_current_dir(env!("CARGO_MANIFEST_DIR")).map_err(|why| why.to_string())?;
    let all = settings.threads.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, usize::from));
    let threads: Vec<usize> = if all > 1 { vec![1, all] } else { vec![1] };
    let everything = !settings.sequences && !settings.steps;
    let torch = torch(&settings.python, if everything { "torch, sklearn" } else { "torch" });
    println!("{}", machine());
    println!("{}", torch.as_deref().unwrap_or("no Python with torch and scikit-learn here: only ours runs"));
    let peaks = Peaks::of(&threads);
    let shown: Vec<String> =
        peaks.0.iter().map(|(threads, peak)| format!("{threads} thread(s) {:.0} GFLOP/s", peak / 1e9)).collect();
    println!("plain product: {}", shown.join(", "));
    println!(
        "\n{:46}{:>8}{:>13}{:>13}{:>22}{:>10}{:>9}",
        "work", "threads", "mhm", "PyTorch", "PyTorch / mhm", "GFLOP/s", "of plain"
    );
    if everything {
        for mode in ["one", "stacked"] {
            print(&table_2(&settings, mode, all, torch.is_some())?, &peaks);
        }
    }
    if everything || settings.steps {
        for &threads in &threads {
            for row in steps(&settings, threads, torch.is_some())? {
                print(&row, &peaks);
            }
        }
    }
    if everything || settings.sequences {
        for (name, steps, work) in SEQUENCES {
            for &threads in threads.iter().filter(|_| settings.only.as_ref().is_none_or(|only| only == name)) {
                print(&over_steps(&settings, name, steps, (work, threads), torch.is_some())?, &peaks);
            }
        }
    }
    println!("\nload average at the end: {}", load());
    Ok(())
}

/// The version of PyTorch, where there is one.
fn torch(python: &str, needed: &str) -> Option<String> {
    let version = format!("import {needed}; print('PyTorch', torch.__version__)");
    let output = Command::new(python).args(["-c", &version]).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_string())
}

fn machine() -> String {
    let about = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let of =
        |key: &str| about.lines().find(|l| l.starts_with(key)).and_then(|l| l.split_once(": ")).map_or("", |l| l.1);
    let known = ["avx2", "fma", "avx512f"].into_iter().filter(|flag| of("flags").split(' ').any(|f| f == *flag));
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    format!("{}, {cores} cores, {}, load average {}", of("model name"), known.collect::<Vec<_>>().join(" "), load())
}

fn load() -> String {
    let text = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split(' ').next().unwrap_or_default().to_string()
}

/// Seconds for Table 2 with these seeds.
fn table_2(settings: &Settings, mode: &str, threads: usize, torch: bool) -> Result<Row, String> {
    let (seeds, count) = (settings.seeds.to_string(), threads.to_string());
    let (mut ours, mut theirs) = (vec![], vec![]);
    let runs = std::env::temp_dir().join(format!("mhm-bench-{}", std::process::id()));
    for _ in 0..settings.rounds {
        // What is stored is not run again.
        _ = std::fs::remove_dir_all(&runs);
        let start = Instant::now();
        let mut command = Command::new(env!("CARGO_BIN_EXE_mhm"));
        command.args(["run", "benches/table_2.mhm", "--quiet", "--seeds", &seeds, "--threads", &count]);
        command.arg("--runs").arg(&runs);
        let status = command.stdout(Stdio::null()).status().map_err(|why| format!("cannot start mhm: {why}"))?;
        if !status.success() {
            return Err(format!("mhm ended with {status}"));
        }
        ours.push(start.elapsed().as_secs_f64());
        if torch {
            let arguments = ["--mode", mode, "--seeds", &seeds, "--processes", &count];
            theirs.push(number(&python(settings, "benches/torch/table_2.py", &arguments)?, &["seconds"])?);
        }
    }
    _ = std::fs::remove_dir_all(&runs);
    let work = format!("Table 2, {} trainings, theirs {mode}", 24 * settings.seeds);
    Ok(Row { work, threads, unit: "s", ours, theirs, flops: None })
}

/// Milliseconds a step of the digits network: end to end, and in both phases of MHM.
fn steps(settings: &Settings, threads: usize, torch: bool) -> Result<Vec<Row>, String> {
    let path = settings.data.as_ref().and_then(|path| path.to_str());
    let device = Device::cpu();
    let mut rows = vec![];
    let methods: [(_, _, &[_]); 2] = [
        ("EndToEnd", "ete", &[("all", "step")]),
        ("Mhm(heads: 4)", "mhm", &[("head", "head step"), ("embedding", "embedding step")]),
    ];
    for (schedule, method, phases) in methods {
        let digits = digits(schedule, path.map(Path::new))?;
        let start = rows.len();
        rows.extend(phases.iter().map(|(name, _)| Row {
            work: format!("digits, batch 128, {method}, phase {name}"),
            threads,
            unit: "ms",
            ours: vec![],
            theirs: vec![],
            flops: Some(flops(&digits, name)),
        }));
        for _ in 0..settings.rounds {
            for ((name, _), row) in phases.iter().zip(&mut rows[start..]) {
                let timed = crew::map(threads, &[()], |()| {
                    let mut run = digits.run(name, &device, 20);
                    median((0..7).map(|_| run.block(50)).collect())
                });
                row.ours.push(1e3 * timed?[0]);
            }
            let count = threads.to_string();
            let mut arguments = vec!["--method", method, "--threads", &count, "--epochs", "0"];
            arguments.extend(path.iter().flat_map(|path| ["--data", path]));
            let found = torch.then(|| python(settings, "benches/torch/digits.py", &arguments)).transpose()?;
            for ((_, step), row) in phases.iter().zip(&mut rows[start..]) {
                let rate = found.as_ref().map(|found| number(found, &["steps_per_s", step])).transpose()?;
                row.theirs.extend(rate.map(|rate| 1e3 / rate));
            }
        }
    }
    Ok(rows)
}

/// Operations of a step of the phase whose name begins so, on a full batch, without what is cached.
fn flops(work: &Work, name: &str) -> f64 {
    let (phase, cost) = work.phase(name);
    (cost.flops_per_sample - cost.cached_flops_per_sample) as f64 * phase.batch.size() as f64
}

/// Networks over steps: their name, steps that are timed at once, what they are.
const SEQUENCES: [(&str, usize, &str); 3] = [
    ("ave", 100, "AveLight, batch 16, 10 steps"),
    ("basnet", 1, "BaS-Net, batch 2, 750 x 2048"),
    ("mult", 4, "MulT, batch 16, 50/50/50 steps"),
];

/// Milliseconds a step of one of them, end to end.
fn over_steps(
    settings: &Settings,
    name: &str,
    steps: usize,
    (work, threads): (&str, usize),
    torch: bool,
) -> Result<Row, String> {
    let (sequences, device) = (sequences(name), Device::cpu());
    let flops = Some(flops(&sequences, "all"));
    let work = if settings.compile { format!("{work}, compiled") } else { work.to_string() };
    let mut row = Row { work, threads, unit: "ms", ours: vec![], theirs: vec![], flops };
    let (block, count) = (steps.to_string(), threads.to_string());
    for _ in 0..settings.rounds {
        let timed = crew::map(threads, &[()], |()| sequences.run("all", &device, 2.max(steps / 2)).block(steps));
        row.ours.push(1e3 * timed?[0]);
        if torch {
            let mut arguments = vec!["--network", name, "--threads", &count, "--block", &block];
            arguments.extend(settings.compile.then_some("--compile"));
            row.theirs.push(1e3 * number(&python(settings, "benches/torch/sequences.py", &arguments)?, &["seconds"])?);
        }
    }
    Ok(row)
}

/// The JSON object that a program prints last.
fn python(settings: &Settings, program: &str, arguments: &[&str]) -> Result<serde_json::Value, String> {
    let mut command = Command::new(&settings.python);
    let output = command.arg(program).args(arguments).stderr(Stdio::inherit()).output();
    let output = output.map_err(|why| format!("cannot start `{}`: {why}", settings.python))?;
    let text = String::from_utf8_lossy(&output.stdout);
    let last = text.lines().last().filter(|_| output.status.success());
    last.and_then(|line| serde_json::from_str(line).ok())
        .ok_or_else(|| format!("`{program} {}` failed", arguments.join(" ")))
}

fn number(found: &serde_json::Value, path: &[&str]) -> Result<f64, String> {
    let at = path.iter().try_fold(found, |found, key| found.get(key));
    at.and_then(serde_json::Value::as_f64).ok_or_else(|| format!("PyTorch's side says no `{}`", path.join(".")))
}

fn print(row: &Row, peaks: &Peaks) {
    let figure = |values: &[f64]| format!("{:.2} {}", median(values.to_vec()), row.unit);
    let mut ratios: Vec<f64> = row.theirs.iter().zip(&row.ours).map(|(theirs, ours)| theirs / ours).collect();
    ratios.sort_by(f64::total_cmp);
    let (theirs, ratio) = match (ratios.first(), ratios.last()) {
        (Some(low), Some(high)) => {
            (figure(&row.theirs), format!("{:.2} ({low:.2} – {high:.2})", median(ratios.clone())))
        }
        _ => ("–".into(), "–".into()),
    };
    let rate = row.flops.map(|flops| flops / (1e-3 * median(row.ours.clone())));
    let share =
        rate.zip(peaks.at(row.threads)).map_or("–".into(), |(rate, peak)| format!("{:.0} %", 100.0 * rate / peak));
    let rate = rate.map_or("–".into(), |rate| format!("{:.0}", rate / 1e9));
    println!("{:46}{:>8}{:>13}{theirs:>13}{ratio:>22}{rate:>10}{share:>9}", row.work, row.threads, figure(&row.ours));
}
