//! `max`: the greatest value over axes.

use super::{AxisList, batched_all, reduced};
use crate::builtin::{Layer, ShapeError, Signature};
use crate::shape::{Dim, Shape};
use crate::tensor::{self, Context, Reduction, Tensor};

crate::row! {
    /// Greatest value over axes, which go away: `max(0)` of `[10, 128]` is `[128]`. Equal values share the gradient.
    pub struct Max = "max" as Op(dyn Layer) {
        /// Axes without the batch, negative from the end; all of them where none are given.
        axes: Option<AxisList> = None,
    }
    example "max(0)" on [[3, 4]]
}

impl Layer for Max {
    fn shape(&self, inputs: &[Shape]) -> Result<Signature, ShapeError> {
        reduced("max", self.axes.as_ref(), &inputs[0])
    }

    fn apply(&self, context: &mut Context, _weights: &[Tensor], inputs: &[Tensor]) -> Tensor {
        let axes = batched_all(self.axes.as_ref(), inputs[0].axes().len() - 1);
        tensor::reduce(context, Reduction::Max, &inputs[0], &axes)
    }

    fn flops(&self, inputs: &[Shape], _output: &Shape) -> Dim {
        inputs[0].elements()
    }
}
