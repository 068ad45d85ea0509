//! Settings that are chosen before an experiment runs: on which samples and seeds, what is kept, and that it is the same whatever
//! interrupts it.

use crate::faults::signal;
use crate::runs::{Setup, experiment};
use crate::store::{command, folder, left, mhm, spawned};
use mhm::data;
use mhm::experiment::{self, watch};
use mhm::hir::Rungs;
use mhm::measure;
use mhm::record::manifest::{Searched, Trial};
use mhm::record::{Address, Artifacts};
use mhm::seed::Seed;
use mhm::store::{Store, Wanted};
use mhm::train::{self, Event};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

/// 120 points of two classes in a table; the last 40 are kept for testing. `spoil` changes those.
fn points(at: &Path, spoil: impl Fn(usize, f64, usize) -> (f64, usize)) {
    let mut stream = Seed(7).stream("points");
    let mut text = String::from("a,b,label\n");
    for row in 0..120 {
        let class = row % 2;
        let near = if class == 0 { -0.6 } else { 0.6 };
        let (a, b) = (near + stream.normal(), near - stream.normal());
        let ((a, class), b) = if row < 80 { ((a, class), b) } else { (spoil(row, a, class), b) };
        text += &format!("{a:.4},{b:.4},{class}\n");
    }
    fs::write(at.join("d.csv"), text).expect("a folder of ours");
}

