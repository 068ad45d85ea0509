//! The files of `manual/`, one for each statement, code and lint, as `build.rs` lists them. Owns what such a file holds; the
//! tests hold the files against the language and run every example.

/// Path below `manual/` without the ending, and text, sorted by path.
const FILES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/manual.rs"));

/// A page: a title in its first line, a text, and blocks between fences, each of a language.
#[derive(Clone, Debug)]
pub struct Page {
    /// The file's name: the name of the code or lint.
    pub name: &'static str,
    /// Below `manual/`, without the ending.
    pub path: &'static str,
    pub title: &'static str,
    pub text: &'static str,
    blocks: Vec<(&'static str, &'static str)>,
}

/// The pages of a folder, sorted by path.
fn below(folder: &str) -> impl Iterator<Item = Page> {
    let inside = move |path: &str| path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'));
    FILES.iter().filter(move |(path, _)| inside(path)).map(|(path, file)| Page::read(path, file))
}

/// A page for every code of a message, lints aside.
pub fn codes() -> impl Iterator<Item = Page> {
    below("codes")
}

/// A page for every lint.
pub fn lints() -> impl Iterator<Item = Page> {
    below("lints")
}

/// A page for every file of a project that is not in the language.
pub fn files() -> impl Iterator<Item = Page> {
    below("files")
}

/// A page for every statement and construct of the language, in the order of a program.
pub fn statements() -> impl Iterator<Item = Page> {
    let places = ["file", "network", "schedule", "dataset", "pipeline", "experiment"];
    places.into_iter().flat_map(|place| below(&format!("statements/{place}")).collect::<Vec<_>>())
}

impl Page {
    fn read(path: &'static str, file: &'static str) -> Self {
        let name = path.rsplit('/').next().unwrap_or(path);
        let (title, body) = file.split_once('\n').unwrap_or((file, ""));
        // Every other piece stands between fences.
        let pieces: Vec<&str> = body.split("```").collect();
        let mut texts = pieces.iter().step_by(2).map(|piece| piece.trim()).filter(|piece| !piece.is_empty());
        let blocks = pieces.iter().skip(1).step_by(2).filter_map(|piece| piece.split_once('\n')).collect();
        Self { name, path, title: title.trim_start_matches("# "), text: texts.next().unwrap_or_default(), blocks }
    }

    /// What a code means, in one line: what stands after its name.
    pub fn meaning(&self) -> &'static str {
        self.title.split_once(": ").map_or("", |(_, meaning)| meaning)
    }

    /// The first sentence of the text.
    pub fn summary(&self) -> String {
        first_sentence(self.text)
    }

    /// The words a statement or a file is found by: the one it begins with, then others.
    pub fn words(&self) -> impl Iterator<Item = &'static str> + use<> {
        self.title.split(" (").next().unwrap_or_default().split(", ")
    }

    /// Where a statement may stand.
    pub fn place(&self) -> &'static str {
        self.title.split_once(" (").map_or("", |(_, place)| place.trim_end_matches(')'))
    }

    /// The first block of a language.
    pub fn block(&self, language: &str) -> Option<&'static str> {
        self.blocks.iter().find(|(of, _)| *of == language).map(|(_, block)| *block)
    }

    /// Whether its text has these words as code: `sampler sobol`.
    pub fn says(&self, words: &str) -> bool {
        self.text.split('`').skip(1).step_by(2).any(|code| code == words)
    }

    /// The program that a code or lint finds fault with.
    pub fn failing(&self) -> Option<String> {
        self.block("diff").map(|diff| side(diff, '-'))
    }

    /// The same program mended.
    pub fn mended(&self) -> Option<String> {
        self.block("diff").map(|diff| side(diff, '+'))
    }
}

/// One side of a comparison: the lines that both have, and those with its mark.
fn side(diff: &str, mark: char) -> String {
    let own = diff.lines().filter_map(|line| if line.is_empty() { Some(line) } else { line.strip_prefix([' ', mark]) });
    own.map(|line| format!("{line}\n")).collect()
}

/// Up to the first period that ends a sentence, which that of `et al.` does not.
pub fn first_sentence(text: &str) -> String {
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let ends = |at: usize| {
        let (before, after) = (&words[..at], &words[at + 2..]);
        let abbreviated = ["et al", "e.g", "i.e", "cf", "vs", "Eq", "Fig"].iter().any(|short| before.ends_with(short));
        !abbreviated && !after.starts_with(char::is_lowercase)
    };
    match words.match_indices(". ").map(|(at, _)| at).find(|at| ends(*at)) {
        Some(end) => words[..end].to_string(),
        None => words.trim_end_matches('.').to_string(),
    }
}
