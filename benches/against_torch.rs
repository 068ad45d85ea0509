//! `mhm` beside PyTorch, as ratios: Table 2 of the paper against one network at a time and against stacked seeds, and steps
//! of the digits network and of the networks over steps (AveLight, BaS-Net, MulT). Both sides alternate on the same cores; a ratio is the median over the rounds.
//!
//! `cargo bench --bench against_torch -- [--seeds N] [--data PATH] [--quick] [--sequences [--only NAME]]`. The other side is `benches/torch`, where
//! `python3` has torch and scikit-learn; without them only ours runs. Ours is timed as a person waits (the whole process,
//! batches gathered in the step), theirs without imports, data generation, warm-up and gathering. Stacking pays by the number
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
use mhm::tensor::Device;
use sequences::sequences;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;
use steps::median;

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
    /// Of Table 2: our threads, their processes of one thread each
    #[arg(long, default_value_t = 2)]
    threads: usize,
    /// Only the networks over steps: AveLight, BaS-Net, MulT
    #[arg(long)]
    sequences: bool,
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
}

fn main() {
    let mut settings = Settings::parse();
    if settings.quick {
        (settings.seeds, settings.rounds) = (2, 1);
    }
    let torch = torch(if settings.sequences { "torch" } else { "torch, sklearn" });
    println!("{}", machine());
    println!("{}", torch.as_deref().unwrap_or("no python3 with torch and scikit-learn here: only ours runs"));
    println!("\n{:46}{:>8}{:>13}{:>13}{:>22}", "work", "threads", "mhm", "PyTorch", "PyTorch / mhm");
    if !settings.sequences {
        for mode in ["one", "stacked"] {
            print(&table_2(&settings, mode, torch.is_some()));
        }
        for row in steps(&settings, torch.is_some()) {
            print(&row);
        }
    }
    for (name, steps, work) in SEQUENCES {
        if settings.only.as_ref().is_none_or(|only| only == name) {
            print(&over_steps(&settings, name, steps, work, torch.is_some()));
        }
    }
    println!("\nload average at the end: {}", load());
}

