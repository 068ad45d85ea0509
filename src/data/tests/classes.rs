//! Classes by name and by number, as files have them.

use super::files::{Folder, npz, npz_bytes};
use super::texts::npy_texts;
use super::*;
use crate::builtin::dataset::csv::Csv;
use crate::builtin::{Labels as ClassLabels, Numbers};

fn spec(folder: &Folder, lines: &str, kind: TargetKind) -> DataSpec {
    DataSpec {
        name: "t".into(),
        root: Some(folder.write("t.csv", format!("x,y\n{lines}"))),
        modalities: vec![modality("x", &[1], Csv::of(&["x"]))],
        targets: vec![target(kind, Csv::of(&["y"]))],
        ..plain()
    }
}

fn labelled(classes: usize, names: &[&str], numbers: Numbers, ignore: Option<i64>) -> TargetKind {
    let names = names.iter().map(ToString::to_string).collect();
    TargetKind::Class { classes, axes: vec![], ignore, labels: Some(Arc::new(ClassLabels { names, numbers })) }
}

fn named(names: &[&str]) -> TargetKind {
    labelled(names.len(), names, Numbers::Ids, None)
}

fn values(spec: &DataSpec) -> Vec<f32> {
    load(spec, Seed(0)).unwrap_or_else(|error| panic!("{error}")).targets[0].values.clone()
}

fn error(spec: &DataSpec) -> String {
    load(spec, Seed(0)).unwrap_err().to_string()
}

const TEXTS: &str = "1,walk\n2,sit\n3,walk\n4,run\n";

#[test]
fn names_are_found_sorted_or_said() {
    let folder = Folder::new("class-names");
    let found = spec(&folder, TEXTS, class(3));
    assert_eq!(values(&found), [2.0, 1.0, 2.0, 0.0]);
    let dataset = load(&found, Seed(0)).unwrap();
    assert_eq!(dataset.targets[0].kind, named(&["run", "sit", "walk"]));
    assert_eq!(dataset.class_names()["label"], ["run", "sit", "walk"]);
    let said = spec(&folder, TEXTS, named(&["walk", "sit", "run", "fly"]));
    assert_eq!(values(&said), [0.0, 1.0, 0.0, 2.0]);
    let remarks = &load(&said, Seed(0)).unwrap().remarks;
    assert!(remarks[0].error.message.contains("class `fly` of target `label` never occurs"), "{remarks:?}");
    let shown = describe(&found, Seed(0)).unwrap().to_string();
    assert!(
        shown.contains("class([\"run\", \"sit\", \"walk\"])") && shown.contains("label: run 1, sit 1, walk 2"),
        "{shown}"
    );
    // Booleans, in whatever case, and yes and no.
    for flags in ["1,true\n2,false\n", "1,True\n2,False\n", "1,yes\n2,no\n"] {
        assert_eq!(values(&spec(&folder, flags, class(2))), [1.0, 0.0]);
    }
    // Names of numbers stand for ids, and numerals for what is written.
    assert_eq!(values(&spec(&folder, "1,0\n2,1\n", named(&["sit", "walk"]))), [0.0, 1.0]);
    assert_eq!(values(&spec(&folder, "1,3\n2,1\n3,2\n", named(&["1", "2", "3"]))), [2.0, 0.0, 1.0]);
}

#[test]
fn names_are_one_list_for_all_splits_and_files() {
    let folder = Folder::new("class-names-split");
    let arrays = [
        ("train_a", super::files::npy_f4(&[2, 2], &[1.0; 4])),
        ("test_a", super::files::npy_f4(&[2, 2], &[1.0; 4])),
        ("train_label", npy_texts("<U4", "(2,)", &["walk", "sit"])),
        ("test_label", npy_texts("<U4", "(2, 1)", &["run", "walk"])),
    ];
    let spec = super::files::digits(&folder.write("d.npz", npz_bytes(&arrays)));
    assert_eq!(values(&spec), [2.0, 1.0, 0.0, 2.0]);
    let mut joined = spec.clone();
    joined.splits = splits(&[("train", SplitRule::Rest)]);
    joined.modalities[0].sources = vec![Arc::new(npz("train_a")), Arc::new(npz("test_a"))];
    joined.targets[0].sources = vec![Arc::new(npz("train_label")), Arc::new(npz("test_label"))];
    assert_eq!(values(&joined), [2.0, 1.0, 0.0, 2.0]);
}

