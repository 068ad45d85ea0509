//! Blocks: checked alone, and run where they are applied.

use super::inputs::{Offer, Taker, add_input, standalone_shape, unify};
use super::{bind_let, not_an_output};
use crate::check::Checker;
use crate::check::elaborate::Builder;
use crate::check::eval::Evaluator;
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
                    let shape = standalone_shape(&mut evaluator, shape);
                    let node = add_input(&mut evaluator, &name.node, shape, *span);
                    inputs.push(Spanned { val: Val::Tensor(node), span: *span });
                }
            }
            run_block(&mut evaluator, block, body, inputs, block.header.name.span, false);
        }
    }
}

/// Runs a block's statements on `inputs`; gives its outputs, and the layers it declared.
pub fn run_block<'a>(
    e: &mut Evaluator<'_, 'a>,
    block: &'a Block,
    body: &'a [NetworkStmt],
    inputs: Vec<Spanned>,
    span: Span,
    declared_before: bool,
) -> (Val, Bound) {
    if let Err(val) = bind_given(e, block, body, &inputs, span) {
        return (val, Bound::new());
    }
    e.builder.bodies.push(body);
    let made = block_statements(e, body, declared_before);
    e.builder.bodies.pop();
    let (outputs, layers) = made;
    let outputs = match outputs {
        Ok(outputs) => outputs,
        Err(val) => return (val, layers),
    };
    let val = match outputs.as_slice() {
        [] => e.fail(
            Diagnostic::error("no-output", format!("block `{}` has no output", block.header.name.node))
                .label(block.header.name.span, "nothing comes out")
                .help("end it with `out x`"),
        ),
        [node] => Val::Tensor(*node),
        _ => Val::Tuple(outputs),
    };
    (val, layers)
}

/// What the statements put out, or what stands for it where one is wrong, and the layers they declared.
fn block_statements<'a>(
    e: &mut Evaluator<'_, 'a>,
    body: &'a [NetworkStmt],
    declared_before: bool,
) -> (Result<Vec<NodeId>, Val>, Bound) {
    let mut layers = Bound::new();
    let mut outputs = vec![];
    for stmt in body {
        match stmt {
            NetworkStmt::Module { name, body, .. } if !declared_before => {
                let function = e.named(&name.node, |e| {
                    let val = e.known(body);
                    e.function(val, body.span)
                });
                let val = function.map_or(Val::Poison, Val::Function);
                layers.insert(name.node.clone(), val.clone());
                e.vars.insert(name.node.clone(), val);
            }
            NetworkStmt::Input { .. } | NetworkStmt::Module { .. } => {}
            NetworkStmt::Let { names, value, span } => {
                names.iter().for_each(|n| {
                    e.vars.remove(&n.node);
                });
                bind_let(e, names, value, *span);
            }
            NetworkStmt::Output { value, .. } => match e.known(value) {
                Val::Tensor(node) => outputs.push(node),
                Val::Tuple(more) => outputs.extend(more),
                Val::Poison => return (Err(Val::Poison), layers),
                other => return (Err(e.fail(not_an_output(&other, value.span))), layers),
            },
        }
    }
    (Ok(outputs), layers)
}

/// Binds the inputs of a block to what it is applied to, one tensor each.
fn bind_given<'a>(
    e: &mut Evaluator<'_, 'a>,
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
        .filter_map(
            |s| if let NetworkStmt::Input { name, shape, .. } = s { Some((name, shape.as_slice())) } else { None },
        )
        .collect();
    if wanted.len() != nodes.len() {
        let name = &block.header.name;
        let val = e.fail(
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
        let offer = Offer { name: name.node.clone(), shape: e.builder.nodes[node.0].shape.clone(), span };
        let before = e.cx.count();
        if !unify(e, shape, &offer, name, span, Taker::Block(&block.header.name.node)) {
            let from = e.upstream(&[node]);
            e.cx.diagnostics.borrow_mut()[before..].iter_mut().for_each(|d| d.follows.extend(&from));
            return Err(Val::Poison);
        }
        e.vars.insert(name.node.clone(), Val::Tensor(node));
    }
    Ok(())
}

/// "one input", "2 inputs".
fn counted(inputs: usize) -> String {
    if inputs == 1 { "one input".into() } else { format!("{inputs} inputs") }
}
