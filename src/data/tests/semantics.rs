//! Lists, joined files, preparations and what is kept in memory: the same samples whatever way they are had.

use super::files::{Folder, npy_f4};
use super::*;
use crate::builtin::dataset::Word;
use crate::builtin::dataset::append::Append;
use crate::builtin::dataset::argmax::Argmax;
use crate::builtin::dataset::fill::Fill;
use crate::builtin::dataset::first::Side;
use crate::builtin::dataset::mask::Mask;
use crate::builtin::dataset::mean::MeanOfAxes;
use crate::builtin::dataset::normalize::Normalize;
use crate::builtin::dataset::npy::Npy;
use crate::builtin::dataset::resample::Resample;
use crate::id::{SampleId, sample_ids};

fn npy(file: &str) -> Arc<dyn Source> {
    Arc::new(Npy { file: Some(file.into()), key: None })
}

fn read(name: &str, shape: &[usize], sources: &[Arc<dyn Source>], transforms: &[Arc<dyn Preparation>]) -> ModalitySpec {
    ModalitySpec {
        name: name.into(),
        shape: shape.to_vec(),
        sources: sources.to_vec(),
        transforms: transforms.to_vec(),
        holds: Holds::Numbers,
    }
}

fn spec(folder: &Folder, modalities: Vec<ModalitySpec>, rules: &[(&str, SplitRule)]) -> DataSpec {
    DataSpec { name: "d".into(), root: Some(folder.0.clone()), modalities, splits: splits(rules), ..plain() }
}

fn rows(start: usize, end: usize) -> SplitRule {
    SplitRule::Rows { start, end }
}

fn indices(files: &[&str]) -> SplitRule {
    SplitRule::Indices { files: files.iter().map(ToString::to_string).collect(), array: None }
}

fn names(file: &str, key: Option<&str>) -> SplitRule {
    SplitRule::Names { file: file.into(), key: key.map(Into::into), only: None }
}

fn count(n: usize) -> Vec<f32> {
    (0..n).map(|i| i as f32).collect()
}

/// Five samples of 3 steps of 2 in two files, and lists of rows.
fn joined(folder: &Folder) -> DataSpec {
    folder.write("a.npy", npy_f4(&[3, 3, 2], &count(18)));
    folder.write("b.npy", npy_f4(&[2, 3, 2], &[50.0; 12]));
    folder.write("len.npy", npy_f4(&[3], &[1.0, 2.0, 3.0]));
    folder.write("train.npy", npy_f4(&[2], &[2.0, 0.0]));
    folder.write("val.txt", b"1\n\n");
    let x = read("x", &[3, 2], &[npy("a.npy"), npy("b.npy")], &[]);
    let present = read(
        "present",
        &[3],
        &[npy("len.npy"), Arc::new(Fill { value: 3.0 })],
        &[Arc::new(Mask { steps: false, pad: Side::Right })],
    );
    let train = SplitRule::Union(vec![indices(&["train.npy"]), rows(3, 4)]);
    let test = SplitRule::Union(vec![indices(&["val.txt"]), rows(4, 5)]);
    spec(folder, vec![x, present], &[("train", train), ("test", test)])
}

#[test]
fn files_are_joined_filled_up_and_shared_out_by_lists() {
    let folder = Folder::new("joined");
    let dataset = load(&joined(&folder), Seed(0)).unwrap();
    assert_eq!(dataset.samples, 5);
    assert_eq!(
        (dataset.split("train"), dataset.split("test")),
        (Some(&sample_ids([0, 2, 3])[..]), Some(&sample_ids([1, 4])[..]))
    );
    assert_eq!(dataset.modalities[0].values, [count(18), vec![50.0; 12]].concat());
    let present = [1.0, 0.0, 0.0, 1.0, 1.0, 0.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0];
    assert_eq!(dataset.modalities[1].values, present);
    let files: Vec<String> = files(&joined(&folder)).into_iter().map(|(name, _)| name).collect();
    assert_eq!(files, ["train.npy", "val.txt", "a.npy", "b.npy", "len.npy"]);
}

