//! A piece of an item as an item of its own.

use super::super::names::{Meaning, Mention, What};
use super::super::{Analysis, outline};
use super::Change;
use crate::source::SourceMap;
use crate::span::Span;
use crate::syntax;
use crate::syntax::ast::{Header, Item, Param};

/// `dataset Near2 = TwoMoons(noise: 0.1)` of the call whose name stands at an offset, where its arguments hang on nothing around.
pub fn alias(analysis: &Analysis, offset: usize) -> Option<Change> {
    let text = &analysis.source(analysis.entry()).text;
    let mention = analysis.mention(offset)?;
    let Meaning::Item(id) = mention.meaning else { return None };
    let used = analysis.program.item(id);
    match used {
        Item::Dataset(_) | Item::Network(_) | Item::Schedule(_) | Item::Pipeline(_) | Item::Alias(_) => {}
        Item::Use(_) | Item::Block(_) | Item::Experiment(_) => return None,
    }
    let open = mention.span.end as usize;
    let (_, close) = outline::brackets(text).into_iter().find(|(start, _)| *start == open)?;
    let call = Span::new(analysis.entry(), mention.span.start as usize, close);
    let header = analysis.header_at(offset)?;
    // An alias has its call for a value already, and no parameters to hand on.
    let is_whole = text[..call.start as usize].trim_end().ends_with('=');
    if is_whole || locals(analysis, header, call).next().is_some() {
        return None;
    }
    let name = fresh(analysis, analysis.program.sources.text(mention.span));
    let noun = used.noun();
    let item = format!("{noun} {name} = {}\n\n", &text[call.range()]);
    let title = format!("Extract into a {noun}");
    Some(Change { title, edits: vec![(above(analysis, header), item), (call, name)] })
}

/// `block Block(width: Int) = linear(width) |> relu` of steps that are selected in a network or a block.
pub fn block(analysis: &Analysis, selected: Span) -> Option<Change> {
    let text = &analysis.source(analysis.entry()).text;
    let piece = &text[selected.range()];
    let start = selected.start as usize + piece.len() - piece.trim_start().len();
    let piece = piece.trim();
    let steps = Span::new(analysis.entry(), start, start + piece.len());
    let items = &analysis.program.files.first()?.tree.items;
    let own = items.iter().filter(|item| matches!(item, Item::Network(_) | Item::Block(_)));
    let header = own.filter_map(|item| item.header()).find(|header| steps.within(header.span))?;
    if piece.is_empty() || !stands_alone(text, steps) {
        return None;
    }
    let mut params: Vec<&Param> = vec![];
    for mention in locals(analysis, header, steps) {
        let Meaning::Inside { what: What::Parameter, name, .. } = &mention.meaning else { return None };
        let param = header.params.iter().find(|param| param.name.node == *name)?;
        if !params.iter().any(|known| known.name == param.name) {
            params.push(param);
        }
    }
    let name = fresh(analysis, "Block");
    let declared: Vec<String> = params.iter().map(|param| declaration(analysis, param)).collect();
    let given: Vec<String> = params.iter().map(|param| format!("{0}: {0}", param.name.node)).collect();
    let within = |names: &[String]| if names.is_empty() { String::new() } else { format!("({})", names.join(", ")) };
    let item = format!("block {name}{} = {piece}\n", within(&declared));
    let mut sources = SourceMap::default();
    let id = sources.add("", item.as_str());
    if !syntax::parse(&sources, id).1.is_empty() {
        return None;
    }
    let edits = vec![(above(analysis, header), format!("{item}\n")), (steps, format!("{name}{}", within(&given)))];
    Some(Change { title: "Extract into a block".into(), edits })
}

/// Names in a piece of an item that the item declares itself.
fn locals<'a>(analysis: &'a Analysis, header: &'a Header, piece: Span) -> impl Iterator<Item = &'a Mention> {
    let inside = analysis.names.inside(piece.source).filter(move |mention| mention.span.within(piece));
    inside.filter(move |mention| match &mention.meaning {
        Meaning::Inside { item, .. } => analysis.program.item(*item).header() == Some(header),
        Meaning::Item(_) | Meaning::Builtin(_) => false,
    })
}

/// Whether a piece is whole steps of a chain: between arrows, or between what a chain stands in.
fn stands_alone(text: &str, steps: Span) -> bool {
    let (before, behind) = (text[..steps.start as usize].trim_end(), &text[steps.end as usize..]);
    let begins = ["|>", "=", "(", ",", ":"].iter().any(|mark| before.ends_with(mark));
    let next = behind.trim_start();
    let ends = next.is_empty()
        || ["|>", ")", ",", "}", "from "].iter().any(|mark| next.starts_with(mark))
        || behind.trim_start_matches([' ', '\t', '\r']).starts_with(['\n', '/']);
    let mut depth = 0;
    let mut last = ' ';
    let piece = &text[steps.range()];
    let one_chain = piece.lines().flat_map(outline::code).all(|mark| {
        match mark {
            '(' | '[' => depth += 1,
            ')' | ']' => depth -= 1,
            _ => {}
        }
        // `|>` is an arrow, `>` by itself is none.
        let joins =
            depth == 0 && (matches!(mark, '+' | '-' | '*' | '/' | '&' | ',' | '{' | '}') || last == '|' && mark != '>');
        last = mark;
        depth >= 0 && !joins
    });
    begins && ends && one_chain && depth == 0
}

/// `width: Int`, as the item around declares it; its default only where it says no type.
fn declaration(analysis: &Analysis, param: &Param) -> String {
    let name = &param.name.node;
    match (&param.ty, &param.default) {
        (Some(ty), _) => format!("{name}: {}", ty.node),
        (None, Some(default)) => format!("{name} = {}", analysis.program.sources.text(default.span)),
        (None, None) => name.clone(),
    }
}

/// The name with the first number behind it that nothing is called by yet.
fn fresh(analysis: &Analysis, base: &str) -> String {
    let scope = analysis.program.files.first().map(|file| &file.scope);
    let is_free = |name: &String| scope.is_none_or(|scope| scope.get(name.as_str()).is_none());
    let base = base.trim_end_matches(|c: char| c.is_ascii_digit());
    (2..).map(|number| format!("{base}{number}")).find(is_free).unwrap_or_default()
}

/// The line where an item begins, with what is said of it.
fn above(analysis: &Analysis, header: &Header) -> Span {
    let text = &analysis.source(analysis.entry()).text;
    let line = |at: usize| text[..at].rfind('\n').map_or(0, |end| end + 1);
    let mut begin = line(header.span.start as usize);
    while begin > 0 {
        let before = line(begin - 1);
        let line = text[before..begin].trim_start();
        if !line.starts_with("///") && !line.starts_with("allow(") {
            break;
        }
        begin = before;
    }
    Span::new(analysis.entry(), begin, begin)
}
