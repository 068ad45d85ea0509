//! `+`, `-`, `*` and `/` between numbers, sizes and tensors.

use super::Evaluator;
use crate::builtin::Value;
use crate::check::value::{ArgVal, RowCall, Spanned, Val};
use crate::diagnostic::Diagnostic;
use crate::hir::Amount;
use crate::shape::Dim;
use crate::span::Span;
use crate::syntax::ast::{BinaryOp, Expr};

impl<'a> Evaluator<'_, 'a> {
    pub(super) fn negate(&mut self, operand: &'a Expr, span: Span) -> Val {
        match self.known(operand) {
            Val::Plain(Value::Int(i)) => Val::Plain(Value::Int(i.wrapping_neg())),
            Val::Plain(Value::Float(x)) => Val::Plain(Value::Float(-x)),
            Val::Plain(Value::Dim(d)) => Val::Plain(Value::Dim(Dim::constant(0).minus(&d))),
            Val::Length(length) => scaled(length, -1.0),
            val if val.is_tensor() => self.scale(val, -1.0, span),
            Val::Poison => Val::Poison,
            other => self.fail(
                Diagnostic::error("wrong-type", format!("{} has no negative", other.noun()))
                    .label(operand.span, other.noun()),
            ),
        }
    }

    pub(super) fn binary(&mut self, op: BinaryOp, left: &'a Expr, right: &'a Expr, span: Span) -> Val {
        if op == BinaryOp::Repeat {
            return self.repeat(left, right);
        }
        match (self.known(left), self.known(right)) {
            (Val::Poison, _) | (_, Val::Poison) => Val::Poison,
            (Val::Plain(a), Val::Plain(b)) => match arithmetic(op, &a, &b) {
                Some(value) => Val::Plain(value),
                None => self.fail(bad_arithmetic(op, &Val::Plain(a), &Val::Plain(b), span)),
            },
            (a, b) if a.is_tensor() && b.is_tensor() => {
                let inputs = vec![Spanned { val: a, span: left.span }, Spanned { val: b, span: right.span }];
                match op {
                    BinaryOp::Add => self.apply_word("add", inputs, span),
                    BinaryOp::Sub => self.apply_word("sub", inputs, span),
                    BinaryOp::Mul => self.apply_word("mul", inputs, span),
                    BinaryOp::Div | BinaryOp::And | BinaryOp::Repeat => self.fail(
                        Diagnostic::error("wrong-type", format!("tensors have no `{}`", symbol(op)))
                            .label(span, "between tensors")
                            .help("tensors have `+`, `-` and `*`, element by element"),
                    ),
                }
            }
            (a, Val::Plain(b)) if a.is_tensor() => match (op, factor(&b)) {
                (BinaryOp::Mul, Some(x)) => self.scale(a, x, span),
                (BinaryOp::Div, Some(x)) if x != 0.0 => self.scale(a, 1.0 / x, span),
                _ => self.fail(bad_arithmetic(op, &a, &Val::Plain(b), span)),
            },
            (Val::Plain(a), b) if b.is_tensor() => match (op, factor(&a)) {
                (BinaryOp::Mul, Some(x)) => self.scale(b, x, span),
                _ => self.fail(bad_arithmetic(op, &Val::Plain(a), &b, span)),
            },
            (Val::Length(a), Val::Plain(b)) => match (op, factor(&b)) {
                (BinaryOp::Mul, Some(x)) => scaled(a, x),
                (BinaryOp::Div, Some(x)) if x != 0.0 => scaled(a, 1.0 / x),
                _ => self.fail(bad_arithmetic(op, &Val::Length(a), &Val::Plain(b), span)),
            },
            (Val::Plain(a), Val::Length(b)) => match (op, factor(&a)) {
                (BinaryOp::Mul, Some(x)) => scaled(b, x),
                _ => self.fail(bad_arithmetic(op, &Val::Plain(a), &Val::Length(b), span)),
            },
            (a, b) => self.fail(bad_arithmetic(op, &a, &b, span)),
        }
    }

    fn scale(&mut self, val: Val, factor: f64, span: Span) -> Val {
        let factor = ArgVal { name: None, val: Val::Plain(Value::Float(factor)), span };
        let row = RowCall { word: "scale".into(), args: vec![factor], word_span: span, span };
        self.apply_row(&row, vec![Spanned { val, span }])
    }

    fn apply_word(&mut self, word: &str, inputs: Vec<Spanned>, span: Span) -> Val {
        self.apply_row(&RowCall { word: word.into(), args: vec![], word_span: span, span }, inputs)
    }
}

