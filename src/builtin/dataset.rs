//! What makes data: generators, sources of one modality or target, transforms and splits; one file each.
//! Owns their traits; the walk from rows to a dataset in memory is `data.rs`.

pub use super::split_rule::{Split, SplitRule};
use super::value::{quoted, refused_count};
use super::{Builtin, Expected, FromValue, Refusal, ShapeError, TargetKind, Value, Written};
use crate::seed::Stream;
use std::fmt::Debug;
use std::path::Path;

pub mod annotations;
pub mod append;
pub mod argmax;
pub mod axis;
pub mod csv;
pub mod event_table;
pub mod fill;
pub mod first;
pub mod fresh;
pub mod hdf5;
pub mod indices;
pub mod key;
pub mod labels;
pub mod line;
pub mod mask;
pub mod mat;
pub mod mean;
pub mod names;
pub mod normalize;
pub mod npy;
pub mod npz;
pub mod one_hot;
pub mod parquet;
pub mod pickle;
pub mod random;
pub mod replace;
pub mod resample;
pub mod rest;
pub mod rows;
pub mod standardize;
pub mod swiss_roll;
pub mod two_moons;

/// In the order of the manual.
pub const ROWS: &[&Builtin] = &[
    two_moons::TwoMoons::ROW,
    swiss_roll::SwissRoll::ROW,
    line::Line::ROW,
    axis::Axis::ROW,
    labels::Labels::ROW,
    npz::Npz::ROW,
    npy::Npy::ROW,
    hdf5::Hdf5::ROW,
    pickle::Pickle::ROW,
    mat::Mat::ROW,
    csv::Csv::ROW,
    parquet::Parquet::ROW,
    fill::Fill::ROW,
    event_table::EventTable::ROW,
    annotations::Annotations::ROW,
    standardize::Standardize::ROW,
    replace::Replace::ROW,
    mean::MeanOfAxes::ROW,
    mask::Mask::ROW,
    first::First::ROW,
    resample::Resample::ROW,
    append::Append::ROW,
    normalize::Normalize::ROW,
    argmax::Argmax::ROW,
    one_hot::OneHot::ROW,
    key::Key::ROW,
    random::Random::ROW,
    rest::Rest::ROW,
    rows::Rows::ROW,
    indices::Indices::ROW,
    names::Names::ROW,
    fresh::Fresh::ROW,
];

/// In file and array names this stands for the split's key.
pub const SPLIT_MARK: &str = "{split}";

/// In file and array names this stands for the sample's name.
pub const NAME_MARK: &str = "{name}";

// ---------------------------------------------------------------- generators

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

// ---------------------------------------------------------------- sources

/// Where one modality or target comes from.
pub trait Source: Written + Debug + Send + Sync {
    /// What it reads: a generator's points, or a file under the dataset's root.
    fn origin(&self) -> Origin<'_>;

    /// Whether it can fill a modality of this shape, as far as can be known before data is read.
    fn check(&self, shape: &[usize], _: Option<&dyn Generator>) -> Result<(), ShapeError> {
        match self.axes() {
            Some(axes) => fills(self.word(), &axes, shape),
            None => Ok(()),
        }
    }

    /// Axes of one sample as it is read, where that is known before data is.
    fn axes(&self) -> Option<Vec<usize>> {
        match self.origin() {
            Origin::File(FileOrigin { selection: Selection::Columns(columns), .. }) => Some(vec![columns.len()]),
            Origin::File(_) | Origin::Points(_) | Origin::Classes | Origin::Fill(_) | Origin::Events(_) => None,
        }
    }

    /// Whether it can fill a target of this kind.
    fn check_target(&self, target: &TargetKind, generator: Option<&dyn Generator>) -> Result<(), ShapeError> {
        self.check(&target.shape(), generator)
    }
}

