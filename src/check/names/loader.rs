//! What a file uses, and what that brings in. Owns the resolution of `use`; reads nothing itself: a [`Reader`] does.

use super::{ItemId, Loaded, Program, Reader};
use crate::diagnostic::{Diagnostic, MOST};
use crate::span::{Ident, Span};
use crate::suggest::{meant, nearest};
use crate::syntax::ast::{File, Item, Use, UsePath};
use std::collections::{BTreeMap, BTreeSet};

impl Program {
    /// Parses `text` and everything it uses.
    pub fn load(name: &str, text: &str, reader: &dyn Reader) -> (Program, Vec<Diagnostic>) {
        let program = Program { library: reader.library_paths(), ..Program::default() };
        let mut loader = Loader { program, reader, diagnostics: vec![], open: vec![], library: BTreeMap::new() };
        loader.add(name, text, Origin::Entry);
        let Loader { mut program, diagnostics, .. } = loader;
        program.is_whole = diagnostics.is_empty();
        (program, diagnostics)
    }
}

/// Bytes of a path that a text may name.
const LONGEST_PATH: usize = 4096;

#[derive(Clone, Copy, PartialEq)]
enum Origin {
    Entry,
    File,
    Library,
}

struct Loader<'r> {
    program: Program,
    reader: &'r dyn Reader,
    diagnostics: Vec<Diagnostic>,
    /// Names of the files being loaded, outermost first, to find cycles.
    open: Vec<String>,
    /// Files of the library by their paths there.
    library: BTreeMap<String, usize>,
}

