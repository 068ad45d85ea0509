//! Whether a folder is one that this program may make its own. Owns the list of what may lie in one before it has a manifest.

use super::error::StoreError;
use super::names::{CELLS, CHECKPOINTS, CLAIMS, EVENTS, INPUTS, JOBS, LOCK, LOGS, MANIFEST, REPORT, TEXTS, WORKERS};
use crate::folder::{ASIDE, Folder, is_draft};
use std::io;
use std::path::Path;

/// Bytes of what earlier versions wrote of an owner.
const OWNER: u64 = 4096;

/// A folder for runs, made if need be; an error where it is somebody's for something else.
pub(super) fn own(path: &Path) -> Result<Folder, StoreError> {
    let folder = Folder::make_plain(path).map_err(|e| StoreError::refused(path, &e))?;
    match foreign(&folder) {
        None => Ok(folder),
        Some(name) => {
            let why = format!("it is no folder of runs, `{name}` is in it");
            Err(StoreError::refused(path, &io::Error::other(why)))
        }
    }
}

/// What this program would not have put into a folder that has no manifest, or has not yet.
fn foreign(folder: &Folder) -> Option<String> {
    let aside = format!("{MANIFEST}.{ASIDE}");
    if [MANIFEST, &aside].iter().any(|name| folder.kind(name).is_some()) {
        return None;
    }
    let is_ours = |name: &str| match name {
        LOCK => {
            folder.read(LOCK, OWNER).is_ok_and(|text| text.is_none_or(|t| t.is_empty() || t.starts_with(b"process ")))
        }
        CELLS | TEXTS | CHECKPOINTS | EVENTS | REPORT | WORKERS | CLAIMS | LOGS | JOBS | INPUTS => true,
        name => is_draft(name),
    };
    let names = folder.list().unwrap_or_default().into_iter().map(|entry| entry.name.to_string_lossy().into_owned());
    names.into_iter().find(|name| !is_ours(name))
}
