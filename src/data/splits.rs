//! Which samples belong to which split: ids drawn, listed or ranged over the samples that are shared out.

mod crossed;
mod together;

use super::error::{Code, DataError};
use super::groups::{Group, Parts};
use super::lists::{self, Listed};
use super::shards::{Shard, ShardKind, kind_of, twice};
use super::spec::{DataSpec, SplitSpec};
use super::table::counted;
use crate::builtin::dataset::{Kept, Portion, SplitRule};
use crate::id::SampleId;
use crate::seed::{Seed, Stream};
use crate::split::SplitName;
use crossed::Round;
use std::collections::BTreeMap;

/// What is known of samples before they are shared out.
#[derive(Clone, Copy, Debug)]
pub struct Known<'k> {
    /// By id, where a target says them.
    pub classes: Option<&'k [f32]>,
    pub groups: &'k [Group],
}

/// Ids of every split, ascending. An error comes with the number of its split.
///
/// The part of cross-validation is taken before all others, by the stream `cross`. Rows, listed rows and those of named groups are taken first, then random shares in the order of the description (all from the
/// stream `split`), then the rest.
pub fn assign(
    spec: &DataSpec,
    shards: &[Shard],
    known: Known<'_>,
    seed: Seed,
) -> Result<BTreeMap<SplitName, Vec<SampleId>>, (usize, DataError)> {
    let mut sharing = Sharing::new(spec, shards, known, seed);
    let mut ids: Vec<Vec<SampleId>> = spec.splits.iter().map(|_| vec![]).collect();
    let round = Round::of(&sharing);
    if let Some(round) = &round {
        let part = round.part(&mut sharing).map_err(|error| (round.split, error))?;
        ids[round.split] = sharing.pool.take(round.split, part);
        sharing.pool.round = Some(round.split);
    }
    for turn in [Turn::Listed, Turn::Drawn, Turn::Left] {
        for (i, split) in spec.splits.iter().enumerate() {
            for rule in split.rule.parts().iter().filter(|rule| turn_of(rule) == turn) {
                ids[i].extend(sharing.take(i, rule).map_err(|error| (i, error))?);
            }
        }
    }
    if let Some(round) = &round
        && let Some((train, left)) = round.left(&mut sharing).map_err(|error| (round.split, error))?
    {
        ids[train].extend(left);
    }
    let samples = sharing.pool.taken.len();
    let mut splits = BTreeMap::new();
    for (i, (split, mut ids)) in spec.splits.iter().zip(ids).enumerate() {
        if ids.is_empty() {
            return Err((i, empty(split, samples)));
        }
        ids.sort_unstable();
        splits.insert(split.name.clone(), ids);
    }
    Ok(splits)
}

/// What the parts of cross-validation are called where they are groups.
///
/// # Errors
/// A list of rows cannot be read.
pub fn parts(spec: &DataSpec, shards: &[Shard], known: Known<'_>, seed: Seed) -> Result<Vec<String>, DataError> {
    crossed::names(&mut Sharing::new(spec, shards, known, seed))
}

/// Samples on their way into splits.
struct Sharing<'s> {
    spec: &'s DataSpec,
    shards: &'s [Shard],
    known: Known<'s>,
    seed: Seed,
    pool: Pool,
}

impl<'s> Sharing<'s> {
    fn new(spec: &'s DataSpec, shards: &'s [Shard], known: Known<'s>, seed: Seed) -> Self {
        let base = shards.iter().find(|p| p.kind == ShardKind::Base);
        let taken = vec![None; base.map_or(0, |base| base.ids.len())];
        let kept = base.and_then(|base| base.kept.clone());
        let pool = Pool { taken, kept, round: None, stream: seed.stream("split") };
        Self { spec, shards, known, seed, pool }
    }

    /// Rows that the files of the base have.
    fn rows(&self) -> usize {
        self.shards.iter().find(|p| p.kind == ShardKind::Base).map_or(0, |base| base.rows)
    }

