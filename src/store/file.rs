//! Bytes on disk: the one way a file of a store is written, and reading that trusts no size. Owns no format.

use super::error::StoreError;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

/// Writes beside the file, then takes its place: whoever reads meanwhile, writes the same, or finds it after the power failed,
/// sees all of one or the other.
pub fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    static WRITTEN: AtomicU64 = AtomicU64::new(0);
    let number = WRITTEN.fetch_add(1, Ordering::Relaxed);
    let mut beside = path.to_path_buf().into_os_string();
    beside.push(format!(".{}.{number}.tmp", std::process::id()));
    let beside = PathBuf::from(beside);
    let written = File::create(&beside)
        .and_then(|mut file| file.write_all(bytes).and_then(|()| file.sync_all()))
        .and_then(|()| fs::rename(&beside, path))
        .and_then(|()| sync_folder(path));
    if written.is_err() {
        let _ = fs::remove_file(&beside);
    }
    written
}

/// The name of a file is a matter of its folder.
fn sync_folder(path: &Path) -> io::Result<()> {
    match path.parent() {
        // Other systems than Unix cannot open a folder, and keep names without being asked.
        Some(folder) if cfg!(unix) => {
            let here = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
            File::open(here)?.sync_all()
        }
        Some(_) | None => Ok(()),
    }
}

/// Removes what killed programs left half written in a folder.
pub fn sweep(folder: &Path) {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    for path in entries.filter(|path| path.extension().is_some_and(|e| e == "tmp")) {
        let _ = fs::remove_file(path);
    }
}

/// Puts a line behind the others in one write, so that lines of two writers do not mix. A line that a killed program left
/// torn is ended first.
pub fn append(path: &Path, line: &str) -> io::Result<()> {
    let mut file = OpenOptions::new().read(true).append(true).create(true).open(path)?;
    let torn = file.seek(SeekFrom::End(0))? > 0 && {
        file.seek(SeekFrom::End(-1))?;
        let mut last = [0];
        file.read_exact(&mut last)?;
        last != *b"\n"
    };
    file.write_all(format!("{}{line}\n", if torn { "\n" } else { "" }).as_bytes())?;
    file.sync_data()
}

/// An error where a folder, or something in it, is a symbolic link: what is written would land elsewhere.
pub fn no_links(folder: &Path) -> Result<(), StoreError> {
    let below = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let is_link = |path: &PathBuf| fs::symlink_metadata(path).is_ok_and(|found| found.is_symlink());
    match std::iter::once(folder.to_path_buf()).chain(below).find(is_link) {
        Some(link) => Err(StoreError::refused(
            &link,
            &io::Error::other("it is a symbolic link, and results stay in their folder"),
        )),
        None => Ok(()),
    }
}

/// A file and its length in bytes.
pub fn open(path: &Path) -> io::Result<(File, u64)> {
    let file = File::open(path)?;
    let length = file.metadata()?.len();
    Ok((file, length))
}

/// All of a file that has at most `limit` bytes; `None` where there is no file.
pub fn read(path: &Path, limit: u64) -> io::Result<Option<Vec<u8>>> {
    let (file, length) = match open(path) {
        Ok(opened) => opened,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    if length > limit {
        return Err(io::Error::other(format!(
            "it has {length} bytes, more than the {limit} a file of this kind may have"
        )));
    }
    let mut bytes = Vec::with_capacity(length as usize);
    file.take(limit).read_to_end(&mut bytes)?;
    Ok(Some(bytes))
}

/// Moves a file out of the way: `NAME.damaged`.
pub fn set_aside(path: &Path) -> io::Result<PathBuf> {
    let mut aside = path.to_path_buf().into_os_string();
    aside.push(".damaged");
    let aside = PathBuf::from(aside);
    fs::rename(path, &aside).map(|()| aside)
}
