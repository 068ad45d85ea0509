//! The checks that every row passes: each use of it (`variants`) has the shape it declares, gradients that are slopes, and
//! fused kernels that compute what dfdx's ops do; numbers are those of PyTorch.

mod extremes;
mod flops;
mod spelled;
mod uses;
mod variants;
mod weights;

use super::*;
use crate::shape::Shape;
use crate::tensor::check::{close, normal};
use crate::tensor::{Context, Device, Mode, Tensor};
use std::sync::Arc;

/// The arguments of a use such as `slice(0, start: 1, end: 3)`, in the order of the row's parameters.
pub(super) fn arguments(text: &str) -> Vec<Option<Value>> {
    let Some((word, rest)) = text.split_once('(') else { return vec![] };
    let row = find(word).next().unwrap();
    let mut given = vec![None; row.params.len()];
    for (place, argument) in split(rest.trim_end().strip_suffix(')').unwrap()).into_iter().enumerate() {
        let named = argument.split_once(':').map(|(name, text)| (name.trim(), text.trim()));
        let at = named.map_or(place, |(name, _)| row.params.iter().position(|param| param.name == name).unwrap());
        given[at] = Some(value(named.map_or(argument.as_str(), |(_, text)| text)));
    }
    given
}

/// Parts between the commas that are in no brackets.
fn split(text: &str) -> Vec<String> {
    let (mut depth, mut parts) = (0, vec![String::new()]);
    for c in text.chars() {
        depth += i32::from(c == '[') - i32::from(c == ']');
        if c == ',' && depth == 0 { parts.push(String::new()) } else { parts.last_mut().unwrap().push(c) }
    }
    parts.into_iter().map(|part| part.trim().to_owned()).filter(|part| !part.is_empty()).collect()
}

fn value(text: &str) -> Value {
    if let Some(list) = text.strip_prefix('[') {
        return Value::List(split(list.strip_suffix(']').unwrap()).iter().map(|item| value(item)).collect());
    }
    if let Ok(int) = text.parse() {
        return Value::Int(int);
    }
    match text {
        "true" => Value::Bool(true),
        "false" => Value::Bool(false),
        _ => text.parse().map_or_else(|_| Value::Name(text.to_owned()), Value::Float),
    }
}

fn layers() -> impl Iterator<Item = (&'static Builtin, Arc<dyn Layer>)> {
    registry().iter().filter_map(|row| match row.kind {
        Kind::Layer(make) | Kind::Op(make) => Some((*row, make(&arguments(row.example)).unwrap())),
        _ => None,
    })
}

/// The layer or op that a text writes.
fn layer(text: &str) -> Arc<dyn Layer> {
    let row = find(text.split('(').next().unwrap()).next().unwrap();
    let (Kind::Layer(make) | Kind::Op(make)) = row.kind else { panic!("{text} is no layer") };
    make(&arguments(text)).unwrap_or_else(|error| panic!("{text}: {}", error.refusal))
}

fn shapes(inputs: &[&[usize]]) -> Vec<Shape> {
    inputs.iter().map(|axes| Shape::of(axes)).collect()
}

const BATCH: usize = 3;

/// Values and axes of a tensor.
type Drawn = (Vec<f32>, Vec<usize>);

fn draw(name: &str, axes: Vec<usize>) -> Drawn {
    (normal(name, axes.iter().product()), axes)
}

fn batch(name: &str, sample: &[usize]) -> Drawn {
    draw(name, [&[BATCH], sample].concat())
}

/// Positive where it is a statistic, as variances are.
fn weight(spec: &WeightSpec) -> Drawn {
    let (mut values, axes) = draw(spec.name, spec.shape.concrete().unwrap());
    if spec.kind == WeightKind::Statistic {
        values.iter_mut().for_each(|value| *value = value.abs() + 0.5);
    }
    (values, axes)
}

