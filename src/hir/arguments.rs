//! What an item was made with, as written.

use crate::span::Span;

/// Every parameter's value, in the order they are declared; `None` where no text has it.
pub type Arguments = Vec<(String, Option<Argument>)>;

/// An argument as the language writes it, whatever names it went by before.
#[derive(Clone, Debug, PartialEq)]
pub enum Argument {
    /// A number, a text, a bare word.
    Plain(String),
    List(Vec<Argument>),
    /// A builtin, or the item of this name (by the place of its name), with some of its arguments.
    Call {
        word: String,
        item: Option<Span>,
        arguments: Vec<(Option<String>, Argument)>,
    },
}
