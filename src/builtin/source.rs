//! What data is made of, as the rows of datasets give it: generators of points, and sources of one modality or target.

use super::columns::{Columns, Key, OneColumn, Pick, RowsOf};
use super::written::Written;
use super::{ShapeError, TargetKind};
use crate::seed::Stream;
use std::fmt::Debug;
use std::path::Path;

/// In file and array names this stands for the split's key.
pub const SPLIT_MARK: &str = "{split}";

/// In file and array names this stands for the sample's name.
pub const NAME_MARK: &str = "{name}";

/// Points and class ids from a formula and a stream of random numbers.
#[derive(Clone, Debug, PartialEq)]
pub struct Points {
    /// `samples × axes`, row-major.
    pub values: Vec<f64>,
    pub axes: usize,
    /// One a sample.
    pub classes: Vec<u32>,
}

/// `two_moons(…)`: makes points on demand.
pub trait Generator: Written + Debug + Send + Sync {
    /// Coordinates of one point.
    fn axes(&self) -> usize;
    fn classes(&self) -> usize;
    /// Samples a class of the dataset itself (splits `random`, `rest` and `rows` share them out).
    fn per_class(&self) -> usize;
    /// `per_class` points of class 0, then of class 1, and so on.
    fn generate(&self, per_class: usize, stream: &mut Stream) -> Points;
}

/// Where one modality or target comes from.
pub trait Source: Written + Debug + Send + Sync {
    /// What it reads: a generator's points, or a file under the dataset's root.
    fn origin(&self) -> Origin<'_>;

    /// Whether it can fill a modality of this shape, as far as can be known before data is read.
    fn check(&self, shape: &[usize], _: Option<&dyn Generator>) -> Result<(), ShapeError> {
        check_axes(self, shape)
    }

    /// Axes of one sample as it is read, where that is known before data is.
    fn axes(&self) -> Option<Vec<usize>> {
        match self.origin() {
            Origin::File(FileOrigin { selection: Selection::Columns(columns), rows, .. }) => {
                let is_known = columns.picks.iter().all(Pick::is_one) && !matches!(rows, RowsOf::Steps { .. });
                is_known.then(|| vec![columns.picks.len()])
            }
            Origin::File(_) | Origin::Points(_) | Origin::Classes | Origin::Fill(_) | Origin::Events(_) => None,
        }
    }

    /// Whether it can fill a target of this kind.
    fn check_target(&self, target: &TargetKind, generator: Option<&dyn Generator>) -> Result<(), ShapeError> {
        self.check(&target.shape(), generator)
    }
}

/// Whether what a source reads, where its axes are known, fills this shape.
pub fn check_axes(source: &(impl Source + ?Sized), shape: &[usize]) -> Result<(), ShapeError> {
    match source.axes() {
        Some(axes) => fills(source.word(), &axes, shape),
        None => Ok(()),
    }
}

/// Whether a source has one name for each sample, as groups need it, as far as can be known before data is read.
pub fn one_name(source: &dyn Source) -> Result<(), ShapeError> {
    match source.origin() {
        Origin::File(FileOrigin { selection: Selection::Columns(columns), format, .. })
            if columns.picks.len() > 1 || !columns.picks.iter().all(Pick::is_one) =>
        {
            let message = match columns.picks {
                [pick] => format!("`{}` reads {pick}, and a group is one value a sample", format.word),
                picks => format!("`{}` reads {} columns, and a group is one value a sample", format.word, picks.len()),
            };
            let error = ShapeError::new(message);
            Err(match columns.picks.first().filter(|first| first.is_one()) {
                Some(first) => error.help(format!("name one of them, `column: {first}`, or declare a group of each")),
                None => error.help("name one of them: `column: \"subject\"`"),
            })
        }
        Origin::File(_) => source.check(&[], None),
        Origin::Points(_) | Origin::Classes | Origin::Fill(_) | Origin::Events(_) => {
            let message = format!("`{}` has no names, and a group is a text or a whole number", source.written(&[]));
            Err(ShapeError::new(message).help("read it from a file: `csv(\"meta.csv\", column: \"subject\")`"))
        }
    }
}

/// Whether a table is told its columns in one way: one of them, or a list.
pub fn check_columns(word: &str, column: Option<&OneColumn>, columns: &[Pick]) -> Result<(), ShapeError> {
    match (column, columns) {
        (None, []) => Err(ShapeError::new(format!("`{word}` does not say which columns it reads"))
            .help("name one, `column: \"activity\"`, or several, `columns: [\"x\", \"y\"]`")),
        (Some(column), [_, ..]) => Err(ShapeError::new(format!("`{word}` names a column and columns"))
            .help(format!("put {} into `columns`, or leave one of the two away", column.0[0]))),
        (Some(_), []) | (None, [_, ..]) => Ok(()),
    }
}

/// Whether a table is told in one way which rows are a sample's.
pub fn check_rows(
    by: Option<&OneColumn>,
    order: Option<&OneColumn>,
    key: Option<&OneColumn>,
) -> Result<(), ShapeError> {
    match (by, order, key) {
        (Some(_), _, Some(_)) => Err(ShapeError::new("`by` and `key` both say which rows are a sample's").help(
            "`by` makes sequences of all rows of one name, `key` takes the one row of it: leave one of them away",
        )),
        (None, Some(_), _) => Err(ShapeError::new("`order` says nothing without `by`")
            .help("name the column that says which rows belong together: `by: \"clip\"`")),
        _ => Ok(()),
    }
}

