//! What the language knows without a library: layers and ops, losses, metrics, optimizers, learning-rate schedules,
//! data generators, data sources and splits. A row is one file: its doc comment, typed fields and defaults are its manual page, argument
//! schema and decoder. Rows know *what* is wrong, never *where*: spans belong to the checker.

mod answers;
mod averages;
mod balance;
#[cfg(test)]
mod check;
mod class_metric;
mod fused;
mod recurrent;

pub mod columns;
pub mod condition;
mod cross;
mod detection_step;
pub mod expected;
pub mod function;
pub mod labels;
pub mod objective;
pub mod prediction;
mod preparation;
pub mod presence;
mod quoted;
pub mod registry;
pub mod row;
mod source;
pub mod spelling;
pub mod split_rule;
pub mod target;
pub mod update;
pub mod value;
pub mod weight;
pub mod window;
mod written;

pub mod dataset;
pub mod detection;
pub mod events;
pub mod layer;
pub mod loss;
pub mod metric;
pub mod op;
pub mod optimizer;

pub use class_metric::ClassMetric;
pub use expected::{ArgError, Expected, Refusal};
pub use function::{Arity, Gives, Layer, MOST_AXES, Presence, ShapeError, Signature, spelled};
pub use labels::{Labels, Numbers};
pub use objective::{ClassCounts, Link, Loss, Takes};
pub use prediction::{Metric, MetricInput, OfClass, Predictions};
pub use presence::Asked;
pub use registry::{find, names, registry};
pub use row::{Builtin, Category, Kind, ParamInfo};
pub use spelling::{Spelling, Term};
pub use target::{Holds, MOST_EVENTS, NO_CLASS, TargetKind};
pub use update::{Due, Optimizer, Progress, Rate, Stall};
pub use value::{Count, FromValue, NonNegative, Positive, Share, Value};
pub use weight::{Init, InitScale, WeightKind, WeightSpec};
pub use written::Written;
