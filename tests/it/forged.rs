//! Results that somebody changed and sealed again: what does not follow from the rest is found, and so is what is missing.

use crate::store::{apart, folder, mhm, spots, store};
use mhm::record::manifest::Manifest;
use mhm::record::{Address, Artifacts, RunRecord};
use mhm::store::{Store, Wanted};
use mhm::train;
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
  seeds 3
  run moons(method)
  table test_error, test_error_without_first { rows method }
  figure test_error { lines method }
  compare method
}
"#;

fn prepared(name: &str) -> PathBuf {
    let at = folder(&format!("forged_{name}"));
    fs::write(at.join("m.mhm"), TEXT).expect("a folder of ours");
    let (code, _, err) = mhm(&at, &["run", "m.mhm", "-q"]);
    assert_eq!(code, 0, "{err}");
    at
}

fn verified(at: &Path) -> (i32, String) {
    let (code, out, err) = mhm(at, &["verify", "methods"]);
    (code, out + &err)
}

/// The whole folder, to put it back.
fn copy(from: &Path, to: &Path) {
    let _ = fs::remove_dir_all(to);
    fs::create_dir_all(to).expect("a folder of ours");
    for entry in fs::read_dir(from).expect("a folder of ours").flatten() {
        let (path, to) = (entry.path(), to.join(entry.file_name()));
        if path.is_dir() { copy(&path, &to) } else { _ = fs::copy(&path, &to).expect("a file of ours") }
    }
}

/// Changes what the first run of an arm left, and seals it as the program does.
fn forge(at: &Path, change: impl FnOnce(&mut RunRecord, &mut Artifacts)) -> Address {
    let store = store(at);
    let address = store.manifest().arms[1].cells[0];
    let mut stored = store.stored(&address).expect("it was done");
    let (recipe, watched) = (stored.recipe().clone(), stored.watched().to_string());
    let (mut record, mut kept) = (stored.record().clone(), stored.artifacts(Wanted::All).expect("it is whole"));
    change(&mut record, &mut kept);
    store.save(&recipe, &record, &kept, &watched).expect("a folder of ours");
    // Where it lay among others it counts no more.
    address
}

fn at_the_end<'k>(kept: &'k mut Artifacts, split: &str) -> &'k mut Vec<f32> {
    let found = kept.evaluated.iter_mut().find(|e| e.epoch.is_none() && e.change.is_none() && e.split == split);
    &mut found.expect("it was looked at").outputs.get_mut("out").expect("its output").values
}

/// Forged and gathered anew, so that records and hash follow from it.
#[track_caller]
fn found(name: &str, change: impl FnOnce(&mut RunRecord, &mut Artifacts), said: &str) {
    let at = prepared(name);
    let (_, honest) = verified(&at);
    let address = forge(&at, change);
    let (code, _, err) = mhm(&at, &["run", "m.mhm", "-q"]);
    assert_eq!(code, 0, "{err}");
    let (code, out) = verified(&at);
    assert!(code == 1 && out.contains(said) && out.contains(&address.to_string()), "{name}: {out}");
    assert!(!honest.contains(said) && honest.contains("6 runs have the predictions that follow"), "{honest}");
    // Of a sample that has it not, nothing is computed again.
    let (code, out, _) = mhm(&at, &["verify", "methods", "--sample", "0"]);
    assert!(code == 0 && out.contains("\n  0 runs have the predictions that follow"), "{name}: {out}");
}

#[test]
fn predictions_that_no_weights_make_are_found() {
    let better = |_: &mut RunRecord, kept: &mut Artifacts| {
        let truths = kept.truths.iter().find(|t| t.split == "test").expect("there are targets").values.clone();
        let out = at_the_end(kept, "test");
        for (row, truth) in out.chunks_mut(2).zip(&truths.values) {
            (row[0], row[1]) = if *truth == 0.0 { (0.9, 0.1) } else { (0.1, 0.9) };
        }
    };
    found("predictions", better, "the predictions of the deployed network on `test` are not what its weights make");
}

