//! Settings that are chosen inside each part of cross-validation: on which samples, what is kept, and that it is the same whatever
//! interrupts it.

use crate::choose::{checkpoints, everything, open, stop};
use crate::runs::{Setup, experiment};
use crate::store::{folder, mhm};
use mhm::data;
use mhm::experiment::{self, watch};
use mhm::graph;
use mhm::hir::Rungs;
use mhm::measure;
use mhm::record::manifest::{Manifest, Searched, Trial};
use mhm::record::{Address, Artifacts, RunRecord};
use mhm::search::{of_the_data, tuning, tuning_of};
use mhm::seed::Seed;
use mhm::store::{Store, Wanted};
use mhm::train::{self, Event};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// 72 points of two classes of six people.
fn points(at: &Path) {
    let mut stream = Seed(7).stream("points");
    let mut text = String::from("a,b,who,label\n");
    for row in 0..72 {
        let (class, who) = (row % 2, row % 6);
        let near = if class == 0 { -0.6 } else { 0.6 };
        let (a, b) = (near + stream.normal(), near - stream.normal());
        text += &format!("{a:.4},{b:.4},P{who},{class}\n");
    }
    fs::write(at.join("d.csv"), text).expect("a folder of ours");
}

fn program(seeds: &str, cross: &str) -> String {
    format!(
        "use std.schedule.*
dataset Points from \"d.csv\" {{
  modality left: [1]  = csv(column: \"a\")
  modality right: [1] = csv(column: \"b\")
  target   label: class(2) = csv(column: \"label\")
  group    who = csv(column: \"who\")
  split validation = random(0.25, grouped: false)
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
  choose lr in log(3e-3 .. 1e-1), width in [2, 4] {{ trials 4  seeds 2  by validation_loss }}
  {seeds}
  {cross}
  run p(method, lr, width)
  table test_error, test_loss {{ rows method }}
  compare method
}}
"
    )
}

const PARTS: &str = "cross 3, grouped: false";

fn laid_out(name: &str, program: &str) -> PathBuf {
    let at = folder(&format!("nested_{name}"));
    points(&at);
    fs::write(at.join("p.mhm"), program).expect("a folder of ours");
    at
}

fn ran(name: &str, program: &str) -> PathBuf {
    let at = laid_out(name, program);
    let (code, out, err) = mhm(&at, &["run", "p.mhm", "--quiet"]);
    assert_eq!(code, 0, "{out}{err}");
    at
}

fn manifest(at: &Path) -> Manifest {
    open(at, "methods").manifest().clone()
}

/// Samples of a split that a run had.
fn samples(store: &Store, address: &Address, split: &str) -> BTreeSet<u32> {
    let artifacts = store.artifacts(address, Wanted::All).expect("a whole run");
    artifacts.trail.splits[split].ids().map(|id| id.0).collect()
}

/// Every choice is the least mean of trials, and what its part was run with.
fn least_is_run(manifest: &Manifest) {
    for searched in &manifest.searches {
        let means: Vec<f64> = searched.trials.iter().map(|trial| trial.mean().expect("all end well")).collect();
        let least = means.iter().copied().fold(f64::INFINITY, f64::min);
        assert_eq!(means.iter().position(|mean| *mean == least), Some(searched.chosen));
    }
}

#[test]
fn every_part_of_every_round_has_a_choice_of_its_own() {
    let at = ran("rounds", &program("seeds 2", PARTS));
    let (runs, trials) = (open(&at, "methods"), open(&at, "methods.search"));
    let manifest = runs.manifest();
    assert_eq!(manifest.searches.len(), 12, "2 arms, 2 seeds, 3 parts");
    assert_eq!(trials.addresses().expect("it was run").len(), 96, "4 trials on 2 seeds for each of these");
    least_is_run(manifest);
    let chosen = |arm, turn: mhm::record::Turn| {
        let own = |s: &&Searched| &s.arm == arm && s.seed == Some(turn.seed) && s.part == turn.part;
        manifest
            .searches
            .iter()
            .find(own)
            .expect("one is of it")
            .settings_chosen()
            .next()
            .expect("a rate")
            .1
            .to_string()
    };
    let mut rates = BTreeSet::new();
    for run in manifest.runs() {
        let rate = chosen(&run.arm.arm, run.turn);
        let stored = runs.stored(&run.address).expect("a whole run");
        assert_eq!(stored.recipe().field("optimizer"), Some(format!("adam(lr: {rate})").as_str()));
        rates.insert(rate);
    }
    assert!(rates.len() > 1, "a rate for all tells nothing: {rates:?}");
    // Trials of a part have its samples: what it tests is in none of their splits but the one that nothing looks at.
    for trial in trials.manifest().runs() {
        let seed = of_the_data(trial.turn.seed);
        assert!(seed < 2 && trial.turn.seed != seed, "{}", trial.turn);
        let of = |run: &mhm::record::manifest::Listed<'_>| run.turn.seed == seed && run.turn.part == trial.turn.part;
        let run = manifest.runs().find(of).expect("the part was run");
        for split in ["test", "validation", "train"] {
            assert_eq!(samples(&trials, &trial.address, split), samples(&runs, &run.address, split), "{split}");
        }
        let stored = trials.stored(&trial.address).expect("a whole run");
        assert_eq!(stored.record().measures.keys().collect::<Vec<_>>(), ["validation_error", "validation_loss"]);
    }
    for arguments in [
        &["status"][..],
        &["runs"],
        &["report", "methods"],
        &["report", "methods.search"],
        &["verify", "methods"],
        &["reproduce", "methods", "--all"],
        &["reproduce", "methods.search", "--sample", "3"],
        &["compare", "methods", "methods"],
        &["predict", "methods", "--split", "test", "-o", "seen.csv"],
        &["plan", "p.mhm"],
        &["export", "methods", "--arm", "method=MHM", "--seed", "1", "--part", "2", "-o", "one"],
    ] {
        let (code, out, err) = mhm(&at, arguments);
        assert_eq!(code, 0, "{arguments:?}: {out}{err}");
    }
    let (_, out, _) = mhm(&at, &["verify", "methods"]);
    assert!(out.contains("methods.search: ") && out.contains("all 96 runs together"), "{out}");
    let (_, out, _) = mhm(&at, &["plan", "p.mhm", "--why"]);
    assert!(out.contains("methods.search: 96 of 96 runs done") && out.contains("methods: 12 of 12 runs done"), "{out}");
    let (_, out, _) = mhm(&at, &["plan", "p.mhm"]);
    for said in ["(4 trials, 2 seeds of each in each of 3 test parts of 2 seeds, random)", "96 runs that choose: "] {
        assert!(out.contains(said), "{said} in {out}");
    }
    assert!(out.contains("12 runs of what is chosen: "), "{out}");
    let csv = fs::read_to_string(at.join("runs/methods/report/tables/trials.csv")).expect("a report has it");
    assert!(csv.starts_with("arm,seed,part,trial,chosen,lr,width,mean validation_loss,tuning seed 0,"), "{csv}");
    assert_eq!(csv.lines().count(), 1 + 12 * 4, "{csv}");
    let csv = fs::read_to_string(at.join("runs/methods/report/tables/chosen.csv")).expect("a report has it");
    let parts =
        csv.lines().skip(1).filter_map(|line| line.split(',').nth(3)?.strip_suffix(" of 6")?.parse::<u32>().ok());
    assert_eq!(parts.sum::<u32>(), 12, "{csv}");
}

#[test]
fn groups_that_are_parts_have_one_choice_for_all_seeds() {
    let at = ran("each", &program("seeds 2", "cross each who"));
    let (runs, trials) = (open(&at, "methods"), open(&at, "methods.search"));
    let manifest = runs.manifest();
    assert_eq!(manifest.searches.len(), 12, "2 arms, 6 people");
    assert_eq!(trials.addresses().expect("it was run").len(), 96, "4 trials on 2 seeds for each of these");
    least_is_run(manifest);
    let one = |seed| manifest.runs().find(|run| run.turn.seed == seed && run.turn.part.is_some_and(|p| p.number == 2));
    let settings = |seed| {
        let run = one(seed).expect("the part was run");
        runs.stored(&run.address).expect("a whole run").recipe().field("optimizer").map(str::to_string)
    };
    assert_eq!(settings(0), settings(1));
    for trial in trials.manifest().runs() {
        let number = trial.turn.part.expect("it is of a part").number as u32;
        let tested: BTreeSet<u32> = (0..72).filter(|row| row % 6 == number - 1).collect();
        assert_eq!(samples(&trials, &trial.address, "test"), tested);
    }
    for arguments in [&["verify", "methods"][..], &["report", "methods"], &["reproduce", "methods", "--sample", "4"]] {
        let (code, out, err) = mhm(&at, arguments);
        assert_eq!(code, 0, "{arguments:?}: {out}{err}");
    }
}

#[test]
fn any_number_of_threads_and_stops_leaves_the_same_bits() {
    let text = program("seeds 1", PARTS);
    let whole = laid_out("whole", &text);
    let (code, out, err) = mhm(&whole, &["run", "p.mhm", "--quiet", "--threads", "1"]);
    assert_eq!(code, 0, "{out}{err}");
    let stopped = laid_out("stopped", &text);
    let done =
        || Store::open(&stopped.join("runs/methods.search")).map_or(0, |s| s.addresses().map_or(0, |all| all.len()));
    // The runs of the first tuning seed are done, those of the second wait; then in the middle of one.
    stop(&stopped, &format!("wait {}", tuning_of(0, tuning(1))), &|| done() == 24);
    let before = checkpoints(&stopped);
    stop(&stopped, "hold 1", &|| checkpoints(&stopped) != before);
    assert!(!stopped.join("runs/methods").exists(), "nothing is tested before all is chosen");
    let (code, out, err) = mhm(&stopped, &["run", "p.mhm", "--quiet", "--threads", "2"]);
    assert_eq!(code, 0, "{out}{err}");
    assert_eq!(everything(&stopped), everything(&whole));
    assert_eq!(manifest(&stopped).searches, manifest(&whole).searches);
    assert!(manifest(&whole).hash.is_some() && manifest(&stopped).hash == manifest(&whole).hash);
}

#[test]
fn more_rounds_keep_the_choices_that_were_made() {
    let at = ran("more", &program("seeds 1", PARTS));
    let before = manifest(&at).searches;
    let (code, out, err) = mhm(&at, &["run", "p.mhm", "--seeds", "2"]);
    assert!(code == 0 && err.contains("methods.search: 48 of 96 runs were done already"), "{out}{err}");
    assert!(err.contains("methods: 6 of 12 runs were done already"), "{err}");
    let after = manifest(&at).searches;
    assert_eq!(after.iter().filter(|searched| searched.seed == Some(0)).cloned().collect::<Vec<_>>(), before);
    let (code, out, err) = mhm(&at, &["verify", "methods"]);
    assert_eq!(code, 0, "{out}{err}");
}

/// Test samples of a part that are no numbers: anywhere near training or a choice they would make all of it none.
#[test]
fn test_samples_of_a_part_choose_nothing_for_it() {
    let text = program("seeds 1", PARTS);
    let at = laid_out("nan", &text);
    let declared = experiment(&text);
    let trials = declared.search(&Rungs::first(&declared)).expect("it chooses");
    let chosen = |poisoned: bool| -> Vec<Trial> {
        let of = |cell: &experiment::Cell<'_>| {
            let spec = cell.spec(std::slice::from_ref(&at));
            let mut data = data::load(&spec, cell.data_seed()).expect("a sound dataset");
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
            let setup = Setup::with(cell.pipeline, data, cell.turn.seed);
            let mut evaluated = vec![];
            let mut hear = |event: Event<'_>| {
                if let Event::Seen(seen) = event {
                    evaluated.push(seen);
                }
            };
            train::train(&setup.job(), &watch(&trials, cell.pipeline), &mut hear).expect("this trains");
            let truths = train::truths(&setup.graph, &setup.data);
            let left = Artifacts { evaluated, truths, ..Artifacts::default() };
            let (measures, _) = measure::within(&left, &graph::lower(cell.pipeline));
            Trial { measured: vec![measures["validation_loss"].clone()], ..Trial::default() }
        };
        experiment::cells(&trials).iter().map(of).collect()
    };
    let clean = chosen(false);
    assert!(clean.len() == 48 && clean.iter().all(|trial| trial.mean().is_ok()));
    assert_eq!(chosen(true), clean);
}

