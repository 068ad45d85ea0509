//! Texts of every format come back as they were written; files that hold none are refused, and so are hostile ones.

use super::files::{Folder, digits_bytes, npz, npz_bytes};
use super::*;
use crate::builtin::dataset::csv::Csv;
use crate::builtin::dataset::npz::Npz;
use crate::data::shards::shards;
use crate::data::{categories, formats};

/// An `.npy` file of texts, as NumPy writes it: `U4` or `S4`.
pub fn npy_texts(dtype: &str, shape: &str, texts: &[&str]) -> Vec<u8> {
    let header = format!("{{'descr': '{dtype}', 'fortran_order': False, 'shape': {shape}, }}\n");
    let mut bytes = [b"\x93NUMPY\x01\x00", &(header.len() as u16).to_le_bytes()[..], header.as_bytes()].concat();
    let size: usize = dtype[2..].parse().unwrap();
    for text in texts {
        let mut one = vec![];
        for letter in text.chars() {
            match &dtype[..2] {
                "<U" => one.extend(u32::from(letter).to_le_bytes()),
                ">U" => one.extend(u32::from(letter).to_be_bytes()),
                _ => one.extend(letter.to_string().as_bytes()),
            }
        }
        one.resize(size * if dtype.contains('U') { 4 } else { 1 }, 0);
        bytes.extend(one);
    }
    bytes
}

fn texts(path: &Path, selection: Selection<'_>) -> Result<Vec<String>, DataError> {
    let format = formats::of_file(path).expect("a format of ours").format();
    formats::texts(format, path, selection).map(|texts| texts.iter().map(str::to_string).collect())
}

#[test]
fn texts_of_numpy_come_back() {
    let folder = Folder::new("texts-numpy");
    for dtype in ["<U4", ">U4", "|S5"] {
        for shape in ["(4,)", "(4, 1)"] {
            let path = folder.write("x.npy", npy_texts(dtype, shape, &["sit", "wälk", "", "sit"]));
            assert_eq!(texts(&path, Selection::Only).unwrap(), ["sit", "wälk", "", "sit"], "{dtype} {shape}");
        }
    }
    let wide = folder.write("x.npy", npy_texts("<U4", "(2, 2)", &["a", "b", "c", "d"]));
    let error = texts(&wide, Selection::Only).unwrap_err().to_string();
    assert!(error.contains("one text a row") && error.contains("[2, 2]"), "{error}");
    let numbers = folder.write("n.npz", digits_bytes());
    assert_eq!(texts(&numbers, Selection::Array("train_label")).unwrap(), ["0", "1", "2"]);
    let error = texts(&numbers, Selection::Array("train_a")).unwrap_err();
    assert_eq!(error.code, Code::ShapeDiffers, "{error}");
    for (what, bytes) in [
        ("cut", npy_texts("<U4", "(9,)", &["a"])),
        ("none", npy_texts("<U0", "(4000000000,)", &[])),
        ("many", npy_texts("<U4", "(4294967296, 4294967296)", &[])),
        ("wide", npy_texts("<U99999999", "(1,)", &[])),
    ] {
        assert!(texts(&folder.write("x.npy", &bytes), Selection::Only).is_err(), "{what}");
        assert!(texts(&folder.write("x.npz", npz_bytes(&[("x", bytes)])), Selection::Array("x")).is_err(), "{what}");
    }
    let no_character = [npy_texts("<U1", "(1,)", &[]), vec![0xff; 4]].concat();
    assert!(texts(&folder.write("x.npy", no_character), Selection::Only).is_err());
}

