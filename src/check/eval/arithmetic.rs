//! `+`, `-`, `*` and `/` between numbers, sizes and tensors.

use crate::builtin::Value;
use crate::builtin::dataset::{Condition, Name, Relation};
use crate::builtin::value::unfit;
use crate::check::evaluator::{Evaluator, dim};
use crate::check::size::MAX_PARTS;
use crate::check::value::{ArgVal, RowCall, Spanned, Val};
use crate::diagnostic::Diagnostic;
use crate::digits::decimal;
use crate::hir::Amount;
use crate::shape::floor;
use crate::span::Span;
use crate::syntax::ast::{BinaryOp, Expr, ExprNode};

impl<'a> Evaluator<'_, 'a> {
    pub(super) fn negate(&mut self, operand: &'a Expr, span: Span) -> Val {
        match self.known(operand) {
            Val::Plain(Value::Float(x)) => Val::Plain(Value::Float(-x)),
            Val::Plain(value @ (Value::Int(_) | Value::Dim(_))) => {
                self.number(BinaryOp::Sub, Value::Int(0), value, span)
            }
            Val::Length(length) => scaled(length, -1.0),
            val if val.is_tensor() => self.scale(val, -1.0, span),
            Val::Poison => Val::Poison,
            other => self.fail(
                Diagnostic::type_error("wrong-type", format!("{} has no negative", other.noun()))
                    .label(operand.span, other.noun()),
            ),
        }
    }

    pub(super) fn binary(&mut self, op: BinaryOp, left: &'a Expr, right: &'a Expr, span: Span) -> Val {
        match op {
            BinaryOp::Repeat => return self.repeat(left, right),
            BinaryOp::Range => return self.range(left, right, span),
            BinaryOp::Equal | BinaryOp::Unequal | BinaryOp::In | BinaryOp::NotIn => {
                return self.condition(op, left, right);
            }
            BinaryOp::Add | BinaryOp::Sub | BinaryOp::Mul | BinaryOp::Div | BinaryOp::And => {}
        }
        match (self.known(left), self.known(right)) {
            (Val::Poison, _) | (_, Val::Poison) => Val::Poison,
            (Val::Plain(a), Val::Plain(b)) => self.number(op, a, b, span),
            (a, b) if a.is_tensor() && b.is_tensor() && [&a, &b].iter().any(|val| matches!(val, Val::Views(_))) => {
                let views = if matches!(a, Val::Views(_)) { left } else { right };
                self.fail(self.of_every_modality(op, views, span))
            }
            (a, b) if a.is_tensor() && b.is_tensor() => {
                let inputs = vec![Spanned { val: a, span: left.span }, Spanned { val: b, span: right.span }];
                match op {
                    BinaryOp::Add => self.apply_word("add", inputs, span),
                    BinaryOp::Sub => self.apply_word("sub", inputs, span),
                    BinaryOp::Mul => self.apply_word("mul", inputs, span),
                    _ => self.fail(
                        Diagnostic::type_error("wrong-type", format!("tensors have no `{}`", op.symbol()))
                            .label(span, "between tensors")
                            .help("tensors have `+`, `-` and `*`, element by element"),
                    ),
                }
            }
            (a, Val::Plain(b)) if a.is_tensor() => match (op, b.number()) {
                (BinaryOp::Mul, Some(x)) => self.scale(a, x, span),
                (BinaryOp::Div, Some(0.0)) => self.fail(by_zero(span)),
                (BinaryOp::Div, Some(x)) => self.scale(a, 1.0 / x, span),
                _ => self.fail(bad_arithmetic(op, &a, &Val::Plain(b), span)),
            },
            (Val::Plain(a), b) if b.is_tensor() => match (op, a.number()) {
                (BinaryOp::Mul, Some(x)) => self.scale(b, x, span),
                _ => self.fail(bad_arithmetic(op, &Val::Plain(a), &b, span)),
            },
            (Val::Length(a), Val::Plain(b)) => match (op, b.number()) {
                (BinaryOp::Mul, Some(x)) => scaled(a, x),
                (BinaryOp::Div, Some(0.0)) => self.fail(by_zero(span)),
                (BinaryOp::Div, Some(x)) => scaled(a, 1.0 / x),
                _ => self.fail(bad_arithmetic(op, &Val::Length(a), &Val::Plain(b), span)),
            },
            (Val::Plain(a), Val::Length(b)) => match (op, a.number()) {
                (BinaryOp::Mul, Some(x)) => scaled(b, x),
                _ => self.fail(bad_arithmetic(op, &Val::Plain(a), &Val::Length(b), span)),
            },
            (a, b) => self.fail(bad_arithmetic(op, &a, &b, span)),
        }
    }

    /// `subject in ["S03", "S07"]`: the name stands for itself.
    fn condition(&mut self, op: BinaryOp, left: &'a Expr, right: &'a Expr) -> Val {
        let ExprNode::Name(group) = &left.node else { return Val::Poison };
        let name = |val: &Val| match val {
            Val::Plain(Value::Int(number)) => Some(Name::Number(*number)),
            Val::Plain(Value::Text(text)) => Some(Name::Text(text.clone())),
            _ => None,
        };
        let right_value = match self.eval(right) {
            Val::Word(word) => return self.fail(unquoted(&word.text, right.span)),
            other => other,
        };
        let values: Option<Vec<Name>> = match right_value {
            Val::Poison => return Val::Poison,
            Val::List(items) => items.iter().map(|item| name(&item.val)).collect(),
            val => name(&val).map(|name| vec![name]),
        };
        let several = matches!(op, BinaryOp::In | BinaryOp::NotIn);
        let Some(values) = values.filter(|values| !values.is_empty() && (several || values.len() == 1)) else {
            let (due, help) = match several {
                true => {
                    ("a list of texts or whole numbers", format!("write `{group} {} [\"S03\", \"S07\"]`", op.symbol()))
                }
                false => ("a text or a whole number", format!("write `{group} {} \"S03\"`", op.symbol())),
            };
            let found = Diagnostic::type_error("wrong-type", format!("`{}` compares with {due}", op.symbol()));
            return self.fail(found.label(right.span, "not that").help(help));
        };
        let is = match op {
            BinaryOp::Equal | BinaryOp::In => Relation::In,
            _ => Relation::NotIn,
        };
        Val::Plain(Value::Condition(Box::new(Condition { group: group.clone(), is, values })))
    }

    /// `1 .. 5`, `"acc_0" .. "acc_299"`.
    fn range(&mut self, left: &'a Expr, right: &'a Expr, span: Span) -> Val {
        match (self.known(left), self.known(right)) {
            (Val::Poison, _) | (_, Val::Poison) => Val::Poison,
            (Val::Plain(Value::Int(from)), Val::Plain(Value::Int(to))) if from > to => self.fail(
                Diagnostic::value_error("out-of-range", format!("{from} .. {to} ends before it begins"))
                    .label(span, "backwards")
                    .help(format!("write `{to} .. {from}`")),
            ),
            (
                Val::Plain(from @ (Value::Int(_) | Value::Text(_))),
                Val::Plain(to @ (Value::Int(_) | Value::Text(_))),
            ) => Val::Plain(Value::Range(Box::new((from, to)))),
            (a, b) => {
                let is_end = |val: &Val| matches!(val, Val::Plain(Value::Int(_) | Value::Text(_)));
                let (wrong, place) = if is_end(&a) { (b, right.span) } else { (a, left.span) };
                self.fail(
                    Diagnostic::type_error("wrong-type", "`..` goes from a whole number or a text to another")
                        .label(place, format!("this is {}", wrong.noun())),
                )
            }
        }
    }

    /// A number of two numbers.
    fn number(&self, op: BinaryOp, a: Value, b: Value, span: Span) -> Val {
        match arithmetic(op, &a, &b) {
            Ok(value) => Val::Plain(value),
            Err(ArithmeticError::Mismatch) => self.fail(bad_arithmetic(op, &Val::Plain(a), &Val::Plain(b), span)),
            Err(ArithmeticError::ByZero) => self.fail(by_zero(span)),
            Err(ArithmeticError::Range) => self.fail(out_of_range(op, &a, &b, span)),
            Err(ArithmeticError::Parts) => self.fail(
                Diagnostic::value_error("too-large", format!("a size has more than {MAX_PARTS} parts"))
                    .label(span, "here")
                    .help("declare sizes as numbers"),
            ),
        }
    }

    /// `z + …` where `z` is one tensor per modality: their sum is rarely what is meant, and has a word.
    fn of_every_modality(&self, op: BinaryOp, views: &Expr, span: Span) -> Diagnostic {
        let text = self.cx.program.sources.text(views.span).to_string();
        let message = format!("`{text}` is one tensor per modality, and `{}` takes one tensor", op.symbol());
        let diagnostic = Diagnostic::error("each-mismatch", message);
        let named = if let ExprNode::Name(name) = &views.node { self.builder.declared.get(name) } else { None };
        let placed = named.into_iter().fold(diagnostic, |d, at| d.label(*at, "one tensor per modality"));
        placed
            .label(span, "mixes them all")
            .help("join them into one first, as in `concat(embed(view)) |> narrow`; their sum is `add(embed(view))`")
    }

    fn scale(&mut self, val: Val, factor: f64, span: Span) -> Val {
        // Tensors are of 32-bit numbers.
        if let Some(why) = unfit(factor) {
            return self.fail(
                Diagnostic::value_error("out-of-range", format!("the factor of a tensor {why}"))
                    .label(span, "beyond the numbers of tensors"),
            );
        }
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
    Val::Length(Amount { count: decimal(length.count * factor), ..length })
}

