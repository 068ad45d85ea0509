//! A patience that never ends a phase.

use super::phases::{Placed, phases};
use super::{Lint, Look};
use crate::diagnostic::Diagnostic;
use crate::hir::{Length, Schedule};

pub const LINT: Lint = Lint { name: "patience-beyond-phase", looks: &[Look::Schedule(check)] };

fn check(schedule: &Schedule) -> Vec<Diagnostic> {
    phases(schedule).iter().filter_map(of_phase).collect()
}

fn of_phase(placed: &Placed<'_>) -> Option<Diagnostic> {
    let Length::NoGain { patience, at_most, .. } = &placed.phase.length else { return None };
    (*patience as f64 >= at_most.count).then(|| {
        let message = format!("phase `{}` waits {patience} epochs for a gain, and has {at_most}", placed.phase.name);
        Diagnostic::warning(LINT.name, message)
            .label(placed.phase.length_span, "never stops early")
            .help(format!("give it a patience below {}, or write `for {at_most}`", at_most.count))
    })
}
