//! Who counts what is done, and whose numbers are shown: those of the settings as they are, whoever asks.

use crate::store::{command, folder, mhm, store};
use mhm::store::Event;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

/// Two methods, two rates, two seeds.
fn text(epochs: usize) -> String {
    format!(
        "use std.dataset.TwoMoons
use std.network.ToyEarly
use std.schedule.*

pipeline moons(method: Schedule = EndToEnd, lr: Float = 3e-3) {{
  data TwoMoons
  network ToyEarly(width: 8)
  loss cross_entropy
  optimizer adam(lr: lr)
  schedule method
  batch 16
  budget {epochs} epochs
  metrics error, accuracy
}}

experiment methods {{
  vary method in [EndToEnd, Mhm(heads: 2)]
  vary lr in [3e-3, 1e-3]
  seeds 2
  run moons(method, lr)
  table test_error, fresh_gap {{ rows method  columns lr }}
  compare method
}}
"
    )
}

fn written(name: &str, text: &str) -> PathBuf {
    let at = folder(&format!("gathered_{name}"));
    fs::write(at.join("m.mhm"), text).expect("a folder of ours");
    at
}

/// Starts an experiment some of whose runs wait, and kills it once `done` is so.
fn killed(at: &Path, arguments: &[&str], wait: &str, mut done: impl FnMut() -> bool) {
    let mut child = command(at, &[&["run", "m.mhm"], arguments].concat());
    let mut child =
        child.env("MHM_FAULT", wait).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("the program starts");
    while !done() {
        assert!(child.try_wait().expect("a child of ours").is_none(), "it was over before");
        std::thread::sleep(Duration::from_millis(2));
    }
    child.kill().and_then(|()| child.wait()).expect("a child of ours");
}

fn page(at: &Path) -> String {
    let (code, out, err) = mhm(at, &["report", "methods"]);
    assert_eq!(code, 0, "{out}{err}");
    fs::read_to_string(at.join("runs/methods/report/report.html")).expect("it was written")
}

#[test]
fn numbers_of_other_settings_are_left_out_and_counted() {
    let at = written("settings", &text(2));
    let (_, first, _) = mhm(&at, &["run", "m.mhm"]);
    let manifest = at.join("runs/methods/manifest.ron");
    let before = fs::read(&manifest).expect("it was written");
    // Killed when the folder is of the new settings and nothing of them is done.
    fs::write(at.join("m.mhm"), text(3)).expect("a folder of ours");
    killed(&at, &["--checkpoint", "stop"], "wait", || fs::read(&manifest).is_ok_and(|now| now != before));
    let said = "0 of 8 runs of these settings are done; 8 records of other settings left out";
    for arguments in [&["report", "methods"][..], &["compare", "methods", "methods"]] {
        let (code, out, err) = mhm(&at, arguments);
        assert!(code == 2 && err.contains(said) && !out.contains("test_error"), "{arguments:?}: {out}{err}");
    }
    let (_, status, _) = mhm(&at, &["status"]);
    assert!(status.contains("0 of 8 runs done"), "{status}");
    let (_, runs, _) = mhm(&at, &["runs"]);
    assert!(runs.contains("0 of 8 (+ 8 of earlier forms)"), "{runs}");
    let (code, out, err) = mhm(&at, &["verify", "methods"]);
    assert!(code == 0 && out.contains("0 of 8 runs are done, the others are not yet"), "{out}{err}");
    // The old settings are as they were.
    fs::write(at.join("m.mhm"), text(2)).expect("a folder of ours");
    let (code, out, err) = mhm(&at, &["run", "m.mhm"]);
    assert!(code == 0 && out == first && err.contains("8 of 8 runs were done already"), "{err}");
}

#[test]
fn what_has_no_record_is_measured_by_who_asks() {
    let at = written("records", &text(2));
    assert_eq!(mhm(&at, &["run", "m.mhm", "-q"]).0, 0);
    let (whole, records) = (page(&at), at.join("runs/methods/records.jsonl"));
    let written = fs::read_to_string(&records).expect("it was written");
    let lines: Vec<&str> = written.lines().collect();
    let as_before = || lines[3].replace("\"address\":", "\"adress\":");
    let kinds =
        [String::new(), lines[..4].join("\n"), [lines[0], &as_before(), &lines[2][..90], "nonsense"].join("\n")];
    for kind in kinds {
        fs::write(&records, kind).expect("a file of ours");
        assert!(page(&at) == whole, "the page is of what is stored");
    }
    fs::remove_file(&records).expect("a file of ours");
    assert!(page(&at) == whole);
    // Another measure is one of the same runs, whenever the program was stopped.
    let other = text(2).replace("table test_error, fresh_gap", "table test_accuracy");
    fs::write(at.join("m.mhm"), other).expect("a folder of ours");
    let (code, out, err) = mhm(&at, &["run", "m.mhm"]);
    assert!(code == 0 && out.contains("test_accuracy") && err.contains("8 of 8 runs were done already"), "{out}{err}");
    fs::write(&records, &written).expect("a file of ours");
    assert!(page(&at).contains("Test accuracy"), "records of before are of other measures");
}

