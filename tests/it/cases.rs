//! Programs with mistakes, and all that is said of each: files of `tests/cases`, which end in it as comments (`// Error:
//! LINE:COL code message`, further labels, help), and the failing programs of the manual, whose pages have it in a block of
//! their own. Nothing else may be said; `MHM_BLESS=1` renews both.

use crate::blessed;
use mhm::cli::files;
use mhm::cli::named::{Configured, Links, named};
use mhm::diagnostic::{Diagnostic, Severity};
use mhm::explain::pages;
use mhm::source::SourceMap;
use mhm::span::{SourceId, Span};
use std::fs;
use std::path::PathBuf;

/// A program and the file that has it.
pub struct Case {
    pub file: String,
    /// What the program is called while it is checked: it may use files beside it.
    pub name: String,
    pub program: String,
    kind: Kind,
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    /// A program with comments at its end; one that is parsed alone may use what there is not.
    Parsed,
    Checked,
    Page,
}

const MARKS: [&str; 2] = ["// Error: ", "// Warning: "];
const BLOCK: &str = "\n```text\n";

/// Every program below these folders.
pub fn programs(folders: &[String]) -> Vec<String> {
    named(folders, Links::default(), &Configured::default()).unwrap().into_iter().map(|file| file.name).collect()
}

/// The files of a folder of `tests/cases`, in order of names.
pub fn of(folder: &str) -> Vec<Case> {
    let kind = if folder == "parse" { Kind::Parsed } else { Kind::Checked };
    let names = programs(&[format!("tests/cases/{folder}")]).into_iter().filter(|name| !name.contains("/with/"));
    let read = |name: String| {
        let text = fs::read_to_string(&name).unwrap();
        let end = MARKS.iter().filter_map(|mark| text.find(mark)).min().unwrap_or(text.len());
        Case { file: name.clone(), name, program: text[..end].to_string(), kind }
    };
    names.map(read).collect()
}

/// The failing programs of the manual.
pub fn of_pages() -> Vec<Case> {
    let folders = [("codes", pages::codes().collect::<Vec<_>>()), ("lints", pages::lints().collect())];
    let case = |folder: &str, page: &pages::Page| {
        let file = format!("manual/{folder}/{}.md", page.name);
        let name = "tests/cases/manual/example.mhm".to_string();
        Some(Case { file, name, program: page.failing()?, kind: Kind::Page })
    };
    folders.iter().flat_map(|(folder, pages)| pages.iter().filter_map(move |page| case(folder, page))).collect()
}

/// Every case of the checker and of the linter.
pub fn all() -> Vec<Case> {
    of("check").into_iter().chain(of("lint")).chain(of_pages()).collect()
}

impl Case {
    pub fn findings(&self) -> (SourceMap, Vec<Diagnostic>) {
        match self.kind {
            Kind::Parsed => {
                let mut sources = SourceMap::default();
                let id = sources.add(&self.name, &self.program);
                let (_, diagnostics) = mhm::syntax::parse(&sources, id);
                (sources, diagnostics)
            }
            Kind::Checked | Kind::Page => findings(&self.name, &self.program),
        }
    }

    fn notes(&self) -> String {
        let (sources, diagnostics) = self.findings();
        diagnostics.iter().map(|d| note(&sources, d)).collect()
    }

    /// The file, with these notes in the place of its own.
    fn noted(&self, text: &str, notes: &str) -> String {
        match self.kind {
            Kind::Parsed | Kind::Checked => {
                let comments: String = notes.lines().map(|line| format!("// {line}\n")).collect();
                format!("{}{comments}", self.program)
            }
            Kind::Page => format!("{}{BLOCK}{notes}```\n", text.split(BLOCK).next().unwrap_or_default()),
        }
    }
}

/// What is said of a program.
pub fn findings(name: &str, text: &str) -> (SourceMap, Vec<Diagnostic>) {
    let (program, _, diagnostics) = files::check(&files::Input { name: name.into(), text: text.into() });
    (program.sources, diagnostics)
}

/// `4:7`, or `std/schedule/Mhm.mhm 12:3` in another file.
fn place(sources: &SourceMap, span: Span) -> String {
    let at = sources.position(span.source, span.start);
    let file = if span.source == SourceId(0) { String::new() } else { format!("{} ", sources.get(span.source).name) };
    format!("{file}{}:{}", at.line, at.column)
}

/// A finding as it is noted: where it is, its code, its message, what its labels say, its help.
fn note(sources: &SourceMap, diagnostic: &Diagnostic) -> String {
    let word = match diagnostic.severity {
        Severity::Error => "Error",
        Severity::Warning => "Warning",
    };
    let at = place(sources, diagnostic.span());
    let mut note = format!("{word}: {at} {} {}\n", diagnostic.code, diagnostic.message);
    for label in diagnostic.labels.iter().filter(|l| !l.text.is_empty()) {
        note += &format!("  {}: {}\n", place(sources, label.span), label.text);
    }
    if let Some(help) = &diagnostic.help {
        // Lists of builtins grow; what is wrong does not.
        let help = help.split_once("s are: ").map_or(help.clone(), |(before, _)| format!("{before}s are: …"));
        note += &format!("  help: {help}\n");
    }
    note
}

#[test]
fn every_program_gets_the_findings_it_notes() {
    let cases = all();
    assert!(cases.len() > 300);
    let noted = |case: Case| {
        let text = fs::read_to_string(&case.file).unwrap();
        (PathBuf::from(&case.file), case.noted(&text, &case.notes()))
    };
    blessed::hold(cases.into_iter().chain(of("parse")).map(noted));
}

#[test]
fn messages_can_be_understood_alone() {
    for case in all() {
        let (file, found) = (&case.file, case.findings().1);
        assert!(
            case.kind != Kind::Checked || file.contains("/lint/") || !found.is_empty(),
            "{file}: a case has a mistake"
        );
        for Diagnostic { message, labels, code, .. } in &found {
            assert!(!labels.is_empty(), "{file}: `{message}` has no place");
            assert!(!message.ends_with('.') && !message.contains('\n'), "{file}: `{message}`");
            assert!(code.chars().all(|c| c.is_ascii_lowercase() || c == '-'), "{file}: `{code}`");
        }
    }
}
