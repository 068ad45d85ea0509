//! What is wrong with a program, as a value. Owns the type and its order; rendering is `cli/render.rs`.

use crate::span::Span;

/// One finding: message, labels, help, code, in the order a person reads them.
#[derive(Clone, Debug, PartialEq)]
pub struct Diagnostic {
    pub severity: Severity,
    /// Kebab-case, stable, without the `mhm::` prefix: `shape-mismatch`.
    pub code: &'static str,
    /// One line, understandable alone.
    pub message: String,
    /// The first label is where it is; the others say what it conflicts with.
    pub labels: Vec<Label>,
    /// What to do.
    pub help: Option<String>,
    /// A replacement of one place that mends it, where there is exactly one.
    pub fix: Option<Fix>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    Error,
    Warning,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Label {
    pub span: Span,
    pub text: String,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Fix {
    pub span: Span,
    pub replacement: String,
    pub safety: Safety,
}

/// Whether a replacement is surely what was meant, or a guess.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Safety {
    Safe,
    Unsafe,
}

impl Diagnostic {
    pub fn error(code: &'static str, message: impl Into<String>) -> Self {
        Self { severity: Severity::Error, code, message: message.into(), labels: vec![], help: None, fix: None }
    }

    pub fn warning(code: &'static str, message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(code, message) }
    }

    pub fn label(mut self, span: Span, text: impl Into<String>) -> Self {
        self.labels.push(Label { span, text: text.into() });
        self
    }

    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Offers a replacement that is surely meant: a mark, a character, a word of the same meaning.
    pub fn fix(self, span: Span, replacement: impl Into<String>) -> Self {
        self.offer(span, replacement, Safety::Safe)
    }

    /// Offers a replacement that may be meant.
    pub fn guess(self, span: Span, replacement: impl Into<String>) -> Self {
        self.offer(span, replacement, Safety::Unsafe)
    }

    /// Asks for another word, and offers it.
    pub fn did_you_mean(self, span: Span, (word, safety): (&str, Safety)) -> Self {
        self.help(format!("did you mean `{word}`?")).offer(span, word, safety)
    }

    pub fn offer(mut self, span: Span, replacement: impl Into<String>, safety: Safety) -> Self {
        self.fix = Some(Fix { span, replacement: replacement.into(), safety });
        self
    }

    /// Shows the call that led to a place inside the library first.
    pub fn blame(&mut self, call: Span) {
        self.labels.insert(0, Label { span: call, text: "in what this makes".into() });
        self.fix = None;
    }

    /// The place it is reported at.
    pub fn span(&self) -> Span {
        self.labels.first().map(|l| l.span).unwrap_or_default()
    }

    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

/// Sorts by place and drops what says the same of the same place twice.
pub fn tidy(diagnostics: &mut Vec<Diagnostic>) {
    // Stable: of two that say the same, the one found first stays.
    diagnostics.sort_by_key(|d| (d.span(), d.severity, d.code));
    diagnostics.dedup_by(|a, b| a.span() == b.span() && a.code == b.code);
}
