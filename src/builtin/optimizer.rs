//! The optimizer and learning-rate rows, one file each.

use super::Builtin;

mod adam;
mod adamw;
mod constant;
mod cosine;
mod milestones;
mod plateau;
mod sgd;
mod step;
mod warm_up;

/// In the order of the manual.
pub const ROWS: &[&Builtin] = &[
    sgd::Sgd::ROW,
    adam::Adam::ROW,
    adamw::AdamW::ROW,
    constant::Constant::ROW,
    step::Step::ROW,
    milestones::Milestones::ROW,
    cosine::Cosine::ROW,
    plateau::Plateau::ROW,
    warm_up::WarmUp::ROW,
];
