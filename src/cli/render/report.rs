//! A diagnostic as miette sees it. Owns how the sources that it speaks of make one text.

use crate::diagnostic::{Diagnostic, Severity};
use crate::source::{Source, SourceMap};
use crate::span::{SourceId, Span};
use miette::{LabeledSpan, MietteError, MietteSpanContents, SourceCode, SourceSpan, SpanContents};
use std::fmt;

#[derive(Debug)]
pub struct Report<'a> {
    diagnostic: &'a Diagnostic,
    joined: Joined<'a>,
}

impl<'a> Report<'a> {
    pub fn new(sources: &'a SourceMap, diagnostic: &'a Diagnostic) -> Self {
        Report { diagnostic, joined: Joined::new(sources, diagnostic) }
    }
}

impl fmt::Display for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.diagnostic.message)
    }
}

impl std::error::Error for Report<'_> {}

impl miette::Diagnostic for Report<'_> {
    fn code<'c>(&'c self) -> Option<Box<dyn fmt::Display + 'c>> {
        Some(Box::new(format!("mhm::{}", self.diagnostic.code)))
    }

    fn severity(&self) -> Option<miette::Severity> {
        Some(match self.diagnostic.severity {
            Severity::Error => miette::Severity::Error,
            Severity::Warning => miette::Severity::Warning,
        })
    }

    fn help<'h>(&'h self) -> Option<Box<dyn fmt::Display + 'h>> {
        self.diagnostic.help.as_ref().map(|help| Box::new(help) as Box<dyn fmt::Display + 'h>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(&self.joined)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let labels = self.diagnostic.labels.iter().enumerate().map(|(i, label)| {
            let at = SourceSpan::from((self.joined.start(label.span), label.span.range().len()));
            let text = Some(label.text.clone()).filter(|t| !t.is_empty());
            match i {
                0 => LabeledSpan::new_primary_with_span(text, at),
                _ => LabeledSpan::new_with_span(text, at),
            }
        });
        Some(Box::new(labels))
    }
}

/// The sources a diagnostic speaks of, as one long text in the order of its labels: miette knows one source a report.
#[derive(Debug)]
struct Joined<'a> {
    /// Offset of its first byte in the whole, and the source.
    parts: Vec<(usize, SourceId, &'a Source)>,
}

impl<'a> Joined<'a> {
    fn new(sources: &'a SourceMap, diagnostic: &Diagnostic) -> Self {
        let mut parts: Vec<(usize, SourceId, &Source)> = vec![];
        let mut offset = 0;
        for label in &diagnostic.labels {
            let id = label.span.source;
            if parts.iter().all(|(_, seen, _)| *seen != id) {
                parts.push((offset, id, sources.get(id)));
                // A gap keeps spans at the end of one text out of the next.
                offset += sources.get(id).text.len() + 2;
            }
        }
        Joined { parts }
    }

    fn start(&self, span: Span) -> usize {
        let offset = self.parts.iter().find(|(_, id, _)| *id == span.source).map_or(0, |(offset, _, _)| *offset);
        offset + span.start as usize
    }
}

impl SourceCode for Joined<'_> {
    /// The whole source that the span is in, however much around it is asked for.
    fn read_span<'s>(
        &'s self,
        span: &SourceSpan,
        _before: usize,
        _after: usize,
    ) -> Result<Box<dyn SpanContents<'s> + 's>, MietteError> {
        let part = self.parts.iter().rev().find(|(offset, ..)| *offset <= span.offset());
        let (offset, _, source) = part.ok_or(MietteError::OutOfBounds)?;
        let (text, all) = (source.text.as_bytes(), SourceSpan::from((*offset, source.text.len())));
        Ok(Box::new(MietteSpanContents::new_named(source.name.clone(), text, all, 0, 0, source.lines())))
    }
}
