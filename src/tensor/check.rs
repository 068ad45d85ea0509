//! Checks that every op passes: fused kernel against dfdx's own ops, and gradients against finite differences.

use super::Instructions;
use super::{Context, Device, Mode, Tensor};
use crate::seed::Seed;

/// Values for a test: normal, and the same every time.
pub fn normal(name: &str, length: usize) -> Vec<f32> {
    let mut stream = Seed(7).stream(name);
    (0..length).map(|_| stream.normal() as f32).collect()
}

/// A function of tensors: applies ops of a context.
pub type Function<'a> = &'a dyn Fn(&mut Context, &[Tensor]) -> Tensor;

/// Output and the gradients of all inputs of `Σ c · f(x)` with fixed weights `c`.
/// In evaluation mode there are no gradients.
pub fn run(
    device: &Device,
    mode: Mode,
    f: Function<'_>,
    inputs: &[(Vec<f32>, Vec<usize>)],
) -> (Vec<f32>, Vec<Vec<f32>>) {
    let mut context = match mode {
        Mode::Train => Context::train(device, Some(Seed(1).stream("check"))),
        Mode::Evaluate => Context::evaluate(device),
    };
    let mut tensors: Vec<Tensor> = inputs.iter().map(|(values, axes)| device.upload(values, axes)).collect();
    tensors.iter_mut().for_each(Tensor::track);
    let output = f(&mut context, &tensors);
    let values = output.values().to_vec();
    if mode == Mode::Evaluate {
        return (values, vec![]);
    }
    let loss = weighted_sum(&mut context, &output);
    context.backward(&loss);
    let gradients = tensors.iter().map(|tensor| context.gradient(tensor).values().to_vec()).collect();
    (values, gradients)
}

/// `Σ c · y` by a product with one column.
fn weighted_sum(context: &mut Context, y: &Tensor) -> Tensor {
    let weights = context.device().upload(&coefficients(y.len()), &[1, y.len()]);
    super::linear(context, &y.reshaped(&[1, y.len()]), &weights, None, None)
}

fn coefficients(length: usize) -> Vec<f32> {
    normal("coefficients", length)
}

/// Holds a function's fused kernels against dfdx's ops, and its gradients against central differences, with every input
/// used once more by a second consumer.
pub fn check(name: &str, f: Function<'_>, inputs: &[(Vec<f32>, Vec<usize>)]) {
    check_but(name, f, inputs, &[]);
}

/// The same, where no gradient flows to these inputs.
pub fn check_but(name: &str, f: Function<'_>, inputs: &[(Vec<f32>, Vec<usize>)], still: &[usize]) {
    fused_is_plain(name, f, inputs);
    gradients_flow(name, f, inputs, still);
    gradients_are_slopes(name, f, inputs);
}

/// The least that the greatest element of a gradient is: many times what it may be off from the slope.
const FLOWS: f32 = 5e-3;

/// A gradient that is near zero everywhere passes every other check, and says nothing.
fn gradients_flow(name: &str, f: Function<'_>, inputs: &[(Vec<f32>, Vec<usize>)], still: &[usize]) {
    let (_, gradients) = run(&Device::cpu(), Mode::Train, f, inputs);
    for (i, gradient) in gradients.iter().enumerate() {
        let flows = gradient.iter().any(|g| g.abs() > FLOWS);
        assert_eq!(flows, !still.contains(&i), "{name}: whether a gradient flows to input {i}\n{gradient:?}");
    }
}

pub fn fused_is_plain(name: &str, f: Function<'_>, inputs: &[(Vec<f32>, Vec<usize>)]) {
    for mode in [Mode::Train, Mode::Evaluate] {
        let (plain, plain_slopes) = run(&Device::plain(), mode, f, inputs);
        for level in Instructions::here() {
            let _used = level.begin();
            let (fused, fused_slopes) = run(&Device::cpu(), mode, f, inputs);
            close(&format!("{name} fused, {mode:?}, {level}"), &fused, &plain, 1e-5);
            for (i, (a, b)) in fused_slopes.iter().zip(&plain_slopes).enumerate() {
                close(&format!("{name} fused, gradient of input {i}, {level}"), a, b, 1e-5);
            }
        }
    }
}

