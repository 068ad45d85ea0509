//! What is not defined has no value: from the metric to every table, file and page, with its reason.

use crate::cli::{folder, mhm};
use std::fs;
use std::path::Path;

/// 60 samples of which 6 are positive and far from the others: nine of a random split often have no positive.
fn imbalanced(at: &Path) {
    let noise = |i: usize, j: usize| 0.4 * ((i * 37 + j * 11) as f64).sin();
    let line = |i: usize| {
        let y = u8::from(i % 10 == 3);
        format!("{:.4},{:.4},{y}\n", 3.0 * f64::from(y) + noise(i, 0), 3.0 * f64::from(y) + noise(i, 1))
    };
    fs::write(at.join("imb.csv"), format!("a,b,y\n{}", (0..60).map(line).collect::<String>())).unwrap();
}

const PROGRAM: &str = r#"
use std.schedule.EndToEnd
use std.schedule.Mhm

dataset T {
  modality a: [2] = csv("imb.csv", columns: ["a", "b"]) |> standardize
  target y: class(2) = csv("imb.csv", columns: ["y"])
  split train = random(0.85, stratified: false)
  split test  = rest
}
network N {
  in a: [2]
  uni e    = linear(8) |> relu
  fusion j = linear(8) |> relu
  head s   = linear(2)
  out s(j(e(a)))
}
pipeline p(method: Schedule) {
  data T
  network N
  loss cross_entropy
  optimizer adam(lr: 3e-2)
  schedule method
  batch 16
  budget 30 epochs
  metrics auroc, average_precision, f1, balanced_accuracy, error
}
experiment e {
  vary method in [EndToEnd, Mhm(heads: 2)]
  seeds 12
  run p(method: method)
  table test_auroc, test_average_precision, test_f1, test_balanced_accuracy, test_error, test_gap { columns method }
  figure test_auroc { lines method  every 15 }
  compare method
}
"#;

#[test]
fn a_run_without_a_positive_has_no_value_and_says_so() {
    let at = folder("undefined");
    imbalanced(&at);
    fs::write(at.join("e.mhm"), PROGRAM).unwrap();
    let (code, out, err) = mhm(&at, &["run", "e.mhm", "--records", "records.json", "--quiet"]);
    assert_eq!(code, 0, "{out}{err}");
    let records: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(at.join("records.json")).unwrap()).unwrap();
    let records = records["e"].as_array().unwrap();
    assert_eq!(records.len(), 24);
    let lacking = records.iter().filter(|r| r["measures"]["test_auroc"].is_null()).count();
    assert!((2..20).contains(&lacking), "{lacking} of 24");
    for record in records {
        let measure = |name: &str| &record["measures"][name];
        for name in ["test_auroc", "test_average_precision", "test_f1", "test_balanced_accuracy", "test_gap"] {
            assert_eq!(measure(name).is_null(), measure("test_auroc").is_null(), "{name} of {record}");
            if measure(name).is_null() {
                assert_eq!(record["absent"][name], "no positive in `test`");
            }
        }
        if let Some(auroc) = measure("test_auroc").as_f64() {
            assert_eq!(
                (auroc, measure("test_average_precision").as_f64(), record.get("absent")),
                (1.0, Some(1.0), None)
            );
        }
        assert!(measure("test_error").is_f64() && measure("train_auroc").is_f64());
    }
    let note = format!(
        "Left out, {lacking} of 24 runs without test_auroc, test_average_precision, test_f1, test_balanced_accuracy and \
         test_gap: no positive in `test`."
    );
    assert!(out.contains(&note), "{out}");
    assert!(out.contains("100.0 ± 0.0") && !out.contains("NaN"), "{out}");
    assert!(out.contains(&format!("Left out: {} pairs: no positive in `test`.", lacking / 2 * 5)), "{out}");

    let (code, out, err) = mhm(&at, &["report", "e"]);
    assert_eq!(code, 0, "{out}{err}");
    let read = |name: &str| fs::read_to_string(at.join("runs/e/report").join(name)).unwrap();
    let csv = read("tables/table-1.csv");
    let auroc = csv.lines().find(|line| line.starts_with("EndToEnd,test_auroc")).unwrap();
    let half = lacking / 2;
    assert_eq!(auroc, format!("EndToEnd,test_auroc,1,1,1,{},{half},no positive in `test` ({half})", 12 - half));
    for name in ["tables/table-1.md", "report.html"] {
        let page = read(name);
        let note = format!("Left out, {lacking} of 24 runs without test AUROC, ");
        assert!(page.contains(&note) && page.contains("no positive in `test`"), "{name}: {page}");
    }
    assert!(read("tables/table-1.tex").contains("no positive in `test`"));
    for name in ["report.html", "tables/table-1.md", "tables/table-1.tex", "tables/table-1.csv"] {
        assert!(!read(name).contains("NaN"), "{name}");
    }
    assert_eq!(mhm(&at, &["verify", "e"]).0, 0);
}

#[test]
fn where_no_run_has_a_value_a_dash_stands() {
    let at = folder("undefined_everywhere");
    imbalanced(&at);
    let text = fs::read_to_string(at.join("imb.csv")).unwrap();
    let sorted: Vec<&str> =
        text.lines().filter(|line| !line.ends_with(",1")).chain(text.lines().filter(|l| l.ends_with(",1"))).collect();
    fs::write(at.join("imb.csv"), sorted.join("\n") + "\n").unwrap();
    let program = PROGRAM
        .replace("random(0.85, stratified: false)", "rows(20, 60)")
        .replace("split test  = rest", "split test  = rows(0, 20)")
        .replace("seeds 12", "seeds 2");
    fs::write(at.join("e.mhm"), program).unwrap();
    let (code, out, err) = mhm(&at, &["run", "e.mhm", "--quiet"]);
    assert_eq!(code, 0, "{out}{err}");
    let line = out.lines().find(|line| line.starts_with("test_auroc")).unwrap();
    assert_eq!(line.split_whitespace().skip(3).collect::<Vec<_>>(), ["–", "–"], "{out}");
    assert!(out.contains("Left out, 4 of 4 runs without test_auroc"), "{out}");
    let (code, out, err) = mhm(&at, &["report", "e"]);
    assert_eq!(code, 0, "{out}{err}");
    let csv = fs::read_to_string(at.join("runs/e/report/tables/table-1.csv")).unwrap();
    assert!(csv.contains("\nEndToEnd,test_auroc,,,,0,2,no positive in `test` (2)\n"), "{csv}");
    let compared = fs::read_to_string(at.join("runs/e/report/tables/comparison-method.csv")).unwrap();
    assert!(compared.contains("test_auroc,,,,,0,false,no positive in `test` (2)"), "{compared}");
}
