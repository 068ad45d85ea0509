//! Canonical layout of a text. Owns the promise that formatting changes neither meaning nor comments and that a second
//! run changes nothing; `format/layout.rs` breaks lines, `format/spacing.rs` sets blanks.

mod layout;
mod spacing;
mod starts;

use super::parser::parse_alone;
use super::printer::print;
use super::token::{Kind, tokens};
use crate::diagnostic::Diagnostic;
use crate::span::{SourceId, Span};

/// The text in canonical layout: two blanks an indent, one statement a line, at most 100 columns. Every comment is kept.
/// A text with syntax errors is not formatted; its diagnostics are those of source 0.
pub fn format(text: &str) -> Result<String, Vec<Diagnostic>> {
    let source = SourceId::default();
    let (file, diagnostics) = parse_alone(text, source);
    if diagnostics.iter().any(Diagnostic::is_error) {
        return Err(diagnostics);
    }
    let tokens = tokens(text);
    let starts = starts::starts(&file, text, &tokens);
    let formatted = layout::layout(text, &tokens, &starts);
    let (again, found) = parse_alone(&formatted, source);
    if found.is_empty() && print(&again) == print(&file) && comments(&formatted) == comments(text) {
        return Ok(formatted);
    }
    let found = Diagnostic::error("format-bug", "formatting would change what this text means; it is left as it is");
    let found = found.label(Span::new(source, 0, 0), "this file");
    Err(vec![found.help("this is a fault of `mhm format`: please report the text")])
}

/// The comments of a text in order.
fn comments(text: &str) -> Vec<String> {
    let found = tokens(text).into_iter().filter(|t| matches!(t.kind, Kind::Comment | Kind::Doc));
    found.map(|t| t.text(text).to_owned()).collect()
}
