//! `conv1d`: filters over neighbouring steps, with or without an activation in the same pass.

use super::linear::LinearInit;
use crate::builtin::fused::{Activated, Fused};
use crate::builtin::{Count, Expected, FromValue, Gives, Layer, ShapeError, Signature, Value, WeightKind, WeightSpec};
use crate::shape::{Dim, Shape};
use crate::tensor::{self, Activation, Context, Tensor, Window};
use std::sync::Arc;

/// Steps of zeros beside the input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Padding {
    /// As many as keep the steps, where the stride is 1; an odd one comes after the last step, as in PyTorch.
    Same,
    /// None before, none after.
    Valid,
    /// All before the first step: an output sees no later step than its own.
    Causal,
    /// So many before the first and so many after the last.
    Each(usize),
}

impl FromValue for Padding {
    const EXPECTED: Expected = Expected::WordOrSteps(&["same", "valid", "causal"]);

    fn from_value(value: &Value) -> Option<Self> {
        match value {
            Value::Name(name) if name == "same" => Some(Padding::Same),
            Value::Name(name) if name == "valid" => Some(Padding::Valid),
            Value::Name(name) if name == "causal" => Some(Padding::Causal),
            Value::Int(steps) => usize::try_from(*steps).ok().map(Padding::Each),
            Value::Name(_)
            | Value::Float(_)
            | Value::Bool(_)
            | Value::Text(_)
            | Value::List(_)
            | Value::Dim(_)
            | Value::Range(_)
            | Value::Condition(_) => None,
        }
    }

    fn show(&self) -> String {
        match self {
            Padding::Same => "same".into(),
            Padding::Valid => "valid".into(),
            Padding::Causal => "causal".into(),
            Padding::Each(steps) => steps.to_string(),
        }
    }
}

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

/// Above this many steps of reach a filter is a mistake.
const MOST_REACH: usize = 1 << 24;

impl Conv1d {
    /// Steps from the first that a filter sees to the last.
    fn reach(&self) -> usize {
        (self.kernel.0 - 1).saturating_mul(self.dilation.0)
    }

    /// Zeros before and in all.
    fn zeros(&self) -> (usize, usize) {
        match self.padding {
            Padding::Same => (self.reach() / 2, self.reach()),
            Padding::Valid => (0, 0),
            Padding::Causal => (self.reach(), self.reach()),
            Padding::Each(steps) => (steps, steps.saturating_mul(2)),
        }
    }

    fn steps(&self, steps: &Dim) -> Result<Dim, ShapeError> {
        let (zeros, reach) = (self.zeros().1, self.reach());
        if zeros.max(reach).max(self.stride.0) > MOST_REACH {
            return Err(ShapeError::new(format!("`conv1d` cannot reach over more than {MOST_REACH} steps"))
                .help("make `kernel`, `dilation`, `stride` or `padding` smaller"));
        }
        let room = steps.plus(&Dim::from(zeros)).minus(&Dim::from(reach + 1));
        if room.value().is_some_and(|room| room < 0) {
            return Err(ShapeError::new(format!(
                "`conv1d` sees {} steps at once and there are {steps}, and {zeros} of padding",
                reach + 1
            ))
            .help("pad with `padding: same`, or take a smaller `kernel`"));
        }
        let moves = room.over(&Dim::from(self.stride.0)).unwrap_or(Dim::constant(0));
        Ok(moves.plus(&Dim::constant(1)))
    }
}

impl Activated for Conv1d {
    fn compute(&self, context: &mut Context, weights: &[Tensor], x: &Tensor, activation: Option<Activation>) -> Tensor {
        let steps = self.steps(&Dim::from(x.axes()[1])).ok().and_then(|steps| steps.value());
        let window = Window {
            kernel: self.kernel.0,
            stride: self.stride.0,
            dilation: self.dilation.0,
            before: self.zeros().0,
            steps: steps.expect("the checker has seen that the filter fits") as usize,
        };
        tensor::conv1d(context, x, &weights[0], weights.get(1), window, activation)
    }
}

impl Layer for Conv1d {
    fn shape(&self, inputs: &[Shape]) -> Result<Signature, ShapeError> {
        let [steps, features] = inputs[0].0.as_slice() else {
            return Err(ShapeError::new(format!("`conv1d` needs [steps, features], has {}", inputs[0]))
                .help("`reshape` can join or part axes; `linear` works on any number of them"));
        };
        let output = Shape(vec![self.steps(steps)?, self.width.clone()]);
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
