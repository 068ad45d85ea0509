//! What `lstm` and `gru` share: weights with PyTorch's names, directions, masks. Owns the walk over the steps; a step is the
//! layer's own.

use super::spelling::{Numbers, Way};
use super::{Arity, Init, InitScale, ShapeError, Signature, Spelling, Term, WeightKind, WeightSpec};
use crate::shape::{Dim, Shape};
use crate::tensor::{self, Arithmetic, Context, Tensor};

/// Weights of one direction.
pub(in crate::builtin) const EACH: usize = 4;

const NAMES: [&str; 2 * EACH] = [
    "weight_ih_l0",
    "weight_hh_l0",
    "bias_ih_l0",
    "bias_hh_l0",
    "weight_ih_l0_reverse",
    "weight_hh_l0_reverse",
    "bias_ih_l0_reverse",
    "bias_hh_l0_reverse",
];

/// Inputs, and one mask of the steps or none.
pub(in crate::builtin) const ARITY: Arity = Arity::Between(1, 2);

/// Output and weights of a layer with so many gates, walked in one direction or both.
pub(in crate::builtin) fn signature(
    word: &str,
    inputs: &[Shape],
    width: &Dim,
    gates: i64,
    directions: usize,
) -> Result<Signature, ShapeError> {
    let [steps, features] = inputs[0].0.as_slice() else {
        return Err(ShapeError::new(format!("`{word}` needs [steps, features], has {}", inputs[0])));
    };
    if let Some(mask) = inputs.get(1)
        && *mask != Shape(vec![steps.clone()])
    {
        return Err(ShapeError::new(format!("`{word}` of {} needs a mask of shape [{steps}], has {mask}", inputs[0]))
            .help("a mask has one number for every step: 1 where it counts, 0 where it is padding"));
    }
    let rows = width.times(&Dim::constant(gates));
    let bound = InitScale::Fan { gain: 1.0, numerator: 1.0, fan: width.clone() };
    let shapes =
        [vec![rows.clone(), features.clone()], vec![rows.clone(), width.clone()], vec![rows.clone()], vec![rows]];
    let weights = NAMES.iter().zip(shapes.iter().cycle()).take(EACH * directions).map(|(name, sizes)| WeightSpec {
        name,
        shape: Shape(sizes.clone()),
        init: Init::Uniform { bound: bound.clone() },
        kind: WeightKind::Learned,
    });
    let output = Shape(vec![steps.clone(), width.times(&Dim::from(directions))]);
    Ok(Signature { output, weights: weights.collect() })
}

/// Floating-point operations of one sample.
pub(in crate::builtin) fn flops(inputs: &[Shape], output: &Shape, width: &Dim, gates: i64) -> Dim {
    let features = inputs[0].0.last().cloned().unwrap_or(Dim::constant(0));
    let of_a_number = features.plus(width).times(&Dim::constant(2 * gates)).plus(&Dim::constant(4 * gates));
    output.elements().times(&of_a_number)
}

/// Walks over the steps in every direction. `step` is given the gates' part of an input step `[batch, gates · width]` and the
/// states before it and makes those after it; the first state is the output.
pub(in crate::builtin) fn walk(
    context: &mut Context,
    (weights, inputs): (&[Tensor], &[Tensor]),
    (width, states): (usize, usize),
    step: impl Fn(&mut Context, &[Tensor], &Tensor, &[Tensor]) -> Vec<Tensor>,
) -> Tensor {
    let (x, mask) = (&inputs[0], inputs.get(1));
    let (batch, steps) = (x.axes()[0], x.axes()[1]);
    let mut all = vec![];
    for (direction, weights) in weights.chunks(EACH).enumerate() {
        let gates = tensor::linear(context, x, &weights[0], Some(&weights[2]), None);
        let size = gates.axes()[2];
        let mut state = vec![context.device().zeros(&[batch, width]); states];
        let mut outputs = vec![state[0].clone(); steps];
        for i in 0..steps {
            let t = if direction == 0 { i } else { steps - 1 - i };
            let now = tensor::slice(context, &gates, 1, t..t + 1).reshaped(&[batch, size]);
            let after = step(context, weights, &now, &state);
            state = match mask {
                None => after,
                Some(mask) => {
                    let there = tensor::slice(context, mask, 1, t..t + 1);
                    state.iter().zip(&after).map(|(before, after)| held(context, before, after, &there)).collect()
                }
            };
            outputs[t] = state[0].reshaped(&[batch, 1, width]);
        }
        all.push(tensor::concat(context, &outputs.iter().collect::<Vec<_>>(), 1));
    }
    if all.len() == 1 { all.remove(0) } else { tensor::concat(context, &all.iter().collect::<Vec<_>>(), 2) }
}

