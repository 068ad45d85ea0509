//! Networks and blocks, statement by statement. Owns inputs, modules, outputs and what of them is used.

use super::Checker;
use super::elaborate::{Builder, Family};
use super::eval::{Evaluator, dim};
use super::names::ItemId;
use super::value::{Bound, Func, Spanned, Val};
use crate::builtin::Value;
use crate::diagnostic::Diagnostic;
use crate::hir::{self, Input, Node, NodeId, NodeOp, Output};
use crate::shape::{Dim, Shape};
use crate::span::{Ident, Span};
use crate::suggest::nearest;
use crate::syntax::ast::{Block, BlockBody, Expr, ExprNode, Network, NetworkStmt, Role};

/// A modality that a network can be given.
#[derive(Clone, Debug)]
pub struct Offer {
    pub name: String,
    pub shape: Shape,
    pub span: Span,
}

/// A network alone: sizes stay symbols, an `each` input stands for two modalities.
pub fn check_network<'a>(cx: &Checker<'a>, id: ItemId, network: &'a Network, vars: Bound) -> Option<hir::Network> {
    elaborate(cx, id, network, vars, None, network.header.name.span)
}

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

/// A network given these modalities (`None`: symbolic ones).
pub fn elaborate<'a>(
    cx: &Checker<'a>,
    id: ItemId,
    network: &'a Network,
    vars: Bound,
    offers: Option<&[Offer]>,
    span: Span,
) -> Option<hir::Network> {
    let before = cx.count();
    let mut builder = Builder::default();
    let mut evaluator = Evaluator { cx, file: id.file, vars, builder: &mut builder };
    if id.file != 0 {
        evaluator.builder.calls.push(span);
    }
    evaluator.builder.declared = network.header.params.iter().map(|p| (p.name.node.clone(), p.name.span)).collect();
    if !bind_inputs(&mut evaluator, network, offers, span) {
        return None;
    }
    let mut outputs: Vec<Output> = vec![];
    for stmt in &network.body {
        statement(&mut evaluator, stmt, &mut outputs);
    }
    if outputs.is_empty() && !network.body.iter().any(|s| matches!(s, NetworkStmt::Output { .. })) {
        cx.report(
            Diagnostic::error("no-output", format!("network `{}` has no output", network.header.name.node))
                .label(network.header.name.span, "nothing comes out")
                .help("end it with `out head(x)`"),
        );
    }
    let name = network.header.name.node.clone();
    let Builder { mut nodes, inputs, mut modules, .. } = builder;
    mark_used(&mut nodes, &mut modules, &outputs);
    cx.sound_since(before).then_some(hir::Network {
        name,
        span: network.header.name.span,
        used_at: span,
        allow: network.header.allowed(),
        inputs,
        modules,
        nodes,
        outputs,
    })
}

/// A module is used where an output depends on a node of it.
fn mark_used(nodes: &mut [Node], modules: &mut [hir::Module], outputs: &[Output]) {
    let mut live = vec![false; nodes.len()];
    for output in outputs {
        live[output.node.0] = true;
    }
    for i in (0..nodes.len()).rev() {
        if live[i] {
            for input in nodes[i].inputs.clone() {
                live[input.0] = true;
            }
            if let Some(module) = nodes[i].module {
                modules[module.0].used = true;
            }
        }
    }
}

