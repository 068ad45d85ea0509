//! Research data that is not part of the project: read where it is there, else skipped with a reason.

use super::files::npz;
use super::*;
use crate::builtin::dataset::offsets::Offsets;
use crate::builtin::dataset::standardize;
use crate::data::describe::TargetSummary;
use crate::zz_needs::shared;

#[test]
fn digits_have_the_statistics_that_numpy_finds() {
    let Some(root) = shared("data/uci_digits_6view.npz") else { return };
    let views = [("fac", 216), ("fou", 76), ("kar", 64), ("mor", 6), ("pix", 240), ("zer", 47)];
    let mut spec = DataSpec {
        name: "digits".into(),
        root: Some(root.clone()),
        modalities: views.iter().map(|(name, n)| modality(name, &[*n], npz(&format!("{{split}}_{name}")))).collect(),
        targets: vec![target(class(10), npz("{split}_label"))],
        splits: keys(),
        ..plain()
    };
    let description = describe(&spec, Seed(0)).unwrap();
    let sizes: Vec<usize> = description.splits.iter().map(|s| s.samples).collect();
    assert_eq!(sizes, [1200, 400, 400]);
    // python: numpy.bincount(d["train_label"])
    assert_eq!(description.splits[0].targets, [TargetSummary::Counts(vec![120; 10])]);
    // python: a = d["train_fac"].astype("f8"); a.mean(), a.std(), a.min(), a.max()
    let fac = description.modalities[0].statistics;
    assert!((fac.mean - 318.191_882_716_049_4).abs() < 1e-6 && (fac.deviation - 352.298_724_184_360_37).abs() < 1e-6);
    assert_eq!((fac.min, fac.max), (0.0, 1314.0));
    let mor = description.modalities[3].statistics;
    assert!((mor.mean - 1_056.658_461_076_451_7).abs() < 1e-6 && (mor.deviation - 2_759.740_036_230_69).abs() < 1e-6);

    // python: StandardScaler().fit(d["train_mor"]).transform(d["test_mor"])[0]
    spec.modalities[3].transforms.push(Arc::new(standardize::Standardize { present: None }));
    let dataset = load(&spec, Seed(0)).unwrap();
    let first = dataset.splits["test"][0].row();
    let expected = [0.776_985_35, -1.536_474, -1.022_264_4, -1.074_633_8, -1.143_794_7, -1.229_474_8];
    for (value, expected) in dataset.modalities[3].values[first * 6..].iter().zip(expected) {
        assert!((value - expected).abs() < 1e-5, "{value} {expected}");
    }
    let arrays = inspect(&root).unwrap().arrays;
    assert!(
        arrays.iter().any(|a| a.name == "val_zer" && a.dtype.to_string() == "<f4" && a.shape == [400, 47]),
        "{arrays:?}"
    );
}

#[test]
fn reviews_of_mosi_are_each_in_one_split() {
    let Some(root) = shared("data/mosi_clean_text_audio.npz") else { return };
    let spec = DataSpec {
        root: Some(root),
        modalities: vec![modality("audio", &[73], npz("{split}_audio"))],
        groups: vec![GroupSpec {
            name: "video".into(),
            sources: vec![Arc::new(npz("{split}_video_offsets"))],
            transforms: vec![Arc::new(Offsets {})],
            kept: true,
        }],
        splits: keys(),
        ..plain()
    };
    let data = load(&spec, Seed(0)).unwrap();
    // python: [len(d[f"{s}_video_offsets"]) - 1 for s in ["train", "val", "test"]], numpy.diff(d["train_video_offsets"])[:4]
    let group = &data.groups[0];
    let of = |split: &str| group.among(&data.splits[split]);
    assert_eq!(["train", "val", "test"].map(|split| of(split).len()), [52, 10, 31]);
    let first = ["train/0", "train/1", "train/2", "train/3"].map(|name| {
        let place = group.names.iter().position(|known| known == name).unwrap() as u32;
        of("train")[&place].len()
    });
    assert_eq!((first, group.crossing(&data.splits).len()), ([13, 25, 14, 30], 0));
}

#[test]
fn sequences_with_a_class_a_step_are_read_and_padding_is_reported() {
    let Some(root) = shared("data/actrec_gesture_weakloc.npz") else { return };
    let mut spec = DataSpec {
        name: "gesture".into(),
        root: Some(root),
        modalities: vec![
            standardized(modality("acc", &[106, 45], npz("{split}_acc"))),
            modality("gyro", &[106, 30], npz("{split}_gyro")),
        ],
        targets: vec![target(TargetKind::Multi { classes: 11 }, npz("{split}_bag_label"))],
        splits: keys(),
        ..plain()
    };
    let dataset = load(&spec, Seed(0)).unwrap();
    assert_eq!(["train", "val", "test"].map(|s| dataset.splits[s].len()), [206, 31, 55]);
    spec.targets.push(target(
        TargetKind::Class { classes: 12, axes: vec![106], ignore: None, labels: None },
        npz("{split}_snippet_label"),
    ));
    let error = load(&spec, Seed(0)).unwrap_err();
    assert_eq!((error.code, error.array.as_deref()), (Code::ClassOutOfRange, Some("train_snippet_label")));
}
