//! `group_norm`: normalises groups of features of each sample.

use crate::builtin::spelling::{Reduced, Unary};
use crate::builtin::{
    Count, Gives, Init, Layer, Positive, ShapeError, Signature, Spelling, Term, WeightKind, WeightSpec,
};
use crate::shape::{Dim, Shape};
use crate::tensor::{self, Context, Tensor};

crate::row! {
    /// Normalises each sample's groups of features over all steps (Wu & He 2018): `(x - mean) / √(variance + ε) · weight + bias`.
    ///
    /// The features are the last axis and each group has equally many; mean and variance are those of a group and of whatever axes
    /// stand before it, so a batch has no part in them. One group is `layer_norm` over all axes. The same numbers and weights as
    /// `torch.nn.GroupNorm`, which has features before steps.
    pub struct GroupNorm = "group_norm" as Layer(dyn Layer) {
        /// Groups of features; a divisor of their number.
        groups: Count,
        /// Learns a weight and a bias of each feature.
        affine: bool = true,
        /// Added to the variance, against division by zero.
        eps: Positive = Positive(1e-5),
    }
    example "group_norm(2)" on [[3, 4]]
}

impl Layer for GroupNorm {
    fn shape(&self, inputs: &[Shape]) -> Result<Signature, ShapeError> {
        let Some(size) = inputs[0].0.last() else {
            return Err(ShapeError::new(
                "`group_norm` needs an axis of features, its input is one number a sample: []",
            ));
        };
        let groups = self.groups.0;
        if size.value().is_some_and(|size| size % groups as i64 != 0) {
            return Err(ShapeError::new(format!("`group_norm` cannot part {size} features among {groups} groups"))
                .help("`groups` divides the number of features"));
        }
        if inputs[0].elements() == Dim::from(groups) {
            return Err(ShapeError::new(format!("`group_norm` of {} has groups of one number", inputs[0]))
                .help("one number has no variance: take fewer `groups`"));
        }
        let spec = |name, init| WeightSpec { name, shape: Shape(vec![size.clone()]), init, kind: WeightKind::Learned };
        let weights = if self.affine { vec![spec("weight", Init::Ones), spec("bias", Init::Zeros)] } else { vec![] };
        Ok(Signature { output: inputs[0].clone(), weights })
    }

    fn gives(&self) -> Gives {
        Gives::Numbers
    }

    fn spell(&self, to: &mut Spelling, weights: &[Term], inputs: &[Term]) -> Term {
        let x = &inputs[0];
        let (last, leading) = x.axes.split_last().expect("`group_norm` has seen an axis of features");
        let (rows, groups) = (leading.iter().product(), self.groups.0);
        let parts = to.reshape(x, &[rows, groups, last / groups]);
        let mean = to.reduce(Reduced::Mean, &parts, &[0, 2]);
        let centred = to.sub(&parts, &mean);
        let squares = to.mul(&centred, &centred);
        let variance = to.reduce(Reduced::Mean, &squares, &[0, 2]);
        let eps = to.number(self.eps.0 as f32);
        let variance = to.add(&variance, &eps);
        let deviation = to.unary(Unary::Sqrt, &variance);
        let y = to.div(&centred, &deviation);
        let y = to.reshape(&y, &x.axes);
        match weights {
            [weight, bias] => {
                let scaled = to.mul(&y, weight);
                to.add(&scaled, bias)
            }
            _ => y,
        }
    }

    fn apply(&self, context: &mut Context, weights: &[Tensor], inputs: &[Tensor]) -> Tensor {
        let y = tensor::group_norm(context, &inputs[0], self.groups.0, self.eps.0 as f32);
        match weights {
            [weight, bias] => tensor::scale_features(context, &y, weight, bias),
            _ => y,
        }
    }

    fn flops(&self, _inputs: &[Shape], output: &Shape) -> Dim {
        output.elements().times(&Dim::constant(if self.affine { 8 } else { 6 }))
    }

    /// Mean and deviation of every group; with weights, what they are multiplied with and added to.
    fn saved(&self, _inputs: &[Shape], output: &Shape) -> Dim {
        let moments = Dim::from(2 * self.groups.0);
        if self.affine { moments.plus(&output.elements().times(&Dim::constant(2))) } else { moments }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tensor::Device;
    use crate::tensor::check::close;

    const STEPS: [f32; 24] = [
        1.891939, 0.3026845, 0.4011107, 1.519915, -1.921867, -0.5713204, 0.669122, 1.192735, 0.09763872, 0.5460653,
        -0.3441073, -2.191026, 1.006089, 0.5742711, -0.4005117, -1.42504, 1.142874, 0.2912989, 0.0578142, 0.5031702,
        -1.73063, -0.7050147, 0.7883645, 2.284869,
    ];
    const VECTORS: [f32; 8] = [1.49972, -0.3999066, -0.2997991, 1.799397, -1.498988, 0.5996633, -0.2938742, 1.78162];
    const BARE: [f32; 24] = [
        -0.9718803,
        -0.3123543,
        0.34754,
        0.7027127,
        0.9872538,
        1.034562,
        0.8106911,
        0.514246,
        -0.05015652,
        -0.6874248,
        -0.9402735,
        -1.434917,
        -0.5974774,
        -0.844954,
        -1.11403,
        -1.066727,
        -0.678709,
        -0.3408152,
        -0.2637737,
        0.125636,
        1.027754,
        1.434202,
        1.091495,
        1.227399,
    ];

    /// ```text
    /// x = (torch.arange(24.) / 3).sin().reshape(2, 3, 4)
    /// m = torch.nn.GroupNorm(2, 4); m.weight.data = torch.arange(4.) - 1.5; m.bias.data = torch.arange(4.) / 10
    /// m(x.transpose(1, 2)).transpose(1, 2), m(x[:, 0])
    /// torch.nn.GroupNorm(2, 4, affine=False, eps=0.1)(x.transpose(1, 2)).transpose(1, 2)
    /// ```
    #[test]
    fn it_is_pytorchs() {
        let device = Device::cpu();
        let mut context = Context::evaluate(&device);
        let values: Vec<f32> = (0..24).map(|i| (i as f32 / 3.0).sin()).collect();
        let x = device.upload(&values, &[2, 3, 4]);
        let vectors = device.upload(&[&values[..4], &values[12..16]].concat(), &[2, 4]);
        let weights = [device.upload(&[-1.5, -0.5, 0.5, 1.5], &[4]), device.upload(&[0.0, 0.1, 0.2, 0.3], &[4])];
        let layer = GroupNorm { groups: Count(2), affine: true, eps: Positive(1e-5) };
        let steps = layer.apply(&mut context, &weights, std::slice::from_ref(&x));
        close("steps", &steps.values(), &STEPS, 1e-5);
        close("vectors", &layer.apply(&mut context, &weights, &[vectors]).values(), &VECTORS, 1e-5);
        let bare = GroupNorm { groups: Count(2), affine: false, eps: Positive(0.1) };
        close("without weights", &bare.apply(&mut context, &[], &[x]).values(), &BARE, 1e-5);
    }

    #[test]
    fn what_does_not_fit_is_said() {
        let layer = GroupNorm { groups: Count(3), affine: true, eps: Positive(1e-5) };
        let message = |axes: &[usize]| layer.shape(&[Shape::of(axes)]).unwrap_err().message;
        assert_eq!(message(&[2, 4]), "`group_norm` cannot part 4 features among 3 groups");
        assert_eq!(message(&[3]), "`group_norm` of [3] has groups of one number");
    }
}