#[test]
fn a_second_run_reads_records_and_no_run() {
    let at = written("again", &text(2));
    let (_, first, _) = mhm(&at, &["run", "m.mhm"]);
    let records = at.join("runs/methods/records.jsonl");
    // What is shown is what the records say: no run was opened.
    let line = |text: &str| {
        let object = serde_json::from_str::<serde_json::Value>(text).expect("JSON");
        object["record"]["measures"]["test_error"].as_f64().expect("a number").to_string()
    };
    let text = fs::read_to_string(&records).expect("it was written");
    let value = line(text.lines().next().expect("it has lines"));
    let changed: String = text
        .lines()
        .enumerate()
        .map(|(i, line)| {
            let (open, _) = line.rsplit_once(",\"blake3\"").expect("it is sealed");
            let open = if i == 0 {
                open.replacen(&format!("\"test_error\":{value}"), "\"test_error\":0.987654321", 1)
            } else {
                open.to_string()
            };
            let sum = blake3::hash(format!("{open}}}").as_bytes()).to_hex();
            format!("{open},\"blake3\":\"{}\"}}\n", &sum[..16])
        })
        .collect();
    assert_ne!(changed, text);
    fs::write(&records, &changed).expect("a file of ours");
    let (code, out, _) = mhm(&at, &["run", "m.mhm"]);
    assert!(code == 0 && out != first, "{out}");
    let (code, out, _) = mhm(&at, &["verify", "methods"]);
    assert!(code == 1 && out.contains("`test_error` in `records.jsonl` does not follow from the predictions"), "{out}");
    // A run that was written since is looked at again.
    for (_, path, _) in crate::store::spots(&at) {
        let past = fs::FileTimes::new().set_modified(std::time::UNIX_EPOCH + Duration::from_secs(9));
        fs::File::options().write(true).open(path).and_then(|file| file.set_times(past)).expect("a file of ours");
    }
    let (_, out, _) = mhm(&at, &["run", "m.mhm"]);
    assert_eq!(out, first);
    assert_eq!(fs::read_to_string(&records).map(|now| line(now.lines().next().expect("lines"))).ok(), Some(value));
    let (code, out, _) = mhm(&at, &["verify", "methods"]);
    assert_eq!(code, 0, "{out}");
}

#[test]
fn all_commands_count_alike_where_a_run_was_killed() {
    let at = written("killed", &text(4).replace("seeds 2", "seeds 12"));
    let done = || {
        let store = mhm::store::Store::open(&at.join("runs/methods"));
        store.and_then(|store| store.addresses()).map_or(0, |runs| runs.len())
    };
    killed(&at, &["--checkpoint", "stop"], "wait 11", || done() >= 5);
    let kept = store(&at).addresses().expect("a folder of runs").len();
    assert!((5..48).contains(&kept), "{kept}");
    let (_, status, _) = mhm(&at, &["status"]);
    assert!(status.contains(&format!("{kept} of 48 runs done")), "{status}");
    let (_, runs, _) = mhm(&at, &["runs"]);
    assert!(runs.contains(&format!("{kept} of 48")), "{runs}");
    assert!(page(&at).contains(&format!("12 seeds: {kept} of 48 runs")), "the report counts {kept}");
    let (_, out, _) = mhm(&at, &["verify", "methods"]);
    assert!(out.contains(&format!("{kept} of 48 runs are done, the others are not yet")), "{out}");
    let (code, _, err) = mhm(&at, &["run", "m.mhm"]);
    assert!(code == 0 && err.contains(&format!("{kept} of 48 runs were done already")), "{err}");
}

#[test]
fn what_is_begun_anew_and_stopped_goes_on() {
    let at = written("fresh", &text(6).replace("seeds 2", "seeds 6"));
    let (_, first, _) = mhm(&at, &["run", "m.mhm"]);
    let before = store(&at).events().expect("a folder of runs").len();
    let done = || {
        let events = mhm::store::Store::open(&at.join("runs/methods")).and_then(|store| store.events());
        let events = events.unwrap_or_default();
        events.iter().skip(before).filter(|event| matches!(event, Event::Done { .. })).count()
    };
    killed(&at, &["--fresh"], "wait 5", || done() >= 3);
    let kept = done();
    assert!((3..24).contains(&kept), "{kept}");
    let (code, out, err) = mhm(&at, &["run", "m.mhm", "--fresh"]);
    let said = format!("goes on with what `--fresh` began: {kept} of 24 runs are trained anew");
    assert!(code == 0 && out == first && err.contains(&said), "{err}");
    assert_eq!(done(), 24, "each was trained once");
    // From here on it is anew.
    let (code, _, err) = mhm(&at, &["run", "m.mhm", "--fresh"]);
    assert!(code == 0 && !err.contains("goes on") && err.contains("24 of 24 runs, "), "{err}");
    assert_eq!(done(), 48);
    let (code, out, _) = mhm(&at, &["verify", "methods"]);
    assert_eq!(code, 0, "{out}");
}

#[test]
fn a_line_that_was_torn_is_a_matter_of_the_past() {
    let at = written("torn", &text(2));
    assert_eq!(mhm(&at, &["run", "m.mhm", "-q"]).0, 0);
    let events = at.join("runs/methods/events.jsonl");
    let whole = fs::read_to_string(&events).expect("it was written");
    for torn in [format!("{whole}{{\"done\":{{\"addr"), whole.replacen("\"seconds\":", "\"seconds\":1", 1)] {
        fs::write(&events, &torn).expect("a file of ours");
        let (code, out, _) = mhm(&at, &["verify", "methods"]);
        assert!(code == 1 && out.contains("has 1 lines that are not what was written"), "{out}");
        let (code, _, err) = mhm(&at, &["run", "m.mhm"]);
        assert!(code == 0 && err.contains("events.jsonl.damaged` now"), "{err}");
        let (code, out, _) = mhm(&at, &["verify", "methods"]);
        assert!(code == 0, "{out}");
        assert!(!mhm(&at, &["run", "m.mhm"]).2.contains("damaged"));
    }
}
