//! What every named item begins with: documentation, name, parameters.

use super::expr::Expr;
use crate::span::{Ident, Span};

/// What every named item begins with.
#[derive(Clone, Debug, PartialEq)]
pub struct Header {
    /// `///` lines before the item, without the slashes.
    pub doc: Vec<String>,
    /// `allow(name, …)` before the item.
    pub allow: Vec<Ident>,
    pub name: Ident,
    pub params: Vec<Param>,
    /// From the keyword to the closing brace.
    pub span: Span,
}

/// `width: Int = 32`.
#[derive(Clone, Debug, PartialEq)]
pub struct Param {
    pub name: Ident,
    /// `Int`, `Float`, `Bool`, `String`, `Length`, `List`, `Network`, `Schedule`, `Dataset`, `Pipeline`, `Optimizer`, `Any`.
    pub ty: Option<Ident>,
    pub default: Option<Expr>,
}

impl Header {
    /// The lints that `allow(…)` names.
    pub fn allowed(&self) -> Vec<Ident> {
        self.allow.clone()
    }
}
