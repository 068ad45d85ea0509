//! `mhm plan --why`: which runs are done, which are to do, and what makes them others than those that are stored.

use crate::check::names::Program;
use crate::cli::columns::columns;
use crate::cli::shorten::told as difference;
use crate::cli::snapshot;
use crate::experiment::{self, Cell, Options, Recipes};
use crate::hir::{Experiment, Rungs};
use crate::parallel;
use crate::record::{Address, ArmId, FieldChange, Recipe};
use crate::report::count as plural;
use crate::search::{is_tuning, search_of, seed_name};
use crate::store::{Store, StoreError};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Changes that are told; of more, how many there are.
const TOLD: usize = 4;

/// The answer for one experiment, and for the search before it.
pub fn all(program: &Program, experiment: &Experiment, runs: &Path, options: &Options) -> Result<String, String> {
    let folder = runs.join(&experiment.name);
    // What was proposed hangs on what came before: what is stored says it.
    let trained = Store::open(&runs.join(search_of(&experiment.name))).ok();
    let again = trained.as_ref().map(|store| snapshot::with_proposed(program, experiment.clone(), store.manifest()));
    let experiment = again.as_ref().unwrap_or(experiment);
    let searches = Store::open(&folder).map_or(vec![], |store| store.manifest().searches.clone());
    // Which trials go on is known where they were trained.
    let trained = trained.map(|store| snapshot::rungs(experiment, store.manifest()));
    let rungs = trained.filter(|rungs| rungs.are_last(experiment)).unwrap_or_else(|| Rungs::first(experiment));
    let Some(trials) = experiment.search(&rungs) else { return why(experiment, &folder, options) };
    let of_trials = why(&trials, &runs.join(&trials.name), options)?;
    let of_runs = match experiment::chosen(experiment.clone(), &searches) {
        Ok(chosen) => why(&chosen, &folder, options)?,
        Err(_) if searches.is_empty() => format!("{}: nothing is chosen yet\n", experiment.name),
        Err(why) => format!("{}: {why}: `mhm run` chooses anew\n", experiment.name),
    };
    Ok(format!("{of_trials}\n{of_runs}"))
}

