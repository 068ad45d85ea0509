//! The manual: every code, lint and statement has a page and every page one of them, every example does what it says.

use crate::cases::findings;
use mhm::data::Code;
use mhm::explain::pages::{self, Page, codes, lints};
use mhm::explain::{Answer, of, overview, statements};
use mhm::hir;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// The codes of what is said of an example, beside the files it may use.
fn said(program: &str) -> Vec<&'static str> {
    findings("tests/cases/manual/example.mhm", program).1.iter().map(|found| found.code).collect()
}

/// The same without advice: an example may be a part of a program, in which something is unused.
fn wrong(program: &str) -> Vec<&'static str> {
    said(program).into_iter().filter(|code| !hir::LINTS.contains(code)).collect()
}

#[test]
fn failing_examples_fail_with_their_code_and_mended_ones_are_clean() {
    for page in codes() {
        let (Some(failing), Some(mended)) = (page.failing(), page.mended()) else { continue };
        assert_eq!(said(&failing), [page.name], "the failing example of `{}`", page.name);
        assert!(wrong(&mended).is_empty(), "the mended example of `{}`: {:?}", page.name, wrong(&mended));
    }
    for page in lints() {
        let (Some(failing), Some(mended)) = (page.failing(), page.mended()) else { panic!("{}", page.name) };
        assert!(said(&failing).contains(&page.name), "the failing example of `{}`: {:?}", page.name, said(&failing));
        assert!(said(&mended).is_empty(), "the mended example of `{}`: {:?}", page.name, said(&mended));
    }
}

#[test]
fn every_lint_has_a_page_and_every_page_a_lint() {
    assert_eq!(lints().map(|page| page.name).collect::<Vec<_>>(), hir::LINTS);
}

/// What a lint finds and why, then what it does not see and where it finds fault with what is right: who reads a warning decides
/// by that.
#[test]
fn pages_of_lints_say_what_is_not_seen_and_what_is_found_in_vain() {
    for page in lints() {
        let parts: Vec<&str> = page.text.split("\n\n").collect();
        let [what @ .., unseen, right] = parts.as_slice() else { panic!("`{}` has less than three parts", page.name) };
        assert!(what.iter().map(|part| part.len()).sum::<usize>() > 80, "`{}` says what it finds, and why", page.name);
        for (part, begin) in [(unseen, "Not seen: "), (right, "Found though right: ")] {
            let said = part.strip_prefix(begin).unwrap_or_else(|| panic!("`{}`: a part begins `{begin}`", page.name));
            assert!(said.len() > 12 && said.ends_with('.'), "`{}`: {said}", page.name);
        }
        assert_eq!(page.text.matches("Not seen: ").count(), 1, "`{}`", page.name);
    }
}

/// A line or mark that is not read would be lost without a word.
#[test]
fn pages_are_of_the_form_that_is_read() {
    let listed: Vec<Page> = codes().chain(lints()).chain(pages::statements()).chain(pages::files()).collect();
    let mut files = vec![];
    texts(&Path::new(env!("CARGO_MANIFEST_DIR")).join("manual"), "md", &mut files);
    assert_eq!(listed.len(), files.len(), "every folder of `manual` is listed");
    for file in files {
        let title = file.lines().next().unwrap().strip_prefix("# ").expect("a page begins with its title");
        let page = listed.iter().find(|page| page.title == title).expect(title);
        let blocks: Vec<&str> = file.split("```").skip(1).step_by(2).collect();
        let marked = |line: &str| line.is_empty() || line.starts_with([' ', '-', '+']);
        for block in &blocks {
            let (language, text) = block.split_once('\n').unwrap();
            assert_eq!(page.block(language), Some(text), "`{title}` has one block of each language");
            assert!(language != "diff" || text.lines().all(marked), "`{title}`: a line begins with ` `, `-` or `+`");
        }
        let texts: Vec<&str> = file.split("```").step_by(2).map(str::trim).filter(|text| !text.is_empty()).collect();
        assert_eq!(texts.join("\n\n"), format!("# {title}\n\n{}", page.text), "`{title}` has its text in one place");
        assert!(page.text.lines().all(|line| line.chars().count() <= 80), "`{title}` has a line of over 80 columns");
        assert!(!page.text.contains("\n\n\n") && page.text.ends_with('.'), "`{title}` ends in a sentence");
    }
    assert!(codes().all(|page| page.title.starts_with(&format!("{}: ", page.name))), "the title begins with the code");
    assert!(lints().all(|page| page.title == page.name));
}

/// Every file of an ending below a folder.
fn texts(folder: &Path, ending: &str, found: &mut Vec<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            texts(&path, ending, found);
        } else if path.extension().is_some_and(|e| e == ending) {
            found.push(fs::read_to_string(path).unwrap());
        }
    }
}

/// A module of `src` and all below it.
fn area(name: &str) -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(name);
    // A crate of its own begins in its folder.
    let mut found: Vec<String> = fs::read_to_string(root.with_extension("rs")).into_iter().collect();
    assert!(!found.is_empty() || root.join("lib.rs").is_file(), "`{name}` is a module");
    if root.is_dir() {
        texts(&root, "rs", &mut found);
    }
    found
}

fn data_codes() -> BTreeSet<String> {
    Code::ALL.iter().map(|code| code.name().to_string()).collect()
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
    sources.extend(area("cli/config"));
    let sources: Vec<&str> = sources.iter().map(|s| s.split("#[cfg(test)]").next().unwrap()).collect();
    let made = ["error(", "warning("]
        .map(|made| ["", "name_", "type_", "value_"].map(|of| format!("Diagnostic::{of}{made}")))
        .concat();
    let mut codes: BTreeSet<&str> =
        sources.iter().flat_map(|s| made.iter().flat_map(|m| s.split(m).skip(1).filter_map(literal))).collect();
    let (data, run) = (data_codes(), run_codes());
    assert!(data.len() > 20 && run.len() > 2, "{data:?} {run:?}");
    codes.extend(data.iter().chain(&run).map(String::as_str));
    let documented: BTreeSet<&str> = pages::codes().map(|page| page.name).collect();
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
    for (value, place) in
        [("sobol", "  sampler sobol "), ("macro", "  f1(average: macro) "), ("random", "  sampler random ")]
    {
        assert!(matches!(of(value), Answer::Page(page) if page.contains(place)), "`{value}`");
    }
    assert_eq!(of("shape-mismach"), Answer::Unknown(vec!["shape-mismatch".into()]));
}

#[test]
fn examples_of_statements_are_clean() {
    for page in pages::statements() {
        let example = statements::example(&page);
        assert!(!example.is_empty() && wrong(example).is_empty(), "`{}`: {:?}", page.title, wrong(example));
        assert!(page.block("text").is_some() && !page.place().is_empty(), "`{}`", page.title);
        assert!(statements::meaning(&page).ends_with('.'), "`{}`", page.title);
    }
}

#[test]
fn every_word_of_the_grammar_has_a_page() {
    let grammar = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("grammar/mhm.pest")).unwrap();
    let code = grammar.lines().filter(|l| !l.starts_with("//"));
    let is_word = |w: &&str| w.len() > 1 && w.chars().all(|c| c.is_ascii_lowercase());
    let words: BTreeSet<&str> = code.flat_map(|l| l.split('"').skip(1).step_by(2)).filter(is_word).collect();
    assert!(words.len() > 60, "{words:?}");
    let explained: BTreeSet<&str> = pages::statements().flat_map(|page| page.words()).collect();
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
