//! `present`: a mask of the frames that are not padding.

use crate::builtin::spelling::{Reduced, Test};
use crate::builtin::{Gives, Layer, ShapeError, Signature, Spelling, Term};
use crate::shape::Shape;
use crate::tensor::{self, Context, Tensor};

crate::words! {
    /// What tells a frame from padding.
    pub enum PresentRule {
        /// Some feature is not zero.
        Any = "any",
        /// The first feature is not zero, as MulT's program (Tsai et al. 2019) has it.
        First = "first",
    }
}

crate::row! {
    /// Mask of the frames that are there: `[steps, features]` becomes `[steps]`, 1 where a frame is not zero and 0 where it is padding.
    ///
    /// For `mean`, `max`, `softmax`, `topk_mean`, `attention`, `positions`, `lstm` and `gru`: `mean(x, present(x), 0)`. No gradient flows through it.
    pub struct Present = "present" as Op(dyn Layer) {
        /// A frame counts where `any` feature is not zero, or where the `first` is not.
        rule: PresentRule = PresentRule::Any,
    }
    example "present" on [[3, 4]]
}

impl Layer for Present {
    fn shape(&self, inputs: &[Shape]) -> Result<Signature, ShapeError> {
        match inputs[0].0.split_last() {
            Some((_, leading)) => Ok(Signature::plain(Shape(leading.to_vec()))),
            None => Err(ShapeError::new("`present` needs an axis of features, its input is one number a sample: []")),
        }
    }

    fn tells(&self) -> bool {
        true
    }

    fn gives(&self) -> Gives {
        Gives::Unknown
    }

    fn spell(&self, to: &mut Spelling, _weights: &[Term], inputs: &[Term]) -> Term {
        let x = &inputs[0];
        let (last, leading) = (x.axes.len() - 1, x.axes[..x.axes.len() - 1].to_vec());
        let seen = match self.rule {
            PresentRule::Any => x.clone(),
            PresentRule::First => to.slice(x, last, 0..1),
        };
        let there = to.test(Test::NotZero, &seen);
        let any = to.reduce(Reduced::Max, &there, &[last]);
        to.reshape(&any, &leading)
    }

    fn apply(&self, context: &mut Context, _weights: &[Tensor], inputs: &[Tensor]) -> Tensor {
        let count = match self.rule {
            PresentRule::Any => usize::MAX,
            PresentRule::First => 1,
        };
        tensor::present(context, &inputs[0], count)
    }

    fn flops(&self, inputs: &[Shape], _output: &Shape) -> crate::shape::Dim {
        inputs[0].elements()
    }
}
