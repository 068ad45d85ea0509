//! Small written files come back as they were written.

use super::*;
use crate::builtin::dataset::csv::Csv;
use crate::builtin::dataset::npy::Npy;
use crate::builtin::dataset::npz::Npz;
use crate::data::ArchiveWriter;
use crate::data::dtype::Dtype;
use crate::data::formats::npy::header;
use crate::data::order::Order;
use crate::id::sample_ids;
use npyz::{AutoSerialize, WriterBuilder};
use std::fs;
use std::io::Cursor;

/// A folder of one test, gone with it.
pub struct Folder(pub PathBuf);

impl Folder {
    pub fn new(test: &str) -> Self {
        let path = std::env::temp_dir().join(format!("mhm-data-{}-{test}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    pub fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.0.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, bytes).unwrap();
        path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// An `.npy` file as `npyz` writes it.
pub fn npy_bytes<T: AutoSerialize + Copy>(shape: &[u64], order: npyz::Order, values: &[T]) -> Vec<u8> {
    let mut bytes = vec![];
    let options = npyz::WriteOptions::new().default_dtype().shape(shape).order(order);
    let mut writer = options.writer(&mut bytes).begin_nd().unwrap();
    writer.extend(values.iter().copied()).unwrap();
    writer.finish().unwrap();
    bytes
}

/// An `.npy` file of 32-bit floats in C order.
pub fn npy_f4(shape: &[u64], values: &[f32]) -> Vec<u8> {
    npy_bytes(shape, npyz::Order::C, values)
}

/// A compressed archive of arrays given as `.npy` files.
pub fn npz_bytes(arrays: &[(&str, Vec<u8>)]) -> Vec<u8> {
    use std::io::Write;
    let mut archive = ArchiveWriter::new(Cursor::new(vec![]));
    for (name, bytes) in arrays {
        archive.begin(name).unwrap().write_all(bytes).unwrap();
    }
    archive.finish("").unwrap().into_inner()
}

pub fn npz(array: &str) -> Npz {
    Npz { array: array.into(), file: None, key: None }
}

fn npy(file: &str) -> Npy {
    Npy { file: Some(file.into()), key: None }
}

fn csv(columns: &[&str]) -> Csv {
    Csv::of(columns)
}

pub fn digits(root: &Path) -> DataSpec {
    DataSpec {
        name: "digits".into(),
        root: Some(root.into()),
        modalities: vec![modality("a", &[2], npz("{split}_a"))],
        targets: vec![target(class(3), npz("{split}_label"))],
        splits: splits(&[
            ("train", SplitRule::Key { key: "train".into(), only: None }),
            ("test", SplitRule::Key { key: "test".into(), only: None }),
        ]),
        ..plain()
    }
}

/// Train: 3 samples, test: 1.
pub fn digits_bytes() -> Vec<u8> {
    use npyz::Order::{C, Fortran};
    npz_bytes(&[
        ("train_a", npy_bytes(&[3, 2], C, &[1.0f32, 2.0, 3.0, 4.0, 5.0, 6.0])),
        ("test_a", npy_bytes(&[1, 2], C, &[7.0f64, 8.0])),
        ("train_label", npy_bytes(&[3], Fortran, &[0i64, 1, 2])),
        ("test_label", npy_bytes(&[1], C, &[2u8])),
    ])
}

#[test]
fn archives_are_read_by_key_one_split_behind_the_other() {
    let folder = Folder::new("npz");
    let spec = digits(&folder.write("digits.npz", digits_bytes()));
    let dataset = load(&spec, Seed(0)).unwrap();
    assert_eq!(dataset.modalities[0].values, [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0]);
    assert_eq!(dataset.targets[0].values, [0.0, 1.0, 2.0, 2.0]);
    assert_eq!(dataset.splits["train"], sample_ids([0, 1, 2]));
    assert_eq!(dataset.splits["test"], sample_ids([3]));
}

#[test]
fn a_file_beside_the_root_file_and_in_the_root_folder_is_found() {
    let folder = Folder::new("beside");
    let root = folder.write("digits.npz", digits_bytes());
    folder.write("train.npy", npy_bytes(&[3, 1, 2], npyz::Order::C, &[1i16, 2, 3, 4, 5, 6]));
    folder.write("test.npy", npy_bytes(&[1, 1, 2], npyz::Order::C, &[7i16, 8]));
    let mut spec = digits(&root);
    spec.modalities.push(modality("b", &[2], npy("{split}.npy")));
    let dataset = load(&spec, Seed(0)).unwrap();
    assert_eq!(dataset.modalities[0].values, dataset.modalities[1].values);
    spec.root = Some(folder.0.clone());
    spec.modalities[0].sources =
        vec![Arc::new(Npz { array: "{split}_a".into(), file: Some("digits.npz".into()), key: None })];
    spec.targets[0].sources =
        vec![Arc::new(Npz { array: "{split}_label".into(), file: Some("digits.npz".into()), key: None })];
    assert_eq!(load(&spec, Seed(0)).unwrap(), dataset);
}

#[test]
fn fortran_order_is_turned_into_c_order() {
    let folder = Folder::new("fortran");
    // python: np.arange(12).reshape(2, 3, 2), written in Fortran order.
    let path =
        folder.write("x.npy", npy_bytes(&[2, 3, 2], npyz::Order::Fortran, &[0i32, 6, 2, 8, 4, 10, 1, 7, 3, 9, 5, 11]));
    let table = array(&path, None).and_then(|array| array.whole()).unwrap();
    assert_eq!(table.shape, [2, 3, 2]);
    assert_eq!(table.values.single(), (0..12).map(|v| v as f32).collect::<Vec<_>>());
}

#[test]
fn headers_are_read_as_numpy_writes_them() {
    let header = |text: &str| {
        let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
        bytes.extend((text.len() as u16).to_le_bytes());
        bytes.extend(text.as_bytes());
        header::read(&mut bytes.as_slice())
    };
    // numpy 2.4.6: numpy.lib.format.header_data_from_array_1_0, and Python 2.
    let read = header("{'descr': '<f4', 'fortran_order': False, 'shape': (1200, 216), }          \n").unwrap();
    assert_eq!(read, header::Header { dtype: Dtype::numpy("<f4"), shape: vec![1200, 216], order: Order::C });
    assert_eq!(header("{'shape': (3L,), 'fortran_order': True, 'descr': '|b1'}").unwrap().shape, [3]);
    assert_eq!(header("{'descr': '<f8', 'fortran_order': False, 'shape': (), }").unwrap().shape, [0u64; 0]);
    let record = "{'descr': [('a]', '<i4'), ('b', [('c', '<f4', (2,))])], 'fortran_order': False, 'shape': (2,), }";
    assert_eq!(header(record).unwrap().dtype.to_string(), "structured");
    for broken in ["", "{", "[]", "{'descr': ", "{'descr': '<f4'}", "{'x': 1}", "{'shape': (-1,)}", "{'shape': (1 2)}"]
    {
        assert!(header(broken).is_err(), "{broken}");
    }
    assert!(header(&"{'descr': [".repeat(5000)).is_err());
    assert!(header(&format!("{{'descr': {}", "[".repeat(60_000))).is_err());
}

#[test]
fn tables_are_read_by_column_names() {
    let folder = Folder::new("csv");
    let root = folder.write("iris.csv", "\u{feff}id,width, length ,\"kind\"\r\na,1, 2.5 ,0\r\nb,-3e1,4,1\r\n");
    let spec = DataSpec {
        name: "iris".into(),
        root: Some(root.clone()),
        modalities: vec![modality("petal", &[2], csv(&["length", "width"]))],
        targets: vec![target(class(2), csv(&["kind"]))],
        splits: splits(&[("train", SplitRule::Rows { start: 0, end: 1 }), ("test", SplitRule::Rest)]),
        ..plain()
    };
    let dataset = load(&spec, Seed(0)).unwrap();
    assert_eq!(dataset.modalities[0].values, [2.5, 1.0, 4.0, -30.0]);
    assert_eq!(dataset.targets[0].values, [0.0, 1.0]);
    let inspection = inspect(&root).unwrap();
    assert_eq!(
        inspection.arrays.iter().map(|a| a.dtype.to_string()).collect::<Vec<_>>(),
        ["text", "numbers", "numbers", "numbers"]
    );
}

#[test]
fn a_bare_file_shows_its_arrays() {
    let folder = Folder::new("inspect");
    let path = folder.write("digits.npz", digits_bytes());
    let text = inspect(&path).unwrap().to_string();
    let lines: Vec<&str> = text.lines().skip(1).map(str::trim).collect();
    assert_eq!(
        lines,
        [
            "test_a       <f8  [1, 2]",
            "test_label   |u1  [1]",
            "train_a      <f4  [3, 2]",
            "train_label  <i8  [3]  Fortran order"
        ]
    );
    let path = folder.write("x.npy", npy_bytes(&[2], npyz::Order::C, &[1u16, 2]));
    assert_eq!(inspect(&path).unwrap().arrays[0].shape, [2]);
    assert_eq!(inspect(&folder.write("x.txt", "")).unwrap_err().code, Code::FormatUnknown);
}

#[test]
fn standardized_constants_stay_finite() {
    let folder = Folder::new("constant");
    let a = npy_bytes(&[3, 2], npyz::Order::C, &[1.0f32, 5.0, 2.0, 5.0, 3.0, 5.0]);
    let spec = DataSpec {
        name: "constant".into(),
        root: Some(folder.write("a.npy", a)),
        modalities: vec![standardized(modality("a", &[2], Npy { file: None, key: None }))],
        splits: splits(&[("train", random(0.99, false))]),
        ..plain()
    };
    let values = load(&spec, Seed(0)).unwrap().modalities[0].values.clone();
    let one = 1.5f64.sqrt() as f32;
    assert_eq!(values, [-one, 0.0, 0.0, 0.0, one, 0.0]);
}

#[test]
fn sources_splits_and_roots_that_do_not_go_together_are_known_before_data_is_read() {
    let at_modality = |spec: &DataSpec, expected: &str| {
        let (place, message) = problem(spec);
        assert!(place == Member::Modality(0) && message.contains(expected), "{place:?} {message}");
    };
    let mut spec = digits(Path::new("digits.npz"));
    assert_eq!(check(&spec), []);
    spec.modalities[0].sources = vec![Arc::new(npz("a"))];
    at_modality(&spec, "the same for all");
    spec.modalities[0].sources = vec![Arc::new(Npz { array: "{split}.npz".into(), file: Some("a".into()), key: None })];
    at_modality(&spec, "comes before");
    spec.modalities[0].sources = vec![Arc::new(csv(&["a", "b"]))];
    at_modality(&spec, "which file of `digits.npz`");
    spec.modalities[0].sources = vec![Arc::new(csv(&["a", "b", "c"]))];
    at_modality(&spec, "3 columns");
    spec.modalities[0].sources = vec![Arc::new(Axis { index: Index(0) })];
    at_modality(&spec, "generator");

    let mut spec = digits(Path::new("digits.npz"));
    spec.splits[1].rule = SplitRule::Rest;
    assert_eq!(problem(&spec).0, Member::Split(1));
    let mut spec = digits(Path::new("digits.npz"));
    spec.splits[1].rule = SplitRule::Key { key: "train".into(), only: None };
    assert!(problem(&spec).1.contains("share the key"));
    let mut spec = digits(Path::new("digits.npz"));
    spec.splits = splits(&[("train", SplitRule::Rest)]);
    assert_eq!(check(&spec).len(), 2, "both names hold {{split}}");
    let mut spec = usual();
    spec.modalities[0].sources = vec![Arc::new(npy("x.npy"))];
    assert!(problem(&spec).1.contains("made by a generator"));
}
