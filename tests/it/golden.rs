//! One small MHM run of another program, in float64: every loss, every weight and every head's probabilities come out here.

use crate::runs::{BEGINNING, Setup, checked};
use crate::zz_needs::shared;
use mhm::builtin::TargetKind;
use mhm::data::{Array, Dataset, Target};
use mhm::id::{SampleId, WeightId};
use mhm::plan;
use mhm::train::{Trainer, evaluate};
use serde_json::Value;
use std::collections::BTreeMap;

const TOLERANCE: f64 = 1e-4;

const PROGRAM: &str = r#"
use std.schedule.Mhm

network Golden {
  in     first: [1], second: [1]
  uni    theta_0 = linear(5) |> relu
  uni    theta_1 = linear(5) |> relu
  fusion phi     = linear(5) |> relu
  head   psi     = linear(2)
  out    psi(phi(concat(theta_0(first), theta_1(second))))
}
dataset golden from "golden.npz" {
  modality first: [1] = npz("first")
  modality second: [1] = npz("second")
  target   class: class(2) = npz("class")
  split    train = random(0.9)
  split    test  = rest
}
pipeline replay {
  data      golden
  network   Golden
  loss      cross_entropy
  optimizer OPTIMIZER
  schedule  Mhm(heads: 3)
  batch     8
  budget    7 epochs
}
"#;

fn numbers(value: &Value) -> Vec<f64> {
    match value {
        Value::Array(values) => values.iter().flat_map(numbers).collect(),
        other => vec![other.as_f64().expect("a number")],
    }
}

fn ids(value: &Value) -> Vec<SampleId> {
    numbers(value).into_iter().map(|i| SampleId::at(i as usize)).collect()
}

fn close(what: &str, ours: impl IntoIterator<Item = f64>, theirs: &[f64]) {
    let ours: Vec<f64> = ours.into_iter().collect();
    assert_eq!(ours.len(), theirs.len(), "{what}");
    for (i, (a, b)) in ours.iter().zip(theirs).enumerate() {
        assert!((a - b).abs() <= TOLERANCE, "{what} {i}: {a} here, {b} there");
    }
}

fn dataset(golden: &Value) -> Dataset {
    let x = numbers(&golden["x"]);
    let column =
        |name: &str, at: usize| Array::kept(name, &[1], x.iter().skip(at).step_by(2).map(|v| *v as f32).collect());
    let classes: Vec<f32> = numbers(&golden["y"]).into_iter().map(|y| y as f32).collect();
    let samples = classes.len();
    let kind = TargetKind::Class { classes: 2, axes: vec![], ignore: None, labels: None };
    let target = Target { name: "class".into(), kind, values: classes };
    let splits = BTreeMap::from([("train".into(), SampleId::of(0..samples).collect())]);
    Dataset::new("golden", vec![column("first", 0), column("second", 1)], vec![target], splits, samples)
}

/// Module, replica and index of a weight as the other program calls it: `psi.2.bias`.
fn place(setup: &Setup, name: &str) -> WeightId {
    let parts: Vec<&str> = name.split('.').collect();
    let index = usize::from(parts[parts.len() - 1] == "bias");
    let replica = match parts[..] {
        ["theta", n, _] => setup.module(&format!("theta_{n}")).replica(0),
        ["psi", k, _] => setup.module("psi").replica(k.parse().unwrap()),
        _ => setup.module("phi").replica(0),
    };
    replica.weight(index)
}

fn replay(golden: &Value, name: &str, optimizer: &str) {
    let pipeline = checked(&PROGRAM.replace("OPTIMIZER", optimizer)).pipelines.remove(0);
    let setup = Setup::with(&pipeline, dataset(golden), 0);
    let run = &golden["runs"][name];
    let mut trainer = Trainer::new(&setup.job()).unwrap();
    for (name, values) in run["init"].as_object().unwrap() {
        let id = place(&setup, name);
        let values: Vec<f32> = numbers(values).into_iter().map(|v| v as f32).collect();
        trainer.weights.of_mut(id.replica)[id.index].modify(|w| w.copy_from_slice(&values));
    }

    // Their plan is ours: the same phases in the same order, as many steps each.
    let plan = golden["plan"].as_array().unwrap();
    let mut order = vec![];
    let walked = plan::walk::<()>(&setup.plan, 36, |visit| {
        let phase = &setup.plan.phases[visit.phase];
        let extent = phase.visit(setup.ids(&phase.on).len(), visit.number);
        order.extend(std::iter::repeat_n(phase.name.clone(), extent.steps as usize));
        Ok(extent)
    });
    assert_eq!(walked.unwrap().steps as usize, plan.len());

    let mut losses = vec![];
    let mut before = String::new();
    for (step, expected) in plan.iter().zip(&order) {
        let k = step[1].as_u64().unwrap();
        let phase = match step[0].as_u64().unwrap() {
            1 => format!("head[{k}]"),
            _ => format!("embedding[{k}]"),
        };
        assert_eq!(phase, *expected);
        if phase != before {
            trainer.begin(setup.phase(&phase), setup.seed.stream("dropout"));
            before = phase.clone();
        }
        losses.push(trainer.step(setup.phase(&phase), &ids(&step[2]), &BEGINNING).read());
    }
    close(&format!("{name}: loss"), losses, &numbers(&run["losses"]));
    for (weight, values) in run["final"].as_object().unwrap() {
        let id = place(&setup, weight);
        let ours = trainer.weights.of(id.replica)[id.index].values().iter().map(|v| f64::from(*v)).collect::<Vec<_>>();
        close(&format!("{name}: {weight}"), ours, &numbers(values));
    }
    let all: Vec<SampleId> = SampleId::of(0..36).collect();
    for (k, chances) in run["train_probs_per_head"].as_array().unwrap().iter().enumerate() {
        let evaluation = evaluate(&mut trainer, &[[0, 0, 0, k].into_iter().collect()], &all);
        let ours = evaluation.outputs[0].iter().map(|v| f64::from(*v)).collect::<Vec<_>>();
        close(&format!("{name}: probabilities of head {k}"), ours, &numbers(chances));
    }
}

#[test]
fn a_run_of_another_program_is_replayed() {
    let Some(path) = shared("reference/golden.json") else { return };
    let golden: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    replay(&golden, "sgd", "sgd(lr: 0.1)");
    replay(&golden, "sgd_momentum_wd", "sgd(lr: 0.05, momentum: 0.9, weight_decay: 1e-3)");
    replay(&golden, "adam", "adam(lr: 1e-2)");
}