#[test]
fn samples_in_two_splits_are_named_with_both_places() {
    let folder = Folder::new("overlap");
    let mut spec = joined(&folder);
    folder.write("val.txt", b"1\n2\n");
    let error = load(&spec, Seed(0)).unwrap_err();
    assert_eq!(
        (error.code, &*error.message),
        (Code::SampleInTwoSplits, "sample 2 is in the splits `train` and `test`")
    );
    assert_eq!(error.found.as_deref(), Some("`test`: entry 2 of `val.txt`; `train`: entry 1 of `train.npy`"));
    folder.write("val.txt", b"1\n1\n");
    let error = load(&spec, Seed(0)).unwrap_err();
    assert_eq!(
        (error.code, error.found.as_deref()),
        (Code::SampleTwice, Some("entry 2 of `val.txt`, and entry 1 of `val.txt`"))
    );
    folder.write("val.txt", b"1\n5\n");
    let error = load(&spec, Seed(0)).unwrap_err();
    assert_eq!((error.code, error.found.as_deref()), (Code::RowsBeyondEnd, Some("5, entry 2")));
    folder.write("val.txt", b"1\nvideo_7\n");
    let error = load(&spec, Seed(0)).unwrap_err().to_string();
    assert!(error.contains("`video_7` in line 2") && error.contains("`names`"), "{error}");
    // What two texts say is known before any file is read.
    spec.splits[1].rule = rows(3, 5);
    assert!(problem(&spec).1.contains("share rows 3 to 4"));
    spec.splits[1].rule = indices(&["val.txt", "train.npy"]);
    assert!(problem(&spec).1.contains("share the rows in \"train.npy\""));
}

#[test]
fn standardizing_by_a_mask_leaves_padding_out() {
    let folder = Folder::new("masked");
    let mut spec = joined(&folder);
    spec.modalities[0].transforms.push(Arc::new(Standardize { present: Some(Word("present".into())) }));
    let dataset = load(&spec, Seed(0)).unwrap();
    // Real steps of the training samples 0, 2 and 3: (0, 1); (12, 13), (14, 15), (16, 17); three times (50, 50).
    let first: [f64; 7] = [0.0, 12.0, 14.0, 16.0, 50.0, 50.0, 50.0];
    let mean = first.iter().sum::<f64>() / 7.0;
    let sd = (first.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / 7.0).sqrt();
    let x = &dataset.modalities[0].values;
    assert!((f64::from(x[0]) - (0.0 - mean) / sd).abs() < 1e-6 && x[2..6] == [0.0; 4], "{x:?}");
    assert!((dataset.standards["x"].means[0] - mean).abs() < 1e-12);
    spec.modalities[1].shape = vec![4];
    assert!(problem(&spec).1.contains("one number a step: [3]"));
    spec.modalities.remove(1);
    assert!(problem(&spec).1.contains("no modality `present`"));
}

/// Whatever is kept, batches are the same bits.
fn alike(spec: &DataSpec) {
    let whole = load(spec, Seed(0)).unwrap();
    let ids: Vec<SampleId> = (0..whole.samples).rev().chain([1, 1, 0]).map(SampleId::at).collect();
    for kept in [0, 30, 60, 100] {
        let part = load(&DataSpec { kept, ..spec.clone() }, Seed(0)).unwrap();
        assert_eq!((&part.splits, &part.standards), (&whole.splits, &whole.standards));
        for (a, b) in whole.modalities.iter().zip(&part.modalities) {
            let most = usize::try_from(kept).unwrap() / 4 / b.width() * b.width();
            assert!(b.later.is_none() || b.values.len() <= most, "{} of {most}", b.values.len());
            let (mut x, mut y) = (vec![], vec![]);
            a.gather(&ids, &mut x).unwrap();
            b.gather(&ids, &mut y).unwrap();
            assert_eq!(
                x.iter().map(|v| v.to_bits()).collect::<Vec<_>>(),
                y.iter().map(|v| v.to_bits()).collect::<Vec<_>>()
            );
        }
    }
}

