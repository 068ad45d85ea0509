//! The evaluator: expressions of one file with some names bound, adding to one network. Owns where its messages are shown;
//! what expressions come to is in `eval.rs`, what applying layers builds in `elaborate.rs`.

use super::builder::Builder;
use super::checker::Checker;
use super::value::{Bound, Val, Word};
use crate::builtin::Value;
use crate::diagnostic::{Diagnostic, Label};
use crate::shape::Dim;
use crate::span::Span;
use crate::syntax::ast::NetworkStmt;

/// Evaluates expressions of one file with some names bound, adding to one network.
pub struct Evaluator<'c, 'a> {
    pub cx: &'c Checker<'a>,
    pub file: usize,
    pub vars: Bound,
    pub builder: &'c mut Builder<'a>,
}

impl<'a> Evaluator<'_, 'a> {
    /// Evaluates in another file's scope, as part of the call at `span`.
    pub fn within<T>(
        &mut self,
        file: usize,
        vars: Bound,
        span: Span,
        run: impl FnOnce(&mut Evaluator<'_, 'a>) -> T,
    ) -> T {
        self.builder.calls.push(span);
        let mut inner = Evaluator { cx: self.cx, file, vars, builder: &mut *self.builder };
        let result = run(&mut inner);
        self.builder.calls.pop();
        result
    }

    /// Whether this is inside a network or block.
    pub fn inside(&self) -> bool {
        self.builder.owner.is_some() || !self.builder.nodes.is_empty() || !self.builder.bodies.is_empty()
    }

    /// Reports a word that turned out to be a name.
    pub fn settle(&self, val: Val) -> Val {
        match val {
            Val::Word(word) => self.fail(self.unknown(&word)),
            other => other,
        }
    }

    fn unknown(&self, word: &Word) -> Diagnostic {
        if let Some(below) = self.declared_below(word) {
            return self.used_too_early(word, below);
        }
        let found = self.cx.unknown_name(word);
        // A misspelt declaration is a mistake of its own.
        let meant = found.fix.as_ref().and_then(|fix| self.builder.declared.get(&fix.replacement)).copied();
        found.follows(meant)
    }

    /// Where the statements around a word declare it, further down.
    fn declared_below(&self, word: &Word) -> Option<Span> {
        let names = self.builder.bodies.last()?.iter().flat_map(|stmt| match stmt {
            NetworkStmt::Module { name, .. } => std::slice::from_ref(name),
            NetworkStmt::Let { names, .. } => names,
            NetworkStmt::Input { .. } | NetworkStmt::Output { .. } => &[],
        });
        let mut below = names.filter(|name| name.node == word.text).map(|name| name.span);
        below.find(|span| span.source == word.span.source && span.start > word.span.start)
    }

    fn used_too_early(&self, word: &Word, below: Span) -> Diagnostic {
        let line = |span: Span| self.cx.program.sources.position(span.source, span.start).line;
        let where_to = match line(below) - line(word.span) {
            0 => "in this very line".to_string(),
            1 => "one line below".to_string(),
            lines => format!("{lines} lines below"),
        };
        Diagnostic::name_error("unknown-name", format!("`{}` is declared {where_to}; declare it first", word.text))
            .label(word.span, "not declared yet")
            .label(below, "declared here")
            .help("a network is read from top to bottom: move the declaration up, or this line down")
    }

    /// Reports from inside an instantiated library block at the user's call first.
    pub fn fail(&self, diagnostic: Diagnostic) -> Val {
        self.cx.poison(self.at_call(diagnostic))
    }

    fn at_call(&self, mut diagnostic: Diagnostic) -> Diagnostic {
        let library = |span: Span| self.cx.program.is_library(span);
        if library(diagnostic.span()) {
            if let Some(call) = self.builder.calls.iter().rev().find(|span| !library(**span)) {
                diagnostic.blame(*call);
            }
        } else if let Some(call) = self.builder.calls.last() {
            let shown = |label: &Label| {
                label.span.source == call.source && label.span.start >= call.start && label.span.end <= call.end
            };
            if !diagnostic.labels.iter().any(shown) {
                diagnostic = diagnostic.label(*call, "asked for here");
            }
        }
        diagnostic
    }

    /// Shows what was reported since `before` at the user's call first, as [`fail`](Self::fail) does.
    pub fn relocate(&self, before: usize) {
        let found = self.cx.diagnostics.borrow_mut().split_off(before);
        found.into_iter().for_each(|diagnostic| self.cx.report(self.at_call(diagnostic)));
    }

    /// A block that is an argument, `head: relu`, has its name in one place and is given arguments in another, `head(classes)`:
    /// what was reported since `before` is said of both, and in the user's file first.
    pub fn given(&self, before: usize, named: Span, span: Span) {
        let inside = named.source == span.source && span.start <= named.start && named.end <= span.end;
        for diagnostic in self.cx.diagnostics.borrow_mut()[before..].iter_mut().filter(|_| !inside) {
            let label = Label { span: named, text: "this block, as it is used below".into() };
            if self.cx.program.is_library(diagnostic.span()) {
                diagnostic.labels.insert(0, label);
                diagnostic.fix = None;
            } else {
                diagnostic.labels.push(label);
            }
        }
    }
}

pub fn not_a_tensor(val: &Val, span: Span) -> Diagnostic {
    Diagnostic::type_error("wrong-type", format!("a tensor is needed here, this is {}", val.noun()))
        .label(span, val.noun())
        .help("inputs, `let` names and calls of modules are tensors")
}

/// A value as a size.
pub fn dim(value: &Value) -> Option<Dim> {
    match value {
        Value::Int(i) => Some(Dim::constant(*i)),
        Value::Dim(d) => Some(d.clone()),
        Value::Float(_)
        | Value::Bool(_)
        | Value::Text(_)
        | Value::Name(_)
        | Value::List(_)
        | Value::Range(_)
        | Value::Condition(_) => None,
    }
}
