//! Losses, each a builtin held against the output and the target it reads; and how a builtin names them, as metrics do, too.

use super::{Misfit, PipelineChecker, Scope};
use crate::builtin::value::unfit;
use crate::builtin::{Category, Kind, Value};
use crate::check::args;
use crate::check::mentions::mentioned;
use crate::check::unknown::{Noun, unknown_of};
use crate::check::value::{ArgVal, RowCall, Val, Wanted};
use crate::diagnostic::Diagnostic;
use crate::hir::{self, LossTerm};
use crate::shape::Shape;
use crate::span::Span;
use crate::syntax::ast::{BinaryOp, Expr, ExprNode, PipelineStmt};
use std::collections::BTreeSet;

impl PipelineChecker<'_> {
    /// The terms of the pipeline's loss.
    pub(super) fn losses(&self, scope: Scope<'_>) -> Vec<LossTerm> {
        let mut terms = vec![];
        if let Some(expr) = self.find(|s| if let PipelineStmt::Loss { value, .. } = s { Some(value) } else { None }) {
            self.loss(expr, Coefficient::ONE, scope, &mut terms);
        }
        terms
    }

    /// A sum of losses with coefficients.
    fn loss(&self, expr: &Expr, coefficient: Coefficient, scope: Scope<'_>, terms: &mut Vec<LossTerm>) {
        if let Some(found) = self.cx.dashed(self.file, self.vars, expr) {
            return self.cx.report(found);
        }
        match &expr.node {
            ExprNode::Binary(op @ (BinaryOp::Add | BinaryOp::Sub), left, right) => {
                self.loss(left, coefficient, scope, terms);
                let sign = if *op == BinaryOp::Add { 1.0 } else { -1.0 };
                self.loss(right, coefficient.times(sign), scope, terms);
            }
            ExprNode::Binary(BinaryOp::Mul, left, right) => match (self.number(left), self.number(right)) {
                (Some(x), None) => self.loss(right, self.scaled(coefficient, x, left), scope, terms),
                (None, Some(x)) => self.loss(left, self.scaled(coefficient, x, right), scope, terms),
                _ => self.cx.report(bad_loss(expr.span)),
            },
            ExprNode::Binary(BinaryOp::Div, left, right) => match self.number(right) {
                Some(x) if x != 0.0 => self.loss(left, self.scaled(coefficient, 1.0 / x, right), scope, terms),
                _ => self.cx.report(bad_loss(expr.span)),
            },
            _ => terms.extend(self.term(expr, coefficient, scope)),
        }
    }

    /// The coefficient times `factor`, which is written as `expr`.
    fn scaled(&self, coefficient: Coefficient, factor: f64, expr: &Expr) -> Coefficient {
        let mut names = BTreeSet::new();
        mentioned(expr, &mut names);
        let weighed = coefficient.weighed || !names.is_empty();
        Coefficient { weighed, last: Some(expr.span), ..coefficient.times(factor) }
    }

    /// A number, without a word about what is none.
    fn number(&self, expr: &Expr) -> Option<f64> {
        match self.cx.eval(self.file, self.vars.clone(), expr) {
            Val::Plain(Value::Int(i)) => Some(i as f64),
            Val::Plain(Value::Float(x)) => Some(x),
            _ => None,
        }
    }

    fn term(&self, expr: &Expr, coefficient: Coefficient, scope: Scope<'_>) -> Option<LossTerm> {
        let (row, operands) = self.row(expr, Category::Loss, scope)?;
        let (builtin, loss) =
            args::decode(self.cx, &row, "loss", |kind| if let Kind::Loss(make) = kind { Some(*make) } else { None })?;
        if let Some(why) = unfit(coefficient.value) {
            self.cx.report(
                Diagnostic::value_error("out-of-range", format!("the number in front of a loss {why}"))
                    .label(coefficient.last.unwrap_or(expr.span), "beyond the numbers of tensors"),
            );
            return None;
        }
        let network = scope.network?;
        let output = self.output(&operands, network, expr.span)?;
        let data = scope.data?;
        // A bare `l1` is held against the target, as every other bare loss; `l1(foreground)` is the size of an output.
        let bare = operands.outputs.is_empty() && operands.target.is_none() && data.targets.len() == 1;
        let target =
            if loss.needs_target() || bare { Some(self.target(&operands, data, expr.span)?) } else { operands.target };
        let shape = network.shape(network.outputs[output].node);
        if let Err(error) = loss.check(shape, target.map(|t| &data.targets[t].kind)) {
            let (output_of, target_of) = (&network.outputs[output], target.map(|t| &data.targets[t]));
            self.cx.report(mismatch(
                "loss-mismatch",
                error,
                (expr.span, operands.is_empty()),
                output_of,
                shape,
                target_of,
            ));
            self.misfits.borrow_mut().extend(target.map(|target| Misfit::Pair(output, target)));
            return None;
        }
        let Coefficient { value, weighed, .. } = coefficient;
        let (word, span) = (builtin.name, expr.span);
        Some(LossTerm { word, coefficient: value, weighed, loss, output, target, span })
    }

    /// A builtin whose arguments may name outputs and targets: those are taken out.
    pub(super) fn row(&self, expr: &Expr, wanted: Category, scope: Scope<'_>) -> Option<(RowCall, Operands)> {
        let (callee, given) = match &expr.node {
            ExprNode::Call(callee, given) => (callee.as_ref(), given.as_slice()),
            _ => (expr, [].as_slice()),
        };
        let row = match self.cx.wanting(Wanted::Builtin(wanted), || self.eval(callee)) {
            Val::Row(row) => row,
            Val::Poison => return None,
            other => {
                let noun = wanted.noun();
                self.cx.report(
                    args::wrong_value(&other, &format!("a {noun}"), callee.span)
                        .help(format!("`mhm explain` lists every {noun}")),
                );
                return None;
            }
        };
        let mut call = RowCall { span: expr.span, ..RowCall::clone(&row) };
        let mut operands = Operands::default();
        for arg in given {
            let word = match &arg.value.node {
                ExprNode::Name(name) if arg.name.is_none() && !self.vars.contains_key(name) => Some(name.as_str()),
                _ => None,
            };
            let output = word.and_then(|w| scope.network?.outputs.iter().position(|o| o.name == w));
            let target = word.and_then(|w| {
                let targets = &scope.data?.targets;
                targets.iter().position(|t| t.name == w || (w == "target" && targets.len() == 1))
            });
            let detect = word.and_then(|w| scope.detections.iter().position(|d| d.name == w));
            match (output, target, detect, word) {
                // Only `detections` reads several.
                (Some(output), target, ..)
                    if operands.outputs.is_empty() || (target.is_none() && wanted == Category::Detection) =>
                {
                    operands.outputs.push(output);
                }
                (_, Some(target), ..) => operands.target = Some(target),
                (_, _, Some(detect), _) => operands.detections = Some(detect),
                // What is found there was wrong.
                (_, _, _, Some(word)) if self.detects(word) => return None,
                (_, _, _, Some(word)) => {
                    // It may be of what is not known.
                    let (Some(network), Some(data)) = (scope.network, scope.data) else { continue };
                    let outputs = network.outputs.iter().map(|o| o.name.clone());
                    let targets = data.targets.iter().map(|t| t.name.clone());
                    let names: Vec<String> =
                        outputs.chain(targets).chain(scope.detections.iter().map(|d| d.name.clone())).collect();
                    self.cx.report(unknown_of(Noun::OutputOrTarget, word, arg.value.span, &names));
                    return None;
                }
                _ => {
                    let val = self.cx.eval(self.file, self.vars.clone(), &arg.value);
                    call.args.push(ArgVal { name: arg.name.clone(), val, span: arg.value.span });
                }
            }
        }
        Some((call, operands))
    }

    fn detects(&self, word: &str) -> bool {
        self.pipeline.body.iter().any(|s| matches!(s, PipelineStmt::Detect { name, .. } if name.node == word))
    }

    pub(super) fn output(&self, operands: &Operands, network: &hir::Network, span: Span) -> Option<usize> {
        if let Some(output) = operands.outputs.first() {
            return Some(*output);
        }
        if network.outputs.len() == 1 {
            return Some(0);
        }
        let names: Vec<&str> = network.outputs.iter().map(|o| o.name.as_str()).collect();
        self.cx.report(
            Diagnostic::error(
                "which-output",
                format!("the network has {} outputs; of which one?", network.outputs.len()),
            )
            .label(span, "which output?")
            .help(format!(
                "name it first, as in `cross_entropy({})`; outputs are: {}",
                names[0],
                names.join(", ")
            )),
        );
        None
    }

    pub(super) fn target(&self, operands: &Operands, data: &hir::Dataset, span: Span) -> Option<usize> {
        if let Some(target) = operands.target {
            return Some(target);
        }
        if data.targets.len() == 1 {
            return Some(0);
        }
        let names: Vec<&str> = data.targets.iter().map(|t| t.name.as_str()).collect();
        if names.is_empty() {
            if self.misfits.borrow().contains(&Misfit::NoTarget) {
                return None;
            }
            self.misfits.borrow_mut().push(Misfit::NoTarget);
        }
        self.cx.report(match names.as_slice() {
            [] => Diagnostic::error("no-target", "the dataset has no target")
                .label(span, "needs one")
                .label(data.span, "declared without `target`")
                .help("add `target name: class(2) = …` to it"),
            _ => Diagnostic::error("which-target", format!("the dataset has {} targets; which one?", names.len()))
                .label(span, "which target?")
                .help(format!("name it after the output; targets are: {}", names.join(", "))),
        });
        None
    }
}

