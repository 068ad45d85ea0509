//! `mhm runs`: what is stored.

use super::columns::columns;
use super::folder::Runs;
use super::instructions::{mixed, shares};
use super::output::{Ended, Outcome, complain, print};
use crate::cost::sheet::scaled;
use crate::record::Address;
use crate::store::{Event, Store};
use clap::Args;
use std::collections::{BTreeMap, BTreeSet};

const EXAMPLES: &str = "\
Examples:
  mhm runs                     experiments that have results in `runs`
  mhm runs --runs elsewhere    in another folder";

/// List the experiments that have results
#[derive(Debug, Args)]
#[command(name = "runs", after_help = EXAMPLES)]
pub struct List {
    #[command(flatten)]
    runs: Runs,
}

pub fn run(command: &List) -> Ended {
    let mut rows = vec![["experiment", "file", "runs done", "size"].map(String::from).to_vec()];
    let mut outcome = Outcome::Clean;
    for found in command.runs.all()? {
        match found.and_then(|store| row(&store)) {
            Ok(row) => rows.push(row),
            Err(why) => {
                complain(&why.to_string());
                outcome = Outcome::Findings;
            }
        }
    }
    print(&if rows.len() > 1 { columns(&rows, 2) } else { "no experiment has results here\n".into() });
    Ok(outcome)
}

/// What an experiment is called, and its folder, which commands take, where that is called otherwise.
fn name(store: &Store) -> String {
    let name = &store.manifest().experiment;
    let folder = store.folder().file_name().unwrap_or_default().to_string_lossy();
    if folder == **name { name.clone() } else { format!("{name} (in `{folder}`)") }
}

fn row(store: &Store) -> Result<Vec<String>, crate::store::StoreError> {
    let manifest = store.manifest();
    let stored = store.addresses()?;
    let addresses: BTreeSet<&Address> =
        manifest.arms.iter().chain(&manifest.references).flat_map(|arm| &arm.cells).collect();
    let done = addresses.iter().filter(|address| stored.contains(**address)).count();
    let failed = match store.failures()?.keys().filter(|address| addresses.contains(address)).count() {
        0 => String::new(),
        failed => format!(", {failed} failed"),
    };
    // Those of earlier forms of the experiment stay, and are used where it comes back to them.
    let others = match stored.len() - done {
        0 => String::new(),
        others => format!(" (+ {others} of earlier forms)"),
    };
    // What was said of a run last holds.
    let said = store.events()?.into_iter().filter_map(|event| match event {
        Event::Done { address, brief } if stored.contains(&address) => Some((address, brief.instructions)),
        Event::Done { .. }
        | Event::Started { .. }
        | Event::Fresh { .. }
        | Event::Failed { .. }
        | Event::Lost { .. }
        | Event::Damaged { .. }
        | Event::Interrupted { .. }
        | Event::Ended { .. } => None,
    });
    let said: BTreeMap<Address, String> = said.filter(|(address, _)| addresses.contains(address)).collect();
    let shares = mixed(&shares(said.values().map(String::as_str)));
    let others = shares.map_or_else(|| others.clone(), |shares| format!("{others}, {shares}"));
    let size = scaled(store.size() as f64, "B");
    let runs = format!("{done} of {}{failed}{others}", addresses.len());
    Ok(vec![name(store), manifest.file.clone(), runs, size])
}
