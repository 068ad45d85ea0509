//! Buffers of an editor over the files of the disk, and what was made of them. Owns when a text is checked again.

use super::super::config::{self, Config};
use super::super::files::{self, Disk, Input, beside};
use super::uri;
use crate::check::Checked;
use crate::check::names::{Program, Reader};
use crate::diagnostic::Diagnostic;
use crate::folder::Folder;
use crate::lint::levels::Levels;
use crate::lsp::Analysis;
use crate::lsp::place::{Encoding, Places};
use crate::source::SourceMap;
use crate::span::SourceId;
use crate::syntax::ast::File;
use crate::syntax::{self, Kept};
use lsp_types::{TextDocumentContentChangeEvent, Uri};
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::rc::Rc;

/// A buffer as the editor has it.
#[derive(Debug)]
pub struct Document {
    pub uri: Uri,
    pub version: i32,
    pub text: String,
    made: Option<Rc<Analysis>>,
    /// Names alone, where the text was not checked as it is.
    read: Option<Rc<Analysis>>,
    /// Whether the editor knows what is found in it.
    told: bool,
    /// What was read of it and of what it uses.
    kept: RefCell<Kept>,
}

/// All that is open, by path, and the folders that were opened.
#[derive(Debug)]
pub struct Workspace {
    pub open: BTreeMap<PathBuf, Document>,
    pub roots: Vec<PathBuf>,
    pub encoding: Encoding,
    here: PathBuf,
    /// What is wrong with `mhm.toml`, and what of it the editor has not heard.
    wrong: Option<String>,
    pub unsaid: Vec<String>,
}

impl Workspace {
    pub fn new(roots: Vec<PathBuf>, encoding: Encoding) -> Self {
        let here = std::env::current_dir().unwrap_or_default();
        Self { open: BTreeMap::new(), roots, encoding, here, wrong: None, unsaid: vec![] }
    }

    pub fn opened(&mut self, uri: &Uri, version: i32, text: String) {
        // An editor may send the file of the project, too: it is no text of the language.
        if let Some(path) = path_of(uri).filter(|path| !is_config(path)) {
            self.forget(&path);
            let kept = RefCell::default();
            let uri = uri.clone();
            self.open.insert(path, Document { uri, version, text, made: None, read: None, told: false, kept });
        }
    }

    pub fn changed(&mut self, uri: &Uri, version: i32, changes: Vec<TextDocumentContentChangeEvent>) {
        let encoding = self.encoding;
        let Some(path) = path_of(uri) else { return };
        let Some(document) = self.open.get_mut(&path) else { return };
        for change in changes {
            match change.range {
                None => document.text = change.text,
                Some(range) => {
                    let places = Places::new(&document.text, encoding);
                    let (start, end) = (places.offset(range.start), places.offset(range.end));
                    document.text.replace_range(start.min(end)..end, &change.text);
                }
            }
        }
        document.version = version;
        self.forget(&path);
    }

    pub fn closed(&mut self, uri: &Uri) {
        if let Some(path) = path_of(uri) {
            self.open.remove(&path);
            self.forget(&path);
        }
    }

    /// What was made of texts that use this file is out of date.
    pub fn forget(&mut self, path: &Path) {
        let here = self.here.clone();
        let of_project = is_config(path);
        for (own, document) in &mut self.open {
            let known = document.made.as_ref().or(document.read.as_ref());
            let uses = |made: &Rc<Analysis>| made.program.files.iter().any(|file| here.join(&file.name) == path);
            // A file that could not be read may be there now.
            let stale = own == path || of_project || known.is_some_and(|made| uses(made) || !made.program.is_whole);
            if stale {
                document.made = None;
                document.read = None;
                document.told = false;
            }
        }
    }

    /// Whether the editor has not heard what is found in a text.
    pub fn is_due(&self, path: &Path) -> bool {
        self.open.get(path).is_some_and(|document| !document.told)
    }

    pub fn told(&mut self, path: &Path) {
        if let Some(document) = self.open.get_mut(path) {
            document.told = true;
        }
    }

