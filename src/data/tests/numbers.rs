//! Numbers that 32-bit floats do not hold are prepared as 64-bit ones, and what is lost all the same is said.

use super::files::{Folder, npy_bytes, npz_bytes};
use super::*;
use crate::builtin::dataset::npy::Npy;
use crate::builtin::dataset::replace::Replace;
use crate::id::SampleId;
use npyz::AutoSerialize;
use npyz::Order::C;

const ROWS: usize = 200;

fn spec(folder: &Folder, standardize: bool) -> DataSpec {
    let x = modality("x", &[1], Npy { file: Some("x.npy".into()), key: None });
    DataSpec {
        name: "d".into(),
        root: Some(folder.0.clone()),
        modalities: vec![if standardize { standardized(x) } else { x }],
        ..plain()
    }
}

fn column<T: AutoSerialize + Copy>(folder: &Folder, number: impl Fn(usize) -> T) {
    let values: Vec<T> = (0..ROWS).map(number).collect();
    folder.write("x.npy", npy_bytes(&[ROWS as u64, 1], C, &values));
}

/// As a network sees it, however it is kept.
fn seen(folder: &Folder) -> Vec<f32> {
    let ids: Vec<SampleId> = SampleId::of(0..ROWS).collect();
    let of = |kept| {
        let data = load(&DataSpec { kept, ..spec(folder, true) }, Seed(0)).unwrap();
        let mut values = vec![];
        data.modalities[0].gather(&ids, &mut values).unwrap();
        (values, data.standards["x"].clone())
    };
    let (whole, streamed) = (of(KEPT), of(0));
    assert_eq!(
        whole.0.iter().map(|v| v.to_bits()).collect::<Vec<_>>(),
        streamed.0.iter().map(|v| v.to_bits()).collect::<Vec<_>>()
    );
    assert_eq!(whole.1, streamed.1);
    let mean = whole.0.iter().map(|v| f64::from(*v)).sum::<f64>() / ROWS as f64;
    let square = whole.0.iter().map(|v| (f64::from(*v) - mean).powi(2)).sum::<f64>() / ROWS as f64;
    assert!(mean.abs() < 1e-6 && (square.sqrt() - 1.0).abs() < 1e-6, "{mean} {square}");
    whole.0
}

#[test]
fn columns_far_from_zero_are_standardized_as_the_file_has_them() {
    let folder = Folder::new("far");
    // numpy 2, float64: a = 1.7e9 + 40.0 * (i % 2) + 0.1 * i; ((a - a.mean()) / a.std())[[0, 1, 199]]
    column(&folder, |i| 1.7e9 + 40.0 * (i % 2) as f64 + 0.1 * i as f64);
    let x = seen(&folder);
    for (place, expected) in [(0, -1.435_444_09), (1, 0.486_469_36), (199, 1.435_444_09)] {
        assert!((f64::from(x[place]) - expected).abs() < 1e-5, "{place} {}", x[place]);
    }
    // Of an even number of two values, -1 and 1.
    let alternates =
        |x: Vec<f32>| assert!(x.iter().enumerate().all(|(i, v)| *v == if i % 2 == 0 { -1.0 } else { 1.0 }), "{x:?}");
    column(&folder, |i| 16_777_216i64 + (i % 2) as i64);
    alternates(seen(&folder));
    column(&folder, |i| u64::from(u32::MAX) * 1_000_000 + (i % 2) as u64);
    alternates(seen(&folder));
    column(&folder, |i| 2_000_000_001i32 + (i % 2) as i32);
    alternates(seen(&folder));
    column(&folder, |i| 1e-310 * (1 + i % 2) as f64);
    alternates(seen(&folder));
    column(&folder, |i| 1e300 * (1 + i % 2) as f64);
    alternates(seen(&folder));
}

