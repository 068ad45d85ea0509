//! Schedules: folds, replicas, phases, deployment. Knows roles, never a network.

mod declarations;
mod deploy;
mod index;
mod phase;
mod sets;

use super::args;
use super::argument::arguments;
use super::checker::Checker;
use super::names::ItemId;
use super::value::{Bound, Val};
use crate::builtin::Value;
use crate::diagnostic::Diagnostic;
use crate::hir::{self, Role, Variable};
use crate::span::{Ident, Span};
use crate::syntax::ast::{self, Expr, Schedule, ScheduleStmt};
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

/// Folds and replicas one schedule may have.
const MAX_FOLDS: i64 = 1000;

/// Phases of a schedule whose loops over folds are unrolled.
const MAX_PHASES: usize = 10_000;

/// A schedule with its parameters bound.
pub fn check(cx: &Checker<'_>, id: ItemId, schedule: &Schedule, vars: &Bound) -> Option<hir::Schedule> {
    let before = cx.count();
    let (folds, replicas, singles) = (None, BTreeMap::new(), RefCell::default());
    let mut checker = ScheduleChecker { cx, file: id.file, vars, loops: vec![], depth: 0, folds, replicas, singles };
    checker.declarations(&schedule.body);
    if !phases(&schedule.body) {
        cx.report(
            Diagnostic::error("missing-statement", format!("schedule `{}` has no phase", schedule.header.name.node))
                .label(schedule.header.name.span, "trains nothing")
                .help("add `repeat { phase all { train uni, fusion, head on all } }`"),
        );
    }
    let steps = checker.steps(&schedule.body);
    let unrolled = unrolled(&steps, checker.folds.as_ref().map_or(1, |f| f.count));
    if unrolled > MAX_PHASES {
        cx.report(
            Diagnostic::value_error(
                "too-large",
                format!("the schedule has {unrolled} phases; at most {MAX_PHASES} are run"),
            )
            .label(schedule.header.name.span, "once its loops over folds are unrolled")
            .help("use fewer folds, or one loop over them in the place of several inside each other"),
        );
    }
    let (deploy, deploy_span) = checker.deployment(schedule);
    let ScheduleChecker { folds, replicas, .. } = checker;
    let name = schedule.header.name.clone();
    cx.sound_since(before).then_some(hir::Schedule {
        name: name.node,
        span: name.span,
        used_at: name.span,
        allow: schedule.header.allowed(),
        arguments: arguments(cx, &schedule.header.params, vars),
        folds,
        replicas,
        steps,
        deploy,
        deploy_span,
    })
}

struct ScheduleChecker<'a> {
    cx: &'a Checker<'a>,
    file: usize,
    vars: &'a Bound,
    /// Loop variables in scope, outermost first.
    loops: Vec<Ident>,
    /// How many loops of any kind there are around.
    depth: usize,
    folds: Option<hir::FoldSpec>,
    replicas: BTreeMap<Role, hir::Replicas>,
    /// Roles without replicas that were taken for several.
    singles: RefCell<BTreeSet<Role>>,
}

