//! Samples that are left out of the dataset: which, and that everything else stays right.

use super::files::{Folder, npy_f4};
use super::*;
use crate::builtin::dataset::csv::Csv;
use crate::builtin::dataset::drop::Dropped;
use crate::builtin::dataset::fill::Fill;
use crate::builtin::dataset::missing::Stand;
use crate::builtin::dataset::npy::Npy;
use crate::builtin::dataset::{Condition, Name, Relation};

fn drops(what: Stand) -> Vec<Arc<dyn Preparation>> {
    vec![Arc::new(Dropped { what, all: false })]
}

/// Samples 1 and 4 lack their age, sample 2 its class, sample 6 its subject.
const TABLE: &str =
    "x,age,y,who\n0,30,sit,S1\n1,,walk,S1\n2,31,NA,S2\n3,32,walk,S2\n4,,sit,S3\n5,33,sit,S3\n6,34,sit,\n7,35,walk,S4\n";

fn spec(folder: &Folder, rules: &[(&str, SplitRule)]) -> DataSpec {
    let mut age = modality("age", &[1], Csv::of(&["age"]));
    age.transforms = drops(Stand::Nan);
    let group = |transforms| GroupSpec {
        name: "who".into(),
        sources: vec![Arc::new(Csv::of(&["who"]))],
        transforms,
        kept: true,
    };
    DataSpec {
        name: "people".into(),
        root: Some(folder.write("people.csv", TABLE)),
        modalities: vec![modality("x", &[1], Csv::of(&["x"])), age],
        targets: vec![TargetSpec { transforms: drops(Stand::Nan), ..target(class(2), Csv::of(&["y"])) }],
        groups: vec![group(drops(Stand::Nan))],
        splits: splits(rules),
        ..plain()
    }
}

