//! `mhm plan --why`: which runs are done, which are to do, and what makes them others than those that are stored.

use crate::cli::columns::columns;
use crate::cli::shorten::change;
use crate::experiment::{self, Cell, Options};
use crate::hir::Experiment;
use crate::record::{ArmId, Changed, Recipe};
use crate::report::count as plural;
use crate::store::{Store, StoreError};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Changes that are told; of more, how many there are.
const TOLD: usize = 4;

/// Fields that tell the runs of one arm apart.
const OF_A_RUN: [&str; 2] = ["seed", "repeat"];

/// The answer for one experiment, whose results are or would be in `folder`.
pub fn why(experiment: &Experiment, folder: &Path, options: &Options) -> Result<String, String> {
    let cells = experiment::cells(experiment);
    let recipes = experiment::recipes(&cells, options);
    let stored = match Store::open(folder) {
        Ok(store) => Known::read(&store).map_err(|e| e.to_string())?,
        Err(error) if error.is_missing() || error.is_damage() => Known::default(),
        Err(error) => return Err(error.to_string()),
    };
    let addresses: Vec<String> = recipes.iter().map(Recipe::address).collect();
    let distinct: BTreeSet<&String> = addresses.iter().collect();
    let done = distinct.iter().filter(|address| stored.addresses.contains(**address)).count();
    let (of, to_do) = (plural(distinct.len(), "run"), distinct.len() - done);
    let mut text = format!("{}: {done} of {of} done in `{}`, {to_do} to do\n", experiment.name, folder.display());
    let mut rows = vec![];
    for (arm, places) in by_arm(&cells) {
        let of_arm: Vec<(&Recipe, &String)> = places.iter().map(|&p| (&recipes[p], &addresses[p])).collect();
        rows.push(stored.line(arm, &of_arm));
    }
    text += "\n";
    Ok(text + &columns(&rows, 0))
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
struct Known {
    addresses: BTreeSet<String>,
    /// Recipes without what tells the runs of an arm apart.
    arms: BTreeSet<Recipe>,
}

impl Known {
    /// Runs that cannot be read are no run; `mhm run` says so.
    fn read(store: &Store) -> Result<Self, StoreError> {
        let all: Vec<String> = store.addresses()?.into_iter().collect();
        let read = crate::parallel::map(&all, |address| store.stored(address).map(|stored| of_arm(stored.recipe())));
        let mut known = Self::default();
        for (address, arm) in all.into_iter().zip(read) {
            if let Ok(arm) = arm {
                known.addresses.insert(address);
                known.arms.insert(arm);
            }
        }
        Ok(known)
    }

    /// Name, done, to do, why.
    fn line(&self, arm: &ArmId, runs: &[(&Recipe, &String)]) -> Vec<String> {
        let to_do: Vec<&Recipe> =
            runs.iter().filter(|(_, address)| !self.addresses.contains(*address)).map(|(recipe, _)| *recipe).collect();
        let name = if arm.0.is_empty() { "the one arm".into() } else { arm.to_string() };
        let done = format!("{} done", runs.len() - to_do.len());
        let Some(first) = to_do.first() else { return vec![name, done] };
        vec![name, done, format!("{} to do", to_do.len()), self.reason(first, &to_do)]
    }

    fn reason(&self, first: &Recipe, to_do: &[&Recipe]) -> String {
        let wanted = of_arm(first);
        let changes = self.arms.iter().map(|stored| stored.changes(&wanted)).min_by_key(Vec::len);
        match changes {
            None => "nothing is stored".into(),
            Some(changes) if changes.is_empty() => new_runs(to_do),
            Some(changes) => told(&changes),
        }
    }
}

fn of_arm(recipe: &Recipe) -> Recipe {
    Recipe(recipe.0.iter().filter(|(field, _)| !OF_A_RUN.contains(&field.as_str())).cloned().collect())
}

/// "new seeds 10, 11, 12".
fn new_runs(to_do: &[&Recipe]) -> String {
    let of = |field: &str| {
        let mut values: Vec<&str> = to_do.iter().filter_map(|recipe| recipe.field(field)).collect();
        values.dedup();
        values
    };
    let (seeds, repeats) = (of("seed"), of("repeat"));
    let shown = match seeds.as_slice() {
        [first, _, _, .., last] => format!("{first} to {last}"),
        few => few.join(", "),
    };
    if repeats == ["0"] { format!("seeds {shown} are new") } else { format!("repeats of seeds {shown} are new") }
}

/// "optimizer: lr: 0.003 → lr: 0.001; batch: 16 → 32".
fn told(changes: &[Changed<'_>]) -> String {
    let readable = |text: Option<&str>| experiment::readable(text.unwrap_or_default());
    let one = |c: &Changed<'_>| format!("{}: {}", c.field, change(&readable(c.old), &readable(c.new)));
    let mut texts: Vec<String> = changes.iter().take(TOLD).map(one).collect();
    if changes.len() > TOLD {
        texts.push(format!("{} more", changes.len() - TOLD));
    }
    texts.join("; ")
}