/// The same, whose results are or would be in `folder`.
pub fn why(experiment: &Experiment, folder: &Path, options: &Options) -> Result<String, String> {
    let cells = experiment::cells(experiment);
    let recipes = Recipes::of(&cells, options);
    let stored = match Store::open(folder) {
        Ok(store) => StoredRuns::read(&store),
        Err(error) if error.is_missing() || error.is_damage() => {
            Store::bare(folder).map_or(Ok(StoredRuns::default()), |store| StoredRuns::read(&store))
        }
        Err(error) => return Err(error.to_string()),
    };
    let stored = stored.map_err(|e| e.to_string())?;
    let addresses: Vec<Address> = cells.iter().map(|cell| recipes.address(cell)).collect();
    let distinct: BTreeSet<&Address> = addresses.iter().collect();
    let done = distinct.iter().filter(|address| stored.recipes.contains_key(**address)).count();
    let begun = distinct.iter().filter(|address| stored.is_begun(address)).count();
    let failed = distinct.iter().filter(|address| stored.failed.contains(**address)).count();
    let (of, to_do) = (plural(distinct.len(), "run"), distinct.len() - done);
    let begun = if begun > 0 { format!(", {begun} of them from a checkpoint") } else { String::new() };
    let failed = if failed > 0 { format!(", {failed} of them failed") } else { String::new() };
    let mut text =
        format!("{}: {done} of {of} done in `{}`, {to_do} to do{begun}{failed}\n\n", experiment.name, folder.display());
    let mut rows: Vec<Vec<String>> = vec![];
    // A reference that several arms share is told once.
    let mut beside: BTreeMap<Vec<Address>, usize> = BTreeMap::new();
    for (arm, places) in by_arm(&cells) {
        let of_arm: Vec<(&Cell<'_>, &Address)> = places.iter().map(|&p| (&cells[p], &addresses[p])).collect();
        let runs: Vec<Address> = of_arm.iter().map(|(_, address)| **address).collect();
        match beside.get(&runs).copied().filter(|_| arm.is_reference()) {
            Some(row) => rows[row] = [vec![arm.alone()], rows[row][1..].to_vec()].concat(),
            None => rows.push(stored.line(arm, &recipes.recipe(of_arm[0].0), &of_arm)),
        }
        if arm.is_reference() {
            beside.entry(runs).or_insert(rows.len() - 1);
        }
    }
    text += &columns(&rows, 0);
    Ok(text)
}

fn by_arm<'c>(cells: &'c [Cell<'_>]) -> Vec<(&'c ArmId, Vec<usize>)> {
    let mut arms: Vec<(&ArmId, Vec<usize>)> = vec![];
    let mut known: BTreeMap<&ArmId, usize> = BTreeMap::new();
    for (place, cell) in cells.iter().enumerate() {
        let at = *known.entry(&cell.arm).or_insert_with(|| {
            arms.push((&cell.arm, vec![]));
            arms.len() - 1
        });
        arms[at].1.push(place);
    }
    arms
}

/// What is stored.
#[derive(Default)]
struct StoredRuns {
    /// By address, without what tells the runs of an arm apart.
    recipes: BTreeMap<Address, Recipe>,
    /// Runs that stand at a checkpoint.
    begun: BTreeSet<Address>,
    /// Runs whose last try failed.
    failed: BTreeSet<Address>,
    /// Runs of every arm, as it is called where they are stored.
    arms: BTreeMap<ArmId, BTreeSet<Address>>,
}

impl StoredRuns {
    /// Runs that cannot be read are no run; `mhm run` says so.
    fn read(store: &Store) -> Result<Self, StoreError> {
        let all: Vec<Address> = store.addresses()?.into_iter().collect();
        let read = parallel::map(&all, |address| {
            store.stored(address).map(|stored| (stored.recipe().of_arm(), stored.record().arm.clone()))
        });
        let failed = store.failures()?.into_keys().collect();
        let mut known = Self { begun: store.begun(), failed, ..Self::default() };
        for arm in store.manifest().arms.iter().chain(&store.manifest().references) {
            known.arms.entry(arm.arm.clone()).or_default().extend(arm.cells.iter().copied());
        }
        for (address, (recipe, arm)) in all.into_iter().zip(read).filter_map(|(a, found)| Some((a, found.ok()?))) {
            known.arms.entry(arm).or_default().insert(address);
            known.recipes.insert(address, recipe);
        }
        Ok(known)
    }

    fn is_begun(&self, address: &Address) -> bool {
        self.begun.contains(address) && !self.recipes.contains_key(address)
    }

    /// Name, done, to do, why.
    fn line(&self, arm: &ArmId, recipe: &Recipe, runs: &[(&Cell<'_>, &Address)]) -> Vec<String> {
        let to_do: Vec<(&Cell<'_>, &Address)> =
            runs.iter().filter(|(_, address)| !self.recipes.contains_key(*address)).copied().collect();
        let name = if arm.0.is_empty() { "the one arm".into() } else { arm.to_string() };
        let done = format!("{} done", runs.len() - to_do.len());
        if to_do.is_empty() {
            return vec![name, done];
        }
        vec![name, done, format!("{} to do", to_do.len()), self.reason(arm, &recipe.of_arm(), &to_do)]
    }

    /// `wanted` is what decides the runs of the arm.
    fn reason(&self, arm: &ArmId, wanted: &Recipe, to_do: &[(&Cell<'_>, &Address)]) -> String {
        let (failed, rest): (Vec<_>, Vec<_>) = to_do.iter().partition(|(_, address)| self.failed.contains(*address));
        let again = match failed.len() {
            0 => return self.untried(arm, wanted, to_do),
            1 => "1 failed: it is tried again".into(),
            failed => format!("{failed} failed: they are tried again"),
        };
        if rest.is_empty() { again } else { format!("{}; {again}", self.untried(arm, wanted, &rest)) }
    }

    /// The same of runs of which none failed.
    fn untried(&self, arm: &ArmId, wanted: &Recipe, to_do: &[(&Cell<'_>, &Address)]) -> String {
        let begun = to_do.iter().filter(|(_, address)| self.is_begun(address)).count();
        if begun == to_do.len() {
            return "begun: goes on from a checkpoint".into();
        }
        let own: Vec<&Recipe> =
            self.arms.get(arm).into_iter().flatten().filter_map(|address| self.recipes.get(address)).collect();
        let reason = if self.recipes.values().any(|stored| stored == wanted) {
            new_runs(to_do)
        } else if let Some(changes) = own.iter().map(|stored| stored.changes(wanted)).min_by_key(Vec::len) {
            told(&changes)
        } else if self.arms.contains_key(arm) || self.arms.is_empty() {
            "not run yet".into()
        } else {
            "a new arm".into()
        };
        if begun > 0 { format!("{reason}; {begun} begun: from a checkpoint") } else { reason }
    }
}

/// "seeds 10 to 12 are new", "tuning seed 1 of seed 0 is new".
fn new_runs(to_do: &[(&Cell<'_>, &Address)]) -> String {
    let tuning: BTreeSet<u64> = to_do.iter().map(|(cell, _)| cell.turn.seed).filter(|seed| is_tuning(*seed)).collect();
    match tuning.first() {
        Some(seed) if tuning.len() == 1 => return format!("{} is new", seed_name(*seed)),
        Some(_) => return format!("{} are new", plural(tuning.len(), "tuning seed")),
        None => {}
    }
    let of = |value: &dyn Fn(&Cell<'_>) -> u64| {
        let mut values: Vec<String> = to_do.iter().map(|(cell, _)| value(cell).to_string()).collect();
        values.dedup();
        values
    };
    let (seeds, repeats) = (of(&|cell| cell.turn.seed), of(&|cell| cell.turn.repeat));
    let is_row = |first: &str, last: &str, count: usize| {
        let ends = first.parse::<u64>().ok().zip(last.parse::<u64>().ok());
        ends.is_some_and(|(first, last)| last.checked_sub(first).is_some_and(|n| n as usize + 1 == count))
    };
    let shown = match seeds.as_slice() {
        [first, _, _, .., last] if is_row(first, last, seeds.len()) => format!("{first} to {last}"),
        few => few.join(", "),
    };
    match (repeats == ["0"], seeds.len()) {
        (true, 1) => format!("seed {shown} is new"),
        (true, _) => format!("seeds {shown} are new"),
        (false, 1) => format!("repeats of seed {shown} are new"),
        (false, _) => format!("repeats of seeds {shown} are new"),
    }
}

/// "optimizer adam(lr: 0.003) → adam(lr: 0.001); batch 16 → 32".
fn told(changes: &[FieldChange<'_>]) -> String {
    let numerics = changes.iter().find(|change| change.field == experiment::NUMERICS_FIELD);
    match numerics.map(|change| change.old.is_some()) {
        Some(true) => return "the stored runs are of a version of mhm that comes to other numbers".into(),
        Some(false) => return "the stored runs are of an earlier version of mhm".into(),
        None => {}
    }
    let one = |c: &FieldChange<'_>| difference(c.field, c.old, c.new);
    let mut texts: Vec<String> = changes.iter().take(TOLD).map(one).collect();
    if changes.len() > TOLD {
        texts.push(format!("{} more", changes.len() - TOLD));
    }
    texts.join("; ")
}
