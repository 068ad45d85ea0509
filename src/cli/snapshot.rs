//! The program a run was trained from, out of the texts that were stored with it: what changed on disk since then does not
//! count.

use crate::check::names::{Program, Reader};
use crate::check::{Checked, check};
use crate::cli::files::{LIBRARY, beside};
use crate::cli::load;
use crate::experiment;
use crate::hir::{Cross, Experiment, Rungs};
use crate::record::manifest::{MOST_SEEDS, Manifest};
use crate::search;
use crate::store::Store;
use std::collections::{BTreeMap, BTreeSet};
use std::str::FromStr;

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
    let experiment = experiment.map(|found| with_proposed(&program, found, manifest));
    // Of a search, the trials that were trained, for the seeds that were asked for.
    let trials = |found: Experiment| {
        let seeds = seeds(manifest).unwrap_or_else(|| found.seeds.clone());
        let found = Experiment { seeds, ..found };
        found.search(&rungs(&found, manifest))
    };
    let experiment = experiment.and_then(|found| if wanted.is_some() { trials(found) } else { Some(found) });
    let experiment =
        experiment.ok_or_else(|| format!("the stored text `{name}` does not declare `{}`", manifest.experiment))?;
    Ok((program, experiment))
}

/// The trials that a manifest lists.
pub fn rungs(experiment: &Experiment, manifest: &Manifest) -> Rungs {
    let names: BTreeSet<&str> =
        manifest.arms.iter().flat_map(|arm| &arm.arm.0).map(|(_, name)| name.as_str()).collect();
    Rungs::known(experiment, |name| names.contains(name))
}

/// An experiment with the trials that were proposed, by a manifest of its search or of its runs. Where these are refused, it is as it was:
/// what is said of its trials will not fit.
pub fn with_proposed(program: &Program, experiment: Experiment, manifest: &Manifest) -> Experiment {
    let names: Vec<&str> = manifest.arms.iter().flat_map(|arm| &arm.arm.0).map(|(_, name)| name.as_str()).collect();
    let proposed = match search::searched(&manifest.experiment) {
        Some(_) => experiment.proposed(&names),
        None => experiment::proposed(&experiment, &manifest.searches),
    };
    match proposed.as_slice() {
        [] => experiment,
        proposed => load::again(program, experiment.clone(), proposed).unwrap_or(experiment),
    }
}

/// The value of an option of the command that the runs were asked for with.
pub fn asked<T: FromStr>(manifest: &Manifest, option: &str) -> Option<T> {
    manifest.command.split_whitespace().skip_while(|word| *word != option).nth(1)?.parse().ok()
}

/// The seeds that the command asked for.
pub fn seeds(manifest: &Manifest) -> Option<Vec<u64>> {
    asked(manifest, "--seeds").map(|count: u64| (0..count.min(MOST_SEEDS)).collect())
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
