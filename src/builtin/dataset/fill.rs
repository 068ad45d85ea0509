//! `fill`: one number for samples that no file has.

use super::{Generator, Origin, Source};
use crate::builtin::{ShapeError, TargetKind};
use crate::row;

row! {
    /// One number in every place of the samples that the files before it do not have: `hdf5("labels.h5") + fill(28)`.
    ///
    /// It makes as many samples as the other modalities and targets have more. Files joined by `+` follow one another
    /// along the samples.
    pub struct Fill = "fill" as Source(dyn Source) {
        /// The number.
        value: f64,
    }
    example "fill(0)" on []
}

impl Source for Fill {
    fn origin(&self) -> Origin<'_> {
        Origin::Fill(self.value as f32)
    }

    fn check(&self, _: &[usize], generator: Option<&dyn Generator>) -> Result<(), ShapeError> {
        let Some(_) = generator else { return Ok(()) };
        Err(ShapeError::new("`fill` continues files, this dataset is made by a generator"))
    }

    fn check_target(&self, _: &TargetKind, generator: Option<&dyn Generator>) -> Result<(), ShapeError> {
        self.check(&[], generator)
    }
}
