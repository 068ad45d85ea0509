//! The files that the arguments name: one of its own, or every one below a folder. Owns which those are, and that what is found
//! below a folder is read and rewritten there, wherever a link leads.

use super::files::{self, ENDING, Input, STDIN, files_below, is_entered, is_text, reason, shown, tidied};
use super::rewrite;
use crate::folder::Folder;
use crate::store;
use clap::Args;
use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};

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

/// A file, by the name it is shown under.
pub struct Named {
    pub name: String,
    /// The folder that was named and the path below it; a file that was named itself may be a link.
    found: Option<(Folder, PathBuf)>,
}

impl Named {
    fn of(path: &Path, found: Option<(Folder, PathBuf)>) -> Self {
        Self { name: shown(&tidied(path)), found }
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

/// The files that the arguments name: a folder stands for every `.mhm` file below it, in order of their paths.
pub fn named(arguments: &[String], links: Links) -> Result<Vec<Named>, String> {
    let mut named = vec![];
    for argument in arguments {
        let path = Path::new(argument);
        if argument == STDIN {
            named.push(Named { name: STDIN.into(), found: None });
        } else if path.is_dir() {
            let found =
                below(path, links).map_err(|e| format!("cannot read the folder `{argument}`: {}", reason(&e)))?;
            if found.is_empty() {
                return Err(format!("there is no .{ENDING} file in `{argument}`"));
            }
            named.extend(found);
        } else {
            named.push(Named::of(path, None));
        }
    }
    let mut seen = BTreeSet::new();
    named.retain(|file| seen.insert(file.name.clone()));
    Ok(named)
}

/// Every file of the language below a folder, in order of their paths.
fn below(path: &Path, links: Links) -> io::Result<Vec<Named>> {
    let mut found = vec![];
    if links.follow_links {
        followed(path, &mut BTreeSet::new(), &mut found)?;
        found.sort();
        return Ok(found.iter().map(|file| Named::of(file, None)).collect());
    }
    let root = Folder::open(path)?;
    let files = files_below(&root)?.into_iter();
    Ok(files.map(|file| Named::of(&path.join(&file), Some((root.clone(), file)))).collect())
}

/// The same wherever links lead; `seen` are the folders so far, by their true paths.
fn followed(folder: &Path, seen: &mut BTreeSet<PathBuf>, found: &mut Vec<PathBuf>) -> io::Result<()> {
    let opened = Folder::open(folder)?;
    if !seen.insert(folder.canonicalize()?) || store::is_folder_of_runs(&opened) {
        return Ok(());
    }
    for entry in opened.list()? {
        let path = folder.join(&entry.name);
        if path.is_dir() && is_entered(&path) {
            followed(&path, seen, found)?;
        } else if path.is_file() && is_text(&path) {
            found.push(path);
        }
    }
    Ok(())
}