#[test]
fn a_single_bit_of_a_prediction_is_found() {
    let bit = |_: &mut RunRecord, kept: &mut Artifacts| {
        let value = &mut at_the_end(kept, "train")[7];
        *value = f32::from_bits(value.to_bits() ^ 1);
    };
    found("bit", bit, "the predictions of the deployed network on `train` are not what its weights make");
}

#[test]
fn weights_that_did_not_make_the_predictions_are_found() {
    let other = |_: &mut RunRecord, kept: &mut Artifacts| {
        // Of a module that learned last, so that no phase froze it since.
        let trail = &kept.trail;
        let last = trail.visits.last().and_then(|visit| visit.phase).expect("it was trained");
        let path = &trail.replicas[trail.phases[last].trains[0]].weights[0];
        kept.weights.get_mut(path).expect("it is there").values.iter_mut().for_each(|value| *value *= 1.5);
        // What the trail says of the end goes with it.
        for (place, end) in kept.trail.replicas.iter().zip(&mut kept.trail.end) {
            let of_place = place.weights.iter().map(|path| kept.weights[path].values.as_slice());
            *end = train::hash(of_place);
        }
        if let Some(last) = kept.trail.visits.last_mut() {
            last.hashes.clone_from(&kept.trail.end);
        }
    };
    found("weights", other, "are not what its weights make of the data");
}

#[test]
fn targets_that_the_data_do_not_have_are_found() {
    let flipped = |_: &mut RunRecord, kept: &mut Artifacts| {
        let truth = kept.truths.iter_mut().find(|t| t.split == "test").expect("there are targets");
        truth.values.values[0] = 1.0 - truth.values.values[0];
    };
    found("targets", flipped, "of `test` is not what its data have");
}

#[test]
fn a_network_that_nobody_would_deploy_is_found() {
    let worse = |record: &mut RunRecord, _: &mut Artifacts| {
        let route = &mut record.deployed[0];
        let head = route.replicas().last().expect("a network has modules");
        route.set(head.module.replica(1 - head.number));
    };
    found("deployed", worse, "it deploys other networks than its weights make the ones to deploy");
}

/// A line of records with its seal.
fn sealed(line: &str) -> String {
    let open = line.rsplit_once(",\"blake3\"").map_or(line, |(open, _)| open);
    let sum = blake3::hash(format!("{open}}}").as_bytes()).to_hex();
    format!("{open},\"blake3\":\"{}\"}}", &sum[..16])
}

#[test]
fn records_that_are_missing_double_or_moved_are_found() {
    let at = prepared("records");
    let path = at.join("runs/methods/records.jsonl");
    let whole = fs::read_to_string(&path).expect("it was written");
    let lines: Vec<&str> = whole.lines().collect();
    assert_eq!(lines.len(), 6);
    let swapped = [&lines[1..2], &lines[..1], &lines[2..]].concat();
    let twice = [&lines[..], &lines[2..3]].concat();
    let renamed = sealed(&lines[0].replacen("\"seed\":0", "\"seed\":9", 1));
    let relabelled: Vec<String> = lines
        .iter()
        .map(|line| {
            let (a, b) = ("\"EndToEnd\"", "\"Mhm(heads: 2)\"");
            sealed(&line.replace(a, "\"@\"").replace(b, a).replace("\"@\"", b))
        })
        .collect();
    let relabelled: Vec<&str> = relabelled.iter().map(String::as_str).collect();
    for (what, lines, said) in [
        ("halved", &lines[..3], "`records.jsonl` lacks it"),
        ("reordered", &swapped, "is not in the order of the manifest's runs"),
        ("doubled", &twice, "`records.jsonl` has it twice"),
        ("emptied", &[][..], "`records.jsonl` lacks it"),
        ("one less", &lines[1..], "EndToEnd, seed 0, repeat 0: `records.jsonl` lacks it"),
        (
            "of another seed",
            &[&[renamed.as_str()], &lines[1..]].concat(),
            "records of runs that the manifest does not list",
        ),
        ("of other arms", &relabelled, "records of runs that the manifest does not list"),
    ] {
        fs::write(&path, lines.join("\n") + if lines.is_empty() { "" } else { "\n" }).expect("a file of ours");
        let (code, out) = verified(&at);
        assert!(code == 1 && out.contains(said), "{what}: {out}");
    }
    fs::remove_file(&path).expect("a file of ours");
    let (code, out) = verified(&at);
    assert!(code == 1 && out.contains("`records.jsonl` lacks it"), "{out}");
    // All of it follows from the runs.
    assert_eq!(mhm(&at, &["run", "m.mhm", "-q"]).0, 0);
    assert_eq!(fs::read_to_string(&path).expect("it was made anew"), whole);
    assert_eq!(verified(&at).0, 0);
}

