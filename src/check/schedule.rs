//! Schedules: folds, replicas, phases, deployment. Knows roles, never a network.

use super::Checker;
use super::names::ItemId;
use super::value::{Bound, Val};
use super::{args, settings};
use crate::builtin::Value;
use crate::diagnostic::Diagnostic;
use crate::hir::{self, Index, Role, Route, SplitExpr, Trained, Variable};
use crate::span::{Ident, Span};
use crate::suggest::nearest;
use crate::syntax::ast::{self, BinaryOp, Deploy, Expr, ExprNode, Schedule, ScheduleStmt};
use std::collections::BTreeMap;

/// Folds and replicas one schedule may have.
const MAX_FOLDS: i64 = 1000;

/// A schedule with its parameters bound.
pub fn check(cx: &Checker<'_>, id: ItemId, schedule: &Schedule, vars: &Bound) -> Option<hir::Schedule> {
    let before = cx.count();
    let mut walk = Walk { cx, file: id.file, vars, loops: vec![], folds: None, replicas: BTreeMap::new() };
    walk.declarations(schedule);
    if !phases(&schedule.body) {
        cx.report(
            Diagnostic::error("missing-statement", format!("schedule `{}` has no phase", schedule.header.name.node))
                .label(schedule.header.name.span, "trains nothing")
                .help("add `repeat { phase all { train uni, fusion, head on all } }`"),
        );
    }
    let steps = walk.steps(&schedule.body);
    let (deploy, deploy_span) = walk.deployment(schedule);
    let Walk { folds, replicas, .. } = walk;
    let name = schedule.header.name.clone();
    cx.sound_since(before).then_some(hir::Schedule {
        name: name.node,
        span: name.span,
        used_at: name.span,
        allow: schedule.header.allowed(),
        folds,
        replicas,
        steps,
        deploy,
        deploy_span,
    })
}

struct Walk<'a> {
    cx: &'a Checker<'a>,
    file: usize,
    vars: &'a Bound,
    /// Loop variables in scope, outermost first.
    loops: Vec<Ident>,
    folds: Option<hir::FoldSpec>,
    replicas: BTreeMap<Role, hir::Replicas>,
}

