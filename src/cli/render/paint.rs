//! Colours of what is drawn, and rows with something at given columns.

use miette::Severity;
use unicode_width::UnicodeWidthStr;

/// What a piece of text is, by its colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    Error,
    Warning,
    /// A label that is not the first.
    Other,
    Quiet,
    Help,
}

impl Tone {
    pub fn of(severity: Option<Severity>) -> Self {
        match severity {
            Some(Severity::Error) | None => Tone::Error,
            Some(Severity::Warning) => Tone::Warning,
            Some(Severity::Advice) => Tone::Other,
        }
    }

    fn code(self) -> &'static str {
        match self {
            Tone::Error => "1;31",
            Tone::Warning => "1;33",
            Tone::Other => "36",
            Tone::Quiet => "2",
            Tone::Help => "1;36",
        }
    }
}

/// Whether colours are used.
#[derive(Clone, Copy, Debug)]
pub struct Paint {
    pub color: bool,
}

impl Paint {
    pub fn tone(self, text: &str, tone: Tone) -> String {
        if self.color { format!("\x1b[{}m{text}\x1b[0m", tone.code()) } else { text.into() }
    }
}

/// A line of output, filled from the left.
pub struct Row {
    text: String,
    column: usize,
    paint: Paint,
}

impl Row {
    pub fn new(paint: Paint) -> Self {
        Row { text: String::new(), column: 0, paint }
    }

    /// Puts a text at a column that is still free.
    pub fn put(&mut self, column: usize, text: &str, tone: Tone) {
        self.text += &" ".repeat(column.saturating_sub(self.column));
        self.text += &self.paint.tone(text, tone);
        self.column = self.column.max(column) + text.width();
    }

    pub fn text(&self) -> &str {
        &self.text
    }
}
