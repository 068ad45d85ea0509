//! Names of classes on their whole way: from a column of texts through a run, its report and its check to an exported model and
//! what it predicts of another file.

use crate::cli::{folder, mhm};
use std::fs;
use std::path::Path;

const NAMES: [&str; 3] = ["sit", "stairs, up", "walk"];

/// Windows of three activities that are told apart with ease, a semicolon between fields and a comma in numbers.
fn table(at: &Path, file: &str, rows: usize) {
    let mut text = String::from("window;acc_0;acc_1;activity\n");
    for i in 0..rows {
        let class = i % 3;
        let [x, y] = [0, 1].map(|k| format!("{:.3}", if class == k { 2.0 } else { -1.0 } + 0.01 * i as f64));
        text += &format!("w{i};{};{};{}\n", x.replace('.', ","), y.replace('.', ","), NAMES[class]);
    }
    fs::write(at.join(file), text).unwrap();
}

fn program(kind: &str) -> String {
    // Names of classes are known where they are said.
    let of_classes = if kind.contains('[') { ", f1[walk], up = recall[\"stairs, up\"]" } else { "" };
    format!(
        "use std.schedule.EndToEnd
         dataset D from \"windows.csv\" {{
           modality acc: [2] = csv(columns: \"acc_*\", decimal: \",\")
           target activity: {kind} = csv(column: \"activity\")
           split train = rows(0, 24)
           split test  = rest
         }}
         network N {{ in acc: [2]  head h = linear(3)  out activity = h(acc) }}
         pipeline p {{
           data D  network N  loss cross_entropy  optimizer adam(lr: 0.1)  schedule EndToEnd
           batch 8  budget 20 epochs  metrics accuracy, auroc{of_classes}
         }}"
    )
}

#[test]
fn names_go_from_a_column_to_predictions() {
    for (name, kind) in [("found", "class(3)"), ("said", "class([\"walk\", \"sit\", \"stairs, up\"])")] {
        let at = folder(&format!("class_names_{name}"));
        table(&at, "windows.csv", 36);
        fs::write(at.join("d.mhm"), program(kind)).unwrap();
        let (code, out, err) = mhm(&at, &["run", "d.mhm", "--quiet"]);
        assert_eq!(code, 0, "{out}{err}");
        let (code, out, err) = mhm(&at, &["data", "d.mhm"]);
        assert!(code == 0 && out.contains("walk 8") && out.contains("stairs, up 4"), "{out}{err}");
        let (code, _, err) = mhm(&at, &["verify", "p"]);
        assert_eq!(code, 0, "{err}");
        let (code, _, err) = mhm(&at, &["report", "p", "-o", "report"]);
        assert_eq!(code, 0, "{err}");
        let page = fs::read_to_string(at.join("report/report.html")).unwrap();
        assert!(page.contains("actual stairs, up, predicted walk: 0 of 4"), "{name}: the matrix names classes");
        let (code, _, err) = mhm(&at, &["export", "p", "-o", "model"]);
        assert_eq!(code, 0, "{err}");
        let model = fs::read_to_string(at.join("model.mhm")).unwrap();
        let order =
            if name == "found" { "[\"sit\", \"stairs, up\", \"walk\"]" } else { "[\"walk\", \"sit\", \"stairs, up\"]" };
        assert!(model.contains(&format!("class({order})")), "{model}");
        table(&at, "new.csv", 6);
        let (code, out, err) = mhm(&at, &["predict", "model.mhm", "new.csv", "-o", "-"]);
        assert_eq!(code, 0, "{err}");
        let lines: Vec<&str> = out.lines().collect();
        let heading = match name {
            "found" => "sample,class,name,activity[sit],\"activity[stairs, up]\",activity[walk]",
            _ => "sample,class,name,activity[walk],activity[sit],\"activity[stairs, up]\"",
        };
        assert_eq!(lines[0], heading);
        let class = |i: usize| if name == "found" { i % 3 } else { [1, 2, 0][i % 3] };
        for (i, line) in lines[1..].iter().enumerate() {
            let quoted = if i % 3 == 1 { "\"stairs, up\"" } else { NAMES[i % 3] };
            assert!(line.starts_with(&format!("{i},{},{quoted},", class(i))), "{line}");
        }
    }
}

#[test]
fn a_class_that_a_split_lacks_is_named() {
    let at = folder("class_names_absent");
    table(&at, "windows.csv", 36);
    let text = program("class(3)").replace("rows(0, 24)", "rows(0, 24)\n split two = rows(24, 26)");
    fs::write(at.join("d.mhm"), text).unwrap();
    let (code, out, err) = mhm(&at, &["check", "--data", "d.mhm"]);
    assert!(out.contains("class `walk` of target `activity` never occurs in `two`"), "{code} {out}{err}");
    let (code, out, err) = mhm(&at, &["run", "d.mhm", "--quiet"]);
    assert_eq!(code, 0, "{out}{err}");
    assert_eq!(mhm(&at, &["verify", "p"]).0, 0);
}
