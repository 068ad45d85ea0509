//! `gru`: gated recurrent units over steps.

use crate::builtin::recurrent;
use crate::builtin::spelling::Recurrent;
use crate::builtin::{Arity, Gives, Layer, ShapeError, Signature, Spelling, Term};
use crate::shape::{Dim, Shape};
use crate::tensor::{self, Activation, Arithmetic, Context, Tensor};

crate::row! {
    /// Gated recurrent units (Cho et al. 2014) over `[steps, features]`, to `[steps, width]`: `h ← n + σ(z) (h - n)`,
    /// `n = tanh(W x + b + σ(r) (U h + b'))`.
    ///
    /// With `bidirectional`, a second one with weights of its own walks from the last step to the first and stands beside it: twice
    /// as wide. A second input is a mask of 0 and 1 over the steps: a step that is 0 does not move the state. The same numbers and
    /// weights as `torch.nn.GRU` with `batch_first`.
    pub struct Gru = "gru" as Layer(dyn Layer) {
        /// Features of the state of one direction.
        width: Dim,
        /// Walks both ways.
        bidirectional: bool = false,
    }
    example "gru(3)" on [[4, 2]]
}

const GATES: i64 = 3;

impl Layer for Gru {
    fn arity(&self) -> Arity {
        recurrent::ARITY
    }

    fn shape(&self, inputs: &[Shape]) -> Result<Signature, ShapeError> {
        recurrent::signature("gru", inputs, &self.width, GATES, 1 + usize::from(self.bidirectional))
    }

    fn gives(&self) -> Gives {
        Gives::Unknown
    }

    fn spell(&self, to: &mut Spelling, weights: &[Term], inputs: &[Term]) -> Term {
        let width = weights[1].axes[1];
        if inputs.len() == 1 {
            return to.recurrent(&inputs[0], Recurrent::Gru, width, weights.len() / recurrent::EACH);
        }
        recurrent::spell_walk(to, (weights, inputs), (width, 1), |to, weights, now, state| {
            let before = to.linear(&state[0], &weights[1], Some(&weights[3]));
            let part =
                |to: &mut Spelling, x: &Term, number: usize| to.slice(x, 0, number * width..(number + 1) * width);
            let [reset, update] = [0, 1].map(|number| {
                let (now, before) = (part(to, now, number), part(to, &before, number));
                let gate = to.add(&now, &before);
                to.activate(&gate, Activation::Sigmoid)
            });
            let (now, before) = (part(to, now, 2), part(to, &before, 2));
            let kept = to.mul(&reset, &before);
            let new = to.add(&now, &kept);
            let new = to.activate(&new, Activation::Tanh);
            let change = to.sub(&state[0], &new);
            let held = to.mul(&update, &change);
            vec![to.add(&new, &held)]
        })
    }

    fn apply(&self, context: &mut Context, weights: &[Tensor], inputs: &[Tensor]) -> Tensor {
        let width = weights[1].axes()[1];
        recurrent::walk(context, (weights, inputs), (width, 1), |context, weights, now, state| {
            let before = tensor::linear(context, &state[0], &weights[1], Some(&weights[3]), None);
            let [reset, update] = [0, 1].map(|number| {
                let (now, before) =
                    (recurrent::part(context, now, number, width), recurrent::part(context, &before, number, width));
                let gate = tensor::arithmetic(context, Arithmetic::Add, &now, &before);
                tensor::activate(context, &gate, Activation::Sigmoid)
            });
            let (now, before) = (recurrent::part(context, now, 2, width), recurrent::part(context, &before, 2, width));
            let kept = tensor::arithmetic(context, Arithmetic::Mul, &reset, &before);
            let new = tensor::arithmetic(context, Arithmetic::Add, &now, &kept);
            let new = tensor::activate(context, &new, Activation::Tanh);
            let change = tensor::arithmetic(context, Arithmetic::Sub, &state[0], &new);
            let held = tensor::arithmetic(context, Arithmetic::Mul, &update, &change);
            vec![tensor::arithmetic(context, Arithmetic::Add, &new, &held)]
        })
    }

    fn flops(&self, inputs: &[Shape], output: &Shape) -> Dim {
        recurrent::flops(inputs, output, &self.width, GATES)
    }

    /// Gates of all steps, and of each step their parts and the states.
    fn saved(&self, _inputs: &[Shape], output: &Shape) -> Dim {
        output.elements().times(&Dim::constant(44))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::builtin::recurrent::tests::{same_without_padding, weights, x};
    use crate::tensor::Device;
    use crate::tensor::check::close;

    /// As that of `lstm`, with `torch.nn.GRU`.
    #[test]
    fn it_is_pytorchs() {
        let device = Device::cpu();
        let layer = Gru { width: Dim::constant(2), bidirectional: true };
        let y = layer.apply(&mut Context::evaluate(&device), &weights(&layer, &device), &[x(&device)]);
        close(
            "gru",
            &y.values(),
            &[
                -0.04706454,
                -0.2730935,
                0.6206723,
                0.3243509,
                -0.1849895,
                -0.5377252,
                0.3173007,
                0.2140859,
                -0.5460817,
                -0.1751744,
                0.07429391,
                0.06356856,
            ],
            1e-5,
        );
    }

    #[test]
    fn padding_does_not_move_the_state() {
        same_without_padding(&Gru { width: Dim::constant(2), bidirectional: true });
    }
}
