//! Tables in text, as people have them: what is read of them, and what is said of the others.

use super::files::Folder;
use super::*;
use crate::builtin::dataset::csv::Csv;
use crate::builtin::dataset::replace::Replace;
use crate::builtin::dataset::{Mark, Pick, Picks};

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
    for part in [
        "at least 3 NaN or missing and 1 infinite, the first, ",
        "line 3, column `a`",
        "|> replace(infinite: 0, nan: 0)",
    ] {
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
    let cases: [(&[u8], &[&str]); 16] = [
        (b"a;b;y\n1,5;2;0\n", &["`1,5` in line 2", "decimal: \",\""]),
        (b"\x1f\x8b\x08\x00rest", &["packed by gzip that is broken"]),
        (b"\x1f\x8b", &["packed by gzip that is broken"]),
        (b"a,b\n1\n", &["1 field in line 2, 2 fields in the first"]),
        (b"a\n1,2\n", &["2 fields in line 2, 1 field in the first", "separator:"]),
        (b"PK\x03\x04sheet", &["compressed (zip)"]),
        (&utf16, &["UTF-16", "UTF-8"]),
        (b"", &["a table is empty", "a line of names"]),
        (b"a,b\n", &["split `train` has no samples", "files without a sample"]),
        (b"1,2\n3,4\n", &["no column `a`", "the first line names the columns", "header: false"]),
        (b"a,b,a\n1,2,3\n", &["two columns are called `a`", "columns 0, 2, counted from 0", "`column: 0`"]),
        (b"b,c\n1,2\n", &["no column `a`", "`b`, `c`"]),
        (b"a\n\"1,5\"\n", &["`1,5` in line 2", "with a point", "decimal: \",\""]),
        (b"a\nred\n", &["`red` in line 2", "targets of classes", "missing: ["]),
        (b"a\n1e400\n", &["`1e400` in line 2", "beyond what 64-bit floats hold"]),
        (b"a\n1e40\n", &["too large", "1e40 at line 2, column `a`"]),
    ];
    for (bytes, parts) in cases {
        let error = load(&spec(&folder, bytes, &["a"]), Seed(0)).unwrap_err().to_string();
        for part in parts {
            assert!(error.contains(part), "{part:?} in {error}");
        }
    }
    let packed = inspect(&folder.write("t.csv.xz", b"\xfd7zXZ\0\0")).unwrap_err().to_string();
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

fn csv(picks: Vec<Pick>) -> Csv {
    Csv { columns: Picks(picks), ..Csv::of(&[]) }
}

fn of(root: &Path, width: usize, source: Csv) -> Result<Vec<f32>, DataError> {
    let spec = DataSpec {
        name: "t".into(),
        root: Some(root.into()),
        modalities: vec![modality("x", &[width], source)],
        ..plain()
    };
    load(&spec, Seed(0)).map(|dataset| dataset.modalities[0].values.clone())
}

fn range(first: Pick, last: Pick) -> Pick {
    Pick::Range(Box::new(first), Box::new(last))
}

fn name(name: &str) -> Pick {
    Pick::Name(name.into())
}

#[test]
fn tables_are_read_however_they_are_separated_and_packed() {
    let folder = Folder::new("separators");
    let all = [("t.csv", ","), ("t.csv", ";"), ("t.tsv", "\t"), ("t.csv", "|")];
    for (file, separator) in all {
        let text = "\u{feff}a,b\n1.5,2\n\"3\",-4e0\n".replace(',', separator);
        let path = folder.write(file, &text);
        assert_eq!(of(&path, 2, Csv::of(&["b", "a"])).unwrap(), [2.0, 1.5, -4.0, 3.0], "{separator}");
        let mut packed = flate2::write::GzEncoder::new(vec![], flate2::Compression::fast());
        std::io::Write::write_all(&mut packed, text.as_bytes()).unwrap();
        let packed = packed.finish().unwrap();
        // Members one behind the other are one file.
        let more = [&packed[..], &{
            let mut more = flate2::write::GzEncoder::new(vec![], flate2::Compression::fast());
            std::io::Write::write_all(&mut more, format!("5{separator}6\n").as_bytes()).unwrap();
            more.finish().unwrap()
        }]
        .concat();
        let path = folder.write(&format!("{file}.gz"), more);
        assert_eq!(of(&path, 2, Csv::of(&["b", "a"])).unwrap(), [2.0, 1.5, -4.0, 3.0, 6.0, 5.0], "{separator}");
        let shown = inspect(&path).unwrap().to_string();
        let by = if separator == "\t" {
            "tabs".into()
        } else if separator == "," {
            "commas".into()
        } else {
            format!("`{separator}`")
        };
        assert!(shown.contains(&format!("fields separated by {by}, packed by gzip")), "{shown}");
    }
    let said = folder.write("t.csv", "a,b;c\n1,5;2\n3,5;4\n");
    let source = Csv { separator: Some(Mark(b';')), decimal: Mark(b','), ..Csv::of(&["a,b", "c"]) };
    assert_eq!(of(&said, 2, source).unwrap(), [1.5, 2.0, 3.5, 4.0]);
    let german = folder.write("t.csv", "a;b\n1,5;2\n-0,25;1e3\n;4\n");
    let source = Csv { decimal: Mark(b','), ..Csv::of(&["a", "b"]) };
    let error = of(&german, 2, source.clone()).unwrap_err().to_string();
    assert!(error.contains("line 4, column `a`"), "{error}");
    assert_eq!(inspect(&german).unwrap().to_string().matches("numbers with a decimal comma").count(), 1);
    let points = folder.write("t.csv", "a;b\n1.500,5;2\n");
    assert!(of(&points, 2, source).unwrap_err().to_string().contains("`1.500,5` in line 2"));
}

#[test]
fn columns_are_told_by_place_range_and_pattern() {
    let folder = Folder::new("picks");
    let path = folder.write("t.csv", "id,acc_0,acc_1,acc_2,,y\n7,1,2,3,4,5\n8,6,7,8,9,0\n");
    let read = |width, picks| of(&path, width, csv(picks));
    assert_eq!(read(3, vec![name("acc_*")]).unwrap(), [1.0, 2.0, 3.0, 6.0, 7.0, 8.0]);
    assert_eq!(read(2, vec![range(name("acc_1"), name("acc_2"))]).unwrap(), [2.0, 3.0, 7.0, 8.0]);
    assert_eq!(
        read(4, vec![name("y"), range(name("acc_1"), Pick::Place(4))]).unwrap(),
        [5.0, 2.0, 3.0, 4.0, 0.0, 7.0, 8.0, 9.0]
    );
    assert_eq!(read(1, vec![Pick::Place(4)]).unwrap(), [4.0, 9.0]);
    for (picks, part) in [
        (vec![name("gyro_*")], "no column is called as `gyro_*` says"),
        (vec![range(name("acc_2"), name("acc_0"))], "write `\"acc_0\" .. \"acc_2\"`"),
        (vec![Pick::Place(6)], "there is no column 6"),
        (vec![range(name("acc_0"), name("acc_9"))], "no column `acc_9`"),
        (vec![name("acc_*")], "declare the shape as [3]"),
    ] {
        let width = if picks[0].is_one() { 1 } else { 2 };
        let error = read(width, picks).unwrap_err().to_string();
        assert!(error.contains(part), "{part} in {error}");
    }
    let bare = folder.write("t.csv", "1,2,3\n4,5,x\n");
    let source = |picks| Csv { header: false, ..csv(picks) };
    assert_eq!(of(&bare, 2, source(vec![range(Pick::Place(0), Pick::Place(1))])).unwrap(), [1.0, 2.0, 4.0, 5.0]);
    let error = of(&bare, 1, source(vec![Pick::Place(2)])).unwrap_err().to_string();
    assert!(error.contains("`x` in line 2") && error.contains("`2`"), "{error}");
    let error = of(&bare, 1, source(vec![name("a")])).unwrap_err().to_string();
    assert!(error.contains("`header: false` says that none has a name"), "{error}");
    let shown = inspect(&folder.write("d.csv", "a,,a\n1,2,3\n")).unwrap().to_string();
    assert!(shown.contains("column 0") && shown.contains("column 1") && shown.contains("column 2"), "{shown}");
}

#[test]
fn what_stands_for_nothing_is_said() {
    let folder = Folder::new("missing-said");
    let path = folder.write("t.csv", "a\n-999\n?\n\n\"\"\n2\n");
    let mut spec = DataSpec {
        name: "t".into(),
        root: Some(path),
        modalities: vec![modality("x", &[1], Csv { missing: vec!["-999".into(), "?".into()], ..Csv::of(&["a"]) })],
        ..plain()
    };
    spec.modalities[0].transforms.push(Arc::new(Replace { infinite: None, nan: Some(0.5) }));
    assert_eq!(load(&spec, Seed(0)).unwrap().modalities[0].values, [0.5, 0.5, 0.5, 2.0]);
    spec.modalities[0].sources = vec![Arc::new(Csv { missing: vec!["?".into()], ..Csv::of(&["a"]) })];
    assert_eq!(load(&spec, Seed(0)).unwrap().modalities[0].values, [-999.0, 0.5, 0.5, 2.0]);
}

#[test]
fn a_small_file_that_unpacks_to_much_is_bounded() {
    use std::io::Write;
    let folder = Folder::new("gzip-bomb");
    let mut packed = flate2::write::GzEncoder::new(vec![], flate2::Compression::best());
    packed.write_all(b"a\n").unwrap();
    (0..1 << 12).for_each(|_| packed.write_all(&[b'1'; 1 << 13]).unwrap());
    // One line of 32 MB: no line is so long.
    let path = folder.write("t.csv.gz", packed.finish().unwrap());
    let error = of(&path, 1, Csv::of(&["a"])).unwrap_err().to_string();
    assert!(error.contains("a line of more than"), "{error}");
}
