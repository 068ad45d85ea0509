//! `mean`: the mean over axes.

use super::{AxisList, batched_all, fits_mask, reduced, resolved_all};
use crate::builtin::spelling::Reduced;
use crate::builtin::{Arity, Gives, Layer, ShapeError, Signature, Spelling, Term};
use crate::shape::{Dim, Shape};
use crate::tensor::{self, Context, Reduction, Tensor};

crate::row! {
    /// Mean over axes, which go away: `mean(0)` of `[10, 128]` is `[128]`.
    ///
    /// A second input is a mask of 0 and 1 over these axes: `mean(x, present, 0)`; what is 0 does not count, and where all is, the
    /// result is 0.
    pub struct Mean = "mean" as Op(dyn Layer) {
        /// Axes without the batch, negative from the end; all of them where none are given.
        axes: Option<AxisList> = None,
    }
    example "mean(0)" on [[3, 4]]
}

impl Layer for Mean {
    fn arity(&self) -> Arity {
        Arity::Between(1, 2)
    }

    fn shape(&self, inputs: &[Shape]) -> Result<Signature, ShapeError> {
        let signature = reduced("mean", self.axes.as_ref(), &inputs[0])?;
        fits_mask("mean", inputs, &resolved_all(self.axes.as_ref(), inputs[0].rank()))?;
        Ok(signature)
    }

    fn gives(&self) -> Gives {
        Gives::AsInput
    }

    fn spell(&self, to: &mut Spelling, _weights: &[Term], inputs: &[Term]) -> Term {
        let axes = resolved_all(self.axes.as_ref(), inputs[0].axes.len());
        match inputs {
            [x, mask] => to.masked_mean(x, mask, &axes),
            _ => to.drop(Reduced::Mean, &inputs[0], &axes),
        }
    }

    fn apply(&self, context: &mut Context, _weights: &[Tensor], inputs: &[Tensor]) -> Tensor {
        let axes = batched_all(self.axes.as_ref(), inputs[0].axes().len() - 1);
        if let Some(mask) = inputs.get(1) {
            return tensor::masked_mean(context, &inputs[0], mask, &axes);
        }
        tensor::reduce(context, Reduction::Mean, &inputs[0], &axes)
    }

    fn flops(&self, inputs: &[Shape], _output: &Shape) -> Dim {
        inputs[0].elements()
    }

    /// With a mask, the elements it leaves and the mask as it is used.
    fn saved(&self, inputs: &[Shape], _output: &Shape) -> Dim {
        inputs.get(1).map_or(Dim::constant(0), |mask| inputs[0].elements().plus(&mask.elements()))
    }
}