fn read(spec: &DataSpec) -> Dataset {
    load(spec, Seed(0)).unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn rows_without_a_value_are_gone_from_everything() {
    let folder = Folder::new("drop");
    let spec = spec(&folder, &[("train", SplitRule::Rest)]);
    for kept in [KEPT, 0] {
        let data = read(&DataSpec { kept, ..spec.clone() });
        assert_eq!((data.samples, data.rows.as_slice()), (4, &[0, 3, 5, 7][..]));
        let mut x = vec![];
        data.modalities[0].gather(&SampleId::of(0..4).collect::<Vec<_>>(), &mut x).unwrap();
        assert_eq!(x, [0.0, 3.0, 5.0, 7.0]);
        assert_eq!(data.targets[0].values, [0.0, 1.0, 0.0, 1.0]);
        assert_eq!(
            (data.groups[0].names.as_slice(), data.groups[0].of.as_slice()),
            (&["S1", "S2", "S3", "S4"].map(String::from)[..], &[0, 1, 2, 3][..])
        );
        assert_eq!(data.splits["train"].len(), 4);
        assert!(data.remarks.is_empty(), "{:?}", data.remarks);
    }
    let headers = headers(&spec, Seed(0)).unwrap().unwrap();
    assert!(headers.to_string().contains("4 samples (4 rows are left out)"), "{headers}");
}

#[test]
fn splits_name_rows_as_the_file_has_them() {
    let folder = Folder::new("drop-splits");
    folder.write("test.txt", "3\n4\n7\n");
    let test = SplitRule::Indices { files: vec!["test.txt".into()], array: None };
    let by_row = |rules: &[(&str, SplitRule)]| {
        let data = read(&spec(&folder, rules));
        let rows = |split: &str| data.splits[split].iter().map(|id| data.row(*id)).collect::<Vec<_>>();
        (rows("train"), rows("test"))
    };
    // Row 4 is left out.
    assert_eq!(by_row(&[("train", SplitRule::Rest), ("test", test.clone())]), (vec![0, 5], vec![3, 7]));
    let rows = |start, end| SplitRule::Rows { start, end };
    assert_eq!(by_row(&[("train", rows(0, 4)), ("test", rows(4, 8))]), (vec![0, 3], vec![5, 7]));
    let who = |is| SplitRule::Where(vec![Condition { group: "who".into(), is, values: vec![Name::Text("S3".into())] }]);
    assert_eq!(by_row(&[("train", who(Relation::NotIn)), ("test", who(Relation::In))]), (vec![0, 3, 7], vec![5]));
    let beyond = load(&spec(&folder, &[("train", rows(0, 4)), ("test", rows(4, 9))]), Seed(0)).unwrap_err();
    assert!(beyond.to_string().contains("rows from 0 to 8"), "{beyond}");
    let gone = load(&spec(&folder, &[("train", rows(0, 4)), ("test", rows(4, 5))]), Seed(0)).unwrap_err();
    assert_eq!(gone.code, Code::EmptySplit);
    let twice = load(&spec(&folder, &[("train", rows(0, 4)), ("test", test)]), Seed(0)).unwrap_err();
    assert!(twice.to_string().contains("sample 3 is in the splits"), "{twice}");
}

#[test]
fn drawn_splits_are_those_of_the_samples_that_stay() {
    let folder = Folder::new("drop-drawn");
    let rules = [("train", random(0.5, false)), ("test", SplitRule::Rest)];
    let dropped = read(&spec(&folder, &rules));
    let mut clean = spec(&folder, &rules);
    let lines: Vec<&str> = TABLE.lines().collect();
    clean.root = Some(folder.write("clean.csv", [0, 1, 4, 6, 8].map(|i| lines[i]).join("\n") + "\n"));
    let clean = read(&clean);
    assert_eq!((dropped.splits, dropped.modalities, dropped.targets), (clean.splits, clean.modalities, clean.targets));
    assert!(clean.rows.is_empty(), "nothing is left out");
}

#[test]
fn what_stands_for_a_missing_value_is_said() {
    let folder = Folder::new("drop-stand");
    let x = |transforms| {
        let sources: Vec<Arc<dyn Source>> =
            vec![Arc::new(Npy { file: Some("x.npy".into()), key: None }), Arc::new(Fill { value: -1.0 })];
        folder.write("x.npy", npy_f4(&[3, 2], &[-1.0, 1.0, -1.0, -1.0, 2.0, f32::INFINITY]));
        folder.write("y.npy", npy_f4(&[4], &[0.0, 1.0, 0.0, 1.0]));
        let y = target(class(2), Npy { file: Some("y.npy".into()), key: None });
        let x = ModalitySpec { sources, transforms, ..modality("x", &[2], Npy { file: None, key: None }) };
        DataSpec { root: Some(folder.0.clone()), modalities: vec![x], targets: vec![y], ..plain() }
    };
    let all = Dropped { what: Stand::Number(-1.0), all: true };
    let infinite = load(&x(vec![Arc::new(all.clone())]), Seed(0)).unwrap_err().to_string();
    assert!(infinite.contains("at row 2, element [1]"), "as the file has it: {infinite}");
    let both: Vec<Arc<dyn Preparation>> =
        vec![Arc::new(all), Arc::new(Dropped { what: Stand::Number(f64::INFINITY), all: false })];
    assert_eq!(read(&x(both)).rows, [0]);
    let none = load(&x(drops(Stand::Number(-1.0))), Seed(0)).unwrap_err().to_string();
    assert!(none.contains("at row 2"), "the sample without -1 stays: {none}");
    folder.write("nan.npy", npy_f4(&[3, 2], &[f32::NAN; 6]));
    let mut empty = x(drops(Stand::Nan));
    empty.modalities[0].sources = vec![Arc::new(Npy { file: Some("nan.npy".into()), key: None })];
    empty.targets.clear();
    let empty = load(&empty, Seed(0)).unwrap_err();
    assert!(empty.code == Code::EmptySplit && empty.to_string().contains("`drop` leaves out all 3"), "{empty}");
}

#[test]
fn a_sample_without_a_file_is_left_out() {
    let folder = Folder::new("drop-files");
    folder.write("train.txt", "a\nb\nc\n");
    folder.write("test.txt", "d\n");
    ["a", "c", "d"].iter().zip(1..).for_each(|(name, i)| {
        folder.write(&format!("{name}.npy"), npy_f4(&[2], &[i as f32; 2]));
    });
    let mut x = modality("x", &[2], Npy { file: Some("{name}.npy".into()), key: None });
    x.transforms = drops(Stand::File);
    let names = |file: &str| SplitRule::Names { file: file.into(), key: None, only: None };
    let spec = DataSpec {
        root: Some(folder.0.clone()),
        modalities: vec![x],
        splits: splits(&[("train", names("train.txt")), ("test", names("test.txt"))]),
        ..plain()
    };
    let data = read(&spec);
    assert_eq!(data.names, ["a", "c", "d"]);
    assert_eq!(data.rows, [0, 2, 3]);
    assert_eq!(data.modalities[0].values, [1.0, 1.0, 2.0, 2.0, 3.0, 3.0]);
}

#[test]
fn a_drop_that_says_nothing_or_stands_elsewhere_is_refused() {
    let folder = Folder::new("drop-refused");
    let spec = spec(&folder, &[("train", SplitRule::Rest)]);
    let refused = |change: &dyn Fn(&mut DataSpec), part: &str| {
        let mut spec = spec.clone();
        change(&mut spec);
        let (_, message) = problem(&spec);
        assert!(message.contains(part), "{part:?} in {message}");
    };
    let standardize: Arc<dyn Preparation> = Arc::new(Standardize { present: None });
    let behind = |spec: &mut DataSpec| spec.modalities[1].transforms.insert(0, standardize.clone());
    refused(&behind, "`drop` stands behind `standardize`");
    refused(&|spec| spec.modalities[1].transforms = drops(Stand::File), "asks for a file a sample");
    let mut made = usual();
    made.modalities[0].transforms = drops(Stand::Nan);
    assert!(problem(&made).1.contains("generated points have all their values"));
}
