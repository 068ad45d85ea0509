//! What the checker found, as an editor shows it.

use super::Analysis;
use super::place::Places;
use crate::check::names::ItemId;
use crate::diagnostic::{Diagnostic, Severity};
use crate::span::{SourceId, Span};
use lsp_types::{DiagnosticRelatedInformation, DiagnosticSeverity, Location, NumberOrString, Uri};
use std::collections::{BTreeMap, BTreeSet};

/// Findings that touch the text that was named, by their first place in it; the other places are related ones. `uri` names the
/// file of a source.
pub fn findings(analysis: &Analysis, uri: &dyn Fn(SourceId) -> Option<Uri>) -> Vec<lsp_types::Diagnostic> {
    let entry = analysis.entry();
    let mut places: BTreeMap<SourceId, Places<'_>> = BTreeMap::from([(entry, analysis.places(entry))]);
    let mut shown: Vec<lsp_types::Diagnostic> = vec![];
    let mut known = BTreeSet::new();
    for found in &analysis.found {
        // As `mhm check` counts: what several items meet in one place is one finding.
        if !known.insert((found.span().source, found.span().start, found.code)) {
            continue;
        }
        for label in &found.labels {
            places.entry(label.span.source).or_insert_with(|| analysis.places(label.span.source));
        }
        // What is wrong in a file that this one uses stands at the head of this one.
        let own = found.labels.iter().find(|label| label.span.source == entry);
        let at = own.map_or_else(|| used_at(analysis, found.span().source), |label| label.span);
        let range = places[&entry].range(at);
        // The place itself is marked anyway.
        let others = found.labels.iter().filter(|label| label.span != at);
        let related = others.filter_map(|label| {
            let location =
                Location { uri: uri(label.span.source)?, range: places[&label.span.source].range(label.span) };
            Some(DiagnosticRelatedInformation { location, message: label.text.clone() })
        });
        shown.push(lsp_types::Diagnostic {
            range,
            severity: Some(severity(found)),
            code: Some(NumberOrString::String(found.code.into())),
            source: Some("mhm".into()),
            message: match own {
                Some(_) => message(found),
                None => format!("in `{}`: {}", analysis.source(found.span().source).name, message(found)),
            },
            related_information: Some(related.collect()),
            ..lsp_types::Diagnostic::default()
        });
    }
    shown
}

/// The `use` that brings a file in, or may have: what is wrong there stands at it.
fn used_at(analysis: &Analysis, source: SourceId) -> Span {
    let (program, entry) = (&analysis.program, analysis.entry());
    let brings = |items: &BTreeSet<ItemId>| items.iter().any(|id| program.files[id.file].id == source);
    let brought = program.files.first().map_or(&[][..], |file| &file.brought);
    let own = brought.iter().find(|(_, items)| brings(items)).or(brought.first());
    own.map_or(Span::new(entry, 0, 0), |(span, _)| *span)
}

fn severity(found: &Diagnostic) -> DiagnosticSeverity {
    match found.severity {
        Severity::Error => DiagnosticSeverity::ERROR,
        Severity::Warning => DiagnosticSeverity::WARNING,
    }
}

/// The message, what is said of its place, and what to do.
fn message(found: &Diagnostic) -> String {
    let place = found.labels.first().map(|label| format!(" ({})", label.text)).filter(|text| text.len() > 3);
    let help = found.help.as_ref().map(|help| format!("\nhelp: {help}")).unwrap_or_default();
    format!("{}{}{help}", found.message, place.unwrap_or_default())
}