/// What a term is multiplied by, and whether a parameter has a say in it.
#[derive(Clone, Copy)]
struct Coefficient {
    value: f64,
    weighed: bool,
    /// Where its last factor is written.
    last: Option<Span>,
}

impl Coefficient {
    pub const ONE: Self = Self { value: 1.0, weighed: false, last: None };

    fn times(self, factor: f64) -> Self {
        Self { value: self.value * factor, ..self }
    }
}

/// The outputs, the target and the detections that a loss, metric or detection step names.
#[derive(Default)]
pub(super) struct Operands {
    pub outputs: Vec<usize>,
    pub target: Option<usize>,
    pub detections: Option<usize>,
}

impl Operands {
    pub fn is_empty(&self) -> bool {
        self.outputs.is_empty() && self.target.is_none() && self.detections.is_none()
    }
}

/// The shape of an output that predicts such a target.
fn natural(kind: &hir::TargetKind) -> Shape {
    let sizes = match kind {
        hir::TargetKind::Class { classes, axes, .. } => [axes.as_slice(), &[*classes]].concat(),
        hir::TargetKind::Multi { classes } | hir::TargetKind::Events { classes, .. } => vec![*classes],
        hir::TargetKind::Real { shape } => shape.clone(),
    };
    Shape::of(&sizes)
}