/// The version of PyTorch, where there is one.
fn torch(needed: &str) -> Option<String> {
    let version = format!("import {needed}; print('PyTorch', torch.__version__)");
    let output = Command::new("python3").args(["-c", &version]).output().ok()?;
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
fn table_2(settings: &Settings, mode: &str, torch: bool) -> Row {
    let (seeds, threads) = (settings.seeds.to_string(), settings.threads.to_string());
    let (mut ours, mut theirs) = (vec![], vec![]);
    let runs = std::env::temp_dir().join(format!("mhm-bench-{}", std::process::id()));
    for _ in 0..settings.rounds {
        // What is stored is not run again.
        _ = std::fs::remove_dir_all(&runs);
        let start = Instant::now();
        let mut command = Command::new(env!("CARGO_BIN_EXE_mhm"));
        command.args(["run", "benches/table_2.mhm", "--quiet", "--seeds", &seeds, "--threads", &threads]);
        command.arg("--runs").arg(&runs);
        assert!(command.stdout(Stdio::null()).status().expect("the program").success());
        ours.push(start.elapsed().as_secs_f64());
        if torch {
            let arguments = ["--mode", mode, "--seeds", &seeds, "--processes", &threads];
            theirs.push(python("benches/torch/table_2.py", &arguments)["seconds"].as_f64().expect("seconds"));
        }
    }
    _ = std::fs::remove_dir_all(&runs);
    let work = format!("Table 2, {} trainings, theirs {mode}", 24 * settings.seeds);
    Row { work, threads: settings.threads, unit: "s", ours, theirs }
}

/// Milliseconds a step of the digits network: end to end, and in both phases of MHM.
fn steps(settings: &Settings, torch: bool) -> Vec<Row> {
    let path = settings.data.as_ref().and_then(|path| path.to_str());
    let device = Device::cpu();
    let mut rows = vec![];
    let methods: [(_, _, &[_]); 2] = [
        ("EndToEnd", "ete", &[("all", "step")]),
        ("Mhm(heads: 4)", "mhm", &[("head", "head step"), ("embedding", "embedding step")]),
    ];
    for (schedule, method, phases) in methods {
        let digits = digits(schedule, path.map(Path::new));
        let mut runs: Vec<_> = phases.iter().map(|(name, _)| digits.run(name, &device, 20)).collect();
        let start = rows.len();
        rows.extend(phases.iter().map(|(name, _)| Row {
            work: format!("digits, batch 128, {method}, phase {name}"),
            threads: 1,
            unit: "ms",
            ours: vec![],
            theirs: vec![],
        }));
        for _ in 0..settings.rounds {
            for (run, row) in runs.iter_mut().zip(&mut rows[start..]) {
                row.ours.push(1e3 * median((0..7).map(|_| run.block(50)).collect()));
            }
            let mut arguments = vec!["--method", method, "--threads", "1", "--epochs", "0"];
            arguments.extend(path.iter().flat_map(|path| ["--data", path]));
            let found = torch.then(|| python("benches/torch/digits.py", &arguments));
            for ((_, step), row) in phases.iter().zip(&mut rows[start..]) {
                let rate = found.as_ref().map(|f| f["steps_per_s"][step].as_f64().expect("steps a second"));
                row.theirs.extend(rate.map(|rate| 1e3 / rate));
            }
        }
    }
    rows
}

/// Networks over steps: their name, steps that are timed at once, what they are.
const SEQUENCES: [(&str, usize, &str); 3] = [
    ("ave", 100, "AveLight, batch 16, 10 steps"),
    ("basnet", 1, "BaS-Net, batch 2, 750 x 2048"),
    ("mult", 4, "MulT, batch 16, 50/50/50 steps"),
];

/// Milliseconds a step of one of them, end to end.
fn over_steps(settings: &Settings, name: &str, steps: usize, work: &str, torch: bool) -> Row {
    let (sequences, device) = (sequences(name), Device::cpu());
    let mut row = Row { work: work.into(), threads: 1, unit: "ms", ours: vec![], theirs: vec![] };
    let block = steps.to_string();
    for _ in 0..settings.rounds {
        row.ours.push(1e3 * sequences.run("all", &device, 2.max(steps / 2)).block(steps));
        if torch {
            let arguments = ["--network", name, "--threads", "1", "--block", &block];
            let found = python("benches/torch/sequences.py", &arguments);
            row.theirs.push(1e3 * found["seconds"].as_f64().expect("seconds"));
        }
    }
    row
}

/// The JSON object that a program prints last.
fn python(program: &str, arguments: &[&str]) -> serde_json::Value {
    let output =
        Command::new("python3").arg(program).args(arguments).stderr(Stdio::inherit()).output().expect("python3");
    assert!(output.status.success(), "{program} failed");
    let text = String::from_utf8_lossy(&output.stdout);
    serde_json::from_str(text.lines().last().unwrap_or_default()).expect("JSON in the last line")
}

fn print(row: &Row) {
    let figure = |values: &[f64]| format!("{:.2} {}", median(values.to_vec()), row.unit);
    let mut ratios: Vec<f64> = row.theirs.iter().zip(&row.ours).map(|(theirs, ours)| theirs / ours).collect();
    ratios.sort_by(f64::total_cmp);
    let (theirs, ratio) = match (ratios.first(), ratios.last()) {
        (Some(low), Some(high)) => {
            (figure(&row.theirs), format!("{:.2} ({low:.2} – {high:.2})", median(ratios.clone())))
        }
        _ => ("–".into(), "–".into()),
    };
    println!("{:46}{:>8}{:>13}{theirs:>13}{ratio:>22}", row.work, row.threads, figure(&row.ours));
}
