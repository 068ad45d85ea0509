//! `mhm status`: how far experiments are. Reads manifests and events, no run, so that thousands take no time.

use super::columns::columns;
use super::folder::Runs;
use super::instructions::{Shares, mixed, shares};
use super::output::{Ended, Outcome, complain, print};
use crate::cost::sheet::duration;
use crate::record::Address;
use crate::record::manifest::{Arm, Manifest};
use crate::report::count as plural;
use crate::store::{Brief, Event, Store, StoreError};
use clap::Args;
use std::collections::{BTreeMap, BTreeSet};

const EXAMPLES: &str = "\
Examples:
  mhm status                every experiment in `runs`: done, failed, to do
  mhm status table_2        one of them
  mhm status old/table_2    results in another folder";

/// Show how far experiments are
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Status {
    /// An experiment, or its folder of results (default: all)
    run: Option<String>,
    #[command(flatten)]
    runs: Runs,
}

pub fn run(command: &Status) -> Ended {
    let stores = match &command.run {
        Some(name) => vec![Ok(command.runs.find(name)?)],
        None => command.runs.all()?,
    };
    if stores.is_empty() {
        print("no experiment has results here\n");
    }
    let mut outcome = Outcome::Clean;
    for (i, store) in stores.into_iter().enumerate() {
        match store.and_then(|store| Progress::of(&store).map(|progress| progress.text(store.manifest()))) {
            Ok(text) => print(&format!("{}{text}", if i > 0 { "\n" } else { "" })),
            Err(why) => {
                complain(&why.to_string());
                outcome = Outcome::Findings;
            }
        }
    }
    Ok(outcome)
}

/// What became of the runs of a manifest.
struct Progress {
    stored: BTreeSet<Address>,
    /// Runs that stand at a checkpoint.
    begun: BTreeSet<Address>,
    /// Runs whose last try failed, and why.
    failed: BTreeMap<Address, String>,
    /// Of one thread.
    seconds: BTreeMap<Address, f64>,
    /// What computed each.
    computed: BTreeMap<Address, String>,
}

/// Counts of some runs.
#[derive(Clone, Copy, Default)]
struct Tally {
    done: usize,
    failed: usize,
    to_do: usize,
    /// Of the runs that are done.
    seconds: f64,
}

impl Tally {
    fn mean(self) -> Option<f64> {
        (self.done > 0).then(|| self.seconds / self.done as f64)
    }
}

impl Progress {
    fn of(store: &Store) -> Result<Self, StoreError> {
        let (stored, begun) = (store.addresses()?, store.begun());
        let mut progress =
            Self { stored, begun, failed: BTreeMap::new(), seconds: BTreeMap::new(), computed: BTreeMap::new() };
        for event in store.events()? {
            match event {
                Event::Done { address, brief: Brief { seconds, instructions } } => {
                    progress.failed.remove(&address);
                    progress.seconds.insert(address, seconds);
                    progress.computed.insert(address, instructions);
                }
                Event::Failed { address, record } => {
                    progress.failed.insert(address, record.failure.unwrap_or_default());
                }
                Event::Started { .. }
                | Event::Fresh { .. }
                | Event::Damaged { .. }
                | Event::Interrupted { .. }
                | Event::Ended { .. } => {}
            }
        }
        Ok(progress)
    }

