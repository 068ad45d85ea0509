//! Datasets: modalities, targets and splits, each decoded and held against what its source can give.

mod groups;
mod kind;
mod labels;
mod rooted;
mod sources;
mod splits;

use super::argument::arguments;
use super::checker::Checker;
use super::names::ItemId;
use super::size;
use super::value::{Bound, Val};
use crate::builtin::dataset::{Transform, check_prepared};
use crate::builtin::{TargetKind, Value};
use crate::diagnostic::Diagnostic;
use crate::hir;
use crate::shape::Shape;
use crate::span::{Ident, Span};
use crate::split::SplitName;
use crate::syntax::ast::{Dataset, DatasetStmt, Expr, ExprNode};
use rooted::no_from;
use sources::source_mismatch;

/// A dataset with its parameters bound; `None` where it is wrong or a parameter is not known.
pub fn check(cx: &Checker<'_>, id: ItemId, dataset: &Dataset, vars: &Bound) -> Option<hir::Dataset> {
    let before = cx.count();
    let checker = DatasetChecker { cx, file: id.file, vars };
    checker.placeholders(dataset);
    let (root, generator) = checker.from(dataset)?;
    if dataset.from.is_none() && checker.is_unrooted(dataset) {
        cx.report(no_from(dataset));
        return None;
    }
    let name = dataset.header.name.clone();
    let mut made = hir::Dataset {
        name: name.node,
        span: name.span,
        used_at: name.span,
        allow: dataset.header.allowed(),
        arguments: arguments(cx, &dataset.header.params, vars),
        root,
        generator,
        modalities: vec![],
        asked: vec![],
        targets: vec![],
        groups: vec![],
        splits: vec![],
    };
    let mut names: Vec<Ident> = vec![];
    for stmt in &dataset.body {
        let (DatasetStmt::Modality { name, .. }
        | DatasetStmt::Target { name, .. }
        | DatasetStmt::Group { name, .. }
        | DatasetStmt::Split { name, .. }) = stmt;
        if let Some(first) = names.iter().find(|n| n.node == name.node) {
            cx.report(
                Diagnostic::error("shadowed-name", format!("`{}` is declared twice", name.node))
                    .label(name.span, "again here")
                    .label(first.span, "first here"),
            );
        }
        names.push(name.clone());
        match stmt {
            DatasetStmt::Modality { name, shape, value, .. } => {
                made.modalities.extend(checker.modality(&made, name, shape, value))
            }
            DatasetStmt::Target { name, ty, value, .. } => made.targets.extend(checker.target(&made, name, ty, value)),
            DatasetStmt::Group { name, value, options, .. } => made.groups.extend(checker.group(name, value, options)),
            DatasetStmt::Split { name, value, .. } => made.splits.extend(checker.split(name, value)),
        }
    }
    complete(cx, dataset);
    checker.known_groups(dataset, &made);
    checker.disjoint(&made.splits);
    checker.fits_root(&made);
    if made.generator.is_none() {
        cx.diagnostics.borrow_mut().extend(rooted::keys(&made));
    }
    cx.sound_since(before).then_some(made)
}

/// Number of classes of the only target that has classes.
pub fn classes(cx: &Checker<'_>, id: ItemId, dataset: &Dataset, vars: &Bound) -> Option<usize> {
    let checker = DatasetChecker { cx, file: id.file, vars };
    let kinds: Vec<usize> = dataset
        .body
        .iter()
        .filter_map(|stmt| if let DatasetStmt::Target { ty, .. } = stmt { checker.kind(ty) } else { None })
        .filter_map(|kind| match kind {
            TargetKind::Class { classes, .. } | TargetKind::Multi { classes } => Some(classes),
            TargetKind::Real { .. } | TargetKind::Events { .. } => None,
        })
        .collect();
    if let [classes] = kinds.as_slice() { Some(*classes) } else { None }
}

fn complete(cx: &Checker<'_>, dataset: &Dataset) {
    let name = &dataset.header.name;
    let modality = dataset.body.iter().any(|s| matches!(s, DatasetStmt::Modality { .. }));
    let train =
        dataset.body.iter().any(|s| matches!(s, DatasetStmt::Split { name, .. } if SplitName::TRAIN == *name.node));
    let (what, help) = match (modality, train) {
        (true, true) => return,
        (false, true) => ("modality", "add `modality name: [sizes] = …`"),
        (true, false) => (
            "split `train`",
            "add `split train = …`; the other splits are yours to name, usually `validation` and `test`",
        ),
        (false, false) => ("modality and no split `train`", "add `modality name: [sizes] = …` and `split train = …`"),
    };
    cx.report(
        Diagnostic::error("missing-statement", format!("dataset `{}` has no {what}", name.node))
            .label(name.span, "incomplete")
            .help(help),
    );
}

