//! A table by the groups of the samples, or by the parts of cross-validation: runs as if each group, or part, were an arm.

use super::listed;
use crate::id::Part;
use crate::record::manifest::{Axis, Manifest, PART};
use crate::record::{ArmId, MeasureInfo, Pooled, RunRecord};
use std::collections::BTreeSet;

/// A slice of the runs of the grid.
pub struct Slice {
    /// The slice as an axis.
    pub axis: Axis,
    /// One for each of its values and each run that has it.
    pub records: Vec<RunRecord>,
    /// Groups of which nothing that is shown was measured.
    pub unmeasured: Vec<String>,
}

/// A slice for a table of these measures.
pub fn sliced(manifest: &Manifest, slice: &str, measures: &[MeasureInfo], records: &[RunRecord]) -> Slice {
    let records = records.iter().filter(|record| !record.arm.is_reference());
    let of = |record: &RunRecord, value: String| RunRecord {
        arm: ArmId(record.arm.0.iter().cloned().chain([(slice.to_string(), value)]).collect()),
        part: None,
        pooled: Pooled::default(),
        groups: Default::default(),
        ..record.clone()
    };
    if slice == PART {
        let name = |part: Part| part_name(manifest, part);
        let values = manifest.cross.iter().flat_map(|cross| cross.all()).map(name).collect();
        let own = records.filter_map(|record| Some(of(record, name(record.part?)))).collect();
        return Slice { axis: Axis { name: slice.into(), values }, records: own, unmeasured: vec![] };
    }
    let (mut names, mut unmeasured, mut own) = (BTreeSet::new(), BTreeSet::new(), vec![]);
    for record in records {
        for (value, of_group) in record.groups.get(slice).into_iter().flatten() {
            let is_shown = measures.iter().any(|info| of_group.measures.contains_key(&info.name));
            let known = if is_shown { &mut names } else { &mut unmeasured };
            known.insert(value.clone());
            let (measures, epochs) = (of_group.measures.clone(), vec![]);
            own.push(RunRecord { measures, epochs, ..of(record, value.clone()) });
        }
    }
    if names.is_empty() {
        std::mem::swap(&mut names, &mut unmeasured);
    }
    unmeasured.retain(|name| !names.contains(name));
    own.retain(|record| record.arm.value(slice).is_some_and(|value| names.contains(value)));
    Slice { axis: Axis { name: slice.into(), values: ordered(names) }, records: own, unmeasured: ordered(unmeasured) }
}

/// Groups that a note names; more are counted.
const NAMED: usize = 10;

impl Slice {
    /// "subject: 2 of 12 are left out, S03 and S07: none of their samples is in a split that is measured here."
    pub fn left_out(&self) -> Option<String> {
        let (name, left, all) = (&self.axis.name, self.unmeasured.len(), self.axis.values.len());
        let names = match left.saturating_sub(NAMED) {
            0 => listed(&self.unmeasured),
            more => format!("{} and {more} more", self.unmeasured[..NAMED].join(", ")),
        };
        let of = left + all;
        match left {
            0 => None,
            1 => Some(format!(
                "{name}: 1 of {of} is left out, {names}: no sample of it is in a split that is measured here."
            )),
            _ => Some(format!(
                "{name}: {left} of {of} are left out, {names}: none of their samples is in a split that is measured here."
            )),
        }
    }
}

/// "S03", "2 of 5".
fn part_name(manifest: &Manifest, part: Part) -> String {
    let group = manifest.cross.as_ref().and_then(|cross| cross.groups.get(part.place()));
    group.cloned().unwrap_or_else(|| format!("{} of {}", part.number, part.of))
}

/// What a number of a slice is of.
pub fn note(slice: &str) -> String {
    match slice {
        PART => "part: each is measured by itself.".into(),
        group => format!("{group}: measures are of the samples of each, of all test parts where these go round."),
    }
}

/// Whole numbers by their size, texts as they sort.
fn ordered(names: BTreeSet<String>) -> Vec<String> {
    let mut names: Vec<String> = names.into_iter().collect();
    if let Some(numbers) = names.iter().map(|name| name.parse::<i64>().ok()).collect::<Option<Vec<_>>>() {
        let mut places: Vec<usize> = (0..names.len()).collect();
        places.sort_by_key(|place| numbers[*place]);
        names = places.into_iter().map(|place| names[place].clone()).collect();
    }
    names
}
