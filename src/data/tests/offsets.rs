//! Groups by the rows at which they begin.

use super::files::{Folder, npy_bytes, npz, npz_bytes};
use super::*;
use crate::builtin::dataset::drop::Dropped;
use crate::builtin::dataset::fill::Fill;
use crate::builtin::dataset::missing::Stand;
use crate::builtin::dataset::npy::Npy;
use crate::builtin::dataset::npz::Npz;
use crate::builtin::dataset::offsets::Offsets;
use npyz::Order::C;

fn group(source: impl Source + 'static, transforms: Vec<Arc<dyn Preparation>>) -> GroupSpec {
    GroupSpec { name: "video".into(), sources: vec![Arc::new(source)], transforms, kept: true }
}

fn offsets() -> Vec<Arc<dyn Preparation>> {
    vec![Arc::new(Offsets {})]
}

/// Six samples whose class is their row, in an archive with these offsets.
fn spec(folder: &Folder, begins: &[i32]) -> DataSpec {
    let arrays = [
        ("x", npy_bytes(&[6], C, &[0.0f32, 1.0, 2.0, 3.0, 4.0, 5.0])),
        ("offsets", npy_bytes(&[begins.len() as u64], C, begins)),
        ("names", npy_bytes(&[6], C, &[0i32; 6])),
    ];
    DataSpec {
        root: Some(folder.write("d.npz", npz_bytes(&arrays))),
        modalities: vec![modality("x", &[1], npz("x"))],
        groups: vec![group(npz("offsets"), offsets())],
        ..plain()
    }
}

#[test]
fn rows_from_one_offset_to_the_next_are_a_group() {
    let folder = Folder::new("offsets");
    let read = |begins: &[i32]| load(&spec(&folder, begins), Seed(0)).unwrap_or_else(|error| panic!("{error}"));
    let data = read(&[0, 2, 3, 6]);
    assert_eq!(
        (data.groups[0].names.as_slice(), &data.groups[0].of),
        (&["0", "1", "2"].map(String::from)[..], &vec![0, 0, 1, 2, 2, 2])
    );
    assert_eq!(read(&[0, 6]).groups[0].of, [0; 6]);
    // One without samples is none, and the others keep their numbers.
    let gap = read(&[0, 2, 2, 6]);
    assert_eq!(
        (gap.groups[0].names.as_slice(), &gap.groups[0].of),
        (&["0", "2"].map(String::from)[..], &vec![0, 0, 1, 1, 1, 1])
    );
    // Splits are drawn without cutting through one.
    let rules = [("train", random(0.5, false)), ("test", SplitRule::Rest)];
    for seed in 0..6 {
        let drawn = DataSpec { splits: splits(&rules), ..spec(&folder, &[0, 2, 3, 6]) };
        let data = load(&drawn, Seed(seed)).unwrap();
        assert!(data.groups[0].crossing(&data.splits).is_empty(), "{seed}");
    }
    // Rows that are left out are counted.
    let mut dropped = spec(&folder, &[0, 2, 3, 6]);
    dropped.modalities[0].transforms.push(Arc::new(Dropped { what: Stand::Number(1.0), all: false }));
    assert_eq!(load(&dropped, Seed(0)).unwrap().groups[0].of, [0, 1, 2, 2, 2]);
}

#[test]
fn every_key_has_groups_of_its_own() {
    let folder = Folder::new("offsets-keys");
    let begins = |begins: &[i64]| npy_bytes(&[begins.len() as u64], C, begins);
    let arrays = [
        ("train_a", super::files::npy_f4(&[3, 2], &[1.0; 6])),
        ("test_a", super::files::npy_f4(&[2, 2], &[1.0; 4])),
        ("train_label", npy_bytes(&[3], C, &[0i64, 1, 2])),
        ("test_label", npy_bytes(&[2], C, &[2u8, 1])),
        ("train_begins", begins(&[0, 1, 3])),
        ("test_begins", begins(&[0, 2])),
    ];
    let mut spec = super::files::digits(&folder.write("d.npz", npz_bytes(&arrays)));
    spec.groups = vec![group(npz("{split}_begins"), offsets())];
    let data = load(&spec, Seed(0)).unwrap();
    assert_eq!(data.groups[0].names, ["test/0", "train/0", "train/1"]);
    assert_eq!(data.groups[0].of, [1, 2, 2, 0, 0]);
    assert!(data.groups[0].whole && data.groups[0].cut(&data.splits).is_none());
}

#[test]
fn offsets_that_divide_no_samples_are_told() {
    let folder = Folder::new("offsets-wrong");
    for (begins, found) in [
        (&[1, 2, 6][..], "1 in row 0"),
        (&[0, 3, 2, 6], "2 in row 2, behind 3"),
        (&[0, 2, 5], "5 at the end, of 6 samples"),
        (&[0, 2, 7], "7 at the end"),
        (&[0, -1, 6], "`-1` in row 1"),
        (&[], "nothing"),
        (&[0, 7, 6], "6 in row 2, behind 7"),
    ] {
        let error = load(&spec(&folder, begins), Seed(0)).unwrap_err();
        assert_eq!(error.code, Code::NotAGroup, "{error}");
        let text = error.to_string();
        for part in
            [found, "the offsets of group `video` do not divide the samples", "6 at the end", "leave `offsets` away"]
        {
            assert!(text.contains(part), "{part} in {text}");
        }
    }
    // A name a sample is no offset.
    let mut names = spec(&folder, &[0, 6]);
    names.groups = vec![group(npz("names"), offsets())];
    assert!(load(&names, Seed(0)).unwrap_err().to_string().contains("0 at the end, of 6 samples"));
}

#[test]
fn offsets_are_of_one_file_of_one_group() {
    let folder = Folder::new("offsets-checked");
    let sound = spec(&folder, &[0, 2, 6]);
    let drop: Arc<dyn Preparation> = Arc::new(Dropped { what: Stand::Nan, all: false });
    let mut both = sound.clone();
    both.groups[0].transforms.push(drop);
    let mut joined = sound.clone();
    joined.groups[0].sources.push(Arc::new(npz("names")));
    let mut keyed = sound.clone();
    keyed.groups = vec![group(Npz { key: Some("names".into()), ..npz("offsets") }, offsets())];
    let mut filled = sound.clone();
    filled.groups = vec![group(Fill { value: 0.0 }, offsets())];
    let mut modality = sound.clone();
    modality.modalities[0].transforms = offsets();
    let mut target = sound.clone();
    target.targets = vec![TargetSpec {
        transforms: offsets(),
        ..super::target(class(2), Npy { file: Some("y.npy".into()), key: None })
    }];
    for (spec, member, says) in [
        (both, Member::Group(0), "something else is done to `offsets`"),
        (joined, Member::Group(0), "counts the rows of one"),
        (keyed, Member::Group(0), "told apart by name"),
        (filled, Member::Group(0), "has no names"),
        (modality, Member::Modality(0), "says where groups begin, and this is none"),
        (target, Member::Target(0), "says where groups begin, and this is none"),
    ] {
        let problems = check(&spec);
        let found = problems.iter().find(|problem| problem.error.message.contains(says));
        assert_eq!(found.map(|problem| problem.member), Some(member), "{says}: {problems:?}");
    }
}
