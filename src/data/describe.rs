//! What `mhm data FILE` prints of a dataset: shapes and statistics of its modalities, sizes and classes of its splits.

use super::array::{Array, Target};
use super::dataset::Dataset;
use super::error::DataError;
use super::groups::Group;
use super::load::load;
use super::nearness::{Share, shares};
use super::spec::DataSpec;
use crate::builtin::{Asked, Presence, TargetKind};
use crate::id::SampleId;
use crate::seed::Seed;
use crate::split::SplitName;
use std::fmt;

/// Counts of more classes than this are printed as their range.
const SHOWN: usize = 40;

/// A dataset in a few numbers.
#[derive(Clone, Debug, PartialEq)]
pub struct Description {
    pub name: String,
    pub modalities: Vec<ModalityDescription>,
    pub targets: Vec<TargetDescription>,
    pub groups: Vec<GroupDescription>,
    pub splits: Vec<SplitDescription>,
    /// Of splits that are drawn by groups.
    pub shares: Vec<Share>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct ModalityDescription {
    pub name: String,
    pub shape: Vec<usize>,
    /// Of the training split, after transforms.
    pub statistics: Statistics,
}

#[derive(Clone, Debug, PartialEq)]
pub struct TargetDescription {
    pub name: String,
    pub kind: TargetKind,
}

#[derive(Clone, Debug, PartialEq)]
pub struct GroupDescription {
    pub name: String,
    /// Whether drawn splits and folds keep its samples together.
    pub kept: bool,
    pub groups: Vec<OfGroup>,
}

/// Name, samples, the splits that have some, and how often each class of the first target that has one a sample occurs.
pub type OfGroup = (String, usize, Vec<String>, Option<Vec<usize>>);

#[derive(Clone, Debug, PartialEq)]
pub struct SplitDescription {
    pub name: String,
    pub samples: usize,
    /// In the order of the targets.
    pub targets: Vec<TargetSummary>,
    /// Of modalities that may be missing: samples that lack them, and those that lack some of their steps.
    pub lacking: Vec<Lacking>,
}

/// How often a modality is missing in a split.
#[derive(Clone, Debug, PartialEq)]
pub struct Lacking {
    pub modality: String,
    /// Samples without it.
    pub samples: usize,
    /// Samples that have some of its steps, and not all.
    pub partly: usize,
}

/// One target's values in one split.
#[derive(Clone, Debug, PartialEq)]
pub enum TargetSummary {
    /// How often each class occurs, as a sample, a step or an event (for several classes at once: how often it is 1).
    Counts(Vec<usize>),
    Numbers(Statistics),
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Statistics {
    pub mean: f64,
    /// Of the population.
    pub deviation: f64,
    pub min: f32,
    pub max: f32,
}

/// Loads a dataset and describes it.
///
/// # Errors
/// Those of [`load`].
pub fn describe(spec: &DataSpec, seed: Seed) -> Result<Description, DataError> {
    let spec = spec.clone().asks_all();
    Description::of(&spec, &load(&spec, seed)?)
}

impl Description {
    /// Of a loaded dataset; splits in the order of `spec`. Without a split `train`, statistics are of all samples.
    ///
    /// # Errors
    /// Where samples that are read from a file cannot be.
    pub fn of(spec: &DataSpec, dataset: &Dataset) -> Result<Self, DataError> {
        let all: Vec<SampleId> = SampleId::of(0..dataset.samples).collect();
        let train = dataset.split(&SplitName::TRAIN).unwrap_or(&all);
        let own = dataset.modalities.iter().filter(|array| Asked::read(&array.name).is_none());
        let modalities = own.map(|array| {
            let answer = |presence| dataset.answer(&array.name, presence);
            let there = answer(Presence::Steps).or_else(|| answer(Presence::Sample));
            let statistics = Statistics::of_array(array, there, train)?;
            Ok(ModalityDescription { name: array.name.clone(), shape: array.axes.clone(), statistics })
        });
        let targets = dataset.targets.iter().map(|t| TargetDescription { name: t.name.clone(), kind: t.kind.clone() });
        let splits = spec.splits.iter().filter_map(|split| {
            let ids = dataset.split(&split.name)?;
            let targets = dataset.targets.iter().map(|target| TargetSummary::of(target, ids)).collect();
            let lacking = dataset.modalities.iter().filter_map(|array| Lacking::of(dataset, &array.name, ids));
            let lacking = lacking.collect::<Result<_, DataError>>();
            let name = split.name.to_string();
            Some(lacking.map(|lacking| SplitDescription { name, samples: ids.len(), targets, lacking }))
        });
        Ok(Self {
            name: dataset.name.clone(),
            modalities: modalities.collect::<Result<_, DataError>>()?,
            targets: targets.collect(),
            groups: dataset.groups.iter().map(|group| GroupDescription::of(group, dataset)).collect(),
            splits: splits.collect::<Result<_, DataError>>()?,
            shares: shares(spec, dataset),
        })
    }
}

impl GroupDescription {
    fn of(group: &Group, dataset: &Dataset) -> Self {
        let all: Vec<SampleId> = SampleId::of(0..dataset.samples).collect();
        let target = dataset.targets.iter().find(|target| target.kind.is_one_class());
        let each = group.among(&all).into_iter().map(|(place, ids)| {
            let has = |(_, split): &(&SplitName, &Vec<SampleId>)| ids.iter().any(|id| split.binary_search(id).is_ok());
            let splits = dataset.splits.iter().filter(has).map(|(name, _)| name.to_string()).collect();
            let classes = target.and_then(|target| target.classes(&ids));
            (group.names[place as usize].clone(), ids.len(), splits, classes)
        });
        Self { name: group.name.clone(), kept: group.kept, groups: each.collect() }
    }
}

impl fmt::Display for GroupDescription {
    /// How many, then a line each.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sizes = || self.groups.iter().map(|(_, samples, ..)| *samples);
        let (low, high) = (sizes().min().unwrap_or(0), sizes().max().unwrap_or(0));
        let kept = if self.kept { "" } else { ", not kept together" };
        writeln!(f, "{} of {low} to {high} samples{kept}", self.groups.len())?;
        let wide = self.groups.iter().map(|(name, ..)| name.chars().count()).max().unwrap_or(0);
        for (name, samples, splits, classes) in self.groups.iter().take(SHOWN) {
            let classes = classes.as_ref().filter(|counts| counts.len() <= SHOWN);
            let classes = classes.map_or(String::new(), |counts| format!("  {counts:?}"));
            writeln!(f, "    {name:wide$}  {samples} samples  {}{classes}", splits.join(" "))?;
        }
        match self.groups.len().saturating_sub(SHOWN) {
            0 => Ok(()),
            more => writeln!(f, "    and {more} more"),
        }
    }
}

impl Statistics {
    /// Of these samples of a modality, where it is there.
    fn of_array(array: &Array, there: Option<&Array>, ids: &[SampleId]) -> Result<Self, DataError> {
        let mut real = vec![];
        if let Some(there) = there {
            there.gather(ids, &mut real)?;
        }
        let each = |take: &mut dyn FnMut(f32)| {
            let mut answers = real.chunks(there.map_or(1, Array::width));
            array.each(ids, &mut |sample| match answers.next() {
                Some(answers) => {
                    let steps = sample.chunks(sample.len() / answers.len().max(1)).zip(answers);
                    steps.filter(|(_, real)| **real != 0.0).flat_map(|(step, _)| step).for_each(|v| take(*v));
                }
                None => sample.iter().for_each(|v| take(*v)),
            })
        };
        let (mut n, mut sum, mut min, mut max) = (0.0, 0.0, f32::INFINITY, f32::NEG_INFINITY);
        each(&mut |value| {
            (n, sum) = (n + 1.0, sum + f64::from(value));
            (min, max) = (min.min(value), max.max(value));
        })?;
        let n = f64::max(n, 1.0);
        let (mean, mut square) = (sum / n, 0.0);
        each(&mut |value| square += (f64::from(value) - mean).powi(2))?;
        Ok(Self { mean, deviation: (square / n).sqrt(), min, max })
    }

