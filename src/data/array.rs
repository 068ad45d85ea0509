//! Modalities and targets of a dataset, and batches of their samples. Owns what is kept in memory and what is read when it
//! is wanted; how a sample is read and prepared is `recipe.rs`.

use super::error::DataError;
use super::file::explained;
use super::recipe::{Draws, Mask, MaskValues, Recipe};
use crate::builtin::TargetKind;
use crate::builtin::events::Stored;
use crate::id::SampleId;
use std::sync::Arc;

/// One modality of every sample.
#[derive(Clone, Debug)]
pub struct Array {
    pub name: String,
    /// Axes of one sample.
    pub axes: Vec<usize>,
    /// `samples × elements`, row-major, all finite: of the first samples, as many as are kept.
    pub values: Vec<f32>,
    /// How the others are had; `None` where all are kept.
    pub later: Option<Arc<Recipe>>,
}

/// One target of every sample.
#[derive(Clone, Debug, PartialEq)]
pub struct Target {
    pub name: String,
    pub kind: TargetKind,
    /// `samples × elements of the kind's shape`, row-major: class ids in `0..classes`, 0 or 1 each, or finite numbers.
    pub values: Vec<f32>,
}

/// Arrays are equal that hold the same; of what is read later, only the very same is.
impl PartialEq for Array {
    fn eq(&self, other: &Self) -> bool {
        let later = match (&self.later, &other.later) {
            (Some(a), Some(b)) => Arc::ptr_eq(a, b),
            (None, None) => true,
            (Some(_), None) | (None, Some(_)) => false,
        };
        later && self.name == other.name && self.axes == other.axes && self.values == other.values
    }
}

impl Array {
    /// An array all of whose samples are kept.
    pub fn kept(name: impl Into<String>, axes: &[usize], values: Vec<f32>) -> Self {
        Self { name: name.into(), axes: axes.to_vec(), values, later: None }
    }

    /// Elements of one sample.
    pub fn width(&self) -> usize {
        self.axes.iter().product()
    }

    /// Writes these samples, as evaluation sees them, into `batch` (`ids × elements`), reusing its memory.
    ///
    /// # Errors
    /// Where a file that samples are read from was changed or taken away.
    pub fn gather(&self, ids: &[SampleId], batch: &mut Vec<f32>) -> Result<(), DataError> {
        batch.clear();
        batch.resize(ids.len() * self.width(), 0.0);
        self.write(ids, Draws::Even, batch)
    }

    /// Writes these samples into `batch` (`ids × elements`).
    ///
    /// # Errors
    /// Those of [`Array::gather`].
    pub fn write(&self, ids: &[SampleId], draws: Draws<'_>, batch: &mut [f32]) -> Result<(), DataError> {
        let width = self.width().max(1);
        let kept = self.values.len() / width;
        let mut rest = vec![];
        let mut places = vec![];
        for (place, &id) in ids.iter().enumerate() {
            match self.values.get(id.row() * width..(id.row() + 1) * width) {
                Some(sample) => batch[place * width..][..width].copy_from_slice(sample),
                None => {
                    rest.push(id);
                    places.push(place);
                }
            }
        }
        let Some(recipe) = &self.later else {
            assert!(rest.is_empty(), "sample {:?} of {kept} in `{}`", rest.first(), self.name);
            return Ok(());
        };
        let mut places = places.into_iter();
        let read = recipe.read(&rest, draws, &mut |table| {
            table.fits_floats()?;
            let samples = table.samples();
            let values = table.values.single();
            for (place, sample) in places.by_ref().zip(values.chunks(width)).take(samples) {
                batch[place * width..][..width].copy_from_slice(sample);
            }
            Ok(())
        });
        read.map_err(explained)
    }

    /// What others are standardized by.
    pub fn mask(&self) -> Mask {
        let values = match &self.later {
            Some(recipe) => MaskValues::Drawn(recipe.clone()),
            None => MaskValues::Kept(Arc::new(self.values.clone())),
        };
        Mask { name: self.name.clone(), steps: self.width(), values }
    }

    /// Gives these samples one after another, as evaluation sees them.
    ///
    /// # Errors
    /// Those of [`Array::gather`].
    pub fn each(&self, ids: &[SampleId], take: &mut dyn FnMut(&[f32])) -> Result<(), DataError> {
        const BATCH: usize = 64;
        let mut batch = vec![];
        for ids in ids.chunks(BATCH) {
            self.gather(ids, &mut batch)?;
            batch.chunks(self.width().max(1)).for_each(&mut *take);
        }
        Ok(())
    }
}

impl Target {
    /// How often each class occurs among these samples, as a sample, a step or an event (of several at once: how often it is 1);
    /// `None` of numbers.
    pub fn classes(&self, ids: &[SampleId]) -> Option<Vec<usize>> {
        let width = self.width();
        let rows = ids.iter().map(|id| &self.values[id.row() * width..][..width]);
        let (TargetKind::Class { classes, .. } | TargetKind::Multi { classes } | TargetKind::Events { classes, .. }) =
            self.kind
        else {
            return None;
        };
        let mut counts = vec![0; classes];
        match self.kind {
            TargetKind::Class { .. } => {
                rows.flatten().filter(|class| **class >= 0.0).for_each(|class| counts[*class as usize] += 1);
            }
            TargetKind::Multi { .. } => rows.for_each(|row| {
                counts.iter_mut().zip(row).for_each(|(count, value)| *count += usize::from(*value == 1.0));
            }),
            TargetKind::Events { .. } => {
                rows.flat_map(|row| Stored::read(row).events).for_each(|event| counts[event.class] += 1);
            }
            TargetKind::Real { .. } => {}
        }
        Some(counts)
    }

    /// Elements of one sample.
    pub fn width(&self) -> usize {
        self.kind.shape().iter().product()
    }

    /// Writes these samples into `batch` (`ids × elements`), reusing its memory.
    pub fn gather(&self, ids: &[SampleId], batch: &mut Vec<f32>) {
        let width = self.width();
        batch.clear();
        batch.reserve(ids.len() * width);
        for &id in ids {
            batch.extend_from_slice(&self.values[id.row() * width..][..width]);
        }
    }
}
