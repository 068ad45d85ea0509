//! Blocks: checked alone, and run where they are applied.

use super::inputs::{Consumer, Offer};
use super::not_an_output;
use crate::check::builder::Builder;
use crate::check::checker::Checker;
use crate::check::evaluator::Evaluator;
use crate::check::names::ItemId;
use crate::check::value::{Bound, Func, Spanned, Val};
use crate::diagnostic::Diagnostic;
use crate::hir::NodeId;
use crate::span::{Ident, Span};
use crate::syntax::ast::{Block, BlockBody, Expr, NetworkStmt, Role};

/// A block alone, applied to inputs of symbolic shape. A block written as an expression is only made, for its input is unknown.
pub fn check_block<'a>(cx: &Checker<'a>, id: ItemId, block: &'a Block, vars: Bound) {
    let mut builder = Builder::default();
    let mut evaluator = Evaluator { cx, file: id.file, vars, builder: &mut builder };
    let owner = |e: &mut Evaluator<'_, 'a>| {
        e.module("block", Role::Layer, None, block.header.span, |_| Some(Func::Compose(vec![])))
    };
    owner(&mut evaluator);
    evaluator.builder.owner = Some(0);
    match &block.body {
        BlockBody::Expr(body) => {
            let val = evaluator.known(body);
            evaluator.function(val, body.span);
        }
        BlockBody::Statements(body) => {
            let mut inputs = vec![];
            for stmt in body {
                if let NetworkStmt::Input { name, shape, span, .. } = stmt {
                    let shape = evaluator.standalone_shape(shape);
                    let node = evaluator.builder.add_input(&name.node, shape, *span);
                    inputs.push(Spanned { val: Val::Tensor(node), span: *span });
                }
            }
            evaluator.run_block(block, body, inputs, block.header.name.span, None);
        }
    }
}

impl<'a> Evaluator<'_, 'a> {
    /// Runs a block's statements on `inputs`, with the layers that its first run declared; gives its outputs, and the layers that
    /// this run declared.
    pub fn run_block(
        &mut self,
        block: &'a Block,
        body: &'a [NetworkStmt],
        inputs: Vec<Spanned>,
        span: Span,
        layers: Option<&Bound>,
    ) -> (Val, Bound) {
        self.vars.extend(layers.into_iter().flatten().map(|(name, val)| (name.clone(), val.clone())));
        if let Err(val) = self.bind_given(block, body, &inputs, span) {
            return (val, Bound::new());
        }
        self.builder.bodies.push(body);
        let (outputs, layers) = self.block_statements(body, layers);
        self.builder.bodies.pop();
        let outputs = match outputs {
            Ok(outputs) => outputs,
            Err(val) => return (val, layers),
        };
        let val = match outputs.as_slice() {
            [] => self.fail(
                Diagnostic::error("no-output", format!("block `{}` has no output", block.header.name.node))
                    .label(block.header.name.span, "nothing comes out")
                    .help("end it with `out x`"),
            ),
            [node] => Val::Tensor(*node),
            _ => Val::Tuple(outputs),
        };
        (val, layers)
    }

    /// What the statements put out, or what stands for it where one is wrong, and the layers they declared, unless these are declared.
    fn block_statements(
        &mut self,
        body: &'a [NetworkStmt],
        declared: Option<&Bound>,
    ) -> (Result<Vec<NodeId>, Val>, Bound) {
        let mut layers = Bound::new();
        let mut outputs = vec![];
        for stmt in body {
            match stmt {
                NetworkStmt::Module { name, body, .. } if declared.is_none() => {
                    let function = self.named(&name.node, |e| {
                        let val = e.known(body);
                        e.function(val, body.span)
                    });
                    let val = function.map_or(Val::Poison, Val::Function);
                    layers.insert(name.node.clone(), val.clone());
                    self.vars.insert(name.node.clone(), val);
                }
                NetworkStmt::Input { .. } | NetworkStmt::Module { .. } => {}
                NetworkStmt::Let { names, value, span } => {
                    names.iter().for_each(|n| {
                        self.vars.remove(&n.node);
                    });
                    self.bind_let(names, value, *span);
                }
                NetworkStmt::Output { value, .. } => match self.known(value) {
                    Val::Tensor(node) => outputs.push(node),
                    Val::Tuple(more) => outputs.extend(more),
                    Val::Poison => return (Err(Val::Poison), layers),
                    other => return (Err(self.fail(not_an_output(&other, value.span))), layers),
                },
            }
        }
        (Ok(outputs), layers)
    }

    /// Binds the inputs of a block to what it is applied to, one tensor each.
    fn bind_given(
        &mut self,
        block: &'a Block,
        body: &'a [NetworkStmt],
        inputs: &[Spanned],
        span: Span,
    ) -> Result<(), Val> {
        let mut nodes = vec![];
        for input in inputs {
            match &input.val {
                Val::Tensor(node) => nodes.push(*node),
                Val::Tuple(more) => nodes.extend(more),
                Val::Views(members) => nodes.extend(members.iter().map(|(_, node)| *node)),
                _ => return Err(Val::Poison),
            }
        }
        let wanted: Vec<(&Ident, &'a [Expr])> = body
            .iter()
            .filter_map(|s| {
                if let NetworkStmt::Input { name, shape, .. } = s { Some((name, shape.as_slice())) } else { None }
            })
            .collect();
        if wanted.len() != nodes.len() {
            let name = &block.header.name;
            let val = self.fail(
                Diagnostic::error(
                    "wrong-arity",
                    format!("`{}` takes {}, here it gets {}", name.node, counted(wanted.len()), nodes.len()),
                )
                .label(span, "applied here")
                .label(name.span, "declared here"),
            );
            return Err(val);
        }
        for ((name, shape), node) in wanted.into_iter().zip(nodes) {
            let offer = Offer { name: name.node.clone(), shape: self.builder.nodes[node.0].shape.clone(), span };
            let before = self.cx.count();
            if !self.unify(shape, &offer, name, span, Consumer::Block(&block.header.name.node)) {
                let from = self.builder.upstream(&[node]);
                self.cx.diagnostics.borrow_mut()[before..].iter_mut().for_each(|d| d.follows.extend(&from));
                return Err(Val::Poison);
            }
            self.vars.insert(name.node.clone(), Val::Tensor(node));
        }
        Ok(())
    }
}

/// "one input", "2 inputs".
fn counted(inputs: usize) -> String {
    if inputs == 1 { "one input".into() } else { format!("{inputs} inputs") }
}
