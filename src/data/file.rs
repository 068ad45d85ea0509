//! A file of data that stays what it was when its hash was taken: whatever is read of it later is held against that hash, so that
//! bytes that were changed meanwhile reach nobody. Owns the hash as a tree, and who changed; formats read through it.
//!
//! blake3 is the hash of a tree. Its nodes over some kilobytes each are kept, a few thousandths of the file, and every read takes
//! whole groups and compares. Times and sizes are a first look only, where nothing was read: they can be set back, bytes cannot.

use super::error::{DataError, unreadable};
use blake3::hazmat::{HasherExt, Mode, merge_subtrees_non_root, merge_subtrees_root};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// Bytes of a group: so many, or twice, four times … as many where a file would have more than [`GROUPS`]. Eight kilobytes are
/// hashed side by side: fewer would take as long.
const GROUP: u64 = 8 << 10;
const GROUPS: u64 = 1 << 19;

/// Bytes hashed at once, and read at once where more than a few are wanted.
const AT_ONCE: usize = 256 << 10;

type Node = [u8; 32];

/// The hash of a file and what it is made of.
struct Tree {
    hash: String,
    length: u64,
    /// Bytes of a group.
    group: u64,
    /// Of every group.
    nodes: Vec<Node>,
}

/// A file whose hash was taken.
pub struct Known {
    path: PathBuf,
    tree: Tree,
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
static ALL: Mutex<BTreeMap<PathBuf, Arc<Known>>> = Mutex::new(BTreeMap::new());

fn known(path: &Path) -> Option<Arc<Known>> {
    ALL.lock().unwrap_or_else(PoisonError::into_inner).get(path).cloned()
}

/// blake3 of a file, in hexadecimal digits. What is read of it from now on is held against that.
pub fn digest(path: &Path) -> Result<String, DataError> {
    let file = super::path::opened(path)?;
    let same = Identity::of(&file);
    let tree = Tree::of(&file).map_err(|error| unreadable(path, &error))?;
    let (hash, path) = (tree.hash.clone(), path.to_path_buf());
    let seen = Mutex::new(Seen { same, other: None });
    let known = Arc::new(Known { path: path.clone(), tree, seen });
    ALL.lock().unwrap_or_else(PoisonError::into_inner).insert(path, known);
    Ok(hash)
}

/// Whether a file is another now than the one whose hash was taken. One that is gone is not.
pub fn changed(path: &Path) -> Option<Changed> {
    known(path)?.changed()
}

thread_local! {
    /// A file of which this thread has read other bytes than those of its hash, and not said so.
    static MET: RefCell<Option<Arc<Known>>> = const { RefCell::new(None) };
}

/// What to say of an error: where a file was changed under its readers, that. Formats only see that they cannot read.
pub fn explained(error: DataError) -> DataError {
    if let Some(known) = MET.take() {
        return known.told().into();
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
        DataError::new("mhm::file-changed", format!("`{}` was changed while it was in use", path.display()))
            .file(&path)
            .expected(format!("blake3 {then}"))
            .found(found)
            .help("nothing that was made of it meanwhile is kept: put the old file back, or run again to go by the new one")
    }
}

impl Known {
    fn changed(&self) -> Option<Changed> {
        let changed = self.told();
        changed.now.as_ref().is_some_and(|now| *now != changed.then).then_some(changed)
    }

