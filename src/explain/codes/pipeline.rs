//! Codes of pipelines: losses, metrics, and the parts of a dataset they name.

use super::Page;

pub const PAGES: &[Page] = &[
    Page {
        code: "no-optimizer",
        what: "a phase trains a role that has no optimizer",
        why: "`optimizer head: …` is for one role; every role that some phase trains needs one, from the phase, from the \
              pipeline, or from the pipeline's rule for all roles.",
        wrong: r"
use std.dataset.TwoMoons
use std.network.ToyEarly
use std.schedule.EndToEnd

pipeline moons {
  data TwoMoons
  network ToyEarly
  loss cross_entropy
  optimizer head: sgd(lr: 0.1)
  schedule EndToEnd
  budget 10 epochs
}
",
        right: r"
use std.dataset.TwoMoons
use std.network.ToyEarly
use std.schedule.EndToEnd

pipeline moons {
  data TwoMoons
  network ToyEarly
  loss cross_entropy
  optimizer adam(lr: 1e-3)
  optimizer head: sgd(lr: 0.1)
  schedule EndToEnd
  budget 10 epochs
}
",
    },
    Page {
        code: "bad-loss",
        what: "a loss is not a sum of losses",
        why: "Losses are added, each with a number in front: `bce(base, label) + 1e-4 * l1(foreground)`.",
        wrong: r"
use std.dataset.TwoMoons
use std.network.ToyIntermediate
use std.schedule.EndToEnd

pipeline run {
  data TwoMoons
  network ToyIntermediate
  loss cross_entropy * cross_entropy
  optimizer adam(lr: 1e-3)
  schedule EndToEnd
  budget 10 epochs
}
",
        right: r"
use std.dataset.TwoMoons
use std.network.ToyIntermediate
use std.schedule.EndToEnd

pipeline run {
  data TwoMoons
  network ToyIntermediate
  loss 0.5 * cross_entropy
  optimizer adam(lr: 1e-3)
  schedule EndToEnd
  budget 10 epochs
}
",
    },
    Page {
        code: "loss-mismatch",
        what: "a loss cannot be computed from this output and target",
        why: "Labels show the shape of the output and the kind of the target.",
        wrong: r"
use std.dataset.TwoMoons
use std.network.ToyIntermediate
use std.schedule.EndToEnd

pipeline run {
  data TwoMoons
  network ToyIntermediate(classes: 3)
  loss cross_entropy
  optimizer adam(lr: 1e-3)
  schedule EndToEnd
  budget 10 epochs
}
",
        right: r"
use std.dataset.TwoMoons
use std.network.ToyIntermediate
use std.schedule.EndToEnd

pipeline run {
  data TwoMoons
  network ToyIntermediate(classes: 2)
  loss cross_entropy
  optimizer adam(lr: 1e-3)
  schedule EndToEnd
  budget 10 epochs
}
",
    },
    Page {
        code: "metric-mismatch",
        what: "a metric cannot be computed from this output and target",
        why: "Labels show the shape of the output and the kind of the target.",
        wrong: r"
use std.dataset.TwoMoons
use std.network.ToyIntermediate
use std.schedule.EndToEnd

pipeline run {
  data TwoMoons
  network ToyIntermediate
  loss cross_entropy
  optimizer adam(lr: 1e-3)
  schedule EndToEnd
  budget 10 epochs
  metrics mae
}
",
        right: r"
use std.dataset.TwoMoons
use std.network.ToyIntermediate
use std.schedule.EndToEnd

pipeline run {
  data TwoMoons
  network ToyIntermediate
  loss cross_entropy
  optimizer adam(lr: 1e-3)
  schedule EndToEnd
  budget 10 epochs
  metrics error
}
",
    },
    Page {
        code: "bad-detect",
        what: "a chain that looks for events does not fit together",
        why: "It begins with `detections` and the outputs it reads: activations `[T, classes]` and, where there are any, \
              scores `[classes]`. Then come sequences (`min_max`, `class_threshold`, `upsample`), then `proposals`, then \
              `contrast`, which scores them, then `nms`.",
        wrong: r#"
use std.schedule.EndToEnd

/// Class activations over time, and which classes a clip has.
network Spotter(classes: Int = 4) {
  in   frames: [T, D]
  uni  embed = linear(16) |> relu
  head score = linear(classes + 1)
  let  all   = score(embed(frames))
  out  cas   = all
  out  sure  = softmax(mean(all, 0))
}

dataset Clips from "clips.npz" {
  modality frames: [40, 8] = npz("{split}_frames")
  target   bag: real(5) = npz("{split}_bag")
  target   actions: events(4) = event_table("{split}_events", duration: 10)
  split    train = key("train")
  split    test = key("test")
}

pipeline spot {
  data Clips
  network Spotter
  loss bce(sure, bag)
  optimizer adam(lr: 1e-3)
  schedule EndToEnd
  budget 50 epochs
  detect found = detections(cas, sure) |> nms
}
"#,
        right: r#"
use std.schedule.EndToEnd

/// Class activations over time, and which classes a clip has.
network Spotter(classes: Int = 4) {
  in   frames: [T, D]
  uni  embed = linear(16) |> relu
  head score = linear(classes + 1)
  let  all   = score(embed(frames))
  out  cas   = all
  out  sure  = softmax(mean(all, 0))
}

dataset Clips from "clips.npz" {
  modality frames: [40, 8] = npz("{split}_frames")
  target   bag: real(5) = npz("{split}_bag")
  target   actions: events(4) = event_table("{split}_events", duration: 10)
  split    train = key("train")
  split    test = key("test")
}

pipeline spot {
  data Clips
  network Spotter
  loss bce(sure, bag)
  optimizer adam(lr: 1e-3)
  schedule EndToEnd
  budget 50 epochs
  detect found = detections(cas, sure) |> proposals |> contrast |> nms
}
"#,
    },
    Page {
        code: "no-target",
        what: "a loss needs a target, and the dataset has none",
        why: "Add `target name: class(2) = …` to the dataset.",
        wrong: r"
use std.dataset.TwoMoons
use std.network.ToyIntermediate
use std.schedule.EndToEnd

dataset two from two_moons() {
  modality first: [1] = axis(0)
  modality second: [1] = axis(1)
  split train = random(0.9, stratified: false)
  split test = rest
}

pipeline run {
  data two
  network ToyIntermediate
  loss cross_entropy
  optimizer adam(lr: 1e-3)
  schedule EndToEnd
  budget 10 epochs
}
",
        right: r"
use std.dataset.TwoMoons
use std.network.ToyIntermediate
use std.schedule.EndToEnd

dataset two from two_moons() {
  modality first: [1] = axis(0)
  modality second: [1] = axis(1)
  target moon: class(2) = labels
  split train = random(0.9)
  split test = rest
}

pipeline run {
  data two
  network ToyIntermediate
  loss cross_entropy
  optimizer adam(lr: 1e-3)
  schedule EndToEnd
  budget 10 epochs
}
",
    },
    Page {
        code: "unknown-modality",
        what: "a network or pipeline names a modality the dataset does not have",
        why: "Inputs have the names of modalities. An `in each` input takes any.",
        wrong: r"
use std.dataset.TwoMoons
use std.network.ToyIntermediate
use std.schedule.EndToEnd

pipeline run {
  data TwoMoons
  network ToyIntermediate
  loss cross_entropy
  optimizer adam(lr: 1e-3)
  schedule EndToEnd
  budget 10 epochs
  modalities [frist]
}
",
        right: r"
use std.dataset.TwoMoons
use std.network.ToyIntermediate
use std.schedule.EndToEnd

pipeline run {
  data TwoMoons
  network ToyIntermediate
  loss cross_entropy
  optimizer adam(lr: 1e-3)
  schedule EndToEnd
  budget 10 epochs
  modalities [first]
}
",
    },
    Page {
        code: "unknown-split",
        what: "a set of samples is named that does not exist",
        why: "Sets are `all`, `fold(k)`, `except(k)`, a split of the dataset, and `+`, `-`, `&` of them.",
        wrong: r"
use std.dataset.TwoMoons
use std.network.ToyIntermediate
use std.schedule.EndToEnd

schedule Early {
  phase all { train uni, fusion, head on all until no gain in 5 epochs on validation }
}

pipeline run {
  data TwoMoons
  network ToyIntermediate
  loss cross_entropy
  optimizer adam(lr: 1e-3)
  schedule Early
  budget 10 epochs
}
",
        right: r"
use std.dataset.TwoMoons
use std.network.ToyIntermediate
use std.schedule.EndToEnd

schedule Early {
  phase all { train uni, fusion, head on all until no gain in 5 epochs on fresh }
}

pipeline run {
  data TwoMoons
  network ToyIntermediate
  loss cross_entropy
  optimizer adam(lr: 1e-3)
  schedule Early
  budget 10 epochs
}
",
    },
    Page {
        code: "which-output",
        what: "a network has several outputs, and it is not said of which one",
        why: "Name it first: `cross_entropy(base)`.",
        wrong: r"
use std.dataset.TwoMoons
use std.network.ToyIntermediate
use std.schedule.EndToEnd

network Two {
  in first: [D], second: [D]
  fusion joint = concat |> linear(4)
  head classify = linear(2)
  let z = joint(first, second)
  out base = classify(z)
  out steep = classify(scale(z, 2))
}

pipeline run {
  data TwoMoons
  network Two
  loss cross_entropy
  optimizer adam(lr: 1e-3)
  schedule EndToEnd
  budget 10 epochs
}
",
        right: r"
use std.dataset.TwoMoons
use std.network.ToyIntermediate
use std.schedule.EndToEnd

network Two {
  in first: [D], second: [D]
  fusion joint = concat |> linear(4)
  head classify = linear(2)
  let z = joint(first, second)
  out base = classify(z)
  out steep = classify(scale(z, 2))
}

pipeline run {
  data TwoMoons
  network Two
  loss cross_entropy(base)
  optimizer adam(lr: 1e-3)
  schedule EndToEnd
  budget 10 epochs
}
",
    },
    Page {
        code: "which-target",
        what: "a dataset has several targets, and it is not said which one",
        why: "Name it after the output: `cross_entropy(out, moon)`.",
        wrong: r"
use std.dataset.TwoMoons
use std.network.ToyIntermediate
use std.schedule.EndToEnd

dataset two from two_moons() {
  modality first: [1] = axis(0)
  modality second: [1] = axis(1)
  target moon: class(2) = labels
  target again: class(2) = labels
  split train = random(0.9)
  split test = rest
}

pipeline run {
  data two
  network ToyIntermediate
  loss cross_entropy
  optimizer adam(lr: 1e-3)
  schedule EndToEnd
  budget 10 epochs
}
",
        right: r"
use std.dataset.TwoMoons
use std.network.ToyIntermediate
use std.schedule.EndToEnd

dataset two from two_moons() {
  modality first: [1] = axis(0)
  modality second: [1] = axis(1)
  target moon: class(2) = labels
  target again: class(2) = labels
  split train = random(0.9)
  split test = rest
}

pipeline run {
  data two
  network ToyIntermediate
  loss cross_entropy(out, moon)
  optimizer adam(lr: 1e-3)
  schedule EndToEnd
  budget 10 epochs
}
",
    },
];
