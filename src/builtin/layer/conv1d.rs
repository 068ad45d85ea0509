//! `conv1d`: filters over neighbouring steps, with or without an activation in the same pass.

use super::linear::LinearInit;
use crate::builtin::fused::{Activated, Fused};
use crate::builtin::window::{Padding, Window};
use crate::builtin::{Count, Gives, Layer, ShapeError, Signature, Spelling, Term, WeightKind, WeightSpec};
use crate::shape::{Dim, Shape};
use crate::tensor::{self, Activation, Context, Tensor};
use std::sync::Arc;

crate::row! {
    /// Convolution over the steps of `[steps, features]`: `y[t] = Σ W[.., k] x[t · stride + k · dilation - padding] + b`.
    ///
    /// The features become `width`; `W` is `[width, in, kernel]`. The same numbers as `torch.nn.Conv1d`, which has
    /// features before steps. An activation right after it is computed in the same pass; with `kernel: 1` it is `linear`.
    pub struct Conv1d = "conv1d" as Layer(dyn Layer) {
        /// Output features.
        width: Dim,
        /// Steps that a filter sees.
        kernel: Count = Count(3),
        /// Steps from one output to the next.
        stride: Count = Count(1),
        /// Steps from one element of the filter to the next.
        dilation: Count = Count(1),
        /// Zeros beside the input: as many as keep its steps (`same`), none (`valid`), all before the first step (`causal`), or
        /// a number on each side.
        padding: Padding = Padding::Same,
        /// Adds a bias.
        bias: bool = true,
        /// How the weights begin; fans count the kernel.
        init: LinearInit = LinearInit::Torch,
    }
    example "conv1d(3)" on [[5, 4]]
}

impl Conv1d {
    fn window(&self) -> Window {
        let &Self { kernel, stride, dilation, padding, .. } = self;
        Window { word: "conv1d", kernel, stride, dilation, padding }
    }
}

impl Activated for Conv1d {
    fn compute(&self, context: &mut Context, weights: &[Tensor], x: &Tensor, activation: Option<Activation>) -> Tensor {
        let window = self.window().over(x.axes()[1]);
        tensor::conv1d(context, x, &weights[0], weights.get(1), window, activation)
    }
}

impl Layer for Conv1d {
    fn shape(&self, inputs: &[Shape]) -> Result<Signature, ShapeError> {
        let [steps, features] = inputs[0].0.as_slice() else {
            return Err(ShapeError::new(format!("`conv1d` needs [steps, features], has {}", inputs[0]))
                .help("`reshape` can join or part axes; `linear` works on any number of them"));
        };
        let output = Shape(vec![self.window().steps(steps)?, self.width.clone()]);
        let kernel = Dim::from(self.kernel.0);
        let (weight, bias) = self.init.of(&features.times(&kernel), &self.width.times(&kernel));
        let shape = Shape(vec![self.width.clone(), features.clone(), kernel]);
        let mut weights = vec![WeightSpec { name: "weight", shape, init: weight, kind: WeightKind::Learned }];
        if self.bias {
            let shape = Shape(vec![self.width.clone()]);
            weights.push(WeightSpec { name: "bias", shape, init: bias, kind: WeightKind::Learned });
        }
        Ok(Signature { output, weights })
    }

    fn gives(&self) -> Gives {
        Gives::Numbers
    }

    fn spell(&self, to: &mut Spelling, weights: &[Term], inputs: &[Term]) -> Term {
        to.conv1d(&inputs[0], &weights[0], weights.get(1), self.window().strided())
    }

    fn apply(&self, context: &mut Context, weights: &[Tensor], inputs: &[Tensor]) -> Tensor {
        self.compute(context, weights, &inputs[0], None)
    }

    fn flops(&self, inputs: &[Shape], output: &Shape) -> Dim {
        let features = inputs[0].0.last().cloned().unwrap_or(Dim::constant(0));
        output.elements().times(&features).times(&Dim::from(2 * self.kernel.0))
    }

    fn fuse(&self, activation: Activation) -> Option<Arc<dyn Layer>> {
        Some(Arc::new(Fused { layer: self.clone(), activation }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tensor::Device;
    use crate::tensor::check::close;

    fn conv1d(kernel: usize, stride: usize, dilation: usize, padding: Padding) -> Conv1d {
        let [kernel, stride, dilation] = [kernel, stride, dilation].map(Count);
        Conv1d { width: Dim::constant(2), kernel, stride, dilation, padding, bias: true, init: LinearInit::Torch }
    }

    /// ```text
    /// x = (torch.arange(10.) / 10).sin().reshape(1, 5, 2); w = (torch.arange(12.) / 4).cos().reshape(2, 2, 3)
    /// b = torch.tensor([.5, -1.])
    /// y = torch.conv1d(x.transpose(1, 2), w, b, stride, padding, dilation).transpose(1, 2)
    /// ```
    #[test]
    fn it_is_pytorchs() {
        let device = Device::cpu();
        let mut context = Context::evaluate(&device);
        let range = |n: usize, f: &dyn Fn(f32) -> f32| (0..n).map(|i| f(i as f32)).collect::<Vec<f32>>();
        let x = device.upload(&range(10, &|i| (i / 10.0).sin()), &[1, 5, 2]);
        let w = device.upload(&range(12, &|i| (i / 4.0).cos()), &[2, 2, 3]);
        let b = device.upload(&[0.5, -1.0], &[2]);
        for (layer, expected) in [
            (
                conv1d(3, 1, 1, Padding::Same),
                vec![
                    0.8214731, -1.435807, 1.418131, -1.940068, 2.249902, -2.455512, 3.01191, -2.912929, 2.654298,
                    -2.120162,
                ],
            ),
            (conv1d(3, 2, 1, Padding::Valid), vec![1.418131, -1.940068, 3.01191, -2.912929]),
            (
                conv1d(3, 1, 2, Padding::Causal),
                vec![
                    0.5314797, -1.092276, 0.7675328, -1.355826, 1.046861, -1.68517, 1.55082, -2.102592, 2.085934,
                    -2.53877,
                ],
            ),
            (
                conv1d(3, 2, 1, Padding::Each(2)),
                vec![0.5314797, -1.092276, 1.418131, -1.940068, 3.01191, -2.912929, 1.790508, -1.441321],
            ),
        ] {
            let y = layer.apply(&mut context, &[w.clone(), b.clone()], std::slice::from_ref(&x));
            close(&format!("{layer:?}"), &y.values(), &expected, 1e-6);
        }
    }

    #[test]
    fn short_inputs_are_refused_and_symbols_go_through() {
        let valid = conv1d(3, 1, 2, Padding::Valid);
        let error = valid.shape(&[Shape::of(&[4, 2])]).unwrap_err();
        assert_eq!(error.message, "`conv1d` sees 5 steps at once and there are 4, and 0 of padding");
        assert_eq!(valid.shape(&[Shape::of(&[5, 2])]).unwrap().output, Shape::of(&[1, 2]));
        let t = Dim::symbol("T");
        let steps =
            |layer: Conv1d| layer.shape(&[Shape(vec![t.clone(), Dim::constant(2)])]).unwrap().output.0[0].clone();
        assert_eq!(steps(conv1d(3, 1, 1, Padding::Same)), t);
        assert_eq!(steps(conv1d(4, 1, 3, Padding::Causal)), t);
        assert_eq!(steps(conv1d(3, 2, 1, Padding::Each(1))).to_string(), "(T - 1) / 2 + 1");
        assert!(valid.shape(&[Shape::of(&[4])]).unwrap_err().message.contains("[steps, features]"));
    }
}