impl Loader<'_> {
    fn add(&mut self, name: &str, text: &str, origin: Origin) -> usize {
        let id = match origin {
            Origin::Library => self.program.sources.add_library(name, text),
            Origin::Entry | Origin::File => self.program.sources.add(name, text),
        };
        let (tree, found) = self.reader.parse(&self.program.sources, id);
        if !found.is_empty() {
            let declared: BTreeSet<&str> =
                tree.items.iter().filter_map(|i| i.header()).map(|h| h.name.node.as_str()).collect();
            self.program.broken.extend(headers(text).filter(|name| !declared.contains(name)).map(str::to_string));
            let missed = unread_uses(text, &tree, &self.program.library);
            self.program.broken.extend(missed);
        }
        self.diagnostics.extend(found);
        let file = self.program.files.len();
        self.program.files.push(Loaded { id, name: name.into(), tree, scope: BTreeMap::new(), brought: vec![] });
        self.open.push(name.into());
        self.declare(file);
        let uses: Vec<Use> = self.program.files[file]
            .tree
            .items
            .iter()
            .filter_map(|item| if let Item::Use(u) = item { Some(u.clone()) } else { None })
            .collect();
        for item in uses {
            if self.diagnostics.len() >= MOST {
                break;
            }
            self.program.files[file].brought.push((item.span, BTreeSet::new()));
            self.bring(file, &item);
        }
        self.open.pop();
        file
    }

    /// The file's own items.
    fn declare(&mut self, file: usize) {
        let names: Vec<(usize, Ident)> = self.program.files[file]
            .tree
            .items
            .iter()
            .enumerate()
            .filter_map(|(i, item)| item.header().map(|h| (i, h.name.clone())))
            .collect();
        for (item, name) in names {
            self.insert(file, &name.node, ItemId { file, item }, name.span);
        }
    }

    fn insert(&mut self, file: usize, name: &str, id: ItemId, span: Span) {
        let previous = self.program.files[file].scope.get(name).copied();
        match previous {
            Some(before) if before != id => {
                let first = self.program.item(before).header().map(|h| h.name.span).unwrap_or_default();
                // An item of this file takes the name of one that it uses, wherever the `use` stands.
                let (again, first) =
                    if id.file != before.file && before.file == file { (first, span) } else { (span, first) };
                if self.diagnostics.len() < MOST {
                    self.program.doubtful.push(again);
                    self.diagnostics.push(name_clash(name, again, first));
                }
            }
            Some(_) => {}
            None => {
                self.program.files[file].scope.insert(name.into(), id);
            }
        }
    }

    fn bring(&mut self, file: usize, item: &Use) {
        match &item.path {
            UsePath::Library(parts) => self.bring_library(file, item.span, parts),
            UsePath::File(path) => self.bring_file(file, &path.node, path.span),
        }
    }

    fn bring_library(&mut self, file: usize, span: Span, parts: &[Ident]) {
        let words: Vec<&str> = parts.iter().map(|p| p.node.as_str()).collect();
        let all = &self.program.library;
        let wanted: Vec<String> = match words.as_slice() {
            ["std", folder, "*"] => {
                let prefix = format!("{folder}/");
                all.iter().filter(|p| p.starts_with(&prefix)).cloned().collect()
            }
            ["std", rest @ ..] if all.contains(&rest.join("/")) => vec![rest.join("/")],
            _ => vec![],
        };
        if wanted.is_empty() {
            let found = unknown_library(&words.join("."), span, all);
            // What would have been brought in is missed once.
            let meant = found.fix.iter().map(|fix| fix.replacement.as_str()).chain(words.last().copied());
            let names = meant.filter_map(|path| path.rsplit('.').next()).map(str::to_string);
            self.program.broken.extend(names.collect::<Vec<_>>());
            self.diagnostics.push(found);
            return;
        }
        for path in wanted {
            let name = path.rsplit('/').next().unwrap_or(&path).to_string();
            let Some(source) = self.of_library(&path, span) else { continue };
            let shown = &self.program.files[source].name;
            match self.program.files[source].scope.get(&name).copied() {
                Some(id) => self.brought(file, &name, id, span),
                None => self.diagnostics.push(
                    Diagnostic::name_error("unknown-name", format!("`{shown}` declares nothing called `{name}`"))
                        .label(span, "used here")
                        .help("a library file must declare an item of its own name"),
                ),
            }
        }
    }

    /// The file of the library at a path, read once.
    fn of_library(&mut self, path: &str, span: Span) -> Option<usize> {
        if let Some(known) = self.library.get(path) {
            return Some(*known);
        }
        let (shown, text) = self.reader.library(path)?;
        let source = self.open_once(&shown, &text, span, Origin::Library)?;
        self.library.insert(path.into(), source);
        Some(source)
    }

    fn bring_file(&mut self, file: usize, path: &str, span: Span) {
        if path.len() > LONGEST_PATH {
            self.diagnostics.push(
                Diagnostic::error("unreadable-file", format!("a path of {} bytes names no file", path.len()))
                    .label(span, format!("{LONGEST_PATH} are allowed")),
            );
            return;
        }
        let from = self.program.files[file].name.clone();
        match self.reader.file(path, &from) {
            Err(_) if path.starts_with("std.") => {
                let missed = names_of(path, &self.program.library);
                self.program.broken.extend(missed);
                self.diagnostics.push(
                    Diagnostic::error("unreadable-file", "the path of an item of the library stands without quotes")
                        .label(span, "no file")
                        .help(format!("write `use {path}`"))
                        .fix(span, path),
                );
            }
            Err(why) => {
                self.program.doubtful.push(span);
                self.diagnostics.push(
                    Diagnostic::error("unreadable-file", format!("cannot read `{path}`: {why}"))
                        .label(span, "used here")
                        .help("paths are taken from the folder of the file that names them"),
                );
            }
            Ok((shown, text)) => {
                let Some(source) = self.open_once(&shown, &text, span, Origin::File) else { return };
                let own: Vec<(String, ItemId)> = self.program.files[source]
                    .scope
                    .iter()
                    .filter(|(_, id)| id.file == source)
                    .map(|(n, id)| (n.clone(), *id))
                    .collect();
                for (name, id) in own {
                    self.brought(file, &name, id, span);
                }
            }
        }
    }

    /// One item of the last `use` of a file.
    fn brought(&mut self, file: usize, name: &str, id: ItemId, span: Span) {
        if let Some((_, items)) = self.program.files[file].brought.last_mut() {
            items.insert(id);
        }
        self.insert(file, name, id, span);
    }

    /// The file called `shown`, parsed once; `None` where it is being loaded already.
    fn open_once(&mut self, shown: &str, text: &str, span: Span, origin: Origin) -> Option<usize> {
        if self.open.iter().any(|name| name == shown) {
            let mut chain = self.open.clone();
            chain.push(shown.into());
            self.diagnostics.push(
                Diagnostic::error("use-cycle", format!("`{shown}` uses itself"))
                    .label(span, chain.join(" → "))
                    .help("move what both need into a third file"),
            );
            return None;
        }
        let Some(found) = self.program.files.iter().position(|f| f.name == shown) else {
            return Some(self.add(shown, text, origin));
        };
        if self.program.sources.get(self.program.files[found].id).text == text {
            return Some(found);
        }
        self.diagnostics.push(
            Diagnostic::error(
                "unreadable-file",
                format!("two files are called `{shown}`, and this one is not the first"),
            )
            .label(span, "used here")
            .help("rename one of them, or the folder it lies in: a run keeps its texts by their names"),
        );
        None
    }
}

