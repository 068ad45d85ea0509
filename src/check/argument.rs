//! Values as the language writes them, for whoever prints a program with its names resolved. Owns that way back.

use super::args;
use super::checker::Checker;
use super::value::{ArgVal, Bound, Spanned, Val};
use crate::builtin::Value;
use crate::hir::{Argument, Arguments};
use crate::span::Span;
use crate::syntax::ast::Param;

/// What every parameter of an item is given.
pub fn arguments(cx: &Checker<'_>, params: &[Param], vars: &Bound) -> Arguments {
    let given = |name: &str| vars.get(name).and_then(|val| argument(cx, val));
    params.iter().map(|p| (p.name.node.clone(), given(&p.name.node))).collect()
}

/// The argument that has this value; `None` for tensors and for layers that were put together on the spot.
fn argument(cx: &Checker<'_>, val: &Val) -> Option<Argument> {
    match val {
        Val::Plain(value) => Some(Argument::Plain(value.to_string())),
        Val::Length(length) => Some(Argument::Plain(length.to_string())),
        Val::Word(word) => Some(Argument::Plain(word.text.clone())),
        Val::List(items) => items.iter().map(|i| argument(cx, &i.val)).collect::<Option<_>>().map(Argument::List),
        Val::Row(row) => call(cx, row.word.clone(), None, &row.args),
        Val::Item(item) => {
            let name = &cx.program.item(item.id).header()?.name;
            call(cx, name.node.clone(), Some(name.span), &item.args)
        }
        Val::Tensor(_) | Val::Tuple(_) | Val::Views(_) | Val::Function(_) | Val::Poison => None,
    }
}

fn call(cx: &Checker<'_>, word: String, item: Option<Span>, args: &[ArgVal]) -> Option<Argument> {
    let given = |arg: &ArgVal| Some((arg.name.as_ref().map(|n| n.node.clone()), argument(cx, &arg.val)?));
    let arguments = args.iter().map(given).collect::<Option<_>>()?;
    Some(Argument::Call { word, item, arguments })
}

/// What these values come to: defaults filled in, every argument by its name, numbers by their value. Two that mean the same
/// are equal, however they are written.
pub fn meanings(cx: &Checker<'_>, vals: &[Spanned]) -> Option<Vec<Argument>> {
    vals.iter().map(|item| meaning(cx, &item.val)).collect()
}

fn meaning(cx: &Checker<'_>, val: &Val) -> Option<Argument> {
    match val {
        Val::Plain(Value::Int(i)) => Some(Argument::Plain((*i as f64).to_string())),
        Val::Plain(Value::Float(x)) => Some(Argument::Plain(x.to_string())),
        Val::List(items) => items.iter().map(|i| meaning(cx, &i.val)).collect::<Option<_>>().map(Argument::List),
        Val::Item(item) => {
            let header = cx.program.item(item.id).header()?;
            // What is wrong with the arguments is found where they are used.
            let before = cx.count();
            let bound = args::partial(cx, item.id, &item.args);
            cx.diagnostics.borrow_mut().truncate(before);
            let named = |(name, val): (&String, &Val)| Some((Some(name.clone()), meaning(cx, val)?));
            let arguments = bound?.iter().map(named).collect::<Option<_>>()?;
            Some(Argument::Call { word: header.name.node.clone(), item: Some(header.name.span), arguments })
        }
        Val::Row(row) => {
            let before = cx.count();
            let filled = args::filled(cx, row);
            cx.diagnostics.borrow_mut().truncate(before);
            let meant = |(name, value): (&str, Result<Val, String>)| {
                let value = match value {
                    Ok(val) => meaning(cx, &val)?,
                    Err(text) => Argument::Plain(text.parse::<f64>().map_or(text, |x| x.to_string())),
                };
                Some((Some(name.to_string()), value))
            };
            let arguments = filled?.into_iter().map(meant).collect::<Option<_>>()?;
            Some(Argument::Call { word: row.word.clone(), item: None, arguments })
        }
        other => argument(cx, other),
    }
}
