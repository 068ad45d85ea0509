//! `standardize`: zero mean and unit deviation.

use super::{Preparation, Transform, Word};
use crate::row;

row! {
    /// Gives every feature mean 0 and standard deviation 1 on the split `train`; other splits are moved and scaled by
    /// the same numbers.
    ///
    /// `(x - mean) / sd`, `sd` of the population (divided by n), as scikit-learn's `StandardScaler`, in 64-bit floats from what
    /// the file holds: seconds since 1970 and other numbers far from 0 lose nothing. A feature is a place on the last axis: in a
    /// sequence, steps are pooled. A feature that is constant on `train` is divided by 1, and `mhm check --data` and `mhm run`
    /// say so.
    ///
    /// Padded sequences are standardized by their real steps alone, and padding is 0 afterwards, if the mask is named:
    /// `standardize(real)`, where `modality real: [50] = npz("lengths") |> mask` is another modality of the dataset. Of steps that are drawn in training
    /// the mask is drawn, too, by the same `resample(…, random: true)`: the same steps of a sample are then drawn of both.
    pub struct Standardize = "standardize" as Transform(dyn Preparation) {
        /// The modality that says which steps are real.
        present: Option<Word> = None,
    }
    example "standardize" on []
}

impl Preparation for Standardize {
    fn transform(&self) -> Transform<'_> {
        Transform::Standardize { present: self.present.as_ref().map(|word| word.0.as_str()) }
    }
}
