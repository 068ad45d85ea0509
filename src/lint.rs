//! What a checked program does that its author may not mean. Owns the list of lints; each lint is one file, and what they find is
//! gathered in `findings`. Errors break a guarantee, warnings say that a result would mislead.

pub mod cost;
mod findings;
pub mod levels;
mod phases;
pub mod sets;
pub mod sizes;
mod unread;

mod choice_sees_test_samples;
mod class_imbalance;
mod column_read_twice;
mod degenerate_batch;
mod deployed_mean_costs_k_times;
mod equal_arms;
mod fixed_at_random;
mod fold_overlap;
mod group_crosses_folds;
mod group_crosses_splits;
mod halved_untrained;
mod head_and_embedding_share_samples;
mod linear_after_linear;
mod loss_output_mismatch;
mod measure_shown_twice;
mod missing_unasked;
mod negative_loss;
mod nested_repeat;
mod never_trained_module;
mod no_effect;
mod overspent_budget;
mod padding_unasked;
mod patience_beyond_phase;
mod phase_never_runs;
mod phase_trains_nothing;
mod phases_share_name;
mod rate_beyond_run;
mod repeated_input;
mod replica_never_deployed_or_used;
mod replica_never_trained;
mod replicas_and_folds_differ;
mod selection_on_test;
mod single_run_sensitivity;
mod small_fold;
mod start_sees_test_samples;
mod stateful_layer_in_frozen_module;
mod target_as_input;
mod test_samples_in_training;
mod too_few_seeds;
mod uncovered_fold;
mod uneven_division;
mod unfair_budget;
mod unfair_search;
mod unshown_published;
mod unspent_budget;
mod unused_allow;
mod unused_folds;
mod unused_input;
mod unused_layer;
mod unused_let;
mod unused_modality;
mod unused_output;
mod unused_parameter;
mod unused_setting;
mod unused_target;
mod unused_use;
mod zero_loss;

pub use findings::lint;

use crate::diagnostic::Diagnostic;
use crate::hir::{Experiment, Network, Pipeline, Schedule, Unused};
use crate::span::Ident;
use cost::Run;
use levels::Levels;

/// One lint: its name for `allow(…)` and for its page of the manual, and what it looks at.
#[derive(Debug)]
pub struct Lint {
    pub name: &'static str,
    looks: &'static [Look],
}

/// What a lint looks at. What two looks find at one place is shown once, as the first of them says it.
#[derive(Clone, Copy, Debug)]
enum Look {
    /// All pipelines of a file, arms included; each finding is of one of them.
    Pipelines(for<'a> fn(&[&'a Pipeline]) -> Vec<(Diagnostic, &'a Pipeline)>),
    Experiment(fn(&Experiment) -> Vec<Diagnostic>),
    /// Also every arm of an experiment.
    Pipeline(fn(&Pipeline) -> Vec<Diagnostic>),
    /// The same with its plan.
    Run(fn(&Run<'_>) -> Vec<Diagnostic>),
    /// A pipeline that is no arm.
    Alone(fn(&Pipeline) -> Vec<Diagnostic>),
    Schedule(fn(&Schedule) -> Vec<Diagnostic>),
    Network(fn(&Network) -> Vec<Diagnostic>),
    Unused(fn(&Unused) -> Vec<Diagnostic>),
    /// An `allow` that silences nothing.
    Allow(fn(&Ident) -> Diagnostic),
}

/// Every lint, sorted by name.
pub const LINTS: &[&Lint] = &[
    &choice_sees_test_samples::LINT,
    &class_imbalance::LINT,
    &column_read_twice::LINT,
    &degenerate_batch::LINT,
    &deployed_mean_costs_k_times::LINT,
    &equal_arms::LINT,
    &fixed_at_random::LINT,
    &fold_overlap::LINT,
    &group_crosses_folds::LINT,
    &group_crosses_splits::LINT,
    &halved_untrained::LINT,
    &head_and_embedding_share_samples::LINT,
    &linear_after_linear::LINT,
    &loss_output_mismatch::LINT,
    &measure_shown_twice::LINT,
    &missing_unasked::LINT,
    &negative_loss::LINT,
    &nested_repeat::LINT,
    &never_trained_module::LINT,
    &no_effect::LINT,
    &overspent_budget::LINT,
    &padding_unasked::LINT,
    &patience_beyond_phase::LINT,
    &phase_never_runs::LINT,
    &phase_trains_nothing::LINT,
    &phases_share_name::LINT,
    &rate_beyond_run::LINT,
    &repeated_input::LINT,
    &replica_never_deployed_or_used::LINT,
    &replica_never_trained::LINT,
    &replicas_and_folds_differ::LINT,
    &selection_on_test::LINT,
    &single_run_sensitivity::LINT,
    &small_fold::LINT,
    &start_sees_test_samples::LINT,
    &stateful_layer_in_frozen_module::LINT,
    &target_as_input::LINT,
    &test_samples_in_training::LINT,
    &too_few_seeds::LINT,
    &uncovered_fold::LINT,
    &uneven_division::LINT,
    &unfair_budget::LINT,
    &unfair_search::LINT,
    &unshown_published::LINT,
    &unspent_budget::LINT,
    &unused_allow::LINT,
    &unused_folds::LINT,
    &unused_input::LINT,
    &unused_layer::LINT,
    &unused_let::LINT,
    &unused_modality::LINT,
    &unused_output::LINT,
    &unused_parameter::LINT,
    &unused_setting::LINT,
    &unused_target::LINT,
    &unused_use::LINT,
    &zero_loss::LINT,
];

/// What a file declares, checked.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    pub networks: &'a [Network],
    pub schedules: &'a [Schedule],
    pub pipelines: &'a [Pipeline],
    pub experiments: &'a [Experiment],
    pub unused: &'a [Unused],
    /// Whether nothing is wrong: what is wrong may be what is missed.
    pub is_sound: bool,
    /// Lints that are silent.
    pub levels: &'a Levels,
}

#[cfg(test)]
mod tests {
    use super::LINTS;
    use crate::hir;

    #[test]
    fn what_may_be_allowed_is_what_there_is() {
        let names: Vec<&str> = LINTS.iter().map(|lint| lint.name).collect();
        assert_eq!(names, hir::LINTS);
        assert!(LINTS.iter().all(|lint| !lint.looks.is_empty()));
    }
}