/// What is masked does not count: as if it were not there.
#[test]
fn masked_steps_do_not_count() {
    let device = Device::cpu();
    let mut context = Context::evaluate(&device);
    let x = device.upload(&[1.0, 9.0, 2.0, 6.0, -4.0], &[1, 5]);
    let apply = |context: &mut Context, example: &str, mask: &[f32]| {
        let row = find(example.split('(').next().unwrap()).next().unwrap();
        let Kind::Op(make) = row.kind else { unreachable!() };
        let mask = device.upload(mask, &[1, 5]);
        make(&arguments(example)).unwrap().apply(context, &[], &[x.clone(), mask]).values().to_vec()
    };
    let (some, none) = ([1.0, 0.0, 1.0, 1.0, 0.0], [0.0; 5]);
    assert_eq!(apply(&mut context, "mean(0)", &some), [3.0]);
    assert_eq!(apply(&mut context, "max(0)", &some), [6.0]);
    assert_eq!(apply(&mut context, "topk_mean(2)", &some), [4.0]);
    assert_eq!(apply(&mut context, "topk_mean(5)", &some), [3.0]);
    // numpy: e = exp([1, 2, 6]); e / e.sum()
    close(
        "softmax",
        &apply(&mut context, "softmax", &some),
        &[0.006_573_263, 0.0, 0.017_867_98, 0.975_558_76, 0.0],
        1e-5,
    );
    for example in ["mean(0)", "max(0)", "topk_mean(2)", "softmax"] {
        assert!(apply(&mut context, example, &none).iter().all(|y| *y == 0.0), "{example} of nothing");
    }
}

#[test]
fn fused_activations_are_the_layers_one_after_another() {
    let row = find("linear").next().unwrap();
    let Kind::Layer(make) = row.kind else { unreachable!() };
    let linear = make(&[Some(Value::Int(3))]).unwrap();
    let all = [batch("x", &[4]), draw("w", vec![3, 4]), draw("b", vec![3])];
    for (row, activation) in layers().filter(|(_, layer)| layer.fusable().is_some()) {
        let fused = linear.fuse(activation.fusable().unwrap()).unwrap();
        let run = |f: &dyn Fn(&mut Context, &[Tensor]) -> Tensor| {
            crate::tensor::check::run(&Device::cpu(), Mode::Train, f, &all)
        };
        let (y, gradients) = run(&|c, t| fused.apply(c, &t[1..], &t[..1]));
        let (z, slopes) = run(&|c, t| {
            let hidden = linear.apply(c, &t[1..], &t[..1]);
            activation.apply(c, &[], &[hidden])
        });
        close(row.name, &y, &z, 1e-6);
        gradients.iter().zip(&slopes).for_each(|(a, b)| close(row.name, a, b, 1e-6));
    }
}

