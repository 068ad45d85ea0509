//! Tables whose rows are steps, and tables that are joined by name.

use super::files::{Folder, npy_f4};
use super::*;
use crate::builtin::dataset::csv::Csv;
use crate::builtin::dataset::first::{First, Side};
use crate::builtin::dataset::mask::Mask;
use crate::builtin::dataset::npy::Npy;
use crate::builtin::dataset::{OneColumn, Pick, Word};

fn one(name: &str) -> Option<OneColumn> {
    Some(OneColumn([Pick::Name(name.into())]))
}

fn csv(file: &str, columns: &[&str]) -> Csv {
    Csv { file: Some(file.into()), ..Csv::of(columns) }
}

fn steps(file: &str, columns: &[&str], order: Option<&str>) -> Csv {
    Csv { by: one("clip"), order: order.and_then(one), ..csv(file, columns) }
}

/// Two clips of three and two steps, out of order.
const LONG: &str = "clip,time,x,y,label\nb,2,5,50,walk\na,1,1,10,sit\nb,1,4,40,walk\na,0,0,0,sit\nb,10,6,60,walk\n";

fn spec(folder: &Folder) -> DataSpec {
    folder.write("long.csv", LONG);
    let mut x = modality("x", &[3, 2], steps("long.csv", &["x", "y"], Some("time")));
    x.transforms.push(Arc::new(First { steps: Count(3), pad: Side::Right }));
    DataSpec {
        name: "clips".into(),
        root: Some(folder.0.clone()),
        modalities: vec![x],
        targets: vec![target(class(2), steps("long.csv", &["label"], None))],
        ..plain()
    }
}

#[test]
fn rows_become_steps_of_their_clips() {
    let folder = Folder::new("steps");
    let read = load(&spec(&folder), Seed(0)).unwrap();
    assert_eq!(read.names, ["b", "a"]);
    let b = [4.0, 40.0, 5.0, 50.0, 6.0, 60.0];
    assert_eq!(read.modalities[0].values, [&b[..], &[0.0, 0.0, 1.0, 10.0, 0.0, 0.0]].concat());
    assert_eq!(read.targets[0].values, [1.0, 0.0]);
    // In the order of the file, and by a time that is text.
    let mut unordered = spec(&folder);
    unordered.modalities[0].sources = vec![Arc::new(steps("long.csv", &["x", "y"], None))];
    assert_eq!(load(&unordered, Seed(0)).unwrap().modalities[0].values[..2], [5.0, 50.0]);
    let by_text = spec(&folder);
    folder.write("long.csv", LONG.replace(",10,6", ",1x,6"));
    assert_eq!(load(&by_text, Seed(0)).unwrap().modalities[0].values[..6], [4.0, 40.0, 6.0, 60.0, 5.0, 50.0]);
    // Sequences stay as long as they are where nothing evens them out.
    folder.write("long.csv", LONG);
    let mut ragged = spec(&folder);
    ragged.modalities[0].transforms.clear();
    assert_eq!(load(&ragged, Seed(0)).unwrap_err().code, Code::ShapeDiffers);
}

#[test]
fn steps_of_clips_have_a_mask() {
    let folder = Folder::new("steps-mask");
    let mut spec = spec(&folder);
    spec.modalities[0].transforms.push(Arc::new(Standardize { present: Some(Word("real".into())) }));
    let mut real = modality("real", &[3], steps("long.csv", &["x"], Some("time")));
    real.transforms.push(Arc::new(Mask { steps: true, pad: Side::Right }));
    spec.modalities.push(real);
    let read = load(&spec, Seed(0)).unwrap();
    assert_eq!(read.modalities[1].values, [1.0, 1.0, 1.0, 1.0, 1.0, 0.0]);
    // Of real steps alone: x is 4, 5, 6, 0 and 1, whose mean is 3.2.
    assert_eq!(read.modalities[0].values[10..], [0.0, 0.0]);
    let mean: f32 = read.modalities[0].values.iter().step_by(2).sum();
    assert!(mean.abs() < 1e-5, "{mean}");
    // Padding in front has its mask in front.
    spec.modalities[0].transforms[0] = Arc::new(First { steps: Count(3), pad: Side::Left });
    spec.modalities[1].transforms[0] = Arc::new(Mask { steps: true, pad: Side::Left });
    let left = load(&spec, Seed(0)).unwrap();
    assert_eq!(left.modalities[1].values[3..], [0.0, 1.0, 1.0]);
    assert_eq!(left.modalities[0].values[6..8], [0.0, 0.0]);
}

