//! A name that a `let` gives to nobody.

use super::{Lint, Look};
use crate::diagnostic::Diagnostic;
use crate::hir::{Unread, Unused};

pub const LINT: Lint = Lint { name: "unused-let", looks: &[Look::Unused(check)] };

fn check(unused: &Unused) -> Vec<Diagnostic> {
    let finding = Diagnostic::warning(LINT.name, format!("nothing reads `{}`", unused.name))
        .label(unused.span, format!("given here, in `{}`", unused.item.node))
        .help("use it on the way to an output, or remove the `let`");
    if unused.what == Unread::Let { vec![finding] } else { vec![] }
}
