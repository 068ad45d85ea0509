//! Schedules: folds, replicas, phases and their settings, deployment.

use super::expr::{Arg, Expr, Unit};
use super::header::Header;
use super::network::Role;
use crate::span::{Ident, Span, Spanned};

#[derive(Clone, Debug, PartialEq)]
pub struct Schedule {
    pub header: Header,
    pub body: Vec<ScheduleStmt>,
}

#[derive(Clone, Debug, PartialEq)]
#[expect(clippy::large_enum_variant, reason = "a schedule has few statements, most of them phases")]
pub enum ScheduleStmt {
    /// `folds heads`, `folds 4, stratified: true`.
    Folds {
        count: Expr,
        options: Vec<Arg>,
        span: Span,
    },
    /// `replicas uni, fusion, head members`.
    Replicas {
        roles: Vec<Spanned<Role>>,
        count: Expr,
        span: Span,
    },
    /// `repeat { … }` until the budget is spent, `repeat 3 { … }` so many times.
    Repeat {
        times: Option<Expr>,
        body: Vec<ScheduleStmt>,
        span: Span,
    },
    /// `for k in folds { … }`.
    For {
        variable: Ident,
        body: Vec<ScheduleStmt>,
        span: Span,
    },
    Phase(Phase),
    Deploy {
        what: Deploy,
        span: Span,
    },
}

/// `phase head { train uni, head[k] on except(k) through fusion[k] for 1 epoch  optimizer sgd(lr: 0.1)  clip 0.8 }`
#[derive(Clone, Debug, PartialEq)]
pub struct Phase {
    pub name: Ident,
    /// `uni`, `head[k]`, `fusion[0]`: a role name, or an index of one.
    pub train: Vec<Expr>,
    /// Span of the whole `train …` statement.
    pub train_span: Span,
    /// `all`, `fold(k)`, `except(k)`, a split's name, unions `+`, differences `-`, intersections `&`.
    pub on: Expr,
    /// `head[k]`, `mean(head)`.
    pub through: Vec<Expr>,
    pub length: Option<Length>,
    pub settings: Vec<Setting>,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Length {
    /// `for 2 epochs`, `for 20 steps`.
    For(Amount),
    /// `until no gain in 5 epochs on validation at most 50 epochs`.
    NoGain { patience: Amount, split: Expr, at_most: Option<Amount>, span: Span },
}

/// `100 epochs`, `length`.
#[derive(Clone, Debug, PartialEq)]
pub struct Amount {
    pub count: Expr,
    /// `None`: the expression has one.
    pub unit: Option<Spanned<Unit>>,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Deploy {
    /// `deploy head[0]`, `deploy mean`, `deploy mean(head)`.
    Expr(Expr),
    /// `deploy best head on validation`: the replica with the lowest loss there; `by accuracy`: with the best value of a metric.
    Best { role: Spanned<Role>, split: Expr, by: Option<Ident> },
    /// `deploy last head`: the replica trained last.
    Last { role: Spanned<Role> },
}

/// `optimizer adam(lr: 1e-3)`, `optimizer head: sgd(lr: 0.1)`, `clip 0.8`, `accumulate 4`, `rate cosine()`, `rate head: step(…)`.
#[derive(Clone, Debug, PartialEq)]
pub struct Setting {
    pub kind: Spanned<SettingKind>,
    pub role: Option<Spanned<Role>>,
    pub value: Expr,
    /// `balanced: true`, behind a batch size.
    pub options: Vec<Arg>,
    pub span: Span,
}

impl Setting {
    /// Its value, and those of its options.
    pub fn exprs(&self) -> impl Iterator<Item = &Expr> {
        std::iter::once(&self.value).chain(self.options.iter().map(|option| &option.value))
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SettingKind {
    Optimizer,
    /// A factor on the learning rate as a function of progress.
    Rate,
    /// Largest norm of all gradients together.
    Clip,
    /// Samples a batch.
    Batch,
    /// The chance that a sample is trained on without one of its modalities.
    ModalityDropout,
    /// The parameter of the distribution that shares of mixtures are drawn from.
    Mixup,
    /// Batches an update.
    Accumulate,
    /// Whether random layers draw in modules that are frozen.
    FrozenDropout,
}

impl SettingKind {
    pub fn word(self) -> &'static str {
        match self {
            SettingKind::Optimizer => "optimizer",
            SettingKind::Rate => "rate",
            SettingKind::Clip => "clip",
            SettingKind::Batch => "batch",
            SettingKind::ModalityDropout => "modality_dropout",
            SettingKind::Mixup => "mixup",
            SettingKind::Accumulate => "accumulate",
            SettingKind::FrozenDropout => "frozen_dropout",
        }
    }

    /// Whether a role may have its own.
    pub fn is_of_roles(self) -> bool {
        match self {
            SettingKind::Optimizer | SettingKind::Rate => true,
            SettingKind::Clip
            | SettingKind::Batch
            | SettingKind::ModalityDropout
            | SettingKind::Mixup
            | SettingKind::Accumulate
            | SettingKind::FrozenDropout => false,
        }
    }
}
