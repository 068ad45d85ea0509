//! Classes as people have them, in every format: booleans, -1 and 1, numbers from 1, and texts of every step.

use super::files::{Folder, npz_bytes};
use super::texts::npy_texts;
use super::*;
use crate::builtin::dataset::csv::Csv;
use crate::builtin::dataset::drop::Dropped;
use crate::builtin::dataset::first::{First, Side};
use crate::builtin::dataset::hdf5::Hdf5;
use crate::builtin::dataset::mat::Mat;
use crate::builtin::dataset::missing::Stand;
use crate::builtin::dataset::npy::Npy;
use crate::builtin::dataset::npz::Npz;
use crate::builtin::dataset::pickle::Pickle;
use crate::builtin::dataset::replace::Replace;
use crate::builtin::dataset::{OneColumn, Pick};
use crate::builtin::{Labels as ClassLabels, NO_CLASS, Numbers};
use std::fs;

/// `tests/data/labels/write.py` wrote them.
fn written() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/labels")
}

fn archived(array: &str) -> Npz {
    Npz { array: array.into(), file: Some("labels.npz".into()), key: None }
}

/// The array of this name in every file that has all of them.
fn everywhere(name: &str) -> Vec<(String, Arc<dyn Source>)> {
    let name = || name.to_string();
    let mut all: Vec<(String, Arc<dyn Source>)> = vec![
        ("npz".into(), Arc::new(archived(&name()))),
        ("mat".into(), Arc::new(Mat { file: Some("labels.mat".into()), variable: Some(name()), key: None })),
        ("hdf5".into(), Arc::new(Hdf5 { file: Some("labels.h5".into()), dataset: Some(name()), key: None })),
    ];
    for file in ["arrays", "lists"] {
        for protocol in [0, 2, 5] {
            let file = format!("{file}_{protocol}.pkl");
            all.push((file.clone(), Arc::new(Pickle { file: Some(file), at: Some(name()), key: None })));
        }
    }
    all
}

fn spec(source: Arc<dyn Source>, kind: TargetKind) -> DataSpec {
    DataSpec {
        name: "labels".into(),
        root: Some(written()),
        modalities: vec![modality("x", &[1], archived("x"))],
        targets: vec![TargetSpec { sources: vec![source], ..target(kind, Labels {}) }],
        ..plain()
    }
}

fn kind(classes: usize, axes: &[usize], ignore: Option<i64>, labels: (&[&str], Numbers)) -> TargetKind {
    let names = labels.0.iter().map(ToString::to_string).collect();
    let labels = ClassLabels { names, numbers: labels.1 };
    let labels = (!labels.are_plain()).then(|| Arc::new(labels));
    TargetKind::Class { classes, axes: axes.to_vec(), ignore, labels }
}

fn values(spec: &DataSpec) -> Vec<f32> {
    load(spec, Seed(0)).unwrap_or_else(|error| panic!("{error}")).targets[0].values.clone()
}

fn error(spec: &DataSpec) -> String {
    load(spec, Seed(0)).unwrap_err().to_string()
}

#[test]
fn numbers_of_every_format_are_classes() {
    let signs = || Numbers::Values(vec![-1, 1]);
    for (name, kind, expected) in [
        ("flag", kind(2, &[], None, (&[], Numbers::Ids)), [1.0, 0.0, 1.0, 0.0]),
        ("flag", kind(2, &[], None, (&["no", "yes"], Numbers::Ids)), [1.0, 0.0, 1.0, 0.0]),
        ("flag", kind(2, &[], None, (&["0", "1"], Numbers::Ids)), [1.0, 0.0, 1.0, 0.0]),
        ("sign", kind(2, &[], None, (&[], signs())), [0.0, 1.0, 1.0, 0.0]),
        ("real_sign", kind(2, &[], None, (&["no", "yes"], signs())), [0.0, 1.0, 1.0, 0.0]),
        ("sign", kind(2, &[], None, (&["-1", "1"], Numbers::Ids)), [0.0, 1.0, 1.0, 0.0]),
        ("one", kind(3, &[], None, (&[], Numbers::First(1))), [0.0, 1.0, 2.0, 0.0]),
        ("byte", kind(3, &[], None, (&["a", "b", "c"], Numbers::First(1))), [0.0, 1.0, 2.0, 0.0]),
    ] {
        for (format, source) in everywhere(name) {
            let read = load(&spec(source, kind.clone()), Seed(0));
            let read = read.unwrap_or_else(|error| panic!("{format} `{name}` as {kind}: {error}"));
            assert_eq!(read.targets[0].values, expected, "{format} `{name}` as {kind}");
        }
    }
    for (name, says) in [("sign", "class(2, values: [-1, 1])"), ("real_sign", "class(2, values: [-1, 1])")] {
        for (format, source) in everywhere(name) {
            let error = error(&spec(source, class(2)));
            assert!(error.contains(says), "{format} `{name}`: {error}");
        }
    }
    for (format, source) in everywhere("one") {
        let error = error(&spec(source, class(3)));
        assert!(error.contains("class(3, first: 1)"), "{format}: {error}");
    }
}

