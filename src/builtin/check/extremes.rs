//! Numbers at the ends of the range, one sample, one class: nothing panics, and what can be computed is finite.

use super::variants::variants;
use super::{layer, layers, shapes, weight};
use crate::builtin::*;
use crate::tensor::{Context, Device, Tensor};

/// One value everywhere, or two by turns.
const FILLS: &[[f32; 2]] = &[
    [0.0, 0.0],
    [1.0, 1.0],
    [1e30, -1e30],
    [1e30, 1e30],
    [f32::MAX, f32::MIN],
    [1e-30, -1e-30],
    [1e-45, 0.0],
    [f32::NAN, 1.0],
    [f32::INFINITY, f32::NEG_INFINITY],
];

fn filled(device: &Device, fill: [f32; 2], axes: &[usize]) -> Tensor {
    let values: Vec<f32> = (0..axes.iter().product()).map(|i: usize| fill[i % 2]).collect();
    let mut tensor = device.upload(&values, axes);
    tensor.track();
    tensor
}

#[test]
fn no_layer_panics_at_the_ends_of_the_range() {
    let device = Device::cpu();
    for (row, text) in layers().flat_map(|(row, _)| variants(row.example).into_iter().map(move |text| (row, text))) {
        let layer = layer(&text);
        let signature = layer.shape(&shapes(row.example_inputs)).unwrap();
        for fill in FILLS {
            for samples in [1, 3] {
                let weights: Vec<Tensor> = signature
                    .weights
                    .iter()
                    .map(|spec| {
                        let (values, axes) = weight(spec);
                        device.upload(&values, &axes)
                    })
                    .collect();
                let inputs: Vec<Tensor> = row
                    .example_inputs
                    .iter()
                    .map(|axes| filled(&device, *fill, &[&[samples][..], axes].concat()))
                    .collect();
                let mut context = Context::train(&device, Some(crate::seed::Seed(1).stream("extremes")));
                let y = layer.apply(&mut context, &weights, &inputs);
                let sum = crate::tensor::reduce(
                    &mut context,
                    crate::tensor::Reduction::Sum,
                    &y.reshaped(&[1, y.len()]),
                    &[1],
                );
                context.backward(&sum);
                let mut context = Context::evaluate(&device);
                layer.apply(&mut context, &weights, &inputs);
            }
        }
    }
}

#[test]
fn chances_of_huge_numbers_are_chances() {
    let device = Device::cpu();
    let mut context = Context::evaluate(&device);
    let x = device.upload(&[1e30, -1e30, 0.0, 1e30], &[1, 4]);
    let mut apply = |text: &str| layer(text).apply(&mut context, &[], std::slice::from_ref(&x)).values().to_vec();
    assert_eq!(apply("softmax"), [0.5, 0.0, 0.0, 0.5]);
    assert_eq!(apply("sigmoid"), [1.0, 0.0, 0.5, 1.0]);
    assert_eq!(apply("tanh"), [1.0, -1.0, 0.0, 1.0]);
    assert!(apply("log_softmax").iter().all(|x| x.is_finite() && *x <= 0.0));
}

#[test]
fn no_power_is_nan() {
    let device = Device::cpu();
    for text in ["pow(0.5)", "pow(-0.5)", "pow(2)", "pow(-1)", "pow(0)"] {
        let mut context = Context::train(&device, None);
        let x = filled(&device, [-4.0, 0.0], &[1, 2]);
        let y = layer(text).apply(&mut context, &[], std::slice::from_ref(&x));
        assert!(y.values().iter().all(|y| !y.is_nan()), "{text}: {y:?}");
        let sum = crate::tensor::reduce(&mut context, crate::tensor::Reduction::Sum, &y, &[1]);
        context.backward(&sum);
        assert!(context.gradient(&x).values().iter().all(|slope| !slope.is_nan()), "the slope of {text}");
    }
}

#[test]
fn losses_of_huge_logits_are_finite_and_so_are_their_gradients() {
    let device = Device::cpu();
    for (word, kind) in [
        ("cross_entropy", TargetKind::Class { classes: 2, axes: vec![], ignore: None, labels: None }),
        ("focal", TargetKind::Class { classes: 2, axes: vec![], ignore: None, labels: None }),
        ("focal", TargetKind::Multi { classes: 2 }),
        ("bce_with_logits", TargetKind::Multi { classes: 2 }),
        ("multilabel_soft_margin", TargetKind::Multi { classes: 2 }),
    ] {
        let Kind::Loss(make) = find(word).next().unwrap().kind else { unreachable!() };
        let loss = make(&[]).unwrap();
        for fill in [[1e30, -1e30], [-1e30, 1e30], [1e30, 1e30], [0.0, 0.0], [1e-40, 1e-40]] {
            let x = filled(&device, fill, &[1, 2]);
            let target = filled(&device, [1.0, 0.0], &[&[1][..], &kind.shape()].concat());
            let mut context = Context::train(&device, None);
            let y = loss.apply(&mut context, &x, Some(&target));
            context.backward(&y);
            let slopes = context.gradient(&x).values().to_vec();
            assert!(y.item().is_finite() && y.item() >= 0.0, "{word} of {fill:?}: {}", y.item());
            assert!(slopes.iter().all(|slope| slope.abs() <= 1.0), "{word} of {fill:?}: {slopes:?}");
        }
    }
}

#[test]
fn one_class_costs_nothing() {
    let device = Device::cpu();
    let mut context = Context::train(&device, None);
    let x = filled(&device, [1e30, 3.0], &[2, 1]);
    let target = device.upload(&[0.0, 0.0], &[2]);
    let y = crate::tensor::cross_entropy(&mut context, &x, &target, 0.0, &[]);
    context.backward(&y);
    assert_eq!((y.item(), context.gradient(&x).values().to_vec()), (0.0, vec![0.0, 0.0]));
}

#[test]
fn optimizers_bear_every_gradient() {
    let device = Device::cpu();
    for row in registry() {
        let Kind::Optimizer(make) = row.kind else { continue };
        let optimizer = make(&super::arguments(row.example)).unwrap();
        for fill in FILLS {
            let mut weight = device.upload(&[1.0, -1.0], &[2]);
            let mut slots: Vec<Tensor> = (0..optimizer.slots()).map(|_| device.zeros(&[2])).collect();
            for step in [1, 2, u64::MAX] {
                let mut slopes = fill.to_vec();
                let gradient = crate::tensor::Gradient::of(&mut slopes);
                optimizer.update(optimizer.learning_rate(), step, &mut weight, &gradient, &mut slots);
            }
            let calm = fill.iter().all(|x| x.abs() <= 1.0);
            assert!(!calm || weight.values().iter().all(|w| w.is_finite()), "{} of {fill:?}: {weight:?}", row.name);
        }
    }
}
