//! Settings that are proposed one after the other, by what those before came to: that they are the same whatever interrupts it, and that
//! they follow from what is stored.

use crate::choose::{everything, laid_out, open, program, searches, stop};
use crate::store::mhm;
use mhm::check;
use mhm::cli::files;
use mhm::hir::Proposed;
use mhm::search::{Coordinate, tuning};
use mhm::store::Store;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

const TPE: &str =
    "choose lr in log(1e-4 .. 1e-1), width in [2, 4] { trials 14  seeds 2  sampler tpe  by validation_loss }";

fn values(at: &Path) -> Vec<Vec<Vec<String>>> {
    searches(at).iter().map(|searched| searched.trials.iter().map(|trial| trial.values.clone()).collect()).collect()
}

#[test]
fn trials_are_proposed_by_what_those_before_came_to() {
    let at = laid_out("tpe_all", TPE);
    let (code, out, err) = mhm(&at, &["run", "p.mhm"]);
    assert_eq!(code, 0, "{out}{err}");
    let trials = open(&at, "methods.search");
    assert_eq!(trials.addresses().expect("it was run").len(), 56, "2 arms, 14 trials, 2 seeds");
    let [first, other] = &values(&at)[..] else { panic!("two arms") };
    assert_eq!(first[..8], other[..8], "drawn for both");
    assert_ne!(first[8..], other[8..], "proposed for each by its own results");
    for own in [first, other] {
        assert_eq!(own.iter().collect::<BTreeSet<_>>().len(), 14, "no point twice");
    }
    for arguments in [
        &["status"][..],
        &["report", "methods"],
        &["report", "methods.search"],
        &["verify", "methods"],
        &["reproduce", "methods", "--all"],
        &["reproduce", "methods.search", "--sample", "3"],
    ] {
        let (code, out, err) = mhm(&at, arguments);
        assert_eq!(code, 0, "{arguments:?}: {out}{err}");
    }
    let (_, out, _) = mhm(&at, &["verify", "methods"]);
    assert!(out.contains("methods.search: ") && out.contains("all 56 runs together"), "{out}");
    let (_, out, _) = mhm(&at, &["plan", "p.mhm", "--why"]);
    assert!(out.contains("methods.search: 56 of 56 runs done") && out.contains("methods: 4 of 4 runs done"), "{out}");
    let (_, out, _) = mhm(&at, &["plan", "p.mhm"]);
    for said in
        ["(14 trials, 2 seeds of each, tpe)", "56 runs that choose: ", "are taken to cost what the first of them do"]
    {
        assert!(out.contains(said), "{said} in {out}");
    }
    // Nothing is left to do.
    let (code, out, err) = mhm(&at, &["run", "p.mhm"]);
    assert!(code == 0 && err.contains("methods.search: 56 of 56 runs were done already"), "{out}{err}");
}

#[test]
fn any_number_of_threads_and_stops_leaves_the_same_bits() {
    let whole = laid_out("tpe_whole", TPE);
    let (code, out, err) = mhm(&whole, &["run", "p.mhm", "--quiet", "--threads", "1"]);
    assert_eq!(code, 0, "{out}{err}");
    let stopped = laid_out("tpe_stopped", TPE);
    let done =
        || Store::open(&stopped.join("runs/methods.search")).map_or(0, |s| s.addresses().map_or(0, |all| all.len()));
    // In the first round, and in the middle of what is proposed.
    stop(&stopped, &format!("wait {}", tuning(1)), &|| done() == 16);
    stop(&stopped, "wait 0", &|| stopped.join("runs/methods/events.jsonl").exists());
    let (code, out, err) = mhm(&stopped, &["run", "p.mhm", "--quiet", "--threads", "2"]);
    assert_eq!(code, 0, "{out}{err}");
    assert_eq!(everything(&stopped), everything(&whole));
    assert_eq!(searches(&stopped), searches(&whole));
}

#[test]
fn more_trials_keep_those_done_also_of_a_round_that_was_cut_short() {
    let at = laid_out("tpe_more", TPE);
    let (code, out, err) = mhm(&at, &["run", "p.mhm", "--quiet"]);
    assert_eq!(code, 0, "{out}{err}");
    let few = values(&at);
    fs::write(at.join("p.mhm"), program(&TPE.replace("trials 14", "trials 18"))).expect("a folder of ours");
    let (code, out, err) = mhm(&at, &["run", "p.mhm", "--quiet"]);
    assert_eq!(code, 0, "{out}{err}");
    assert_eq!(open(&at, "methods.search").addresses().expect("it was run").len(), 72);
    for (few, more) in few.iter().zip(values(&at)) {
        assert_eq!(*few, more[..14]);
    }
    // All at once come to the same.
    let whole = laid_out("tpe_at_once", &TPE.replace("trials 14", "trials 18"));
    let (code, out, err) = mhm(&whole, &["run", "p.mhm", "--quiet"]);
    assert_eq!(code, 0, "{out}{err}");
    assert_eq!(searches(&at), searches(&whole));
}

#[test]
fn begun_anew_each_trial_is_trained_once() {
    let at = laid_out("tpe_fresh", TPE);
    for _ in 0..2 {
        let (code, out, err) = mhm(&at, &["run", "p.mhm", "--quiet", "--fresh"]);
        assert_eq!(code, 0, "{out}{err}");
    }
    let events = open(&at, "methods.search").events().expect("it was run");
    let done = events.iter().filter(|event| matches!(event, mhm::store::Event::Done { .. })).count();
    assert_eq!(done, 2 * 56);
}

#[test]
fn what_is_proposed_is_checked_when_it_is() {
    let text =
        program("choose lr in log(1e-4 .. 1e-1), width in 2 .. 1000 { trials 9  sampler tpe  by validation_loss }")
            .replace("fusion join  = linear(width)", "fusion join  = linear(12 / (width - 500) + 20)");
    let input = files::Input { name: "p.mhm".into(), text };
    let (program, checked, found) = files::check(&input);
    assert!(found.iter().all(|found| !found.is_error()), "{found:?}");
    let search = &checked.experiments[0].searches[0];
    let own = &search.arms[1];
    assert_eq!((search.count, own.points.len()), (9, 8));
    let with = |width: i64| {
        let point = vec![Coordinate::Real(0.01), Coordinate::Whole(width)];
        let points = [own.points.clone(), vec![point]].concat();
        check::check_with(&program, &[Proposed { search: search.span, arm: own.arm, points }])
    };
    let (checked, found) = with(30);
    assert!(found.iter().all(|found| !found.is_error()), "{found:?}");
    let arms = &checked.experiments[0].searches[0].arms;
    assert_eq!((arms[0].pipelines.len(), arms[1].pipelines.len()), (8, 9));
    assert_eq!(arms[1].trials[8], ["0.01", "30"]);
    let (_, found) = with(500);
    let error = found.iter().find(|found| found.is_error()).expect("a division by nothing");
    assert!(error.labels.iter().any(|label| label.text == "tried with lr = 0.01, width = 500"), "{error:?}");
    // Of another space nothing is taken.
    let (checked, found) = with(2000);
    assert!(
        found.iter().all(|found| !found.is_error()) && checked.experiments[0].searches[0].arms[1].points.len() == 8
    );
}
