//! `shake`: parallel branches mixed at random. Owns the draws; the sum is `tensor::mix`.

use crate::builtin::value::Count;
use crate::builtin::{Arity, Gives, Layer, ShapeError, Signature, Spelling, Term};
use crate::seed::Stream;
use crate::shape::{Dim, Shape};
use crate::tensor::{self, Context, Shares, Tensor};

crate::words! {
    /// What has numbers of its own.
    pub enum ShakeLevel {
        /// Every sample: the best of the paper's variants.
        Sample = "sample",
        /// The batch as a whole.
        Batch = "batch",
    }
}

crate::words! {
    /// What the backward pass multiplies by.
    pub enum ShakeBackward {
        /// Numbers drawn anew: the best of the paper's variants.
        Shake = "shake",
        /// The same for every branch.
        Even = "even",
        /// Those of the forward pass.
        Keep = "keep",
    }
}

crate::row! {
    /// Shake-shake regularisation (Gastaldi 2017): a random mixture of parallel branches of one shape.
    ///
    /// While training, forward `Σ α_i b_i`; backward, branch i is given `β_i g`, with numbers of its own. Of two branches
    /// α_1 is uniform in [0, 1) and α_2 = 1 - α_1, as in the paper; of more, α is the softmax of as many uniform numbers,
    /// as programs of others have it. Otherwise the mean of the branches. A frozen module shakes, too, as it drops,
    /// unless `frozen_dropout false` says otherwise.
    pub struct Shake = "shake" as Op(dyn Layer) {
        /// What has an α and a β of its own: every `sample`, or the `batch` as a whole.
        level: ShakeLevel = ShakeLevel::Sample,
        /// What β is: drawn like α (`shake`), one half of two (`even`), or α (`keep`).
        backward: ShakeBackward = ShakeBackward::Shake,
        /// The branches are so many equal parts of the last axis of one input; without it, they are the inputs.
        branches: Option<Count> = None,
    }
    example "shake(level: batch)" on [[4], [4]]
}

impl Layer for Shake {
    fn arity(&self) -> Arity {
        if self.branches.is_some() { Arity::Exactly(1) } else { Arity::AtLeast(2) }
    }

    fn shape(&self, inputs: &[Shape]) -> Result<Signature, ShapeError> {
        if let Some(branches) = self.branches {
            return parts(&inputs[0], branches.0);
        }
        match inputs.iter().find(|input| **input != inputs[0]) {
            None => Ok(Signature::plain(inputs[0].clone())),
            Some(other) => {
                Err(ShapeError::new(format!("`shake` needs branches of one shape, has {} and {other}", inputs[0]))
                    .help("`linear` can bring all to one width"))
            }
        }
    }

    fn gives(&self) -> Gives {
        Gives::Unknown
    }

    fn spell(&self, to: &mut Spelling, _weights: &[Term], inputs: &[Term]) -> Term {
        let branches = match self.branches {
            Some(branches) => {
                let (axis, x) = (inputs[0].axes.len() - 1, &inputs[0]);
                let width = x.axes[axis] / branches.0;
                (0..branches.0).map(|i| to.slice(x, axis, i * width..(i + 1) * width)).collect()
            }
            None => inputs.to_vec(),
        };
        let share = to.number(1.0 / branches.len() as f32);
        let sum = branches[1..].iter().fold(branches[0].clone(), |sum, branch| to.add(&sum, branch));
        to.mul(&sum, &share)
    }

    fn apply(&self, context: &mut Context, _weights: &[Tensor], inputs: &[Tensor]) -> Tensor {
        let branches = match self.branches {
            Some(branches) => cut(context, &inputs[0], branches.0),
            None => inputs.to_vec(),
        };
        let (forward, backward) = self.shares(context, branches.len(), branches[0].axes()[0]);
        tensor::mix(context, &branches.iter().collect::<Vec<_>>(), forward, backward)
    }

    fn flops(&self, inputs: &[Shape], output: &Shape) -> Dim {
        let branches = self.branches.map_or(inputs.len(), |branches| branches.0);
        output.elements().times(&Dim::from(2 * branches))
    }

    /// The branches, where they are cut out of one input.
    fn saved(&self, inputs: &[Shape], _output: &Shape) -> Dim {
        self.branches.map_or(Dim::constant(0), |_| inputs[0].elements())
    }

