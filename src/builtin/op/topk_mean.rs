//! `topk_mean`: the mean of the greatest values along an axis.

use super::{batched, fits_mask, resolve};
use crate::builtin::{Arity, FromValue, Layer, ShapeError, Signature, Value};
use crate::shape::{Dim, Shape};
use crate::tensor::{self, Context, Tensor};

/// How many are taken: a size, at least 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Most(pub Dim);

impl FromValue for Most {
    const EXPECTED: &'static str = "a whole number from 1";

    fn from_value(value: &Value) -> Option<Self> {
        match value {
            // What is left of `T / 8` where there are fewer than 8 steps.
            Value::Int(0) => Some(Self(Dim::constant(1))),
            Value::Int(_)
            | Value::Float(_)
            | Value::Bool(_)
            | Value::Text(_)
            | Value::Name(_)
            | Value::List(_)
            | Value::Dim(_) => Dim::from_value(value).map(Self),
        }
    }

    fn show(&self) -> String {
        self.0.show()
    }
}

crate::row! {
    /// Mean of the `k` greatest values along an axis, which goes away: `topk_mean(scores, k: T / 8)` of `[T, classes]` is `[classes]`.
    ///
    /// Of equal values the first are taken; the gradient goes to those that are. A `k` of 0, as `T / 8` of few steps, counts as 1.
    /// A second input is a mask of 0 and 1 along the axis: only what is 1 is taken, all of it where that is fewer than `k`,
    /// and where there is nothing the result is 0. The video scores of multi-instance learning (BaS-Net: Lee, Uh & Byun 2020).
    pub struct TopkMean = "topk_mean" as Op(dyn Layer) {
        /// How many values, a size such as `T / 8`.
        k: Most,
        /// The axis, without the batch; negative from the end.
        axis: i64 = 0,
    }
    example "topk_mean(2)" on [[5, 3]]
}

impl Layer for TopkMean {
    fn arity(&self) -> Arity {
        Arity::Between(1, 2)
    }

    fn shape(&self, inputs: &[Shape]) -> Result<Signature, ShapeError> {
        let axis = resolve("topk_mean", self.axis, &inputs[0])?;
        fits_mask("topk_mean", inputs, &[axis])?;
        let size = &inputs[0].0[axis];
        if let (Some(k), Some(size)) = (self.k.0.value(), size.value())
            && k > size
        {
            return Err(ShapeError::new(format!("`topk_mean` takes {k} values of axis {axis}, which has {size}"))
                .help("make `k` a share of the axis, for example `k: T / 8`"));
        }
        let mut output = inputs[0].clone();
        output.0.remove(axis);
        Ok(Signature::plain(output))
    }

    fn apply(&self, context: &mut Context, _weights: &[Tensor], inputs: &[Tensor]) -> Tensor {
        let axis = batched(self.axis, inputs[0].axes().len() - 1);
        let k = self.k.0.value().expect("lowering binds the sizes of topk_mean").max(1) as usize;
        tensor::top_mean(context, &inputs[0], inputs.get(1), axis, k)
    }

    fn flops(&self, inputs: &[Shape], _output: &Shape) -> Dim {
        inputs[0].elements().times(&Dim::constant(4))
    }

    /// The share of every element, and what it makes of it.
    fn beside(&self, inputs: &[Shape], _output: &Shape) -> Dim {
        inputs[0].elements().times(&Dim::constant(2))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tensor::Device;

    #[test]
    fn the_first_of_equal_values_are_taken() {
        let device = Device::cpu();
        let mut context = Context::train(&device, None);
        let mut x = device.upload(&[1.0, 3.0, 3.0, 2.0, 3.0], &[1, 5]);
        x.track();
        let row = TopkMean { k: Most(Dim::constant(2)), axis: 0 };
        let y = row.apply(&mut context, &[], std::slice::from_ref(&x));
        context.backward(&y);
        assert_eq!(y.item(), 3.0);
        assert_eq!(context.gradient(&x).values(), [0.0, 0.5, 0.5, 0.0, 0.0]);
    }

    #[test]
    fn few_steps_take_one_and_too_many_are_refused() {
        assert_eq!(Most::from_value(&Value::Int(0)), Some(Most(Dim::constant(1))));
        let row = TopkMean { k: Most(Dim::constant(6)), axis: 0 };
        let error = row.shape(&[Shape::of(&[5, 3])]).unwrap_err();
        assert_eq!(error.message, "`topk_mean` takes 6 values of axis 0, which has 5");
    }
}
