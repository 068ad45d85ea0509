//! What `mhm plan` says of the number of seeds: by what is stored of an experiment, how large a difference they show.

use crate::cli::columns::listing;
use crate::cli::gather::Gathered;
use crate::experiment::{Options, Recipes, cells};
use crate::hir::Experiment;
use crate::record::Address;
use crate::report::{comparison, count};
use crate::store::Store;
use std::collections::BTreeSet;
use std::path::Path;

/// A table for every axis that is compared; nothing where none is.
pub fn text(experiment: &Experiment, folder: &Path, options: &Options) -> String {
    match Store::open(folder) {
        _ if experiment.compare.is_empty() => String::new(),
        Ok(store) => tables(experiment, &store, options).unwrap_or_else(|why| unknown(experiment, &why)),
        Err(error) if error.is_missing() => unknown(experiment, "no run is stored"),
        Err(error) => unknown(experiment, &error.to_string()),
    }
}

fn tables(experiment: &Experiment, store: &Store, options: &Options) -> Result<String, String> {
    let folder = store.folder().display();
    let gathered = Gathered::of(store)?;
    let done = gathered.lines.iter().map(|line| line.address).collect();
    let others = others(experiment, &done, options);
    let (manifest, records) = (store.manifest(), gathered.into_records());
    let mut text = String::new();
    for axis in &manifest.compare {
        let compared = comparison::of(manifest, axis, &records);
        let power = compared.power();
        if compared.differences.iter().any(|d| d.paired.spread.is_some()) {
            text += &format!("\n{}", listing(&power));
        }
    }
    if text.is_empty() {
        return Err(format!("`{folder}` has no two seeds of two arms"));
    }
    let of = format!("By what is stored in `{folder}`");
    Ok(match others {
        0 => format!("{text}  {of}.\n"),
        n => format!("{text}  {of}, {} of other settings among it: `mhm plan --why` says which.\n", count(n, "run")),
    })
}

fn unknown(experiment: &Experiment, why: &str) -> String {
    let names: Vec<String> = experiment.compare.iter().map(|name| format!("`{name}`")).collect();
    format!(
        "\nseeds to compare {}: not known before two seeds have run, for it hangs on how they spread ({why})\n",
        names.join(", ")
    )
}

/// Stored runs that are none of the experiment's. What is chosen first is not known here.
fn others(experiment: &Experiment, done: &BTreeSet<Address>, options: &Options) -> usize {
    if !experiment.searches.is_empty() {
        return 0;
    }
    let cells = cells(experiment);
    let recipes = Recipes::of(&cells, options);
    let own: BTreeSet<Address> = cells.iter().map(|cell| recipes.address(cell)).collect();
    done.difference(&own).count()
}