    /// What it was and is. It is hashed again unless it is surely the same as when it was last.
    fn told(&self) -> Changed {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let file = super::path::opened(&self.path).ok();
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

// ---------------------------------------------------------------- the tree

impl Tree {
    fn of(file: &File) -> io::Result<Self> {
        let length = file.metadata()?.len();
        let mut group = GROUP;
        while length.div_ceil(group) > GROUPS {
            group *= 2;
        }
        Self::in_groups(file, length, group)
    }

    fn in_groups(file: &File, length: u64, group: u64) -> io::Result<Self> {
        let mut bytes = vec![0; (AT_ONCE.next_multiple_of(group as usize) as u64).min(length) as usize];
        let (mut nodes, mut at) = (vec![], 0);
        let mut whole = blake3::hash(&[]);
        while at < length {
            let bytes = &mut bytes[..(length - at).min(AT_ONCE.next_multiple_of(group as usize) as u64) as usize];
            fill(file, at, bytes)?;
            if length <= group {
                whole = blake3::hash(bytes);
            }
            for group in bytes.chunks(group as usize) {
                nodes.push(node(group, at));
                at += group.len() as u64;
            }
        }
        if let Some((left, right)) = halves(&nodes) {
            whole = merge_subtrees_root(&merged(left), &merged(right), Mode::Hash);
        }
        Ok(Self { hash: whole.to_hex().to_string(), length, group, nodes })
    }

    /// Whether these are the bytes of the groups from this one.
    fn has(&self, first: u64, bytes: &[u8]) -> bool {
        let of_group = |(i, bytes): (usize, &[u8])| {
            let number = first + i as u64;
            self.nodes.get(number as usize) == Some(&node(bytes, number * self.group))
        };
        bytes.chunks(self.group as usize).enumerate().all(of_group)
    }
}

fn node(bytes: &[u8], at: u64) -> Node {
    blake3::Hasher::new().set_input_offset(at).update(bytes).finalize_non_root()
}

/// The left half is the largest power of two, of several.
fn halves(nodes: &[Node]) -> Option<(&[Node], &[Node])> {
    (nodes.len() > 1).then(|| nodes.split_at(nodes.len().next_power_of_two() / 2))
}

fn merged(nodes: &[Node]) -> Node {
    match halves(nodes) {
        Some((left, right)) => merge_subtrees_non_root(&merged(left), &merged(right), Mode::Hash),
        None => nodes[0],
    }
}

// ---------------------------------------------------------------- reading

/// A file of data, open for reading. Clones read on their own.
pub struct DataFile {
    file: Arc<File>,
    length: u64,
    /// Where the next byte is read.
    at: u64,
    /// What it is held against, where its hash was taken.
    known: Option<Arc<Known>>,
    /// Bytes from the start of a group, found to be right.
    block: Vec<u8>,
    block_at: u64,
}

impl Clone for DataFile {
    fn clone(&self) -> Self {
        let (file, known) = (self.file.clone(), self.known.clone());
        Self { file, length: self.length, at: self.at, known, block: vec![], block_at: 0 }
    }
}

impl DataFile {
    /// The file of this path, which was opened.
    pub fn new(path: &Path, file: File) -> io::Result<Self> {
        let known = known(path);
        let length = known.as_ref().map_or_else(|| file.metadata().map(|m| m.len()), |known| Ok(known.tree.length))?;
        Ok(Self { file: Arc::new(file), length, at: 0, known, block: vec![], block_at: 0 })
    }

    /// Bytes.
    pub fn length(&self) -> u64 {
        self.length
    }

    /// Reads the groups around so many bytes from here, and finds them to be right.
    fn fetch(&mut self, known: &Arc<Known>, wanted: usize) -> io::Result<()> {
        let tree = &known.tree;
        let first = self.at / tree.group;
        let start = first * tree.group;
        let most = (AT_ONCE as u64).max(tree.group);
        let end = (self.at + (wanted as u64).min(most)).next_multiple_of(tree.group).min(start + most).min(tree.length);
        self.block.resize((end - start) as usize, 0);
        self.block_at = start;
        let right = fill(&self.file, start, &mut self.block).is_ok() && tree.has(first, &self.block);
        if right {
            return Ok(());
        }
        self.block.clear();
        MET.set(Some(known.clone()));
        Err(io::Error::other("it was changed while it was in use"))
    }
}

impl Read for DataFile {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        let Some(known) = self.known.clone() else {
            let count = read_at(&self.file, self.at, to)?;
            self.at += count as u64;
            return Ok(count);
        };
        if to.is_empty() || self.at >= self.length {
            return Ok(0);
        }
        let within = self.block_at..self.block_at + self.block.len() as u64;
        if !within.contains(&self.at) {
            self.fetch(&known, to.len())?;
        }
        let bytes = &self.block[(self.at - self.block_at) as usize..];
        let count = bytes.len().min(to.len());
        to[..count].copy_from_slice(&bytes[..count]);
        self.at += count as u64;
        Ok(count)
    }
}

impl Seek for DataFile {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let place = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::End(by) => self.length.checked_add_signed(by),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
        };
        self.at = place.ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "a place before the file"))?;
        Ok(self.at)
    }
}

