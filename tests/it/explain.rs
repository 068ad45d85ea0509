//! The manual: every code has a page and every page a code, every example does what it says.

use mhm::check::check;
use mhm::check::names::{Program, Reader};
use mhm::cli::files::Disk;
use mhm::diagnostic::Diagnostic;
use mhm::experiment::unsound;
use mhm::explain::codes::{Page, pages};
use mhm::explain::statements::statements;
use mhm::explain::{Answer, of, overview};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

const NAME: &str = "example.mhm";

/// The library, the example itself, and a file that examples may use.
struct Example(&'static str);

impl Reader for Example {
    fn library(&self, path: &str) -> Option<(String, String)> {
        Disk::default().library(path)
    }

    fn library_paths(&self) -> Vec<String> {
        Disk::default().library_paths()
    }

    fn file(&self, path: &str, _from: &str) -> Result<(String, String), String> {
        match path {
            "./example.mhm" => Ok((NAME.into(), self.0.into())),
            "./shapes.mhm" => Ok(("shapes.mhm".into(), "block Wide = linear(64)\n".into())),
            _ => Err("there is no such file".into()),
        }
    }
}

fn findings(text: &'static str) -> Vec<Diagnostic> {
    let (program, mut diagnostics) = Program::load(NAME, text, &Example(text));
    let (checked, found) = check(&program);
    diagnostics.extend(found);
    diagnostics.extend(checked.datasets.iter().flat_map(unsound));
    diagnostics
}

fn codes(text: &'static str) -> Vec<&'static str> {
    findings(text).iter().map(|d| d.code).collect()
}

#[test]
fn failing_examples_fail_with_their_code_and_mended_ones_are_clean() {
    let mut wrong = vec![];
    for Page { code, wrong: failing, right, .. } in pages().filter(|p| !p.wrong.is_empty()) {
        if codes(failing) != [*code] {
            wrong.push(format!("the failing example of `{code}` gets {:#?}", findings(failing)));
        }
        if !findings(right).is_empty() {
            wrong.push(format!("the mended example of `{code}` gets {:#?}", findings(right)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Every `.rs` file below a folder.
fn texts(folder: &Path, found: &mut Vec<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            texts(&path, found);
        } else if path.extension().is_some_and(|e| e == "rs") {
            found.push(fs::read_to_string(path).unwrap());
        }
    }
}

/// A module of `src` and all below it.
fn area(name: &str) -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(name);
    let mut found = vec![fs::read_to_string(root.with_extension("rs")).unwrap()];
    if root.is_dir() {
        texts(&root, &mut found);
    }
    found
}

/// Every `"mhm::…"` of the data's sources: their messages need no constructor of a known name.
fn data_codes() -> BTreeSet<String> {
    let texts = area("data");
    let found = texts.iter().flat_map(|t| t.split("\"mhm::").skip(1));
    found.filter_map(|rest| rest.split('"').next()).map(str::to_string).collect()
}

/// A code for every error that ends a training: `NoSamples` is `no-samples`.
fn run_codes() -> BTreeSet<String> {
    let texts = area("train");
    let (_, body) = texts.iter().find_map(|text| text.split_once("pub enum RunError {")).unwrap();
    let body = body.split("\n}").next().unwrap();
    let variants = body.lines().filter_map(|l| l.strip_prefix("    ").filter(|l| l.starts_with(char::is_uppercase)));
    let words = |variant: &str| {
        let mut code = String::new();
        for c in variant.chars().take_while(char::is_ascii_alphanumeric) {
            if c.is_uppercase() && !code.is_empty() {
                code.push('-');
            }
            code.push(c.to_ascii_lowercase());
        }
        code
    };
    variants.map(words).collect()
}

/// The text literal that follows at once, if one does.
fn literal(text: &str) -> Option<&str> {
    text.trim_start().strip_prefix('"')?.split('"').next()
}

#[test]
fn every_code_has_a_page_and_every_page_a_code() {
    let mut sources = vec![];
    // Lints document themselves.
    for place in ["check", "syntax", "experiment"] {
        sources.extend(area(place));
    }
    let sources: Vec<&str> = sources.iter().map(|s| s.split("#[cfg(test)]").next().unwrap()).collect();
    let made = ["Diagnostic::error(", "Diagnostic::warning("];
    let mut codes: BTreeSet<&str> =
        sources.iter().flat_map(|s| made.iter().flat_map(|m| s.split(m).skip(1).filter_map(literal))).collect();
    let (data, run) = (data_codes(), run_codes());
    assert!(data.len() > 20 && run.len() > 2, "{data:?} {run:?}");
    codes.extend(data.iter().chain(&run).map(String::as_str));
    let documented: BTreeSet<&str> = pages().map(|p| p.code).collect();
    assert_eq!(documented.len(), pages().count(), "a code has one page");
    let missing: Vec<_> = codes.difference(&documented).collect();
    assert!(missing.is_empty(), "codes without a page: {missing:?}");
    let made = |code: &str| codes.contains(code) || sources.iter().any(|s| s.contains(&format!("\"{code}\"")));
    let idle: Vec<_> = documented.iter().filter(|c| !made(c)).collect();
    assert!(idle.is_empty(), "pages without a code: {idle:?}");
}

#[test]
fn everything_listed_can_be_explained() {
    let listed = overview();
    // Further in stand other words of the line above.
    let entries = listed.lines().filter_map(|l| l.strip_prefix("  ")).filter(|l| !l.starts_with(' '));
    let names: Vec<&str> = entries.filter_map(|l| l.split_whitespace().next()).collect();
    assert!(names.len() > 80);
    for name in names {
        assert!(matches!(of(name), Answer::Page(_)), "`{name}`");
    }
    assert_eq!(of("mhm::shape-mismatch"), of("shape-mismatch"));
    assert_eq!(of("std.schedule.Mhm"), of("Mhm"));
    assert_eq!(of("shape-mismach"), Answer::Unknown(Some("shape-mismatch".into())));
}

#[test]
fn examples_of_statements_are_clean_and_have_their_word() {
    let mut wrong = vec![];
    for statement in statements() {
        let found = findings(statement.example);
        if !found.is_empty() {
            wrong.push(format!("the example of `{}` gets {found:#?}", statement.words[0]));
        }
        assert!(!statement.form.trim().is_empty() && statement.meaning.ends_with('.'), "{:?}", statement.words);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_word_of_the_grammar_has_a_page() {
    let grammar = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("grammar/mhm.pest")).unwrap();
    let code = grammar.lines().filter(|l| !l.starts_with("//"));
    let is_word = |w: &&str| w.len() > 1 && w.chars().all(|c| c.is_ascii_lowercase());
    let words: BTreeSet<&str> = code.flat_map(|l| l.split('"').skip(1).step_by(2)).filter(is_word).collect();
    assert!(words.len() > 60, "{words:?}");
    let explained: BTreeSet<&str> = statements().flat_map(|s| s.words.iter().copied()).collect();
    let missing: Vec<_> = words.difference(&explained).collect();
    assert!(missing.is_empty(), "words without a page: {missing:?}");
    for word in explained.iter().chain(&[
        "test_error",
        "validation_loss",
        "test_gap",
        "fresh_gs",
        "test_missing",
        "test_loss_noisy_audio",
        "night_shift_gs_harnessed",
        "gs",
        "GS",
        "gs_harnessed",
        "missing",
        "hitting",
        "gap",
        "without",
        "noisy",
    ]) {
        assert!(matches!(of(word), Answer::Page(_)), "`{word}`");
    }
}
