//! Classes that do not occur equally often: what they count in a loss is what the training samples of the run say, and batches have
//! as many of each where they are to.

use crate::runs::{Setup, checked};
use mhm::data::{Array, Dataset, Target};
use mhm::experiment::{self, Options, Recipes};
use mhm::hir::Pipeline;
use mhm::id::{Route, SampleId};
use mhm::split::SplitName;
use mhm::train::{Trainer, evaluate};
use std::collections::BTreeMap;

/// Three classes of two numbers, some lines of a pipeline.
fn pipeline(loss: &str, lines: &str) -> Pipeline {
    let text = format!(
        "use std.schedule.EndToEnd
dataset d from \"d.csv\" {{
  modality x: [2] = csv(columns: [\"a\", \"b\"])
  target   y: class(3) = csv(columns: [\"y\"])
  target   z: multi(2) = csv(columns: [\"u\", \"v\"])
  split    train = rows(0, 700)
  split    test  = rows(700, 1300)
}}
network Small {{
  in   x: [D]
  head classify = linear(8) |> tanh |> linear(3)
  head mark     = linear(2)
  out  classes  = classify(x)
  out  marks    = mark(x)
}}
pipeline p {{
  data d
  network Small
  loss {loss}
  optimizer adam(lr: 1e-2)
  schedule EndToEnd
  budget 2 epochs
  metrics error(classes, y)
  {lines}
}}"
    );
    checked(&text).pipelines.pop().unwrap()
}

const OF_CLASSES: &str = "cross_entropy(classes, y";

/// Training samples with classes 0, 1 and 2 as 7 : 2 : 1, test samples as 1 : 1 : 3.
fn dataset(class: impl Fn(usize) -> usize) -> Dataset {
    let count = 1300;
    let classes: Vec<f32> = (0..count).map(|i| class(i) as f32).collect();
    let x = (0..count).flat_map(|i| [(i as f32).sin() + classes[i], (i as f32 * 0.7).cos() - classes[i]]).collect();
    let marks = (0..count).flat_map(|i| [f32::from(i % 5 == 0), f32::from(i % 4 != 0)]).collect();
    let target = |name: &str, kind, values| Target { name: name.into(), kind, values };
    let targets = vec![
        target("y", mhm::builtin::TargetKind::Class { classes: 3, axes: vec![], ignore: None, labels: None }, classes),
        target("z", mhm::builtin::TargetKind::Multi { classes: 2 }, marks),
    ];
    let ids: Vec<_> = (0..count as u32).map(SampleId).collect();
    let splits = BTreeMap::from([(SplitName::TRAIN, ids[..700].to_vec()), (SplitName::TEST, ids[700..].to_vec())]);
    Dataset::new("d", vec![Array::kept("x", &[2], x)], targets, splits, count)
}

fn class(i: usize) -> usize {
    if i < 700 { [0, 0, 0, 0, 0, 0, 0, 1, 1, 2][i % 10] } else { [0, 1, 2, 2, 2][i % 5] }
}

fn setup(loss: &str) -> Setup {
    Setup::with(&pipeline(loss, ""), dataset(class), 3)
}

#[test]
fn balanced_weights_are_those_of_the_training_samples() {
    let written = |loss: &str| {
        let setup = setup(loss);
        let trainer = Trainer::new(&setup.job()).unwrap();
        trainer.terms[0].loss.written(&[])
    };
    // compute_class_weight("balanced", classes=np.arange(3), y=[0] * 490 + [1] * 140 + [2] * 70)
    assert_eq!(
        written("cross_entropy(classes, y, weights: balanced)"),
        "cross_entropy(weights: [0.4761904761904762, 1.6666666666666667, 3.3333333333333335])"
    );
    // 560 no and 140 yes; 175 no and 525 yes.
    assert_eq!(
        written("bce_with_logits(marks, z, positive: balanced)"),
        "bce_with_logits(positive: [4, 0.3333333333333333])"
    );
    assert_eq!(written("cross_entropy(classes, y)"), "cross_entropy");
}

#[test]
fn balanced_trains_as_its_numbers_do() {
    let bits = |loss: &str| {
        let setup = setup(loss);
        setup.trained().weights()
    };
    let balanced = bits("cross_entropy(classes, y, weights: balanced)");
    let given = "weights: [0.4761904761904762, 1.6666666666666667, 3.3333333333333335]";
    assert_eq!(balanced, bits(&format!("cross_entropy(classes, y, {given})")));
    assert_ne!(balanced, bits("cross_entropy(classes, y)"));
    let even = bits("cross_entropy(classes, y, weights: [1, 1, 1])");
    assert_eq!(even.keys().collect::<Vec<_>>(), balanced.keys().collect::<Vec<_>>());
}

/// More samples than are evaluated at a time, in whose parts classes differ.
#[test]
fn the_loss_of_a_split_is_its_weighted_mean() {
    let setup = setup("cross_entropy(classes, y, weights: balanced) + 0.5 * bce_with_logits(marks, z, positive: 2)");
    let mut trainer = Trainer::new(&setup.job()).unwrap();
    let ids = setup.data.split("test").unwrap();
    let evaluation = evaluate(&mut trainer, &[Route::first(setup.graph.modules.len())], ids);
    let weights = [700.0 / 3.0 / 490.0, 700.0 / 3.0 / 140.0, 700.0 / 3.0 / 70.0];
    let [mut sum, mut all, mut marks] = [0.0, 0.0, 0.0];
    for (i, id) in ids.iter().enumerate() {
        let class = class(id.0 as usize);
        sum -= weights[class] * f64::from(evaluation.outputs[0][3 * i + class]).ln();
        all += weights[class];
        for (place, yes) in [(0, id.0 % 5 == 0), (1, id.0 % 4 != 0)] {
            let chance = f64::from(evaluation.outputs[1][2 * i + place]);
            marks -= if yes { 2.0 * chance.ln() } else { (1.0 - chance).ln() };
        }
    }
    let expected = sum / all + 0.5 * marks / (2 * ids.len()) as f64;
    assert!((evaluation.loss - expected).abs() < 1e-6, "{} {expected}", evaluation.loss);
}

#[test]
fn a_class_that_training_lacks_cannot_be_balanced() {
    let setup = Setup::with(
        &pipeline("cross_entropy(classes, y, weights: balanced)", ""),
        dataset(|i| if i < 700 { i % 2 } else { 2 }),
        0,
    );
    let error = setup.train().err().map(|error| error.to_string());
    assert_eq!(
        error.as_deref(),
        Some(
            "`cross_entropy(weights: balanced)` of target `y`: no training sample has class 2, so nothing says what it \
             counts; list the weights"
        )
    );
}

#[test]
fn weights_make_another_run() {
    let address = |arguments: &str| {
        let pipeline = pipeline(&format!("{OF_CLASSES}{arguments})"), "");
        let arm = std::sync::Arc::new(mhm::record::ArmId::default());
        let cell = experiment::Cell { arm, pipeline: &pipeline, turn: Default::default() };
        Recipes::of(std::slice::from_ref(&cell), &Options::plain(vec!["tests/data/none".into()])).address(&cell)
    };
    let plain = address("");
    let others = ["balanced", "[1, 1, 1]", "[1, 2, 1]"].map(|weights| address(&format!(", weights: {weights}")));
    let mut all = vec![plain];
    all.extend(others);
    all.sort();
    all.dedup();
    assert_eq!(all.len(), 4, "each weighs differently");
}

fn drawn(lines: &str) -> (Setup, Vec<usize>) {
    let setup = Setup::with(&pipeline("cross_entropy(classes, y)", lines), dataset(class), 3);
    let phase = &setup.plan.phases[0];
    let trainer = Trainer::new(&setup.job()).unwrap();
    let pass = trainer.pass(phase, setup.train_ids(), &mut setup.seed.stream("batches/all/0"));
    let mut counts = vec![0; 3];
    pass.iter().flatten().for_each(|id| counts[class(id.0 as usize)] += 1);
    drop(trainer);
    (setup, counts)
}

#[test]
fn a_balanced_pass_has_as_many_samples_and_as_many_of_each_class() {
    assert_eq!(drawn("batch 32").1, [490, 140, 70]);
    let (setup, counts) = drawn("batch 32, balanced: true");
    assert!(counts.iter().sum::<usize>() == 700 && counts.iter().all(|n| [233, 234].contains(n)), "{counts:?}");
    let (plain, _) = drawn("batch 32");
    assert_eq!(setup.log(), plain.log(), "steps and samples are the same");
    let weights = |setup: &Setup| setup.trained().weights();
    assert_eq!(weights(&setup), weights(&drawn("batch 32, balanced: class").0));
    assert_eq!(weights(&plain), weights(&drawn("batch 32, balanced: false").0));
    assert_ne!(weights(&setup), weights(&plain));
}

#[test]
fn balanced_batches_make_another_run_and_no_option_the_same() {
    let address = |lines: &str| {
        let pipeline = pipeline("cross_entropy(classes, y)", lines);
        let arm = std::sync::Arc::new(mhm::record::ArmId::default());
        let cell = experiment::Cell { arm, pipeline: &pipeline, turn: Default::default() };
        Recipes::of(std::slice::from_ref(&cell), &Options::plain(vec!["tests/data/none".into()])).address(&cell)
    };
    assert_eq!(address(""), address("batch 32, balanced: false"));
    assert_eq!(address("batch 32, balanced: class"), address("batch 32, balanced: true"));
    assert_ne!(address("batch 32"), address("batch 32, balanced: true"));
}
