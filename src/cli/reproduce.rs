//! `mhm reproduce`: trains runs of a folder again and holds every bit of them against what was stored. Owns what is compared.

use super::choose::{Which, choose, pairs};
use super::folder::{Runs, again};
use super::instructions::{self, Asked};
use super::load::{folder, roots};
use super::output::{Ended, Outcome, print};
use super::run::origin::quoted;
use super::snapshot;
use crate::experiment::{self, Cell, News, Options, Recipes};
use crate::hir::Experiment;
use crate::record::manifest::{Listed, Manifest};
use crate::record::{Address, Array, Artifacts, Recipe, RunRecord};
use crate::store::{Store, StoreError, Wanted};
use crate::tensor::Instructions;
use clap::Args;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::AtomicBool;

const EXAMPLES: &str = "\
Examples:
  mhm reproduce table_2                                     the first arm with the first seed
  mhm reproduce table_2 --arm 'method=Mhm(heads: 4)' --seed 3
  mhm reproduce table_2 --sample 10                         ten runs of all arms and seeds
  mhm reproduce table_2 --all

The stored text is trained, whatever the file on disk says by now, with the instruction set that computed the run, where this
machine has it. Nothing is written.

Exit codes: 0 every bit is the same, 1 something differs, 2 could not run";

/// Train runs again and compare every bit with what was stored
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Reproduce {
    /// An experiment that was run, or its folder
    run: String,
    #[command(flatten)]
    which: Which,
    /// Every run that is done
    #[arg(long, conflicts_with_all = ["arm", "seed", "part", "repeat", "sample"])]
    all: bool,
    /// So many runs that are done, chosen by their addresses
    #[arg(long, value_name = "N", conflicts_with_all = ["arm", "seed", "part", "repeat"])]
    sample: Option<usize>,
    #[command(flatten)]
    runs: Runs,
    #[command(flatten)]
    instructions: Asked,
    /// Trainings at a time (default: one per processor)
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=1024))]
    threads: Option<u64>,
    /// Folder that relative data paths start from
    #[arg(long, value_name = "DIR", value_parser = folder)]
    data: Vec<PathBuf>,
}

pub fn run(command: &Reproduce) -> Ended {
    let store = command.runs.find(&command.run)?;
    let manifest = store.manifest();
    let chosen = chosen(command, &store)?;
    let (_, experiment) = snapshot::experiment(&store)?;
    let all = experiment::cells(&experiment);
    let processors = || std::thread::available_parallelism().map_or(1, usize::from);
    let threads = command.threads.map_or_else(processors, |n| n as usize);
    let plain = Options { threads, ..Options::plain(roots(&command.data, &manifest.file)) };
    let mut told = BTreeMap::new();
    for ((then_with, asked), runs) in alike(&store, &chosen)? {
        let cells = cells(&all, &runs)?;
        let asked_then = Options { instructions: asked, ..plain.clone() };
        let recipes = Recipes::of(&cells, &asked_then);
        for (cell, run) in cells.iter().zip(&runs) {
            let stored = store.stored(&run.address).map_err(|e| e.to_string())?;
            same_recipe(stored.recipe(), &recipes.recipe(cell))?;
        }
        let instructions = command.instructions.here()?.or_else(|| instructions::stored(&then_with));
        let options = Options { instructions, ..plain.clone() };
        expect(&then_with, &options.computed_with());
        told.extend(trained(&store, &experiment, &cells, &runs, &options)?);
    }
    let (mut outcome, mut same) = (Outcome::Clean, 0);
    for run in &chosen {
        let found = told.remove(&run.address).unwrap_or_else(|| Told::Lost("the run did not come to an end".into()));
        match found {
            Told::Same(_) => same += 1,
            Told::Different(_) => outcome = outcome.max(Outcome::Findings),
            Told::Lost(why) => return Err(format!("{}: {why}", named(manifest, run))),
        }
        print(&format!("{}: {}", named(manifest, run), found.text()));
    }
    if chosen.len() > 1 {
        print(&format!("{same} of {} runs are the same to the bit\n", chosen.len()));
    }
    Ok(outcome)
}

