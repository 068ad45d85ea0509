//! Text to tree. Owns the way from a file to its items, one at a time, and what is refused before the grammar sees it;
//! `parser/build.rs` makes the nodes, `parser/explain.rs` the messages. Only this folder names pest.

mod bounds;
mod brackets;
mod build;
mod conditions;
mod explain;
mod expr;
mod failure;
mod forms;
mod habits;
mod kept;
mod literal;
mod marks;
mod missing;
mod numbers;
mod slips;
mod statements;
mod synonyms;

use std::num::NonZeroUsize;

use pest::Parser as _;

use super::ast::{File, Item};
use super::split::{Chunk, split};
use super::text::{Edit, Text, edited};
use super::token::Kind;
use crate::diagnostic::{Diagnostic, tidy};
use crate::parallel;
use crate::source::SourceMap;
use crate::span::{SourceId, Span};
pub use kept::Kept;
use slips::Slips;

/// Longest text that is read, in bytes.
pub const MAX_BYTES: usize = 4 << 20;
/// Steps of the grammar on one item; the largest permitted file needs a fraction of them.
const MAX_STEPS: usize = 1 << 30;
/// Errors shown of one item, and of one file.
const MAX_ERRORS: usize = 10;
const MAX_FILE_ERRORS: usize = 100;
/// Items parsed before the errors are counted again.
const GROUP: usize = 256;

#[derive(pest_derive::Parser)]
#[grammar = "../../grammar/mhm.pest"]
struct Grammar;

/// The tree of one source and everything wrong with its syntax. Items without an error are in the tree, whatever is
/// wrong with the others.
pub fn parse(sources: &SourceMap, id: SourceId) -> (File, Vec<Diagnostic>) {
    parse_alone(&sources.get(id).text, id)
}

/// The same for a text that is in no map yet.
pub(super) fn parse_alone(text: &str, source: SourceId) -> (File, Vec<Diagnostic>) {
    parse_text(text, source, None)
}

/// The same for a text of which something was read before.
fn parse_text(text: &str, source: SourceId, mut kept: Option<&mut Kept>) -> (File, Vec<Diagnostic>) {
    if text.len() > MAX_BYTES {
        let message = format!("a file of {} bytes is too large: at most {MAX_BYTES} are read", text.len());
        let found = Diagnostic::error("too-large", message).label(Span::new(source, 0, 0), "this file");
        return (File::default(), vec![found.help("split it, and bring the parts together with `use`")]);
    }
    pest::set_call_limit(NonZeroUsize::new(MAX_STEPS));
    let written = Text::new(source, text);
    let Slips { mut diagnostics, edits, makeshift } = slips::slips(&written);
    let mended = edited(text, 0..text.len(), &edits);
    let read = if edits.is_empty() { written } else { written.after(0, &edits, &mended) };
    let (chunks, found) = split(&read);
    diagnostics.extend(found);
    let mut file = File::default();
    // Items stand alone, so they are parsed side by side; what is said of them is kept in their order. A group at a time: a
    // text with enough errors is not read to its end.
    for group in chunks.chunks(GROUP) {
        if diagnostics.len() >= MAX_FILE_ERRORS {
            break;
        }
        let range = |chunk: &Chunk| read.tokens[chunk.first].start as usize..read.tokens[chunk.end - 1].end as usize;
        // A text that was put right stands elsewhere than it was written.
        let alike = |chunk: &Chunk| edits.is_empty() && !chunk.broken && chunk.surplus.is_none();
        let mut known: Vec<Option<Item>> = vec![None; group.len()];
        if let Some(kept) = kept.as_deref_mut() {
            for (chunk, known) in group.iter().zip(&mut known).filter(|(chunk, _)| alike(chunk)) {
                *known = kept.take(source, range(chunk).start, &read.text[range(chunk)]);
            }
        }
        let others = group.iter().zip(&known).filter(|(_, known)| known.is_none()).map(|(chunk, _)| chunk);
        let others: Vec<&Chunk> = others.collect();
        if let Some(kept) = kept.as_deref_mut() {
            kept.read += others.len();
        }
        let mut parsed = parallel::map(&others, |chunk| parse_chunk(&read, chunk)).into_iter();
        for (chunk, known) in group.iter().zip(known) {
            let parsed = match known {
                Some(item) => Parsed { item: Some(item), found: vec![] },
                None => parsed.next().unwrap_or_default(),
            };
            if let (Some(kept), Some(item), true) = (kept.as_deref_mut(), &parsed.item, parsed.found.is_empty())
                && alike(chunk)
            {
                kept.keep(source, range(chunk).start, &read.text[range(chunk)], item);
            }
            let written = read.span(range(chunk).start, range(chunk).end).range();
            let whole = !makeshift.iter().any(|at| written.contains(at));
            file.items.extend(parsed.item.filter(|_| whole));
            report(text, parsed.found, &mut diagnostics);
        }
    }
    tidy(&mut diagnostics);
    diagnostics.truncate(MAX_FILE_ERRORS);
    (file, diagnostics)
}

/// What was read of a chunk.
#[derive(Default)]
struct Parsed {
    /// The item, mended where it was wrong and it is sure what was meant.
    item: Option<Item>,
    found: Vec<Diagnostic>,
}

