//! A table by the groups of the samples, or by the parts of cross-validation: runs as if each group, or part, were an arm.

use crate::id::Part;
use crate::record::manifest::{Axis, Manifest, PART};
use crate::record::{ArmId, Pooled, RunRecord};
use std::collections::BTreeSet;

/// The axis that a slice is, and a record for each of its values and each run of the grid that has it.
pub fn sliced(manifest: &Manifest, slice: &str, records: &[RunRecord]) -> (Axis, Vec<RunRecord>) {
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
        return (Axis { name: slice.into(), values }, own);
    }
    let (mut names, mut own) = (BTreeSet::new(), vec![]);
    for record in records {
        for (value, measures) in record.groups.get(slice).into_iter().flatten() {
            names.insert(value.clone());
            let (measures, epochs) = (measures.measures.clone(), vec![]);
            own.push(RunRecord { measures, epochs, ..of(record, value.clone()) });
        }
    }
    (Axis { name: slice.into(), values: ordered(names) }, own)
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
