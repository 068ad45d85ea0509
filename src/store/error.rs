//! What can be wrong with a folder of runs: the file, what is wrong, what to do.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

/// Why a store could not be read or written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoreError {
    pub file: PathBuf,
    pub kind: StoreErrorKind,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StoreErrorKind {
    /// There is no such file or folder.
    Missing { what: &'static str },
    /// The folder was there, and is not any more.
    Gone,
    /// Torn, changed or never written by this program.
    Damaged { why: String },
    /// Written by a later version.
    Newer { format: u32, known: u32 },
    /// Two programs came to different results of one run.
    Unequal { why: String },
    /// The system refused.
    Refused { why: String },
}

impl StoreError {
    pub(super) fn damaged(file: &Path, why: impl fmt::Display) -> Self {
        Self { file: file.into(), kind: StoreErrorKind::Damaged { why: why.to_string() } }
    }

    pub(super) fn missing(file: &Path, what: &'static str) -> Self {
        Self { file: file.into(), kind: StoreErrorKind::Missing { what } }
    }

    pub(super) fn gone(folder: &Path) -> Self {
        Self { file: folder.into(), kind: StoreErrorKind::Gone }
    }

    /// What the system said of a file that is read.
    pub(super) fn unread(file: &Path, what: &'static str, why: &io::Error) -> Self {
        match why.kind() {
            io::ErrorKind::NotFound => Self::missing(file, what),
            _ => Self::refused(file, why),
        }
    }

    pub(super) fn unequal(file: &Path, why: String) -> Self {
        Self { file: file.into(), kind: StoreErrorKind::Unequal { why } }
    }

    pub(super) fn newer(file: &Path, format: u32, known: u32) -> Self {
        Self { file: file.into(), kind: StoreErrorKind::Newer { format, known } }
    }

    /// What the system said of a file; a file that cannot be what was written is a damaged one.
    pub(super) fn refused(file: &Path, why: &io::Error) -> Self {
        let why = match why.kind() {
            io::ErrorKind::InvalidData => return Self::damaged(file, why),
            io::ErrorKind::PermissionDenied => {
                "it is not allowed; give `--runs` another folder, or yourself the right to write there".into()
            }
            io::ErrorKind::NotFound => {
                "it was removed meanwhile, or its folder was; the same command makes it anew".into()
            }
            io::ErrorKind::NotADirectory | io::ErrorKind::AlreadyExists => {
                "there is a file where a folder should be; move it, or give `--runs` another folder".into()
            }
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
                "there is no room left; what was stored before is whole, and the same command goes on once there is"
                    .into()
            }
            io::ErrorKind::ReadOnlyFilesystem => "it can only be read; give `--runs` another folder".into(),
            _ => format!("{why}; `--runs` takes another folder"),
        };
        Self { file: file.into(), kind: StoreErrorKind::Refused { why } }
    }

    /// Whether nothing is there at all.
    pub fn is_missing(&self) -> bool {
        matches!(self.kind, StoreErrorKind::Missing { .. })
    }

    /// Whether running again makes the file anew.
    pub fn is_damage(&self) -> bool {
        matches!(self.kind, StoreErrorKind::Damaged { .. })
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let file = self.file.display();
        match &self.kind {
            StoreErrorKind::Missing { what } => write!(f, "`{file}` is no {what}; `mhm run` writes one"),
            StoreErrorKind::Gone => write!(
                f,
                "`{file}` is gone: it was removed, renamed or replaced meanwhile; put it back, or `mhm run` makes it anew"
            ),
            StoreErrorKind::Damaged { why } => {
                write!(f, "`{file}` is damaged: {why}; `mhm run` sets it aside and makes it anew")
            }
            StoreErrorKind::Newer { format, known } => write!(
                f,
                "`{file}` has format {format}, and this program knows formats up to {known}; use the program that wrote \
                 it, or give `--runs` another folder"
            ),
            StoreErrorKind::Unequal { why } => {
                write!(
                    f,
                    "`{file}` is not what another program made of it: {why}; `--instructions` makes machines equal"
                )
            }
            StoreErrorKind::Refused { why } => write!(f, "cannot use `{file}`: {why}"),
        }
    }
}

impl std::error::Error for StoreError {}
