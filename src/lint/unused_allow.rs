//! An `allow` without a finding.

use super::{Lint, Look};
use crate::diagnostic::Diagnostic;
use crate::span::Ident;

pub const LINT: Lint = Lint { name: "unused-allow", looks: &[Look::Allow(check)] };

fn check(allowed: &Ident) -> Diagnostic {
    Diagnostic::warning(LINT.name, format!("`allow({})` silences nothing", allowed.node))
        .label(allowed.span, "nothing is found here")
        .help("remove it")
}
