//! Arguments against parameters, of items and of builtins. Owns the messages for unknown, missing, double and ill-typed ones.

mod builtin;
mod types;

pub use builtin::{decode, filled};
pub use types::type_names;

use super::checker::Checker;
use super::names::ItemId;
use super::value::{ArgVal, Bound, Val};
use crate::builtin::Value;
use crate::diagnostic::{Diagnostic, Kind, Label, Safety};
use crate::hir::{Amount, Unit};
use crate::shape::Dim;
use crate::span::{Ident, Span};
use crate::suggest::{declared, meant};
use crate::syntax::ast::{Header, Item, Param};
use types::{Type, check_type, check_type_name, type_of};

/// The parameters of an item checked alone: defaults; a symbol for an `Int` without one; poison for the rest.
pub fn defaults(cx: &Checker<'_>, file: usize, header: &Header) -> Bound {
    let mut bound = Bound::new();
    for (i, param) in header.params.iter().enumerate() {
        if let Some(first) = header.params[..i].iter().find(|p| p.name.node == param.name.node) {
            cx.report(
                Diagnostic::error("shadowed-name", format!("two parameters are called `{}`", param.name.node))
                    .label(param.name.span, "again here")
                    .label(first.name.span, "first here"),
            );
        }
        let val = match &param.default {
            Some(_) => default(cx, file, param, &bound),
            None => unknown(param),
        };
        check_type_name(cx, param);
        let val = match &param.default {
            Some(default) => check_type(cx, param, val, default.span),
            None => val,
        };
        bound.insert(param.name.node.clone(), val);
    }
    bound
}

/// The parameters of item `id` with these arguments; `None` where one was wrong (and reported).
pub fn bind(cx: &Checker<'_>, id: ItemId, args: &[ArgVal], span: Span) -> Option<Bound> {
    let header = cx.program.item(id).header()?;
    let bound = partial(cx, id, args)?;
    for param in header.params.iter().filter(|p| p.default.is_none()) {
        let given = given(header, args, &param.name.node);
        if !given {
            cx.report(missing(&param.name.node, &header.name.node, span, Some(param.name.span)));
            return None;
        }
    }
    (!bound.values().any(|val| matches!(val, Val::Poison))).then_some(bound)
}

/// Whether an argument stands for the parameter, by name or by place.
fn given(header: &Header, args: &[ArgVal], param: &str) -> bool {
    by_parameter(header, args).iter().any(|(name, _)| *name == param)
}

/// Which argument stands for which parameter, by name or by place.
fn by_parameter<'h, 'v>(header: &'h Header, args: &'v [ArgVal]) -> Vec<(&'h str, &'v ArgVal)> {
    let named = |name: &str| args.iter().find(|a| a.name.as_ref().is_some_and(|n| n.node == name));
    let mut placed = args.iter().filter(|a| a.name.is_none());
    let names = header.params.iter().map(|p| p.name.node.as_str());
    names.filter_map(|name| Some((name, named(name).or_else(|| placed.next())?))).collect()
}

impl Checker<'_> {
    /// Shows what was reported since `before` of a value that an argument gave at that argument first: the item is right as it
    /// stands, however often the value does not do.
    pub fn blame_arguments(&self, before: usize, id: ItemId, args: &[ArgVal]) {
        let Some(header) = self.program.item(id).header() else { return };
        let given = by_parameter(header, args);
        for diagnostic in &mut self.diagnostics.borrow_mut()[before..] {
            let at = diagnostic.span();
            let inside = at.source == self.program.files[id.file].id;
            if !inside || diagnostic.kind != Kind::Value {
                continue;
            }
            let text = self.program.sources.text(at);
            let mentions = |name: &str| words(text).any(|word| word == name);
            let Some((name, arg)) = given.iter().find(|(name, _)| mentions(name)) else { continue };
            let found = format!("`{name}` is {} here", arg.val.shown());
            diagnostic.labels.insert(0, Label { span: arg.span, text: found });
            diagnostic.follows.push(at);
            diagnostic.fix = None;
        }
    }
}

/// The words of a text that could be names.
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty())
}

/// The parameters with these arguments; what is missing is as unknown as in [`defaults`].
pub fn partial(cx: &Checker<'_>, id: ItemId, args: &[ArgVal]) -> Option<Bound> {
    let header = cx.program.item(id).header()?;
    let names: Vec<&str> = header.params.iter().map(|p| p.name.node.as_str()).collect();
    let slots = assign(cx, &names, args, &header.name.node, header.name.span)?;
    let mut bound = Bound::new();
    for (param, slot) in header.params.iter().zip(slots) {
        let val = match (slot, &param.default) {
            (Some(arg), _) => check_type(cx, param, arg.val.clone(), arg.span),
            (None, Some(expr)) => check_type(cx, param, default(cx, id.file, param, &bound), expr.span),
            (None, None) => unknown(param),
        };
        bound.insert(param.name.node.clone(), val);
    }
    Some(bound)
}