impl Walk<'_> {
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
                    Diagnostic::error(
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
                    Diagnostic::error(
                        "wrong-type",
                        format!("the number of {what} must be a whole number, is {}", other.noun()),
                    )
                    .label(expr.span, other.noun()),
                );
                1
            }
        }
    }

    fn declarations(&mut self, schedule: &Schedule) {
        for stmt in &schedule.body {
            match stmt {
                ScheduleStmt::Folds { count, options, span } => self.declare_folds(count, options, *span),
                ScheduleStmt::Replicas { roles, count, span } => {
                    let count = self.count(count, "replicas");
                    for role in roles {
                        if role.node == Role::Fixed {
                            self.cx.report(fixed(role.span));
                        }
                        if let Some(first) = self.replicas.get(&role.node) {
                            self.cx.report(twice(
                                &format!("replicas of `{}`", role.node.name()),
                                role.span,
                                first.span,
                            ));
                        }
                        self.replicas.insert(role.node, hir::Replicas { count, span: *span });
                    }
                }
                ScheduleStmt::Repeat { .. }
                | ScheduleStmt::For { .. }
                | ScheduleStmt::Phase(_)
                | ScheduleStmt::Deploy { .. } => {}
            }
        }
    }

    fn declare_folds(&mut self, count: &Expr, options: &[ast::Arg], span: Span) {
        if let Some(first) = &self.folds {
            self.cx.report(twice("folds", span, first.span));
        }
        let before = self.cx.count();
        let number = self.count(count, "folds");
        if number < 2 && self.cx.count() == before {
            self.cx.report(
                Diagnostic::error("out-of-range", "there must be at least 2 folds, or `except(k)` is empty")
                    .label(count.span, "one fold")
                    .help("a schedule without held-out folds trains `on all` and needs no `folds`"),
            );
        }
        let mut stratified = false;
        for option in options {
            match (option.name.as_ref().map(|n| n.node.as_str()), &option.value.node) {
                (Some("stratified"), ExprNode::Bool(b)) => stratified = *b,
                _ => self.cx.report(
                    Diagnostic::error("unknown-argument", "folds have one option, `stratified: true`")
                        .label(option.value.span, "not that"),
                ),
            }
        }
        self.folds = Some(hir::FoldSpec { count: number, stratified, span });
    }

    fn steps(&mut self, body: &[ScheduleStmt]) -> Vec<hir::Step> {
        let mut steps = vec![];
        for stmt in body {
            match stmt {
                ScheduleStmt::Folds { span, .. }
                | ScheduleStmt::Replicas { span, .. }
                | ScheduleStmt::Deploy { span, .. }
                    if !self.loops.is_empty() =>
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
                    let body = self.steps(body);
                    steps.push(hir::Step::Repeat { times, body, span: *span });
                }
                ScheduleStmt::For { variable, body, span } => steps.push(self.for_folds(variable, body, *span)),
                ScheduleStmt::Phase(phase) => steps.extend(self.phase(phase).map(hir::Step::Phase)),
            }
        }
        steps
    }

    fn for_folds(&mut self, variable: &Ident, body: &[ScheduleStmt], span: Span) -> hir::Step {
        if self.folds.is_none() {
            self.cx.report(
                Diagnostic::error("no-folds", "this schedule has no folds to loop over")
                    .label(variable.span, "over which folds?")
                    .help("add `folds 4` at the top of the schedule"),
            );
            // Said once: `fold(k)` inside is not wrong, too.
            self.folds = Some(hir::FoldSpec { count: 2, stratified: false, span });
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
        let steps = self.steps(body);
        self.loops.pop();
        hir::Step::For { variable: number, name: variable.node.clone(), body: steps, span }
    }

    fn phase(&self, phase: &ast::Phase) -> Option<hir::Phase> {
        let before = self.cx.count();
        let train: Vec<Trained> = phase
            .train
            .iter()
            .filter_map(|expr| self.role(expr).map(|(role, replica)| Trained { role, replica, span: expr.span }))
            .collect();
        let on = self.split(&phase.on);
        let through: Vec<Route> = phase.through.iter().filter_map(|expr| self.route(expr)).collect();
        self.doubles(&train);
        // What could not be read was reported, and may be what else would be missed.
        if train.len() == phase.train.len() && through.len() == phase.through.len() {
            self.routed(phase, &train, &through);
        }
        let length = phase.length.as_ref().map_or(Some(ONE_PASS), |l| self.length(l));
        let settings = settings::collect(self.cx, self.file, self.vars, &phase.settings);
        if !self.cx.sound_since(before) {
            return None;
        }
        Some(hir::Phase {
            name: phase.name.node.clone(),
            train,
            on: on?,
            on_span: phase.on.span,
            through,
            length: length?,
            settings,
            span: phase.span,
        })
    }

    fn doubles(&self, train: &[Trained]) {
        for (i, t) in train.iter().enumerate() {
            if let Some(first) = train[..i]
                .iter()
                .find(|u| u.role == t.role && (u.replica == t.replica || u.replica.is_none() || t.replica.is_none()))
            {
                self.cx.report(
                    Diagnostic::error("declared-twice", format!("this phase trains `{}` twice", t.role.name()))
                        .label(t.span, "again here")
                        .label(first.span, "first here"),
                );
            }
        }
    }

    /// A replicated role needs one replica, or the mean, to run through.
    fn routed(&self, phase: &ast::Phase, train: &[Trained], through: &[Route]) {
        for (role, replicas) in self.replicas.iter().filter(|(role, _)| **role != Role::Fixed) {
            let route = through.iter().find(|r| r.role == *role);
            let mean = route.is_some_and(|r| r.replica.is_none());
            match (train.iter().find(|t| t.role == *role), route) {
                (Some(t), _) if t.replica.is_none() && !mean => self.cx.report(
                    Diagnostic::error(
                        "which-replica",
                        format!("`{}` has {} replicas; say which one", role.name(), replicas.count),
                    )
                    .label(t.span, "which one?")
                    .label(replicas.span, "replicas declared here")
                    .help(format!(
                        "write `{0}[{1}]`, or run `through mean({0})` to train all of them",
                        role.name(),
                        self.example_index()
                    )),
                ),
                (Some(t), Some(r)) if r.replica.is_some() && r.replica != t.replica => self.cx.report(
                    Diagnostic::error("trained-not-run", "this phase trains one replica and runs through another")
                        .label(t.span, "trained, but not run: nothing reaches it")
                        .label(r.span, "run, but not trained")
                        .help("a phase runs through the replica it trains; leave `through` away"),
                ),
                (None, None) => self.cx.report(
                    Diagnostic::error(
                        "which-replica",
                        format!("phase `{}` does not say which `{}` it runs through", phase.name.node, role.name()),
                    )
                    .label(phase.train_span, "through which one?")
                    .label(replicas.span, "replicas declared here")
                    .help(format!(
                        "add `through {0}[{1}]` or `through mean({0})`",
                        role.name(),
                        self.example_index()
                    )),
                ),
                (Some(_) | None, _) => {}
            }
        }
    }

    fn example_index(&self) -> String {
        self.loops.last().map_or("0".into(), |l| l.node.clone())
    }

    /// `uni`, `head[k]`.
    fn role(&self, expr: &Expr) -> Option<(Role, Option<Index>)> {
        let (base, index) = match &expr.node {
            ExprNode::Index(base, index) => (base.as_ref(), Some(index.as_ref())),
            _ => (expr, None),
        };
        let ExprNode::Name(name) = &base.node else {
            self.cx.report(not_a_role(self.cx.program.sources.text(base.span), base.span));
            return None;
        };
        let Some(role) = role_of(name) else {
            self.cx.report(not_a_role(name, base.span));
            return None;
        };
        if role == Role::Fixed {
            self.cx.report(fixed(base.span));
            return None;
        }
        let Some(index) = index else { return Some((role, None)) };
        let Some(replicas) = self.replicas.get(&role) else {
            self.cx.report(
                Diagnostic::error("not-replicated", format!("`{name}` has one copy in this schedule, not several"))
                    .label(expr.span, "an index of one copy")
                    .help(format!("write `{name}`, or declare `replicas {name} 4`")),
            );
            return None;
        };
        let index = self.index(index, replicas.count, &format!("replica of `{name}`"))?;
        Some((role, Some(index)))
    }

    fn route(&self, expr: &Expr) -> Option<Route> {
        if let ExprNode::Call(callee, args) = &expr.node
            && let (ExprNode::Name(word), [arg]) = (&callee.node, args.as_slice())
            && word == "mean"
        {
            let (role, replica) = self.role(&arg.value)?;
            if let Some(_one) = replica {
                self.cx.report(
                    Diagnostic::error("wrong-type", "the mean of one replica is that replica")
                        .label(expr.span, "one replica")
                        .help(format!("write `mean({})`", role.name())),
                );
                return None;
            }
            return Some(Route { role, replica: None, span: expr.span });
        }
        let (role, replica) = self.role(expr)?;
        if replica.is_none() {
            if let Some(replicas) = self.replicas.get(&role) {
                self.cx.report(
                    Diagnostic::error(
                        "which-replica",
                        format!("`{}` has {} replicas; say which one it runs through", role.name(), replicas.count),
                    )
                    .label(expr.span, "which one?")
                    .help(format!(
                        "write `{0}[{1}]` or `mean({0})`",
                        role.name(),
                        self.example_index()
                    )),
                );
                return None;
            }
            return Some(Route { role, replica: Some(Index { variable: None, offset: 0 }), span: expr.span });
        }
        Some(Route { role, replica, span: expr.span })
    }

    /// `2`, `k`, `k + 1`.
    fn index(&self, expr: &Expr, count: usize, what: &str) -> Option<Index> {
        match &expr.node {
            ExprNode::Name(name) if self.loops.iter().any(|l| l.node == *name) => {
                let variable = self.loops.iter().position(|l| l.node == *name).map(Variable);
                Some(Index { variable, offset: 0 })
            }
            ExprNode::Binary(op @ (BinaryOp::Add | BinaryOp::Sub), left, right) => {
                let (left, right) = (self.index(left, usize::MAX, what)?, self.index(right, usize::MAX, what)?);
                let sign = if *op == BinaryOp::Add { 1 } else { -1 };
                match (left.variable, right.variable) {
                    (variable, None) => Some(Index { variable, offset: left.offset + sign * right.offset }),
                    (None, variable) if sign == 1 => Some(Index { variable, offset: left.offset + right.offset }),
                    _ => {
                        self.cx.report(
                            Diagnostic::error("wrong-type", "an index is a number, a loop variable, or their sum")
                                .label(expr.span, "neither"),
                        );
                        None
                    }
                }
            }
            ExprNode::Name(name) if !self.vars.contains_key(name) => {
                let names: Vec<&str> =
                    self.loops.iter().map(|l| l.node.as_str()).chain(self.vars.keys().map(String::as_str)).collect();
                let diagnostic = Diagnostic::error("unknown-name", format!("there is no loop variable `{name}` here"))
                    .label(expr.span, "not found");
                let near = nearest(name, names.iter().copied()).or(self.loops.last().map(|l| l.node.as_str()));
                self.cx.report(match near {
                    Some(near) => diagnostic.help(format!("did you mean `{near}`?")).fix(expr.span, near),
                    None => diagnostic.help(format!("loop over the folds around it: `for {name} in folds {{ … }}`")),
                });
                None
            }
            _ => match self.eval(expr) {
                Val::Plain(Value::Int(i)) if i >= 0 && (i as usize) < count => {
                    Some(Index { variable: None, offset: i })
                }
                Val::Plain(Value::Int(i)) => {
                    self.cx.report(
                        Diagnostic::error("out-of-range", format!("there is no {what} number {i}"))
                            .label(expr.span, format!("they are counted 0 to {}", count - 1)),
                    );
                    None
                }
                Val::Plain(Value::Dim(_)) => Some(Index { variable: None, offset: 0 }),
                Val::Poison => None,
                other => {
                    self.cx.report(
                        Diagnostic::error(
                            "wrong-type",
                            format!("an index must be a whole number, is {}", other.noun()),
                        )
                        .label(expr.span, other.noun()),
                    );
                    None
                }
            },
        }
    }

    /// A set of samples.
    pub fn split(&self, expr: &Expr) -> Option<SplitExpr> {
        match &expr.node {
            ExprNode::Name(name) if name == "all" || name == "train" => Some(SplitExpr::All),
            ExprNode::Name(name) if name == "fold" || name == "except" => {
                self.cx.report(
                    Diagnostic::error("missing-argument", format!("`{name}` needs to know which fold"))
                        .label(expr.span, "which fold?")
                        .help(format!("write `{name}({})`", self.example_index())),
                );
                None
            }
            ExprNode::Name(name) => Some(SplitExpr::Named(name.clone())),
            ExprNode::Call(callee, args) => self.fold(callee, args, expr.span),
            ExprNode::Binary(op, left, right) => {
                let (l, r) = (Box::new(self.split(left)?), Box::new(self.split(right)?));
                match op {
                    BinaryOp::Add => Some(SplitExpr::Union(l, r)),
                    BinaryOp::Sub => Some(SplitExpr::Difference(l, r)),
                    BinaryOp::And => Some(SplitExpr::Intersection(l, r)),
                    BinaryOp::Mul | BinaryOp::Div => {
                        self.cx.report(
                            Diagnostic::error("wrong-type", "sets of samples have `+`, `-` and `&`")
                                .label(expr.span, "union, difference, intersection"),
                        );
                        None
                    }
                }
            }
            _ => {
                self.cx.report(not_a_split(expr.span));
                None
            }
        }
    }

    fn fold(&self, callee: &Expr, args: &[ast::Arg], span: Span) -> Option<SplitExpr> {
        let word = self.cx.program.sources.text(callee.span);
        let (ExprNode::Name(_), true) = (&callee.node, ["fold", "except"].contains(&word)) else {
            let diagnostic = not_a_split(span);
            self.cx.report(match nearest(word, ["fold", "except"]) {
                Some(near) => diagnostic.help(format!("did you mean `{near}`?")).fix(callee.span, near),
                None => diagnostic,
            });
            return None;
        };
        let [arg] = args else {
            self.cx.report(
                Diagnostic::error("missing-argument", format!("`{word}` takes one fold"))
                    .label(span, "here")
                    .help(format!("write `{word}({})`", self.example_index())),
            );
            return None;
        };
        let Some(folds) = &self.folds else {
            self.cx.report(
                Diagnostic::error("no-folds", format!("`{word}` needs folds, and this schedule declares none"))
                    .label(span, "which folds?")
                    .help("add `folds 4` at the top of the schedule"),
            );
            return None;
        };
        let index = self.index(&arg.value, folds.count, "fold")?;
        Some(if word == "fold" { SplitExpr::Fold(index) } else { SplitExpr::Except(index) })
    }

    fn length(&self, length: &ast::Length) -> Option<hir::Length> {
        match length {
            ast::Length::For(amount) => {
                settings::amount(self.cx, self.file, self.vars, amount, "the length of a phase").map(hir::Length::For)
            }
            ast::Length::NoGain { patience, split, at_most, span } => {
                let patience = settings::amount(self.cx, self.file, self.vars, patience, "the patience")?;
                let split = self.split(split)?;
                let at_most = match at_most {
                    Some(amount) => settings::amount(self.cx, self.file, self.vars, amount, "the length of a phase")?,
                    None => hir::Amount { count: 1000.0, unit: hir::Unit::Epochs },
                };
                if patience.unit != hir::Unit::Epochs {
                    self.cx.report(
                        Diagnostic::error("wrong-unit", "gain is looked for once a pass")
                            .label(*span, "in epochs")
                            .help("write `until no gain in 5 epochs on validation`"),
                    );
                    return None;
                }
                Some(hir::Length::NoGain { patience: patience.count as u64, split, at_most })
            }
        }
    }

    fn deployment(&self, schedule: &Schedule) -> (hir::Deploy, Span) {
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
                    .label(schedule.header.name.span, "no `deploy`")
                    .label(replicas.span, "replicas declared here")
                    .help(format!(
                        "add `deploy {0}[0]`, `deploy best {0} on validation`, `deploy last {0}` or `deploy mean`",
                        role.name()
                    )),
                );
            }
            return none;
        };
        let what = match deploy {
            Deploy::Expr(expr) => self.deployed(expr),
            Deploy::Best { role, split } => {
                self.several(role.node, role.span);
                self.split(split).map(|split| hir::Deploy::Best { role: role.node, split })
            }
            Deploy::Last { role } => {
                self.several(role.node, role.span);
                Some(hir::Deploy::Last { role: role.node })
            }
        };
        (what.unwrap_or(none.0), span)
    }

    /// The best, last or mean needs several to take it of.
    fn several(&self, role: Role, span: Span) {
        if !self.replicas.contains_key(&role) {
            let name = role.name();
            self.cx.report(
                Diagnostic::error("not-replicated", format!("`{name}` has one copy in this schedule, not several"))
                    .label(span, "one copy")
                    .help(format!("leave `deploy` away, or declare `replicas {name} 4`")),
            );
        }
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
                self.several(route.role, expr.span);
                Some(hir::Deploy::Mean)
            }
            _ => {
                let (role, index) = self.role(expr)?;
                let replica = index.map_or(0, |i| i.offset as usize);
                if index.is_none()
                    && let Some(replicas) = self.replicas.get(&role)
                {
                    self.cx.report(
                            Diagnostic::error("which-replica", format!("`{}` has {} replicas; say which one is deployed", role.name(), replicas.count))
                                .label(expr.span, "which one?")
                                .help(format!("write `deploy {0}[0]`, `deploy last {0}`, `deploy best {0} on validation` or `deploy mean`", role.name())),
                        );
                    return None;
                }
                Some(hir::Deploy::Replica(BTreeMap::from([(role, replica)])))
            }
        }
    }
}

