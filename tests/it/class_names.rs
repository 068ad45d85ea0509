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

/// A table of a row a step, of clips of three to six steps, whose activity is told by its two numbers.
fn steps(at: &Path, file: &str, clips: usize) {
    let mut text = String::from("clip,time,acc_0,acc_1,act\n");
    for clip in 0..clips {
        for time in 0..3 + clip % 4 {
            let class = (clip + time) % 3;
            let [x, y] = [0, 1].map(|k| if class == k { 2.0 } else { -1.0 } + 0.01 * (clip + time) as f64);
            text += &format!("c{clip},{time},{x:.3},{y:.3},{}\n", ["sit", "stairs", "walk"][class]);
        }
    }
    fs::write(at.join(file), text).unwrap();
}

fn of_steps(kind: &str) -> String {
    let of_classes = if kind.contains("([") { ", f1[walk]" } else { "" };
    let long = |columns: &str| format!("csv({columns}, by: \"clip\", order: \"time\") |> first(6)");
    format!(
        "use std.schedule.EndToEnd
         dataset D from \"steps.csv\" {{
           modality acc: [6, 2] = {}
           target act: {kind} = {}
           split train = rows(0, 16)
           split test  = rest
         }}
         network N {{ in acc: [T, 2]  head h = linear(3)  out act = h(acc) }}
         pipeline p {{
           data D  network N  loss cross_entropy  optimizer adam(lr: 0.1)  schedule EndToEnd
           batch 8  budget 60 epochs  metrics accuracy, f1{of_classes}
         }}",
        long("columns: \"acc_*\""),
        long("column: \"act\"")
    )
}

/// Where each column of a table is, and its rows.
fn read(text: &str) -> (impl Fn(&str) -> usize + use<>, Vec<Vec<String>>) {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let heading: Vec<String> = reader.headers().unwrap().iter().map(str::to_string).collect();
    let rows = reader.records().map(|row| row.unwrap().iter().map(str::to_string).collect()).collect();
    let place = move |column: &str| {
        heading.iter().position(|name| name == column).unwrap_or_else(|| panic!("{column} in {heading:?}"))
    };
    (place, rows)
}

#[test]
fn every_step_has_a_class_by_name() {
    for (name, kind, order) in [
        ("found", "class(3, axes: [6], ignore: -1)", ["sit", "stairs", "walk"]),
        ("said", "class([\"walk\", \"sit\", \"stairs\"], axes: [6], ignore: -1)", ["walk", "sit", "stairs"]),
    ] {
        let at = folder(&format!("class_names_steps_{name}"));
        steps(&at, "steps.csv", 24);
        fs::write(at.join("d.mhm"), of_steps(kind)).unwrap();
        let (code, out, err) = mhm(&at, &["check", "--data", "d.mhm"]);
        assert_eq!(code, 0, "{out}{err}");
        let (_, out, err) = mhm(&at, &["data", "d.mhm"]);
        // Steps of clips 16 to 23: 3, 4, 5, 6, 3, 4, 5 and 6.
        let counts = order.map(|act| format!("{act} 12")).join(", ");
        assert!(out.contains(&format!("act: {counts}")), "{out}{err}");
        let (code, out, err) = mhm(&at, &["run", "d.mhm", "--quiet"]);
        assert_eq!(code, 0, "{out}{err}");
        let (code, _, err) = mhm(&at, &["verify", "p"]);
        assert_eq!(code, 0, "{err}");
        assert_eq!(mhm(&at, &["report", "p", "-o", "report"]).0, 0);
        let page = fs::read_to_string(at.join("report/report.html")).unwrap();
        assert!(page.contains("actual stairs, predicted walk: 0 of 12"), "{name}: the matrix names classes of steps");
        if name == "said" {
            assert!(page.contains("Test F1 of walk"), "{page}");
        }
        let (code, out, err) = mhm(&at, &["predict", "p", "--split", "test", "-o", "-"]);
        assert_eq!(code, 0, "{err}");
        let (place, rows) = read(&out);
        for (cells, clip) in rows.iter().zip(16..) {
            for time in 0..6 {
                let is_there = time < 3 + clip % 4;
                let act = if is_there { ["sit", "stairs", "walk"][(clip + time) % 3] } else { "" };
                assert_eq!(cells[place(&format!("truth_name[{time}]"))], act, "{name}: clip {clip}, step {time}");
                assert_eq!(
                    cells[place(&format!("error[{time}]"))],
                    if is_there { "0" } else { "" },
                    "{name}: {cells:?}"
                );
                if is_there {
                    assert_eq!(cells[place(&format!("name[{time}]"))], act, "{name}: clip {clip}, step {time}");
                }
            }
        }
        assert_eq!(mhm(&at, &["export", "p", "-o", "model"]).0, 0);
        let model = fs::read_to_string(at.join("model.mhm")).unwrap();
        assert!(model.contains(&format!("{order:?},")) && model.contains("ignore: -1"), "{model}");
        steps(&at, "new.csv", 4);
        let (code, out, err) = mhm(&at, &["predict", "model.mhm", "new.csv", "-o", "-"]);
        assert_eq!(code, 0, "{err}");
        let (place, rows) = read(&out);
        for (cells, clip) in rows.iter().zip(0..) {
            for time in 0..3 + clip % 4 {
                assert_eq!(
                    cells[place(&format!("name[{time}]"))],
                    ["sit", "stairs", "walk"][(clip + time) % 3],
                    "{cells:?}"
                );
            }
        }
    }
}
