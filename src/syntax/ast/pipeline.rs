//! Pipelines: what is trained on what, and how.

use super::expr::Expr;
use super::header::Header;
use super::schedule::{Amount, Setting};
use crate::span::{Ident, Span};

#[derive(Clone, Debug, PartialEq)]
pub struct Pipeline {
    pub header: Header,
    pub body: Vec<PipelineStmt>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum PipelineStmt {
    Data {
        value: Expr,
        span: Span,
    },
    /// `modalities [fou, mor]`: the only ones the run sees. Absent: all.
    Modalities {
        value: Expr,
        span: Span,
    },
    Network {
        value: Expr,
        span: Span,
    },
    /// `loss cross_entropy` (the sole output, the sole target), `loss bce(base, t) + 1e-4 * l1(foreground)`.
    Loss {
        value: Expr,
        span: Span,
    },
    Schedule {
        value: Expr,
        span: Span,
    },
    Budget {
        amount: Amount,
        span: Span,
    },
    /// `metrics error, accuracy`
    Metrics {
        values: Vec<Metric>,
        span: Span,
    },
    /// `detect actions = detections(cas, scores) |> nms`
    Detect {
        name: Ident,
        value: Expr,
        span: Span,
    },
    /// `start filter from pretrain(path)`: the module begins as another pipeline leaves it.
    Start {
        module: Ident,
        value: Expr,
        span: Span,
    },
    /// `keep best on validation`: what is left is the epoch with the lowest loss there; `by f1`: with the best value of a metric.
    Keep {
        split: Ident,
        by: Option<Ident>,
        span: Span,
    },
    Setting(Setting),
}

/// `acc2`, or `all = acc2(zeros: non_negative)`.
#[derive(Clone, Debug, PartialEq)]
pub struct Metric {
    pub name: Option<Ident>,
    pub value: Expr,
}
