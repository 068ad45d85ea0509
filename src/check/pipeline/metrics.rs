//! Metrics: each a builtin held against what it is computed of and the target; and what measures call them.

use super::loss::{Operands, mismatch};
use super::{Misfit, PipelineChecker, Scope};
use crate::builtin::{self, Category, ClassMetric, Kind, Metric, MetricInput, ShapeError, Value};
use crate::check::args;
use crate::check::unknown::{Noun, unknown_of};
use crate::check::value::Val;
use crate::diagnostic::Diagnostic;
use crate::hir::{self, MetricUse, Operand};
use crate::shape::Shape;
use crate::span::{Ident, Span};
use crate::syntax::ast::{self, Expr, ExprNode, PipelineStmt};
use std::sync::Arc;

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

    /// `f1`, and `f1[2]` or `f1[walk]` of one class, which measures call so.
    fn metric(&self, whole: &Expr, scope: Scope<'_>) -> Option<MetricUse> {
        let (expr, index) = match &whole.node {
            ExprNode::Index(base, index) => (base.as_ref(), Some(index.as_ref())),
            _ => (whole, None),
        };
        let (row, operands) = self.row(expr, Category::Metric, scope)?;
        let (builtin, metric) =
            args::decode(
                self.cx,
                &row,
                "metric",
                |kind| if let Kind::Metric(make) = kind { Some(*make) } else { None },
            )?;
        let metric = match index {
            None => metric,
            Some(index) => {
                let target = operands.target.or((scope.data?.targets.len() == 1).then_some(0));
                let names =
                    target.map_or(&[][..], |target| scope.data.map_or(&[], |data| data.targets[target].kind.names()));
                self.of_class(metric, self.class(index, names)?, whole.span)?
            }
        };
        let name = metric.called();
        let expr = whole;
        let (operand, target) = match metric.input() {
            MetricInput::Output => self.of_output(&operands, metric.as_ref(), expr, scope)?,
            MetricInput::Detections => self.of_detections(&operands, metric.as_ref(), expr, scope)?,
        };
        Some(MetricUse { name, word: builtin.name, metric, operand, target, span: expr.span })
    }

    /// The id of a class, and what the program calls it: by its name, where the target says the names, or its number.
    fn class(&self, index: &Expr, names: &[String]) -> Option<(usize, String)> {
        let named = |name: &str| names.iter().position(|known| known == name).map(|class| (class, name.to_string()));
        if let ExprNode::Name(name) = &index.node
            && !self.vars.contains_key(name)
        {
            if named(name).is_none() {
                self.cx.report(no_class(name, index.span, names));
            }
            return named(name);
        }
        match self.cx.known(self.file, self.vars.clone(), index) {
            Val::Plain(Value::Int(class)) if class >= 0 => Some((class as usize, class.to_string())),
            Val::Plain(Value::Text(name)) => {
                if named(&name).is_none() {
                    self.cx.report(no_class(&name, index.span, names));
                }
                named(&name)
            }
            Val::Poison => None,
            other => {
                let found = other.shown();
                self.cx.report(
                    Diagnostic::type_error("wrong-type", format!("a class is its name or its number, this is {found}"))
                        .label(index.span, found)
                        .help("classes are counted from 0: `f1[0]` is of the first"),
                );
                None
            }
        }
    }

    fn of_class(&self, metric: Arc<dyn Metric>, (id, class): (usize, String), span: Span) -> Option<Arc<dyn Metric>> {
        let (word, options) = (metric.word(), metric.arguments());
        match ClassMetric::new(metric, id, &class) {
            Some(of_class) if options.is_empty() => return Some(Arc::new(of_class)),
            Some(_) => self.cx.report(
                Diagnostic::error(
                    "metric-mismatch",
                    format!("`{word}[{class}]` is of one class, and brings none together"),
                )
                .label(span, options.join(", "))
                .help(format!("write `{word}[{class}]`")),
            ),
            None => self.cx.report(
                Diagnostic::error("metric-mismatch", format!("`{word}` is not of one class by itself"))
                    .label(span, format!("of class {class}?"))
                    .help(format!("these are: {}", of_one_class())),
            ),
        }
        None
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

/// Metrics that can be of one class: "`f1`, `recall`".
fn of_one_class() -> String {
    let is_one = |row: &&builtin::Builtin| match row.kind {
        Kind::Metric(make) => make(&vec![None; row.params.len()]).is_ok_and(|metric| metric.of_class().is_some()),
        _ => false,
    };
    let words = builtin::registry().iter().copied().filter(is_one).map(|row| format!("`{}`", row.name));
    words.collect::<Vec<_>>().join(", ")
}

fn no_class(name: &str, span: Span, names: &[String]) -> Diagnostic {
    if names.is_empty() {
        return Diagnostic::name_error("unknown-name", format!("no class is called `{name}`: the target does not say names"))
            .label(span, "not found")
            .help("name the classes where the target is declared, `class([\"walk\", \"sit\"])`, or count them from 0: `f1[0]`");
    }
    unknown_of(Noun::Class, name, span, names)
}