#[test]
fn features_that_are_lost_or_constant_are_said() {
    let folder = Folder::new("remarks");
    let said = |standardize: bool| {
        let remarks = audit(&spec(&folder, standardize), Seed(0)).remarks().to_vec();
        let streamed = load(&DataSpec { kept: 0, ..spec(&folder, standardize) }, Seed(0)).unwrap().remarks;
        assert_eq!(remarks, streamed);
        remarks.into_iter().map(|r| (r.error.code, r.error.message.to_string())).collect::<Vec<_>>()
    };
    column(&folder, |i| 1.7e9 + 0.1 * i as f64);
    let lost = "feature 0 of modality `x` varies in the file and not in training";
    assert_eq!(said(false), [(Code::LostFeature, lost.to_string())]);
    assert_eq!(said(true), []);
    column(&folder, |i| 1.7e9 + 200.0 * i as f64);
    assert_eq!(said(false), [], "it is coarser, and there");
    column(&folder, |_| 0.1f64);
    let constant = "feature 0 of modality `x` is constant in `train`";
    assert_eq!(said(true), [(Code::ConstantFeature, constant.to_string())]);
    assert_eq!(said(false), []);
}

#[test]
fn numbers_beyond_32_bits_are_said_to_be_that() {
    let folder = Folder::new("beyond");
    column(&folder, |i| if i == 3 { 1e40 } else { 0.0 });
    let error = load(&spec(&folder, false), Seed(0)).unwrap_err().to_string();
    assert!(error.contains("too large") && error.contains("1e40 at row 3, element [0]"), "{error}");
    column(&folder, |i| if i == 3 { f64::INFINITY } else { 0.0 });
    let error = load(&spec(&folder, false), Seed(0)).unwrap_err().to_string();
    assert!(
        error.contains("at least 1 infinite, the first at ") && error.contains("|> replace(infinite: 0)"),
        "{error}"
    );
    let mut mended = spec(&folder, false);
    mended.modalities[0].transforms.push(Arc::new(Replace { infinite: Some(7.0), nan: None }));
    assert_eq!(load(&mended, Seed(0)).unwrap().modalities[0].values[3], 7.0);
}

/// Which samples train is not known without their labels: nothing is said of what would be learned from them.
#[test]
fn a_fault_of_labels_is_no_fault_of_what_is_standardized() {
    let folder = Folder::new("faulty-labels");
    folder.write("x.npy", npy_bytes(&[4, 1], C, &[0.0f32, 1.0, 2.0, 3.0]));
    folder.write("y.npy", npy_bytes(&[4], C, &[1u8, 2, 1, 2]));
    let mut spec = spec(&folder, true);
    spec.targets = vec![target(class(2), Npy { file: Some("y.npy".into()), key: None })];
    let places: Vec<Member> = audit(&spec, Seed(0)).faults.iter().map(|fault| fault.member).collect();
    assert_eq!(places, [Member::Target(0)]);
}

#[test]
fn classes_that_never_occur_in_training_are_said() {
    let folder = Folder::new("unseen");
    folder.write("x.npy", npy_bytes(&[4, 1], C, &[0.0f32, 1.0, 2.0, 3.0]));
    folder.write("y.npy", npy_bytes(&[4], C, &[1u8, 2, 1, 2]));
    let mut spec = spec(&folder, false);
    spec.targets = vec![target(class(3), Npy { file: Some("y.npy".into()), key: None })];
    spec.splits = splits(&[("train", SplitRule::Rows { start: 0, end: 3 }), ("test", SplitRule::Rest)]);
    let remarks = audit(&spec, Seed(0)).remarks().to_vec();
    let said =
        ["class 0 of target `label` never occurs in `train`", "class 1 of target `label` never occurs in `test`"];
    assert_eq!(remarks.iter().map(|remark| &*remark.error.message).collect::<Vec<_>>(), said);
    assert_eq!(remarks.iter().map(|remark| remark.member).collect::<Vec<_>>(), [Member::Target(0), Member::Split(1)]);
    // And what would lead there is said otherwise.
    spec.targets[0].kind = class(2);
    let error = load(&spec, Seed(0)).unwrap_err().to_string();
    assert!(error.contains("these begin at 1: write `class(2, first: 1)`"), "{error}");
}

