//! The manual: statements, codes, lints, builtins and library items by name. Owns how each is printed: statements, codes and
//! lints have their pages in `manual/`, builtins and items document themselves.

pub mod book;
pub mod pages;
pub mod statements;

use crate::builtin::{self, Builtin};
use crate::library;
use crate::source::SourceMap;
use crate::suggest::nearest;
use crate::syntax::ast::Header;
use pages::{Page, codes, first_sentence, lints};

/// What is known of a name.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    Page(String),
    /// Nothing; names there are that may have been meant.
    Unknown(Vec<String>),
}

/// The page of a statement, a code (with or without `mhm::`), a builtin or a library item.
pub fn of(name: &str) -> Answer {
    let bare = name.strip_prefix("mhm::").or(name.strip_prefix("std.")).unwrap_or(name);
    let bare = bare.rsplit(['.', '/']).next().unwrap_or(bare);
    // `recall[2]` is the recall of a class.
    let bare = bare.split_once('[').map_or(bare, |(measure, _)| measure);
    if let Some(page) = pages::files().find(|page| page.words().any(|word| word == name)) {
        return Answer::Page(file_page(&page));
    }
    let mut pages: Vec<String> = statements::of(bare).map(|page| statement_page(&page)).collect();
    pages.extend(codes().filter(|page| page.name == bare).map(|page| code_page(&page)));
    pages.extend(lints().filter(|page| page.name == bare).map(|page| lint_page(&page)));
    pages.extend(builtin::find(bare).map(builtin_page));
    pages.extend(items().filter(|(path, _)| last(path) == bare).map(|(path, text)| item_page(path, text)));
    if pages.is_empty() {
        pages.extend(parameter_page(bare));
    }
    pages.extend(value_page(bare));
    if pages.is_empty() { Answer::Unknown(near(bare)) } else { Answer::Page(pages.join("\n")) }
}

/// The pages of the builtins of a name.
pub fn builtin_pages(name: &str) -> String {
    builtin::find(name).map(builtin_page).collect::<Vec<_>>().join("\n")
}

/// Everything there is, one line each.
pub fn overview() -> String {
    let mut out = String::from("mhm explain NAME tells more of each.\n");
    out += "\nStatements\n";
    for page in pages::statements() {
        let mut words = page.words();
        out += &line(words.next().unwrap_or_default(), &page.summary());
        let others: Vec<&str> = words.collect();
        if !others.is_empty() {
            let others = wrapped(&format!("also: {}", others.join(" ")));
            others.lines().for_each(|l| out += &format!("{:29}{l}\n", ""));
        }
    }
    out += "\nFiles\n";
    for page in pages::files() {
        out += &line(page.words().next().unwrap_or_default(), &page.summary());
    }
    let mut noun = "";
    for row in builtin::registry() {
        if row.kind.noun() != noun {
            noun = row.kind.noun();
            out += &format!("\n{}\n", heading(noun));
        }
        out += &line(row.name, &first_sentence(row.doc));
    }
    let mut folder = "";
    for (path, text) in items() {
        let (this, name) = path.split_once('/').unwrap_or(("", path));
        if this != folder {
            folder = this;
            out += &format!("\nLibrary: use std.{folder}.…\n");
        }
        let doc = header(path, text).map(|(h, _)| h.doc.join(" ")).unwrap_or_default();
        out += &line(name, &first_sentence(&doc));
    }
    out += "\nLints\n";
    lints().for_each(|page| out += &line(page.name, &page.summary()));
    out += "\nCodes of messages\n";
    codes().for_each(|page| out += &line(page.name, page.meaning()));
    out
}

/// A name of the manual.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub name: String,
    /// `statement`, `file`, `code`, `lint`, what a builtin is, `library`.
    pub kind: &'static str,
    pub summary: String,
}

