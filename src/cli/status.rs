//! `mhm status`: how far experiments are, and who works on them. Reads manifests and events, no run, so that thousands take no time.

pub mod workers;

use super::columns::columns;
use super::folder::{Runs, again};
use super::instructions::{Shares, mixed, shares};
use super::output::{Ended, Outcome, complain, print};
use crate::cost::sheet::duration;
use crate::lsp::lenses;
use crate::record::Address;
use crate::record::manifest::{Arm, Manifest};
use crate::report::count as plural;
use crate::store::{Brief, Event, Store, StoreError};
use clap::Args;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

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
        match store.and_then(|store| text(&store)) {
            Ok(text) => print(&format!("{}{text}", if i > 0 { "\n" } else { "" })),
            Err(why) => {
                complain(&why.to_string());
                outcome = Outcome::Findings;
            }
        }
    }
    Ok(outcome)
}

/// How far an experiment is, who works on it, and its arms.
pub fn text(store: &Store) -> Result<String, StoreError> {
    Ok(Progress::of(store)?.text(store.manifest(), &again(store), &workers::text(store)?))
}

/// How far an experiment is, in short.
pub struct Short {
    /// "methods: 24 of 960 runs done, 2 failed, about 3 min on 2 threads"
    pub line: String,
    pub failed: usize,
    pub to_do: usize,
}

pub fn short(store: &Store) -> Result<Short, StoreError> {
    let progress = Progress::of(store)?;
    let manifest = store.manifest();
    let all = Progress::tally(progress.all());
    let arms: Vec<(&Arm, Tally)> =
        manifest.arms.iter().map(|arm| (arm, Progress::tally(progress.of_arm(arm)))).collect();
    let failed = all.shown_failed();
    let threads = manifest.threads.max(1);
    let left = progress.expected(&arms, all).filter(|_| all.to_do > 0);
    let left = left.map_or(String::new(), |seconds| {
        format!(", about {} on {}", duration(seconds / threads as f64), plural(threads, "thread"))
    });
    let runs = plural(progress.runs.len(), "run");
    let line = format!("{}: {} of {runs} done{failed}{left}", manifest.experiment, all.done);
    Ok(Short { line, failed: all.failed, to_do: all.to_do })
}

/// What became of the runs of a manifest.
struct Progress {
    /// Every run that is listed, by address.
    runs: Vec<(Address, Run)>,
    /// What computed runs.
    words: Vec<String>,
}

/// What became of one.
#[derive(Default)]
struct Run {
    done: bool,
    /// Whether it stands at a checkpoint.
    begun: bool,
    /// Why its last try failed, if it did and the run is not done, and the task of a batch system that it failed in.
    failure: Option<(String, String)>,
    /// Of one thread.
    seconds: f64,
    /// What computed it: one of the words.
    word: Option<usize>,
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
    /// ", 2 failed"
    fn shown_failed(self) -> String {
        if self.failed > 0 { format!(", {} failed", self.failed) } else { String::new() }
    }

    fn mean(self) -> Option<f64> {
        (self.done > 0).then(|| self.seconds / self.done as f64)
    }
}

/// Runs in a folder of results that are done, and all that are planned; nothing where there is no such folder. `texts` are the hashes of
/// those that the editor has.
pub fn progress(folder: &Path, texts: &BTreeSet<String>) -> Option<lenses::Progress> {
    let store = Store::open(folder).ok()?;
    let current = store.manifest().texts.iter().all(|(_, hash)| texts.contains(hash));
    let known: BTreeSet<Address> = store.addresses().ok()?.into_iter().collect();
    let arms = store.manifest().arms.iter().chain(&store.manifest().references);
    let planned: BTreeSet<&Address> = arms.flat_map(|arm| &arm.cells).collect();
    let done = planned.iter().filter(|address| known.contains(address)).count();
    Some(lenses::Progress { done, planned: planned.len(), current })
}

