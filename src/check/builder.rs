//! A network as it grows while its statements are evaluated. Owns the types and what is counted; what is added to it and why
//! is for `elaborate.rs` and `network.rs` to say.

mod scope;

pub use scope::{ScopeId, Scopes};

use super::names::ItemId;
use super::value::{Bound, Func};
use crate::builtin::Layer;
use crate::hir::{Input, Module, Node, NodeId, NodeOp};
use crate::shape::Shape;
use crate::span::Span;
use crate::syntax::ast::{self, Expr};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A network as it grows.
#[derive(Debug, Default)]
pub struct Builder<'a> {
    pub nodes: Vec<Node>,
    pub inputs: Vec<Input>,
    pub modules: Vec<Module>,
    pub families: Vec<Family<'a>>,
    /// The declared shape of the `in each` input.
    pub each: Option<&'a [Expr]>,
    pub instances: Vec<Instance>,
    pub blocks: Vec<BlockInstance<'a>>,
    /// The module whose body is being evaluated: owner of the layers made there.
    pub owner: Option<usize>,
    /// Layers and blocks made, and blocks run, so far.
    pub made: usize,
    /// Nothing more is made, so that what branches ends.
    pub is_full: bool,
    /// The name scopes of the layers of each module.
    pub scopes: Scopes,
    /// Where the names of the network were declared.
    pub declared: BTreeMap<String, Span>,
    /// Calls of blocks around the current place, outermost first.
    pub calls: Vec<Span>,
    /// The statements around the current place, outermost first: what they declare further down is no unknown name.
    pub bodies: Vec<&'a [ast::NetworkStmt]>,
    /// Aliases being looked up, to find those that stand for themselves.
    pub aliases: Vec<ItemId>,
}

/// A layer as declared; its weights come with the first application.
#[derive(Debug)]
pub struct Instance {
    pub layer: Arc<dyn Layer>,
    pub word: &'static str,
    pub span: Span,
    pub word_span: Span,
    pub owner: Option<usize>,
    pub scope: ScopeId,
    /// Input shapes, their place in the text, and the weights of the first application.
    pub bound: Option<(Vec<Shape>, Span, Vec<usize>)>,
}

/// `uni each embed = …`: one module a member.
#[derive(Debug)]
pub struct Family<'a> {
    pub name: String,
    pub role: ast::Role,
    pub body: &'a Expr,
    pub file: usize,
    pub vars: Bound,
    /// A file that the members begin from.
    pub from: Option<String>,
    pub span: Span,
    pub members: Vec<(String, Func)>,
}

/// A block with statements, instantiated once; its layers are declared at the first application, when sizes are known.
#[derive(Debug)]
pub struct BlockInstance<'a> {
    pub block: &'a ast::Block,
    pub file: usize,
    pub vars: Bound,
    pub owner: Option<usize>,
    pub scope: ScopeId,
    pub layers: Option<Bound>,
}

impl Builder<'_> {
    /// A node for an input of this name.
    pub fn add_input(&mut self, name: &str, shape: Shape, span: Span) -> NodeId {
        let (op, node) = (NodeOp::Input(self.inputs.len()), NodeId(self.nodes.len()));
        self.nodes.push(Node { op, inputs: vec![], shape: shape.clone(), module: None, weights: vec![], span });
        self.inputs.push(Input { name: name.into(), shape, node, span });
        node
    }

    /// Where everything was made that these tensors come from.
    pub fn upstream(&self, nodes: &[NodeId]) -> Vec<Span> {
        let mut seen: BTreeSet<usize> = BTreeSet::new();
        let mut open: Vec<usize> = nodes.iter().map(|node| node.0).collect();
        while let Some(node) = open.pop() {
            if seen.insert(node) {
                open.extend(self.nodes[node].inputs.iter().map(|input| input.0));
            }
        }
        let places: BTreeSet<Span> = seen.into_iter().map(|node| self.nodes[node].span).collect();
        places.into_iter().collect()
    }
}
