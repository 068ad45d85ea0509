//! Published numbers that nobody sees.

use super::{Lint, Look};
use crate::diagnostic::Diagnostic;
use crate::hir::{Experiment, Published};

pub const LINT: Lint = Lint { name: "unshown-published", looks: &[Look::Experiment(check)] };

fn check(experiment: &Experiment) -> Vec<Diagnostic> {
    let shown = |p: &&Published| experiment.tables.iter().any(|table| table.measures.contains(&p.measure));
    let finding = |published: &Published| {
        let message = format!("no table shows `{}`, so these published numbers are shown nowhere", published.measure);
        Diagnostic::warning(LINT.name, message)
            .label(published.span, "shown in no table")
            .help(format!("add `{}` to a table, or remove them", published.measure))
    };
    experiment.published.iter().filter(|p| !shown(p)).map(finding).collect()
}