/// `used`: where, and whether it names neither the output nor the target. One that names none is right as it stands, and what
/// it is given is shown first: the output of another rank, or the target of another size.
pub(super) fn mismatch(
    code: &'static str,
    error: crate::builtin::ShapeError,
    (span, is_bare): (Span, bool),
    output: &hir::Output,
    shape: &Shape,
    target: Option<&hir::Target>,
) -> Diagnostic {
    let axes = shape.0.iter().map(|d| format!(", {d}")).collect::<String>();
    let mut labels = vec![(span, String::new()), (output.span, format!("`{}` is [batch{axes}]", output.name))];
    labels.extend(target.map(|target| (target.span, format!("`{}` is {}", target.name, target.kind))));
    let first = match target.map(|target| natural(&target.kind)) {
        Some(natural) if natural == *shape => 0,
        Some(natural) if natural.rank() == shape.rank() => 2,
        Some(_) | None => 1,
    };
    if is_bare && labels[first].0.source == span.source {
        labels[..=first].rotate_right(1);
    }
    let diagnostic = labels.into_iter().fold(Diagnostic::error(code, error.message), |d, (at, text)| d.label(at, text));
    match error.help {
        Some(help) => diagnostic.help(help),
        None => diagnostic,
    }
}

fn bad_loss(span: Span) -> Diagnostic {
    Diagnostic::error("bad-loss", "a loss is a sum of losses, each with a number in front")
        .label(span, "not of that form")
        .help("for example `bce(base, label) + 1e-4 * l1(foreground)`")
}