    /// What is known of an open text as it is now.
    pub fn analysis(&mut self, path: &Path) -> Option<Rc<Analysis>> {
        let document = self.open.get(path)?;
        if let Some(made) = &document.made {
            return Some(made.clone());
        }
        let input = Input { name: self.shown(path), text: document.text.clone() };
        let reader = Buffers { kept: Some(&document.kept), ..self.reader(path) };
        // Without one that can be read lints are as they are, and the editor is told why.
        let (levels, why) = match Config::near(path) {
            Ok(config) => (config.levels, None),
            Err(why) => (Levels::default(), Some(why.to_string())),
        };
        let (program, checked, found) = files::check_at(&input, &reader, &levels);
        document.kept.borrow_mut().end();
        let made = Rc::new(Analysis::new(program, checked, found, self.encoding));
        self.open.get_mut(path)?.made = Some(made.clone());
        if why != self.wrong {
            self.unsaid.extend(why.clone());
            self.wrong = why;
        }
        Some(made)
    }

    /// The names of an open text as it is now: what asks nothing else does not wait for a check.
    pub fn names(&mut self, path: &Path) -> Option<Rc<Analysis>> {
        let document = self.open.get(path)?;
        if let Some(known) = document.made.as_ref().or(document.read.as_ref()) {
            return Some(known.clone());
        }
        let read = Rc::new(self.glance(path)?);
        self.open.get_mut(path)?.read = Some(read.clone());
        Some(read)
    }

    /// The names of a text, open or not.
    pub fn seen(&mut self, path: &Path) -> Option<Rc<Analysis>> {
        self.names(path).or_else(|| self.glance(path).map(Rc::new))
    }

    /// Errors in a text and in what it uses, were these files to have these texts; each by its message.
    pub fn errors(&self, path: &Path, texts: &BTreeMap<PathBuf, String>) -> BTreeSet<String> {
        let Some(text) = texts.get(path).cloned().or_else(|| self.text(path)) else { return BTreeSet::new() };
        let input = Input { name: self.shown(path), text };
        let (_, _, found) = files::check_with(&input, &Buffers { texts, ..self.reader(path) });
        found.into_iter().filter(|found| found.is_error()).map(|found| found.message).collect()
    }

    /// What a text would come to in the place of a file's.
    pub fn instead(&self, path: &Path, text: &str) -> (Checked, Vec<Diagnostic>) {
        let input = Input { name: self.shown(path), text: text.into() };
        let (_, checked, found) = files::check_with(&input, &self.reader(path));
        (checked, found)
    }

    /// Names alone of a text that is not open: nothing is checked.
    pub fn glance(&self, path: &Path) -> Option<Analysis> {
        let text = self.text(path)?;
        let (program, found) = Program::load(&self.shown(path), &text, &self.reader(path));
        Some(Analysis::new(program, crate::check::Checked::default(), found, self.encoding))
    }

    /// The text of a file, as the editor has it or as it lies on the disk.
    pub fn text(&self, path: &Path) -> Option<String> {
        match self.open.get(path) {
            Some(document) => Some(document.text.clone()),
            None => fs::read_to_string(path).ok(),
        }
    }

    /// Every text of the language in the folders that were opened, and what is open.
    pub fn files(&self) -> Vec<PathBuf> {
        let mut found: Vec<PathBuf> = self.open.keys().cloned().collect();
        // Neighbours of what is open belong to it, whatever folders an editor names.
        for folder in self.open.keys().filter_map(|path| path.parent()).collect::<BTreeSet<_>>() {
            let beside = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
            found.extend(beside.filter(|path| files::is_text(path)));
        }
        for root in &self.roots {
            let below = Folder::open(root).ok().and_then(|folder| files::files_below(&folder).ok());
            found.extend(below.unwrap_or_default().into_iter().map(|path| root.join(path)));
        }
        found.sort();
        found.dedup();
        found
    }

