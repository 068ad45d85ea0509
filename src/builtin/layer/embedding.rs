//! `embedding`: a row of weights for every id.

use crate::builtin::spelling::{Binary, Unary};
use crate::builtin::{
    Count, Gives, Init, InitScale, Layer, ShapeError, Signature, Spelling, Term, WeightKind, WeightSpec,
};
use crate::shape::{Dim, Shape};
use crate::tensor::{self, Context, Tensor};

crate::row! {
    /// A row of weights for every whole number of the input: ids `[..]` become `[.., width]`.
    ///
    /// The same numbers and weights as `torch.nn.Embedding`. An id that is not in `0..entries` is nothing: zeros, and no
    /// gradient, so -1 pads. No gradient flows to the ids.
    pub struct Embedding = "embedding" as Layer(dyn Layer) {
        /// Rows: ids are below it.
        entries: Count,
        /// Features of a row.
        width: Dim,
    }
    example "embedding(3, 4)" on [[5]]
}

impl Layer for Embedding {
    fn shape(&self, inputs: &[Shape]) -> Result<Signature, ShapeError> {
        let output = Shape([&inputs[0].0[..], std::slice::from_ref(&self.width)].concat());
        let weight = WeightSpec {
            name: "weight",
            shape: Shape(vec![Dim::from(self.entries.0), self.width.clone()]),
            init: Init::Normal { deviation: InitScale::Value(1.0) },
            kind: WeightKind::Learned,
        };
        Ok(Signature { output, weights: vec![weight] })
    }

    fn gives(&self) -> Gives {
        Gives::Unknown
    }

    fn spell(&self, to: &mut Spelling, weights: &[Term], inputs: &[Term]) -> Term {
        let (half, last) = (to.number(0.5), to.number((self.entries.0 - 1) as f32));
        let zero = to.number(0.0);
        let id = to.add(&inputs[0], &half);
        let id = to.unary(Unary::Floor, &id);
        let inside = to.binary(Binary::Min, &id, &last);
        let inside = to.binary(Binary::Max, &inside, &zero);
        let rows = to.rows(&weights[0], &inside);
        let other = to.sub(&id, &inside);
        let other = to.reshape(&other, &[&inputs[0].axes[..], &[1]].concat());
        to.choose(&other, &zero, &rows)
    }

    fn apply(&self, context: &mut Context, weights: &[Tensor], inputs: &[Tensor]) -> Tensor {
        tensor::embedding(context, &inputs[0], &weights[0])
    }

    fn ids(&self) -> Option<usize> {
        Some(self.entries.0)
    }

    fn flops(&self, _inputs: &[Shape], _output: &Shape) -> Dim {
        Dim::constant(0)
    }

    /// Which row each id has, in 16 bytes.
    fn saved(&self, inputs: &[Shape], _output: &Shape) -> Dim {
        inputs[0].elements().times(&Dim::constant(4))
    }
}
