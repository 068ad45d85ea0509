//! Pickles as NumPy writes them in every protocol; those that want more than arrays are refused.

use super::files::Folder;
use super::*;
use crate::builtin::dataset::pickle::Pickle;
use crate::data::values::Values;

/// `tests/data/pickle/write.py` wrote them.
pub fn written(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/pickle").join(name)
}

/// `x[i, j, k] = ((i * 3 + j) * 4 + k) / 8 - 5`.
fn expected() -> Vec<f32> {
    (0..60).map(|n| n as f32 / 8.0 - 5.0).collect()
}

#[test]
fn every_protocol_gives_the_same_arrays() {
    for protocol in 0..=5 {
        let path = written(&format!("protocol_{protocol}.pkl"));
        let open = |at: &str| array(&path, Some(at)).unwrap_or_else(|error| panic!("{protocol} {at}: {error}"));
        let whole = |at: &str| open(at).whole().unwrap().values.single();
        let text = open("train/text");
        assert_eq!(
            (text.outline().dtype.to_string().as_str(), text.outline().shape.as_slice()),
            ("<f4", &[5, 3, 4][..])
        );
        assert_eq!(text.whole().unwrap().values.single(), expected(), "{protocol}");
        let mut values = Values::from(Vec::<f32>::new());
        text.gather(&[4, 0], &mut values).unwrap();
        assert_eq!(values.single(), [&expected()[48..], &expected()[..12]].concat());
        let turned = open("train/turned");
        assert_eq!(turned.outline().dtype.to_string(), ">f4");
        assert_eq!(turned.whole().unwrap().values.single(), expected(), "{protocol}");
        assert_eq!(turned.table(1..3).unwrap().values.single(), expected()[12..36]);
        let audio = whole("train/audio");
        assert!(audio[0] == f32::NEG_INFINITY && audio[1..] == expected()[1..]);
        // python: x[:, ::2, :][::-1][0, 1, 0]
        assert_eq!(whole("train/strided")[4], expected()[56]);
        assert_eq!(whole("train/label"), [3.0, -(2f32.powi(40)), 7.0]);
        assert_eq!(whole("train/flag"), [1.0, 0.0]);
        assert_eq!(open("train/empty").outline().shape, [0, 4]);
        assert_eq!(whole("numbers"), [1.0, 2.5, 1.0, 2f32.powi(40), -3.0]);
        assert_eq!(whole("7/0"), [0.0, 1.0, 2.0]);
        assert_eq!(whole("/7/1"), [0.0, 1.0]);
        let error = |at: &str| array(&path, Some(at)).unwrap_err();
        for (at, code) in [
            ("train/id", Code::DtypeUnreadable),
            ("train/mixed", Code::DtypeUnreadable),
            ("record", Code::DtypeUnreadable),
            ("words", Code::DtypeUnreadable),
            ("train", Code::ArrayMissing),
            ("none", Code::ArrayMissing),
            ("7/2", Code::ArrayMissing),
        ] {
            assert_eq!(error(at).code, code, "{protocol} {at}");
        }
        let text = error("train/texd").to_string();
        assert!(text.contains("did you mean `train/text`?") && text.contains("`train/audio`"), "{text}");
        assert!(array(&path, None).unwrap_err().to_string().contains("pickle(at: \"train/text\")"));
    }
}

#[test]
fn places_types_and_shapes_are_listed() {
    let list = |protocol: u8| {
        let text = inspect(&written(&format!("protocol_{protocol}.pkl"))).unwrap().to_string();
        text.lines().skip(1).map(|line| line.trim_end().to_string()).collect::<Vec<_>>()
    };
    let expected = [
        "  train/text     <f4                     [5, 3, 4]",
        "  train/audio    <f8                     [5, 3, 4]",
        "  train/turned   >f4                     [5, 3, 4]  Fortran order",
        "  train/strided  <f8                     [5, 2, 4]",
        "  train/label    <i8                     [3]",
        "  train/flag     |b1                     [2]",
        "  train/id       <U5                     [2]",
        "  train/mixed    object                  [2]",
        "  train/empty    <f4                     [0, 4]",
        "  numbers        list                    [5]",
        "  words          list of text            [2]",
        "  score          a NumPy number          []",
        "  record         structured              [2]",
        "  none           None                    []",
        "  7/0            <u2                     [3]",
        "  7/1            |i1                     [2]",
    ];
    // Columns are as wide as they have to be.
    let squeeze = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
    for protocol in 0..=5 {
        let found: Vec<String> = list(protocol).iter().map(|line| squeeze(line)).collect();
        assert_eq!(found, expected.map(squeeze), "protocol {protocol}");
    }
}

