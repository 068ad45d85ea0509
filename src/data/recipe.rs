//! The samples of one modality or target as they are had: read from where they lie and prepared one by one, whenever they
//! are wanted. Owns the order of preparations; formats read, rows of `builtin` prepare.

use super::error::{DataError, overflowed};
use super::segment::Segment;
use super::standardize::{Learned, Moments, Standard};
use super::table::Table;
use crate::builtin::dataset::{Draw, Preparation, Redraws, Transform};
use crate::id::SampleId;
use crate::seed::Seed;
use prepare::prepared;
use std::sync::Arc;

mod headers;
mod memory;
mod prepare;

pub use memory::Needs;

/// How samples are drawn whose preparation draws.
#[derive(Clone, Copy, Debug)]
pub enum Draws<'d> {
    /// Not at all, as for evaluation.
    Even,
    /// For this step of training: which steps of sample `id` from the stream `draw/PHASE/STEP/ID`, the same for all modalities,
    /// and what is done to its numbers from `draw/PHASE/STEP/ID/MODALITY`.
    Step { seed: Seed, phase: &'d str, step: u64 },
}

/// Where the samples lie, and what is done to each.
#[derive(Clone, Debug)]
pub struct Recipe {
    pub name: String,
    /// Axes of one sample in the end.
    pub declared: Vec<usize>,
    /// Along the samples.
    pub segments: Vec<Segment>,
    /// Of a target of class ids.
    pub is_class: bool,
    /// Before it was held.
    was_rounded: bool,
    steps: Vec<Step>,
}

#[derive(Clone, Debug)]
enum Step {
    Each(Arc<dyn Preparation>),
    /// With the mask of real steps.
    Standard(Arc<Standard>, Option<Mask>),
}

/// Which steps of every sample are there: a modality of ones and zeros that another one is standardized by.
#[derive(Clone, Debug)]
pub struct Mask {
    pub name: String,
    /// Of one sample.
    pub steps: usize,
    pub values: MaskValues,
}

#[derive(Clone, Debug)]
pub enum MaskValues {
    /// Of all samples, in memory.
    Kept(Arc<Vec<f32>>),
    /// Drawn as the samples are that it is the mask of.
    Drawn(Arc<Recipe>),
}

impl Mask {
    /// Of so many samples from this one.
    fn read(&self, first: SampleId, samples: usize, draws: Draws<'_>) -> Result<Vec<f32>, DataError> {
        match &self.values {
            MaskValues::Kept(values) => Ok(values[first.row() * self.steps..][..samples * self.steps].to_vec()),
            MaskValues::Drawn(recipe) => {
                let ids: Vec<SampleId> = run(first, samples).collect();
                let mut values = vec![];
                recipe.read(&ids, draws, &mut |table| {
                    table.fits_floats()?;
                    values.extend(table.values.single());
                    Ok(())
                })?;
                Ok(values)
            }
        }
    }
}

/// So many samples from this one on.
fn run(first: SampleId, samples: usize) -> impl Iterator<Item = SampleId> {
    SampleId::of(first.row()..first.row() + samples)
}

/// Numbers read at a time.
const AT_ONCE: usize = 1 << 20;

impl Recipe {
    pub fn new(name: &str, declared: Vec<usize>, segments: Vec<Segment>) -> Self {
        Self { name: name.into(), declared, segments, is_class: false, was_rounded: false, steps: vec![] }
    }

    pub fn samples(&self) -> usize {
        self.segments.iter().map(|segment| segment.samples()).sum()
    }

    /// Adds a preparation of every sample alone.
    pub fn then(&mut self, preparation: Arc<dyn Preparation>) {
        self.steps.push(Step::Each(preparation));
    }

    /// Standardizes with the statistics of these samples as they are prepared so far; all axes before the last are pooled with
    /// them. With a mask, of the steps where it is not 0.
    pub fn learn(&mut self, train: &[SampleId], mask: Option<Mask>) -> Result<Learned, DataError> {
        let width = self.declared.iter().product::<usize>().max(1);
        let features = self.declared.last().copied().unwrap_or(1);
        let mut moments = Moments::of(features);
        let mut ids = train.iter();
        self.read(train, Draws::Even, &mut |table| {
            table.is_finite()?;
            let samples = table.samples();
            let values = table.values.double();
            for (sample, id) in values.chunks(width).zip(ids.by_ref()).take(samples) {
                let Some(mask) = &mask else {
                    sample.chunks(features).for_each(|row| moments.add(row));
                    continue;
                };
                let mask = mask.read(*id, 1, Draws::Even)?;
                for (step, _) in sample.chunks(width / mask.len()).zip(&mask).filter(|(_, real)| **real != 0.0) {
                    step.chunks(features).for_each(|row| moments.add(row));
                }
            }
            Ok(())
        })?;
        // What computing leaves of a constant.
        let tolerance = if self.is_rounded() { 16.0 * f64::EPSILON } else { 0.0 };
        let learned = moments.learned(&self.name, tolerance)?;
        self.standardize(learned.0.clone(), mask);
        Ok(learned)
    }

