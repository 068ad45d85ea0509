//! Two phases of one name.

use super::phases::phases;
use super::{Lint, Look};
use crate::diagnostic::Diagnostic;
use crate::hir::Schedule;
use crate::span::Span;
use std::collections::BTreeMap;

pub const LINT: Lint = Lint { name: "phases-share-name", looks: &[Look::Schedule(check)] };

fn check(schedule: &Schedule) -> Vec<Diagnostic> {
    let mut first: BTreeMap<&str, Span> = BTreeMap::new();
    let mut found = vec![];
    for placed in phases(schedule) {
        let (name, span) = (placed.phase.name.as_str(), placed.phase.span);
        match first.get(name) {
            Some(before) => found.push(
                Diagnostic::warning(LINT.name, format!("two phases are called `{name}`"))
                    .label(span, "again here")
                    .label(*before, "first here")
                    .help("give each a name of its own"),
            ),
            None => drop(first.insert(name, span)),
        }
    }
    found
}
