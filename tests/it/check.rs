//! Case files of the checker: one mistake each. A file of `tests/cases/check` ends in all that is said of it, as comments
//! (`// Error: LINE:COL code message`, its further labels, its help) and nothing else may be said; `MHM_BLESS=1` renews them.

use mhm::cli::files;
use mhm::cli::named::{Links, named};
use mhm::diagnostic::{Diagnostic, Severity};
use mhm::source::SourceMap;
use mhm::span::Span;
use std::fs;

const FOLDER: &str = "tests/cases/check";

/// The text without the notes at its end.
fn program(text: &str) -> &str {
    let marks = ["// Error: ", "// Warning: "];
    marks.iter().filter_map(|mark| text.find(mark)).min().map_or(text, |at| &text[..at])
}

fn findings(name: &str, text: &str) -> (SourceMap, Vec<Diagnostic>) {
    let input = files::Input { name: name.into(), text: text.into() };
    let (program, _, diagnostics) = files::check(&input);
    (program.sources, diagnostics)
}

fn place(sources: &SourceMap, entry: &str, span: Span) -> String {
    let (source, at) = (sources.get(span.source), sources.position(span.source, span.start));
    let file = if source.name == entry { String::new() } else { format!("{} ", source.name) };
    format!("{file}{}:{}", at.line, at.column)
}

/// A diagnostic as the case files note it: `// Error: LINE:COL code message`, what its labels say, its help.
fn note(sources: &SourceMap, entry: &str, diagnostic: &Diagnostic) -> String {
    let word = match diagnostic.severity {
        Severity::Error => "Error",
        Severity::Warning => "Warning",
    };
    let at = place(sources, entry, diagnostic.span());
    let mut note = format!("// {word}: {at} {} {}\n", diagnostic.code, diagnostic.message);
    for label in diagnostic.labels.iter().filter(|l| !l.text.is_empty()) {
        note += &format!("//   {}: {}\n", place(sources, entry, label.span), label.text);
    }
    if let Some(help) = &diagnostic.help {
        // Lists of builtins grow; what is wrong does not.
        let help = help.split_once("s are: ").map_or(help.clone(), |(before, _)| format!("{before}s are: …"));
        note += &format!("//   help: {help}\n");
    }
    note
}

/// Every program below these folders.
pub fn programs(folders: &[String]) -> Vec<String> {
    named(folders, Links::default()).unwrap().into_iter().map(|file| file.name).collect()
}

#[test]
fn case_files_get_the_diagnostics_they_note() {
    let names = programs(&[FOLDER.into()]);
    let cases: Vec<_> = names.iter().filter(|n| !n.contains("/with/")).collect();
    assert!(cases.len() >= 70);
    let mut wrong = vec![];
    for name in cases {
        let text = fs::read_to_string(name).unwrap();
        let (sources, diagnostics) = findings(name, program(&text));
        let notes: String = diagnostics.iter().map(|d| note(&sources, name, d)).collect();
        assert!(!notes.is_empty() || std::env::var_os("MHM_BLESS").is_some(), "{name}: a case has a mistake");
        let blessed = format!("{}{notes}", program(&text));
        if std::env::var_os("MHM_BLESS").is_some() {
            fs::write(name, &blessed).unwrap();
        } else if blessed != text {
            wrong.push(format!("{name}:\n{notes}"));
        }
    }
    assert!(wrong.is_empty(), "{}\nMHM_BLESS=1 renews the notes", wrong.join("\n"));
}

#[test]
fn messages_can_be_understood_alone() {
    for name in programs(&[FOLDER.into()]) {
        let text = fs::read_to_string(&name).unwrap();
        for diagnostic in findings(&name, program(&text)).1 {
            let Diagnostic { message, labels, code, .. } = &diagnostic;
            assert!(!labels.is_empty(), "{name}: `{message}` has no place");
            assert!(!message.ends_with('.') && !message.contains('\n'), "{name}: `{message}`");
            assert!(code.chars().all(|c| c.is_ascii_lowercase() || c == '-'), "{name}: `{code}`");
        }
    }
}

#[test]
fn library_and_pipelines_are_clean() {
    let names = programs(&["stdlib".into(), "pipelines".into()]);
    for name in names {
        let text = fs::read_to_string(&name).unwrap();
        let (sources, diagnostics) = findings(&name, &text);
        let notes: String = diagnostics.iter().map(|d| note(&sources, &name, d)).collect();
        assert!(notes.is_empty(), "{name}:\n{notes}");
    }
}
