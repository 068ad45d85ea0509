//! `concat`: joins inputs along one axis.

use super::{batched, placed, resolve};
use crate::builtin::{Arity, Gives, Layer, ShapeError, Signature, Spelling, Term};
use crate::shape::{Dim, Shape};
use crate::tensor::{self, Context, Tensor};

crate::row! {
    /// Joins any number of inputs along one axis; all other axes must be equal.
    pub struct Concat = "concat" as Op(dyn Layer) {
        /// The axis to join along, without the batch; negative from the end.
        axis: i64 = -1,
    }
    example "concat" on [[2, 3], [2, 4]]
}

impl Layer for Concat {
    fn arity(&self) -> Arity {
        Arity::AtLeast(1)
    }

    fn shape(&self, inputs: &[Shape]) -> Result<Signature, ShapeError> {
        let axis = resolve("concat", self.axis, &inputs[0])?;
        let mut output = inputs[0].clone();
        for input in &inputs[1..] {
            if input.rank() != output.rank() {
                return Err(ShapeError::new(format!(
                    "`concat` needs inputs with equally many axes, has {} and {input}",
                    inputs[0]
                ))
                .help("`flatten` makes one axis of all"));
            }
            if let Some(at) = (0..output.rank()).find(|&at| at != axis && input.0[at] != output.0[at]) {
                return Err(unequal(axis, at, &inputs[0], input));
            }
            output.0[axis] = output.0[axis].plus(&input.0[axis]);
        }
        Ok(Signature::plain(output))
    }

    fn gives(&self) -> Gives {
        Gives::Unknown
    }

    fn repeats_inputs(&self) -> bool {
        true
    }

    fn spell(&self, to: &mut Spelling, _weights: &[Term], inputs: &[Term]) -> Term {
        to.concat(inputs, placed(self.axis, inputs[0].axes.len()))
    }

    fn apply(&self, context: &mut Context, _weights: &[Tensor], inputs: &[Tensor]) -> Tensor {
        let axis = batched(self.axis, inputs[0].axes().len() - 1);
        tensor::concat(context, &inputs.iter().collect::<Vec<_>>(), axis)
    }

    fn flops(&self, _inputs: &[Shape], _output: &Shape) -> Dim {
        Dim::constant(0)
    }
}

fn unequal(axis: usize, at: usize, first: &Shape, other: &Shape) -> ShapeError {
    let message = if axis + 1 == first.rank() {
        format!("`concat` needs equal leading axes, has {first} and {other}")
    } else {
        format!("`concat` along axis {axis} needs all other axes equal, has {first} and {other}")
    };
    ShapeError::new(message).help(format!("axis {at} is {} in one and {} in the other", first.0[at], other.0[at]))
}