#[test]
fn runs_that_are_missing_are_found_whatever_else_is_taken_away() {
    let at = prepared("missing");
    apart(&at);
    assert_eq!(mhm(&at, &["run", "m.mhm", "-q"]).0, 0);
    let (runs, spare) = (at.join("runs/methods"), at.join("spare"));
    copy(&runs, &spare);
    let (address, path, _) = spots(&at).remove(0);
    let without = |name: &str| {
        let path = runs.join(name);
        let text = fs::read_to_string(&path).expect("a file of ours");
        let rest: String =
            text.lines().filter(|line| !line.contains(&address)).map(|line| format!("{line}\n")).collect();
        fs::write(path, rest).expect("a file of ours");
    };
    let is_missing = |what: &str| {
        let (code, out) = verified(&at);
        assert!(code == 1 && out.contains("some are missing"), "{what}: {out}");
        out
    };
    fs::remove_file(&path).expect("a file of ours");
    let out = is_missing("its file");
    assert!(out.contains(&format!("it was done, and its run {address} is missing")), "{out}");
    without("records.jsonl");
    is_missing("its file and its record");
    without("events.jsonl");
    is_missing("all that is said of it");
    // Where the manifest says nothing either, the runs are not all done, and so have no hash.
    let hash = store(&at).manifest().hash.clone().expect("all were done");
    resealed(&at, |manifest| manifest.hash = None);
    let (code, out, err) = mhm(&at, &["verify", "methods"]);
    assert!(code == 0 && out.contains("5 of 6 runs are done"), "{out}{err}");
    let (code, out, _) = mhm(&at, &["verify", "methods", "--is", &hash]);
    assert!(code == 1 && out.contains("not all runs are done"), "{out}");
    copy(&spare, &runs);
    assert_eq!(mhm(&at, &["verify", "methods", "--is", &hash]).0, 0);
}

/// Changes the manifest and seals it again.
fn resealed(at: &Path, change: impl FnOnce(&mut Manifest)) {
    let mut manifest = store(at).manifest().clone();
    change(&mut manifest);
    let text = ron::ser::to_string_pretty(&manifest, ron::ser::PrettyConfig::default()).expect("plain data");
    let sum = blake3::hash(text.as_bytes()).to_hex();
    fs::write(at.join("runs/methods/manifest.ron"), format!("// blake3 {sum}\n{text}")).expect("a file of ours");
}

#[test]
fn a_manifest_that_its_texts_do_not_make_is_found() {
    let at = prepared("manifest");
    let path = at.join("runs/methods/manifest.ron");
    let whole = fs::read(&path).expect("it was written");
    type Change = fn(&mut Manifest);
    let changes: [(&str, Change); 6] = [
        ("its runs are not those that the texts and the data make", |m| {
            let (first, second) = m.arms.split_at_mut(1);
            std::mem::swap(&mut first[0].cells, &mut second[0].cells);
        }),
        ("its `batch` is not what the texts declare", |m| {
            let batch = m.arms[0].settings.iter_mut().find(|(name, _)| name == "batch").expect("it is one");
            batch.1 = "32".into();
        }),
        ("the texts declare Mhm(heads: 2) here", |m| m.arms[1].arm.0[0].1 = "Mhm(heads: 8)".into()),
        ("the tables of the manifest are not those", |m| m.tables[0].measures[0].lower_is_better = false),
        ("the figures of the manifest are not those", |m| m.figures.clear()),
        ("the axes of the manifest are not those", |m| m.axes[0].values.reverse()),
    ];
    for (said, change) in changes {
        resealed(&at, change);
        let (code, out) = verified(&at);
        assert!(code == 1 && out.contains(said), "{said}: {out}");
        fs::write(&path, &whole).expect("a file of ours");
    }
    assert_eq!(verified(&at).0, 0);
}

