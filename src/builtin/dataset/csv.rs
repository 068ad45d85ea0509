//! `csv`: columns of a table of numbers.

use super::{
    Columns, Contents, Dialect, FileFormat, FileOrigin, Generator, Header, Mark, OneColumn, Origin, Picks, Selection,
    Source, check_axes, check_columns, check_rows, rows_of,
};
use crate::builtin::ShapeError;
use crate::row;

pub const FORMAT: FileFormat =
    FileFormat { word: "csv", extensions: &["csv", "tsv", "csv.gz", "tsv.gz"], contents: Contents::Columns };

row! {
    /// Columns of a table in text, one sample a line, under a line of names.
    ///
    /// Fields are separated by commas, `;`, tabs or `|`: the first lines say by which, unless `separator` does. Numbers are
    /// written with a point, or as `decimal` says. A field that is empty or holds `NA`, `N/A`, `nan` or `null` is missing, NaN:
    /// `|> replace(nan: 0)` gives it a number. Files packed by gzip (`.csv.gz`, `.tsv.gz`) are read as they are.
    ///
    /// Columns are named, or counted from 0. `columns: "acc_0" .. "acc_299"` are all from one to the other as the file has them,
    /// `columns: "acc_*"` all whose names begin so; a list may hold both. A column of texts is one for a target of classes.
    ///
    /// Where a row is a step, `by` names the column that says whose: `csv("long.csv", columns: ["x", "y"], by: "clip", order: "time")`
    /// has a sequence `[steps, 2]` a clip, as long as it is, for `first`, `resample` and their like. Samples then are the clips in
    /// the order in which they come.
    ///
    /// Rows of tables and arrays are joined by name where each says what names its own: `csv("meta.csv", column: "activity", key:
    /// "clip")` beside `npz("acc", key: "id")`. Splits by `names` say which samples there are, else the first table with `by`, else
    /// the first source with `key`, all its rows in their order. Every sample has one row in each of the others, whose order is
    /// their own and whose other rows are left alone; what has no `key` beside them is read from the file that names the samples.
    ///
    /// The file's name may hold `{split}`, which stands for the split's key.
    pub struct Csv = "csv" as Source(dyn Source) {
        /// The file under the dataset's root; not needed where the dataset is `from` the file itself.
        file: Option<String> = None,
        /// The columns to read, in this order.
        columns: Picks = Picks(vec![]),
        /// The only column to read, in the place of `columns`.
        column: Option<OneColumn> = None,
        /// What stands between fields.
        separator: Option<Mark> = None,
        /// Whether the first line names the columns.
        header: bool = true,
        /// What stands before the digits of a fraction, `"."` or `","`.
        decimal: Mark = Mark(b'.'),
        /// What stands for a value that is missing, beside an empty field.
        missing: Vec<String> = vec![],
        /// The column that says which sample a row is a step of.
        by: Option<OneColumn> = None,
        /// The column that steps are sorted by; as they come where it is not said.
        order: Option<OneColumn> = None,
        /// The column that has the names of samples, where rows are in another order.
        key: Option<OneColumn> = None,
    }
    example "csv(\"iris.csv\", columns: [\"petal_length\", \"petal_width\"])" on []
}

impl Csv {
    fn check_writing(&self) -> Result<(), ShapeError> {
        let decimal = char::from(self.decimal.0);
        match (self.decimal.0, self.separator) {
            (b'.' | b',', Some(separator)) if separator == self.decimal => {
                Err(ShapeError::new(format!("`{decimal}` stands between fields and in numbers"))
                    .help("say what separates fields, for example `separator: \";\"`"))
            }
            (b'.' | b',', _) => Ok(()),
            (..) => Err(ShapeError::new(format!("`{decimal}` stands before no digits of a fraction"))
                .help("write `decimal: \",\"`, or leave it away")),
        }
    }
}

impl Source for Csv {
    fn origin(&self) -> Origin<'_> {
        let picks = self.column.as_ref().map_or(self.columns.0.as_slice(), |column| &column.0);
        let rows = rows_of(self.by.as_ref(), self.order.as_ref(), self.key.as_ref());
        let dialect = Dialect {
            separator: self.separator.map(|mark| mark.0),
            header: if self.header { Header::Names } else { Header::Values },
            decimal: self.decimal.0,
            missing: &self.missing,
        };
        Origin::File(FileOrigin {
            file: self.file.as_deref(),
            format: &FORMAT,
            selection: Selection::Columns(Columns { picks, dialect }),
            rows,
        })
    }

    fn check(&self, shape: &[usize], _: Option<&dyn Generator>) -> Result<(), ShapeError> {
        check_columns(FORMAT.word, self.column.as_ref(), &self.columns.0)?;
        check_rows(self.by.as_ref(), self.order.as_ref(), self.key.as_ref())?;
        self.check_writing()?;
        check_axes(self, shape)
    }
}

#[cfg(test)]
impl Csv {
    /// These columns of the file that the dataset is from.
    pub fn of(columns: &[&str]) -> Self {
        Self {
            file: None,
            columns: Picks(super::Pick::named(columns)),
            column: None,
            separator: None,
            header: true,
            decimal: Mark(b'.'),
            missing: vec![],
            by: None,
            order: None,
            key: None,
        }
    }
}
