//! Which samples belong to which split: parts that are read together, and ids drawn, listed or ranged over them.

use super::error::DataError;
use super::lists::{self, Listed};
use super::table::counted;
use super::{DataSpec, SplitSpec};
use crate::builtin::dataset::SplitRule;
use crate::seed::{Seed, Stream};
use std::collections::BTreeMap;
use std::ops::Range;

/// Samples read or generated together, and their ids once they are.
#[derive(Debug)]
pub struct Part {
    pub kind: PartKind,
    /// Of the samples, where a file names them.
    pub names: Vec<String>,
    pub ids: Range<usize>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PartKind {
    /// What `random`, `rest`, `rows` and `indices` share out.
    Base,
    /// Arrays and files with this key in their names.
    Key(String),
    /// Samples that a file names, with what stands for `{split}`.
    Names { file: String, key: Option<String> },
    /// New points of the generator for this split.
    Fresh { split: String, samples: usize },
}

impl PartKind {
    /// What stands for `{split}`.
    pub fn key(&self) -> Option<&str> {
        match self {
            PartKind::Key(key) => Some(key),
            PartKind::Names { key, .. } => key.as_deref(),
            PartKind::Base | PartKind::Fresh { .. } => None,
        }
    }

    /// The file that names the samples.
    pub fn names(&self) -> Option<&str> {
        match self {
            PartKind::Names { file, .. } => Some(file),
            PartKind::Base | PartKind::Key(_) | PartKind::Fresh { .. } => None,
        }
    }
}

/// The base first, then the parts that are of one split, in the order of the description; names are read. An error comes
/// with the number of its split.
pub fn parts(spec: &DataSpec) -> Result<Vec<Part>, (usize, DataError)> {
    let rules = || spec.splits.iter().enumerate().flat_map(|(i, s)| s.rule.parts().iter().map(move |r| (i, s, r)));
    let mut parts = vec![];
    if rules().any(|(_, split, rule)| part_of(split, rule) == PartKind::Base) {
        parts.push(Part { kind: PartKind::Base, names: vec![], ids: 0..0 });
    }
    let mut seen: BTreeMap<String, (&str, String)> = BTreeMap::new();
    for (i, split, rule) in rules() {
        let kind = part_of(split, rule);
        if kind == PartKind::Base {
            continue;
        }
        let names = kind.names().map_or(Ok(vec![]), |file| lists::names(spec, file)).map_err(|error| (i, error))?;
        for (line, name) in names.iter().enumerate() {
            if let Some((other, first)) = seen.insert(name.clone(), (&split.name, place(rule, line))) {
                return Err((i, twice(&format!("`{name}`"), &split.name, &place(rule, line), other, &first)));
            }
        }
        parts.push(Part { kind, names, ids: 0..0 });
    }
    Ok(parts)
}

fn part_of(split: &SplitSpec, rule: &SplitRule) -> PartKind {
    match rule {
        SplitRule::Key(key) => PartKind::Key(key.clone()),
        SplitRule::Names { file, key } => PartKind::Names { file: file.clone(), key: key.clone() },
        SplitRule::Fresh { samples } => PartKind::Fresh { split: split.name.clone(), samples: *samples },
        SplitRule::Random { .. }
        | SplitRule::Rest
        | SplitRule::Rows { .. }
        | SplitRule::Indices { .. }
        | SplitRule::Union(_) => PartKind::Base,
    }
}

/// Ids of every split, ascending. `classes` by id, where a target says them. An error comes with the number of its split.
///
/// Rows and listed rows are taken first, then random shares in the order of the description (all from the stream `split`),
/// then the rest.
pub fn assign(
    spec: &DataSpec,
    parts: &[Part],
    classes: Option<&[f32]>,
    seed: Seed,
) -> Result<BTreeMap<String, Vec<u32>>, (usize, DataError)> {
    let base = parts.iter().find(|p| p.kind == PartKind::Base).map_or(0..0, |p| p.ids.clone());
    let mut pool = Pool { taken: vec![None; base.len()], stream: seed.stream("split") };
    let mut ids: Vec<Vec<u32>> = spec.splits.iter().map(|_| vec![]).collect();
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
                    own_part(parts, split, rule)
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

fn own_part(parts: &[Part], split: &SplitSpec, rule: &SplitRule) -> Vec<u32> {
    let kind = part_of(split, rule);
    let part = parts.iter().find(|part| part.kind == kind).expect("`parts` has one for every rule");
    (part.ids.start as u32..part.ids.end as u32).collect()
}

/// The samples of the base, and by which split and where each is taken. Their ids begin at 0.
struct Pool {
    taken: Vec<Option<(usize, Box<str>)>>,
    stream: Stream,
}

impl Pool {
    fn free(&self) -> Vec<u32> {
        (0..).zip(&self.taken).filter(|(_, taken)| taken.is_none()).map(|(id, _)| id).collect()
    }

    fn take(&mut self, split: usize, ids: Vec<u32>) -> Vec<u32> {
        for id in &ids {
            self.taken[*id as usize] = Some((split, "".into()));
        }
        ids
    }

    /// Rows that a text or a file names; none may be taken twice.
    fn take_listed(
        &mut self,
        spec: &DataSpec,
        split: usize,
        rows: impl Iterator<Item = Listed>,
    ) -> Result<Vec<u32>, DataError> {
        let mut ids = vec![];
        for Listed { row, place } in rows {
            if let Some((other, first)) = &self.taken[row as usize] {
                let (name, other) = (&spec.splits[split].name, &spec.splits[*other].name);
                return Err(twice(&row.to_string(), name, &place, other, first));
            }
            self.taken[row as usize] = Some((split, place.into()));
            ids.push(row);
        }
        Ok(ids)
    }

    /// A share of every class's samples (of all samples without classes), as far as they are free.
    fn draw(&mut self, split: usize, share: f64, classes: Option<&[f32]>) -> Vec<u32> {
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
        self.take(split, drawn)
    }
}

/// "line 3 of `test.txt`".
fn place(rule: &SplitRule, line: usize) -> String {
    match rule {
        SplitRule::Names { file, .. } => format!("name {} of `{file}`", line + 1),
        SplitRule::Key(_)
        | SplitRule::Random { .. }
        | SplitRule::Rest
        | SplitRule::Rows { .. }
        | SplitRule::Indices { .. }
        | SplitRule::Fresh { .. }
        | SplitRule::Union(_) => rule.to_string(),
    }
}

/// A sample that is named twice, in two splits or in one.
fn twice(sample: &str, split: &str, at: &str, other: &str, first: &str) -> DataError {
    let found = format!("{at}, and {first}");
    if split == other {
        return DataError::new("mhm::sample-twice", format!("split `{split}` has sample {sample} twice"))
            .found(found)
            .help("a sample is in its split once: remove one of the two");
    }
    DataError::new("mhm::sample-in-two-splits", format!("sample {sample} is in the splits `{other}` and `{split}`"))
        .found(format!("`{split}`: {at}; `{other}`: {first}"))
        .help("what is learned on one split would be tested on the same sample: take it out of one of them")
}

fn beyond(split: &SplitSpec, start: usize, end: usize, samples: usize) -> DataError {
    DataError::new("mhm::rows-beyond-end", format!("split `{}` has rows that the files do not have", split.name))
        .expected(format!("rows from 0 to {samples}"))
        .found(format!("rows({start}, {end})"))
        .help(format!("end it at {samples}"))
}

fn empty(split: &SplitSpec, samples: usize) -> DataError {
    let error = DataError::new("mhm::empty-split", format!("split `{}` has no samples", split.name));
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
