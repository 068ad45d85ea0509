//! Arrays that are joined by the names of their rows.

use super::files::{Folder, npy_bytes, npy_f4, npz_bytes};
use super::*;
use crate::builtin::dataset::csv::Csv;
use crate::builtin::dataset::drop::Dropped;
use crate::builtin::dataset::missing::{Missing, Stand};
use crate::builtin::dataset::npy::Npy;
use crate::builtin::dataset::npz::Npz;
use crate::builtin::dataset::{OneColumn, Pick};
use crate::builtin::{Asked, Presence};

fn keyed(array: &str, file: &str, key: &str) -> Npz {
    Npz { array: array.into(), file: Some(file.into()), key: Some(key.into()) }
}

fn csv(columns: &[&str], key: &str) -> Csv {
    let key = Some(OneColumn([Pick::Name(key.into())]));
    Csv { file: Some("meta.csv".into()), key, ..Csv::of(columns) }
}

fn ids(ids: &[i64]) -> Vec<u8> {
    npy_bytes(&[ids.len() as u64], npyz::Order::C, ids)
}

/// Three samples, 30, 10 and 20 by name, in one archive; four in another, and a table.
fn spec(folder: &Folder) -> DataSpec {
    let acc = npy_f4(&[3, 2], &[30.0, 31.0, 10.0, 11.0, 20.0, 21.0]);
    folder.write("acc.npz", npz_bytes(&[("acc", acc), ("id", ids(&[30, 10, 20]))]));
    let gyro = npy_f4(&[4, 1], &[-10.0, -20.0, -30.0, -40.0]);
    folder.write("gyro.npz", npz_bytes(&[("gyro", gyro), ("who", ids(&[10, 20, 30, 40]))]));
    folder.write("meta.csv", "clip,activity\n20,walk\n30,sit\n10,walk\n");
    DataSpec {
        name: "clips".into(),
        root: Some(folder.0.clone()),
        modalities: vec![
            modality("acc", &[2], keyed("acc", "acc.npz", "id")),
            modality("gyro", &[1], keyed("gyro", "gyro.npz", "who")),
        ],
        targets: vec![target(class(2), csv(&["activity"], "clip"))],
        ..plain()
    }
}

fn said(spec: &DataSpec, parts: &[&str]) {
    let error = load(spec, Seed(0)).unwrap_err().to_string();
    parts.iter().for_each(|part| assert!(error.contains(part), "{part:?} in {error}"));
}

#[test]
fn arrays_and_tables_are_joined_by_the_names_of_their_rows() {
    let folder = Folder::new("keyed");
    let spec = spec(&folder);
    for kept in [KEPT, 0] {
        let read = load(&DataSpec { kept, ..spec.clone() }, Seed(0)).unwrap();
        assert_eq!(read.names, ["30", "10", "20"]);
        let of = |i: usize| {
            let mut values = vec![];
            read.modalities[i].gather(&SampleId::of(0..3).collect::<Vec<_>>(), &mut values).unwrap();
            values
        };
        assert_eq!((of(0), of(1)), (vec![30.0, 31.0, 10.0, 11.0, 20.0, 21.0], vec![-30.0, -10.0, -20.0]));
        assert_eq!(read.targets[0].values, [0.0, 1.0, 1.0]);
    }
    let group = GroupSpec {
        name: "activity".into(),
        sources: vec![Arc::new(csv(&["activity"], "clip"))],
        transforms: vec![],
        kept: true,
    };
    let grouped = load(&DataSpec { groups: vec![group], ..spec }, Seed(0)).unwrap();
    assert_eq!(grouped.groups[0].of, [0, 1, 1]);
}

#[test]
fn names_may_stand_in_a_file_of_their_own() {
    let folder = Folder::new("keyed-npy");
    let mut spec = spec(&folder);
    folder.write("acc.npy", npy_f4(&[3, 2], &[1.0, 1.0, 2.0, 2.0, 3.0, 3.0]));
    folder.write("names.txt", "20\n30\n10\n");
    folder.write("names.npy", ids(&[20, 30, 10]));
    for key in ["names.txt", "names.npy"] {
        let acc = Npy { file: Some("acc.npy".into()), key: Some(key.into()) };
        spec.modalities[0].sources = vec![Arc::new(acc)];
        let read = load(&spec, Seed(0)).unwrap();
        assert_eq!((read.modalities[1].values.as_slice(), read.names.len()), (&[-20.0, -30.0, -10.0][..], 3));
        assert!(files(&spec).iter().any(|(name, _)| name == key), "a change of it changes the run");
    }
    folder.write("names.txt", "20\n30\n");
    let acc = Npy { file: Some("acc.npy".into()), key: Some("names.txt".into()) };
    spec.modalities[0].sources = vec![Arc::new(acc)];
    said(&spec, &["another number of rows than it has names", "expected: 2 rows", "found: 3 rows"]);
}

