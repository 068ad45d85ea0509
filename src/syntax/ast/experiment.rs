//! Experiments: what varies, and what is shown of the results.

use super::Amount;
use super::expr::{Arg, Expr};
use super::header::Header;
use crate::span::{Ident, Span, Spanned};

#[derive(Clone, Debug, PartialEq)]
pub struct Experiment {
    pub header: Header,
    pub body: Vec<ExperimentStmt>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum ExperimentStmt {
    /// `vary method in [EndToEnd, Mhm(heads: 4)]`, `vary (method, budget) in [ETE: (EndToEnd, 100 epochs)]`
    Vary {
        /// At least one.
        names: Vec<Ident>,
        values: Choices,
        span: Span,
    },
    Choose(Box<Choose>),
    /// `seeds 30`: seeds 0..30. `seeds [1, 5, 9]`: these.
    Seeds {
        value: Expr,
        span: Span,
    },
    /// `cross 5, by: subject`, `cross each subject`: the test samples go round.
    Cross {
        parts: Parts,
        options: Vec<Arg>,
        span: Span,
    },
    /// `repeats 2`: runs of one seed.
    Repeats {
        value: Expr,
        span: Span,
    },
    /// `noise 0.5`: of the `…_noisy_…` measures.
    Noise {
        value: Expr,
        span: Span,
    },
    /// `run moons(line, network, method)`
    Run {
        value: Expr,
        span: Span,
    },
    /// `reference first = alone(views: [first])`
    Reference {
        name: Ident,
        value: Expr,
        span: Span,
    },
    Table(Table),
    Figure(Figure),
    /// `compare method on test_accuracy`: differences paired over seeds, and the measures it is chiefly about.
    Compare {
        name: Ident,
        on: Vec<Ident>,
        span: Span,
    },
    /// `published "Lee et al. 2022, Table 2" test_error = [[17.5, _], [15.0, 17.5], "Tian et al. 2018": 18.1]`
    Published {
        source: Spanned<String>,
        measure: Ident,
        values: Choices,
        span: Span,
    },
}

/// `choose lr in log(1e-4 .. 1e-1), width in [16, 32] for MHM { trials 24  seeds 2  by validation_loss }`
#[derive(Clone, Debug, PartialEq)]
pub struct Choose {
    /// At least one.
    pub dimensions: Vec<Dimension>,
    /// Values of axes whose arms it is for; none: all arms.
    pub of: Vec<Ident>,
    pub trials: Option<Expr>,
    pub seeds: Option<(Expr, Span)>,
    pub by: Option<Ident>,
    pub sampler: Option<Ident>,
    pub halving: Option<Halving>,
    pub span: Span,
}

/// `halving 3 from 5 epochs`: of what was trained so long the best third goes on, and three times as long.
#[derive(Clone, Debug, PartialEq)]
pub struct Halving {
    pub factor: Expr,
    pub from: Amount,
    pub span: Span,
}

/// `lr in log(1e-4 .. 1e-1)`: a setting, and what it is tried at.
#[derive(Clone, Debug, PartialEq)]
pub struct Dimension {
    pub name: Ident,
    pub values: Expr,
}

/// What test samples are dealt to.
#[derive(Clone, Debug, PartialEq)]
pub enum Parts {
    /// So many.
    Into(Expr),
    /// One for each group of this name.
    Each(Ident),
}

/// What an axis goes through.
#[derive(Clone, Debug, PartialEq)]
pub enum Choices {
    /// `[ETE: EndToEnd, "MHM, all heads": Mhm(heads: 4)]`
    Listed(Vec<Choice>, Span),
    /// A list of another place: a parameter.
    Of(Expr),
}

#[derive(Clone, Debug, PartialEq)]
pub struct Choice {
    /// What it is shown as; its text where there is none.
    pub label: Option<Ident>,
    /// A tuple where several names vary together.
    pub value: Expr,
}

/// `"Error of unseen people": test_error`
#[derive(Clone, Debug, PartialEq)]
pub struct Shown {
    /// What people read.
    pub label: Option<Ident>,
    pub measure: Ident,
}

/// `table test_error, generalization_gap { rows method  columns line  cells network }`
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    pub measures: Vec<Shown>,
    pub rows: Vec<Ident>,
    pub columns: Vec<Ident>,
    pub cells: Vec<Ident>,
    pub span: Span,
}

/// `figure test_error { lines method  panels task  every 5 }`
#[derive(Clone, Debug, PartialEq)]
pub struct Figure {
    pub measures: Vec<Shown>,
    pub lines: Vec<Ident>,
    pub panels: Vec<Ident>,
    /// Epochs between points.
    pub every: Option<Expr>,
    pub span: Span,
}
