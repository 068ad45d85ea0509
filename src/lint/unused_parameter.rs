//! A parameter that changes nothing.

use super::{Lint, Look};
use crate::diagnostic::Diagnostic;
use crate::hir::{Unread, Unused};

pub const LINT: Lint = Lint { name: "unused-parameter", looks: &[Look::Unused(check)] };

fn check(unused: &Unused) -> Vec<Diagnostic> {
    let (name, item) = (&unused.name, &unused.item.node);
    let finding = Diagnostic::warning(LINT.name, format!("`{item}` never uses its parameter `{name}`"))
        .label(unused.span, "not read anywhere in it")
        .help("use it, or remove it");
    if unused.what == Unread::Parameter { vec![finding] } else { vec![] }
}
