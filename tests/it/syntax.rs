//! The syntax: what the files of `tests/cases/parse` are parsed to and how they are formatted, and that no text does harm.

use crate::blessed;
use crate::cases::{Case, of};
use std::path::Path;
use std::time::{Duration, Instant};

use mhm::diagnostic::Diagnostic;
use mhm::seed::Seed;
use mhm::source::SourceMap;
use mhm::syntax::ast::File;
use mhm::syntax::{self, parse, print};

/// What a mutation writes over a byte.
const MARKS: &[u8] = b"(){}[]\"'#;:=|>-*.,/\\\n\t \xc3";

/// The cases without an error.
fn sound() -> impl Iterator<Item = Case> {
    of("parse").into_iter().filter(|case| case.findings().1.is_empty())
}

fn parsed(text: &str) -> (SourceMap, File, Vec<Diagnostic>) {
    let mut sources = SourceMap::default();
    let id = sources.add("case.mhm", text);
    let (file, diagnostics) = parse(&sources, id);
    (sources, file, diagnostics)
}

/// What no text may take, though the machine is busy and the program not optimised: what backtracks takes minutes.
const LIMIT: Duration = Duration::from_secs(30);

#[test]
fn spans_lie_in_the_text_and_on_character_boundaries() {
    for Case { program, .. } in of("parse") {
        let text = program.replace('\n', "\r\n").replace("// ", "// ü\t");
        let text = format!("\u{feff}{text}");
        let (sources, file, diagnostics) = parsed(&text);
        for item in &file.items {
            let Some(header) = item.header() else { continue };
            let written = sources.text(header.name.span);
            assert!(written == header.name.node || !written.is_ascii(), "{written}");
            assert!(!sources.text(header.span).is_empty());
        }
        for label in diagnostics.iter().flat_map(|d| &d.labels) {
            sources.text(label.span);
        }
    }
}

/// The text with its lines changed up to their comments.
fn in_code(text: &str, change: impl Fn(&str) -> String) -> String {
    let lines = text.lines().map(|line| {
        let (code, comment) = line.split_at(line.find("//").unwrap_or(line.len()));
        format!("{}{comment}\n", change(code))
    });
    lines.collect()
}

/// The texts without an error, as written and with their layout lost.
fn well_formed() -> Vec<String> {
    let mut texts = Vec::new();
    for Case { program: text, .. } in sound() {
        texts.push(text.replace('\n', "\r\n").replace("  ", "\t "));
        texts.push(in_code(&text, |code| code.replace(", ", ",\n\n\n").replace(" |> ", "\n|>")));
        texts.push(in_code(&text, |code| code.replace(", ", ", // after\n").replace('(', "( // within\n")));
        texts.push(in_code(&text, |code| code.replace('=', "// before\n=").replace('{', "{ // body\n // more\n")));
        texts.push(in_code(&text, |code| match code.starts_with("use") {
            true => code.to_owned(),
            false => code.replace(' ', " // anywhere\n").replace(')', "\n // last\n)"),
        }));
        texts.push(text);
    }
    texts
}

#[test]
fn formatting_twice_changes_nothing_and_keeps_tree_and_comments() {
    let comments = |text: &str| {
        text.split('\n').filter_map(|l| l.find("//").map(|n| l[n..].trim_end().to_owned())).collect::<Vec<_>>()
    };
    for text in well_formed() {
        let once = syntax::format(&text).unwrap_or_else(|found| panic!("{found:?}\n{text}"));
        assert_eq!(print(&parsed(&once).1), print(&parsed(&text).1));
        assert_eq!(comments(&once), comments(&text), "{once}");
        assert_eq!(syntax::format(&once).as_ref(), Ok(&once), "{text}");
        assert!(!once.contains(['\r', '\t']) && once.ends_with('\n'));
        for line in once.lines() {
            assert!(line == line.trim_end(), "{line:?}");
            assert!(line.contains("//") || line.chars().count() <= 100, "{line}");
        }
    }
}

#[test]
fn formatted_cases_look_as_recorded() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/format");
    let formatted = |case: Case| {
        let name = Path::new(&case.file).file_name().unwrap();
        (folder.join(name), syntax::format(&case.program).unwrap())
    };
    blessed::hold(sound().map(formatted));
}

