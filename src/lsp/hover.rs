//! What is known of the word under the cursor: its page, and what the checker worked out.

mod seen;

use super::Analysis;
use super::names::{Meaning, What};
use crate::check::names::ItemId;
use crate::explain::{self, Answer, pages};
use crate::span::Span;
use crate::syntax::ast::{Block, BlockBody, Expr, Header, Item, NetworkStmt};
use lsp_types::{Hover, HoverContents, MarkupContent, MarkupKind};
pub use seen::{Course, Seen};

/// Of the word at an offset.
pub fn hover(analysis: &Analysis, offset: usize) -> Option<Hover> {
    let entry = analysis.entry();
    if let Some(mention) = analysis.mention(offset) {
        let text = of_meaning(analysis, &mention.meaning);
        return Some(shown(text, Some(analysis.range(mention.span))));
    }
    let text = &analysis.source(entry).text;
    // Lints have hyphens; the words of a difference are found without them.
    let hyphened =
        words(text, offset, &['-']).filter(|(start, end)| pages::lints().any(|page| page.name == &text[*start..*end]));
    let (start, end) = hyphened.or_else(|| word(text, offset))?;
    match explain::of(&text[start..end]) {
        Answer::Page(page) => {
            let range = analysis.range(Span::new(entry, start, end));
            Some(shown(block(&page), Some(range)))
        }
        Answer::Unknown(_) => None,
    }
}

fn shown(value: String, range: Option<lsp_types::Range>) -> Hover {
    Hover { contents: HoverContents::Markup(MarkupContent { kind: MarkupKind::Markdown, value }), range }
}

/// A page as it is printed in a terminal.
fn block(page: &str) -> String {
    format!("```text\n{}\n```", page.trim_end().replace("```", "'''"))
}

fn code(text: &str) -> String {
    format!("```mhm\n{text}\n```")
}

/// The word around an offset, where there is one outside of comments and strings.
pub fn word(text: &str, offset: usize) -> Option<(usize, usize)> {
    words(text, offset, &[])
}

/// The same where words may have some other marks in them, too.
fn words(text: &str, offset: usize, marks: &[char]) -> Option<(usize, usize)> {
    let is_letter = |c: char| c.is_ascii_alphanumeric() || c == '_' || marks.contains(&c);
    let start =
        text[..offset].char_indices().rev().take_while(|(_, c)| is_letter(*c)).last().map_or(offset, |(i, _)| i);
    let end = offset + text[offset..].chars().take_while(|c| is_letter(*c)).count();
    let line = text[..start].rfind('\n').map_or(0, |at| at + 1);
    let before = &text[line..start];
    let quoted = before.matches('"').count() % 2 == 1;
    (start < end && !before.contains("//") && !quoted).then_some((start, end))
}

fn of_meaning(analysis: &Analysis, meaning: &Meaning) -> String {
    match meaning {
        Meaning::Builtin(name) => block(&explain::builtin_pages(name)),
        Meaning::Item(id) => of_item(analysis, *id),
        Meaning::Inside { item, what, name } => of_inside(analysis, *item, *what, name),
    }
}

fn of_item(analysis: &Analysis, id: ItemId) -> String {
    let item = analysis.program.item(id);
    let Some(header) = item.header() else { return String::new() };
    let mut text = code(&format!("{} {}", item.noun(), signature(analysis, header)));
    if !header.doc.is_empty() {
        text += &format!("\n\n{}", header.doc.join("\n").trim());
    }
    let seen = Seen::new(analysis);
    for line in seen.item(header.name.span) {
        text += &format!("\n\n{line}");
    }
    let source = analysis.source(analysis.program.files[id.file].id);
    if source.library {
        text += &format!("\n\n`{}`", source.name);
    }
    text
}

/// `Mhm(heads: Int = 4, turns: Int = 1)`.
pub fn signature(analysis: &Analysis, header: &Header) -> String {
    let params = parameters(analysis, header);
    if params.is_empty() { header.name.node.clone() } else { format!("{}({})", header.name.node, params.join(", ")) }
}

/// `heads: Int = 4`, one each.
pub fn parameters(analysis: &Analysis, header: &Header) -> Vec<String> {
    let of = |param: &crate::syntax::ast::Param| {
        let ty = param.ty.as_ref().map_or(String::new(), |ty| format!(": {}", ty.node));
        let default = param.default.as_ref().map(|d| format!(" = {}", analysis.program.sources.text(d.span)));
        format!("{}{ty}{}", param.name.node, default.unwrap_or_default())
    };
    header.params.iter().map(of).collect()
}

fn of_inside(analysis: &Analysis, id: ItemId, what: What, name: &str) -> String {
    let item = analysis.program.item(id);
    let Some(header) = item.header() else { return String::new() };
    let meaning = Meaning::Inside { item: id, what, name: name.into() };
    let mut text = match what {
        What::Parameter => {
            let all = parameters(analysis, header);
            let own = header.params.iter().position(|param| param.name.node == name);
            code(own.and_then(|own| all.get(own)).map_or(name, String::as_str))
        }
        _ => code(name),
    };
    text += &format!("\n\n{} of {} `{}`", what.noun(), item.noun(), header.name.node);
    let Some(declared) = analysis.names.declaration(&meaning) else { return text };
    let seen = Seen::new(analysis);
    let shape = given(item, declared).and_then(|value| seen.value(value));
    for line in seen.inside(header.name.span, what, name, declared).into_iter().chain(shape) {
        text += &format!("\n\n{line}");
    }
    text
}

/// What is given to a value of a network by its name.
fn given(item: &Item, declared: Span) -> Option<&Expr> {
    let body = match item {
        Item::Network(network) => network.body.as_slice(),
        Item::Block(Block { body: BlockBody::Statements(body), .. }) => body,
        _ => return None,
    };
    body.iter().find_map(|statement| match statement {
        NetworkStmt::Let { names, value, .. } if names.len() == 1 && names[0].span == declared => Some(value),
        _ => None,
    })
}