/// Whether what names the rows of an array can name any: a file of one sample has none to name.
pub fn check_key(file: Option<&str>, array: Option<&str>, key: Option<&str>) -> Result<(), ShapeError> {
    let is_named = [file, array].into_iter().flatten().any(|name| name.contains(NAME_MARK));
    match key {
        Some(key) if is_named => {
            Err(ShapeError::new(format!("`key: {key:?}` names rows, and with `{NAME_MARK}` a file is one sample"))
                .help("leave `key` away: the splits name the samples"))
        }
        Some("") => Err(ShapeError::new("`key` is empty").help("name what has the names of the rows: `key: \"id\"`")),
        Some(_) | None => Ok(()),
    }
}

/// Which rows of an array are a sample's, as its arguments say.
pub fn by_name(key: Option<&str>) -> RowsOf<'_> {
    key.map_or(RowsOf::Order, |key| RowsOf::Key(Key::Array(key)))
}

/// Which rows of a table are a sample's, as its arguments say.
pub fn rows_of<'a>(by: Option<&'a OneColumn>, order: Option<&'a OneColumn>, key: Option<&'a OneColumn>) -> RowsOf<'a> {
    match (by, key) {
        (Some(by), _) => RowsOf::Steps { by: &by.0[0], order: order.map(|order| &order.0[0]) },
        (None, Some(key)) => RowsOf::Key(Key::Column(&key.0[0])),
        (None, None) => RowsOf::Order,
    }
}

/// Whether the columns of a table, one axis a sample, fill this shape.
fn fills(word: &str, axes: &[usize], shape: &[usize]) -> Result<(), ShapeError> {
    let columns = axes.iter().product::<usize>();
    if shape == axes || (shape.is_empty() && columns == 1) {
        return Ok(());
    }
    let message = format!("`{word}` reads {columns} columns a sample, the declared shape is {shape:?}");
    Err(ShapeError::of_declaration(message).help(format!("declare it `[{columns}]`")))
}

#[derive(Clone, Copy, Debug)]
pub enum Origin<'a> {
    /// One number computed of each of the generator's points.
    Points(&'a dyn Projection),
    /// The generator's class ids.
    Classes,
    File(FileOrigin<'a>),
    /// This number for every sample that the sources before do not have.
    Fill(f32),
    Events(EventOrigin<'a>),
}

/// One number of a point.
pub trait Projection: Debug {
    fn coordinate(&self, point: &[f64]) -> f64;
}

/// Numbers in a file. Names may hold [`SPLIT_MARK`] and [`NAME_MARK`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FileOrigin<'a> {
    /// Under the dataset's root; `None` where the root is the file.
    pub file: Option<&'a str>,
    pub format: &'static FileFormat,
    pub selection: Selection<'a>,
    pub rows: RowsOf<'a>,
}

/// A format of files, as the language knows it; a reader of its name knows the rest.
#[derive(Debug, PartialEq, Eq)]
pub struct FileFormat {
    /// Its word in the language.
    pub word: &'static str,
    /// What the names of such files end in, the usual ending first.
    pub extensions: &'static [&'static str],
    pub contents: Contents,
}

impl FileFormat {
    /// `.npz`: what the names of such files mostly end in.
    pub fn ending(&self) -> String {
        format!(".{}", self.extensions[0])
    }

    /// Whether a file is of this format by the ending of its name.
    pub fn has(&self, file: &Path) -> bool {
        let name = file.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
        let ends = |known: &&str| name.strip_suffix(known).and_then(|stem| stem.strip_suffix('.'));
        self.extensions.iter().any(|known| ends(known).is_some_and(|stem| !stem.is_empty()))
    }
}

/// How the numbers in a file are told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Contents {
    /// One array, without a name.
    Array,
    /// Arrays by their names.
    NamedArrays,
    /// Columns of a table by their names.
    Columns,
}

/// Which numbers of a file.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Selection<'a> {
    /// Its only array.
    Only,
    /// The array of this name; of a file of events, those of this subset.
    Array(&'a str),
    /// These columns, in this order.
    Columns(Columns<'a>),
}

/// Events in a file.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct EventOrigin<'a> {
    pub file: FileOrigin<'a>,
    pub form: EventForm<'a>,
}

/// How a file has events, and how many seconds a sample's steps span.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum EventForm<'a> {
    /// Rows of sample, class, start, end; every sample spans so many seconds.
    Table { duration: f64 },
    /// ActivityNet's JSON. `features`: a file a video, whose rows are `step` seconds each; `duration` where nothing says it.
    Annotations { labels: &'a [String], features: Option<&'a str>, step: f64, duration: Option<f64> },
}

impl<'a> FileOrigin<'a> {
    /// Whether it reads other numbers for every split.
    pub fn is_keyed(&self) -> bool {
        self.mentions(SPLIT_MARK)
    }

    /// Whether every sample has an array of its own.
    pub fn is_named(&self) -> bool {
        self.mentions(NAME_MARK)
    }

    fn mentions(&self, mark: &str) -> bool {
        let key = if let RowsOf::Key(Key::Array(key)) = self.rows { Some(key) } else { None };
        [self.selection.array(), self.file, key].into_iter().flatten().any(|name| name.contains(mark))
    }
}

impl<'a> Selection<'a> {
    /// The array of this name, or the only one.
    pub fn of(array: Option<&'a str>) -> Self {
        array.map_or(Selection::Only, Selection::Array)
    }

    /// Name of the array in the file, where it has one.
    pub fn array(self) -> Option<&'a str> {
        match self {
            Selection::Array(array) => Some(array),
            Selection::Only | Selection::Columns(_) => None,
        }
    }
}
