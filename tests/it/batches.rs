//! Leftover batches, and the layers that take statistics of a batch.

use crate::cli::{folder, mhm};
use crate::runs::{Setup, checked};
use mhm::batch::Cut;
use mhm::builtin::TargetKind;
use mhm::data::{Array, Dataset, Target};
use mhm::id::SampleId;
use mhm::seed::Seed;
use mhm::train::RunError;
use std::collections::BTreeMap;
use std::fs;

/// A network with statistics in every role, on `SCHEDULE`.
const PROGRAM: &str = r#"
use std.schedule.*
dataset Rows from "rows.npz" {
  modality a: [2] = npz("a")
  target   y: class(2) = npz("y")
  split    train = random(0.9)
  split    test  = rest
}
network Normed {
  in     a: [2]
  uni    embed    = linear(4) |> batch_norm |> relu
  fusion joint    = linear(4) |> batch_norm |> relu
  head   classify = linear(2)
  out    classify(joint(embed(a)))
}
pipeline p {
  data      Rows
  network   Normed
  loss      cross_entropy
  optimizer sgd(lr: 1e-6)
  schedule  SCHEDULE
  batch     BATCH
  budget    BUDGET
}
"#;

fn setup(schedule: &str, batch: usize, budget: &str, rows: usize, seed: u64) -> Setup {
    let text = PROGRAM.replace("SCHEDULE", schedule).replace("BATCH", &batch.to_string()).replace("BUDGET", budget);
    let pipeline = checked(&text).pipelines.remove(0);
    let mut stream = Seed(3).stream("rows");
    let x = (0..2 * rows).map(|_| stream.normal() as f32).collect();
    let kind = TargetKind::Class { classes: 2, axes: vec![], ignore: None, labels: None };
    let target = Target { name: "y".into(), kind, values: (0..rows).map(|i| (i % 2) as f32).collect() };
    let splits = BTreeMap::from([("train".into(), SampleId::of(0..rows).collect())]);
    let data = Dataset::new("rows", vec![Array::kept("a", &[2], x)], vec![target], splits, rows);
    Setup::with(&pipeline, data, seed)
}

/// The running variances of `embed`, each beside the variance of its feature over the training split.
fn variances(setup: &Setup) -> Vec<(f64, f64)> {
    let trained = setup.trained();
    let weights = trained.trainer.weights.of(setup.module("embed").replica(0));
    let [factor, shift, running] = [0, 1, 5].map(|i| weights[i].values().to_vec());
    let x: Vec<f32> = setup.data.modality("a").unwrap().values.to_vec();
    let of = |feature: usize| {
        let y = x.chunks(2).map(|x| {
            let sum: f32 = x.iter().zip(&factor[2 * feature..]).map(|(x, w)| x * w).sum();
            f64::from(sum + shift[feature])
        });
        let y: Vec<f64> = y.collect();
        let mean = y.iter().sum::<f64>() / y.len() as f64;
        y.iter().map(|y| (y - mean).powi(2)).sum::<f64>() / (y.len() - 1) as f64
    };
    running.iter().enumerate().map(|(feature, running)| (f64::from(*running), of(feature))).collect()
}

fn near(setup: &Setup, tolerance: f64, what: &str) {
    for (running, truth) in variances(setup) {
        assert!((running / truth - 1.0).abs() <= tolerance, "{what}: {running}, should be {truth}");
    }
}

/// Before: 0.47 of the variance at 33 rows, the last batch of which was one sample.
#[test]
fn a_row_left_over_does_not_move_running_statistics() {
    for rows in 32..=48 {
        near(&setup("EndToEnd", 32, "150 epochs", rows, 0), 0.01, &format!("{rows} rows"));
    }
    for rows in 64..=96 {
        near(&setup("EndToEnd", 32, "60 epochs", rows, 0), 0.12, &format!("{rows} rows"));
    }
}

