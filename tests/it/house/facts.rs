//! What the program decides on is a fact with a type, never what a text says: not a message, not its code, not the word of a row.

use super::house;

/// Texts that are for people.
const TEXTS: &[&str] = &["message", "code", "help", "expected", "said", "word()", ".word"];

/// How a decision on a text goes on behind it.
const DECISIONS: &[&str] = &[
    " == \"",
    " != \"",
    ".contains(\"",
    ".contains('",
    ".starts_with(\"",
    ".starts_with('",
    ".ends_with(\"",
    ".find(\"",
    ".split('",
    ".split(\"",
    ", \"",
];

/// Who shows texts, or reads those of a program: there a text is what it is about.
const ABOUT_TEXTS: &[&str] = &["explain", "cli/render", "syntax"];

/// Whether the line decides on what a text says.
fn decides_on_a_text(line: &str) -> bool {
    let line = line.replace(".as_str()", "").replace(".to_string()", "");
    let continues = |text: &str, at: usize| {
        let before = line[..at].chars().next_back();
        let whole = text.starts_with('.') || !before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == '"');
        let rest = &line[at + text.len()..];
        let matched = line[..at].contains("matches!(") || !rest.starts_with(", ");
        whole && matched && DECISIONS.iter().any(|decision| rest.starts_with(decision))
    };
    let compared = TEXTS.iter().any(|text| line.match_indices(text).any(|(at, _)| continues(text, at)));
    let listed = line.contains(".contains(&") && line.contains(".code)");
    let matched = line.contains("match ") && line.trim_end().ends_with(".code {");
    // A pattern.
    let named = line.contains("word: \"")
        && !line.contains("\".into()")
        && ["matches!(", " => ", "let "].iter().any(|pattern| line.contains(pattern));
    compared || listed || matched || named
}

#[test]
fn decisions_on_texts_are_found() {
    // Each stood in the program once.
    let lines = [
        "&& builtin.params[error.param].expected.starts_with(\"a whole number\") =>",
        "cx.report(if expected.contains(\"text\") {",
        "let choices: Vec<&str> = param.expected.split('`').skip(1).step_by(2).collect();",
        "let compares = error.message.contains(\"declared\");",
        "let out = if error.message.starts_with(\"is \") { \"beyond the numbers of tensors\" } else { \"\" };",
        "if matches!(self.graph.nodes[i].op, Op::Layer { word: \"reshape\" | \"flatten\", .. }) {",
        "if !inside || !OF_VALUES.contains(&diagnostic.code) {",
        "let unknown = matches!(d.code, \"unknown-axis\" | \"unknown-name\");",
        "Err(error) if error.code == \"mhm::file-missing\" => missing.push(error),",
        "let is_missing = |column: &Column<'_>, error: &DataError| match error.code {",
        "mask.transforms.iter().any(|p| p.word() == \"mask\")",
        "if row.word != \"detections\" {",
    ];
    for line in lines {
        assert!(decides_on_a_text(line), "{line}");
    }
    let sound = [
        "let diagnostic = Diagnostic::error(\"bad-argument\", format!(\"`{name}` of `{word}` {}\", error.refusal))",
        "pub const FORMAT: FileFormat = FileFormat { word: \"csv\", extensions: &[\"csv\"] };",
        "diagnostics.dedup_by(|a, b| a.span() == b.span() && a.code == b.code);",
        "let message = format!(\"{message}\", \"x\");",
    ];
    for line in sound {
        assert!(!decides_on_a_text(line), "{line}");
    }
}

#[test]
fn no_decision_hangs_on_a_text() {
    let mut wrong = vec![];
    let let_off = |path: &str| ABOUT_TEXTS.iter().any(|place| path.starts_with(place));
    for file in house().iter().filter(|file| !let_off(&file.path)) {
        let found = file.code().into_iter().filter(|(_, line)| decides_on_a_text(line));
        wrong.extend(found.map(|(number, line)| format!("src/{}:{number}: {}", file.path, line.trim())));
    }
    assert!(wrong.is_empty(), "not a fact:\n{}", wrong.join("\n"));
}
