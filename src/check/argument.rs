//! Values as the language writes them, for whoever prints a program with its names resolved. Owns that way back.

use super::Checker;
use super::value::{ArgVal, Val};
use crate::hir::Argument;
use crate::span::Span;

/// The argument that has this value; `None` for tensors and for layers that were put together on the spot.
pub fn argument(cx: &Checker<'_>, val: &Val) -> Option<Argument> {
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
