//! What the program says about runs: settings, counts, reasons and files, in the words of the language.

use crate::store::{folder, mhm};
use std::fs;
use std::path::Path;

/// Two arms that differ in an argument of their network, an optimizer of a role, and a reference that both share.
const TEXT: &str = r#"
use std.schedule.*

dataset D(path: String = "d.csv") from path {
  modality x: [2]      = csv(columns: ["a", "b"]) |> standardize
  target   y: class(2) = csv(columns: ["y"])
  split    train = rows(0, 16)
  split    test  = rest
}
network M(p: Float = 0) {
  in     x: [D]
  uni    a = linear(4) |> relu
  fusion j = linear(4) |> relu |> dropout(p)
  head   h = linear(2)
  out    h(j(a(x)))
}
pipeline q(net: Network = M, method: Schedule = EndToEnd) {
  data D
  network net
  loss cross_entropy
  optimizer adam(lr: 3 * 3e-3)
  optimizer head: sgd(lr: 0.5)
  schedule method
  batch 8
  budget 4 epochs
  metrics accuracy
}
experiment e {
  vary net in [plain: M, drop: M(p: 0.5)]
  seeds 2
  run q(net: net)
  reference r = q(method: Mhm(heads: 2))
  table test_accuracy, test_missing
  table test_loss
  compare net
}
"#;

fn data(last: f64) -> String {
    let row = |i: usize| format!("{},{},{}\n", i as f64 * 0.5, ((i * 7) % 5) as f64, i % 2);
    format!("a,b,y\n{}{last},1,1\n", (0..23).map(row).collect::<String>())
}

fn written(name: &str) -> std::path::PathBuf {
    let at = folder(&format!("statements_{name}"));
    fs::write(at.join("m.mhm"), TEXT).unwrap();
    fs::write(at.join("d.csv"), data(3.0)).unwrap();
    at
}

/// Every file below a folder that is text.
fn texts(folder: &Path) -> String {
    let mut all = String::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            all += &texts(&path);
        } else {
            all += &fs::read_to_string(&path).unwrap_or_default();
        }
    }
    all
}

/// Marks of Rust's derived `Debug`: a type with fields, a tuple struct of a number, an enum's words.
#[track_caller]
fn no_debug(what: &str, text: &str) {
    for mark in
        ["Some(", "None", "Positive(", "NonNegative(", "Share(", "Adam", "Sgd", "Fold(", "Except(", "[(", "\\\"", "Ok("]
    {
        assert!(!text.contains(mark), "{what}: {mark}\n{text}");
    }
    let opens = text.match_indices(" { ").map(|(at, _)| &text[..at]);
    let word = |before: &str| before.rsplit(|c: char| !c.is_alphanumeric()).next().unwrap_or_default().to_string();
    let types: Vec<String> = opens.map(word).filter(|word| word.starts_with(char::is_uppercase)).collect();
    assert!(types.is_empty(), "{what}: {types:?}\n{text}");
}

#[test]
fn settings_are_what_differs_in_the_words_of_the_language() {
    let at = written("settings");
    let (code, out, err) = mhm(&at, &["run", "m.mhm"]);
    assert_eq!(code, 0, "{out}{err}");
    // Two arms and one reference by two seeds, whoever counts.
    assert!(err.contains("e: 6 of 6 runs, "), "{err}");
    let (_, status, _) = mhm(&at, &["status"]);
    assert!(status.contains("6 of 6 runs done"), "{status}");
    let (_, runs, _) = mhm(&at, &["runs"]);
    assert!(runs.contains("6 of 6"), "{runs}");
    assert_eq!(mhm(&at, &["report", "e"]).0, 0);
    let report = at.join("runs/e/report");
    let page = fs::read_to_string(report.join("report.html")).unwrap();
    assert!(page.contains("2 arms and 1 reference, 2 seeds: 6 runs"), "{page}");
    let arms = fs::read_to_string(report.join("tables/arms.csv")).unwrap();
    assert_eq!(
        arms,
        "net,network,schedule,beside the grid\n\
         plain,M(p: 0),EndToEnd,\n\
         drop,M(p: 0.5),EndToEnd,\n\
         ,M(p: 0),\"Mhm(heads: 2, turns: 1, length: 1 epoch)\",reference r\n"
    );
    let shared = store_of(&at).manifest().arms[0].settings.clone();
    let text = |name: &str| shared.iter().find(|(key, _)| key == name).map(|(_, text)| text.as_str());
    assert_eq!(text("optimizer"), Some("adam(lr: 0.009)"));
    assert_eq!(text("optimizer head"), Some("sgd(0.5)"));
    assert_eq!(text("network fusion j"), Some("a |> linear(4) |> relu |> dropout(p: 0): [4]"));
    assert_eq!(text("data"), Some("D(path: \"d.csv\")"));
    assert_eq!(text("data split test"), Some("rest"));
    // References say so, each run once.
    let records = fs::read_to_string(at.join("runs/e/records.jsonl")).unwrap();
    assert_eq!((records.lines().count(), records.matches("\"reference\":\"r\"").count()), (6, 2));
    for (what, text) in [("run", out), ("status", status), ("runs", runs), ("records", records)] {
        no_debug(what, &text.replace("\\\"", ""));
    }
    let manifest = store_of(&at).manifest().clone();
    for (key, text) in manifest.arms.iter().chain(&manifest.references).flat_map(|arm| &arm.settings) {
        no_debug(key, text);
    }
    no_debug("report", &texts(&report.join("tables")));
    for stage in ["pipeline", "plan", "graph"] {
        no_debug(stage, &mhm(&at, &["show", stage, "m.mhm"]).1);
    }
}

