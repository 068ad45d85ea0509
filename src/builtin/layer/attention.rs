//! `attention`: queries that look at a source, in several heads.

use crate::builtin::spelling::{NOWHERE, Numbers, Test};
use crate::builtin::{
    Arity, Count, Gives, Init, InitScale, Layer, ShapeError, Share, Signature, Spelling, Term, WeightKind, WeightSpec,
};
use crate::shape::{Dim, Shape};
use crate::tensor::{self, AttentionWeights, Context, Sight, Tensor};

crate::words! {
    /// How the weights of an `attention` begin.
    pub enum AttentionInit {
        /// PyTorch's: the first projection as `xavier_uniform`, the last uniform in ±1/√d, no bias.
        Torch = "torch",
        /// Glorot & Bengio 2010, for both, as MulT's program (Tsai et al. 2019) has it.
        XavierUniform = "xavier_uniform",
    }
}

crate::row! {
    /// Multi-head attention (Vaswani et al. 2017): `softmax(Q Kᵀ / √(d / heads)) V` for each head's part of the features.
    ///
    /// `attention(query, source, heads: 5)` of `[steps, d]` and `[source steps, d]` is `[steps, d]`; of one input the source is the input
    /// itself. A last input is a mask of 0 and 1 over the steps of the source: `attention(x, x, present, heads: 5)`; a step that sees
    /// nothing is given zeros before the last projection. The same numbers and weights as `torch.nn.MultiheadAttention`.
    pub struct Attention = "attention" as Layer(dyn Layer) {
        /// Parts of the features that look by themselves; a divisor of their number.
        heads: Count,
        /// A step sees no later one: query i sees sources up to `i + |source steps - steps|`.
        causal: bool = false,
        /// Share of the weights that are dropped while training.
        dropout: Share = Share(0.0),
        /// How the weights begin.
        init: AttentionInit = AttentionInit::Torch,
    }
    example "attention(2)" on [[4, 6], [5, 6]]
}

impl Attention {
    fn weights(&self, width: &Dim) -> Vec<WeightSpec> {
        let times = |n: i64| width.times(&Dim::constant(n));
        let uniform = |numerator, fan: Dim| Init::Uniform { bound: InitScale::Fan { gain: 1.0, numerator, fan } };
        let out = match self.init {
            AttentionInit::Torch => uniform(1.0, width.clone()),
            AttentionInit::XavierUniform => uniform(6.0, times(2)),
        };
        let spec =
            |name, sizes: Vec<Dim>, init| WeightSpec { name, shape: Shape(sizes), init, kind: WeightKind::Learned };
        vec![
            spec("in_proj_weight", vec![times(3), width.clone()], uniform(6.0, times(4))),
            spec("in_proj_bias", vec![times(3)], Init::Zeros),
            spec("out_proj.weight", vec![width.clone(), width.clone()], out),
            spec("out_proj.bias", vec![width.clone()], Init::Zeros),
        ]
    }
}

impl Attention {
    /// What the heads see, side by side, through the last projection.
    fn mixed(&self, to: &mut Spelling, chances: &Term, values: &Term, weights: &[Term]) -> Term {
        let seen = to.matmul(chances, values);
        let seen = to.transpose(&seen, 0, 1);
        let seen = to.reshape(&seen, &[seen.axes[0], seen.axes[1] * seen.axes[2]]);
        to.linear(&seen, &weights[2], Some(&weights[3]))
    }
}

/// The source of these inputs: the second, or the only one.
fn source<T>(inputs: &[T]) -> &T {
    inputs.get(1).unwrap_or(&inputs[0])
}

impl Layer for Attention {
    fn arity(&self) -> Arity {
        Arity::Between(1, 3)
    }

