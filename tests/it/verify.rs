//! Results are held against themselves: a changed byte anywhere is found, and a run can be had again to the bit.

use crate::store::{cells, folder, mhm};
use std::fs;
use std::path::{Path, PathBuf};

const TEXT: &str = r#"
use std.dataset.TwoMoons
use std.network.ToyEarly
use std.schedule.*

pipeline moons(method: Schedule = EndToEnd) {
  data TwoMoons
  network ToyEarly(width: 8)
  loss cross_entropy
  optimizer adam(lr: 3e-3)
  schedule method
  batch 16
  budget 6 epochs
  metrics error
}

experiment methods {
  vary method in [EndToEnd, Mhm(heads: 2)]
  seeds 2
  run moons(method)
  table test_error, fresh_gap { rows method }
  figure test_error { lines method }
}
"#;

/// A folder with everything in it that a folder of results may have.
fn prepared(name: &str) -> PathBuf {
    let at = folder(&format!("verify_{name}"));
    fs::write(at.join("m.mhm"), TEXT).expect("a folder of ours");
    let (code, _, err) = mhm(&at, &["run", "m.mhm", "--quiet"]);
    assert_eq!(code, 0, "{err}");
    let (code, _, err) = mhm(&at, &["report", "methods"]);
    assert_eq!(code, 0, "{err}");
    // A checkpoint stays where a run is stopped.
    let stopped = TEXT.replace("seeds 2", "seeds 3").replace("6 epochs", "6000 epochs");
    fs::write(at.join("n.mhm"), stopped.replace("experiment methods", "experiment stopped")).expect("a folder of ours");
    at
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut all = vec![];
    for path in fs::read_dir(folder).expect("a folder of ours").flatten().map(|entry| entry.path()) {
        if path.is_dir() { all.extend(files(&path)) } else { all.push(path) }
    }
    all.sort();
    all
}

/// Flips one bit of one byte, again and again; how many were found.
fn flips(name: &str, count: usize) {
    let at = prepared(name);
    let mut child = crate::store::command(&at, &["run", "n.mhm", "--quiet", "--checkpoint", "phase"]);
    let mut child = child.stderr(std::process::Stdio::null()).spawn().expect("the program starts");
    while fs::read_dir(at.join("runs/stopped/checkpoints"))
        .into_iter()
        .flatten()
        .flatten()
        .all(|run| fs::read_dir(run.path()).map_or(0, Iterator::count) < 2)
    {
        std::thread::sleep(std::time::Duration::from_millis(2));
    }
    child.kill().and_then(|()| child.wait()).expect("a child of ours");
    for tmp in files(&at.join("runs")).into_iter().filter(|path| path.extension().is_some_and(|e| e == "tmp")) {
        fs::remove_file(tmp).expect("a file of ours");
    }
    let mut stream = mhm::seed::Seed(1).stream("flips");
    let mut found = 0;
    for run in ["methods", "stopped"] {
        let (code, out, err) = mhm(&at, &["verify", run]);
        // What was never finished has no records to be wrong.
        assert_eq!(code, 0, "{out}{err}");
        // Who runs it is no result.
        let all: Vec<PathBuf> =
            files(&at.join("runs").join(run)).into_iter().filter(|path| !path.ends_with("lock")).collect();
        for _ in 0..count / 2 {
            let file = &all[stream.below(all.len())];
            let whole = fs::read(file).expect("a file of ours");
            if whole.is_empty() {
                continue;
            }
            let (byte, bit) = (stream.below(whole.len()), stream.below(8));
            let mut changed = whole.clone();
            changed[byte] ^= 1 << bit;
            fs::write(file, &changed).expect("a file of ours");
            let (code, out, err) = mhm(&at, &["verify", run]);
            fs::write(file, &whole).expect("a file of ours");
            assert_ne!(code, 0, "bit {bit} of byte {byte} of {} is not found", file.display());
            let name = file.file_name().expect("a file").to_string_lossy().into_owned();
            // A wrong check sum accuses its file.
            let named = out.contains(&name) || err.contains(&name) || name == "blake3.txt";
            assert!(named, "{name}: {out}{err}");
            found += 1;
        }
        assert_eq!(mhm(&at, &["verify", run]).0, 0);
    }
    println!("{found} flipped bits found of {found}");
}

#[test]
fn a_changed_byte_is_found_wherever_it_is() {
    flips("flips", 80);
}

#[test]
#[ignore = "minutes: cargo test --test it verify -- --ignored --nocapture"]
fn a_thousand_changed_bytes_are_found() {
    flips("many_flips", 1200);
}

#[test]
fn whole_results_are_told_what_was_held_against_what() {
    let at = prepared("whole");
    let (code, out, err) = mhm(&at, &["verify", "methods"]);
    assert_eq!(code, 0, "{err}");
    for fact in [
        "are what was written\n",
        "visits of phases left every frozen module as it was\n",
        "phases trained on no sample of another split\n",
        "4 runs have the measures that follow from their predictions\n",
    ] {
        assert!(out.contains(fact), "{out}");
    }
    fs::remove_file(&cells(&at)[0]).expect("a file of ours");
    let (code, out, _) = mhm(&at, &["verify", "methods"]);
    assert!(code == 1 && out.contains("`records.jsonl` has measures, and there is no run"), "{out}");
}

#[test]
fn modules_without_weights_are_no_fault() {
    let at = folder("verify_weightless");
    let network = "network Bare {
  in     each modality: [D]
  uni    each embed = linear(3) |> relu
  fusion joint = concat
  head   classify = linear(2)
  out    classify(joint(embed(modality)))
}
experiment";
    fs::write(at.join("m.mhm"), TEXT.replace("ToyEarly(width: 8)", "Bare").replace("experiment", network)).unwrap();
    let (code, _, err) = mhm(&at, &["run", "m.mhm", "--quiet"]);
    assert_eq!(code, 0, "{err}");
    let (code, out, err) = mhm(&at, &["verify", "methods"]);
    assert_eq!(code, 0, "{out}{err}");
}

#[test]
fn a_run_is_had_again_to_the_bit() {
    let at = prepared("again");
    for arguments in [&["reproduce", "methods"][..], &["reproduce", "methods", "--arm", "Mhm(heads: 2)", "--seed", "1"]]
    {
        let (code, out, err) = mhm(&at, arguments);
        assert!(
            code == 0 && out.contains(": the same to the bit: ") && out.contains(" visits of phases"),
            "{out}{err}"
        );
    }
    // What the file on disk says by now does not count.
    fs::write(at.join("m.mhm"), "nonsense").expect("a folder of ours");
    assert_eq!(mhm(&at, &["reproduce", "methods"]).0, 0);
    let (code, _, err) = mhm(&at, &["reproduce", "methods", "--seed", "7"]);
    assert!(code == 2 && err.contains("was not run with the seed 7"), "{err}");
}
