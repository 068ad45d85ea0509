//! Files that a person names for output. Owns the rule for all of them: what mhm did not write is not replaced, unless
//! `--force` says so.

use crate::folder::{Draft, Folder, Kind};
use clap::Args;
use std::ffi::OsStr;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

/// Bytes at either end of a file that are looked at.
pub const LOOK: usize = 4096;

/// What the system said of a name for output, or what to do where that says more.
pub fn said(why: &io::Error) -> String {
    match why.kind() {
        io::ErrorKind::AlreadyExists | io::ErrorKind::NotADirectory => {
            "there is a file where a folder should be; move it, or choose another name".into()
        }
        io::ErrorKind::PermissionDenied => "it is not allowed".into(),
        _ => why.to_string(),
    }
}

/// Whether a file of somebody else may be replaced.
#[derive(Clone, Copy, Debug, Default, Args)]
pub struct Force {
    /// Replace a file, too, that mhm did not write
    #[arg(long)]
    pub force: bool,
}

/// The first bytes of a file, and the last.
pub struct Ends {
    pub head: Vec<u8>,
    pub tail: Vec<u8>,
}

impl Ends {
    fn of(folder: &Folder, name: &OsStr) -> io::Result<Self> {
        let (mut file, length) = folder.file(name)?;
        let mut read = |from: u64| {
            let mut bytes = vec![];
            file.seek(SeekFrom::Start(from))?;
            (&file).take(LOOK as u64).read_to_end(&mut bytes).map(|_| bytes)
        };
        Ok(Self { head: read(0)?, tail: read(length.saturating_sub(LOOK as u64))? })
    }
}

/// Files of one kind.
pub struct Ours {
    /// What a message calls one.
    pub what: &'static str,
    /// How one is known.
    pub is: Box<dyn Fn(&Ends) -> bool>,
}

impl Ours {
    pub fn new(what: &'static str, is: impl Fn(&Ends) -> bool + 'static) -> Self {
        Self { what, is: Box::new(is) }
    }
}

/// A file that may be written.
pub struct Destination {
    folder: Folder,
    path: PathBuf,
    ours: Ours,
    force: Force,
}

impl Destination {
    /// The file of this path, if it can be written and nothing of somebody else is there.
    pub fn claim(path: &Path, ours: Ours, force: Force) -> Result<Self, String> {
        let cannot = |why: &dyn std::fmt::Display| format!("cannot write `{}`: {why}", path.display());
        if path.file_name().is_none() {
            return Err(cannot(&"it is no name of a file"));
        }
        let above = path.parent().unwrap_or(Path::new(""));
        let folder = Folder::open(above).map_err(|e| match e.kind() {
            io::ErrorKind::NotFound => cannot(&format!("there is no folder `{}`", above.display())),
            _ => cannot(&said(&e)),
        })?;
        let claimed = Self { folder, path: path.into(), ours, force };
        claimed.look()?;
        // Found out now, not after hours.
        claimed.draft()?;
        Ok(claimed)
    }

    /// An error where something of somebody else is there.
    fn look(&self) -> Result<(), String> {
        let (path, what) = (self.path.display(), self.ours.what);
        match self.folder.kind(self.name()) {
            None => Ok(()),
            Some(Kind::File | Kind::Link) if self.force.force => Ok(()),
            // Nothing is lost with it.
            Some(Kind::File) if self.folder.size(self.name()) == 0 => Ok(()),
            Some(Kind::File) => {
                let ends = Ends::of(&self.folder, self.name()).map_err(|e| self.cannot(&e))?;
                match (self.ours.is)(&ends) {
                    true => Ok(()),
                    false => Err(format!(
                        "`{path}` exists and is no {what}: choose another name, or replace it with `--force`"
                    )),
                }
            }
            Some(kind @ Kind::Link) => {
                Err(format!("`{path}` is {kind}: name the file itself, or put a {what} in its place with `--force`"))
            }
            Some(kind @ (Kind::Folder | Kind::Pipe | Kind::Socket | Kind::Device)) => {
                Err(format!("cannot write `{path}`: it is {kind}"))
            }
        }
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// All of what is there now, if there is a file of at most `limit` bytes.
    pub fn read(&self, limit: u64) -> Option<Vec<u8>> {
        self.folder.read(self.name(), limit).ok().flatten()
    }

    pub fn write(&self, bytes: &[u8]) -> Result<(), String> {
        self.look()?;
        self.folder.write(self.name(), bytes).map_err(|e| self.cannot(&e))
    }

    /// A file in the making; it gets its name by [`keep`](Self::keep).
    pub fn draft(&self) -> Result<Draft, String> {
        self.folder.draft(self.name()).map_err(|e| self.cannot(&e))
    }

    pub fn keep(&self, draft: Draft) -> Result<(), String> {
        self.look()?;
        draft.keep().map_err(|e| self.cannot(&e))
    }

    /// Gives the file that is there the name of another one of the same folder.
    pub fn rename(&self, to: &Self) -> Result<(), String> {
        to.look()?;
        self.folder.rename(self.name(), to.name()).map_err(|e| to.cannot(&e))
    }

    pub fn remove(&self) {
        let _ = self.folder.remove_file(self.name());
    }

    pub fn cannot(&self, why: &dyn std::fmt::Display) -> String {
        format!("cannot write `{}`: {why}", self.path.display())
    }

    fn name(&self) -> &OsStr {
        self.path.file_name().unwrap_or_default()
    }
}
