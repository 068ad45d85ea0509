//! Whose logs a folder has: `DIR/EXPERIMENT.results` names the folder of results that they are of, so that two experiments of one name
//! neither mix their logs nor replace each other's.

use super::{cannot, is_same};
use crate::folder::Folder;
use std::io::{self, Write};
use std::path::Path;

/// Bytes of a path.
const LIMIT: u64 = 1 << 16;

pub fn claim(folder: &Folder, experiment: &str, results: &Path) -> Result<(), String> {
    let name = format!("{experiment}.results");
    let results = std::path::absolute(results).unwrap_or_else(|_| results.into());
    let found = found(folder, &name, &results).map_err(|e| cannot(folder.path(), &e))?;
    let found = Path::new(found.trim_end());
    // What somebody moved or removed comes back under another name, if it does.
    if found.as_os_str().is_empty() || !found.is_dir() {
        return folder.write(&name, &line(&results)).map_err(|e| cannot(folder.path(), &e));
    }
    if is_same(found, &results) {
        return Ok(());
    }
    let (folder, found) = (folder.path().display(), found.display());
    Err(format!(
        "`{folder}` has the logs of another `{experiment}`, the one of `{found}`: name another folder with `--log`, or remove \
         `{folder}/{name}` to replace them"
    ))
}

/// What the file says, which is made if need be.
fn found(folder: &Folder, name: &str, results: &Path) -> io::Result<String> {
    match folder.new_file(name) {
        Ok(mut file) => file.write_all(&line(results)).map(|()| results.to_string_lossy().into_owned()),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            let bytes = folder.read(name, LIMIT)?.unwrap_or_default();
            Ok(String::from_utf8_lossy(&bytes).into_owned())
        }
        Err(error) => Err(error),
    }
}

fn line(results: &Path) -> Vec<u8> {
    format!("{}\n", results.display()).into_bytes()
}
