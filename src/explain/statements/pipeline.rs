//! Pages of what stands in pipelines; settings are with schedules, which have them, too.

use super::Statement;
use super::items::PIPELINE;

/// A program that finds events.
const SPOTTER: &str = r#"
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
  detect found = detections(cas, sure) |> min_max |> class_threshold |> upsample |> proposals |> contrast |> nms
  metrics map = mean_ap(found), map_05 = mean_ap(found, iou: [0.5])
}
"#;

pub const STATEMENTS: &[Statement] = &[
    Statement {
        words: &["data", "network", "schedule"],
        place: "in a `pipeline`; each is needed once",
        form: r"
data DATASET
network NETWORK
schedule SCHEDULE
",
        meaning: "The three items a run is made of, with arguments where they have parameters: \
                  `network ToyIntermediate(width: 64)`. Every shape is checked here, before data is read.",
        example: PIPELINE,
    },
    Statement {
        words: &["modalities"],
        place: "in a `pipeline`",
        form: r"
modalities [NAME, …]
modalities all
",
        meaning: "The only modalities that the run sees; default all. With a network that has `in each`, it makes \
                  uni-modal and other partial runs.",
        example: r"
use std.dataset.TwoMoons
use std.network.ToyIntermediate
use std.schedule.EndToEnd

pipeline one_view {
  data TwoMoons
  modalities [first]
  network ToyIntermediate
  loss cross_entropy
  optimizer adam(lr: 3e-3)
  schedule EndToEnd
  budget 50 epochs
}
",
    },
    Statement {
        words: &["loss"],
        place: "in a `pipeline`; needed once",
        form: r"
loss LOSS
loss LOSS(OUTPUT, TARGET) + NUMBER * LOSS(OUTPUT) + …
",
        meaning: "What training makes small: a loss, or a sum of losses with a number before each. Without arguments \
                  it takes the sole output and the sole target.",
        example: r"
use std.dataset.TwoMoons
use std.network.ToyIntermediate
use std.schedule.EndToEnd

pipeline sparse {
  data TwoMoons
  network ToyIntermediate
  loss cross_entropy(out, moon) + 1e-4 * l1(out)
  optimizer adam(lr: 3e-3)
  schedule EndToEnd
  budget 50 epochs
}
",
    },
    Statement {
        words: &["metrics"],
        place: "in a `pipeline`",
        form: r"
metrics METRIC, …
metrics NAME = METRIC(OUTPUT, TARGET), …
",
        meaning: "What is measured on every split at the end, beside the loss; default none. The first one counts for \
                  gaps. A name is what measures call it, so one metric can be there with several arguments: \
                  `metrics acc2, acc2_all = acc2(zeros: non_negative)` gives `test_acc2` and `test_acc2_all`.",
        example: SPOTTER,
    },
    Statement {
        words: &["detect"],
        place: "in a `pipeline`",
        form: "detect NAME = detections(ACTIVATIONS, SCORES) |> STEP |> …",
        meaning: "Events that are looked for in outputs, after the network: activations `[T, classes]`, and scores \
                  `[classes]` that say which classes a sample has. Each step is a word with arguments of its own; with \
                  their defaults the steps of the example are those of BaS-Net. `mean_ap(NAME)` holds what is found \
                  against a target of `events`.",
        example: SPOTTER,
    },
    Statement {
        words: &["budget"],
        place: "in a `pipeline`; needed once",
        form: r"
budget COUNT epochs
budget COUNT steps
budget COUNT samples
budget COUNT rounds
budget LENGTH
",
        meaning: "How much a run may train in all, so that methods compare at equal cost. `epochs`: samples seen, \
                  divided by those of the training split (not passes of a phase). `steps`: updates. `rounds`: turns \
                  of the outermost `repeat`. A phase that begins within the budget runs whole.",
        example: PIPELINE,
    },
    Statement {
        words: &["start"],
        place: "in a `pipeline`",
        form: "start MODULE from PIPELINE",
        meaning: "The module begins as another pipeline leaves it, which is trained first, with the same seed: once for all \
                  arms of an experiment that start from the same one. Both networks need the module with the same layers; \
                  of replicas, the deployed one is taken, and every replica here begins so. `fixed` modules stay so.",
        example: r"use std.dataset.TwoMoons
use std.schedule.EndToEnd

schedule Pretrain {
  repeat { phase all { train uni, fusion, head on all } }
}

block Filter = linear(8) |> relu |> linear(1) |> sigmoid

network Alone {
  in   first: [A], second: [B]
  head filter = Filter
  head class  = linear(2)
  out  class(filter(concat(first, second)))
}

network Filtered {
  in    first: [A], second: [B]
  let   x      = concat(first, second)
  fixed filter = Filter
  head  class  = linear(8) |> relu |> linear(2)
  out   class(filter(x) * x)
}

pipeline pretrain {
  data TwoMoons
  network Alone
  loss cross_entropy
  optimizer adam(lr: 3e-3)
  schedule Pretrain
  budget 10 epochs
}

pipeline filtered {
  data TwoMoons
  network Filtered
  loss cross_entropy
  optimizer adam(lr: 3e-3)
  schedule EndToEnd
  budget 10 epochs
  start filter from pretrain
}
",
    },
    Statement {
        words: &["keep"],
        place: "in a `pipeline`",
        form: "keep best on SPLIT",
        meaning: "What is left is the epoch whose deployed network had the lowest loss on the split, not the last one. \
                  An evaluation an epoch is its price. An epoch is as many samples as the training split has.",
        example: r"
use std.dataset.TwoMoons
use std.network.ToyIntermediate
use std.schedule.EndToEnd

pipeline moons {
  data TwoMoons
  network ToyIntermediate
  loss cross_entropy
  optimizer adam(lr: 3e-3)
  schedule EndToEnd
  budget 10 epochs
  keep best on train
}
",
    },
];
