//! Diagnostics as text. Owns the three forms: frames around the source (miette), one line, JSON. The program alone
//! names miette here.

use crate::diagnostic::{Diagnostic, Safety, Severity};
use crate::source::SourceMap;
use crate::span::{SourceId, Span};
use clap::ValueEnum;
use console::Term;
use miette::{
    GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteError, MietteSpanContents, SourceCode, SourceSpan,
    SpanContents,
};
use serde_json::{Value, json};
use std::fmt;

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// The source with what is wrong in it, and what to do
    Full,
    /// `file:line:column: error[code]: message`
    Short,
    /// One JSON object a line
    Json,
}

/// How diagnostics are written.
#[derive(Clone, Copy, Debug)]
pub struct Renderer {
    pub format: Format,
    pub color: bool,
    /// Columns of the terminal.
    pub width: usize,
}

impl Renderer {
    /// One diagnostic, ending in a newline.
    pub fn render(&self, sources: &SourceMap, diagnostic: &Diagnostic) -> String {
        match self.format {
            Format::Full => self.full(sources, diagnostic),
            Format::Short => short(sources, diagnostic),
            Format::Json => json_line(sources, diagnostic),
        }
    }

    fn full(&self, sources: &SourceMap, diagnostic: &Diagnostic) -> String {
        let theme = if self.color { GraphicalTheme::unicode() } else { GraphicalTheme::unicode_nocolor() };
        let handler = GraphicalReportHandler::new_themed(theme).with_width(self.width).with_links(false);
        let joined = Joined::new(sources, diagnostic);
        let mut body = String::new();
        // Writing to a string cannot fail; a frame that cannot be drawn leaves the header.
        let _ = handler.render_report(&mut body, &Shown { diagnostic, joined });
        // miette begins with a line for the message; ours stands above, in the form editors know.
        let frame = body.lines().skip_while(|line| line.trim().is_empty()).skip(1);
        let frame: Vec<&str> = frame.map(|line| line.strip_prefix(' ').unwrap_or(line).trim_end()).collect();
        format!("{}\n{}\n\n", self.header(diagnostic), frame.join("\n").trim_end())
    }

    fn header(&self, diagnostic: &Diagnostic) -> String {
        let (word, code, message) = (severity(diagnostic), diagnostic.code, &diagnostic.message);
        let paint = match diagnostic.severity {
            _ if !self.color => return format!("{word}[mhm::{code}]: {message}"),
            Severity::Error => 31,
            Severity::Warning => 33,
        };
        format!("\x1b[1;{paint}m{word}[mhm::{code}]\x1b[0;1m: {message}\x1b[0m")
    }
}

/// "3 errors, 1 warning"; `None` where there is neither.
pub fn summary(errors: usize, warnings: usize) -> Option<String> {
    let count = |n: usize, noun: &str| match n {
        0 => None,
        1 => Some(format!("1 {noun}")),
        n => Some(format!("{n} {noun}s")),
    };
    let parts: Vec<String> = [count(errors, "error"), count(warnings, "warning")].into_iter().flatten().collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

/// Columns to write in: those of `COLUMNS`, else 100.
pub fn terminal_width() -> usize {
    let named = std::env::var("COLUMNS").ok().and_then(|c| c.parse::<usize>().ok());
    let seen = || Term::stdout().size_checked().map(|(_, columns)| usize::from(columns));
    named.or_else(seen).map_or(100, |c| c.clamp(40, 160))
}

fn severity(diagnostic: &Diagnostic) -> &'static str {
    match diagnostic.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    }
}

/// `file:line:column: error[mhm::code]: message`.
fn short(sources: &SourceMap, diagnostic: &Diagnostic) -> String {
    let span = diagnostic.span();
    let at = sources.position(span.source, span.start);
    let name = &sources.get(span.source).name;
    let (word, code) = (severity(diagnostic), diagnostic.code);
    format!("{name}:{}:{}: {word}[mhm::{code}]: {}\n", at.line, at.column, diagnostic.message)
}

fn json_line(sources: &SourceMap, diagnostic: &Diagnostic) -> String {
    let place = |span: Span| {
        let (start, end) = (sources.position(span.source, span.start), sources.position(span.source, span.end));
        json!({
            "file": sources.get(span.source).name,
            "bytes": [span.start, span.end],
            "start": { "line": start.line, "column": start.column },
            "end": { "line": end.line, "column": end.column },
        })
    };
    let with = |span: Span, key: &str, text: &str| {
        let mut value = place(span);
        value[key] = Value::from(text);
        value
    };
    let labels: Vec<Value> = diagnostic.labels.iter().map(|l| with(l.span, "text", &l.text)).collect();
    let value = json!({
        "severity": severity(diagnostic),
        "code": format!("mhm::{}", diagnostic.code),
        "message": diagnostic.message,
        "labels": labels,
        "help": diagnostic.help,
        "fix": diagnostic.fix.as_ref().map(|f| {
            let mut value = with(f.span, "replacement", &f.replacement);
            value["safe"] = Value::from(f.safety == Safety::Safe);
            value
        }),
    });
    format!("{value}\n")
}

/// A file that could not be read, in the form of a diagnostic without a place in a text.
pub fn unread_line(file: &str, why: &str) -> String {
    let value = json!({
        "severity": "error",
        "code": "mhm::unreadable-file",
        "message": why,
        "file": file,
        "labels": [],
        "help": null,
        "fix": null,
    });
    format!("{value}\n")
}

/// A diagnostic as miette sees it. The message is empty: [`Renderer::header`] writes it.
#[derive(Debug)]
struct Shown<'a> {
    diagnostic: &'a Diagnostic,
    joined: Joined<'a>,
}

impl fmt::Display for Shown<'_> {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        Ok(())
    }
}

impl std::error::Error for Shown<'_> {}

impl miette::Diagnostic for Shown<'_> {
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
        let all = &self.diagnostic.labels;
        // A place without words only says where; others beside it show that.
        let silent =
            |i: usize| all[i].text.is_empty() && all.iter().skip(1).any(|l| l.span.source == all[i].span.source);
        let labels = all.iter().enumerate().filter(move |(i, _)| !silent(*i)).map(|(i, label)| {
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

/// The sources a diagnostic speaks of, as one long text in the order of its labels: miette knows one source a report,
/// and shows a snippet of its own for each span that cannot be read together with the one before.
#[derive(Debug)]
struct Joined<'a> {
    /// Offset of its first byte in the whole, and the source.
    parts: Vec<(usize, SourceId, &'a crate::source::Source)>,
}

impl<'a> Joined<'a> {
    fn new(sources: &'a SourceMap, diagnostic: &Diagnostic) -> Self {
        let mut parts: Vec<(usize, SourceId, &crate::source::Source)> = vec![];
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
    fn read_span<'s>(
        &'s self,
        span: &SourceSpan,
        before: usize,
        after: usize,
    ) -> Result<Box<dyn SpanContents<'s> + 's>, MietteError> {
        let (offset, _, source) =
            self.parts.iter().rev().find(|(offset, _, _)| *offset <= span.offset()).ok_or(MietteError::OutOfBounds)?;
        let inner = SourceSpan::from((span.offset() - offset, span.len()));
        let read = source.text.as_str().read_span(&inner, before, after)?;
        let shifted = SourceSpan::from((read.span().offset() + offset, read.span().len()));
        let (data, line, column, count) = (read.data(), read.line(), read.column(), read.line_count());
        Ok(Box::new(MietteSpanContents::new_named(source.name.clone(), data, shifted, line, column, count)))
    }
}
