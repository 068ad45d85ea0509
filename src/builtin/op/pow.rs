//! `pow`: powers of numbers.

use super::same;
use crate::builtin::spelling::{Binary, Test};
use crate::builtin::{Gives, Layer, ShapeError, Signature, Spelling, Term};
use crate::shape::Shape;
use crate::tensor::{self, Context, Tensor};

crate::row! {
    /// Power of every element: `pow(2)` is `x²`, `pow(0.5)` the square root.
    ///
    /// Where the exponent is no whole number, what is below 0 counts as 0 (with a negative exponent as `1e-30`) and no gradient flows
    /// there, so nothing becomes NaN. A negative whole power of 0 is infinite, and a run whose loss is not finite stops.
    pub struct Pow = "pow" as Op(dyn Layer) {
        /// The exponent.
        exponent: f64,
    }
    example "pow(2)" on [[4]]
}

impl Layer for Pow {
    fn shape(&self, inputs: &[Shape]) -> Result<Signature, ShapeError> {
        same(inputs)
    }

    fn gives(&self) -> Gives {
        if self.exponent % 2.0 == 1.0 || self.exponent % 2.0 == -1.0 { Gives::Numbers } else { Gives::NonNegative }
    }

    fn keeps(&self, _: Gives) -> bool {
        self.exponent == 1.0
    }

    fn spell(&self, to: &mut Spelling, _weights: &[Term], inputs: &[Term]) -> Term {
        let (x, exponent) = (&inputs[0], self.exponent as f32);
        let power = to.number(exponent);
        if tensor::is_whole_power(exponent) {
            return to.binary(Binary::Pow, x, &power);
        }
        let floor = to.number(tensor::FLOOR);
        let inside = to.binary(Binary::Max, x, &floor);
        let y = to.binary(Binary::Pow, &inside, &power);
        if exponent < 0.0 {
            return y;
        }
        let (below, zero) = (to.test(Test::Below(tensor::FLOOR), x), to.number(0.0));
        to.choose(&below, &zero, &y)
    }

    fn apply(&self, context: &mut Context, _weights: &[Tensor], inputs: &[Tensor]) -> Tensor {
        tensor::power(context, &inputs[0], self.exponent as f32)
    }
}