impl ScheduleChecker<'_> {
    fn eval(&self, expr: &Expr) -> Val {
        self.cx.known(self.file, self.vars.clone(), expr)
    }

    /// A count from 1; a size that is still a symbol (a schedule checked alone) counts as 2, for which all rules hold that
    /// hold for any number.
    fn count(&self, expr: &Expr, what: &str) -> usize {
        match self.eval(expr) {
            Val::Plain(Value::Int(n)) if (1..=MAX_FOLDS).contains(&n) => n as usize,
            Val::Plain(Value::Int(n)) => {
                self.cx.report(
                    Diagnostic::value_error(
                        "out-of-range",
                        format!("the number of {what} must be from 1 to {MAX_FOLDS}, is {n}"),
                    )
                    .label(expr.span, format!("{n}")),
                );
                1
            }
            Val::Plain(Value::Dim(_)) => 2,
            Val::Poison => 1,
            other => {
                self.cx.report(
                    Diagnostic::type_error(
                        "wrong-type",
                        format!("the number of {what} must be a whole number, is {}", other.noun()),
                    )
                    .label(expr.span, other.noun()),
                );
                1
            }
        }
    }

    fn steps(&mut self, body: &[ScheduleStmt]) -> Vec<hir::Step> {
        let mut steps = vec![];
        for stmt in body {
            match stmt {
                ScheduleStmt::Folds { span, .. }
                | ScheduleStmt::Replicas { span, .. }
                | ScheduleStmt::Deploy { span, .. }
                    if self.depth > 0 =>
                {
                    self.cx.report(
                        Diagnostic::error("misplaced", "folds, replicas and deployment belong to the whole schedule")
                            .label(*span, "inside a loop")
                            .help("move it to the top of the schedule"),
                    );
                }
                ScheduleStmt::Folds { .. } | ScheduleStmt::Replicas { .. } | ScheduleStmt::Deploy { .. } => {}
                ScheduleStmt::Repeat { times, body, span } => {
                    let times = times.as_ref().map(|t| self.count(t, "repetitions") as u64);
                    let body = self.inside(body);
                    steps.push(hir::Step::Repeat { times, body, span: *span });
                }
                ScheduleStmt::For { variable, body, span } => steps.push(self.for_folds(variable, body, *span)),
                ScheduleStmt::Phase(phase) => steps.extend(self.phase(phase).map(hir::Step::Phase)),
            }
        }
        steps
    }

    /// The steps of a loop.
    fn inside(&mut self, body: &[ScheduleStmt]) -> Vec<hir::Step> {
        self.depth += 1;
        let steps = self.steps(body);
        self.depth -= 1;
        steps
    }

    fn for_folds(&mut self, variable: &Ident, body: &[ScheduleStmt], span: Span) -> hir::Step {
        if self.folds.is_none() {
            self.cx.report(
                Diagnostic::error("no-folds", "this schedule has no folds to loop over")
                    .label(variable.span, "over which folds?")
                    .help("add `folds 4` at the top of the schedule"),
            );
            // Operand once: `fold(k)` inside is not wrong, too.
            self.folds = Some(hir::FoldSpec { count: 2, stratified: false, grouped: true, span });
        }
        if let Some(first) = self.loops.iter().find(|l| l.node == variable.node) {
            self.cx.report(
                Diagnostic::error(
                    "shadowed-name",
                    format!("`{}` is the variable of a loop around this one", variable.node),
                )
                .label(variable.span, "again here")
                .label(first.span, "first here"),
            );
        } else if self.vars.contains_key(&variable.node) {
            self.cx.report(
                Diagnostic::error(
                    "shadowed-name",
                    format!("`{}` is a parameter of this schedule already", variable.node),
                )
                .label(variable.span, "declared again"),
            );
        }
        let number = Variable(self.loops.len());
        self.loops.push(variable.clone());
        let steps = self.inside(body);
        self.loops.pop();
        hir::Step::For { variable: number, name: variable.node.clone(), body: steps, span }
    }
}

/// Phases where every loop over folds is written out.
fn unrolled(steps: &[hir::Step], folds: usize) -> usize {
    let count = |step: &hir::Step| match step {
        hir::Step::Phase(_) => 1,
        hir::Step::Repeat { body, .. } => unrolled(body, folds),
        hir::Step::For { body, .. } => unrolled(body, folds).saturating_mul(folds),
    };
    steps.iter().map(count).fold(0, usize::saturating_add)
}

fn phases(body: &[ScheduleStmt]) -> bool {
    body.iter().any(|stmt| match stmt {
        ScheduleStmt::Phase(_) => true,
        ScheduleStmt::Repeat { body, .. } | ScheduleStmt::For { body, .. } => phases(body),
        ScheduleStmt::Folds { .. } | ScheduleStmt::Replicas { .. } | ScheduleStmt::Deploy { .. } => false,
    })
}

fn fixed(span: Span) -> Diagnostic {
    Diagnostic::error("fixed-role", "`fixed` modules are never trained, and there is one of each")
        .label(span, "a schedule says nothing of them")
        .help("to train the module, give it the role `uni`, `fusion` or `head` in the network")
}

/// Binds and checks a schedule used by a pipeline.
pub fn of(cx: &Checker<'_>, val: &Val, span: Span) -> Option<hir::Schedule> {
    match val {
        Val::Item(item) => match cx.program.item(item.id) {
            ast::Item::Schedule(schedule) => {
                let vars = args::bind(cx, item.id, &item.args, item.span)?;
                let before = cx.count();
                let made = check(cx, item.id, schedule, &vars);
                cx.blame_arguments(before, item.id, &item.args);
                cx.blame(before, span);
                let made = made?;
                let allow = [made.allow.as_slice(), &item.allow].concat();
                Some(hir::Schedule { used_at: item.span, allow, ..made })
            }
            other => {
                cx.report(args::wrong_item(other, "schedule", span));
                None
            }
        },
        Val::Poison => None,
        other => {
            cx.report(args::wrong_value(other, "a schedule", span));
            None
        }
    }
}
