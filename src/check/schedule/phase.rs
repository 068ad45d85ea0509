//! A phase: what it trains, on which samples, through which replicas and for how long.

use super::{ScheduleChecker, fixed};
use crate::check::settings;
use crate::diagnostic::Diagnostic;
use crate::hir::{self, Index, Role, Route, Trained};
use crate::span::{Ident, Span};
use crate::suggest::meant;
use crate::syntax::ast::{self, Expr, ExprNode};

/// A phase without a length is one pass over its samples.
const ONE_PASS: hir::Length = hir::Length::For(hir::Amount { count: 1.0, unit: hir::Unit::Epochs });

impl ScheduleChecker<'_> {
    pub(super) fn phase(&self, phase: &ast::Phase) -> Option<hir::Phase> {
        let before = self.cx.count();
        let train: Vec<Trained> = phase.train.iter().filter_map(|expr| self.trained(expr)).collect();
        let on = self.split(&phase.on);
        let through: Vec<Route> = phase.through.iter().filter_map(|expr| self.route(expr)).collect();
        let is_double = self.doubles(&train);
        // What could not be read was reported, and may be what else would be missed.
        if !is_double && train.len() == phase.train.len() && through.len() == phase.through.len() {
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
            length_span: phase.length.as_ref().map_or(phase.span, length_span),
            settings,
            span: phase.span,
        })
    }

    /// `uni`, `head[k]`, `uni.gyro`, `uni.gyro[k]`. Whether the network has such a module is for its pipeline to say.
    fn trained(&self, expr: &Expr) -> Option<Trained> {
        let (mut base, index) = indexed(expr);
        let mut path: Vec<&Ident> = vec![];
        while let ExprNode::Member(of, name) = &base.node {
            path.insert(0, name);
            base = of;
        }
        let module = path.first().zip(path.last()).map(|(first, last)| {
            let names: Vec<&str> = path.iter().map(|name| name.node.as_str()).collect();
            Ident { node: names.join("."), span: first.span.to(last.span) }
        });
        if let (ExprNode::Index(role, _), Some(module)) = (&base.node, &module) {
            let text = |span| self.cx.program.sources.text(span);
            let index = text(base.span).strip_prefix(text(role.span)).unwrap_or_default();
            let right = format!("{}.{}{index}", text(role.span), module.node);
            self.cx.report(
                Diagnostic::error("unknown-role", "the index of a replica stands behind the module")
                    .label(expr.span, "stands behind the role")
                    .help(format!("write `{right}`"))
                    .fix(expr.span, right),
            );
            return None;
        }
        let (role, replica) = self.role_of(base, index, expr)?;
        Some(Trained { role, module, replica, span: expr.span })
    }

    /// Whether a role is trained twice, which is reported.
    fn doubles(&self, train: &[Trained]) -> bool {
        let before = self.cx.count();
        for (i, t) in train.iter().enumerate() {
            if let Some(first) = train[..i]
                .iter()
                .find(|u| u.meets(t) && (u.replica == t.replica || u.replica.is_none() || t.replica.is_none()))
            {
                self.cx.report(
                    Diagnostic::error("declared-twice", format!("this phase trains `{}` twice", t.name()))
                        .label(t.span, "again here")
                        .label(first.span, "first here"),
                );
            }
        }
        self.cx.count() > before
    }

    /// A replicated role needs one replica, or the mean, to run through.
    fn routed(&self, phase: &ast::Phase, train: &[Trained], through: &[Route]) {
        for (role, replicas) in self.replicas.iter().filter(|(role, _)| **role != Role::Fixed) {
            let route = through.iter().find(|r| r.role == *role);
            let mean = route.is_some_and(|r| r.replica.is_none());
            let mut learners = train.iter().filter(|t| t.role == *role);
            let first = learners.next();
            // Modules may share a replica.
            let second = learners.find(|t| first.is_some_and(|first| first.replica != t.replica || first.meets(t)));
            match (first, second, route) {
                (Some(t), Some(second), _) if !mean => self.cx.report(
                    Diagnostic::error("trained-not-run", "a phase runs through one replica, and this one trains several")
                        .label(second.span, "trained, but not run: nothing reaches it")
                        .label(t.span, "run through this one")
                        .help(format!(
                            "give each a phase of its own, in `for k in folds {{ … {0}[k] … }}`, or run `through mean({0})`",
                            role.name()
                        )),
                ),
                (Some(t), _, _) if t.replica.is_none() && !mean => self.cx.report(
                    Diagnostic::error(
                        "which-replica",
                        format!("`{}` has {} replicas; say which one", role.name(), replicas.count),
                    )
                    .label(t.span, "which one?")
                    .label(replicas.span, "replicas declared here")
                    .help(format!(
                        "write `{0}[{1}]`, in `for k in folds` each in its turn, or run `through mean({0})` to train all of them at once",
                        role.name(),
                        self.example_index()
                    )),
                ),
                (Some(t), _, Some(r)) if r.replica.is_some() && r.replica != t.replica => self.cx.report(
                    Diagnostic::error("trained-not-run", "this phase trains one replica and runs through another")
                        .label(t.span, "trained, but not run: nothing reaches it")
                        .label(r.span, "run, but not trained")
                        .help("a phase runs through the replica it trains; leave `through` away"),
                ),
                (None, _, None) => self.cx.report(
                    Diagnostic::error(
                        "which-replica",
                        format!("phase `{}` does not say which `{}` it runs through", phase.name.node, role.name()),
                    )
                    .label(phase.train_span, "through which one?")
                    .label(replicas.span, "replicas declared here")
                    .help(self.other_route(phase, *role)),
                ),
                (Some(_) | None, _, _) => {}
            }
        }
    }

    /// What to write where a phase does not say through which replica it runs.
    fn other_route(&self, phase: &ast::Phase, role: Role) -> String {
        let (role, index) = (role.name(), self.example_index());
        match phase.through.as_slice() {
            [] => format!("add `through {role}[{index}]` or `through mean({role})`"),
            [first, ..] => {
                let span = phase.through.iter().fold(first.span, |span, route| span.to(route.span));
                let routes = self.cx.program.sources.text(span);
                format!("write `through {routes}, {role}[{index}]` or `through {routes}, mean({role})`")
            }
        }
    }

    /// Whether a role without replicas is taken for several for the first time: that is said once.
    pub(super) fn is_new_single(&self, role: Role) -> bool {
        self.singles.borrow_mut().insert(role)
    }

    /// As many replicas as there are folds.
    pub(super) fn example_count(&self) -> String {
        let text = |folds: &hir::FoldSpec| self.cx.program.sources.text(folds.span).to_string();
        let written = self.folds.as_ref().map(text);
        let count = written.as_deref().and_then(|text| text.strip_prefix("folds")).and_then(|t| t.split(',').next());
        count.map_or("4".into(), |count| count.trim().into())
    }

    pub(super) fn example_index(&self) -> String {
        self.loops.last().map_or("0".into(), |l| l.node.clone())
    }

    /// `uni`, `head[k]`.
    pub(super) fn role(&self, expr: &Expr) -> Option<(Role, Option<Index>)> {
        let (base, index) = indexed(expr);
        if let ExprNode::Member(of, module) = &base.node {
            let text = self.cx.program.sources.text(of.span);
            self.cx.report(
                Diagnostic::error("unknown-role", "replicas are of a role with all its modules")
                    .label(module.span, "one module")
                    .help(format!("leave `.{}` away: one module alone is only trained", module.node))
                    .fix(base.span, text),
            );
            return None;
        }
        self.role_of(base, index, expr)
    }

    /// The role that `base` names, and the replica with an index; `whole` is both, with what stands between.
    fn role_of(&self, base: &Expr, index: Option<&Expr>, whole: &Expr) -> Option<(Role, Option<Index>)> {
        let ExprNode::Name(name) = &base.node else {
            self.cx.report(not_a_role(self.cx.program.sources.text(base.span), base.span));
            return None;
        };
        let Some(role) = named(name) else {
            self.cx.report(not_a_role(name, base.span));
            return None;
        };
        if role == Role::Fixed {
            self.cx.report(fixed(base.span));
            return None;
        }
        let Some(index) = index else { return Some((role, None)) };
        let Some(replicas) = self.replicas.get(&role) else {
            if self.is_new_single(role) {
                self.cx.report(
                    Diagnostic::error("not-replicated", format!("`{name}` has one copy in this schedule, not several"))
                        .label(whole.span, "an index of one copy")
                        .help(format!("write `{name}`, or declare `replicas {name} {}`", self.example_count())),
                );
            }
            return None;
        };
        let index = self.index(index, replicas.count, &format!("replica of `{name}`"))?;
        Some((role, Some(index)))
    }

    pub(super) fn route(&self, expr: &Expr) -> Option<Route> {
        if let ExprNode::Call(callee, args) = &expr.node
            && let (ExprNode::Name(word), [arg]) = (&callee.node, args.as_slice())
            && word == "mean"
        {
            let (role, replica) = self.role(&arg.value)?;
            if let Some(_one) = replica {
                self.cx.report(
                    Diagnostic::type_error("wrong-type", "the mean of one replica is that replica")
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

    fn length(&self, length: &ast::Length) -> Option<hir::Length> {
        match length {
            ast::Length::For(amount) => {
                let length = self.amount(amount, "the length of a phase")?;
                if length.unit == hir::Unit::Rounds {
                    self.cx.report(
                        Diagnostic::value_error(
                            "wrong-unit",
                            "a phase has no rounds: those are turns of the outermost `repeat`",
                        )
                        .label(amount.span, "in rounds")
                        .help("give it in epochs, as in `3 epochs`, or put `repeat 3 { … }` around the phase"),
                    );
                    return None;
                }
                Some(hir::Length::For(length))
            }
            ast::Length::NoGain { patience, split, at_most, .. } => {
                let patience = self.passes(patience, "the patience", "until no gain in 5 epochs on validation");
                let split = self.split(split);
                let most = "until no gain in 5 epochs on validation at most 50 epochs";
                let at_most = match at_most {
                    Some(amount) => self.passes(amount, "the length of a phase", most)?,
                    None => hir::Amount { count: 1000.0, unit: hir::Unit::Epochs },
                };
                Some(hir::Length::NoGain { patience: patience?.count as u64, split: split?, at_most })
            }
        }
    }

    fn amount(&self, amount: &ast::Amount, what: &str) -> Option<hir::Amount> {
        settings::amount(self.cx, self.file, self.vars, amount, what)
    }

    /// Whole passes over a phase's samples: gain is looked for after each.
    fn passes(&self, amount: &ast::Amount, what: &str, example: &str) -> Option<hir::Amount> {
        let passes = self.amount(amount, what)?;
        if passes.unit == hir::Unit::Epochs && passes.count.fract() == 0.0 {
            return Some(passes);
        }
        self.cx.report(
            Diagnostic::value_error(
                "wrong-unit",
                "gain is looked for after every pass, so this is a whole number of epochs",
            )
            .label(amount.span, "not whole epochs")
            .help(format!("write `{example}`")),
        );
        None
    }
}

/// What stands before an index, and the index.
fn indexed(expr: &Expr) -> (&Expr, Option<&Expr>) {
    match &expr.node {
        ExprNode::Index(base, index) => (base, Some(index)),
        _ => (expr, None),
    }
}

fn not_a_role(text: &str, span: Span) -> Diagnostic {
    let diagnostic =
        Diagnostic::error("unknown-role", format!("`{text}` is not a role")).label(span, "a role is needed");
    match meant(text, ["uni", "fusion", "head"]) {
        Some((near, safety)) => diagnostic
            .help(format!("did you mean `{near}`? One module of a network stands behind its role, as `uni.embed`"))
            .offer(span, near, safety),
        None => diagnostic
            .help("roles are `uni`, `fusion` and `head`; one module of a network stands behind its role, `uni.embed`"),
    }
}

fn named(name: &str) -> Option<Role> {
    match name {
        "uni" => Some(Role::Uni),
        "fusion" => Some(Role::Fusion),
        "head" => Some(Role::Head),
        "fixed" => Some(Role::Fixed),
        _ => None,
    }
}

fn length_span(length: &ast::Length) -> Span {
    match length {
        ast::Length::For(amount) => amount.span,
        ast::Length::NoGain { span, .. } => *span,
    }
}
