//! Help, taken at its word: what a finding offers instead of what stands there, and what it says to write, mends what it
//! was found for and brings nothing new.

use crate::cases::{Case, all, findings};
use mhm::diagnostic::{Diagnostic, Severity};
use mhm::source::SourceMap;
use mhm::span::SourceId;
use std::collections::BTreeMap;

/// Helps whose code is an example of a form or needs a second step, by a piece of their text.
const EXAMPLES: &[&str] = &[
    "write `from \"data/digits.npz\"`",
    "the dataset can declare",
    "give each a phase of its own",
    "leave the `softmax` out",
    "read another array or column",
    "to a table, or remove them",
    "name it after an output, as in",
];

/// What is said and how often, without its place. Advice that comes once nothing is wrong is nothing new.
type Said = BTreeMap<(Severity, &'static str, String), usize>;

fn said(diagnostics: &[Diagnostic]) -> Said {
    let mut said = Said::new();
    diagnostics.iter().for_each(|d| *said.entry(key(d)).or_default() += 1);
    said
}

fn key(diagnostic: &Diagnostic) -> (Severity, &'static str, String) {
    (diagnostic.severity, diagnostic.code, diagnostic.message.clone())
}

fn errors(said: &Said) -> usize {
    said.iter().filter(|((severity, ..), _)| *severity == Severity::Error).map(|(_, n)| n).sum()
}

/// Whether `text` has this finding once less, and no error that was not there before.
fn mends(name: &str, text: &str, of: &Diagnostic, before: &Said) -> bool {
    let after = said(&findings(name, text).1);
    let own = key(of);
    after.get(&own) < before.get(&own)
        && after.iter().all(|(key, n)| key.0 == Severity::Warning || before.get(key).is_some_and(|old| n <= old))
}

#[test]
fn what_is_offered_mends_what_it_is_offered_for() {
    let mut wrong = vec![];
    for Case { name, program: text, .. } in all() {
        let (_, diagnostics) = findings(&name, &text);
        let before = said(&diagnostics);
        for diagnostic in &diagnostics {
            let Some(fix) = diagnostic.fix.as_ref().filter(|fix| fix.span.source == SourceId(0)) else { continue };
            let mut mended = text.clone();
            mended.replace_range(fix.span.range(), &fix.replacement);
            let after = said(&findings(&name, &mended).1);
            // Another mistake may have hidden behind this one.
            let gone = after.get(&key(diagnostic)) < before.get(&key(diagnostic));
            if !gone || errors(&after) > errors(&before) {
                wrong.push(format!("{name}: {} → {:?}", diagnostic.message, fix.replacement));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The pieces of code in a help, as far as they are whole.
fn snippets(help: &str) -> Vec<&str> {
    help.split('`').skip(1).step_by(2).filter(|code| !code.contains('…') && !code.starts_with("mhm ")).collect()
}

/// All texts in which the code stands where a reader may put it: instead of a marked place, of its line or of a part of it, as
/// a line above or below, at the top, or at either end of the braces around.
fn placed(sources: &SourceMap, text: &str, diagnostic: &Diagnostic, code: &str) -> Vec<String> {
    let mut texts = vec![];
    let mut replace = |from: usize, to: usize, with: &str| {
        let mut new = text.to_string();
        new.replace_range(from..to, with);
        texts.push(new);
    };
    for label in diagnostic.labels.iter().filter(|label| label.span.source == SourceId(0)) {
        let (start, end) = (label.span.start as usize, label.span.end as usize);
        let line = sources.position(SourceId(0), label.span.start).line;
        let (at, whole) = sources.line(SourceId(0), line);
        let (at, to) = (at as usize, at as usize + whole.len());
        let indent = &whole[..whole.len() - whole.trim_start().len()];
        replace(start, end, code);
        replace(end, end, &format!(" {code}"));
        replace(start, start, &format!("{code} "));
        replace(end, end, &format!(", {code}"));
        // From where the code's first word stands to any later place of the line, with the code or without it.
        let first = code.split([' ', '(', '[', ':']).next().filter(|word| !word.is_empty());
        for (i, _) in whole.match_indices(first.unwrap_or("\n")) {
            let ends = whole[i..].char_indices().filter(|(_, c)| " ,)}".contains(*c)).map(|(n, _)| i + n);
            for until in ends.chain([whole.len()]) {
                replace(at + i, at + until, code);
                replace(at + i, at + until, "");
            }
        }
        replace(at, to, &format!("{indent}{code}"));
        replace(to, to, &format!("\n{indent}{code}"));
        replace(at, at, &format!("{indent}{code}\n"));
        if let Some(open) = text[start..].find('{').map(|i| start + i + 1) {
            replace(open, open, &format!("\n  {code}\n"));
            replace(open - 1, open - 1, &format!("{code} "));
        }
        if let Some(close) = text[start..].find("\n}").map(|i| start + i + 1) {
            replace(close, close, &format!("  {code}\n"));
        }
        // A part of what is marked, up to a word that goes on.
        for (i, _) in text[start..end].match_indices(' ') {
            replace(start, start + i, code);
            replace(start + i + 1, end, code);
        }
        if let Some(first) = code.split([' ', '(', '[', ':']).next().filter(|w| !w.is_empty()) {
            for (i, _) in text.match_indices(first) {
                let line_end = text[i..].find('\n').map_or(text.len(), |n| i + n);
                let word = text[i..].find(|c: char| !(c.is_alphanumeric() || c == '_')).map_or(text.len(), |n| i + n);
                let call = text[i..line_end].find(')').map(|n| i + n + 1);
                replace(i, line_end, code);
                replace(i, word, code);
                if let Some(call) = call {
                    replace(i, call, code);
                }
            }
        }
    }
    replace(0, 0, &format!("{code}\n"));
    texts
}

#[test]
fn what_help_says_to_write_mends_what_it_is_said_for() {
    let mut wrong = vec![];
    for Case { name, program: text, .. } in all() {
        let (sources, diagnostics) = findings(&name, &text);
        let before = said(&diagnostics);
        for diagnostic in &diagnostics {
            let Some(help) = diagnostic.help.as_deref().filter(|_| diagnostic.fix.is_none()) else { continue };
            let says_so =
                ["write `", "add `", "leave ", "declare `", "name it "].iter().any(|word| help.contains(word));
            if !says_so || help.contains('…') || EXAMPLES.iter().any(|example| help.contains(example)) {
                continue;
            }
            let codes = snippets(help);
            let all = codes.join("\n  ");
            let mut tried = codes.iter().copied().chain([all.as_str()]);
            let mut helps = |code: &str| {
                placed(&sources, &text, diagnostic, code).iter().any(|new| mends(&name, new, diagnostic, &before))
            };
            if !codes.is_empty() && !tried.any(&mut helps) {
                wrong.push(format!("{name}: {}\n    {help}", diagnostic.message));
            }
        }
    }
    assert!(wrong.is_empty(), "{} helps\n{}", wrong.len(), wrong.join("\n"));
}
