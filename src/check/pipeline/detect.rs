//! `detect` statements: chains of steps from outputs to events, each held against what the one before gives.

use super::{PipelineChecker, Scope};
use crate::builtin::detection::{self, DetectionStep, Shape, Stage};
use crate::builtin::{Category, Kind, ShapeError};
use crate::check::args;
use crate::check::value::RowCall;
use crate::diagnostic::Diagnostic;
use crate::hir::{self, Detect};
use crate::span::{Ident, Span};
use crate::syntax::ast::{Expr, ExprNode, PipelineStmt};
use std::sync::Arc;

impl PipelineChecker<'_> {
    pub(super) fn detections(&self, scope: Scope<'_>) -> Vec<Detect> {
        let mut made: Vec<Detect> = vec![];
        for stmt in &self.pipeline.body {
            let PipelineStmt::Detect { name, value, .. } = stmt else { continue };
            if self.is_new(name, &made, scope) {
                made.extend(self.detect(name, value, scope));
            }
        }
        made
    }

    /// Metrics name outputs, targets and detections alike.
    fn is_new(&self, name: &Ident, made: &[Detect], scope: Scope<'_>) -> bool {
        let outputs = scope.network.iter().flat_map(|n| &n.outputs).map(|o| (&o.name, o.span));
        let targets = scope.data.iter().flat_map(|d| &d.targets).map(|t| (&t.name, t.span));
        let others = made.iter().map(|d| (&d.name, d.span));
        let mut all = outputs.chain(targets).chain(others);
        let Some((_, first)) = all.find(|(other, _)| **other == name.node) else { return true };
        self.cx.report(
            Diagnostic::error("shadowed-name", format!("`{}` is declared twice", name.node))
                .label(name.span, "again here")
                .label(first, "first here"),
        );
        false
    }

    fn detect(&self, name: &Ident, value: &Expr, scope: Scope<'_>) -> Option<Detect> {
        let (first, rest) = chain(value);
        let (row, operands) = self.row(first, Category::Detection, scope)?;
        if row.word != detection::FIRST.name {
            self.cx.report(
                Diagnostic::error("bad-detect", "a `detect` statement begins with `detections`")
                    .label(first.span, "names no outputs")
                    .help("name outputs: `detections(cas, scores) |> min_max |> …`"),
            );
            return None;
        }
        let head = self.step(&row)?;
        let mut steps = vec![(head, first.span)];
        for expr in rest {
            let (row, operands) = self.row(expr, Category::Detection, scope)?;
            if !operands.is_empty() {
                self.cx.report(
                    Diagnostic::error("bad-detect", "only `detections` reads outputs")
                        .label(expr.span, "this is a later step"),
                );
                return None;
            }
            steps.push((self.step(&row)?, expr.span));
        }
        let network = scope.network?;
        let (activations, scores, shape) = self.ends_of(&operands.outputs, network, first.span)?;
        let shape = self.through(&steps, shape)?;
        if shape.stage != Stage::Scored {
            self.cx.report(
                Diagnostic::error("bad-detect", format!("`{}` has no scored events at its end", name.node))
                    .label(value.span, "ends too early")
                    .help("end it with `|> proposals |> contrast |> nms`"),
            );
            return None;
        }
        let steps = steps.into_iter().map(|(step, _)| step).collect();
        let name_text = name.node.clone();
        Some(Detect { name: name_text, activations, scores, steps, classes: shape.classes, span: name.span })
    }

    fn step(&self, row: &RowCall) -> Option<Arc<dyn DetectionStep>> {
        let pick = |kind: &Kind| if let Kind::Detection(make) = kind { Some(*make) } else { None };
        args::decode(self.cx, row, "detection step", pick).map(|(_, step)| step)
    }

    fn through(&self, steps: &[(Arc<dyn DetectionStep>, Span)], shape: Shape) -> Option<Shape> {
        let mut shape = shape;
        for (step, span) in steps {
            match step.check(shape) {
                Ok(after) => shape = after,
                Err(ShapeError { message, help, .. }) => {
                    let diagnostic = Diagnostic::error("bad-detect", message).label(*span, "");
                    self.cx.report(help.into_iter().fold(diagnostic, Diagnostic::help));
                    return None;
                }
            }
        }
        Some(shape)
    }

    /// `[T, classes]` and, where there are two, `[classes]`.
    fn ends_of(&self, outputs: &[usize], network: &hir::Network, span: Span) -> Option<(usize, Option<usize>, Shape)> {
        let shape = |i: usize| network.shape(network.outputs[i].node);
        let names: Vec<&str> = network.outputs.iter().map(|o| o.name.as_str()).collect();
        let wrong = |diagnostic: Diagnostic| {
            self.cx.report(diagnostic);
            None
        };
        let (activations, scores) = match outputs {
            [activations] => (*activations, None),
            [activations, scores] => (*activations, Some(*scores)),
            _ => {
                return wrong(
                    Diagnostic::error(
                        "bad-detect",
                        "`detections` reads one output with activations, and one with scores",
                    )
                    .label(span, format!("{} outputs", outputs.len()))
                    .help(format!("name them first: `detections(cas, scores)`; outputs are: {}", names.join(", "))),
                );
            }
        };
        let sizes = shape(activations).concrete()?;
        let &[points, classes] = sizes.as_slice() else {
            let found = &network.outputs[activations];
            return wrong(
                Diagnostic::error("bad-detect", "activations are an output of shape [T, classes]")
                    .label(span, "of another shape")
                    .label(found.span, format!("`{}` is {}", found.name, shape(activations))),
            );
        };
        if let Some(scores) = scores.filter(|i| shape(*i).concrete().as_deref() != Some(&[classes])) {
            let b = &network.outputs[scores];
            return wrong(
                Diagnostic::error(
                    "bad-detect",
                    format!("scores of {classes} classes are an output of shape [{classes}]"),
                )
                .label(b.span, format!("`{}` is {}", b.name, shape(scores))),
            );
        }
        Some((activations, scores, Shape { stage: Stage::Outputs, points, classes }))
    }
}

/// `a |> b |> c` in order.
fn chain(expr: &Expr) -> (&Expr, Vec<&Expr>) {
    match &expr.node {
        ExprNode::Pipe(left, right) => {
            let (first, mut rest) = chain(left);
            rest.push(right);
            (first, rest)
        }
        _ => (expr, vec![]),
    }
}
