//! Which samples belong to which split: parts that are read together, and ids drawn or ranged over them.

use super::error::DataError;
use super::{DataSpec, SplitSpec};
use crate::builtin::dataset::SplitRule;
use crate::seed::{Seed, Stream};
use std::collections::BTreeMap;
use std::ops::Range;

/// Samples read or generated together, and their ids once they are.
#[derive(Debug)]
pub struct Part {
    pub kind: PartKind,
    pub ids: Range<usize>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PartKind {
    /// What `random`, `rest` and `rows` share out.
    Base,
    /// Arrays and files with this key in their names.
    Key(String),
    /// New points of the generator for this split.
    Fresh { split: String, samples: usize },
}

/// The base first, then the parts that are a split of their own, in the order of the description.
pub fn parts(spec: &DataSpec) -> Vec<Part> {
    let base = spec.splits.iter().any(|split| part_of(split) == PartKind::Base).then_some(PartKind::Base);
    let own = spec.splits.iter().map(part_of).filter(|kind| *kind != PartKind::Base);
    base.into_iter().chain(own).map(|kind| Part { kind, ids: 0..0 }).collect()
}

fn part_of(split: &SplitSpec) -> PartKind {
    match &split.rule {
        SplitRule::Key(key) => PartKind::Key(key.clone()),
        SplitRule::Fresh { samples } => PartKind::Fresh { split: split.name.clone(), samples: *samples },
        SplitRule::Random { .. } | SplitRule::Rest | SplitRule::Rows { .. } => PartKind::Base,
    }
}

/// Ids of every split, ascending. `classes` by id, where a target says them.
///
/// Rows are taken first, then random shares in the order of the description (all from the stream `split`), then the
/// rest.
pub fn assign(
    spec: &DataSpec,
    parts: &[Part],
    classes: Option<&[f32]>,
    seed: Seed,
) -> Result<BTreeMap<String, Vec<u32>>, DataError> {
    let base = parts.iter().find(|p| p.kind == PartKind::Base).map_or(0..0, |p| p.ids.clone());
    let mut pool = Pool { taken: vec![false; base.len()], stream: seed.stream("split") };
    let mut splits = BTreeMap::new();
    let in_turn = |turn: fn(&SplitRule) -> bool| spec.splits.iter().filter(move |s| turn(&s.rule));
    let rows = in_turn(|rule| matches!(rule, SplitRule::Rows { .. }));
    let random = in_turn(|rule| matches!(rule, SplitRule::Random { .. }));
    let others = in_turn(|rule| !matches!(rule, SplitRule::Rows { .. } | SplitRule::Random { .. }));
    for split in rows.chain(random).chain(others) {
        let ids = match &split.rule {
            SplitRule::Rows { start, end } if *end > base.len() => return Err(beyond(split, *start, *end, base.len())),
            SplitRule::Rows { start, end } => pool.take((*start as u32..*end as u32).collect()),
            SplitRule::Random { share, stratified: true } => pool.draw(*share, classes),
            SplitRule::Random { share, stratified: false } => pool.draw(*share, None),
            SplitRule::Rest => pool.take(pool.free()),
            SplitRule::Key(_) | SplitRule::Fresh { .. } => own_part(parts, split),
        };
        if ids.is_empty() {
            return Err(empty(split, base.len()));
        }
        splits.insert(split.name.clone(), ids);
    }
    Ok(splits)
}

fn own_part(parts: &[Part], split: &SplitSpec) -> Vec<u32> {
    let kind = part_of(split);
    let part = parts.iter().find(|part| part.kind == kind).expect("`parts` has one for every split");
    (part.ids.start as u32..part.ids.end as u32).collect()
}

/// The samples of the base and which of them are taken. Their ids begin at 0.
struct Pool {
    taken: Vec<bool>,
    stream: Stream,
}

impl Pool {
    fn free(&self) -> Vec<u32> {
        (0..).zip(&self.taken).filter(|(_, taken)| !**taken).map(|(id, _)| id).collect()
    }

    fn take(&mut self, ids: Vec<u32>) -> Vec<u32> {
        for id in &ids {
            self.taken[*id as usize] = true;
        }
        ids
    }

    /// A share of every class's samples (of all samples without classes), as far as they are free.
    fn draw(&mut self, share: f64, classes: Option<&[f32]>) -> Vec<u32> {
        let class = |id: u32| classes.map_or(0, |classes| classes[id as usize] as u32);
        let mut sizes: BTreeMap<u32, usize> = BTreeMap::new();
        for id in 0..self.taken.len() as u32 {
            *sizes.entry(class(id)).or_default() += 1;
        }
        let mut free: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
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
        self.take(drawn)
    }
}

fn beyond(split: &SplitSpec, start: usize, end: usize, samples: usize) -> DataError {
    DataError::new("mhm::rows-beyond-end", format!("split `{}` has rows that the files do not have", split.name))
        .expected(format!("rows from 0 to {samples}"))
        .found(format!("rows({start}, {end})"))
        .help(format!("end it at {samples}"))
}

fn empty(split: &SplitSpec, samples: usize) -> DataError {
    let error = DataError::new("mhm::empty-split", format!("split `{}` has no samples", split.name));
    match split.rule {
        SplitRule::Rest => error
            .found("the other splits take every sample")
            .help("give `random` a smaller share, or leave this split out"),
        SplitRule::Random { share, .. } => {
            error.found(format!("a share of {share} of {samples} samples, as far as earlier splits left them"))
        }
        SplitRule::Key(_) | SplitRule::Rows { .. } | SplitRule::Fresh { .. } => error.found("arrays without rows"),
    }
}