#[test]
fn rows_of_no_split_and_digits_of_targets_are_said() {
    let folder = Folder::new("left-out");
    folder.write("x.npy", npy_bytes(&[6, 1], C, &[0.0f32, 1.0, 2.0, 3.0, 4.0, 5.0]));
    let seconds: Vec<f64> = (0..6).map(|i| 1.7e9 + 10.0 * f64::from(i)).collect();
    folder.write("y.npy", npy_bytes(&[6], C, &seconds));
    let mut spec = spec(&folder, false);
    spec.targets = vec![target(TargetKind::Real { shape: vec![] }, Npy { file: Some("y.npy".into()), key: None })];
    spec.splits =
        splits(&[("train", SplitRule::Rows { start: 0, end: 3 }), ("test", SplitRule::Rows { start: 4, end: 5 })]);
    let said = |spec: &DataSpec| {
        let remarks = audit(spec, Seed(0)).remarks().to_vec();
        remarks.into_iter().map(|r| (r.error.code, r.error.message.to_string())).collect::<Vec<_>>()
    };
    let digits = (Code::LostDigits, "target `label` loses digits in 32-bit floats".to_string());
    let rows = (Code::UnusedRows, "rows 3, 5 of dataset `d` are in no split".to_string());
    assert_eq!(said(&spec), [digits, rows]);
    // Far apart, or small, they keep what tells them apart; `rest` takes what is left.
    for numbers in
        [(0..6).map(|i| 1e5 * f64::from(i)).collect::<Vec<_>>(), (0..6).map(|i| 0.1 * f64::from(i)).collect()]
    {
        folder.write("y.npy", npy_bytes(&[6], C, &numbers));
        spec.splits[1].rule = SplitRule::Rest;
        assert_eq!(said(&spec), []);
    }
}

#[test]
fn masks_and_ids_are_what_their_readers_take_them_for() {
    let folder = Folder::new("readers");
    let read = |values: &[f64], holds| {
        column(&folder, |i| values[i % values.len()]);
        let mut spec = spec(&folder, false);
        spec.modalities[0].holds = holds;
        load(&spec, Seed(0)).map(|_| ()).map_err(|error| (error.code, error.to_string()))
    };
    assert_eq!(read(&[0.0, 1.0, 1.0], Holds::Mask), Ok(()));
    assert_eq!(read(&[0.0, 2.0, -1.0], Holds::Ids(3)), Ok(()));
    assert_eq!(read(&[0.5, 3.0], Holds::Numbers), Ok(()));
    let (code, text) = read(&[0.0, 1.0, 0.5], Holds::Mask).unwrap_err();
    assert!(code == Code::NotAMask && text.contains("0.5 at row 2, element [0]"), "{text}");
    for (wrong, row) in [(3.0, 1), (0.5, 1), (-2.0, 1)] {
        let (code, text) = read(&[0.0, wrong], Holds::Ids(3)).unwrap_err();
        let place = format!("{wrong} at row {row}, element [0]");
        assert!(code == Code::IdOutOfRange && text.contains(&place) && text.contains("x.npy"), "{text}");
    }
}

/// One wrong key is not as many wrong arrays.
#[test]
fn a_key_that_no_array_has_is_said_once_at_its_split() {
    use crate::builtin::dataset::npz::Npz;
    let folder = Folder::new("unheard");
    let names = ["train_a", "train_b", "val_a", "val_b"];
    folder.write("d.npz", npz_bytes(&names.map(|name| (name, npy_bytes(&[2, 1], C, &[0.0f32, 1.0])))));
    let array = |name: &str| {
        modality(name, &[1], Npz { array: format!("{{split}}_{name}"), file: Some("d.npz".into()), key: None })
    };
    let key = |key: &str| SplitRule::Key { key: key.into(), only: None };
    let spec = DataSpec {
        modalities: vec![array("a"), array("b")],
        splits: splits(&[("train", key("train")), ("validation", key("validation"))]),
        ..spec(&folder, false)
    };
    let faults = audit(&spec, Seed(0)).faults;
    assert_eq!(faults.iter().map(|fault| fault.member).collect::<Vec<_>>(), [Member::Split(1)]);
    let text = faults[0].error.to_string();
    assert!(text.contains("no array and no file has the key `validation` of split `validation`"), "{text}");
    assert!(text.contains("`validation_a`, `validation_b`") && text.contains("val_a"), "{text}");
}
