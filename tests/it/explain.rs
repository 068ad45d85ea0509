//! The manual: every code has a page and every page a code, every example does what it says.

use mhm::check::check;
use mhm::check::names::{Program, Reader};
use mhm::cli::files::Disk;
use mhm::diagnostic::Diagnostic;
use mhm::experiment::unsound;
use mhm::explain::codes::{Page, pages};
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

/// The text literal that follows at once, if one does.
fn literal(text: &str) -> Option<&str> {
    text.trim_start().strip_prefix('"')?.split('"').next()
}

#[test]
fn every_code_has_a_page_and_every_page_a_code() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut sources = vec![];
    // Lints document themselves.
    for place in ["check", "syntax", "experiment"] {
        texts(&root.join(place), &mut sources);
        sources.push(fs::read_to_string(root.join(place).with_extension("rs")).unwrap());
    }
    let sources: Vec<&str> = sources.iter().map(|s| s.split("#[cfg(test)]").next().unwrap()).collect();
    let made = ["Diagnostic::error(", "Diagnostic::warning("];
    let codes: BTreeSet<&str> =
        sources.iter().flat_map(|s| made.iter().flat_map(|m| s.split(m).skip(1).filter_map(literal))).collect();
    let documented: BTreeSet<&str> = pages().map(|p| p.code).collect();
    assert_eq!(documented.len(), pages().count(), "a code has one page");
    let missing: Vec<_> = codes.difference(&documented).collect();
    assert!(missing.is_empty(), "codes without a page: {missing:?}");
    let idle: Vec<_> = documented.iter().filter(|c| !sources.iter().any(|s| s.contains(&format!("\"{c}\"")))).collect();
    assert!(idle.is_empty(), "pages without a code: {idle:?}");
}

#[test]
fn everything_listed_can_be_explained() {
    let listed = overview();
    let names: Vec<&str> = listed.lines().filter_map(|l| l.strip_prefix("  ")?.split_whitespace().next()).collect();
    assert!(names.len() > 80);
    for name in names {
        assert!(matches!(of(name), Answer::Page(_)), "`{name}`");
    }
    assert_eq!(of("mhm::shape-mismatch"), of("shape-mismatch"));
    assert_eq!(of("std.schedule.Mhm"), of("Mhm"));
    assert_eq!(of("shape-mismach"), Answer::Unknown(Some("shape-mismatch".into())));
}
