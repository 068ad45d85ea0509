//! `flatten`: one axis of all.

use crate::builtin::{Gives, Layer, ShapeError, Signature, Spelling, Term};
use crate::shape::{Dim, Shape};
use crate::tensor::{Context, Tensor};

crate::row! {
    /// Makes one axis of all: `[10, 128]` becomes `[1280]`.
    pub struct Flatten = "flatten" as Op(dyn Layer) {}
    example "flatten" on [[2, 3]]
}

impl Layer for Flatten {
    fn shape(&self, inputs: &[Shape]) -> Result<Signature, ShapeError> {
        Ok(Signature::plain(Shape(vec![inputs[0].elements()])))
    }

    fn gives(&self) -> Gives {
        Gives::AsInput
    }

    fn is_view(&self) -> bool {
        true
    }

    fn spell(&self, to: &mut Spelling, _weights: &[Term], inputs: &[Term]) -> Term {
        to.reshape(&inputs[0], &[inputs[0].axes.iter().product()])
    }

    fn apply(&self, _context: &mut Context, _weights: &[Tensor], inputs: &[Tensor]) -> Tensor {
        let axes = inputs[0].axes();
        inputs[0].reshaped(&[axes[0], axes[1..].iter().product()])
    }

    fn flops(&self, _inputs: &[Shape], _output: &Shape) -> Dim {
        Dim::constant(0)
    }
}