#[test]
fn tables_have_them_too() {
    let folder = Folder::new("labels-csv");
    let of = |lines: &str, kind: TargetKind| DataSpec {
        root: Some(folder.write("t.csv", format!("x,y\n{lines}"))),
        modalities: vec![modality("x", &[1], Csv::of(&["x"]))],
        targets: vec![target(kind, Csv::of(&["y"]))],
        ..plain()
    };
    let signs = || Numbers::Values(vec![-1, 1]);
    for (lines, kind, expected) in [
        ("0,true\n1,false\n2,true\n", class(2), [1.0, 0.0, 1.0]),
        ("0,TRUE\n1,FALSE\n2,TRUE\n", class(2), [1.0, 0.0, 1.0]),
        ("0,-1\n1,1\n2,-1\n", kind(2, &[], None, (&[], signs())), [0.0, 1.0, 0.0]),
        ("0,-1.0\n1,+1.0\n2,-1.0\n", kind(2, &[], None, (&["no", "yes"], signs())), [0.0, 1.0, 0.0]),
        ("0,1\n1,3\n2,2\n", kind(3, &[], None, (&[], Numbers::First(1))), [0.0, 2.0, 1.0]),
    ] {
        assert_eq!(values(&of(lines, kind)), expected, "{lines}");
    }
}

fn with(mut spec: DataSpec, transforms: Vec<Arc<dyn Preparation>>) -> DataSpec {
    spec.targets[0].transforms = transforms;
    spec
}

#[test]
fn texts_of_every_step_are_classes() {
    let named = kind(4, &[3], Some(-1), (&["sit", "walk", "run", "wälk"], Numbers::Ids));
    let expected = [0.0, 1.0, 1.0, 1.0, 0.0, NO_CLASS, 2.0, 2.0, 2.0, 0.0, 0.0, 3.0];
    let mut all = everywhere("steps");
    all.push(("npz turned".into(), Arc::new(archived("turned"))));
    all.push(("npy".into(), Arc::new(Npy { file: Some("steps.npy".into()), key: None })));
    let hdf5 = Hdf5 { file: Some("labels.h5".into()), dataset: Some("turned".into()), key: None };
    all.push(("hdf5 of one length".into(), Arc::new(hdf5)));
    for protocol in [0, 2, 5] {
        let at = |at: &str| Pickle { file: Some(format!("arrays_{protocol}.pkl")), at: Some(at.into()), key: None };
        all.push((format!("objects {protocol}"), Arc::new(at("objects"))));
        all.push((format!("turned {protocol}"), Arc::new(at("turned"))));
    }
    for (format, source) in all {
        let read = load(&spec(source.clone(), named.clone()), Seed(0));
        let read = read.unwrap_or_else(|error| panic!("{format}: {error}"));
        assert_eq!(read.targets[0].values, expected, "{format}");
        assert_eq!(read.targets[0].classes(&sample_ids([0, 1])), Some(vec![2, 3, 0, 0]), "{format}");
        // Their names are found, sorted.
        let found = load(&spec(source.clone(), kind(4, &[3], Some(-1), (&[], Numbers::Ids))), Seed(0)).unwrap();
        assert_eq!(found.class_names()["label"], ["run", "sit", "walk", "wälk"], "{format}");
        // A step without a class is one where it is said; a name is one a row.
        let silent = error(&spec(source.clone(), kind(4, &[3], None, (&[], Numbers::Ids))));
        assert!(silent.contains("steps without a class") && silent.contains("ignore: -1"), "{format}: {silent}");
        let one = error(&spec(source, kind(4, &[], Some(-1), (&[], Numbers::Ids))));
        assert!(one.contains("class(…, axes: [3])"), "{format}: {one}");
    }
    let ragged = Pickle { file: Some("lists_5.pkl".into()), at: Some("ragged".into()), key: None };
    let ragged = error(&spec(Arc::new(ragged), named));
    assert!(ragged.contains("different lengths") && ragged.contains("2 in row 1"), "{ragged}");
}