/// What computed a run, and what it was asked to be computed with.
type With = (String, Option<Instructions>);

/// The runs that were computed alike.
fn alike<'s>(store: &Store, runs: &[Listed<'s>]) -> Result<BTreeMap<With, Vec<Listed<'s>>>, String> {
    let mut groups: BTreeMap<With, Vec<Listed<'_>>> = BTreeMap::new();
    for run in runs {
        let stored = store.stored(&run.address).map_err(|e| e.to_string())?;
        let with = (stored.record().instructions.clone(), experiment::asked(stored.recipe()));
        groups.entry(with).or_default().push(*run);
    }
    Ok(groups)
}

/// Trains runs again; each is held against what is stored when it is over, and dropped.
fn trained(
    store: &Store,
    experiment: &Experiment,
    cells: &[Cell<'_>],
    runs: &[Listed<'_>],
    options: &Options,
) -> Result<BTreeMap<Address, Told>, String> {
    let told: Mutex<BTreeMap<Address, Told>> = Mutex::default();
    let places: BTreeMap<_, _> = runs.iter().map(|run| ((&run.arm.arm, run.turn), run)).collect();
    let listen = |news: News<'_>| {
        if let News::Done(record, artifacts) = news
            && let Some(run) = places.get(&(&record.arm, record.turn()))
        {
            let found = compared(store, run, record, artifacts);
            told.lock().expect("no one panics while holding it").insert(run.address, found);
        }
    };
    experiment::run(experiment, cells, options, &AtomicBool::new(false), &listen)?;
    Ok(told.into_inner().unwrap_or_default())
}

/// Says where bits cannot be the same.
fn expect(then: &str, now: &str) {
    if then.is_empty() {
        print("the run does not say which instructions computed it: on others, other bits are expected\n");
    } else if then != now {
        let why = match instructions::stored(then) {
            Some(_) => format!("computed now on {now}"),
            None => format!("this machine has {}", instructions::listed(", ")),
        };
        print(&format!("other bits are expected: stored on {then}, {why}\n"));
    }
}

/// The runs that are meant.
fn chosen<'s>(command: &Reproduce, store: &'s Store) -> Result<Vec<Listed<'s>>, String> {
    let manifest = store.manifest();
    let mut once = BTreeSet::new();
    let mut done: Vec<Listed<'_>> =
        manifest.runs().filter(|run| store.has(&run.address) && once.insert(run.address)).collect();
    if command.all || command.sample.is_some() {
        if done.is_empty() {
            return Err(format!("no run is done yet: `{}` makes them", again(store)));
        }
        if let Some(count) = command.sample {
            let rank = |run: &Listed<'_>| *blake3::hash(format!("sample {}", run.address).as_bytes()).as_bytes();
            let mut ranks: Vec<[u8; 32]> = done.iter().map(rank).collect();
            ranks.sort_unstable();
            let last = ranks.get(count.saturating_sub(1).min(ranks.len() - 1)).copied();
            done.retain(|run| count > 0 && Some(rank(run)) <= last);
        }
        return Ok(done);
    }
    let which = Which {
        arm: command.which.arm.clone().or_else(|| manifest.arms.first().map(|arm| pairs(&arm.arm))),
        seed: command.which.seed.or(manifest.seeds.first().copied()),
        around: (format!("mhm reproduce {}", quoted(&command.run)), String::new()),
        ..command.which.clone()
    };
    let choice = choose(&which, manifest)?;
    choice.stored(store)?;
    let is_chosen =
        |run: &Listed<'_>| run.arm.arm == *choice.arm && (run.turn, run.address) == (choice.turn, *choice.address);
    manifest.runs().find(is_chosen).map(|run| vec![run]).ok_or_else(|| "the manifest does not list this run".into())
}