#[test]
fn tables_are_joined_by_name_and_both_sides_are_told() {
    let folder = Folder::new("joins");
    folder.write("meta.csv", "subject,id,age\nS2,a,30\nS9,c,50\nS1,b,40\n");
    let mut joined = spec(&folder);
    joined.modalities.push(modality("age", &[1], Csv { key: one("id"), ..csv("meta.csv", &["age"]) }));
    joined.targets.push(TargetSpec {
        name: "who".into(),
        ..target(class(2), Csv { key: one("id"), ..csv("meta.csv", &["subject"]) })
    });
    let read = load(&joined, Seed(0)).unwrap();
    assert_eq!(
        (read.modalities[1].values.as_slice(), read.targets[1].values.as_slice()),
        (&[40.0, 30.0][..], &[0.0, 1.0][..])
    );
    let error = |text: &str| {
        folder.write("meta.csv", text);
        load(&joined, Seed(0)).unwrap_err().to_string()
    };
    for (text, parts) in [
        (
            "subject,id,age\nS2,a,30\nS9,c,50\nS1,B,40\n",
            &["a sample has no row", "`b` in column `id`", "rows of no sample: `c`, `B`"][..],
        ),
        ("subject,id,age\nS2,a,30\nS9,a,50\nS1,b,40\n", &["several rows are of sample `a`", "lines 2, 3", "say `by`"]),
        ("subject,id,age\nS2,a,30\nS9,,50\nS1,b,40\n", &["do not say which sample", "nothing in line 3"]),
        ("subject,id,age\n", &["2 of 2 samples have no row"]),
    ] {
        let error = error(text);
        parts.iter().for_each(|part| assert!(error.contains(part), "{part:?} in {error}"));
    }
    let several = spec(&folder);
    folder.write("long.csv", LONG.replace("a,0,0,0,sit", "a,0,0,0,run"));
    let varies = load(&several, Seed(0)).unwrap_err().to_string();
    assert!(
        varies.contains("sample `a` has several values") && varies.contains("line 3") && varies.contains("line 5"),
        "{varies}"
    );
}

#[test]
fn samples_that_splits_name_are_joined_to() {
    let folder = Folder::new("joined-names");
    folder.write("train.txt", "v2\nv1\n");
    folder.write("test.txt", "v3\n");
    ["v1", "v2", "v3"].iter().zip(1..).for_each(|(name, i)| {
        folder.write(&format!("{name}.npy"), npy_f4(&[2], &[i as f32; 2]));
    });
    folder.write("meta.csv", "video,activity\nv1,sit\nv2,walk\nv3,walk\nv4,sit\n");
    let named = |file: &str| SplitRule::Names { file: file.into(), key: None, only: None };
    let spec = DataSpec {
        name: "videos".into(),
        root: Some(folder.0.clone()),
        modalities: vec![modality("x", &[2], Npy { file: Some("{name}.npy".into()), key: None })],
        targets: vec![target(class(2), Csv { key: one("video"), ..csv("meta.csv", &["activity"]) })],
        splits: splits(&[("train", named("train.txt")), ("test", named("test.txt"))]),
        ..plain()
    };
    let read = load(&spec, Seed(0)).unwrap();
    assert_eq!(read.targets[0].values, [1.0, 0.0, 1.0]);
    let mut nameless = spec.clone();
    nameless.splits = splits(&[("train", SplitRule::Rest)]);
    nameless.modalities = vec![modality("x", &[2], Npy { file: Some("v1.npy".into()), key: None })];
    assert!(load(&nameless, Seed(0)).unwrap_err().to_string().contains("nothing names the rows of modality `x`"));
}

#[test]
fn steps_that_are_filled_up_have_no_class() {
    let folder = Folder::new("steps-classes");
    let mut spec = spec(&folder);
    folder.write("long.csv", LONG.replace("walk", "0").replace("sit", "1"));
    let labelled = |ignore| {
        let kind = TargetKind::Class { classes: 2, axes: vec![3], ignore, labels: None };
        let mut label = target(kind, steps("long.csv", &["label"], Some("time")));
        label.transforms.push(Arc::new(First { steps: Count(3), pad: Side::Right }));
        vec![label]
    };
    spec.targets = labelled(None);
    let silent = load(&spec, Seed(0)).unwrap_err().to_string();
    assert!(
        silent.contains("steps that `first(3)` fills up have no class") && silent.contains("ignore: -1"),
        "{silent}"
    );
    spec.targets = labelled(Some(-1));
    let read = load(&spec, Seed(0)).unwrap();
    assert_eq!(read.targets[0].values, [0.0, 0.0, 0.0, 1.0, 1.0, -1.0]);
    assert_eq!(read.targets[0].classes(&sample_ids([0, 1])), Some(vec![3, 2]));
}
