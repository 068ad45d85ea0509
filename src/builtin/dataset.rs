//! What makes data: generators, sources of one modality or target, transforms and splits; one file each.
//! Owns what they share; the walk from rows to a dataset in memory is `data.rs`.

use super::value::{quoted, refused_count};
use super::{Builtin, Expected, FromValue, Refusal, ShapeError, TargetKind, Value};

pub mod annotations;
pub mod append;
pub mod arff;
pub mod argmax;
pub mod axis;
pub mod csv;
pub mod drop;
pub mod event_table;
pub mod fill;
pub mod first;
pub mod fresh;
pub mod gaussian_noise;
pub mod hdf5;
pub mod indices;
pub mod jitter_scale;
pub mod key;
pub mod labels;
pub mod line;
pub mod mask;
pub mod mat;
pub mod mean;
pub mod missing;
pub mod names;
pub mod normalize;
pub mod npy;
pub mod npz;
pub mod offsets;
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
pub mod time_mask;
pub mod time_shift;
pub mod two_moons;
pub mod r#where;

pub use super::columns::{Columns, Dialect, Header, Key, Mark, OneColumn, Pick, Picks, RowsOf, Unknown};
pub use super::condition::{self, Condition, Name, Relation};
pub use super::cross::{Deal, Kept};
pub use super::preparation::{
    Draw, Drops, EachSample, Marks, Preparation, Redraws, Sample, Transform, check_prepared, decides, is_void,
};
#[cfg(test)]
pub use super::preparation::{prepared, trained_on};
pub use super::source::{
    Contents, EventForm, EventOrigin, FileFormat, FileOrigin, Generator, NAME_MARK, Origin, Points, Projection,
    SPLIT_MARK, Selection, Source, by_name, check_axes, check_columns, check_key, check_rows, one_name, rows_of,
};
pub use super::split_rule::{Portion, Split, SplitRule};

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
    arff::Arff::ROW,
    parquet::Parquet::ROW,
    fill::Fill::ROW,
    event_table::EventTable::ROW,
    annotations::Annotations::ROW,
    standardize::Standardize::ROW,
    missing::Missing::ROW,
    drop::Dropped::ROW,
    offsets::Offsets::ROW,
    replace::Replace::ROW,
    mean::MeanOfAxes::ROW,
    mask::Mask::ROW,
    first::First::ROW,
    resample::Resample::ROW,
    append::Append::ROW,
    normalize::Normalize::ROW,
    argmax::Argmax::ROW,
    one_hot::OneHot::ROW,
    gaussian_noise::GaussianNoise::ROW,
    jitter_scale::JitterScale::ROW,
    time_shift::TimeShift::ROW,
    time_mask::TimeMask::ROW,
    key::Key::ROW,
    random::Random::ROW,
    rest::Rest::ROW,
    rows::Rows::ROW,
    indices::Indices::ROW,
    names::Names::ROW,
    fresh::Fresh::ROW,
    r#where::Where::ROW,
];

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

/// The names of one or more groups.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Groups(pub Vec<String>);

impl FromValue for Groups {
    const EXPECTED: Expected = Expected::Groups;

    fn from_value(value: &Value) -> Option<Self> {
        match value {
            Value::Name(name) => Some(Groups(vec![name.clone()])),
            Value::List(items) if items.is_empty() => None,
            Value::List(items) => {
                let name = |item: &Value| if let Value::Name(name) = item { Some(name.clone()) } else { None };
                items.iter().map(name).collect::<Option<_>>().map(Groups)
            }
            Value::Int(_)
            | Value::Float(_)
            | Value::Bool(_)
            | Value::Text(_)
            | Value::Dim(_)
            | Value::Range(_)
            | Value::Condition(_) => None,
        }
    }

    fn show(&self) -> String {
        if let [group] = self.0.as_slice() { group.clone() } else { format!("[{}]", self.0.join(", ")) }
    }
}

/// Conditions that hold together.
#[derive(Clone, Debug, PartialEq)]
pub struct Conditions(pub Vec<Condition>);

impl FromValue for Conditions {
    const EXPECTED: Expected = Expected::Conditions;

    fn from_value(value: &Value) -> Option<Self> {
        let one = |value: &Value| if let Value::Condition(c) = value { Some(Condition::clone(c)) } else { None };
        match value {
            Value::List(items) if items.is_empty() => None,
            Value::List(items) => items.iter().map(one).collect::<Option<_>>().map(Conditions),
            _ => one(value).map(|condition| Conditions(vec![condition])),
        }
    }

    fn show(&self) -> String {
        self.0.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
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
            Value::Int(_)
            | Value::Float(_)
            | Value::Bool(_)
            | Value::Name(_)
            | Value::Dim(_)
            | Value::Range(_)
            | Value::Condition(_) => None,
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
        assert_eq!(rule, SplitRule::Random { share: 0.9, stratified: true, kept: Kept::Groups });
        assert_eq!(make(&[]).unwrap_err().refusal, Refusal::Missing);
        let Kind::Split(make) = rows::Rows::ROW.kind else { panic!("`rows` is a split") };
        assert!(make(&[Some(Value::Int(-1)), Some(Value::Int(4))]).unwrap_err().refusal.to_string().contains("from 0"));
    }
}
