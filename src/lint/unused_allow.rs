//! An `allow` without a finding.

use super::{Lint, Look};
use crate::diagnostic::Diagnostic;
use crate::span::Ident;

pub const LINT: Lint = Lint {
    name: "unused-allow",
    doc: "`allow(…)` names a lint that finds nothing in the item: what it would silence later is not what it was written for.",
    looks: &[Look::Allow(check)],
};

fn check(allowed: &Ident) -> Diagnostic {
    Diagnostic::warning(LINT.name, format!("`allow({})` silences nothing", allowed.node))
        .label(allowed.span, "nothing is found here")
        .help("remove it")
}
