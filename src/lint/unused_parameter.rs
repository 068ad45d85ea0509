//! A parameter that changes nothing.

use super::{Lint, Look};
use crate::diagnostic::Diagnostic;
use crate::hir::Unused;

pub const LINT: Lint = Lint {
    name: "unused-parameter",
    doc: "An item has a parameter that nothing in it reads: whoever gives it a value changes nothing.",
    looks: &[Look::Parameter(check)],
};

fn check(unused: &Unused) -> Vec<Diagnostic> {
    let (name, item) = (&unused.name, &unused.item.node);
    vec![
        Diagnostic::warning(LINT.name, format!("`{item}` never uses its parameter `{name}`"))
            .label(unused.span, "not read anywhere in it")
            .help("use it, or remove it"),
    ]
}
