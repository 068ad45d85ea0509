//! Pages of what stands in pipelines; settings are with schedules, which have them, too.

use super::Statement;
use super::items::PIPELINE;

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
        form: "metrics METRIC, …",
        meaning: "What is measured on every split at the end, beside the loss; default none. The first one counts for \
                  gaps.",
        example: PIPELINE,
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
];
