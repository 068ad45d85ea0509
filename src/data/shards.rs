//! Samples that are read or generated together: those that splits share out, and those of one split.

use super::error::{Code, DataError};
use super::lists;
use super::spec::{DataSpec, SplitSpec};
use crate::builtin::dataset::SplitRule;
use crate::split::SplitName;
use std::collections::BTreeMap;
use std::ops::Range;

/// Samples read or generated together, and their ids once they are.
#[derive(Clone, Debug)]
pub struct Shard {
    pub kind: ShardKind,
    /// Of the samples, where a file names them.
    pub names: Vec<String>,
    /// Rows that its files have.
    pub rows: usize,
    /// Those of them that are samples, where some are left out.
    pub kept: Option<Vec<usize>>,
    pub ids: Range<usize>,
}

impl Shard {
    fn of(kind: ShardKind, names: Vec<String>) -> Self {
        Self { kind, names, rows: 0, kept: None, ids: 0..0 }
    }

    /// Of these values, one a row of its files, those of its samples.
    pub fn of_samples<T: Clone>(&self, rows: Vec<T>) -> Vec<T> {
        match &self.kept {
            Some(kept) => kept.iter().filter_map(|row| rows.get(*row).cloned()).collect(),
            None => rows,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ShardKind {
    /// What `random`, `rest`, `rows` and `indices` share out.
    Base,
    /// Arrays and files with this key in their names.
    Key(String),
    /// Samples that a file names, with what stands for `{split}`.
    Names { file: String, key: Option<String> },
    /// New points of the generator for this split.
    Fresh { split: SplitName, samples: usize },
}

impl ShardKind {
    /// What stands for `{split}`.
    pub fn key(&self) -> Option<&str> {
        match self {
            ShardKind::Key(key) => Some(key),
            ShardKind::Names { key, .. } => key.as_deref(),
            ShardKind::Base | ShardKind::Fresh { .. } => None,
        }
    }

    /// The file that names the samples.
    pub fn names(&self) -> Option<&str> {
        match self {
            ShardKind::Names { file, .. } => Some(file),
            ShardKind::Base | ShardKind::Key(_) | ShardKind::Fresh { .. } => None,
        }
    }
}

/// The base first, then the shards that are of one split, in the order of the description; names are read. An error comes
/// with the number of its split.
pub fn shards(spec: &DataSpec) -> Result<Vec<Shard>, (usize, DataError)> {
    let rules = || spec.splits.iter().enumerate().flat_map(|(i, s)| s.rule.parts().iter().map(move |r| (i, s, r)));
    let mut shards = vec![];
    if rules().any(|(_, split, rule)| kind_of(split, rule) == ShardKind::Base) {
        shards.push(Shard::of(ShardKind::Base, vec![]));
    }
    let mut seen: BTreeMap<String, (&str, String)> = BTreeMap::new();
    for (i, split, rule) in rules() {
        let kind = kind_of(split, rule);
        if kind == ShardKind::Base {
            continue;
        }
        let names = kind.names().map_or(Ok(vec![]), |file| lists::names(spec, file)).map_err(|error| (i, error))?;
        for (line, name) in names.iter().enumerate() {
            if let Some((other, first)) = seen.insert(name.clone(), (&split.name, place(rule, line))) {
                return Err((i, twice(&format!("`{name}`"), &split.name, &place(rule, line), other, &first)));
            }
        }
        shards.push(Shard::of(kind, names));
    }
    Ok(shards)
}

pub fn kind_of(split: &SplitSpec, rule: &SplitRule) -> ShardKind {
    match rule {
        SplitRule::Key { key, .. } => ShardKind::Key(key.clone()),
        SplitRule::Names { file, key, .. } => ShardKind::Names { file: file.clone(), key: key.clone() },
        SplitRule::Fresh { samples } => ShardKind::Fresh { split: split.name.clone(), samples: *samples },
        SplitRule::Random { .. }
        | SplitRule::Rest
        | SplitRule::Rows { .. }
        | SplitRule::Indices { .. }
        | SplitRule::Where(_)
        | SplitRule::Part { .. }
        | SplitRule::Union(_) => ShardKind::Base,
    }
}

/// "line 3 of `test.txt`".
fn place(rule: &SplitRule, line: usize) -> String {
    rule.names().map_or_else(|| rule.to_string(), |(file, _)| format!("name {} of `{file}`", line + 1))
}

/// A sample that is named twice, in two splits or in one.
pub fn twice(sample: &str, split: &str, at: &str, other: &str, first: &str) -> DataError {
    let found = format!("{at}, and {first}");
    if split == other {
        return DataError::new(Code::SampleTwice, format!("split `{split}` has sample {sample} twice"))
            .found(found)
            .help("a sample is in its split once: remove one of the two");
    }
    DataError::new(Code::SampleInTwoSplits, format!("sample {sample} is in the splits `{other}` and `{split}`"))
        .found(format!("`{split}`: {at}; `{other}`: {first}"))
        .help("what is learned on one split would be tested on the same sample: take it out of one of them")
}
