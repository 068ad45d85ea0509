//! What a target holds: `class(10)`, `multi(20)`, `real(3)`, `events(20)`.

use super::DatasetChecker;
use super::labels::Written;
use crate::builtin::{MOST_EVENTS, TargetKind, Value};
use crate::check::value::Val;
use crate::diagnostic::Diagnostic;
use crate::span::Span;
use crate::suggest::meant;
use crate::syntax::ast::{Arg, Expr, ExprNode};

impl DatasetChecker<'_> {
    /// `class(10)`, `class(["sit", "walk"])`, `class(29, axes: [10], ignore: -1)`, `multi(20)`, `real`, `real(3)`, `events(20, most: 100)`.
    pub(super) fn kind(&self, ty: &Expr) -> Option<TargetKind> {
        let (word, given): (&Expr, &[Arg]) = match &ty.node {
            ExprNode::Call(callee, given) => (callee, given),
            _ => (ty, &[]),
        };
        let ExprNode::Name(word) = &word.node else {
            self.cx.report(not_a_kind("", ty.span));
            return None;
        };
        let options: &[&str] = match word.as_str() {
            "class" => &["axes", "ignore", "first", "values"],
            "events" => &["most"],
            _ => &[],
        };
        self.knows_options(word, given, options)?;
        let positional: Vec<&Expr> = given.iter().filter(|a| a.name.is_none()).map(|a| &a.value).collect();
        let option =
            |name: &str| given.iter().find(|a| a.name.as_ref().is_some_and(|n| n.node == name)).map(|a| &a.value);
        match (word.as_str(), positional.as_slice()) {
            ("class", [count]) => {
                let axes = option("axes").map_or(Some(vec![]), |axes| self.sizes(axes))?;
                let ignore = option("ignore").map_or(Some(None), |value| self.whole(value).map(Some))?;
                let (first, values) = (option("first"), option("values"));
                let (classes, labels) = self.classes(Written { count, first, values, ignore })?;
                Some(TargetKind::Class { classes, axes, ignore, labels })
            }
            ("multi", [count]) => Some(TargetKind::Multi { classes: self.size(count)? }),
            ("events", [count]) => {
                let most = option("most").map_or(Some(MOST_EVENTS), |most| self.size(most))?;
                Some(TargetKind::Events { classes: self.size(count)?, most })
            }
            ("real", sizes) => {
                Some(TargetKind::Real { shape: sizes.iter().map(|s| self.size(s)).collect::<Option<Vec<_>>>()? })
            }
            ("class" | "multi" | "events", _) => {
                self.cx.report(
                    Diagnostic::type_error("missing-argument", format!("`{word}` needs the number of classes"))
                        .label(ty.span, "how many classes?")
                        .help(format!("say how many: `{word}( … )`")),
                );
                None
            }
            (other, _) => {
                self.cx.report(not_a_kind(other, ty.span));
                None
            }
        }
    }

    /// Nothing where an option has a name that is none of these, which is reported.
    fn knows_options(&self, word: &str, given: &[Arg], options: &[&str]) -> Option<()> {
        let unknown = given.iter().filter_map(|a| a.name.as_ref()).find(|name| !options.contains(&name.node.as_str()));
        let Some(name) = unknown else { return Some(()) };
        let diagnostic =
            Diagnostic::type_error("unknown-argument", format!("`{word}` has no argument `{}`", name.node))
                .label(name.span, "not found");
        self.cx.report(match meant(&name.node, options.iter().copied()) {
            Some(near) => diagnostic.did_you_mean(name.span, near),
            None => diagnostic.help(format!("write `{word}(10)`")),
        });
        None
    }

    pub(super) fn whole(&self, expr: &Expr) -> Option<i64> {
        match self.eval(expr) {
            Val::Plain(Value::Int(n)) => Some(n),
            Val::Poison => None,
            other => {
                let found = if let Val::Plain(value) = &other { value.to_string() } else { other.noun().into() };
                self.cx.report(
                    Diagnostic::type_error("wrong-type", format!("a whole number is needed here, this is {found}"))
                        .label(expr.span, "no whole number"),
                );
                None
            }
        }
    }
}

fn not_a_kind(word: &str, span: Span) -> Diagnostic {
    let diagnostic =
        Diagnostic::error("unknown-type", format!("a target is not `{word}`")).label(span, "what is predicted?");
    match meant(word, ["class", "multi", "real", "events"]) {
        Some((near, _)) => diagnostic.help(format!("did you mean `{near}`?")),
        None => diagnostic
            .help("a target is `class(n)` (one of n; `class([\"sit\", \"walk\"])` with names), `multi(n)` (any of n), `real` (a number; `real(3)`: three) or `events(n)`"),
    }
}
