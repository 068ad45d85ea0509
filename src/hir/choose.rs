//! Searches of an experiment: settings that are tried for some arms before these run, and what they are judged by.

use super::{Halving, MeasureName, Pipeline};
use crate::id::Part;
use crate::search::Sampler;
use crate::span::Span;
use std::collections::BTreeMap;

/// `choose lr in log(1e-4 .. 1e-1), width in [16, 32] for MHM { trials 24  seeds 2  by validation_loss }`
#[derive(Clone, Debug)]
pub struct Search {
    pub dimensions: Vec<Dimension>,
    pub sampler: Sampler,
    /// Whether only the best of the trials are trained to the end.
    pub halving: Option<Halving>,
    /// Of every trial, the value of each dimension in the words of the language.
    pub trials: Vec<Vec<String>>,
    /// Of the runs that choose.
    pub seeds: Vec<u64>,
    /// How it is written, and what it means.
    pub by: String,
    pub measure: MeasureName,
    pub arms: Vec<Candidates>,
    pub span: Span,
}

/// A setting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dimension {
    pub name: String,
    /// What it is tried at, as written: `log(1e-4 .. 1e-1)`.
    pub domain: String,
    pub span: Span,
}

/// What is tried for one arm.
#[derive(Clone, Debug)]
pub struct Candidates {
    /// Its place in the grid.
    pub arm: usize,
    /// One a trial.
    pub pipelines: Vec<Pipeline>,
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
