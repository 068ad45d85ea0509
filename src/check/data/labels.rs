//! What the classes of a target are called, and which numbers a file has for them: `class(["sit", "walk"])`,
//! `class(5, first: 1)`, `class(2, values: [-1, 1])`.

use super::DatasetChecker;
use crate::builtin::{Labels, Numbers, Value};
use crate::check::value::Val;
use crate::diagnostic::Diagnostic;
use crate::span::Span;
use crate::syntax::ast::{Expr, ExprNode};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Class ids are kept in 32-bit floats, exact up to here.
const LARGEST: i64 = 1 << 24;

/// Names and numbers of classes as they are written, none of them said to be wrong yet.
#[derive(Clone, Copy)]
pub(super) struct Written<'e> {
    /// How many classes, or their names.
    pub count: &'e Expr,
    pub first: Option<&'e Expr>,
    pub values: Option<&'e Expr>,
    pub ignore: Option<i64>,
}

impl DatasetChecker<'_> {
    /// How many classes there are, and what is said of them; where it is wrong, that is reported.
    pub(super) fn classes(&self, written: Written<'_>) -> Option<(usize, Option<Arc<Labels>>)> {
        let names = match self.items(written.count) {
            Some(items) => Some(self.names(items, written.count.span)?),
            None => None,
        };
        let classes = match &names {
            Some(names) => names.len(),
            None => self.size(written.count)?,
        };
        if classes < 2 {
            self.cx.report(
                Diagnostic::value_error("out-of-range", "there must be at least 2 classes")
                    .label(written.count.span, "one class"),
            );
            return None;
        }
        let labels = Labels { names: names.unwrap_or_default(), numbers: self.numbers(written, classes)? };
        Some((classes, (!labels.are_plain()).then(|| Arc::new(labels))))
    }

    /// The entries of a list; nothing of what is none.
    fn items(&self, expr: &Expr) -> Option<Vec<(Val, Span)>> {
        let is_list = match &expr.node {
            ExprNode::List(_) => true,
            ExprNode::Name(name) => self.vars.contains_key(name),
            _ => false,
        };
        if !is_list {
            return None;
        }
        match self.eval(expr) {
            Val::Plain(Value::List(items)) => {
                Some(items.into_iter().map(|item| (Val::Plain(item), expr.span)).collect())
            }
            Val::List(items) => Some(items.into_iter().map(|item| (item.val, item.span)).collect()),
            _ => None,
        }
    }

    fn names(&self, items: Vec<(Val, Span)>, span: Span) -> Option<Vec<String>> {
        let mut names: Vec<String> = vec![];
        let mut seen: BTreeMap<String, Span> = BTreeMap::new();
        for (item, at) in items {
            let Val::Plain(Value::Text(name)) = item else {
                let poisoned = matches!(item, Val::Poison);
                let numbers = matches!(item, Val::Plain(Value::Int(_) | Value::Float(_)));
                if !poisoned {
                    let diagnostic =
                        Diagnostic::type_error("wrong-type", "classes are named by texts").label(at, "no text");
                    self.cx.report(if numbers {
                        diagnostic.help("numbers that a file has for its classes are said beside how many there are: `class(2, values: [-1, 1])`")
                    } else {
                        diagnostic.help("write the names in quotes: `class([\"sit\", \"walk\"])`")
                    });
                }
                return None;
            };
            let name = name.trim().to_string();
            if name.is_empty() {
                self.cx.report(
                    Diagnostic::value_error("out-of-range", "a class has an empty name").label(at, "nothing in it"),
                );
                return None;
            }
            if let Some(first) = seen.insert(name.clone(), at) {
                let diagnostic = Diagnostic::value_error("out-of-range", format!("two classes are called `{name}`"));
                let diagnostic = diagnostic.label(at, "again");
                self.cx.report(if first == at { diagnostic } else { diagnostic.label(first, "first here") });
                return None;
            }
            names.push(name);
        }
        if names.is_empty() {
            self.cx.report(
                Diagnostic::value_error("out-of-range", "there must be at least 2 classes").label(span, "no class"),
            );
            return None;
        }
        Some(names)
    }

    fn numbers(&self, written: Written<'_>, classes: usize) -> Option<Numbers> {
        match (written.first, written.values) {
            (None, None) => Some(Numbers::Ids),
            (Some(first), Some(values)) => {
                self.cx.report(
                    Diagnostic::value_error("out-of-range", "`first` and `values` both say which numbers classes have")
                        .label(first.span, "from this number on")
                        .label(values.span, "these")
                        .help("leave one of them away"),
                );
                None
            }
            (Some(first), None) => {
                let number = self.whole(first)?;
                self.within(number, first.span)?;
                self.beside(written, number..number + classes as i64, first.span)?;
                Some(if number == 0 { Numbers::Ids } else { Numbers::First(number) })
            }
            (None, Some(values)) => {
                let numbers = self.values(values)?;
                if numbers.len() != classes {
                    self.cx.report(
                        Diagnostic::value_error(
                            "out-of-range",
                            format!("{} for {classes} classes", count(numbers.len())),
                        )
                        .label(values.span, "one a class, in their order"),
                    );
                    return None;
                }
                self.beside(written, numbers.iter().copied(), values.span)?;
                let from = |first: i64| numbers.iter().copied().eq(first..first + classes as i64);
                Some(match numbers[0] {
                    0 if from(0) => Numbers::Ids,
                    first if from(first) => Numbers::First(first),
                    _ => Numbers::Values(numbers),
                })
            }
        }
    }

    /// Whole numbers, each once.
    fn values(&self, expr: &Expr) -> Option<Vec<i64>> {
        let Some(items) = self.items(expr) else {
            if !matches!(self.eval(expr), Val::Poison) {
                self.cx.report(
                    Diagnostic::type_error("wrong-type", "`values` lists the number of every class")
                        .label(expr.span, "no list")
                        .help("write them in the order of the classes: `class(2, values: [-1, 1])`"),
                );
            }
            return None;
        };
        let mut numbers: Vec<i64> = vec![];
        for (item, at) in items {
            let Val::Plain(Value::Int(number)) = item else {
                if !matches!(item, Val::Poison) {
                    self.cx.report(
                        Diagnostic::type_error("wrong-type", "`values` lists whole numbers")
                            .label(at, "no whole number")
                            .help("classes that are texts are named: `class([\"sit\", \"walk\"])`"),
                    );
                }
                return None;
            };
            self.within(number, at)?;
            if numbers.contains(&number) {
                self.cx.report(
                    Diagnostic::value_error("out-of-range", format!("two classes have the number {number}"))
                        .label(at, "again"),
                );
                return None;
            }
            numbers.push(number);
        }
        Some(numbers)
    }

    fn within(&self, number: i64, span: Span) -> Option<()> {
        if number.abs() <= LARGEST {
            return Some(());
        }
        self.cx.report(
            Diagnostic::value_error("out-of-range", format!("numbers of classes go from -{LARGEST} to {LARGEST}"))
                .label(span, "beyond that"),
        );
        None
    }

    /// No class has the number of what has none.
    fn beside(&self, written: Written<'_>, mut numbers: impl Iterator<Item = i64>, span: Span) -> Option<()> {
        let Some(ignored) = written.ignore.filter(|ignored| numbers.any(|number| number == *ignored)) else {
            return Some(());
        };
        self.cx.report(
            Diagnostic::value_error("out-of-range", format!("{ignored} is a class, and `ignore` says it is none"))
                .label(span, "a class has it"),
        );
        None
    }
}

fn count(values: usize) -> String {
    if values == 1 { "1 value".into() } else { format!("{values} values") }
}
