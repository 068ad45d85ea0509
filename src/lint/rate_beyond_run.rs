//! A learning rate that changes after the last update.

use super::cost::Run;
use super::{Lint, Look};
use crate::builtin::Due;
use crate::diagnostic::Diagnostic;
use crate::hir::{Experiment, Pipeline, SettingPlace};
use crate::span::Span;
use std::collections::BTreeMap;
use std::sync::Arc;

pub const LINT: Lint = Lint { name: "rate-beyond-run", looks: &[Look::Experiment(of_experiment), Look::Alone(alone)] };

fn alone(pipeline: &Pipeline) -> Vec<Diagnostic> {
    findings([pipeline].into_iter())
}

fn of_experiment(experiment: &Experiment) -> Vec<Diagnostic> {
    findings(experiment.arms.iter().map(|arm| &arm.pipeline))
}

/// What a rate waits for, and how long each run that has it is.
struct Waits {
    due: Vec<Due>,
    /// Epochs and updates, where known.
    lengths: Vec<Option<(f64, Option<f64>)>>,
    budget: Span,
}

fn findings<'p>(pipelines: impl Iterator<Item = &'p Pipeline>) -> Vec<Diagnostic> {
    let mut rates: BTreeMap<Span, Waits> = BTreeMap::new();
    for pipeline in pipelines {
        let length = Run::new(pipeline)
            .and_then(|run| run.cost())
            .map(|cost| (cost.samples, cost.sized.then_some(cost.updates)));
        for (place, due) in rates_of(pipeline) {
            let waits = rates.entry(place.span).or_insert(Waits { due, lengths: vec![], budget: pipeline.budget_span });
            waits.lengths.push(length);
        }
    }
    rates.into_iter().filter_map(|(span, waits)| finding(span, &waits)).collect()
}

/// Every learning rate that is written, and what it waits for.
fn rates_of(pipeline: &Pipeline) -> Vec<(SettingPlace, Vec<Due>)> {
    let phases = super::phases::phases(&pipeline.schedule);
    let settings = phases.iter().map(|placed| &placed.phase.settings).chain([&pipeline.settings]);
    let mut found = vec![];
    for settings in settings {
        for place in settings.places.iter().filter(|place| place.kind == crate::hir::SettingKind::Rate) {
            let rate: Option<&Arc<dyn crate::builtin::Rate>> = match place.role {
                Some(role) => settings.rate_of.get(&role),
                None => settings.rate.as_ref(),
            };
            found.extend(rate.map(|rate| (*place, rate.due())));
        }
    }
    found
}

fn finding(span: Span, waits: &Waits) -> Option<Diagnostic> {
    let lengths = waits.lengths.iter().copied().collect::<Option<Vec<_>>>()?;
    let epochs = lengths.iter().map(|(epochs, _)| *epochs).reduce(f64::max)?;
    let updates = lengths.iter().map(|(_, updates)| *updates).collect::<Option<Vec<f64>>>();
    let updates = updates.and_then(|updates| updates.into_iter().reduce(f64::max));
    let missed = waits.due.iter().find_map(|due| match due {
        Due::Epoch(at) if *at as f64 >= epochs => {
            Some((format!("waits for epoch {at}"), format!("{epochs:.0} epochs")))
        }
        Due::Update(at) if updates.is_some_and(|updates| *at as f64 >= updates) => {
            Some((format!("warms up for {at} updates"), format!("{:.0} updates", updates?)))
        }
        Due::Epoch(_) | Due::Update(_) => None,
    });
    let (what, length) = missed?;
    Some(
        Diagnostic::warning(LINT.name, format!("the learning rate {what}, and the run has {length}"))
            .label(span, "never comes to it")
            .label(waits.budget, format!("{length} in all"))
            .help("let it come to that sooner, or give a larger budget"),
    )
}
