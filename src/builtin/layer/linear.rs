//! `linear`: the fully connected layer, with or without an activation in the same pass.

use crate::builtin::fused::{Activated, Fused};
use crate::builtin::{Gives, Init, InitScale, Layer, ShapeError, Signature, Spelling, Term, WeightKind, WeightSpec};
use crate::shape::{Dim, Shape};
use crate::tensor::{self, Activation, Context, Tensor};
use std::sync::Arc;

crate::words! {
    /// How the weight of a `linear` and its kin begins.
    pub enum LinearInit {
        /// PyTorch's default, He et al. 2015 with a = √5: uniform in ±1/√in, the bias too.
        Torch = "torch",
        /// Glorot & Bengio 2010: uniform in ±√(6 / (in + out)), bias 0.
        XavierUniform = "xavier_uniform",
        /// Glorot & Bengio 2010: normal with variance 2 / (in + out), bias 0.
        XavierNormal = "xavier_normal",
        /// He et al. 2015: uniform in ±√(6 / in), bias 0.
        KaimingUniform = "kaiming_uniform",
        /// He et al. 2015: normal with variance 2 / in, bias 0.
        KaimingNormal = "kaiming_normal",
        /// All zero: an output that begins as nothing.
        Zeros = "zeros",
    }
}

crate::row! {
    /// Fully connected layer over the last axis: `y = x Wᵀ + b`.
    ///
    /// `[.., in]` becomes `[.., width]`; `W` is `[width, in]`. An activation right after it is computed in the same pass.
    pub struct Linear = "linear" as Layer(dyn Layer) {
        /// Output features.
        width: Dim,
        /// Adds a bias.
        bias: bool = true,
        /// How the weights begin.
        init: LinearInit = LinearInit::Torch,
    }
    example "linear(3)" on [[4]]
}

impl LinearInit {
    /// Of a weight and its bias, with so many connections in and out.
    pub fn of(self, fan_in: &Dim, fan_out: &Dim) -> (Init, Init) {
        let both = fan_in.plus(fan_out);
        let scale = |numerator: f64, fan: &Dim| InitScale::Fan { gain: 1.0, numerator, fan: fan.clone() };
        let uniform = |numerator, fan| Init::Uniform { bound: scale(numerator, fan) };
        let normal = |numerator, fan| Init::Normal { deviation: scale(numerator, fan) };
        match self {
            LinearInit::Torch => (uniform(1.0, fan_in), uniform(1.0, fan_in)),
            LinearInit::XavierUniform => (uniform(6.0, &both), Init::Zeros),
            LinearInit::XavierNormal => (normal(2.0, &both), Init::Zeros),
            LinearInit::KaimingUniform => (uniform(6.0, fan_in), Init::Zeros),
            LinearInit::KaimingNormal => (normal(2.0, fan_in), Init::Zeros),
            LinearInit::Zeros => (Init::Zeros, Init::Zeros),
        }
    }
}

impl Activated for Linear {
    fn compute(&self, context: &mut Context, weights: &[Tensor], x: &Tensor, activation: Option<Activation>) -> Tensor {
        tensor::linear(context, x, &weights[0], weights.get(1), activation)
    }
}

impl Layer for Linear {
    fn shape(&self, inputs: &[Shape]) -> Result<Signature, ShapeError> {
        let Some((fan_in, leading)) = inputs[0].0.split_last() else {
            return Err(ShapeError::new("`linear` needs an axis to work on, its input is one number a sample: []")
                .help("give the modality the shape [1]"));
        };
        let mut output = Shape(leading.to_vec());
        output.0.push(self.width.clone());
        let (weight, bias) = self.init.of(fan_in, &self.width);
        let shape = Shape(vec![self.width.clone(), fan_in.clone()]);
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

    fn is_linear(&self) -> bool {
        true
    }

    fn spell(&self, to: &mut Spelling, weights: &[Term], inputs: &[Term]) -> Term {
        to.linear(&inputs[0], &weights[0], weights.get(1))
    }

    fn apply(&self, context: &mut Context, weights: &[Tensor], inputs: &[Tensor]) -> Tensor {
        self.compute(context, weights, &inputs[0], None)
    }

    fn flops(&self, inputs: &[Shape], output: &Shape) -> Dim {
        let fan_in = inputs[0].0.last().cloned().unwrap_or(Dim::constant(0));
        output.elements().times(&fan_in).times(&Dim::constant(2))
    }

    fn fuse(&self, activation: Activation) -> Option<Arc<dyn Layer>> {
        Some(Arc::new(Fused { layer: self.clone(), activation }))
    }
}
