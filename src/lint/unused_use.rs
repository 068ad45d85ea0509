//! A `use` without a use.

use super::{Lint, Look};
use crate::diagnostic::Diagnostic;
use crate::hir::{Unread, Unused};

pub const LINT: Lint = Lint { name: "unused-use", looks: &[Look::Unused(check)] };

fn check(unused: &Unused) -> Vec<Diagnostic> {
    let words = &unused.name;
    match &unused.what {
        Unread::Use => vec![
            Diagnostic::warning(LINT.name, format!("nothing here is of `{words}`"))
                .label(unused.span, "brings in what the file does not name")
                .help("remove it"),
        ],
        Unread::Again(first) => vec![
            Diagnostic::warning(LINT.name, format!("`{words}` brings in nothing new"))
                .label(unused.span, "again here")
                .label(*first, "first here")
                .help("remove one of them"),
        ],
        Unread::Nothing | Unread::Parameter | Unread::Let | Unread::Layer | Unread::Rest(_) => vec![],
    }
}
