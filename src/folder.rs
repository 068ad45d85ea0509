//! One door to the disk: a folder by its handle, and what lies in it by single names. No link is followed below it, not
//! between a look and a use either, so nothing is read, written, renamed or removed elsewhere. Owns how files are written;
//! knows no format.

use cap_fs_ext::{DirExt, FileTypeExt, FollowSymlinks, MetadataExt, OpenOptionsFollowExt, OpenOptionsSyncExt};
use cap_std::ambient_authority;
use cap_std::fs::{Dir, FileType, OpenOptions};
use std::ffi::OsString;
use std::fmt;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

mod draft;

pub use draft::{Draft, is_draft};
pub use std::fs::File;

/// How a file ends that was moved out of the way.
pub const ASIDE: &str = "damaged";

/// An open folder. Whatever takes its name later, this stays the folder that was opened.
#[derive(Clone, Debug)]
pub struct Folder {
    dir: Arc<Dir>,
    /// For messages; nothing is opened by it.
    path: PathBuf,
}

/// What stands under a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    File,
    Folder,
    Link,
    Pipe,
    Socket,
    Device,
}

impl Kind {
    fn of(found: FileType) -> Self {
        match found {
            _ if found.is_file() => Kind::File,
            _ if found.is_dir() => Kind::Folder,
            _ if found.is_symlink() => Kind::Link,
            _ if found.is_fifo() => Kind::Pipe,
            _ if found.is_socket() => Kind::Socket,
            _ => Kind::Device,
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Kind::File => "a file",
            Kind::Folder => "a folder",
            Kind::Link => "a symbolic link",
            Kind::Pipe => "a pipe",
            Kind::Socket => "a socket",
            Kind::Device => "a device",
        })
    }
}

/// A name in a folder, and what stands under it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Entry {
    pub name: OsString,
    pub kind: Kind,
}

/// The length of a file, and when it was last written. Equal ones say that a file was not looked at again for nothing, never
/// that it is whole.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stamp {
    pub length: u64,
    /// In nanoseconds.
    pub written: u128,
}

/// Which file it is, whatever its names, and when it was last written, by the clock of whoever keeps the files: one clock for
/// all machines that share them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark {
    /// Device and number.
    pub file: (u64, u64),
    /// In nanoseconds.
    pub written: u128,
}

impl Mark {
    fn of(file: &cap_std::fs::File) -> io::Result<Self> {
        let found = file.metadata()?;
        let since = found.modified()?.into_std().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        Ok(Self { file: (found.dev(), found.ino()), written: since.as_nanos() })
    }
}

impl Folder {
    /// A folder as a person names it: links on the way to it are their own word.
    pub fn open(path: &Path) -> io::Result<Self> {
        let here = if path.as_os_str().is_empty() { Path::new(".") } else { path };
        Ok(Self { dir: Arc::new(Dir::open_ambient_dir(here, ambient_authority())?), path: path.into() })
    }

    /// The same, made if need be.
    pub fn make(path: &Path) -> io::Result<Self> {
        std::fs::create_dir_all(path)?;
        Self::open(path)
    }

    /// A folder that is no link itself, whatever leads to it.
    pub fn open_plain(path: &Path) -> io::Result<Self> {
        match (path.parent(), path.file_name()) {
            (Some(above), Some(name)) => Self::open(above)?.below(name),
            // `.`, `..` and `/` are no links.
            _ => Self::open(path),
        }
    }

    /// The same, made if need be.
    pub fn make_plain(path: &Path) -> io::Result<Self> {
        match (path.parent(), path.file_name()) {
            (Some(above), Some(name)) => Self::make(above)?.make_below(name),
            _ => Self::open(path),
        }
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether its path still leads to this folder: it does not where somebody removed, renamed or replaced it meanwhile. Where the
    /// system does not say, it does.
    pub fn is_in_place(&self) -> bool {
        let which = |folder: &Self| folder.dir.dir_metadata().map(|found| (found.dev(), found.ino()));
        match Self::open_plain(&self.path) {
            Ok(there) => which(&there).ok().zip(which(self).ok()).is_none_or(|(there, own)| there == own),
            Err(error) => !matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory),
        }
    }

