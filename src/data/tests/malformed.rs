//! No content of a file ends the program, and what is wrong with it is said.

use super::files::{Folder, digits, digits_bytes, npy_bytes, npz, npz_bytes};
use super::*;
use crate::builtin::dataset::csv::Csv;
use crate::seed::Stream;
use npyz::Order::C;

/// The error of a dataset whose arrays `train_a`, `train_label` are these.
fn error_of(folder: &Folder, a: Vec<u8>, label: Vec<u8>) -> DataError {
    let archive = npz_bytes(&[("train_a", a), ("train_label", label)]);
    load(&only_train(&folder.write("x.npz", archive)), Seed(0)).unwrap_err()
}

fn only_train(root: &Path) -> DataSpec {
    let mut spec = digits(root);
    spec.splits.truncate(1);
    spec
}

fn labels() -> Vec<u8> {
    npy_bytes(&[2], C, &[0i32, 1])
}

fn values() -> Vec<u8> {
    npy_bytes(&[2, 2], C, &[0.0f32; 4])
}

/// An array of nothing but a header.
fn promise(shape: &str, descr: &str) -> Vec<u8> {
    let text = format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}, }}\n");
    let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
    bytes.extend((text.len() as u16).to_le_bytes());
    bytes.extend(text.into_bytes());
    bytes
}

#[test]
fn messages_name_the_array_and_what_to_do() {
    let folder = Folder::new("messages");
    let has = |error: DataError, code: Code, parts: &[&str]| {
        let text = error.to_string();
        assert_eq!(error.code, code, "{text}");
        for part in parts {
            assert!(text.contains(part), "{part:?} in {text}");
        }
    };
    let reals = |n: u64| npy_bytes(&[n, 2], C, &vec![0.5f32; 2 * n as usize]);
    has(
        error_of(&folder, reals(3), labels()),
        Code::SamplesDiffer,
        &["`a` and `label`", "3 samples", "2 samples", "train_label"],
    );
    has(
        error_of(&folder, npy_bytes(&[2, 3], C, &[0.0f32; 6]), labels()),
        Code::ShapeDiffers,
        &["[2] a sample", "[3] a sample", "train_a"],
    );
    has(
        error_of(&folder, npy_bytes(&[2, 2], C, &[0.0, f64::NAN, 1e300, f64::NAN]), labels()),
        Code::NotFinite,
        &["at least 2 NaN, the first at row 0, element [1]"],
    );
    has(
        error_of(&folder, values(), npy_bytes(&[2], C, &[0i32, 3])),
        Code::ClassOutOfRange,
        &["0 to 2", "3 at row 1", "with 4 classes"],
    );
    has(
        error_of(&folder, values(), npy_bytes(&[2], C, &[-1i8, 3])),
        Code::ClassOutOfRange,
        &["-1 at row 0; 2 such values", "ignore: -1"],
    );
    has(error_of(&folder, values(), npy_bytes(&[2], C, &[0.0f32, 0.5])), Code::ClassOutOfRange, &["0.5 at row 1"]);
    has(error_of(&folder, promise("(2, 2)", "<U3"), labels()), Code::DtypeUnreadable, &["<U3", "numpy.unique"]);
    has(error_of(&folder, promise("(2, 2)", "|O"), labels()), Code::DtypeUnreadable, &["|O"]);
    has(error_of(&folder, promise("()", "<f4"), labels()), Code::ShapeDiffers, &["single number"]);

    let root = folder.write("digits.npz", digits_bytes());
    let mut spec = digits(&root);
    spec.modalities[0].sources = vec![Arc::new(npz("{split}_aa"))];
    has(
        load(&spec, Seed(0)).unwrap_err(),
        Code::ArrayMissing,
        &["did you mean `train_a`?", "`test_a`, `test_label`, `train_a`, `train_label`"],
    );
    has(
        load(&digits(&folder.0.join("digit.npz")), Seed(0)).unwrap_err(),
        Code::FileMissing,
        &["did you mean `digits.npz`"],
    );
    has(load(&digits(&folder.0.join("no/digits.npz")), Seed(0)).unwrap_err(), Code::FileMissing, &["no folder"]);
    std::fs::create_dir(folder.0.join("folder.npz")).unwrap();
    has(load(&digits(&folder.0.join("folder.npz")), Seed(0)).unwrap_err(), Code::FileUnreadable, &["folder"]);
}

#[test]
fn multi_targets_are_zero_or_one() {
    let folder = Folder::new("multi");
    let archive =
        |x: f32| npz_bytes(&[("train_a", values()), ("train_label", npy_bytes(&[2, 2], C, &[0.0f32, 1.0, x, 0.0]))]);
    let mut spec = only_train(&folder.write("x.npz", archive(2.0)));
    spec.targets[0].kind = TargetKind::Multi { classes: 2 };
    assert_eq!(load(&spec, Seed(0)).unwrap_err().code, Code::NotZeroOrOne);
    folder.write("x.npz", archive(1.0));
    let summary = describe(&spec, Seed(0)).unwrap().splits[0].targets[0].clone();
    assert_eq!(summary, describe::TargetSummary::Counts(vec![1, 1]));
}