fn bad_arithmetic(op: BinaryOp, left: &Val, right: &Val, span: Span) -> Diagnostic {
    let (sign, a, b) = (op.symbol(), left.noun(), right.noun());
    let diagnostic =
        Diagnostic::type_error("wrong-type", format!("`{sign}` does not go between {a} and {b}")).label(span, "here");
    if left.is_tensor() || right.is_tensor() {
        return diagnostic.help("tensors have `+`, `-` and `*` with tensors, and `*` and `/` with numbers");
    }
    if matches!(left, Val::Length(_)) || matches!(right, Val::Length(_)) {
        return diagnostic.help("lengths have `*` and `/` with numbers");
    }
    diagnostic
}

fn by_zero(span: Span) -> Diagnostic {
    Diagnostic::value_error("out-of-range", "nothing can be divided by zero").label(span, "a division by 0")
}

fn out_of_range(op: BinaryOp, left: &Value, right: &Value, span: Span) -> Diagnostic {
    let is_whole = |value: &Value| !matches!(value, Value::Float(_));
    let (what, most) = match is_whole(left) && is_whole(right) {
        true => ("a whole number", format!("whole numbers go from {} to {}", i64::MIN, i64::MAX)),
        false => ("a number", format!("numbers go up to {:e}", f64::MAX)),
    };
    Diagnostic::value_error("out-of-range", format!("`{left} {} {right}` is out of range", op.symbol()))
        .label(span, format!("beyond what {what} can be"))
        .help(most)
}

