//! `last`: the last step of a sequence.

use super::{batched, placed, resolve};
use crate::builtin::{Gives, Layer, ShapeError, Signature, Spelling, Term};
use crate::shape::{Dim, Shape};
use crate::tensor::{self, Axes, Context, Tensor};

crate::row! {
    /// The last element along an axis, which goes away: of `[steps, features]` the last step's features.
    pub struct Last = "last" as Op(dyn Layer) {
        /// The axis, without the batch; negative from the end.
        axis: i64 = 0,
    }
    example "last" on [[3, 4]]
}

impl Layer for Last {
    fn shape(&self, inputs: &[Shape]) -> Result<Signature, ShapeError> {
        let axis = resolve("last", self.axis, &inputs[0])?;
        let mut output = inputs[0].clone();
        output.0.remove(axis);
        Ok(Signature::plain(output))
    }

    fn gives(&self) -> Gives {
        Gives::AsInput
    }

    fn spell(&self, to: &mut Spelling, _weights: &[Term], inputs: &[Term]) -> Term {
        let (x, axis) = (&inputs[0], placed(self.axis, inputs[0].axes.len()));
        let one = to.slice(x, axis, x.axes[axis] - 1..x.axes[axis]);
        let left: Vec<usize> = (0..x.axes.len()).filter(|i| *i != axis).map(|i| x.axes[i]).collect();
        to.reshape(&one, &left)
    }

    fn apply(&self, context: &mut Context, _weights: &[Tensor], inputs: &[Tensor]) -> Tensor {
        let axes: Axes = inputs[0].axes();
        let axis = batched(self.axis, axes.len() - 1);
        let one = tensor::slice(context, &inputs[0], axis, axes[axis] - 1..axes[axis]);
        one.reshaped(&axes.without(axis))
    }

    fn flops(&self, _inputs: &[Shape], _output: &Shape) -> Dim {
        Dim::constant(0)
    }
}
