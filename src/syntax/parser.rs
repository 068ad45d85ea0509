//! Text to tree. Owns the way from a file to its items, one at a time, and what is refused before the grammar sees it;
//! `parser/build.rs` makes the nodes, `parser/explain.rs` the messages. Only this folder names pest.

mod build;
mod explain;
mod expr;
mod forms;
mod slips;

use std::num::NonZeroUsize;

use pest::Parser as _;
use rayon::prelude::*;

use super::ast::{File, Item};
use super::split::{Chunk, split};
use super::token::{Kind, Token, tokens};
use crate::diagnostic::{Diagnostic, tidy};
use crate::source::SourceMap;
use crate::span::{SourceId, Span};

/// Longest text that is read, in bytes.
const MAX_BYTES: usize = 4 << 20;
/// Steps of the grammar on one item; the largest permitted file needs a fraction of them.
const MAX_STEPS: usize = 1 << 30;
/// Errors shown of one item, and of one file.
const MAX_ERRORS: usize = 10;
const MAX_FILE_ERRORS: usize = 100;
/// Items parsed side by side.
const GROUP: usize = 128;

#[derive(pest_derive::Parser)]
#[grammar = "grammar/mhm.pest"]
struct Grammar;

/// A text with its tokens: what one run of the parser works on.
struct Text<'t> {
    source: SourceId,
    text: &'t str,
    tokens: Vec<Token>,
    /// Where each line begins.
    lines: Vec<u32>,
}

/// The tree of one source and everything wrong with its syntax. Items without an error are in the tree, whatever is
/// wrong with the others.
pub fn parse(sources: &SourceMap, id: SourceId) -> (File, Vec<Diagnostic>) {
    parse_text(&sources.get(id).text, id)
}

/// The same for a text that is in no map yet.
pub(super) fn parse_text(text: &str, source: SourceId) -> (File, Vec<Diagnostic>) {
    if text.len() > MAX_BYTES {
        let message = format!("a file of {} bytes is too large: at most {MAX_BYTES} are read", text.len());
        let found = Diagnostic::error("too-large", message).label(Span::new(source, 0, 0), "this file");
        return (File::default(), vec![found.help("split it, and bring the parts together with `use`")]);
    }
    pest::set_call_limit(NonZeroUsize::new(MAX_STEPS));
    let lines = text.bytes().enumerate().filter(|(_, b)| *b == b'\n').map(|(i, _)| i as u32 + 1);
    let text = Text { source, text, tokens: tokens(text), lines: std::iter::once(0).chain(lines).collect() };
    let mut diagnostics = slips::slips(&text);
    let (chunks, found) = split(text.text, &text.tokens, source);
    diagnostics.extend(found);
    let mut file = File::default();
    // Items stand alone, so they are parsed side by side; what is said of them is kept in their order. A group at a time: a
    // text with enough errors is not read to its end.
    for group in chunks.chunks(GROUP) {
        if diagnostics.len() >= MAX_FILE_ERRORS {
            break;
        }
        let parsed: Vec<_> = group.par_iter().filter_map(|chunk| parse_chunk(&text, chunk)).collect();
        for item in parsed {
            match item {
                Ok(item) => file.items.push(item),
                Err(found) => text.report(found, &mut diagnostics),
            }
        }
    }
    tidy(&mut diagnostics);
    diagnostics.truncate(MAX_FILE_ERRORS);
    (file, diagnostics)
}

/// Its item, or what is wrong with it; nothing where the scan of the tokens has said it all.
fn parse_chunk(text: &Text, chunk: &Chunk) -> Option<Result<Item, Vec<Diagnostic>>> {
    let unclosed = text.tokens[chunk.first..chunk.end].iter().any(|t| t.kind == Kind::OpenString);
    if chunk.broken || unclosed {
        return None;
    }
    Some(match chunk.word {
        None => Err(vec![explain::no_item(text, chunk)]),
        Some(word) => parse_item(text, chunk, word),
    })
}

/// One item, or everything wrong with it.
fn parse_item(text: &Text, chunk: &Chunk, word: usize) -> Result<Item, Vec<Diagnostic>> {
    let tokens = &text.tokens;
    let from = tokens[chunk.first..chunk.end].iter().find(|t| !t.is_comment()).map_or(0, |t| t.start as usize);
    let to = tokens[chunk.end - 1].end as usize;
    let error = match Grammar::parse(Rule::one_item, &text.text[from..to]) {
        Ok(pairs) => {
            let doc = chunk.first..word;
            let doc = tokens[doc].iter().filter(|t| t.kind == Kind::Doc).map(|t| doc_line(t.text(text.text))).collect();
            return build::item(text, from, doc, pairs);
        }
        Err(error) => error,
    };
    let mut at = explain::Failure::new(error, from);
    let mut found = vec![explain::explain(text, chunk, word, &at)];
    while found.len() < MAX_ERRORS {
        let Some((rule, resume)) = explain::resume(text, chunk, word, &at) else { break };
        match Grammar::parse(rule, &text.text[resume..to]) {
            Ok(pairs) => {
                found.extend(build::slips(text, resume, pairs));
                break;
            }
            Err(error) => at = explain::Failure::new(error, resume),
        }
        found.push(explain::explain(text, chunk, word, &at));
    }
    Err(found)
}

/// `/// text` without the slashes and the blank after them.
fn doc_line(comment: &str) -> String {
    let line = comment.trim_start_matches('/');
    line.strip_prefix(' ').unwrap_or(line).to_owned()
}

impl Text<'_> {
    /// Adds what is wrong with an item, but for lines of which something is said: that is the cause of whatever else seems wrong.
    fn report(&self, found: Vec<Diagnostic>, diagnostics: &mut Vec<Diagnostic>) {
        let line = |d: &Diagnostic| self.line(d.span().start as usize);
        let said: Vec<usize> = diagnostics.iter().map(line).collect();
        diagnostics.extend(found.into_iter().filter(|d| !said.contains(&line(d))));
    }

    fn span(&self, start: usize, end: usize) -> Span {
        Span::new(self.source, start, end)
    }

    fn token_span(&self, token: usize) -> Span {
        let token = self.tokens[token];
        Span { source: self.source, start: token.start, end: token.end }
    }

    fn word(&self, token: usize) -> &str {
        self.tokens.get(token).map_or("", |t| t.text(self.text))
    }

    /// Index of the line an offset is on.
    fn line(&self, offset: usize) -> usize {
        self.lines.partition_point(|&start| start as usize <= offset) - 1
    }

    /// The first token at or after an offset.
    fn token_at(&self, offset: usize) -> usize {
        self.tokens.partition_point(|t| (t.start as usize) < offset)
    }
}