    /// Of these samples of a target.
    fn of(target: &Target, ids: &[SampleId]) -> Self {
        let mut values = vec![];
        target.gather(ids, &mut values);
        let n = values.len().max(1) as f64;
        let mean = values.iter().map(|v| f64::from(*v)).sum::<f64>() / n;
        let variance = values.iter().map(|v| (f64::from(*v) - mean).powi(2)).sum::<f64>() / n;
        let (min, max) = values.iter().fold((f32::INFINITY, f32::NEG_INFINITY), |(l, h), v| (l.min(*v), h.max(*v)));
        Self { mean, deviation: variance.sqrt(), min, max }
    }
}

impl Lacking {
    /// Of a modality that may be missing.
    fn of(dataset: &Dataset, modality: &str, ids: &[SampleId]) -> Option<Result<Self, DataError>> {
        let there = dataset.available(modality)?;
        let steps = dataset.answer(modality, Presence::Steps);
        let count = || {
            let (mut samples, mut partly) = (0, 0);
            there.each(ids, &mut |sample| samples += usize::from(sample.contains(&0.0)))?;
            if let Some(steps) = steps {
                steps.each(ids, &mut |sample| partly += usize::from(sample.contains(&0.0) && sample.contains(&1.0)))?;
            }
            Ok(Self { modality: modality.into(), samples, partly })
        };
        Some(count())
    }
}

impl TargetSummary {
    fn of(target: &Target, ids: &[SampleId]) -> Self {
        target.classes(ids).map_or_else(|| Self::Numbers(Statistics::of(target, ids)), Self::Counts)
    }
}

impl fmt::Display for Statistics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { mean, deviation, min, max } = self;
        // No "-0.0000": adding zero takes the sign off a rounded zero.
        let mean = (mean * 1e4).round() / 1e4 + 0.0;
        write!(f, "mean {mean:9.4}  sd {deviation:9.4}  min {min:9.4}  max {max:9.4}")
    }
}