    fn is_random(&self) -> bool {
        true
    }
}

impl Shake {
    /// α and β of so many branches.
    fn shares(&self, context: &mut Context, branches: usize, samples: usize) -> (Shares, Shares) {
        let rows = match self.level {
            ShakeLevel::Sample => samples,
            ShakeLevel::Batch => 1,
        };
        let even = vec![vec![1.0 / branches as f32; rows]; branches];
        if !context.draws() {
            return (even.clone(), even);
        }
        let mut stream = context.stream.take().expect("a training context has a stream for shake");
        let forward = draw(&mut stream, branches, rows);
        let backward = match self.backward {
            ShakeBackward::Shake => draw(&mut stream, branches, rows),
            ShakeBackward::Even => even,
            ShakeBackward::Keep => forward.clone(),
        };
        context.stream = Some(stream);
        (forward, backward)
    }
}

/// Shares of the branches that come to 1 in every row.
fn draw(stream: &mut Stream, branches: usize, rows: usize) -> Shares {
    let mut shares = vec![vec![0.0; rows]; branches];
    for row in 0..rows {
        if branches == 2 {
            shares[0][row] = stream.uniform();
            shares[1][row] = 1.0 - shares[0][row];
            continue;
        }
        shares.iter_mut().for_each(|share| share[row] = stream.uniform().exp());
        let sum: f32 = shares.iter().map(|share| share[row]).sum();
        shares.iter_mut().for_each(|share| share[row] /= sum);
    }
    shares
}

/// The shape of one of equal parts of the last axis.
fn parts(input: &Shape, branches: usize) -> Result<Signature, ShapeError> {
    let Some((size, leading)) = input.0.split_last() else {
        return Err(ShapeError::new("`shake` needs an axis of branches, its input is one number a sample: []"));
    };
    if size.value().is_some_and(|size| size % branches as i64 != 0) {
        return Err(ShapeError::new(format!("`shake` cannot cut {size} features into {branches} equal branches"))
            .help(format!("make the last axis {branches} times as wide as a branch")));
    }
    let part = size.over(&Dim::from(branches)).unwrap_or(Dim::constant(0));
    Ok(Signature::plain(Shape([leading, &[part]].concat())))
}

