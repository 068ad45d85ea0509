//! Training on mixtures of two samples: the numbers are PyTorch's, and what cannot be mixed is kept apart.

use crate::runs::{BEGINNING, Setup, checked};
use mhm::data::{Array, Dataset, Target};
use mhm::id::{ReplicaId, SampleId};
use mhm::split::SplitName;
use std::collections::BTreeMap;

const FIRST: [f32; 6] = [0.5, -1.0, 2.0, 0.25, 1.5, -0.75];
const SECOND: [f32; 6] = [1.0, 0.0, -0.5, 2.0, -1.25, 0.75];
const CLASSES: [f32; 6] = [0.0, 1.0, 2.0, 0.0, 1.0, 0.0];
const WEIGHT: [f32; 6] = [0.1, -0.2, 0.3, 0.4, 0.5, -0.6];

/// Two modalities of a number each, three classes, one linear layer.
fn program(settings: &str) -> String {
    format!(
        "dataset d from \"none.npz\" {{
           modality first:  [1] = npz(\"first\")
           modality second: [1] = npz(\"second\")
           target   y: class(3) = npz(\"y\")
           split    train = rows(0, 6)
         }}
         network N {{
           in     first: [A], second: [B]
           head   h = linear(3, bias: false)
           out    h(concat(first, second))
         }}
         schedule S {{ repeat {{ phase all {{ train head on all }} }} }}
         pipeline p {{
           data d  network N  loss cross_entropy(weights: [1, 4, 2]) + 0.1 * l1(out)
           optimizer sgd(lr: 1.0)  schedule S  budget 1 epoch
           {settings}
         }}"
    )
}

fn setup(settings: &str) -> Setup {
    let pipeline = checked(&program(settings)).pipelines.remove(0);
    let kind = pipeline.data.targets[0].kind.clone();
    let arrays = vec![Array::kept("first", &[1], FIRST.to_vec()), Array::kept("second", &[1], SECOND.to_vec())];
    let targets = vec![Target { name: "y".into(), kind, values: CLASSES.to_vec() }];
    let splits = BTreeMap::from([(SplitName::TRAIN, SampleId::of(0..6).collect())]);
    Setup::with(&pipeline, Dataset::new("d", arrays, targets, splits, 6), 3)
}

/// The loss of one step from `WEIGHT`, and the weights after it.
fn step(settings: &str) -> (f64, Vec<f32>) {
    let setup = setup(settings);
    let mut trainer = mhm::train::Trainer::new(&setup.job()).unwrap();
    let phase = setup.phase("all");
    let head: ReplicaId = setup.module("h").replica(0);
    trainer.weights.of_mut(head)[0].modify(|weight| weight.copy_from_slice(&WEIGHT));
    trainer.begin(phase, setup.seed.stream("dropout"));
    let loss = trainer.step(phase, setup.train_ids(), &BEGINNING).read();
    (loss, trainer.weights.of(head)[0].values().to_vec())
}

fn near(found: &[f32], expected: &[f32]) {
    assert!(found.iter().zip(expected).all(|(a, b)| (a - b).abs() < 2e-6), "{found:?} for {expected:?}");
}

/// The share and the partners that the seed draws.
fn drawn(alpha: f64) -> (f64, Vec<usize>) {
    let mut stream = setup("").seed.stream("mixup/all/0");
    let share = stream.beta(alpha);
    let mut partners: Vec<usize> = (0..6).collect();
    stream.shuffle(&mut partners);
    (share, partners)
}

/// ```text
/// x, y = torch.stack([first, second], 1), torch.tensor([0, 1, 2, 0, 1, 0])
/// w = torch.tensor([[0.1, -0.2], [0.3, 0.4], [0.5, -0.6]], requires_grad=True)
/// lam, index = 0.01106421177598038, torch.tensor([5, 2, 1, 0, 4, 3])
/// criterion = torch.nn.CrossEntropyLoss(weight=torch.tensor([1., 4, 2]))
/// out = (lam * x + (1 - lam) * x[index]) @ w.T
/// loss = lam * criterion(out, y) + (1 - lam) * criterion(out, y[index]) + 0.1 * out.abs().mean()
/// loss.backward()
/// print(loss.item(), (w - w.grad).flatten().tolist())
/// ```
#[test]
fn a_step_on_mixtures_is_pytorchs() {
    assert_eq!(drawn(0.8), (0.011_064_211_775_980_38, vec![5, 2, 1, 0, 4, 3]));
    let expected = [0.035_942_99, 0.147_558_9, 0.422_681_15, -0.116_543_87, 0.384_148_95, -0.395_088_33];
    let (loss, weights) = step("batch 6  mixup 0.8");
    assert!((loss - 1.405_341_66).abs() < 1e-6, "{loss}");
    near(&weights, &expected);
    // Two batches of three make the same update: partners are those of the whole.
    let (loss, weights) = step("batch 3  accumulate 2  mixup 0.8");
    assert!((loss - 1.405_341_66).abs() < 1e-6, "{loss}");
    near(&weights, &expected);
    let (_, plain) = step("batch 6");
    assert!(plain.iter().zip(&expected).any(|(a, b)| (a - b).abs() > 1e-3), "it would not show");
    assert_eq!(plain, step("batch 6  mixup 0").1);
}

/// Every third sample lacks `second`, and a mask of three steps says what there is of `first`.
const LACKING: &str = "
dataset d from \"none.npz\" {
  modality first:  [3, 1] = npz(\"first\") |> standardize(there)
  modality there:  [3] = npz(\"there\")
  modality second: [1] = npz(\"second\") |> missing(nan)
  target   y: class(2) = npz(\"y\")
  split    train = rows(0, 6)
}
network N {
  in     first: [T, A], there: [T], second: [B]
  head   h = linear(2)
  out    h(concat(mean(first, there * available(first, steps: true), 0), available(second) * second))
}
schedule S { repeat { phase all { train head on all } } }
pipeline p {
  data d  network N  loss cross_entropy  optimizer sgd(lr: 1.0)  schedule S  budget 1 epoch  mixup 0.5
}";

#[test]
fn masks_are_known_as_such_whatever_they_are_made_of() {
    let graph = mhm::graph::lower(&checked(LACKING).pipelines.remove(0));
    let masks: Vec<&str> = graph.masks().into_iter().map(|input| graph.inputs[input].name.as_str()).collect();
    let mut others: Vec<&str> = graph.inputs.iter().map(|input| input.name.as_str()).collect();
    others.retain(|name| !masks.contains(name));
    assert_eq!(others, ["first", "second"], "{masks:?}");
}