    /// The rows that a rule of split `i` lists, as far as they are samples.
    fn listed(&self, i: usize, rule: &SplitRule) -> Result<Vec<Listed>, DataError> {
        let (split, samples) = (&self.spec.splits[i], self.rows());
        let placed = |rows: &mut dyn Iterator<Item = usize>| {
            rows.map(|row| Listed { row: row as u32, place: rule.to_string() }).collect::<Vec<_>>()
        };
        let mut listed = match rule {
            SplitRule::Rows { start, end } if *end > samples => Err(beyond(split, *start, *end, samples)),
            SplitRule::Rows { start, end } => Ok(placed(&mut (*start..*end))),
            SplitRule::Where(conditions) => {
                let ids = together::chosen(self.known.groups, conditions, self.pool.taken.len())?;
                Ok(placed(&mut ids.into_iter().map(|id| self.pool.row(id))))
            }
            SplitRule::Indices { files, array } => {
                let lists = files.iter().map(|file| lists::indices(self.spec, file, array.as_deref(), samples));
                Ok(lists.collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect())
            }
            SplitRule::Random { .. }
            | SplitRule::Rest
            | SplitRule::Key { .. }
            | SplitRule::Names { .. }
            | SplitRule::Fresh { .. }
            | SplitRule::Part { .. }
            | SplitRule::Union(_) => Ok(vec![]),
        }?;
        listed.retain(|listed| self.pool.id(listed.row).is_some());
        Ok(listed)
    }

    /// The samples that a rule of split `i` takes.
    fn take(&mut self, i: usize, rule: &SplitRule) -> Result<Vec<SampleId>, DataError> {
        match rule {
            SplitRule::Rows { .. } | SplitRule::Where(_) | SplitRule::Indices { .. } => {
                let rows = self.listed(i, rule)?;
                self.pool.take_listed(self.spec, i, rows.into_iter())
            }
            SplitRule::Random { share, stratified, kept } => {
                let classes = self.known.classes.filter(|_| *stratified);
                self.draw(i, (*share, classes), kept)
            }
            SplitRule::Rest => Ok(self.pool.take(i, self.pool.free())),
            // Taken before all others.
            SplitRule::Part { .. } => Ok(vec![]),
            SplitRule::Key { .. } | SplitRule::Names { .. } | SplitRule::Fresh { .. } | SplitRule::Union(_) => {
                let ids = own_shard(self.shards, &self.spec.splits[i], rule);
                Ok(match rule.only() {
                    Some(only) => self.portion(&self.spec.splits[i].name, &ids, only),
                    None => ids,
                })
            }
        }
    }

    /// Some of the samples of a split, from a stream of its own. Of one seed, smaller portions are parts of larger ones.
    fn portion(&self, split: &SplitName, ids: &[SampleId], only: Portion) -> Vec<SampleId> {
        let mut stream = self.seed.stream(&format!("portion/{split}"));
        drawn(&mut stream, ids, ids, (only.share, self.known.classes.filter(|_| only.stratified)))
    }

    /// A random share for split `i`.
    fn draw(&mut self, i: usize, (share, classes): Share<'_>, kept: &Kept) -> Result<Vec<SampleId>, DataError> {
        let Some(parts) = Parts::of(together::kept(self.known.groups, kept)) else {
            return Ok(self.pool.draw(i, (share, classes)));
        };
        // What is drawn later, and the rest, need a part each.
        let rules = self.spec.splits.iter().enumerate().flat_map(|(j, s)| s.rule.parts().iter().map(move |r| (j, r)));
        let later = rules.filter(|(j, rule)| match rule {
            SplitRule::Random { .. } => *j > i,
            rule => **rule == SplitRule::Rest,
        });
        let (all, leaves) = (self.pool.taken.len(), later.count());
        let free = self.pool.free();
        let drawn =
            together::draw(&parts, &free, together::Wanted { all, share, classes, leaves }, &mut self.pool.stream);
        let drawn = drawn.map_err(|there| together::too_few(self.spec, i, there, leaves + 1))?;
        Ok(self.pool.take(i, drawn))
    }
}

/// How much is wanted, and the classes of which it is to be the same.
type Share<'c> = (f64, Option<&'c [f32]>);

/// When a rule takes its samples.
#[derive(Clone, Copy, PartialEq)]
enum Turn {
    Listed,
    Drawn,
    Left,
}

fn turn_of(rule: &SplitRule) -> Turn {
    match rule {
        SplitRule::Rows { .. } | SplitRule::Indices { .. } | SplitRule::Where(_) => Turn::Listed,
        SplitRule::Random { .. } => Turn::Drawn,
        SplitRule::Rest
        | SplitRule::Key { .. }
        | SplitRule::Names { .. }
        | SplitRule::Fresh { .. }
        | SplitRule::Part { .. }
        | SplitRule::Union(_) => Turn::Left,
    }
}