fn bind_inputs<'a>(e: &mut Evaluator<'_, 'a>, network: &'a Network, offers: Option<&[Offer]>, span: Span) -> bool {
    let declared: Vec<(&Ident, bool, &'a [Expr], Span)> = network
        .body
        .iter()
        .filter_map(|stmt| match stmt {
            NetworkStmt::Input { name, each, shape, span } => Some((name, *each, shape.as_slice(), *span)),
            NetworkStmt::Module { .. } | NetworkStmt::Let { .. } | NetworkStmt::Output { .. } => None,
        })
        .collect();
    for (i, (name, ..)) in declared.iter().enumerate() {
        if let Some((first, ..)) = declared[..i].iter().find(|(n, ..)| n.node == name.node) {
            e.cx.report(shadowed(name, first.span));
        }
    }
    if declared.is_empty() {
        e.cx.report(
            Diagnostic::error("no-input", format!("network `{}` has no input", network.header.name.node))
                .label(network.header.name.span, "nothing goes in")
                .help("begin it with `in name: [sizes]`, one per modality"),
        );
        return false;
    }
    let singles: Vec<&str> = declared.iter().filter(|d| !d.1).map(|d| d.0.node.as_str()).collect();
    let mut each_seen: Option<Span> = None;
    for (name, each, shape, at) in declared {
        let val = match (offers, each) {
            (_, true) if each_seen.is_some() => {
                e.cx.report(
                    Diagnostic::error("each-mismatch", "a network has one `in each`")
                        .label(at, "a second one")
                        .label(each_seen.unwrap_or(at), "the first"),
                );
                Val::Poison
            }
            (None, false) => {
                let shape = standalone_shape(e, shape);
                Val::Tensor(add_input(e, &name.node, shape, at))
            }
            (None, true) => Val::Views(
                // Two modalities of one shape stand for any number of any.
                ["first", "second"]
                    .map(|member| {
                        let shape = standalone_shape(e, shape);
                        (member.to_string(), add_input(e, member, shape, at))
                    })
                    .to_vec(),
            ),
            (Some(offers), false) => bind_single(e, name, shape, offers, span),
            (Some(offers), true) => {
                let rest: Vec<&Offer> = offers.iter().filter(|o| !singles.contains(&o.name.as_str())).collect();
                bind_each(e, name, shape, &rest, span)
            }
        };
        if each {
            each_seen = Some(at);
        }
        e.builder.declared.insert(name.node.clone(), name.span);
        e.vars.insert(name.node.clone(), val);
    }
    true
}

fn bind_single<'a>(e: &mut Evaluator<'_, 'a>, name: &Ident, shape: &'a [Expr], offers: &[Offer], span: Span) -> Val {
    let Some(offer) = offers.iter().find(|o| o.name == name.node) else {
        let names: Vec<&str> = offers.iter().map(|o| o.name.as_str()).collect();
        let near = nearest(&name.node, names.iter().copied());
        let diagnostic = Diagnostic::error("unknown-modality", format!("the dataset has no modality `{}`", name.node))
            .label(span, "the network is used here")
            .label(name.span, "the network reads it here");
        return e.cx.poison(match near {
            Some(near) => diagnostic
                .help(format!("it has `{near}`: name the input so, or use an `in each` input, which takes any names")),
            None => {
                diagnostic.help(format!("it has: {}; name the input so, or use an `in each` input", names.join(", ")))
            }
        });
    };
    match unify(e, shape, offer, name, span, Taker::Network) {
        true => Val::Tensor(add_input(e, &offer.name, offer.shape.clone(), name.span)),
        false => Val::Poison,
    }
}

fn bind_each<'a>(e: &mut Evaluator<'_, 'a>, name: &Ident, shape: &'a [Expr], offers: &[&Offer], span: Span) -> Val {
    let mut members = vec![];
    let outer = e.vars.clone();
    for offer in offers {
        // Symbols bind per member.
        e.vars = outer.clone();
        if !unify(e, shape, offer, name, span, Taker::Network) {
            return Val::Poison;
        }
        members.push((offer.name.clone(), add_input(e, &offer.name, offer.shape.clone(), name.span)));
    }
    e.vars = outer;
    e.builder.each = Some(shape);
    Val::Views(members)
}

/// Binds the symbols of a declared shape to an actual one; reports where they disagree.
fn unify<'a>(
    e: &mut Evaluator<'_, 'a>,
    shape: &'a [Expr],
    offer: &Offer,
    name: &Ident,
    span: Span,
    taker: Taker<'_>,
) -> bool {
    let declared = match shape {
        [] => "[]".to_string(),
        [first, .., last] => format!("[{}]", e.cx.program.sources.text(first.span.to(last.span))),
        [only] => format!("[{}]", e.cx.program.sources.text(only.span)),
    };
    if shape.len() != offer.shape.rank() {
        e.cx.report(unfit(taker, &declared, offer, name, name.span, span));
        return false;
    }
    for (axis, actual) in shape.iter().zip(&offer.shape.0) {
        if let ExprNode::Name(symbol) = &axis.node
            && !e.vars.contains_key(symbol)
        {
            e.vars.insert(symbol.clone(), size(actual));
            continue;
        }
        let expected = match e.known(axis) {
            Val::Plain(value) => dim(&value),
            _ => None,
        };
        if expected.as_ref() != Some(actual) {
            let said = e.cx.program.sources.text(axis.span).to_string();
            let value = expected
                .map_or(String::new(), |d| if d.to_string() == said { String::new() } else { format!(" {d} here") });
            let diagnostic = unfit(taker, &declared, offer, name, axis.span, span);
            e.cx.report(if value.is_empty() { diagnostic } else { diagnostic.help(format!("`{said}` is{value}")) });
            return false;
        }
    }
    true
}

/// "one input", "2 inputs".
fn counted(inputs: usize) -> String {
    if inputs == 1 { "one input".into() } else { format!("{inputs} inputs") }
}

