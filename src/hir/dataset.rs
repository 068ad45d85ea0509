//! Datasets: modalities, targets and splits, with what they are read from.

use super::arguments::Arguments;
use crate::builtin::dataset::{Generator, Preparation, Source, SplitRule};
use crate::builtin::{Asked, Holds, TargetKind};
use crate::shape::Shape;
use crate::span::{Ident, Span};
use crate::split::SplitName;
use std::sync::Arc;

#[derive(Clone, Debug)]
pub struct Dataset {
    pub name: String,
    pub span: Span,
    /// Where a pipeline names it, with its arguments; the item's own name where it is checked alone.
    pub used_at: Span,
    /// Lints that `allow(…)` before the item silences.
    pub allow: Vec<Ident>,
    /// As a network's.
    pub arguments: Arguments,
    /// File or folder that paths start from, as written.
    pub root: Option<String>,
    pub generator: Option<Arc<dyn Generator>>,
    pub modalities: Vec<Modality>,
    /// What a network asks of them.
    pub asked: Vec<Asked>,
    pub targets: Vec<Target>,
    pub groups: Vec<Group>,
    pub splits: Vec<Split>,
}

#[derive(Clone, Debug)]
pub struct Modality {
    pub name: String,
    pub shape: Shape,
    /// Joined along the samples.
    pub sources: Vec<Arc<dyn Source>>,
    /// What is done to the values, in order.
    pub transforms: Vec<Arc<dyn Preparation>>,
    /// Whether networks are offered it. A mask that others are standardized by is there without, and so is what decides which samples
    /// there are.
    pub offered: bool,
    /// Whether some network input reads it, or a modality is standardized by it.
    pub used: bool,
    /// What the network that reads it takes it for.
    pub holds: Holds,
    pub span: Span,
}

#[derive(Clone, Debug)]
pub struct Target {
    pub name: String,
    pub kind: TargetKind,
    /// Joined along the samples.
    pub sources: Vec<Arc<dyn Source>>,
    /// What is done to the values, in order.
    pub transforms: Vec<Arc<dyn Preparation>>,
    pub span: Span,
}

/// What samples belong together by: `group subject = npz("subject")`.
#[derive(Clone, Debug)]
pub struct Group {
    pub name: String,
    /// Joined along the samples.
    pub sources: Vec<Arc<dyn Source>>,
    /// What leaves samples out that have none, or says that rows are those at which groups begin.
    pub transforms: Vec<Arc<dyn Preparation>>,
    /// Whether drawn splits and folds keep its samples together.
    pub kept: bool,
    /// Where it is cut through by splits, where files were read to find that.
    pub crossing: Option<Crossing>,
    pub span: Span,
}

/// A group with samples in two splits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Crossing {
    /// What it is called: `S03`.
    pub name: String,
    pub splits: [SplitName; 2],
    /// Groups of which the same is true.
    pub groups: usize,
}

#[derive(Clone, Debug)]
pub struct Split {
    pub name: SplitName,
    pub rule: SplitRule,
    /// What it has, where files were read to count it.
    pub counted: Option<Counted>,
    pub span: Span,
}

/// What files have of a split.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Counted {
    pub samples: usize,
    /// How often each class of the target occurs that folds are stratified by; nothing where there is none.
    pub classes: Vec<usize>,
    /// Parts that stay together, where groups keep samples so.
    pub parts: Option<usize>,
}
