//! `lstm`: long short-term memory over steps.

use crate::builtin::recurrent;
use crate::builtin::spelling::Recurrent;
use crate::builtin::{Arity, Gives, Layer, ShapeError, Signature, Spelling, Term};
use crate::shape::{Dim, Shape};
use crate::tensor::{self, Activation, Arithmetic, Context, Tensor};

crate::row! {
    /// Long short-term memory (Hochreiter & Schmidhuber 1997) over `[steps, features]`, to `[steps, width]`:
    /// `c ← σ(f) c + σ(i) tanh(g)`, `h ← σ(o) tanh(c)`, where `i, f, g, o = W x + b + U h + b'`.
    ///
    /// With `bidirectional`, a second one with weights of its own walks from the last step to the first and stands beside it: twice
    /// as wide. A second input is a mask of 0 and 1 over the steps: a step that is 0 does not move the state. The same numbers and
    /// weights as `torch.nn.LSTM` with `batch_first`.
    pub struct Lstm = "lstm" as Layer(dyn Layer) {
        /// Features of the state of one direction.
        width: Dim,
        /// Walks both ways.
        bidirectional: bool = false,
    }
    example "lstm(3, true)" on [[4, 2]]
}

const GATES: i64 = 4;

impl Layer for Lstm {
    fn arity(&self) -> Arity {
        recurrent::ARITY
    }

    fn shape(&self, inputs: &[Shape]) -> Result<Signature, ShapeError> {
        recurrent::signature("lstm", inputs, &self.width, GATES, 1 + usize::from(self.bidirectional))
    }

    fn gives(&self) -> Gives {
        Gives::Unknown
    }

    fn spell(&self, to: &mut Spelling, weights: &[Term], inputs: &[Term]) -> Term {
        let width = weights[1].axes[1];
        if inputs.len() == 1 {
            return to.recurrent(&inputs[0], Recurrent::Lstm, width, weights.len() / recurrent::EACH);
        }
        recurrent::spell_walk(to, (weights, inputs), (width, 2), |to, weights, now, state| {
            let before = to.linear(&state[0], &weights[1], Some(&weights[3]));
            let gates = to.add(now, &before);
            let kinds = [Activation::Sigmoid, Activation::Sigmoid, Activation::Tanh, Activation::Sigmoid];
            let mut number = 0;
            let [input, forget, new, output] = kinds.map(|kind| {
                let gate = to.slice(&gates, 0, number * width..(number + 1) * width);
                number += 1;
                to.activate(&gate, kind)
            });
            let (kept, added) = (to.mul(&forget, &state[1]), to.mul(&input, &new));
            let cell = to.add(&kept, &added);
            let seen = to.activate(&cell, Activation::Tanh);
            vec![to.mul(&output, &seen), cell]
        })
    }

    fn apply(&self, context: &mut Context, weights: &[Tensor], inputs: &[Tensor]) -> Tensor {
        let width = weights[1].axes()[1];
        recurrent::walk(context, (weights, inputs), (width, 2), |context, weights, now, state| {
            let before = tensor::linear(context, &state[0], &weights[1], Some(&weights[3]), None);
            let gates = tensor::arithmetic(context, Arithmetic::Add, now, &before);
            let kinds = [Activation::Sigmoid, Activation::Sigmoid, Activation::Tanh, Activation::Sigmoid];
            let mut number = 0;
            let [input, forget, new, output] = kinds.map(|kind| {
                let gate = recurrent::part(context, &gates, number, width);
                number += 1;
                tensor::activate(context, &gate, kind)
            });
            let kept = tensor::arithmetic(context, Arithmetic::Mul, &forget, &state[1]);
            let added = tensor::arithmetic(context, Arithmetic::Mul, &input, &new);
            let cell = tensor::arithmetic(context, Arithmetic::Add, &kept, &added);
            let seen = tensor::activate(context, &cell, Activation::Tanh);
            vec![tensor::arithmetic(context, Arithmetic::Mul, &output, &seen), cell]
        })
    }

    fn flops(&self, inputs: &[Shape], output: &Shape) -> Dim {
        recurrent::flops(inputs, output, &self.width, GATES)
    }

    /// Gates of all steps, and of each step their parts and the states.
    fn saved(&self, _inputs: &[Shape], output: &Shape) -> Dim {
        output.elements().times(&Dim::constant(52))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::builtin::recurrent::tests::{same_without_padding, weights, x};
    use crate::tensor::Device;
    use crate::tensor::check::close;

    /// ```text
    /// m = torch.nn.LSTM(2, 2, batch_first=True, bidirectional=True)
    /// for n, w in enumerate(m.parameters()): w.data = (torch.arange(w.numel()) / 3. + n).sin().reshape(w.shape)
    /// m((torch.arange(6.) / 2).cos().reshape(1, 3, 2))[0]
    /// ```
    #[test]
    fn it_is_pytorchs() {
        let device = Device::cpu();
        let layer = Lstm { width: Dim::constant(2), bidirectional: true };
        let y = layer.apply(&mut Context::evaluate(&device), &weights(&layer, &device), &[x(&device)]);
        close(
            "lstm",
            &y.values(),
            &[
                -0.01335246,
                -0.0186123,
                0.4929571,
                0.6303686,
                -0.06574778,
                -0.06930381,
                0.6024022,
                0.5401323,
                -0.2306283,
                -0.1582169,
                0.3210752,
                0.2374879,
            ],
            1e-5,
        );
    }

    #[test]
    fn padding_does_not_move_the_state() {
        same_without_padding(&Lstm { width: Dim::constant(2), bidirectional: true });
    }
}
