//! Which file a source means, and what to say where there is none.

use super::error::{DataError, did_you_mean, unreadable};
use super::splits::{PartKind, parts};
use super::{DataSpec, check};
use crate::builtin::dataset::{EXTENSIONS, EventOrigin, FileOrigin, Origin, SPLIT_MARK, Source};
use std::fs;
use std::path::{Path, PathBuf};

/// Whether the dataset's root names a file by its ending, and so serves sources without a file of their own.
pub fn is_file(root: &Path) -> bool {
    root.extension().is_some_and(|e| EXTENSIONS.iter().any(|known| e == *known))
}

/// The file a source reads for this key.
///
/// `None` where neither the source nor the root names one, which [`super::check`] reports.
pub fn resolve(spec: &DataSpec, origin: &FileOrigin<'_>, key: Option<&str>) -> Option<PathBuf> {
    match (&spec.root, origin.file) {
        (Some(root), None) => is_file(root).then(|| root.clone()),
        (Some(root), Some(file)) => {
            let folder = if is_file(root) { root.parent().unwrap_or(Path::new("")) } else { root };
            Some(folder.join(keyed(file, key)))
        }
        (None, file) => file.map(|file| PathBuf::from(keyed(file, key))),
    }
}

/// Every file that [`super::load`] reads, each once: its name below the dataset's folder, and its path. None of a
/// description that is not sound.
pub fn files(spec: &DataSpec) -> Vec<(String, PathBuf)> {
    if !check(spec).is_empty() {
        return vec![];
    }
    let sources = || spec.modalities.iter().map(|m| &m.source).chain(spec.targets.iter().map(|t| &t.source));
    let of = |kind: &PartKind, source: &dyn Source| {
        let key = match kind {
            PartKind::Key(key) => Some(key.as_str()),
            PartKind::Base | PartKind::Fresh { .. } => None,
        };
        match source.origin() {
            Origin::File(origin) | Origin::Events(EventOrigin { file: origin, .. }) => resolve(spec, &origin, key),
            Origin::Points(_) | Origin::Classes => None,
        }
    };
    let mut files: Vec<(String, PathBuf)> = vec![];
    for path in parts(spec).iter().flat_map(|part| sources().filter_map(|source| of(&part.kind, source.as_ref()))) {
        if files.iter().all(|(_, known)| *known != path) {
            files.push((below(spec, &path), path));
        }
    }
    files
}

/// A file's path below the dataset's folder; its name where the dataset has none.
fn below(spec: &DataSpec, path: &Path) -> String {
    let folder = spec.root.as_ref().filter(|root| !is_file(root));
    let short = folder.and_then(|folder| path.strip_prefix(folder).ok()).or(path.file_name().map(Path::new));
    short.unwrap_or(path).to_string_lossy().replace('\\', "/")
}

/// blake3 of a file, in hexadecimal digits.
pub fn digest(path: &Path) -> Result<String, DataError> {
    let mut hasher = blake3::Hasher::new();
    hasher.update_reader(open(path)?).map_err(|error| unreadable(path, &error))?;
    Ok(hasher.finalize().to_hex().to_string())
}

/// The name with the split's key in the place of `{split}`.
pub fn keyed(name: &str, key: Option<&str>) -> String {
    key.map_or_else(|| name.to_string(), |key| name.replace(SPLIT_MARK, key))
}

/// Opens a file, or says which other was meant.
pub fn open(path: &Path) -> Result<fs::File, DataError> {
    match fs::File::open(path) {
        Ok(file) if file.metadata().is_ok_and(|m| m.is_dir()) => {
            Err(DataError::new("mhm::file-unreadable", "a file was expected, this is a folder").file(path))
        }
        Ok(file) => Ok(file),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Err(missing(path)),
        Err(error) => Err(unreadable(path, &error)),
    }
}

fn missing(path: &Path) -> DataError {
    let error = DataError::new("mhm::file-missing", "a file of the dataset is missing").file(path);
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        Some(_) | None => Path::new("."),
    };
    let Ok(entries) = fs::read_dir(folder) else {
        return error.help(format!("there is no folder `{}`", folder.display()));
    };
    let mut names: Vec<String> = entries.flatten().map(|e| e.file_name().to_string_lossy().into_owned()).collect();
    names.sort_unstable();
    let known: Vec<&str> = names.iter().map(String::as_str).collect();
    let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    error.help(did_you_mean(&name, &known, "the folder"))
}