/// `[loss, gradients]` of `x` in PyTorch 2.15; `torch.nn.functional.NAME(x, t)`, then `backward()`.
#[test]
fn losses_are_pytorchs() {
    let logits = ([1.0, 2.0, -1.0, 0.5, -0.5, 3.0], [1.0, 2.0]);
    let (numbers, truth) = ([0.1, 0.9, 0.4], [0.0, 1.0, 1.0]);
    let run = |word: &str, argument: Option<f64>, x: &[f32], axes: [usize; 2], t: &[f32]| {
        let Kind::Loss(make) = find(word).next().unwrap().kind else { unreachable!() };
        let loss = make(&[argument.map(Value::Float)]).unwrap();
        let f = |context: &mut Context, tensors: &[Tensor]| {
            // Class ids have no axis of classes.
            let target = context.device().upload(t, if t.len() < x.len() { &axes[..1] } else { &axes });
            let y = loss.apply(context, &tensors[0], Some(&target));
            // The check multiplies by a coefficient.
            y.reshaped(&[1])
        };
        let device = Device::cpu();
        let mut context = Context::train(&device, None);
        let mut tensor = device.upload(x, &axes);
        tensor.track();
        let y = f(&mut context, &[tensor.clone()]);
        context.backward(&y);
        (y.item(), context.gradient(&tensor).values().to_vec())
    };
    let expect = |word: &str, (loss, gradient): (f32, Vec<f32>), expected: f32, slopes: &[f32]| {
        close(word, &[loss], &[expected], 1e-6);
        close(word, &gradient, slopes, 1e-6);
    };
    // t = torch.tensor([1, 2]); cross_entropy(x, t), cross_entropy(x, t, label_smoothing=0.1)
    let slopes = [0.129_748_24, -0.147_307_72, 0.017_559_515, 0.036_899_354, 0.013_574_514, -0.050_473_87];
    expect("cross_entropy", run("cross_entropy", None, &logits.0, [2, 3], &logits.1), 0.227_713_14, &slopes);
    let slopes = [0.113_081_574, -0.113_974_39, 0.000_892_847_8, 0.020_232_687, -0.003_092_154, -0.017_140_538];
    expect("smoothed", run("cross_entropy", Some(0.1), &logits.0, [2, 3], &logits.1), 0.394_379_8, &slopes);
    // def focal(x, t, g): lp = x.log_softmax(-1).gather(-1, t[:, None])[:, 0]; return (-(1 - lp.exp()) ** g * lp).mean()
    let slopes = [0.03008339, -0.03415473, 0.004071344, 0.001088758, 0.0004005318, -0.00148929];
    expect("focal", run("focal", None, &logits.0, [2, 3], &logits.1), 0.01568903, &slopes);
    let slopes = [0.09984997, -0.1133632, 0.01351322, 0.01727928, 0.006356693, -0.02363598];
    expect("focal of 1/2", run("focal", Some(0.5), &logits.0, [2, 3], &logits.1), 0.1116244, &slopes);
    // p = x.sigmoid(); p = p * t + (1 - p) * (1 - t); (F.binary_cross_entropy_with_logits(x, t, reduction='none') * (1 - p) ** 2).mean()
    let slopes = [0.1131982, -0.02155976, -0.05452049];
    expect("focal of yes and no", run("focal", None, &numbers, [1, 3], &truth), 0.1054278, &slopes);
    for (word, loss, slopes) in [
        ("bce", 0.375_670_58, [0.370_370_4, -0.370_370_4, -0.833_333_3]),
        ("bce_with_logits", 0.532_855_3, [0.174_993_05, -0.096_350_17, -0.133_770_78]),
        ("mse", 0.126_666_68, [0.066_666_67, -0.066_666_685, -0.400_000_04]),
        ("multilabel_soft_margin", 0.532_855_3, [0.174_993_07, -0.096_350_16, -0.133_770_78]),
        ("smooth_l1", 0.06333334, [0.033333335, -0.033333342, -0.200_000_02]),
        ("l1", 0.266_666_68, [0.333_333_34, -0.333_333_34, -0.333_333_34]),
    ] {
        expect(word, run(word, None, &numbers, [1, 3], &truth), loss, &slopes);
    }
    // F.bce(x, t) against shares of belief: t = torch.tensor([[0., .25, .75]]), x = torch.tensor([[1e-40, .25, 1.]])
    let sure = run("bce", None, &[1e-40, 0.25, 1.0], [1, 3], &[0.0, 0.25, 0.75]);
    close("bce against shares", &[sure.0], &[8.520779], 1e-6);
}

/// Five steps down `Σ w³/4 + i w/8` from `[1, -2, 3]` in PyTorch 2.15:
///
/// ```text
/// w = torch.tensor([1., -2., 3.], requires_grad=True); o = torch.optim.NAME([w], ...)
/// for i in range(5): o.zero_grad(); ((w*w*w).sum()/4 + i*w.sum()/8).backward(); o.step()
/// ```
///
/// The last are those of MulT, BaS-Net and AVE's programs, `clip_grad_norm_([w], 0.8)` before the step where there is a limit.
#[test]
fn optimizers_are_pytorchs() {
    for (example, limit, expected) in [
        ("sgd(0.1)", None, [0.602_015_55, -5.461_652_3, 1.185_240_1]),
        ("sgd(0.1, 0.9, false, 0.01)", None, [0.051_375_486, -12.662_614, -1.803_994_2]),
        ("sgd(0.1, 0.9, true)", None, [-0.072_746_105, -46.002_88, -1.634_649_5]),
        ("adam(0.1)", None, [0.500_073_73, -2.502_180_3, 2.502_547_5]),
        ("adam(0.1, 0.9, 0.999, 1e-8, 0.1)", None, [0.500_618_04, -2.502_142_4, 2.502_513]),
        ("adamw(0.1, 0.9, 0.999, 1e-8, 0.1)", None, [0.461_532_3, -2.394_303_6, 2.366_724_5]),
        ("sgd(0.1)", Some(0.8), [0.946_971_9, -2.188_971_5, 2.652_308_2]),
        ("adam(1e-3)", Some(0.8), [0.994_977_8, -2.005_006_8, 2.995_002_5]),
        ("adam(1e-4, 0.9, 0.999, 1e-8, 5e-4)", None, [0.999_497_95, -2.000_501_2, 2.999_499_3]),
        ("adam(1e-3)", None, [0.994_979_2, -2.005_014, 2.994_993_2]),
    ] {
        let word = example.split('(').next().unwrap();
        let Kind::Optimizer(make) = find(word).next().unwrap().kind else { unreachable!() };
        let optimizer = make(&arguments(example)).unwrap();
        let device = Device::cpu();
        let mut weight = device.upload(&[1.0, -2.0, 3.0], &[3]);
        let mut slots: Vec<Tensor> = (0..optimizer.slots()).map(|_| device.zeros(&[3])).collect();
        for i in 0..5u64 {
            let mut slopes: Vec<f32> = weight.values().iter().map(|w| 0.75 * w * w + i as f32 / 8.0).collect();
            let norm = slopes.iter().map(|s| s * s).sum::<f32>().sqrt();
            if let Some(limit) = limit.filter(|limit| norm > *limit) {
                slopes.iter_mut().for_each(|s| *s *= limit / (norm + 1e-6));
            }
            let gradient = crate::tensor::Gradient::of(&mut slopes);
            optimizer.update(optimizer.learning_rate(), i + 1, &mut weight, &gradient, &mut slots);
        }
        close(example, &weight.values(), &expected, 2e-6);
    }
}

