//! The grammar of editors that read tree-sitter, held against the one of the language: it takes what is right and sees the same
//! items, finds what is wrong, and colours the words of the register.

use crate::blessed;
use crate::cases;
use mhm::source::SourceMap;
use mhm::syntax;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::fs;
use std::path::PathBuf;
use tree_sitter::{Node, Parser, Query, QueryCursor, StreamingIterator, Tree};

fn parsed(text: &str) -> Tree {
    let mut parser = Parser::new();
    parser.set_language(&tree_sitter_mhm::LANGUAGE.into()).expect("its ABI is one of the library's");
    parser.parse(text, None).expect("nothing stops it")
}

/// Kind and name of every item.
fn items(tree: &Tree, text: &str) -> Vec<(String, String)> {
    let mut cursor = tree.walk();
    let of = |node: Node<'_>| {
        let name = node.child_by_field_name("name").map_or("", |name| &text[name.byte_range()]);
        let kind = match node.kind() {
            "alias" => node.child_by_field_name("kind").map_or("", |kind| &text[kind.byte_range()]),
            kind => kind,
        };
        (kind.to_string(), name.to_string())
    };
    tree.root_node()
        .named_children(&mut cursor)
        .filter(|node| !node.is_extra())
        .map(of)
        .filter(|item| item.0 != "allow")
        .collect()
}

/// What the language reads of a text: its items, and the codes of what is wrong with its syntax.
fn read(text: &str) -> (Vec<(String, String)>, BTreeSet<&'static str>) {
    let mut sources = SourceMap::default();
    let id = sources.add("text.mhm", text);
    let (file, found) = syntax::parse(&sources, id);
    let item = |item: &syntax::ast::Item| {
        (item.noun().to_string(), item.header().map_or(String::new(), |header| header.name.node.clone()))
    };
    (file.items.iter().map(item).collect(), found.iter().map(|found| found.code).collect())
}

/// Every text of the project that is read as a program, whole or with mistakes, by its file.
fn texts() -> Vec<(String, String)> {
    let folders = ["tests/cases", "pipelines", "stdlib"].map(String::from);
    let files = cases::programs(&folders).into_iter().map(|file| (file.clone(), fs::read_to_string(&file).unwrap()));
    files.chain(cases::of_pages().into_iter().map(|case| (case.file, case.program))).collect()
}

/// What is wrong by a rule that is no grammar's: numbers out of range, clauses given twice, texts too deep, names that nobody can see. By file
/// and code.
const BEYOND: &[&str] = &[
    "tests/cases/check/choose_clause_twice.mhm syntax",
    "tests/cases/check/choose_halving_twice.mhm syntax",
    "tests/cases/check/experiment_labels_unseen.mhm syntax",
    "tests/cases/parse/too_deep.mhm too-deep",
];

#[test]
fn what_is_right_is_right_to_both_and_has_the_same_items() {
    let (mut right, mut wrong, mut differ) = (0, 0, String::new());
    for (file, text) in texts() {
        let tree = parsed(&text);
        let (own, codes) = read(&text);
        let accepted = !tree.root_node().has_error();
        match (codes.is_empty(), accepted) {
            (true, true) => {
                right += 1;
                let theirs: Vec<_> = items(&tree, &text);
                if theirs != own {
                    writeln!(differ, "{file}: {own:?}, but {theirs:?}").unwrap();
                }
            }
            (true, false) => writeln!(differ, "{file}: {}", tree.root_node().to_sexp()).unwrap(),
            (false, false) => wrong += 1,
            (false, true) => {
                let name = format!("{file} {}", codes.into_iter().collect::<Vec<_>>().join(" "));
                if !BEYOND.contains(&name.as_str()) {
                    writeln!(differ, "    \"{name}\",").unwrap();
                }
            }
        }
    }
    assert!(differ.is_empty(), "{differ}");
    assert!(right > 500 && wrong > 40, "{right} right and {wrong} wrong texts");
}

/// A broken item does not take the next one with it.
#[test]
fn an_item_that_is_broken_hides_no_other() {
    let text = "block one = linear(\n\nnetwork two {\n  in a: [3]\n  head h = linear(2)\n  out h(a)\n}\n";
    let tree = parsed(text);
    assert!(tree.root_node().has_error());
    assert!(items(&tree, text).contains(&("network".into(), "two".into())), "{}", tree.root_node().to_sexp());
}

