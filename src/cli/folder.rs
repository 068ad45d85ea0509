//! Folders of results as the command line names them: a folder, or an experiment below `runs`.

use super::run::origin::quoted;
use crate::search::search_of;
use crate::store::{Store, StoreError};
use crate::suggest::nearest;
use clap::Args;
use std::path::{Path, PathBuf};

/// Where results are, if nothing is said.
pub const RUNS: &str = "runs";

/// Where results are.
#[derive(Clone, Debug, Args)]
pub struct Runs {
    /// Folder of results: one folder an experiment
    #[arg(long, value_name = "DIR", default_value = RUNS)]
    pub runs: PathBuf,
}

impl Runs {
    /// The option as it was typed, for examples.
    pub fn typed(&self) -> String {
        let folder = self.runs.to_string_lossy();
        if folder == RUNS { String::new() } else { format!(" --runs {}", quoted(&folder)) }
    }

    /// The results that `name` means: of an experiment of this name, or in a folder of this path.
    pub fn find(&self, name: &str) -> Result<Store, String> {
        let mut found = None;
        for folder in [self.runs.join(name), PathBuf::from(name)] {
            match Store::open(&folder) {
                Err(error) if error.is_missing() => {}
                opened => found = found.or(Some(opened)),
            }
        }
        let searched = Store::open(&self.runs.join(search_of(name)));
        match found {
            None if searched.is_ok() => {
                Err(format!("`{name}` has no runs yet: its settings are being chosen, which is `{}`", search_of(name)))
            }
            Some(opened) => opened.map_err(|e| e.to_string()),
            None => Err(self.unknown(name)),
        }
    }

    /// The same, or those of the trials by which the settings of its runs are chosen.
    pub fn find_or_trials(&self, name: &str) -> Result<Store, String> {
        let trials = || Store::open(&self.runs.join(search_of(name))).ok().filter(|_| !self.runs.join(name).exists());
        self.find(name).or_else(|why| trials().ok_or(why))
    }

    /// All results, in the order of their names.
    pub fn all(&self) -> Result<Vec<Result<Store, StoreError>>, String> {
        Store::all(&self.runs).map_err(|e| e.to_string())
    }

    fn unknown(&self, name: &str) -> String {
        let stored = Store::all(&self.runs).unwrap_or_default();
        let names: Vec<String> = stored.iter().flatten().filter_map(|store| base(store.folder())).collect();
        let hint = match (nearest(name, names.iter().map(String::as_str)), names.is_empty()) {
            (Some(near), _) => format!("did you mean `{near}`?"),
            (None, true) => "`mhm run FILE` makes one".into(),
            (None, false) => format!("there are: {}", names.join(", ")),
        };
        format!("`{name}` is no folder of results, and `{}` has none of this name; {hint}", self.runs.display())
    }
}

/// The command that goes on with what is stored, with the folder that it lies in now.
pub fn again(store: &Store) -> String {
    let command = store.manifest().command.clone();
    match store.folder().parent() {
        Some(parent) if parent != Path::new(RUNS) => {
            let here = if parent == Path::new("") { Path::new(".") } else { parent };
            format!("{command} --runs {}", quoted(&here.to_string_lossy()))
        }
        _ => command,
    }
}

fn base(folder: &Path) -> Option<String> {
    Some(folder.file_name()?.to_string_lossy().into_owned())
}
