//! Measures of all test parts of a round together are those that scikit-learn has of all their predictions, and confusions are.

use crate::runs::checked;
use mhm::graph;
use mhm::id::Part;
use mhm::measure;
use mhm::record::{ArmId, Array, Artifacts, ClassOutput, Evaluated, Evaluee, RunRecord, Truth, Turn};
use std::sync::Arc;

const TEXT: &str = "use std.schedule.EndToEnd
dataset D from \"d.npz\" {
  modality x: [3] = npz(\"x\")
  target   y: class(3) = npz(\"y\")
  split    train = random(0.8)
  split    test  = rest
}
network N {
  in   x: [D]
  head h = linear(3)
  out  h(x)
}
pipeline p {
  data D  network N  loss cross_entropy  optimizer adam(lr: 1e-2)  schedule EndToEnd  batch 8  budget 1 epochs
  metrics auroc, auroc[1], f1, accuracy
}
";

const SAMPLES: usize = 60;
const PARTS: usize = 4;
const NAMES: [&str; 4] = ["test_auroc", "test_auroc[1]", "test_f1", "test_accuracy"];

fn class(i: usize) -> usize {
    (i * i + i / 7) % 3
}

fn chances(i: usize) -> Vec<f32> {
    let of = |k: usize| ((i * (k + 3) * 17) % 101 + 1 + 40 * usize::from(class(i) == k)) as f64;
    let all: f64 = (0..3).map(of).sum();
    (0..3).map(|k| (of(k) / all) as f32).collect()
}

/// What a run left that was tested on every fourth sample.
fn part(j: usize) -> Artifacts {
    let own: Vec<usize> = (0..SAMPLES).filter(|i| i % PARTS == j).collect();
    let array = |axes: &[usize], values: Vec<f32>| Array { axes: [&[own.len()], axes].concat(), values };
    let seen = Evaluated {
        epoch: None,
        network: Evaluee::Deployed,
        split: "test".into(),
        change: None,
        loss: 1.0,
        outputs: [("out".to_string(), array(&[3], own.iter().flat_map(|i| chances(*i)).collect()))].into(),
    };
    let truth = array(&[], own.iter().map(|i| class(*i) as f32).collect());
    Artifacts {
        evaluated: vec![seen],
        truths: vec![Truth { target: "y".into(), split: "test".into(), values: truth }],
        classes: Some(ClassOutput { output: "out".into(), target: "y".into(), classes: 3 }),
        ..Artifacts::default()
    }
}

/// ```python
/// import numpy as np
/// from sklearn.metrics import accuracy_score, confusion_matrix, f1_score, roc_auc_score  # 1.9.1
/// i = np.arange(60)
/// t = (i * i + i // 7) % 3
/// c = np.stack([(i * (k + 3) * 17) % 101 + 1 + 40 * (t == k) for k in range(3)], 1).astype(float)
/// p = (c / c.sum(1, keepdims=True)).astype("f4")
/// def measures(keep):
///     a, q = p[keep].argmax(1), p[keep] / p[keep].astype(float).sum(1, keepdims=True)
///     return (roc_auc_score(t[keep], q, multi_class="ovr"), roc_auc_score(t[keep] == 1, p[keep][:, 1]),
///             f1_score(t[keep], a, average="macro"), accuracy_score(t[keep], a))
/// measures(i >= 0); [measures(i % 4 != j) for j in range(4)]; confusion_matrix(t, p.argmax(1))
/// ```
const ALL: [f64; 4] =
    [0.906_984_527_817_861, 0.947_089_947_089_947_1, 0.767_630_166_650_974_5, 0.766_666_666_666_666_7];
const WITHOUT: [[f64; 4]; PARTS] = [
    [0.895_555_555_555_555_7, 0.946_666_666_666_666_8, 0.781_547_619_047_619, 0.777_777_777_777_777_8],
    [0.919_034_152_122_387_5, 0.966_346_153_846_153_8, 0.754_761_904_761_904_7, 0.755_555_555_555_555_5],
    [0.914_651_196_598_458_2, 0.936_868_686_868_686_9, 0.772_965_385_868_611_5, 0.777_777_777_777_777_8],
    [0.919_761_452_968_284_2, 0.947_004_608_294_930_9, 0.754_978_096_375_945_8, 0.755_555_555_555_555_5],
];
const CONFUSION: [[u64; 3]; 3] = [[15, 3, 4], [0, 15, 3], [1, 3, 16]];

#[test]
fn all_parts_together_are_as_scikit_learn_has_them() {
    let graph = graph::lower(&checked(TEXT).pipelines.remove(0));
    let parts: Vec<Artifacts> = (0..PARTS).map(part).collect();
    let mut records: Vec<RunRecord> = (1..=PARTS)
        .map(|number| RunRecord {
            seed: 3,
            part: Some(Part { number, of: PARTS, fixed: false }),
            ..RunRecord::default()
        })
        .collect();
    let load = &mut |_: &ArmId, turn: Turn| turn.part.map(|part| Arc::new(parts[part.number - 1].clone()));
    measure::pool(&mut records, &|_| Some(&graph), load);
    for (m, name) in NAMES.into_iter().enumerate() {
        let values: Vec<f64> = records.iter().map(|r| r.of_all_parts(name).expect("it is measured")).collect();
        let mean = values.iter().sum::<f64>() / PARTS as f64;
        assert!((mean - ALL[m]).abs() < 1e-9, "{name}: {mean} for {}", ALL[m]);
        // Apart as jackknife values are: kθ − (k − 1)θ₋ⱼ.
        let k = PARTS as f64;
        let own: Vec<f64> = WITHOUT.iter().map(|without| k * ALL[m] - (k - 1.0) * without[m]).collect();
        let middle = own.iter().sum::<f64>() / k;
        for (value, own) in values.iter().zip(own) {
            assert!((value - mean - (own - middle)).abs() < 1e-8, "{name}: {value}, {own}");
        }
    }
    let mut counts = [[0; 3]; 3];
    for part in &parts {
        let found = measure::confusion(part, "test").expect("it has classes");
        let cells = counts.iter_mut().flatten().zip(found.into_iter().flatten());
        cells.for_each(|(sum, count)| *sum += count);
    }
    assert_eq!(counts, CONFUSION);
}

/// Each part alone has no number where it lacks a class, and all of them together do.
#[test]
fn a_part_that_lacks_a_class_hinders_no_measure_of_all() {
    let graph = graph::lower(&checked(TEXT).pipelines.remove(0));
    // By class: every part has one alone.
    let of_class = |k: usize| {
        let mut one = part(0);
        let own: Vec<usize> = (0..SAMPLES).filter(|i| class(*i) == k).collect();
        one.evaluated[0].outputs = [(
            "out".to_string(),
            Array { axes: vec![own.len(), 3], values: own.iter().flat_map(|i| chances(*i)).collect() },
        )]
        .into();
        one.truths[0].values = Array { axes: vec![own.len()], values: vec![k as f32; own.len()] };
        one
    };
    let parts: Vec<Artifacts> = (0..3).map(of_class).collect();
    let alone = measure::within(&parts[0], &graph).0;
    assert!(alone["test_auroc"].is_err() && alone["test_accuracy"].is_ok(), "{alone:?}");
    let mut records: Vec<RunRecord> = (1..=3)
        .map(|number| RunRecord { part: Some(Part { number, of: 3, fixed: true }), ..RunRecord::default() })
        .collect();
    let load = &mut |_: &ArmId, turn: Turn| turn.part.map(|part| Arc::new(parts[part.number - 1].clone()));
    measure::pool(&mut records, &|_| Some(&graph), load);
    let mean = |name: &str| {
        let values: Result<Vec<f64>, _> = records.iter().map(|record| record.of_all_parts(name)).collect();
        values.map(|values| values.iter().sum::<f64>() / 3.0)
    };
    assert!((mean("test_accuracy").expect("there") - ALL[3]).abs() < 1e-9);
    // Left one out, nothing is known of its class: what a part adds to it is no number, and that is said.
    let why = mean("test_auroc").expect_err("no part can be left out").to_string();
    assert!(why.contains("class"), "{why}");
}