#[test]
fn rates_are_as_said() {
    let factor = |example: &str, step: u64, epoch: f64, losses: &[f64]| {
        let word = example.split('(').next().unwrap();
        let kind = find(word).find_map(|row| if let Kind::Rate(make) = row.kind { Some(make) } else { None }).unwrap();
        let rate = kind(&arguments(example)).unwrap();
        let mut stall = rate.stall();
        stall.iter_mut().for_each(|stall| losses.iter().for_each(|loss| stall.see(*loss)));
        rate.factor(&Progress { step, steps: 100, epoch, stalls: stall.as_slice() })
    };
    let near = |a: f64, b: f64| assert!((a - b).abs() < 1e-12, "{a} {b}");
    near(factor("constant", 50, 5.0, &[]), 1.0);
    near(factor("step(10, 0.5)", 0, 9.9, &[]), 1.0);
    near(factor("step(10, 0.5)", 0, 30.0, &[]), 0.125);
    near(factor("cosine", 0, 0.0, &[]), 1.0);
    near(factor("cosine", 50, 0.0, &[]), 0.5);
    near(factor("cosine(0.1)", 100, 0.0, &[]), 0.1);
    near(factor("cosine(0.0, 10)", 4, 0.0, &[]), 0.5);
    near(factor("cosine(0.0, 10)", 55, 0.0, &[]), 0.5);
    near(factor("warm_up(4)", 0, 0.0, &[]), 0.25);
    near(factor("warm_up(4)", 9, 0.0, &[]), 1.0);
    near(factor("plateau(1)", 0, 0.0, &[1.0, 0.9, 0.9]), 1.0);
    near(factor("plateau(1)", 0, 0.0, &[1.0, 0.9, 0.9, 0.9]), 0.1);
    // ReduceLROnPlateau(patience=20, factor=0.1), as MulT has it, falls after 31 and after 55 of these losses.
    let falling = (0..10).map(|i| 1.0 - 0.02 * f64::from(i));
    let flat = [(0.82, 23), (0.5, 1), (0.6, 25), (0.499_95, 3), (0.3, 1)];
    let flat = flat.iter().flat_map(|(loss, n)| std::iter::repeat_n(*loss, *n));
    let losses: Vec<f64> = falling.chain(flat).collect();
    for (seen, expected) in [(30, 1.0), (31, 0.1), (54, 0.1), (55, 0.01), (63, 0.01)] {
        near(factor("plateau(20)", 0, 0.0, &losses[..seen]), expected);
    }
}

#[test]
fn every_row_has_a_manual_page() {
    for row in registry() {
        assert!(!row.doc.trim().is_empty(), "{} has no doc comment", row.name);
        let word = row.example.split('(').next().unwrap();
        assert_eq!(word, row.name, "the example of {}", row.name);
        assert!(
            row.params.iter().all(|param| !param.doc.trim().is_empty()),
            "a parameter of {} has no doc comment",
            row.name
        );
    }
}