    fn tally<'a>(&self, addresses: impl IntoIterator<Item = &'a Address>) -> Tally {
        let mut tally = Tally::default();
        for address in addresses {
            if self.stored.contains(address) {
                tally.done += 1;
                tally.seconds += self.seconds.get(address).copied().unwrap_or(0.0);
            } else {
                tally.to_do += 1;
                tally.failed += usize::from(self.failed.contains_key(address));
            }
        }
        tally
    }

    fn text(&self, manifest: &Manifest) -> String {
        let arms = || manifest.arms.iter().chain(&manifest.references);
        let distinct: BTreeSet<&Address> = arms().flat_map(|arm| &arm.cells).collect();
        let all = self.tally(distinct.iter().copied());
        let mut text = format!("{} ({})\n", manifest.experiment, manifest.file);
        text += &format!(
            "  {} of {} done in {} of one thread",
            all.done,
            plural(distinct.len(), "run"),
            duration(all.seconds)
        );
        if all.to_do > 0 {
            text += &format!(", {} to do", all.to_do);
            let threads = manifest.threads.max(1);
            if let Some(seconds) = self.expected(arms(), all) {
                let after = duration(seconds / threads as f64);
                text += &format!(": about {after} on {}", plural(threads, "thread"));
            }
        }
        text += "\n";
        let begun = distinct.iter().filter(|address| self.begun.contains(**address)).count();
        if begun > 0 {
            text += &format!(
                "  {} of those to do: begun, and gone on with from the last checkpoint\n",
                plural(begun, "run")
            );
        }
        if let Some(shares) = mixed(&self.shares(distinct.iter().copied())) {
            text += &format!("  computed with {shares}: the last digits of equal runs differ between these\n");
            text += &self.of_which(&arms().collect::<Vec<_>>());
        }
        for (why, count) in self.reasons(&distinct) {
            text += &format!("  {} failed: {why}\n", plural(count, "run"));
        }
        text + "\n" + &self.table(arms())
    }

    /// How many of these runs each instruction set computed.
    fn shares<'a>(&self, addresses: impl IntoIterator<Item = &'a Address>) -> Shares {
        let done = addresses.into_iter().filter(|address| self.stored.contains(address));
        shares(done.filter_map(|address| self.computed.get(address)).map(String::as_str))
    }

    /// Which arms' runs each instruction set computed, a line each.
    fn of_which(&self, arms: &[&Arm]) -> String {
        let mut lines: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for arm in arms {
            for (word, count) in self.shares(&arm.cells) {
                let name = if arm.arm.0.is_empty() { "the one arm".into() } else { arm.arm.to_string() };
                lines.entry(word).or_default().push(format!("{count} of {name}"));
            }
        }
        lines.iter().map(|(word, arms)| format!("    {word}: {}\n", arms.join(", "))).collect()
    }

    /// Seconds of one thread for what is to do, each run as long as those of its arm were.
    fn expected<'m>(&self, arms: impl Iterator<Item = &'m Arm>, all: Tally) -> Option<f64> {
        let mut seen = BTreeSet::new();
        let mut seconds = 0.0;
        for arm in arms {
            let mean = self.tally(&arm.cells).mean().or(all.mean())?;
            let to_do = arm.cells.iter().filter(|address| !self.stored.contains(*address) && seen.insert(*address));
            seconds += mean * to_do.count() as f64;
        }
        Some(seconds)
    }

    fn reasons(&self, distinct: &BTreeSet<&Address>) -> BTreeMap<&str, usize> {
        let mut reasons = BTreeMap::new();
        for address in distinct.iter().filter(|address| !self.stored.contains(**address)) {
            if let Some(why) = self.failed.get(*address) {
                *reasons.entry(why.lines().next().unwrap_or_default()).or_insert(0) += 1;
            }
        }
        reasons
    }

    /// A line an arm; references that several arms share are shown once.
    fn table<'m>(&self, arms: impl Iterator<Item = &'m Arm>) -> String {
        let mut rows = vec![["arm", "done", "failed", "to do", "a run"].map(String::from).to_vec()];
        let all: Vec<&Arm> = arms.collect();
        let mut users: BTreeMap<&Vec<Address>, usize> = BTreeMap::new();
        all.iter().filter(|arm| arm.arm.is_reference()).for_each(|arm| *users.entry(&arm.cells).or_default() += 1);
        let mut shown = BTreeSet::new();
        for arm in all.iter().filter(|arm| !arm.arm.is_reference() || shown.insert(&arm.cells)) {
            let tally = self.tally(&arm.cells);
            let name = match users.get(&arm.cells) {
                Some(2..) if arm.arm.is_reference() => arm.arm.alone(),
                Some(_) | None if arm.arm.0.is_empty() => "the one arm".into(),
                Some(_) | None => arm.arm.to_string(),
            };
            let counts = [tally.done, tally.failed, tally.to_do].map(|n| n.to_string());
            let time = tally.mean().map_or("–".into(), duration);
            rows.push([name].into_iter().chain(counts).chain([time]).collect());
        }
        columns(&rows, 4)
    }
}
