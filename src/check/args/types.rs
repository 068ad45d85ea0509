//! Types of parameters: `Int`, `Schedule`, `Layer` and what fits them.

use super::{an, kind_of};
use crate::builtin::{self, Kind, Value};
use crate::check::Checker;
use crate::check::value::Val;
use crate::diagnostic::Diagnostic;
use crate::span::Span;
use crate::suggest::meant;
use crate::syntax::ast::{Item, Param};

const TYPES: [&str; 17] = [
    "Int",
    "Float",
    "Bool",
    "String",
    "Length",
    "List",
    "Any",
    "Network",
    "Schedule",
    "Dataset",
    "Pipeline",
    "Block",
    "Layer",
    "Optimizer",
    "Rate",
    "Loss",
    "Names",
];

pub(super) fn type_name(param: &Param) -> Option<&str> {
    param.ty.as_ref().map(|t| t.node.as_str())
}

pub(super) fn check_type_name(cx: &Checker<'_>, param: &Param) {
    let Some(ty) = &param.ty else { return };
    if TYPES.contains(&ty.node.as_str()) {
        return;
    }
    let diagnostic =
        Diagnostic::error("unknown-type", format!("there is no type `{}`", ty.node)).label(ty.span, "unknown");
    cx.report(match meant(&ty.node, TYPES) {
        Some(near) => diagnostic.did_you_mean(ty.span, near),
        None => diagnostic.help(format!("types are: {}", TYPES.join(", "))),
    });
}

pub(super) fn check_type(cx: &Checker<'_>, param: &Param, val: Val, span: Span) -> Val {
    if let (Val::Word(word), true) = (&val, type_name(param) != Some("Names")) {
        return cx.poison(cx.unknown_name(word));
    }
    let Some(ty) = type_name(param) else { return val };
    if matches!(val, Val::Poison) || !TYPES.contains(&ty) || fits(cx, ty, &val) {
        return val;
    }
    let found = describe(cx, &val);
    let mut diagnostic =
        Diagnostic::type_error("wrong-type", format!("`{}` must be {}, is {found}", param.name.node, article(ty)))
            .label(span, found);
    if param.name.span != span {
        diagnostic = diagnostic.label(param.name.span, format!("declared as {ty}"));
    }
    cx.poison(diagnostic)
}

fn article(ty: &str) -> String {
    match ty {
        "Int" => "a whole number".into(),
        "Float" => "a number".into(),
        "Bool" => "true or false".into(),
        "String" => "a text in quotes".into(),
        "Length" => "a length such as `1 epoch`".into(),
        "List" => "a list".into(),
        "Block" => "a block or a layer".into(),
        "Layer" => "a layer or a block".into(),
        "Names" => "a list of names".into(),
        other => an(&other.to_lowercase()),
    }
}

fn fits(cx: &Checker<'_>, ty: &str, val: &Val) -> bool {
    let item = |wanted: fn(&Item) -> bool| matches!(val, Val::Item(i) if wanted(cx.program.item(i.id)));
    let row = |wanted: fn(&Kind) -> bool| matches!(val, Val::Row(r) if builtin::find(&r.word).any(|b| wanted(&b.kind)));
    match ty {
        "Int" => matches!(val, Val::Plain(Value::Int(_) | Value::Dim(_))),
        "Float" => matches!(val, Val::Plain(Value::Int(_) | Value::Float(_))),
        "Bool" => matches!(val, Val::Plain(Value::Bool(_))),
        "String" => matches!(val, Val::Plain(Value::Text(_))),
        "Length" => matches!(val, Val::Length(_)),
        "List" => matches!(val, Val::List(_)),
        "Names" => matches!(val, Val::List(_) | Val::Word(..)),
        "Network" => item(|i| matches!(i, Item::Network(_))),
        "Schedule" => item(|i| matches!(i, Item::Schedule(_))),
        "Dataset" => item(|i| matches!(i, Item::Dataset(_))),
        "Pipeline" => item(|i| matches!(i, Item::Pipeline(_))),
        "Block" | "Layer" => {
            (ty == "Layer" && matches!(val, Val::Function(_)))
                || item(|i| matches!(i, Item::Block(_)))
                || row(|k| matches!(k, Kind::Layer(_) | Kind::Op(_)))
        }
        "Optimizer" => row(|k| matches!(k, Kind::Optimizer(_))),
        "Rate" => row(|k| matches!(k, Kind::Rate(_))),
        "Loss" => row(|k| matches!(k, Kind::Loss(_))),
        _ => true,
    }
}

fn describe(cx: &Checker<'_>, val: &Val) -> String {
    match val {
        Val::Item(i) => an(kind_of(cx.program.item(i.id))),
        Val::Row(r) => builtin::find(&r.word).next().map_or("a builtin".into(), |b| an(b.kind.noun())),
        other => other.shown(),
    }
}
