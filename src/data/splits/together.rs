//! Splits by groups: samples of named ones, and random shares that keep them together.

use crate::builtin::dataset::{Condition, Kept, Relation};
use crate::data::deal::{Bin, evened};
use crate::data::error::{Code, DataError, did_you_mean};
use crate::data::groups::{Group, Parts, class_counts};
use crate::data::portion::portion;
use crate::data::spec::DataSpec;
use crate::id::SampleId;
use crate::seed::Stream;

/// Sizes that are further from what is wanted than the nearest by this part of the smaller side are as good, so that chance has some
/// to draw from.
const SLACK: f64 = 0.1;

/// The groups that a drawn split keeps together.
pub fn kept<'g>(groups: &'g [Group], kept: &'g Kept) -> impl Iterator<Item = &'g Group> {
    groups.iter().filter(move |group| match kept {
        Kept::Groups => group.kept,
        Kept::These(names) => names.contains(&group.name),
        Kept::Nothing => false,
    })
}

/// The rows, of so many, whose groups are as they are to be.
pub fn chosen(groups: &[Group], conditions: &[Condition], samples: usize) -> Result<Vec<usize>, DataError> {
    let mut rows: Vec<usize> = (0..samples).collect();
    for condition in conditions {
        let Some(group) = groups.iter().find(|group| group.name == condition.group) else {
            unreachable!("`check` lets no unknown group into a split")
        };
        let names = condition.names();
        if let Some(name) = names.iter().find(|name| !group.names.contains(name)) {
            return Err(no_such(group, name));
        }
        let of: Vec<bool> = group.names.iter().map(|name| names.contains(name)).collect();
        rows.retain(|row| of[group.of[*row] as usize] == (condition.is == Relation::In));
    }
    Ok(rows)
}

fn no_such(group: &Group, name: &str) -> DataError {
    let known: Vec<&str> = group.names.iter().map(String::as_str).collect();
    DataError::new(Code::UnknownValue, format!("no sample has the {} `{name}`", group.name)).help(did_you_mean(
        name,
        &known,
        &format!("`{}`", group.name),
    ))
}

/// What a random split is to have.
pub struct Wanted<'w> {
    /// Samples that are shared out.
    pub all: usize,
    /// Of all.
    pub share: f64,
    /// Of which the share is to be the same, by id.
    pub classes: Option<&'w [f32]>,
    /// Parts that are left to others, at least.
    pub leaves: usize,
}

/// A share of the free samples that cuts through no part; where there are too few parts, how many there are.
///
/// A size that parts allow is drawn from those that are nearest to the share, then parts that have it; with classes they are moved
/// and swapped until each class has about that share.
pub fn draw(
    parts: &Parts,
    free: &[SampleId],
    Wanted { all, share, classes, leaves }: Wanted<'_>,
    stream: &mut Stream,
) -> Result<Vec<SampleId>, usize> {
    let parts = parts.among(free);
    let most = parts.len().checked_sub(leaves).filter(|most| *most > 0).ok_or(parts.len())?;
    let counts = class_counts(&parts, classes);
    let sizes: Vec<usize> = parts.iter().map(Vec::len).collect();
    let slack = SLACK * share.min(1.0 - share) * all as f64;
    let mut taken = portion(&sizes, share * all as f64, slack, most, stream);
    if classes.is_some() {
        let drawn = taken.iter().map(|part| sizes[*part]).sum::<usize>() as f64 / free.len() as f64;
        let there = |class: usize| counts.iter().map(|counts| counts[class] as f64).sum::<f64>();
        let side = |part: f64, least| Bin { wanted: (0..counts[0].len()).map(|c| part * there(c)).collect(), least };
        let dealt: Vec<usize> = (0..parts.len()).map(|part| usize::from(!taken.contains(&part))).collect();
        let dealt = evened(&counts, &[side(drawn, 1), side(1.0 - drawn, leaves)], &dealt, stream);
        taken = (0..parts.len()).filter(|part| dealt[*part] == 0).collect();
    }
    let mut ids: Vec<SampleId> = taken.into_iter().flat_map(|part| parts[part].clone()).collect();
    ids.sort_unstable();
    Ok(ids)
}

/// Of parts that are fewer than splits.
pub fn too_few(spec: &DataSpec, split: usize, there: usize, splits: usize) -> DataError {
    let groups: Vec<String> = spec.groups.iter().map(|group| format!("`{}`", group.name)).collect();
    let (name, groups) = (&spec.splits[split].name, groups.join(" and "));
    let message = format!("split `{name}` and those after it are {splits}, and there are fewer groups to share out");
    let parts = if there == 1 { "one part".into() } else { format!("{there} parts") };
    DataError::new(Code::TooFewGroups, message)
        .expected(format!("{splits} parts or more that stay together by {groups}"))
        .found(parts)
        .help("what shares a group, or is linked through others, stays together: a group that only names samples is declared `grouped: false`, and `random(…, grouped: false)` cuts through all of them")
}
