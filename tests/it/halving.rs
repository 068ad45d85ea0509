//! Successive halving: trials that go on are those that would have been trained whole, nothing is trained twice, and it is the same
//! whatever interrupts it.

use crate::choose::{checkpoints, everything, laid_out, open, program, searches, stop};
use crate::store::mhm;
use mhm::record::manifest::Searched;
use mhm::store::Store;
use std::fs;
use std::path::{Path, PathBuf};

const HALVING: &str = "choose lr in log(1e-4 .. 1e-1), width in [2, 4] {
    trials 9  seeds 2  by validation_loss  halving 3 from 1 epoch
  }";

/// Nine trials of nine epochs: all halt after one, three after three, one goes to the end.
fn halving(name: &str) -> PathBuf {
    let at = laid_out(&format!("halving_{name}"), HALVING);
    let text = program(HALVING).replace("budget 3 epochs", "budget 9 epochs");
    fs::write(at.join("p.mhm"), text).expect("a folder of ours");
    at
}

fn run(at: &Path, arguments: &[&str]) -> (String, String) {
    let (code, out, err) = mhm(at, &[&["run", "p.mhm"], arguments].concat());
    assert_eq!(code, 0, "{out}{err}");
    (out, err)
}

/// Lines of events that say that a run is done.
fn ended(at: &Path) -> usize {
    let events = fs::read_to_string(at.join("runs/methods.search/events.jsonl")).expect("it was run");
    events.lines().filter(|line| line.contains("\"done\"")).count()
}

#[test]
fn the_best_third_goes_on_and_comes_to_what_it_comes_to_without_a_halt() {
    let at = halving("all");
    let (out, err) = run(&at, &[]);
    let trials = open(&at, "methods.search");
    // Of two arms on two seeds.
    assert_eq!(trials.addresses().expect("it was run").len(), 4 * (9 + 3 + 1), "{out}{err}");
    assert!(fs::read_dir(at.join("runs/methods.search/checkpoints")).map_or(0, Iterator::count) == 0);
    let whole = halving("whole");
    let text = fs::read_to_string(whole.join("p.mhm")).expect("a file of ours");
    fs::write(whole.join("p.mhm"), text.replace("  halving 3 from 1 epoch", "")).expect("a file of ours");
    run(&whole, &["--quiet"]);
    let places = |searched: &Searched, halted: Option<&str>| -> Vec<usize> {
        let all = searched.trials.iter().enumerate();
        all.filter(|(_, trial)| trial.halted.as_deref() == halted).map(|(place, _)| place).collect()
    };
    for (halved, whole) in searches(&at).iter().zip(searches(&whole)) {
        assert_eq!(halved.halving.as_deref(), Some("3 from 1 epoch"));
        let count = |halted| places(halved, halted).len();
        assert_eq!([count(Some("1 epoch")), count(Some("3 epochs")), count(None)], [6, 2, 1]);
        // What goes on is the best of those that halted with it.
        let mean = |place: usize| halved.trials[place].mean().expect("all end well");
        let best = places(halved, Some("3 epochs")).into_iter().chain(places(halved, None));
        assert!(best.clone().count() == 3 && places(halved, None) == [halved.chosen]);
        let chosen = &halved.trials[halved.chosen];
        assert_eq!(chosen.measured, whole.trials[halved.chosen].measured, "to the bit");
        assert!(places(halved, Some("1 epoch")).into_iter().all(|place| mean(place).is_finite()));
        let cost = |searched: &Searched| searched.trials.iter().map(|trial| trial.flops).sum::<u64>() as f64;
        assert!(cost(halved) < 0.4 * cost(&whole), "{} of {}", cost(halved), cost(&whole));
    }
    assert!(
        out.contains("Successive halving, 3 from 1 epoch. Trials halted on the way: ETE 8 of 9, MHM 8 of 9."),
        "{out}"
    );
    for arguments in [
        &["status"][..],
        &["report", "methods"],
        &["report", "methods.search"],
        &["verify", "methods"],
        &["reproduce", "methods.search", "--sample", "12"],
        &["plan", "p.mhm", "--why"],
    ] {
        let (code, out, err) = mhm(&at, arguments);
        assert_eq!(code, 0, "{arguments:?}: {out}{err}");
    }
    let before = ended(&at);
    let (_, err) = run(&at, &[]);
    assert!(ended(&at) == before && err.contains("52 of 52 runs were done already"), "{err}");
    run(&at, &["--fresh", "--quiet"]);
    assert_eq!(ended(&at), 2 * before, "each once more");
}

#[test]
fn any_number_of_threads_and_stops_leaves_the_same_bits() {
    let whole = halving("straight");
    run(&whole, &["--quiet", "--threads", "1"]);
    let stopped = halving("stopped");
    let done = || {
        let store = Store::open(&stopped.join("runs/methods.search"));
        store.map_or(0, |store| store.addresses().map_or(0, |all| all.len()))
    };
    // Twice in the first rung, twice in the second, and in the last.
    for (moment, least) in [("hold 1", 0), ("hold 2", 0), ("hold 7", 36), ("hold 2", 36), ("hold 14", 48)] {
        let before = checkpoints(&stopped);
        stop(&stopped, moment, &|| done() >= least && checkpoints(&stopped) != before);
    }
    assert!(done() < 52 && !stopped.join("runs/methods").exists());
    run(&stopped, &["--quiet", "--threads", "2"]);
    assert_eq!(everything(&stopped), everything(&whole));
    assert_eq!(searches(&stopped), searches(&whole));
    assert_eq!(open(&stopped, "methods").manifest().hash, open(&whole, "methods").manifest().hash);
}

/// A run that failed is tried again by the next command, not by the next rung of the same.
#[test]
fn a_trial_that_fails_is_tried_once() {
    let diverging = "choose lr in [1e30, 1e-2, 2e-2], width in [4] {
    trials 3  by validation_loss  halving 3 from 1 epoch
  }";
    let at = laid_out("halving_diverging", diverging);
    let failed = || {
        let events = fs::read_to_string(at.join("runs/methods.search/events.jsonl")).expect("it was run");
        events.lines().filter(|line| line.contains("\"failed\"")).count()
    };
    run(&at, &["--quiet"]);
    assert_eq!(failed(), 2, "one an arm");
    let searches = searches(&at);
    assert!(searches.iter().all(|searched| searched.undefined() == 1), "{searches:?}");
    run(&at, &["--quiet"]);
    assert_eq!(failed(), 4, "once more");
}

#[test]
fn a_plan_says_how_many_go_on() {
    let at = halving("plan");
    let (code, out, err) = mhm(&at, &["plan", "p.mhm"]);
    assert_eq!(code, 0, "{out}{err}");
    assert!(out.contains("(9 trials, 2 seeds of each, random, halving 3 from 1 epoch)"), "{out}");
    assert!(out.contains("9, 3, 1") && out.contains("36 runs that choose: "), "{out}");
}