#[test]
fn an_audit_trail_that_the_plan_does_not_make_is_found() {
    let emptied = |record: &mut RunRecord, kept: &mut Artifacts| {
        kept.trail.replicas.clear();
        kept.trail.phases.clear();
        kept.trail.visits.clear();
        kept.trail.end.clear();
        (record.steps, record.samples) = (1, 2);
    };
    found("trail", emptied, "its audit trail is not of the phases of its plan and their samples");
    found("steps", |record, _| record.steps += 1, "it tells of 73 steps, and its plan has 72");
    found("visits", |_, kept| kept.trail.more += 1, "visits, and its plan has");
}

#[test]
fn what_is_shown_twice_is_damage() {
    let at = prepared("twice");
    let (_, before, _) = mhm(&at, &["run", "m.mhm"]);
    forge(&at, |_, kept| {
        let mut again = kept.evaluated.clone();
        again.iter_mut().for_each(|seen| seen.loss = 1e-4);
        kept.evaluated.extend(again);
    });
    let (code, out) = verified(&at);
    assert!(code == 1 && out.contains("it shows one thing twice"), "{out}");
    let (code, out, err) = mhm(&at, &["run", "m.mhm"]);
    assert!(code == 0 && out == before && err.contains("it shows one thing twice"), "{err}");
}

#[test]
fn runs_are_held_against_their_arms_whoever_wrote_the_manifest() {
    let at = prepared("other_program");
    resealed(&at, |manifest| {
        let (first, second) = manifest.arms.split_at_mut(1);
        std::mem::swap(&mut first[0].cells, &mut second[0].cells);
        manifest.program = "mhm 0.0.9".into();
    });
    let (code, out) = verified(&at);
    assert!(
        code == 1 && out.contains("not held: what the manifest lists") && out.contains("and its own `schedule"),
        "{out}"
    );
}

#[test]
fn seeds_that_nobody_asked_for_are_found() {
    let at = prepared("seeds");
    resealed(&at, |manifest| {
        manifest.seeds = vec![0, 2];
        manifest.arms.iter_mut().for_each(|arm| _ = arm.cells.remove(1));
    });
    let (code, out) = verified(&at);
    assert!(
        code == 1 && out.contains("lists 2 seeds and 1 repeats, its text and the command declare others (3 and 1)"),
        "{out}"
    );
    // Those of the command line are its own.
    assert_eq!(mhm(&at, &["run", "m.mhm", "-q", "--seeds", "2"]).0, 0);
    assert_eq!(verified(&at).0, 0);
}

#[test]
fn counts_that_no_experiment_has_are_damage() {
    let at = prepared("counts");
    let whole = fs::read(at.join("runs/methods/manifest.ron")).expect("it was written");
    for change in [
        (|manifest: &mut Manifest| manifest.axes.extend(vec![manifest.axes[0].clone(); 18])) as fn(&mut Manifest),
        |manifest| manifest.seeds = (0..200_000).collect(),
        |manifest| manifest.seeds = vec![1; 3],
    ] {
        resealed(&at, change);
        let (code, _, err) = mhm(&at, &["report", "methods"]);
        assert!(code == 2 && err.contains("manifest.ron` is damaged: its axes have") | err.contains("seeds"), "{err}");
        fs::write(at.join("runs/methods/manifest.ron"), &whole).expect("a file of ours");
    }
    assert_eq!(verified(&at).0, 0);
}

#[test]
fn the_last_number_of_a_pack_is_not_taken_twice() {
    let at = prepared("numbers");
    let cells = at.join("runs/methods/cells");
    fs::rename(cells.join("000001.pack"), cells.join("4294967295.pack")).expect("a file of ours");
    assert_eq!(mhm(&at, &["run", "m.mhm", "-q", "--seeds", "6"]).0, 0);
    let (code, out) = verified(&at);
    assert!(code == 0 && out.contains("all 12 runs together"), "{out}");
}