#[test]
fn texts_of_steps_go_through_preparations() {
    let source = || -> Arc<dyn Source> { Arc::new(archived("steps")) };
    let named =
        |steps, ignore| kind(4, &[steps], ignore, (&["sit", "walk", "run", "wälk"], Numbers::Values(vec![5, 6, 7, 8])));
    let first = |steps| -> Arc<dyn Preparation> { Arc::new(First { steps: Count(steps), pad: Side::Right }) };
    let drop: Arc<dyn Preparation> = Arc::new(Dropped { what: Stand::Nan, all: false });
    let longer = with(spec(source(), named(4, Some(-1))), vec![first(4)]);
    let none = NO_CLASS;
    let expected = [0.0, 1.0, 1.0, none, 1.0, 0.0, none, none, 2.0, 2.0, 2.0, none, 0.0, 0.0, 3.0, none];
    assert_eq!(values(&longer), expected);
    assert_eq!(values(&with(spec(source(), named(1, Some(-1))), vec![first(1)])), [0.0, 1.0, 2.0, 0.0]);
    let dropped = load(&with(spec(source(), named(3, None)), vec![drop]), Seed(0)).unwrap();
    assert_eq!((dropped.rows.as_slice(), dropped.targets[0].values.len()), (&[0, 2, 3][..], 9));
    let replace: Arc<dyn Preparation> = Arc::new(Replace { infinite: None, nan: Some(6.0) });
    assert_eq!(values(&with(spec(source(), named(3, None)), vec![replace]))[3..6], [1.0, 0.0, 1.0]);
}

const LONG: &str = "clip,time,x,act\nb,2,5,walk\na,1,1,sit\nb,1,4,sit\na,0,0,sit\nb,10,6,run\n";

fn long(folder: &Folder, lines: &str, ignore: Option<i64>) -> DataSpec {
    let one = |name: &str| Some(OneColumn([Pick::Name(name.into())]));
    let steps = |column: &str| Csv { by: one("clip"), order: one("time"), ..Csv::of(&[column]) };
    let first = || -> Arc<dyn Preparation> { Arc::new(First { steps: Count(3), pad: Side::Right }) };
    let mut x = modality("x", &[3, 1], steps("x"));
    x.transforms.push(first());
    let spec = DataSpec {
        name: "clips".into(),
        root: Some(folder.write("long.csv", lines)),
        modalities: vec![x],
        targets: vec![target(kind(3, &[3], ignore, (&[], Numbers::Ids)), steps("act"))],
        ..plain()
    };
    with(spec, vec![first()])
}

#[test]
fn a_row_a_step_has_a_class_a_step() {
    let folder = Folder::new("labels-long");
    let read = load(&long(&folder, LONG, Some(-1)), Seed(0)).unwrap();
    assert_eq!(read.names, ["b", "a"]);
    assert_eq!(read.targets[0].values, [1.0, 2.0, 0.0, 1.0, 1.0, NO_CLASS]);
    assert_eq!(read.class_names()["label"], ["run", "sit", "walk"]);
    let padded = error(&long(&folder, LONG, None));
    assert!(padded.contains("steps that `first(3)` fills up have no class"), "{padded}");
    let missing = error(&long(&folder, &LONG.replace("b,1,4,sit", "b,1,4,"), None));
    assert!(missing.contains("steps without a class") && missing.contains("nothing in line 4"), "{missing}");
    let several = error(&long(&folder, &LONG.replace("a,0,0,sit", "a,0,0,jump"), Some(-1)));
    assert!(several.contains("4: `jump`, `run`, `sit`, `walk`") && several.contains("class(4)"), "{several}");
    // Where a clip has one class, all its rows say it, or none does.
    let mut whole = long(&folder, &LONG.replace("walk", "run").replace("b,1,4,sit", "b,1,4,run"), None);
    whole.targets[0].kind = class(2);
    whole.targets[0].transforms.clear();
    assert_eq!(values(&whole), [0.0, 1.0]);
    folder.write(
        "long.csv",
        LONG.replace("walk", "").replace("b,1,4,sit", "b,1,4,").replace(",run", ",") + "c,0,0,run\n",
    );
    whole.targets[0].transforms = vec![Arc::new(Dropped { what: Stand::Nan, all: false })];
    let dropped = load(&whole, Seed(0)).unwrap();
    assert_eq!((dropped.samples, dropped.targets[0].values.as_slice()), (2, &[1.0, 0.0][..]));
}