pub fn gradients_are_slopes(name: &str, f: Function<'_>, inputs: &[(Vec<f32>, Vec<usize>)]) {
    let device = Device::cpu();
    // A second consumer of each input, whose gradient must be added and not overwritten: f(x) beside 0.5 x.
    let twice: Function<'_> = &|context, tensors| {
        let y = f(context, tensors);
        let mut all = vec![y.reshaped(&[1, y.len()])];
        for x in tensors {
            let half = context.device().upload(&[0.5], &[1, 1]);
            let halved = super::linear(context, &x.reshaped(&[x.len(), 1]), &half, None, None);
            all.push(halved.reshaped(&[1, x.len()]));
        }
        super::concat(context, &all.iter().collect::<Vec<_>>(), 1)
    };
    let (_, own) = run(&device, Mode::Train, f, inputs);
    let (_, gradients) = run(&device, Mode::Train, twice, inputs);
    for (i, (gradient, own)) in gradients.iter().zip(&own).enumerate() {
        let slopes: Vec<f32> = (0..gradient.len()).map(|j| slope(&device, twice, inputs, i, j)).collect();
        let name = format!("{name}, gradient of input {i} against differences");
        let greatest = own.iter().fold(4.0 * FLOWS, |most, slope| most.max(slope.abs()));
        within(&name, gradient, &slopes, 1e-2 * greatest);
    }
}

/// Central difference of `Σ c · f` by element `j` of input `i`.
fn slope(device: &Device, f: Function<'_>, inputs: &[(Vec<f32>, Vec<usize>)], i: usize, j: usize) -> f32 {
    let step = 4e-3;
    let at = |by: f32| {
        let mut moved = inputs.to_vec();
        moved[i].0[j] += by;
        let (values, _) = run(device, Mode::Train, f, &moved);
        values.iter().zip(coefficients(values.len())).map(|(&y, c)| f64::from(y) * f64::from(c)).sum::<f64>()
    };
    ((at(step) - at(-step)) / f64::from(2.0 * step)) as f32
}

/// Within a tolerance relative to the greatest value (at least 1).
pub fn close(name: &str, a: &[f32], b: &[f32], tolerance: f32) {
    assert_eq!(a.len(), b.len(), "{name}: lengths");
    let scale = a.iter().chain(b).fold(1.0f32, |m, x| m.max(x.abs()));
    within(name, a, b, tolerance * scale);
}

