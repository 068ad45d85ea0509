//! The corpus of the fuzzer, once through: what was ever found stays mended.

#[path = "../../fuzz/src/lib.rs"]
mod targets;

use crate::store::folder;
use mhm::record::manifest::Manifest;
use mhm::record::{Artifacts, ClassOutput, Recipe, RunRecord};
use mhm::seed::Seed;
use mhm::store::{Claims, Owner, Store};
use mhm::train::{self, Boundary, Checkpointing, Event};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

fn corpus() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus")
}

#[test]
fn every_input_of_the_corpus_is_stood() {
    for kind in targets::kinds() {
        let own = corpus().join(kind);
        // A format that nobody looked for inputs of is given those of another one.
        let folder = if own.is_dir() { own } else { corpus().join("npy") };
        let mut inputs: Vec<_> = fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect();
        inputs.sort();
        assert!(!inputs.is_empty(), "{kind} has no inputs");
        for input in inputs {
            let bytes = fs::read(&input).unwrap();
            let stood = std::panic::catch_unwind(|| targets::stand(kind, &bytes));
            assert!(stood.is_ok(), "{}", input.display());
        }
    }
}

/// Programs that are drawn; `MHM_PROGRAMS` asks for more, and `MHM_PROGRAMS_FROM` for others.
const PROGRAMS: u64 = 800;

#[test]
fn programs_with_extreme_numbers_are_refused_or_run() {
    let (mut refused, mut planned, mut ran) = (BTreeMap::<&str, usize>::new(), 0, 0);
    let asked = |name: &str, default: u64| std::env::var(name).map_or(default, |n| n.parse().expect("a number"));
    let (first, count) = (asked("MHM_PROGRAMS_FROM", 0), asked("MHM_PROGRAMS", PROGRAMS));
    for number in first..first + count {
        let mut stream = Seed(number).stream("extreme");
        let bytes: Vec<u8> = (0..400).map(|_| stream.below(256) as u8).collect();
        let text = targets::program(&bytes);
        match std::panic::catch_unwind(|| targets::stands(&text)) {
            Ok(targets::Came::Refused(codes)) => {
                codes.into_iter().for_each(|code| *refused.entry(code).or_insert(0) += 1);
            }
            Ok(targets::Came::Planned) => planned += 1,
            Ok(targets::Came::Ran) => ran += 1,
            Err(_) => panic!("program {number}:\n{text}"),
        }
    }
    println!("{planned} planned, {ran} ran, refused by {refused:?}");
    assert!(ran > count / 50 && planned > 0, "{planned} planned, {ran} ran of {count}");
    for code in ["out-of-range", "bad-argument", "shape-mismatch", "too-large"] {
        assert!(refused.contains_key(code), "{code}: {refused:?}");
    }
}

/// `seeds/standing.mhm` at every end of a phase, and at its own, as it is stored today. After a change of that form:
/// `MHM_BLESS=1`.
#[test]
fn the_corpus_has_runs_as_they_are_stored() {
    let at = folder("fuzz");
    let recipe = Recipe(vec![("seed".into(), "0".into())]);
    let lock = Claims::join(&at, Owner::default(), |_| false).unwrap();
    let store = Store::create(&lock, Manifest::default(), &[], &mut |_, _| {}).unwrap();
    let mut inputs = vec![];
    let mut seen = vec![];
    let mut listen = |event: Event<'_>| match event {
        Event::Checkpoint(taken) => {
            let name = format!("{:012}.safetensors", taken.state.steps);
            store.save_checkpoint(&recipe, "all", &taken).unwrap();
            let file = fs::read(at.join("checkpoints").join(recipe.address().to_string()).join(name)).unwrap();
            inputs.push((format!("checkpoint/after {} steps", taken.state.steps), targets::parts(&file)));
        }
        Event::Seen(evaluated) => seen.push(evaluated),
        Event::Phase { .. } | Event::Epoch { .. } | Event::Halted(_) => {}
    };
    let fixture = targets::fixture();
    let phases = |boundary| boundary == Boundary::Phase;
    let trained = fixture.resume(Checkpointing { from: None, due: Some(&phases) }, &mut listen).expect("it trains");
    let kept = Artifacts {
        evaluated: seen,
        truths: train::truths(&fixture.graph, &fixture.data),
        classes: Some(ClassOutput { output: "out".into(), target: "moon".into(), classes: 2 }),
        names: [("moon".to_string(), vec!["upper".to_string(), "lower".to_string()])].into(),
        weights: trained.weights(),
        trail: trained.trail.clone(),
    };
    store.save(&recipe, &RunRecord::default(), &kept, "all").unwrap();
    let file = fs::read(at.join("cells").join(format!("{}.safetensors", recipe.address()))).unwrap();
    inputs.push(("cell/run".into(), targets::parts(&file)));
    let other = Recipe(vec![("seed".into(), "1".into())]);
    let run = |recipe| store.finished(recipe, &RunRecord::default(), &kept, "all").unwrap();
    store.commit(&[run(&recipe), run(&other)]).unwrap();
    let file = fs::read(at.join("cells/000001.pack")).unwrap();
    inputs.push(("pack/two".into(), file[..file.len() - 32].to_vec()));
    for (name, input) in &inputs {
        let path = corpus().join(name);
        if std::env::var_os("MHM_BLESS").is_some() {
            fs::write(&path, input).unwrap();
        }
        assert!(fs::read(&path).unwrap() == *input, "{name} is of another day");
    }
    let run = inputs.iter().find(|(name, _)| name == "cell/run").unwrap();
    assert_eq!(targets::kept(&run.1), Some(kept));
    assert!(targets::stopped(&inputs[0].1).is_some());
}