#[test]
fn texts_of_other_programs_come_back() {
    let hdf5 = super::hdf5::written("texts.h5");
    let of = |array| texts(&hdf5, Selection::Array(array));
    assert_eq!(of("variable").unwrap(), ["sit", "", "wälk", "sit"]);
    assert_eq!(of("fixed").unwrap(), ["sit", "walk", "sit"]);
    assert_eq!(of("packed").unwrap(), ["sit", "walk"].repeat(50));
    assert_eq!(of("column").unwrap(), ["sit", "walk"]);
    assert_eq!(of("wide").unwrap_err().code, Code::ShapeDiffers);
    assert_eq!(texts(&super::hdf5::written("groups.h5"), Selection::Array("flag")).unwrap(), ["1", "0"]);
    for name in ["texts.mat", "texts_packed.mat"] {
        let of = |array| texts(&super::mat::written(name), Selection::Array(array));
        assert_eq!(of("cell").unwrap(), ["sit", "wälk", "", "sit"], "{name}");
        assert_eq!(of("row").unwrap(), ["sit", "walk"]);
        assert_eq!(of("matrix").unwrap(), ["sit", "wälk"]);
        assert_eq!(of("number").unwrap(), ["3", "12"]);
        assert!(of("mixed").unwrap_err().to_string().contains("in cell 1"));
    }
    for protocol in 0..=5 {
        let of = |array| texts(&super::pickle::written(&format!("protocol_{protocol}.pkl")), Selection::Array(array));
        assert_eq!(of("train/id").unwrap(), ["a$_$1", "bc"], "{protocol}");
        assert_eq!(of("train/mixed").unwrap(), ["1", "a"], "{protocol}");
        assert_eq!(of("words").unwrap(), ["a", "b"]);
        assert_eq!(of("train/label").unwrap(), ["3", "-1099511627776", "7"]);
        assert_eq!(of("train/flag").unwrap(), ["true", "false"]);
        assert!(of("numbers").unwrap_err().to_string().contains("a number at row 1"));
        assert!(of("train/text").is_err() && of("none").is_err());
    }
}

#[test]
fn texts_of_a_table_know_their_lines() {
    let folder = Folder::new("texts-csv");
    let path = folder.write("t.csv", "id,who\n1,\" S, 1\"\n\n2,NA\n3,S2\n");
    let read = formats::texts(&crate::builtin::dataset::csv::FORMAT, &path, Selection::Array("who")).unwrap();
    assert_eq!(read.iter().collect::<Vec<_>>(), ["S, 1", "", "S2"]);
    assert_eq!((read.missing(), read.place(1)), (vec![1], "line 4".into()));
    assert_eq!(texts(&path, Selection::Array("id")).unwrap(), ["1", "2", "3"]);
    assert!(texts(&path, Selection::Only).unwrap_err().to_string().contains("say which: `column:"));
    assert!(texts(&path, Selection::Array("whom")).unwrap_err().to_string().contains("did you mean `who`?"));
    let latin = folder.write("l.csv", b"who\nJos\xe9\n");
    assert!(texts(&latin, Selection::Only).unwrap_err().to_string().contains("not written in UTF-8"));
}

#[test]
fn a_dataset_has_the_texts_of_all_its_samples() {
    let folder = Folder::new("texts-dataset");
    let root = folder.write(
        "d.npz",
        npz_bytes(&[
            ("train_who", npy_texts("<U2", "(3,)", &["S1", "S2", "S1"])),
            ("test_who", npy_texts("<U2", "(1,)", &["S3"])),
        ]),
    );
    folder.write("more.csv", "who\nS2\nS9\n");
    let mut spec = super::files::digits(&root);
    let read = |spec: &DataSpec, sources: &[Arc<dyn Source>]| {
        let all = categories(
            spec,
            sources,
            crate::data::joined::Lacking::Refused,
            &shards(spec).map_err(|(_, error)| error)?,
        )?;
        Ok::<Vec<Vec<String>>, DataError>(all.iter().map(|t| t.iter().map(str::to_string).collect()).collect())
    };
    let source: Arc<dyn Source> = Arc::new(npz("{split}_who"));
    assert_eq!(read(&spec, &[source]).unwrap(), [vec!["S1", "S2", "S1"], vec!["S3"]]);
    spec.splits = splits(&[("train", SplitRule::Rest)]);
    let more: Arc<dyn Source> = Arc::new(Csv { file: Some("more.csv".into()), ..Csv::of(&["who"]) });
    let first: Arc<dyn Source> = Arc::new(Npz { array: "train_who".into(), file: None, key: None });
    assert_eq!(read(&spec, &[first, more]).unwrap(), [["S1", "S2", "S1", "S2", "S9"]]);
    let generated: Arc<dyn Source> = Arc::new(Labels {});
    assert!(read(&spec, &[generated]).unwrap_err().to_string().contains("`labels` has no texts"));
}
