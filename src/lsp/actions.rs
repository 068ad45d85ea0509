//! What can be done about a finding: what it offers to write, and silence.

use super::Analysis;
use crate::diagnostic::{Diagnostic, Safety};
use crate::explain::pages;
use crate::span::Span;
use lsp_types::{
    CodeAction, CodeActionKind, DocumentChanges, OneOf, OptionalVersionedTextDocumentIdentifier, Range,
    TextDocumentEdit, TextEdit, Uri, WorkspaceEdit,
};

/// Of the findings that touch a range of the text.
pub fn actions(analysis: &Analysis, uri: &Uri, version: i32, range: Range) -> Vec<CodeAction> {
    let places = analysis.places(analysis.entry());
    let (start, end) = (places.offset(range.start) as u32, places.offset(range.end) as u32);
    let entry = analysis.entry();
    let touches = |span: Span| span.source == entry && span.start <= end && start <= span.end;
    let found: Vec<&Diagnostic> =
        analysis.found.iter().filter(|found| found.labels.iter().any(|label| touches(label.span))).collect();
    let mut actions: Vec<CodeAction> = found.iter().filter_map(|found| fix(analysis, uri, version, found)).collect();
    actions.extend(found.iter().filter_map(|found| allow(analysis, uri, version, found)));
    actions.dedup_by(|a, b| a.title == b.title && a.edit == b.edit);
    actions
}

/// Changes of one text.
pub fn edits(uri: &Uri, version: Option<i32>, edits: Vec<TextEdit>) -> TextDocumentEdit {
    TextDocumentEdit {
        text_document: OptionalVersionedTextDocumentIdentifier { uri: uri.clone(), version },
        edits: edits.into_iter().map(OneOf::Left).collect(),
    }
}

fn action(title: String, kind: CodeActionKind, uri: &Uri, version: i32, edit: TextEdit) -> CodeAction {
    let changes = DocumentChanges::Edits(vec![edits(uri, Some(version), vec![edit])]);
    let edit = WorkspaceEdit { document_changes: Some(changes), ..WorkspaceEdit::default() };
    CodeAction { title, kind: Some(kind), edit: Some(edit), ..CodeAction::default() }
}

/// What a finding offers to write.
fn fix(analysis: &Analysis, uri: &Uri, version: i32, found: &Diagnostic) -> Option<CodeAction> {
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
    let edit = TextEdit { range: analysis.range(fix.span), new_text: fix.replacement.clone() };
    let action = action(title, CodeActionKind::QUICKFIX, uri, version, edit);
    Some(CodeAction { is_preferred: Some(fix.safety == Safety::Safe), ..action })
}

/// `allow(…)` before the item that a lint stands in.
fn allow(analysis: &Analysis, uri: &Uri, version: i32, found: &Diagnostic) -> Option<CodeAction> {
    if !pages::lints().any(|page| page.name == found.code) {
        return None;
    }
    let at = found.labels.iter().map(|label| label.span).find(|span| span.source == analysis.entry())?;
    let items = &analysis.program.files.first()?.tree.items;
    let header =
        items.iter().filter_map(|item| item.header()).find(|header| at.within(header.span.to(header.name.span)))?;
    let text = &analysis.source(analysis.entry()).text;
    let edit = match header.allow.last() {
        Some(last) => TextEdit {
            range: analysis.range(Span { start: last.span.end, ..last.span }),
            new_text: format!(", {}", found.code),
        },
        None => {
            let begin = text[..header.span.start as usize].rfind('\n').map_or(0, |at| at + 1);
            let place = Span::new(analysis.entry(), begin, begin);
            TextEdit { range: analysis.range(place), new_text: format!("allow({})\n", found.code) }
        }
    };
    let title = format!("Allow `{}` in `{}`", found.code, header.name.node);
    Some(action(title, CodeActionKind::QUICKFIX, uri, version, edit))
}
