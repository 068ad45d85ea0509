//! Samples that lack a modality, from a table to a report: what is known of them, and what training drops.

use crate::cli::{folder, mhm};
use crate::runs::{Setup, checked};
use std::fs;
use std::path::Path;

const SAMPLES: usize = 40;

const PROGRAM: &str = "use std.schedule.EndToEnd
dataset Wear from \"wear.csv\" {
  modality acc: [2]  = csv(columns: [\"ax\", \"ay\"]) |> standardize
  modality gyro: [2] = csv(columns: [\"gx\", \"gy\"]) |> missing(nan) |> standardize
  target   y: class(2) = csv(column: \"y\")
  split    test  = rows(0, 12)
  split    train = rest
}
network N {
  in     acc: [A], gyro: [B]
  uni    hear = linear(4) |> relu
  uni    turn = linear(4) |> relu
  fusion joint = linear(4) |> relu
  head   classify = linear(2)
  out    classify(joint(concat(hear(acc), available(gyro) * turn(gyro))))
}
pipeline p {
  data Wear  network N  loss cross_entropy  optimizer adam(lr: 1e-2)  schedule EndToEnd
  batch 8  budget 3 epochs  metrics accuracy
}
experiment e {
  seeds 2
  run p
  table test_accuracy, test_accuracy_without_gyro, test_accuracy_noisy_gyro
  noise 0.5
}
";

/// Every fourth sample has no gyroscope.
fn table(at: &Path) {
    let row = |i: usize| {
        let number = |k: usize| ((i * 7 + k) as f64 * 1.3).sin();
        let gyro = if i.is_multiple_of(4) { ",".into() } else { format!("{},{}", number(2), number(3)) };
        format!("{},{},{gyro},{}\n", number(0), number(1), i % 2)
    };
    fs::write(at.join("wear.csv"), "ax,ay,gx,gy,y\n".to_string() + &(0..SAMPLES).map(row).collect::<String>()).unwrap();
}

#[test]
fn samples_without_a_modality_are_counted_trained_on_and_measured() {
    let at = folder("missing");
    table(&at);
    fs::write(at.join("w.mhm"), PROGRAM).unwrap();
    let (code, out, err) = mhm(&at, &["check", "--data", "w.mhm"]);
    assert_eq!(code, 0, "{out}{err}");
    let (_, out, _) = mhm(&at, &["data", "w.mhm"]);
    assert!(out.contains("12 samples") && out.contains("without gyro 3") && out.contains("without gyro 7"), "{out}");
    assert!(!out.contains("available"), "{out}");
    let (code, out, err) = mhm(&at, &["run", "w.mhm", "e", "--threads", "1"]);
    assert!(code == 0 && out.contains("test_accuracy_without_gyro"), "{out}{err}");
    let hash =
        |text: &str| text.split("have the hash ").nth(1).and_then(|rest| rest.split(';').next()).map(str::to_string);
    let one = hash(&format!("{out}{err}"));
    fs::rename(at.join("runs"), at.join("before")).unwrap();
    let (_, out, err) = mhm(&at, &["run", "w.mhm", "e", "--threads", "2"]);
    assert_eq!(hash(&format!("{out}{err}")), one, "{out}{err}");
    assert!(one.is_some());
    let (code, out, err) = mhm(&at, &["verify", "e"]);
    assert_eq!(code, 0, "{out}{err}");
}

/// What says that a modality is missing goes with it, and a network of one never loses it.
#[test]
fn a_network_that_asks_is_told() {
    let pipeline = checked(PROGRAM).pipelines.remove(0);
    let graph = mhm::graph::lower(&pipeline);
    let at = |name: &str| graph.inputs.iter().position(|input| input.name == name).unwrap();
    assert_eq!(graph.absence(at("gyro")).masks, [at("available(gyro)")]);
    assert!(graph.absence(at("acc")).masks.is_empty());
}

/// A mask that two modalities share is padding of both: without one of them the other is still there. A factor that `present` makes of
/// the values tells of them, one that is computed from them does not.
#[test]
fn a_mask_is_of_one_modality() {
    let graph = |inputs: &str, factors: [&str; 2]| {
        let [first, second] = factors;
        let text = format!(
            "use std.schedule.EndToEnd
             dataset d {{
               modality a: [4, 3]  = npz(\"a\", file: \"x.npz\")
               modality b: [4, 2]  = npz(\"b\", file: \"x.npz\")
               modality real: [4]  = npz(\"real\", file: \"x.npz\")
               modality own: [4]   = npz(\"own\", file: \"x.npz\")
               target   y: class(2) = npz(\"y\", file: \"x.npz\")
               split    test  = random(0.2)
               split    train = rest
             }}
             network N {{
               in     a: [T, A], b: [T, B]{inputs}
               uni    hear = linear(5)
               uni    turn = linear(5)
               fusion joint = mean(0)
               head   h = linear(2)
               out    h(joint(hear(a) * {first} + turn(b) * {second}))
             }}
             pipeline p {{
               data d  network N  loss cross_entropy  optimizer sgd(lr: 0.1)  schedule EndToEnd  batch 8  budget 1 epochs
               metrics error
             }}"
        );
        mhm::graph::lower(&checked(&text).pipelines.remove(0))
    };
    let absence = |graph: &mhm::graph::Graph, name: &str| {
        let at = |name: &str| graph.inputs.iter().position(|input| input.name == name).unwrap();
        let found = graph.absence(at(name));
        (found.masks.iter().map(|i| graph.inputs[*i].name.clone()).collect::<Vec<_>>(), found.told)
    };
    let shared = graph(", real: [T]", ["reshape(real, [T, 1])", "reshape(real, [T, 1])"]);
    assert_eq!([absence(&shared, "a"), absence(&shared, "b")], [(vec![], false), (vec![], false)]);
    let apart = graph(", real: [T], own: [T]", ["reshape(real, [T, 1])", "reshape(own, [T, 1])"]);
    assert_eq!(
        [absence(&apart, "a"), absence(&apart, "b")],
        [(vec!["real".into()], false), (vec!["own".into()], false)]
    );
    let told = graph("", ["reshape(present(a), [T, 1])", "sigmoid(mean(b, 1) |> reshape([T, 1]))"]);
    assert_eq!([absence(&told, "a"), absence(&told, "b")], [(vec![], true), (vec![], false)]);
}

#[test]
fn what_is_dropped_is_neither_seen_nor_learned_of() {
    let text = |share: &str| {
        format!(
            "dataset moons from two_moons(per_class: 40, noise: 0.2) {{
               modality first:  [1] = axis(0) |> standardize
               modality second: [1] = axis(1) |> standardize
               target   moon: class(2) = labels
               split    train = random(0.9)
               split    test  = rest
             }}
             network N {{
               in     first: [A], second: [B]
               uni    a = linear(3) |> relu
               uni    b = linear(3) |> relu
               head   h = linear(2)
               out    h(concat(available(first) * a(first), available(second) * b(second)))
             }}
             schedule S {{ repeat {{ phase all {{ train uni, head on all }} }} }}
             pipeline p {{
               data moons  network N  loss cross_entropy  optimizer sgd(lr: 0.1)  schedule S  batch 8  budget 2 epochs
               {share}
             }}"
        )
    };
    let weights = |share: &str| {
        let setup = Setup::new(&text(share), 1);
        let trained = setup.trained();
        let of = |name: &str| trained.trainer.weights.of(setup.module(name).replica(0))[0].values().to_vec();
        (of("a"), of("b"))
    };
    let (none, zero, some) = (weights(""), weights("modality_dropout 0"), weights("modality_dropout 0.4"));
    assert_eq!(none, zero, "nothing is dropped, and no bit changes");
    assert_ne!(none, some);
    assert_eq!(some, weights("modality_dropout 0.4"));
}
