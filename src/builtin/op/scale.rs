//! `scale`: multiplies by a number.

use super::same;
use crate::builtin::{Layer, ShapeError, Signature};
use crate::shape::Shape;
use crate::tensor::{self, Context, Tensor};

crate::row! {
    /// Multiplies every element by a number.
    pub struct Scale = "scale" as Op(dyn Layer) {
        /// The number.
        factor: f64,
    }
    example "scale(0.5)" on [[4]]
}

impl Layer for Scale {
    fn shape(&self, inputs: &[Shape]) -> Result<Signature, ShapeError> {
        same(inputs)
    }

    fn apply(&self, context: &mut Context, _weights: &[Tensor], inputs: &[Tensor]) -> Tensor {
        tensor::scale(context, &inputs[0], self.factor as f32, 0.0)
    }
}