/// Nothing where the scan of the tokens has said it all.
fn parse_chunk(text: &Text, chunk: &Chunk) -> Parsed {
    if chunk.broken {
        return Parsed::default();
    }
    match chunk.word {
        None => no_item(text, chunk),
        Some(word) => parse_item(text, chunk, word, MAX_ERRORS),
    }
}

/// A stretch that begins no item: the item, where it is told how one is begun.
fn no_item(text: &Text, chunk: &Chunk) -> Parsed {
    let finding = explain::no_item(text, chunk);
    let read = finding.edit.as_ref().map(|edit| {
        mended(text, chunk, edit, |text| {
            let chunks = split(text).0;
            let chunk = chunks.first().filter(|chunk| !chunk.broken);
            chunk.and_then(|chunk| Some(parse_item(text, chunk, chunk.word?, MAX_ERRORS))).unwrap_or_default()
        })
    });
    let mut parsed = finding.before(read.unwrap_or_default());
    // Where the word is not surely that of an item, what follows may be anything.
    if parsed.item.is_none() {
        parsed.found.truncate(1);
    }
    parsed
}

/// What `read` makes of a chunk after an edit.
fn mended<R>(text: &Text, chunk: &Chunk, edit: &Edit, read: impl FnOnce(&Text) -> R) -> R {
    let (from, to) = (text.tokens[chunk.first].start as usize, text.tokens[chunk.end - 1].end as usize);
    let edits = std::slice::from_ref(edit);
    let new = edited(text.text, from..to, edits);
    read(&text.after(from, edits, &new))
}

/// One item, and everything wrong with it. What is wrong and can be mended is, and reading goes on as if it had been right.
fn parse_item(text: &Text, chunk: &Chunk, word: usize, left: usize) -> Parsed {
    let tokens = &text.tokens;
    let from = tokens[chunk.first..chunk.end].iter().find(|t| !t.is_comment()).map_or(0, |t| t.start as usize);
    let to = tokens[chunk.end - 1].end as usize;
    let error = match Grammar::parse(Rule::one_item, &text.text[from..to]) {
        Ok(pairs) => {
            let doc = chunk.first..word;
            let doc = tokens[doc].iter().filter(|t| t.kind == Kind::Doc).map(|t| doc_line(t.text(text.text))).collect();
            let (item, found) = build::item(text, from, doc, pairs);
            return match item.as_ref().and_then(bounds::surplus) {
                Some(surplus) => Parsed { item: None, found: vec![surplus] },
                None => Parsed { item, found },
            };
        }
        Err(error) => error,
    };
    let mut at = failure::Failure::new(error, from);
    let mut finding = explain::explain(text, chunk, word, &at);
    if let Some(parsed) = finding.edit.as_ref().and_then(|edit| go_on(text, chunk, word, &at, (edit, left))) {
        return finding.before(parsed);
    }
    let mut found = Vec::new();
    loop {
        let ends = finding.ends;
        found.push(finding.unmended());
        if ends || found.len() >= left {
            break;
        }
        let Some((rule, resume)) = explain::resume(text, chunk, word, &at) else { break };
        match Grammar::parse(rule, &text.text[resume..to]) {
            Ok(pairs) => {
                found.extend(build::slips(text, resume, pairs));
                break;
            }
            Err(error) => at = failure::Failure::new(error, resume),
        }
        finding = explain::explain(text, chunk, word, &at);
    }
    Parsed { item: None, found }
}

/// The item with one edit made, if the grammar then comes further than it came; so many more errors are looked for.
fn go_on(
    text: &Text,
    chunk: &Chunk,
    word: usize,
    at: &failure::Failure,
    (edit, left): (&Edit, usize),
) -> Option<Parsed> {
    let before = text.span(at.at, at.at).start;
    let (from, to) = (text.tokens[chunk.first].start as usize, text.tokens[chunk.end - 1].end as usize);
    if edit.start < from || edit.end > to {
        return None;
    }
    mended(text, chunk, edit, |text| {
        let word = word - chunk.first;
        let from = text.tokens.iter().find(|t| !t.is_comment()).map_or(0, |t| t.start as usize);
        let further = Grammar::parse(Rule::one_item, &text.text[from..]).err().is_none_or(|error| {
            let failed = failure::Failure::new(error, from).at;
            text.span(failed, failed).start > before
        });
        let chunk = Chunk { first: 0, word: Some(word), end: text.tokens.len(), broken: false, surplus: None };
        let rest = || if left > 1 { parse_item(text, &chunk, word, left - 1) } else { Parsed::default() };
        further.then(rest)
    })
}

/// `/// text` without the slashes and the blank after them.
fn doc_line(comment: &str) -> String {
    let line = comment.trim_start_matches('/');
    line.strip_prefix(' ').unwrap_or(line).to_owned()
}

/// Adds what is wrong with an item, but for lines of which something is said: that is the cause of whatever else seems wrong.
fn report(text: &str, found: Vec<Diagnostic>, diagnostics: &mut Vec<Diagnostic>) {
    if found.is_empty() {
        return;
    }
    let line = |d: &Diagnostic| {
        let at = d.span().start as usize;
        text[..at].rfind('\n').map_or(0, |n| n + 1)
    };
    let said: Vec<usize> = diagnostics.iter().map(line).collect();
    diagnostics.extend(found.into_iter().filter(|d| !said.contains(&line(d))));
}
