//! Every layer, op, loss, optimizer and rate in several uses: each argument, each rank, masks, classes and kinds of target.

use super::uses::{MASKED, USES};
use super::{BATCH, Drawn, arguments, batch, layer, layers, shapes, weight};
use crate::builtin::*;
use crate::seed::Seed;
use crate::shape::Shape;
use crate::tensor::allocations;
use crate::tensor::check::{check, check_but, fused_is_plain};
use crate::tensor::{Axes, Context, Device, Tensor};
use std::sync::Arc;

/// The values among which a parameter chooses, where they are few.
fn choices(param: &ParamInfo) -> Vec<Value> {
    match param.expected {
        Expected::Bool => [false, true].map(Value::Bool).to_vec(),
        // The word stands for numbers that only a run knows.
        Expected::WordOrNumbers(..) => vec![],
        expected => expected.words().iter().map(|word| Value::Name((*word).to_owned())).collect(),
    }
}

/// A use with every choice of the words and of the yes and no of its row.
pub(super) fn variants(text: &str) -> Vec<String> {
    let row = find(word(text)).next().unwrap();
    let mut given = arguments(text);
    given.resize(row.params.len(), None);
    let mut all = vec![given];
    for (i, choices) in row.params.iter().map(choices).enumerate().filter(|(_, choices)| !choices.is_empty()) {
        let chosen = |given: &Vec<Option<Value>>, choice: &Value| {
            let mut given = given.clone();
            given[i] = Some(choice.clone());
            given
        };
        all = all.iter().flat_map(|given| choices.iter().map(|choice| chosen(given, choice))).collect();
    }
    let written = |given: Vec<Option<Value>>| {
        let named =
            row.params.iter().zip(given).filter_map(|(param, value)| Some(format!("{}: {}", param.name, value?)));
        format!("{}({})", row.name, named.collect::<Vec<_>>().join(", "))
    };
    all.into_iter().map(written).collect()
}

/// Masks of the batch: something, everything and nothing is there.
const MASKS: [[f32; 5]; BATCH] = [[1.0, 0.0, 1.0, 1.0, 0.0], [1.0; 5], [0.0; 5]];

fn word(text: &str) -> &str {
    text.split('(').next().unwrap()
}

/// The inputs of a use that no gradient flows to, on purpose.
fn still(text: &str) -> &'static [usize] {
    match word(text) {
        "present" | "available" | "positions" | "embedding" => &[0],
        _ => &[],
    }
}

/// Spreads values out in the order they have: none is near another, nor near 0, where functions have their kinks.
fn apart(values: &mut [f32]) {
    let n = values.len() as f32;
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|a, b| values[*a].total_cmp(&values[*b]));
    for (rank, i) in order.into_iter().enumerate() {
        values[i] = (rank as f32 + 0.25 - n / 2.0) * 4.0 / n;
    }
}

/// Inputs of a batch: whole numbers where they are ids.
fn inputs(text: &str, shapes: &[Vec<usize>]) -> Vec<Drawn> {
    let mut drawn: Vec<Drawn> = shapes.iter().enumerate().map(|(i, axes)| batch(&format!("input {i}"), axes)).collect();
    drawn.iter_mut().for_each(|(values, _)| apart(values));
    if word(text) == "pow" {
        // Near 0 a root bends more than a difference can follow.
        drawn[0].0.iter_mut().for_each(|x| *x += 0.3 * x.signum());
    }
    if word(text) == "embedding" {
        drawn[0].0.iter_mut().enumerate().for_each(|(i, id)| *id = (i % 4) as f32 - 1.0);
    }
    drawn
}

/// A use as a function of inputs and learned weights; statistics and a mask are not among what is checked.
fn function<'f>(
    text: &'f str,
    given: usize,
    mask: Option<Vec<f32>>,
    frozen: bool,
    signature: &'f Signature,
) -> impl Fn(&mut Context, &[Tensor]) -> Tensor + 'f {
    let layer = layer(text);
    move |context, tensors| {
        let (inputs, weights) = tensors.split_at(given);
        context.frozen = frozen;
        let mut learned = weights.iter().cloned();
        let weights: Vec<Tensor> = signature
            .weights
            .iter()
            .map(|spec| match spec.kind {
                WeightKind::Learned => learned.next().unwrap(),
                WeightKind::Statistic => {
                    let (values, axes) = weight(spec);
                    context.device().upload(&values, &axes)
                }
            })
            .collect();
        let mask = mask.iter().map(|mask| context.device().upload(mask, &[BATCH, 5]));
        let inputs: Vec<Tensor> = inputs.iter().cloned().chain(mask).collect();
        let y = layer.apply(context, &weights, &inputs);
        let declared = [vec![BATCH], signature.output.concrete().unwrap()].concat();
        assert_eq!(*y.axes(), declared, "{text}: declared and real axes");
        assert!(y.values().iter().all(|y| y.is_finite()), "{text}: {y:?}");
        y
    }
}

