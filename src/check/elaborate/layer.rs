//! A layer applied: its inputs and their shapes, its node, and weights made at the first application and shared ever after.

use crate::builtin::{Arity, Asked, Presence, ShapeError};
use crate::check::builder::Instance;
use crate::check::evaluator::{Evaluator, not_a_tensor};
use crate::check::size::{self, MAX_NUMBERS};
use crate::check::value::{Spanned, Val};
use crate::diagnostic::{Diagnostic, Label};
use crate::hir::{ModuleId, Node, NodeId, NodeOp, Weight};
use crate::shape::Shape;
use crate::span::Span;

/// Nodes an elaborated network may have; a guard against blocks that grow without end.
const MAX_NODES: usize = 100_000;

impl Evaluator<'_, '_> {
    pub(super) fn apply_layer(&mut self, index: usize, inputs: Vec<Spanned>, span: Span) -> Val {
        let Some(flat) = self.flatten(inputs) else { return Val::Poison };
        let (word, layer, declared) = {
            let instance = &self.builder.instances[index];
            (instance.word, instance.layer.clone(), instance.span)
        };
        let word_span = self.builder.instances[index].word_span;
        // One input each for an op of one input, given one tensor per modality.
        if let (Arity::Exactly(1) | Arity::Between(1, _), [(Val::Views(members), at)]) =
            (layer.arity(), flat.as_slice())
        {
            let members = members.clone();
            let at = *at;
            return self.map_members(index, members, at, span);
        }
        let nodes: Vec<(NodeId, Span)> = flat
            .into_iter()
            .flat_map(|(val, at)| match val {
                Val::Tensor(node) => vec![(node, at)],
                Val::Views(members) => members.into_iter().map(|(_, node)| (node, at)).collect(),
                Val::Tuple(nodes) => nodes.into_iter().map(|node| (node, at)).collect(),
                Val::Plain(_)
                | Val::Length(_)
                | Val::List(_)
                | Val::Item(_)
                | Val::Row(_)
                | Val::Word(_)
                | Val::Function(_)
                | Val::Poison => vec![],
            })
            .collect();
        if !layer.arity().takes(nodes.len()) {
            return self.fail(wrong_arity(word, layer.arity(), nodes.len(), span));
        }
        let shapes: Vec<Shape> = nodes.iter().map(|(node, _)| self.builder.nodes[node.0].shape.clone()).collect();
        match layer.shape(&shapes) {
            Err(error) => {
                let labels = nodes.iter().zip(&shapes).map(|((_, at), s)| (*at, s)).collect::<Vec<_>>();
                // A module is wrong where it is given what it cannot take; a layer after others, where it is written.
                let first = nodes.iter().any(|(_, at)| *at != span) && !word_span.within(span);
                let place = if first || self.cx.program.is_library(declared) { span } else { word_span };
                let given: Vec<NodeId> = nodes.iter().map(|(node, _)| *node).collect();
                self.fail(shape_mismatch(error, place, &labels).follows(self.builder.upstream(&given)))
            }
            Ok(signature) => {
                if let Some(presence) = layer.asks() {
                    return self.ask(presence, nodes[0], signature.output, span);
                }
                let Some(weights) = self.weights(index, &shapes, signature.weights, span) else { return Val::Poison };
                let module = self.builder.owner.map(ModuleId);
                let inputs = nodes.into_iter().map(|(node, _)| node).collect();
                let op = NodeOp::Layer { word, layer };
                self.node(Node { op, inputs, shape: signature.output, module, weights, span: declared })
            }
        }
    }

    fn map_members(&mut self, index: usize, members: Vec<(String, NodeId)>, at: Span, span: Span) -> Val {
        let mut results = vec![];
        for (member, node) in members {
            match self.apply_layer(index, vec![Spanned { val: Val::Tensor(node), span: at }], span) {
                Val::Tensor(result) => results.push((member, result)),
                _ => return Val::Poison,
            }
        }
        Val::Views(results)
    }

    /// The input that says whether a modality is there.
    fn ask(&mut self, presence: Presence, (node, at): (NodeId, Span), shape: Shape, span: Span) -> Val {
        let name = match self.builder.nodes[node.0].op {
            NodeOp::Input(index) => Some(self.builder.inputs[index].name.clone()),
            NodeOp::Layer { .. } => None,
        };
        let Some(modality) = name.filter(|name| Asked::read(name).is_none()) else {
            return self.fail(
                Diagnostic::type_error(
                    "wrong-type",
                    "`available` asks whether a sample has a modality, this was computed",
                )
                .label(at, "no input of the network")
                .help("ask the input that it was computed from: `available(gyro) * turn(gyro)`"),
            );
        };
        let name = Asked { presence, modality }.to_string();
        match self.builder.inputs.iter().find(|input| input.name == name) {
            Some(known) => Val::Tensor(known.node),
            None => Val::Tensor(self.builder.add_input(&name, shape, span)),
        }
    }

    fn flatten(&mut self, inputs: Vec<Spanned>) -> Option<Vec<(Val, Span)>> {
        let mut flat = vec![];
        for input in inputs {
            if !input.val.is_tensor() {
                self.fail(not_a_tensor(&input.val, input.span));
                return None;
            }
            flat.push((input.val, input.span));
        }
        Some(flat)
    }

