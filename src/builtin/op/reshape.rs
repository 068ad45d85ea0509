//! `reshape`: the same numbers under other axes.

use crate::builtin::{Gives, Layer, ShapeError, Signature, Spelling, Term};
use crate::shape::{Dim, Shape};
use crate::tensor::{Axes, Context, Tensor};

crate::row! {
    /// The same numbers, row-major, under other axes: `reshape([10, 4, 32])` of `[10, 128]`.
    pub struct Reshape = "reshape" as Op(dyn Layer) {
        /// Sizes without the batch.
        shape: Vec<Dim>,
    }
    example "reshape([3, 4])" on [[12]]
}

impl Layer for Reshape {
    fn shape(&self, inputs: &[Shape]) -> Result<Signature, ShapeError> {
        let output = Shape(self.shape.clone());
        let (had, wanted) = (inputs[0].elements(), output.elements());
        if had != wanted {
            return Err(ShapeError::new(format!("`reshape` cannot make {output} of {}", inputs[0]))
                .help(format!("it needs equally many numbers: {had} are there, {wanted} are wanted")));
        }
        Ok(Signature::plain(output))
    }

    fn gives(&self) -> Gives {
        Gives::AsInput
    }

    fn is_view(&self) -> bool {
        true
    }

    fn spell(&self, to: &mut Spelling, _weights: &[Term], inputs: &[Term]) -> Term {
        let sample = Shape(self.shape.clone()).concrete().expect("lowering binds the sizes of reshape");
        to.reshape(&inputs[0], &sample)
    }

    fn apply(&self, _context: &mut Context, _weights: &[Tensor], inputs: &[Tensor]) -> Tensor {
        let sample = Shape(self.shape.clone()).concrete().expect("lowering binds the sizes of reshape");
        inputs[0].reshaped(&Axes::batch(inputs[0].axes()[0], &sample))
    }

    fn flops(&self, _inputs: &[Shape], _output: &Shape) -> Dim {
        Dim::constant(0)
    }
}