fn all(text: &str, sizes: &[Vec<usize>], signature: &Signature) -> Vec<Drawn> {
    let learned = signature.weights.iter().filter(|spec| spec.kind == WeightKind::Learned);
    inputs(text, sizes).into_iter().chain(learned.map(weight)).collect()
}

/// Checks a use of inputs of these sizes, frozen too where that makes a difference.
fn holds(text: &str, sizes: &[Vec<usize>], mask: Option<Vec<f32>>) {
    let layer = layer(text);
    let mut shapes: Vec<Shape> = sizes.iter().map(|axes| Shape::of(axes)).collect();
    shapes.extend(mask.iter().map(|_| Shape::of(&[5])));
    assert!(layer.arity().takes(shapes.len()), "{text} of {} inputs", shapes.len());
    let signature = layer.shape(&shapes).unwrap();
    let all = all(text, sizes, &signature);
    let statistics = signature.weights.iter().any(|spec| spec.kind == WeightKind::Statistic);
    for frozen in [false, true].into_iter().take(1 + usize::from(statistics)) {
        let f = function(text, sizes.len(), mask.clone(), frozen, &signature);
        let name = format!("{text} of {sizes:?}, frozen {frozen}, mask {}", mask.is_some());
        // The gradient of `shake` is no slope on purpose, but where it is kept.
        if word(text) == "shake" && !text.contains("keep") {
            fused_is_plain(&name, &f, &all);
        } else {
            check_but(&name, &f, &all, still(text));
        }
    }
}

fn owned(inputs: &[&[usize]]) -> Vec<Vec<usize>> {
    inputs.iter().map(|axes| axes.to_vec()).collect()
}

#[test]
fn every_use_is_right() {
    for (text, inputs) in USES {
        holds(text, &owned(inputs), None);
    }
}

/// What differs by a word, or by a yes, is no use of its own above.
#[test]
fn every_choice_is_right() {
    for (row, _) in layers() {
        for text in variants(row.example) {
            holds(&text, &owned(row.example_inputs), None);
        }
    }
}

#[test]
fn every_rank_is_right() {
    for (text, given) in USES {
        for rank in 1..Axes::MOST {
            let sizes = [&vec![2; rank - 1][..], &[4]].concat();
            let each = vec![sizes; given.len()];
            let shapes: Vec<Shape> = each.iter().map(|axes| Shape::of(axes)).collect();
            let fits = layer(text).shape(&shapes).is_ok_and(|signature| signature.output.rank() < Axes::MOST);
            if fits && owned(given) != each {
                holds(text, &each, None);
            }
        }
    }
}

#[test]
fn masks_are_right() {
    for (text, inputs) in MASKED {
        variants(text).iter().for_each(|text| holds(text, &owned(inputs), Some(MASKS.concat())));
    }
    let masked: Vec<&str> = MASKED.iter().map(|(text, _)| word(text)).collect();
    for (row, layer) in layers().filter(|(_, layer)| matches!(layer.arity(), Arity::Between(..))) {
        assert!(masked.contains(&row.name), "{} is tried without a mask alone: {:?}", row.name, layer.arity());
    }
}

/// Numbers of one sample that a use keeps from its forward pass for the backward one, and those it says it does. Its batches are
/// large: what is kept of the batch as a whole does not count. What is only seen otherwise holds less than nothing.
fn saved(text: &str, sizes: &[Vec<usize>], masked: bool) -> (f64, f64) {
    let (layer, device) = (layer(text), Device::cpu());
    let mut sizes = sizes.to_vec();
    sizes.extend(masked.then(|| vec![5]));
    let shapes: Vec<Shape> = sizes.iter().map(|axes| Shape::of(axes)).collect();
    let signature = layer.shape(&shapes).unwrap();
    let weights: Vec<Tensor> = signature
        .weights
        .iter()
        .map(|spec| {
            let (values, axes) = weight(spec);
            let mut weight = device.upload(&values, &axes);
            weight.track();
            weight
        })
        .collect();
    let held = |samples: usize| {
        let inputs: Vec<Tensor> = sizes
            .iter()
            .map(|axes| {
                let mut input =
                    device.upload(&vec![1.0; samples * axes.iter().product::<usize>()], &Axes::batch(samples, axes));
                input.track();
                input
            })
            .collect();
        let mut context = Context::train(&device, Some(Seed(1).stream("saved")));
        device.release();
        let before = allocations::held();
        let y = layer.apply(&mut context, &weights, &inputs);
        context.take_kept();
        device.release();
        allocations::held() as f64 - before as f64 - 4.0 * y.len() as f64
    };
    // The first time, a thread's workspaces grow.
    held(512);
    let declared = layer.saved(&shapes, &signature.output).value().unwrap();
    ((held(512) - held(256)) / 1024.0, declared as f64)
}

