//! Portions of the samples that a key or a list names.

use super::files::{Folder, digits, npy_bytes, npz_bytes};
use super::{modality, splits, standardized, target};
use crate::builtin::TargetKind;
use crate::builtin::dataset::npy::Npy;
use crate::builtin::dataset::{Portion, SplitRule};
use crate::data::{Code, DataSpec, check, load};
use crate::id::SampleId;
use crate::seed::Seed;
use npyz::Order::C;
use std::collections::BTreeSet;

/// 40 samples to train on, the first ten of class 0, the others of class 1; 4 to test.
fn spec(folder: &Folder, share: f64, stratified: bool) -> DataSpec {
    let values: Vec<f32> = (0..80).map(|i| i as f32).collect();
    let labels: Vec<i64> = (0..40).map(|i| i64::from(i >= 10)).collect();
    let root = folder.write(
        "d.npz",
        npz_bytes(&[
            ("train_a", npy_bytes(&[40, 2], C, &values)),
            ("test_a", npy_bytes(&[4, 2], C, &values[..8])),
            ("train_label", npy_bytes(&[40], C, &labels)),
            ("test_label", npy_bytes(&[4], C, &labels[8..12])),
        ]),
    );
    let only = Some(Portion { share, stratified });
    let whole = digits(&root);
    let train = SplitRule::Key { key: "train".into(), only };
    let test = whole.splits[1].rule.clone();
    DataSpec { splits: splits(&[("train", train), ("test", test)]), ..whole }
}

fn train(spec: &DataSpec, seed: Seed) -> BTreeSet<SampleId> {
    load(spec, seed).unwrap().splits["train"].iter().copied().collect()
}

#[test]
fn a_smaller_portion_is_part_of_a_larger_and_each_seed_draws_its_own() {
    let folder = Folder::new("portions");
    for stratified in [true, false] {
        let of = |share: f64, seed: u64| train(&spec(&folder, share, stratified), Seed(seed));
        let (small, large) = (of(0.2, 0), of(0.5, 0));
        assert_eq!([small.len(), large.len()], [8, 20]);
        assert!(small.is_subset(&large) && small != of(0.2, 1));
        if stratified {
            let first = |ids: &BTreeSet<SampleId>| ids.iter().filter(|id| id.row() < 10).count();
            assert_eq!([first(&small), first(&large)], [2, 5]);
        }
    }
}

/// What is learned of the training split is learned of the portion; the test split is whole, and left rows are no remark.
#[test]
fn preparation_sees_the_portion_alone() {
    let folder = Folder::new("portion_prepared");
    let mut spec = spec(&folder, 0.25, true);
    spec.modalities = spec.modalities.into_iter().map(standardized).collect();
    let dataset = load(&spec, Seed(3)).unwrap();
    let ids = &dataset.splits["train"];
    let of = |id: &SampleId| f64::from(dataset.modalities[0].values[2 * id.row()]);
    let (mean, square) = ids.iter().fold((0.0, 0.0), |(m, s), id| (m + of(id), s + of(id).powi(2)));
    // 2.5 and 7.5, rounded.
    assert_eq!(ids.len(), 3 + 8);
    assert!((mean / 11.0).abs() < 1e-6 && (square / 11.0 - 1.0).abs() < 1e-5, "{mean} {square}");
    assert_eq!(dataset.splits["test"].len(), 4);
    let audit = super::audit(&spec, Seed(3));
    assert!(audit.remarks().iter().all(|remark| remark.error.code != Code::UnusedRows), "{:?}", audit.remarks());
}

#[test]
fn a_portion_of_named_samples_is_drawn_alike() {
    let folder = Folder::new("portion_named");
    let names: Vec<String> = (0..10).map(|i| format!("s{i}")).collect();
    for name in &names {
        folder.write(&format!("{name}.npy"), npy_bytes(&[1], C, &[1.0f32]));
    }
    folder.write("all.txt", names.join("\n").into_bytes());
    let file = |name: &str| Npy { file: Some(name.into()), key: None };
    let of = |share: f64| {
        let only = Some(Portion { share, stratified: false });
        let rule = SplitRule::Names { file: "all.txt".into(), key: None, only };
        let target = target(TargetKind::Real { shape: vec![1] }, file("{name}.npy"));
        DataSpec {
            root: Some(folder.0.clone()),
            modalities: vec![modality("a", &[1], file("{name}.npy"))],
            targets: vec![target],
            splits: splits(&[("train", rule)]),
            ..super::plain()
        }
    };
    let (small, large) = (train(&of(0.3), Seed(0)), train(&of(0.8), Seed(0)));
    assert!(small.len() == 3 && large.len() == 8 && small.is_subset(&large));
}

#[test]
fn portions_of_nothing_and_of_classes_that_are_not_there_are_refused() {
    let folder = Folder::new("portion_refused");
    let error = load(&spec(&folder, 0.01, true), Seed(0)).unwrap_err();
    assert!(error.code == Code::EmptySplit && error.to_string().contains("a share of 0.01 of its samples"), "{error}");
    let mut spec = spec(&folder, 0.5, true);
    spec.targets = vec![];
    let problems = check(&spec);
    assert!(problems[0].error.message.contains("a stratified share needs a target of one class"), "{problems:?}");
}
