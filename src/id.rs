//! What samples, modules, their replicas and their weights are called within the program: an index with a type that says of what. Owns no
//! readable name; those are the graph's.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::ops::Range;

/// A sample of a dataset, by its row among all samples.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SampleId(pub u32);

impl SampleId {
    /// The sample in this row.
    ///
    /// # Panics
    /// Beyond 2³² rows: no dataset has so many.
    pub fn at(row: usize) -> Self {
        Self(u32::try_from(row).expect("a dataset has fewer rows"))
    }

    /// The samples in these rows.
    pub fn of(rows: Range<usize>) -> impl Iterator<Item = Self> {
        rows.map(Self::at)
    }

    /// Its row.
    pub fn row(self) -> usize {
        self.0 as usize
    }
}

impl fmt::Display for SampleId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A part of cross-validation: "part 2 of 5".
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Part {
    /// From 1.
    pub number: usize,
    pub of: usize,
    /// Whether it is the same for every seed, as a group is.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub fixed: bool,
}

impl Part {
    /// Its place among the parts, from 0.
    pub fn place(self) -> usize {
        self.number.saturating_sub(1)
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "part {} of {}", self.number, self.of)
    }
}

/// A module of a network, by its place in the network's order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ModuleId(pub usize);

impl ModuleId {
    /// This replica of it.
    pub fn replica(self, number: usize) -> ReplicaId {
        ReplicaId { module: self, number }
    }
}

/// A replica of a module.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(from = "(ModuleId, usize)", into = "(ModuleId, usize)")]
pub struct ReplicaId {
    pub module: ModuleId,
    /// Among the replicas of its module.
    pub number: usize,
}

impl ReplicaId {
    /// This weight of it.
    pub fn weight(self, index: usize) -> WeightId {
        WeightId { replica: self, index }
    }
}

impl From<(ModuleId, usize)> for ReplicaId {
    fn from((module, number): (ModuleId, usize)) -> Self {
        Self { module, number }
    }
}

impl From<ReplicaId> for (ModuleId, usize) {
    fn from(ReplicaId { module, number }: ReplicaId) -> Self {
        (module, number)
    }
}

/// A weight or a running statistic of a replica.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct WeightId {
    pub replica: ReplicaId,
    /// Among the weights of its module.
    pub index: usize,
}

/// An optimizer of a run, in the order of their first use.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct OptimizerId(pub usize);

/// The replica of every module that a forward pass runs through, by module.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Route(Vec<usize>);

impl Route {
    /// The first replica of so many modules.
    pub fn first(modules: usize) -> Self {
        Self(vec![0; modules])
    }

    /// The replica of a module.
    pub fn of(&self, module: ModuleId) -> ReplicaId {
        module.replica(self.0[module.0])
    }

    /// Runs through this replica of its module from now on.
    pub fn set(&mut self, replica: ReplicaId) {
        self.0[replica.module.0] = replica.number;
    }

    /// Every replica that it runs through, in the order of the modules.
    pub fn replicas(&self) -> impl Iterator<Item = ReplicaId> {
        self.0.iter().enumerate().map(|(module, number)| ModuleId(module).replica(*number))
    }

    /// How many modules it has a replica of.
    pub fn modules(&self) -> usize {
        self.0.len()
    }
}

/// `0, 2`: the number of every module's replica.
impl fmt::Display for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let numbers: Vec<String> = self.0.iter().map(usize::to_string).collect();
        f.write_str(&numbers.join(", "))
    }
}

/// One number a module.
impl FromIterator<usize> for Route {
    fn from_iter<I: IntoIterator<Item = usize>>(numbers: I) -> Self {
        Self(numbers.into_iter().collect())
    }
}

/// Samples for tests.
#[cfg(test)]
pub fn sample_ids<const N: usize>(ids: [u32; N]) -> [SampleId; N] {
    ids.map(SampleId)
}
