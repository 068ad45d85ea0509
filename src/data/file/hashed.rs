//! Files whose hash was taken, and whether they are still what they were. Times and sizes are a first look only, where nothing
//! was read: they can be set back, bytes cannot.

use super::opened;
use super::tree::Tree;
use crate::data::error::{Code, DataError, unreadable};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// A file whose hash was taken.
pub struct HashedFile {
    path: PathBuf,
    pub tree: Tree,
    seen: Mutex<Seen>,
}

/// What was seen of a file since.
struct Seen {
    /// When it was last known to be the same.
    same: Option<Identity>,
    /// When it was last known to be another, and its hash then.
    other: Option<(Identity, String)>,
}

/// A change of a file since its hash was taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changed {
    pub path: PathBuf,
    /// blake3.
    pub then: String,
    /// `None` where it cannot be read.
    pub now: Option<String>,
}

/// What a system says of a file that its content may hang on. A file that is written to, or takes another's place, gets another;
/// but not at once, nor on every system.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Identity([i128; 5]);

/// All whose hash was taken, by their paths: what this program has said of a file holds for all that it reads of it.
static ALL: Mutex<BTreeMap<PathBuf, Arc<HashedFile>>> = Mutex::new(BTreeMap::new());

/// The file of this path, where its hash was taken.
pub fn hashed(path: &Path) -> Option<Arc<HashedFile>> {
    ALL.lock().unwrap_or_else(PoisonError::into_inner).get(path).cloned()
}

/// blake3 of a file, in hexadecimal digits. What is read of it from now on is held against that.
pub fn digest(path: &Path) -> Result<String, DataError> {
    let file = opened(path)?;
    let same = Identity::of(&file);
    let tree = Tree::of(&file).map_err(|error| unreadable(path, &error))?;
    let (hash, path) = (tree.hash.clone(), path.to_path_buf());
    let seen = Mutex::new(Seen { same, other: None });
    let hashed = Arc::new(HashedFile { path: path.clone(), tree, seen });
    ALL.lock().unwrap_or_else(PoisonError::into_inner).insert(path, hashed);
    Ok(hash)
}

/// Forgets every hash: whoever begins anew takes files as they are then.
pub fn forget() {
    ALL.lock().unwrap_or_else(PoisonError::into_inner).clear();
}

/// Whether a file is another now than the one whose hash was taken. One that is gone is not.
pub fn changed(path: &Path) -> Option<Changed> {
    hashed(path)?.changed()
}

thread_local! {
    /// A file of which this thread has read other bytes than those of its hash, and not said so.
    pub static MISREAD: RefCell<Option<Arc<HashedFile>>> = const { RefCell::new(None) };
}

/// What to say of an error: where a file was changed under its readers, that. Formats only see that they cannot read.
pub fn explained(error: DataError) -> DataError {
    if let Some(hashed) = MISREAD.take() {
        return hashed.compared().into();
    }
    error.file.as_ref().and_then(|path| changed(path)).map_or(error, DataError::from)
}

impl From<Changed> for DataError {
    fn from(Changed { path, then, now }: Changed) -> Self {
        let found = match now {
            Some(now) if now == then => "other bytes when it was read, and the same again now".into(),
            Some(now) => format!("blake3 {now}"),
            None => "other bytes when it was read, and nothing that can be read now".into(),
        };
        DataError::new(Code::FileChanged, format!("`{}` was changed while it was in use", path.display()))
            .file(&path)
            .expected(format!("blake3 {then}"))
            .found(found)
            .help("nothing that was made of it meanwhile is kept: put the old file back, or run again to go by the new one")
    }
}

impl HashedFile {
    fn changed(&self) -> Option<Changed> {
        let changed = self.compared();
        changed.now.as_ref().is_some_and(|now| *now != changed.then).then_some(changed)
    }

    /// What it was and is. It is hashed again unless it is surely the same as when it was last.
    fn compared(&self) -> Changed {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let file = opened(&self.path).ok();
        let identity = file.as_ref().and_then(Identity::of);
        let then = self.tree.hash.clone();
        let now = match &seen.other {
            _ if identity.is_some() && identity == seen.same => Some(then.clone()),
            Some((other, now)) if identity == Some(*other) => Some(now.clone()),
            Some(_) | None => file.and_then(|file| Tree::of(&file).ok()).map(|tree| tree.hash),
        };
        match (&now, identity) {
            (Some(now), Some(identity)) if *now != then => seen.other = Some((identity, now.clone())),
            (Some(_), identity) => seen.same = identity,
            (None, _) => {}
        }
        Changed { path: self.path.clone(), then, now }
    }
}

impl Identity {
    #[cfg(unix)]
    fn of(file: &File) -> Option<Self> {
        use std::os::unix::fs::MetadataExt;
        let m = file.metadata().ok()?;
        let time = |seconds: i64, nanoseconds: i64| i128::from(seconds) * 1_000_000_000 + i128::from(nanoseconds);
        let (written, changed) = (time(m.mtime(), m.mtime_nsec()), time(m.ctime(), m.ctime_nsec()));
        Some(Self([m.dev().into(), m.ino().into(), m.len().into(), written, changed]))
    }

    /// Elsewhere the time of a change can be set back by whoever changes: it says nothing.
    #[cfg(not(unix))]
    fn of(_: &File) -> Option<Self> {
        None
    }
}
