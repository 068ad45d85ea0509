//! `positions`: sinusoids that tell steps apart.

use crate::builtin::spelling::{Numbers, Test};
use crate::builtin::{Arity, Gives, Layer, ShapeError, Signature, Spelling, Term};
use crate::shape::Shape;
use crate::tensor::{self, Context, Tensor};

crate::row! {
    /// Sinusoidal positions (Vaswani et al. 2017) for `[steps, features]`, of the same shape: `x + positions(x)`.
    ///
    /// Step t, counted from 1, has `sin(t f_i)` in the first half of the features and `cos(t f_i)` in the second, with
    /// `f_i = 10000^(-i / (half - 1))`; a feature left over is 0. As MulT's program (Tsai et al. 2019) has them. The values of the
    /// input do not matter. A second input is a mask of 0 and 1 over the steps: what is 0 gets zeros.
    pub struct Positions = "positions" as Op(dyn Layer) {}
    example "positions" on [[5, 7]]
}

impl Layer for Positions {
    fn arity(&self) -> Arity {
        Arity::Between(1, 2)
    }

    fn shape(&self, inputs: &[Shape]) -> Result<Signature, ShapeError> {
        if inputs[0].rank() != 2 {
            return Err(ShapeError::new(format!("`positions` needs [steps, features], has {}", inputs[0])));
        }
        super::fits_mask("positions", inputs, &[0])?;
        Ok(Signature::plain(inputs[0].clone()))
    }

    fn gives(&self) -> Gives {
        Gives::Unknown
    }

    fn spell(&self, to: &mut Spelling, _weights: &[Term], inputs: &[Term]) -> Term {
        let x = &inputs[0];
        let table = to.numbers(Numbers::Sinusoids, &x.axes);
        match inputs.get(1) {
            None => to.repeat(&table, x),
            Some(mask) => {
                let there = to.test(Test::NotZero, mask);
                let there = to.reshape(&there, &[x.axes[0], 1]);
                to.mul(&table, &there)
            }
        }
    }

    fn apply(&self, context: &mut Context, _weights: &[Tensor], inputs: &[Tensor]) -> Tensor {
        tensor::positions(context, inputs[0].axes(), inputs.get(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tensor::Device;
    use crate::tensor::check::close;

    /// `SinusoidalPositionalEmbedding(5, padding_idx=0)(torch.tensor([[1., 1., 0., 1.]]))` of
    /// yaohungt/Multimodal-Transformer (modules/position_embedding.py, a670936).
    #[test]
    fn they_are_those_of_mult() {
        let device = Device::cpu();
        let mut context = Context::evaluate(&device);
        let (x, mask) = (device.zeros(&[1, 4, 5]), device.upload(&[1.0, 1.0, 0.0, 1.0], &[1, 4]));
        let y = Positions {}.apply(&mut context, &[], &[x, mask]);
        let expected = [
            0.841471,
            9.999999e-05,
            0.5403023,
            1.0,
            0.0,
            0.9092974,
            0.0002,
            -0.4161468,
            1.0,
            0.0,
            0.0,
            0.0,
            0.0,
            0.0,
            0.0,
            -0.7568025,
            0.0004,
            -0.6536436,
            0.9999999,
            0.0,
        ];
        close("positions", &y.values(), &expected, 1e-6);
    }
}
