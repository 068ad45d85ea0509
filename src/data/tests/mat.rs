//! MATLAB files as SciPy writes them.

use super::*;
use crate::builtin::dataset::mat::Mat;

/// `tests/data/mat/write.py` wrote them.
pub fn written(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/mat").join(name)
}

/// `x[i, j, k] = ((i * 3 + j) * 4 + k) / 8 - 5`.
fn expected() -> Vec<f32> {
    (0..60).map(|n| n as f32 / 8.0 - 5.0).collect()
}

#[test]
fn packed_and_plain_files_have_the_same_variables() {
    for name in ["plain", "packed"] {
        let path = written(&format!("{name}.mat"));
        let whole = |variable: &str| array(&path, Some(variable)).and_then(|rows| rows.whole());
        let x = array(&path, Some("x")).unwrap();
        assert_eq!(x.outline().shape, [5, 3, 4]);
        assert_eq!(x.whole().unwrap().values.single(), expected(), "{name}");
        assert_eq!(x.table(2..4).unwrap().values.single(), expected()[24..48]);
        assert_eq!(whole("single").unwrap().values.single(), expected());
        assert_eq!(whole("label").unwrap().values.single(), [3.0, -7.0, 2.0]);
        // Kept in bytes, although they are doubles.
        assert_eq!(whole("small").unwrap().values.single(), [0.0, 1.0, 2.0, 3.0, 4.0, 5.0]);
        assert_eq!(whole("flag").unwrap().values.single(), [1.0, 0.0]);
        assert_eq!(whole("byte").unwrap().values.single(), [0.0, 1.0, 2.0]);
        for no_number in ["name", "cell", "complex", "structure"] {
            assert_eq!(whole(no_number).unwrap_err().code, Code::DtypeUnreadable, "{no_number}");
        }
        assert!(whole("singel").unwrap_err().to_string().contains("did you mean `single`?"));
        assert!(array(&path, None).unwrap_err().to_string().contains("mat(variable: \"x\")"));
        let text = inspect(&path).unwrap().to_string();
        let lines: Vec<String> =
            text.lines().skip(1).map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
        let listed = [
            "x <f8 [5, 3, 4]",
            "single <f4 [5, 3, 4]",
            "label <i8 [3, 1]",
            "small <f8 [3, 2]",
            "flag |b1 [2, 1]",
            "byte |u1 [3, 1]",
            "name text [1, 4]",
            "cell cell [1, 2]",
            "complex complex [3, 4]",
            "structure structure [1, 1]",
        ];
        assert_eq!(lines, listed, "{name}");
    }
}

#[test]
fn a_dataset_may_be_from_a_matlab_file() {
    let spec = DataSpec {
        root: Some(written("one.mat")),
        modalities: vec![modality("x", &[3, 4], Mat { file: None, variable: None, key: None })],
        ..plain()
    };
    assert_eq!(load(&spec, Seed(0)).unwrap().modalities[0].values, expected());
}

#[test]
fn other_versions_and_bombs_are_errors() {
    let folder = super::files::Folder::new("mat");
    let error = |bytes: &[u8]| array(&folder.write("x.mat", bytes), None).map(|_| ()).unwrap_err().to_string();
    assert!(error(b"MATLAB").contains("128 bytes"));
    assert!(error(&[b'x'; 200]).contains("as a MATLAB file"));
    let mut header = std::fs::read(written("plain.mat")).unwrap()[..128].to_vec();
    header[125] = 9;
    assert!(error(&header).contains("version 9.0"), "{}", error(&header));
    header[125] = 2;
    assert!(error(&header).contains("HDF5"));
    header[125] = 1;
    // An element of 4 GiB in a file without any.
    let promise = [&header[..], &14u32.to_le_bytes(), &u32::MAX.to_le_bytes(), &[0; 64]].concat();
    assert!(error(&promise).contains("said to have 4294967295 bytes"));
    // A gibibyte of zeros in a mebibyte: what is unpacked is no array.
    let mut zeros = flate2::write::ZlibEncoder::new(vec![], flate2::Compression::best());
    let piece = vec![0; 1 << 20];
    (0..64).for_each(|_| std::io::Write::write_all(&mut zeros, &piece).unwrap());
    let packed = zeros.finish().unwrap();
    let bomb = [&header[..], &15u32.to_le_bytes(), &(packed.len() as u32).to_le_bytes(), &packed].concat();
    assert!(error(&bomb).contains("no array"));
}

#[test]
fn texts_of_version_7_3_are_read_as_those_of_others() {
    let texts = |name: &str| {
        let texts = formats::texts(&crate::builtin::dataset::mat::FORMAT, &written("v73.mat"), Selection::Array(name));
        texts.map(|texts| texts.iter().map(str::to_string).collect::<Vec<_>>())
    };
    assert_eq!(texts("column").unwrap(), ["sit", "w\u{e4}lk", "", "sit"]);
    assert_eq!(texts("row").unwrap(), ["sit", "walk"]);
    assert_eq!(texts("matrix").unwrap(), ["sit", "walk"]);
    assert_eq!(texts("one").unwrap(), ["sit"]);
    assert_eq!(texts("square").unwrap_err().code, Code::ShapeDiffers);
    let mixed = texts("mixed").unwrap_err();
    assert!(mixed.code == Code::DtypeUnreadable && mixed.to_string().contains("cell 1"), "{mixed}");
    let number = array(&written("v73.mat"), Some("column")).unwrap_err();
    assert_eq!(number.code, Code::DtypeUnreadable, "letters are no numbers");
    let listed = inspect(&written("v73.mat")).unwrap().to_string();
    assert!(listed.contains("column") && listed.contains("text") && !listed.contains("#refs#"), "{listed}");
    // Classes by name.
    let spec = DataSpec {
        root: Some(written("v73.mat")),
        modalities: vec![modality("x", &[4], Mat { file: None, variable: Some("x".into()), key: None })],
        targets: vec![target(class(2), Mat { file: None, variable: Some("matrix".into()), key: None })],
        ..plain()
    };
    let read = load(&spec, Seed(0)).unwrap();
    assert_eq!(
        (read.targets[0].values.as_slice(), read.targets[0].kind.names()),
        (&[0.0, 1.0][..], &["sit", "walk"].map(String::from)[..])
    );
}
