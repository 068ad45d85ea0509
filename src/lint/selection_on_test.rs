//! A choice made by looking at a split kept for testing.

use super::phases::{held_out, phases};
use super::sets::splits_in;
use super::{Lint, Look};
use crate::diagnostic::Diagnostic;
use crate::hir::{Deploy, Keep, Length, Pipeline, Schedule, SplitExpr};
use crate::span::Span;

pub const LINT: Lint = Lint { name: "selection-on-test", looks: &[Look::Schedule(check), Look::Pipeline(kept)] };

fn kept(pipeline: &Pipeline) -> Vec<Diagnostic> {
    let of =
        |keep: &Keep| finding(&SplitExpr::Named(keep.split.clone()), keep.span, "the epoch that is left is chosen");
    pipeline.keep.iter().filter_map(of).collect()
}

fn check(schedule: &Schedule) -> Vec<Diagnostic> {
    let deployed = match &schedule.deploy {
        Deploy::Best { split, role, .. } => {
            finding(split, schedule.deploy_span, &format!("the deployed `{}` is chosen", role.name()))
        }
        Deploy::Replica(_) | Deploy::Mean | Deploy::Last { .. } => None,
    };
    let stopped = phases(schedule).into_iter().filter_map(|placed| match &placed.phase.length {
        Length::NoGain { split, .. } => {
            finding(split, placed.phase.span, &format!("the end of phase `{}` is chosen", placed.phase.name))
        }
        Length::For(_) => None,
    });
    deployed.into_iter().chain(stopped).collect()
}

fn finding(split: &SplitExpr, span: Span, what: &str) -> Option<Diagnostic> {
    let name = splits_in(split).into_iter().find(|name| held_out(name))?;
    Some(
        Diagnostic::error(LINT.name, format!("{what} by the samples of `{name}`"))
            .label(span, format!("looks at `{name}`"))
            .help("choose on a split of its own: the dataset can declare `split validation = random(0.1)`"),
    )
}
