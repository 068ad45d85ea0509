//! One program at a time in a folder. Owns the file `lock`: the system's lock on it, which ends with the program however that
//! ends, and who holds it.

use super::error::StoreError;
use super::names::{CELLS, CHECKPOINTS, EVENTS, LOCK, MANIFEST, REPORT, TEXTS};
use crate::folder::{ASIDE, File, Folder, is_draft};
use std::io::{self, Read, Write};
use std::path::Path;

/// A text about an owner has at most so many bytes.
const OWNER: u64 = 4096;

/// Held until it is dropped.
#[derive(Debug)]
pub struct Lock {
    file: File,
    folder: Folder,
    /// What the last owner wrote who did not come to leave: its program was killed, or the machine stopped.
    pub gone: Option<String>,
}

impl Lock {
    /// Takes a folder over for `owner`, made if need be, or says who has it.
    pub fn take(folder: &Path, owner: &str) -> Result<Self, StoreError> {
        let opened = Folder::make_plain(folder).map_err(|e| StoreError::refused(folder, &e))?;
        if let Some(name) = foreign(&opened) {
            let why = format!("it is no folder of runs, `{name}` is in it");
            return Err(StoreError::refused(folder, &io::Error::other(why)));
        }
        let refused = |e: &io::Error| StoreError::refused(&folder.join(LOCK), e);
        let mut file = opened.file_to_append(LOCK).map_err(|e| refused(&e))?;
        let held = file.try_lock().map_err(io::Error::from);
        let mut text = String::new();
        // A text that cannot be read names nobody.
        let _ = (&file).take(OWNER).read_to_string(&mut text);
        match held {
            Ok(()) => {}
            Err(e) if e.kind() == io::ErrorKind::WouldBlock => return Err(StoreError::in_use(folder, text.trim())),
            // Some network file systems have no locks: then nothing keeps two programs apart but what they write, and every
            // file of a folder is written whole.
            Err(e) if e.kind() == io::ErrorKind::Unsupported => {}
            Err(e) => return Err(refused(&e)),
        }
        file.set_len(0).and_then(|()| writeln!(file, "{owner}")).map_err(|e| refused(&e))?;
        let gone = text.trim().to_string();
        Ok(Self { file, folder: opened, gone: (!gone.is_empty()).then_some(gone) })
    }

    /// The folder that is held.
    pub fn folder(&self) -> &Folder {
        &self.folder
    }
}

/// What this program would not have put into a folder that has no manifest, or has not yet.
fn foreign(folder: &Folder) -> Option<String> {
    let aside = format!("{MANIFEST}.{ASIDE}");
    if [MANIFEST, &aside].iter().any(|name| folder.kind(name).is_some()) {
        return None;
    }
    let is_ours = |name: &str| match name {
        // Who held it, or nobody.
        LOCK => {
            folder.read(LOCK, OWNER).is_ok_and(|text| text.is_none_or(|t| t.is_empty() || t.starts_with(b"process ")))
        }
        CELLS | TEXTS | CHECKPOINTS | EVENTS | REPORT => true,
        name => is_draft(name),
    };
    let names = folder.list().unwrap_or_default().into_iter().map(|entry| entry.name.to_string_lossy().into_owned());
    names.into_iter().find(|name| !is_ours(name))
}

impl Drop for Lock {
    /// An owner that leaves says so.
    fn drop(&mut self) {
        let _ = self.file.set_len(0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_has_one_owner_and_a_lock_ends_with_it() {
        let folder = std::env::temp_dir().join(format!("mhm-lock-{}", std::process::id()));
        let first = Lock::take(&folder, "process 1").expect("nobody has it");
        assert_eq!(first.gone, None);
        let error = Lock::take(&folder, "process 2").expect_err("it is taken").to_string();
        assert!(error.contains("is in use by process 1"), "{error}");
        drop(first);
        assert_eq!(Lock::take(&folder, "process 2").expect("it is free").gone, None);
        std::fs::write(folder.join(LOCK), "process 3\n").expect("a folder of ours");
        let after = Lock::take(&folder, "process 4").expect("its owner is gone");
        assert_eq!(after.gone.as_deref(), Some("process 3"));
        std::fs::remove_dir_all(folder).expect("a folder of ours");
    }
}
