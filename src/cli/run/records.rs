//! `--records FILE`: every run's measures for other tools. Owns that file.

use crate::record::RunRecord;
use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};

/// The file while runs are going on: `NAME.part`, so that an older file stays whole until the new one is.
pub struct Part<'p> {
    path: &'p Path,
    part: PathBuf,
    file: std::fs::File,
}

impl<'p> Part<'p> {
    pub fn open(path: &'p Path) -> Result<Self, String> {
        let cannot = |why: String| format!("cannot write `{}`: {why}", path.display());
        if path.is_dir() {
            return Err(cannot("it is a folder".into()));
        }
        let part = PathBuf::from(format!("{}.part", path.display()));
        let file = std::fs::File::create(&part).map_err(|e| cannot(e.to_string()))?;
        Ok(Self { path, part, file })
    }

    /// Writes the records of every experiment: RON where the name ends so, else JSON.
    pub fn keep(self, records: &BTreeMap<String, Vec<RunRecord>>) -> Result<(), String> {
        let cannot = |why: String| format!("cannot write `{}`: {why}", self.path.display());
        let text = match self.path.extension() {
            Some(ending) if ending == "ron" => ron::ser::to_string_pretty(records, ron::ser::PrettyConfig::default())
                .map_err(|e| cannot(e.to_string()))?,
            _ => serde_json::to_string_pretty(records).map_err(|e| cannot(e.to_string()))?,
        };
        writeln!(&self.file, "{text}").map_err(|e| cannot(e.to_string()))?;
        self.file.sync_all().map_err(|e| cannot(e.to_string()))?;
        std::fs::rename(&self.part, self.path).map_err(|e| cannot(e.to_string()))
    }
}
