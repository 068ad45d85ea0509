//! Which of the trained networks is kept.

use super::ScheduleChecker;
use crate::diagnostic::Diagnostic;
use crate::hir::{self, Role};
use crate::span::Span;
use crate::syntax::ast::{Deploy, Expr, ExprNode, Schedule, ScheduleStmt};
use std::collections::BTreeMap;

impl ScheduleChecker<'_> {
    pub(super) fn deployment(&self, schedule: &Schedule) -> (hir::Deploy, Span) {
        let found: Vec<(&Deploy, Span)> = schedule
            .body
            .iter()
            .filter_map(|s| if let ScheduleStmt::Deploy { what, span } = s { Some((what, *span)) } else { None })
            .collect();
        if let [(_, first), (_, second), ..] = found.as_slice() {
            self.cx.report(
                Diagnostic::error("declared-twice", "`deploy` is declared twice")
                    .label(*second, "again here")
                    .label(*first, "first here"),
            );
        }
        let none = (hir::Deploy::Replica(BTreeMap::new()), schedule.header.name.span);
        let Some((deploy, span)) = found.first().copied() else {
            if let Some((role, replicas)) = self.replicas.iter().next().filter(|_| !deploys(&schedule.body)) {
                self.cx.report(
                    Diagnostic::error(
                        "no-deployment",
                        format!("`{}` has {} replicas; which network is deployed?", role.name(), replicas.count),
                    )
                    .label(replicas.span, "several networks from here on")
                    .label(schedule.header.name.span, "no `deploy`")
                    .help(format!(
                        "add `deploy {0}[0]`, `deploy best {0} on all`, `deploy last {0}` or `deploy mean`",
                        role.name()
                    )),
                );
            }
            return none;
        };
        let what = match deploy {
            Deploy::Expr(expr) => self.deployed(expr),
            Deploy::Best { role, split, by } => {
                self.several(role.node, role.span, |other| other.name().into());
                self.split(split).map(|split| hir::Deploy::Best { role: role.node, split, by: by.clone() })
            }
            Deploy::Last { role } => {
                self.several(role.node, role.span, |other| other.name().into());
                Some(hir::Deploy::Last { role: role.node })
            }
        };
        (what.unwrap_or(none.0), span)
    }

    /// The best, last or mean needs several to take it of. `other`: what to write where another role has them.
    fn several(&self, role: Role, span: Span, other: impl Fn(Role) -> String) {
        if self.replicas.contains_key(&role) || !self.is_new_single(role) {
            return;
        }
        let name = role.name();
        let found = Diagnostic::error("not-replicated", format!("`{name}` has one copy in this schedule, not several"))
            .label(span, "one copy");
        self.cx.report(match self.replicas.iter().next() {
            Some((replicated, replicas)) => {
                let (noun, other) = (replicated.name(), other(*replicated));
                let help = format!("write `{other}`: `{noun}` has {} replicas", replicas.count);
                found.label(replicas.span, "replicas declared here").help(help).fix(span, other)
            }
            None => found.help(format!("leave `deploy` away, or declare `replicas {name} {}`", self.example_count())),
        });
    }

    fn deployed(&self, expr: &Expr) -> Option<hir::Deploy> {
        match &expr.node {
            ExprNode::Name(name) if name == "mean" => {
                if self.replicas.is_empty() {
                    self.cx.report(
                        Diagnostic::error("not-replicated", "there is one copy of everything, and no mean to deploy")
                            .label(expr.span, "the mean of what?")
                            .help("leave `deploy` away, or declare `replicas head 4`"),
                    );
                }
                Some(hir::Deploy::Mean)
            }
            ExprNode::Call(callee, _) if matches!(&callee.node, ExprNode::Name(n) if n == "mean") => {
                let route = self.route(expr)?;
                self.several(route.role, expr.span, |other| format!("mean({})", other.name()));
                Some(hir::Deploy::Mean)
            }
            _ => {
                let (role, index) = self.role(expr)?;
                let replica = index.map_or(0, |i| i.offset as usize);
                if index.is_none()
                    && let Some(replicas) = self.replicas.get(&role)
                {
                    self.cx.report(
                        Diagnostic::error(
                            "which-replica",
                            format!("`{}` has {} replicas; say which one is deployed", role.name(), replicas.count),
                        )
                        .label(expr.span, "which one?")
                        .help(format!(
                            "write `deploy {0}[0]`, `deploy last {0}`, `deploy best {0} on all` or `deploy mean`",
                            role.name()
                        )),
                    );
                    return None;
                }
                Some(hir::Deploy::Replica(BTreeMap::from([(role, replica)])))
            }
        }
    }
}

/// Whether a deployment stands anywhere, be it misplaced.
fn deploys(body: &[ScheduleStmt]) -> bool {
    body.iter().any(|stmt| match stmt {
        ScheduleStmt::Deploy { .. } => true,
        ScheduleStmt::Repeat { body, .. } | ScheduleStmt::For { body, .. } => deploys(body),
        ScheduleStmt::Folds { .. } | ScheduleStmt::Replicas { .. } | ScheduleStmt::Phase(_) => false,
    })
}