    fn shape(&self, inputs: &[Shape]) -> Result<Signature, ShapeError> {
        let (query, source) = (&inputs[0], source(inputs));
        let ([_, width], [steps, features]) = (query.0.as_slice(), source.0.as_slice()) else {
            return Err(ShapeError::new(format!(
                "`attention` needs [steps, features] of each, has {query} and {source}"
            )));
        };
        if width != features {
            return Err(ShapeError::new(format!("`attention` needs equally many features, has {query} and {source}"))
                .help("`linear` or `conv1d` can bring both to one width"));
        }
        if width.value().is_some_and(|width| width % self.heads.0 as i64 != 0) {
            return Err(ShapeError::new(format!(
                "`attention` cannot part {width} features among {} heads",
                self.heads.0
            ))
            .help("`heads` divides the number of features"));
        }
        if let Some(mask) = inputs.get(2)
            && *mask != Shape(vec![steps.clone()])
        {
            return Err(ShapeError::new(format!(
                "`attention` to {source} needs a mask of shape [{steps}], has {mask}"
            ))
            .help("a mask has one number for every step of the source: 1 where it counts, 0 where it is padding"));
        }
        Ok(Signature { output: query.clone(), weights: self.weights(width) })
    }

    fn gives(&self) -> Gives {
        Gives::Unknown
    }

    fn spell(&self, to: &mut Spelling, weights: &[Term], inputs: &[Term]) -> Term {
        let (query, source) = (&inputs[0], source(inputs));
        let (width, heads) = (query.axes[1], self.heads.0);
        let project = |to: &mut Spelling, x: &Term, number: usize| {
            let rows = number * width..(number + 1) * width;
            let (weight, bias) = (to.slice(&weights[0], 0, rows.clone()), to.slice(&weights[1], 0, rows));
            let y = to.linear(x, &weight, Some(&bias));
            let parts = to.reshape(&y, &[x.axes[0], heads, width / heads]);
            to.transpose(&parts, 0, 1)
        };
        let (q, k, v) = (project(to, query, 0), project(to, source, 1), project(to, source, 2));
        let (k, scale) = (to.transpose(&k, 1, 2), to.number(1.0 / ((width / heads) as f32).sqrt()));
        let q = to.mul(&q, &scale);
        let mut scores = to.matmul(&q, &k);
        let (queries, steps) = (query.axes[0], source.axes[0]);
        if self.causal {
            let past = to.numbers(Numbers::Past(steps.abs_diff(queries)), &[queries, steps]);
            scores = to.add(&scores, &past);
        }
        let Some(mask) = inputs.get(2) else {
            let chances = to.softmax(&scores, 2);
            return self.mixed(to, &chances, &v, weights);
        };
        let there = to.test(Test::NotZero, mask);
        let there = to.reshape(&there, &[1, 1, steps]);
        let nowhere = to.number(NOWHERE);
        let scores = to.choose(&there, &scores, &nowhere);
        let chances = to.softmax(&scores, 2);
        let chances = to.mul(&chances, &there);
        self.mixed(to, &chances, &v, weights)
    }

    fn apply(&self, context: &mut Context, weights: &[Tensor], inputs: &[Tensor]) -> Tensor {
        let [in_weight, in_bias, out_weight, out_bias] = [0, 1, 2, 3].map(|i| &weights[i]);
        let sight = if self.causal { Sight::Past } else { Sight::All };
        tensor::attention(
            context,
            (&inputs[0], source(inputs)),
            inputs.get(2),
            AttentionWeights { in_weight, in_bias, out_weight, out_bias },
            (self.heads.0, sight, self.dropout.0 as f32),
        )
    }

    fn flops(&self, inputs: &[Shape], output: &Shape) -> Dim {
        let steps = source(inputs).0.first().cloned().unwrap_or(Dim::constant(0));
        let width = output.0.last().cloned().unwrap_or(Dim::constant(0));
        let all = output.elements();
        // Queries and the last projection; keys and values; scores and sums; softmax.
        let projected = all.times(&width).times(&Dim::constant(4));
        let keys = steps.times(&width).times(&width).times(&Dim::constant(4));
        let queries = output.0.first().cloned().unwrap_or(Dim::constant(0));
        let weights = queries.times(&steps).times(&Dim::from(5 * self.heads.0));
        projected.plus(&keys).plus(&all.times(&steps).times(&Dim::constant(4))).plus(&weights)
    }

