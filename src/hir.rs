//! A checked program: names resolved, blocks elaborated, shapes known, every value in range. Owns the types; `check` alone
//! makes them. Spans stay for lints and messages; `plan` and `graph` leave them behind.

mod advice;
mod arguments;
mod choose;
mod cross;
mod dataset;
mod experiment;
mod halving;
mod masks;
mod measure;
mod network;
mod objective;
mod pipeline;
mod printer;
mod schedule;
mod statistics;
mod trials;
mod written;

pub use crate::batch::{Draw, Level};
pub use crate::builtin::dataset::{Deal, Kept, SplitRule};
pub use crate::builtin::{Holds, TargetKind, WeightKind};
pub use crate::id::ModuleId;
pub use crate::measured::Perturbation;
pub use crate::syntax::ast::{Role, SettingKind, Unit};
pub use advice::{LINTS, OF_USES, Unread, Unused};
pub use arguments::{Argument, Arguments};
pub use choose::{Candidates, Choices, Dimension, Proposed, Scope, Search, Stage, TrialPlace};
pub use cross::Cross;
pub use dataset::{Counted, Crossing, Dataset, Group, Modality, Split, Target};
pub use experiment::{Arm, Axis, Experiment, Figure, MAX_RUNS, Published, Reference, Table};
pub use halving::{Halt, Halving, Rung, expected, most};
pub use measure::{MeasureName, What, Words};
pub use network::{Input, Module, Network, Node, NodeId, NodeOp, Output, Weight};
pub use objective::{Detect, LossTerm, MetricUse, Operand};
pub use pipeline::{Keep, Pipeline, Start};
pub use schedule::{
    Amount, Deploy, FoldSpec, Index, Length, Phase, Replicas, Route, Schedule, SettingPlace, Settings, SplitExpr, Step,
    Trained, Variable,
};
pub use statistics::Measuring;
pub use trials::{Rungs, TRIAL};
pub use written::{call, read};