#[test]
fn what_has_no_partner_is_told_on_both_sides() {
    let folder = Folder::new("keyed-lacking");
    let spec = spec(&folder);
    folder.write("meta.csv", "clip,activity\n20,walk\n31,sit\n10,walk\n");
    said(&spec, &["a sample has no row", "`30` in column `clip`", "rows of no sample: `31`"]);
    folder.write("meta.csv", "clip,activity\n20,walk\n30,sit\n10,walk\n30,walk\n");
    said(&spec, &["several rows are of sample `30`", "lines 3, 5"]);
    folder.write("meta.csv", "clip,activity\n20,walk\n30,sit\n,walk\n");
    said(&spec, &["do not say which sample", "column `clip`", "nothing in line 4"]);
    let twice = npz_bytes(&[("acc", npy_f4(&[3, 2], &[0.0; 6])), ("id", ids(&[30, 10, 30]))]);
    folder.write("acc.npz", twice);
    said(&spec, &["several rows are of sample `30`", "one row with it in `id`", "rows 0, 2"]);
    let floats = npz_bytes(&[("acc", npy_f4(&[3, 2], &[0.0; 6])), ("id", npy_f4(&[3], &[0.5, 1.0, 2.0]))]);
    folder.write("acc.npz", floats);
    said(&spec, &["an array of names holds numbers that are not whole"]);
    folder.write("acc.npz", npz_bytes(&[("acc", npy_f4(&[3, 2], &[0.0; 6]))]));
    said(&spec, &["`id`", "`acc`"]);
}

#[test]
fn a_file_without_names_is_not_read_beside_files_with_names() {
    let folder = Folder::new("keyed-stray");
    let mut spec = spec(&folder);
    spec.modalities[1].sources = vec![Arc::new(Npz { array: "gyro".into(), file: Some("gyro.npz".into()), key: None })];
    said(&spec, &["nothing names the rows of modality `gyro`", "named by `id` of `acc.npz`", "key: \"id\""]);
    // Of the same file the order is the same.
    let both = npz_bytes(&[
        ("acc", npy_f4(&[3, 2], &[0.0; 6])),
        ("id", ids(&[30, 10, 20])),
        ("gyro", npy_f4(&[3, 1], &[1.0, 2.0, 3.0])),
    ]);
    folder.write("acc.npz", both);
    spec.modalities[1].sources = vec![Arc::new(Npz { array: "gyro".into(), file: Some("acc.npz".into()), key: None })];
    assert_eq!(load(&spec, Seed(0)).unwrap().modalities[1].values, [1.0, 2.0, 3.0]);
}

#[test]
fn rows_keep_the_places_that_they_have_in_their_files() {
    let folder = Folder::new("keyed-places");
    let spec = spec(&folder);
    let gyro = npy_f4(&[4, 1], &[-10.0, -20.0, f32::NAN, -40.0]);
    folder.write("gyro.npz", npz_bytes(&[("gyro", gyro), ("who", ids(&[10, 20, 30, 40]))]));
    said(&spec, &["at least 1 NaN, the first at row 2, element [0]"]);
}

#[test]
fn a_sample_without_a_row_is_left_out_or_lacks_the_modality() {
    let folder = Folder::new("keyed-without");
    let mut spec = spec(&folder);
    let gyro = npy_f4(&[2, 1], &[-10.0, -20.0]);
    folder.write("gyro.npz", npz_bytes(&[("gyro", gyro), ("who", ids(&[10, 20]))]));
    said(&spec, &["a sample has no row"]);
    let mut drops = spec.clone();
    drops.modalities[1].transforms = vec![Arc::new(Dropped { what: Stand::Nan, all: false })];
    let read = load(&drops, Seed(0)).unwrap();
    assert_eq!(
        (read.samples, read.names.as_slice(), read.rows.as_slice()),
        (2, &["10", "20"].map(String::from)[..], &[1, 2][..])
    );
    assert_eq!(read.modalities[1].values, [-10.0, -20.0]);
    spec.modalities[1].transforms = vec![Arc::new(Missing { what: Some(Stand::Nan), any: false, unless: None })];
    let asked = Asked { presence: Presence::Sample, modality: "gyro".into() };
    let read = load(&spec.asked([&asked]), Seed(0)).unwrap();
    assert_eq!(read.modalities[1].values, [0.0, -10.0, -20.0]);
    assert_eq!(read.available("gyro").unwrap().values, [0.0, 1.0, 1.0]);
    // A file of other samples altogether is another file.
    let gyro = npy_f4(&[1, 1], &[0.0]);
    folder.write("gyro.npz", npz_bytes(&[("gyro", gyro), ("who", ids(&[99]))]));
    said(&drops, &["3 of 3 samples have no row", "rows of no sample: `99`"]);
}
