//! What is chosen before an experiment runs: the trials of its searches, trained and stored as an experiment of their own. Owns what is
//! said of the choice, and where there is none.

use super::directory::RunDirectory;
use super::log::Logs;
use super::slurm::Elsewhere;
use super::training::{Manner, Rest, Results, Training};
use super::{Run, elsewhere, interrupted};
use crate::check::names::Program;
use crate::cli::load;
use crate::cli::output::{Outcome, complain, note};
use crate::diagnostic::Diagnostic;
use crate::experiment::{self, Options, Undecided};
use crate::hir::{Experiment, Rungs};
use crate::record::manifest::{Searched, by_arm, by_choice};
use crate::record::{MeasureInfo, RunRecord};
use crate::search::search_of;
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};

/// What there is to run after the search.
pub enum Settled {
    /// The experiment as it was chosen, and what was tried.
    Chosen(Box<Experiment>, Vec<Searched>),
    /// Nothing: the search was interrupted, or an arm has no trial that ended well.
    Ended(Outcome),
}

/// Trains the trials of an experiment, where it has some and they are not done, and chooses.
pub fn settle(
    command: &Run,
    experiment: Experiment,
    program: &Program,
    options: &Options,
    stop: &AtomicBool,
    logs: &Logs,
) -> Result<Settled, String> {
    let mut experiment = experiment;
    let mut rungs = Rungs::first(&experiment);
    let mut failed = BTreeSet::new();
    let found = loop {
        let Some(trials) = experiment.search(&rungs) else {
            return Ok(Settled::Chosen(experiment.into(), vec![]));
        };
        if let Elsewhere::Left(ended) = elsewhere(command, &trials, &[], program, (options, logs), stop)? {
            if ended == Outcome::Clean {
                let (name, trials) = (&experiment.name, &trials.name);
                note(&format!(
                    "{name}: its settings are chosen when the runs of {trials} are done; the same command goes on then"
                ));
            }
            return Ok(Settled::Ended(ended));
        }
        let (mut directory, grid) = RunDirectory::open(command, options, &trials, program, &[])?;
        let is_last = rungs.are_last(&experiment) && !experiment.proposes();
        let rest = if is_last { Rest::Nothing } else { Rest::More };
        let (directory, grid, failed_before) = (&mut directory, &grid, &failed);
        let mut training = Training {
            grid,
            directory,
            program,
            manner: Manner::of(command),
            options,
            stop,
            logs,
            failed: failed_before,
        };
        let Results { records, done, of, hash: _ } = training.run(rest)?;
        failed.extend(records.iter().filter(|run| run.failure.is_some()).map(|run| grid.address(grid.cell(run))));
        let store = &directory.store;
        if stop.load(Ordering::Relaxed) {
            interrupted(store, &trials.name, done, of);
            return Ok(Settled::Ended(Outcome::Interrupted));
        }
        let by = store.manifest().tables.iter().flat_map(|table| &table.measures).next();
        let by = by.ok_or("a search is judged by a measure")?;
        if experiment.proposes() {
            let Some(more) = proposing(experiment, program, by, &records)? else {
                return Ok(Settled::Ended(Outcome::Findings));
            };
            experiment = more;
            rungs = Rungs::first(&experiment);
            continue;
        }
        match experiment::promoted(&experiment, &rungs, by, &records) {
            Ok(Some(next)) => rungs = next,
            Ok(None) => {
                // Where trials halted that did not go on.
                store.drop_checkpoints(&|_| true);
                break experiment::searched(&experiment, store.manifest(), &records);
            }
            Err(why) => break Err(why),
        }
    };
    match found {
        Ok(searches) => {
            if !command.quiet {
                by_arm(&searches).iter().for_each(|own| note(&said(&experiment.name, own)));
            }
            let chosen = experiment::chosen(experiment, &searches)?;
            Ok(Settled::Chosen(chosen.into(), searches))
        }
        Err(Undecided(why)) => {
            let trials = search_of(&experiment.name);
            why.iter().for_each(|why| complain(&format!("{trials}: {why}")));
            complain(&format!(
                "`{}` is not run: nothing is chosen for all of its arms; try other settings, such as smaller learning rates",
                experiment.name
            ));
            Ok(Settled::Ended(Outcome::Findings))
        }
    }
}

/// The experiment with the trials that are proposed next; `None` where one is refused, which is said.
fn proposing(
    experiment: Experiment,
    program: &Program,
    by: &MeasureInfo,
    records: &[RunRecord],
) -> Result<Option<Experiment>, String> {
    let name = search_of(&experiment.name);
    let (before, proposed) = (experiment.trials(), experiment::next(&experiment, by, records));
    match load::again(program, experiment, &proposed) {
        Ok(more) if more.trials() == before => Err(format!("{name}: no other settings are left to try")),
        Ok(more) => Ok(Some(more)),
        Err(found) => {
            found.iter().for_each(|error| complain(&refused(&name, error)));
            Ok(None)
        }
    }
}

/// Why a trial that was proposed cannot be made: "methods.search: lr = 0.3, width = 5 is tried, and …".
fn refused(name: &str, error: &Diagnostic) -> String {
    let tried = error.labels.last().map_or("", |label| label.text.as_str());
    format!("{name}: {tried}, which is refused: {}; choose from other values", error.message)
}

/// Choices of an arm that are said.
const SAID: usize = 3;

/// "methods: MHM has lr 0.003, width 32; 2 of 24 trials came to no `validation_loss`", "methods: MHM has lr 0.003 in 3 of 5 parts, lr 0.01
/// in 2".
fn said(name: &str, own: &[&Searched]) -> String {
    let choices = by_choice(own);
    let several = own.len() > 1;
    let choice = |(i, searches): (usize, &Vec<&Searched>)| {
        let of = if i == 0 { format!(" of {} parts", own.len()) } else { String::new() };
        let times = if several { format!(" in {}{of}", searches.len()) } else { String::new() };
        format!("{}{times}", searches[0].choice())
    };
    let mut said: Vec<String> = choices.iter().take(SAID).enumerate().map(choice).collect();
    if choices.len() > SAID {
        said.push(format!("{} others", choices.len() - SAID));
    }
    let (lost, of) =
        (own.iter().map(|s| s.undefined()).sum::<usize>(), own.iter().map(|s| s.trials.len()).sum::<usize>());
    let lost = match lost {
        0 => String::new(),
        lost => format!("; {lost} of {of} trials came to no `{}`", own[0].by.name),
    };
    let arm = if own[0].arm.0.is_empty() { "the one arm".into() } else { own[0].arm.to_string() };
    format!("{name}: {arm} has {}{lost}", said.join("; "))
}
