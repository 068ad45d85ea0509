//! `topk_mean`: the mean of the greatest values along an axis.

use super::{batched, fits_mask, placed, resolve};
use crate::builtin::spelling::{Binary, Reduced, Unary};
use crate::builtin::{Arity, Count, Expected, FromValue, Gives, Layer, ShapeError, Signature, Spelling, Term, Value};
use crate::shape::{Dim, Shape};
use crate::tensor::{self, Context, Tensor};

/// How many are taken: a size, at least 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Most(pub Dim);

impl FromValue for Most {
    const EXPECTED: Expected = Expected::IntFrom(1);

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
            | Value::Dim(_)
            | Value::Range(_)
            | Value::Condition(_) => Dim::from_value(value).map(Self),
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
    /// and where there is nothing the result is 0. `k` is one number for all samples; `topk_mean(scores, present, one_in: 8)` takes
    /// an eighth of each sample's own length, `max(1, length / 8)`, as programs of multi-instance learning do (BaS-Net: Lee, Uh &
    /// Byun 2020).
    pub struct TopkMean = "topk_mean" as Op(dyn Layer) {
        /// How many values, a size such as `T / 8`.
        k: Option<Most> = None,
        /// The axis, without the batch; negative from the end.
        axis: i64 = 0,
        /// In the place of `k`: one in so many of a sample's values, rounded down and at least one; with a mask, of those that it
        /// keeps.
        one_in: Option<Count> = None,
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
        let ((Some(_), None) | (None, Some(_))) = (&self.k, self.one_in) else {
            return Err(ShapeError::new("`topk_mean` needs `k` or `one_in`, and not both")
                .help("`k: 4` takes four values of every sample, `one_in: 8` an eighth of each"));
        };
        if let (Some(k), Some(size)) = (self.k.as_ref().and_then(|k| k.0.value()), size.value())
            && k > size
        {
            return Err(ShapeError::new(format!("`topk_mean` takes {k} values of axis {axis}, which has {size}"))
                .help("make `k` a share of the axis, for example `k: T / 8`"));
        }
        let mut output = inputs[0].clone();
        output.0.remove(axis);
        Ok(Signature::plain(output))
    }

    fn gives(&self) -> Gives {
        Gives::AsInput
    }

    fn spell(&self, to: &mut Spelling, _weights: &[Term], inputs: &[Term]) -> Term {
        let (x, axis) = (&inputs[0], placed(self.axis, inputs[0].axes.len()));
        let size = x.axes[axis];
        let of_all = |there: usize| match (&self.k, self.one_in) {
            (Some(k), _) => k.0.value().map_or(1, |k| k.max(1) as usize).min(there),
            (None, parts) => (there / parts.map_or(1, |parts| parts.0)).max(1),
        };
        let Some(mask) = inputs.get(1) else {
            let greatest = to.greatest(x, axis, of_all(size));
            return to.drop(Reduced::Mean, &greatest, &[axis]);
        };
        to.masked_top(x, mask, axis, |to, there| match self.one_in {
            None => {
                let most = to.number(of_all(size) as f32);
                to.binary(Binary::Min, there, &most)
            }
            Some(parts) => {
                let (parts, one) = (to.number(parts.0 as f32), to.number(1.0));
                let share = to.div(there, &parts);
                let whole = to.unary(Unary::Floor, &share);
                let least = to.binary(Binary::Max, &whole, &one);
                to.binary(Binary::Min, &least, there)
            }
        })
    }

    fn apply(&self, context: &mut Context, _weights: &[Tensor], inputs: &[Tensor]) -> Tensor {
        let axis = batched(self.axis, inputs[0].axes().len() - 1);
        let most = match (&self.k, self.one_in) {
            (Some(k), _) => {
                tensor::Most::Values(k.0.value().expect("lowering binds the sizes of topk_mean").max(1) as usize)
            }
            (None, parts) => tensor::Most::OneIn(parts.map_or(1, |parts| parts.0)),
        };
        tensor::top_mean(context, &inputs[0], inputs.get(1), axis, most)
    }

    fn flops(&self, inputs: &[Shape], _output: &Shape) -> Dim {
        inputs[0].elements().times(&Dim::constant(4))
    }

    /// The share of every element, and what it makes of it.
    fn saved(&self, inputs: &[Shape], _output: &Shape) -> Dim {
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
        let row = TopkMean { k: Some(Most(Dim::constant(2))), axis: 0, one_in: None };
        let y = row.apply(&mut context, &[], std::slice::from_ref(&x));
        context.backward(&y);
        assert_eq!(y.item(), 3.0);
        assert_eq!(*context.gradient(&x).values(), [0.0, 0.5, 0.5, 0.0, 0.0]);
    }

    #[test]
    fn few_steps_take_one_and_too_many_are_refused() {
        assert_eq!(Most::from_value(&Value::Int(0)), Some(Most(Dim::constant(1))));
        let row = TopkMean { k: Some(Most(Dim::constant(6))), axis: 0, one_in: None };
        let error = row.shape(&[Shape::of(&[5, 3])]).unwrap_err();
        assert_eq!(error.message, "`topk_mean` takes 6 values of axis 0, which has 5");
    }

    /// numpy, for samples of 17, 5, 1 and 0 steps: `np.sort(x[:n])[::-1][:max(1, n // 8)].mean()` with
    /// `x = np.sin(np.arange(17) * 1.7 + s)` of sample s.
    #[test]
    fn an_eighth_of_each_samples_own_length_is_taken() {
        let device = Device::cpu();
        let mut context = Context::train(&device, None);
        let lengths = [17, 5, 1, 0];
        let places: Vec<(usize, usize)> = (0..lengths.len()).flat_map(|s| (0..17).map(move |t| (s, t))).collect();
        let values: Vec<f32> = places.iter().map(|(s, t)| (*t as f64 * 1.7 + *s as f64).sin() as f32).collect();
        let there: Vec<f32> = places.iter().map(|(s, t)| f32::from(u8::from(*t < lengths[*s]))).collect();
        let (mut x, mask) = (device.upload(&values, &[4, 17]), device.upload(&there, &[4, 17]));
        x.track();
        let row = TopkMean { k: None, axis: 0, one_in: Some(Count(8)) };
        let y = row.apply(&mut context, &[], &[x.clone(), mask]);
        crate::tensor::check::close("numpy", &y.values(), &[0.9957289, 0.9985433, 0.9092974, 0.0], 1e-6);
        let sum = tensor::reduce(&mut context, tensor::Reduction::Sum, &y.reshaped(&[1, 4]), &[1]);
        context.backward(&sum);
        let slopes = context.gradient(&x).values().to_vec();
        let taken: Vec<f32> = slopes.chunks(17).map(|sample| sample.iter().sum()).collect();
        assert_eq!(taken, [1.0, 1.0, 1.0, 0.0]);
        // Two of 17 steps, one of 5, one of one.
        assert_eq!(slopes.iter().filter(|slope| **slope != 0.0).count(), 4);
        assert!(TopkMean { k: None, axis: 0, one_in: None }.shape(&[Shape::of(&[5, 3])]).is_err());
    }
}