/// The lists of builtins between their marks, from the register.
#[test]
fn the_words_that_are_coloured_are_those_of_the_register() {
    let mut words: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for entry in mhm::explain::list() {
        if entry.name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_') {
            words.entry(entry.kind.to_string()).or_default().insert(entry.name.to_string());
        }
    }
    let mut made = String::new();
    let mut skipping = false;
    for line in tree_sitter_mhm::HIGHLIGHTS_QUERY.lines() {
        if line.starts_with("; </words ") {
            skipping = false;
        }
        if !skipping {
            made += &format!("{line}\n");
        }
        if let Some(kind) = line.strip_prefix("; <words ").and_then(|rest| rest.strip_suffix('>')) {
            skipping = true;
            let mut row = String::from(" ");
            for word in &words[kind] {
                if row.len() + word.len() + 3 > 100 {
                    made += &format!("{row}\n");
                    row = String::from(" ");
                }
                row += &format!(" \"{word}\"");
            }
            made += &format!("{row}\n");
        }
    }
    let coloured: BTreeSet<&str> =
        made.lines().filter_map(|line| line.strip_prefix("; <words ")?.strip_suffix('>')).collect();
    let builtins = words
        .keys()
        .map(String::as_str)
        .filter(|kind| !matches!(*kind, "statement" | "code" | "lint" | "library" | "file"));
    assert_eq!(builtins.filter(|kind| !coloured.contains(kind)).collect::<Vec<_>>(), Vec::<&str>::new());
    blessed::hold([(PathBuf::from("editors/tree-sitter-mhm/queries/highlights.scm"), made)]);
}

/// Words in quotes, letters and `_` alone, of lines that are no comments.
fn quoted(text: &str) -> BTreeSet<&str> {
    let is_word = |word: &&str| word.len() > 1 && word.chars().all(|c| c.is_ascii_lowercase() || c == '_');
    let lines = text.lines().filter(|line| !line.trim_start().starts_with("//"));
    lines.flat_map(|line| line.split('"').skip(1).step_by(2)).filter(is_word).collect()
}

#[test]
fn every_word_of_the_grammar_is_a_word_to_both() {
    let words = quoted(include_str!("../../grammar/mhm.pest"));
    let theirs = fs::read_to_string("editors/tree-sitter-mhm/grammar.js").unwrap();
    let theirs = quoted(&theirs);
    let unknown: Vec<_> = words.difference(&theirs).collect();
    assert!(words.len() > 80 && unknown.is_empty(), "{unknown:?} of {}", words.len());
}

/// What a query captures of a text: the words of each of these names.
fn captured(query: &str, text: &str, name: &str) -> Vec<String> {
    let query = Query::new(&tree_sitter_mhm::LANGUAGE.into(), query).unwrap_or_else(|why| panic!("{why}"));
    let tree = parsed(text);
    let mut cursor = QueryCursor::new();
    let mut found = vec![];
    let mut captures = cursor.captures(&query, tree.root_node(), text.as_bytes());
    while let Some((matched, index)) = captures.next() {
        let capture = matched.captures[*index];
        if query.capture_names()[capture.index as usize] == name {
            found.push(text[capture.node.byte_range()].to_string());
        }
    }
    found
}

#[test]
fn queries_name_what_stands_there() {
    let text = crate::lsp::MAIN;
    let colours = tree_sitter_mhm::HIGHLIGHTS_QUERY;
    assert_eq!(captured(colours, text, "keyword.import"), ["use", "use", "use"]);
    let types = captured(colours, text, "type");
    for name in ["Moons", "moons", "methods", "EndToEnd", "Mhm", "Net"] {
        assert!(types.iter().any(|known| known == name), "{name}: {types:?}");
    }
    let functions = captured(colours, text, "function.builtin");
    for name in ["two_moons", "line", "random", "adam", "cross_entropy", "rest"] {
        assert!(functions.iter().any(|known| known == name), "{name}: {functions:?}");
    }
    let folds = captured(tree_sitter_mhm::FOLDS_QUERY, text, "fold");
    assert!(folds.iter().any(|fold| fold.contains("vary method in")), "{folds:?}");
    assert!(!captured(tree_sitter_mhm::INDENTS_QUERY, text, "indent.begin").is_empty());
    let defined = captured(tree_sitter_mhm::LOCALS_QUERY, crate::lsp::NETS, "local.reference");
    assert!(defined.iter().any(|name| name == "see"), "{defined:?}");
}
