//! The files that the arguments name: one of its own, or every one below a folder. Owns which those are, what `mhm.toml` says to
//! each, and that what is found below a folder is read and rewritten there, wherever a link leads.

use super::config::{self, Config, Wrong};
use super::files::{self, ENDING, Input, STDIN, files_below_but, is_entered, is_text, reason, shown, tidied};
use super::rewrite;
use crate::folder::Folder;
use crate::store;
use clap::Args;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::rc::Rc;

/// Bytes of a text that are read; the checker takes fewer.
const TEXT: u64 = 64 << 20;

/// What becomes of links below a folder that is named.
#[derive(Clone, Copy, Debug, Default, Args)]
pub struct Links {
    /// Below a folder, take what symbolic links lead to, too, wherever that is (default: leave links alone; one that is named
    /// itself is followed)
    #[arg(long)]
    follow_links: bool,
}

/// Where it stands what a project says for all its files.
#[derive(Clone, Debug, Default, Args)]
pub struct Configured {
    /// Read this file instead of the nearest mhm.toml of each file (`mhm explain mhm.toml`)
    #[arg(long, value_name = "FILE", conflicts_with = "isolated")]
    config: Option<PathBuf>,
    /// Read no mhm.toml
    #[arg(long)]
    isolated: bool,
}

impl Configured {
    /// The files that are asked what they say to a file of this name, by the names they are shown under.
    pub fn places(&self, path: &Path) -> Vec<String> {
        match self {
            Configured { isolated: true, .. } => vec![],
            Configured { config: Some(config), .. } => vec![shown(config)],
            Configured { config: None, .. } => config::places(path).iter().map(|at| config::from_here(at)).collect(),
        }
    }
}

/// Every `mhm.toml` once.
struct Configs<'c> {
    configured: &'c Configured,
    read: RefCell<BTreeMap<Option<PathBuf>, Rc<Config>>>,
}

impl Configs<'_> {
    fn near(&self, path: &Path) -> Result<Rc<Config>, NotNamed> {
        let at = match self.configured {
            Configured { isolated: true, .. } => None,
            Configured { config: Some(config), .. } => Some(config.clone()),
            Configured { config: None, .. } => config::find(path),
        };
        if let Some(known) = self.read.borrow().get(&at) {
            return Ok(known.clone());
        }
        let read = at.as_ref().map_or_else(|| Ok(Config::default()), |at| Config::read(at)).map(Rc::new);
        let read = read.map_err(NotNamed::Config)?;
        self.read.borrow_mut().insert(at, read.clone());
        Ok(read)
    }
}

/// Why nothing can be looked at.
#[derive(Debug)]
pub enum NotNamed {
    Files(String),
    Config(Wrong),
}

impl fmt::Display for NotNamed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NotNamed::Files(why) => f.write_str(why),
            NotNamed::Config(wrong) => wrong.fmt(f),
        }
    }
}

/// A file, by the name it is shown under.
pub struct Named {
    pub name: String,
    /// What is said for it and its neighbours.
    pub config: Rc<Config>,
    /// The folder that was named and the path below it; a file that was named itself may be a link.
    found: Option<(Folder, PathBuf)>,
}

impl Named {
    fn of(path: &Path, found: Option<(Folder, PathBuf)>, config: Rc<Config>) -> Self {
        Self { name: shown(&tidied(path)), found, config }
    }

    pub fn read(&self) -> Result<Input, String> {
        let Some((folder, name)) = self.place().map_err(|e| self.cannot("read", &e))? else {
            return files::read(&self.name);
        };
        let bytes = folder.read(name, TEXT).map_err(|e| self.cannot("read", &e))?;
        let bytes = bytes.ok_or_else(|| format!("cannot read `{}`: it is gone", self.name))?;
        let text =
            String::from_utf8(bytes).map_err(|_| format!("cannot read `{}`: it is not text (UTF-8)", self.name))?;
        Ok(Input { name: self.name.clone(), text })
    }