/// Whether a run can be so long is asked where the length is used.
fn scaled(length: Amount, factor: f64) -> Val {
    Val::Length(Amount { count: length.count * factor, ..length })
}

fn symbol(op: BinaryOp) -> &'static str {
    match op {
        BinaryOp::Add => "+",
        BinaryOp::Sub => "-",
        BinaryOp::Mul => "*",
        BinaryOp::Div => "/",
        BinaryOp::And => "&",
        BinaryOp::Repeat => "**",
    }
}

fn bad_arithmetic(op: BinaryOp, left: &Val, right: &Val, span: Span) -> Diagnostic {
    let (sign, a, b) = (symbol(op), left.noun(), right.noun());
    let diagnostic =
        Diagnostic::error("wrong-type", format!("`{sign}` does not go between {a} and {b}")).label(span, "here");
    if left.is_tensor() || right.is_tensor() {
        return diagnostic.help("tensors have `+`, `-` and `*` with tensors, and `*` and `/` with numbers");
    }
    if matches!(left, Val::Length(_)) || matches!(right, Val::Length(_)) {
        return diagnostic.help("lengths have `*` and `/` with numbers");
    }
    match (op, right) {
        (BinaryOp::Div, Val::Plain(Value::Int(0))) => diagnostic.help("nothing can be divided by zero"),
        _ => diagnostic,
    }
}

fn factor(value: &Value) -> Option<f64> {
    match value {
        Value::Int(i) => Some(*i as f64),
        Value::Float(x) => Some(*x),
        Value::Dim(_) | Value::Bool(_) | Value::Text(_) | Value::Name(_) | Value::List(_) => None,
    }
}

/// Whole numbers stay whole (division rounds down, as sizes do); with a fraction the result is one; with a symbol it is a size.
fn arithmetic(op: BinaryOp, left: &Value, right: &Value) -> Option<Value> {
    if let (Value::Int(a), Value::Int(b)) = (left, right) {
        return match op {
            BinaryOp::Add => a.checked_add(*b),
            BinaryOp::Sub => a.checked_sub(*b),
            BinaryOp::Mul => a.checked_mul(*b),
            BinaryOp::Div => (*b != 0).then(|| a.div_euclid(*b)),
            BinaryOp::And | BinaryOp::Repeat => None,
        }
        .map(Value::Int);
    }
    if let (Some(a), Some(b)) = (factor(left), factor(right)) {
        let value = match op {
            BinaryOp::Add => a + b,
            BinaryOp::Sub => a - b,
            BinaryOp::Mul => a * b,
            BinaryOp::Div => a / b,
            BinaryOp::And | BinaryOp::Repeat => return None,
        };
        return value.is_finite().then_some(Value::Float(value));
    }
    let (a, b) = (dim(left)?, dim(right)?);
    let size = match op {
        BinaryOp::Add => a.plus(&b),
        BinaryOp::Sub => a.minus(&b),
        BinaryOp::Mul => a.times(&b),
        BinaryOp::Div => a.over(&b)?,
        BinaryOp::And | BinaryOp::Repeat => return None,
    };
    Some(size.value().map_or(Value::Dim(size), Value::Int))
}

pub fn dim(value: &Value) -> Option<Dim> {
    match value {
        Value::Int(i) => Some(Dim::constant(*i)),
        Value::Dim(d) => Some(d.clone()),
        Value::Float(_) | Value::Bool(_) | Value::Text(_) | Value::Name(_) | Value::List(_) => None,
    }
}
