//! `bilinear`: a matrix of weights between two inputs, one for each output.

use crate::builtin::{
    Arity, Gives, Init, InitScale, Layer, ShapeError, Signature, Spelling, Term, WeightKind, WeightSpec,
};
use crate::shape::{Dim, Shape};
use crate::tensor::{self, Context, Tensor};

crate::row! {
    /// Bilinear form over the last axis of two inputs: `y[o] = a W[o] bᵀ + bias[o]`, leading axes equal.
    ///
    /// `[.., m]` and `[.., n]` make `[.., width]`; `W` is `[width, m, n]`. The same numbers and weights as `torch.nn.Bilinear`.
    pub struct Bilinear = "bilinear" as Layer(dyn Layer) {
        /// Output features.
        width: Dim,
        /// Adds a bias.
        bias: bool = true,
    }
    example "bilinear(2)" on [[2, 3], [2, 4]]
}

impl Layer for Bilinear {
    fn arity(&self) -> Arity {
        Arity::Exactly(2)
    }

    fn shape(&self, inputs: &[Shape]) -> Result<Signature, ShapeError> {
        let (Some((m, left)), Some((n, right))) = (inputs[0].0.split_last(), inputs[1].0.split_last()) else {
            return Err(ShapeError::new("`bilinear` needs an axis of each input to work on"));
        };
        if left != right {
            return Err(ShapeError::new(format!(
                "`bilinear` needs equal leading axes, has {} and {}",
                inputs[0], inputs[1]
            )));
        }
        let init = Init::Uniform { bound: InitScale::Fan { gain: 1.0, numerator: 1.0, fan: m.clone() } };
        let spec = |name, sizes: &[&Dim]| WeightSpec {
            name,
            shape: Shape(sizes.iter().map(|size| (*size).clone()).collect()),
            init: init.clone(),
            kind: WeightKind::Learned,
        };
        let mut weights = vec![spec("weight", &[&self.width, m, n])];
        weights.extend(self.bias.then(|| spec("bias", &[&self.width])));
        Ok(Signature { output: Shape([left, std::slice::from_ref(&self.width)].concat()), weights })
    }

    fn gives(&self) -> Gives {
        Gives::Numbers
    }

    fn spell(&self, to: &mut Spelling, weights: &[Term], inputs: &[Term]) -> Term {
        let [a, b] = [&inputs[0], &inputs[1]];
        let (m, n) = (a.axes[a.axes.len() - 1], b.axes[b.axes.len() - 1]);
        let leading = &a.axes[..a.axes.len() - 1];
        let left = to.reshape(a, &[leading, &[m, 1]].concat());
        let right = to.reshape(b, &[leading, &[1, n]].concat());
        let products = to.mul(&left, &right);
        let products = to.reshape(&products, &[leading, &[m * n]].concat());
        let weight = to.reshape(&weights[0], &[weights[0].axes[0], m * n]);
        to.linear(&products, &weight, weights.get(1))
    }

    fn apply(&self, context: &mut Context, weights: &[Tensor], inputs: &[Tensor]) -> Tensor {
        let products = tensor::pairs(context, &inputs[0], &inputs[1]);
        let (rows, width) = (products.axes()[0], weights[0].axes()[0]);
        let flat = |tensor: &Tensor, rows: usize| tensor.reshaped(&[rows, tensor.len() / rows.max(1)]);
        let y = tensor::linear(context, &flat(&products, rows), &flat(&weights[0], width), weights.get(1), None);
        y.reshaped(&inputs[0].axes().with(inputs[0].axes().len() - 1, width))
    }

    fn flops(&self, inputs: &[Shape], output: &Shape) -> Dim {
        let last = |shape: &Shape| shape.0.last().cloned().unwrap_or(Dim::constant(0));
        output.elements().times(&last(&inputs[0])).times(&last(&inputs[1])).times(&Dim::constant(2))
    }

    /// The products of all pairs.
    fn saved(&self, inputs: &[Shape], _output: &Shape) -> Dim {
        let n = inputs[1].0.last().cloned().unwrap_or(Dim::constant(0));
        inputs[0].elements().times(&n)
    }
}
