//! `axis`: one Cartesian coordinate.

use super::{Generator, Index, Origin, Projection, Source, check_projection, projection_target};
use crate::builtin::{ShapeError, TargetKind};
use crate::row;

row! {
    /// One Cartesian coordinate of a generator's point, with its sign.
    ///
    /// The first columns of Table 1.
    pub struct Axis = "axis" as Source(dyn Source) {
        /// Which coordinate, from 0.
        index: Index,
    }
    example "axis(0)" on []
}

impl Projection for Axis {
    fn coordinate(&self, point: &[f64]) -> f64 {
        point[self.index.0]
    }
}

impl Source for Axis {
    fn origin(&self) -> Origin<'_> {
        Origin::Points(self)
    }

    fn check(&self, shape: &[usize], generator: Option<&dyn Generator>) -> Result<(), ShapeError> {
        let axes = check_projection("axis", shape, generator)?.axes();
        if self.index.0 >= axes {
            let message = format!("`axis({})` is beyond the generator's {axes} coordinates", self.index.0);
            return Err(ShapeError::new(message).help(format!("coordinates are counted from 0 to {}", axes - 1)));
        }
        Ok(())
    }

    fn axes(&self) -> Option<Vec<usize>> {
        Some(vec![1])
    }

    fn check_target(&self, target: &TargetKind, generator: Option<&dyn Generator>) -> Result<(), ShapeError> {
        self.check(&projection_target("axis", target)?, generator)
    }
}
