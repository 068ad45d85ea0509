//! A layer that hands on what it is given.

use super::{Lint, Look};
use crate::diagnostic::Diagnostic;
use crate::hir::{Unread, Unused};

pub const LINT: Lint = Lint { name: "no-effect", looks: &[Look::Unused(check)] };

fn check(unused: &Unused) -> Vec<Diagnostic> {
    let finding = Diagnostic::warning(LINT.name, format!("`{}` hands on what it is given", unused.name))
        .label(unused.span, "changes nothing")
        .help("remove it, or write what is meant");
    if unused.what == Unread::Layer { vec![finding] } else { vec![] }
}
