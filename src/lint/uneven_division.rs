//! A division of whole numbers that leaves a rest.

use super::{Lint, Look};
use crate::diagnostic::Diagnostic;
use crate::hir::{Unread, Unused};

pub const LINT: Lint = Lint { name: "uneven-division", looks: &[Look::Unused(check)] };

fn check(unused: &Unused) -> Vec<Diagnostic> {
    let Unread::Rest(value) = unused.what else { return vec![] };
    let text = &unused.name;
    vec![
        Diagnostic::warning(LINT.name, format!("`{text}` is {value}: the division of whole numbers rounds down"))
            .label(unused.span, format!("{value}"))
            .help(format!("write `{value}`; a fraction is written with a point, as in `7.0 / 2`")),
    ]
}
