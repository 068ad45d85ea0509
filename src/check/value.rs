//! What an expression can be while a program is checked. Owns the value types; `eval.rs` makes them.

use super::names::ItemId;
use crate::builtin::{Category, Value};
use crate::hir::{Amount, NodeId};
use crate::span::{Ident, Span};
use crate::syntax::ast::ItemKind;
use std::collections::BTreeMap;
use std::rc::Rc;

/// The value of an expression.
#[derive(Clone, Debug)]
pub enum Val {
    Plain(Value),
    /// `100 epochs`.
    Length(Amount),
    List(Vec<Spanned>),
    /// An item of the program with some arguments bound: `Mhm(heads: 4)`.
    Item(Rc<ItemRef>),
    /// A builtin by its word, arguments not decoded yet: `linear(32)`, `adam(lr: 1e-3)`.
    Row(Rc<RowCall>),
    /// A word that names nothing in scope: an enumeration's argument, or an unknown name once it is used otherwise.
    Word(Rc<Word>),
    Tensor(NodeId),
    Tuple(Vec<NodeId>),
    /// One tensor per member of an `each` input.
    Views(Vec<(String, NodeId)>),
    Function(Func),
    /// Wrong, and reported.
    Poison,
}

/// What an expression is read as: an unknown name in it may have meant one of these.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Wanted {
    #[default]
    Anything,
    Item(ItemKind),
    Builtin(Category),
}

/// A word without a meaning here.
#[derive(Clone, Debug)]
pub struct Word {
    pub text: String,
    pub span: Span,
    /// The file it stands in.
    pub file: usize,
    /// Whether it stands in a network or block.
    pub inside: bool,
    /// Arguments and local names around it.
    pub locals: Vec<String>,
}

/// A value and where it was written.
#[derive(Clone, Debug)]
pub struct Spanned {
    pub val: Val,
    pub span: Span,
}

/// Arguments and local names in scope, innermost last.
pub type Bound = BTreeMap<String, Val>;

#[derive(Clone, Debug)]
pub struct ItemRef {
    pub id: ItemId,
    pub args: Vec<ArgVal>,
    /// Its name.
    pub named: Span,
    /// With its arguments; where it was last given some.
    pub span: Span,
    /// What the aliases it was reached by allow.
    pub allow: Vec<Ident>,
}

#[derive(Clone, Debug)]
pub struct RowCall {
    pub word: String,
    pub args: Vec<ArgVal>,
    /// The word itself.
    pub word_span: Span,
    /// With its arguments.
    pub span: Span,
}

#[derive(Clone, Debug)]
pub struct ArgVal {
    pub name: Option<Ident>,
    pub val: Val,
    pub span: Span,
}

/// Something tensors can be passed through. Its weights are made when it is first applied, and shared ever after.
#[derive(Clone, Debug)]
pub enum Func {
    /// Index into the builder's instances.
    Layer(usize),
    Compose(Vec<Func>),
    /// `f ** 3`: what comes out of one goes first into the next, with the inputs it does not stand for.
    Repeat(Vec<Func>),
    /// A declared module: index into the builder's modules.
    Module(usize, Rc<Func>),
    /// A module per member of an `each` input: index into the builder's families.
    Each(usize),
    /// An instantiated block with statements: index into the builder's blocks.
    Block(usize),
}

impl Val {
    pub fn is_tensor(&self) -> bool {
        match self {
            Val::Tensor(_) | Val::Tuple(_) | Val::Views(_) => true,
            Val::Plain(_)
            | Val::Length(_)
            | Val::List(_)
            | Val::Item(_)
            | Val::Row(_)
            | Val::Word(_)
            | Val::Function(_)
            | Val::Poison => false,
        }
    }

    /// As messages call it, a short value in full: `0.5`, `"8"`.
    pub fn shown(&self) -> String {
        match self {
            Val::Plain(value @ (Value::Int(_) | Value::Float(_) | Value::Bool(_) | Value::Text(_))) => {
                value.to_string()
            }
            Val::Length(length) => length.to_string(),
            other => other.noun().into(),
        }
    }

    /// As messages call it.
    pub fn noun(&self) -> &'static str {
        match self {
            Val::Plain(Value::Int(_)) => "a whole number",
            Val::Plain(Value::Float(_)) => "a number",
            Val::Plain(Value::Bool(_)) => "true or false",
            Val::Plain(Value::Text(_)) => "a text",
            Val::Plain(Value::Name(_)) | Val::Word(_) => "a word",
            Val::Plain(Value::List(_)) | Val::List(_) => "a list",
            Val::Plain(Value::Dim(_)) => "a size",
            Val::Plain(Value::Condition(_)) => "a condition",
            Val::Plain(Value::Range(_)) => "a range",
            Val::Length(_) => "a length",
            Val::Item(_) => "an item",
            Val::Row(_) => "a builtin",
            Val::Tensor(_) => "a tensor",
            Val::Tuple(_) => "several tensors",
            Val::Views(_) => "one tensor per modality",
            Val::Function(_) => "a layer",
            Val::Poison => "wrong",
        }
    }
}
