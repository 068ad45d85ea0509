//! `mhm.toml`, what a project says once for all its files. Owns where it is looked for and what may stand in it.

mod pattern;
mod slurm;

pub use slurm::Slurm;

use super::files::{self, Disk, ENDING, Input, reason, shown, tidied};
use crate::check::{Checked, names::Program};
use crate::diagnostic::Diagnostic;
use crate::explain::pages;
use crate::folder;
use crate::hir::LINTS;
use crate::lint::levels::{Level, Levels};
use crate::source::SourceMap;
use crate::span::{SourceId, Span};
use crate::suggest::nearest;
use pattern::Pattern;
use std::fmt;
use std::fs;
use std::io::Read;
use std::ops::Range;
use std::path::{Path, PathBuf};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// What the file is called.
pub const NAME: &str = "mhm.toml";
/// The code of all that is wrong in it.
pub const CODE: &str = "bad-config";
/// Bytes it may have.
const MAX_BYTES: u64 = 1 << 20;
const TABLES: [&str; 3] = ["lints", "files", "slurm"];
const OF_FILES: [&str; 2] = ["roots", "exclude"];

/// What `mhm.toml` says; without one, nothing.
#[derive(Clone, Debug, Default)]
pub struct Config {
    /// The file itself.
    pub path: Option<PathBuf>,
    pub levels: Levels,
    /// What is looked at where nothing is named; of none, where one stands.
    pub roots: Vec<PathBuf>,
    exclude: Vec<Pattern>,
    pub slurm: Slurm,
}

/// Why nothing can be told from it.
#[derive(Clone, Debug)]
pub enum Wrong {
    Unread { name: String, why: String },
    Said { sources: SourceMap, found: Vec<Diagnostic> },
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Wrong::Unread { why, .. } => f.write_str(why),
            Wrong::Said { sources, found } => {
                let lines = found.iter().map(|one| {
                    let (at, help) =
                        (one.span(), one.help.as_ref().map(|help| format!("; {help}")).unwrap_or_default());
                    let place = sources.position(at.source, at.start);
                    let name = &sources.get(at.source).name;
                    format!("{name}:{}:{}: {}{help}", place.line, place.column, one.message)
                });
                f.write_str(&lines.collect::<Vec<_>>().join("\n"))
            }
        }
    }
}

impl Wrong {
    /// The file, as it is shown.
    pub fn name(&self) -> &str {
        match self {
            Wrong::Unread { name, .. } => name,
            Wrong::Said { sources, .. } => &sources.get(SourceId(0)).name,
        }
    }
}

impl From<Wrong> for String {
    fn from(wrong: Wrong) -> Self {
        wrong.to_string()
    }
}

impl Config {
    /// What the nearest one says to a file or folder of this name.
    pub fn near(path: &Path) -> Result<Self, Wrong> {
        find(path).map_or_else(|| Ok(Self::default()), |found| Self::read(&found))
    }

    /// What the file of this name says.
    pub fn read(path: &Path) -> Result<Self, Wrong> {
        let name = from_here(path);
        match text(path) {
            Ok(text) => Self::of(path, &name, &text),
            Err(why) => Err(Wrong::Unread { why: format!("cannot read `{name}`: {why}"), name }),
        }
    }

    /// What a text says that lies at this path, and is shown by this name.
    pub fn of(path: &Path, name: &str, text: &str) -> Result<Self, Wrong> {
        let mut sources = SourceMap::default();
        let source = sources.add(name, text);
        let folder = path.parent().unwrap_or(Path::new("")).to_path_buf();
        let mut reading = Reading { text, source, folder, found: vec![] };
        let mut config = reading.config();
        config.path = Some(path.to_path_buf());
        let mut found = reading.found;
        found.sort_by_key(Diagnostic::span);
        if found.is_empty() { Ok(config) } else { Err(Wrong::Said { sources, found }) }
    }