#[test]
fn nothing_is_executed() {
    let error = |name: &str| inspect(&written(name)).unwrap_err();
    let evil = error("evil.pkl");
    assert!(evil.code == Code::PickleRefused && evil.to_string().contains("system"), "{evil}");
    assert!(error("out_of_band.pkl").to_string().contains("outside of the file"));
    let folder = Folder::new("evil");
    for (bytes, found) in [
        (&b"cbuiltins\neval\n(V1+1\ntR."[..], "`builtins.eval`"),
        (b"(cos\nsystem\nVls\no.", "`os.system`"),
        (b"(Vls\nios\nsystem\n.", "an object of a class"),
        (b"cnumpy\nload\n.", "`numpy.load`"),
        (b"Pkey\n.", "persistent"),
        (b"\x80\x02\x82\x01.", "extensions"),
        (b"ccollections\nOrderedDict\n)\x81.", "an object of a class"),
        (b"]N]b.", "a state of its own"),
    ] {
        let error = inspect(&folder.write("x.pkl", bytes)).unwrap_err().to_string();
        assert!(error.contains(found) || error.contains("broken"), "{error}");
        assert!(error.contains("error[mhm::pickle-refused]") || bytes[0] == b']', "{error}");
    }
}

#[test]
fn programs_without_sense_are_errors_and_take_no_memory() {
    let folder = Folder::new("nonsense");
    let code = |bytes: &[u8]| {
        let path = folder.write("x.pkl", bytes);
        array(&path, None).map(|rows| rows.whole()).err().map(|error| error.code)
    };
    for broken in [
        &b""[..],
        b".",
        b"N",
        b"NN.",
        b"0.",
        b"(.",
        b"t.",
        b"Na.",
        b"(Nd.",
        b"h\x07.",
        b"I12x\n.",
        b"\xff.",
        b"\x8b\xff\xff\xff\x7f.",
        b"\x8e\xff\xff\xff\xff\xff\xff\xff\x7f.",
        b"X\xff\xff\xff\xff.",
        b"V",
        b"NR.",
        b")NR.",
        b"cnumpy\ndtype\n)R.",
    ] {
        assert_eq!(code(broken), Some(Code::ArrayBroken), "{broken:?}");
    }
    // A list within a list within a list …, one that holds itself, and one that holds itself twice.
    let deep = [&b"]".repeat(1 << 16)[..], &b"a".repeat((1 << 16) - 1), b"."].concat();
    assert_eq!(code(&deep), Some(Code::DtypeUnreadable));
    assert_eq!(code(b"]q\x00h\x00a."), Some(Code::DtypeUnreadable));
    assert!(code(b"}q\x00(Va\nh\x00Vb\nh\x00u.").is_some());
    // More objects than are read, each of one byte.
    assert_eq!(code(&[&b"("[..], &b"N".repeat(5 << 20), b"t."].concat()), Some(Code::ArrayTooLarge));
    assert_eq!(code(&[&b"(".repeat(5 << 20)[..], b"t."].concat()), Some(Code::ArrayTooLarge));
    // Many arguments for many calls; a dictionary of many keys that are no names, many times in itself.
    let calls =
        [&b"(cnumpy\nndarray\n"[..], &b"N".repeat(1 << 20), b"tq\x00", &b"h\x01h\x00R".repeat(1 << 16)].concat();
    assert_eq!(code(&[b"cnumpy._core.multiarray\n_reconstruct\nq\x01", &calls[..]].concat()), Some(Code::ArrayBroken));
    let keys = [&b"}q\x00("[..], &b"Nh\x00".repeat(1 << 20), &b"I1\nh\x00".repeat(1 << 18), b"u."].concat();
    assert_eq!(code(&keys), Some(Code::ArrayMissing));
    // A shape that no file can fill.
    let shape = b"cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\ntR(I1\n(L1152921504606846976L\nL2L\nt\
                  cnumpy\ndtype\n(Vf4\ntRI00\nVabcd\ntb.";
    assert_eq!(code(shape), Some(Code::ArrayTooLarge));
}

#[test]
fn a_dataset_is_read_by_key() {
    let mut spec = DataSpec {
        name: "mosei".into(),
        root: Some(written("protocol_4.pkl")),
        modalities: vec![modality("text", &[3, 4], Pickle { file: None, at: Some("{split}/text".into()), key: None })],
        splits: splits(&[("train", SplitRule::Key { key: "train".into(), only: None })]),
        ..plain()
    };
    assert_eq!(load(&spec, Seed(0)).unwrap().modalities[0].values, expected());
    spec.modalities[0].sources = vec![Arc::new(Pickle { file: None, at: Some("{split}/audio".into()), key: None })];
    let error = load(&spec, Seed(0)).unwrap_err();
    assert!(
        error.code == Code::NotFinite && error.to_string().contains("infinite, the first at row 0, element [0, 0]"),
        "{error}"
    );
}