/// What takes an input: a network a modality, a block a tensor.
#[derive(Clone, Copy)]
enum Taker<'n> {
    Network,
    Block(&'n str),
}

/// The declared shape against the actual one.
fn unfit(taker: Taker<'_>, declared: &str, offer: &Offer, name: &Ident, at: Span, span: Span) -> Diagnostic {
    let (input, shape) = (&name.node, &offer.shape);
    match taker {
        Taker::Network => Diagnostic::error(
            "shape-mismatch",
            format!("the network takes `{input}` as {declared}, the dataset has `{}` as {shape}", offer.name),
        )
        .label(span, "used here")
        .label(at, "declared by the network")
        .label(offer.span, format!("{shape} in the dataset")),
        Taker::Block(block) => Diagnostic::error(
            "shape-mismatch",
            format!("`{block}` takes `{input}` as {declared}, here it gets {shape}"),
        )
        .label(span, format!("{shape} here"))
        .label(at, "declared by the block"),
    }
}

fn size(dim: &Dim) -> Val {
    Val::Plain(dim.value().map_or_else(|| Value::Dim(dim.clone()), Value::Int))
}

/// Inside the body of an `each` module the symbols of the `in each` shape are this member's.
pub fn bind_member<'a>(e: &Evaluator<'_, 'a>, vars: &mut Bound, node: NodeId) {
    let actual = &e.builder.nodes[node.0].shape;
    let declared = e.builder.each.filter(|axes| axes.len() == actual.rank()).unwrap_or_default();
    for (axis, dim) in declared.iter().zip(&actual.0) {
        if let ExprNode::Name(symbol) = &axis.node {
            vars.entry(symbol.clone()).or_insert_with(|| size(dim));
        }
    }
}

/// Sizes of a declared shape where nothing is known of the data.
fn standalone_shape<'a>(e: &mut Evaluator<'_, 'a>, shape: &'a [Expr]) -> Shape {
    let axes = shape.iter().map(|axis| match &axis.node {
        ExprNode::Name(symbol) if !e.vars.contains_key(symbol) => {
            let dim = Dim::symbol(symbol.clone());
            e.vars.insert(symbol.clone(), Val::Plain(Value::Dim(dim.clone())));
            dim
        }
        _ => match e.known(axis) {
            Val::Plain(value) if dim(&value).is_some() => dim(&value).unwrap_or(Dim::constant(1)),
            Val::Poison => Dim::symbol("?"),
            other => {
                e.fail(
                    Diagnostic::error("wrong-type", format!("a size is needed here, this is {}", other.noun()))
                        .label(axis.span, other.noun()),
                );
                Dim::symbol("?")
            }
        },
    });
    Shape(axes.collect())
}

fn add_input(e: &mut Evaluator<'_, '_>, name: &str, shape: Shape, span: Span) -> NodeId {
    let index = e.builder.inputs.len();
    let node = NodeId(e.builder.nodes.len());
    e.builder.nodes.push(Node {
        op: NodeOp::Input(index),
        inputs: vec![],
        shape: shape.clone(),
        module: None,
        weights: vec![],
        span,
    });
    e.builder.inputs.push(Input { name: name.into(), shape, node, span });
    node
}

fn statement<'a>(e: &mut Evaluator<'_, 'a>, stmt: &'a NetworkStmt, outputs: &mut Vec<Output>) {
    match stmt {
        NetworkStmt::Input { .. } => {}
        NetworkStmt::Module { role, each, name, body, from, span } => {
            let sound = unshadowed(e, name);
            let function = if *each {
                let family = Family {
                    name: name.node.clone(),
                    role: role.node,
                    body,
                    file: e.file,
                    vars: e.vars.clone(),
                    span: name.span,
                    members: vec![],
                };
                e.builder.families.push(family);
                Some(Func::Each(e.builder.families.len() - 1))
            } else {
                let _ = span;
                e.module(&name.node, role.node, from.as_ref().map(|f| f.node.clone()), name.span, |e| {
                    let val = e.known(body);
                    e.function(val, body.span)
                })
            };
            e.vars.insert(name.node.clone(), function.filter(|_| sound).map_or(Val::Poison, Val::Function));
        }
        NetworkStmt::Let { names, value, span } => bind_let(e, names, value, *span),
        NetworkStmt::Output { name, value, span } => output(e, name.as_ref(), value, *span, outputs),
    }
}

