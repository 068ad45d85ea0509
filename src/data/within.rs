//! Where the files that a program names may lie: below the folders that its user names, whatever `..` and symbolic links stand
//! on the way. Owns the rule and its message; opens nothing.

use super::error::{Code, DataError};
use std::fs;
use std::path::{Path, PathBuf};

/// Folders that files may lie in, as they were named and with every link followed. Of none, anywhere: whoever writes a
/// description by hand means its paths.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Folders {
    folders: Vec<(PathBuf, PathBuf)>,
    /// What names them on the command line.
    option: &'static str,
}

impl Folders {
    pub fn new(folders: &[PathBuf]) -> Self {
        let folders = folders.iter().map(|folder| (folder.clone(), followed(folder))).collect();
        Self { folders, option: "--data" }
    }

    /// The same, named by another option.
    pub fn named_by(self, option: &'static str) -> Self {
        Self { option, ..self }
    }

    /// The path that is found, if it stays in these folders.
    ///
    /// # Errors
    /// As of [`hold`](Self::hold).
    pub fn found(&self, path: impl AsRef<Path>) -> Result<PathBuf, DataError> {
        self.hold(self.find(path))
    }

    /// The path below the first of them that has it; below the first where none has.
    pub fn find(&self, path: impl AsRef<Path>) -> PathBuf {
        let path = path.as_ref();
        let mut below = self.folders.iter().map(|(folder, _)| folder.join(path));
        let first = below.next().unwrap_or_else(|| path.to_path_buf());
        if first.exists() { first } else { below.find(|path| path.exists()).unwrap_or(first) }
    }

    /// Where a path leads, if that is out of these folders. There need be no file.
    pub fn out(&self, path: &Path) -> Option<PathBuf> {
        let end = followed(path);
        let inside = self.folders.is_empty() || self.folders.iter().any(|(_, folder)| end.starts_with(folder));
        (!inside).then_some(end)
    }

    /// The path, if it leads to a place in these folders.
    ///
    /// # Errors
    /// Where it leads elsewhere, whether something is there or not.
    pub fn hold(&self, path: PathBuf) -> Result<PathBuf, DataError> {
        let Some(end) = self.out(&path) else { return Ok(path) };
        let list = |around: &str, between: &str, folders: &mut dyn Iterator<Item = &Path>| {
            folders.map(|folder| format!("{around}{}{around}", folder.display())).collect::<Vec<_>>().join(between)
        };
        let mut known: Vec<&Path> = vec![];
        for (_, folder) in &self.folders {
            if !known.contains(&folder.as_path()) {
                known.push(folder);
            }
        }
        let option = self.option;
        let between = format!(" {option} ");
        let named = list("'", &between, &mut known.iter().copied().chain([end.parent().unwrap_or(&end)]));
        Err(DataError::new(Code::PathOutside, "a path leads out of the folders that a program may read")
            .file(&path)
            .expected(format!("a file in {}", list("`", " or ", &mut known.iter().copied())))
            .found(format!("`{}`", end.display()))
            .help(format!("move it there, or name its folder, too, on the command line: {option} {named}")))
    }
}

/// Where a path leads; of what is not there, as far as something is.
fn followed(path: &Path) -> PathBuf {
    for above in path.ancestors() {
        let there = if above.as_os_str().is_empty() { Path::new(".") } else { above };
        if let (Ok(real), Ok(rest)) = (fs::canonicalize(there), path.strip_prefix(above)) {
            return if rest.as_os_str().is_empty() { real } else { real.join(rest) };
        }
    }
    path.to_path_buf()
}
