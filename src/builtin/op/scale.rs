//! `scale`: multiplies by a number.

use super::same;
use crate::builtin::{Gives, Layer, ShapeError, Signature, Spelling, Term};
use crate::shape::Shape;
use crate::tensor::{self, Context, Tensor};

crate::row! {
    /// Multiplies every element by a number, and by a power of the features: `scale(power: 0.5)` is `x √d`, as transformers
    /// enlarge embeddings before positions are added (Vaswani et al. 2017, section 3.4).
    pub struct Scale = "scale" as Op(dyn Layer) {
        /// The number.
        factor: f64 = 1.0,
        /// Power of the size of the last axis.
        power: f64 = 0.0,
    }
    example "scale(0.5)" on [[4]]
}

impl Layer for Scale {
    fn shape(&self, inputs: &[Shape]) -> Result<Signature, ShapeError> {
        same(inputs)
    }

    fn gives(&self) -> Gives {
        Gives::Unknown
    }

    fn keeps(&self, _: Gives) -> bool {
        self.factor == 1.0 && self.power == 0.0
    }

    fn spell(&self, to: &mut Spelling, _weights: &[Term], inputs: &[Term]) -> Term {
        let features = inputs[0].axes.last().copied().unwrap_or(1) as f64;
        let factor = to.number((self.factor * features.powf(self.power)) as f32);
        to.mul(&inputs[0], &factor)
    }

    fn apply(&self, context: &mut Context, _weights: &[Tensor], inputs: &[Tensor]) -> Tensor {
        let features = inputs[0].axes()[1..].last().copied().unwrap_or(1) as f64;
        tensor::scale(context, &inputs[0], (self.factor * features.powf(self.power)) as f32, 0.0)
    }
}