#[test]
fn every_remainder_of_every_schedule_keeps_statistics_and_counts_samples() {
    let schedules = [
        "EndToEnd",
        "Mhm(heads: 3)",
        "Mhm(heads: 3, length: 1 step)",
        "MhmNoFreeze(heads: 3)",
        "MultipleEmbeddings(embeddings: 3)",
        "OneHead(sets: 3)",
        "OneHeadOneSet(sets: 3)",
        "HeadsOfOneSet(heads: 3)",
        "EnsembleOfHeads(heads: 3)",
        "Ensemble(members: 3)",
    ];
    for schedule in schedules {
        for rows in 48..56 {
            let setup = setup(schedule, 8, "60 epochs", rows, 1);
            for phase in &setup.plan.phases {
                let samples = setup.ids(&phase.on).len();
                assert!(phase.batch == Cut::Even(8) && phase.batch.smallest(samples) >= 6, "{schedule}, {rows} rows");
            }
            let trained = setup.trained();
            let sum = setup.log().iter().fold((0, 0), |(a, b), (_, steps, samples)| (a + steps, b + samples));
            assert_eq!(sum, (trained.position.steps, trained.position.samples), "{schedule}, {rows} rows");
            // A schedule that trains `uni` on one set alone knows the variance there.
            let tolerance = if schedule.contains("OneSet") { 0.8 } else { 0.45 };
            near(&setup, tolerance, &format!("{schedule}, {rows} rows"));
        }
    }
}

#[test]
fn one_value_a_feature_is_refused() {
    let error = setup("Mhm(heads: 5)", 8, "2 rounds", 9, 0).train().map(|t| t.position).unwrap_err();
    let why = "`batch_norm` in `uni[0].embed` has no variance to take in phase `embedding[4]`: fold(4) has 1 sample, which \
               gives it one value a feature; train on more samples, or use `layer_norm`";
    assert!(matches!(error, RunError::OneValue { .. }) && error.to_string() == why, "{error}");
    assert_eq!(error.phase(), Some("embedding[4]"));
    // Five folds of ten samples have two each.
    assert!(setup("Mhm(heads: 5)", 8, "2 rounds", 10, 0).train().is_ok());
}

/// The trainer refuses what the checker lets pass, in words; the checker knows where data is read.
#[test]
fn sizes_that_files_decide_are_known_under_data() {
    let at = folder("degenerate");
    let rows: String = (0..6).map(|i| format!("{i},{},{}\n", i * i % 5, i % 2)).collect();
    fs::write(at.join("rows.csv"), format!("a,b,y\n{rows}")).unwrap();
    let program = |batch: usize| {
        format!(
            "use std.schedule.*
dataset Rows from \"rows.csv\" {{
  modality a: [2] = csv(columns: [\"a\", \"b\"])
  target   y: class(2) = csv(columns: [\"y\"])
  split    train = rows(0, 5)
  split    test  = rest
}}
network Normed {{
  in     a: [2]
  uni    embed    = linear(4) |> batch_norm |> relu
  fusion joint    = linear(4) |> relu
  head   classify = linear(2)
  out    classify(joint(embed(a)))
}}
pipeline p {{
  data Rows  network Normed  loss cross_entropy  optimizer adam(lr: 1e-3)
  schedule Mhm(heads: HEADS)  batch {batch}  budget 2 epochs
}}
"
        )
    };
    let file = at.join("p.mhm");
    let short = |arguments: &[&str]| mhm(&at, &[&["check", "--format", "short", "p.mhm"], arguments].concat());
    fs::write(&file, program(1).replace("HEADS", "2")).unwrap();
    let (code, out, _) = short(&[]);
    let one = "degenerate-batch";
    assert!(code == 1 && out.contains(one) && out.contains("`batch 1` gives `batch_norm` in `embed`"), "{out}");
    fs::write(&file, program(2).replace("HEADS", "5")).unwrap();
    let (_, out, _) = short(&["--data"]);
    assert!(out.contains("`fold(k)`, which has 1 sample, gives `batch_norm` in `embed` one value a feature"), "{out}");
    fs::write(&file, program(4).replace("HEADS", "2")).unwrap();
    let (code, out, _) = short(&["--data"]);
    assert!(code == 0 && out.contains("small-fold"), "{out}");
    assert!(out.contains("`except(k)` has 2 samples, fewer than a batch of 4"), "{out}");
}
