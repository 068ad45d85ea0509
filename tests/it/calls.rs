//! What other programs call says what the command line says: the same findings, plans and results, and nothing on the terminal. What is
//! made of it in Python is tested there (`python/tests`).

use crate::cli::{folder, mhm};
use mhm::cli::calls::{self, Hears, Input, Ran, Refused, Results, Said};
use mhm::report::frames::Cells;
use std::fs;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex};

const MOONS: &str = "use std.dataset.TwoMoons
use std.network.ToyIntermediate
use std.schedule.*
pipeline moons(method: Schedule = EndToEnd) {
  data TwoMoons
  network ToyIntermediate(width: 8)
  loss cross_entropy
  optimizer adam(lr: 3e-3)
  schedule method
  batch 16
  budget 2 epochs
  metrics error
}
experiment methods {
  vary method in [EndToEnd, Mhm(heads: 4)]
  seeds 2
  run moons(method)
  table test_error { columns method }
  figure train_error { lines method }
  compare method
}
";

fn input(text: &str) -> Input {
    Input { name: calls::TEXT.into(), text: text.into() }
}

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| word.to_string()).collect()
}

#[test]
fn findings_and_plans_are_those_of_the_program() {
    let at = folder("calls_findings");
    let wrong = MOONS.replace("adam(lr", "adam(rl");
    fs::write(at.join("wrong.mhm"), &wrong).unwrap();
    let (_, told, _) = mhm(&at, &["check", "--format", "json", "wrong.mhm"]);
    let found = calls::check(&Input { name: "wrong.mhm".into(), text: wrong.clone() }).unwrap();
    let lines: String = found.found.iter().map(|finding| finding.json.as_str()).collect();
    assert_eq!((lines, found.errors), (told, 1));
    assert_eq!(found.declared[3], ("pipeline", vec![]), "nothing is declared that is wrong");
    let planned = calls::plan(&words(&[calls::TEXT, "--assume"]), Some(input(&wrong)));
    let Err(Refused::Mistakes(mistakes)) = planned else { panic!("it is wrong") };
    assert!(mistakes[0].said.contains("[<text>:"), "{}", mistakes[0].said);

    fs::write(at.join("moons.mhm"), MOONS).unwrap();
    let (_, text, _) = mhm(&at, &["plan", "moons.mhm", "--assume"]);
    let (_, json, _) = mhm(&at, &["plan", "moons.mhm", "--assume", "--json"]);
    let planned = calls::plan(&words(&[calls::TEXT, "--assume"]), Some(input(MOONS)));
    let Ok(planned) = planned else { panic!("nothing is wrong") };
    assert_eq!((planned.text, planned.json), (text, json));
}

#[test]
fn a_run_is_heard_and_comes_to_what_the_programs_does() {
    let at = folder("calls_run");
    let runs = at.join("runs").to_string_lossy().into_owned();
    let heard: Arc<Mutex<Vec<Said>>> = Arc::default();
    let own = heard.clone();
    // Other tests of this process say things, too, on threads of theirs.
    let listening = calls::listen(Arc::new(move |said| own.lock().unwrap().push(said)), Hears::Program);
    let ran = calls::run(&words(&[calls::TEXT, "--runs", &runs]), Some(input(MOONS)), &AtomicBool::new(false));
    drop(listening);
    let Ok(Ran::Done(results)) = ran else { panic!("nothing is wrong") };
    let heard = std::mem::take(&mut *heard.lock().unwrap());
    let at_the_end = heard.iter().rev().find_map(|said| match said {
        Said::Progress(at) if at.experiment == "methods" => Some((at.done, at.of, at.share)),
        Said::Progress(_) | Said::Note(_) | Said::Complaint(_) => None,
    });
    assert_eq!(at_the_end, Some((4, 4, 1.0)));
    assert!(heard.iter().any(|said| matches!(said, Said::Note(text) if text.contains("4 of 4 runs"))), "{heard:?}");

    fs::write(at.join("moons.mhm"), MOONS).unwrap();
    let (code, _, err) = mhm(&at, &["run", "moons.mhm", "--runs", "others", "--quiet"]);
    assert_eq!(code, 0, "{err}");
    let others = Results::open("methods", &at.join("others")).unwrap();
    for name in ["runs", "references", "curves", "comparisons", "settings", "confusion"] {
        assert_eq!(results.frame(name), others.frame(name), "{name}");
    }
    assert!(results.frame("nothing").is_none());
    let text = results.text();
    assert!(text.contains("test_error") && text.contains("compare method"), "{text}");

    let stored = calls::predictions(&words(&[&results.folder().to_string_lossy(), "--split", "test"])).unwrap();
    let rows: Vec<usize> = stored.columns.iter().map(|column| column.cells.len()).collect();
    assert!(rows.iter().all(|count| *count == rows[0] && *count > 0), "{rows:?}");
    assert!(matches!(&stored.columns[0].cells, Cells::Texts(arms) if arms[0].as_deref() == Some("EndToEnd")));
}

#[test]
fn a_run_that_is_told_to_stop_goes_on_later() {
    let at = folder("calls_stop");
    let words = words(&[calls::TEXT, "--runs", &at.join("runs").to_string_lossy()]);
    let stopped = calls::run(&words, Some(input(MOONS)), &AtomicBool::new(true));
    assert!(matches!(stopped, Ok(Ran::Stopped)));
    assert!(matches!(calls::run(&words, Some(input(MOONS)), &AtomicBool::new(false)), Ok(Ran::Done(_))));
}

#[test]
fn what_cannot_be_meant_is_said() {
    let said = |text: &str, extra: &[&str]| {
        let words = words(&[&[calls::TEXT][..], extra].concat());
        match calls::run(&words, Some(input(text)), &AtomicBool::new(true)) {
            Err(Refused::Said(why)) => why,
            Err(Refused::Mistakes(_)) | Ok(_) => panic!("it is refused in words"),
        }
    };
    let two = format!("{MOONS}experiment more {{ run moons() }}\n");
    assert_eq!(said(&two, &[]), "there are 2 experiments: say which: methods, more");
    assert_eq!(said(MOONS, &["--seeds", "0"]), "invalid value '0' for '--seeds <N>': 0 is not in 1..=100000");
    assert!(said(MOONS, &["--sedes", "1"]).starts_with("unexpected argument '--sedes' found"));
    assert!(said(MOONS, &["method"]).contains("has no experiment or runnable pipeline `method`"));
}
