//! What a checked program does that its author may not mean. Owns the list of lints, what is silenced and where a finding is
//! shown; each lint is one file. Errors break a guarantee, warnings say that a result would mislead.

pub mod cost;
mod phases;
pub mod sets;
mod sizes;

mod deployed_mean_costs_k_times;
mod fold_overlap;
mod head_and_embedding_share_samples;
mod loss_output_mismatch;
mod never_trained_module;
mod phase_never_runs;
mod phase_trains_nothing;
mod replica_never_deployed_or_used;
mod replica_never_trained;
mod replicas_and_folds_differ;
mod selection_on_test;
mod single_run_sensitivity;
mod small_fold;
mod stateful_layer_in_frozen_module;
mod test_samples_in_training;
mod too_few_seeds;
mod uncovered_fold;
mod unfair_budget;
mod unused_layer;
mod unused_modality;
mod unused_parameter;

use crate::diagnostic::{Diagnostic, Label};
use crate::hir::{Experiment, Network, Pipeline, Schedule, Unused};
use crate::span::{SourceId, Span};
use std::collections::BTreeSet;

/// One lint: its name for `allow(…)`, its manual page and what it looks at.
#[derive(Debug)]
pub struct Lint {
    pub name: &'static str,
    /// What it finds and why that matters.
    pub doc: &'static str,
    looks: &'static [Look],
}

/// What a lint looks at. What two looks find at one place is shown once, as the first of them says it.
#[derive(Clone, Copy, Debug)]
enum Look {
    Experiment(fn(&Experiment) -> Vec<Diagnostic>),
    /// Also every arm of an experiment.
    Pipeline(fn(&Pipeline) -> Vec<Diagnostic>),
    /// A pipeline that is no arm.
    Alone(fn(&Pipeline) -> Vec<Diagnostic>),
    Schedule(fn(&Schedule) -> Vec<Diagnostic>),
    Network(fn(&Network) -> Vec<Diagnostic>),
    Parameter(fn(&Unused) -> Vec<Diagnostic>),
}

/// Every lint, sorted by name.
pub const LINTS: &[&Lint] = &[
    &deployed_mean_costs_k_times::LINT,
    &fold_overlap::LINT,
    &head_and_embedding_share_samples::LINT,
    &loss_output_mismatch::LINT,
    &never_trained_module::LINT,
    &phase_never_runs::LINT,
    &phase_trains_nothing::LINT,
    &replica_never_deployed_or_used::LINT,
    &replica_never_trained::LINT,
    &replicas_and_folds_differ::LINT,
    &selection_on_test::LINT,
    &single_run_sensitivity::LINT,
    &small_fold::LINT,
    &stateful_layer_in_frozen_module::LINT,
    &test_samples_in_training::LINT,
    &too_few_seeds::LINT,
    &uncovered_fold::LINT,
    &unfair_budget::LINT,
    &unused_layer::LINT,
    &unused_modality::LINT,
    &unused_parameter::LINT,
];

/// What a file declares, checked, and what its reader does not want to hear of.
#[derive(Clone, Copy, Debug, Default)]
pub struct Subject<'a> {
    pub networks: &'a [Network],
    pub schedules: &'a [Schedule],
    pub pipelines: &'a [Pipeline],
    pub experiments: &'a [Experiment],
    pub unused: &'a [Unused],
    /// Silenced everywhere.
    pub allow: &'a [String],
}

/// Every finding once, by place. A finding in another file is shown where this file uses what is in it.
pub fn lint(subject: &Subject<'_>) -> Vec<Diagnostic> {
    let mut found = Findings { allow: subject.allow, seen: BTreeSet::new(), diagnostics: vec![] };
    for experiment in subject.experiments {
        found.experiment(experiment);
    }
    for pipeline in subject.pipelines {
        found.pipeline(pipeline, &Place { experiment: None, entry: pipeline.span.source });
    }
    for schedule in subject.schedules.iter().filter(|schedule| tractable(schedule)) {
        found.item(&schedule.allow, schedule.span, |look| match look {
            Look::Schedule(look) => look(schedule),
            Look::Experiment(_) | Look::Pipeline(_) | Look::Alone(_) | Look::Network(_) | Look::Parameter(_) => {
                vec![]
            }
        });
    }
    for network in subject.networks {
        found.item(&network.allow, network.span, |look| match look {
            Look::Network(look) => look(network),
            Look::Experiment(_) | Look::Pipeline(_) | Look::Alone(_) | Look::Schedule(_) | Look::Parameter(_) => {
                vec![]
            }
        });
    }
    for unused in subject.unused {
        found.item(&unused.allow, unused.item.span, |look| match look {
            Look::Parameter(look) => look(unused),
            Look::Experiment(_) | Look::Pipeline(_) | Look::Alone(_) | Look::Schedule(_) | Look::Network(_) => vec![],
        });
    }
    found.diagnostics.sort_by(|a, b| (a.span(), a.severity, a.code).cmp(&(b.span(), b.severity, b.code)));
    found.diagnostics
}

struct Findings<'a> {
    allow: &'a [String],
    /// Code and own place of what was found: arms of one experiment share schedules, networks and datasets.
    seen: BTreeSet<(&'static str, Span)>,
    diagnostics: Vec<Diagnostic>,
}

/// From where a pipeline is looked at.
struct Place<'e> {
    experiment: Option<&'e Experiment>,
    /// The file the findings are for.
    entry: SourceId,
}

