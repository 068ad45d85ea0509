//! Arguments against parameters, of items and of builtins. Owns the messages for unknown, missing, double and ill-typed ones.

use super::Checker;
use super::names::ItemId;
use super::value::{ArgVal, Bound, RowCall, Spanned, Val};
use crate::builtin::{self, Builtin, Kind, Value};
use crate::diagnostic::Diagnostic;
use crate::shape::Dim;
use crate::span::Span;
use crate::suggest::nearest;
use crate::syntax::ast::{Header, Item, Param};

const TYPES: [&str; 16] = [
    "Int",
    "Float",
    "Bool",
    "String",
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
    let named = |name: &str| args.iter().any(|a| a.name.as_ref().is_some_and(|n| n.node == name));
    let places = args.iter().filter(|a| a.name.is_none()).count();
    let by_place =
        header.params.iter().map(|p| p.name.node.as_str()).filter(|p| !named(p)).take(places).any(|p| p == param);
    named(param) || by_place
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
            (None, Some(_)) => default(cx, id.file, param, &bound),
            (None, None) => unknown(param),
        };
        bound.insert(param.name.node.clone(), val);
    }
    Some(bound)
}

/// A symbol for an `Int`, nothing known of the rest.
fn unknown(param: &Param) -> Val {
    match type_name(param) {
        Some("Int") => Val::Plain(Value::Dim(Dim::symbol(param.name.node.clone()))),
        _ => Val::Poison,
    }
}

/// Decodes a builtin of the wanted kind; `None` where it was wrong (and reported).
pub fn decode<T>(
    cx: &Checker<'_>,
    row: &RowCall,
    noun: &str,
    pick: impl Fn(&Kind) -> Option<builtin::row::Make<T>>,
) -> Option<T2<T>>
where
    T: ?Sized,
{
    let Some((builtin, make)) = builtin::find(&row.word).find_map(|b| pick(&b.kind).map(|make| (b, make))) else {
        cx.report(wrong_kind(row, noun, |kind| pick(kind).is_some()));
        return None;
    };
    let names: Vec<&str> = builtin.params.iter().map(|p| p.name).collect();
    let slots = assign(cx, &names, &row.args, builtin.name, Span::default())?;
    let mut values = vec![];
    for (param, slot) in builtin.params.iter().zip(&slots) {
        match slot {
            Some(arg) => values.push(Some(plain(cx, arg, param.expected)?)),
            None if param.default.is_none() => {
                let (name, word) = (param.name, builtin.name);
                cx.report(
                    missing(name, word, row.span, None).help(format!("write `{word}({name}: …)`; {}", about(param))),
                );
                return None;
            }
            None => values.push(None),
        }
    }
    match make(&values) {
        Ok(made) => Some((builtin, made)),
        Err(error) => {
            let at = slots[error.param].map_or(row.span, |arg| arg.span);
            cx.report(bad_argument(builtin, &error, at, &values));
            None
        }
    }
}

