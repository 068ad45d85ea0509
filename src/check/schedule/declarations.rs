//! `folds` and `replicas`: how many there are, each declared once and for the whole schedule.

use super::{ScheduleChecker, fixed};
use crate::diagnostic::Diagnostic;
use crate::hir::{FoldSpec, Replicas, Role};
use crate::span::{Span, Spanned};
use crate::syntax::ast::{Arg, Expr, ExprNode, ScheduleStmt};

impl ScheduleChecker<'_> {
    pub(super) fn declarations(&mut self, body: &[ScheduleStmt]) {
        for stmt in body {
            match stmt {
                ScheduleStmt::Folds { count, options, span } => self.declare_folds(count, options, *span),
                ScheduleStmt::Replicas { roles, count, span } => self.declare_replicas(roles, count, *span),
                ScheduleStmt::Repeat { .. }
                | ScheduleStmt::For { .. }
                | ScheduleStmt::Phase(_)
                | ScheduleStmt::Deploy { .. } => {}
            }
        }
        // Misplaced ones are reported once, as that: what is written in terms of them is not wrong, too.
        for stmt in body {
            if let ScheduleStmt::Repeat { body, .. } | ScheduleStmt::For { body, .. } = stmt {
                self.misplaced(body);
            }
        }
    }

    /// Folds and replicas declared inside a loop, and nowhere else.
    fn misplaced(&mut self, body: &[ScheduleStmt]) {
        for stmt in body {
            match stmt {
                ScheduleStmt::Folds { count, options, span } if self.folds.is_none() => {
                    self.declare_folds(count, options, *span);
                }
                ScheduleStmt::Replicas { roles, count, span } => {
                    let new = roles.iter().filter(|role| !self.replicas.contains_key(&role.node)).cloned();
                    self.declare_replicas(&new.collect::<Vec<_>>(), count, *span);
                }
                ScheduleStmt::Repeat { body, .. } | ScheduleStmt::For { body, .. } => self.misplaced(body),
                ScheduleStmt::Folds { .. } | ScheduleStmt::Phase(_) | ScheduleStmt::Deploy { .. } => {}
            }
        }
    }

    fn declare_replicas(&mut self, roles: &[Spanned<Role>], count: &Expr, span: Span) {
        let count = self.count(count, "replicas");
        for role in roles {
            if role.node == Role::Fixed {
                self.cx.report(fixed(role.span));
            }
            if let Some(first) = self.replicas.get(&role.node) {
                self.cx.report(twice(&format!("replicas of `{}`", role.node.name()), role.span, first.span));
            }
            self.replicas.insert(role.node, Replicas { count, span });
        }
    }

    fn declare_folds(&mut self, count: &Expr, options: &[Arg], span: Span) {
        if let Some(first) = &self.folds {
            self.cx.report(twice("folds", span, first.span));
        }
        let before = self.cx.count();
        let number = self.count(count, "folds");
        if number < 2 && self.cx.count() == before {
            self.cx.report(
                Diagnostic::value_error("out-of-range", "there must be at least 2 folds, or `except(k)` is empty")
                    .label(count.span, "one fold")
                    .help("a schedule without held-out folds trains `on all` and needs no `folds`"),
            );
        }
        let (mut stratified, mut grouped) = (false, true);
        for option in options {
            match (option.name.as_ref().map(|n| n.node.as_str()), &option.value.node) {
                (Some("stratified"), ExprNode::Bool(b)) => stratified = *b,
                (Some("grouped"), ExprNode::Bool(b)) => grouped = *b,
                (name, _) => {
                    let help = match name {
                        Some("stratified" | "grouped") => "they are `true` or `false`",
                        _ => {
                            "folds keep every group of the dataset together that is not declared `grouped: false`; `folds 4, grouped: false` \
                             cuts through all of them"
                        }
                    };
                    let message = "folds have two options, `stratified: true` and `grouped: false`";
                    let found = Diagnostic::type_error("unknown-argument", message);
                    self.cx.report(found.label(option.value.span, "not that").help(help));
                }
            }
        }
        self.folds = Some(FoldSpec { count: number, stratified, grouped, span });
    }
}

fn twice(what: &str, again: Span, first: Span) -> Diagnostic {
    Diagnostic::error("declared-twice", format!("{what} are declared twice"))
        .label(again, "again here")
        .label(first, "first here")
}