/// A symbol for an `Int`, some `Length` for all of them, nothing known of the rest.
fn unknown(param: &Param) -> Val {
    match type_of(param) {
        Some(Type::Length) => Val::Length(Amount { count: 1.0, unit: Unit::Epochs }),
        Some(Type::Int) => Val::Plain(Value::Dim(Dim::symbol(param.name.node.clone()))),
        _ => Val::Poison,
    }
}

/// An item of one kind where another is due.
pub fn wrong_item(item: &Item, due: &str, span: Span) -> Diagnostic {
    let (name, kind) = (item.header().map_or("", |h| &h.name.node), item.noun());
    Diagnostic::type_error("wrong-kind", format!("`{name}` is {}, not {}", an(kind), an(due)))
        .label(span, format!("{} is needed here", an(due)))
}

/// A value where something else is due: "a schedule".
pub fn wrong_value(val: &Val, due: &str, span: Span) -> Diagnostic {
    Diagnostic::type_error("wrong-kind", format!("{due} is needed here, this is {}", val.noun()))
        .label(span, val.noun())
}

/// "an op", "a layer".
pub fn an(noun: &str) -> String {
    if noun.starts_with(['a', 'e', 'i', 'o', 'u']) && !noun.starts_with("uni") {
        format!("an {noun}")
    } else {
        format!("a {noun}")
    }
}

/// Which argument stands for which parameter.
fn assign<'v>(
    cx: &Checker<'_>,
    params: &[&str],
    args: &'v [ArgVal],
    owner: &str,
    owner_span: Span,
) -> Option<Vec<Option<&'v ArgVal>>> {
    let mut slots: Vec<Option<&ArgVal>> = vec![None; params.len()];
    let mut sound = true;
    let mut next = 0;
    for arg in args {
        let slot = match &arg.name {
            Some(name) => params.iter().position(|p| *p == name.node),
            None => {
                while next < params.len() && slots[next].is_some() {
                    next += 1;
                }
                (next < params.len()).then_some(next)
            }
        };
        match (slot, &arg.name) {
            (Some(slot), name) => {
                if let Some(first) = slots[slot] {
                    let at = name.as_ref().map_or(arg.span, |n| n.span);
                    cx.report(
                        Diagnostic::error("double-argument", format!("`{}` of `{owner}` is given twice", params[slot]))
                            .label(at, "again here")
                            .label(first.span, "first here"),
                    );
                    sound = false;
                }
                slots[slot] = Some(arg);
            }
            (None, Some(name)) => {
                let near = match owner_span == Span::default() || cx.program.is_library(owner_span) {
                    true => meant(&name.node, params.iter().copied()),
                    false => declared(&name.node, params.iter().copied()),
                };
                cx.report(unknown_argument(name, near, params, owner, owner_span));
                sound = false;
            }
            (None, None) => {
                cx.report(match &arg.val {
                    Val::Word(word) => cx.unknown_name(word),
                    _ => too_many(params, owner, arg.span, args.len()),
                });
                return None;
            }
        }
    }
    sound.then_some(slots)
}

fn unknown_argument(
    name: &Ident,
    near: Option<(&str, Safety)>,
    params: &[&str],
    owner: &str,
    owner_span: Span,
) -> Diagnostic {
    let message = format!("`{owner}` has no parameter `{}`", name.node);
    let mut diagnostic = Diagnostic::type_error("unknown-argument", message).label(name.span, "unknown");
    if owner_span != Span::default() {
        diagnostic = diagnostic.label(owner_span, "declared here");
    }
    match near {
        Some(near) => diagnostic.did_you_mean(name.span, near),
        None if params.is_empty() => diagnostic.help("it takes no arguments"),
        None => diagnostic.help(format!("it has: {}", params.join(", "))),
    }
}

fn too_many(params: &[&str], owner: &str, span: Span, given: usize) -> Diagnostic {
    let takes = match params.len() {
        0 => "no arguments".to_string(),
        1 => format!("one argument, `{}`", params[0]),
        n => format!("{n} arguments: {}", params.join(", ")),
    };
    Diagnostic::error("too-many-arguments", format!("`{owner}` takes {takes}"))
        .label(span, format!("one too many of {given}"))
        .help("remove it, or name the argument it is meant for")
}

fn missing(param: &str, owner: &str, span: Span, declared: Option<Span>) -> Diagnostic {
    let diagnostic = Diagnostic::type_error("missing-argument", format!("`{owner}` needs `{param}`"))
        .label(span, format!("`{param}` is missing"));
    match declared {
        Some(at) => diagnostic.label(at, "it has no default").help(format!("write `{owner}({param}: …)`")),
        None => diagnostic,
    }
}

fn default(cx: &Checker<'_>, file: usize, param: &Param, bound: &Bound) -> Val {
    let Some(expr) = &param.default else { return Val::Poison };
    // Names stay words: what they name is known where they are used.
    if type_of(param) == Some(Type::Names) {
        cx.eval(file, bound.clone(), expr)
    } else {
        cx.known(file, bound.clone(), expr)
    }
}
