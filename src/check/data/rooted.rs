//! Where a dataset's numbers are: its `from`, and what stands for keys and names in its texts.

use super::DatasetChecker;
use crate::builtin::dataset::{EventOrigin, Origin, SPLIT_MARK, Source, SplitRule};
use crate::diagnostic::Diagnostic;
use crate::hir;
use crate::span::Span;
use crate::syntax::ast::{Dataset, DatasetStmt, Expr, ExprNode};

impl DatasetChecker<'_> {
    /// Whether some source needs what `from` says.
    pub(super) fn is_unrooted(&self, dataset: &Dataset) -> bool {
        let before = self.cx.count();
        let read: Vec<_> = values(dataset).filter_map(|value| self.source(value)).collect();
        self.cx.diagnostics.borrow_mut().truncate(before);
        read.iter().flat_map(|read| &read.sources).any(|(source, _)| needs_root(source.as_ref()))
    }

    /// `{path}` in a text is no parameter.
    pub(super) fn placeholders(&self, dataset: &Dataset) {
        for (text, span) in values(dataset).flat_map(texts) {
            let within = |name: &str| text.contains(&format!("{{{name}}}"));
            let Some(param) = dataset.header.params.iter().find(|p| within(&p.name.node)) else { continue };
            let name = &param.name.node;
            self.cx.report(
                Diagnostic::value_error("bad-argument", format!("`{{{name}}}` in a text does not stand for the parameter `{name}`"))
                    .label(span, "taken as it is written")
                    .label(param.name.span, "this parameter")
                    .help("only `{split}` and `{name}` are filled in; make the whole text a parameter and write its name without quotes"),
            );
        }
    }
}

fn needs_root(source: &dyn Source) -> bool {
    match source.origin() {
        Origin::Points(_) | Origin::Classes => true,
        Origin::Fill(_) => false,
        Origin::File(origin) | Origin::Events(EventOrigin { file: origin, .. }) => origin.file.is_none(),
    }
}

/// What modalities, targets and groups are read from.
fn values(dataset: &Dataset) -> impl Iterator<Item = &Expr> {
    dataset.body.iter().filter_map(|stmt| match stmt {
        DatasetStmt::Modality { value, .. } | DatasetStmt::Target { value, .. } | DatasetStmt::Group { value, .. } => {
            Some(value)
        }
        DatasetStmt::Split { .. } => None,
    })
}

fn texts(expr: &Expr) -> Vec<(&str, Span)> {
    match &expr.node {
        ExprNode::String(text) => vec![(text, expr.span)],
        ExprNode::List(items) | ExprNode::Tuple(items) => items.iter().flat_map(texts).collect(),
        ExprNode::Call(_, args) => args.iter().flat_map(|arg| texts(&arg.value)).collect(),
        ExprNode::Binary(_, a, b) | ExprNode::Pipe(a, b) => [texts(a), texts(b)].concat(),
        ExprNode::Member(..) | ExprNode::Unary(..) | ExprNode::Length(..) | ExprNode::Index(..) => vec![],
        ExprNode::Name(_) | ExprNode::Int(_) | ExprNode::Float(..) | ExprNode::Bool(_) => vec![],
    }
}

pub(super) fn no_from(dataset: &Dataset) -> Diagnostic {
    let name = &dataset.header.name;
    let text = |param: &&crate::syntax::ast::Param| param.ty.as_ref().is_some_and(|ty| ty.node == "String");
    let help = match dataset.header.params.iter().find(text) {
        Some(param) => format!("write `from {}` before the `{{`", param.name.node),
        None => {
            "write where before the `{`: `from \"digits.npz\"`, a folder, or a generator such as `from two_moons()`"
                .into()
        }
    };
    Diagnostic::error("missing-statement", format!("dataset `{}` does not say where its numbers come from", name.node))
        .label(name.span, "no `from`")
        .help(help)
}

/// Keys of splits go with names that hold them: where none of one side does, that is said once.
pub(super) fn keys(data: &hir::Dataset) -> Option<Diagnostic> {
    let rules = || data.splits.iter().flat_map(|split| split.rule.parts().iter().map(move |rule| (split, rule)));
    if rules().any(|(_, rule)| matches!(rule, SplitRule::Names { .. })) {
        return None;
    }
    let sources: Vec<(&dyn Source, Span)> = data
        .modalities
        .iter()
        .flat_map(|m| m.sources.iter().map(move |source| (source.as_ref(), m.span)))
        .chain(data.targets.iter().flat_map(|t| t.sources.iter().map(move |source| (source.as_ref(), t.span))))
        .chain(data.groups.iter().flat_map(|g| g.sources.iter().map(move |source| (source.as_ref(), g.span))))
        .collect();
    let origin = |(source, span): &(&dyn Source, Span)| match source.origin() {
        Origin::File(origin) | Origin::Events(EventOrigin { file: origin, .. }) => Some((origin.is_keyed(), *span)),
        Origin::Points(_) | Origin::Classes | Origin::Fill(_) => None,
    };
    let files: Vec<(bool, Span)> = sources.iter().filter_map(origin).collect();
    let keyed = rules().find(|(_, rule)| matches!(rule, SplitRule::Key { .. }));
    match (keyed, files.iter().find(|(is_keyed, _)| *is_keyed)) {
        (Some((split, rule)), None) if !files.is_empty() => Some(
            Diagnostic::error("bad-split", format!("split `{}` is `{rule}`, and no name holds a key", split.name))
                .label(split.span, "this split")
                .label(files[0].1, format!("the same for all splits: no `{SPLIT_MARK}` in it"))
                .help(format!(
                    "put `{SPLIT_MARK}` into the names, where the key belongs, or share the samples out with `rows`, `random` and `rest`"
                )),
        ),
        (None, Some((_, span))) => Some(
            Diagnostic::error("bad-split", format!("names hold `{SPLIT_MARK}`, and no split has a key"))
                .label(data.splits.first().map_or(data.span, |split| split.span), "no key")
                .label(*span, format!("`{SPLIT_MARK}` is in a name here"))
                .help("write the splits as `split train = key(\"train\")`"),
        ),
        (Some(_) | None, _) => None,
    }
}
