//! What a manifest says was chosen, held against the trials that are stored beside it. Owns that comparison.

use crate::cli::gather::Gathered;
use crate::experiment::{self, Undecided};
use crate::hir::Experiment;
use crate::record::manifest::Manifest;
use crate::search::search_of;
use crate::store::{Store, StoreError};

/// The trials of the experiment that these results are of; `None` where nothing was chosen for it.
pub fn beside(store: &Store) -> Option<Result<Store, StoreError>> {
    let manifest = store.manifest();
    let folder = store.folder().parent()?.join(search_of(&manifest.experiment));
    (!manifest.searches.is_empty()).then(|| Store::open(&folder))
}

/// What is wrong with the choice of a manifest.
pub fn faults(manifest: &Manifest, experiment: &Experiment, trials: &Store) -> Result<Vec<String>, String> {
    let records = Gathered::of(trials)?.into_records();
    let found = match experiment::searched(experiment, trials.manifest(), &records) {
        Ok(found) => found,
        Err(Undecided(why)) => return Ok(why),
    };
    let pairs = manifest.searches.iter().zip(&found);
    let other = pairs.filter(|(stored, found)| stored != found).map(|(stored, found)| {
        let name = stored.name();
        match stored.chosen == found.chosen {
            true => format!("the manifest, {name}: its trials have other values than those that are stored"),
            false => {
                format!("the manifest, {name}: it has {}, and its trials choose {}", stored.choice(), found.choice())
            }
        }
    });
    let count = (manifest.searches.len() != found.len())
        .then(|| format!("the manifest says of {} searches, and {} are stored", manifest.searches.len(), found.len()));
    Ok(other.chain(count).chain(experiment::unproposed(experiment, &found)).collect())
}
