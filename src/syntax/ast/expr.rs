//! Expressions: what stands wherever a value does.

use crate::span::{Ident, Span, Spanned};

#[derive(Clone, Debug, PartialEq)]
pub struct Expr {
    pub node: ExprNode,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub enum ExprNode {
    Int(i64),
    /// The value, and the digits as written (the printer keeps them).
    Float(f64, String),
    /// `100 epochs`: a number and its unit.
    Length(Box<Expr>, Spanned<Unit>),
    Bool(bool),
    String(String),
    Name(String),
    List(Vec<Expr>),
    /// `(a, v)`
    Tuple(Vec<Expr>),
    /// `f(a, width: 3)`; the callee is any postfix expression.
    Call(Box<Expr>, Vec<Arg>),
    /// `head[k]`
    Index(Box<Expr>, Box<Expr>),
    /// `std.network.ToyEarly`, `data.classes`
    Member(Box<Expr>, Ident),
    Unary(UnaryOp, Box<Expr>),
    Binary(BinaryOp, Box<Expr>, Box<Expr>),
    /// `x |> linear(3) |> relu`, left-associative, binds weakest.
    Pipe(Box<Expr>, Box<Expr>),
}

#[derive(Clone, Debug, PartialEq)]
pub struct Arg {
    pub name: Option<Ident>,
    pub value: Expr,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnaryOp {
    Neg,
}

/// Strength from weak to strong: `|>`, `&`, `..`, `+ -`, `* /`, unary `-`, postfix. Comparisons stand alone, in the brackets of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BinaryOp {
    Add,
    Sub,
    Mul,
    Div,
    And,
    /// `1 .. 5`, `"acc_0" .. "acc_299"`: from one to another.
    Range,
    /// `f ** 3`: as many of it, one after the other, each with weights of its own.
    Repeat,
    /// `subject == "S03"`
    Equal,
    /// `subject != "S03"`
    Unequal,
    /// `subject in ["S03", "S07"]`
    In,
    /// `subject not in ["S03", "S07"]`
    NotIn,
}

impl BinaryOp {
    /// As it is written.
    pub fn symbol(self) -> &'static str {
        match self {
            Self::Add => "+",
            Self::Sub => "-",
            Self::Mul => "*",
            Self::Div => "/",
            Self::And => "&",
            Self::Range => "..",
            Self::Repeat => "**",
            Self::Equal => "==",
            Self::Unequal => "!=",
            Self::In => "in",
            Self::NotIn => "not in",
        }
    }
}

/// `epoch(s)`: as many samples as the training set has; `step(s)`: weight updates; `sample(s)`; `round(s)`: turns of the
/// schedule's outermost `repeat`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    Epochs,
    Steps,
    Samples,
    Rounds,
}
