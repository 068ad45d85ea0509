//! Networks and schedules of a text as pictures, without a run. Owns where the samples of a phase come from: files that are there, else
//! what the text says.

use crate::data::DataError;
use crate::experiment::sketch::{gallery, modules_of, operations_of, sized, sketch};
use crate::experiment::{Shared, spec};
use crate::hir::{Arm, Experiment, Network, Pipeline};
use crate::lint::cost::Run;
use crate::lsp::preview::Shown;
use crate::plan::schedule;
use crate::record::manifest::Sketch;
use crate::report::{self, Captioned, svg};
use crate::seed::Seed;
use std::path::PathBuf;

/// What is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// Modules, and what flows between them.
    Modules,
    /// Every operation.
    Operations,
    /// Who trains when.
    Schedule,
}

/// Whatever differs between the arms of an experiment; and, where data decides how long phases are and cannot be read, why.
pub fn of_data(experiment: &Experiment, subject: Subject, roots: &[PathBuf]) -> (Vec<Captioned>, Option<DataError>) {
    let shared = Shared::default();
    let mut lost = None;
    let seed = experiment.seeds.first().copied().unwrap_or_default();
    let groups = draw(experiment, subject, |pipeline| {
        let known = of_text(pipeline);
        if subject != Subject::Schedule || known.trained_flops > 0 {
            return known;
        }
        match shared.load(&spec(&pipeline.data, roots), Seed(seed)) {
            Ok(data) => sketch(pipeline, Some(&data), Seed(seed)),
            Err(error) => {
                lost.get_or_insert(error);
                known
            }
        }
    });
    (groups, lost)
}

/// What a text alone says of an item.
///
/// # Errors
/// The sizes of a network hang on what it is given; in words.
pub fn of_shown(shown: Shown<'_>) -> Result<Vec<Captioned>, String> {
    let both = |experiment: &Experiment| {
        let of = |subject| draw(experiment, subject, of_text);
        [of(Subject::Schedule), of(Subject::Modules)].into_iter().flatten().collect()
    };
    Ok(match shown {
        Shown::Experiment(experiment) => both(experiment),
        Shown::Pipeline(pipeline) => both(&together(&[pipeline])),
        Shown::Network(network, using) => match of_network(network, Subject::Modules) {
            Ok(alone) if using.is_empty() => vec![alone],
            Err(why) if using.is_empty() => return Err(why),
            Ok(_) | Err(_) => draw(&together(&using), Subject::Modules, of_text),
        },
        Shown::Schedule(using) => draw(&together(&using), Subject::Schedule, of_text),
    })
}

/// Pipelines beside each other, as arms.
fn together(pipelines: &[&Pipeline]) -> Experiment {
    let arm = |pipeline: &&Pipeline| Arm { at: vec![], pipeline: Pipeline::clone(pipeline) };
    let (name, span) = pipelines.first().map(|pipeline| (pipeline.name.clone(), pipeline.span)).unwrap_or_default();
    Experiment::of(name, span, pipelines.iter().map(arm).collect())
}

/// A network alone.
///
/// # Errors
/// Its sizes hang on what it is given; in words.
pub fn of_network(network: &Network, subject: Subject) -> Result<Captioned, String> {
    let drawn = if subject == Subject::Operations { operations_of(network) } else { modules_of(network) };
    let sketch = drawn.ok_or_else(|| hangs(network))?;
    Ok(Captioned { caption: network.name.clone(), pictures: vec![svg::network::draw(&sketch)] })
}

/// Why a network alone has no picture.
pub fn hangs(network: &Network) -> String {
    format!("the text of network `{}` leaves sizes open: show a pipeline or an experiment that uses it", network.name)
}

fn draw(experiment: &Experiment, subject: Subject, mut by: impl FnMut(&Pipeline) -> Sketch) -> Vec<Captioned> {
    let made = gallery(experiment, |pipeline| match subject {
        Subject::Modules | Subject::Schedule => by(pipeline),
        Subject::Operations => operations_of(&pipeline.network).unwrap_or_default(),
    });
    if subject == Subject::Schedule { report::timelines(&made) } else { report::networks(&made) }
}

/// Samples as the text says them; none anywhere where it does not say all.
fn of_text(pipeline: &Pipeline) -> Sketch {
    let known = Run::new(pipeline)
        .and_then(|run| Some((run.samples.iter().copied().collect::<Option<Vec<_>>>()?, run.training?)));
    let (sizes, train) = known.unwrap_or_else(|| (vec![0; schedule(pipeline).phases.len()], 0));
    sized(pipeline, &sizes, train)
}