impl Progress {
    fn of(store: &Store) -> Result<Self, StoreError> {
        let manifest = store.manifest();
        let arms = manifest.arms.iter().chain(&manifest.references);
        let mut listed: Vec<Address> = arms.flat_map(|arm| arm.cells.iter().copied()).collect();
        listed.sort_unstable();
        listed.dedup();
        let runs = listed.into_iter().map(|address| (address, Run::default())).collect();
        let mut progress = Self { runs, words: vec![] };
        for event in store.events()? {
            match event {
                Event::Done { address, brief: Brief { seconds, instructions } } => {
                    let word = progress.word(instructions);
                    progress.change(&address, |run| *run = Run { seconds, word, ..Run::default() });
                }
                Event::Failed { address, record, job, .. } => {
                    progress.change(&address, |run| run.failure = Some((record.failure.unwrap_or_default(), job)));
                }
                Event::Started { .. }
                | Event::Lost { .. }
                | Event::Fresh { .. }
                | Event::Damaged { .. }
                | Event::Interrupted { .. }
                | Event::Ended { .. } => {}
            }
        }
        store.addresses()?.iter().for_each(|address| progress.change(address, |run| run.done = true));
        store.begun().iter().for_each(|address| progress.change(address, |run| run.begun = true));
        Ok(progress)
    }

    fn word(&mut self, word: String) -> Option<usize> {
        let known = self.words.iter().position(|known| *known == word);
        (!word.is_empty()).then(|| {
            known.unwrap_or_else(|| {
                self.words.push(word);
                self.words.len() - 1
            })
        })
    }

    fn place(&self, address: &Address) -> Option<usize> {
        self.runs.binary_search_by(|(own, _)| own.cmp(address)).ok()
    }

    /// Changes a run, if it is one of the manifest.
    fn change(&mut self, address: &Address, change: impl FnOnce(&mut Run)) {
        if let Some(place) = self.place(address) {
            change(&mut self.runs[place].1);
        }
    }

    fn of_arm<'p>(&'p self, arm: &'p Arm) -> impl Iterator<Item = &'p Run> {
        arm.cells.iter().filter_map(|address| Some(&self.runs[self.place(address)?].1))
    }