/// Everything there is, as [`overview`] prints it.
pub fn list() -> Vec<Entry> {
    let words = |page: Page| {
        let summary = page.summary();
        page.words().map(move |word| entry(word, "statement", summary.clone())).collect::<Vec<_>>()
    };
    let mut all: Vec<Entry> = pages::statements().flat_map(words).collect();
    all.extend(pages::files().flat_map(|page| {
        let summary = page.summary();
        page.words().map(move |word| entry(word, "file", summary.clone())).collect::<Vec<_>>()
    }));
    all.extend(builtin::registry().iter().map(|row| entry(row.name, row.kind.noun(), first_sentence(row.doc))));
    all.extend(items().map(|(path, text)| {
        let doc = header(path, text).map(|(h, _)| h.doc.join(" ")).unwrap_or_default();
        entry(&format!("std.{}", path.replace('/', ".")), "library", first_sentence(&doc))
    }));
    all.extend(lints().map(|page| entry(page.name, "lint", page.summary())));
    all.extend(codes().map(|page| entry(page.name, "code", page.meaning().into())));
    all
}

fn entry(name: &str, kind: &'static str, summary: String) -> Entry {
    Entry { name: name.into(), kind, summary }
}

/// What a word means that only arguments are called by: each builtin that takes it.
fn parameter_page(name: &str) -> Option<String> {
    let mut lines = String::new();
    for row in builtin::registry() {
        for param in row.params.iter().filter(|param| param.name == name) {
            lines += &line(&signature(row), &first_sentence(param.doc));
        }
    }
    (!lines.is_empty()).then(|| format!("{name} (an argument)\n\n{lines}"))
}

/// A word that is the value of an argument, or of a statement: where it may stand.
fn value_page(name: &str) -> Option<String> {
    let mut lines = String::new();
    for page in pages::statements() {
        for word in page.words().filter(|word| page.says(&format!("{word} {name}"))) {
            lines += &line(&format!("{word} {name}"), &page.summary());
        }
    }
    for row in builtin::registry() {
        for param in row.params.iter().filter(|param| param.expected.words().contains(&name)) {
            lines += &line(&format!("{}({}: {name})", row.name, param.name), &first_sentence(param.doc));
        }
    }
    (!lines.is_empty()).then(|| format!("{name} (a value)\n\n{lines}"))
}

/// Names that have the word in them, else the nearest one.
fn near(name: &str) -> Vec<String> {
    /// Shorter words stand in too many names.
    const WORD: usize = 4;
    let pages = codes().chain(lints()).map(|page| page.name);
    let pages = pages.chain(pages::statements().chain(pages::files()).flat_map(|page| page.words()));
    let names: Vec<&str> = pages.chain(builtin::names()).chain(items().map(|(path, _)| last(path))).collect();
    let asked = name.to_lowercase();
    let mut near: Vec<&str> = names
        .iter()
        .copied()
        .filter(|known| asked.len() >= WORD && known.to_lowercase().contains(&asked))
        .take(3)
        .collect();
    if near.is_empty() {
        near.extend(nearest(name, names));
    }
    near.into_iter().map(str::to_string).collect()
}

fn items() -> impl Iterator<Item = (&'static str, &'static str)> {
    library::FILES.iter().copied()
}

