//! Which file a source means, and what to say where there is none.

use super::error::{DataError, did_you_mean, unreadable};
use super::file::DataFile;
use super::splits::{Part, parts};
use super::{DataSpec, activitynet, check};
use crate::builtin::dataset::{
    EXTENSIONS, EventForm, EventOrigin, FileOrigin, NAME_MARK, Origin, SPLIT_MARK, Source, SplitRule,
};
use crate::folder::named;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

/// A list of names or numbers that is longer than this is another file by mistake.
const TEXT_LIMIT: u64 = 1 << 26;

/// What stands for the marks in names of files and arrays.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Marks<'m> {
    /// For `{split}`.
    pub key: Option<&'m str>,
    /// For `{name}`.
    pub name: Option<&'m str>,
}

/// Whether the dataset's root names a file by its ending, and so serves sources without a file of their own.
pub fn is_file(root: &Path) -> bool {
    root.extension().is_some_and(|e| EXTENSIONS.iter().any(|known| e == *known))
}

/// The file a source reads with these marks.
///
/// `None` where neither the source nor the root names one, which [`super::check`] reports.
///
/// # Errors
/// The file lies outside the folders of the description.
pub fn resolve(spec: &DataSpec, origin: &FileOrigin<'_>, marks: Marks<'_>) -> Result<Option<PathBuf>, DataError> {
    match (&spec.root, origin.file) {
        (Some(root), None) if is_file(root) => spec.within.hold(root.clone()).map(Some),
        (_, None) => Ok(None),
        (_, Some(file)) => below_root(spec, &keyed(file, marks)).map(Some),
    }
}

/// A file by its name under the dataset's root.
///
/// # Errors
/// It lies outside the folders of the description.
pub fn below_root(spec: &DataSpec, file: &str) -> Result<PathBuf, DataError> {
    spec.within.hold(match &spec.root {
        Some(root) if is_file(root) => root.parent().unwrap_or(Path::new("")).join(file),
        Some(root) => root.join(file),
        None => spec.within.find(file),
    })
}

/// A whole file as text.
pub fn text(path: &Path) -> Result<String, DataError> {
    let mut text = vec![];
    open(path)?.take(TEXT_LIMIT + 1).read_to_end(&mut text).map_err(|error| unreadable(path, &error))?;
    if text.len() as u64 > TEXT_LIMIT {
        return Err(DataError::new("mhm::file-unreadable", "a list is longer than this program reads")
            .file(path)
            .expected(format!("a text of at most {TEXT_LIMIT} bytes")));
    }
    String::from_utf8(text).map_err(|_| {
        DataError::new("mhm::file-unreadable", "a list is no text")
            .file(path)
            .expected("a text in UTF-8, an entry a line")
    })
}

/// Every file that [`super::load`] reads, each once: its name below the dataset's folder, and its path. None of a
/// description that is not sound.
pub fn files(spec: &DataSpec) -> Vec<(String, PathBuf)> {
    if !check(spec).is_empty() {
        return vec![];
    }
    let columns = spec.columns();
    let sources = || columns.iter().flat_map(|column| column.sources);
    let lists = spec.splits.iter().flat_map(|split| split.rule.parts()).flat_map(|rule| match rule {
        SplitRule::Indices { files, .. } => files.clone(),
        SplitRule::Names { file, .. } => vec![file.clone()],
        SplitRule::Key(_)
        | SplitRule::Random { .. }
        | SplitRule::Rest
        | SplitRule::Rows { .. }
        | SplitRule::Fresh { .. }
        | SplitRule::Union(_) => vec![],
    });
    // A list that cannot be read names no further files, and a path that leads out is none to read: loading says so.
    let parts = parts(spec).unwrap_or_default();
    let all = parts.iter().flat_map(|part| sources().flat_map(move |source| of(spec, part, source.as_ref())));
    let mut files: Vec<(String, PathBuf)> = vec![];
    let mut known = std::collections::BTreeSet::new();
    for path in lists.filter_map(|file| below_root(spec, &file).ok()).chain(all) {
        if known.insert(path.clone()) {
            files.push((below(spec, &path), path));
        }
    }
    files
}

/// The files that a source reads of one part.
fn of(spec: &DataSpec, part: &Part, source: &dyn Source) -> Vec<PathBuf> {
    let (Origin::File(origin) | Origin::Events(EventOrigin { file: origin, .. })) = source.origin() else {
        return vec![];
    };
    let key = part.kind.key();
    let path = |name| resolve(spec, &origin, Marks { key, name }).ok().flatten();
    match origin.is_named() {
        true => part.names.iter().filter_map(|name| path(Some(name.as_str()))).collect(),
        false => path(None).into_iter().chain(lengths(spec, part, source)).collect(),
    }
}

/// The files whose lengths say how long the videos of annotations are.
fn lengths(spec: &DataSpec, part: &Part, source: &dyn Source) -> Vec<PathBuf> {
    let Origin::Events(EventOrigin { file, form: EventForm::Annotations { features: Some(features), .. } }) =
        source.origin()
    else {
        return vec![];
    };
    let key = part.kind.key();
    // What cannot be read names no further files: loading says why.
    let videos = resolve(spec, &file, Marks { key, name: None }).ok().flatten();
    let videos = videos.and_then(|path| activitynet::annotations(&path).ok()).unwrap_or_default();
    let path = |name: &str| below_root(spec, &keyed(features, Marks { key, name: Some(name) })).ok();
    videos.iter().filter_map(|video| path(&video.name)).filter(|path| path.is_file()).collect()
}

/// A file's path below the dataset's folder; its name where the dataset has none.
fn below(spec: &DataSpec, path: &Path) -> String {
    let folder = spec.root.as_ref().filter(|root| !is_file(root));
    let short = folder.and_then(|folder| path.strip_prefix(folder).ok()).or(path.file_name().map(Path::new));
    short.unwrap_or(path).to_string_lossy().replace('\\', "/")
}

/// The name with what stands for its marks.
pub fn keyed(name: &str, marks: Marks<'_>) -> String {
    let name = marks.key.map_or_else(|| name.to_string(), |key| name.replace(SPLIT_MARK, key));
    marks.name.map_or_else(|| name.clone(), |sample| name.replace(NAME_MARK, sample))
}

/// Opens a file that is no part of a dataset.
pub fn plain(path: &Path) -> std::io::Result<DataFile> {
    DataFile::new(path, named(path)?.0)
}

/// Opens a file for its readers, or says which other was meant.
pub fn open(path: &Path) -> Result<DataFile, DataError> {
    DataFile::new(path, opened(path)?).map_err(|error| unreadable(path, &error))
}

/// Opens a file as it is now.
pub fn opened(path: &Path) -> Result<fs::File, DataError> {
    named(path).map(|(file, _)| file).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => missing(path),
        _ => unreadable(path, &error),
    })
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
