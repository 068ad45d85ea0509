//! Tables as Weka and the UCI archive write them, and what is said of the others.

use super::Arff;
use crate::builtin::columns::{Columns, Pick};
use crate::builtin::dataset::Selection;
use crate::data::error::DataError;
use crate::data::format::Format;
use crate::data::inspect;
use crate::data::tests::files::Folder;

const IRIS: &str =
    "% 1. Title: Iris\r\n%\r\n@RELATION iris\r\n\r\n@ATTRIBUTE 'sepal length'\tREAL\r\n@attribute width numeric\r
@attribute class {Iris-setosa, 'Iris versicolor'}\r\n@attribute seen date \"yyyy\"\r\n@attribute twice {1,2}\r\n@data\r
5.1,3.5,Iris-setosa,1936,1\r\n\r\n% more\r\n -4.9 , ? ,'Iris versicolor',?,2\r\n1e-1,2,?,'?','1'";

fn read(text: &str, columns: &[&str]) -> Result<Vec<f32>, DataError> {
    let folder = Folder::new(&format!("arff-{}", columns.join("-").len() + text.len()));
    let path = folder.write("x.arff", text);
    let picks = Pick::named(columns);
    Arff.open(&path, Selection::Columns(Columns::usual(&picks)))?.whole().map(|table| table.values.single())
}

#[test]
fn columns_are_read_by_the_names_of_attributes() {
    let values = read(IRIS, &["twice", "sepal length"]).unwrap();
    assert_eq!(values, [1.0, 5.1, 2.0, -4.9, 1.0, 0.1]);
    let width = read(IRIS, &["width"]).unwrap();
    assert!(width[0] == 3.5 && width[1].is_nan() && width[2] == 2.0, "{width:?}");
    let folder = Folder::new("arff-texts");
    let path = folder.write("x.arff", IRIS);
    let texts = |column| Arff.texts(&path, Selection::Array(column)).unwrap();
    assert_eq!(texts("class").iter().collect::<Vec<_>>(), ["Iris-setosa", "Iris versicolor", ""]);
    assert_eq!(texts("seen").iter().collect::<Vec<_>>(), ["1936", "", "?"], "what is in quotes is there");
    assert_eq!(texts("seen").place(1), "line 14");
    let shown = inspect(&path).unwrap().to_string();
    let lines: Vec<&str> = shown.lines().skip(1).map(str::trim).collect();
    assert_eq!(lines[0], "sepal length  numbers  [3]");
    assert!(lines[1].ends_with("1 missing") && lines[4].contains("numbers  [3]  one of `1`, `2`"), "{shown}");
    assert!(lines[2].ends_with("text     [3]  one of `Iris versicolor`, `Iris-setosa`, 1 missing"), "{shown}");
}

#[test]
fn what_is_wrong_is_said_with_its_line() {
    let table = |rows: &str| format!("@relation r\n@attribute a numeric\n@attribute b {{x, 'y z'}}\n@data\n{rows}\n");
    for (text, column, parts) in [
        (table("1,x\nred,x"), "a", ["`red` in line 6", "is written `?`"]),
        (table("1,x"), "b", ["`x` in line 5", "targets of classes"]),
        (table("1,x\n2,z"), "b", ["`x` in line 5", "a number such as"]),
        (table("1,z"), "b", ["`z` in line 5", "one of `x`, `y z`"]),
        (table("1"), "a", ["2 values on every line", "1 in line 5"]),
        (table("1,'x"), "a", ["in line 5", "a quote that does not end"]),
        (table("1,'x'y"), "a", ["in line 5", "between a quote and the next comma"]),
        (table("{0 1}"), "a", ["without its zeros in line 5", "SparseToNonSparse"]),
        (table("1,x"), "A", ["there is no attribute `A`", "did you mean `a`"]),
        ("@attribute a numeric\n".into(), "a", ["no line `@data`", "a line a sample"]),
        ("a,b\n1,2\n".into(), "a", ["in line 1", "no `@relation`"]),
        ("@attribute a relational\n".into(), "a", ["in line 1", "unknown type `relational`"]),
        ("@attribute a {x, y\n".into(), "a", ["in line 1", "without an end, `}`"]),
        ("@attribute a real\n@attribute a real\n@data\n".into(), "a", ["two columns are called `a`", "columns 0, 1"]),
    ] {
        let error = read(&text, &[column]).unwrap_err().to_string();
        assert!(parts.iter().all(|part| error.contains(part)), "{parts:?} in {error}");
    }
}