#[test]
fn what_is_read_later_is_the_same_to_the_bit() {
    let folder = Folder::new("kept");
    let mut spec = joined(&folder);
    alike(&spec);
    let streamed = load(&DataSpec { kept: 30, ..spec.clone() }, Seed(0)).unwrap();
    assert!(streamed.modalities[0].later.is_some() && streamed.modalities[0].values.len() == 6);
    spec.modalities[0].transforms.push(Arc::new(Standardize { present: None }));
    alike(&spec);
    spec.modalities[0].transforms = vec![Arc::new(Standardize { present: Some(Word("present".into())) })];
    alike(&spec);
    spec.modalities[0].shape = vec![3];
    spec.modalities[0].transforms =
        vec![Arc::new(MeanOfAxes { axes: vec![Index(2)] }), Arc::new(Standardize { present: None })];
    alike(&spec);
}

#[test]
fn a_file_that_is_taken_away_is_an_error_not_the_end() {
    let folder = Folder::new("gone");
    let spec = DataSpec { kept: 30, ..joined(&folder) };
    let dataset = load(&spec, Seed(0)).unwrap();
    std::fs::remove_file(folder.0.join("b.npy")).unwrap();
    let mut batch = vec![];
    assert!(dataset.modalities[0].gather(&sample_ids([0, 1]), &mut batch).is_ok());
    assert_eq!(dataset.modalities[0].gather(&sample_ids([4]), &mut batch).unwrap_err().code, Code::FileMissing);
}

/// Three videos of 1, 4 and 2 steps, one file each in a folder a split.
fn videos(folder: &Folder, segments: usize, random: bool) -> DataSpec {
    folder.write("train/rgb/a.npy", npy_f4(&[1, 2], &count(2)));
    folder.write("train/rgb/b.npy", npy_f4(&[4, 2], &count(8)));
    folder.write("test/rgb/c.npy", npy_f4(&[2, 2], &count(4)));
    folder.write("train.txt", b"b\r\na\r\n");
    folder.write("test.txt", b"c");
    folder.write("train_bag.npy", npy_f4(&[2, 3], &[1.0, 0.0, 1.0, 0.0, 0.0, 0.0]));
    folder.write("test_bag.npy", npy_f4(&[1, 3], &[0.0, 1.0, 0.0]));
    let rgb = Resample { segments: Count(segments), random };
    let rgb = read("rgb", &[segments, 2], &[npy("{split}/rgb/{name}.npy")], &[Arc::new(rgb)]);
    let rules = [("train", names("train.txt", Some("train"))), ("test", names("test.txt", Some("test")))];
    let mut spec = spec(folder, vec![rgb], &rules);
    let bag = |kind, transforms: &[Arc<dyn Preparation>]| TargetSpec {
        name: format!("{kind}"),
        kind,
        sources: vec![npy("{split}_bag.npy")],
        transforms: transforms.to_vec(),
    };
    spec.targets = vec![
        bag(TargetKind::Real { shape: vec![4] }, &[Arc::new(Append { value: 1.0 }), Arc::new(Normalize {})]),
        bag(class(3), &[Arc::new(Argmax { none: None })]),
    ];
    spec
}