/// The samples of the shard that a rule has to itself.
pub(super) fn own_shard(shards: &[Shard], split: &SplitSpec, rule: &SplitRule) -> Vec<SampleId> {
    let kind = kind_of(split, rule);
    let shard = shards.iter().find(|shard| shard.kind == kind).expect("`shards` has one for every rule");
    SampleId::of(shard.ids.clone()).collect()
}

/// The samples of the base, and by which split and where each is taken. Their ids begin at 0.
struct Pool {
    taken: Vec<Option<(usize, Box<str>)>>,
    /// The rows of the files that they are, where some are left out.
    kept: Option<Vec<usize>>,
    /// The split that goes round, and has what others list.
    round: Option<usize>,
    stream: Stream,
}

impl Pool {
    /// The sample that is this row of the files.
    fn id(&self, row: u32) -> Option<SampleId> {
        match &self.kept {
            Some(kept) => kept.binary_search(&(row as usize)).ok().map(SampleId::at),
            None => Some(SampleId(row)),
        }
    }

    /// The row of the files that is this sample.
    fn row(&self, id: usize) -> usize {
        self.kept.as_ref().map_or(id, |kept| kept[id])
    }

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
            let Some(id) = self.id(row) else { continue };
            if let Some((other, first)) = &self.taken[id.row()] {
                if self.round == Some(*other) {
                    continue;
                }
                let (name, other) = (&spec.splits[split].name, &spec.splits[*other].name);
                return Err(twice(&row.to_string(), name, &place, other, first));
            }
            self.taken[id.row()] = Some((split, place.into()));
            ids.push(id);
        }
        Ok(ids)
    }

    /// A share of every class's samples (of all samples without classes), as far as they are free.
    fn draw(&mut self, split: usize, share: Share<'_>) -> Vec<SampleId> {
        let (all, free): (Vec<SampleId>, _) = (SampleId::of(0..self.taken.len()).collect(), self.free());
        let drawn = drawn(&mut self.stream, &all, &free, share);
        self.take(split, drawn)
    }
}

/// Samples by chance of those that are `free`: of every class this share of its samples among `all`; ascending.
fn drawn(stream: &mut Stream, all: &[SampleId], free: &[SampleId], (share, classes): Share<'_>) -> Vec<SampleId> {
    let by_class = |ids: &[SampleId]| {
        let mut found: BTreeMap<u32, Vec<SampleId>> = BTreeMap::new();
        for id in ids {
            let class = classes.map_or(0, |classes| classes[id.row()] as u32);
            found.entry(class).or_default().push(*id);
        }
        found
    };
    let sizes = by_class(all);
    let mut drawn = vec![];
    for (class, mut ids) in by_class(free) {
        stream.shuffle(&mut ids);
        ids.truncate((share * sizes[&class].len() as f64).round() as usize);
        drawn.append(&mut ids);
    }
    drawn.sort_unstable();
    drawn
}

fn beyond(split: &SplitSpec, start: usize, end: usize, samples: usize) -> DataError {
    DataError::new(Code::RowsBeyondEnd, format!("split `{}` has rows that the files do not have", split.name))
        .expected(format!("rows from 0 to {samples}"))
        .found(format!("rows({start}, {end})"))
        .help(format!("end it at {samples}"))
}

fn empty(split: &SplitSpec, samples: usize) -> DataError {
    let error = DataError::new(Code::EmptySplit, format!("split `{}` has no samples", split.name));
    if samples == 0 && !matches!(split.rule, SplitRule::Key { .. } | SplitRule::Names { .. }) {
        return error.found("files without a sample");
    }
    match &split.rule {
        SplitRule::Rest => error
            .found("the other splits take every sample")
            .help("give `random` a smaller share, or leave this split out"),
        SplitRule::Random { share, .. } => {
            error.found(format!("a share of {share} of {}, as far as earlier splits left them", counted(samples)))
        }
        SplitRule::Names { only: Some(Portion { share, .. }), .. } => {
            error.found(format!("a share of {share} of the samples that the list names"))
        }
        SplitRule::Indices { .. } | SplitRule::Names { .. } => error.found("a list without entries"),
        SplitRule::Where(_) => error.found("no sample of which all of it holds"),
        SplitRule::Key { only: Some(Portion { share, .. }), .. } => {
            error.found(format!("a share of {share} of its samples"))
        }
        SplitRule::Key { .. }
        | SplitRule::Rows { .. }
        | SplitRule::Fresh { .. }
        | SplitRule::Part { .. }
        | SplitRule::Union(_) => error.found("arrays without rows"),
    }
}