/// A row and what it made.
pub type T2<T> = (&'static Builtin, std::sync::Arc<T>);

/// A parameter in its own words: "`width` is: output features".
fn about(param: &builtin::row::ParamInfo) -> String {
    let doc = param.doc.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut letters = doc.trim_end_matches('.').chars();
    let first = letters.next().map(|c| c.to_lowercase().to_string()).unwrap_or_default();
    format!("`{}` is: {first}{}", param.name, letters.as_str())
}

fn bad_argument(builtin: &Builtin, error: &builtin::ArgError, at: Span, values: &[Option<Value>]) -> Diagnostic {
    let param = &builtin.params[error.param];
    let (name, word) = (param.name, builtin.name);
    match &values[error.param] {
        Some(Value::Name(given)) => {
            let choices: Vec<&str> = param.expected.split('`').skip(1).step_by(2).collect();
            let diagnostic = Diagnostic::error("bad-argument", format!("`{name}` of `{word}` has no choice `{given}`"))
                .label(at, "not one of its words");
            match nearest(given, choices.iter().copied()) {
                Some(near) => diagnostic.help(format!("did you mean `{near}`?")).fix(at, near),
                None => diagnostic.help(format!("choose from: {}", choices.join(", "))),
            }
        }
        _ => Diagnostic::error("bad-argument", format!("`{name}` of `{word}` {}", error.message))
            .label(at, format!("not {}", param.expected))
            .help(about(param)),
    }
}

/// An item of one kind where another is due.
pub fn wrong_item(item: &Item, due: &str, span: Span) -> Diagnostic {
    let (name, kind) = (item.header().map_or("", |h| &h.name.node), kind_of(item));
    Diagnostic::error("wrong-kind", format!("`{name}` is {}, not {}", an(kind), an(due)))
        .label(span, format!("{} is needed here", an(due)))
}

/// "an op", "a layer".
pub fn an(noun: &str) -> String {
    if noun.starts_with(['a', 'e', 'i', 'o', 'u']) && !noun.starts_with("uni") {
        format!("an {noun}")
    } else {
        format!("a {noun}")
    }
}

/// "losses", "layers and ops".
fn plural(noun: &str) -> String {
    let one = |n: &str| if n.ends_with('s') { format!("{n}es") } else { format!("{n}s") };
    noun.split(" or ").map(one).collect::<Vec<_>>().join(" and ")
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
                cx.report(unknown_argument(&name.node, name.span, params, owner, owner_span));
                sound = false;
            }
            (None, None) => {
                cx.report(too_many(params, owner, arg.span, args.len()));
                return None;
            }
        }
    }
    sound.then_some(slots)
}

