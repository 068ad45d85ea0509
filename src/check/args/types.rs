//! Types of parameters: `Int`, `Schedule`, `Layer` and what fits them.

use super::an;
use crate::builtin::{self, Category, Value};
use crate::check::checker::Checker;
use crate::check::value::Val;
use crate::diagnostic::Diagnostic;
use crate::span::Span;
use crate::suggest::meant;
use crate::syntax::ast::{Item, ItemKind, Param};

/// What a parameter can be declared as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Type {
    Int,
    Float,
    Bool,
    String,
    Length,
    List,
    Any,
    Network,
    Schedule,
    Dataset,
    Pipeline,
    Block,
    Layer,
    Optimizer,
    Rate,
    Loss,
    Names,
}

const TYPES: [(&str, Type); 17] = [
    ("Int", Type::Int),
    ("Float", Type::Float),
    ("Bool", Type::Bool),
    ("String", Type::String),
    ("Length", Type::Length),
    ("List", Type::List),
    ("Any", Type::Any),
    ("Network", Type::Network),
    ("Schedule", Type::Schedule),
    ("Dataset", Type::Dataset),
    ("Pipeline", Type::Pipeline),
    ("Block", Type::Block),
    ("Layer", Type::Layer),
    ("Optimizer", Type::Optimizer),
    ("Rate", Type::Rate),
    ("Loss", Type::Loss),
    ("Names", Type::Names),
];

/// What the parameter is declared as; none where it says nothing, or a type that there is not.
pub(super) fn type_of(param: &Param) -> Option<Type> {
    let name = &param.ty.as_ref()?.node;
    TYPES.iter().find(|(known, _)| known == name).map(|(_, ty)| *ty)
}

/// What a parameter can be declared as.
pub fn type_names() -> [&'static str; TYPES.len()] {
    TYPES.map(|(name, _)| name)
}

pub(super) fn check_type_name(cx: &Checker<'_>, param: &Param) {
    let Some(ty) = &param.ty else { return };
    if type_of(param).is_some() {
        return;
    }
    let names = type_names();
    let diagnostic =
        Diagnostic::error("unknown-type", format!("there is no type `{}`", ty.node)).label(ty.span, "unknown");
    cx.report(match meant(&ty.node, names) {
        Some(near) => diagnostic.did_you_mean(ty.span, near),
        None => diagnostic.help(format!("types are: {}", names.join(", "))),
    });
}

pub(super) fn check_type(cx: &Checker<'_>, param: &Param, val: Val, span: Span) -> Val {
    if let (Val::Word(word), true) = (&val, type_of(param) != Some(Type::Names)) {
        return cx.poison(cx.unknown_name(word));
    }
    let (Some(ty), Some(name)) = (type_of(param), &param.ty) else { return val };
    if matches!(val, Val::Poison) || fits(cx, ty, &val) {
        return val;
    }
    let found = describe(cx, &val);
    let mut diagnostic =
        Diagnostic::type_error("wrong-type", format!("`{}` must be {}, is {found}", param.name.node, article(ty)))
            .label(span, found);
    if param.name.span != span {
        diagnostic = diagnostic.label(param.name.span, format!("declared as {}", name.node));
    }
    cx.poison(diagnostic)
}

fn article(ty: Type) -> &'static str {
    match ty {
        Type::Int => "a whole number",
        Type::Float => "a number",
        Type::Bool => "true or false",
        Type::String => "a text in quotes",
        Type::Length => "a length such as `1 epoch`",
        Type::List => "a list",
        Type::Any => "an any",
        Type::Network => "a network",
        Type::Schedule => "a schedule",
        Type::Dataset => "a dataset",
        Type::Pipeline => "a pipeline",
        Type::Block => "a block or a layer",
        Type::Layer => "a layer or a block",
        Type::Optimizer => "an optimizer",
        Type::Rate => "a rate",
        Type::Loss => "a loss",
        Type::Names => "a list of names",
    }
}

fn fits(cx: &Checker<'_>, ty: Type, val: &Val) -> bool {
    let item = |wanted| matches!(val, Val::Item(i) if cx.program.item(i.id).kind() == Some(wanted));
    let row = |wanted: &[Category]| matches!(val, Val::Row(r) if builtin::find(&r.word).any(|b| wanted.contains(&b.kind.category())));
    let block = || {
        matches!(val, Val::Item(i) if matches!(cx.program.item(i.id), Item::Block(_)))
            || row(&[Category::Layer, Category::Op])
    };
    match ty {
        Type::Int => matches!(val, Val::Plain(Value::Int(_) | Value::Dim(_))),
        Type::Float => matches!(val, Val::Plain(Value::Int(_) | Value::Float(_))),
        Type::Bool => matches!(val, Val::Plain(Value::Bool(_))),
        Type::String => matches!(val, Val::Plain(Value::Text(_))),
        Type::Length => matches!(val, Val::Length(_)),
        Type::List => matches!(val, Val::List(_)),
        Type::Any => true,
        Type::Names => matches!(val, Val::List(_) | Val::Word(..)),
        Type::Network => item(ItemKind::Network),
        Type::Schedule => item(ItemKind::Schedule),
        Type::Dataset => item(ItemKind::Dataset),
        Type::Pipeline => item(ItemKind::Pipeline),
        Type::Block => block(),
        Type::Layer => matches!(val, Val::Function(_)) || block(),
        Type::Optimizer => row(&[Category::Optimizer]),
        Type::Rate => row(&[Category::Rate]),
        Type::Loss => row(&[Category::Loss]),
    }
}

fn describe(cx: &Checker<'_>, val: &Val) -> String {
    match val {
        Val::Item(i) => an(cx.program.item(i.id).noun()),
        Val::Row(r) => builtin::find(&r.word).next().map_or("a builtin".into(), |b| an(b.kind.noun())),
        other => other.shown(),
    }
}
