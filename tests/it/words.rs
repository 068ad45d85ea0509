//! Words in use: every example of the manual checks clean, and metrics of sentiment are those of the official evaluation.

use crate::zz_needs::shared;
use mhm::builtin::{Builtin, Kind, Predictions, TargetKind, Value, find, registry};
use mhm::cli::files;
use serde_json::Value as Json;

/// Whether a program has no errors.
fn is_sound(text: &str) -> bool {
    let input = files::Input { name: "example.mhm".into(), text: text.into() };
    files::check(&input).2.iter().all(|d| !d.is_error())
}

/// A network whose inputs have these shapes and whose output is `word` of them.
fn network(word: &str, shapes: &[&[usize]]) -> String {
    let names: Vec<String> = (0..shapes.len()).map(|i| format!("x{i}")).collect();
    let inputs: Vec<String> = names.iter().zip(shapes).map(|(name, shape)| format!("{name}: {shape:?}")).collect();
    format!(
        "network Example {{\n in {}\n fusion example = {word}\n out example({})\n}}\n",
        inputs.join(", "),
        names.join(", ")
    )
}

/// A pipeline with these statements, its output as wide as asked and its target of this kind.
fn pipeline(width: usize, target: &str, loss: &str, statements: &str) -> String {
    let optimizer = if statements.contains("optimizer ") { "" } else { "optimizer adam" };
    format!(
        "use std.schedule.EndToEnd\n{}
dataset files from \"files.npz\" {{
  modality x0: [4] = npz(\"x\")
  target   t: {target} = npz(\"t\")
  split    train = random(0.9, stratified: false)
  split    test  = rest
}}
pipeline example {{
  data files  network Example  loss {loss}  {optimizer}  schedule EndToEnd  budget 1 epochs  {statements}
}}",
        network(&format!("linear({width})"), &[&[4]])
    )
}

/// A dataset of a generator or of files; `train` is one of its splits.
fn dataset(from: &str, modality: &str, target: &str, splits: &str) -> String {
    format!("dataset example from {from} {{\n modality x: {modality}\n target t: {target}\n {splits}\n}}")
}

/// Programs of which at least one uses the row rightly: what it is held against is not of its kind alone.
fn programs(row: &Builtin) -> Vec<String> {
    let word = row.example;
    let width = row.example_inputs.first().map_or(1, |axes| axes.iter().product());
    let targets = [format!("class({width})"), format!("multi({width})"), format!("real({width})")];
    let rest = "split train = random(0.9)  split test = rest";
    let plain = "split train = random(0.9, stratified: false)  split test = rest";
    let points = |splits: &str| dataset("two_moons", "[1] = axis(0)", "class(2) = labels", splits);
    let file = |source: &str| {
        let modality = format!("[2] = {source}");
        let keyed = "split train = key(\"train\")  split test = key(\"test\")";
        vec![
            dataset("\"folder\"", &modality, "real = npy(\"{split}_t.npy\")", keyed),
            dataset("\"files.npz\"", &modality, "real = npz(\"{split}_t\")", keyed),
            dataset("\"folder\"", &modality, "real = npy(\"t.npy\")", plain),
        ]
    };
    match row.kind {
        Kind::Layer(_) | Kind::Op(_) => vec![network(word, row.example_inputs)],
        Kind::Loss(_) => targets.iter().map(|target| pipeline(width, target, word, "")).collect(),
        Kind::Detection(_) => vec![spotter(word), spotter(&format!("detections(cas, sure) |> {word} |> nms"))]
            .into_iter()
            .chain([spotter(&format!("detections(cas, sure) |> {word} |> proposals |> contrast"))])
            .chain([spotter(&format!("detections(cas, sure) |> {word} |> contrast"))])
            .chain([spotter(&format!("detections(cas, sure) |> proposals |> {word}"))])
            .chain([spotter(&format!("detections(cas, sure) |> proposals |> contrast |> {word}"))])
            .chain([spotter(&word.replacen("detections", "detections(cas, sure)", 1))
                .replace("sure)", "sure) |> proposals |> contrast")])
            .collect(),
        Kind::Metric(_) if word.starts_with("mean_ap") => {
            vec![spotter("detections(cas, sure) |> proposals |> contrast").replace("mean_ap", word)]
        }
        Kind::Metric(_) => ["cross_entropy", "bce", "mse"]
            .iter()
            .zip(&targets)
            .map(|(loss, target)| pipeline(width, target, loss, &format!("metrics {word}")))
            .collect(),
        Kind::Optimizer(_) => vec![pipeline(3, "class(3)", "cross_entropy", &format!("optimizer {word}"))],
        Kind::Rate(_) => vec![pipeline(3, "class(3)", "cross_entropy", &format!("rate {word}"))],
        Kind::Generator(_) => {
            [2, 4].map(|n| dataset(word, "[1] = axis(0)", &format!("class({n}) = labels"), rest)).to_vec()
        }
        Kind::Source(_) => {
            let of_points = [
                dataset("two_moons", &format!("[1] = {word}"), "class(2) = labels", rest),
                dataset("two_moons", "[1] = axis(0)", &format!("class(2) = {word}"), rest),
            ];
            let of_events = ["events(4)", "multi(4)"].map(|kind| {
                let keyed = "split train = key(\"train\")  split test = key(\"test\")";
                dataset("\"folder\"", "[2] = npy(\"{split}_x.npy\")", &format!("{kind} = {word}"), keyed)
            });
            let of_archive = of_events.clone().map(|d| {
                d.replace("\"folder\"", "\"files.npz\"").replace("npy(\"{split}_x.npy\")", "npz(\"{split}_x\")")
            });
            [of_points.to_vec(), file(word), of_events.to_vec(), of_archive.to_vec()].concat()
        }
        Kind::Transform(_) => {
            let keyed = "split train = key(\"train\")  split test = key(\"test\")";
            let sequence = format!("[750, 2] = npy(\"{{split}}_x.npy\") |> {word}");
            let mut programs = file(&format!("npz(\"{{split}}_x\") |> {word}"));
            programs.push(dataset("\"folder\"", &sequence, "real = npy(\"{split}_t.npy\")", keyed));
            let group = format!("group video = npz(\"x\") |> {word}  {plain}");
            programs.push(dataset("\"files.npz\"", "[1] = npz(\"x\")", "real = npz(\"t\")", &group));
            programs
        }
        Kind::Split(_) => {
            let others = ["", "split train = random(0.5)", "split train = random(0.5)  split other = random(0.1)"];
            let name = |rest: &str| if rest.is_empty() { "train" } else { "test" };
            let splits: Vec<String> = others.iter().map(|o| format!("{o}  split {} = {word}", name(o))).collect();
            let keyed =
                |s: &String| dataset("\"files.npz\"", "[1] = npz(\"{split}_x\")", "real = npz(\"{split}_t\")", s);
            let whole = |s: &String| dataset("\"files.npz\"", "[1] = npz(\"x\")", "real = npz(\"t\")", s);
            let named =
                |s: &String| dataset("\"folder\"", "[1] = npy(\"x/{name}.npy\")", "real = npy(\"{split}_t.npy\")", s);
            let of_files = splits.iter().flat_map(|s| [keyed(s), whole(s), named(s)]);
            let grouped = |s: &String| {
                let groups = format!("group subject = npz(\"subject\")  {s}");
                dataset("\"files.npz\"", "[1] = npz(\"x\")", "real = npz(\"t\")", &groups)
            };
            splits.iter().flat_map(|s| [points(s), grouped(s)]).chain(of_files).collect()
        }
    }
}

