//! `_without_MODALITY`: a network that is told what is there is told that the modality is not.

use crate::runs::{Setup, bits, checked};
use mhm::builtin::TargetKind;
use mhm::data::{Array, Dataset, Target};
use mhm::id::SampleId;
use mhm::record::Perturbation;
use mhm::seed::Seed;
use mhm::train::{self, Event, Networks, Watch};
use std::collections::BTreeMap;

const STEPS: usize = 4;
const FEATURES: usize = 2;
const SAMPLES: usize = 30;
const TRAIN: usize = 20;

/// `x: [4, 2]`, its mask `m: [4]`, whether it is there at all `here: [1]`, and another modality `y: [3]`.
fn setup(network: &str, prepared: &str, absent: Option<&[(&str, Vec<f32>)]>) -> Setup {
    let text = format!(
        r#"
use std.schedule.EndToEnd
dataset Steps from "steps.npz" {{
  modality x:    [4, 2] = npz("x"){prepared}
  modality m:    [4] = npz("m")
  modality here: [1] = npz("here")
  modality y:    [3] = npz("y")
  target   class: class(2) = npz("class")
  split    train = rows(0, {TRAIN})
  split    test  = rest
}}
network N {{
  {network}
  fusion joint = linear(4) |> tanh
  head classify = linear(2)
  out  classify(joint(both))
}}
pipeline p {{
  data Steps  network N  loss cross_entropy  optimizer adam(lr: 1e-2)  schedule EndToEnd  batch 5  budget 3 epochs
}}
"#
    );
    let pipeline = checked(&text).pipelines.remove(0);
    let mut stream = Seed(5).stream("values");
    let mut normal = |n: usize| -> Vec<f32> { (0..n).map(|_| stream.normal() as f32 + 0.5).collect() };
    let x = normal(SAMPLES * STEPS * FEATURES);
    let m: Vec<f32> = (0..SAMPLES * STEPS).map(|i| f32::from(u8::from(i % STEPS <= i / STEPS % STEPS))).collect();
    let here: Vec<f32> = (0..SAMPLES).map(|i| f32::from(u8::from(i % 3 > 0))).collect();
    let mut values = BTreeMap::from([("x", x), ("m", m), ("here", here), ("y", normal(SAMPLES * 3))]);
    for (name, sample) in absent.unwrap_or_default() {
        let all = values.get_mut(name).unwrap();
        all[TRAIN * sample.len()..].chunks_mut(sample.len()).for_each(|own| own.copy_from_slice(sample));
    }
    let axes = |name: &str| match name {
        "x" => vec![STEPS, FEATURES],
        "m" => vec![STEPS],
        "here" => vec![1],
        _ => vec![3],
    };
    let modalities = ["x", "m", "here", "y"].map(|name| Array::kept(name, &axes(name), values[name].clone()));
    let kind = TargetKind::Class { classes: 2, axes: vec![], ignore: None, labels: None };
    let target = Target { name: "class".into(), kind, values: (0..SAMPLES).map(|i| (i % 2) as f32).collect() };
    let splits = BTreeMap::from([
        ("train".into(), SampleId::of(0..TRAIN).collect()),
        ("test".into(), SampleId::of(TRAIN..SAMPLES).collect()),
    ]);
    Setup::with(&pipeline, Dataset::new("steps", modalities.into(), vec![target], splits, SAMPLES), 1)
}

/// What the trained network says of the test samples.
fn seen(setup: &Setup, change: Option<Perturbation>) -> Vec<u32> {
    let watch = Watch {
        end: [(("test".to_string(), change), Networks::Deployed)].into_iter().collect(),
        noise: 1.0,
        ..Watch::default()
    };
    let mut outputs = vec![];
    let mut listen = |event: Event<'_>| {
        if let Event::Seen(evaluated) = event {
            outputs.extend(evaluated.outputs.values().flat_map(|array| bits(&array.values)));
        }
    };
    train::train(&setup.job(), &watch, &mut listen).expect("this trains");
    outputs
}

/// The mean of each feature over the training samples and all steps.
fn means() -> Vec<f32> {
    let setup = setup("in x: [4, 2]  let both = flatten(x)", "", None);
    let values = &setup.data.modality("x").unwrap().values[..TRAIN * STEPS * FEATURES];
    let mean = |f: usize| {
        let sum: f64 = values.iter().skip(f).step_by(FEATURES).map(|x| f64::from(*x)).sum();
        (sum / (TRAIN * STEPS) as f64) as f32
    };
    (0..FEATURES).map(mean).collect::<Vec<f32>>().repeat(STEPS)
}

/// Whether the outputs without `x` are those of test samples with these values.
fn same(network: &str, prepared: &str, absent: &[(&str, Vec<f32>)]) {
    let without = seen(&setup(network, prepared, None), Some(Perturbation::Without("x".into())));
    let expected = seen(&setup(network, prepared, Some(absent)), None);
    assert!(!expected.is_empty());
    let close =
        |a: &[u32], b: &[u32]| a.iter().zip(b).all(|(a, b)| (f32::from_bits(*a) - f32::from_bits(*b)).abs() < 1e-5);
    assert!(close(&without, &expected), "{network}");
    let whole = seen(&setup(network, prepared, None), None);
    assert!(!close(&without, &whole), "{network}: nothing changed");
}

fn zeros(n: usize) -> Vec<f32> {
    vec![0.0; n]
}

#[test]
fn masks_of_a_missing_modality_are_zero() {
    let gone = || [("x", zeros(8)), ("m", zeros(4))];
    same("in x: [4, 2], m: [4], y: [3]  uni e = linear(3)  let both = concat(mean(e(x), m, 0), y)", "", &gone());
    same("in x: [4, 2], m: [4], y: [3]  uni e = lstm(3)  let both = concat(last(e(x, m)), y)", "", &gone());
    same("in x: [4, 2], m: [4]  uni e = attention(1)  let both = mean(e(x, x, m), m, 0)", "", &gone());
    // What standardizes it is its mask, whatever the network does with it.
    let standardized = " |> standardize(m)";
    same("in x: [4, 2], m: [4], y: [3]  let both = concat(flatten(x), m, y)", standardized, &gone());
    // Without it, a modality beside another is no mask.
    let only = [("x", means())];
    same("in x: [4, 2], m: [4], y: [3]  let both = concat(flatten(x), m, y)", "", &only);
}

#[test]
fn what_says_that_a_modality_is_there_is_zero() {
    let gone = [("x", zeros(8)), ("here", zeros(1))];
    same("in x: [4, 2], here: [1], y: [3]  uni e = linear(3)  let both = concat(here * mean(e(x), 0), y)", "", &gone);
}

#[test]
fn a_network_that_looks_for_padding_is_given_padding() {
    same("in x: [4, 2], y: [3]  let both = concat(mean(x, present(x), 0), y)", "", &[("x", zeros(8))]);
}

/// The mean pools steps, as `standardize` does.
#[test]
fn a_modality_without_a_mask_is_its_mean() {
    same("in x: [4, 2]  let both = flatten(x)", "", &[("x", means())]);
    // A factor that is computed from the values is no mask.
    same("in x: [4, 2]  uni w = linear(1)  let both = sum(w(x) * x, 0)", "", &[("x", means())]);
}