fn last(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

fn heading(noun: &str) -> String {
    let plural = match noun {
        "loss" => "losses".to_string(),
        noun => format!("{noun}s"),
    };
    plural[..1].to_uppercase() + &plural[1..]
}

fn line(name: &str, text: &str) -> String {
    format!("  {name:<24} {text}\n").trim_end().to_string() + "\n"
}

/// Lines of at most 80 columns.
fn wrapped(text: &str) -> String {
    let mut out = String::new();
    let mut column = 0;
    for word in text.split_whitespace() {
        let width = word.chars().count();
        if column > 0 && column + 1 + width > 80 {
            out.push('\n');
            column = 0;
        } else if column > 0 {
            out.push(' ');
            column += 1;
        }
        out += word;
        column += width;
    }
    out
}

fn indented(text: &str) -> String {
    text.trim_matches('\n').lines().map(|l| format!("    {l}").trim_end().to_string() + "\n").collect()
}

/// A lint: what it finds, why that matters, and how to silence it.
fn lint_page(page: &Page) -> String {
    let silence = format!("Where it is meant, write `allow({})` in the line before the item.", page.name);
    let out = format!("mhm::{} (lint)\n\n{}\n\n{}\n", page.name, page.text, wrapped(&silence));
    out + &compared(page, "Found in", "Not in")
}

/// A code: what, why, wrong, right.
fn code_page(page: &Page) -> String {
    format!("mhm::{}\n\n{}\n{}", page.title, page.text, compared(page, "Wrong", "Right"))
}

/// The failing and the mended program, where there are some, each under its heading.
fn compared(page: &Page, failing: &str, mended: &str) -> String {
    let shown = |heading: &str, text: String| format!("\n{heading}:\n\n{}", indented(&text));
    let programs = page.failing().map(|text| shown(failing, text)).into_iter();
    programs.chain(page.mended().map(|text| shown(mended, text))).collect()
}

/// A statement: where it stands, its forms, what it means, an example.
fn statement_page(page: &Page) -> String {
    let word = page.words().next().unwrap_or_default();
    let form = indented(page.block("text").unwrap_or_default());
    let (meaning, example) = (statements::meaning(page), indented(statements::example(page)));
    format!("{word} ({})\n\n{form}\n{meaning}\n\nExample\n\n{example}", page.place())
}

/// A file that is not in the language: what it is for, an example.
fn file_page(page: &Page) -> String {
    let word = page.words().next().unwrap_or_default();
    let example = indented(page.block("toml").unwrap_or_default());
    format!("{word} ({})\n\n{}\n\nExample\n\n{example}", page.place(), page.text)
}

/// A builtin: everything its row knows.
fn builtin_page(row: &Builtin) -> String {
    let doc: Vec<&str> = row.doc.trim().lines().map(str::trim).collect();
    let mut out = format!("{} ({})\n\n{}\n", signature(row), row.kind.noun(), doc.join("\n"));
    if !row.params.is_empty() {
        out += "\nParameters\n";
    }
    for param in row.params {
        let default = param.default.map_or("required".to_string(), |d| format!("default {}", d()));
        let doc = param.doc.split_whitespace().collect::<Vec<_>>().join(" ");
        out += &format!("  {:<12} {} ({default})\n               {doc}\n", param.name, param.expected);
    }
    out + &format!("\nExample\n\n    {}\n", row.example)
}

/// `linear(width, bias: true)`.
fn signature(row: &Builtin) -> String {
    let params: Vec<String> = row
        .params
        .iter()
        .map(|p| p.default.map_or(p.name.to_string(), |default| format!("{}: {}", p.name, default())))
        .collect();
    if params.is_empty() { row.name.into() } else { format!("{}({})", row.name, params.join(", ")) }
}

/// A library item: its comment, how it is used, its text.
fn item_page(path: &str, text: &str) -> String {
    let dotted = path.replace('/', ".");
    let Some((header, kind)) = header(path, text) else { return String::new() };
    let mut out = format!("{} ({kind} of the library)\n\n{}\n", header.name.node, header.doc.join("\n").trim());
    out += &format!("\nUse\n\n    use std.{dotted}\n");
    out + &format!("\nText\n\n{}", indented(text))
}

/// The item of a library file that has the file's name, and its kind.
fn header(path: &str, text: &str) -> Option<(Header, &'static str)> {
    let mut sources = SourceMap::default();
    let id = sources.add_library(path, text);
    let (tree, _) = crate::syntax::parse(&sources, id);
    let item = tree.items.iter().find(|i| i.header().is_some_and(|h| h.name.node == last(path)))?;
    Some((item.header()?.clone(), item.noun()))
}
