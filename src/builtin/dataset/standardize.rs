//! `standardize`: zero mean and unit deviation.

use super::{Preparation, Transform};
use crate::row;

row! {
    /// Gives every feature mean 0 and standard deviation 1 on the split `train`; other splits are moved and scaled by
    /// the same numbers.
    ///
    /// `(x - mean) / sd`, `sd` of the population (divided by n), as scikit-learn's `StandardScaler`. A feature is a
    /// place on the last axis: in a sequence, steps are pooled. Constant features are divided by 1.
    pub struct Standardize = "standardize" as Transform(dyn Preparation) {}
    example "standardize" on []
}

impl Preparation for Standardize {
    fn transform(&self) -> Transform {
        Transform::Standardize
    }
}
