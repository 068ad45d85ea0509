//! Networks: nodes in the order they can be computed, and the modules that own their weights.

use super::arguments::Arguments;
use crate::builtin::{Layer, WeightSpec};
use crate::id::ModuleId;
use crate::shape::Shape;
use crate::span::{Ident, Span};
use crate::syntax::ast::Role;
use std::sync::Arc;

/// A flat network: nodes in the order they can be computed.
#[derive(Clone, Debug)]
pub struct Network {
    pub name: String,
    pub span: Span,
    /// Where a pipeline names it, with its arguments; the item's own name where it is checked alone.
    pub used_at: Span,
    /// Lints that `allow(…)` before the item silences.
    pub allow: Vec<Ident>,
    pub arguments: Arguments,
    pub inputs: Vec<Input>,
    pub modules: Vec<Module>,
    pub nodes: Vec<Node>,
    pub outputs: Vec<Output>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(pub usize);

#[derive(Clone, Debug)]
pub struct Input {
    /// The modality it reads.
    pub name: String,
    pub shape: Shape,
    pub node: NodeId,
    pub span: Span,
}

/// A trained part with a role; owner of its weights.
#[derive(Clone, Debug)]
pub struct Module {
    /// `classify`, or `embed.first` where declared `each`.
    pub name: String,
    pub role: Role,
    pub weights: Vec<Weight>,
    /// A checkpoint to begin from.
    pub from: Option<String>,
    /// Whether any output depends on it.
    pub used: bool,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Weight {
    /// Below its module: `0.weight`, where 0 counts the layers with weights of the module.
    pub path: String,
    pub spec: WeightSpec,
}

#[derive(Clone, Debug)]
pub struct Node {
    pub op: NodeOp,
    pub inputs: Vec<NodeId>,
    pub shape: Shape,
    /// The module it was written in.
    pub module: Option<ModuleId>,
    /// Indices into the owner's weights.
    pub weights: Vec<usize>,
    /// The user's text it comes from.
    pub span: Span,
}

#[derive(Clone, Debug)]
pub enum NodeOp {
    /// Index into the network's inputs.
    Input(usize),
    Layer {
        word: &'static str,
        layer: Arc<dyn Layer>,
    },
}

#[derive(Clone, Debug)]
pub struct Output {
    /// `out` where it has no name.
    pub name: String,
    pub node: NodeId,
    pub span: Span,
}

impl Network {
    pub fn module(&self, id: ModuleId) -> &Module {
        &self.modules[id.0]
    }

    pub fn shape(&self, node: NodeId) -> &Shape {
        &self.nodes[node.0].shape
    }
}
