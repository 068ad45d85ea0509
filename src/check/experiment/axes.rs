//! What an experiment varies: its axes, their values and what these are shown as.

use super::{ExperimentChecker, VariedAxis};
use crate::check::argument::meanings;
use crate::check::value::{Spanned, Val};
use crate::diagnostic::{Diagnostic, Kind, Safety};
use crate::hir;
use crate::span::{Ident, Span};
use crate::syntax::ast::{Choice, Choices, ExperimentStmt, Expr, ExprNode};

/// A value of an axis.
struct Entry {
    shown: String,
    span: Span,
    /// One a name of the axis.
    vals: Vec<Spanned>,
}

impl ExperimentChecker<'_> {
    /// A mistyped axis is the cause of every use of the name that was meant.
    pub(super) fn misnamed(&self, before: usize) {
        let varied = self.experiment.body.iter().filter_map(|stmt| match stmt {
            ExperimentStmt::Vary { names, .. } => Some(names),
            _ => None,
        });
        for name in varied.flatten() {
            let mut found = self.cx.diagnostics.borrow_mut();
            let meant = |d: &Diagnostic| {
                d.kind == Kind::Name
                    && d.fix.as_ref().is_some_and(|fix| fix.replacement == name.node && fix.span == d.span())
            };
            let uses: Vec<Span> = found[before..].iter().filter(|d| meant(d)).map(Diagnostic::span).collect();
            let text = |span: &Span| self.cx.program.sources.text(*span);
            let [first, _, ..] = uses.as_slice() else { continue };
            if !uses.iter().all(|place| text(place) == text(first)) {
                continue;
            }
            let right = text(first).to_string();
            let mut at = 0;
            found.retain(|d| {
                at += 1;
                at <= before || !meant(d)
            });
            found.push(
                Diagnostic::name_error(
                    "unknown-axis",
                    format!("`{}` is varied, and `{right}` is what is read", name.node),
                )
                .label(name.span, "called so here")
                .label(*first, format!("`{right}` here"))
                .did_you_mean(name.span, (&right, Safety::Unsafe)),
            );
        }
    }

    pub(super) fn axes(&self) -> Vec<VariedAxis> {
        let mut axes: Vec<VariedAxis> = vec![];
        let mut seen: Vec<&Ident> = vec![];
        for stmt in &self.experiment.body {
            let ExperimentStmt::Vary { names, values, .. } = stmt else { continue };
            let new = seen.iter().all(|name| name.node != names[0].node);
            for name in names {
                if let Some(first) = seen.iter().find(|first| first.node == name.node) {
                    self.cx.report(
                        Diagnostic::error("declared-twice", format!("`{}` is varied twice", name.node))
                            .label(name.span, "again here")
                            .label(first.span, "first here"),
                    );
                } else {
                    seen.push(name);
                }
            }
            if new {
                axes.push(self.axis(names, values));
            }
        }
        axes
    }

    /// An axis; one of wrong values stands there, too, so that its name is known.
    fn axis(&self, names: &[Ident], values: &Choices) -> VariedAxis {
        let poison = Spanned { val: Val::Poison, span: names[0].span };
        let unknown = |_| Entry { shown: "?".into(), span: names[0].span, vals: vec![poison.clone(); names.len()] };
        let entries = self.entries(names, values).unwrap_or_else(|| (0..2).map(unknown).collect());
        let axis = hir::Axis {
            name: names[0].node.clone(),
            with: names[1..].iter().map(|name| name.node.clone()).collect(),
            values: entries.iter().map(|entry| entry.shown.clone()).collect(),
            places: entries.iter().map(|entry| entry.span).collect(),
            meanings: entries.iter().map(|entry| meanings(self.cx, &entry.vals)).collect(),
            span: names[0].span,
        };
        VariedAxis { axis, values: entries.into_iter().map(|entry| entry.vals).collect() }
    }

    fn entries(&self, names: &[Ident], values: &Choices) -> Option<Vec<Entry>> {
        let entries = match values {
            Choices::Listed(choices, span) if choices.is_empty() => {
                self.cx.report(no_list(names, *span, "an empty list"));
                return None;
            }
            Choices::Listed(choices, _) => choices.iter().map(|choice| self.choice(names, choice)).collect(),
            Choices::Of(expr) => self.listed_elsewhere(names, expr)?,
        };
        let mut kept: Vec<Entry> = vec![];
        for entry in self.words_known(entries) {
            if let Some(first) = kept.iter().find(|first| first.shown == entry.shown) {
                self.cx.report(
                    Diagnostic::error("declared-twice", format!("`{}` is in the list twice", entry.shown))
                        .label(entry.span, "again here")
                        .label(first.span, "first here"),
                );
            }
            // It counts as the value that was meant in its place.
            kept.push(entry);
        }
        Some(kept)
    }

    fn words_known(&self, mut entries: Vec<Entry>) -> Vec<Entry> {
        for name in 0..entries.iter().map(|entry| entry.vals.len()).max().unwrap_or(0) {
            self.settle_values(entries.iter_mut().filter_map(|e| e.vals.get_mut(name)).collect());
        }
        entries
    }

    /// A word is unknown, but beside lists of names: `[all, [acc, gyro]]`.
    pub(super) fn settle_values(&self, mut values: Vec<&mut Spanned>) {
        let is_word = |val: &Val| matches!(val, Val::Word(_));
        let are_names = |val: &Val| match val {
            Val::Word(word) => word.text == "all",
            Val::List(items) => items.iter().any(|item| is_word(&item.val)),
            _ => false,
        };
        if !values.iter().any(|value| are_names(&value.val)) {
            values.iter_mut().for_each(|value| value.val = self.cx.settle(value.val.clone()));
        }
    }

    fn choice(&self, names: &[Ident], choice: &Choice) -> Entry {
        let Choice { label, value } = choice;
        let parts: &[Expr] = match &value.node {
            ExprNode::Tuple(parts) => parts,
            _ => std::slice::from_ref(value),
        };
        let texts: Vec<String> = parts.iter().map(|part| self.text(part.span)).collect();
        let vals = if parts.len() == names.len() {
            parts
                .iter()
                .map(|part| Spanned { val: self.cx.eval(self.file, self.vars.clone(), part), span: part.span })
                .collect()
        } else {
            self.cx.report(uneven(names, parts.len(), value.span));
            vec![Spanned { val: Val::Poison, span: value.span }; names.len()]
        };
        let shown = label.as_ref().map_or(texts.join(", "), |label| label.node.clone());
        Entry { shown, span: label.as_ref().map_or(value.span, |label| label.span), vals }
    }

    /// A list that is a parameter, say: one name goes through it.
    fn listed_elsewhere(&self, names: &[Ident], expr: &Expr) -> Option<Vec<Entry>> {
        let items = match self.cx.eval(self.file, self.vars.clone(), expr) {
            Val::List(items) if !items.is_empty() => items,
            Val::Poison => return None,
            other => {
                let found = if matches!(other, Val::List(_)) { "an empty list" } else { other.noun() };
                self.cx.report(no_list(names, expr.span, found));
                return None;
            }
        };
        if names.len() > 1 {
            self.cx.report(uneven(names, 1, expr.span));
            return None;
        }
        let entry = |val: Val, span| Entry { shown: self.text(span), span, vals: vec![Spanned { val, span }] };
        Some(items.into_iter().map(|item| entry(item.val, item.span)).collect())
    }

    /// On one line.
    pub(super) fn text(&self, span: Span) -> String {
        self.cx.program.sources.text(span).split_whitespace().collect::<Vec<_>>().join(" ")
    }
}

fn no_list(names: &[Ident], span: Span, found: &str) -> Diagnostic {
    Diagnostic::type_error("wrong-type", format!("`{}` varies over a list with at least one value", names[0].node))
        .label(span, found)
        .help(format!("list its values: `vary {} in [ … ]`", names[0].node))
}

/// As many values as names.
fn uneven(names: &[Ident], values: usize, span: Span) -> Diagnostic {
    let counted = |n: usize, what: &str| if n == 1 { format!("one {what}") } else { format!("{n} {what}s") };
    let message = format!("{} for {}", counted(names.len(), "name"), counted(values, "value"));
    let listed: Vec<&str> = names.iter().map(|name| name.node.as_str()).collect();
    Diagnostic::error("wrong-arity", message)
        .label(span, counted(values, "value"))
        .label(names[0].span, "varied here")
        .help(match names {
            [_] => "names that vary together stand in parentheses: `vary (method, budget) in [(EndToEnd, 100 epochs)]`"
                .into(),
            _ => format!(
                "every value is as long as `({})`, as in `[({})]`",
                listed.join(", "),
                "…, ".repeat(names.len() - 1) + "…"
            ),
        })
}
