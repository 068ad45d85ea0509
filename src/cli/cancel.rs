//! `mhm cancel`: ends what was submitted of an experiment. Owns which tasks that are.

use super::folder::Runs;
use super::output::{Ended, Outcome, note};
use super::queue;
use crate::report::count;
use clap::Args;

const EXAMPLES: &str = "\
Examples:
  mhm cancel table_2        ends the tasks of `mhm run FILE table_2 --on slurm`

What is done stays, and what was begun stands at its last checkpoint: the same `mhm run` goes on.";

/// End what was submitted to a cluster
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Cancel {
    /// An experiment, or its folder of results
    run: String,
    #[command(flatten)]
    runs: Runs,
}

pub fn run(command: &Cancel) -> Ended {
    let store = command.runs.find(&command.run)?;
    let submissions = queue::submissions(&store);
    if submissions.is_empty() {
        return Err(format!("nothing of `{}` was submitted", command.run));
    }
    let tasks = queue::tasks(&submissions).ok_or("`squeue` cannot be asked: is this a machine of a Slurm cluster?")?;
    if tasks.is_empty() {
        note(&format!("{}: nothing waits or runs", command.run));
        return Ok(Outcome::Clean);
    }
    let mut jobs: Vec<String> = tasks.iter().map(|task| task.job.to_string()).collect();
    jobs.dedup();
    queue::cancel(&jobs)?;
    note(&format!(
        "{}: {} cancelled; what is done stays, and the same `mhm run` goes on",
        command.run,
        count(tasks.len(), "task")
    ));
    Ok(Outcome::Clean)
}
