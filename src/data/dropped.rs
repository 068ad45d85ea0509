//! Samples that are left out of a dataset, because a modality, target or group says `drop` and has no value for them.

use super::categories;
use super::error::{Code, DataError};
use super::joined::Lacking;
use super::segment::Segment;
use super::shards::Shard;
use super::spec::{Column, DataSpec, Member};
use crate::builtin::dataset::{Drops, Preparation, Transform};
use std::sync::Arc;

/// Numbers read at a time.
const AT_ONCE: usize = 1 << 20;

/// What of these preparations leaves samples out: those that stand first.
pub fn drops(transforms: &[Arc<dyn Preparation>]) -> impl Iterator<Item = &dyn Drops> {
    transforms.iter().map_while(|preparation| match preparation.transform() {
        Transform::Drop(drops) => Some(drops),
        Transform::Each(_) | Transform::Standardize { .. } | Transform::Missing(_) | Transform::Offsets => None,
    })
}

/// Whether anything leaves samples out.
pub fn any(spec: &DataSpec, columns: &[Column<'_>]) -> bool {
    let groups = spec.groups.iter().map(|group| group.transforms.as_slice());
    columns.iter().map(|column| column.transforms).chain(groups).any(|all| drops(all).next().is_some())
}

/// The rows of a shard that stay, of so many; nothing where all do.
///
/// # Errors
/// A file cannot be read, or no row stays.
pub fn kept(
    spec: &DataSpec,
    (shard, samples): (&Shard, usize),
    columns: &[Column<'_>],
    found: &[Result<Vec<Segment>, DataError>],
) -> Result<Option<Vec<usize>>, (Member, DataError)> {
    let mut stays = vec![true; samples];
    for (column, found) in columns.iter().zip(found) {
        let all: Vec<&dyn Drops> = drops(column.transforms).collect();
        // What cannot be read, or has other samples, was said.
        let Ok(segments) = found else { continue };
        if !all.is_empty() && segments.iter().map(Segment::samples).sum::<usize>() == samples {
            by_numbers(&all, segments, &mut stays).map_err(|error| (column.member, error))?;
        }
    }
    for (i, group) in spec.groups.iter().enumerate() {
        let all: Vec<&dyn Drops> = drops(&group.transforms).collect();
        if all.is_empty() {
            continue;
        }
        let texts = categories::of_shard(spec, &group.sources, Lacking::of(&group.transforms), shard)
            .map_err(|error| (Member::Group(i), error))?;
        for (stays, text) in stays.iter_mut().zip(texts.iter()) {
            *stays &= !all.iter().any(|drops| drops.leaves_out_text(text));
        }
    }
    let kept: Vec<usize> = (0..samples).filter(|row| stays[*row]).collect();
    if kept.len() == samples {
        return Ok(None);
    }
    if kept.is_empty() {
        let of = shard.kind.key().map_or(format!("dataset `{}`", spec.name), |key| format!("key `{key}`"));
        let message = format!("no sample of {of} is left");
        let error = DataError::new(Code::EmptySplit, message).found(format!("`drop` leaves out all {samples}"));
        return Err((Member::Dataset, error.help("is what stands for a missing value the one of these files?")));
    }
    Ok(Some(kept))
}

fn by_numbers(all: &[&dyn Drops], segments: &[Segment], stays: &mut [bool]) -> Result<(), DataError> {
    let mut begin = 0;
    for segment in segments {
        let samples = segment.samples();
        let absent: Vec<bool> = segment.files().iter().map(|file| !file.is_there()).collect();
        let step = segment.at_once(AT_ONCE);
        for first in (0..samples).step_by(step) {
            let end = samples.min(first + step);
            if absent.get(first) == Some(&true) {
                stays[begin + first] = false;
                continue;
            }
            let table = segment.read(first..end)?;
            let width = table.shape[1..].iter().product::<usize>();
            let values = table.values.double();
            for (row, stays) in stays[begin + first..begin + end].iter_mut().enumerate() {
                let sample = &values[row * width..(row + 1) * width];
                *stays &= !all.iter().any(|drops| drops.leaves_out(sample));
            }
        }
        begin += samples;
    }
    Ok(())
}

/// These rows of what lies in segments one after another.
pub fn chosen(segments: Vec<Segment>, rows: &[usize]) -> Vec<Segment> {
    let mut begin = 0;
    let of = |segment: Segment| {
        let end = begin + segment.samples();
        let own = &rows[rows.partition_point(|row| *row < begin)..rows.partition_point(|row| *row < end)];
        let own: Vec<usize> = own.iter().map(|row| row - begin).collect();
        begin = end;
        segment.chosen(own)
    };
    segments.into_iter().map(of).collect()
}
