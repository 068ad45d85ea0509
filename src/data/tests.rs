//! Datasets made and read as the program does it: generated points here, files in `tests/`.

use super::*;
use crate::builtin::dataset::axis::Axis;
use crate::builtin::dataset::labels::Labels;
use crate::builtin::dataset::line::Line;
use crate::builtin::dataset::standardize::Standardize;
use crate::builtin::dataset::swiss_roll::SwissRoll;
use crate::builtin::dataset::two_moons::TwoMoons;
use crate::builtin::dataset::{Index, Kept, Points, Preparation, Selection, Source, SplitRule, Transform};
use crate::builtin::value::{Count, NonNegative};
use crate::builtin::{Holds, TargetKind};
use crate::id::{SampleId, sample_ids};
use crate::seed::Seed;
use std::path::{Path, PathBuf};
use std::sync::Arc;

mod classes;
mod dropped;
pub mod files;
mod groups;
pub mod hdf5;
pub mod hostile;
mod joined;
mod keyed;
mod labels;
mod malformed;
pub mod mat;
mod missing;
mod numbers;
mod offsets;
pub mod pickle;
mod portions;
mod preparations;
mod real;
mod semantics;
mod tables;
mod texts;

/// Opens the array of this name, or the only one, by the format of the file's name.
pub fn array(path: &Path, name: Option<&str>) -> Result<Box<dyn Rows>, DataError> {
    let format = formats::of_file(path).expect("a format of ours").format();
    formats::open(format, path, Selection::of(name))
}

/// A dataset of nothing, for what is said of it to be added.
pub fn plain() -> DataSpec {
    DataSpec {
        name: "x".into(),
        within: Folders::default(),
        root: None,
        generator: None,
        modalities: vec![],
        targets: vec![],
        groups: vec![],
        splits: splits(&[("train", SplitRule::Rest)]),
        part: 0,
        kept: KEPT,
    }
}

pub fn class(classes: usize) -> TargetKind {
    TargetKind::Class { classes, axes: vec![], ignore: None, labels: None }
}

pub fn modality(name: &str, shape: &[usize], source: impl Source + 'static) -> ModalitySpec {
    ModalitySpec {
        name: name.into(),
        shape: shape.to_vec(),
        sources: vec![Arc::new(source)],
        transforms: vec![],
        holds: Holds::Numbers,
    }
}

pub fn target(kind: TargetKind, source: impl Source + 'static) -> TargetSpec {
    TargetSpec { name: "label".into(), kind, sources: vec![Arc::new(source)], transforms: vec![] }
}

pub fn splits(rules: &[(&str, SplitRule)]) -> Vec<SplitSpec> {
    rules.iter().map(|(name, rule)| SplitSpec { name: (*name).into(), rule: rule.clone() }).collect()
}

pub fn keys() -> Vec<SplitSpec> {
    splits(&["train", "val", "test"].map(|key| (key, SplitRule::Key { key: key.into(), only: None })))
}

fn random(share: f64, stratified: bool) -> SplitRule {
    SplitRule::Random { share, stratified, kept: Kept::Groups }
}

fn standardized(mut modality: ModalitySpec) -> ModalitySpec {
    modality.transforms.push(Arc::new(Standardize { present: None }));
    modality
}

/// The paper's moons A.
fn moons(rules: &[(&str, SplitRule)]) -> DataSpec {
    let line = |point: [f64; 2], direction: [f64; 2]| Line {
        point: point.to_vec(),
        direction: direction.to_vec(),
        signed: false,
    };
    DataSpec {
        name: "moons".into(),
        root: None,
        generator: Some(Arc::new(TwoMoons { per_class: Count(100), noise: NonNegative(0.3) })),
        modalities: vec![
            modality("first", &[1], line([1.0, 0.0], [-1.0, 1.0])),
            modality("second", &[1], line([0.0, 0.0], [1.0, 0.0])),
        ],
        targets: vec![target(class(2), Labels {})],
        splits: splits(rules),
        ..plain()
    }
}

fn usual() -> DataSpec {
    moons(&[("train", random(0.9, true)), ("test", SplitRule::Rest), ("fresh", SplitRule::Fresh { samples: 2000 })])
}

