//! What lints look at beside checked items, and what they are called.

use crate::span::{Ident, Span};

/// What a text says to no effect: a name that is given and never read, a layer that hands on what it is given.
#[derive(Clone, Debug)]
pub struct Unused {
    pub what: Unread,
    pub name: String,
    pub span: Span,
    /// The item around it; of a `use` its own words.
    pub item: Ident,
    /// Lints that `allow(…)` before the item silences.
    pub allow: Vec<Ident>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unread {
    Parameter,
    /// A name that a `let` gives.
    Let,
    /// A `use` of which the file names nothing.
    Use,
    /// A `use` of what another one brought in, there.
    Again(Span),
    /// Nothing: a `use` that is one, and says what to silence.
    Nothing,
    /// A layer whose output is its input.
    Layer,
    /// What is left over where two whole numbers are divided, and what they come to.
    Rest(i64),
}

/// What may be silenced before a `use`.
pub const OF_USES: &[&str] = &["unused-allow", "unused-use"];

/// What `allow(…)` may name, sorted. `lint` has one file for each; a test holds the two together.
pub const LINTS: &[&str] = &[
    "choice-sees-test-samples",
    "class-imbalance",
    "column-read-twice",
    "degenerate-batch",
    "deployed-mean-costs-k-times",
    "equal-arms",
    "fixed-at-random",
    "fold-overlap",
    "group-crosses-folds",
    "group-crosses-splits",
    "halved-untrained",
    "head-and-embedding-share-samples",
    "linear-after-linear",
    "loss-output-mismatch",
    "measure-shown-twice",
    "missing-unasked",
    "negative-loss",
    "nested-repeat",
    "never-trained-module",
    "no-effect",
    "overspent-budget",
    "padding-unasked",
    "patience-beyond-phase",
    "phase-never-runs",
    "phase-trains-nothing",
    "phases-share-name",
    "rate-beyond-run",
    "repeated-input",
    "replica-never-deployed-or-used",
    "replica-never-trained",
    "replicas-and-folds-differ",
    "selection-on-test",
    "single-run-sensitivity",
    "small-fold",
    "start-sees-test-samples",
    "stateful-layer-in-frozen-module",
    "target-as-input",
    "test-samples-in-training",
    "too-few-seeds",
    "uncovered-fold",
    "uneven-division",
    "unfair-budget",
    "unfair-search",
    "unshown-published",
    "unspent-budget",
    "unused-allow",
    "unused-folds",
    "unused-input",
    "unused-layer",
    "unused-let",
    "unused-modality",
    "unused-output",
    "unused-parameter",
    "unused-setting",
    "unused-target",
    "unused-use",
    "zero-loss",
];
