//! Files in the making: how they are called, and how they get their names.

use super::{File, Folder, plain};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// How a file in the making ends, behind the number of its process and its own.
const DRAFT: &str = ".mhm.tmp";

/// A file in the making; it is gone with this unless it was kept.
#[derive(Debug)]
pub struct Draft {
    pub file: File,
    folder: Folder,
    pub(super) name: PathBuf,
    pub(super) beside: PathBuf,
}

impl Draft {
    pub(super) fn of(folder: &Folder, name: &Path) -> io::Result<Self> {
        static MADE: AtomicU64 = AtomicU64::new(0);
        loop {
            // As much of the name as there is room for.
            let shown: String = name.to_string_lossy().chars().take(50).collect();
            let number = MADE.fetch_add(1, Ordering::Relaxed);
            let beside = PathBuf::from(format!("{shown}.{}.{number}{DRAFT}", std::process::id()));
            match folder.dir.open_with(&beside, plain().read(true).write(true).create_new(true)) {
                Ok(file) => {
                    let (folder, name) = (folder.clone(), name.to_path_buf());
                    return Ok(Self { file: file.into_std(), folder, name, beside });
                }
                // Of a process of this number on another machine, or before this one.
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// Flushes it and gives it its name.
    pub fn keep(self) -> io::Result<()> {
        Self::keep_all(vec![self])
    }

    /// Gives it its name without waiting for the disk, to be written on; what had that name before is gone.
    pub fn put(self) -> io::Result<File> {
        let file = self.file.try_clone()?;
        self.folder.dir.rename(&self.beside, &self.folder.dir, &self.name)?;
        Ok(file)
    }

    /// The same for a name that nobody may have: false where somebody has it, and the draft stays one.
    pub(super) fn keep_new(&self) -> io::Result<bool> {
        self.file.sync_all()?;
        match self.folder.link(&self.beside, &self.folder, &self.name) {
            Ok(()) => self.folder.sync().map(|()| true),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Flushes all, gives them their names, and flushes each folder once: a commit of a group. When it comes back, all are on
    /// the disk; each is whole or not there, whatever happens meanwhile.
    pub fn keep_all(drafts: Vec<Self>) -> io::Result<()> {
        drafts.iter().try_for_each(|draft| draft.file.sync_all())?;
        for Self { folder, name, beside, .. } in &drafts {
            folder.dir.rename(beside, &folder.dir, name)?;
        }
        let mut folders: Vec<&Folder> = drafts.iter().map(|draft| &draft.folder).collect();
        folders.dedup_by(|a, b| Arc::ptr_eq(&a.dir, &b.dir));
        folders.iter().try_for_each(|folder| folder.sync())
    }
}

impl Drop for Draft {
    /// What was kept has no other name any more.
    fn drop(&mut self) {
        let _ = self.folder.dir.remove_file(&self.beside);
    }
}

/// Whether [`Folder::draft`] gives such names: `NAME.PROCESS.NUMBER.mhm.tmp`.
pub fn is_draft(name: &str) -> bool {
    let is_number = |part: Option<&str>| part.is_some_and(|p| !p.is_empty() && p.bytes().all(|b| b.is_ascii_digit()));
    name.strip_suffix(DRAFT).is_some_and(|rest| {
        let mut parts = rest.rsplitn(3, '.');
        is_number(parts.next()) && is_number(parts.next()) && parts.next().is_some_and(|name| !name.is_empty())
    })
}
