//! Settings that no arm of an experiment reads, and those of the experiment itself.

use super::LINT;
use super::of_pipelines::{finding, unread};
use crate::diagnostic::Diagnostic;
use crate::hir::{Experiment, MeasureName, Perturbation, SettingPlace, What};
use crate::lint::cost::Run;
use crate::span::Span;
use std::collections::BTreeMap;

pub fn of_arms(experiment: &Experiment) -> Vec<Diagnostic> {
    // Of every setting that is written, why each arm that has it does not read it.
    let mut settings: BTreeMap<Span, (&SettingPlace, &str, Vec<Option<String>>)> = BTreeMap::new();
    for pipeline in experiment.arms.iter().map(|arm| &arm.pipeline) {
        for place in &pipeline.settings.places {
            let entry = settings.entry(place.span).or_insert((place, &pipeline.name, vec![]));
            entry.2.push(unread(pipeline, place));
        }
    }
    let idle = settings.into_values().filter(|(.., whys)| whys.iter().all(Option::is_some));
    idle.map(|(place, name, whys)| {
        let why = whys.into_iter().flatten().next().unwrap_or_default();
        finding(place, &format!("`{name}`"), &why)
    })
    .collect()
}

pub fn check(experiment: &Experiment) -> Vec<Diagnostic> {
    let measures: Vec<MeasureName> = measures(experiment);
    noise(experiment, &measures).into_iter().chain(references(experiment, &measures)).chain(every(experiment)).collect()
}

/// Everything that is shown, in the words of whichever arm has it.
fn measures(experiment: &Experiment) -> Vec<MeasureName> {
    let mut found = vec![];
    for name in experiment.shown() {
        found.extend(experiment.arms.iter().find_map(|arm| MeasureName::of(name, &arm.pipeline)));
    }
    found
}

fn noise(experiment: &Experiment, measures: &[MeasureName]) -> Option<Diagnostic> {
    let span = experiment.noise_span?;
    let noisy = measures.iter().any(|m| matches!(m.change, Some(Perturbation::Noisy(_))));
    (!noisy).then(|| {
        Diagnostic::warning(LINT.name, "the `noise` has no say: nothing is measured with noise")
            .label(span, "changes nothing")
            .help("show a measure such as `test_error_noisy_audio`, or remove it")
    })
}

fn references(experiment: &Experiment, measures: &[MeasureName]) -> Vec<Diagnostic> {
    if measures.iter().any(|m| matches!(m.what, What::Missing | What::Hitting)) {
        return vec![];
    }
    let finding = |reference: &crate::hir::Reference| {
        let message = format!("nothing is held against reference `{}`, which is trained all the same", reference.name);
        Diagnostic::warning(LINT.name, message)
            .label(reference.span, "shown nowhere")
            .help("show `test_missing` or `test_hitting`, or remove it")
    };
    experiment.references.iter().map(finding).collect()
}

/// Points further apart than any run is long.
fn every(experiment: &Experiment) -> Vec<Diagnostic> {
    let longest = experiment.arms.iter().map(|arm| Some(Run::new(&arm.pipeline)?.cost()?.samples));
    let Some(longest) = longest.collect::<Option<Vec<f64>>>().and_then(|all| all.into_iter().reduce(f64::max)) else {
        return vec![];
    };
    let beyond = experiment.figures.iter().filter(|figure| f64::from(figure.every) > longest + 0.5);
    let finding = |figure: &crate::hir::Figure| {
        let message = format!("a point every {} epochs, and the longest run has {longest:.0}", figure.every);
        Some(
            Diagnostic::warning(LINT.name, message)
                .label(figure.every_span?, "no point falls within a run")
                .help("give a smaller number"),
        )
    };
    beyond.filter_map(finding).collect()
}
