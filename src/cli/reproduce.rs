//! `mhm reproduce`: trains one run of a folder again and holds every bit of it against what was stored. Owns what is compared.

use super::choose::{Choice, Which, choose, pairs};
use super::folder::Runs;
use super::instructions::{self, Asked};
use super::load::{folder, roots};
use super::output::{Ended, Outcome, print};
use super::run::origin::quoted;
use super::snapshot;
use crate::experiment::{self, Cell, News, Options, Recipes};
use crate::record::manifest::Manifest;
use crate::record::{Array, Kept, Recipe, RunRecord};
use crate::store::Store;
use clap::Args;
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::AtomicBool;

const EXAMPLES: &str = "\
Examples:
  mhm reproduce table_2                                     the first arm with the first seed
  mhm reproduce table_2 --arm 'method=Mhm(heads: 4)' --seed 3

The stored text is trained, whatever the file on disk says by now, with the instruction set that computed the run, where this
machine has it. Nothing is written.

Exit codes: 0 every bit is the same, 1 something differs, 2 could not run";

/// Train one run again and compare every bit with what was stored
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Reproduce {
    /// An experiment that was run, or its folder
    run: String,
    #[command(flatten)]
    which: Which,
    #[command(flatten)]
    runs: Runs,
    #[command(flatten)]
    instructions: Asked,
    /// Folder that relative data paths start from
    #[arg(long, value_name = "DIR", value_parser = folder)]
    data: Vec<PathBuf>,
}

pub fn run(command: &Reproduce) -> Ended {
    let store = command.runs.find(&command.run)?;
    let manifest = store.manifest();
    let which = Which {
        arm: command.which.arm.clone().or_else(|| manifest.arms.first().map(|arm| pairs(&arm.arm))),
        seed: command.which.seed.or(manifest.seeds.first().copied()),
        around: (format!("mhm reproduce {}", quoted(&command.run)), String::new()),
        ..command.which.clone()
    };
    let choice = choose(&which, manifest)?;
    let (_, experiment) = snapshot::experiment(&store)?;
    let cells = experiment::cells(&experiment);
    let cell = choice.cell(&cells)?;
    let mut stored = choice.stored(&store)?;
    let then = (stored.record().clone(), stored.kept(&|_| true).map_err(|e| e.to_string())?);
    let plain = Options::plain(roots(&command.data, &manifest.file));
    let asked_then = Options { instructions: experiment::asked(stored.recipe()), ..plain.clone() };
    same_recipe(stored.recipe(), cell, &asked_then)?;
    let then_with = then.0.instructions.as_str();
    let instructions = command.instructions.here()?.or_else(|| instructions::stored(then_with));
    let options = Options { instructions, ..plain };
    expect(then_with, &options.computed_with());
    let now = train(&experiment, cell, &options)?;
    Ok(told(&store, &choice, &then, &now))
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

/// Data, or a program, that are others now would give other bits.
fn same_recipe(stored: &Recipe, cell: &Cell<'_>, options: &Options) -> Result<(), String> {
    let now = Recipes::of(std::slice::from_ref(cell), options).recipe(cell);
    let changed = stored.changes(&now);
    changed.first().map_or(Ok(()), |change| {
        let shown = |text: Option<&str>| text.map_or("nothing".into(), |text| format!("`{text}`"));
        let (old, new) = (shown(change.old), shown(change.new));
        Err(format!("the {} was {old} then and is {new} now, so the run cannot be the same", change.field))
    })
}

fn train(experiment: &crate::hir::Experiment, cell: &Cell<'_>, options: &Options) -> Result<(RunRecord, Kept), String> {
    let heard: Mutex<Option<(RunRecord, Kept)>> = Mutex::default();
    let listen = |news: News<'_>| {
        if let News::Done(record, kept) = news {
            *heard.lock().expect("no one panics while holding it") = Some((record.clone(), kept.clone()));
        }
    };
    experiment::run(experiment, std::slice::from_ref(cell), options, &AtomicBool::new(false), &listen)?;
    let (record, kept) = heard.into_inner().unwrap_or_default().ok_or("the run did not come to an end")?;
    record.failure.clone().map_or(Ok((record, kept)), Err)
}

type Left = (RunRecord, Kept);

fn told(store: &Store, choice: &Choice<'_>, then: &Left, now: &Left) -> Outcome {
    let Manifest { experiment, .. } = store.manifest();
    let arm = if choice.arm.0.is_empty() { String::new() } else { format!(" {}", pairs(choice.arm)) };
    let name = format!("{experiment}{arm}, seed {}, repeat {}", choice.seed, choice.repeat);
    let (old, new) = (arrays(&then.1), arrays(&now.1));
    let same = |a: &Array, b: &Array| {
        a.axes == b.axes && a.values.iter().map(|v| v.to_bits()).eq(b.values.iter().map(|v| v.to_bits()))
    };
    let mut different: Vec<String> = old
        .iter()
        .filter(|(name, array)| !new.iter().any(|(other, new)| other == name && same(array, new)))
        .map(|(name, _)| name.clone())
        .collect();
    different
        .extend(new.iter().filter(|(name, _)| !old.iter().any(|(known, _)| known == name)).map(|(n, _)| n.clone()));
    if then.1.trail != now.1.trail {
        different.push("the hashes of modules after each phase".into());
    }
    if different.is_empty() {
        let numbers: usize = old.iter().map(|(_, array)| array.values.len()).sum();
        print(&format!(
            "{name}: the same to the bit: {} weights, predictions and targets of {} arrays, {} visits of phases\n",
            numbers,
            old.len(),
            then.1.trail.visits.len().saturating_sub(1)
        ));
        return Outcome::Clean;
    }
    print(&format!("{name}: not the same: {} of {} arrays differ\n", different.len(), old.len()));
    different.iter().take(20).for_each(|name| print(&format!("  {name}\n")));
    Outcome::Findings
}

/// Everything that a run kept, by readable names.
fn arrays(kept: &Kept) -> Vec<(String, &Array)> {
    let seen = kept.evaluated.iter().flat_map(|seen| {
        let epoch = seen.epoch.map_or(String::new(), |epoch| format!("epoch {epoch}, "));
        let change = seen.change.as_ref().map_or(String::new(), |change| format!(" {change}"));
        let name = format!("{epoch}{} on {}{change}", seen.network, seen.split);
        seen.outputs.iter().map(move |(output, array)| (format!("{name}: {output}"), array))
    });
    let truths = kept.truths.iter().map(|truth| (format!("target {} of {}", truth.target, truth.split), &truth.values));
    let weights = kept.weights.iter().map(|(path, array)| (path.clone(), array));
    seen.chain(truths).chain(weights).collect()
}
