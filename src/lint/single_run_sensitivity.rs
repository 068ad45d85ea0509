//! Sensitivity from one run.

use super::{Lint, Look};
use crate::diagnostic::Diagnostic;
use crate::hir::Experiment;

pub const LINT: Lint = Lint {
    name: "single-run-sensitivity",
    doc: "Generalization sensitivity is the spread over runs that differ in their beginning; one seed has no spread.",
    looks: &[Look::Experiment(check)],
};

fn check(experiment: &Experiment) -> Vec<Diagnostic> {
    if experiment.seeds.len() > 1 {
        return vec![];
    }
    let measures = experiment.tables.iter().flat_map(|table| &table.measures);
    let Some(measure) = measures.into_iter().find(|name| is_sensitivity(name)) else { return vec![] };
    vec![
        Diagnostic::warning(LINT.name, format!("`{measure}` is the spread over runs, and there is one run an arm"))
            .label(experiment.seeds_span, "one seed")
            .help("write `seeds 30`"),
    ]
}

/// `gs`, `gs_test`, `sensitivity`, `test_sensitivity`.
fn is_sensitivity(measure: &str) -> bool {
    measure.split('_').any(|part| part == "gs" || part == "sensitivity")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hir::Table;
    use crate::span::Span;

    fn experiment(seeds: u64, measure: &str) -> Experiment {
        let table = Table { measures: vec![measure.into()], rows: vec![], columns: vec![], cells: vec![] };
        Experiment {
            seeds: (0..seeds).collect(),
            tables: vec![table],
            ..Experiment::of("x".into(), Span::default(), vec![])
        }
    }

    #[test]
    fn sensitivity_needs_several_runs() {
        assert_eq!(check(&experiment(1, "gs"))[0].code, LINT.name);
        assert_eq!(check(&experiment(1, "test_sensitivity")).len(), 1);
        assert!(check(&experiment(30, "gs")).is_empty());
        assert!(check(&experiment(1, "test_error")).is_empty());
    }
}
