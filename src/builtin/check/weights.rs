//! Losses in which classes count differently: the numbers are PyTorch's, and what counts nothing has no say.

use super::{arguments, close};
use crate::builtin::{Kind, Loss, TargetKind, find};
use crate::shape::Shape;
use crate::tensor::{Context, Device};
use std::sync::Arc;

fn loss(text: &str) -> Arc<dyn Loss> {
    let Kind::Loss(make) = find(text.split('(').next().unwrap()).next().unwrap().kind else { unreachable!() };
    make(&arguments(text)).unwrap_or_else(|error| panic!("{text}: {}", error.refusal))
}

/// The loss and its slopes.
fn run(text: &str, x: &[f32], axes: &[usize], targets: &[f32], target_axes: &[usize]) -> (f32, Vec<f32>) {
    let device = Device::cpu();
    let mut context = Context::train(&device, None);
    let mut tensor = device.upload(x, axes);
    tensor.track();
    let target = device.upload(targets, target_axes);
    let y = loss(text).apply(&mut context, &tensor, Some(&target));
    context.backward(&y);
    (y.item(), context.gradient(&tensor).values().to_vec())
}

/// `[loss, gradients]` of `x` in PyTorch 2.15:
///
/// ```text
/// x = torch.tensor([[1., 2., -1.], [.5, -.5, 3.]]); t = torch.tensor([1, 2]); w = torch.tensor([.5, 2., 3.])
/// F.cross_entropy(x, t, weight=w, label_smoothing=.1)
/// def focal(x, t, g, w): lp = x.log_softmax(-1).gather(-1, t[:, None])[:, 0]; return (w[t] * -(1 - lp.exp()) ** g * lp).sum() / w[t].sum()
/// ```
#[test]
fn weights_of_classes_are_pytorchs() {
    let of = |text: &str| run(text, &[1.0, 2.0, -1.0, 0.5, -0.5, 3.0], &[2, 3], &[1.0, 2.0], &[2]);
    for (text, value, slopes) in [
        (
            "cross_entropy(weights: [0.5, 2, 3])",
            0.203_453_35,
            [0.103_798_59, -0.117_846_18, 0.014_047_612, 0.044_279_225, 0.016_289_417, -0.060_568_646],
        ),
        (
            "cross_entropy(label_smoothing: 0.1, weights: [0.5, 2, 3])",
            0.318_140_33,
            [0.099_600_26, -0.093_530_78, -0.006_069_451_6, 0.039_223_917, 0.002_322_603_5, -0.041_546_54],
        ),
        (
            "focal(weights: [0.5, 2, 3])",
            0.012_768_105,
            [0.024_066_713, -0.027_323_782, 0.003_257_075_6, 0.001_306_51, 0.000_480_638_15, -0.001_787_148_2],
        ),
    ] {
        let (y, gradient) = of(text);
        close(text, &[y], &[value], 1e-6);
        close(text, &gradient, &slopes, 1e-6);
    }
}

/// The same of steps, one of which has no class:
///
/// ```text
/// x = torch.tensor([[[1., 2., -1.], [.5, -.5, 3.]], [[.2, .1, -.4], [1.5, 0., -2.]]]); t = torch.tensor([[1, -1], [2, 0]])
/// F.cross_entropy(x.transpose(1, 2), t, weight=w, label_smoothing=.1, ignore_index=-1)
/// ```
#[test]
fn steps_without_a_class_count_nothing_as_in_pytorch() {
    let x = [1.0, 2.0, -1.0, 0.5, -0.5, 3.0, 0.2, 0.1, -0.4, 1.5, 0.0, -2.0];
    let of = |text: &str| run(text, &x, &[2, 2, 3], &[1.0, -1.0, 2.0, 0.0], &[2, 2]);
    for (text, value, slopes) in [
        (
            "cross_entropy",
            0.690_796_85,
            [
                [0.086_498_83, -0.098_205_15, 0.011_706_344],
                [0.0; 3],
                [0.135_852_08, 0.122_924_045, -0.258_776_13],
                [-0.067_374_67, 0.059_343_405, 0.008_031_256],
            ],
        ),
        (
            "cross_entropy(weights: [0.5, 2, 3])",
            0.964_300_9,
            [
                [0.094_362_356, -0.107_132_9, 0.012_770_557],
                [0.0; 3],
                [0.222_303_4, 0.201_148_44, -0.423_451_87],
                [-0.018_374_909, 0.016_184_565, 0.002_190_342_4],
            ],
        ),
        (
            "cross_entropy(label_smoothing: 0.1, weights: [0.5, 2, 3])",
            1.068_465_6,
            [
                [0.090_545_7, -0.085_027_98, -0.005_517_685],
                [0.0; 3],
                [0.210_627_96, 0.181_204_77, -0.391_832_77],
                [0.007_028_147_6, 0.008_379_235, -0.015_407_386],
            ],
        ),
    ] {
        let (y, gradient) = of(text);
        close(text, &[y], &[value], 1e-6);
        close(text, &gradient, slopes.as_flattened(), 1e-6);
    }
}

