//! Folds that cut through a group.

use super::{Lint, Look};
use crate::diagnostic::Diagnostic;
use crate::hir::Pipeline;

pub const LINT: Lint = Lint { name: "group-crosses-folds", looks: &[Look::Pipeline(check)] };

fn check(pipeline: &Pipeline) -> Vec<Diagnostic> {
    let Some(folds) = pipeline.schedule.folds.as_ref().filter(|folds| !folds.grouped) else { return vec![] };
    let Some(group) = pipeline.data.groups.iter().find(|group| group.kept) else { return vec![] };
    let (name, data) = (&group.name, &pipeline.data.name);
    let message =
        format!("folds are drawn whatever the `{name}` of a sample: a fold and the others share some of them");
    vec![
        Diagnostic::warning(LINT.name, message)
            .label(folds.span, "`grouped: false`")
            .label(group.span, format!("`{data}` keeps this group together"))
            .help(format!(
                "what is held out is of no unseen `{name}`; folds keep groups together where `grouped: false` is left away, and a group that \
                 only names samples is declared so"
            )),
    ]
}