fn unknown_argument(name: &str, span: Span, params: &[&str], owner: &str, owner_span: Span) -> Diagnostic {
    let mut diagnostic =
        Diagnostic::error("unknown-argument", format!("`{owner}` has no parameter `{name}`")).label(span, "unknown");
    if owner_span != Span::default() {
        diagnostic = diagnostic.label(owner_span, "declared here");
    }
    match nearest(name, params.iter().copied()) {
        Some(near) => diagnostic.help(format!("did you mean `{near}`?")).fix(span, near),
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
    let diagnostic = Diagnostic::error("missing-argument", format!("`{owner}` needs `{param}`"))
        .label(span, format!("`{param}` is missing"));
    match declared {
        Some(at) => diagnostic.label(at, "it has no default").help(format!("write `{owner}({param}: …)`")),
        None => diagnostic,
    }
}

fn wrong_kind(row: &RowCall, noun: &str, fits: impl Fn(&Kind) -> bool) -> Diagnostic {
    let found = builtin::find(&row.word).next().map_or("unknown", |b| b.kind.noun());
    let known: Vec<&str> = builtin::registry().iter().filter(|b| fits(&b.kind)).map(|b| b.name).collect();
    let diagnostic = Diagnostic::error("wrong-kind", format!("`{}` is {}, not {}", row.word, an(found), an(noun)))
        .label(row.word_span, format!("{} is needed here", an(noun)));
    if known.is_empty() { diagnostic } else { diagnostic.help(format!("{} are: {}", plural(noun), known.join(", "))) }
}

/// An argument of a builtin: numbers, texts, lists; a bare word where the parameter takes one of a few.
fn plain(cx: &Checker<'_>, arg: &ArgVal, expected: &str) -> Option<Value> {
    let takes_words = expected.starts_with("one of");
    match &arg.val {
        Val::Plain(value) => Some(value.clone()),
        Val::Word(word) if takes_words => Some(Value::Name(word.text.clone())),
        // A word that happens to be a builtin's too: `init: zeros`.
        Val::Row(row) if takes_words && row.args.is_empty() => Some(Value::Name(row.word.clone())),
        Val::List(items) => {
            let values: Option<Vec<Value>> = items.iter().map(|i| plain_item(cx, i, expected)).collect();
            values.map(Value::List)
        }
        Val::Poison => None,
        Val::Word(word) => {
            let quoted = format!("\"{}\"", word.text);
            let diagnostic = cx.unknown_name(word);
            cx.report(if expected.contains("text") {
                diagnostic.help(format!("a text stands in quotes: {quoted}")).fix(word.span, quoted)
            } else {
                diagnostic
            });
            None
        }
        Val::Function(_) => {
            let text = cx.program.sources.text(arg.span);
            cx.report(
                Diagnostic::error("wrong-type", format!("{expected} or a tensor is needed here, this is a layer"))
                    .label(arg.span, "a layer")
                    .help(format!("apply it to a tensor: `{text}(x)`")),
            );
            None
        }
        other => {
            cx.report(
                Diagnostic::error("wrong-type", format!("{expected} is needed here, this is {}", other.noun()))
                    .label(arg.span, other.noun()),
            );
            None
        }
    }
}

fn plain_item(cx: &Checker<'_>, item: &Spanned, expected: &str) -> Option<Value> {
    plain(cx, &ArgVal { name: None, val: item.val.clone(), span: item.span }, expected)
}

fn default(cx: &Checker<'_>, file: usize, param: &Param, bound: &Bound) -> Val {
    let Some(expr) = &param.default else { return Val::Poison };
    // Names stay words: what they name is known where they are used.
    if type_name(param) == Some("Names") {
        cx.eval(file, bound.clone(), expr)
    } else {
        cx.known(file, bound.clone(), expr)
    }
}

fn type_name(param: &Param) -> Option<&str> {
    param.ty.as_ref().map(|t| t.node.as_str())
}

fn check_type_name(cx: &Checker<'_>, param: &Param) {
    let Some(ty) = &param.ty else { return };
    if TYPES.contains(&ty.node.as_str()) {
        return;
    }
    let diagnostic =
        Diagnostic::error("unknown-type", format!("there is no type `{}`", ty.node)).label(ty.span, "unknown");
    cx.report(match nearest(&ty.node, TYPES) {
        Some(near) => diagnostic.help(format!("did you mean `{near}`?")).fix(ty.span, near),
        None => diagnostic.help(format!("types are: {}", TYPES.join(", "))),
    });
}

fn check_type(cx: &Checker<'_>, param: &Param, val: Val, span: Span) -> Val {
    if let (Val::Word(word), true) = (&val, type_name(param) != Some("Names")) {
        return cx.poison(cx.unknown_name(word));
    }
    let Some(ty) = type_name(param) else { return val };
    if matches!(val, Val::Poison) || !TYPES.contains(&ty) || fits(cx, ty, &val) {
        return val;
    }
    let found = describe(cx, &val);
    let mut diagnostic =
        Diagnostic::error("wrong-type", format!("`{}` must be {}, is {found}", param.name.node, article(ty)))
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
        "List" => "a list".into(),
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
        "List" => matches!(val, Val::List(_)),
        "Names" => matches!(val, Val::List(_) | Val::Word(..)),
        "Network" => item(|i| matches!(i, Item::Network(_))),
        "Schedule" => item(|i| matches!(i, Item::Schedule(_))),
        "Dataset" => item(|i| matches!(i, Item::Dataset(_))),
        "Pipeline" => item(|i| matches!(i, Item::Pipeline(_))),
        "Block" => item(|i| matches!(i, Item::Block(_))),
        "Layer" => {
            matches!(val, Val::Function(_))
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

pub fn kind_of(item: &Item) -> &'static str {
    match item {
        Item::Use(_) => "use",
        Item::Block(_) => "block",
        Item::Alias(alias) => alias.kind.node.name(),
        Item::Network(_) => "network",
        Item::Schedule(_) => "schedule",
        Item::Dataset(_) => "dataset",
        Item::Pipeline(_) => "pipeline",
        Item::Experiment(_) => "experiment",
    }
}