fn store_of(at: &Path) -> mhm::store::Store {
    mhm::store::Store::open(&at.join("runs/e")).unwrap()
}

#[test]
fn results_of_other_data_are_told_apart() {
    let at = written("data");
    assert_eq!(mhm(&at, &["run", "m.mhm", "-q"]).0, 0);
    assert_eq!(mhm(&at, &["run", "m.mhm", "-q", "--runs", "same"]).0, 0);
    let (code, out, _) = mhm(&at, &["compare", "e", "same/e"]);
    assert!(code == 0 && out.contains("nothing differs"), "{out}");
    fs::write(at.join("d.csv"), data(4.0)).unwrap();
    fs::write(at.join("m.mhm"), TEXT.replace("sgd(lr: 0.5)", "sgd(lr: 0.25)")).unwrap();
    assert_eq!(mhm(&at, &["run", "m.mhm", "-q", "--runs", "other"]).0, 0);
    let (code, out, _) = mhm(&at, &["compare", "e", "other/e"]);
    assert_eq!(code, 0, "{out}");
    assert!(out.contains("data file d.csv has changed (blake3 ") && out.contains("in 2 arms"), "{out}");
    assert!(out.contains("optimizer head 0.5 → 0.25") && out.contains("the text of `m.mhm`"), "{out}");
    no_debug("compare", &out);
    let (code, out, _) = mhm(&at, &["plan", "m.mhm", "--why"]);
    assert!(out.contains("\n  reference r  0 done  2 to do  "), "{out}");
    assert!(code == 0 && out.contains("data file d.csv has changed (blake3 "), "{out}");
    no_debug("why", &out);
}

#[test]
fn finished_runs_outlive_their_data() {
    let at = written("gone");
    fs::write(at.join("other.csv"), data(5.0)).unwrap();
    let two = TEXT
        .replace("data D\n", "data D(path)\n")
        .replace("pipeline q(", "pipeline q(path: String = \"d.csv\", ")
        .replace("vary net in", "vary path in [\"d.csv\", \"other.csv\"]\n  vary net in")
        .replace("run q(net: net)", "run q(net: net, path: path)")
        .replace("  reference r = q(method: Mhm(heads: 2))\n", "")
        .replace(", test_missing", "");
    fs::write(at.join("m.mhm"), two).unwrap();
    let (code, first, err) = mhm(&at, &["run", "m.mhm"]);
    assert_eq!(code, 0, "{err}");
    fs::remove_file(at.join("other.csv")).unwrap();
    let (code, out, err) = mhm(&at, &["run", "m.mhm"]);
    assert_eq!((code, &out), (0, &first), "{err}");
    let (_, status, _) = mhm(&at, &["status", "e"]);
    assert!(status.contains("8 of 8 runs done") && !status.contains("runs failed"), "{status}");
}

#[test]
fn tables_are_files_that_others_read() {
    let at = written("tables");
    let (code, out, err) = mhm(&at, &["run", "m.mhm", "-q", "--format", "csv"]);
    assert_eq!(code, 0, "{err}");
    let parts: Vec<&str> = out.split("\n\n").collect();
    assert!(parts.len() == 2 && parts[0].starts_with("# e, table 1\nnet,measure,mean,"), "{out}");
    assert!(parts[1].starts_with("# e, table 2\nnet,measure,mean,"), "{out}");
    let one = TEXT.replace("  table test_loss\n", "");
    fs::write(at.join("one.mhm"), one).unwrap();
    let (_, out, _) = mhm(&at, &["run", "one.mhm", "-q", "--format", "csv"]);
    assert!(out.starts_with("net,measure,mean,") && !out.contains('#'), "{out}");
    let (_, out, _) = mhm(&at, &["run", "m.mhm", "-q", "--format", "markdown"]);
    assert!(out.contains("**Paired differences to plain**\n\n| "), "{out}");
}