#[test]
fn named_samples_have_a_file_each_and_targets_are_prepared() {
    let folder = Folder::new("named");
    let mut spec = videos(&folder, 2, false);
    let dataset = load(&spec, Seed(0)).unwrap();
    assert_eq!(
        (dataset.names.as_slice(), dataset.split("test")),
        (&["b", "a", "c"].map(String::from)[..], Some(&sample_ids([2])[..]))
    );
    let rgb = [[0.0, 1.0, 4.0, 5.0], [0.0, 1.0, 0.0, 1.0], [0.0, 1.0, 2.0, 3.0]].concat();
    assert_eq!(dataset.modalities[0].values, rgb);
    let third = 1.0 / 3.0f32;
    let bags = [[third, 0.0, third, third], [0.0, 0.0, 0.0, 1.0], [0.0, 0.5, 0.0, 0.5]].concat();
    assert_eq!(dataset.targets[0].values, bags);
    assert_eq!(dataset.targets[1].values, [0.0, 0.0, 1.0]);
    alike(&spec);
    spec.modalities[0].transforms.clear();
    let error = load(&spec, Seed(0)).unwrap_err();
    assert_eq!(error.code, Code::ShapeDiffers);
    let text = error.to_string();
    assert!(text.contains("the samples of `rgb` have different lengths") && text.contains("resample(2)"), "{text}");
}

#[test]
fn missing_files_are_told_at_once_and_names_stand_in_one_split() {
    let folder = Folder::new("missing");
    let spec = videos(&folder, 2, false);
    folder.write("train.txt", b"b\nx\na\ny\n");
    let error = load(&spec, Seed(0)).unwrap_err();
    assert_eq!(error.code, Code::FileMissing);
    let text = error.to_string();
    assert!(text.contains("2 of 4 files") && text.contains("x.npy") && text.contains("y.npy"), "{text}");
    folder.write("train.txt", b"b\nc\n");
    let error = load(&spec, Seed(0)).unwrap_err();
    assert_eq!(
        (error.code, &*error.message),
        (Code::SampleInTwoSplits, "sample `c` is in the splits `train` and `test`")
    );
    assert_eq!(error.found.as_deref(), Some("`test`: name 1 of `test.txt`; `train`: name 2 of `train.txt`"));
}

#[test]
fn draws_are_the_samples_own_whatever_the_batch_and_the_same_for_all_modalities() {
    let folder = Folder::new("draws");
    let mut spec = videos(&folder, 2, true);
    let flow = ModalitySpec { name: "flow".into(), ..spec.modalities[0].clone() };
    spec.modalities.push(flow);
    let kept = load(&spec, Seed(0)).unwrap();
    let read = load(&DataSpec { kept: 0, ..spec.clone() }, Seed(0)).unwrap();
    let draw = |data: &Dataset, modality: usize, ids: &[SampleId], step: u64| {
        let mut batch = vec![0.0; ids.len() * 4];
        let draws = Draws::Step { seed: Seed(3), phase: "all", step };
        data.modalities[modality].write(ids, draws, &mut batch).unwrap();
        batch
    };
    let mut seen = std::collections::BTreeSet::new();
    for step in 0..40 {
        let batch = draw(&kept, 0, &sample_ids([0, 1, 2]), step);
        assert_eq!(batch[..4], draw(&kept, 0, &sample_ids([0]), step), "another batch");
        assert_eq!(batch[8..], draw(&kept, 1, &sample_ids([2, 0]), step)[..4], "another modality and order");
        assert_eq!(batch, draw(&read, 0, &sample_ids([0, 1, 2]), step), "read when it is wanted");
        seen.insert(format!("{batch:?}"));
    }
    assert!(seen.len() > 5, "{}", seen.len());
    // Evaluation draws nothing.
    let mut even = vec![];
    kept.modalities[0].gather(&sample_ids([0]), &mut even).unwrap();
    assert_eq!(even, [0.0, 1.0, 4.0, 5.0]);
}

#[test]
fn an_audit_finds_everything_at_once() {
    let folder = Folder::new("audit");
    let mut spec = videos(&folder, 2, false);
    folder.write("test/rgb/c.npy", npy_f4(&[2, 3], &count(6)));
    folder.write("train_bag.npy", npy_f4(&[2, 3], &[1.0, f32::NAN, 1.0, 0.0, 0.0, 0.0]));
    spec.modalities.push(read("other", &[2], &[npy("{name}.npy")], &[]));
    let faults = audit(&spec, Seed(0)).faults;
    let found: Vec<(Member, Code)> = faults.iter().map(|f| (f.member, f.error.code)).collect();
    let expected = [
        (Member::Modality(1), Code::FileMissing),
        (Member::Modality(0), Code::ShapeDiffers),
        (Member::Target(0), Code::NotFinite),
        (Member::Target(1), Code::NotPrepared),
    ];
    assert_eq!(found, expected, "{faults:#?}");
    assert!(audit(&videos(&Folder::new("sound"), 2, false), Seed(0)).faults.is_empty());
}

