//! Case files of the syntax: what parses, what is said of what does not, and how it is formatted. Each file of
//! `tests/cases/parse` carries its diagnostics as `// Error: LINE:COL code message` lines at its end; `MHM_BLESS=1`
//! renews them.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use mhm::diagnostic::Diagnostic;
use mhm::seed::Seed;
use mhm::source::SourceMap;
use mhm::span::SourceId;
use mhm::syntax::ast::File;
use mhm::syntax::{self, parse, print};

const MARK: &str = "// Error: ";
/// What a mutation writes over a byte.
const MARKS: &[u8] = b"(){}[]\"'#;:=|>-*.,/\\\n\t \xc3";
const HELP: &str = "//   help: ";

/// Every case file with its text, in order of names.
fn cases() -> Vec<(PathBuf, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/parse");
    let mut paths: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect();
    paths.retain(|p| p.extension().is_some_and(|e| e == "mhm"));
    paths.sort();
    paths.into_iter().map(|p| (p.clone(), fs::read_to_string(&p).unwrap())).collect()
}

/// The text without the notes at its end.
fn program(text: &str) -> &str {
    text.find(MARK).map_or(text, |at| &text[..at])
}

fn parsed(text: &str) -> (SourceMap, File, Vec<Diagnostic>) {
    let mut sources = SourceMap::default();
    let id = sources.add("case.mhm", text, false);
    let (file, diagnostics) = parse(&sources, id);
    (sources, file, diagnostics)
}

/// A diagnostic as the case files note it.
fn note(sources: &SourceMap, diagnostic: &Diagnostic) -> String {
    let place = sources.position(SourceId(0), diagnostic.span().start);
    let mut note = format!("{MARK}{}:{} {} {}\n", place.line, place.column, diagnostic.code, diagnostic.message);
    if let Some(help) = &diagnostic.help {
        note += &format!("{HELP}{help}\n");
    }
    note
}

/// What no text may take, though the machine is busy and the program not optimised: what backtracks takes minutes.
const LIMIT: Duration = Duration::from_secs(30);

#[test]
fn case_files_get_the_diagnostics_they_note() {
    let mut wrong = Vec::new();
    for (path, text) in cases() {
        let body = program(&text);
        let (sources, _, diagnostics) = parsed(body);
        let notes: String = diagnostics.iter().map(|d| note(&sources, d)).collect();
        let blessed = format!("{body}{notes}");
        // Unchanged files are left alone: the other tests are reading them.
        if blessed == text {
            continue;
        }
        if std::env::var_os("MHM_BLESS").is_some() {
            fs::write(&path, &blessed).unwrap();
        } else {
            wrong.push(format!("{}:\n{notes}", path.display()));
        }
    }
    assert!(wrong.is_empty(), "{}\nMHM_BLESS=1 renews the notes", wrong.join("\n"));
}

#[test]
fn spans_lie_in_the_text_and_on_character_boundaries() {
    for (_, text) in cases() {
        let text = text.replace('\n', "\r\n").replace("// ", "// ü\t");
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
    for (_, text) in cases().into_iter().filter(|(_, text)| !text.contains(MARK)) {
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
    for (path, text) in cases().into_iter().filter(|(_, text)| !text.contains(MARK)) {
        let formatted = syntax::format(&text).unwrap();
        let recorded = folder.join(path.file_name().unwrap());
        if std::env::var_os("MHM_BLESS").is_some() {
            fs::create_dir_all(&folder).unwrap();
            fs::write(&recorded, &formatted).unwrap();
        }
        assert_eq!(formatted, fs::read_to_string(&recorded).unwrap_or_default(), "{}", path.display());
    }
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
    let corpus: Vec<String> = cases().into_iter().map(|(_, text)| program(&text).to_owned()).collect();
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
        for (_, case) in cases().into_iter().filter(|(_, text)| !text.contains(MARK)) {
            text += &case;
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
