//! `mhm predict RUN --split …`: what runs predicted as a table, to the bit what is stored, in each of its forms.

use crate::cli::{folder, mhm};
use crate::runs::bits;
use mhm::builtin::dataset::{Selection, npz};
use mhm::data::formats;
use mhm::record::{Array, Artifacts, Evaluee};
use mhm::seed::Seed;
use mhm::store::{Store, Wanted};
use std::fs;
use std::path::{Path, PathBuf};

const SUBJECTS: [&str; 6] = ["S1", "=S2, \"tall\"", "S3", "Sø4", "S5", "S6"];

/// People in a table of windows, by subject and session, and an experiment on them that classifies or fits.
fn people(at: &Path) {
    let mut stream = Seed(5).stream("people");
    let mut text = String::from("a,b,label,age\n");
    let mut meta = String::from("subject,seed\n");
    for i in 0..60 {
        let [a, b] = [stream.normal(), stream.normal()];
        text += &format!("{a:.4},{b:.4},{},{:.3}\n", usize::from(a > 0.3), 30.0 + 4.0 * b);
        meta += &format!("\"{}\",{}\n", SUBJECTS[i % 6].replace('"', "\"\""), i % 2);
    }
    fs::write(at.join("windows.csv"), text).unwrap();
    fs::write(at.join("meta.csv"), meta).unwrap();
}

