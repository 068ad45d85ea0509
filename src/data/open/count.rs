//! How many samples a shard has: as many in every modality and target.

use crate::data::error::{Code, DataError};
use crate::data::fault::Fault;
use crate::data::segment::Segment;
use crate::data::shards::Shard;
use crate::data::spec::{Column, DataSpec};
use crate::data::table::counted;

pub fn samples(segments: &[Segment]) -> usize {
    segments.iter().map(Segment::samples).sum()
}

pub fn fills(segments: &[Segment]) -> bool {
    segments.iter().any(|segment| matches!(segment, Segment::Fill { .. }))
}

/// The samples of a shard, the same in every column; fills up what `fill` stands for.
pub fn count(
    spec: &DataSpec,
    shard: &Shard,
    columns: &[Column<'_>],
    found: &mut [Result<Vec<Segment>, DataError>],
    faults: &mut Vec<Fault>,
) -> usize {
    let mut first: Option<(&str, usize)> = shard.kind.names().map(|file| (file, shard.names.len()));
    for (column, found) in columns.iter().zip(found.iter()) {
        let Ok(segments) = found else { continue };
        if fills(segments) {
            continue;
        }
        let (name, expected) = *first.get_or_insert((column.name, samples(segments)));
        if samples(segments) != expected {
            let error = differ(column, samples(segments), name, expected, segments);
            faults.push(Fault { member: column.member, error });
        }
    }
    let expected = first.map_or(0, |(_, n)| n);
    for (column, found) in columns.iter().zip(found) {
        let Ok(segments) = found else { continue };
        if !fills(segments) {
            continue;
        }
        let own = samples(segments);
        let Some((_, expected)) = first.filter(|(_, expected)| *expected >= own) else {
            let error = match first {
                Some((name, expected)) => differ(column, own, name, expected, segments),
                None => no_count(spec),
            };
            faults.push(Fault { member: column.member, error });
            continue;
        };
        fill(segments, expected - own);
    }
    expected
}

/// Gives `fill` its samples, with the axes of the files before it.
fn fill(segments: &mut [Segment], missing: usize) {
    let before = segments.iter().find_map(|segment| match segment {
        Segment::Array(rows) => Some(rows.outline().shape[1..].to_vec()),
        Segment::InMemory(_) | Segment::Ragged(_) | Segment::Files(_) | Segment::Fill { .. } => None,
    });
    for segment in segments {
        if let Segment::Fill { axes, samples, .. } = segment {
            *samples = missing;
            before.iter().for_each(|before| axes.clone_from(before));
        }
    }
}

fn differ(column: &Column<'_>, samples: usize, first: &str, expected: usize, segments: &[Segment]) -> DataError {
    let name = column.name;
    let message = format!("`{first}` and `{name}` have different numbers of samples");
    let error = DataError::new(Code::SamplesDiffer, message)
        .expected(format!("{}, as `{first}` has", counted(expected)))
        .found(format!("{} in `{name}`", counted(samples)));
    let row = |n: usize| match segments {
        [Segment::Array(rows)] => rows.outline().shape == [1, n],
        _ => false,
    };
    // What is to be learned is not made up.
    let error = if expected > 1 && row(expected) {
        error.help(format!(
            "an array of [1, {expected}] is one sample of {expected} numbers: save it as a column, [{expected}, 1] (in MATLAB `x(:)`, in NumPy `x.T`)"
        ))
    } else if samples < expected && column.kind.is_none() {
        error.help(
            "a sample is one row of every modality and target, in the same order; for rows that a file does not have, write `+ fill(0)`",
        )
    } else {
        error.help("a sample is one row of every modality and target, in the same order")
    };
    match segments {
        [Segment::Array(rows)] => rows.outline().table(0, 0, Vec::<f32>::new()).blame(error),
        _ => error,
    }
}

fn no_count(spec: &DataSpec) -> DataError {
    DataError::new(Code::SamplesDiffer, format!("nothing says how many samples dataset `{}` has", spec.name))
        .found("`fill` in every modality and target")
        .help("`fill` makes as many samples as others have more: leave it out of one of them")
}
