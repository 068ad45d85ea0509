//! `mul`: the product of inputs.

use super::broadcast;
use crate::builtin::{Arity, Gives, Layer, ShapeError, Signature, Spelling, Term};
use crate::shape::{Dim, Shape};
use crate::tensor::{self, Arithmetic, Context, Tensor};
use std::cmp::Ordering;

crate::row! {
    /// Product of any number of inputs, element by element.
    ///
    /// An axis of size 1 is repeated along the other input's; missing leading axes count as size 1.
    pub struct Mul = "mul" as Op(dyn Layer) {}
    example "mul" on [[2, 3], [3]]
}

impl Layer for Mul {
    fn arity(&self) -> Arity {
        Arity::AtLeast(1)
    }

    fn shape(&self, inputs: &[Shape]) -> Result<Signature, ShapeError> {
        let mut output = inputs[0].clone();
        for input in &inputs[1..] {
            output = broadcast("mul", &output, input)?;
        }
        Ok(Signature::plain(output))
    }

    fn gives(&self) -> Gives {
        Gives::Unknown
    }

    /// The smaller of two: a number of 0 or 1 for what it is repeated along.
    fn mask(&self, inputs: &[Shape]) -> Option<(usize, usize)> {
        let [a, b] = inputs else { return None };
        match a.elements().value()?.cmp(&b.elements().value()?) {
            Ordering::Less => Some((0, 1)),
            Ordering::Equal => None,
            Ordering::Greater => Some((1, 0)),
        }
    }

    fn flops(&self, inputs: &[Shape], output: &Shape) -> Dim {
        output.elements().times(&Dim::from(inputs.len() - 1))
    }

    /// The results between the first two inputs and the last.
    fn saved(&self, inputs: &[Shape], output: &Shape) -> Dim {
        output.elements().times(&Dim::from(inputs.len().saturating_sub(2)))
    }

    fn spell(&self, to: &mut Spelling, _weights: &[Term], inputs: &[Term]) -> Term {
        inputs[1..].iter().fold(inputs[0].clone(), |product, input| to.mul(&product, input))
    }

    fn apply(&self, context: &mut Context, _weights: &[Tensor], inputs: &[Tensor]) -> Tensor {
        let first = inputs[0].clone();
        inputs[1..].iter().fold(first, |product, input| tensor::arithmetic(context, Arithmetic::Mul, &product, input))
    }
}
