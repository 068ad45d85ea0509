//! What the text of an item says to no effect, as its numbers are written: layers that hand on what they are given, and rests of
//! divisions. What a parameter decides may be meant for others.

use super::args;
use super::checker::Checker;
use super::mentions::{body, mentioned};
use super::names::ItemId;
use super::value::{Bound, Val};
use crate::builtin::{Gives, Kind, Layer};
use crate::hir;
use crate::shape::floor;
use crate::syntax::ast::{BinaryOp, Expr, ExprNode, UnaryOp};
use std::collections::BTreeSet;
use std::sync::Arc;

/// All of it in a sound item.
pub fn idle(cx: &Checker<'_>, id: ItemId) -> Vec<hir::Unused> {
    let item = cx.program.item(id);
    let Some(header) = item.header() else { return vec![] };
    let mut found = vec![];
    let mut visitor = Visitor { cx, id, found: &mut found };
    header.params.iter().filter_map(|param| param.default.as_ref()).for_each(|default| visitor.expr(default));
    body(item, &mut |expr| visitor.expr(expr));
    let unused = |(what, expr): (hir::Unread, &Expr)| hir::Unused {
        what,
        name: cx.program.sources.text(expr.span).split_whitespace().collect::<Vec<_>>().join(" "),
        span: expr.span,
        item: header.name.clone(),
        allow: header.allowed(),
    };
    found.into_iter().map(unused).collect()
}

struct Visitor<'w, 'a> {
    cx: &'w Checker<'a>,
    id: ItemId,
    found: &'w mut Vec<(hir::Unread, &'a Expr)>,
}

impl<'a> Visitor<'_, 'a> {
    fn expr(&mut self, expr: &'a Expr) {
        match &expr.node {
            ExprNode::Int(_) | ExprNode::Float(..) | ExprNode::Bool(_) | ExprNode::String(_) | ExprNode::Name(_) => {}
            ExprNode::List(items) | ExprNode::Tuple(items) => items.iter().for_each(|item| self.expr(item)),
            ExprNode::Call(callee, args) => {
                if self.layer(expr).is_some_and(|layer| layer.keeps(Gives::Unknown)) {
                    self.found.push((hir::Unread::Layer, expr));
                }
                self.expr(callee);
                args.iter().for_each(|arg| self.expr(&arg.value));
            }
            ExprNode::Member(base, _) | ExprNode::Unary(_, base) | ExprNode::Length(base, _) => self.expr(base),
            ExprNode::Index(a, b) => [a, b].into_iter().for_each(|part| self.expr(part)),
            ExprNode::Binary(op, a, b) => {
                if let (BinaryOp::Div, Some(x), Some(y)) = (op, literal(a), literal(b))
                    && let Some(value) = floor(x, y).filter(|_| x % y != 0)
                {
                    self.found.push((hir::Unread::Rest(value), expr));
                }
                [a, b].into_iter().for_each(|part| self.expr(part));
            }
            ExprNode::Pipe(a, b) => {
                self.after(a, b);
                [a, b].into_iter().for_each(|part| self.expr(part));
            }
        }
    }

    /// A layer behind another one.
    fn after(&mut self, before: &'a Expr, layer: &'a Expr) {
        let last = if let ExprNode::Pipe(_, last) = &before.node { last } else { before };
        if let (Some(first), Some(second)) = (self.layer(last), self.layer(layer))
            && second.keeps(first.gives())
            && !second.keeps(Gives::Unknown)
        {
            self.found.push((hir::Unread::Layer, layer));
        }
    }

    /// The builtin layer that is written there, with numbers alone.
    fn layer(&self, expr: &'a Expr) -> Option<Arc<dyn Layer>> {
        let callee = if let ExprNode::Call(callee, _) = &expr.node { callee } else { expr };
        let ExprNode::Name(word) = &callee.node else { return None };
        let mut names = BTreeSet::new();
        mentioned(expr, &mut names);
        let file = self.id.file;
        if names.len() > 1 || self.cx.program.files[file].scope.contains_key(word) || self.hides(word) {
            return None;
        }
        let before = self.cx.count();
        let made = match self.cx.eval(file, Bound::new(), expr) {
            Val::Row(row) => args::decode(self.cx, &row, "layer", |kind| match kind {
                Kind::Layer(make) | Kind::Op(make) => Some(*make),
                _ => None,
            }),
            _ => None,
        };
        // What is no layer is another row of the name; nothing is wrong with it.
        self.cx.diagnostics.borrow_mut().truncate(before);
        made.map(|(_, layer)| layer)
    }

    /// Whether a parameter of the item has the name.
    fn hides(&self, word: &str) -> bool {
        let header = self.cx.program.item(self.id).header();
        header.is_some_and(|header| header.params.iter().any(|param| param.name.node == *word))
    }
}

/// A whole number that is written out; division by 0 was found.
fn literal(expr: &Expr) -> Option<i64> {
    match &expr.node {
        ExprNode::Int(value) => Some(*value),
        ExprNode::Unary(UnaryOp::Neg, value) => literal(value)?.checked_neg(),
        ExprNode::Binary(op, a, b) => {
            let (a, b) = (literal(a)?, literal(b)?);
            match op {
                BinaryOp::Add => a.checked_add(b),
                BinaryOp::Sub => a.checked_sub(b),
                BinaryOp::Mul => a.checked_mul(b),
                BinaryOp::Div | BinaryOp::And | BinaryOp::Repeat | BinaryOp::Range => None,
                BinaryOp::Equal | BinaryOp::Unequal | BinaryOp::In | BinaryOp::NotIn => None,
            }
        }
        _ => None,
    }
}
