//! Tables in text, as people have them: what is read of them, and what is said of the others.

use super::files::Folder;
use super::*;
use crate::builtin::dataset::csv::Csv;
use crate::builtin::dataset::replace::Replace;

fn spec(folder: &Folder, bytes: &[u8], columns: &[&str]) -> DataSpec {
    DataSpec {
        name: "t".into(),
        root: Some(folder.write("t.csv", bytes)),
        modalities: vec![modality("x", &[columns.len()], Csv::of(columns))],
        ..plain()
    }
}

#[test]
fn lines_are_counted_whatever_ends_them() {
    let folder = Folder::new("line-ends");
    for end in ["\n", "\r\n", "\r"] {
        let text = ["a,b", "1,2", "3,oops", "5,6", ""].join(end);
        let error = load(&spec(&folder, text.as_bytes(), &["b"]), Seed(0)).unwrap_err().to_string();
        assert!(error.contains("`oops` in line 3"), "{end:?} {error}");
        let ragged = ["a,b", "1,2", "3,4", "5", ""].join(end);
        let error = load(&spec(&folder, ragged.as_bytes(), &["b"]), Seed(0)).unwrap_err().to_string();
        assert!(error.contains("1 field in line 4, 2 fields in the first"), "{end:?} {error}");
        let infinite = ["a,b", "1,2", "3,4", "", "5,-inf", ""].join(end);
        let error = load(&spec(&folder, infinite.as_bytes(), &["a", "b"]), Seed(0)).unwrap_err().to_string();
        assert!(error.contains("line 5, column `b`"), "{end:?} {error}");
        let sound = ["a,b", "1,2", "3,\"4\"", ""].join(end);
        assert_eq!(
            load(&spec(&folder, sound.as_bytes(), &["a", "b"]), Seed(0)).unwrap().modalities[0].values,
            [1.0, 2.0, 3.0, 4.0]
        );
    }
}

#[test]
fn missing_numbers_are_replaced_or_named() {
    let folder = Folder::new("missing");
    let text = b"a,y\n1.0,0\nNA,1\n,0\nnan,1\n-inf,0\n2.0,1\n";
    let mut spec = spec(&folder, text, &["a"]);
    let error = load(&spec, Seed(0)).unwrap_err().to_string();
    for part in ["3 NaN or missing and 1 infinite of 6", "line 3, column `a`", "|> replace(infinite: 0, nan: 0)"] {
        assert!(error.contains(part), "{part} in {error}");
    }
    spec.modalities[0].transforms.push(Arc::new(Replace { infinite: Some(-9.0), nan: Some(0.5) }));
    assert_eq!(load(&spec, Seed(0)).unwrap().modalities[0].values, [1.0, 0.5, 0.5, 0.5, -9.0, 2.0]);
    let table = inspect(spec.root.as_deref().unwrap()).unwrap().to_string();
    assert!(table.contains("a  numbers  [6]  3 missing"), "{table}");
}

#[test]
fn files_that_are_no_such_table_are_told_apart() {
    let folder = Folder::new("no-table");
    let utf16: Vec<u8> = [0xff, 0xfe].into_iter().chain("a,b\n1,2\n".bytes().flat_map(|b| [b, 0])).collect();
    let cases: [(&[u8], &[&str]); 14] = [
        (b"a;b;y\n1,5;2;0\n", &["names separated by `;` in the first line", "commas between fields"]),
        (b"a\tb\n1\t2\n", &["names separated by tabs"]),
        (b"\x1f\x8b\x08\x00rest", &["compressed (gzip)", "unpack it first"]),
        (b"PK\x03\x04sheet", &["compressed (zip)"]),
        (&utf16, &["UTF-16", "UTF-8"]),
        (b"", &["a table is empty", "a line of names"]),
        (b"a,b\n", &["split `train` has no samples", "files without a sample"]),
        (b"1,2\n3,4\n", &["no column `a`", "the first line names the columns"]),
        (b"a,a\n1,2\n", &["two columns are called `a`"]),
        (b"b,c\n1,2\n", &["no column `a`", "`b`, `c`"]),
        (b"a\n\"1,5\"\n", &["`1,5` in line 2", "with a point"]),
        (b"a\nred\n", &["`red` in line 2", "class id"]),
        (b"a\n1e400\n", &["`1e400` in line 2", "beyond what 64-bit floats hold"]),
        (b"a\n1e40\n", &["too large", "1e40 at line 2, column `a`"]),
    ];
    for (bytes, parts) in cases {
        let error = load(&spec(&folder, bytes, &["a"]), Seed(0)).unwrap_err().to_string();
        for part in parts {
            assert!(error.contains(part), "{part:?} in {error}");
        }
    }
    let packed = inspect(&folder.write("t.csv.gz", b"\x1f\x8b")).unwrap_err().to_string();
    assert!(packed.contains("it is compressed"), "{packed}");
    let marked = "\u{feff}a,\"b\"\n1,\" 2 \"\n".as_bytes();
    assert_eq!(load(&spec(&folder, marked, &["a", "b"]), Seed(0)).unwrap().modalities[0].values, [1.0, 2.0]);
}

#[test]
fn nothing_of_a_file_gives_a_terminal_orders() {
    let folder = Folder::new("orders");
    let text = "a\x1b[31mEVIL\x1b]0;t\x07,b,y\u{202e}\n1,\x1b[2J,0\n";
    let path = folder.write("t.csv", text);
    let harmless = |text: String| {
        assert!(!text.contains(|c: char| c.is_control() && c != '\n' || c == '\u{202e}'), "{text:?}");
        text
    };
    assert!(harmless(inspect(&path).unwrap().to_string()).contains("a␛[31mEVIL"));
    for column in ["c", "b", "a\x1b[31mEVIL\x1b]0;t\x07"] {
        harmless(load(&spec(&folder, text.as_bytes(), &[column, "y"]), Seed(0)).unwrap_err().to_string());
    }
    harmless(inspect(&folder.0.join("no\x1b[31m\u{202e}.csv")).unwrap_err().to_string());
}
