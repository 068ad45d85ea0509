//! What holds the weights of a layer: PyTorch's own module, where it computes the same, else weights by their names. Owns which
//! layers PyTorch has.

use super::expression::literal;
use crate::builtin::spelling::{Operation, Recurrent, Strided};
use crate::interchange::Part;

/// What holds weights.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder {
    /// An expression that makes one.
    pub new: String,
    /// Whether it computes what the layer does.
    pub computes: bool,
}

/// Weights below their layer, with their axes.
pub type Named<'n> = [(&'n str, &'n [usize])];

/// Of a layer with these weights; `part` is a use of it, where there is one.
pub fn holder(part: Option<&Part>, weights: &Named<'_>) -> Holder {
    let own = part.and_then(|part| own(part, weights));
    own.map_or_else(|| Holder { new: plain(weights), computes: false }, |new| Holder { new, computes: true })
}

fn plain(weights: &Named<'_>) -> String {
    let one = |(name, axes): &(&str, &[usize])| format!("\"{name}\": {axes:?}");
    format!("Weights({{{}}})", weights.iter().map(one).collect::<Vec<_>>().join(", "))
}

/// PyTorch's module, if it has this layer.
fn own(part: &Part, weights: &Named<'_>) -> Option<String> {
    let axes = |name: &str| weights.iter().find(|(known, _)| *known == name).map(|(_, axes)| *axes);
    let bias = if axes("bias").is_some() { "" } else { ", bias=False" };
    let op = |wanted: fn(&Operation) -> bool| part.spelling.lines.iter().map(|line| &line.op).find(|op| wanted(op));
    match part.word {
        "linear" => {
            let [width, features] = axes("weight")? else { return None };
            Some(format!("nn.Linear({features}, {width}{bias})"))
        }
        "conv1d" => {
            let [width, features, kernel] = axes("weight")? else { return None };
            let Operation::Conv1d { window, .. } = op(|op| matches!(op, Operation::Conv1d { .. }))? else {
                return None;
            };
            let &Strided { stride, dilation, before, after, .. } = window;
            let padding = if before == after { before } else { 0 };
            let said = [("stride", stride, 1), ("padding", padding, 0), ("dilation", dilation, 1)];
            let said = said.into_iter().filter(|(_, value, usual)| value != usual);
            let said: String = said.map(|(name, value, _)| format!(", {name}={value}")).collect();
            Some(format!("nn.Conv1d({features}, {width}, {kernel}{said}{bias})"))
        }
        "layer_norm" => {
            let [size] = axes("weight")? else { return None };
            let Operation::LayerNorm { eps, .. } = op(|op| matches!(op, Operation::LayerNorm { .. }))? else {
                return None;
            };
            let eps = if *eps == 1e-5 { String::new() } else { format!(", eps={}", literal(*eps).text) };
            Some(format!("nn.LayerNorm({size}{eps})"))
        }
        "embedding" => {
            let [entries, width] = axes("weight")? else { return None };
            Some(format!("nn.Embedding({entries}, {width})"))
        }
        "lstm" | "gru" => {
            let op = op(|op| matches!(op, Operation::Recurrent { .. }))?;
            let Operation::Recurrent { kind, width, directions, .. } = op else { return None };
            let [_, features] = axes("weight_ih_l0")? else { return None };
            let class = match kind {
                Recurrent::Lstm => "LSTM",
                Recurrent::Gru => "GRU",
            };
            let both = if *directions == 2 { ", bidirectional=True" } else { "" };
            Some(format!("nn.{class}({features}, {width}, batch_first=True{both})"))
        }
        _ => None,
    }
}
