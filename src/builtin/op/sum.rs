//! `sum`: the sum over axes.

use super::{AxisList, batched_all, reduced, resolved_all};
use crate::builtin::spelling::Reduced;
use crate::builtin::{Gives, Layer, ShapeError, Signature, Spelling, Term};
use crate::shape::{Dim, Shape};
use crate::tensor::{self, Context, Reduction, Tensor};

crate::row! {
    /// Sum over axes, which go away: `sum(0)` of `[10, 128]` is `[128]`.
    pub struct Sum = "sum" as Op(dyn Layer) {
        /// Axes without the batch, negative from the end; all of them where none are given.
        axes: Option<AxisList> = None,
    }
    example "sum(0)" on [[3, 4]]
}

impl Layer for Sum {
    fn shape(&self, inputs: &[Shape]) -> Result<Signature, ShapeError> {
        reduced("sum", self.axes.as_ref(), &inputs[0])
    }

    fn gives(&self) -> Gives {
        Gives::Unknown
    }

    fn spell(&self, to: &mut Spelling, _weights: &[Term], inputs: &[Term]) -> Term {
        to.drop(Reduced::Sum, &inputs[0], &resolved_all(self.axes.as_ref(), inputs[0].axes.len()))
    }

    fn apply(&self, context: &mut Context, _weights: &[Tensor], inputs: &[Tensor]) -> Tensor {
        let axes = batched_all(self.axes.as_ref(), inputs[0].axes().len() - 1);
        tensor::reduce(context, Reduction::Sum, &inputs[0], &axes)
    }

    fn flops(&self, inputs: &[Shape], _output: &Shape) -> Dim {
        inputs[0].elements()
    }
}
