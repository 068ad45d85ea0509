//! `slice`: a range along one axis.

use super::{batched, placed, resolve};
use crate::builtin::{Gives, Layer, ShapeError, Signature, Spelling, Term};
use crate::shape::{Dim, Shape};
use crate::tensor::{self, Context, Tensor};

crate::row! {
    /// Elements `start` to `end`, the latter not included, along one axis.
    pub struct Slice = "slice" as Op(dyn Layer) {
        /// The axis, without the batch; negative from the end.
        axis: i64,
        /// The first element, from 0.
        start: i64,
        /// The element after the last.
        end: i64,
    }
    example "slice(0, 1, 3)" on [[4, 2]]
}

impl Layer for Slice {
    fn shape(&self, inputs: &[Shape]) -> Result<Signature, ShapeError> {
        let axis = resolve("slice", self.axis, &inputs[0])?;
        let range = format!("{} to {}", self.start, self.end);
        if self.start < 0 || self.end <= self.start {
            return Err(ShapeError::new(format!("`slice` from {range} is empty"))
                .help("`start` counts from 0 and comes before `end`, which is not included"));
        }
        let size = &inputs[0].0[axis];
        if size.value().is_some_and(|size| size < self.end) {
            return Err(ShapeError::new(format!(
                "`slice` from {range} reaches beyond axis {} of {}",
                self.axis, inputs[0]
            ))
            .help(format!("the axis has {size} elements")));
        }
        let mut output = inputs[0].clone();
        output.0[axis] = Dim::constant(self.end - self.start);
        Ok(Signature::plain(output))
    }

    fn gives(&self) -> Gives {
        Gives::AsInput
    }

    fn spell(&self, to: &mut Spelling, _weights: &[Term], inputs: &[Term]) -> Term {
        to.slice(&inputs[0], placed(self.axis, inputs[0].axes.len()), self.start as usize..self.end as usize)
    }

    fn apply(&self, context: &mut Context, _weights: &[Tensor], inputs: &[Tensor]) -> Tensor {
        let axis = batched(self.axis, inputs[0].axes().len() - 1);
        tensor::slice(context, &inputs[0], axis, self.start as usize..self.end as usize)
    }

    fn flops(&self, _inputs: &[Shape], _output: &Shape) -> Dim {
        Dim::constant(0)
    }
}
