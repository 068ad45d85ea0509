//! What samples are called by number in tables of predictions: the same of a run and of a model, and the rows of one's own files.

use crate::cli::{folder, mhm};
use mhm::data::ArchiveWriter;
use std::fs;
use std::path::Path;

/// An archive of arrays a split, of 20 and 7 samples; the first number of a sample is its row.
fn archive(at: &Path) {
    let mut archive = ArchiveWriter::new(fs::File::create(at.join("d.npz")).unwrap());
    for (split, rows) in [("train", 20), ("test", 7)] {
        let mut put = |name: &str, shape: &[u64], values: Vec<f64>| {
            archive.array(&format!("{split}_{name}"), shape, values).unwrap();
        };
        let n = rows as u64;
        put("x", &[n, 2], (0..2 * rows).map(|i| if i % 2 == 0 { (i / 2) as f64 } else { (i as f64).sin() }).collect());
        put("age", &[n], (0..rows).map(|i| if i % 5 == 3 { f64::NAN } else { i as f64 }).collect());
        put("y", &[n], (0..rows).map(|i| (i % 2) as f64).collect());
    }
    archive.finish("").unwrap();
}

fn program(age: &str) -> String {
    format!(
        "use std.schedule.EndToEnd
dataset D from \"d.npz\" {{
  modality x: [2]   = npz(\"{{split}}_x\")
  modality age: [1] = npz(\"{{split}}_age\") |> {age}
  target   y: class(2) = npz(\"{{split}}_y\")
  split    train = key(\"train\")
  split    test  = key(\"test\")
}}
network N {{ in x: [2], age: [1]  head h = linear(2)  out h(concat(x, age)) }}
pipeline p {{
  data D  network N  loss cross_entropy  optimizer adam(lr: 1e-2)  schedule EndToEnd  batch 4  budget 2 epochs
  metrics accuracy
}}
"
    )
}

/// The first columns of a table of predictions.
fn numbers(at: &Path, words: &[&str], columns: &[&str]) -> Vec<Vec<usize>> {
    let (code, out, err) = mhm(at, &[&["predict"], words, &["-o", "-"]].concat());
    assert_eq!(code, 0, "{words:?}: {err}");
    let mut lines = out.lines();
    let heading: Vec<&str> = lines.next().unwrap().split(',').collect();
    let places: Vec<usize> =
        columns.iter().map(|name| heading.iter().position(|h| h == name).expect("there")).collect();
    let row = |line: &str| {
        let cells: Vec<&str> = line.split(',').collect();
        places.iter().map(|place| cells[*place].parse().unwrap()).collect()
    };
    lines.map(row).collect()
}

#[test]
fn samples_of_a_split_have_their_numbers_and_their_rows() {
    let kept = |rows: usize| (0..rows).filter(|row| row % 5 != 3).collect::<Vec<usize>>();
    for (name, age, tested) in [("all", "replace(nan: 0)", (0..7).collect()), ("dropped", "drop", kept(7))] {
        let at = folder(&format!("sample_numbers_{name}"));
        archive(&at);
        fs::write(at.join("d.mhm"), program(age)).unwrap();
        let (code, out, err) = mhm(&at, &["run", "d.mhm", "--quiet"]);
        assert_eq!(code, 0, "{out}{err}");
        let expected: Vec<Vec<usize>> = tested.iter().map(|row| vec![20 + row, *row]).collect();
        let columns = ["sample", "row"];
        assert_eq!(numbers(&at, &["p", "--split", "test"], &columns), expected, "{name}: of the run");
        assert_eq!(mhm(&at, &["export", "p", "-o", "model"]).0, 0);
        assert_eq!(
            numbers(&at, &["model.mhm", "d.mhm", "--split", "test"], &columns),
            expected,
            "{name}: of the model"
        );
        let rows: Vec<Vec<usize>> = tested.iter().map(|row| vec![*row]).collect();
        assert_eq!(
            numbers(&at, &["model.mhm", "d.npz", "--split", "test"], &columns[..1]),
            rows,
            "{name}: of the file"
        );
        assert_eq!(mhm(&at, &["predict", "model.mhm", "d.mhm", "--split", "test", "-o", "t.npz"]).0, 0);
        let format = mhm::data::formats::of_file(&at.join("t.npz")).unwrap();
        assert_eq!(format.names(&at.join("t.npz")).unwrap(), ["out", "row", "sample"]);
        assert_eq!(mhm(&at, &["verify", "p"]).0, 0);
    }
}