/// Whether the columns of a table, one axis a sample, fill this shape.
fn fills(word: &str, axes: &[usize], shape: &[usize]) -> Result<(), ShapeError> {
    let columns = axes.iter().product::<usize>();
    if shape == axes || (shape.is_empty() && columns == 1) {
        return Ok(());
    }
    let message = format!("`{word}` reads {columns} columns a sample, the declared shape is {shape:?}");
    Err(ShapeError::new(message).help(format!("declare it `[{columns}]`")))
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
        file.extension().is_some_and(|ending| self.extensions.iter().any(|known| ending == *known))
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
    Columns(&'a [String]),
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

impl FileOrigin<'_> {
    /// Whether it reads other numbers for every split.
    pub fn is_keyed(&self) -> bool {
        self.mentions(SPLIT_MARK)
    }

    /// Whether every sample has an array of its own.
    pub fn is_named(&self) -> bool {
        self.mentions(NAME_MARK)
    }

    fn mentions(&self, mark: &str) -> bool {
        [self.selection.array(), self.file].into_iter().flatten().any(|name| name.contains(mark))
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

/// The check of a source that computes one number of a point (`line`, `axis`), for modalities and real targets alike.
fn check_projection<'a>(
    word: &str,
    shape: &[usize],
    generator: Option<&'a dyn Generator>,
) -> Result<&'a dyn Generator, ShapeError> {
    let Some(generator) = generator else {
        return Err(ShapeError::new(format!("`{word}` needs a dataset made by a generator"))
            .help("write `dataset name from two_moons() { … }`, or read a file with `npz`, `npy` or `csv`"));
    };
    if shape.iter().any(|n| *n != 1) {
        return Err(ShapeError::of_declaration(format!(
            "`{word}` gives one number a sample, the declared shape is {shape:?}"
        ))
        .help("declare it `[1]`"));
    }
    Ok(generator)
}

/// A real target is checked as a modality of its shape; a class or multi target cannot be a coordinate.
fn projection_target(word: &str, target: &TargetKind) -> Result<Vec<usize>, ShapeError> {
    match target {
        TargetKind::Real { shape } => Ok(shape.clone()),
        TargetKind::Class { .. } | TargetKind::Multi { .. } | TargetKind::Events { .. } => {
            Err(ShapeError::of_declaration(format!("`{word}` gives numbers, the target is declared `{target}`"))
                .help("class ids of a generator are written `labels`"))
        }
    }
}

/// Events are what is to be found, not what is seen.
fn no_events(word: &str) -> ShapeError {
    ShapeError::new(format!("`{word}` is a target, a modality made of it would give the answer away"))
}

/// Whether a target can be filled with events.
fn holds_events(word: &str, target: &TargetKind) -> Result<(), ShapeError> {
    match target {
        TargetKind::Multi { .. } | TargetKind::Events { .. } => Ok(()),
        TargetKind::Class { .. } | TargetKind::Real { .. } => {
            Err(ShapeError::of_declaration(format!("`{word}` gives events, the target is declared `{target}`"))
                .help("declare it `events(20)`, or `multi(20)` for which classes a sample has"))
        }
    }
}

// ---------------------------------------------------------------- transforms

/// What is done to the values of a modality or target once they are read: `npz("x") |> standardize`.
pub trait Preparation: Written + Debug + Send + Sync {
    fn transform(&self) -> Transform<'_>;

    /// Whether training sees other values of a sample every time.
    fn redraws(&self) -> bool {
        match self.transform() {
            Transform::Each(work) => work.is_random(),
            Transform::Standardize { .. } => false,
        }
    }
}

/// Whether a source, so prepared, can fill a modality of this shape, as far as can be known before data is read.
pub fn check_prepared(
    source: &dyn Source,
    transforms: &[std::sync::Arc<dyn Preparation>],
    declared: &[usize],
    generator: Option<&dyn Generator>,
) -> Result<(), ShapeError> {
    let Some(axes) = source.axes() else { return source.check(declared, generator) };
    let after = transforms.iter().try_fold(axes.clone(), |axes, preparation| match preparation.transform() {
        Transform::Each(work) => work.axes(&axes, declared),
        Transform::Standardize { .. } => Ok(axes),
    })?;
    if after == axes {
        return source.check(declared, generator);
    }
    source.check(&axes, generator)?;
    let wide = |axes: &[usize]| axes.iter().copied().filter(|n| *n != 1).collect::<Vec<_>>();
    if wide(&after) == wide(declared) {
        return Ok(());
    }
    Err(ShapeError::of_declaration(format!("so prepared, a sample is {after:?}, the declared shape is {declared:?}"))
        .help(format!("declare it `{after:?}`, or prepare it otherwise")))
}

/// The work of a preparation.
#[derive(Clone, Copy, Debug)]
pub enum Transform<'a> {
    /// Of every sample alone.
    Each(&'a dyn EachSample),
    /// `(x - mean) / sd` of every feature (last axis), with the statistics of the split `train`; constant features are
    /// divided by 1. Of the steps alone that the modality `present` is not 0 at, where one is named.
    Standardize { present: Option<&'a str> },
}

/// One sample on its way through preparations.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sample {
    pub axes: Vec<usize>,
    /// Row-major.
    pub values: Vec<f64>,
}

/// How what is drawn at random is drawn.
#[derive(Clone, Debug)]
pub enum Draw {
    /// Not at all: at equal distances, as for evaluation.
    Even,
    /// From this stream, which is one sample's in one step.
    Random(Box<Stream>),
}

/// A preparation that sees one sample at a time, and may change its shape.
pub trait EachSample: Debug + Send + Sync {
    /// Axes of a sample afterwards, of one with these before. `declared`: those of the modality or target.
    fn axes(&self, axes: &[usize], declared: &[usize]) -> Result<Vec<usize>, ShapeError>;

    /// Values of a sample afterwards, `to` being its axes then; what is wrong with it, in words.
    fn apply(&self, sample: &Sample, to: &[usize], draw: &mut Draw) -> Result<Vec<f64>, String>;

    /// Whether samples of different length are of one length afterwards.
    fn evens_out(&self) -> bool {
        false
    }

    /// Whether it makes something else of a sample every time it is trained on.
    fn is_random(&self) -> bool {
        false
    }

    /// Whether it computes, so that what was constant may differ by a rounding afterwards.
    fn is_rounded(&self) -> bool {
        false
    }

    /// Whether it makes a mask: which steps of a sample are there.
    fn is_mask(&self) -> bool {
        false
    }

    /// Whether it puts numbers in the place of what is none.
    fn mends(&self) -> bool {
        false
    }
}

/// One sample through one preparation, for its tests: axes and values.
#[cfg(test)]
pub fn prepared(work: &dyn EachSample, sample: &Sample, declared: &[usize]) -> Result<(Vec<usize>, Vec<f64>), String> {
    let to = work.axes(&sample.axes, declared).map_err(|error| error.message)?;
    let values = work.apply(sample, &to, &mut Draw::Even)?;
    assert_eq!(values.len(), to.iter().product::<usize>(), "{work:?}");
    Ok((to, values))
}

// ---------------------------------------------------------------- values

/// A whole number from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Index(pub usize);

impl FromValue for Index {
    const EXPECTED: Expected = Expected::IntFrom(0);

    fn from_value(value: &Value) -> Option<Self> {
        if let Value::Int(i) = value { u32::try_from(*i).ok().map(|i| Index(i as usize)) } else { None }
    }

    fn refusal(value: &Value) -> Refusal {
        refused_count(value, Self::EXPECTED)
    }

    fn show(&self) -> String {
        self.0.to_string()
    }
}

/// A word of the program itself, such as the name of a modality.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word(pub String);

impl FromValue for Word {
    const EXPECTED: Expected = Expected::Modality;

    fn from_value(value: &Value) -> Option<Self> {
        if let Value::Name(name) = value { Some(Word(name.clone())) } else { None }
    }

    fn show(&self) -> String {
        self.0.clone()
    }
}

/// One or more names of files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Files(pub Vec<String>);

impl FromValue for Files {
    const EXPECTED: Expected = Expected::Texts;

    fn from_value(value: &Value) -> Option<Self> {
        match value {
            Value::Text(file) => Some(Files(vec![file.clone()])),
            Value::List(items) if items.is_empty() => None,
            Value::List(_) => Vec::from_value(value).map(Files),
            Value::Int(_) | Value::Float(_) | Value::Bool(_) | Value::Name(_) | Value::Dim(_) => None,
        }
    }

    fn show(&self) -> String {
        if let [file] = self.0.as_slice() { quoted(file) } else { self.0.show() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::builtin::Kind;

    #[test]
    fn every_row_is_here_once_and_says_what_it_is() {
        let mut names: Vec<_> = ROWS.iter().map(|row| row.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), ROWS.len());
        for row in ROWS {
            assert!(row.doc.trim().len() > 20 && row.example.starts_with(row.name), "{}", row.name);
            assert!(row.params.iter().all(|p| !p.doc.trim().is_empty()), "{}", row.name);
        }
    }

    #[test]
    fn arguments_decode_and_defaults_stand() {
        let Kind::Split(make) = random::Random::ROW.kind else { panic!("`random` is a split") };
        let rule = make(&[Some(Value::Float(0.9)), None]).unwrap().rule();
        assert_eq!(rule, SplitRule::Random { share: 0.9, stratified: true });
        assert_eq!(make(&[]).unwrap_err().refusal, Refusal::Missing);
        let Kind::Split(make) = rows::Rows::ROW.kind else { panic!("`rows` is a split") };
        assert!(make(&[Some(Value::Int(-1)), Some(Value::Int(4))]).unwrap_err().refusal.to_string().contains("from 0"));
    }
}