/// A phase without a length is one pass over its samples.
const ONE_PASS: hir::Length = hir::Length::For(hir::Amount { count: 1.0, unit: hir::Unit::Epochs });

/// Whether a deployment stands anywhere, be it misplaced.
fn deploys(body: &[ScheduleStmt]) -> bool {
    body.iter().any(|stmt| match stmt {
        ScheduleStmt::Deploy { .. } => true,
        ScheduleStmt::Repeat { body, .. } | ScheduleStmt::For { body, .. } => deploys(body),
        ScheduleStmt::Folds { .. } | ScheduleStmt::Replicas { .. } | ScheduleStmt::Phase(_) => false,
    })
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

fn role_of(name: &str) -> Option<Role> {
    match name {
        "uni" => Some(Role::Uni),
        "fusion" => Some(Role::Fusion),
        "head" => Some(Role::Head),
        "fixed" => Some(Role::Fixed),
        _ => None,
    }
}

fn not_a_role(text: &str, span: Span) -> Diagnostic {
    let diagnostic =
        Diagnostic::error("unknown-role", format!("`{text}` is not a role")).label(span, "a role is needed");
    match nearest(text, ["uni", "fusion", "head"]) {
        Some(near) => {
            diagnostic.help(format!("did you mean `{near}`? A schedule knows roles, not modules")).fix(span, near)
        }
        None => diagnostic
            .help("roles are `uni`, `fusion` and `head`; a schedule knows roles, not the modules of one network"),
    }
}

fn not_a_split(span: Span) -> Diagnostic {
    Diagnostic::error("unknown-split", "this is not a set of samples")
        .label(span, "which samples?")
        .help("sets are `all`, `fold(k)`, `except(k)`, a split of the dataset, and `+`, `-`, `&` of them")
}

fn twice(what: &str, again: Span, first: Span) -> Diagnostic {
    Diagnostic::error("declared-twice", format!("{what} are declared twice"))
        .label(again, "again here")
        .label(first, "first here")
}

/// Binds and checks a schedule used by a pipeline.
pub fn of(cx: &Checker<'_>, val: &Val, span: Span) -> Option<hir::Schedule> {
    match val {
        Val::Item(item) => match cx.program.item(item.id) {
            ast::Item::Schedule(schedule) => {
                let vars = args::bind(cx, item.id, &item.args, item.span)?;
                let before = cx.count();
                let made = check(cx, item.id, schedule, &vars);
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
            cx.report(
                Diagnostic::error("wrong-kind", format!("a schedule is needed here, this is {}", other.noun()))
                    .label(span, other.noun()),
            );
            None
        }
    }
}
