//! Where numbers come from: the `from` of a dataset, and the sources of a modality or target with what is done to them.

use super::DatasetChecker;
use crate::builtin::dataset::{Generator, Preparation, Source};
use crate::builtin::{Category, Kind, ShapeError, Value};
use crate::check::args;
use crate::check::value::{RowCall, Val, Wanted};
use crate::diagnostic::Diagnostic;
use crate::span::Span;
use crate::syntax::ast::{BinaryOp, Dataset, Expr, ExprNode};
use std::rc::Rc;
use std::sync::Arc;

/// A modality's or target's value: sources with their places, and preparations.
pub(super) struct Read {
    pub(super) sources: Vec<(Arc<dyn Source>, Span)>,
    pub(super) transforms: Vec<Arc<dyn Preparation>>,
}

/// Root path and generator of `from …`.
pub(super) type From = (Option<String>, Option<Arc<dyn Generator>>);

impl DatasetChecker<'_> {
    pub(super) fn from(&self, dataset: &Dataset) -> Option<From> {
        let Some(expr) = &dataset.from else { return Some((None, None)) };
        match self.cx.wanting(Wanted::Builtin(Category::Generator), || self.eval(expr)) {
            Val::Plain(Value::Text(path)) => Some((Some(path), None)),
            Val::Row(row) => {
                let made = args::decode(self.cx, &row, "generator", |k| {
                    if let Kind::Generator(make) = k { Some(*make) } else { None }
                })?;
                Some((None, Some(made.1)))
            }
            Val::Poison => None,
            other => {
                self.cx.report(
                    Diagnostic::type_error(
                        "wrong-type",
                        format!("a dataset comes from a path in quotes or a generator, not {}", other.noun()),
                    )
                    .label(expr.span, other.noun())
                    .help("write `from \"data/digits.npz\"` or `from two_moons()`"),
                );
                None
            }
        }
    }

    /// `npz("x") + fill(0) |> standardize`: sources joined along the samples, and what is done to their values.
    pub(super) fn source(&self, expr: &Expr) -> Option<Read> {
        match &expr.node {
            ExprNode::Pipe(left, right) => {
                let mut read = self.source(left)?;
                let row = self.row(right, Category::Transform, "a preparation")?;
                let made = args::decode(self.cx, &row, "preparation", |k| {
                    if let Kind::Transform(make) = k { Some(*make) } else { None }
                })?;
                read.transforms.push(made.1);
                Some(read)
            }
            ExprNode::Binary(BinaryOp::Add, left, right) => {
                let (mut first, second) = (self.source(left)?, self.source(right)?);
                if let Some(end) = [(&first, left), (&second, right)].iter().find(|(r, _)| !r.transforms.is_empty()) {
                    self.cx.report(
                        Diagnostic::error("misplaced", "files are joined before their values are prepared")
                            .label(end.1.span, "prepared alone")
                            .help("join them first: `a + b |> standardize` prepares all of it"),
                    );
                    return None;
                }
                first.sources.extend(second.sources);
                Some(first)
            }
            _ => {
                let row = self.row(expr, Category::Source, "a data source")?;
                Some(Read { sources: vec![(self.decode_source(&row)?, row.span)], transforms: vec![] })
            }
        }
    }

    pub(super) fn row(&self, expr: &Expr, wanted: Category, noun: &str) -> Option<Rc<RowCall>> {
        match self.cx.wanting(Wanted::Builtin(wanted), || self.eval(expr)) {
            Val::Row(row) => Some(row),
            Val::Poison => None,
            Val::Plain(Value::Text(text)) => {
                self.cx.report(
                    Diagnostic::type_error("wrong-kind", format!("{noun} is needed here, this is a text"))
                        .label(expr.span, "a text")
                        .help(format!(
                            "say how to read it: `npz({text:?})`, `npy({text:?})` or `csv(columns: [{text:?}])`"
                        )),
                );
                None
            }
            other => {
                self.cx.report(args::wrong_value(&other, noun, expr.span));
                None
            }
        }
    }

    fn decode_source(&self, row: &RowCall) -> Option<Arc<dyn Source>> {
        let made =
            args::decode(self.cx, row, "data source", |k| if let Kind::Source(make) = k { Some(*make) } else { None })?;
        Some(made.1)
    }
}

pub(super) fn source_mismatch(error: ShapeError, span: Span, declared: Span, text: &str) -> Diagnostic {
    let diagnostic = Diagnostic::error("source-mismatch", error.message).label(span, "");
    let diagnostic = if error.is_of_declaration { diagnostic.label(declared, text) } else { diagnostic };
    error.help.into_iter().fold(diagnostic, Diagnostic::help)
}
