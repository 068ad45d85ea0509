//! `dropout`: noise while training.

use crate::builtin::{Gives, Layer, ShapeError, Share, Signature, Spelling, Term};
use crate::shape::Shape;
use crate::tensor::{self, Context, Tensor};

crate::row! {
    /// While training, sets each element to zero with probability `p` and multiplies the others by `1 / (1 - p)`
    /// (Srivastava et al. 2014); otherwise it does nothing. A frozen module drops, too: freezing is about what is learned,
    /// and what trains through it is to bear the same noise. `frozen_dropout false` in a pipeline or a phase says otherwise.
    pub struct Dropout = "dropout" as Layer(dyn Layer) {
        /// Probability of zero.
        p: Share = Share(0.5),
    }
    example "dropout(0.2)" on [[4]]
}

impl Layer for Dropout {
    fn shape(&self, inputs: &[Shape]) -> Result<Signature, ShapeError> {
        Ok(Signature::plain(inputs[0].clone()))
    }

    fn gives(&self) -> Gives {
        Gives::Unknown
    }

    fn keeps(&self, _: Gives) -> bool {
        self.p.0 == 0.0
    }

    fn spell(&self, to: &mut Spelling, _weights: &[Term], inputs: &[Term]) -> Term {
        to.dropout(&inputs[0], self.p.0 as f32)
    }

    fn apply(&self, context: &mut Context, _weights: &[Tensor], inputs: &[Tensor]) -> Tensor {
        tensor::dropout(context, &inputs[0], self.p.0 as f32)
    }

    fn is_random(&self) -> bool {
        true
    }
}
