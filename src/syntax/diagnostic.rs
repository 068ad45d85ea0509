//! What is wrong with a program, as a value. Owns the type and its order; rendering is `cli/render.rs`.

use crate::span::Span;

/// One finding: message, labels, help, code, in the order a person reads them.
#[derive(Clone, Debug, PartialEq)]
pub struct Diagnostic {
    pub severity: Severity,
    /// Kebab-case, stable, without the `mhm::` prefix: `shape-mismatch`.
    pub code: &'static str,
    pub kind: Kind,
    /// One line, understandable alone.
    pub message: String,
    /// The first label is where it is; the others say what it conflicts with.
    pub labels: Vec<Label>,
    /// What to do.
    pub help: Option<String>,
    /// A replacement of one place that mends it, where there is exactly one.
    pub fix: Option<Fix>,
    /// What it follows from: where an error stands inside one of these places, this one is not said.
    pub follows: Vec<Span>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    Error,
    Warning,
}

impl Severity {
    pub fn word(self) -> &'static str {
        match self {
            Severity::Error => "error",
            Severity::Warning => "warning",
        }
    }
}

/// What a mistake is about, as far as what is said of it elsewhere hangs on that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A name that stands for nothing.
    Name,
    /// A value or an item of another kind than is taken, an argument that is not known or missing.
    Type,
    /// A value of the right kind that does not do, whoever uses it.
    Value,
    Other,
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
        Self {
            severity: Severity::Error,
            code,
            kind: Kind::Other,
            message: message.into(),
            labels: vec![],
            help: None,
            fix: None,
            follows: vec![],
        }
    }

    pub fn name_error(code: &'static str, message: impl Into<String>) -> Self {
        Self { kind: Kind::Name, ..Self::error(code, message) }
    }

    pub fn type_error(code: &'static str, message: impl Into<String>) -> Self {
        Self { kind: Kind::Type, ..Self::error(code, message) }
    }

    pub fn value_error(code: &'static str, message: impl Into<String>) -> Self {
        Self { kind: Kind::Value, ..Self::error(code, message) }
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

    pub fn follows(mut self, places: impl IntoIterator<Item = Span>) -> Self {
        self.follows.extend(places);
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

/// Findings that are kept of one check: whoever has more mends these first.
pub const MOST: usize = 1000;

/// Sorts by place, drops what says the same of the same place twice and what follows from something else, and what is more than
/// [`MOST`]: errors stay before warnings.
pub fn tidy(diagnostics: &mut Vec<Diagnostic>) {
    let mut errors: Vec<(Span, Vec<Span>)> =
        diagnostics.iter().filter(|d| d.is_error()).map(|d| (d.span(), d.follows.clone())).collect();
    errors.sort();
    let within = |place: Span, places: &[Span]| places.iter().any(|from| place.within(*from));
    let is_caused = |d: &Diagnostic, from: &Span| {
        let first = errors.partition_point(|(place, _)| (place.source, place.start) < (from.source, from.start));
        let inside =
            errors[first..].iter().take_while(|(place, _)| place.source == from.source && place.start <= from.end);
        let own = d.span();
        inside.into_iter().any(|(place, theirs)| *place != own && place.within(*from) && !within(own, theirs))
    };
    diagnostics.retain(|d| !d.follows.iter().any(|from| is_caused(d, from)));
    // Stable: of two that say the same, the one found first stays.
    diagnostics.sort_by_key(|d| (d.span(), d.severity, d.code));
    diagnostics.dedup_by(|a, b| a.span() == b.span() && a.code == b.code);
    if diagnostics.len() > MOST {
        let errors = diagnostics.iter().filter(|d| d.is_error()).count().min(MOST);
        let (mut errors, mut warnings) = (errors, MOST - errors);
        diagnostics.retain(|d| {
            let left = if d.is_error() { &mut errors } else { &mut warnings };
            let kept = *left > 0;
            *left = left.saturating_sub(1);
            kept
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::span::SourceId;

    #[test]
    fn what_follows_from_an_error_is_not_said() {
        let at = |start| Span::new(SourceId(0), start, start + 1);
        let found = |start: usize| Diagnostic::error("shape-mismatch", "").label(at(start), "");
        let mut both = vec![found(5).follows([at(1)]), found(1), found(7).follows([at(9)])];
        tidy(&mut both);
        assert_eq!(both.iter().map(|d| d.span().start).collect::<Vec<_>>(), [1, 7]);
        // Of two that follow from one another both stay.
        let mut each = vec![found(1).follows([at(2)]), found(2).follows([at(1)])];
        tidy(&mut each);
        assert_eq!(each.len(), 2);
    }

    #[test]
    fn of_very_many_errors_stay_before_warnings() {
        let at = |start| Span::new(SourceId(0), start, start + 1);
        let warning = |start| Diagnostic::warning("unused-let", "").label(at(start), "");
        let error = |start| Diagnostic::error("syntax", "").label(at(start), "");
        let mut all: Vec<Diagnostic> = (0..2 * MOST).map(warning).chain((0..10).map(|i| error(5 * MOST + i))).collect();
        tidy(&mut all);
        assert_eq!((all.len(), all.iter().filter(|d| d.is_error()).count()), (MOST, 10));
    }
}
