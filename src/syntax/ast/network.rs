//! Networks and blocks, and the roles of their modules.

use super::expr::Expr;
use super::header::Header;
use crate::span::{Ident, Span, Spanned};

#[derive(Clone, Debug, PartialEq)]
pub struct Block {
    pub header: Header,
    pub body: BlockBody,
}

#[derive(Clone, Debug, PartialEq)]
pub enum BlockBody {
    /// `block Mlp(width: Int) = linear(width) |> relu`
    Expr(Expr),
    /// `block Mlp(width: Int) { in x: [D]  layer fc = linear(width)  out fc(x) }`
    Statements(Vec<NetworkStmt>),
}

#[derive(Clone, Debug, PartialEq)]
pub struct Network {
    pub header: Header,
    pub body: Vec<NetworkStmt>,
}

/// Statements of a network; a block has `layer` in the place of the roles.
#[derive(Clone, Debug, PartialEq)]
pub enum NetworkStmt {
    /// `in first: [A], second: [B]`, one each. `in each view: [D]` stands for every modality not named otherwise.
    Input { name: Ident, each: bool, shape: Vec<Expr>, span: Span },
    /// `uni embed = linear(width) |> relu`, `uni each embed = …` (one per member of an `each` input),
    /// `fixed filter = … from "filter.safetensors"`.
    Module { role: Spanned<Role>, each: bool, name: Ident, body: Expr, from: Option<Spanned<String>>, span: Span },
    /// `let x = …`, `let (a, v) = …`.
    Let { names: Vec<Ident>, value: Expr, span: Span },
    /// `out classify(…)`, `out base = …`.
    Output { name: Option<Ident>, value: Expr, span: Span },
}

/// What a module is to a schedule. `Layer` only inside a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    Uni,
    Fusion,
    Head,
    Fixed,
    Layer,
}

impl Role {
    pub fn name(self) -> &'static str {
        match self {
            Role::Uni => "uni",
            Role::Fusion => "fusion",
            Role::Head => "head",
            Role::Fixed => "fixed",
            Role::Layer => "layer",
        }
    }
}