#[test]
fn a_changed_choice_of_a_part_is_found() {
    let at = ran("forged", &program("seeds 1", PARTS));
    let folder = at.join("runs/methods.search");
    fs::rename(at.join("runs/methods"), at.join("kept")).expect("a folder of ours");
    // The trials of another table, in their place.
    let (table, whole) = (at.join("d.csv"), fs::read(at.join("d.csv")).expect("a file of ours"));
    let other = fs::read_to_string(&table).expect("a file of ours").replacen("-0.", "0.", 20);
    fs::write(&table, other).expect("a file of ours");
    fs::remove_dir_all(&folder).expect("a folder of ours");
    let (code, out, err) = mhm(&at, &["run", "p.mhm", "--quiet"]);
    assert_eq!(code, 0, "{out}{err}");
    fs::remove_dir_all(at.join("runs/methods")).expect("a folder of ours");
    fs::rename(at.join("kept"), at.join("runs/methods")).expect("a folder of ours");
    fs::write(&table, whole).expect("a file of ours");
    let (code, out, _) = mhm(&at, &["verify", "methods"]);
    assert!(code == 1 && out.contains("the manifest, ETE in part 1 of 3 of seed 0: "), "{out}");
}

/// Leave one group out as a plain program in Python, in which every part has another answer:
///
/// ```python
/// import numpy as np
/// from scipy.optimize import minimize
/// i = np.arange(120)
/// a = np.round((i * 37 % 101) / 50 - 1, 4)
/// b = np.round((i * 53 % 97) / 48 - 1, 4)
/// who = i % 3
/// y = (a + 0.5 * b + ((i * 29 % 23) / 23 - 0.5) * (1 + 3 * who) > 0).astype(int)
/// X = np.c_[a, b, np.ones(120)]
/// def loss(W, rows):
///     z = X[rows] @ W.reshape(3, 2)
///     return np.mean(np.logaddexp.reduce(z, axis=1) - z[np.arange(len(z)), y[rows]])
/// def fit(decay, rows):
///     return minimize(lambda W: loss(W, rows) + decay / 2 * W @ W, np.zeros(6), tol=1e-12).x
/// for part in range(3):
///     test, validation, train = i[who == part], i[(who != part) & (i < 80)], i[(who != part) & (i >= 80)]
///     tried = {decay: loss(fit(decay, train), validation) for decay in [0.3, 0.1, 0.03, 0.01]}
///     best = min(tried, key=tried.get)
///     W = fit(best, train)
///     print(tried, best, loss(W, test), np.mean((X[test] @ W.reshape(3, 2)).argmax(1) != y[test]))
/// ```
#[test]
fn a_nested_grid_search_is_that_of_a_plain_program() {
    const DECAYS: [&str; 4] = ["0.3", "0.1", "0.03", "0.01"];
    const PARTS: [([f64; 4], usize, f64, f64); 3] = [
        ([0.666_575_9, 0.659_635_2, 0.662_215_9, 0.666_386_1], 1, 0.539_700_6, 0.125),
        ([0.624_127_9, 0.595_631_4, 0.589_451, 0.595_779_7], 2, 0.610_637_9, 0.25),
        ([0.580_065_7, 0.526_338_5, 0.497_300_5, 0.491_494_3], 3, 0.827_005_7, 0.45),
    ];
    let at = folder("nested_plain");
    let row = |i: usize| {
        let (a, b) = ((i * 37 % 101) as f64 / 50.0 - 1.0, (i * 53 % 97) as f64 / 48.0 - 1.0);
        let noise = ((i * 29 % 23) as f64 / 23.0 - 0.5) * (1 + 3 * (i % 3)) as f64;
        format!("{a:.4},{b:.4},P{},{}\n", i % 3, usize::from(a + 0.5 * b + noise > 0.0))
    };
    let table: String = (0..120).map(row).collect();
    fs::write(at.join("d.csv"), format!("a,b,who,label\n{table}")).expect("a folder of ours");
    let program = "dataset Points from \"d.csv\" {
  modality x: [2] = csv(columns: [\"a\", \"b\"])
  target   label: class(2) = csv(column: \"label\")
  group    who = csv(column: \"who\"), grouped: false
  split validation = rows(0, 80)
  split train      = rest
}
network Plain {
  in   x: [D]
  head class = linear(2)
  out  class(x)
}
schedule Steps { repeat { phase all { train head on all } } }
pipeline p(decay: Float) {
  data Points  network Plain  loss cross_entropy  optimizer sgd(lr: 1.0, weight_decay: decay)
  schedule Steps  batch 27  budget 3000 steps  metrics error
}
experiment methods {
  choose decay in [0.3, 0.1, 0.03, 0.01] { by validation_loss }
  cross each who
  run p(decay)
  table test_loss, test_error
}
";
    fs::write(at.join("p.mhm"), program).expect("a folder of ours");
    let (code, out, err) = mhm(&at, &["run", "p.mhm", "--quiet"]);
    assert_eq!(code, 0, "{out}{err}");
    let store = open(&at, "methods");
    let records: Vec<RunRecord> = store.records().expect("it was run").into_iter().map(|line| line.record).collect();
    let near = |found: f64, expected: f64| (found - expected).abs() < 1e-4;
    for (i, (tried, best, loss, error)) in PARTS.into_iter().enumerate() {
        let searched = &store.manifest().searches[i];
        for ((trial, decay), expected) in searched.trials.iter().zip(DECAYS).zip(tried) {
            let mean = trial.mean().expect("it converges");
            assert!(trial.values == [decay] && near(mean, expected), "part {i}, {decay}: {mean}, not {expected}");
        }
        assert_eq!(searched.chosen, best, "part {i}");
        let of = |name: &str| records[i].measured(name).expect("it converges");
        assert!(near(of("test_loss"), loss) && near(of("test_error"), error), "part {i}: {}", of("test_loss"));
    }
}