pub fn program(choose: &str) -> String {
    format!(
        "use std.schedule.*
dataset Points from \"d.csv\" {{
  modality left: [1]  = csv(column: \"a\")
  modality right: [1] = csv(column: \"b\")
  target   label: class(2) = csv(column: \"label\")
  split test       = rows(80, 120)
  split validation = random(0.3)
  split train      = rest
}}
network Both(width: Int) {{
  in     left: [A], right: [B]
  uni    see   = linear(width) |> relu
  uni    hear  = linear(width) |> relu
  fusion join  = linear(width) |> relu
  head   class = linear(2)
  out    class(join(concat(see(left), hear(right))))
}}
pipeline p(method: Schedule, lr: Float, width: Int) {{
  data Points  network Both(width: width)  loss cross_entropy  optimizer adam(lr: lr)
  schedule method  batch 16  budget 3 epochs  metrics error
}}
experiment methods {{
  vary method in [ETE: EndToEnd, MHM: Mhm(heads: 2)]
  {choose}
  seeds 2
  run p(method, lr, width)
  table test_error, test_loss {{ rows method }}
}}
"
    )
}

const RANDOM: &str = "choose lr in log(1e-4 .. 1e-1), width in [2, 4] { trials 5  seeds 2  by validation_loss }";
const GRID: &str = "choose lr in [1e-4, 1e-2, 5e-2], width in [2, 4] { by validation_error }";

pub fn laid_out(name: &str, choose: &str) -> std::path::PathBuf {
    let at = folder(&format!("choose_{name}"));
    points(&at, |_, a, class| (a, class));
    fs::write(at.join("p.mhm"), program(choose)).expect("a folder of ours");
    at
}

pub fn open(at: &Path, name: &str) -> Store {
    Store::open(&at.join("runs").join(name)).expect("it was run")
}

/// All that the runs of an experiment and of its search left, but times.
pub fn everything(at: &Path) -> Vec<(Address, String)> {
    let of = |name: &str| {
        let store = open(at, name);
        let addresses: Vec<Address> = store.addresses().expect("it was run").into_iter().collect();
        addresses.into_iter().map(move |address| (address, format!("{:?}", left(&store, &address)))).collect::<Vec<_>>()
    };
    [of("methods.search"), of("methods")].concat()
}

pub fn searches(at: &Path) -> Vec<Searched> {
    open(at, "methods").manifest().searches.clone()
}

#[test]
fn trials_run_first_on_seeds_of_their_own_and_only_what_is_chosen_is_tested() {
    let at = laid_out("all", RANDOM);
    let (code, out, err) = mhm(&at, &["run", "p.mhm"]);
    assert_eq!(code, 0, "{out}{err}");
    assert!(out.contains("Chosen by validation_loss") && err.contains("methods: MHM has lr "), "{out}{err}");
    let trials = open(&at, "methods.search");
    assert_eq!(trials.addresses().expect("it was run").len(), 20, "2 arms, 5 trials, 2 seeds");
    for address in trials.addresses().expect("it was run") {
        let mut stored = trials.stored(&address).expect("a whole run");
        assert!(stored.record().seed >= 1 << 63, "no seed of `seeds`");
        assert_eq!(stored.record().measures.keys().collect::<Vec<_>>(), ["validation_error", "validation_loss"]);
        let Artifacts { evaluated, .. } = stored.artifacts(Wanted::Predictions).expect("a whole run");
        assert!(evaluated.iter().all(|seen| seen.split == "validation"));
    }
    // The best mean of each arm is what ran.
    let runs = open(&at, "methods");
    for (searched, arm) in searches(&at).iter().zip(&runs.manifest().arms) {
        assert_eq!(searched.arm, arm.arm);
        let means: Vec<f64> = searched.trials.iter().map(|trial| trial.mean().expect("all end well")).collect();
        let least = means.iter().copied().fold(f64::INFINITY, f64::min);
        assert_eq!(means.iter().position(|mean| *mean == least), Some(searched.chosen));
        let settings: Vec<(&str, &str)> = searched.settings_chosen().collect();
        let [("lr", lr), ("width", width)] = settings[..] else { panic!("{settings:?}") };
        assert!(arm.settings.contains(&("optimizer".into(), format!("adam(lr: {lr})"))), "{:?}", arm.settings);
        assert!(arm.settings.iter().any(|(name, value)| name == "network" && value.contains(width)), "{width}");
    }
    // All arms try the same.
    let values = |searched: &Searched| searched.trials.iter().map(|trial| trial.values.clone()).collect::<Vec<_>>();
    assert_eq!(values(&searches(&at)[0]), values(&searches(&at)[1]));
    for arguments in [
        &["status"][..],
        &["runs"],
        &["report", "methods"],
        &["report", "methods.search"],
        &["verify", "methods"],
        &["reproduce", "methods", "--all"],
        &["reproduce", "methods.search", "--sample", "3"],
        &["plan", "p.mhm", "--why"],
    ] {
        let (code, out, err) = mhm(&at, arguments);
        assert_eq!(code, 0, "{arguments:?}: {out}{err}");
    }
    for (seeds, said) in [(3, "tuning seed 2 is new"), (4, "2 tuning seeds are new")] {
        let more = program(&RANDOM.replace("seeds 2", &format!("seeds {seeds}")));
        fs::write(at.join("p.mhm"), more).expect("a folder of ours");
        let (code, out, err) = mhm(&at, &["plan", "p.mhm", "--why"]);
        assert!(code == 0 && out.contains(said), "{out}{err}");
    }
    let (_, out, _) = mhm(&at, &["verify", "methods"]);
    assert!(out.contains("methods.search: ") && out.contains("all 20 runs together"), "{out}");
    let (_, out, _) = mhm(&at, &["status"]);
    assert!(out.contains("methods.search") && out.contains("20 of 20 runs done"), "{out}");
    let csv = fs::read_to_string(at.join("runs/methods/report/tables/trials.csv")).expect("a report has it");
    assert_eq!(csv.lines().count(), 11, "{csv}");
    assert!(
        csv.starts_with("arm,trial,chosen,lr,width,mean validation_loss,tuning seed 0,tuning seed 1,FLOPs\n"),
        "{csv}"
    );
    let page = fs::read_to_string(at.join("runs/methods/report/report.html")).expect("a report has it");
    assert!(page.contains("Chosen by validation loss"));
}

#[test]
fn plan_counts_what_is_evaluated_and_says_whose_settings_it_shows() {
    let at = laid_out("plan", RANDOM);
    let (code, out, err) = mhm(&at, &["plan", "p.mhm"]);
    assert!(code == 0 && out.contains("  settings       those of the first of 5 trials: lr "), "{out}{err}");
    let seconds = || {
        let (_, out, err) = mhm(&at, &["plan", "p.mhm", "--json"]);
        let sheets: serde_json::Value = serde_json::from_str(&out).unwrap_or_else(|why| panic!("{why}: {out}{err}"));
        sheets[0]["seconds"]["value"].as_f64().expect("a number")
    };
    let at_the_end = seconds();
    let drawn = program(RANDOM).replace("  table", "  figure test_loss { lines method }\n  table");
    fs::write(at.join("p.mhm"), drawn).expect("a folder of ours");
    assert!(seconds() > 1.05 * at_the_end, "three epochs are looked at, too");
}

/// The checkpoints of trials, by their files and when they were written.
pub fn checkpoints(at: &Path) -> BTreeSet<(PathBuf, SystemTime)> {
    let inside = |folder: &Path| fs::read_dir(folder).into_iter().flatten().flatten().collect::<Vec<_>>();
    let runs = inside(&at.join("runs/methods.search/checkpoints"));
    let files = runs.into_iter().flat_map(|run| inside(&run.path()));
    files.filter_map(|file| Some((file.path(), file.metadata().ok()?.modified().ok()?))).collect()
}

/// Runs it until something is so, where what `moment` names waits, and stops it.
pub fn stop(at: &Path, moment: &str, is_time: &dyn Fn() -> bool) {
    let mut command = command(at, &["run", "p.mhm", "--quiet", "--threads", "2", "--checkpoint", "step"]);
    let mut child = spawned(command.env("MHM_FAULT", moment));
    let mut looks = 0;
    while !is_time() {
        looks += 1;
        assert!(looks < 60_000, "{moment}: it does not come");
        assert!(child.try_wait().expect("a child of ours").is_none(), "{moment}: it was over before");
        std::thread::sleep(Duration::from_millis(2));
    }
    signal(&child, "-INT");
    assert_eq!(child.wait_with_output().expect("a child of ours").status.code(), Some(130), "{moment}");
}

#[test]
fn any_number_of_threads_and_stops_leaves_the_same_bits() {
    let whole = laid_out("whole", RANDOM);
    let (code, out, err) = mhm(&whole, &["run", "p.mhm", "--quiet", "--threads", "1"]);
    assert_eq!(code, 0, "{out}{err}");
    let stopped = laid_out("stopped", RANDOM);
    // Stopped between trials, in the middle of some, and again where these went on.
    let done =
        || Store::open(&stopped.join("runs/methods.search")).map_or(0, |s| s.addresses().map_or(0, |all| all.len()));
    stop(&stopped, &format!("wait {}", (1u64 << 63) + 1), &|| done() == 10);
    for moment in ["hold 1", "hold 2", "hold 3"] {
        let before = checkpoints(&stopped);
        stop(&stopped, moment, &|| checkpoints(&stopped) != before);
    }
    assert!(!stopped.join("runs/methods").exists(), "nothing is tested before all is chosen");
    stop(&stopped, "wait 1", &|| stopped.join("runs/methods/events.jsonl").exists());
    let (code, out, err) = mhm(&stopped, &["run", "p.mhm", "--quiet", "--threads", "2"]);
    assert_eq!(code, 0, "{out}{err}");
    assert_eq!(everything(&stopped), everything(&whole));
    assert_eq!(searches(&stopped), searches(&whole));
    let hash = |at: &Path| open(at, "methods").manifest().hash.clone();
    assert!(hash(&whole).is_some() && hash(&stopped) == hash(&whole));
}

#[test]
fn more_trials_keep_those_done() {
    let at = laid_out("more", RANDOM);
    let (code, out, err) = mhm(&at, &["run", "p.mhm", "--quiet"]);
    assert_eq!(code, 0, "{out}{err}");
    let (few, before) = (searches(&at), open(&at, "methods.search").addresses().expect("it was run"));
    fs::write(at.join("p.mhm"), program(&RANDOM.replace("trials 5", "trials 7"))).expect("a folder of ours");
    let (code, out, err) = mhm(&at, &["run", "p.mhm"]);
    assert!(code == 0 && err.contains("20 of 28 runs were done already"), "{out}{err}");
    let after = open(&at, "methods.search").addresses().expect("it was run");
    assert!(before.is_subset(&after) && after.len() == 28);
    for (few, more) in few.iter().zip(searches(&at)) {
        assert_eq!(few.trials, more.trials[..5]);
    }
}

#[test]
fn a_grid_tries_every_point_once_and_ties_go_to_the_first() {
    let at = laid_out("grid", GRID);
    let (code, out, err) = mhm(&at, &["run", "p.mhm", "--quiet"]);
    assert_eq!(code, 0, "{out}{err}");
    for searched in searches(&at) {
        let values: BTreeSet<Vec<String>> = searched.trials.iter().map(|trial| trial.values.clone()).collect();
        assert_eq!((values.len(), searched.trials.len()), (6, 6));
        let first = searched.trials.iter().position(|trial| trial.mean() == searched.trials[searched.chosen].mean());
        assert_eq!(first, Some(searched.chosen));
    }
}

#[test]
fn trials_that_diverge_lose_and_without_any_other_nothing_runs() {
    let at = laid_out("lost", "choose lr in [1e30, 1e-2], width in [4] { by validation_loss }");
    let (code, out, err) = mhm(&at, &["run", "p.mhm"]);
    assert_eq!(code, 0, "{out}{err}");
    assert!(searches(&at).iter().all(|searched| searched.chosen == 1 && searched.undefined() == 1));
    assert!(
        err.contains("1 of 2 trials came to no `validation_loss`") && out.contains("1 of 2 trials came to no"),
        "{err}"
    );
    let at = laid_out("all_lost", "choose lr in [1e30, 2e30], width in [4] { by validation_loss }");
    let (code, out, err) = mhm(&at, &["run", "p.mhm"]);
    assert_eq!(code, 1, "{out}{err}");
    assert!(err.contains("no trial of `ETE` has a `validation_loss`") && err.contains("`methods` is not run"), "{err}");
    assert!(!at.join("runs/methods").exists());
}

#[test]
fn what_is_kept_for_testing_chooses_nothing() {
    let clean = laid_out("clean", GRID);
    let spoilt = laid_out("spoilt", GRID);
    points(&spoilt, |_, a, class| (-1e6 * a, 1 - class));
    for at in [&clean, &spoilt] {
        let (code, out, err) = mhm(at, &["run", "p.mhm", "--quiet"]);
        assert_eq!(code, 0, "{out}{err}");
    }
    assert_eq!(searches(&clean), searches(&spoilt), "every trial has the same values");
    let tested = |at: &Path| {
        let store = open(at, "methods");
        store.records().expect("it was run").iter().map(|line| line.record.measured("test_error")).collect::<Vec<_>>()
    };
    assert_ne!(tested(&clean), tested(&spoilt), "and the test has others");
}

/// The same with samples that no file may hold: what is not a number anywhere near training or a choice makes all of it none.
#[test]
fn test_samples_that_are_no_numbers_choose_nothing() {
    let at = laid_out("nan", RANDOM);
    let declared = experiment(&program(RANDOM));
    let trials = declared.search(&Rungs::first(&declared)).expect("it chooses");
    let chosen = |poisoned: bool| -> Vec<Trial> {
        let of = |pipeline: &mhm::hir::Pipeline| {
            let measured = trials.seeds.iter().map(|seed| {
                let spec = experiment::spec(&pipeline.data, std::slice::from_ref(&at));
                let mut data = data::load(&spec, Seed(*seed)).expect("a sound dataset");
                if poisoned {
                    let test = data.splits["test"].clone();
                    for array in &mut data.modalities {
                        let array = Arc::make_mut(array);
                        test.iter().for_each(|id| array.values[id.row()] = f32::NAN);
                    }
                    for target in &mut data.targets {
                        test.iter().for_each(|id| target.values[id.row()] = f32::NAN);
                    }
                }
                let setup = Setup::with(pipeline, data, *seed);
                let mut evaluated = vec![];
                let mut hear = |event: Event<'_>| {
                    if let Event::Seen(seen) = event {
                        evaluated.push(seen);
                    }
                };
                train::train(&setup.job(), &watch(&trials, pipeline), &mut hear).expect("this trains");
                let truths = train::truths(&setup.graph, &setup.data);
                let (measures, _) =
                    measure::within(&Artifacts { evaluated, truths, ..Artifacts::default() }, &setup.graph);
                measures["validation_loss"].clone()
            });
            Trial { measured: measured.collect(), ..Trial::default() }
        };
        trials.arms.iter().map(|arm| of(&arm.pipeline)).collect()
    };
    let clean = chosen(false);
    assert!(clean.iter().all(|trial| trial.mean().is_ok()));
    assert_eq!(chosen(true), clean);
}