    /// Where relative paths of data may begin.
    pub fn folders(&self, path: &Path) -> Vec<PathBuf> {
        let beside = path.parent().map(Path::to_path_buf);
        let mut folders: Vec<PathBuf> =
            [self.here.clone()].into_iter().chain(beside).chain(self.roots.clone()).collect();
        folders.dedup();
        folders
    }

    fn reader(&self, path: &Path) -> Buffers<'_> {
        static NONE: BTreeMap<PathBuf, String> = BTreeMap::new();
        Buffers { workspace: self, texts: &NONE, kept: None, disk: Disk::within(&self.shown(path), &self.roots) }
    }

    /// A path as messages have it.
    fn shown(&self, path: &Path) -> String {
        path.strip_prefix(&self.here).unwrap_or(path).display().to_string()
    }

    /// Where the text of a source lies; one of the library is written where an editor can show it.
    pub fn place(&self, analysis: &Analysis, id: SourceId) -> Option<Uri> {
        let source = analysis.source(id);
        let path = self.here.join(&source.name);
        if self.open.contains_key(&path) || path.exists() {
            return uri::uri(&path);
        }
        if source.library { uri::uri(&shelved(&source.name, &source.text)?) } else { None }
    }
}

/// Whether a file is what a project says of all its files.
fn is_config(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name == config::NAME)
}

/// The path of a buffer. One that was never saved has none of its own, and is taken for a file of the working directory.
pub fn path_of(uri: &Uri) -> Option<PathBuf> {
    uri::path(uri).or_else(|| {
        let name: String = uri.as_str().chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
        Some(std::env::current_dir().ok()?.join(format!("{name}.{}", files::ENDING)))
    })
}

/// A file with a text of the library, to be read only.
fn shelved(name: &str, text: &str) -> Option<PathBuf> {
    let version = env!("CARGO_PKG_VERSION");
    let around = |variable: &str| std::env::var_os(variable).map(PathBuf::from).filter(|path| path.is_absolute());
    let cache = around("XDG_CACHE_HOME").or_else(|| Some(around("HOME")?.join(".cache")));
    let path = cache.unwrap_or_else(std::env::temp_dir).join("mhm").join(format!("library-{version}")).join(name);
    if fs::read_to_string(&path).is_ok_and(|there| there == text) {
        return Some(path);
    }
    fs::create_dir_all(path.parent()?).ok()?;
    // One that an earlier build wrote is read only.
    let _ = fs::remove_file(&path);
    fs::write(&path, text).ok()?;
    let mut rights = fs::metadata(&path).ok()?.permissions();
    rights.set_readonly(true);
    fs::set_permissions(&path, rights).ok()?;
    Some(path)
}

/// Files as a text sees them: buffers first.
struct Buffers<'w> {
    workspace: &'w Workspace,
    /// Texts that would stand in the place of others.
    texts: &'w BTreeMap<PathBuf, String>,
    kept: Option<&'w RefCell<Kept>>,
    disk: Disk,
}

impl Reader for Buffers<'_> {
    fn library(&self, path: &str) -> Option<(String, String)> {
        let (name, text) = self.disk.library(path)?;
        let open = self.workspace.open.get(&self.workspace.here.join(&name));
        Some((name, open.map_or(text, |document| document.text.clone())))
    }

    fn library_paths(&self) -> Vec<String> {
        self.disk.library_paths()
    }

    fn file(&self, path: &str, from: &str) -> Result<(String, String), String> {
        let shown = beside(path, from);
        let full = self.workspace.here.join(&shown);
        let open = || self.workspace.open.get(&full).map(|document| &document.text);
        match self.texts.get(&full).or_else(open) {
            Some(text) => Ok((shown, text.clone())),
            None => self.disk.file(path, from),
        }
    }

    fn parse(&self, sources: &SourceMap, id: SourceId) -> (File, Vec<Diagnostic>) {
        match self.kept {
            Some(kept) => kept.borrow_mut().parse(sources, id),
            None => syntax::parse(sources, id),
        }
    }
}