#[test]
fn texts_that_are_no_class_are_named_with_their_lines() {
    let folder = Folder::new("class-wrong");
    let cases: [(&str, TargetKind, &[&str]); 8] = [
        (TEXTS, class(2), &["3: `run`, `sit`, `walk`", "declare `class(3)`", "2 names"]),
        (TEXTS, class(4), &["3: `run`, `sit`, `walk`", "also those of which there is no sample"]),
        (
            TEXTS,
            named(&["sit", "walks"]),
            &["`walk` is no class of target `label`", "`walk` in lines 2, 4", "did you mean `walks`?"],
        ),
        (TEXTS, named(&["run", "jump"]), &["`walk` in lines 2, 4; nor is `sit`"]),
        ("1,sit\n2,\n3,walk\n4,NA\n", class(2), &["samples without a class", "nothing in lines 3, 5", "ignore: -1"]),
        ("1,0\n2,1\n3,oops\n", class(2), &["`oops` in line 4"]),
        ("1,0\n2,1\n3,2.5\n", class(2), &["2.5 at line 4"]),
        ("1,\n2,\n", class(2), &["not finite"]),
    ];
    for (lines, kind, parts) in cases {
        let error = error(&spec(&folder, lines, kind.clone()));
        for part in parts {
            assert!(error.contains(part), "{kind} {lines}: {part:?} in {error}");
        }
    }
    let ignored = TargetKind::Class { classes: 2, axes: vec![], ignore: Some(-1), labels: None };
    assert_eq!(values(&spec(&folder, "1,sit\n2,\n3,walk\n", ignored)), [0.0, -1.0, 1.0]);
    // A file's name for a class steers no terminal.
    let found = load(&spec(&folder, "1,a\x1b[31m\n2,b\n", class(2)), Seed(0)).unwrap();
    assert!(!found.targets[0].kind.to_string().contains('\x1b'));
}

#[test]
fn numbers_are_mapped_where_it_is_said_and_advised_elsewhere() {
    let folder = Folder::new("class-numbers");
    let from_one = "1,1\n2,3\n3,2\n";
    assert_eq!(values(&spec(&folder, from_one, labelled(3, &[], Numbers::First(1), None))), [0.0, 2.0, 1.0]);
    assert!(error(&spec(&folder, from_one, class(3))).contains("write `class(3, first: 1)`"));
    let signs = "1,-1\n2,1\n3,-1\n";
    let values_of = |v: &[i64]| Numbers::Values(v.to_vec());
    assert_eq!(values(&spec(&folder, signs, labelled(2, &[], values_of(&[-1, 1]), None))), [0.0, 1.0, 0.0]);
    assert_eq!(values(&spec(&folder, signs, labelled(2, &["no", "yes"], values_of(&[1, -1]), None))), [1.0, 0.0, 1.0]);
    let advised = error(&spec(&folder, signs, class(2)));
    assert!(advised.contains("write") || advised.contains("class(2, values: [-1, 1])"), "{advised}");
    let wrong = error(&spec(&folder, "1,0\n2,1\n3,4\n", labelled(3, &[], Numbers::First(1), None)));
    assert!(
        wrong.contains("numbers from 1 to 3, as `class(3, first: 1)` says") && wrong.contains("0 at line 2"),
        "{wrong}"
    );
    let ignored = labelled(2, &[], values_of(&[10, 20]), Some(0));
    assert_eq!(values(&spec(&folder, "1,20\n2,0\n3,10\n", ignored)), [1.0, -1.0, 0.0]);
    let texts = labelled(2, &["no", "yes"], values_of(&[10, 20]), None);
    assert_eq!(values(&spec(&folder, "1,yes\n2,no\n", texts)), [1.0, 0.0]);
}
