//! Splits that cut through a group.

use super::{Lint, Look};
use crate::builtin::dataset::{Kept, SplitRule};
use crate::diagnostic::Diagnostic;
use crate::hir::{Crossing, Dataset, Group, Pipeline, Split};

pub const LINT: Lint = Lint { name: "group-crosses-splits", looks: &[Look::Pipeline(check)] };

fn check(pipeline: &Pipeline) -> Vec<Diagnostic> {
    let data = &pipeline.data;
    data.groups.iter().filter(|group| group.kept).filter_map(|group| of_group(data, group)).collect()
}

fn of_group(data: &Dataset, group: &Group) -> Option<Diagnostic> {
    let is_counted = data.splits.iter().any(|split| split.counted.is_some());
    match (&group.crossing, is_counted) {
        (Some(crossing), _) => Some(found(data, group, crossing)),
        // The files were read, and nothing is cut through.
        (None, true) => None,
        (None, false) => drawn(data, group),
    }
}

/// What the files show.
fn found(data: &Dataset, group: &Group, Crossing { name, splits: [first, second], groups }: &Crossing) -> Diagnostic {
    let others = match groups - 1 {
        0 => String::new(),
        1 => ", and another is in several splits".into(),
        n => format!(", and {n} others are in several splits"),
    };
    let message = format!("{} `{name}` is in `{first}` and `{second}`{others}", group.name);
    let mut diagnostic = Diagnostic::warning(LINT.name, message).label(group.span, "this group");
    let cut = data.splits.iter().filter(|split| split.name == *first || split.name == *second);
    for split in cut {
        diagnostic = diagnostic.label(split.span, "has a part of it");
    }
    diagnostic.help(help(group))
}

/// What the program says: a split is drawn sample by sample, and others take the rest.
fn drawn(data: &Dataset, group: &Group) -> Option<Diagnostic> {
    let rules = || data.splits.iter().flat_map(|split| split.rule.parts().iter().map(move |rule| (split, rule)));
    let cuts = |rule: &SplitRule| matches!(rule, SplitRule::Random { kept: Kept::Nothing, .. });
    let (split, _): (&Split, _) = rules().find(|(_, rule)| cuts(rule))?;
    let takes = |rule: &SplitRule| matches!(rule, SplitRule::Random { .. } | SplitRule::Rest);
    let (other, _) = rules().find(|(other, rule)| other.name != split.name && takes(rule))?;
    let message = format!(
        "`{}` is drawn whatever the `{}` of a sample: `{}` has samples of the same",
        split.name, group.name, other.name
    );
    Some(
        Diagnostic::warning(LINT.name, message)
            .label(split.span, "cuts through groups")
            .label(group.span, "this group")
            .label(other.span, "has the rest of them")
            .help(help(group)),
    )
}

fn help(group: &Group) -> String {
    let name = &group.name;
    format!(
        "what is measured is not of an unseen `{name}`: draw splits by it, or name it in them, `where({name} in …)`; a group that only names \
         samples is declared `grouped: false`"
    )
}
