//! Arguments of builtins: decoded by their row, held against what it expects.

use super::{an, assign, missing};
use crate::builtin::{self, Builtin, Expected, Kind, Refusal, Value};
use crate::check::checker::Checker;
use crate::check::value::{ArgVal, RowCall, Spanned, Val};
use crate::diagnostic::Diagnostic;
use crate::span::Span;
use crate::suggest::meant;

/// Decodes a builtin of the wanted kind; `None` where it was wrong (and reported).
pub fn decode<T>(
    cx: &Checker<'_>,
    row: &RowCall,
    noun: &str,
    pick: impl Fn(&Kind) -> Option<builtin::row::Make<T>>,
) -> Option<Decoded<T>>
where
    T: ?Sized,
{
    let Some((builtin, make)) = builtin::find(&row.word).find_map(|b| pick(&b.kind).map(|make| (b, make))) else {
        cx.report(wrong_kind(row, noun, |kind| pick(kind).is_some()));
        return None;
    };
    let names: Vec<&str> = builtin.params.iter().map(|p| p.name).collect();
    let gathered = gathered(builtin, &row.args);
    let slots = assign(cx, &names, &gathered, builtin.name, Span::default())?;
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
        // A size that is not known yet, in a block or network checked alone: whether it fits is seen where it is used.
        Err(error)
            if matches!(values[error.param], Some(Value::Dim(_)))
                && builtin.params[error.param].expected.is_whole_number() =>
        {
            None
        }
        Err(error) => {
            let at = slots[error.param].map_or(row.span, |arg| arg.span);
            cx.report(bad_argument(builtin, &error, at, &values));
            None
        }
    }
}

/// Every parameter of a builtin, with its argument or the text of its default; `None` where the call is wrong.
pub fn filled(cx: &Checker<'_>, row: &RowCall) -> Option<Vec<(&'static str, Result<Val, String>)>> {
    let builtin = builtin::find(&row.word).next()?;
    let names: Vec<&str> = builtin.params.iter().map(|p| p.name).collect();
    let gathered = gathered(builtin, &row.args);
    let slots = assign(cx, &names, &gathered, builtin.name, Span::default())?;
    let value = |(param, slot): (&builtin::ParamInfo, &Option<&ArgVal>)| {
        let value = match slot {
            Some(arg) => Ok(arg.val.clone()),
            None => Err(param.default.map_or(String::new(), |default| default())),
        };
        (param.name, value)
    };
    Some(builtin.params.iter().zip(&slots).map(value).collect())
}

/// The arguments, with those without a name as one list where the first parameter takes them all.
fn gathered(builtin: &Builtin, args: &[ArgVal]) -> Vec<ArgVal> {
    let takes_all =
        builtin.params.first().is_some_and(|param| matches!(param.expected, Expected::Texts | Expected::Conditions));
    let (bare, mut named): (Vec<ArgVal>, Vec<ArgVal>) = args.iter().cloned().partition(|arg| arg.name.is_none());
    match bare.as_slice() {
        [first, .., last] if takes_all => {
            let items = bare.iter().map(|arg| Spanned { val: arg.val.clone(), span: arg.span }).collect();
            named.insert(0, ArgVal { name: None, val: Val::List(items), span: first.span.to(last.span) });
            named
        }
        _ => args.to_vec(),
    }
}

/// A row and what it made.
pub type Decoded<T> = (&'static Builtin, std::sync::Arc<T>);

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
            let choices = param.expected.words();
            let diagnostic =
                Diagnostic::value_error("bad-argument", format!("`{name}` of `{word}` has no choice `{given}`"))
                    .label(at, "not one of its words");
            match meant(given, choices.iter().copied()) {
                Some(near) => diagnostic.did_you_mean(at, near),
                None => diagnostic.help(format!("choose from: {}", choices.join(", "))),
            }
        }
        _ => {
            let label = match error.refusal {
                Refusal::Unrepresentable(_) => "beyond the numbers of tensors".into(),
                Refusal::Missing | Refusal::Unexpected(_) => format!("not {}", param.expected),
            };
            let found = Diagnostic::value_error("bad-argument", format!("`{name}` of `{word}` {}", error.refusal));
            let found = found.label(at, label);
            match (param.expected, &values[error.param]) {
                (Expected::Groups, Some(Value::Text(text))) => {
                    found.help(format!("names of groups stand without quotes: write `{name}: {text}`"))
                }
                _ => found.help(about(param)),
            }
        }
    }
}

fn wrong_kind(row: &RowCall, noun: &str, fits: impl Fn(&Kind) -> bool) -> Diagnostic {
    let found = builtin::find(&row.word).next().map_or("unknown", |b| b.kind.noun());
    let known: Vec<&str> = builtin::registry().iter().filter(|b| fits(&b.kind)).map(|b| b.name).collect();
    let diagnostic = Diagnostic::type_error("wrong-kind", format!("`{}` is {}, not {}", row.word, an(found), an(noun)))
        .label(row.word_span, format!("{} is needed here", an(noun)));
    if known.is_empty() { diagnostic } else { diagnostic.help(format!("{} are: {}", plural(noun), known.join(", "))) }
}

/// "losses", "layers and ops".
fn plural(noun: &str) -> String {
    let one = |n: &str| if n.ends_with('s') { format!("{n}es") } else { format!("{n}s") };
    noun.split(" or ").map(one).collect::<Vec<_>>().join(" and ")
}

/// An argument of a builtin: numbers, texts, lists; a bare word where the parameter takes one of a few.
fn plain(cx: &Checker<'_>, arg: &ArgVal, expected: Expected) -> Option<Value> {
    match &arg.val {
        Val::Plain(value) => Some(value.clone()),
        Val::Word(word) if expected.takes_words() => Some(Value::Name(word.text.clone())),
        // A word that happens to be a builtin's too: `init: zeros`.
        Val::Row(row) if expected.takes_words() && row.args.is_empty() => Some(Value::Name(row.word.clone())),
        Val::List(items) => {
            let values: Option<Vec<Value>> = items.iter().map(|i| plain_item(cx, i, expected)).collect();
            values.map(Value::List)
        }
        Val::Poison => None,
        Val::Word(word) => {
            let quoted = format!("\"{}\"", word.text);
            let diagnostic = cx.unknown_name(word);
            cx.report(if expected.takes_texts() {
                diagnostic.help(format!("a text stands in quotes: {quoted}")).fix(word.span, quoted)
            } else {
                diagnostic
            });
            None
        }
        Val::Function(_) => {
            let text = cx.program.sources.text(arg.span);
            cx.report(
                Diagnostic::type_error("wrong-type", format!("{expected} or a tensor is needed here, this is a layer"))
                    .label(arg.span, "a layer")
                    .help(format!("apply it to a tensor: `{text}(x)`")),
            );
            None
        }
        other => {
            cx.report(
                Diagnostic::type_error("wrong-type", format!("{expected} is needed here, this is {}", other.noun()))
                    .label(arg.span, other.noun()),
            );
            None
        }
    }
}

fn plain_item(cx: &Checker<'_>, item: &Spanned, expected: Expected) -> Option<Value> {
    plain(cx, &ArgVal { name: None, val: item.val.clone(), span: item.span }, expected)
}