impl fmt::Display for Description {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "dataset {}", self.name)?;
        let shapes = self.modalities.iter().map(|m| format!("{:?}", m.shape));
        let shapes: Vec<String> = shapes.chain(self.targets.iter().map(|t| t.kind.to_string())).collect();
        let names = self.modalities.iter().map(|m| &m.name).chain(self.targets.iter().map(|t| &t.name));
        let names = names.chain(self.splits.iter().map(|s| &s.name)).map(|n| n.chars().count()).max().unwrap_or(0);
        let wide = shapes.iter().map(|s| s.chars().count()).max().unwrap_or(0);
        for (modality, shape) in self.modalities.iter().zip(&shapes) {
            writeln!(f, "  modality {:names$}  {shape:wide$}  {}", modality.name, modality.statistics)?;
        }
        for target in &self.targets {
            writeln!(f, "  target   {:names$}  {}", target.name, target.kind)?;
        }
        for group in &self.groups {
            write!(f, "  group    {:names$}  {group}", group.name)?;
        }
        for split in &self.splits {
            write!(f, "  split    {:names$}  {} samples", split.name, split.samples)?;
            for (target, summary) in self.targets.iter().zip(&split.targets) {
                match summary {
                    TargetSummary::Counts(counts) if counts.len() <= SHOWN && !target.kind.names().is_empty() => {
                        let named = counts.iter().enumerate().map(|(i, n)| format!("{} {n}", target.kind.name_of(i)));
                        write!(f, "  {}: {}", target.name, named.collect::<Vec<_>>().join(", "))?;
                    }
                    TargetSummary::Counts(counts) if counts.len() <= SHOWN => {
                        write!(f, "  {} {counts:?}", target.name)?
                    }
                    TargetSummary::Counts(counts) => {
                        let (low, high) = (counts.iter().min().unwrap_or(&0), counts.iter().max().unwrap_or(&0));
                        write!(f, "  {}: {} classes, {low} to {high} each", target.name, counts.len())?;
                    }
                    TargetSummary::Numbers(statistics) => write!(f, "  {} {statistics}", target.name)?,
                }
            }
            for Lacking { modality, samples, partly } in &split.lacking {
                write!(f, "  without {modality} {samples}")?;
                if *partly > 0 {
                    write!(f, " and {partly} in part")?;
                }
            }
            writeln!(f)?;
        }
        self.shares.iter().try_for_each(|share| writeln!(f, "  {share}"))
    }
}