/// By direction.
const WAYS: [Way; 2] = [Way::FirstToLast, Way::LastToFirst];

/// [`walk`] in operations that other programs have; padding there is.
pub(in crate::builtin) fn spell_walk(
    to: &mut Spelling,
    (weights, inputs): (&[Term], &[Term]),
    (width, states): (usize, usize),
    step: impl Fn(&mut Spelling, &[Term], &Term, &[Term]) -> Vec<Term>,
) -> Term {
    let (x, mask) = (&inputs[0], &inputs[1]);
    let there = to.reshape(mask, &[x.axes[0], 1]);
    let zeros = to.numbers(Numbers::Same(0.0), &[width]);
    let state = to.repeat(&zeros, x);
    let mut all = vec![];
    for (direction, weights) in weights.chunks(EACH).enumerate() {
        let gates = to.linear(x, &weights[0], Some(&weights[2]));
        all.push(to.walk(
            WAYS[direction],
            &vec![state.clone(); states],
            &[gates, there.clone()],
            |to, before, parts| {
                let inner: Vec<Term> = (0..EACH).map(|i| to.weight(direction * EACH + i, &weights[i].axes)).collect();
                let after = step(to, &inner, &parts[0], before);
                let held = |(before, after): (&Term, &Term)| {
                    let change = to.sub(after, before);
                    let change = to.mul(&change, &parts[1]);
                    to.add(before, &change)
                };
                before.iter().zip(&after).map(held).collect()
            },
        ));
    }
    to.concat(&all, 1)
}

/// The state after a step, or that before it where the step is padding.
fn held(context: &mut Context, before: &Tensor, after: &Tensor, there: &Tensor) -> Tensor {
    let change = tensor::arithmetic(context, Arithmetic::Sub, after, before);
    let change = tensor::arithmetic(context, Arithmetic::Mul, &change, there);
    tensor::arithmetic(context, Arithmetic::Add, before, &change)
}

/// Part `number` of the features, `width` wide.
pub(in crate::builtin) fn part(context: &mut Context, x: &Tensor, number: usize, width: usize) -> Tensor {
    tensor::slice(context, x, 1, number * width..(number + 1) * width)
}

#[cfg(test)]
pub(in crate::builtin) mod tests {
    use super::*;
    use crate::builtin::Layer;
    use crate::tensor::Device;
    use crate::tensor::check::{close, normal};

    /// Weight n holds `sin(i / 3 + n)`.
    pub fn weights(layer: &dyn Layer, device: &Device) -> Vec<Tensor> {
        let specs = layer.shape(&[Shape::of(&[3, 2])]).unwrap().weights;
        let of = |(n, spec): (usize, &WeightSpec)| {
            let axes = spec.shape.concrete().unwrap();
            let values: Vec<f32> = (0..axes.iter().product()).map(|i| (i as f32 / 3.0 + n as f32).sin()).collect();
            device.upload(&values, &axes)
        };
        specs.iter().enumerate().map(of).collect()
    }

    pub fn x(device: &Device) -> Tensor {
        let values: Vec<f32> = (0..6).map(|i| (i as f32 / 2.0).cos()).collect();
        device.upload(&values, &[1, 3, 2])
    }

    /// Steps that a mask leaves away, before, between and after, change nothing.
    pub fn same_without_padding(layer: &dyn Layer) {
        let device = Device::cpu();
        let mut context = Context::evaluate(&device);
        let weights = weights(layer, &device);
        let few = layer.apply(&mut context, &weights, &[x(&device)]).values().to_vec();
        let (mut more, mask) = (normal("padding", 12), [0.0, 1.0, 1.0, 0.0, 1.0, 0.0]);
        for (from, to) in [1, 2, 4].into_iter().enumerate() {
            more[2 * to..2 * to + 2].copy_from_slice(&x(&device).values()[2 * from..2 * from + 2]);
        }
        let inputs = [device.upload(&more, &[1, 6, 2]), device.upload(&mask, &[1, 6])];
        let many = layer.apply(&mut context, &weights, &inputs).values().to_vec();
        let size = few.len() / 3;
        for (from, to) in [1, 2, 4].into_iter().enumerate() {
            close("a step", &many[size * to..size * (to + 1)], &few[size * from..size * (from + 1)], 1e-6);
        }
    }
}