#[test]
fn what_is_saved_is_declared() {
    let mut wrong = vec![];
    let uses = USES.iter().map(|(text, inputs)| (*text, *inputs, false));
    for (text, inputs, masked) in uses.chain(MASKED.iter().map(|(text, inputs)| (*text, *inputs, true))) {
        for text in variants(text) {
            let (held, declared) = saved(&text, &owned(inputs), masked);
            // A share of what goes in may be scraps; what `lstm` and `gru` say has room for gradients between their steps.
            let scraps = inputs.iter().map(|axes| axes.iter().product::<usize>()).sum::<usize>() as f64 / 4.0;
            if held > declared + scraps || declared > 2.0 * held.max(0.0) + scraps {
                wrong.push(format!("{text} of {inputs:?}, mask {masked}: holds {held}, says {declared}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What depends on the random numbers of a step says so, and the other way round.
#[test]
fn random_layers_say_so() {
    let device = Device::cpu();
    for (text, given) in USES {
        let layer = layer(text);
        let signature = layer.shape(&shapes(given)).unwrap();
        let all = all(text, &owned(given), &signature);
        let run = |seed: u64, mut context: Context| {
            context.stream = Some(Seed(seed).stream("random"));
            let mut tensors: Vec<Tensor> = all.iter().map(|(values, axes)| device.upload(values, axes)).collect();
            tensors.iter_mut().for_each(Tensor::track);
            let y = function(text, given.len(), None, false, &signature)(&mut context, &tensors);
            let sum = crate::tensor::linear(
                &mut context,
                &y.reshaped(&[1, y.len()]),
                &device.upload(&vec![1.0; y.len()], &[1, y.len()]),
                None,
                None,
            );
            context.backward(&sum);
            let gradients: Vec<Vec<f32>> = tensors.iter().map(|t| context.gradient(t).values().to_vec()).collect();
            (y.values().to_vec(), gradients)
        };
        let train = |seed| run(seed, Context::train(&device, None));
        assert_eq!(train(1), train(1), "{text}: the same numbers");
        assert_eq!(train(1) != train(2), layer.is_random(), "{text}: other numbers");
        assert_eq!(run(1, Context::evaluate(&device)).0, run(2, Context::evaluate(&device)).0, "{text}: evaluated");
    }
}

/// Uses of losses, the shape of the prediction, and the kind of target.
fn losses() -> Vec<(&'static str, &'static [usize], TargetKind)> {
    let class =
        |classes, axes: &[usize]| TargetKind::Class { classes, axes: axes.to_vec(), ignore: None, labels: None };
    let padded =
        |classes, axes: &[usize]| TargetKind::Class { classes, axes: axes.to_vec(), ignore: Some(-1), labels: None };
    let multi = |classes| TargetKind::Multi { classes };
    let real = |shape: &[usize]| TargetKind::Real { shape: shape.to_vec() };
    let of = |text, axes: &'static [usize], kind| (text, axes, kind);
    let mut uses = vec![
        of("cross_entropy", &[2], class(2, &[])),
        of("cross_entropy", &[5], class(5, &[])),
        of("cross_entropy", &[4, 3], class(3, &[4])),
        of("cross_entropy", &[2, 2, 3], class(3, &[2, 2])),
        of("cross_entropy(label_smoothing: 0.1)", &[3], class(3, &[])),
        of("cross_entropy(weights: [0.5, 2, 3])", &[3], class(3, &[])),
        of("cross_entropy(label_smoothing: 0.1, weights: [0.5, 0, 3])", &[4, 3], class(3, &[4])),
        of("cross_entropy", &[4, 3], padded(3, &[4])),
        of("cross_entropy(label_smoothing: 0.1, weights: [0.5, 2, 3])", &[4, 3], padded(3, &[4])),
        of("focal(gamma: 1.5, weights: [0.5, 2])", &[2], class(2, &[])),
        of("focal(weights: [0.5, 2])", &[4, 2], padded(2, &[4])),
        of("bce(positive: 2.5)", &[3], multi(3)),
        of("bce(positive: [2, 0.5, 3])", &[3], multi(3)),
        of("bce_with_logits(positive: [2, 0.5, 3])", &[3], multi(3)),
        of("bce_with_logits(positive: 2.5)", &[4, 1], class(2, &[4])),
        of("focal", &[3], class(3, &[])),
        of("focal(gamma: 0.5)", &[4, 2], class(2, &[4])),
        of("focal", &[3], multi(3)),
        of("focal(gamma: 1.5, alpha: 0.25)", &[3], multi(3)),
        of("focal(gamma: 0)", &[3], multi(3)),
        of("smooth_l1(beta: 0.2)", &[3], real(&[3])),
        of("l1(reduce: sum)", &[2, 3], real(&[2, 3])),
    ];
    for word in ["bce", "bce_with_logits", "multilabel_soft_margin"] {
        uses.push(of(word, &[3], multi(3)));
        uses.push(of(word, &[1], class(2, &[])));
        uses.push(of(word, &[4, 1], class(2, &[4])));
        uses.push(of(word, &[2, 3], real(&[2, 3])));
    }
    for word in ["mse", "l1", "smooth_l1"] {
        uses.push(of(word, &[3], multi(3)));
        uses.push(of(word, &[1], real(&[])));
        uses.push(of(word, &[2, 3], real(&[2, 3])));
    }
    uses
}

fn loss(text: &str) -> Arc<dyn Loss> {
    let row = find(word(text)).find(|row| matches!(row.kind, Kind::Loss(_))).unwrap();
    let Kind::Loss(make) = row.kind else { unreachable!() };
    make(&arguments(text)).unwrap_or_else(|error| panic!("{text}: {}", error.refusal))
}

#[test]
fn every_loss_is_right() {
    let uses = losses().into_iter();
    for (text, axes, kind) in
        uses.flat_map(|(text, axes, kind)| variants(text).into_iter().map(move |text| (text, axes, kind.clone())))
    {
        let loss = loss(&text);
        assert_eq!(loss.check(&Shape::of(axes), Some(&kind)), Ok(()), "{text} of {axes:?} against {kind}");
        let classes = if let TargetKind::Class { classes, .. } = kind { classes } else { 2 };
        let per_sample: usize = kind.shape().iter().product();
        // With padding, every so many steps have no class.
        let targets: Vec<f32> = match kind.ignored() {
            None => (0..BATCH * per_sample).map(|i| (i % classes) as f32).collect(),
            Some(_) => (0..BATCH * per_sample).map(|i| (i % (classes + 1)) as f32 - 1.0).collect(),
        };
        let mut x = batch("prediction", axes);
        if loss.takes() == Takes::Probabilities {
            x.0.iter_mut().for_each(|x| *x = 1.0 / (1.0 + (-*x).exp()));
        }
        let f = |context: &mut Context, tensors: &[Tensor]| {
            let target = context.device().upload(&targets, &[&[BATCH][..], &kind.shape()].concat());
            let y = loss.apply(context, &tensors[0], Some(&target));
            assert_eq!(y.axes().len(), 0, "{text}: a loss is a scalar");
            y
        };
        check(&format!("{text} of {axes:?} against {kind}"), &f, &[x.clone()]);
        if !loss.needs_target() {
            check(&text, &|context, tensors| loss.apply(context, &tensors[0], None), &[x]);
        }
    }
}

#[test]
fn losses_of_class_ids_alone_learn_from_targets_with_padding() {
    for row in registry() {
        let Kind::Loss(make) = row.kind else { continue };
        let kind = TargetKind::Class { classes: 2, axes: vec![4], ignore: Some(-1), labels: None };
        for shape in [&[4, 2][..], &[4, 1], &[4]] {
            let learns = matches!((row.name, shape), ("cross_entropy" | "focal", [4, 2]));
            let checked = make(&[]).unwrap().check(&Shape::of(shape), Some(&kind));
            assert_eq!(checked.is_ok(), learns, "{} of {shape:?}", row.name);
        }
    }
}

/// What is stored and measured of an output is what its loss takes it for.
#[test]
fn losses_of_logits_give_chances() {
    for row in registry() {
        let Kind::Loss(make) = row.kind else { continue };
        let loss = make(&[]).unwrap();
        let class = TargetKind::Class { classes: 2, axes: vec![], ignore: None, labels: None };
        for link in [None, Some(class), Some(TargetKind::Multi { classes: 2 })].map(|kind| loss.link(kind.as_ref())) {
            let chances = matches!(link, Link::Softmax | Link::Sigmoid);
            assert_eq!(chances, loss.takes() == Takes::Logits, "{}: {:?}, {link:?}", row.name, loss.takes());
        }
    }
}

/// Uses of optimizers and learning-rate schedules; the last argument of each makes a difference.
const RULES: &[&str] = &[
    "sgd(0.2)",
    "sgd(0.1, momentum: 0.5)",
    "sgd(0.1, momentum: 0.5, nesterov: true)",
    "sgd(0.1, weight_decay: 0.1)",
    "adam(lr: 0.1)",
    "adam(lr: 0.1, beta1: 0.5)",
    "adam(lr: 0.1, beta2: 0.5)",
    "adam(lr: 0.1, eps: 0.1)",
    "adam(lr: 0.1, weight_decay: 0.1)",
    "adamw(lr: 0.1)",
    "adamw(lr: 0.1, beta1: 0.5)",
    "adamw(lr: 0.1, beta2: 0.5)",
    "adamw(lr: 0.1, eps: 0.1)",
    "adamw(lr: 0.1, weight_decay: 0.1)",
    "constant",
    "step(3)",
    "step(3, factor: 0.5)",
    "milestones([2, 5])",
    "milestones([2, 5], factor: 0.5)",
    "cosine(floor: 0.5)",
    "cosine(warm_up: 9)",
    "plateau(patience: 1)",
    "plateau(patience: 1, factor: 0.5)",
    "warm_up(9)",
];

/// What a rule makes of a weight in five updates, or the factors of a schedule.
fn course(text: &str) -> Vec<f64> {
    let row = find(word(text)).find(|row| matches!(row.kind, Kind::Optimizer(_) | Kind::Rate(_))).unwrap();
    match row.kind {
        Kind::Optimizer(make) => {
            let (optimizer, device) = (make(&arguments(text)).unwrap(), Device::cpu());
            let mut weight = device.upload(&[1.0, -2.0, 3.0], &[3]);
            let mut slots: Vec<Tensor> = (0..optimizer.slots()).map(|_| device.zeros(&[3])).collect();
            for i in 0..5 {
                let mut slopes: Vec<f32> = weight.values().iter().map(|w| w * 0.2 + i as f32 * 0.1).collect();
                let gradient = crate::tensor::Gradient::of(&mut slopes);
                optimizer.update(optimizer.learning_rate(), i + 1, &mut weight, &gradient, &mut slots);
            }
            weight.values().iter().map(|w| f64::from(*w)).collect()
        }
        Kind::Rate(make) => {
            let rate = make(&arguments(text)).unwrap();
            let mut stall = rate.stall();
            let mut at = |i: usize| {
                let progress = Progress { step: i as u64, steps: 20, epoch: i as f64, stalls: stall.as_slice() };
                let factor = rate.factor(&progress);
                stall.iter_mut().for_each(|stall| stall.see(1.0));
                factor
            };
            (0..20).map(&mut at).collect()
        }
        _ => unreachable!(),
    }
}

#[test]
fn every_argument_of_a_rule_makes_a_difference() {
    for text in RULES.iter().filter(|text| text.contains('(')) {
        let shorter = match text.rsplit_once(',') {
            Some((front, _)) if !text.ends_with("])") => format!("{front})"),
            Some(_) | None => find(word(text)).next().unwrap().example.to_string(),
        };
        let (with, without) = (course(text), course(&shorter));
        assert!(with.iter().all(|x| x.is_finite()), "{text}: {with:?}");
        assert_ne!(with, without, "{text} and {shorter}");
    }
}

/// A row with an argument that no use above gives another value than its default is not tested.
#[test]
fn every_argument_of_every_row_is_tried() {
    let losses = losses();
    let texts =
        USES.iter().map(|(text, _)| *text).chain(losses.iter().map(|(text, ..)| *text)).chain(RULES.iter().copied());
    let uses: Vec<(&str, Vec<Option<Value>>)> = texts.map(|text| (word(text), arguments(text))).collect();
    for row in registry() {
        match row.kind {
            Kind::Layer(_) | Kind::Op(_) | Kind::Loss(_) | Kind::Optimizer(_) | Kind::Rate(_) => {}
            _ => continue,
        }
        let own = uses.iter().filter(|(word, _)| *word == row.name);
        assert!(own.clone().next().is_some(), "{} has no use here", row.name);
        for (i, param) in row.params.iter().enumerate() {
            let default = param.default.map(|default| default());
            let tried = own.clone().filter_map(|(_, given)| given.get(i)?.as_ref());
            let tried = tried.map(ToString::to_string).find(|value| default.as_ref() != Some(value));
            assert!(tried.is_some(), "`{}` of `{}` is never another than {default:?}", param.name, row.name);
        }
    }
}
