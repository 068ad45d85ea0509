//! The layer rows: functions with weights or state, one file each.

use super::Builtin;

mod attention;
mod batch_norm;
mod bilinear;
mod conv1d;
mod dropout;
mod embedding;
mod group_norm;
mod gru;
mod layer_norm;
mod linear;
mod lstm;

/// In the order of the manual.
pub const ROWS: &[&Builtin] = &[
    linear::Linear::ROW,
    conv1d::Conv1d::ROW,
    bilinear::Bilinear::ROW,
    embedding::Embedding::ROW,
    attention::Attention::ROW,
    lstm::Lstm::ROW,
    gru::Gru::ROW,
    dropout::Dropout::ROW,
    layer_norm::LayerNorm::ROW,
    group_norm::GroupNorm::ROW,
    batch_norm::BatchNorm::ROW,
];