struct DatasetChecker<'a> {
    cx: &'a Checker<'a>,
    file: usize,
    vars: &'a Bound,
}

impl DatasetChecker<'_> {
    fn eval(&self, expr: &Expr) -> Val {
        self.cx.known(self.file, self.vars.clone(), expr)
    }

    fn modality(&self, data: &hir::Dataset, name: &Ident, shape: &[Expr], value: &Expr) -> Option<hir::Modality> {
        let sizes: Option<Vec<usize>> = shape.iter().map(|axis| self.size(axis)).collect();
        let read = self.source(value)?;
        let sizes = sizes?;
        self.fits(&name.node, &sizes, name.span)?;
        for (source, span) in &read.sources {
            if let Err(error) = check_prepared(source.as_ref(), &read.transforms, &sizes, data.generator.as_deref()) {
                self.cx.report(source_mismatch(error, *span, name.span, &format!("declared {sizes:?}")));
                return None;
            }
        }
        Some(hir::Modality {
            name: name.node.clone(),
            shape: Shape::of(&sizes),
            sources: read.sources.into_iter().map(|(source, _)| source).collect(),
            transforms: read.transforms,
            offered: true,
            used: false,
            holds: hir::Holds::default(),
            span: name.span,
        })
    }

    /// Whether samples can be so large.
    fn fits(&self, name: &str, sizes: &[usize], span: Span) -> Option<()> {
        let shape = Shape::of(sizes);
        let Some(found) = size::unfit(&shape, format!("`{name}` is {shape}"), span) else { return Some(()) };
        self.cx.report(found);
        None
    }

    fn size(&self, expr: &Expr) -> Option<usize> {
        if let ExprNode::Name(name) = &expr.node
            && !self.vars.contains_key(name)
        {
            self.cx.report(
                Diagnostic::name_error("unknown-name", format!("a dataset has plain sizes; `{name}` is not one"))
                    .label(expr.span, "how many?")
                    .help("symbols such as `T` are for networks, which take whatever size arrives"),
            );
            return None;
        }
        match self.eval(expr) {
            Val::Plain(Value::Int(n)) if (1..=1 << 32).contains(&n) => Some(n as usize),
            Val::Plain(Value::Dim(_)) | Val::Poison => None,
            other => {
                let found = if let Val::Plain(value) = &other { value.to_string() } else { other.noun().into() };
                self.cx.report(
                    Diagnostic::value_error(
                        "out-of-range",
                        format!("a size must be a whole number from 1, is {found}"),
                    )
                    .label(expr.span, "not a size"),
                );
                None
            }
        }
    }

    fn target(&self, data: &hir::Dataset, name: &Ident, ty: &Expr, value: &Expr) -> Option<hir::Target> {
        let kind = self.kind(ty);
        let read = self.source(value)?;
        if read.transforms.iter().any(|p| matches!(p.transform(), Transform::Standardize { .. })) {
            self.cx.report(
                Diagnostic::error("misplaced", "a target is not standardized")
                    .label(value.span, "a target in other units than it is measured in")
                    .help(
                        "standardize modalities only; `normalize`, `append`, `argmax` and their like take targets, too",
                    ),
            );
            return None;
        }
        let kind = kind?;
        self.fits(&name.node, &kind.shape(), ty.span)?;
        // What a preparation makes of the values is known once they are read.
        let prepared = read.transforms.iter().any(|p| !matches!(p.transform(), Transform::Drop(_)));
        for (source, span) in read.sources.iter().filter(|_| !prepared) {
            if let Err(error) = source.check_target(&kind, data.generator.as_deref()) {
                self.cx.report(source_mismatch(error, *span, ty.span, &format!("declared {kind}")));
                return None;
            }
        }
        let sources = read.sources.into_iter().map(|(source, _)| source).collect();
        Some(hir::Target { name: name.node.clone(), kind, sources, transforms: read.transforms, span: name.span })
    }

    fn sizes(&self, expr: &Expr) -> Option<Vec<usize>> {
        match &expr.node {
            ExprNode::List(items) => items.iter().map(|i| self.size(i)).collect(),
            _ => self.size(expr).map(|n| vec![n]),
        }
    }
}