fn cut(context: &mut Context, x: &Tensor, branches: usize) -> Vec<Tensor> {
    let axis = x.axes().len() - 1;
    let width = x.axes()[axis] / branches;
    (0..branches).map(|i| tensor::slice(context, x, axis, i * width..(i + 1) * width)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seed::Seed;
    use crate::tensor::Mode;
    use crate::tensor::check::{close, fused_is_plain, gradients_are_slopes, normal, run};
    use crate::tensor::{Context, Device};

    const SAMPLES: usize = 3;

    fn branches(count: usize) -> Vec<(Vec<f32>, Vec<usize>)> {
        (0..count).map(|i| (normal(&format!("branch {i}"), SAMPLES * 4), vec![SAMPLES, 4])).collect()
    }

    fn shake(level: ShakeLevel, backward: ShakeBackward) -> Shake {
        Shake { level, backward, branches: None }
    }

    /// `Σ shares_i x_i`, one share a row of `rows`.
    fn mixed<'x>(shares: &Shares, inputs: impl Fn(usize) -> &'x [f32]) -> Vec<f32> {
        let part = SAMPLES * 4 / shares[0].len();
        (0..SAMPLES * 4).map(|e| shares.iter().enumerate().map(|(i, s)| s[e / part] * inputs(i)[e]).sum()).collect()
    }

    #[test]
    fn forward_and_backward_are_mixed_by_draws_of_their_own() {
        for count in [2, 4] {
            let (inputs, g) = (branches(count), normal("coefficients", SAMPLES * 4));
            for (level, rows) in [(ShakeLevel::Sample, SAMPLES), (ShakeLevel::Batch, 1)] {
                let mut stream = Seed(1).stream("check");
                let (alpha, beta) = (draw(&mut stream, count, rows), draw(&mut stream, count, rows));
                assert_ne!(alpha, beta);
                let op = shake(level, ShakeBackward::Shake);
                let f = |c: &mut Context, t: &[Tensor]| op.apply(c, &[], t);
                let (y, gradients) = run(&Device::cpu(), Mode::Train, &f, &inputs);
                close("α", &y, &mixed(&alpha, |i| &inputs[i].0), 1e-6);
                for (gradient, beta) in gradients.iter().zip(&beta) {
                    // Exactly: nothing is added to it.
                    assert_eq!(*gradient, mixed(&vec![beta.clone()], |_| &g));
                }
            }
        }
    }

    #[test]
    fn every_variant_is_right() {
        for count in [2, 3] {
            let inputs = branches(count);
            for level in [ShakeLevel::Sample, ShakeLevel::Batch] {
                for backward in [ShakeBackward::Shake, ShakeBackward::Even, ShakeBackward::Keep] {
                    let op = shake(level, backward);
                    let f = |c: &mut Context, t: &[Tensor]| op.apply(c, &[], t);
                    fused_is_plain(&format!("{op:?}"), &f, &inputs);
                    if backward == ShakeBackward::Keep {
                        gradients_are_slopes(&format!("{op:?}"), &f, &inputs);
                    }
                }
            }
        }
    }

    #[test]
    fn shares_are_of_the_paper() {
        let mut stream = Seed(2).stream("shares");
        let two = draw(&mut stream, 2, 4000);
        assert!(two[0].iter().zip(&two[1]).all(|(a, b)| a + b == 1.0 && (0.0..1.0).contains(a)));
        // Uniform: mean 1/2, variance 1/12.
        let mean = two[0].iter().sum::<f32>() / 4000.0;
        let variance = two[0].iter().map(|a| (a - mean).powi(2)).sum::<f32>() / 4000.0;
        assert!((mean - 0.5).abs() < 0.02 && (variance - 1.0 / 12.0).abs() < 0.005, "{mean} {variance}");
        let four = draw(&mut stream, 4, 100);
        for row in 0..100 {
            assert!((four.iter().map(|share| share[row]).sum::<f32>() - 1.0).abs() < 1e-6);
            // Softmax of numbers between 0 and 1.
            assert!(four.iter().all(|share| (0.1..0.48).contains(&share[row])));
        }
    }

    #[test]
    fn it_shakes_in_frozen_modules_and_not_in_evaluation() {
        let (inputs, op) = (branches(2), shake(ShakeLevel::Sample, ShakeBackward::Shake));
        let of = |mode: Mode, frozen: bool| {
            let f = |c: &mut Context, t: &[Tensor]| {
                c.frozen = frozen;
                op.apply(c, &[], t)
            };
            run(&Device::cpu(), mode, &f, &inputs).0
        };
        assert_eq!(of(Mode::Train, true), of(Mode::Train, false));
        let mean = mixed(&vec![vec![0.5], vec![0.5]], |i| &inputs[i].0);
        close("mean", &of(Mode::Evaluate, false), &mean, 1e-6);
        assert_ne!(of(Mode::Train, false), mean);
    }

    #[test]
    fn branches_of_one_input_are_those_of_several() {
        let inputs = branches(2);
        let joined: Vec<f32> =
            inputs[0].0.chunks(4).zip(inputs[1].0.chunks(4)).flat_map(|(a, b)| [a, b].concat()).collect();
        let apart = shake(ShakeLevel::Sample, ShakeBackward::Shake);
        let one = Shake { branches: Some(Count(2)), ..apart.clone() };
        let of = |op: Shake, inputs: &[(Vec<f32>, Vec<usize>)]| {
            run(&Device::cpu(), Mode::Train, &|c, t| op.apply(c, &[], t), inputs)
        };
        let (y, gradients) = of(apart, &inputs);
        let (z, joint) = of(one.clone(), &[(joined, vec![SAMPLES, 8])]);
        assert_eq!(y, z);
        assert_eq!(joint[0][..4], gradients[0][..4]);
        assert_eq!(joint[0][4..8], gradients[1][..4]);
        assert_eq!(one.shape(&[Shape::of(&[5, 8])]), Ok(Signature::plain(Shape::of(&[5, 4]))));
        let error = one.shape(&[Shape::of(&[7])]).unwrap_err();
        assert_eq!(error.message, "`shake` cannot cut 7 features into 2 equal branches");
    }
}