    /// What else may be why nothing is found in a folder.
    pub fn hint(&self) -> String {
        match &self.path {
            Some(path) if !self.exclude.is_empty() => format!("; `exclude` of `{}` leaves some out", from_here(path)),
            Some(_) | None => String::new(),
        }
    }

    /// Whether a file or folder is left out where the folder around it is named.
    pub fn leaves_out(&self, path: &Path) -> bool {
        let Some(folder) = self.path.as_ref().and_then(|path| path.parent()).filter(|_| !self.exclude.is_empty())
        else {
            return false;
        };
        let path = whole(path);
        let Ok(below) = path.strip_prefix(whole(folder)) else { return false };
        let mut all = below.ancestors().filter(|path| !path.as_os_str().is_empty());
        all.any(|path| self.exclude.iter().any(|pattern| pattern.is_of(path)))
    }
}

/// Loads a text with all it uses, checks and lints it as the nearest `mhm.toml` has it.
///
/// # Errors
/// What is wrong in that.
pub fn check(input: &Input) -> Result<(Program, Checked, Vec<Diagnostic>), Wrong> {
    let config = Config::near(Path::new(&input.name))?;
    Ok(files::check_at(input, &Disk::beside(&input.name), &config.levels))
}

/// The nearest `mhm.toml`: beside a file or in a folder, else in a folder above, up to the one with `.git`.
pub fn find(path: &Path) -> Option<PathBuf> {
    places(path).into_iter().find(|place| place.symlink_metadata().is_ok())
}

/// Where it is looked for, the nearest place first.
pub fn places(path: &Path) -> Vec<PathBuf> {
    let path = whole(path);
    let from = if path.is_dir() { Some(path.as_path()) } else { path.parent() };
    let mut places = vec![];
    for folder in from.into_iter().flat_map(Path::ancestors) {
        places.push(folder.join(NAME));
        if folder.join(".git").symlink_metadata().is_ok() {
            break;
        }
    }
    places
}

fn whole(path: &Path) -> PathBuf {
    tidied(&std::env::current_dir().unwrap_or_default().join(path))
}

/// A path as one would type it where the program was started.
pub fn from_here(path: &Path) -> String {
    let here = std::env::current_dir().unwrap_or_default();
    let path = whole(path);
    let mut up = PathBuf::new();
    for folder in here.ancestors() {
        if let Ok(below) = path.strip_prefix(folder).map(|below| up.join(below)) {
            // Further up than a project is deep, the whole path is clearer.
            let is_near = folder.parent().is_some() || here.parent().is_none();
            let below = if below.as_os_str().is_empty() { PathBuf::from(".") } else { below };
            return shown(if is_near { &below } else { &path });
        }
        up.push("..");
    }
    shown(&path)
}

fn text(path: &Path) -> Result<String, String> {
    let (file, _) = folder::named(path).map_err(|e| reason(&e))?;
    let mut bytes = vec![];
    file.take(MAX_BYTES + 1).read_to_end(&mut bytes).map_err(|e| reason(&e))?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(format!("it has more than {MAX_BYTES} bytes"));
    }
    String::from_utf8(bytes).map_err(|_| "it is not text (UTF-8)".into())
}

/// A text on its way to what it says.
struct Reading<'t> {
    text: &'t str,
    source: SourceId,
    folder: PathBuf,
    found: Vec<Diagnostic>,
}

