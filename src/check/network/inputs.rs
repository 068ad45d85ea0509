//! Inputs of networks and blocks: what is given, held against the declared shape, whose symbols it binds.

use crate::builtin::Value;
use crate::check::evaluator::{Evaluator, dim};
use crate::check::size;
use crate::check::value::{Bound, Val};
use crate::diagnostic::Diagnostic;
use crate::hir::NodeId;
use crate::shape::{Dim, Shape};
use crate::span::{Ident, Span};
use crate::suggest::nearest;
use crate::syntax::ast::{Expr, ExprNode, Network, NetworkStmt};

impl<'a> Evaluator<'_, 'a> {
    /// Binds every input of a network; whether there is one to go on with.
    pub(super) fn bind_inputs(&mut self, network: &'a Network, offers: Option<&[Offer]>, span: Span) -> bool {
        let declared = declared(network);
        for (i, input) in declared.iter().enumerate() {
            if let Some(first) = declared[..i].iter().find(|before| before.name.node == input.name.node) {
                self.cx.report(shadowed(input.name, first.name.span));
            }
        }
        if declared.is_empty() {
            self.cx.report(
                Diagnostic::error("no-input", format!("network `{}` has no input", network.header.name.node))
                    .label(network.header.name.span, "nothing goes in")
                    .help("begin it with `in name: [sizes]`, one per modality"),
            );
            return false;
        }
        let mut each: Option<Span> = None;
        for input in &declared {
            let name = input.name;
            let val = match (offers, each.filter(|_| input.each)) {
                (_, Some(first)) => self.cx.poison(
                    Diagnostic::error("each-mismatch", "a network has one `in each`")
                        .label(input.span, "a second one")
                        .label(first, "the first"),
                ),
                (None, None) => self.bind_symbols(input),
                (Some(offers), None) if input.each => {
                    let taken = |offer: &&Offer| declared.iter().any(|i| !i.each && i.name.node == offer.name);
                    let rest: Vec<&Offer> = offers.iter().filter(|offer| !taken(offer)).collect();
                    self.bind_each(name, input.shape, &rest, span)
                }
                (Some(offers), None) => self.bind_single(name, input.shape, offers, span),
            };
            if input.each {
                each = Some(input.span);
            }
            self.builder.declared.insert(name.node.clone(), name.span);
            self.vars.insert(name.node.clone(), val);
        }
        true
    }

    /// An input where nothing is known of the data.
    fn bind_symbols(&mut self, input: &Declared<'a>) -> Val {
        let mut add = |name: &str| {
            let shape = self.standalone_shape(input.shape);
            self.builder.add_input(name, shape, input.span)
        };
        if input.each {
            // Two modalities of one shape stand for any number of any.
            Val::Views(["first", "second"].map(|member| (member.to_string(), add(member))).to_vec())
        } else {
            Val::Tensor(add(&input.name.node))
        }
    }

    fn bind_single(&mut self, name: &Ident, shape: &'a [Expr], offers: &[Offer], span: Span) -> Val {
        let Some(offer) = offers.iter().find(|o| o.name == name.node) else {
            let names: Vec<&str> = offers.iter().map(|o| o.name.as_str()).collect();
            let near = nearest(&name.node, names.iter().copied());
            let diagnostic =
                Diagnostic::error("unknown-modality", format!("the dataset has no modality `{}`", name.node));
            let places = [(name.span, "the network reads it here"), (span, "the network is used here")];
            let diagnostic = own_first(span, places).into_iter().fold(diagnostic, |d, (at, text)| d.label(at, text));
            return self.cx.poison(match near {
                Some(near) => diagnostic.help(format!(
                    "it has `{near}`: name the input so, or use an `in each` input, which takes any names"
                )),
                None => diagnostic
                    .help(format!(
                        "it has: {}; name the input so, or use an `in each` input; where `modalities` leaves it out, take a network without it",
                        names.join(", ")
                    )),
            });
        };
        match self.unify(shape, offer, name, span, Consumer::Network) {
            true => Val::Tensor(self.builder.add_input(&offer.name, offer.shape.clone(), name.span)),
            false => Val::Poison,
        }
    }

    fn bind_each(&mut self, name: &Ident, shape: &'a [Expr], offers: &[&Offer], span: Span) -> Val {
        let mut members = vec![];
        let outer = self.vars.clone();
        for offer in offers {
            // Symbols bind per member.
            self.vars = outer.clone();
            if !self.unify(shape, offer, name, span, Consumer::Network) {
                return Val::Poison;
            }
            members.push((offer.name.clone(), self.builder.add_input(&offer.name, offer.shape.clone(), name.span)));
        }
        self.vars = outer;
        self.builder.each = Some(shape);
        Val::Views(members)
    }

    /// Binds the symbols of a declared shape to an actual one; reports where they disagree.
    pub(super) fn unify(
        &mut self,
        shape: &'a [Expr],
        offer: &Offer,
        name: &Ident,
        span: Span,
        consumer: Consumer<'_>,
    ) -> bool {
        let declared = match shape {
            [] => "[]".to_string(),
            [first, .., last] => format!("[{}]", self.cx.program.sources.text(first.span.to(last.span))),
            [only] => format!("[{}]", self.cx.program.sources.text(only.span)),
        };
        if shape.len() != offer.shape.rank() {
            self.cx.report(unfit(consumer, &declared, offer, name, name.span, span));
            return false;
        }
        for (axis, actual) in shape.iter().zip(&offer.shape.0) {
            if let ExprNode::Name(symbol) = &axis.node
                && !self.vars.contains_key(symbol)
            {
                self.vars.insert(symbol.clone(), size(actual));
                continue;
            }
            let expected = match self.known(axis) {
                Val::Plain(value) => dim(&value),
                _ => None,
            };
            if expected.as_ref() != Some(actual) {
                let said = self.cx.program.sources.text(axis.span).to_string();
                let value = expected.map_or(String::new(), |d| {
                    if d.to_string() == said { String::new() } else { format!(" {d} here") }
                });
                let diagnostic = unfit(consumer, &declared, offer, name, axis.span, span);
                self.cx.report(if value.is_empty() {
                    diagnostic
                } else {
                    diagnostic.help(format!("`{said}` is{value}"))
                });
                return false;
            }
        }
        true
    }

    /// Inside the body of an `each` module the symbols of the `in each` shape are this member's.
    pub fn bind_member(&self, vars: &mut Bound, node: NodeId) {
        let actual = &self.builder.nodes[node.0].shape;
        let declared = self.builder.each.filter(|axes| axes.len() == actual.rank()).unwrap_or_default();
        for (axis, dim) in declared.iter().zip(&actual.0) {
            if let ExprNode::Name(symbol) = &axis.node {
                vars.entry(symbol.clone()).or_insert_with(|| size(dim));
            }
        }
    }

    /// Sizes of a declared shape where nothing is known of the data.
    pub(super) fn standalone_shape(&mut self, shape: &'a [Expr]) -> Shape {
        let axes = shape.iter().map(|axis| match &axis.node {
            ExprNode::Name(symbol) if !self.vars.contains_key(symbol) => {
                let dim = Dim::symbol(symbol.clone());
                self.vars.insert(symbol.clone(), Val::Plain(Value::Dim(dim.clone())));
                dim
            }
            _ => match self.known(axis) {
                Val::Plain(value) if dim(&value).is_some() => dim(&value).unwrap_or(Dim::constant(1)),
                Val::Poison => Dim::symbol("?"),
                other => {
                    self.fail(
                        Diagnostic::type_error(
                            "wrong-type",
                            format!("a size is needed here, this is {}", other.noun()),
                        )
                        .label(axis.span, other.noun()),
                    );
                    Dim::symbol("?")
                }
            },
        });
        let made = Shape(axes.collect());
        if let (Some(first), Some(last)) = (shape.first(), shape.last())
            && let Some(found) = size::unfit(&made, format!("an input is {made}"), first.span.to(last.span))
        {
            self.fail(found);
        }
        made
    }
}

