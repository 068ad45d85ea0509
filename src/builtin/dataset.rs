//! What makes data: generators, sources of one modality, and splits; one file each.
//! Owns the three traits; the walk from rows to a dataset in memory is `data.rs`.

use super::{Builtin, ShapeError, TargetKind};
use crate::seed::Stream;
use crate::shape::Shape;
use std::fmt::Debug;

/// In the order of the manual.
pub const ROWS: &[&Builtin] = &[];

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
pub trait Generator: Debug + Send + Sync {
    /// Coordinates of one point.
    fn axes(&self) -> usize;
    fn classes(&self) -> usize;
    /// Samples a class of the dataset itself (splits `random` and `rest` share them out).
    fn per_class(&self) -> usize;
    fn generate(&self, per_class: usize, stream: &mut Stream) -> Points;
}

/// Where one modality or target comes from.
pub trait Source: Debug + Send + Sync {
    /// What it reads: a generator's points, or a file under the dataset's root.
    fn origin(&self) -> Origin<'_>;

    /// Whether it can fill a modality of this shape, as far as can be known before data is read.
    fn check(&self, shape: &Shape, generator: Option<&dyn Generator>) -> Result<(), ShapeError>;

    /// Whether it can fill a target of this kind.
    fn check_target(&self, target: &TargetKind, generator: Option<&dyn Generator>) -> Result<(), ShapeError> {
        let _ = (target, generator);
        Ok(())
    }

    /// One modality of a generator's points, `samples × elements`.
    fn project(&self, points: &Points) -> Vec<f32> {
        let _ = points;
        Vec::new()
    }
}

#[derive(Clone, Debug, PartialEq)]
pub enum Origin<'a> {
    Points,
    /// The generator's class ids.
    Classes,
    /// `array` may hold `{split}`, which stands for the split's key.
    Npz {
        file: &'a str,
        array: &'a str,
    },
    /// `file` may hold `{split}`.
    Npy {
        file: &'a str,
    },
    /// `file` may hold `{split}`.
    Csv {
        file: &'a str,
        columns: &'a [String],
    },
}

/// Which samples a split has. Splits are sets of ids known before training, so the checker can prove them apart.
pub trait Split: Debug + Send + Sync {
    fn rule(&self) -> SplitRule;
}

#[derive(Clone, Debug, PartialEq)]
pub enum SplitRule {
    /// The arrays and files that carry this key in the place of `{split}`.
    Key(String),
    /// This share of the samples, drawn from the stream `split`; the same share of every class where stratified.
    Random { share: f64, stratified: bool },
    /// What no other split took.
    Rest,
    /// Rows `start..end` of the file.
    Rows { start: usize, end: usize },
    /// So many newly generated points, equally of each class.
    Fresh { samples: usize },
}
