//! Statements of schedules: folds, replicas, loops, phases, deployment.

use super::{Builder, Parts, next};
use crate::ast::{Arg, Deploy, Expr, ExprNode, Length, Phase, ScheduleStmt};
use crate::diagnostic::Diagnostic;
use crate::parser::Rule;
use crate::span::{Ident, Span};
use pest::iterators::Pair;

impl<'t> Builder<'_, 't> {
    pub(super) fn schedule_body(&mut self, parts: Parts<'t>) -> Option<Vec<ScheduleStmt>> {
        parts.map(|p| self.schedule_stmt(p)).collect()
    }

    pub(super) fn schedule_stmt(&mut self, pair: Pair<'t, Rule>) -> Option<ScheduleStmt> {
        let pair = self.parts(pair).next()?;
        let span = self.span(&pair);
        let rule = pair.as_rule();
        let mut parts = self.parts(pair);
        match rule {
            Rule::folds => {
                let count = self.next_expr(&mut parts)?;
                let options = parts.map(|p| self.option(p)).collect::<Option<_>>()?;
                Some(ScheduleStmt::Folds { count, options, span })
            }
            Rule::replicas => {
                let roles = std::iter::from_fn(|| self.next_role(&mut parts)).collect();
                Some(ScheduleStmt::Replicas { roles, count: self.next_expr(&mut parts)?, span })
            }
            Rule::repeat => {
                let times = self.next_expr(&mut parts);
                Some(ScheduleStmt::Repeat { times, body: self.schedule_body(parts)?, span })
            }
            Rule::for_each => {
                let variable = self.name(&mut parts)?;
                Some(ScheduleStmt::For { variable, body: self.schedule_body(parts)?, span })
            }
            Rule::phase => self.phase(parts, span).map(ScheduleStmt::Phase),
            _ => Some(ScheduleStmt::Deploy { what: self.deploy(&mut parts)?, span }),
        }
    }

    pub(super) fn option(&mut self, pair: Pair<'t, Rule>) -> Option<Arg> {
        let mut parts = self.parts(pair);
        Some(Arg { name: self.name(&mut parts), value: self.next_expr(&mut parts)? })
    }

    fn deploy(&mut self, parts: &mut Parts<'t>) -> Option<Deploy> {
        let what = parts.next()?;
        if what.as_rule() == Rule::expr {
            return self.replicas(what).pop().map(Deploy::Expr);
        }
        let best = what.as_rule() == Rule::best;
        let mut parts = self.parts(what);
        let role = self.next_role(&mut parts)?;
        if !best {
            return Some(Deploy::Last { role });
        }
        let split = self.next_expr(&mut parts)?;
        Some(Deploy::Best { role, split, by: self.name(&mut parts) })
    }

    fn phase(&mut self, mut parts: Parts<'t>, span: Span) -> Option<Phase> {
        let name = self.name(&mut parts)?;
        let mut settings = Vec::new();
        let mut trains = Vec::new();
        for part in parts {
            match self.parts(part).next()? {
                part if part.as_rule() == Rule::train => trains.push(part),
                part => settings.push(self.setting(part)?),
            }
        }
        if let Some(second) = trains.get(1) {
            let first = self.span(&trains[0]);
            let found = Diagnostic::error("syntax", format!("phase `{}` has two `train` statements", name.node));
            self.diagnostics.push(
                found
                    .label(self.span(second), "the second")
                    .label(first, "the first")
                    .help("list all that it trains in one statement, or make two phases"),
            );
            return None;
        }
        let Some(train) = trains.pop() else {
            self.phase_without_train(&name);
            return None;
        };
        let train_span = self.span(&train);
        let mut parts = self.parts(train);
        let train = next(&mut parts, Rule::trained).map(|p| self.parts(p))?;
        let train: Vec<Expr> = train.flat_map(|p| self.replicas(p)).collect();
        let on = self.next_expr(&mut parts)?;
        let through = match next(&mut parts, Rule::through) {
            Some(through) => {
                let through = self.parts(through);
                through.flat_map(|p| self.replicas(p)).collect()
            }
            None => Vec::new(),
        };
        let length = match parts.next() {
            Some(part) => Some(self.length(part)?),
            None => None,
        };
        Some(Phase { name, train, train_span, on, through, length, settings, span })
    }

    /// Roles and their replicas: `[uni, head]` is said to need no brackets, `head(k)` others.
    fn replicas(&mut self, pair: Pair<'t, Rule>) -> Vec<Expr> {
        let (place, written) = (self.span(&pair), pair.as_str().trim_end());
        let Some(value) = self.expr(pair) else { return vec![] };
        let role = |name: &str| matches!(name, "uni" | "fusion" | "head" | "fixed");
        match value.node {
            ExprNode::List(items) | ExprNode::Tuple(items) if !items.is_empty() => {
                let inside = written[1..written.len() - 1].trim().trim_end_matches(',').to_owned();
                let found = Diagnostic::error("syntax", "roles stand without brackets").label(place, "not needed");
                self.diagnostics.push(found.help(format!("write `{inside}`")).fix(place, inside));
                items
            }
            ExprNode::Call(callee, mut args)
                if args.len() == 1
                    && args[0].name.is_none()
                    && matches!(&callee.node, ExprNode::Name(name) if role(name)) =>
            {
                let right = written.replacen('(', "[", 1);
                let right = format!("{}]", right.strip_suffix(')').unwrap_or(&right));
                let found = Diagnostic::error("syntax", format!("a replica is written `{right}`"));
                self.diagnostics
                    .push(found.label(place, "parentheses").help(format!("write `{right}`")).fix(place, right));
                let at = Box::new(args.remove(0).value);
                vec![Expr { node: ExprNode::Index(callee, at), span: value.span }]
            }
            node => vec![Expr { node, span: value.span }],
        }
    }

    fn phase_without_train(&mut self, name: &Ident) {
        let found = Diagnostic::error("syntax", format!("phase `{}` does not say what it trains", name.node));
        let help = "add `train …`, e.g. `train uni, fusion on all`";
        self.diagnostics.push(found.label(name.span, "this phase").help(help));
    }

    fn length(&mut self, pair: Pair<'t, Rule>) -> Option<Length> {
        if pair.as_rule() == Rule::amount {
            return self.amount(pair).map(Length::For);
        }
        let span = self.span(&pair);
        let mut parts = self.parts(pair);
        let patience = next(&mut parts, Rule::amount)?;
        let patience = self.amount(patience)?;
        let split = self.next_expr(&mut parts)?;
        let at_most = match next(&mut parts, Rule::amount) {
            Some(amount) => Some(self.amount(amount)?),
            None => None,
        };
        Some(Length::NoGain { patience, split, at_most, span })
    }
}