    /// A folder in this one.
    pub fn below(&self, name: impl AsRef<Path>) -> io::Result<Self> {
        let name = single(name.as_ref())?;
        let dir = self.dir.open_dir_nofollow(name).map_err(|e| self.explained(name, e))?;
        Ok(Self { dir: Arc::new(dir), path: self.path.join(name) })
    }

    /// The same, made if need be.
    pub fn make_below(&self, name: impl AsRef<Path>) -> io::Result<Self> {
        let name = single(name.as_ref())?;
        match self.dir.create_dir(name) {
            Ok(()) => self.sync()?,
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
        self.below(name)
    }

    /// What lies in it, in the order of the names.
    pub fn list(&self) -> io::Result<Vec<Entry>> {
        let mut all = vec![];
        for found in self.dir.entries()? {
            let found = found?;
            let kind = match Kind::of(found.file_type()?) {
                // Some file systems keep no kinds in their folders, and are asked again; what is gone by then is not there.
                Kind::Device => self.kind(found.file_name()),
                kind => Some(kind),
            };
            all.extend(kind.map(|kind| Entry { name: found.file_name(), kind }));
        }
        all.sort();
        Ok(all)
    }

    /// The names of its files that end so, without that ending and in order.
    pub fn stems(&self, ending: &str) -> io::Result<Vec<String>> {
        let stem = |entry: Entry| {
            let name = entry.name.into_string().ok().filter(|_| entry.kind == Kind::File)?;
            Some(name.strip_suffix(ending)?.strip_suffix('.')?.to_string())
        };
        Ok(self.list()?.into_iter().filter_map(stem).collect())
    }

    /// What stands under a name, if anything does.
    pub fn kind(&self, name: impl AsRef<Path>) -> Option<Kind> {
        let found = self.dir.symlink_metadata(single(name.as_ref()).ok()?).ok()?;
        Some(Kind::of(found.file_type()))
    }

    pub fn has_file(&self, name: impl AsRef<Path>) -> bool {
        self.kind(name) == Some(Kind::File)
    }

    /// Bytes of a file; none where there is no file.
    pub fn size(&self, name: impl AsRef<Path>) -> u64 {
        let found = single(name.as_ref()).and_then(|name| self.dir.symlink_metadata(name));
        found.map_or(0, |found| if found.is_file() { found.len() } else { 0 })
    }

    /// What tells a file from what it was before; `None` where there is no file.
    pub fn stamp(&self, name: impl AsRef<Path>) -> io::Result<Option<Stamp>> {
        let found = match self.dir.symlink_metadata(single(name.as_ref())?) {
            Ok(found) => found,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        let since = found.modified()?.into_std().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        Ok(found.is_file().then(|| Stamp { length: found.len(), written: since.as_nanos() }))
    }

    /// The mark of a file, as the file server has it now: what is opened is asked for anew. `None` where there is no file.
    pub fn mark(&self, name: impl AsRef<Path>) -> io::Result<Option<Mark>> {
        match self.dir.open_with(single(name.as_ref())?, plain().read(true)) {
            Ok(file) => Mark::of(&file).map(Some),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// When something last took or lost a name in it, in nanoseconds.
    pub fn changed(&self) -> io::Result<u128> {
        let written = self.dir.open_dir_nofollow(".")?.dir_metadata()?.modified()?.into_std();
        Ok(written.duration_since(std::time::UNIX_EPOCH).unwrap_or_default().as_nanos())
    }

    /// Bytes of all files in it and below.
    pub fn total(&self) -> u64 {
        let bytes = |entry: &Entry| match entry.kind {
            Kind::File => self.size(&entry.name),
            Kind::Folder => self.below(&entry.name).map_or(0, |below| below.total()),
            Kind::Link | Kind::Pipe | Kind::Socket | Kind::Device => 0,
        };
        self.list().unwrap_or_default().iter().map(bytes).sum()
    }

    // ------------------------------------------------------------ reading

    /// A file and its length in bytes. What is no file is not opened, and waits for nobody.
    pub fn file(&self, name: impl AsRef<Path>) -> io::Result<(File, u64)> {
        let name = single(name.as_ref())?;
        match self.kind(name) {
            Some(Kind::File) | None => {}
            Some(kind) => return Err(other_than_file(kind)),
        }
        let file = self.dir.open_with(name, plain().read(true)).map_err(|e| self.explained(name, e))?;
        let found = file.metadata()?;
        let file = file.into_std();
        match (Kind::of(found.file_type()), on_disk(&file, found.len())?) {
            (Kind::File, Some(bytes)) => Err(io::Error::new(
                io::ErrorKind::InvalidData,
                format!("it claims to have {} bytes, and {bytes} of them are on the disk", found.len()),
            )),
            (Kind::File, None) => Ok((file, found.len())),
            (kind, _) => Err(other_than_file(kind)),
        }
    }

    /// All of a file that has at most `limit` bytes; `None` where there is nothing.
    pub fn read(&self, name: impl AsRef<Path>, limit: u64) -> io::Result<Option<Vec<u8>>> {
        let (file, length) = match self.file(name) {
            Ok(opened) => opened,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        if length > limit {
            let why = format!("it has {length} bytes, more than the {limit} a file of this kind may have");
            return Err(io::Error::new(io::ErrorKind::InvalidData, why));
        }
        let mut bytes = Vec::with_capacity(length as usize);
        file.take(limit).read_to_end(&mut bytes)?;
        Ok(Some(bytes))
    }

    // ------------------------------------------------------------ writing

    /// Writes beside the file, then takes its place: whoever reads meanwhile, writes the same, or finds it after the power
    /// failed, sees all of one or the other.
    pub fn write(&self, name: impl AsRef<Path>, bytes: &[u8]) -> io::Result<()> {
        self.write_all(&[(name.as_ref(), bytes)])
    }

    /// Writes several files, of which each is whole or as it was before, and all are on the disk when this comes back. The
    /// folder is flushed once.
    pub fn write_all(&self, files: &[(impl AsRef<Path>, &[u8])]) -> io::Result<()> {
        let write = || {
            let draft = |(name, bytes): &(_, &[u8])| {
                let mut draft = self.draft(name)?;
                draft.file.write_all(bytes).map(|()| draft)
            };
            Draft::keep_all(files.iter().map(draft).collect::<io::Result<_>>()?)
        };
        match write() {
            // Whoever takes the folder over sweeps it, and may take what a command without a lock has in the making.
            Err(error) if error.kind() == io::ErrorKind::NotFound => write(),
            written => written,
        }
    }

    /// Writes a file under the first of these names that nobody has, or takes meanwhile: whole, and on the disk.
    pub fn write_new<T: Copy>(
        &self,
        names: &mut dyn Iterator<Item = T>,
        name: impl Fn(T) -> String,
        bytes: &[u8],
    ) -> io::Result<T> {
        let mut draft = None;
        for number in names {
            let draft = match &mut draft {
                None => {
                    let mut new = self.draft(name(number))?;
                    new.file.write_all(bytes)?;
                    draft.insert(new)
                }
                Some(draft) => draft,
            };
            draft.name = single(name(number).as_ref())?.to_path_buf();
            if draft.keep_new()? {
                return Ok(number);
            }
        }
        Err(io::ErrorKind::AlreadyExists.into())
    }

    /// The same for a file that is there, which keeps its permissions.
    pub fn rewrite(&self, name: impl AsRef<Path>, bytes: &[u8]) -> io::Result<()> {
        let (old, _) = self.file(&name)?;
        let mut draft = self.draft(name)?;
        draft.file.write_all(bytes)?;
        draft.file.set_permissions(old.metadata()?.permissions())?;
        draft.keep()
    }

    /// A new file to write where it stands; an error where something has its name.
    pub fn new_file(&self, name: impl AsRef<Path>) -> io::Result<File> {
        let opened = self.dir.open_with(single(name.as_ref())?, plain().write(true).create_new(true))?;
        Ok(opened.into_std())
    }

    /// A file in the making, which takes this name when it is kept.
    pub fn draft(&self, name: impl AsRef<Path>) -> io::Result<Draft> {
        Draft::of(self, single(name.as_ref())?)
    }

    /// Puts a line behind the others in one write, so that lines of two writers do not mix. A line that a killed program
    /// left torn is ended first.
    pub fn append(&self, name: impl AsRef<Path>, line: &str) -> io::Result<()> {
        let mut file = self.file_to_append(name)?;
        let torn = file.seek(SeekFrom::End(0))? > 0 && {
            file.seek(SeekFrom::End(-1))?;
            let mut last = [0];
            file.read_exact(&mut last)?;
            last != *b"\n"
        };
        let end = file.stream_position()?;
        let written = file.write_all(format!("{}{line}\n", if torn { "\n" } else { "" }).as_bytes());
        if written.is_err() {
            // Half a line is none.
            let _ = file.set_len(end);
        }
        written.and_then(|()| file.sync_data())
    }

    /// A file to write behind what it has, made if need be: the one way in which a file is changed where it stands.
    pub fn file_to_append(&self, name: impl AsRef<Path>) -> io::Result<File> {
        let name = single(name.as_ref())?;
        let opened = self.dir.open_with(name, plain().read(true).append(true).create(true));
        let file = opened.map_err(|e| self.explained(name, e))?;
        let found = file.metadata()?;
        match Kind::of(found.file_type()) {
            Kind::File if found.nlink() > 1 => Err(io::Error::other(
                "it has another name elsewhere (a hard link), and what is written here would change that, too; put a copy \
                 in its place",
            )),
            Kind::File => Ok(file.into_std()),
            kind => Err(other_than_file(kind)),
        }
    }

    /// Writes over bytes that a file has, and says when that was. For what is as long as it was and belongs to one program.
    pub fn overwrite(&self, name: impl AsRef<Path>, at: u64, bytes: &[u8]) -> io::Result<Mark> {
        let name = single(name.as_ref())?;
        let mut file = self.dir.open_with(name, plain().write(true)).map_err(|e| self.explained(name, e))?;
        file.seek(SeekFrom::Start(at))?;
        file.write_all(bytes)?;
        file.sync_data()?;
        Mark::of(&file)
    }

    /// What the file server's clock shows, in nanoseconds: a file is written and looked at.
    pub fn now(&self) -> io::Result<u128> {
        let mut draft = self.draft("now")?;
        draft.file.write_all(b"now")?;
        draft.file.sync_data()?;
        let written = draft.file.metadata()?.modified()?;
        Ok(written.duration_since(std::time::UNIX_EPOCH).unwrap_or_default().as_nanos())
    }

    /// Gives a file one more name, in a folder of the same file system, unless something has that name: of several that do so at
    /// once, on whatever machines, one comes first. Network file systems have no other sure way.
    pub fn link(&self, name: impl AsRef<Path>, folder: &Folder, as_name: impl AsRef<Path>) -> io::Result<()> {
        self.dir.hard_link(single(name.as_ref())?, &folder.dir, single(as_name.as_ref())?)
    }

    /// Gives what stands under a name another, in the place of what stood under that.
    pub fn rename(&self, name: impl AsRef<Path>, to: impl AsRef<Path>) -> io::Result<()> {
        self.dir.rename(single(name.as_ref())?, &self.dir, single(to.as_ref())?)?;
        self.sync()
    }

    /// Moves what stands under a name out of the way: `NAME.damaged`, whose path comes back.
    pub fn set_aside(&self, name: impl AsRef<Path>) -> io::Result<PathBuf> {
        let name = single(name.as_ref())?;
        let aside = |number: &str| {
            let mut aside = name.as_os_str().to_os_string();
            aside.push(format!("{number}.{ASIDE}"));
            self.dir.rename(name, &self.dir, &aside).map(|()| self.path.join(aside))
        };
        // Somebody may have put a folder there.
        aside("").or_else(|why| ["2", "3", "4"].iter().find_map(|n| aside(&format!(".{n}")).ok()).ok_or(why))
    }

    pub fn remove_file(&self, name: impl AsRef<Path>) -> io::Result<()> {
        self.dir.remove_file(single(name.as_ref())?)
    }

    /// Removes a folder in this one with all that is in it; of a link, the link.
    pub fn remove_folder(&self, name: impl AsRef<Path>) -> io::Result<()> {
        self.dir.remove_dir_all(single(name.as_ref())?)
    }

    /// Removes what killed commands left half written in this folder. For whoever is alone in it, by a lock.
    pub fn sweep(&self) {
        for entry in self.list().unwrap_or_default() {
            if entry.kind == Kind::File && entry.name.to_str().is_some_and(is_draft) {
                let _ = self.dir.remove_file(&entry.name);
            }
        }
    }

    /// The name of a file is a matter of its folder.
    fn sync(&self) -> io::Result<()> {
        // Other systems than Unix cannot open a folder as a file, and keep names without being asked.
        if cfg!(unix) { self.dir.open(".")?.sync_all() } else { Ok(()) }
    }

    /// The error, or what stands in the way where that says more.
    fn explained(&self, name: &Path, error: io::Error) -> io::Error {
        match self.kind(name) {
            Some(kind @ (Kind::Link | Kind::Pipe | Kind::Socket | Kind::Device)) => other_than_file(kind),
            Some(Kind::File | Kind::Folder) | None => error,
        }
    }
}

/// So many bytes of a file from a place on, wherever others read it.
pub fn read_at(file: &File, start: u64, length: usize) -> io::Result<Vec<u8>> {
    let mut bytes = vec![0; length];
    #[cfg(unix)]
    std::os::unix::fs::FileExt::read_exact_at(file, &mut bytes, start)?;
    #[cfg(windows)]
    {
        let mut done = 0;
        while done < length {
            let read = std::os::windows::fs::FileExt::seek_read(file, &mut bytes[done..], start + done as u64)?;
            done += if read > 0 { read } else { return Err(io::ErrorKind::UnexpectedEof.into()) };
        }
    }
    Ok(bytes)
}

/// A file that a person names, and its length: links on the way are their own word, and what is no file is not waited for.
pub fn named(path: &Path) -> io::Result<(File, u64)> {
    let path = std::fs::canonicalize(path)?;
    match (path.parent(), path.file_name()) {
        (Some(above), Some(name)) => Folder::open(above)?.file(name),
        _ => Err(other_than_file(Kind::Folder)),
    }
}

/// Larger files than this are held against what the disk has of them, which may be so many times less where it compresses.
const LARGE: u64 = 64 << 20;
const COMPRESSED: u64 = 64;

/// What the disk has of a file, where that is far less than its length: holes would fill the memory. Some file systems say
/// nothing, and zero of every file; what is written here begins with no zeros.
#[cfg(unix)]
fn on_disk(file: &File, length: u64) -> io::Result<Option<u64>> {
    use std::os::unix::fs::MetadataExt;
    if length <= LARGE {
        return Ok(None);
    }
    let bytes = file.metadata()?.blocks() * 512;
    let is_hole = || Ok::<_, io::Error>(bytes > 0 || read_at(file, 0, 64)?.iter().all(|byte| *byte == 0));
    Ok((bytes < length / COMPRESSED && is_hole()?).then_some(bytes))
}

#[cfg(not(unix))]
fn on_disk(_: &File, _: u64) -> io::Result<Option<u64>> {
    Ok(None)
}

/// Neither a link is followed nor the other end of a pipe waited for.
fn plain() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.follow(FollowSymlinks::No).nonblock(true);
    options
}

fn other_than_file(kind: Kind) -> io::Error {
    io::Error::other(match kind {
        Kind::Link => format!("it is {kind}, and none is followed here"),
        Kind::File | Kind::Folder | Kind::Pipe | Kind::Socket | Kind::Device => {
            format!("it is {kind} where a file is expected")
        }
    })
}

/// The name, if it is one of something in a folder and leads nowhere else.
fn single(name: &Path) -> io::Result<&Path> {
    let mut parts = name.components();
    match (parts.next(), parts.next()) {
        (Some(Component::Normal(only)), None) if only == name.as_os_str() => Ok(name),
        _ => Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            format!("`{}` is no name of a file in a folder", name.display()),
        )),
    }
}

#[cfg(test)]
mod tests;
