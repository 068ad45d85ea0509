//! The samples of one modality or target as they are had: read from where they lie and prepared one by one, whenever they
//! are wanted. Owns the order of preparations; formats read, rows of `builtin` prepare.

use super::error::{DataError, overflowed};
use super::segment::Segment;
use super::standardize::{Learned, Moments, Standard};
use super::table::Table;
use crate::builtin::dataset::{Draw, Preparation, Redraws, Transform, is_void};
use crate::id::SampleId;
use crate::seed::Seed;
use prepare::prepared;
use std::sync::Arc;

mod headers;
mod marks;
mod memory;
mod prepare;

pub use marks::unsaid;
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
    /// The same of the modality that is asked about, where this is the answer.
    pub own: Vec<usize>,
    /// Along the samples.
    pub segments: Vec<Segment>,
    /// Of a target of class ids.
    pub is_class: bool,
    /// The number of what has no class, in such a target.
    pub ignored: Option<f64>,
    /// Before it was held.
    was_rounded: bool,
    was_marked: bool,
    steps: Vec<Step>,
}

#[derive(Clone, Debug)]
enum Step {
    Each(Arc<dyn Preparation>),
    /// With the mask of real steps.
    Standard(Arc<Standard>, Option<Mask>),
    /// Marks what is missing, with the mask of what is not.
    Missing(Arc<dyn Preparation>, Option<Mask>),
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
        let own = declared.clone();
        Self {
            name: name.into(),
            declared,
            own,
            segments,
            is_class: false,
            ignored: None,
            was_rounded: false,
            was_marked: false,
            steps: vec![],
        }
    }

    pub fn samples(&self) -> usize {
        self.segments.iter().map(|segment| segment.samples()).sum()
    }

    /// Adds a preparation of every sample alone.
    pub fn then(&mut self, preparation: Arc<dyn Preparation>) {
        self.steps.push(Step::Each(preparation));
    }

    /// Marks what is missing.
    pub fn miss(&mut self, preparation: Arc<dyn Preparation>, mask: Option<Mask>) {
        self.steps.push(Step::Missing(preparation, mask));
    }

    /// Whether steps may be marked as missing.
    pub fn is_marked(&self) -> bool {
        self.was_marked || self.steps.iter().any(|step| matches!(step, Step::Missing(..)))
    }

    /// Standardizes with the statistics of these samples as they are prepared so far; all axes before the last are pooled with
    /// them. With a mask, of the steps where it is not 0.
    pub fn learn(&mut self, train: &[SampleId], mask: Option<Mask>) -> Result<Learned, DataError> {
        let width = self.declared.iter().product::<usize>().max(1);
        let features = self.declared.last().copied().unwrap_or(1);
        let mut moments = Moments::of(features);
        let mut ids = train.iter();
        let marked = self.is_marked();
        let mut add = |step: &[f64]| {
            step.chunks(features).filter(|row| !(marked && is_void(row))).for_each(|row| moments.add(row));
        };
        self.read_marked(train, Draws::Even, &mut |table| {
            match marked {
                true => self.is_finite(&table)?,
                false => table.is_finite().map_err(|error| unsaid(&table, error))?,
            }
            let samples = table.samples();
            let values = table.values.double();
            for (sample, id) in values.chunks(width).zip(ids.by_ref()).take(samples) {
                let Some(mask) = &mask else {
                    add(sample);
                    continue;
                };
                let mask = mask.read(*id, 1, Draws::Even)?;
                let steps = sample.chunks(width / mask.len()).zip(&mask);
                steps.filter(|(_, real)| **real != 0.0).for_each(|(step, _)| add(step));
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
            Step::Standard(..) | Step::Missing(..) => false,
        })
    }

    /// Whether something was computed on the way.
    pub fn is_rounded(&self) -> bool {
        self.was_rounded
            || self.steps.iter().any(|step| match step {
                Step::Each(preparation) => match preparation.transform() {
                    Transform::Each(work) => work.is_rounded(),
                    Transform::Standardize { .. } => true,
                    Transform::Missing(_) | Transform::Drop(_) | Transform::Offsets => false,
                },
                Step::Standard(..) => true,
                Step::Missing(..) => false,
            })
    }

    /// Gives these samples in runs of neighbours, in their order, prepared.
    pub fn read(
        &self,
        ids: &[SampleId],
        draws: Draws<'_>,
        take: &mut dyn FnMut(Table) -> Result<(), DataError>,
    ) -> Result<(), DataError> {
        self.read_marked(ids, draws, &mut |table| take(self.settled(table)?))
    }

    /// The same, what is missing being marked.
    fn read_marked(
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
        let mut marked = self.was_marked;
        for step in &self.steps {
            match step {
                Step::Each(preparation) if preparation.redraws() == Redraws::Values => {
                    let Draws::Step { .. } = draws else { continue };
                    let before = real.is_some().then(|| table.clone());
                    table = match marked {
                        true => self.prepared_marked(preparation.as_ref(), table, &mut values)?,
                        false => prepared(preparation.as_ref(), table, &self.own, &mut values)?,
                    };
                    if let (Some(before), Some(real)) = (before, &real) {
                        table.keep_padding(&before, real);
                    }
                }
                Step::Each(preparation) => {
                    let filled = self.filled(preparation.as_ref(), &table, &steps)?;
                    table = match marked {
                        true => self.prepared_marked(preparation.as_ref(), table, &mut steps)?,
                        false => prepared(preparation.as_ref(), table, &self.own, &mut steps)?,
                    };
                    self.without_class(preparation.as_ref(), &mut table, &filled)?;
                }
                Step::Missing(preparation, mask) => {
                    if let Transform::Missing(marks) = preparation.transform() {
                        if !marked {
                            self.none_stray(marks, &table)?;
                        }
                        table = self.mark(marks, mask.as_ref(), table, (first, draws))?;
                    }
                    marked = true;
                }
                Step::Standard(standard, mask) => {
                    match marked {
                        true => self.is_finite(&table)?,
                        false => table.is_finite().map_err(|error| unsaid(&table, error))?,
                    }
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
