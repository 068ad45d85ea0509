//! Cross-validation: the samples that go round, dealt to parts, each of which is the test split in turn.

use super::{Sharing, Turn, together, turn_of};
use crate::builtin::dataset::{Deal, SplitRule};
use crate::data::error::{Code, DataError};
use crate::data::folds::Folds;
use crate::data::groups::{Group, Parts};
use crate::id::SampleId;
use crate::split::SplitName;
use std::collections::BTreeSet;

/// The split that goes round, by its number, and what is said of it.
pub struct Round<'s> {
    pub split: usize,
    deal: &'s Deal,
    /// What the dataset says of it.
    own: &'s [SplitRule],
}

impl<'s> Round<'s> {
    pub fn of(sharing: &Sharing<'s>) -> Option<Self> {
        sharing.spec.splits.iter().enumerate().find_map(|(split, of)| match &of.rule {
            SplitRule::Part { deal, own } => {
                Some(Self { split, deal, own: own.as_deref().map_or(&[], SplitRule::parts) })
            }
            _ => None,
        })
    }

    /// The samples of the part whose turn it is.
    ///
    /// # Errors
    /// There are fewer groups or samples than parts.
    pub fn part(&self, sharing: &mut Sharing<'_>) -> Result<Vec<SampleId>, DataError> {
        let base = self.base(sharing)?;
        let mut parts = match self.deal {
            Deal::Into { parts, .. } => self.dealt(sharing, &base, *parts)?,
            Deal::Each(group) => each(sharing.known.groups, group, &base).into_iter().map(|(_, ids)| ids).collect(),
        };
        let (count, part) = (parts.len(), sharing.spec.part);
        if part >= count || count < 2 {
            let message = format!("`cross {}` has fewer parts than it is to have", self.deal);
            let error = DataError::new(Code::TooFewGroups, message).expected(format!("{} or more", (part + 1).max(2)));
            return Err(error
                .found(count.to_string())
                .help("each part is the test split once: there are to be two or more"));
        }
        Ok(parts.swap_remove(part))
    }

    fn dealt(&self, sharing: &Sharing<'_>, base: &[SampleId], count: usize) -> Result<Vec<Vec<SampleId>>, DataError> {
        let Deal::Into { kept, .. } = self.deal else { return Ok(vec![]) };
        let (classes, mut stream) = (sharing.known.classes, sharing.seed.stream("cross"));
        let together = Parts::of(together::kept(sharing.known.groups, kept));
        let there = together.as_ref().map_or(base.len(), |parts| parts.among(base).len());
        if there < count {
            let what = if together.is_some() { "groups that stay together" } else { "samples" };
            let message = format!("`cross {}` has more parts than there are {what}", self.deal);
            let error = DataError::new(Code::TooFewGroups, message).expected(format!("{count} or more"));
            return Err(error.found(there.to_string()).help(
                "use fewer parts, or `cross each GROUP`; what shares a group, or is linked through others, stays together: `by: subject` \
                 names the one that counts",
            ));
        }
        let folds = match together {
            Some(parts) => Folds::draw_together(base, count, classes, &parts, &mut stream),
            None => Folds::draw(base, count, classes, &mut stream),
        };
        Ok((0..count).map(|part| folds.fold(part).to_vec()).collect())
    }

    /// Whatever some split of the dataset may have, its own test split among them.
    fn base(&self, sharing: &mut Sharing<'_>) -> Result<Vec<SampleId>, DataError> {
        let rules: Vec<&SplitRule> =
            sharing.spec.splits.iter().flat_map(|split| split.rule.parts()).chain(self.own).collect();
        if rules.iter().any(|rule| matches!(rule, SplitRule::Random { .. } | SplitRule::Rest)) {
            return Ok(sharing.pool.free());
        }
        let mut rows = BTreeSet::new();
        for rule in rules.into_iter().filter(|rule| turn_of(rule) == Turn::Listed) {
            let listed = sharing.listed(self.split, rule)?;
            rows.extend(listed.iter().filter_map(|listed| sharing.pool.id(listed.row)));
        }
        Ok(rows.into_iter().collect())
    }

    /// What the dataset lists for the test split, the part has not, and no other rule took: training samples, where those are listed,
    /// too.
    pub fn left(&self, sharing: &mut Sharing<'_>) -> Result<Option<(usize, Vec<SampleId>)>, DataError> {
        let train = sharing.spec.splits.iter().position(|split| split.name == SplitName::TRAIN);
        let is_listed = |rules: &[SplitRule]| rules.iter().all(|rule| turn_of(rule) == Turn::Listed);
        let Some(train) = train.filter(|train| is_listed(sharing.spec.splits[*train].rule.parts())) else {
            return Ok(None);
        };
        let mut left = vec![];
        for rule in self.own.iter().filter(|rule| turn_of(rule) == Turn::Listed) {
            let rows = sharing.listed(self.split, rule)?;
            left.extend(rows.iter().filter_map(|listed| sharing.pool.id(listed.row)));
        }
        left.retain(|id| sharing.pool.taken[id.row()].is_none());
        Ok(Some((train, sharing.pool.take(train, left))))
    }
}

/// The samples of each group that has some, in the order of the groups' names.
fn each<'g>(groups: &'g [Group], name: &str, base: &[SampleId]) -> Vec<(&'g str, Vec<SampleId>)> {
    let Some(group) = groups.iter().find(|group| group.name == name) else {
        unreachable!("`check` lets no unknown group into a split")
    };
    group.among(base).into_iter().map(|(place, ids)| (group.names[place as usize].as_str(), ids)).collect()
}

/// What the parts of `cross each GROUP` are called, in their order; nothing where parts are numbered.
///
/// # Errors
/// A list of rows cannot be read.
pub fn names(sharing: &mut Sharing<'_>) -> Result<Vec<String>, DataError> {
    let groups = sharing.known.groups;
    match Round::of(sharing) {
        Some(round) => match round.deal {
            Deal::Each(group) => {
                let base = round.base(sharing)?;
                Ok(each(groups, group, &base).into_iter().map(|(name, _)| name.to_string()).collect())
            }
            Deal::Into { .. } => Ok(vec![]),
        },
        None => Ok(vec![]),
    }
}