#[test]
fn a_plan_says_what_is_tried_and_what_that_costs() {
    let at = laid_out("plan", RANDOM);
    let (code, out, err) = mhm(&at, &["plan", "p.mhm"]);
    assert_eq!(code, 0, "{out}{err}");
    for said in [
        "chosen first by validation_loss: lr in log(1e-4 .. 1e-1), width in [2, 4] (5 trials, 2 seeds of each, random)",
        "20 runs that choose: ",
        "4 runs of what is chosen: ",
    ] {
        assert!(out.contains(said), "{said} in {out}");
    }
    let row = |name: &str| out.lines().rfind(|line| line.trim_start().starts_with(name)).map(str::to_string);
    assert!(row("ETE").is_some_and(|row| row.split_whitespace().nth(1) == Some("5")), "{out}");
    assert!(!at.join("runs").exists());
    let (code, out, err) = mhm(&at, &["plan", "p.mhm", "--calibrate"]);
    assert_eq!(code, 0, "{out}{err}");
}

#[test]
fn a_changed_choice_is_found() {
    let at = laid_out("forged", GRID);
    let (code, out, err) = mhm(&at, &["run", "p.mhm", "--quiet"]);
    assert_eq!(code, 0, "{out}{err}");
    let folder = at.join("runs/methods.search");
    fs::rename(&folder, at.join("elsewhere")).expect("a folder of ours");
    let (code, out, _) = mhm(&at, &["verify", "methods"]);
    assert!(code == 0 && out.contains("not held: what was chosen and its trials"), "{out}");
    // The search of another table, in its place.
    let (table, whole) = (at.join("d.csv"), fs::read(at.join("d.csv")).expect("a file of ours"));
    let other = fs::read_to_string(&table).expect("a file of ours").replacen("-0.", "0.", 40);
    fs::write(&table, other).expect("a file of ours");
    fs::rename(at.join("runs/methods"), at.join("methods")).expect("a folder of ours");
    let (code, out, err) = mhm(&at, &["run", "p.mhm", "--quiet"]);
    assert_eq!(code, 0, "{out}{err}");
    fs::remove_dir_all(at.join("runs/methods")).expect("a folder of ours");
    fs::rename(at.join("methods"), at.join("runs/methods")).expect("a folder of ours");
    fs::write(&table, whole).expect("a file of ours");
    let (code, out, _) = mhm(&at, &["verify", "methods"]);
    assert!(code == 1 && out.contains("the manifest, ETE: "), "{out}");
}