/// Names that follow the word of an item, perhaps a misspelt one, at the beginning of a line.
fn headers(text: &str) -> impl Iterator<Item = &str> {
    const WORDS: [&str; 6] = ["block", "network", "schedule", "dataset", "pipeline", "experiment"];
    text.lines().filter_map(|line| {
        let (word, rest) = line.split_once(' ')?;
        let name = rest.trim_start().split(|c: char| !c.is_alphanumeric() && c != '_').next()?;
        let begins = nearest(word, WORDS).is_some() || crate::syntax::item_word(word).is_some();
        (begins && !name.is_empty()).then_some(name)
    })
}

/// What each `use` that could not be read would have brought in.
fn unread_uses(text: &str, tree: &File, library: &[String]) -> Vec<String> {
    let read: BTreeSet<usize> = tree
        .items
        .iter()
        .filter_map(|item| if let Item::Use(u) = item { Some(u.span.start as usize) } else { None })
        .collect();
    let mut missed = vec![];
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let at = start + line.len() - line.trim_start().len();
        start += line.len();
        if let Some(path) = line.trim().strip_prefix("use ").filter(|_| !read.contains(&at)) {
            missed.extend(names_of(path, library));
        }
    }
    missed
}

/// The names that a path of the library would bring in, as far as its words tell.
fn names_of(path: &str, library: &[String]) -> Vec<String> {
    let is_letter = |c: char| c.is_alphanumeric() || c == '_';
    let Some(last) = path.split(|c| !is_letter(c)).rfind(|word| !word.is_empty()) else { return vec![] };
    let folder = format!("{last}/");
    let all = library.iter().filter_map(|path| path.strip_prefix(&folder));
    all.filter(|_| path.contains('*')).chain([last]).map(str::to_string).collect()
}

fn name_clash(name: &str, span: Span, first: Span) -> Diagnostic {
    Diagnostic::error("name-clash", format!("`{name}` is declared twice"))
        .label(span, "again here")
        .label(first, "first here")
        .help("rename one of them; a file sees its own items and all it uses under one name each")
}

fn unknown_library(path: &str, span: Span, all: &[String]) -> Diagnostic {
    let shown: Vec<String> = all.iter().map(|p| format!("std.{}", p.replace('/', "."))).collect();
    let diagnostic =
        Diagnostic::error("unknown-library", format!("the library has no `{path}`")).label(span, "not found");
    let folders: BTreeSet<String> =
        all.iter().filter_map(|p| p.split_once('/')).map(|(folder, _)| format!("std.{folder}.*")).collect();
    match meant(path, shown.iter().chain(&folders).map(String::as_str)) {
        Some((near, safety)) => {
            diagnostic.help(format!("did you mean `use {near}`?")).offer(span, format!("use {near}"), safety)
        }
        None => diagnostic.help(format!("it has: {}", shown.join(", "))),
    }
}
