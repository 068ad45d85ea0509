//! What can be done about a finding: what it offers to write, and silence; and what can be made of a selection.

mod extract;
mod missing;

use super::Analysis;
use crate::check::Checked;
use crate::diagnostic::{Diagnostic, Safety};
use crate::explain::pages;
use crate::span::Span;
use lsp_types::{
    CodeAction, CodeActionKind, DocumentChanges, OneOf, OptionalVersionedTextDocumentIdentifier, Range,
    TextDocumentEdit, TextEdit, Uri, WorkspaceEdit,
};
use std::collections::BTreeSet;

/// What an action writes: its title, and texts for places of the text that was named.
#[derive(Debug)]
struct Change {
    title: String,
    edits: Vec<(Span, String)>,
}

/// A text in the place of the one that was named, checked.
pub type Checks<'a> = &'a dyn Fn(&str) -> (Checked, Vec<Diagnostic>);

/// Of the findings that touch a range of the text, and of the range itself. What is made of the range is offered where the text then
/// says the same, and nothing is wrong that was right: `checks` tells.
pub fn actions(analysis: &Analysis, uri: &Uri, version: i32, range: Range, checks: Checks<'_>) -> Vec<CodeAction> {
    let places = analysis.places(analysis.entry());
    let (start, end) = (places.offset(range.start) as u32, places.offset(range.end) as u32);
    let entry = analysis.entry();
    let touches = |span: Span| span.source == entry && span.start <= end && start <= span.end;
    let found: Vec<&Diagnostic> =
        analysis.found.iter().filter(|found| found.labels.iter().any(|label| touches(label.span))).collect();
    let of = |kind: CodeActionKind, change: Change| action(analysis, kind, uri, version, change);
    let mut actions: Vec<CodeAction> = vec![];
    for found in &found {
        let fixed = fix(analysis, found).map(|change| of(CodeActionKind::QUICKFIX, change));
        let safe = found.fix.as_ref().is_some_and(|fix| fix.safety == Safety::Safe);
        actions.extend(fixed.map(|action| CodeAction { is_preferred: Some(safe), ..action }));
    }
    let silence = found.iter().filter_map(|found| allow(analysis, found));
    actions.extend(silence.map(|change| of(CodeActionKind::QUICKFIX, change)));
    let added = missing::phase(analysis, start as usize).filter(|change| rights(analysis, change, checks).is_some());
    actions.extend(added.map(|change| of(CodeActionKind::QUICKFIX, change)));
    let selected = Span { source: entry, start, end };
    let extracted = extract::block(analysis, selected).or_else(|| extract::alias(analysis, start as usize));
    let extracted = extracted.filter(|change| {
        rights(analysis, change, checks).is_some_and(|checked| says_the_same(&analysis.checked, &checked))
    });
    actions.extend(extracted.map(|change| of(CodeActionKind::REFACTOR_EXTRACT, change)));
    actions.dedup_by(|a, b| a.title == b.title && a.edit == b.edit);
    actions
}

/// What a change makes of the text, where it brings no error.
fn rights(analysis: &Analysis, change: &Change, checks: Checks<'_>) -> Option<Checked> {
    let mut text = analysis.source(analysis.entry()).text.to_string();
    let mut edits: Vec<&(Span, String)> = change.edits.iter().collect();
    edits.sort_by_key(|(span, _)| std::cmp::Reverse(span.start));
    edits.iter().for_each(|(span, new)| text.replace_range(span.range(), new));
    let (checked, found) = checks(&text);
    let errors = |found: &[Diagnostic]| found.iter().filter(|found| found.is_error()).count();
    (errors(&found) <= errors(&analysis.found)).then_some(checked)
}

/// Whether every network, schedule, dataset and pipeline of a text is there in another.
fn says_the_same(before: &Checked, after: &Checked) -> bool {
    fn texts<T: std::fmt::Display>(all: &[T]) -> BTreeSet<String> {
        all.iter().map(ToString::to_string).collect()
    }
    let arms = |checked: &Checked| -> Vec<String> {
        let arms = checked.experiments.iter().flat_map(|experiment| experiment.arms.iter().take(ARMS));
        arms.map(|arm| arm.pipeline.to_string()).collect()
    };
    texts(&before.networks).is_subset(&texts(&after.networks))
        && texts(&before.pipelines).is_subset(&texts(&after.pipelines))
        && arms(before) == arms(after)
}

/// Arms that are held against each other.
const ARMS: usize = 24;

/// Changes of one text.
pub fn edits(uri: &Uri, version: Option<i32>, edits: Vec<TextEdit>) -> TextDocumentEdit {
    TextDocumentEdit {
        text_document: OptionalVersionedTextDocumentIdentifier { uri: uri.clone(), version },
        edits: edits.into_iter().map(OneOf::Left).collect(),
    }
}

fn action(analysis: &Analysis, kind: CodeActionKind, uri: &Uri, version: i32, change: Change) -> CodeAction {
    let edit = |(span, new_text)| TextEdit { range: analysis.range(span), new_text };
    let changed = edits(uri, Some(version), change.edits.into_iter().map(edit).collect());
    let changes = DocumentChanges::Edits(vec![changed]);
    let edit = WorkspaceEdit { document_changes: Some(changes), ..WorkspaceEdit::default() };
    CodeAction { title: change.title, kind: Some(kind), edit: Some(edit), ..CodeAction::default() }
}

/// What a finding offers to write.
fn fix(analysis: &Analysis, found: &Diagnostic) -> Option<Change> {
    let fix = found.fix.as_ref().filter(|fix| fix.span.source == analysis.entry())?;
    let old = analysis.program.sources.text(fix.span);
    let short = |text: &str| {
        let line = text.trim().lines().next().unwrap_or_default();
        if line.chars().count() > 40 {
            format!("{}…", line.chars().take(39).collect::<String>())
        } else {
            line.into()
        }
    };
    let title = match (old.trim().is_empty(), fix.replacement.trim().is_empty()) {
        (_, true) => format!("Take out `{}`", short(old)),
        (true, false) => format!("Write `{}`", short(&fix.replacement)),
        (false, false) => format!("Write `{}` for `{}`", short(&fix.replacement), short(old)),
    };
    Some(Change { title, edits: vec![(fix.span, fix.replacement.clone())] })
}

/// `allow(…)` before the item that a lint stands in.
fn allow(analysis: &Analysis, found: &Diagnostic) -> Option<Change> {
    if !pages::lints().any(|page| page.name == found.code) {
        return None;
    }
    let at = found.labels.iter().map(|label| label.span).find(|span| span.source == analysis.entry())?;
    let items = &analysis.program.files.first()?.tree.items;
    let header =
        items.iter().filter_map(|item| item.header()).find(|header| at.within(header.span.to(header.name.span)))?;
    let text = &analysis.source(analysis.entry()).text;
    let edit = match header.allow.last() {
        Some(last) => (Span { start: last.span.end, ..last.span }, format!(", {}", found.code)),
        None => {
            let begin = text[..header.span.start as usize].rfind('\n').map_or(0, |at| at + 1);
            (Span::new(analysis.entry(), begin, begin), format!("allow({})\n", found.code))
        }
    };
    Some(Change { title: format!("Allow `{}` in `{}`", found.code, header.name.node), edits: vec![edit] })
}