const PEOPLE: &str = "use std.schedule.*
dataset People from \"windows.csv\" {
  modality looks: [2] = csv(columns: [\"a\", \"b\"])
  target   label: class(2) = csv(columns: [\"label\"])
  target   age: real(1) = csv(columns: [\"age\"])
  group    subject = csv(\"meta.csv\", column: \"subject\")
  group    seed = csv(\"meta.csv\", column: \"seed\")
  split train = random(0.6, by: subject)  split test = rest
}
network Who {
  in     looks: [D]
  uni    see  = linear(8) |> relu
  fusion join = linear(8) |> relu
  head   kind = linear(2)
  head   years = linear(1)
  out    kind(join(see(looks)))
}
";

/// The experiment of a text, run; and its store.
fn ran(name: &str, text: &str) -> (PathBuf, Store) {
    let at = folder(&format!("predictions_{name}"));
    people(&at);
    fs::write(at.join("p.mhm"), text).unwrap();
    let (code, out, err) = mhm(&at, &["run", "p.mhm", "--quiet"]);
    assert_eq!(code, 0, "{out}{err}");
    let store = Store::open(&at.join("runs/methods")).unwrap();
    (at, store)
}

fn predict(at: &Path, words: &[&str]) -> String {
    let (code, out, err) = mhm(at, &[&["predict", "methods"], words].concat());
    assert_eq!(code, 0, "{words:?}: {err}");
    out
}

/// What the deployed network predicted for a split.
fn own<'a>(artifacts: &'a Artifacts, split: &str) -> &'a Array {
    let is_own = |network: &Evaluee| *network == Evaluee::Deployed;
    let seen = artifacts.evaluated.iter().find(|e| is_own(&e.network) && e.split == split && e.change.is_none());
    seen.unwrap().outputs.values().next().unwrap()
}

/// Rows of a table by column, and its heading.
fn read(text: &str) -> (Vec<String>, Vec<Vec<String>>) {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let heading = reader.headers().unwrap().iter().map(str::to_string).collect();
    let rows = reader.records().map(|row| row.unwrap().iter().map(str::to_string).collect()).collect();
    (heading, rows)
}

fn floats(heading: &[String], rows: &[Vec<String>], names: &[&str]) -> Vec<f32> {
    let at = |name: &&str| heading.iter().position(|h| h == name).unwrap_or_else(|| panic!("{name}: {heading:?}"));
    let places: Vec<usize> = names.iter().map(at).collect();
    rows.iter().flat_map(|row| places.iter().map(|at| row[*at].parse().unwrap()).collect::<Vec<f32>>()).collect()
}

const CLASSES: &str = "pipeline p(method: Schedule, rate: Float) {
  data People  network Who  loss cross_entropy  optimizer adam(lr: rate)
  schedule method  batch 8  budget 3 epochs  metrics accuracy
}
experiment methods { vary method in [EndToEnd, Mhm(heads: 2)]  vary rate in [0.01, 0.02]  seeds [3, 7]  run p(method, rate)  table test_accuracy }
";

fn classes() -> String {
    let people = PEOPLE.replace("  target   age: real(1) = csv(columns: [\"age\"])\n", "");
    people.replace("  head   years = linear(1)\n", "") + CLASSES
}

#[test]
fn a_table_of_a_split_is_what_the_runs_stored() {
    let (at, store) = ran("classes", &classes());
    let (heading, rows) = read(&predict(&at, &["--split", "test", "-o", "-"]));
    // A group that is called as the seed is has another name.
    let expected = "method,rate,seed,sample,subject,seed_,truth,class,out[0],out[1],error,loss";
    assert_eq!(heading.join(","), expected);
    let mut from = 0;
    for arm in &store.manifest().arms {
        for (seed, address) in [3, 7].into_iter().zip(&arm.cells) {
            let kept = store.artifacts(address, Wanted::All).unwrap();
            let ids: Vec<usize> = kept.trail.splits["test"].ids().map(|id| id.row()).collect();
            let own = own(&kept, "test");
            let rows = &rows[from..from + ids.len()];
            from += ids.len();
            assert_eq!(bits(&floats(&heading, rows, &["out[0]", "out[1]"])), bits(&own.values));
            let truth = &kept.truths.iter().find(|t| t.split == "test").unwrap().values.values;
            for (i, row) in rows.iter().enumerate() {
                let said = usize::from(own.values[2 * i + 1] > own.values[2 * i]);
                let subject = SUBJECTS[ids[i] % 6];
                // A spreadsheet is to take it for no formula.
                let subject = if subject.starts_with('=') { format!("'{subject}") } else { subject.into() };
                let expected = [
                    arm.arm.0[0].1.clone(),
                    arm.arm.0[1].1.clone(),
                    seed.to_string(),
                    ids[i].to_string(),
                    subject,
                    (ids[i] % 2).to_string(),
                    truth[i].to_string(),
                    said.to_string(),
                ];
                assert_eq!(row[..8], expected);
                assert_eq!(row[10], u8::from(said as f32 != truth[i]).to_string());
            }
            // The loss of a sample is that of its class, and their mean that of the run.
            let losses = floats(&heading, rows, &["loss"]);
            for (i, loss) in losses.iter().enumerate() {
                assert!((loss + own.values[2 * i + truth[i] as usize].ln()).abs() < 1e-4, "{loss}");
            }
            let evaluated =
                kept.evaluated.iter().find(|e| e.network == Evaluee::Deployed && e.split == "test").unwrap();
            assert!((f64::from(losses.iter().sum::<f32>()) / losses.len() as f64 - evaluated.loss).abs() < 1e-4);
            // The mean error is what the run was measured to have.
            let wrong = floats(&heading, rows, &["error"]).iter().sum::<f32>() / rows.len() as f32;
            let right = store.record(address).unwrap().measured("test_accuracy").unwrap() as f32;
            assert!((1.0 - wrong - right).abs() < 1e-6, "{wrong} {right}");
        }
    }
    assert_eq!(from, rows.len());
}

#[test]
fn files_and_choices_of_runs_hold_the_same_numbers() {
    let (at, store) = ran("files", &classes());
    let chosen = ["--split", "test", "--where", "method=Mhm(heads: 2), rate=0.02", "--seed", "7", "-o"];
    let words = |to: &'static str| [&chosen[..], &[to]].concat();
    let (heading, rows) = read(&predict(&at, &words("-")));
    let arm = store.manifest().arms.iter().find(|arm| arm.arm.to_string() == "Mhm(heads: 2), 0.02").unwrap();
    let kept = store.artifacts(&arm.cells[1], Wanted::Predictions).unwrap();
    let own = own(&kept, "test");
    assert_eq!(bits(&floats(&heading, &rows, &["out[0]", "out[1]"])), bits(&own.values));
    assert_eq!(predict(&at, &words("t.csv")), format!("t.csv: {} predictions\n", rows.len()));
    assert_eq!(read(&fs::read_to_string(at.join("t.csv")).unwrap()), (heading.clone(), rows.clone()));
    predict(&at, &words("t.json"));
    let json: serde_json::Value = serde_json::from_str(&fs::read_to_string(at.join("t.json")).unwrap()).unwrap();
    let json = json.as_array().unwrap();
    assert_eq!(json.len(), rows.len());
    for (object, row) in json.iter().zip(&rows) {
        for (name, cell) in heading.iter().zip(row) {
            let cell = cell.strip_prefix('\'').unwrap_or(cell);
            let value = &object[name.as_str()];
            assert_eq!(value.as_str().map_or(value.to_string(), str::to_string).parse::<f32>().ok(), cell.parse().ok());
            assert!(value.is_number() || value.as_str() == Some(cell), "{name}: {value} and {cell}");
        }
    }
    predict(&at, &words("t.npz"));
    let format = formats::of_file(&at.join("t.npz")).unwrap();
    let names = format.names(&at.join("t.npz")).unwrap();
    assert_eq!(
        names,
        ["class", "error", "loss", "method", "out", "rate", "sample", "seed", "seed_", "subject", "truth"]
    );
    let whole = |name: &str| formats::open(&npz::FORMAT, &at.join("t.npz"), Selection::Array(name))?.whole();
    let array = whole("out").unwrap();
    assert_eq!((array.shape, bits(&array.values.single())), (own.axes.clone(), bits(&own.values)));
    assert_eq!(whole("sample").unwrap().values.single(), floats(&heading, &rows, &["sample"]));
    // One's own files are replaced, and no others.
    for to in ["t.csv", "t.json", "t.npz"] {
        predict(&at, &words(to));
        fs::write(at.join(to), "my own\n").unwrap();
        let (code, _, err) = mhm(&at, &[&["predict", "methods"], &words(to)[..]].concat());
        assert!(code == 2 && err.contains("replace it with `--force`"), "{err}");
        assert_eq!(fs::read_to_string(at.join(to)).unwrap(), "my own\n");
        predict(&at, &[&words(to)[..], &["--force"]].concat());
    }
}

#[test]
fn numbers_have_their_difference_and_several_outputs_their_names() {
    let text = PEOPLE.replace(
        "  out    kind(join(see(looks)))\n",
        "  out kinds = kind(join(see(looks)))\n  out years = years(join(see(looks)))\n",
    ) + "pipeline p {
  data People  network Who  loss cross_entropy(kinds, label) + 0.01 * mse(years, age)  optimizer adam(lr: 0.01)
  schedule EndToEnd  batch 8  budget 3 epochs
}
experiment methods { seeds 2  repeats 2  run p  table test_loss }
";
    let (at, store) = ran("numbers", &text);
    let (heading, rows) = read(&predict(&at, &["--split", "train", "--repeat", "1", "-o", "-"]));
    let expected = "seed,repeat,sample,subject,seed_,label.truth,age.truth,kinds.class,kinds[0],kinds[1],kinds.error,\
                    years,years.error,loss";
    assert_eq!(heading.join(","), expected);
    let kept = store.artifacts(&store.manifest().arms[0].cells[1], Wanted::Predictions).unwrap();
    let found = kept.evaluated.iter().find(|e| e.network == Evaluee::Deployed && e.split == "train").unwrap();
    let half = rows.iter().filter(|row| row[0] == "0").count();
    assert_eq!(bits(&floats(&heading, &rows[..half], &["years"])), bits(&found.outputs["years"].values));
    let age = &kept.truths.iter().find(|t| t.split == "train" && t.target == "age").unwrap().values.values;
    let off: Vec<f32> = found.outputs["years"].values.iter().zip(age).map(|(said, truth)| said - truth).collect();
    assert_eq!(bits(&floats(&heading, &rows[..half], &["years.error"])), bits(&off));
    assert!(rows.iter().all(|row| row[1] == "1") && rows[half..].iter().all(|row| row[0] == "1"));
}

#[test]
fn wrong_words_are_told_with_what_there_is() {
    let (at, _) = ran("wrong", &classes());
    fs::write(at.join("x.csv"), "a,b\n1,2\n").unwrap();
    for (words, said) in [
        (&["methods"][..], "of which samples? Say `--split test`, `--split train`"),
        (&["methods", "--split", "tset"], "no split `tset`; did you mean `--split test`?"),
        (&["methods", "--split", "late"], "no split `late`; say `--split test`, `--split train`"),
        (&["method", "--split", "test"], "did you mean `methods`?"),
        (&["methods", "--split", "test", "--seed", "4"], "was not run with the seed 4; its seeds are 3, 7"),
        (&["methods", "--split", "test", "--repeat", "1"], "no repeat 1"),
        (&["methods", "--split", "test", "--part", "1"], "does not say `cross`"),
        (&["methods", "--split", "test", "--where", "method=Nothing"], "no arm of `methods` is method=Nothing; it has"),
        (&["methods", "--split", "test", "--dataset", "D"], "`--dataset` decides nothing here"),
        (&["methods", "--split", "test", "--detect", "d"], "`--detect` decides nothing here"),
        (&["p.mhm", "--split", "test"], "`p.mhm` is a model: say the samples, too"),
        (&["methods", "x.csv", "--where", "rate=0.01"], "`--where` decides nothing here"),
        (&["methods", "--split", "test", "-o", "t.txt"], "go to a .csv, .json or .npz file, or to `-`"),
    ] {
        let output = if words.contains(&"-o") { &[][..] } else { &["-o", "-"] };
        let (code, out, err) = mhm(&at, &[&["predict"], words, output].concat());
        assert!(code == 2 && out.is_empty() && err.contains(said), "{words:?}: {out}{err}");
    }
}

#[test]
fn every_sample_of_a_cross_validation_is_tested_once() {
    let text = classes().replace("seeds [3, 7]", "cross 3, by: subject  seeds [3, 7]");
    let (at, _) = ran("cross", &text);
    let words = ["--split", "test", "--seed", "7", "--where", "rate=0.02", "-o", "-"];
    let (heading, rows) = read(&predict(&at, &words));
    assert_eq!(heading[..6].join(","), "method,rate,seed,part,sample,subject");
    for method in ["EndToEnd", "Mhm(heads: 2)"] {
        let mut tested: Vec<usize> = rows.iter().filter(|r| r[0] == method).map(|r| r[4].parse().unwrap()).collect();
        tested.sort_unstable();
        assert_eq!(tested, (0..60).collect::<Vec<_>>());
    }
    let (_, part) = read(&predict(&at, &[&["--part", "2"], &words[..]].concat()));
    assert!(!part.is_empty() && part.iter().all(|row| row[3] == "2" && rows.contains(row)));
    let (code, _, err) = mhm(&at, &[&["predict", "methods", "--part", "4"], &words[..]].concat());
    assert!(code == 2 && err.contains("no part 4: its parts are 1 to 3"), "{err}");
}