/// Fills all of `to`.
fn fill(file: &File, mut at: u64, mut to: &mut [u8]) -> io::Result<()> {
    while !to.is_empty() {
        match read_at(file, at, to) {
            Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(count) => {
                at += count as u64;
                to = &mut to[count..];
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

#[cfg(unix)]
fn read_at(file: &File, at: u64, to: &mut [u8]) -> io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, to, at)
}

#[cfg(windows)]
fn read_at(file: &File, at: u64, to: &mut [u8]) -> io::Result<usize> {
    std::os::windows::fs::FileExt::seek_read(file, to, at)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(name: &str, bytes: &[u8]) -> (PathBuf, File) {
        let path = std::env::temp_dir().join(format!("mhm-{name}-{}", std::process::id()));
        std::fs::write(&path, bytes).expect("a file of ours");
        let file = super::super::path::opened(&path).expect("a file of ours");
        (path, file)
    }

    fn bytes(count: usize) -> Vec<u8> {
        (0..count).map(|i| (i * i % 251) as u8).collect()
    }

    #[test]
    fn the_root_of_the_tree_is_the_hash_of_the_file() {
        for length in [0, 1, 1023, 1024, 1025, 2048, 3000, 4096, 9 * 1024 + 1, 700 * 1024 + 5] {
            let (path, file) = file("tree", &bytes(length));
            for group in [1 << 10, 1 << 12, GROUP] {
                let tree = Tree::in_groups(&file, length as u64, group).expect("a file of ours");
                assert_eq!(tree.hash, blake3::hash(&bytes(length)).to_hex().as_str(), "{length} in groups of {group}");
            }
            std::fs::remove_file(path).expect("a file of ours");
        }
    }

    #[test]
    fn a_read_is_of_the_bytes_that_were_hashed_or_none() {
        let all = bytes(5 * GROUP as usize + 77);
        let (path, _) = file("held", &all);
        digest(&path).expect("a file of ours");
        let read = |start: usize, count: usize| {
            let mut file = super::super::path::open(&path).expect("a file of ours");
            let mut bytes = vec![0; count];
            file.seek(SeekFrom::Start(start as u64)).and_then(|_| file.read_exact(&mut bytes)).map(|()| bytes)
        };
        for (start, count) in [(0, all.len()), (5, 20), (GROUP as usize - 3, 6), (all.len() - 9, 9)] {
            assert_eq!(read(start, count).expect("nothing was changed"), all[start..start + count]);
        }
        assert!(read(all.len() - 3, 4).is_err(), "it ends there");
        // The time of the change is set back: that is no help.
        let times = std::fs::metadata(&path).and_then(|m| m.modified()).expect("a file of ours");
        let mut other = all.clone();
        other[2 * GROUP as usize + 1] ^= 1;
        std::fs::write(&path, &other).expect("a file of ours");
        let written = File::options().write(true).open(&path).and_then(|file| file.set_modified(times));
        written.expect("a file of ours");
        assert_eq!(read(0, 100).expect("these are as they were"), all[..100]);
        assert!(read(2 * GROUP as usize + 100, 1).is_err(), "a neighbour in its group is not believed");
        assert!(changed(&path).is_some());
        let told = explained(DataError::new("mhm::array-broken", "no array"));
        assert!(told.code == "mhm::file-changed" && told.to_string().contains(&path.display().to_string()), "{told}");
        std::fs::remove_file(path).expect("a file of ours");
    }
}
