//! Who works on an experiment now, and who waits to. Owns what `mhm status` says of them; claims say who works, and `squeue` is a hint.

use crate::cli::queue;
use crate::cli::run::presence::is_gone;
use crate::cost::sheet::duration;
use crate::record::Address;
use crate::report::count;
use crate::store::{Store, StoreError, Underway, Worker};
use std::collections::BTreeMap;

/// A line each.
pub fn text(store: &Store) -> Result<String, StoreError> {
    let (workers, claims) = store.seen(is_gone)?;
    let submissions = queue::submissions(store);
    let tasks = queue::tasks(&submissions);
    let mut text = String::new();
    for (place, worker) in workers.iter().enumerate() {
        let held: Vec<Address> = claims.iter().filter(|(_, owner)| *owner == place).map(|(run, _)| *run).collect();
        let task = tasks.iter().flatten().find(|task| task.name() == worker.owner.job);
        let time = task.map_or(String::new(), |task| format!(" (its time is over in {})", task.left));
        text += &format!("  {}{time}: {}\n", name(worker), doing(worker, &held));
    }
    let mut waiting: BTreeMap<(u64, &str), usize> = BTreeMap::new();
    for task in tasks.iter().flatten().filter(|task| task.waits()) {
        *waiting.entry((task.job, task.reason.as_str())).or_default() += 1;
    }
    for ((job, why), tasks) in waiting {
        text += &format!("  job {job}: {} in the queue ({why})\n", count(tasks, "task"));
    }
    if tasks.is_none() {
        text += "  it was submitted to Slurm, whose queue cannot be asked here\n";
    }
    Ok(text)
}

/// Whether anybody trains runs of an experiment, or waits to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Hands {
    Some,
    /// Who ended without leaving.
    None(Vec<String>),
    /// There may be tasks in a queue that cannot be asked here.
    Unknown,
}

pub fn hands(store: &Store) -> Result<Hands, StoreError> {
    let (workers, _) = store.seen(is_gone)?;
    if workers.iter().any(|worker| worker.alive) {
        return Ok(Hands::Some);
    }
    Ok(match queue::tasks(&queue::submissions(store)) {
        Some(tasks) if tasks.is_empty() => Hands::None(workers.iter().map(name).collect()),
        Some(_) => Hands::Some,
        None => Hands::Unknown,
    })
}

fn name(worker: &Worker) -> String {
    let owner = &worker.owner;
    if owner.job.is_empty() { owner.who.clone() } else { format!("job {} on {}", owner.job, owner.node) }
}

fn doing(worker: &Worker, held: &[Address]) -> String {
    if !worker.alive {
        return format!("ended without leaving; the {} it had go to others", count(held.len(), "run"));
    }
    let runs: Vec<&Underway> = worker.doing.runs.iter().filter(|run| held.contains(&run.address)).collect();
    if held.is_empty() {
        return "has no run".into();
    }
    let text = count(held.len(), "run");
    // Of those of which a phase is over.
    let runs: Vec<&Underway> = runs.into_iter().filter(|run| run.share > 0.0).collect();
    let Some(last) = runs.iter().max_by(|a, b| left(a).total_cmp(&left(b))) else { return text };
    let share = runs.iter().map(|run| run.share).sum::<f64>() / runs.len() as f64;
    let (share, time) = (100.0 * share, duration(left(last)));
    format!("{text}, {share:.0} % of those begun done, the longest after phase {}, about {time} left", last.phase)
}

/// The runs that somebody trains now.
pub fn underway(store: &Store) -> Result<Vec<Underway>, StoreError> {
    let (workers, claims) = store.seen(is_gone)?;
    let is_held =
        |run: &Underway, place: usize| claims.iter().any(|(address, owner)| *owner == place && *address == run.address);
    let of = |(place, worker): (usize, Worker)| {
        let runs = if worker.alive { worker.doing.runs } else { vec![] };
        runs.into_iter().filter(|run| is_held(run, place)).collect::<Vec<_>>()
    };
    Ok(workers.into_iter().enumerate().flat_map(of).collect())
}

/// Seconds until a run is over, if the rest goes as what was done of it.
pub fn left(run: &Underway) -> f64 {
    if run.share > 0.0 { run.seconds * (1.0 - run.share).max(0.0) / run.share } else { 0.0 }
}
