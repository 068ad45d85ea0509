//! Expressions on one line, fully parenthesized.

use super::unit_word;
use crate::ast::{Arg, Expr, ExprNode, UnaryOp};
use std::fmt::Write;

pub(super) fn arg(arg: &Arg) -> String {
    match &arg.name {
        Some(name) => format!("{}: {}", name.node, write(&arg.value)),
        None => write(&arg.value),
    }
}

pub(super) fn writes(exprs: &[Expr]) -> String {
    exprs.iter().map(write).collect::<Vec<_>>().join(", ")
}

/// An expression on one line.
pub(super) fn write(expr: &Expr) -> String {
    let mut out = String::new();
    expression(&mut out, expr);
    out
}

pub(super) fn expression(out: &mut String, expr: &Expr) {
    // Writing to a `String` cannot fail.
    let _ = match &expr.node {
        ExprNode::Int(value) => write!(out, "{value}"),
        ExprNode::Float(_, digits) => write!(out, "{digits}"),
        ExprNode::Length(count, unit) => {
            out.push('(');
            expression(out, count);
            write!(out, " {})", unit_word(unit.node))
        }
        ExprNode::Bool(value) => write!(out, "{value}"),
        ExprNode::String(value) => write!(out, "{value:?}"),
        ExprNode::Name(name) => write!(out, "{name}"),
        ExprNode::List(items) => return form(out, "list", items),
        ExprNode::Tuple(items) => return form(out, "tuple", items),
        ExprNode::Call(callee, args) => return call(out, callee, args),
        ExprNode::Index(base, at) => return form(out, "at", [base.as_ref(), at.as_ref()]),
        ExprNode::Member(base, name) => {
            out.push_str("(. ");
            expression(out, base);
            write!(out, " {})", name.node)
        }
        ExprNode::Unary(UnaryOp::Neg, value) => return form(out, "-", [value.as_ref()]),
        ExprNode::Binary(op, left, right) => return form(out, op.symbol(), [left.as_ref(), right.as_ref()]),
        ExprNode::Pipe(left, right) => return form(out, "|>", [left.as_ref(), right.as_ref()]),
    };
}

pub(super) fn form<'e>(out: &mut String, head: &str, parts: impl IntoIterator<Item = &'e Expr>) {
    out.push('(');
    out.push_str(head);
    for part in parts {
        out.push(' ');
        expression(out, part);
    }
    out.push(')');
}

pub(super) fn call(out: &mut String, callee: &Expr, args: &[Arg]) {
    out.push_str("(call ");
    expression(out, callee);
    for arg in args {
        out.push(' ');
        if let Some(name) = &arg.name {
            out.push_str(&name.node);
            out.push_str(": ");
        }
        expression(out, &arg.value);
    }
    out.push(')');
}