impl Reading<'_> {
    fn config(&mut self) -> Config {
        let mut config = Config::default();
        let table = match DeTable::parse_recoverable(self.text) {
            (table, wrong) if wrong.is_empty() => table.into_inner(),
            (_, wrong) => {
                // What stands behind is read otherwise than it is meant.
                for error in wrong.iter().take(1) {
                    let message = error.message().lines().collect::<Vec<_>>().join("; ");
                    let at = error.span().unwrap_or(self.text.len()..self.text.len());
                    self.wrong(at, format!("this is no TOML: {message}"), "here", None);
                }
                return config;
            }
        };
        for (key, value) in table {
            let name = key.get_ref().to_string();
            match (name.as_str(), value.get_ref()) {
                ("lints", DeValue::Table(lints)) => lints.iter().for_each(|(key, level)| {
                    if let Some((lint, level)) = self.level(key, level) {
                        config.levels.set(lint, level);
                    }
                }),
                ("files", DeValue::Table(files)) => {
                    files.iter().for_each(|(key, list)| self.files(&mut config, key, list))
                }
                ("slurm", DeValue::Table(table)) => {
                    table.iter().for_each(|(key, value)| self.slurm(&mut config.slurm, key, value));
                }
                ("lints" | "files" | "slurm", other) => {
                    let help = format!("write `[{name}]` in a line of its own, and below it what it is to say");
                    self.wrong(value.span(), format!("`{name}` is a table"), &article(other), Some(help));
                }
                (_, other) => self.unknown(&key.span(), &name, other),
            }
        }
        config
    }

    fn unknown(&mut self, at: &Range<usize>, name: &str, value: &DeValue<'_>) {
        let is_table = matches!(value, DeValue::Table(_));
        let message = format!("there is no {} `{name}`", if is_table { "table" } else { "key" });
        let help = match nearest(name, TABLES) {
            _ if OF_FILES.contains(&name) => format!("write it below `[{}]`", TABLES[1]),
            _ if LINTS.contains(&name) => format!("write it below `[{}]`", TABLES[0]),
            Some(near) => format!("did you mean `[{near}]`?"),
            None => "there are `[lints]`, `[files]` and `[slurm]`".into(),
        };
        self.wrong(at.clone(), message, "nothing reads this", Some(help));
    }

    /// `unused-let = "allow"`
    fn level(
        &mut self,
        key: &Spanned<std::borrow::Cow<'_, str>>,
        value: &Spanned<DeValue<'_>>,
    ) -> Option<(&'static str, Level)> {
        let name = key.get_ref().as_ref();
        let bare = name.strip_prefix("mhm::").unwrap_or(name);
        let lint = LINTS.iter().copied().find(|lint| *lint == bare);
        if lint.is_none() {
            if pages::codes().any(|page| page.name == bare) {
                let help = "only lints have levels; `mhm explain` lists them".to_string();
                self.wrong(key.span(), format!("`{bare}` is an error of the language"), "has no level", Some(help));
            } else {
                let near = nearest(bare, LINTS.iter().copied());
                let help =
                    near.map_or("`mhm explain` lists the lints".into(), |near| format!("did you mean `{near}`?"));
                self.wrong(key.span(), format!("there is no lint `{bare}`"), "nothing to give a level", Some(help));
            }
        }
        let level = match value.get_ref() {
            DeValue::String(word) => {
                let level = Level::ALL.into_iter().find(|level| level.word() == word.as_ref());
                if level.is_none() {
                    let help = format!("write `\"{}\"`", meant(word).word());
                    let message = format!("there is no level `{word}`");
                    self.wrong(value.span(), message, "is `allow`, `warn` or `error`", Some(help));
                }
                level
            }
            other => {
                let help = "write `\"allow\"`, `\"warn\"` or `\"error\"`".to_string();
                self.wrong(value.span(), "a level is a text".into(), &article(other), Some(help));
                None
            }
        };
        Some((lint?, level?))
    }

    /// `roots = ["pipelines"]`
    fn files(&mut self, config: &mut Config, key: &Spanned<std::borrow::Cow<'_, str>>, value: &Spanned<DeValue<'_>>) {
        let name = key.get_ref().as_ref();
        if !OF_FILES.contains(&name) {
            let help = match nearest(name, OF_FILES) {
                Some(near) => format!("did you mean `{near}`?"),
                None => "`[files]` has `roots` and `exclude`".into(),
            };
            self.wrong(key.span(), format!("there is no key `{name}` in `[files]`"), "nothing reads this", Some(help));
            return;
        }
        let DeValue::Array(list) = value.get_ref() else {
            let help = format!("write `{name} = [\"…\"]`");
            self.wrong(value.span(), format!("`{name}` is a list of paths"), &article(value.get_ref()), Some(help));
            return;
        };
        if name == OF_FILES[0] && list.is_empty() {
            let help = "name a folder, or leave `roots` out".to_string();
            self.wrong(value.span(), "`roots` names nothing".into(), "an empty list", Some(help));
        }
        for one in list.iter() {
            let DeValue::String(path) = one.get_ref() else {
                self.wrong(one.span(), "a path is a text".into(), &article(one.get_ref()), None);
                continue;
            };
            if name == OF_FILES[0] {
                config.roots.extend(self.root(path, one.span()));
            } else {
                match Pattern::of(path) {
                    Ok(pattern) => config.exclude.push(pattern),
                    Err(why) => self.wrong(one.span(), format!("`{path}` {why}"), "left out of what is checked", None),
                }
            }
        }
    }

    /// A folder or a file that is there, by the name it is shown under.
    fn root(&mut self, path: &str, at: Range<usize>) -> Option<PathBuf> {
        let below = tidied(Path::new(path));
        if path.is_empty() || below.is_absolute() || below.starts_with("..") {
            let message = format!("`{path}` does not lie below the folder of `{NAME}`");
            let help = "paths are taken from the folder of this file, and lead no further up".to_string();
            self.wrong(at, message, "looked at where nothing is named", Some(help));
            return None;
        }
        let whole = self.folder.join(&below);
        if whole.is_dir() || whole.is_file() {
            return Some(PathBuf::from(from_here(&whole)));
        }
        let names = fs::read_dir(whole.parent().unwrap_or(&self.folder)).into_iter().flatten().flatten();
        let mut names: Vec<String> = names
            .filter(|entry| entry.path().is_dir() || entry.path().extension().is_some_and(|e| e == ENDING))
            .map(|entry| entry.file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        let own = below.file_name().unwrap_or_default().to_string_lossy();
        let near = nearest(&own, names.iter().map(String::as_str)).map(|near| shown(&below.with_file_name(near)));
        let help = near.map(|near| format!("did you mean `{near}`?"));
        self.wrong(at, format!("there is no file or folder `{path}`"), "looked at where nothing is named", help);
        None
    }

    fn wrong(&mut self, at: Range<usize>, message: String, label: &str, help: Option<String>) {
        let boundary = |at: usize| (0..=at.min(self.text.len())).rev().find(|i| self.text.is_char_boundary(*i));
        let (start, end) = (boundary(at.start).unwrap_or(0), boundary(at.end).unwrap_or(0));
        let span = Span::new(self.source, start, end.max(start));
        let wrong = Diagnostic::error(CODE, message).label(span, label);
        self.found.push(Diagnostic { help, ..wrong });
    }
}

/// The level that a word of other programs stands for.
fn meant(word: &str) -> Level {
    match word.to_lowercase().as_str() {
        "off" | "ignore" | "silent" | "none" | "false" | "disable" | "disabled" | "allowed" => Level::Allow,
        "deny" | "forbid" | "err" | "errors" | "fatal" | "fail" => Level::Error,
        word => nearest(word, Level::ALL.map(Level::word))
            .and_then(|near| Level::ALL.into_iter().find(|level| level.word() == near))
            .unwrap_or(Level::Warn),
    }
}

/// What a value is, for a label.
fn article(value: &DeValue<'_>) -> String {
    match value {
        DeValue::String(_) => "this is a text",
        DeValue::Integer(_) | DeValue::Float(_) => "this is a number",
        DeValue::Boolean(_) => "this is true or false",
        DeValue::Datetime(_) => "this is a time",
        DeValue::Array(_) => "this is a list",
        DeValue::Table(_) => "this is a table",
    }
    .into()
}