    /// Queries, keys, values and what is mixed of them; two numbers for every head and query, of which sixteen go together. Weights are
    /// computed again.
    fn saved(&self, inputs: &[Shape], output: &Shape) -> Dim {
        let queries = output.0.first().cloned().unwrap_or(Dim::constant(0));
        let projected = output.elements().plus(&source(inputs).elements()).times(&Dim::constant(2));
        let groups = queries.plus(&Dim::constant(15)).over(&Dim::constant(16)).unwrap_or(queries);
        projected.plus(&groups.times(&Dim::from(32 * self.heads.0)))
    }

    fn is_random(&self) -> bool {
        self.dropout.0 > 0.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tensor::Device;
    use crate::tensor::check::{check, close, normal};

    fn row(heads: usize, causal: bool, dropout: f64) -> Attention {
        Attention { heads: Count(heads), causal, dropout: Share(dropout), init: AttentionInit::Torch }
    }

    const WIDTH: usize = 6;

    fn weights() -> Vec<(Vec<f32>, Vec<usize>)> {
        let drawn = |name: &str, axes: &[usize]| {
            let mut values = normal(name, axes.iter().product());
            values.iter_mut().for_each(|value| *value *= 0.5);
            (values, axes.to_vec())
        };
        vec![drawn("in", &[18, 6]), drawn("in bias", &[18]), drawn("out", &[6, 6]), drawn("out bias", &[6])]
    }

    #[test]
    fn every_variant_is_right() {
        let draw = |name: &str, axes: &[usize]| (normal(name, axes.iter().product()), axes.to_vec());
        for (causal, dropout, masked) in
            [(true, 0.0, false), (false, 0.0, true), (true, 0.3, true), (false, 0.3, false)]
        {
            let layer = row(3, causal, dropout);
            for (queries, keys) in [(4, 5), (5, 3)] {
                let mut all = vec![draw("query", &[2, queries, WIDTH]), draw("source", &[2, keys, WIDTH])];
                all.extend(weights());
                let f = |c: &mut Context, t: &[Tensor]| {
                    let mut mask = vec![1.0; 2 * keys];
                    mask[1] = 0.0;
                    mask[keys..].fill(0.0);
                    let mask = c.device().upload(&mask, &[2, keys]);
                    let mut inputs = vec![t[0].clone(), t[1].clone()];
                    inputs.extend(masked.then_some(mask));
                    layer.apply(c, &t[2..], &inputs)
                };
                check(&format!("{layer:?}, {queries} queries, {keys} keys, mask {masked}"), &f, &all);
            }
            let mut all = vec![draw("query", &[2, 17, WIDTH])];
            all.extend(weights());
            let f = |c: &mut Context, t: &[Tensor]| layer.apply(c, &t[1..], &t[..1]);
            check(&format!("{layer:?} of itself"), &f, &all);
        }
    }

    /// As deep as heads that go through `gemm`.
    #[test]
    fn deep_heads_are_right() {
        let width = 32;
        let draw = |name: &str, axes: &[usize]| {
            let values = normal(name, axes.iter().product());
            (values.iter().map(|x| x * 0.3).collect(), axes.to_vec())
        };
        let all = [
            draw("query", &[1, 3, width]),
            draw("in", &[3 * width, width]),
            draw("in bias", &[3 * width]),
            draw("out", &[width, width]),
            draw("out bias", &[width]),
        ];
        let layer = row(1, false, 0.2);
        let f = |c: &mut Context, t: &[Tensor]| layer.apply(c, &t[1..], &t[..1]);
        crate::tensor::check::fused_is_plain("deep heads", &f, &all);
    }

    /// ```text
    /// m = torch.nn.MultiheadAttention(4, 2, batch_first=True); s = torch.arange
    /// m.in_proj_weight.data = (s(48.) / 7).sin().reshape(12, 4); m.in_proj_bias.data = (s(12.) / 5).cos()
    /// m.out_proj.weight.data = (s(16.) / 3).cos().reshape(4, 4); m.out_proj.bias.data = s(4.) / 10
    /// q = (s(12.) / 2).sin().reshape(1, 3, 4); k = (s(16.) / 3).cos().reshape(1, 4, 4)
    /// m(q, k, k)[0], m(q, k, k, key_padding_mask=torch.tensor([[False, True, False, False]]))[0]
    /// m(q, k, k, attn_mask=torch.ones(3, 4).triu(2) == 1)[0]
    /// ```
    #[test]
    fn it_is_pytorchs() {
        let device = Device::cpu();
        let mut context = Context::evaluate(&device);
        let range = |axes: &[usize], f: fn(f32) -> f32| {
            let values: Vec<f32> = (0..axes.iter().product::<usize>()).map(|i| f(i as f32)).collect();
            device.upload(&values, axes)
        };
        let weights = [
            range(&[12, 4], |i| (i / 7.0).sin()),
            range(&[12], |i| (i / 5.0).cos()),
            range(&[4, 4], |i| (i / 3.0).cos()),
            range(&[4], |i| i / 10.0),
        ];
        let (q, k) = (range(&[1, 3, 4], |i| (i / 2.0).sin()), range(&[1, 4, 4], |i| (i / 3.0).cos()));
        let mask = device.upload(&[1.0, 0.0, 1.0, 1.0], &[1, 4]);
        let all = [
            (
                row(2, false, 0.0),
                vec![q.clone(), k.clone()],
                [
                    -5.681094, 0.2295028, 5.942021, 2.871975, -4.470278, 0.3390004, 4.782721, 2.217056, -1.0436,
                    0.8424454, 1.592902, 0.2128805,
                ],
            ),
            (
                row(2, false, 0.0),
                vec![q.clone(), k.clone(), mask],
                [
                    -5.932356, 0.206221, 6.18233, 3.008316, -5.245522, 0.2656928, 5.523476, 2.63887, -1.314108,
                    0.812682, 1.849407, 0.3633233,
                ],
            ),
            (
                row(2, true, 0.0),
                vec![q, k],
                [
                    -6.491651, 0.4497577, 6.856203, 3.08182, -4.838415, 0.3082345, 5.136384, 2.414211, -1.0436,
                    0.8424454, 1.592902, 0.2128805,
                ],
            ),
        ];
        for (layer, inputs, expected) in all {
            close(&format!("{layer:?}"), &layer.apply(&mut context, &weights, &inputs).values(), &expected, 1e-5);
        }
    }

    #[test]
    fn a_step_that_sees_nothing_is_given_the_last_bias() {
        let device = Device::cpu();
        let mut context = Context::evaluate(&device);
        let weights: Vec<Tensor> = weights().iter().map(|(values, axes)| device.upload(values, axes)).collect();
        let (x, mask) = (device.upload(&normal("x", 12), &[1, 2, 6]), device.zeros(&[1, 2]));
        let y = row(2, false, 0.0).apply(&mut context, &weights, &[x.clone(), x, mask]);
        close("bias", &y.values(), &weights[3].values().repeat(2), 1e-6);
    }

    #[test]
    fn what_does_not_fit_is_said() {
        let message = |inputs: &[&[usize]]| {
            let shapes: Vec<Shape> = inputs.iter().map(|axes| Shape::of(axes)).collect();
            row(4, false, 0.0).shape(&shapes).unwrap_err().message
        };
        assert_eq!(message(&[&[5, 30]]), "`attention` cannot part 30 features among 4 heads");
        assert_eq!(message(&[&[5, 8], &[5, 12]]), "`attention` needs equally many features, has [5, 8] and [5, 12]");
        assert_eq!(message(&[&[5, 8], &[6, 8], &[5]]), "`attention` to [6, 8] needs a mask of shape [6], has [5]");
    }
}
