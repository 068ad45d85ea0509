//! Training what a file declares and is not done yet. Owns what of it a program is told that calls it; what is trained, stored and waited for
//! is for `mhm run`.

use super::{Call, Input, Refused, Results, asked};
use crate::cli::output::{Color, Outcome};
use crate::cli::run::{Run, trained};
use crate::hir::{Experiment, Pipeline};
use crate::store::Store;
use std::collections::BTreeSet;
use std::sync::atomic::AtomicBool;

/// How it ended.
pub enum Ran {
    /// All runs are done, or have failed.
    Done(Box<Results>),
    /// It was told to stop, and what was done is kept.
    Stopped,
    /// The experiment is not run: nothing was chosen for it, which was said.
    Undecided,
}

/// Trains one experiment of a file, or of the text in its place, with options of `mhm run`, until it is done or `stop` says so.
///
/// # Errors
/// What is wrong with the text, the options or the data, and several experiments of which none is named.
pub fn run(words: &[String], text: Option<Input>, stop: &AtomicBool) -> Result<Ran, Refused> {
    let _call = Call::begin();
    let mut command: Run = asked::read(words)?;
    let (sound, experiments) = asked::experiments(&mut command.chosen, text)?;
    let name = only(&experiments)?.name.clone();
    let outcome = trained(&command, experiments, &sound.program, stop, Color::Never)?;
    let folder = command.runs.join(&name);
    Ok(match outcome {
        Outcome::Interrupted => Ran::Stopped,
        // The runs of an experiment whose search decided nothing are not there, or of an earlier one.
        Outcome::Findings if !folder.is_dir() => Ran::Undecided,
        Outcome::Clean | Outcome::Findings | Outcome::CannotRun => {
            let store = Store::open(&folder).map_err(|e| e.to_string())?;
            Ran::Done(Box::new(Results::of(store)?))
        }
    })
}

/// The name of the one experiment that is meant, and the files that its datasets are `from`, as they are written.
///
/// # Errors
/// Those of [`run`] that have to do with the text.
pub fn files(words: &[String], text: Option<Input>) -> Result<(String, Vec<String>), Refused> {
    let mut command: Run = asked::read(words)?;
    let (_, experiments) = asked::experiments(&mut command.chosen, text)?;
    let experiment = only(&experiments)?;
    let beside = experiment.references.iter().flat_map(|reference| &reference.pipelines);
    let arms = experiment.arms.iter().map(|arm| &arm.pipeline).chain(beside);
    let root = |pipeline: &Pipeline| pipeline.data.root.clone();
    let roots: BTreeSet<String> = arms.filter_map(root).collect();
    Ok((experiment.name.clone(), roots.into_iter().collect()))
}

fn only(experiments: &[Experiment]) -> Result<&Experiment, String> {
    match experiments {
        [only] => Ok(only),
        several => {
            let names: Vec<&str> = several.iter().map(|experiment| experiment.name.as_str()).collect();
            Err(format!("there are {} experiments: say which: {}", several.len(), names.join(", ")))
        }
    }
}