/// Why two values have no result.
enum ArithmeticError {
    /// They do not go together.
    Mismatch,
    ByZero,
    Range,
    /// A size of more than [`MAX_PARTS`].
    Parts,
}

/// Whole numbers stay whole (division rounds down, as sizes do); with a fraction the result is one; with a symbol it is a size.
fn arithmetic(op: BinaryOp, left: &Value, right: &Value) -> Result<Value, ArithmeticError> {
    if let (Value::Int(a), Value::Int(b)) = (left, right) {
        let value = match op {
            BinaryOp::Add => a.checked_add(*b),
            BinaryOp::Sub => a.checked_sub(*b),
            BinaryOp::Mul => a.checked_mul(*b),
            BinaryOp::Div if *b == 0 => return Err(ArithmeticError::ByZero),
            BinaryOp::Div => floor(*a, *b),
            _ => return Err(ArithmeticError::Mismatch),
        };
        return value.map(Value::Int).ok_or(ArithmeticError::Range);
    }
    if let (Some(a), Some(b)) = (left.number(), right.number()) {
        let value = match op {
            BinaryOp::Add => a + b,
            BinaryOp::Sub => a - b,
            BinaryOp::Mul => a * b,
            BinaryOp::Div if b == 0.0 => return Err(ArithmeticError::ByZero),
            BinaryOp::Div => a / b,
            _ => return Err(ArithmeticError::Mismatch),
        };
        return if value.is_finite() { Ok(Value::Float(decimal(value))) } else { Err(ArithmeticError::Range) };
    }
    let (Some(a), Some(b)) = (dim(left), dim(right)) else { return Err(ArithmeticError::Mismatch) };
    let size = match op {
        BinaryOp::Add => a.checked_plus(&b),
        BinaryOp::Sub => a.checked_minus(&b),
        BinaryOp::Mul => a.checked_times(&b),
        BinaryOp::Div if b.value() == Some(0) => return Err(ArithmeticError::ByZero),
        BinaryOp::Div => a.over(&b),
        _ => return Err(ArithmeticError::Mismatch),
    };
    let size = size.ok_or(ArithmeticError::Range)?;
    if size.parts() > MAX_PARTS {
        return Err(ArithmeticError::Parts);
    }
    Ok(size.value().map_or(Value::Dim(size), Value::Int))
}

/// `subject == S03`: what a group is called stands in quotes.
fn unquoted(word: &str, span: Span) -> Diagnostic {
    Diagnostic::name_error("unknown-name", format!("what a group is called is a text: nothing here is called `{word}`"))
        .label(span, "without quotes")
        .help(format!("write `\"{word}\"`"))
        .fix(span, format!("\"{word}\""))
}
