//! Numbers of others: nested lists in the order of the axes, one number for every place of the grid.

use super::ExperimentChecker;
use super::measures::Measures;
use crate::builtin::Value;
use crate::check::value::{Spanned, Val};
use crate::diagnostic::Diagnostic;
use crate::hir;
use crate::span::{Ident, Span};
use crate::syntax::ast::{Choices, ExperimentStmt, Expr};

/// What stands where there is no number.
const NONE: &str = "_";

impl ExperimentChecker<'_> {
    pub(super) fn published(&self, axes: &[hir::Axis], measures: &Option<Measures<'_>>) -> Vec<hir::Published> {
        let mut published: Vec<hir::Published> = vec![];
        for stmt in &self.experiment.body {
            let ExperimentStmt::Published { source, measure, values, span } = stmt else { continue };
            self.measure(measure, measures);
            let same = |p: &&hir::Published| p.source == source.node && p.measure == measure.node;
            if let Some(first) = published.iter().find(same) {
                let message = format!("{:?} has published `{}` twice", source.node, measure.node);
                self.cx.report(
                    Diagnostic::error("declared-twice", message)
                        .label(*span, "again here")
                        .label(first.span, "first here"),
                );
            }
            let mut flat = vec![];
            self.nested(&self.own(values), axes, 0, &mut flat);
            let others = self.others(values, axes);
            let (source, measure) = (source.node.clone(), measure.node.clone());
            published.push(hir::Published { source, measure, values: flat, others, span: *span });
        }
        published
    }

    /// The numbers of our own arms: entries without a name.
    fn own(&self, values: &Choices) -> Spanned {
        let spanned =
            |value: &Expr| Spanned { val: self.cx.eval(self.file, self.vars.clone(), value), span: value.span };
        match values {
            Choices::Of(value) => spanned(value),
            Choices::Listed(choices, span) => {
                let own = choices.iter().filter(|choice| choice.label.is_none());
                let val = Val::List(own.map(|choice| spanned(&choice.value)).collect());
                Spanned { val, span: *span }
            }
        }
    }

    /// Of other methods: entries with a name, which stand beside the values of the first axis.
    fn others(&self, values: &Choices, axes: &[hir::Axis]) -> Vec<(String, Vec<Option<f64>>)> {
        let Choices::Listed(choices, _) = values else { return vec![] };
        let mut others: Vec<(String, Vec<Option<f64>>)> = vec![];
        for choice in choices {
            let Some(label) = &choice.label else { continue };
            let Some(first) = axes.first() else {
                self.refuse(deep(axes, choice.value.span));
                return others;
            };
            if first.values.contains(&label.node) || others.iter().any(|(name, _)| *name == label.node) {
                self.cx.report(known(label, first));
                continue;
            }
            let val = self.cx.eval(self.file, self.vars.clone(), &choice.value);
            let mut flat = vec![];
            self.nested(&Spanned { val, span: choice.value.span }, axes, 1, &mut flat);
            others.push((label.node.clone(), flat));
        }
        others
    }

    /// A number for every place of the axes from `level` on; whether the nesting is that of the axes.
    fn nested(&self, given: &Spanned, axes: &[hir::Axis], level: usize, flat: &mut Vec<Option<f64>>) -> bool {
        let rest = &axes[level..];
        match (&given.val, rest) {
            (Val::Poison, _) => false,
            // One for all below it.
            (Val::Word(word), _) if word.text == NONE => {
                flat.extend(std::iter::repeat_n(None, rest.iter().map(|axis| axis.values.len()).product()));
                true
            }
            (Val::List(items), [axis, ..]) if items.len() == axis.values.len() => {
                items.iter().all(|item| self.nested(item, axes, level + 1, flat))
            }
            (Val::List(items), [axis, ..]) => self.refuse(uneven(axis, items.len(), level, given.span)),
            (_, [axis, ..]) => self.refuse(shallow(axis, axes, &given.val, level, given.span)),
            (Val::List(_), []) => self.refuse(deep(axes, given.span)),
            (Val::Plain(Value::Int(i)), []) => {
                flat.push(Some(*i as f64));
                true
            }
            (Val::Plain(Value::Float(x)), []) if x.is_finite() => {
                flat.push(Some(*x));
                true
            }
            (other, []) => {
                if let Val::Word(word) = other {
                    return self.refuse(self.cx.unknown_name(word));
                }
                self.refuse(no_number(other, given.span))
            }
        }
    }

    /// One mistake of nesting is enough: the others are mostly the same.
    fn refuse(&self, diagnostic: Diagnostic) -> bool {
        self.cx.report(diagnostic);
        false
    }
}

/// A name that is there already.
fn known(label: &Ident, first: &hir::Axis) -> Diagnostic {
    if !first.values.contains(&label.node) {
        return Diagnostic::error("declared-twice", format!("`{}` is in the list twice", label.node))
            .label(label.span, "again here");
    }
    Diagnostic::error("bad-published", format!("`{}` is an arm of this experiment, not another method", label.node))
        .label(label.span, "a name for others")
        .label(first.span, format!("values: {}", first.values.join(", ")))
        .help("numbers for arms stand in the order of the axis, without a name")
}

/// `[method, task, network]`: what the nesting is by.
fn order(axes: &[hir::Axis]) -> String {
    match axes {
        [] => "nothing is varied: write one number".into(),
        [axis] => format!("one list of {}, a number for every `{}`", axis.values.len(), axis.name),
        axes => {
            let levels: Vec<String> = axes.iter().map(|a| format!("`{}` ({})", a.name, a.values.len())).collect();
            format!("lists in lists, in the order of the `vary` lines: {}", levels.join(", then "))
        }
    }
}

fn uneven(axis: &hir::Axis, found: usize, level: usize, span: Span) -> Diagnostic {
    let (name, due) = (&axis.name, axis.values.len());
    let message = format!("a list of level {} has an entry for every `{name}`: {due}, not {found}", level + 1);
    Diagnostic::error("bad-published", message)
        .label(span, format!("{found} here"))
        .label(axis.span, format!("{due} values: {}", axis.values.join(", ")))
        .help(format!("write `{NONE}` where there is no number"))
}

fn shallow(axis: &hir::Axis, axes: &[hir::Axis], found: &Val, level: usize, span: Span) -> Diagnostic {
    let (name, due) = (&axis.name, axis.values.len());
    let message =
        format!("level {} is a list with an entry for every `{name}` ({due}), not {}", level + 1, found.shown());
    Diagnostic::error("bad-published", message)
        .label(span, found.noun())
        .label(axis.span, format!("{due} values"))
        .help(order(axes))
}

fn deep(axes: &[hir::Axis], span: Span) -> Diagnostic {
    let message = match axes.len() {
        0 => "nothing is varied, so there is one number, not a list".to_string(),
        1 => "one axis is varied, so this is a list of numbers, not of lists".to_string(),
        n => format!("{n} axes are varied, so there are numbers at level {}, not lists", n + 1),
    };
    Diagnostic::error("bad-published", message).label(span, "a list too many").help(order(axes))
}

fn no_number(found: &Val, span: Span) -> Diagnostic {
    Diagnostic::error("bad-published", format!("a published value is a number, this is {}", found.shown()))
        .label(span, found.noun())
        .help(format!("write the value as it is shown, 17.5 for 17.5 %, and `{NONE}` where there is none"))
}