#[test]
fn a_header_that_promises_too_much_costs_nothing() {
    let folder = Folder::new("promise");
    let u64_max = u64::MAX;
    for (shape, code) in [
        ("(1000000000, 2)".to_string(), Code::ArrayTruncated),
        (format!("({u64_max}, {u64_max}, 2)"), Code::ArrayTooLarge),
        (format!("({u64_max}, 2)"), Code::ArrayTooLarge),
        ("(4294967296, 2)".to_string(), Code::ArrayTooLarge),
        ("(99999999999999999999999, 2)".to_string(), Code::ArrayBroken),
        // Nothing to read, but a shape whose product overflows.
        (format!("(2, {u64_max}, {u64_max}, 0)"), Code::ArrayTooLarge),
        ("(2, 2)".to_string(), Code::ArrayTruncated),
    ] {
        let error = error_of(&folder, promise(&shape, "<f4"), labels());
        assert_eq!(error.code, code, "{shape}: {error}");
        let error = array(&folder.write("x.npy", promise(&shape, "<f4")), None).and_then(|array| array.whole()).err();
        assert!(error.is_none_or(|e| e.code == code), "{shape}");
    }
    let mut long = b"\x93NUMPY\x02\x00".to_vec();
    long.extend(u32::MAX.to_le_bytes());
    assert_eq!(error_of(&folder, long, labels()).code, Code::ArrayBroken);
}

#[test]
fn tables_with_texts_gaps_and_ragged_lines_are_errors() {
    let folder = Folder::new("tables");
    let error = |text: &str, columns: &[&str]| {
        let source = Csv::of(columns);
        let spec = DataSpec {
            name: "t".into(),
            root: Some(folder.write("t.csv", text)),
            modalities: vec![modality("x", &[columns.len()], source)],
            ..plain()
        };
        load(&spec, Seed(0)).unwrap_err()
    };
    let text = error("a,b\n1,2\n3,four\n", &["a", "b"]).to_string();
    assert!(text.contains("mhm::no-number") && text.contains("`four` in line 3") && text.contains("`b`"), "{text}");
    for missing in ["a,b\n1,\n", "a,b\n1,nan\n"] {
        let text = error(missing, &["b"]).to_string();
        assert!(text.contains("1 NaN or missing") && text.contains("line 2, column `b`"), "{text}");
    }
    assert_eq!(error("a,b\n1,2\n3\n", &["a"]).code, Code::TableBroken);
    assert!(error("alpha,beta\n1,2\n", &["beto"]).to_string().contains("did you mean `beta`"));
    assert_eq!(error("a,a\n1,2\n", &["a"]).code, Code::ColumnTwice);
    let empty = error("", &["a"]);
    assert!(empty.code == Code::ArrayMissing && empty.array.is_none() && empty == error("", &["b"]), "{empty}");
    assert_eq!(error("a\n", &["a"]).code, Code::EmptySplit);
    assert_eq!(error("a\n\u{0}\n", &["a"]).code, Code::NoNumber);
}

/// Changes a few bytes, cuts the end off, or puts bytes in.
fn mutate(bytes: &[u8], stream: &mut Stream) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    match stream.below(4) {
        0 => bytes.truncate(stream.below(bytes.len())),
        1 => {
            let at = stream.below(bytes.len());
            bytes.insert(at, stream.below(256) as u8);
        }
        _ => {
            for _ in 0..=stream.below(4) {
                let at = stream.below(bytes.len());
                bytes[at] = [0, 0xff, 0x7f, 1, stream.below(256) as u8][stream.below(5)];
            }
        }
    }
    bytes
}

#[test]
fn mutated_files_never_end_the_program() {
    let folder = Folder::new("mutated");
    let mut stream = Seed(0).stream("mutate");
    let (archive, one) = (digits_bytes(), npy_bytes(&[3, 2], C, &[1.0f32; 6]));
    let table = b"a,b\n1,2\n\"3\",4\n".to_vec();
    let mut same = 0;
    for _ in 0..500 {
        let npz_path = folder.write("x.npz", mutate(&archive, &mut stream));
        let _ = inspect(&npz_path);
        // What still loads is what was written: the check sums stand guard.
        same += usize::from(load(&digits(&npz_path), Seed(0)).is_ok_and(|d| d.modalities[0].values[7] == 8.0));
        let npy_path = folder.write("x.npy", mutate(&one, &mut stream));
        let _ = (inspect(&npy_path), array(&npy_path, None).and_then(|array| array.whole()));
        let csv_path = folder.write("x.csv", mutate(&table, &mut stream));
        let _ = (inspect(&csv_path), array(&csv_path, None).and_then(|array| array.whole()));
    }
    assert!(same < 500);
    let mut garbage = vec![0u8; 4096];
    garbage.iter_mut().for_each(|b| *b = stream.below(256) as u8);
    for name in ["g.npz", "g.npy", "g.csv"] {
        let path = folder.write(name, &garbage);
        let _ = inspect(&path);
        assert!(load(&digits(&path), Seed(0)).is_err());
    }
}

#[test]
fn flipped_bits_are_found_by_the_check_sum() {
    let folder = Folder::new("flipped");
    let mut stored = digits_bytes();
    // The name of the local entry is followed by its packed bytes.
    let at = stored.windows(11).position(|w| w == b"train_a.npy").unwrap() + 11 + 30;
    stored[at] ^= 1;
    assert!(load(&digits(&folder.write("x.npz", stored)), Seed(0)).is_err());
}

#[test]
fn one_fault_is_told_once() {
    let folder = Folder::new("once");
    let spec = only_train(&folder.write("x.npz", b"no archive"));
    let mut codes = vec![];
    audits(&spec, Seed(0), &mut |_, _, audit| codes.extend(audit.faults.iter().map(|fault| fault.error.code)));
    assert!(codes.contains(&Code::ArchiveBroken) && !codes.contains(&Code::EmptySplit), "{codes:?}");
}
