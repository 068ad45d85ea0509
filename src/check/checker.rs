//! What the checks of one item share: the program, and what was found so far. Owns who is shown as the cause of a finding.

use super::names::Program;
use super::value::{Val, Wanted};
use crate::diagnostic::{Diagnostic, MOST};
use crate::hir::Proposed;
use crate::span::Span;
use std::cell::{Cell, RefCell};

/// What the checks of one item share.
pub struct Checker<'a> {
    pub program: &'a Program,
    /// Trials that were proposed for arms.
    pub proposed: &'a [Proposed],
    pub diagnostics: RefCell<Vec<Diagnostic>>,
    /// Pipelines around the one that is checked, by `start … from`.
    pub starting: Cell<Starting>,
    /// Expressions around the one that is evaluated, through all blocks and aliases that lead there.
    pub depth: Cell<usize>,
    /// What the expression is read as that is evaluated.
    pub wanted: Cell<Wanted>,
}

/// Where a check stands among pipelines that begin from one another.
#[derive(Clone, Copy, Debug, Default)]
pub struct Starting {
    pub depth: usize,
    /// Pipelines so far that the outermost begins from.
    pub count: usize,
}

impl<'a> Checker<'a> {
    pub fn new(program: &'a Program) -> Self {
        Self {
            program,
            proposed: &[],
            diagnostics: RefCell::default(),
            starting: Cell::default(),
            depth: Cell::default(),
            wanted: Cell::default(),
        }
    }

    /// Shows what was reported inside the library since `before` at the user's call first.
    pub fn blame(&self, before: usize, call: Span) {
        for diagnostic in &mut self.diagnostics.borrow_mut()[before..] {
            if self.program.is_library(diagnostic.span()) && !self.program.is_library(call) {
                diagnostic.blame(call);
            }
        }
    }

    /// What `read` reads, where such a thing is wanted: an unknown name may have meant one.
    pub fn wanting<R>(&self, wanted: Wanted, read: impl FnOnce() -> R) -> R {
        let around = self.wanted.replace(wanted);
        let found = read();
        self.wanted.set(around);
        found
    }

    /// How many diagnostics there are so far.
    pub fn count(&self) -> usize {
        self.diagnostics.borrow().len()
    }

    /// Whether no error was found since there were `before`.
    pub fn sound_since(&self, before: usize) -> bool {
        !self.is_full() && !self.diagnostics.borrow()[before..].iter().any(Diagnostic::is_error)
    }

    /// Whether more than enough is wrong with the item: nothing is added.
    pub fn is_full(&self) -> bool {
        self.count() >= MOST
    }

    pub fn report(&self, diagnostic: Diagnostic) {
        if !self.is_full() {
            self.diagnostics.borrow_mut().push(diagnostic);
        }
    }

    pub fn poison(&self, diagnostic: Diagnostic) -> Val {
        self.report(diagnostic);
        Val::Poison
    }
}
