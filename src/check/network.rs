//! Networks and blocks, statement by statement. Owns inputs, modules, outputs and what of them is used.

mod blocks;
mod inputs;

pub use blocks::check_block;
pub use inputs::Offer;

use super::argument::arguments;
use super::builder::{Builder, Family};
use super::checker::Checker;
use super::evaluator::Evaluator;
use super::names::ItemId;
use super::value::{Bound, Func, Val};
use crate::diagnostic::Diagnostic;
use crate::hir::{self, Node, Output};
use crate::span::{Ident, Span};
use crate::syntax::ast::{Expr, Network, NetworkStmt};

/// A network alone: sizes stay symbols, an `each` input stands for two modalities.
pub fn check_network<'a>(cx: &Checker<'a>, id: ItemId, network: &'a Network, vars: Bound) -> Option<hir::Network> {
    elaborate(cx, id, network, vars, None, network.header.name.span)
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
    if let Some(param) = network.header.params.iter().find(|p| matches!(vars.get(&p.name.node), Some(Val::Function(_))))
    {
        cx.report(made_outside(&param.name, span));
        return None;
    }
    let arguments = arguments(cx, &network.header.params, &vars);
    let mut builder = Builder::default();
    let mut evaluator = Evaluator { cx, file: id.file, vars, builder: &mut builder };
    if id.file != 0 {
        evaluator.builder.calls.push(span);
    }
    evaluator.builder.declared = network.header.params.iter().map(|p| (p.name.node.clone(), p.name.span)).collect();
    if !evaluator.bind_inputs(network, offers, span) {
        return None;
    }
    let mut outputs: Vec<Output> = vec![];
    evaluator.builder.bodies.push(&network.body);
    for stmt in &network.body {
        evaluator.statement(stmt, &mut outputs);
    }
    if outputs.is_empty() && !network.body.iter().any(|s| matches!(s, NetworkStmt::Output { .. })) {
        cx.report(
            Diagnostic::error("no-output", format!("network `{}` has no output", network.header.name.node))
                .label(network.header.name.span, "nothing comes out")
                .help("end it with `out head(x)`"),
        );
    }
    // An output of unknown arguments is none, and what it depends on cannot be told.
    let declared = network.body.iter().filter(|s| matches!(s, NetworkStmt::Output { .. })).count();
    let whole = outputs.len() == declared;
    let name = network.header.name.node.clone();
    let Builder { mut nodes, inputs, mut modules, .. } = builder;
    mark_used(&mut nodes, &mut modules, &outputs);
    sort_modules(&mut nodes, &mut modules);
    (whole && cx.sound_since(before)).then_some(hir::Network {
        name,
        span: network.header.name.span,
        used_at: span,
        allow: network.header.allowed(),
        arguments,
        inputs,
        modules,
        nodes,
        outputs,
    })
}

/// Modules in the order of their roles, then of their declarations: an `each` family is made as late as its first use.
fn sort_modules(nodes: &mut [Node], modules: &mut [hir::Module]) {
    let mut order: Vec<usize> = (0..modules.len()).collect();
    order.sort_by_key(|&m| (modules[m].role, modules[m].span, m));
    let mut place = vec![0; order.len()];
    order.iter().enumerate().for_each(|(new, &old)| place[old] = new);
    for module in nodes.iter_mut().filter_map(|n| n.module.as_mut()) {
        module.0 = place[module.0];
    }
    modules.sort_by_key(|m| (m.role, m.span));
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

/// The layers of a network are made in it.
fn made_outside(param: &Ident, span: Span) -> Diagnostic {
    Diagnostic::type_error(
        "wrong-type",
        format!("`{}` is a chain of layers that is made outside the network", param.node),
    )
    .label(span, "given here")
    .label(param.span, "for this parameter")
    .help("give the chain a name and pass that: `block Inner = linear(3) |> relu`")
}

impl<'a> Evaluator<'_, 'a> {
    fn statement(&mut self, stmt: &'a NetworkStmt, outputs: &mut Vec<Output>) {
        match stmt {
            NetworkStmt::Input { .. } => {}
            NetworkStmt::Module { role, each, name, body, from, .. } => {
                let sound = self.unshadowed(name);
                let function = if *each {
                    let family = Family {
                        name: name.node.clone(),
                        role: role.node,
                        body,
                        file: self.file,
                        vars: self.vars.clone(),
                        from: from.as_ref().map(|f| f.node.clone()),
                        span: name.span,
                        members: vec![],
                    };
                    self.builder.families.push(family);
                    Some(Func::Each(self.builder.families.len() - 1))
                } else {
                    self.module(&name.node, role.node, from.as_ref().map(|f| f.node.clone()), name.span, |e| {
                        let val = e.known(body);
                        e.function(val, body.span)
                    })
                };
                self.vars.insert(name.node.clone(), function.filter(|_| sound).map_or(Val::Poison, Val::Function));
            }
            NetworkStmt::Let { names, value, span } => self.bind_let(names, value, *span),
            NetworkStmt::Output { name, value, span } => self.output(name.as_ref(), value, *span, outputs),
        }
    }

    /// Whether a name is new; reported where it is not.
    fn unshadowed(&mut self, name: &Ident) -> bool {
        let first = self.builder.declared.insert(name.node.clone(), name.span);
        if !self.vars.contains_key(&name.node) {
            return true;
        }
        let diagnostic = Diagnostic::error("shadowed-name", format!("`{}` has a meaning here already", name.node))
            .label(name.span, "declared again")
            .help("inputs, parameters, modules and `let` names of one network are one name each");
        self.fail(match first {
            Some(first) => diagnostic.label(first, "first here"),
            None => diagnostic,
        });
        false
    }

    fn bind_let(&mut self, names: &[Ident], value: &'a Expr, span: Span) {
        // All of them, not up to the first that is wrong.
        let sound = names.iter().filter(|name| !self.unshadowed(name)).count() == 0;
        let val = if sound { self.known(value) } else { Val::Poison };
        if let [name] = names {
            self.vars.insert(name.node.clone(), val);
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
            self.fail(
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
            self.vars.insert(name.node.clone(), parts.get(i).cloned().unwrap_or(Val::Poison));
        }
    }

    fn output(&mut self, name: Option<&Ident>, value: &'a Expr, span: Span, outputs: &mut Vec<Output>) {
        let named = name.map_or("out".to_string(), |n| n.node.clone());
        if let Some(first) = outputs.iter().find(|o| o.name == named) {
            let help = "several outputs have a name each: `out base = …`";
            let first = first.span;
            self.fail(
                Diagnostic::error("shadowed-name", format!("there are two outputs called `{named}`"))
                    .label(span, "again here")
                    .label(first, "first here")
                    .help(help),
            );
            return;
        }
        match self.known(value) {
            Val::Tensor(node) => outputs.push(Output { name: named, node, span: value.span }),
            Val::Poison => {}
            other => {
                self.fail(not_an_output(&other, value.span));
            }
        }
    }
}

fn not_an_output(val: &Val, span: Span) -> Diagnostic {
    let help = match val {
        Val::Function(_) | Val::Row(_) => "a layer alone computes nothing: apply it, as in `classify(x)`",
        Val::Views(_) | Val::Tuple(_) => "join them into one tensor, for example with `concat`",
        _ => "an output is a tensor",
    };
    Diagnostic::type_error("wrong-type", format!("an output must be a tensor, this is {}", val.noun()))
        .label(span, val.noun())
        .help(help)
}