/// `in x: [T, D]`.
struct Declared<'a> {
    name: &'a Ident,
    each: bool,
    shape: &'a [Expr],
    span: Span,
}

fn declared(network: &Network) -> Vec<Declared<'_>> {
    let inputs = network.body.iter().filter_map(|stmt| match stmt {
        NetworkStmt::Input { name, each, shape, span } => Some(Declared { name, each: *each, shape, span: *span }),
        NetworkStmt::Module { .. } | NetworkStmt::Let { .. } | NetworkStmt::Output { .. } => None,
    });
    inputs.collect()
}

/// What an input belongs to: a network is given a modality, a block a tensor.
#[derive(Clone, Copy)]
pub(super) enum Consumer<'n> {
    Network,
    Block(&'n str),
}

/// The declared shape against the actual one.
fn unfit(consumer: Consumer<'_>, declared: &str, offer: &Offer, name: &Ident, at: Span, span: Span) -> Diagnostic {
    let (input, shape) = (&name.node, &offer.shape);
    match consumer {
        Consumer::Network => {
            let message =
                format!("the network takes `{input}` as {declared}, the dataset has `{}` as {shape}", offer.name);
            let places = own_first(span, [(at, "declared by the network"), (span, "used here")]);
            places
                .into_iter()
                .fold(Diagnostic::error("shape-mismatch", message), |d, (at, text)| d.label(at, text))
                .label(offer.span, format!("{shape} in the dataset"))
                .follows([offer.span])
        }
        Consumer::Block(block) => Diagnostic::error(
            "shape-mismatch",
            format!("`{block}` takes `{input}` as {declared}, here it gets {shape}"),
        )
        .label(span, format!("{shape} here"))
        .label(at, "declared by the block"),
    }
}

/// A network of the file that uses it is shown first, one of another file after its use.
fn own_first(used: Span, mut places: [(Span, &'static str); 2]) -> [(Span, &'static str); 2] {
    if places[0].0.source != used.source {
        places.reverse();
    }
    places
}

fn size(dim: &Dim) -> Val {
    Val::Plain(dim.value().map_or_else(|| Value::Dim(dim.clone()), Value::Int))
}

/// A modality that a network can be given.
#[derive(Clone, Debug)]
pub struct Offer {
    pub name: String,
    pub shape: Shape,
    pub span: Span,
}

pub(super) fn shadowed(name: &Ident, first: Span) -> Diagnostic {
    Diagnostic::error("shadowed-name", format!("`{}` is declared twice", name.node))
        .label(name.span, "again here")
        .label(first, "first here")
}