#[test]
fn hostile_texts_are_refused_quickly() {
    let n = 1 << 20;
    let mut texts: Vec<String> =
        ["(", "-", "[", "{", "}", ")", "\"", "'", "#", ";", "///", "///\n", "//\n", "a ", "\\", "ü"]
            .iter()
            .map(|unit| unit.repeat(n / unit.len()))
            .collect();
    let bodies =
        ["(", "-", "[", "{", "-1 + ", "a |> ", "a.", "f(", "f()", "[[", "a[0]", "1,", "in x: [A]\n", "a\n", "out "];
    for unit in bodies {
        let body = unit.repeat(n / unit.len());
        texts.push(format!("network A {{ out {body}"));
        texts.push(format!("network A {{ out {body} }}"));
        texts.push(format!("network A {{ out x{body}\n}}\nnetwork B {{ out y }}"));
    }
    for unit in [
        "network a(\n",
        "network a {\n",
        "use a\n",
        "allow(",
        "allow(a)\n",
        "block a = ",
        "schedule a { repeat {\n",
        "phase\n",
        "in\n",
    ] {
        texts.push(unit.repeat(n / unit.len()));
    }
    for text in texts {
        let start = Instant::now();
        let (_, _, diagnostics) = parsed(&text);
        let spent = start.elapsed();
        let head: String = text.chars().take(30).collect();
        assert!(diagnostics.len() <= 101, "{head}: {} diagnostics", diagnostics.len());
        assert!(spent < LIMIT, "{head}: {spent:?}");
    }
}

#[test]
fn a_text_beyond_the_limit_is_not_read() {
    let (_, file, diagnostics) = parsed(&" ".repeat((4 << 20) + 1));
    assert!(file.items.is_empty());
    assert_eq!(diagnostics[0].code, "too-large");
}

#[test]
fn mutated_texts_never_panic() {
    let corpus: Vec<String> = of("parse").into_iter().map(|case| case.program).collect();
    let mut random = Seed(7).stream("mutations");
    for _ in 0..100_000 {
        let mut bytes = corpus[random.below(corpus.len())].clone().into_bytes();
        // Whole files mostly stay well-formed; a part of one is quick and begins anywhere.
        if random.below(4) > 0 {
            let from = random.below(bytes.len());
            bytes = bytes[from..(from + 600).min(bytes.len())].to_vec();
        }
        for _ in 0..=random.below(4) {
            mutate(&mut bytes, &mut random);
        }
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let start = Instant::now();
        let (sources, _, diagnostics) = parsed(&text);
        for label in diagnostics.iter().flat_map(|d| &d.labels) {
            sources.text(label.span);
        }
        if diagnostics.is_empty() {
            let once = syntax::format(&text).unwrap_or_else(|found| panic!("{found:?}\n{text}"));
            assert_eq!(syntax::format(&once).as_ref(), Ok(&once), "{text}");
        }
        assert!(start.elapsed() < LIMIT, "{text}");
    }
}

fn mutate(bytes: &mut Vec<u8>, random: &mut mhm::seed::Stream) {
    if bytes.is_empty() {
        return;
    }
    let (a, b) = (random.below(bytes.len()), random.below(bytes.len()));
    match random.below(5) {
        0 => drop(bytes.remove(a)),
        1 => bytes.swap(a, b),
        2 => bytes.truncate(a),
        3 => {
            // A word or mark once more, somewhere else.
            let end = bytes[a..].iter().position(|c| !c.is_ascii_alphanumeric()).map_or(bytes.len(), |n| a + n.max(1));
            let token = bytes[a..end].to_vec();
            bytes.splice(b..b, token);
        }
        _ => bytes[a] = MARKS[random.below(MARKS.len())],
    }
}

#[test]
#[ignore = "a measurement: cargo test --release -- --ignored --nocapture"]
fn ten_thousand_lines_take_milliseconds() {
    let mut text = String::new();
    while text.lines().count() < 10_000 {
        for case in sound() {
            text += &case.program;
        }
    }
    for _ in 0..20 {
        let start = Instant::now();
        let (_, file, diagnostics) = parsed(&text);
        println!(
            "{} lines, {} bytes, {} items: {:?}",
            text.lines().count(),
            text.len(),
            file.items.len(),
            start.elapsed()
        );
        assert!(diagnostics.is_empty());
    }
}