#[test]
fn options_are_complained_of_where_they_were_typed() {
    let at = folder("statements_set");
    let text = TEXT.replace("experiment e {", "experiment e(path: String = \"d.csv\") {");
    fs::write(at.join("m.mhm"), text).unwrap();
    fs::write(at.join("d.csv"), data(3.0)).unwrap();
    let (code, out, err) = mhm(&at, &["plan", "m.mhm", "--set", "path=n32.npz"]);
    assert_eq!(code, 1, "{out}{err}");
    assert!(err.contains("`--set path=n32.npz`: ") && err.contains("--set 'path=\"n32.npz\"'"), "{err}");
    assert_eq!(out, "1 error\n");
    let (code, _, err) = mhm(&at, &["plan", "m.mhm", "e", "--set", "pth=\"x\""]);
    assert!(code == 1 && err.contains("`--set pth=\"x\"`: "), "{err}");
    let (code, _, err) = mhm(&at, &["plan", "m.mhm", "--set", "path=\"d.csv\""]);
    assert_eq!(code, 0, "{err}");
    fs::write(at.join("two.mhm"), TEXT.to_string() + "experiment f { seeds 1  run q  table test_accuracy }\n").unwrap();
    let (code, _, err) = mhm(&at, &["plan", "two.mhm", "--set", "path=\"d.csv\""]);
    assert!(code == 2 && err.contains("say which after `two.mhm`: e, f"), "{err}");
}

#[test]
fn what_cannot_be_read_is_a_line_of_json() {
    let at = folder("statements_json");
    fs::write(at.join("bytes.mhm"), b"\xff\xfe").unwrap();
    for (file, why) in
        [("none.mhm", "there is no such file"), ("bytes.mhm", "it is not text (UTF-8)"), (".git", "no such file")]
    {
        let (code, out, err) = mhm(&at, &["check", "--format", "json", file]);
        let value: serde_json::Value = serde_json::from_str(&out).unwrap_or_else(|_| panic!("{out}{err}"));
        assert_eq!((code, err.as_str()), (2, ""), "{out}");
        assert_eq!(
            (&value["severity"], &value["code"], &value["file"]),
            (&"error".into(), &"mhm::unreadable-file".into(), &file.into())
        );
        assert!(value["message"].as_str().unwrap().contains(why), "{out}");
    }
}

#[test]
fn an_exported_network_begins_from_its_own_weights() {
    let at = written("export");
    let run = |arguments: &[&str]| {
        let (code, out, err) = mhm(&at, arguments);
        assert_eq!(code, 0, "{out}{err}");
        out
    };
    run(&["run", "m.mhm", "-q"]);
    run(&["export", "e", "--arm", "plain", "--seed", "0", "-o", "first"]);
    let second = TEXT
        .replace("uni    a = linear(4) |> relu\n", "fixed  a = linear(4) |> relu from \"first.safetensors\"\n")
        .replace("experiment e", "experiment f")
        .replace("  reference r = q(method: Mhm(heads: 2))\n", "")
        .replace(", test_missing", "");
    fs::write(at.join("n.mhm"), second).unwrap();
    run(&["run", "n.mhm", "-q"]);
    run(&["export", "f", "--arm", "plain", "--seed", "0", "-o", "second"]);
    let text = fs::read_to_string(at.join("second.mhm")).unwrap();
    assert!(text.contains("relu from \"second.safetensors\"") && !text.contains("first.safetensors"), "{text}");
    fs::remove_file(at.join("first.safetensors")).unwrap();
    run(&["run", "second.mhm", "-q"]);
    // Nothing stands on the screen where nothing can be predicted.
    fs::write(at.join("bad.csv"), "z\n1\n").unwrap();
    let (code, out, _) = mhm(&at, &["predict", "second.mhm", "bad.csv", "-o", "-"]);
    assert_eq!((code, out.as_str()), (2, ""));
    fs::write(at.join("far.csv"), "x[0],x[1]\n1000,-1000\n").unwrap();
    let out = run(&["predict", "second.mhm", "far.csv", "-o", "-"]);
    assert!(out.lines().all(|line| line.split(',').all(|cell| cell.len() <= 14)), "{out}");
}
