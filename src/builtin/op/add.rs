//! `add`: the sum of inputs.

use super::broadcast;
use crate::builtin::{Arity, Gives, Layer, ShapeError, Signature, Spelling, Term};
use crate::shape::{Dim, Shape};
use crate::tensor::{self, Arithmetic, Context, Tensor};

crate::row! {
    /// Sum of any number of inputs, element by element.
    ///
    /// An axis of size 1 is repeated along the other input's; missing leading axes count as size 1.
    pub struct Add = "add" as Op(dyn Layer) {}
    example "add" on [[2, 3], [3]]
}

impl Layer for Add {
    fn arity(&self) -> Arity {
        Arity::AtLeast(1)
    }

    fn shape(&self, inputs: &[Shape]) -> Result<Signature, ShapeError> {
        let mut output = inputs[0].clone();
        for input in &inputs[1..] {
            output = broadcast("add", &output, input)?;
        }
        Ok(Signature::plain(output))
    }

    fn gives(&self) -> Gives {
        Gives::Unknown
    }

    fn repeats_inputs(&self) -> bool {
        true
    }

    fn flops(&self, inputs: &[Shape], output: &Shape) -> Dim {
        output.elements().times(&Dim::from(inputs.len() - 1))
    }

    /// The results between the first two inputs and the last.
    fn saved(&self, inputs: &[Shape], output: &Shape) -> Dim {
        output.elements().times(&Dim::from(inputs.len().saturating_sub(2)))
    }

    fn spell(&self, to: &mut Spelling, _weights: &[Term], inputs: &[Term]) -> Term {
        inputs[1..].iter().fold(inputs[0].clone(), |sum, input| to.add(&sum, input))
    }

    fn apply(&self, context: &mut Context, _weights: &[Tensor], inputs: &[Tensor]) -> Tensor {
        let first = inputs[0].clone();
        inputs[1..].iter().fold(first, |sum, input| tensor::arithmetic(context, Arithmetic::Add, &sum, input))
    }
}
