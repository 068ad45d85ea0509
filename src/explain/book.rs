//! The manual as the reference of the book: chapters in Markdown, each entry below a heading of its name. Owns which chapters there are and
//! how an entry looks there. What the program itself takes, commands and options, `cli` adds.

use super::pages::{self, Page};
use super::{header, heading, items, last, list, signature, statements};
use crate::builtin::{self, Builtin};

/// A chapter: a file of the book.
#[derive(Clone, Debug)]
pub struct Chapter {
    /// The name of the file, without a folder.
    pub file: String,
    pub text: String,
}

/// Where statements stand: the folder of their pages, and the title of the chapter.
const PLACES: [(&str, &str); 6] = [
    ("file", "Items, and what stands around them"),
    ("network", "Statements of a network"),
    ("schedule", "Statements of a schedule"),
    ("dataset", "Statements of a dataset"),
    ("pipeline", "Statements of a pipeline"),
    ("experiment", "Statements of an experiment, and measures"),
];

/// Every chapter, in the order of the book, and the words that a page may colour.
pub fn chapters() -> Vec<Chapter> {
    let chapter = |file: &str, title: &str, entries: String| Chapter {
        file: format!("{file}.md"),
        text: format!("# {title}\n{entries}"),
    };
    let mut all: Vec<Chapter> =
        PLACES.iter().map(|(place, title)| chapter(&format!("statements-{place}"), title, of_place(place))).collect();
    let mut rows = builtin::registry().iter().peekable();
    while let Some(row) = rows.peek() {
        let noun = row.kind.noun();
        let mut entries = String::new();
        while let Some(row) = rows.next_if(|row| row.kind.noun() == noun) {
            entries += &builtin_entry(row);
        }
        let title = heading(noun);
        all.push(chapter(&title.to_lowercase().replace(' ', "-"), &title, entries));
    }
    all.push(chapter("library", "The library", items().map(|(path, text)| item_entry(path, text)).collect()));
    all.push(chapter("lints", "Lints", pages::lints().map(|page| lint_entry(&page)).collect()));
    all.push(chapter("messages", "Messages", pages::codes().map(|page| code_entry(&page)).collect()));
    all.push(chapter("mhm-toml", "mhm.toml", pages::files().map(|page| file_entry(&page)).collect()));
    all.push(Chapter { file: "words.js".into(), text: words() });
    all
}

fn of_place(place: &str) -> String {
    pages::statements().filter(|page| statements::folder(page) == place).map(|page| statement_entry(&page)).collect()
}

/// Names by what they are, for colours.
fn words() -> String {
    let mut words: Vec<(&str, Vec<String>)> = vec![];
    for entry in list().into_iter().filter(|entry| !["lint", "code", "file", "library"].contains(&entry.kind)) {
        let kind = if entry.kind == "statement" { "keyword" } else { "built_in" };
        // Measures and signs are no words.
        if !entry.name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_') {
            continue;
        }
        match words.iter_mut().find(|(known, _)| *known == kind) {
            Some((_, names)) => names.push(entry.name),
            None => words.push((kind, vec![entry.name])),
        }
    }
    let lines: Vec<String> = words.iter().map(|(kind, names)| format!("  {kind}: '{}'", names.join(" "))).collect();
    format!("const mhmWords = {{\n{}\n}};\n", lines.join(",\n"))
}

fn fenced(language: &str, text: &str) -> String {
    format!("```{language}\n{}\n```\n", text.trim_matches('\n'))
}

fn statement_entry(page: &Page) -> String {
    let mut words = page.words();
    let name = words.next().unwrap_or_default();
    let mut out = format!("\n## {name}\n\n*{}*", capitalized(page.place()));
    let others: Vec<String> = words.map(|word| format!("`{word}`")).collect();
    if !others.is_empty() {
        out += &format!(" · also {}", others.join(" "));
    }
    let form = fenced("text", page.block("text").unwrap_or_default());
    out += &format!("\n\n{form}\n{}\n\n", linked(statements::meaning(page)));
    match page.text.split_once(statements::AS_IN) {
        Some((_, link)) => out + &linked(&format!("Example: [{}\n", link.trim_end_matches('.'))),
        None => out + &fenced("mhm", statements::example(page)),
    }
}

/// Links of `manual/` are to files, those of the book to entries.
fn linked(text: &str) -> String {
    let mut pieces = text.split("](");
    let mut out = pieces.next().unwrap_or_default().to_string();
    for piece in pieces {
        let (target, rest) = piece.split_once(')').unwrap_or((piece, ""));
        let name = target.rsplit('/').next().unwrap_or(target).trim_end_matches(".md");
        let entry = pages::statements().find(|page| page.name == name);
        let (place, word) =
            entry.map_or(("", ""), |page| (statements::folder(&page), page.words().next().unwrap_or_default()));
        out += &format!("](statements-{place}.md#{word}){rest}");
    }
    out
}

fn lint_entry(page: &Page) -> String {
    format!("\n## {}\n\n{}\n\n{}", page.name, page.text, compared(page))
}

fn code_entry(page: &Page) -> String {
    format!("\n## {}\n\n**{}**\n\n{}\n\n{}", page.name, capitalized(page.meaning()), page.text, compared(page))
}

/// What is wrong, and how it is mended.
fn compared(page: &Page) -> String {
    page.block("diff").map(|diff| fenced("diff", diff)).unwrap_or_default()
}

fn file_entry(page: &Page) -> String {
    format!("\n{}\n\n{}", page.text, fenced("toml", page.block("toml").unwrap_or_default()))
}

fn builtin_entry(row: &Builtin) -> String {
    let doc: Vec<&str> = row.doc.trim().lines().map(str::trim_end).collect();
    let doc: Vec<&str> = doc.iter().map(|line| line.strip_prefix(' ').unwrap_or(line)).collect();
    let mut out = format!("\n## {}\n\n{}\n{}\n", row.name, fenced("mhm", &signature(row)), doc.join("\n"));
    for param in row.params {
        let default = param.default.map_or("required".to_string(), |default| format!("default `{}`", default()));
        let doc = param.doc.split_whitespace().collect::<Vec<_>>().join(" ");
        out += &format!("\n- `{}`: {} ({default}). {doc}", param.name, param.expected);
    }
    if !row.params.is_empty() {
        out.push('\n');
    }
    out + "\nExample:\n\n" + &fenced("mhm", row.example)
}

fn item_entry(path: &str, text: &str) -> String {
    let Some((header, kind)) = header(path, text) else { return String::new() };
    let doc = header.doc.join("\n");
    let using = format!("use std.{}", path.replace('/', "."));
    let out = format!("\n## {}\n\n*{} of the library*\n\n{}\n\n", last(path), capitalized(kind), doc.trim());
    out + &fenced("mhm", &using) + "\n" + &fenced("mhm", text)
}

fn capitalized(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