/// A pipeline that looks for events by `detect`.
fn spotter(detect: &str) -> String {
    format!(
        "use std.schedule.EndToEnd
network Spotter {{
  in   frames: [T, D]
  head score = linear(5)
  let  cas   = score(frames)
  out  cas   = cas
  out  sure  = softmax(mean(cas, 0))
}}
dataset Clips from \"clips.npz\" {{
  modality frames: [40, 8] = npz(\"{{split}}_frames\")
  target   bag: real(5) = npz(\"{{split}}_bag\")
  target   actions: events(4) = event_table(\"{{split}}_events\", duration: 10)
  split    train = key(\"train\")
  split    test = key(\"test\")
}}
pipeline spot {{
  data Clips
  network Spotter
  loss bce(sure, bag)
  optimizer adam(lr: 1e-3)
  schedule EndToEnd
  budget 1 epoch
  detect found = {detect}
  metrics mean_ap
}}"
    )
}

#[test]
fn every_example_of_the_manual_checks() {
    for row in registry() {
        let programs = programs(row);
        assert!(programs.iter().any(|p| is_sound(p)), "{}: none of these\n{}", row.name, programs.join("\n\n"));
    }
}

fn measure(word: &str, arguments: &[Option<Value>], values: &[f32], targets: &[f32]) -> f64 {
    let metric = find(word).find_map(|row| if let Kind::Metric(make) = row.kind { Some(make) } else { None });
    let target = TargetKind::Real { shape: vec![] };
    let predictions = Predictions { values, width: 1, targets, target: &target, samples: values.len(), found: &[] };
    metric.unwrap()(arguments).unwrap().measure(&predictions).unwrap()
}

/// The official evaluation of MulT reckons in float64; ours keeps predictions in float32.
#[test]
fn sentiment_is_measured_as_published() {
    let Some(path) = shared("reference/mult_metrics_reference.json") else { return };
    let reference: Json = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let numbers = |name: &str| -> Vec<f32> {
        reference[name].as_array().unwrap().iter().map(|v| v.as_f64().unwrap() as f32).collect()
    };
    let (values, truth) = (numbers("preds"), numbers("truth"));
    for (group, zeros) in [("include_zero", "non_positive"), ("exclude_zero", "left_out")] {
        let expected = |name: &str| reference["expected"][group][name].as_f64().unwrap();
        let of = |word: &str, arguments: &[Option<Value>]| measure(word, arguments, &values, &truth);
        let zeros = [Some(Value::Name(zeros.into()))];
        for (ours, name, tolerance) in [
            (of("mae", &[]), "MAE", 1e-7),
            (of("correlation", &[]), "Correlation Coefficient", 1e-7),
            (of("acc7", &[]), "mult_acc_7", 1e-12),
            (of("acc5", &[]), "mult_acc_5", 1e-12),
            (of("acc2", &zeros), "Accuracy", 1e-12),
            (of("f1_sentiment", &zeros), "F1 score", 1e-12),
        ] {
            let theirs = expected(name);
            assert!((ours - theirs).abs() < tolerance, "{group}, {name}: {ours} here, {theirs} there");
        }
    }
}