#[test]
fn equal_runs_have_one_hash_and_others_have_another() {
    let at = prepared("hash");
    let hash = store(&at).manifest().hash.clone().expect("all were done");
    assert_eq!(hash.len(), 64);
    let (_, _, err) = mhm(&at, &["run", "m.mhm"]);
    assert!(
        err.contains(&format!("all of them have the hash {hash}; `mhm verify methods --is HASH` checks it")),
        "{err}"
    );
    assert_eq!(mhm(&at, &["report", "methods"]).0, 0);
    let page = fs::read_to_string(at.join("runs/methods/report/report.html")).expect("it was written");
    assert!(page.contains(&hash), "a report states it");
    // Trained in another order, by other threads, in another form, and again.
    let other = folder("forged_hash_again");
    fs::write(other.join("m.mhm"), format!("// The same.\n{TEXT}")).expect("a folder of ours");
    assert_eq!(mhm(&other, &["run", "m.mhm", "-q", "--threads", "1", "--seeds", "1"]).0, 0);
    assert_ne!(store(&other).manifest().hash.as_ref(), Some(&hash), "of less runs");
    assert_eq!(mhm(&other, &["run", "m.mhm", "-q"]).0, 0);
    apart(&other);
    for arguments in [&["run", "m.mhm", "-q"][..], &["run", "m.mhm", "-q", "--fresh"]] {
        assert_eq!(mhm(&other, arguments).0, 0);
        for said in [hash.as_str(), &hash[..16], &hash.to_uppercase()] {
            let (code, out, err) = mhm(&other, &["verify", "methods", "--is", said]);
            assert!(code == 0 && out.contains(&format!("all 6 runs together have the hash {hash}")), "{out}{err}");
        }
    }
    let wrong = format!("{}{}", if hash.starts_with('0') { '1' } else { '0' }, &hash[1..]);
    let (code, out, _) = mhm(&at, &["verify", "methods", "--is", &wrong]);
    assert!(code == 1 && out.contains(&format!("have the hash {hash}, not {wrong}")), "{out}");
    assert_eq!(mhm(&at, &["verify", "methods", "--is", &hash[..15]]).0, 2, "too short to say anything");
    // One bit of one weight.
    forge(&at, |_, kept| {
        let weight = kept.weights.values_mut().next().expect("there are weights");
        weight.values[0] = f32::from_bits(weight.values[0].to_bits() ^ 1);
    });
    let (code, out, _) = mhm(&at, &["verify", "methods", "--sample", "0", "--is", &hash]);
    assert!(code == 1 && out.contains(&format!(", not {hash}")), "{out}");
}

#[test]
fn every_run_or_a_sample_of_them_is_had_again() {
    let at = prepared("again");
    let (code, out, err) = mhm(&at, &["reproduce", "methods", "--all"]);
    assert!(code == 0 && out.ends_with("6 of 6 runs are the same to the bit\n"), "{out}{err}");
    assert_eq!(out.matches(": the same to the bit: ").count(), 6, "{out}");
    let (code, out, _) = mhm(&at, &["reproduce", "methods", "--sample", "2", "--threads", "1"]);
    assert!(code == 0 && out.ends_with("2 of 2 runs are the same to the bit\n"), "{out}");
    let (code, _, err) = mhm(&at, &["reproduce", "methods", "--all", "--seed", "1"]);
    assert!(code == 2 && err.contains("cannot be used with"), "{err}");
    // Predictions that follow from weights that training does not come to: only training tells.
    let store = store(&at);
    let (one, other) = (store.manifest().arms[0].cells[0], store.manifest().arms[0].cells[1]);
    let mut stored = store.stored(&other).expect("it was done");
    let mut kept = stored.artifacts(Wanted::All).expect("it is whole");
    kept.truths.clear();
    let stored = Store::stored(&store, &one).expect("it was done");
    store.save(stored.recipe(), stored.record(), &kept, stored.watched()).expect("a folder of ours");
    let (code, out, _) = mhm(&at, &["reproduce", "methods", "--all"]);
    assert!(
        code == 1
            && out.contains("seed 0, repeat 0: not the same: ")
            && out.ends_with("5 of 6 runs are the same to the bit\n"),
        "{out}"
    );
}
