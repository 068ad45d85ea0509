//! A layer and the activation after it in one pass: what `linear` and `conv1d` have in common.

use super::{Gives, Layer, ShapeError, Signature, Spelling, Term, Written};
use crate::digits::number;
use crate::shape::{Dim, Shape};
use crate::tensor::{Activation, Context, Tensor};
use std::fmt;

/// A layer whose kernel can end with an activation.
pub trait Activated: Layer {
    fn compute(&self, context: &mut Context, weights: &[Tensor], x: &Tensor, activation: Option<Activation>) -> Tensor;
}

/// A layer and the activation after it.
pub struct Fused<L> {
    pub layer: L,
    pub activation: Activation,
}

/// As the language writes it.
fn word(activation: Activation) -> String {
    match activation {
        Activation::Relu => "relu".into(),
        Activation::LeakyRelu(slope) => format!("leaky_relu({})", number(f64::from(slope))),
        Activation::Gelu => "gelu".into(),
        Activation::Tanh => "tanh".into(),
        Activation::Sigmoid => "sigmoid".into(),
        Activation::Exp => "exp".into(),
    }
}

impl<L: Activated> fmt::Debug for Fused<L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fused").field(self.layer.word(), &self.layer).field("activation", &self.activation).finish()
    }
}

impl<L: Activated> Written for Fused<L> {
    fn word(&self) -> &'static str {
        self.layer.word()
    }

    fn all_arguments(&self) -> Vec<(&'static str, String, Option<String>)> {
        self.layer.all_arguments()
    }

    fn written(&self, front: &[&str]) -> String {
        format!("{} |> {}", self.layer.written(front), word(self.activation))
    }
}

impl<L: Activated> Layer for Fused<L> {
    fn shape(&self, inputs: &[Shape]) -> Result<Signature, ShapeError> {
        self.layer.shape(inputs)
    }

    fn gives(&self) -> Gives {
        Gives::Unknown
    }

    fn spell(&self, to: &mut Spelling, weights: &[Term], inputs: &[Term]) -> Term {
        let before = self.layer.spell(to, weights, inputs);
        to.activate(&before, self.activation)
    }

    fn apply(&self, context: &mut Context, weights: &[Tensor], inputs: &[Tensor]) -> Tensor {
        self.layer.compute(context, weights, &inputs[0], Some(self.activation))
    }

    fn flops(&self, inputs: &[Shape], output: &Shape) -> Dim {
        self.layer.flops(inputs, output).plus(&output.elements())
    }
}
