//! An example for every lint: the case files that test it, so each is said once.

macro_rules! examples {
    ($($name:literal),* $(,)?) => {
        /// Name of the file, a program that the lint finds fault with, and one that it does not.
        const EXAMPLES: &[(&str, &str, &str)] = &[$((
            $name,
            include_str!(concat!("../../tests/cases/lint/", $name, ".mhm")),
            include_str!(concat!("../../tests/cases/lint/", $name, ".clean.mhm")),
        )),*];
    };
}

examples![
    "column_read_twice",
    "degenerate_batch",
    "deployed_mean_costs_k_times",
    "equal_arms",
    "fixed_at_random",
    "fold_overlap",
    "head_and_embedding_share_samples",
    "loss_output_mismatch",
    "measure_shown_twice",
    "negative_loss",
    "nested_repeat",
    "never_trained_module",
    "no_effect",
    "overspent_budget",
    "patience_beyond_phase",
    "phase_never_runs",
    "phase_trains_nothing",
    "phases_share_name",
    "rate_beyond_run",
    "repeated_input",
    "replica_never_deployed_or_used",
    "replica_never_trained",
    "replicas_and_folds_differ",
    "selection_on_test",
    "single_run_sensitivity",
    "small_fold",
    "start_sees_test_samples",
    "stateful_layer_in_frozen_module",
    "target_as_input",
    "test_samples_in_training",
    "too_few_seeds",
    "uncovered_fold",
    "uneven_division",
    "unfair_budget",
    "unshown_published",
    "unspent_budget",
    "unused_allow",
    "unused_folds",
    "unused_input",
    "unused_layer",
    "unused_let",
    "unused_modality",
    "unused_output",
    "unused_parameter",
    "unused_setting",
    "unused_target",
    "unused_use",
    "zero_loss",
];

/// A program with the fault and one without, of the lint called `name`.
pub fn examples(name: &str) -> Option<(&'static str, &'static str)> {
    let file = name.replace('-', "_");
    let (_, wrong, right) = EXAMPLES.iter().find(|(n, ..)| *n == file)?;
    Some((program(wrong), program(right)))
}

/// The text without the notes of its test.
fn program(text: &'static str) -> &'static str {
    let marks = ["// Error: ", "// Warning: "];
    marks.iter().filter_map(|mark| text.find(mark)).min().map_or(text, |at| &text[..at])
}

#[cfg(test)]
mod tests {
    use super::examples;
    use crate::lint::LINTS;

    #[test]
    fn every_lint_has_an_example() {
        let without: Vec<&str> = LINTS.iter().map(|l| l.name).filter(|name| examples(name).is_none()).collect();
        assert!(without.is_empty(), "{without:?}");
    }
}