    pub fn node(&mut self, node: Node) -> Val {
        if self.builder.nodes.len() >= MAX_NODES {
            return self.fail(
                Diagnostic::value_error("too-large", format!("the network has more than {MAX_NODES} operations"))
                    .label(node.span, "while making this"),
            );
        }
        if let Some(found) =
            size::unfit(&node.shape, format!("an operation makes {} of every sample", node.shape), node.span)
        {
            return self.fail(found);
        }
        self.builder.nodes.push(node);
        Val::Tensor(NodeId(self.builder.nodes.len() - 1))
    }

    /// The weights of an instance: made at its first application, the same ones later.
    fn weights(
        &mut self,
        index: usize,
        shapes: &[Shape],
        specs: Vec<crate::builtin::WeightSpec>,
        span: Span,
    ) -> Option<Vec<usize>> {
        if specs.is_empty() {
            return Some(vec![]);
        }
        let Instance { word, span: declared, owner, bound, scope, .. } = &self.builder.instances[index];
        let (declared, owner, scope) = (*declared, *owner, *scope);
        let Some(owner) = owner else {
            let diagnostic = no_owner(word, declared);
            self.fail(diagnostic);
            return None;
        };
        if let Some((first, first_span, weights)) = bound {
            // Other inputs may need the same weights: rows of the same width, more or fewer of them.
            let made = &self.builder.modules[owner].weights;
            if weights.iter().map(|&w| &made[w].spec).eq(&specs) {
                return Some(weights.clone());
            }
            let diagnostic = shared_mismatch(word, declared, span, shapes, *first_span, first);
            self.fail(diagnostic);
            return None;
        }
        if let Some(huge) =
            specs.iter().find(|s| s.shape.elements().value().is_some_and(|n| !(0..MAX_NUMBERS).contains(&n)))
        {
            let message = format!("a weight of `{word}` would have {} numbers", huge.shape);
            self.fail(
                Diagnostic::value_error("too-large", message).label(declared, "made here").help(format!(
                    "one weight can have {MAX_NUMBERS} numbers at most; is a width meant to be so large?"
                )),
            );
            return None;
        }
        let path = self.builder.scopes.path(scope);
        let weights = &mut self.builder.modules[owner].weights;
        let start = weights.len();
        weights.extend(specs.into_iter().map(|spec| Weight { path: format!("{path}.{}", spec.name), spec }));
        let made: Vec<usize> = (start..weights.len()).collect();
        self.builder.instances[index].bound = Some((shapes.to_vec(), span, made.clone()));
        Some(made)
    }
}

fn shape_mismatch(error: ShapeError, span: Span, inputs: &[(Span, &Shape)]) -> Diagnostic {
    let mut diagnostic = Diagnostic::error("shape-mismatch", error.message).label(span, "");
    for (at, shape) in inputs {
        let text = format!("[batch{}]", shape.0.iter().map(|d| format!(", {d}")).collect::<String>());
        match diagnostic.labels.iter_mut().skip(1).find(|l| l.span == *at) {
            Some(label) => label.text = format!("{}, {text}", label.text),
            None => diagnostic.labels.push(Label { span: *at, text }),
        }
    }
    // The place says nothing of its own where an input stands at it.
    if diagnostic.labels.len() == 2 && diagnostic.labels[1].span == span {
        diagnostic.labels.remove(0);
    }
    match error.help {
        Some(help) => diagnostic.help(help),
        None => diagnostic,
    }
}

fn wrong_arity(word: &str, arity: Arity, given: usize, span: Span) -> Diagnostic {
    let plural = |n: usize| if n == 1 { "one tensor".to_string() } else { format!("{n} tensors") };
    let takes = match arity {
        Arity::Exactly(n) => plural(n),
        Arity::AtLeast(n) => format!("at least {}", plural(n)),
        Arity::Between(least, most) => format!("{least} to {most} tensors"),
    };
    let diagnostic =
        Diagnostic::error("wrong-arity", format!("`{word}` takes {takes}, here it gets {given}")).label(span, "here");
    match (arity, given) {
        (Arity::Exactly(1), n) if n > 1 => diagnostic.help("join them first, for example with `concat`"),
        _ => diagnostic,
    }
}

fn shared_mismatch(
    word: &str,
    declared: Span,
    span: Span,
    now: &[Shape],
    first_span: Span,
    first: &[Shape],
) -> Diagnostic {
    let list = |shapes: &[Shape]| shapes.iter().map(Shape::to_string).collect::<Vec<_>>().join(", ");
    Diagnostic::error("shared-weight-mismatch", format!("`{word}` is applied twice, to inputs of different shapes"))
        .label(span, format!("here to {}", list(now)))
        .label(first_span, format!("first to {}", list(first)))
        .label(declared, "declared once, so its weights are shared")
        .help("declare a second module if it should have weights of its own")
}

fn no_owner(word: &str, span: Span) -> Diagnostic {
    Diagnostic::error("weight-without-module", format!("the weights of `{word}` belong to no module"))
        .label(span, "outside every module")
        .help(format!("declare it with a role and apply that: `fusion joint = {word}(…)`, then `joint(x)`"))
}
