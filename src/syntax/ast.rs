//! The tree of a file as written: names unresolved, nothing checked. Owns the node types; `parser.rs` builds them,
//! `printer.rs` writes them back.

mod dataset;
mod experiment;
mod expr;
mod header;
mod item;
mod network;
mod pipeline;
mod schedule;

pub use dataset::{Dataset, DatasetStmt};
pub use experiment::{
    Choice, Choices, Choose, Dimension, Experiment, ExperimentStmt, Figure, Halving, Parts, Shown, Table,
};
pub use expr::{Arg, BinaryOp, Expr, ExprNode, UnaryOp, Unit};
pub use header::{Header, Param};
pub use item::{Alias, File, Item, ItemKind, Use, UsePath};
pub use network::{Block, BlockBody, Network, NetworkStmt, Role};
pub use pipeline::{Metric, Pipeline, PipelineStmt};
pub use schedule::{Amount, Deploy, Length, Phase, Schedule, ScheduleStmt, Setting, SettingKind};