    fn tally<'p>(runs: impl Iterator<Item = &'p Run>) -> Tally {
        let mut tally = Tally::default();
        for run in runs {
            if run.done {
                tally.done += 1;
                tally.seconds += run.seconds;
            } else if run.failure.is_some() {
                tally.failed += 1;
            } else {
                tally.to_do += 1;
            }
        }
        tally
    }

    fn text(&self, manifest: &Manifest, command: &str, workers: &str) -> String {
        let arms: Vec<(&Arm, Tally)> =
            manifest.arms.iter().chain(&manifest.references).map(|arm| (arm, Self::tally(self.of_arm(arm)))).collect();
        let all = Self::tally(self.all());
        let mut text = format!("{} ({})\n", manifest.experiment, manifest.file);
        text += &format!(
            "  {} of {} done in {} of one thread{}",
            all.done,
            plural(self.runs.len(), "run"),
            duration(all.seconds),
            all.shown_failed()
        );
        if all.to_do > 0 {
            text += &format!(", {} to do", all.to_do);
            let threads = manifest.threads.max(1);
            if let Some(seconds) = self.expected(&arms, all) {
                let after = duration(seconds / threads as f64);
                text += &format!(": about {after} on {}", plural(threads, "thread"));
            }
        }
        text += "\n";
        let begun = self.all().filter(|run| run.begun).count();
        if begun > 0 {
            text += &format!(
                "  {} of those to do: begun, and gone on with from the last checkpoint\n",
                plural(begun, "run")
            );
        }
        text += workers;
        if let Some(shares) = mixed(&self.shares(self.all())) {
            text += &format!("  computed with {shares}: the last digits of equal runs differ between these\n");
            text += &self.of_which(&arms);
        }
        let reasons = self.reasons();
        for (why, (count, jobs)) in &reasons {
            text += &format!("  {} failed: {why}{}\n", plural(*count, "run"), logs(jobs));
        }
        if !reasons.is_empty() {
            let place = if reasons.values().any(|(_, jobs)| !jobs.is_empty()) { " --on slurm" } else { "" };
            text += &format!("  what failed is tried again by `{command}{place}`\n");
        }
        text + "\n" + &table(&arms)
    }

    fn all(&self) -> impl Iterator<Item = &Run> {
        self.runs.iter().map(|(_, run)| run)
    }

    /// How many of these runs each instruction set computed.
    fn shares<'p>(&'p self, runs: impl Iterator<Item = &'p Run>) -> Shares {
        shares(runs.filter(|run| run.done).filter_map(|run| Some(self.words[run.word?].as_str())))
    }

    /// Which arms' runs each instruction set computed, a line each.
    fn of_which(&self, arms: &[(&Arm, Tally)]) -> String {
        let mut lines: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (arm, _) in arms {
            for (word, count) in self.shares(self.of_arm(arm)) {
                let name = if arm.arm.0.is_empty() { "the one arm".into() } else { arm.arm.to_string() };
                lines.entry(word).or_default().push(format!("{count} of {name}"));
            }
        }
        lines.iter().map(|(word, arms)| format!("    {word}: {}\n", arms.join(", "))).collect()
    }

    /// Seconds of one thread for what is to do, each run as long as those of its arm were.
    fn expected(&self, arms: &[(&Arm, Tally)], all: Tally) -> Option<f64> {
        let mut seen = BTreeSet::new();
        let mut seconds = 0.0;
        for (arm, tally) in arms.iter().filter(|(_, tally)| tally.to_do > 0) {
            let mean = tally.mean().or(all.mean())?;
            let is_to_do = |run: &Run| !run.done && run.failure.is_none();
            let to_do =
                arm.cells.iter().zip(self.of_arm(arm)).filter(|(address, run)| is_to_do(run) && seen.insert(*address));
            seconds += mean * to_do.count() as f64;
        }
        Some(seconds)
    }

    /// Why runs failed: how many for that, and in which tasks of a batch system.
    fn reasons(&self) -> BTreeMap<&str, (usize, BTreeSet<&str>)> {
        let mut reasons: BTreeMap<&str, (usize, BTreeSet<&str>)> = BTreeMap::new();
        for (why, job) in self.all().filter(|run| !run.done).filter_map(|run| run.failure.as_ref()) {
            let (count, jobs) = reasons.entry(why.lines().next().unwrap_or_default()).or_default();
            *count += 1;
            jobs.extend(Some(job.as_str()).filter(|job| !job.is_empty()));
        }
        reasons
    }
}

/// Logs that are named of one reason.
const NAMED: usize = 4;

/// "; logs: `slurm/7_1.log`, `slurm/7_2.log`"
fn logs(jobs: &BTreeSet<&str>) -> String {
    if jobs.is_empty() {
        return String::new();
    }
    let named: Vec<String> = jobs.iter().take(NAMED).map(|job| format!("`slurm/{job}.log`")).collect();
    let more = if jobs.len() > NAMED { format!(" and {} more", jobs.len() - NAMED) } else { String::new() };
    format!("; {}: {}{more}", if jobs.len() == 1 { "log" } else { "logs" }, named.join(", "))
}

/// A line an arm; references that several arms share are shown once.
fn table(arms: &[(&Arm, Tally)]) -> String {
    let mut rows = vec![["arm", "done", "failed", "to do", "a run"].map(String::from).to_vec()];
    let mut users: BTreeMap<&Vec<Address>, usize> = BTreeMap::new();
    let beside = arms.iter().filter(|(arm, _)| arm.arm.is_reference());
    beside.for_each(|(arm, _)| *users.entry(&arm.cells).or_default() += 1);
    let mut shown = BTreeSet::new();
    for (arm, tally) in arms.iter().filter(|(arm, _)| !arm.arm.is_reference() || shown.insert(&arm.cells)) {
        let shared = arm.arm.is_reference() && users.get(&arm.cells).is_some_and(|users| *users > 1);
        let name = match shared {
            true => arm.arm.alone(),
            false if arm.arm.0.is_empty() => "the one arm".into(),
            false => arm.arm.to_string(),
        };
        let counts = [tally.done, tally.failed, tally.to_do].map(|n| n.to_string());
        let time = tally.mean().map_or("–".into(), duration);
        rows.push([name].into_iter().chain(counts).chain([time]).collect());
    }
    columns(&rows, 4)
}
