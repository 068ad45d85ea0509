//! `start MODULE from PIPELINE` and `keep best on SPLIT`: what a run begins with, and what of it is left.

use super::{PipelineChecker, of};
use crate::check::args;
use crate::check::checker::Starting;
use crate::check::unknown::{Noun, unknown_of};
use crate::check::value::Val;
use crate::diagnostic::Diagnostic;
use crate::hir;
use crate::span::{Ident, Span};
use crate::suggest::nearest;
use crate::syntax::ast::{Expr, PipelineStmt};

/// Pipelines that start from pipelines.
const MAX_DEPTH: usize = 16;
/// Pipelines that one begins from, and those from others, all together.
const MAX_STARTS: usize = 100;

impl PipelineChecker<'_> {
    pub(super) fn starts(&self, network: &hir::Network) -> Vec<hir::Start> {
        let mut starts: Vec<hir::Start> = vec![];
        for stmt in &self.pipeline.body {
            let PipelineStmt::Start { module, value, span } = stmt else { continue };
            let Some(start) = self.start(network, module, value, *span) else { continue };
            if let Some(first) = starts.iter().find(|s| s.module == start.module) {
                self.cx.report(
                    Diagnostic::error("declared-twice", format!("`{}` starts twice", module.node))
                        .label(*span, "again here")
                        .label(first.span, "first here"),
                );
                continue;
            }
            starts.push(start);
        }
        starts
    }

    fn start(&self, network: &hir::Network, module: &Ident, value: &Expr, span: Span) -> Option<hir::Start> {
        let named =
            |network: &hir::Network| network.modules.iter().position(|m| m.name == module.node).map(hir::ModuleId);
        let Some(index) = named(network) else {
            self.cx.report(no_module(&module.node, module.span, network));
            return None;
        };
        let item = match self.eval(value) {
            Val::Item(item) => item,
            Val::Poison => return None,
            other => {
                self.cx.report(args::wrong_value(&other, "a pipeline", value.span));
                return None;
            }
        };
        if self.cx.starting.get().depth >= MAX_DEPTH {
            self.cx.report(
                Diagnostic::error("endless-start", "these pipelines start from one another without end")
                    .label(span, format!("{MAX_DEPTH} pipelines deep here"))
                    .help("one of them has to begin at random, or from a file"),
            );
            return None;
        }
        let Starting { depth, count } = self.cx.starting.get();
        if count >= MAX_STARTS {
            self.cx.report(
                Diagnostic::value_error(
                    "too-large",
                    format!("a pipeline begins from more than {MAX_STARTS} others in all"),
                )
                .label(span, "one too many")
                .help("each is trained before it: begin more modules from one, or from a file"),
            );
            return None;
        }
        self.cx.starting.set(Starting { depth: depth + 1, count: count + 1 });
        let other = of(self.cx, &item, value.span);
        let count = if depth == 0 { 0 } else { self.cx.starting.get().count };
        self.cx.starting.set(Starting { depth, count });
        let other = other?;
        let Some(of) = named(&other.network) else {
            self.cx.report(no_module(&module.node, value.span, &other.network));
            return None;
        };
        let (own, theirs) = (network.module(index), other.network.module(of));
        let shapes = |m: &hir::Module| -> Vec<(String, crate::shape::Shape)> {
            m.weights.iter().map(|w| (w.path.clone(), w.spec.shape.clone())).collect()
        };
        let (mine, made) = (shapes(own), shapes(theirs));
        if mine.is_empty() && made.is_empty() {
            self.cx.report(
                Diagnostic::error("unequal-modules", format!("`{}` has no weights that could begin", module.node))
                    .label(module.span, "begins with nothing")
                    .label(own.span, "declared without weights")
                    .help("leave the line away"),
            );
            return None;
        }
        if mine != made {
            self.cx.report(
                unequal(&module.node, &mine, &made, span)
                    .label(theirs.span, "what it would begin from")
                    .label(own.span, "what it is here"),
            );
            return None;
        }
        Some(hir::Start { module: index, of, pipeline: std::sync::Arc::new(other), span })
    }

    /// `keep best on …`, its split and its metric.
    pub(super) fn kept(&self, data: Option<&hir::Dataset>, metrics: &[hir::MetricUse]) -> Option<hir::Keep> {
        let (split, by) =
            self.find(|s| if let PipelineStmt::Keep { split, by, .. } = s { Some((split, by)) } else { None })?;
        self.chooses_by(by.as_ref(), metrics);
        let known: Vec<String> = data?.splits.iter().map(|s| s.name.to_string()).collect();
        if !known.contains(&split.node) {
            self.cx.report(unknown_of(Noun::Split, &split.node, split.span, &known));
            return None;
        }
        Some(hir::Keep { split: split.node.as_str().into(), by: by.clone(), span: split.span })
    }

    /// What is chosen by is a metric of the pipeline, of an output.
    pub(super) fn chooses_by(&self, by: Option<&Ident>, metrics: &[hir::MetricUse]) {
        let Some(by) = by else { return };
        match metrics.iter().find(|metric| metric.name == by.node) {
            Some(metric) if matches!(metric.operand, hir::Operand::Detections(_)) => self.cx.report(
                Diagnostic::type_error(
                    "wrong-kind",
                    format!("nothing is chosen by `{}`, which is of detections", by.node),
                )
                .label(by.span, "a metric of detections")
                .help("choose by a metric of an output, or leave `by` away: then it is the lowest loss"),
            ),
            Some(_) => {}
            None if by.node == "loss" => self.cx.report(
                Diagnostic::name_error("unknown-metric", "the best by the loss is what is chosen without `by`")
                    .label(by.span, "no metric")
                    .help("leave `by loss` away"),
            ),
            None => {
                let known: Vec<String> = metrics.iter().map(|metric| metric.name.clone()).collect();
                self.cx.report(unknown_of(Noun::Metric, &by.node, by.span, &known));
            }
        }
    }
}

fn no_module(name: &str, span: Span, network: &hir::Network) -> Diagnostic {
    let known: Vec<&str> = network.modules.iter().map(|m| m.name.as_str()).collect();
    let diagnostic = Diagnostic::error("unknown-module", format!("network `{}` has no module `{name}`", network.name))
        .label(span, "not found");
    match nearest(name, known.iter().copied()) {
        Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
        None => diagnostic.help(format!("its modules are: {}", known.join(", "))),
    }
}

fn unequal(
    name: &str,
    mine: &[(String, crate::shape::Shape)],
    made: &[(String, crate::shape::Shape)],
    span: Span,
) -> Diagnostic {
    let differs = mine.iter().zip(made).find(|(a, b)| a != b);
    let why = match differs {
        Some(((path, wanted), (other, found))) if path == other => {
            format!("its `{path}` is {wanted}, and {found} there")
        }
        Some(((path, _), (other, _))) => format!("it has `{path}` where the other has `{other}`"),
        None => format!("it has {} weights, and {} there", mine.len(), made.len()),
    };
    Diagnostic::error("unequal-modules", format!("`{name}` cannot begin from this pipeline: {why}"))
        .label(span, "modules of other weights")
        .help("both networks need the module with the same layers and sizes: write it as one `block`, with the same arguments")
}