/// `F.binary_cross_entropy_with_logits(x, t, pos_weight=p)` with `x = torch.tensor([[.1, .9, .4]])`, `t = torch.tensor([[0., 1., 1.]])`
/// and `p = torch.tensor([2., .5, 3.])`; of `torch.logit(x)` it is that of chances.
#[test]
fn a_yes_counts_as_in_pytorch() {
    for (text, value, slopes) in [
        ("bce_with_logits(positive: [2, 0.5, 3])", 0.818_006_5, [0.174_993_05, -0.048_175_085, -0.401_312_35]),
        ("bce_with_logits(positive: 2.5)", 0.959_939_9, [0.174_993_05, -0.240_875_44, -0.334_426_97]),
        ("bce(positive: [2, 0.5, 3])", 0.968_971, [0.370_370_42, -0.185_185_2, -2.499_999_8]),
    ] {
        let (y, gradient) = run(text, &[0.1, 0.9, 0.4], &[1, 3], &[0.0, 1.0, 1.0], &[1, 3]);
        close(text, &[y], &[value], 1e-6);
        close(text, &gradient, &slopes, 1e-6);
    }
}

#[test]
fn a_batch_that_counts_nothing_costs_nothing() {
    for text in ["cross_entropy(weights: [0, 1])", "focal(weights: [0, 1])"] {
        assert_eq!(run(text, &[1.0, 2.0], &[1, 2], &[0.0], &[1]), (0.0, vec![0.0, 0.0]), "{text}");
    }
    for text in ["cross_entropy", "focal", "cross_entropy(label_smoothing: 0.1)"] {
        assert_eq!(run(text, &[1.0, 2.0], &[1, 1, 2], &[-1.0], &[1, 1]), (0.0, vec![0.0, 0.0]), "{text}");
    }
    // Huge logits do not make it a number that is none.
    for text in ["bce_with_logits(positive: 1e30)", "cross_entropy(weights: [1e30, 1])"] {
        let axes: &[usize] = if text.starts_with('b') { &[1, 2] } else { &[1] };
        let (y, slopes) = run(text, &[1e30, -1e30], &[1, 2], &[0.0, 1.0][..axes.iter().product()], axes);
        assert!(!y.is_nan() && slopes.iter().all(|slope| slope.is_finite()), "{text}: {y} {slopes:?}");
    }
}

#[test]
fn weights_that_do_not_fit_are_refused() {
    let class = TargetKind::Class { classes: 3, axes: vec![], ignore: None, labels: None };
    let (several, number) = (TargetKind::Multi { classes: 3 }, TargetKind::Real { shape: vec![3] });
    for (text, kind, said) in [
        (
            "cross_entropy(weights: [1, 2])",
            &class,
            "`weights` of `cross_entropy` has 2 numbers, `class(3)` needs 3 numbers",
        ),
        ("focal(weights: [1])", &class, "`weights` of `focal` has 1 number, `class(3)` needs 3 numbers"),
        (
            "focal(weights: balanced)",
            &several,
            "`focal` needs one class a sample where it has `weights`, the target is `multi(3)`",
        ),
        ("bce(positive: [1, 2])", &several, "`positive` of `bce` has 2 numbers, `multi(3)` needs 3 numbers"),
        ("bce(positive: balanced)", &number, "`bce` needs classes where it is `balanced`, the target is `real(3)`"),
    ] {
        assert_eq!(loss(text).check(&Shape::of(&[3]), Some(kind)).unwrap_err().message, said, "{text}");
    }
    let refused = |text: &str| {
        let Kind::Loss(make) = find(text.split('(').next().unwrap()).next().unwrap().kind else { unreachable!() };
        make(&arguments(text)).unwrap_err().refusal.to_string()
    };
    assert_eq!(refused("cross_entropy(weights: [0, 0])"), "needs a number above 0, is [0, 0]");
    let list = "must be `balanced`, or a list of numbers from 0, one a class, is";
    assert_eq!(refused("cross_entropy(weights: [1, -2])"), format!("{list} [1, -2]"));
    assert_eq!(refused("cross_entropy(weights: [])"), format!("{list} []"));
    assert_eq!(
        refused("bce(positive: 0)"),
        "must be `balanced`, or a number above 0, or a list of them, one a class, is 0"
    );
}
