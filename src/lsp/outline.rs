//! The shape of a text: what it declares, what can be folded, what grows around a selection.

use super::Analysis;
use super::names::walk_declared;
use crate::span::Span;
use crate::syntax::ast::Item;
use lsp_types::{DocumentSymbol, FoldingRange, FoldingRangeKind, SelectionRange, SymbolKind};

/// Items, and below each what it declares.
pub fn symbols(analysis: &Analysis) -> Vec<DocumentSymbol> {
    let places = analysis.places(analysis.entry());
    let symbol = |name: &str, detail: &str, kind: SymbolKind, whole: Span, name_at: Span, children| {
        #[expect(deprecated, reason = "the protocol's field has no other constructor")]
        DocumentSymbol {
            name: if name.is_empty() { "?".into() } else { name.into() },
            detail: Some(detail.into()),
            kind,
            tags: None,
            deprecated: None,
            range: places.range(whole.to(name_at)),
            selection_range: places.range(name_at),
            children,
        }
    };
    let items = analysis.program.files.first().map_or(&[][..], |file| &file.tree.items);
    let of = |item: &Item| {
        let header = item.header()?;
        let inside = walk_declared(item)
            .into_iter()
            .map(|(name, what)| symbol(&name.node, what.noun(), SymbolKind::FIELD, name.span, name.span, None));
        Some(symbol(&header.name.node, item.noun(), kind(item), header.span, header.name.span, Some(inside.collect())))
    };
    items.iter().filter_map(of).collect()
}

pub fn kind(item: &Item) -> SymbolKind {
    match item {
        Item::Use(_) => SymbolKind::NAMESPACE,
        Item::Block(_) => SymbolKind::FUNCTION,
        Item::Alias(_) => SymbolKind::CONSTANT,
        Item::Network(_) => SymbolKind::CLASS,
        Item::Schedule(_) => SymbolKind::METHOD,
        Item::Dataset(_) => SymbolKind::STRUCT,
        Item::Pipeline(_) => SymbolKind::OBJECT,
        Item::Experiment(_) => SymbolKind::EVENT,
    }
}

/// Brackets over several lines, and runs of comments.
pub fn folds(text: &str) -> Vec<FoldingRange> {
    let mut found = vec![];
    let mut open: Vec<(char, usize)> = vec![];
    let mut comment: Option<usize> = None;
    let fold = |start: usize, end: usize, kind| FoldingRange {
        start_line: start as u32,
        end_line: end as u32,
        kind,
        ..FoldingRange::default()
    };
    for (number, line) in text.lines().enumerate() {
        let is_comment = line.trim_start().starts_with("//");
        match (is_comment, comment) {
            (true, None) => comment = Some(number),
            (false, Some(first)) => {
                if first + 1 < number {
                    found.push(fold(first, number - 1, Some(FoldingRangeKind::Comment)));
                }
                comment = None;
            }
            (true, Some(_)) | (false, None) => {}
        }
        for mark in code(line) {
            match mark {
                '{' | '(' | '[' => open.push((mark, number)),
                '}' | ')' | ']' => {
                    if let Some((_, first)) = open.pop().filter(|(_, first)| *first < number) {
                        // The closing bracket stays in sight.
                        found.push(fold(first, number - 1, None));
                    }
                }
                _ => {}
            }
        }
    }
    found.retain(|fold| fold.end_line > fold.start_line);
    found.sort_by_key(|fold| (fold.start_line, fold.end_line));
    found
}

/// The characters of a line that are in no comment and in no string.
pub fn code(line: &str) -> impl Iterator<Item = char> + '_ {
    let mut within = None;
    let mut letters = line.chars().peekable();
    std::iter::from_fn(move || {
        loop {
            let letter = letters.next()?;
            match (within, letter) {
                (None, '"') => within = Some('"'),
                (Some('"'), '\\') => {
                    letters.next();
                }
                (Some(quote), end) if quote == end => within = None,
                (None, '/') if letters.peek() == Some(&'/') => return None,
                (None, other) => return Some(other),
                (Some(_), _) => {}
            }
        }
    })
}

/// What a selection at an offset grows to: the name, the brackets around it, the item, the text.
pub fn selection(analysis: &Analysis, offset: usize) -> SelectionRange {
    let entry = analysis.entry();
    let text = &analysis.source(entry).text;
    let places = analysis.places(entry);
    let mut spans = vec![Span::new(entry, 0, text.len())];
    let items = analysis.program.files.first().map_or(&[][..], |file| &file.tree.items);
    spans.extend(items.iter().filter_map(|item| item.header()).map(|header| header.span));
    spans.extend(brackets(text).into_iter().map(|(start, end)| Span::new(entry, start, end)));
    let line = text[..offset].rfind('\n').map_or(0, |at| at + 1);
    let end = text[offset..].find('\n').map_or(text.len(), |at| offset + at);
    let blank = text[line..end].len() - text[line..end].trim_start().len();
    spans.push(Span::new(entry, (line + blank).min(offset), end));
    spans.extend(analysis.mention(offset).map(|mention| mention.span));
    spans.retain(|span| span.start as usize <= offset && offset <= span.end as usize);
    spans.sort_by_key(|span| (std::cmp::Reverse(span.end - span.start), span.start));
    spans.dedup();
    let mut grown: Option<SelectionRange> = None;
    for span in spans {
        // One that only overlaps the last is left out: each holds the next.
        let range = places.range(span);
        let holds = grown.as_ref().is_none_or(|outer| outer.range.start <= range.start && range.end <= outer.range.end);
        if holds {
            grown = Some(SelectionRange { range, parent: grown.map(Box::new) });
        }
    }
    grown.unwrap_or(SelectionRange { range: places.whole(), parent: None })
}

/// What stands between brackets, those among them.
pub fn brackets(text: &str) -> Vec<(usize, usize)> {
    let (mut open, mut found, mut begin) = (vec![], vec![], 0);
    for line in text.split_inclusive('\n') {
        let mut at = begin;
        for mark in code(line) {
            let Some(found_at) = text[at..begin + line.len()].find(mark) else { continue };
            match mark {
                '{' | '(' | '[' => open.push(at + found_at),
                '}' | ')' | ']' => found.extend(open.pop().map(|start| (start, at + found_at + 1))),
                _ => {}
            }
            at += found_at + mark.len_utf8();
        }
        begin += line.len();
    }
    found
}