/// The places of these runs among the cells of the experiment, in their order.
fn cells<'e>(all: &[Cell<'e>], chosen: &[Listed<'_>]) -> Result<Vec<Cell<'e>>, String> {
    let places: BTreeMap<_, _> = all.iter().map(|cell| ((&*cell.arm, cell.turn), cell)).collect();
    let cell = |run: &Listed<'_>| {
        let found = places.get(&(&run.arm.arm, run.turn)).map(|cell| Cell::clone(cell));
        found.ok_or("the stored text declares no such arm; `mhm run` stores it anew")
    };
    Ok(chosen.iter().map(cell).collect::<Result<Vec<_>, _>>()?)
}

/// Data, or a program, that are others now would give other bits.
fn same_recipe(stored: &Recipe, now: &Recipe) -> Result<(), String> {
    let changed = stored.changes(now);
    changed.first().map_or(Ok(()), |change| {
        let shown = |text: Option<&str>| text.map_or("nothing".into(), |text| format!("`{text}`"));
        let (old, new) = (shown(change.old), shown(change.new));
        Err(format!("the {} was {old} then and is {new} now, so the run cannot be the same", change.field))
    })
}

fn named(manifest: &Manifest, run: &Listed<'_>) -> String {
    let arm = if run.arm.arm.0.is_empty() { String::new() } else { format!(" {}", pairs(&run.arm.arm)) };
    format!("{}{arm}, {}", manifest.experiment, run.turn)
}

/// How a run came out beside the one that is stored.
enum Told {
    Same(String),
    Different(String),
    /// It could not be compared.
    Lost(String),
}

impl Told {
    fn text(&self) -> &str {
        match self {
            Told::Same(text) | Told::Different(text) | Told::Lost(text) => text,
        }
    }
}

fn compared(store: &Store, run: &Listed<'_>, record: &RunRecord, now: &Artifacts) -> Told {
    if let Some(why) = &record.failure {
        return Told::Lost(why.clone());
    }
    let then = store.stored(&run.address).and_then(|mut stored| stored.artifacts(Wanted::All));
    match then {
        Ok(then) => held(&then, now),
        Err(why) => Told::Lost(StoreError::to_string(&why)),
    }
}

fn held(then: &Artifacts, now: &Artifacts) -> Told {
    let (old, new) = (arrays(then), arrays(now));
    let same = |a: &Array, b: &Array| {
        a.axes == b.axes && a.values.iter().map(|v| v.to_bits()).eq(b.values.iter().map(|v| v.to_bits()))
    };
    let mut different: Vec<&str> = old
        .iter()
        .filter(|(name, array)| !new.get(name.as_str()).is_some_and(|new| same(array, new)))
        .map(|(name, _)| name.as_str())
        .collect();
    different.extend(new.keys().filter(|name| !old.contains_key(name.as_str())).map(String::as_str));
    if then.trail != now.trail {
        different.push("the hashes of modules after each phase");
    }
    if different.is_empty() {
        let numbers: usize = old.values().map(|array| array.values.len()).sum();
        return Told::Same(format!(
            "the same to the bit: {} weights, predictions and targets of {} arrays, {} visits of phases\n",
            numbers,
            old.len(),
            then.trail.visits.len().saturating_sub(1)
        ));
    }
    let shown = different.iter().take(20).map(|name| format!("  {name}\n"));
    Told::Different(format!(
        "not the same: {} of {} arrays differ\n{}",
        different.len(),
        old.len(),
        shown.collect::<String>()
    ))
}

/// Everything that a run kept, by readable names.
fn arrays(artifacts: &Artifacts) -> BTreeMap<String, &Array> {
    let seen = artifacts.evaluated.iter().flat_map(|seen| {
        let epoch = seen.epoch.map_or(String::new(), |epoch| format!("epoch {epoch}, "));
        let change = seen.change.as_ref().map_or(String::new(), |change| format!(" {change}"));
        let name = format!("{epoch}{} on {}{change}", seen.network, seen.split);
        seen.outputs.iter().map(move |(output, array)| (format!("{name}: {output}"), array))
    });
    let truths =
        artifacts.truths.iter().map(|truth| (format!("target {} of {}", truth.target, truth.split), &truth.values));
    let weights = artifacts.weights.iter().map(|(path, array)| (path.clone(), array));
    seen.chain(truths).chain(weights).collect()
}