/// Within so much of each other.
fn within(name: &str, a: &[f32], b: &[f32], most: f32) {
    for (i, (x, y)) in a.iter().zip(b).enumerate() {
        assert!((x - y).abs() <= most, "{name}: element {i} is {x}, should be {y}\n{a:?}\n{b:?}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::*;

    fn input(name: &str, axes: &[usize]) -> (Vec<f32>, Vec<usize>) {
        (normal(name, axes.iter().product()), axes.to_vec())
    }

    const ACTIVATIONS: [Activation; 6] = [
        Activation::Relu,
        Activation::LeakyRelu(0.01),
        Activation::Gelu,
        Activation::Tanh,
        Activation::Sigmoid,
        Activation::Exp,
    ];

    #[test]
    fn linear_is_right() {
        let inputs = [input("x", &[3, 2, 5]), input("w", &[4, 5]), input("b", &[4])];
        check("linear", &|c, t| linear(c, &t[0], &t[1], Some(&t[2]), None), &inputs);
        check("linear without bias", &|c, t| linear(c, &t[0], &t[1], None, None), &inputs[..2]);
        for activation in ACTIVATIONS {
            let f: Function<'_> = &|c, t| linear(c, &t[0], &t[1], Some(&t[2]), Some(activation));
            check(&format!("linear + {activation:?}"), f, &inputs);
        }
    }

    #[test]
    fn activations_are_right() {
        for activation in ACTIVATIONS {
            check(&format!("{activation:?}"), &|c, t| activate(c, &t[0], activation), &[input("x", &[5, 7])]);
        }
    }

    #[test]
    fn concat_is_right() {
        let inputs = [input("a", &[2, 3, 4]), input("b", &[2, 1, 4]), input("c", &[2, 2, 4])];
        check("concat", &|c, t| concat(c, &[&t[0], &t[1], &t[2], &t[0]], 1), &inputs);
    }

    #[test]
    fn conv1d_is_right() {
        let inputs = |kernel| [input("x", &[2, 5, 3]), input("w", &[4, 3, kernel]), input("b", &[4])];
        let window = |kernel, stride, dilation, before, steps| Window { kernel, stride, dilation, before, steps };
        for window in [window(3, 1, 1, 1, 5), window(1, 1, 1, 0, 5), window(2, 2, 2, 0, 2), window(4, 1, 1, 3, 5)] {
            for activation in [None, Some(Activation::Gelu), Some(Activation::LeakyRelu(0.01))] {
                let f: Function<'_> = &|c, t| conv1d(c, &t[0], &t[1], Some(&t[2]), window, activation);
                check(&format!("conv1d {window:?} {activation:?}"), f, &inputs(window.kernel));
            }
        }
        let f: Function<'_> = &|c, t| conv1d(c, &t[0], &t[1], None, window(3, 1, 1, 1, 5), None);
        check("conv1d without bias", f, &inputs(3)[..2]);
    }

    #[test]
    fn cross_entropy_is_right() {
        for (smoothing, weights) in [(0.0, &[][..]), (0.1, &[]), (0.0, &[0.5, 2.0, 3.0]), (0.1, &[0.0, 2.0, 3.0])] {
            for third in [1.0, -1.0] {
                let f: Function<'_> = &|c, t| {
                    let targets = c.device().upload(&[2.0, 0.0, third, 2.0], &[2, 2]);
                    cross_entropy(c, &t[0], &targets, smoothing, weights)
                };
                check("cross_entropy", f, &[input("x", &[2, 2, 3])]);
            }
        }
    }

    #[test]
    fn arithmetic_is_right() {
        let shapes: [[&[usize]; 2]; 6] = [
            [&[2, 3], &[2, 3]],
            [&[2, 3, 4], &[2, 4]],
            [&[2, 1, 4], &[2, 3, 1]],
            [&[2, 3], &[1, 1]],
            [&[1, 3], &[4, 3]],
            [&[2, 3, 2, 2], &[2, 1, 2, 1]],
        ];
        for which in [Arithmetic::Add, Arithmetic::Sub, Arithmetic::Mul, Arithmetic::Div] {
            for [a, b] in shapes {
                let mut divisor = input("b", b);
                divisor.0.iter_mut().for_each(|x| *x = x.abs() + 1.0);
                let f: Function<'_> = &|c, t| arithmetic(c, which, &t[0], &t[1]);
                check(&format!("{which:?} of {a:?} and {b:?}"), f, &[input("a", a), divisor]);
            }
            // `x - x` and `x / x` are the same for every x.
            let still: &[usize] = if matches!(which, Arithmetic::Sub | Arithmetic::Div) { &[0] } else { &[] };
            let twice: Function<'_> = &|c, t| arithmetic(c, which, &t[0], &t[0]);
            check_but("the same twice", twice, &[(vec![1.0, 2.0], vec![1, 2])], still);
        }
    }

    #[test]
    fn small_ops_are_right() {
        let x = [input("x", &[2, 3, 4, 5])];
        check("scale", &|c, t| scale(c, &t[0], -2.5, 1.0), &x);
        check("slice", &|c, t| slice(c, &t[0], 2, 1..3), &x);
        for (first, second) in [(1, 2), (1, 3), (3, 2), (0, 3)] {
            check("transpose", &|c, t| transpose(c, &t[0], first, second), &x);
        }
        check("dropout", &|c, t| dropout(c, &t[0], 0.4), &x);
    }

    #[test]
    fn matmul_is_right() {
        check("matmul", &|c, t| matmul(c, &t[0], &t[1]), &[input("a", &[2, 2, 3, 4]), input("b", &[2, 2, 4, 5])]);
        check("a square", &|c, t| matmul(c, &t[0], &t[0]), &[input("a", &[2, 3, 3])]);
    }

    #[test]
    fn reductions_are_right() {
        for which in [Reduction::Sum, Reduction::Mean, Reduction::Max] {
            for axes in [&[1][..], &[2], &[3], &[1, 2], &[1, 3], &[1, 2, 3]] {
                let f: Function<'_> = &|c, t| reduce(c, which, &t[0], axes);
                check(&format!("{which:?} over {axes:?}"), f, &[input("x", &[2, 3, 2, 3])]);
            }
        }
    }

    #[test]
    fn equal_maxima_share_the_gradient() {
        let f: Function<'_> = &|c, t| reduce(c, Reduction::Max, &t[0], &[1]);
        fused_is_plain("ties", f, &[(vec![2.0, 1.0, 2.0, 0.0, 0.0, 0.0], vec![2, 3])]);
    }

    #[test]
    fn softmax_is_right() {
        for which in [Softmax::Chances, Softmax::Logarithms] {
            for axis in [1, 2] {
                check(&format!("{which:?}"), &|c, t| softmax(c, which, &t[0], axis), &[input("x", &[3, 4, 5])]);
            }
        }
    }

    #[test]
    fn norms_are_right() {
        let inputs = [input("x", &[3, 2, 5]), input("gain", &[5]), input("offset", &[5])];
        check("layer_norm", &|c, t| layer_norm(c, &t[0], &t[1], &t[2], 1e-5), &inputs);
        for groups in [1, 2, 6] {
            check("group_norm", &|c, t| group_norm(c, &t[0], groups, 1e-5), &[input("x", &[2, 3, 6])]);
        }
        for frozen in [false, true] {
            let f: Function<'_> = &|c, t| {
                c.frozen = frozen;
                let mean = c.device().upload(&[0.1, 0.2, 0.3, 0.4, 0.5], &[5]);
                let variance = c.device().upload(&[1.0, 2.0, 3.0, 0.4, 0.5], &[5]);
                let (running_mean, running_variance) = (&mean, &variance);
                let (gain, offset) = (&t[1], &t[2]);
                batch_norm(
                    c,
                    &t[0],
                    BatchNorm { gain, offset, running_mean, running_variance, momentum: 0.1, eps: 1e-5 },
                )
                .0
            };
            check(&format!("batch_norm, frozen {frozen}"), f, &inputs);
        }
    }

    #[test]
    fn batch_norm_renews_its_statistics() {
        // b = torch.nn.BatchNorm1d(2); b(torch.tensor([[1., 2.], [3., 5.], [5., 11.]])); b.running_mean, b.running_var
        let device = Device::cpu();
        let mut context = Context::train(&device, None);
        let x = device.upload(&[1.0, 2.0, 3.0, 5.0, 5.0, 11.0], &[3, 2]);
        let (zeros, ones) = (device.zeros(&[2]), device.upload(&[1.0, 1.0], &[2]));
        let norm = BatchNorm {
            gain: &ones,
            offset: &zeros,
            running_mean: &zeros,
            running_variance: &ones,
            momentum: 0.1,
            eps: 1e-5,
        };
        let (_, statistics) = batch_norm(&mut context, &x, norm);
        let (mean, variance) = statistics.unwrap();
        close("mean", &mean.values(), &[0.3, 0.6], 1e-6);
        close("variance", &variance.values(), &[1.3, 3.0], 1e-6);
    }

    #[test]
    fn distances_are_right() {
        for which in
            [Distance::Squared, Distance::Absolute, Distance::Smooth(0.7), Distance::Binary, Distance::BinaryOfLogits]
        {
            let mut x = input("x", &[3, 4]);
            if which == Distance::Binary {
                x.0.iter_mut().for_each(|x| *x = 1.0 / (1.0 + (-*x).exp()));
            }
            let f: Function<'_> = &|c, t| {
                let targets: Vec<f32> = (0..12).map(|i| (i % 3 % 2) as f32).collect();
                let target = c.device().upload(&targets, &[3, 4]);
                distance(c, which, &t[0], &target)
            };
            check(&format!("{which:?}"), f, &[x]);
        }
    }

    #[test]
    fn binary_cross_entropies_count_a_yes() {
        for (yes, weights) in [(Yes::Chance, &[2.5][..]), (Yes::Logit, &[2.5]), (Yes::Logit, &[0.5, 2.0, 3.0, 1.0])] {
            let mut x = input("x", &[3, 4]);
            if yes == Yes::Chance {
                x.0.iter_mut().for_each(|x| *x = 1.0 / (1.0 + (-*x).exp()));
            }
            let f: Function<'_> = &|c, t| {
                let targets: Vec<f32> = (0..12).map(|i| [0.0, 1.0, 0.25][i % 3]).collect();
                let target = c.device().upload(&targets, &[3, 4]);
                binary(c, yes, &t[0], &target, weights)
            };
            check(&format!("{yes:?}"), f, &[x]);
        }
    }

    #[test]
    fn binary_cross_entropy_bears_certainty() {
        let device = Device::cpu();
        let mut context = Context::evaluate(&device);
        let (x, t) = (device.upload(&[0.0, 1.0], &[2]), device.upload(&[1.0, 1.0], &[2]));
        assert_eq!(distance(&mut context, Distance::Binary, &x, &t).item(), 50.0);
    }

    /// Steps of a small net whose tensors fill a page or more; their losses.
    fn train(steps: usize, mut after: impl FnMut()) -> Vec<f32> {
        let device = Device::cpu();
        let mut context = Context::train(&device, Some(Seed(3).stream("dropout")));
        let mut weights: Vec<Tensor> =
            [64, 128].map(|fan_in| device.upload(&normal("weights", 64 * fan_in), &[64, fan_in])).into();
        weights.iter_mut().for_each(|weight| weight.track());
        let mut slots: Vec<[Tensor; 2]> = weights.iter().map(|w| [(); 2].map(|()| device.zeros(&w.axes()))).collect();
        let data = normal("data", 256 * 64);
        let step = |step: usize| {
            context.reset();
            let ids: Vec<usize> = (0..64).map(|i| (i * 7 + step * 11) % 256).collect();
            let x = device.gather(&data, 64, ids.iter().copied(), &[64, 64]);
            let y = linear(&mut context, &x, &weights[0], None, Some(Activation::Gelu));
            let y = dropout(&mut context, &y, 0.3);
            let z = arithmetic(&mut context, Arithmetic::Mul, &x, &y);
            let joined = concat(&mut context, &[&y, &z], 1);
            let logits = linear(&mut context, &joined, &weights[1], None, None);
            let targets: Vec<f32> = ids.iter().map(|id| (id % 64) as f32).collect();
            let targets = device.upload(&targets, &[64]);
            let loss = cross_entropy(&mut context, &logits, &targets, 0.1, &[]);
            context.backward(&loss);
            for (weight, slots) in weights.iter_mut().zip(&mut slots) {
                let gradient = context.gradient(weight);
                let decay = update::Decay::Coupled(0.0);
                let adam =
                    update::Adam { rate: 1e-3, beta1: 0.9, beta2: 0.999, eps: 1e-8, decay, step: step as u64 + 1 };
                update::adam(weight, &gradient, slots, adam);
            }
            after();
            loss.item()
        };
        (0..steps).map(step).collect()
    }

    #[test]
    fn a_warm_step_allocates_no_tensor() {
        let mut counts = vec![];
        train(6, || counts.push(crate::raw::allocations::large()));
        assert!(counts[0] > 0, "the first step allocates");
        assert_eq!(counts[2], counts[5], "large allocations after each step: {counts:?}");
    }

    #[test]
    fn the_same_step_gives_the_same_bits() {
        assert_eq!(train(5, || {}), train(5, || {}));
    }

    #[test]
    fn a_frozen_weight_gets_no_gradient() {
        let device = Device::cpu();
        let mut context = Context::train(&device, None);
        let x = device.upload(&[1.0, 2.0], &[1, 2]);
        let frozen = device.upload(&[1.0, 1.0], &[1, 2]);
        let mut trained = device.upload(&[3.0], &[1, 1]);
        let y = linear(&mut context, &x, &frozen, None, None);
        assert!(!y.is_tracked());
        trained.track();
        let loss = linear(&mut context, &y, &trained, None, None);
        context.backward(&loss);
        assert_eq!(*context.gradient(&trained).values(), [3.0]);
        assert_eq!(*context.gradient(&frozen).values(), [0.0, 0.0]);
    }
}