/// Whether a name is new; reported where it is not.
fn unshadowed(e: &mut Evaluator<'_, '_>, name: &Ident) -> bool {
    let first = e.builder.declared.insert(name.node.clone(), name.span);
    if !e.vars.contains_key(&name.node) {
        return true;
    }
    let diagnostic = Diagnostic::error("shadowed-name", format!("`{}` has a meaning here already", name.node))
        .label(name.span, "declared again")
        .help("inputs, parameters, modules and `let` names of one network are one name each");
    e.fail(match first {
        Some(first) => diagnostic.label(first, "first here"),
        None => diagnostic,
    });
    false
}

fn shadowed(name: &Ident, first: Span) -> Diagnostic {
    Diagnostic::error("shadowed-name", format!("`{}` is declared twice", name.node))
        .label(name.span, "again here")
        .label(first, "first here")
}

fn bind_let<'a>(e: &mut Evaluator<'_, 'a>, names: &[Ident], value: &'a Expr, span: Span) {
    // All of them, not up to the first that is wrong.
    let sound = names.iter().filter(|name| !unshadowed(e, name)).count() == 0;
    let val = if sound { e.known(value) } else { Val::Poison };
    if let [name] = names {
        e.vars.insert(name.node.clone(), val);
        return;
    }
    let parts: Vec<Val> = match val {
        Val::Tuple(nodes) => nodes.into_iter().map(Val::Tensor).collect(),
        Val::Views(members) => members.into_iter().map(|(_, node)| Val::Tensor(node)).collect(),
        Val::List(items) => items.into_iter().map(|i| i.val).collect(),
        Val::Poison => vec![Val::Poison; names.len()],
        other => vec![other],
    };
    if parts.len() != names.len() {
        e.fail(
            Diagnostic::error(
                "wrong-arity",
                format!(
                    "{} names for {}",
                    names.len(),
                    if parts.len() == 1 { "one value".into() } else { format!("{} values", parts.len()) }
                ),
            )
            .label(value.span, format!("gives {}", parts.len()))
            .label(span, format!("takes {}", names.len())),
        );
    }
    for (i, name) in names.iter().enumerate() {
        e.vars.insert(name.node.clone(), parts.get(i).cloned().unwrap_or(Val::Poison));
    }
}

fn output<'a>(e: &mut Evaluator<'_, 'a>, name: Option<&Ident>, value: &'a Expr, span: Span, outputs: &mut Vec<Output>) {
    let named = name.map_or("out".to_string(), |n| n.node.clone());
    if let Some(first) = outputs.iter().find(|o| o.name == named) {
        let help = "several outputs have a name each: `out base = …`";
        let first = first.span;
        e.fail(
            Diagnostic::error("shadowed-name", format!("there are two outputs called `{named}`"))
                .label(span, "again here")
                .label(first, "first here")
                .help(help),
        );
        return;
    }
    match e.known(value) {
        Val::Tensor(node) => outputs.push(Output { name: named, node, span: value.span }),
        Val::Poison => {}
        other => {
            e.fail(not_an_output(&other, value.span));
        }
    }
}

fn not_an_output(val: &Val, span: Span) -> Diagnostic {
    let help = match val {
        Val::Function(_) | Val::Row(_) => "a layer alone computes nothing: apply it, as in `classify(x)`",
        Val::Views(_) | Val::Tuple(_) => "join them into one tensor, for example with `concat`",
        _ => "an output is a tensor",
    };
    Diagnostic::error("wrong-type", format!("an output must be a tensor, this is {}", val.noun()))
        .label(span, val.noun())
        .help(help)
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
    let mut nodes = vec![];
    for input in &inputs {
        match &input.val {
            Val::Tensor(node) => nodes.push(*node),
            Val::Tuple(more) => nodes.extend(more),
            Val::Views(members) => nodes.extend(members.iter().map(|(_, node)| *node)),
            _ => return (Val::Poison, Bound::new()),
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
        return (val, Bound::new());
    }
    for ((name, shape), node) in wanted.into_iter().zip(nodes) {
        let offer = Offer { name: name.node.clone(), shape: e.builder.nodes[node.0].shape.clone(), span };
        if !unify(e, shape, &offer, name, span, Taker::Block(&block.header.name.node)) {
            return (Val::Poison, Bound::new());
        }
        e.vars.insert(name.node.clone(), Val::Tensor(node));
    }
    let mut layers = Bound::new();
    let mut outputs = vec![];
    for stmt in body {
        match stmt {
            NetworkStmt::Module { name, body, .. } if !declared_before => {
                let val = e.known(body);
                let val = e.function(val, body.span).map_or(Val::Poison, Val::Function);
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
                Val::Poison => return (Val::Poison, layers),
                other => return (e.fail(not_an_output(&other, value.span)), layers),
            },
        }
    }
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