    /// Standardizes by these numbers.
    pub fn standardize(&mut self, standard: Standard, mask: Option<Mask>) {
        self.steps.push(Step::Standard(Arc::new(standard), mask));
    }

    /// Whether training sees other values of a sample every time.
    pub fn is_random(&self) -> bool {
        self.steps.iter().any(|step| match step {
            Step::Each(preparation) => preparation.redraws() != Redraws::Nothing,
            Step::Standard(..) => false,
        })
    }

    /// Whether something was computed on the way.
    pub fn is_rounded(&self) -> bool {
        self.was_rounded
            || self.steps.iter().any(|step| match step {
                Step::Each(preparation) => match preparation.transform() {
                    Transform::Each(work) => work.is_rounded(),
                    Transform::Standardize { .. } => true,
                },
                Step::Standard(..) => true,
            })
    }

    /// Gives these samples in runs of neighbours, in their order, prepared.
    pub fn read(
        &self,
        ids: &[SampleId],
        draws: Draws<'_>,
        take: &mut dyn FnMut(Table) -> Result<(), DataError>,
    ) -> Result<(), DataError> {
        let mut rest = ids;
        while let Some(&first) = rest.first() {
            let (segment, start) = self.segment(first.row());
            let most = segment.at_once(AT_ONCE).min(start + segment.samples() - first.row());
            let run = (1..most.min(rest.len())).take_while(|i| rest[*i].row() == first.row() + i).count() + 1;
            let row = first.row() - start;
            let table = segment.read(row..row + run)?;
            take(self.prepare(table, first, draws)?)?;
            rest = &rest[run..];
        }
        Ok(())
    }

    /// The segment that has a sample, and the number of its first one.
    fn segment(&self, id: usize) -> (&Segment, usize) {
        let mut start = 0;
        for segment in &self.segments {
            if id < start + segment.samples() {
                return (segment, start);
            }
            start += segment.samples();
        }
        panic!("sample {id} of {start} in `{}`", self.name)
    }

    /// A run of samples through every step; `first` is the id of the first.
    fn prepare(&self, mut table: Table, first: SampleId, draws: Draws<'_>) -> Result<Table, DataError> {
        let drawn = |of: &str| -> Vec<Draw> {
            match draws {
                Draws::Step { seed, phase, step } if self.is_random() => run(first, table.samples())
                    .map(|id| Draw::Random(Box::new(seed.stream(&format!("draw/{phase}/{step}/{id}{of}")))))
                    .collect(),
                Draws::Step { .. } | Draws::Even => vec![],
            }
        };
        let (mut steps, mut values) = (drawn(""), drawn(&format!("/{}", self.name)));
        let mut real: Option<Vec<f32>> = None;
        for step in &self.steps {
            match step {
                Step::Each(preparation) if preparation.redraws() == Redraws::Values => {
                    let Draws::Step { .. } = draws else { continue };
                    let before = real.is_some().then(|| table.clone());
                    table = prepared(preparation.as_ref(), table, &self.declared, &mut values)?;
                    if let (Some(before), Some(real)) = (before, &real) {
                        table.keep_padding(&before, real);
                    }
                }
                Step::Each(preparation) => {
                    table = prepared(preparation.as_ref(), table, &self.declared, &mut steps)?;
                }
                Step::Standard(standard, mask) => {
                    table.is_finite()?;
                    let mask = mask.as_ref().map(|mask| mask.read(first, table.samples(), draws)).transpose()?;
                    let mut values = table.values.double();
                    standard.apply(&mut values, mask.as_deref());
                    if values.iter().any(|value| (*value as f32).is_infinite()) {
                        return Err(overflowed(&self.name));
                    }
                    table.values = values.into();
                    real = mask;
                }
            }
        }
        Ok(table)
    }
}