    /// Gives the file another text.
    pub fn replace(&self, text: &str) -> Result<(), String> {
        match self.place().map_err(|e| self.cannot("write", &e))? {
            None => rewrite::replace(&self.name, text),
            Some((folder, name)) => folder.rewrite(name, text.as_bytes()).map_err(|e| self.cannot("write", &e)),
        }
    }

    /// The folder it lies in, reached from the one that was named without a link.
    fn place(&self) -> io::Result<Option<(Folder, &Path)>> {
        let Some((root, path)) = &self.found else { return Ok(None) };
        let (above, name) = (path.parent().unwrap_or(Path::new("")), path.file_name().unwrap_or_default());
        let folder = above.components().try_fold(root.clone(), |folder, part| folder.below(part))?;
        Ok(Some((folder, Path::new(name))))
    }

    fn cannot(&self, what: &str, why: &io::Error) -> String {
        format!("cannot {what} `{}`: {}", self.name, reason(why))
    }
}

/// The files that the arguments name: a folder stands for every `.mhm` file below it, in order of their paths; without an
/// argument, the roots of `mhm.toml` or the working directory.
pub fn named(arguments: &[String], links: Links, configured: &Configured) -> Result<Vec<Named>, NotNamed> {
    let configs = Configs { configured, read: RefCell::default() };
    let here = Path::new("");
    let arguments: Vec<String> = match arguments {
        [] => match configs.near(here)?.roots.as_slice() {
            [] => vec![".".into()],
            roots => roots.iter().map(|root| shown(root)).collect(),
        },
        named => named.to_vec(),
    };
    let mut named = vec![];
    for argument in &arguments {
        let path = Path::new(argument);
        if argument == STDIN {
            named.push(Named { name: STDIN.into(), config: configs.near(here)?, found: None });
        } else if path.is_dir() {
            let around = configs.near(path)?;
            let found = below(path, links, &around)
                .map_err(|e| NotNamed::Files(format!("cannot read the folder `{argument}`: {}", reason(&e))))?;
            let mut taken = vec![];
            for (path, found) in found {
                let config = configs.near(&path)?;
                if !config.leaves_out(&path) {
                    taken.push(Named::of(&path, found, config));
                }
            }
            if taken.is_empty() {
                return Err(NotNamed::Files(format!("there is no .{ENDING} file in `{argument}`{}", around.hint())));
            }
            named.extend(taken);
        } else {
            named.push(Named::of(path, None, configs.near(path)?));
        }
    }
    let mut seen = BTreeSet::new();
    named.retain(|file| seen.insert(file.name.clone()));
    Ok(named)
}

/// A file below a folder: its path, and that folder with the path below it where links are left alone.
type Below = (PathBuf, Option<(Folder, PathBuf)>);

/// Every file of the language below a folder, in order of their paths, but for what is left out.
fn below(path: &Path, links: Links, config: &Config) -> io::Result<Vec<Below>> {
    let mut found = vec![];
    if links.follow_links {
        followed(path, config, &mut BTreeSet::new(), &mut found)?;
        found.sort();
        return Ok(found.into_iter().map(|file| (file, None)).collect());
    }
    let root = Folder::open(path)?;
    let files = files_below_but(&root, &|below| config.leaves_out(&path.join(below)))?.into_iter();
    Ok(files.map(|file| (path.join(&file), Some((root.clone(), file)))).collect())
}

/// The same wherever links lead; `seen` are the folders so far, by their true paths.
fn followed(folder: &Path, config: &Config, seen: &mut BTreeSet<PathBuf>, found: &mut Vec<PathBuf>) -> io::Result<()> {
    let opened = Folder::open(folder)?;
    if !seen.insert(folder.canonicalize()?) || store::is_folder_of_runs(&opened) {
        return Ok(());
    }
    for entry in opened.list()? {
        let path = folder.join(&entry.name);
        if config.leaves_out(&path) {
            continue;
        }
        if path.is_dir() && is_entered(&path) {
            followed(&path, config, seen, found)?;
        } else if path.is_file() && is_text(&path) {
            found.push(path);
        }
    }
    Ok(())
}
