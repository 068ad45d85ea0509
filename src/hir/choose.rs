//! Searches of an experiment: settings that are tried for some arms before these run, and what they are judged by.

use super::{Halving, MeasureName, Pipeline};
use crate::id::Part;
use crate::search::{self, Coordinate, Domain, Point, Sampler};
use crate::span::Span;
use std::collections::BTreeMap;

/// `choose lr in log(1e-4 .. 1e-1), width in [16, 32] for MHM { trials 24  seeds 2  by validation_loss }`
#[derive(Clone, Debug)]
pub struct Search {
    pub dimensions: Vec<Dimension>,
    pub sampler: Sampler,
    /// Trials of every arm. Where each is proposed by what those before came to, only the first of them may be there yet.
    pub count: usize,
    /// Whether only the best of the trials are trained to the end.
    pub halving: Option<Halving>,
    /// Of the runs that choose.
    pub seeds: Vec<u64>,
    /// How it is written, and what it means.
    pub by: String,
    pub measure: MeasureName,
    pub arms: Vec<Candidates>,
    pub span: Span,
}

impl Search {
    /// What points are of.
    pub fn space(&self) -> Vec<search::Dimension> {
        self.dimensions.iter().map(|dimension| (dimension.name.clone(), dimension.values)).collect()
    }
}

/// A setting.
#[derive(Clone, Debug, PartialEq)]
pub struct Dimension {
    pub name: String,
    /// What it is tried at, as written: `log(1e-4 .. 1e-1)`.
    pub domain: String,
    /// What that means.
    pub values: Domain,
    /// The values of a list in the words of the language.
    pub listed: Vec<String>,
    pub span: Span,
}

impl Dimension {
    /// The value that a text of the language is.
    pub fn read(&self, text: &str) -> Option<Coordinate> {
        let value = match self.values {
            Domain::Listed(_) => Coordinate::Listed(self.listed.iter().position(|own| own == text)?),
            Domain::Whole { .. } => Coordinate::Whole(text.parse().ok()?),
            Domain::Real { .. } => Coordinate::Real(text.parse().ok()?),
        };
        self.values.has(value).then_some(value)
    }
}

/// What is tried for one arm.
#[derive(Clone, Debug)]
pub struct Candidates {
    /// Its place in the grid.
    pub arm: usize,
    /// One a trial, and the value of each dimension in the words of the language.
    pub points: Vec<Point>,
    pub trials: Vec<Vec<String>>,
    pub pipelines: Vec<Pipeline>,
}

/// The trials of an arm that were proposed so far, behind the first ones that are drawn.
#[derive(Clone, Debug, PartialEq)]
pub struct Proposed {
    /// Where the search stands.
    pub search: Span,
    /// Its place in the grid.
    pub arm: usize,
    pub points: Vec<Point>,
}

/// Runs that a choice is for: of cross-validation those of one part, and of one seed where each deals parts of its own; else all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Scope {
    pub seed: Option<u64>,
    pub part: Option<Part>,
}

/// A trial among all of an experiment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TrialPlace {
    pub search: usize,
    /// Among the arms of the search.
    pub candidates: usize,
    pub trial: usize,
}

/// What was chosen, by arm and scope.
pub type Choices = BTreeMap<(usize, Scope), TrialPlace>;

/// What the runs of an experiment are for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Stage {
    /// For what is shown of them.
    #[default]
    Runs,
    /// For a choice: nothing is evaluated but what this measure takes.
    Search(MeasureName),
}
