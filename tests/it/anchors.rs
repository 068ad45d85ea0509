//! The pages of the book lead where they say: every link and anchor is there, every page is in the table of contents, every test that a
//! promise names is a test. The reference is what the program writes.

use crate::book::pages;
use crate::cli::{folder, mhm};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// The folder of the reference, in links of the book.
const REFERENCE: &str = "docs/reference/";

/// Every page by its path, those of the reference as the program writes them now.
fn book(asker: &str) -> BTreeMap<String, String> {
    let at = folder(&format!("book_reference_{asker}"));
    let (code, _, err) = mhm(&at, &["man", "--markdown", "--out", "reference"]);
    assert_eq!(code, 0, "{err}");
    let written = fs::read_dir(at.join("reference")).unwrap().map(|entry| entry.unwrap().path());
    let chapter = |path: PathBuf| {
        let name = path.file_name().unwrap().to_str().unwrap();
        (format!("{REFERENCE}{name}"), fs::read_to_string(&path).unwrap())
    };
    let mut book: BTreeMap<String, String> = written.map(chapter).collect();
    for page in pages().into_iter().chain(["README.md".into(), "CONTRIBUTING.md".into()]) {
        let text = fs::read_to_string(&page).unwrap();
        book.insert(page, text);
    }
    book
}

/// A page without what stands between fences.
fn prose(page: &str) -> String {
    page.split("```").step_by(2).collect()
}

/// Where a page leads to.
fn links(page: &str) -> Vec<String> {
    let prose = prose(page);
    let targets = prose.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    targets.map(str::to_string).filter(|target| !target.contains("://")).collect()
}

/// The anchors of a page's headings, as mdBook and GitHub make them.
fn anchors(page: &str) -> BTreeSet<String> {
    let prose = prose(page);
    let titles = prose.lines().filter(|line| line.starts_with('#')).map(|line| line.trim_start_matches('#').trim());
    let kept = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
    let anchor = |title: &str| title.to_lowercase().replace(' ', "-").chars().filter(|c| kept(*c)).collect();
    titles.map(anchor).collect()
}

/// `docs/../x.md` is `x.md`.
fn resolved(from: &str, target: &str) -> String {
    let mut path = Path::new(from).parent().unwrap().to_path_buf();
    for part in target.split('/') {
        match part {
            ".." => assert!(path.pop(), "{from} leads to {target}, out of the project"),
            "." => {}
            part => path.push(part),
        }
    }
    path.display().to_string()
}

#[test]
fn every_link_leads_somewhere() {
    let book = book("links");
    let mut lost = vec![];
    for (page, text) in &book {
        for link in links(text) {
            let (file, anchor) = link.split_once('#').unwrap_or((&link, ""));
            let path = if file.is_empty() { page.clone() } else { resolved(page, file) };
            if page.ends_with("SUMMARY.md") && link.is_empty() {
                continue;
            }
            let is_there = match book.get(&path) {
                Some(text) => anchor.is_empty() || anchors(text).contains(anchor),
                None => Path::new(&path).exists() && anchor.is_empty(),
            };
            // What lies outside of the book has no page in it.
            let stays = !page.starts_with("docs/") || path.starts_with("docs/");
            if !is_there || !stays {
                lost.push(format!("{page}: {link}"));
            }
        }
    }
    assert!(lost.is_empty(), "these lead nowhere, or out of the book:\n{}", lost.join("\n"));
}

#[test]
fn every_page_is_in_the_contents() {
    let book = book("contents");
    let contents: Vec<String> = links(&book["docs/SUMMARY.md"]).iter().map(|link| resolved("docs/x", link)).collect();
    let listed: BTreeSet<&str> = contents.iter().map(String::as_str).filter(|path| *path != "docs/").collect();
    assert_eq!(listed.len(), contents.iter().filter(|path| *path != "docs/").count(), "a page is there twice");
    let pages = book.keys().filter(|page| page.ends_with(".md") && page.starts_with("docs/"));
    assert_eq!(listed, pages.map(String::as_str).filter(|page| *page != "docs/SUMMARY.md").collect());
}

/// Every name in the last column of a promise is a file, and below it each is a test in it: `file`: `test`, `test`.
#[test]
fn tests_that_promises_name_are_there() {
    let page = fs::read_to_string("docs/promises.md").unwrap();
    let mut promises = 0;
    for row in page.lines().filter(|line| line.starts_with("| ") && line.contains('`')) {
        let tests = row.trim_end_matches('|').rsplit('|').next().unwrap();
        let mut text = None;
        let names: Vec<&str> = tests.split('`').skip(1).step_by(2).collect();
        for name in &names {
            if name.contains('/') {
                text = Some(fs::read_to_string(name).unwrap_or_else(|_| panic!("there is no {name}: {row}")));
            } else if !name.starts_with("cargo ") {
                let text = text.as_ref().unwrap_or_else(|| panic!("{name} is of no file: {row}"));
                let is_test = text
                    .split("#[test]")
                    .skip(1)
                    .any(|test| test.split("fn ").nth(1).is_some_and(|rest| rest.starts_with(&format!("{name}("))));
                assert!(is_test, "there is no test `{name}`: {row}");
            }
        }
        assert!(names.iter().any(|name| !name.contains('/')), "{row} names a test");
        promises += 1;
    }
    assert!(promises > 30, "{promises} promises are listed");
}
