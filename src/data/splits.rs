//! Which samples belong to which split: ids drawn, listed or ranged over the samples that are shared out.

use super::error::{Code, DataError};
use super::lists::{self, Listed};
use super::shards::{Shard, ShardKind, kind_of, twice};
use super::spec::{DataSpec, SplitSpec};
use super::table::counted;
use crate::builtin::dataset::SplitRule;
use crate::id::SampleId;
use crate::seed::{Seed, Stream};
use crate::split::SplitName;
use std::collections::BTreeMap;

/// Ids of every split, ascending. `classes` by id, where a target says them. An error comes with the number of its split.
///
/// Rows and listed rows are taken first, then random shares in the order of the description (all from the stream `split`),
/// then the rest.
pub fn assign(
    spec: &DataSpec,
    shards: &[Shard],
    classes: Option<&[f32]>,
    seed: Seed,
) -> Result<BTreeMap<SplitName, Vec<SampleId>>, (usize, DataError)> {
    let base = shards.iter().find(|p| p.kind == ShardKind::Base).map_or(0..0, |p| p.ids.clone());
    let mut pool = Pool { taken: vec![None; base.len()], stream: seed.stream("split") };
    let mut ids: Vec<Vec<SampleId>> = spec.splits.iter().map(|_| vec![]).collect();
    let rules = || spec.splits.iter().enumerate().flat_map(|(i, s)| s.rule.parts().iter().map(move |r| (i, s, r)));
    for turn in [Turn::Listed, Turn::Drawn, Turn::Left] {
        for (i, split, rule) in rules().filter(|(_, _, rule)| turn_of(rule) == turn) {
            let fault = |error| (i, error);
            let found = match rule {
                SplitRule::Rows { start, end } if *end > base.len() => {
                    return Err(fault(beyond(split, *start, *end, base.len())));
                }
                SplitRule::Rows { start, end } => {
                    let rows = (*start..*end).map(|row| Listed { row: row as u32, place: rule.to_string() });
                    pool.take_listed(spec, i, rows).map_err(fault)?
                }
                SplitRule::Indices { files, array } => {
                    let mut rows = vec![];
                    for file in files {
                        rows.extend(lists::indices(spec, file, array.as_deref(), base.len()).map_err(fault)?);
                    }
                    pool.take_listed(spec, i, rows.into_iter()).map_err(fault)?
                }
                SplitRule::Random { share, stratified: true } => pool.draw(i, *share, classes),
                SplitRule::Random { share, stratified: false } => pool.draw(i, *share, None),
                SplitRule::Rest => pool.take(i, pool.free()),
                SplitRule::Key(_) | SplitRule::Names { .. } | SplitRule::Fresh { .. } | SplitRule::Union(_) => {
                    own_shard(shards, split, rule)
                }
            };
            ids[i].extend(found);
        }
    }
    let mut splits = BTreeMap::new();
    for (i, (split, mut ids)) in spec.splits.iter().zip(ids).enumerate() {
        if ids.is_empty() {
            return Err((i, empty(split, base.len())));
        }
        ids.sort_unstable();
        splits.insert(split.name.clone(), ids);
    }
    Ok(splits)
}

/// When a rule takes its samples.
#[derive(Clone, Copy, PartialEq)]
enum Turn {
    Listed,
    Drawn,
    Left,
}

fn turn_of(rule: &SplitRule) -> Turn {
    match rule {
        SplitRule::Rows { .. } | SplitRule::Indices { .. } => Turn::Listed,
        SplitRule::Random { .. } => Turn::Drawn,
        SplitRule::Rest
        | SplitRule::Key(_)
        | SplitRule::Names { .. }
        | SplitRule::Fresh { .. }
        | SplitRule::Union(_) => Turn::Left,
    }
}

fn own_shard(shards: &[Shard], split: &SplitSpec, rule: &SplitRule) -> Vec<SampleId> {
    let kind = kind_of(split, rule);
    let shard = shards.iter().find(|shard| shard.kind == kind).expect("`shards` has one for every rule");
    SampleId::of(shard.ids.clone()).collect()
}

/// The samples of the base, and by which split and where each is taken. Their ids begin at 0.
struct Pool {
    taken: Vec<Option<(usize, Box<str>)>>,
    stream: Stream,
}

impl Pool {
    fn free(&self) -> Vec<SampleId> {
        SampleId::of(0..self.taken.len()).filter(|id| self.taken[id.row()].is_none()).collect()
    }

    fn take(&mut self, split: usize, ids: Vec<SampleId>) -> Vec<SampleId> {
        for id in &ids {
            self.taken[id.row()] = Some((split, "".into()));
        }
        ids
    }

    /// Rows that a text or a file names; none may be taken twice.
    fn take_listed(
        &mut self,
        spec: &DataSpec,
        split: usize,
        rows: impl Iterator<Item = Listed>,
    ) -> Result<Vec<SampleId>, DataError> {
        let mut ids = vec![];
        for Listed { row, place } in rows {
            if let Some((other, first)) = &self.taken[row as usize] {
                let (name, other) = (&spec.splits[split].name, &spec.splits[*other].name);
                return Err(twice(&row.to_string(), name, &place, other, first));
            }
            self.taken[row as usize] = Some((split, place.into()));
            ids.push(SampleId(row));
        }
        Ok(ids)
    }

    /// A share of every class's samples (of all samples without classes), as far as they are free.
    fn draw(&mut self, split: usize, share: f64, classes: Option<&[f32]>) -> Vec<SampleId> {
        let class = |id: SampleId| classes.map_or(0, |classes| classes[id.row()] as u32);
        let mut sizes: BTreeMap<u32, usize> = BTreeMap::new();
        for id in SampleId::of(0..self.taken.len()) {
            *sizes.entry(class(id)).or_default() += 1;
        }
        let mut free: BTreeMap<u32, Vec<SampleId>> = BTreeMap::new();
        for id in self.free() {
            free.entry(class(id)).or_default().push(id);
        }
        let mut drawn = vec![];
        for (class, mut ids) in free {
            self.stream.shuffle(&mut ids);
            ids.truncate((share * sizes[&class] as f64).round() as usize);
            drawn.append(&mut ids);
        }
        drawn.sort_unstable();
        self.take(split, drawn)
    }
}

fn beyond(split: &SplitSpec, start: usize, end: usize, samples: usize) -> DataError {
    DataError::new(Code::RowsBeyondEnd, format!("split `{}` has rows that the files do not have", split.name))
        .expected(format!("rows from 0 to {samples}"))
        .found(format!("rows({start}, {end})"))
        .help(format!("end it at {samples}"))
}

fn empty(split: &SplitSpec, samples: usize) -> DataError {
    let error = DataError::new(Code::EmptySplit, format!("split `{}` has no samples", split.name));
    if samples == 0 && !matches!(split.rule, SplitRule::Key(_) | SplitRule::Names { .. }) {
        return error.found("files without a sample");
    }
    match &split.rule {
        SplitRule::Rest => error
            .found("the other splits take every sample")
            .help("give `random` a smaller share, or leave this split out"),
        SplitRule::Random { share, .. } => {
            error.found(format!("a share of {share} of {}, as far as earlier splits left them", counted(samples)))
        }
        SplitRule::Indices { .. } | SplitRule::Names { .. } => error.found("a list without entries"),
        SplitRule::Key(_) | SplitRule::Rows { .. } | SplitRule::Fresh { .. } | SplitRule::Union(_) => {
            error.found("arrays without rows")
        }
    }
}
