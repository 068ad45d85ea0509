//! `outer`: every product of one number of each input.

use crate::builtin::{Arity, Gives, Layer, ShapeError, Signature, Spelling, Term};
use crate::shape::{Dim, Shape};
use crate::tensor::{self, Context, Tensor};

crate::row! {
    /// Outer product over the last axis: `[.., m]` and `[.., n]` make `[.., m, n]`, `y[i, j] = a[i] b[j]`; leading axes equal.
    pub struct Outer = "outer" as Op(dyn Layer) {}
    example "outer" on [[2, 3], [2, 4]]
}

impl Layer for Outer {
    fn arity(&self) -> Arity {
        Arity::Exactly(2)
    }

    fn shape(&self, inputs: &[Shape]) -> Result<Signature, ShapeError> {
        match (inputs[0].0.split_last(), inputs[1].0.split_last()) {
            (Some((_, left)), Some((n, right))) if left == right => {
                Ok(Signature::plain(Shape([&inputs[0].0[..], std::slice::from_ref(n)].concat())))
            }
            _ => Err(ShapeError::new(format!(
                "`outer` needs equal leading axes and one axis more of each input, has {} and {}",
                inputs[0], inputs[1]
            ))),
        }
    }

    fn gives(&self) -> Gives {
        Gives::Unknown
    }

    fn spell(&self, to: &mut Spelling, _weights: &[Term], inputs: &[Term]) -> Term {
        let [a, b] = [&inputs[0], &inputs[1]];
        let (column, row) = ([&a.axes[..], &[1]].concat(), {
            let (last, leading) = b.axes.split_last().expect("`outer` has seen an axis");
            [leading, &[1, *last]].concat()
        });
        let (a, b) = (to.reshape(a, &column), to.reshape(b, &row));
        to.mul(&a, &b)
    }

    fn apply(&self, context: &mut Context, _weights: &[Tensor], inputs: &[Tensor]) -> Tensor {
        tensor::outer(context, &inputs[0], &inputs[1])
    }

    fn flops(&self, _inputs: &[Shape], output: &Shape) -> Dim {
        output.elements()
    }
}
