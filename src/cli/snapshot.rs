//! The program a run was trained from, out of the texts that were stored with it: what changed on disk since then does not
//! count.

use crate::check::names::{Program, Reader};
use crate::check::{Checked, check};
use crate::cli::files::{LIBRARY, beside};
use crate::cli::load;
use crate::experiment;
use crate::hir::{Cross, Experiment, Rungs};
use crate::record::manifest::Manifest;
use crate::search;
use crate::store::Store;
use std::collections::BTreeMap;

/// The experiment as it was run, and its program.
pub fn experiment(store: &Store) -> Result<(Program, Experiment), String> {
    let (program, declared) = declared(store)?;
    // The command line may have had its own.
    Ok((program, as_run(store.manifest(), declared)?))
}

/// A declared experiment with the seeds, repeats and parts that it was run with, and with what was chosen for its arms.
///
/// # Errors
/// The manifest says of another search than the text declares.
pub fn as_run(manifest: &Manifest, declared: Experiment) -> Result<Experiment, String> {
    let (seeds, repeats) = (manifest.seeds.clone(), manifest.repeats);
    let groups = manifest.cross.as_ref().map_or(vec![], |cross| cross.groups.clone());
    let cross = declared.cross.map(|cross| Cross { groups, ..cross });
    let experiment = Experiment { seeds, repeats, cross, ..declared };
    experiment::chosen(experiment, &manifest.searches)
}

/// The experiment as its text declares it.
pub fn declared(store: &Store) -> Result<(Program, Experiment), String> {
    let texts = store.texts().map_err(|e| e.to_string())?;
    let Some((name, text)) = texts.first().cloned() else {
        return Err(format!("`{}` keeps no text; `mhm run` again stores it", store.folder().display()));
    };
    let (program, mut diagnostics) = Program::load(&name, &text, &Snapshot(texts.into_iter().collect()));
    let (checked, found): (Checked, _) = check(&program);
    diagnostics.extend(found);
    if let Some(error) = diagnostics.iter().find(|d| d.is_error()) {
        let folder = store.folder().display();
        return Err(format!("the text that `{folder}` was run from is refused by this version: {}", error.message));
    }
    let manifest = store.manifest();
    let wanted = search::searched(&manifest.experiment);
    let experiment = load::stored(checked, wanted.unwrap_or(&manifest.experiment));
    // Of a search, the trials that were trained.
    let experiment = match wanted {
        Some(_) => experiment.and_then(|found| {
            let is_known =
                |name: &str| manifest.arms.iter().any(|arm| arm.arm.0.iter().any(|(_, value)| value == name));
            found.search(&Rungs::known(&found, is_known))
        }),
        None => experiment,
    };
    let experiment =
        experiment.ok_or_else(|| format!("the stored text `{name}` does not declare `{}`", manifest.experiment))?;
    Ok((program, experiment))
}

/// Texts by the name that they were shown under.
struct Snapshot(BTreeMap<String, String>);

impl Snapshot {
    /// `schedule/Mhm` of `std/schedule/Mhm.mhm` or of a folder that shadowed the library.
    fn library_path(name: &str) -> Option<&str> {
        let shadow = format!("{LIBRARY}/");
        let inner = || name.split_once(&format!("/{shadow}")).map(|(_, below)| below);
        let below = name.strip_prefix("std/").or_else(|| name.strip_prefix(&shadow)).or_else(inner);
        below?.strip_suffix(".mhm")
    }
}

impl Reader for Snapshot {
    fn library(&self, path: &str) -> Option<(String, String)> {
        let found = self.0.iter().find(|(name, _)| Self::library_path(name) == Some(path));
        found.map(|(name, text)| (name.clone(), text.clone()))
    }

    fn library_paths(&self) -> Vec<String> {
        let mut paths: Vec<String> = self.0.keys().filter_map(|n| Self::library_path(n)).map(str::to_string).collect();
        paths.sort();
        paths
    }

    fn file(&self, path: &str, from: &str) -> Result<(String, String), String> {
        let name = beside(path, from);
        let text = self.0.get(&name).ok_or_else(|| format!("the run keeps no text `{name}`"))?;
        Ok((name, text.clone()))
    }
}