/// What is found in the first part.
fn audit(spec: &DataSpec, seed: Seed) -> Audit {
    let mut first = None;
    audits(spec, seed, &mut |_, _, audit| first = first.take().or(Some(audit)));
    first.expect("there is a part")
}

fn problem(spec: &DataSpec) -> (Member, String) {
    let problems = check(spec);
    assert_eq!(problems.len(), 1, "{problems:?}");
    let error = load(spec, Seed(0)).unwrap_err();
    assert_eq!(error.code, Code::DatasetUnsound);
    (problems[0].member, problems[0].error.message.clone())
}

#[test]
fn moons_are_split_nine_to_one_in_each_class_with_fresh_points_beside() {
    let dataset = load(&usual(), Seed(1)).unwrap();
    assert_eq!(dataset.samples, 2200);
    assert_eq!(dataset.splits.keys().collect::<Vec<_>>(), ["fresh", "test", "train"]);
    let sizes = |name: &str| {
        let ids = dataset.split(name).unwrap();
        (ids.len(), ids.iter().filter(|id| dataset.classes().unwrap()[id.row()] == 1.0).count())
    };
    assert_eq!((sizes("train"), sizes("test"), sizes("fresh")), ((180, 90), (20, 10), (2000, 1000)));
    let mut all = dataset.splits.values().flatten().copied().collect::<Vec<_>>();
    all.sort_unstable();
    assert_eq!(all, SampleId::of(0..2200).collect::<Vec<_>>());
    assert!(dataset.modality("first").unwrap().values.iter().all(|t| *t >= 0.0));
}

#[test]
fn modalities_are_projections_of_the_same_points() {
    let spec = usual();
    let dataset = load(&spec, Seed(1)).unwrap();
    let Points { values, .. } = spec.generator.unwrap().generate(100, &mut Seed(1).stream("data"));
    for (id, point) in values.chunks(2).enumerate() {
        assert_eq!(dataset.modalities[0].values[id], ((1.0 - point[0] + point[1]) / 2.0).abs() as f32);
        assert_eq!(dataset.modalities[1].values[id], point[0].abs() as f32);
    }
}

#[test]
fn one_seed_gives_the_same_bits_and_another_split_changes_no_stream() {
    let dataset = load(&usual(), Seed(1)).unwrap();
    assert_eq!(dataset, load(&usual(), Seed(1)).unwrap());
    assert_ne!(dataset, load(&usual(), Seed(2)).unwrap());
    let fewer = load(&moons(&[("train", random(0.9, true)), ("test", SplitRule::Rest)]), Seed(1)).unwrap();
    assert_eq!(fewer.splits["train"], dataset.splits["train"]);
    assert_eq!(fewer.modalities[0].values, dataset.modalities[0].values[..200]);
    let mut more = usual();
    more.splits.insert(0, SplitSpec { name: "other".into(), rule: SplitRule::Fresh { samples: 2 } });
    let more = load(&more, Seed(1)).unwrap();
    assert_eq!(more.modalities[0].values[202..], dataset.modalities[0].values[200..]);
}

#[test]
fn shares_rows_and_the_rest_are_disjoint() {
    let spec = moons(&[
        ("rest", SplitRule::Rest),
        ("train", random(0.5, false)),
        ("val", random(0.2, true)),
        ("test", SplitRule::Rows { start: 90, end: 110 }),
    ]);
    let dataset = load(&spec, Seed(3)).unwrap();
    let sizes: Vec<usize> = ["train", "val", "test", "rest"].map(|s| dataset.splits[s].len()).to_vec();
    assert_eq!(sizes, [100, 40, 20, 40]);
    let mut all = dataset.splits.values().flatten().copied().collect::<Vec<_>>();
    all.sort_unstable();
    assert_eq!(all, SampleId::of(0..200).collect::<Vec<_>>());
}

