//! Groups: what samples belong together by, and whether splits name those that there are.

use super::DatasetChecker;
use crate::builtin::Value;
use crate::builtin::dataset::{Kept, SplitRule, Transform, condition, one_name};
use crate::check::data::sources::source_mismatch;
use crate::check::unknown::{Noun, unknown_of};
use crate::check::value::Val;
use crate::diagnostic::Diagnostic;
use crate::hir;
use crate::span::{Ident, Span};
use crate::syntax::ast::{Arg, Dataset, DatasetStmt, Expr, ExprNode};

impl DatasetChecker<'_> {
    /// `group subject = npz("subject")`, `group session = npz("session"), grouped: false`.
    pub(super) fn group(&self, name: &Ident, value: &Expr, options: &[Arg]) -> Option<hir::Group> {
        let mut kept = true;
        for option in options {
            match (option.name.as_ref().map(|n| n.node.as_str()), self.truth(&option.value)) {
                (Some("grouped"), Some(value)) => kept = value,
                _ => self.cx.report(
                    Diagnostic::type_error("unknown-argument", "groups have one option, `grouped: false`")
                        .label(option.value.span, "not that")
                        .help("`grouped: false` lets drawn splits and folds cut through it"),
                ),
            }
        }
        let read = self.source(value)?;
        if read.transforms.iter().any(|p| !matches!(p.transform(), Transform::Drop(_) | Transform::Offsets)) {
            self.cx.report(
                Diagnostic::error("misplaced", "a group is not prepared")
                    .label(value.span, "its values are names")
                    .help("leave what stands after `|>` away: a group is a text or a whole number as the file has it"),
            );
            return None;
        }
        for (source, span) in &read.sources {
            if let Err(error) = one_name(source.as_ref()) {
                self.cx.report(source_mismatch(error, *span, name.span, "a group is one value a sample"));
                return None;
            }
        }
        let sources = read.sources.into_iter().map(|(source, _)| source).collect();
        let transforms = read.transforms;
        Some(hir::Group { name: name.node.clone(), sources, transforms, kept, crossing: None, span: name.span })
    }

    /// `true`, `false`, or a parameter that is one.
    fn truth(&self, expr: &Expr) -> Option<bool> {
        if let Val::Plain(Value::Bool(value)) = self.eval(expr) { Some(value) } else { None }
    }

    /// Groups that splits name are groups of the dataset.
    pub(super) fn known_groups(&self, dataset: &Dataset, made: &hir::Dataset) {
        let declared = dataset.body.iter().filter_map(|stmt| match stmt {
            DatasetStmt::Group { name, .. } => Some(name.node.clone()),
            DatasetStmt::Modality { .. } | DatasetStmt::Target { .. } | DatasetStmt::Split { .. } => None,
        });
        let declared: Vec<String> = declared.collect();
        for split in &made.splits {
            let named = split.rule.parts().iter().flat_map(names);
            let Some(name) = named.into_iter().find(|name| !declared.contains(name)) else { continue };
            let value = dataset.body.iter().find_map(|stmt| match stmt {
                DatasetStmt::Split { name, value, .. } if name.span == split.span => Some(value),
                _ => None,
            });
            let span = value.and_then(|value| place(value, &name)).unwrap_or(split.span);
            let found = unknown_of(Noun::Group, &name, span, &declared);
            let target = made.targets.iter().find(|target| target.name == name);
            self.cx.report(match (target, declared.is_empty()) {
                (Some(target), _) => {
                    let found = Diagnostic::error("unknown-group", format!("`{name}` is a target, and splits go by groups"));
                    found.label(span, "not a group").label(target.span, "this target").help(
                        "a group of another name reads the same, e.g. `group kind = csv(\"meta.csv\", column: \"activity\"), grouped: false`",
                    )
                }
                (None, true) => found.help(format!("declare it: `group {name} = npz(\"{name}\")`")),
                (None, false) => found,
            });
        }
        made.splits.iter().for_each(|split| self.can_have_some(split));
    }

    /// Conditions that no sample can fulfil together: one is called by two names.
    fn can_have_some(&self, split: &hir::Split) {
        for rule in split.rule.parts() {
            let SplitRule::Where(conditions) = rule else { continue };
            let Some((a, b)) = condition::contradiction(conditions) else { continue };
            let values: Vec<String> =
                [a, b].iter().flat_map(|condition| &condition.values).map(ToString::to_string).collect();
            let found = Diagnostic::error(
                "bad-split",
                format!("split `{}` can have no sample: no `{}` is both", split.name, a.group),
            );
            self.cx.report(found.label(split.span, format!("`{a}` and `{b}`")).help(format!(
                "of several conditions all hold; for samples of either, write `{} in [{}]`",
                a.group,
                values.join(", ")
            )));
        }
    }
}

/// The groups that a rule names.
fn names(rule: &SplitRule) -> Vec<String> {
    match rule {
        SplitRule::Where(conditions) => conditions.iter().map(|condition| condition.group.clone()).collect(),
        SplitRule::Random { kept: Kept::These(groups), .. } => groups.clone(),
        _ => vec![],
    }
}

/// Where a name stands in a rule.
fn place(expr: &Expr, name: &str) -> Option<Span> {
    match &expr.node {
        ExprNode::Name(word) => (word == name).then_some(expr.span),
        ExprNode::List(items) => items.iter().find_map(|item| place(item, name)),
        ExprNode::Call(_, args) => args.iter().find_map(|arg| place(&arg.value, name)),
        ExprNode::Binary(_, left, right) => place(left, name).or_else(|| place(right, name)),
        _ => None,
    }
}
