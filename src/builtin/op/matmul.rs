//! `matmul`: products of matrices.

use crate::builtin::{Arity, Gives, Layer, ShapeError, Signature, Spelling, Term};
use crate::shape::{Dim, Shape};
use crate::tensor::{self, Context, Tensor};

crate::row! {
    /// Product of matrices over the last two axes: `[.., m, k]` and `[.., k, n]` make `[.., m, n]`; leading axes equal.
    pub struct Matmul = "matmul" as Op(dyn Layer) {}
    example "matmul" on [[2, 3], [3, 4]]
}

impl Layer for Matmul {
    fn arity(&self) -> Arity {
        Arity::Exactly(2)
    }

    fn shape(&self, inputs: &[Shape]) -> Result<Signature, ShapeError> {
        let (a, b) = (&inputs[0], &inputs[1]);
        let (Some((left, [m, k])), Some((right, [depth, n]))) = (a.0.split_last_chunk(), b.0.split_last_chunk()) else {
            return Err(ShapeError::new(format!("`matmul` needs two axes of each input, has {a} and {b}"))
                .help("`reshape` can add an axis of size 1"));
        };
        if left != right {
            return Err(ShapeError::new(format!("`matmul` needs equal leading axes, has {a} and {b}")));
        }
        if k != depth {
            let error = ShapeError::new(format!(
                "`matmul` needs as many columns in the first input as rows in the second, has {a} and {b}"
            ));
            return Err(if k == n { error.help("`transpose` the second input") } else { error });
        }
        let mut output = Shape(left.to_vec());
        output.0.extend([m.clone(), n.clone()]);
        Ok(Signature::plain(output))
    }

    fn gives(&self) -> Gives {
        Gives::Unknown
    }

    fn spell(&self, to: &mut Spelling, _weights: &[Term], inputs: &[Term]) -> Term {
        to.matmul(&inputs[0], &inputs[1])
    }

    fn apply(&self, context: &mut Context, _weights: &[Tensor], inputs: &[Tensor]) -> Tensor {
        tensor::matmul(context, &inputs[0], &inputs[1])
    }

    fn flops(&self, inputs: &[Shape], output: &Shape) -> Dim {
        let depth = inputs[0].0.last().cloned().unwrap_or(Dim::constant(0));
        output.elements().times(&depth).times(&Dim::constant(2))
    }
}
