//! What `mhm check --data` knows of files, and what `mhm run` refuses before it trains.

use crate::cli::{folder, mhm};
use std::fs;
use std::path::Path;

/// A table of `rows` with two features, ids and a class.
fn table(at: &Path, rows: usize, class: impl Fn(usize) -> usize, id: impl Fn(usize) -> f64) {
    let line = |i: usize| format!("{},{},{},{}\n", i % 7, i * i % 5, id(i), class(i));
    fs::write(at.join("rows.csv"), format!("a,b,id,y\n{}", (0..rows).map(line).collect::<String>())).unwrap();
}

fn program(train: &str, network: &str, schedule: &str, batch: usize) -> String {
    format!(
        "use std.schedule.*
dataset Rows from \"rows.csv\" {{
  modality a: [2] = csv(columns: [\"a\", \"b\"])
  modality m: [2] = csv(columns: [\"id\", \"id\"])
  target   y: class(3) = csv(columns: [\"y\"])
  split    train = {train}
  split    test  = rest
}}
{network}
pipeline p {{
  data Rows  network N  loss cross_entropy  optimizer adam(lr: 1e-3)  rate warm_up(100)
  schedule {schedule}  batch {batch}  budget 10 epochs  metrics error
}}
"
    )
}

const PLAIN: &str = "network N {
  in     a: [2]
  uni    embed    = linear(4) |> relu
  fusion joint    = linear(4) |> relu
  head   classify = linear(3)
  out    classify(joint(embed(a)))
}";

fn check(at: &Path, program: &str) -> (i32, String) {
    fs::write(at.join("p.mhm"), program).unwrap();
    let (code, out, _) = mhm(at, &["check", "--format", "short", "--data", "p.mhm"]);
    (code, out)
}

/// Drawn splits have sizes, too, and so do their classes.
#[test]
fn sizes_and_classes_of_drawn_splits_are_known_under_data() {
    let at = folder("drawn");
    table(&at, 28, |i| if i < 3 { 2 } else { i % 2 }, |_| 1.0);
    for train in ["random(0.5)", "rows(0, 14)"] {
        let (code, out) = check(&at, &program(train, PLAIN, "Mhm(heads: 100)", 1000));
        assert!(code == 1 && out.contains("phase-trains-nothing"), "{train}: {out}");
        assert!(
            out.contains("rate-beyond-run") && out.contains("a batch of 1000 is more than all 1"),
            "{train}: {out}"
        );
    }
    // Of three samples of class 2, no fourth fold has one.
    let (_, out) = check(&at, &program("rows(0, 20)", PLAIN, "Mhm(heads: 4)", 2));
    assert!(out.contains("small-fold") && out.contains("class 2 has 3 training samples, fewer than 4 folds"), "{out}");
    assert!(out.contains("unseen-class") && out.contains("class 2 of target `y` never occurs in `test`"), "{out}");
    table(&at, 28, |i| i % 3, |_| 1.0);
    let (_, out) = check(&at, &program("rows(0, 20)", PLAIN, "Mhm(heads: 4)", 2));
    assert!(!out.contains("small-fold") && !out.contains("unseen-class"), "{out}");
}

/// What a network takes for ids or for a mask is that, or training does not begin.
#[test]
fn ids_and_masks_are_read_before_training() {
    let at = folder("ids-and-masks");
    let ids = PLAIN
        .replace("in     a: [2]", "in     m: [2]")
        .replace("linear(4) |> relu\n  fusion", "embedding(5, 4) |> flatten\n  fusion");
    let ids = ids.replace("embed(a)", "embed(m)");
    let masks = PLAIN
        .replace("in     a: [2]", "in     a: [2], m: [2]")
        .replace("out    ", "let    x = mean(reshape(a, [2, 1]), m, 0)\n  out    ");
    let masks = masks.replace("embed(a)", "embed(x)");
    for (network, good, bad, code, found) in [
        (&ids, 4.0, 7.0, "id-out-of-range", "7 at line 6, column `id`"),
        (&ids, -1.0, 0.5, "id-out-of-range", "0.5 at line 6"),
        (&masks, 1.0, 0.5, "not-a-mask", "0.5 at line 6"),
    ] {
        let program = program("rows(0, 20)", network, "EndToEnd", 4).replace("  rate warm_up(100)", "");
        table(&at, 28, |i| i % 3, |i| if i == 4 { good } else { 0.0 });
        let (_, out) = check(&at, &program);
        assert!(!out.contains("error"), "{out}");
        table(&at, 28, |i| i % 3, |i| if i == 4 { bad } else { 0.0 });
        let (exit, out) = check(&at, &program);
        assert!(exit == 1 && out.contains(code), "{out}");
        let (_, full, _) = mhm(&at, &["check", "--data", "p.mhm"]);
        assert!(full.contains(found) && full.contains("rows.csv"), "{full}");
        let (exit, out, err) = mhm(&at, &["run", "p.mhm", "--fresh"]);
        assert!(exit != 0 && format!("{out}{err}").contains(code), "{out}{err}");
    }
}

/// What is asked for is done or refused.
#[test]
fn options_of_predict_that_decide_nothing_are_refused() {
    let at = folder("idle-options");
    fs::write(at.join("x.csv"), "a,b\n1,2\n").unwrap();
    for (options, what) in [
        (&["x.csv", "-o", "-", "--seed", "3"][..], "`--seed` decides nothing here"),
        (&["x.csv", "-o", "-", "--dataset", "D"], "`--dataset` decides nothing here"),
        (&["x.csv", "-o", "-", "--split", "test"], "`x.csv` has no splits"),
        (&["x.csv", "-o", "y.csv", "--detect", "found"], "`--detect` decides nothing here"),
        (&["x.csv", "-o", "y.npz", "--duration", "3"], "`--duration` decides nothing here"),
    ] {
        let (code, out, err) = mhm(&at, &[&["predict", "m.mhm"], options].concat());
        assert!(code == 2 && out.is_empty() && err.contains(what), "{out}{err}");
    }
}

#[test]
fn one_file_that_cannot_be_read_is_one_mistake() {
    let at = folder("data_missing_once");
    let text = "dataset D from \"gone.npz\" {
  modality a: [2]      = npz(\"a\")
  modality b: [3]      = npz(\"b\")
  target   y: class(2) = npz(\"y\")
  split    test  = random(0.2)
  split    train = rest
}
";
    fs::write(at.join("d.mhm"), text).unwrap();
    let (code, out, err) = mhm(&at, &["check", "--data", "d.mhm"]);
    assert_eq!(code, 1, "{out}{err}");
    assert!(out.ends_with("\n1 error\n") && out.matches("and here").count() == 2, "{out}");
    fs::write(at.join("gone.npz"), "no archive").unwrap();
    let (code, out, err) = mhm(&at, &["check", "--data", "d.mhm"]);
    assert!(code == 1 && out.ends_with("\n1 error\n") && out.contains("mhm::archive-broken"), "{out}{err}");
    fs::create_dir(at.join("own")).unwrap();
    fs::rename(at.join("d.mhm"), at.join("own/d.mhm")).unwrap();
    fs::write(at.join("own/d.mhm"), text.replace("gone.npz", "../../elsewhere.npz")).unwrap();
    let (code, out, err) = mhm(&at, &["check", "--data", "own/d.mhm"]);
    assert!(code == 1 && out.ends_with("\n1 error\n") && out.contains("mhm::path-outside"), "{out}{err}");
}
