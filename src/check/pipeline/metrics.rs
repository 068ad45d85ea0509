//! Metrics: each a builtin held against what it is computed of and the target; and what measures call them.

use super::loss::{Operands, mismatch};
use super::{Misfit, PipelineChecker, Scope};
use crate::builtin::{Category, Kind, Metric, MetricInput, ShapeError};
use crate::check::args;
use crate::diagnostic::Diagnostic;
use crate::hir::{self, MetricUse, Operand};
use crate::shape::Shape;
use crate::span::{Ident, Span};
use crate::syntax::ast::{self, Expr, PipelineStmt};

/// Measures of every pipeline.
const TAKEN: [&str; 6] = ["loss", "gap", "gs", "gs_harnessed", "missing", "hitting"];

impl PipelineChecker<'_> {
    pub(super) fn metrics(&self, scope: Scope<'_>) -> Vec<MetricUse> {
        let Some(values) =
            self.find(|s| if let PipelineStmt::Metrics { values, .. } = s { Some(values) } else { None })
        else {
            return vec![];
        };
        let mut metrics: Vec<MetricUse> = vec![];
        for found in values.iter().filter_map(|metric| self.named(metric, scope)) {
            match metrics.iter().find(|first| first.name == found.name) {
                Some(first) => self.cx.report(
                    Diagnostic::error("declared-twice", format!("two metrics would be called `{}`", found.name))
                        .label(found.span, "again here")
                        .label(first.span, "first here")
                        .help(format!("give one a name of its own: `second = {}`", found.metric.written(&[]))),
                ),
                None => metrics.push(found),
            }
        }
        metrics
    }

    fn named(&self, metric: &ast::Metric, scope: Scope<'_>) -> Option<MetricUse> {
        let made = self.metric(&metric.value, scope)?;
        match &metric.name {
            None => Some(made),
            Some(name) => self.may_be_called(name).then(|| MetricUse { name: name.node.clone(), ..made }),
        }
    }

    /// `test_loss` and `test_x_without_audio` mean something already.
    fn may_be_called(&self, name: &Ident) -> bool {
        let taken = TAKEN.contains(&name.node.as_str());
        let divides = ["_without_", "_noisy_"].iter().any(|mark| name.node.contains(mark));
        if taken || divides {
            self.cx.report(
                Diagnostic::error("shadowed-name", format!("a metric cannot be called `{}`", name.node))
                    .label(name.span, "means something in the names of measures")
                    .help("give it another name; `mhm explain measures` has those that are taken"),
            );
        }
        !taken && !divides
    }

    fn metric(&self, expr: &Expr, scope: Scope<'_>) -> Option<MetricUse> {
        let (row, operands) = self.row(expr, Category::Metric, scope)?;
        let (builtin, metric) =
            args::decode(
                self.cx,
                &row,
                "metric",
                |kind| if let Kind::Metric(make) = kind { Some(*make) } else { None },
            )?;
        let name = builtin.name.to_string();
        let (operand, target) = match metric.input() {
            MetricInput::Output => self.of_output(&operands, metric.as_ref(), expr, scope)?,
            MetricInput::Detections => self.of_detections(&operands, metric.as_ref(), expr, scope)?,
        };
        Some(MetricUse { name, word: builtin.name, metric, operand, target, span: expr.span })
    }

    fn of_output(
        &self,
        operands: &Operands,
        metric: &dyn Metric,
        expr: &Expr,
        scope: Scope<'_>,
    ) -> Option<(Operand, usize)> {
        let network = scope.network?;
        let output = match operands.detections {
            Some(detect) => return self.no_output(metric, &scope.detections[detect], expr.span),
            None => self.output(operands, network, expr.span)?,
        };
        let data = scope.data?;
        let target = self.target(operands, data, expr.span)?;
        let shape = network.shape(network.outputs[output].node);
        if self.misfits.borrow().contains(&Misfit::Pair(output, target)) {
            return None;
        }
        if let Err(error) = metric.check(shape, &data.targets[target].kind) {
            let (output, target) = (&network.outputs[output], &data.targets[target]);
            self.cx.report(mismatch("metric-mismatch", error, (expr.span, false), output, shape, Some(target)));
            return None;
        }
        Some((Operand::Output(output), target))
    }

    fn no_output<T>(&self, metric: &dyn Metric, detect: &hir::Detect, span: Span) -> Option<T> {
        let word = metric.word();
        self.cx.report(
            Diagnostic::error("metric-mismatch", format!("`{word}` is computed of an output, not of detections"))
                .label(span, "")
                .label(detect.span, "events that are looked for")
                .help("`mean_ap` is for events"),
        );
        None
    }

    fn of_detections(
        &self,
        operands: &Operands,
        metric: &dyn Metric,
        expr: &Expr,
        scope: Scope<'_>,
    ) -> Option<(Operand, usize)> {
        let data = scope.data?;
        scope.network?;
        let detect = self.detections_of(operands, metric, expr.span, scope)?;
        let target = match (operands.target, events(data).as_slice()) {
            (None, [only]) => *only,
            _ => self.target(operands, data, expr.span)?,
        };
        let (found, target_of) = (&scope.detections[detect], &data.targets[target]);
        if let Err(ShapeError { message, help, .. }) = metric.check(&Shape::of(&[found.classes]), &target_of.kind) {
            let diagnostic = Diagnostic::error("metric-mismatch", message)
                .label(expr.span, "")
                .label(found.span, format!("`{}` finds {} classes", found.name, found.classes))
                .label(target_of.span, format!("`{}` is {}", target_of.name, target_of.kind));
            self.cx.report(help.into_iter().fold(diagnostic, Diagnostic::help));
            return None;
        }
        Some((Operand::Detections(detect), target))
    }

    fn detections_of(&self, operands: &Operands, metric: &dyn Metric, span: Span, scope: Scope<'_>) -> Option<usize> {
        if let Some(detect) = operands.detections {
            return Some(detect);
        }
        if let ([], [_]) = (operands.outputs.as_slice(), scope.detections) {
            return Some(0);
        }
        // One that was wrong may be meant.
        if self.pipeline.body.iter().filter(|s| matches!(s, PipelineStmt::Detect { .. })).count()
            > scope.detections.len()
        {
            return None;
        }
        let names: Vec<&str> = scope.detections.iter().map(|d| d.name.as_str()).collect();
        let diagnostic =
            Diagnostic::error("which-output", format!("`{}` is computed of what a `detect` finds", metric.word()))
                .label(span, "of which one?");
        self.cx.report(if names.is_empty() {
            diagnostic.help("add `detect actions = detections(cas, scores) |> min_max |> proposals |> contrast |> nms`")
        } else {
            diagnostic.help(format!("name it first, as in `mean_ap({})`", names[0]))
        });
        None
    }
}

/// Targets that hold events.
fn events(data: &hir::Dataset) -> Vec<usize> {
    let holds = |i: &usize| matches!(data.targets[*i].kind, hir::TargetKind::Events { .. });
    (0..data.targets.len()).filter(holds).collect()
}