/// The same problem as a plain program in Python, which has one answer whatever weights begin with:
///
/// ```python
/// import numpy as np
/// from scipy.optimize import minimize
/// i = np.arange(120)
/// a = np.round((i * 37 % 101) / 50 - 1, 4)
/// b = np.round((i * 53 % 97) / 48 - 1, 4)
/// y = (a + 0.5 * b + ((i * 29 % 23) / 23 - 0.5) > 0).astype(int)
/// X = np.c_[a, b, np.ones(120)]
/// train, validation, test = slice(0, 30), slice(30, 80), slice(80, 120)
/// def loss(W, rows):
///     z = X[rows] @ W.reshape(3, 2)
///     return np.mean(np.logaddexp.reduce(z, axis=1) - z[np.arange(len(z)), y[rows]])
/// def fit(decay):
///     return minimize(lambda W: loss(W, train) + decay / 2 * W @ W, np.zeros(6), tol=1e-12).x
/// tried = {decay: loss(fit(decay), validation) for decay in [1.0, 0.3, 0.1, 0.03, 0.01, 0.003]}
/// best = min(tried, key=tried.get)
/// W = fit(best)
/// print(tried, best, loss(W, test), np.mean((X[test] @ W.reshape(3, 2)).argmax(1) != y[test]))
/// ```
#[test]
fn a_grid_search_is_that_of_a_plain_program() {
    const TRIED: [(&str, f64); 6] = [
        ("1.0", 0.612_027_5),
        ("0.3", 0.518_978_8),
        ("0.1", 0.434_437_1),
        ("0.03", 0.381_786_3),
        ("0.01", 0.367_288_6),
        ("0.003", 0.371_329_8),
    ];
    const TEST: (f64, f64) = (0.376_787_4, 0.175);
    let at = folder("choose_plain");
    let row = |i: usize| {
        let (a, b) = ((i * 37 % 101) as f64 / 50.0 - 1.0, (i * 53 % 97) as f64 / 48.0 - 1.0);
        let class = usize::from(a + 0.5 * b + ((i * 29 % 23) as f64 / 23.0 - 0.5) > 0.0);
        format!("{a:.4},{b:.4},{class}\n")
    };
    let table: String = (0..120).map(row).collect();
    fs::write(at.join("d.csv"), format!("a,b,label\n{table}")).expect("a folder of ours");
    let program = "dataset Points from \"d.csv\" {
  modality x: [2] = csv(columns: [\"a\", \"b\"])
  target   label: class(2) = csv(column: \"label\")
  split train      = rows(0, 30)
  split validation = rows(30, 80)
  split test       = rows(80, 120)
}
network Plain {
  in   x: [D]
  head class = linear(2)
  out  class(x)
}
schedule Steps { repeat { phase all { train head on all } } }
pipeline p(decay: Float) {
  data Points  network Plain  loss cross_entropy  optimizer sgd(lr: 1.0, weight_decay: decay)
  schedule Steps  batch 30  budget 4000 steps  metrics error
}
experiment methods {
  choose decay in [1.0, 0.3, 0.1, 0.03, 0.01, 0.003] { seeds 2  by validation_loss }
  run p(decay)
  table test_loss, test_error
}
";
    fs::write(at.join("p.mhm"), program).expect("a folder of ours");
    let (code, out, err) = mhm(&at, &["run", "p.mhm", "--quiet"]);
    assert_eq!(code, 0, "{out}{err}");
    let [searched] = &searches(&at)[..] else { panic!("one arm") };
    for (trial, (decay, expected)) in searched.trials.iter().zip(TRIED) {
        let mean = trial.mean().expect("it converges");
        assert!(trial.values == [decay] && (mean - expected).abs() < 1e-4, "{decay}: {mean}, not {expected}");
    }
    assert_eq!(searched.choice(), "decay 0.01");
    let record = open(&at, "methods").records().expect("it was run").remove(0).record;
    let (loss, error) = (record.measured("test_loss"), record.measured("test_error"));
    let near =
        |found: mhm::record::Measured, expected: f64| found.is_ok_and(|found: f64| (found - expected).abs() < 1e-4);
    assert!(near(loss.clone(), TEST.0) && near(error.clone(), TEST.1), "{loss:?} {error:?}");
}

/// How many seeds a difference needs is not known before some have run, and is said of them afterwards.
#[test]
fn a_plan_says_what_the_seeds_so_far_would_show() {
    let at = laid_out("power", "");
    let text = fs::read_to_string(at.join("p.mhm")).expect("a file of ours");
    let text = text
        .replace("method: Schedule, lr: Float, width: Int", "method: Schedule")
        .replace("width: width)\n  loss", "width: 4)\n  loss")
        .replace("adam(lr: lr)", "adam(lr: 1e-2)")
        .replace("  data Points  network Both(width: width)", "  data Points  network Both(width: 4)")
        .replace("run p(method, lr, width)", "run p(method)")
        .replace("  seeds 2\n", "  seeds 6\n")
        .replace(
            "table test_error, test_loss { rows method }",
            "table test_error, test_loss { rows method }\n  compare method",
        );
    fs::write(at.join("p.mhm"), text).expect("a file of ours");
    let plan = || {
        let (code, out, err) = mhm(&at, &["plan", "p.mhm"]);
        assert_eq!(code, 0, "{out}{err}");
        out
    };
    assert!(plan().contains("seeds to compare `method`: not known before two seeds have run"), "{}", plan());
    let (code, out, err) = mhm(&at, &["run", "p.mhm", "--quiet"]);
    assert_eq!(code, 0, "{out}{err}");
    let after = plan();
    let said = "What so many seeds show of differences to ETE\n";
    let of = |text: &str| text.split_once(said).map(|(_, rest)| rest.lines().take(3).collect::<Vec<_>>().join("\n"));
    assert!(of(&after).is_some_and(|text| text.contains("needs seeds") && text.contains("test_loss")), "{after}");
    assert_eq!(of(&after), of(&out), "one answer everywhere");
}