#[test]
fn columns_and_files_of_their_own_have_a_class_a_step() {
    let folder = Folder::new("labels-columns");
    let wide = |lines: &str| DataSpec {
        root: Some(folder.write("wide.csv", format!("x,act_0,act_1\n{lines}"))),
        modalities: vec![modality("x", &[1], Csv::of(&["x"]))],
        targets: vec![target(kind(2, &[2], None, (&["sit", "walk"], Numbers::Ids)), Csv::of(&["act_*"]))],
        ..plain()
    };
    assert_eq!(values(&wide("0,sit,walk\n1,walk,walk\n")), [0.0, 1.0, 1.0, 1.0]);
    let unknown = error(&wide("0,sit,walk\n1,walk,wlak\n2,run,sit\n"));
    for part in ["`wlak` is no class of target `label`", "`wlak` in line 3; nor is `run`", "did you mean `walk`?"] {
        assert!(unknown.contains(part), "{part} in {unknown}");
    }
    // A file a sample, of any length, one of them empty.
    for (name, act) in [("p", "sit\nwalk\n"), ("q", "walk\n"), ("r", "sit\nsit\nwalk\nsit\n")] {
        folder.write(&format!("{name}.csv"), format!("act\n{act}"));
        folder.write(&format!("{name}.npy"), npy_texts("<U4", "(1,)", &["sit"]));
    }
    fs::write(folder.0.join("all.txt"), "p\nq\nr\n").unwrap();
    let named = |source: Arc<dyn Source>, x: &str| {
        let rule = SplitRule::Names { file: "all.txt".into(), key: None, only: None };
        let first = |pad| -> Arc<dyn Preparation> { Arc::new(First { steps: Count(3), pad }) };
        let mut own = modality("x", &[1], Npy { file: Some(x.into()), key: None });
        own.transforms.push(Arc::new(crate::builtin::dataset::missing::Missing {
            what: Some(Stand::Nan),
            any: false,
            unless: None,
        }));
        let spec = DataSpec {
            root: Some(folder.0.clone()),
            modalities: vec![own],
            targets: vec![TargetSpec {
                sources: vec![source],
                ..target(kind(2, &[3], Some(-1), (&[], Numbers::Ids)), Labels {})
            }],
            splits: splits(&[("train", rule)]),
            ..plain()
        };
        with(spec, vec![first(Side::Left)])
    };
    ["p", "q", "r"].iter().for_each(|name| {
        folder.write(&format!("x_{name}.npy"), super::files::npy_f4(&[1], &[1.0]));
    });
    let csv = Arc::new(Csv { file: Some("{name}.csv".into()), ..Csv::of(&["act"]) });
    let read = load(&named(csv, "x_{name}.npy"), Seed(0)).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(read.targets[0].values, [NO_CLASS, 0.0, 1.0, NO_CLASS, NO_CLASS, 1.0, 0.0, 0.0, 1.0]);
    assert_eq!(read.class_names()["label"], ["sit", "walk"]);
}

#[test]
fn names_are_one_list_for_all_keys() {
    let folder = Folder::new("labels-keys");
    let arrays = [
        ("train_a", super::files::npy_f4(&[2, 2], &[1.0; 4])),
        ("test_a", super::files::npy_f4(&[1, 2], &[1.0; 2])),
        ("train_label", npy_texts("<U4", "(2, 2)", &["walk", "sit", "sit", "sit"])),
        ("test_label", npy_texts("<U4", "(1, 2)", &["run", "walk"])),
    ];
    let mut spec = super::files::digits(&folder.write("d.npz", npz_bytes(&arrays)));
    spec.targets[0].kind = kind(3, &[2], None, (&[], Numbers::Ids));
    assert_eq!(values(&spec), [2.0, 1.0, 1.0, 1.0, 0.0, 2.0]);
    let shown = describe(&spec, Seed(0)).unwrap().to_string();
    assert!(shown.contains("class([\"run\", \"sit\", \"walk\"], axes: [2])"), "{shown}");
    assert!(shown.contains("label: run 0, sit 3, walk 1"), "{shown}");
    let shown = headers(&spec, Seed(0)).unwrap().unwrap().to_string();
    assert!(shown.contains("d.npz `train_label`  text [2, 2]"), "{shown}");
}