/// What a declaration says of the numbers, and what the files hold instead.
#[test]
fn an_audit_compares_types_with_what_is_declared() {
    let folder = Folder::new("types");
    let array = |descr: &str, bytes: &[u8]| {
        let text = format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': (2,), }}\n");
        [b"\x93NUMPY\x01\x00", (text.len() as u16).to_le_bytes().as_slice(), text.as_bytes(), bytes].concat()
    };
    let reals = |values: [f32; 2]| array("<f4", &values.map(f32::to_le_bytes).concat());
    folder.write("text.npy", array("<U1", &[0; 8]));
    folder.write("complex.npy", array("<c8", &[0; 16]));
    folder.write("bool.npy", array("|b1", &[0, 1]));
    folder.write("half.npy", reals([0.5, 1.0]));
    folder.write("two.npy", reals([2.0, 1.0]));
    folder.write("zero.npy", reals([0.0, 1.0]));
    let source = |name: &str| Npy { file: Some(format!("{name}.npy")), key: None };
    let modality = |name: &str| super::modality(name, &[], source(name));
    let target = |name: &str, kind: TargetKind| TargetSpec { name: name.into(), ..super::target(kind, source(name)) };
    let spec = DataSpec {
        name: "types".into(),
        root: Some(folder.0.clone()),
        modalities: ["text", "complex", "bool"].map(modality).to_vec(),
        targets: vec![
            target("half", class(2)),
            target("two", TargetKind::Multi { classes: 1 }),
            target("zero", class(2)),
            target("text", TargetKind::Real { shape: vec![] }),
        ],
        ..plain()
    };
    let faults = audit(&spec, Seed(0)).faults;
    let found: Vec<(Member, Code)> = faults.iter().map(|f| (f.member, f.error.code)).collect();
    let expected = [
        (Member::Modality(0), Code::DtypeUnreadable),
        (Member::Modality(1), Code::DtypeUnreadable),
        (Member::Target(3), Code::DtypeUnreadable),
        (Member::Target(0), Code::ClassOutOfRange),
        (Member::Target(1), Code::NotZeroOrOne),
    ];
    assert_eq!(found, expected, "{faults:#?}");
}

#[test]
fn a_table_of_one_column_is_a_list_of_rows() {
    let folder = Folder::new("csv-list");
    folder.write("x.npy", npy_f4(&[4], &count(4)));
    let spec = |file: &str, array: Option<&str>| DataSpec {
        root: Some(folder.0.clone()),
        modalities: vec![super::modality("x", &[], Npy { file: Some("x.npy".into()), key: None })],
        splits: splits(&[("train", SplitRule::Indices { files: vec![file.into()], array: array.map(str::to_string) })]),
        ..plain()
    };
    folder.write("one.csv", "row\n3\n1\n");
    folder.write("two.csv", "row,name\n2,a\n0,b\n");
    folder.write("bare.csv", "3\n1\n");
    let rows = |file, array| load(&spec(file, array), Seed(0)).map(|dataset| dataset.splits["train"].clone());
    assert_eq!(rows("one.csv", None).unwrap(), sample_ids([1, 3]));
    assert_eq!(rows("two.csv", Some("row")).unwrap(), sample_ids([0, 2]));
    let error = rows("two.csv", None).unwrap_err().to_string();
    assert!(error.contains("several columns") && error.contains("`row`, `name`"), "{error}");
    assert!(rows("bare.csv", None).unwrap_err().to_string().contains("`.txt`"));
    assert_eq!(rows("two.csv", Some("name")).unwrap_err().code, Code::NoNumber);
}
