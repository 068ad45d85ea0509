//! Diagnostics as text. Owns the three forms: frames around the source (a handler of miette's reports), one line, JSON. The
//! program alone names miette here.

mod frame;
pub mod listed;
mod page;
mod paint;
mod report;
#[cfg(test)]
mod tests;

use crate::diagnostic::{Diagnostic, Safety};
use crate::source::SourceMap;
use crate::span::Span;
use crate::visible::{picture, visible};
use clap::ValueEnum;
use console::Term;
use listed::Listed;
use miette::ReportHandler;
use paint::{Paint, Tone};
use report::Report;
use serde_json::{Value, json};
use std::fmt;

/// Of the lines of JSON, which `docs/formats.md` tells of: another one where a field goes or means something else.
pub const VERSION: u32 = 1;

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// The source with what is wrong in it, and what to do
    Full,
    /// `file:line:column: error[code]: message`
    Short,
    /// One JSON object a line
    Json,
    /// Annotations of a GitHub workflow, one a line
    Github,
    /// A code quality report for GitLab
    Gitlab,
    /// SARIF 2.1.0, as code scanning services read it
    Sarif,
    /// A JUnit report, a suite a file
    Junit,
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
            Format::Github => Listed::of(sources, diagnostic).github(),
            // They are one document, which is written when all is found.
            Format::Gitlab | Format::Sarif | Format::Junit => String::new(),
        }
    }

    fn full(&self, sources: &SourceMap, diagnostic: &Diagnostic) -> String {
        let handler = Frames { color: self.color, width: self.width };
        Drawn { handler: &handler, report: &Report::new(sources, diagnostic) }.to_string()
    }
}

/// miette's reports, drawn here.
#[derive(Clone, Copy, Debug)]
struct Frames {
    color: bool,
    width: usize,
}

impl ReportHandler for Frames {
    fn debug(&self, diagnostic: &dyn miette::Diagnostic, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let paint = Paint { color: self.color };
        writeln!(f, "{}", self.header(diagnostic))?;
        f.write_str(&frame::frames(diagnostic, paint, self.width))?;
        let help = diagnostic.help().map(|help| help.to_string()).unwrap_or_default();
        let room = self.width.saturating_sub(7);
        for (i, line) in help.lines().flat_map(|line| frame::wrapped(&visible(line), room)).enumerate() {
            match i {
                0 => writeln!(f, " {} {line}", paint.tone("help:", Tone::Help))?,
                _ => writeln!(f, "       {line}")?,
            }
        }
        writeln!(f)
    }
}

impl Frames {
    fn header(&self, diagnostic: &dyn miette::Diagnostic) -> String {
        let word = match diagnostic.severity() {
            Some(miette::Severity::Error) | None => "error",
            Some(miette::Severity::Warning) => "warning",
            Some(miette::Severity::Advice) => "advice",
        };
        let code = diagnostic.code().map(|code| format!("[{code}]")).unwrap_or_default();
        let (title, message) = (format!("{word}{code}"), diagnostic.to_string());
        let message = visible(&message);
        if !self.color {
            return format!("{title}: {message}");
        }
        let title = Paint { color: true }.tone(&title, Tone::of(diagnostic.severity()));
        format!("{title}\x1b[1m: {message}\x1b[0m")
    }
}

/// A report as its handler shows it.
struct Drawn<'a> {
    handler: &'a dyn ReportHandler,
    report: &'a dyn miette::Diagnostic,
}

impl fmt::Display for Drawn<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.handler.debug(self.report, f)
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

/// `file:line:column: error[mhm::code]: message`.
fn short(sources: &SourceMap, diagnostic: &Diagnostic) -> String {
    let span = diagnostic.span();
    let at = sources.position(span.source, span.start);
    let (name, message) = (visible(&sources.get(span.source).name), visible(&diagnostic.message));
    let (word, code) = (diagnostic.severity.word(), diagnostic.code);
    format!("{name}:{}:{}: {word}[mhm::{code}]: {message}\n", at.line, at.column)
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
        "version": VERSION,
        "severity": diagnostic.severity.word(),
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
    escaped(&value.to_string()) + "\n"
}

/// The same in one line, as short as the others.
pub fn unread_short(file: &str, why: &str) -> String {
    format!("{}:1:1: error[mhm::unreadable-file]: {}\n", visible(file), visible(why))
}

/// A file that could not be read, in the form of a diagnostic without a place in a text.
pub fn unread_line(file: &str, why: &str) -> String {
    let value = json!({
        "version": VERSION,
        "severity": "error",
        "code": "mhm::unreadable-file",
        "message": why,
        "file": file,
        "labels": [],
        "help": null,
        "fix": null,
    });
    escaped(&value.to_string()) + "\n"
}

/// JSON in which nothing steers a terminal: what [`picture`] stands for is written by its number.
fn escaped(json: &str) -> String {
    let safe = |c: char| if picture(c).is_some() { format!("\\u{:04x}", c as u32) } else { c.into() };
    json.chars().map(safe).collect()
}