impl Findings<'_> {
    fn experiment(&mut self, experiment: &Experiment) {
        let before = self.diagnostics.len();
        self.look(&[&experiment.allow], |look| match look {
            Look::Experiment(look) => look(experiment),
            Look::Pipeline(_) | Look::Alone(_) | Look::Schedule(_) | Look::Network(_) | Look::Parameter(_) => vec![],
        });
        let place = Place { experiment: Some(experiment), entry: experiment.span.source };
        for diagnostic in &mut self.diagnostics[before..] {
            anchor(diagnostic, experiment.arms.iter().map(|arm| &arm.pipeline), &place);
        }
        let references = experiment.references.iter().flat_map(|reference| &reference.pipelines);
        for pipeline in experiment.arms.iter().map(|arm| &arm.pipeline).chain(references) {
            self.pipeline(pipeline, &place);
        }
    }

    fn pipeline(&mut self, pipeline: &Pipeline, place: &Place<'_>) {
        if !tractable(&pipeline.schedule) {
            return;
        }
        let none = vec![];
        let allow = [
            place.experiment.map_or(&none, |e| &e.allow),
            &pipeline.allow,
            &pipeline.schedule.allow,
            &pipeline.network.allow,
            &pipeline.data.allow,
        ];
        let before = self.diagnostics.len();
        self.look(&allow, |look| match look {
            Look::Alone(look) if place.experiment.is_none() => look(pipeline),
            Look::Experiment(_) | Look::Alone(_) | Look::Parameter(_) => vec![],
            Look::Pipeline(look) => look(pipeline),
            Look::Schedule(look) => look(&pipeline.schedule),
            Look::Network(look) => look(&pipeline.network),
        });
        for diagnostic in &mut self.diagnostics[before..] {
            anchor(diagnostic, std::iter::once(pipeline), place);
        }
    }

    /// An item of this file; an alias may stand for one of another.
    fn item(&mut self, allow: &Vec<String>, span: Span, run: impl Fn(Look) -> Vec<Diagnostic>) {
        let before = self.diagnostics.len();
        self.look(&[allow], run);
        for diagnostic in &mut self.diagnostics[before..] {
            if diagnostic.span().source != span.source {
                diagnostic.labels.insert(0, Label { span, text: "stands for what is below".into() });
            }
        }
    }

    /// Runs what is not silenced; keeps what is new.
    fn look(&mut self, allow: &[&Vec<String>], run: impl Fn(Look) -> Vec<Diagnostic>) {
        let silenced = |name: &str| self.allow.iter().chain(allow.iter().copied().flatten()).any(|a| a == name);
        for lint in LINTS.iter().filter(|lint| !silenced(lint.name)) {
            for diagnostic in lint.looks.iter().flat_map(|look| run(*look)) {
                if self.seen.insert((diagnostic.code, diagnostic.span())) {
                    self.diagnostics.push(diagnostic);
                }
            }
        }
    }
}

/// Sets that tell more kinds of sample apart are no person's; proofs about them would take for ever.
fn tractable(schedule: &Schedule) -> bool {
    const MAX_KINDS: usize = 300;
    phases::phases(schedule).iter().all(|placed| sets::kinds(&placed.phase.on) <= MAX_KINDS)
}

/// Puts a place in the user's file in front, where the finding itself is in a library or another file.
fn anchor<'p>(
    diagnostic: &mut Diagnostic,
    mut pipelines: impl Iterator<Item = &'p Pipeline> + Clone,
    place: &Place<'_>,
) {
    let at = diagnostic.span();
    if at.source == place.entry {
        return;
    }
    let own = |p: &&Pipeline| p.span.source == place.entry;
    let label = match (pipelines.clone().find_map(|p| used(p, at, place)), pipelines.find(own), place.experiment) {
        (Some((name, span)), ..) => Label { span, text: format!("`{name}` is used here") },
        (None, Some(pipeline), _) => Label { span: pipeline.span, text: "in this pipeline".into() },
        (None, None, Some(experiment)) => Label { span: experiment.span, text: "in this experiment".into() },
        (None, None, None) => return,
    };
    diagnostic.labels.insert(0, label);
}

/// The item of the pipeline that a place is in, and where this file uses it.
fn used<'p>(pipeline: &'p Pipeline, at: Span, place: &Place<'_>) -> Option<(&'p str, Span)> {
    let (schedule, network, data) = (&pipeline.schedule, &pipeline.network, &pipeline.data);
    [
        (&schedule.name, schedule.span, schedule.used_at),
        (&network.name, network.span, network.used_at),
        (&data.name, data.span, data.used_at),
    ]
    .into_iter()
    // The item the place is in is the last that begins before it.
    .filter(|(_, item, _)| item.source == at.source && item.start <= at.start)
    .max_by_key(|(_, item, _)| item.start)
    .filter(|(_, _, used)| used.source == place.entry)
    .map(|(name, _, used)| (name.as_str(), used))
}

#[cfg(test)]
mod tests {
    use super::LINTS;
    use crate::hir;

    #[test]
    fn what_may_be_allowed_is_what_there_is() {
        let names: Vec<&str> = LINTS.iter().map(|lint| lint.name).collect();
        assert_eq!(names, hir::LINTS);
        assert!(LINTS.iter().all(|lint| lint.doc.len() > 20 && !lint.looks.is_empty()));
    }
}
