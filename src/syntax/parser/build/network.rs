//! Statements of networks and blocks.

use super::{Builder, Parts, next};
use crate::ast::{NetworkStmt, Role};
use crate::parser::Rule;
use crate::span::{Ident, Span, Spanned};
use pest::iterators::Pair;

impl<'t> Builder<'_, 't> {
    pub(super) fn network_body(&mut self, parts: Parts<'t>) -> Option<Vec<NetworkStmt>> {
        let mut body = Vec::new();
        for part in parts {
            body.extend(self.network_stmts(part)?);
        }
        Some(body)
    }

    /// One statement; `in` may declare several modalities, which are a statement each.
    pub(super) fn network_stmts(&mut self, pair: Pair<'t, Rule>) -> Option<Vec<NetworkStmt>> {
        let pair = self.parts(pair).next()?;
        let span = self.span(&pair);
        let rule = pair.as_rule();
        let mut parts = self.parts(pair);
        let one = match rule {
            Rule::input => return parts.map(|view| self.view(view)).collect(),
            Rule::binding => self.binding(parts, span)?,
            Rule::output => {
                NetworkStmt::Output { name: self.name(&mut parts), value: self.next_expr(&mut parts)?, span }
            }
            _ => self.module(parts, span)?,
        };
        Some(vec![one])
    }

    fn view(&mut self, pair: Pair<'t, Rule>) -> Option<NetworkStmt> {
        let span = self.span(&pair);
        let mut parts = self.parts(pair);
        let each = next(&mut parts, Rule::each).is_some();
        Some(NetworkStmt::Input { name: self.name(&mut parts)?, each, shape: self.shape(&mut parts)?, span })
    }

    fn binding(&mut self, mut parts: Parts<'t>, span: Span) -> Option<NetworkStmt> {
        let names = self.bound(&mut parts)?;
        Some(NetworkStmt::Let { names, value: self.next_expr(&mut parts)?, span })
    }

    /// `a` or `(a, b)`.
    pub(super) fn bound(&mut self, parts: &mut Parts<'t>) -> Option<Vec<Ident>> {
        Some(match next(parts, Rule::names) {
            Some(names) => self.parts(names).map(|p| self.ident(&p)).collect(),
            None => vec![self.name(parts)?],
        })
    }

    fn module(&mut self, mut parts: Parts<'t>, span: Span) -> Option<NetworkStmt> {
        let word = parts.next()?;
        let role = match word.as_rule() {
            Rule::layer_word => Spanned::new(Role::Layer, self.span(&word)),
            _ => self.role(&word)?,
        };
        let each = next(&mut parts, Rule::each).is_some();
        let name = self.name(&mut parts)?;
        let body = self.next_expr(&mut parts)?;
        let from = next(&mut parts, Rule::string).map(|p| self.string(&p));
        Some(NetworkStmt::Module { role, each, name, body, from, span })
    }
}