#[test]
fn the_roll_has_three_axes_and_four_classes() {
    let spec = DataSpec {
        name: "roll".into(),
        root: None,
        generator: Some(Arc::new(SwissRoll { per_class: Count(100), noise: NonNegative(1.0) })),
        modalities: (0..3).map(|i| standardized(modality(&format!("x{i}"), &[1], Axis { index: Index(i) }))).collect(),
        targets: vec![target(class(4), Labels {})],
        splits: splits(&[("train", random(0.9, true)), ("test", SplitRule::Rest)]),
        ..plain()
    };
    let description = describe(&spec, Seed(0)).unwrap();
    for modality in &description.modalities {
        assert!(modality.statistics.mean.abs() < 1e-6 && (modality.statistics.deviation - 1.0).abs() < 1e-6);
    }
    assert_eq!(description.splits[0].targets, [describe::TargetSummary::Counts(vec![90; 4])]);
    let text = description.to_string();
    assert!(
        text.contains("modality x0     [1]") && text.contains("split    test   40 samples  label [10, 10, 10, 10]"),
        "{text}"
    );
}

#[test]
fn a_batch_is_gathered_into_the_same_memory() {
    let dataset = load(&usual(), Seed(1)).unwrap();
    let (first, mut batch) = (&dataset.modalities[0], vec![9.0; 5]);
    first.gather(&sample_ids([3, 1]), &mut batch).unwrap();
    assert_eq!(batch, [first.values[3], first.values[1]]);
    dataset.targets[0].gather(&sample_ids([0, 199]), &mut batch);
    assert_eq!(batch, [0.0, 1.0]);
}

#[test]
fn what_cannot_work_is_known_before_data_is_read() {
    let cases: [(&[(&str, SplitRule)], &str); 9] = [
        (&[("train", random(0.9, true)), ("test", random(0.2, true))], "add up to"),
        (&[("train", random(0.0, true))], "above 0"),
        (&[("train", SplitRule::Rest), ("test", SplitRule::Rest)], "share the rest"),
        (&[("train", SplitRule::Rows { start: 5, end: 5 })], "no rows"),
        (
            &[("a", SplitRule::Rows { start: 0, end: 6 }), ("b", SplitRule::Rows { start: 5, end: 9 })],
            "share rows 5 to 6",
        ),
        (&[("train", SplitRule::Key { key: "train".into(), only: None })], "names files"),
        (&[("train", SplitRule::Fresh { samples: 2001 })], "equally by 2 classes"),
        (&[("train", SplitRule::Fresh { samples: 1 << 40 })], "at most"),
        (&[], "needs a split"),
    ];
    for (rules, expected) in cases {
        let problems = check(&moons(rules));
        assert!(problems.iter().any(|p| p.error.message.contains(expected)), "{expected}: {problems:?}");
        assert!(load(&moons(rules), Seed(0)).is_err());
    }

    let mut spec = usual();
    spec.modalities[1].shape = vec![2];
    assert!(matches!(problem(&spec), (Member::Modality(1), text) if text.contains("[2]")));
    spec = usual();
    spec.targets[0].kind = class(3);
    assert!(matches!(problem(&spec), (Member::Target(0), text) if text.contains("class(2)")));
    spec = usual();
    spec.generator = Some(Arc::new(TwoMoons { per_class: Count(usize::MAX), noise: NonNegative(0.0) }));
    assert!(matches!(problem(&spec), (Member::Dataset, text) if text.contains("at most")));
    spec = moons(&[("all", random(0.5, true))]);
    spec.modalities[0].transforms.push(Arc::new(Standardize { present: None }));
    assert!(matches!(problem(&spec), (Member::Modality(0), text) if text.contains("`train`")));
    spec.modalities[0].transforms.clear();
    spec.modalities[0].shape = vec![usize::MAX, usize::MAX];
    assert!(matches!(problem(&spec), (Member::Modality(0), text) if text.contains("more than")));
}

#[test]
fn rows_beyond_the_end_and_empty_splits_are_errors() {
    let error = load(&moons(&[("train", SplitRule::Rows { start: 0, end: 201 })]), Seed(0)).unwrap_err();
    assert_eq!(error.code, Code::RowsBeyondEnd);
    let error = load(&moons(&[("train", SplitRule::Rows { start: 0, end: 200 }), ("test", SplitRule::Rest)]), Seed(0))
        .unwrap_err();
    assert_eq!(error.code, Code::EmptySplit);
}
