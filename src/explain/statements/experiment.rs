//! Pages of what stands in experiments, and of the measures they show.

use super::Statement;

/// An experiment with all there is.
pub const EXPERIMENT: &str = r"
use std.dataset.TwoMoons
use std.network.ToyIntermediate
use std.schedule.EndToEnd
use std.schedule.Mhm

pipeline moons(method: Schedule, width: Int) {
  data TwoMoons
  network ToyIntermediate(width: width)
  loss cross_entropy
  optimizer adam(lr: 3e-3)
  schedule method
  batch 16
  budget 50 epochs
  metrics error
}

experiment methods {
  vary method in [EndToEnd, Mhm(heads: 4)]
  vary width  in [16, 32]
  seeds 30
  run moons(method, width)
  table test_error, generalization_gap { rows method  columns width }
  compare method
}
";

pub const STATEMENTS: &[Statement] = &[
    Statement {
        words: &["vary"],
        place: "in an `experiment`",
        form: "vary NAME in [VALUE, …]",
        meaning: "An axis of the grid: NAME stands for one value after the other in `run`, which must use it. Values \
                  are numbers, texts or items, each once. Two axes make every combination.",
        example: EXPERIMENT,
    },
    Statement {
        words: &["seeds"],
        place: "in an `experiment`",
        form: r"
seeds COUNT
seeds [SEED, …]
",
        meaning: "The seeds that every arm of the grid runs with: `seeds 30` is 0 to 29. Default: seed 0 alone. All arms \
                  of one seed see the same data, split and folds, so they compare in pairs.",
        example: EXPERIMENT,
    },
    Statement {
        words: &["run"],
        place: "in an `experiment`; needed once",
        form: "run PIPELINE[(ARGUMENT, …)]",
        meaning: "The pipeline that every arm runs, with what varies as its arguments.",
        example: EXPERIMENT,
    },
    Statement {
        words: &["table", "rows", "columns", "cells"],
        place: "in an `experiment`",
        form: "table MEASURE, … [{ [rows AXIS, …] [columns AXIS, …] [cells AXIS, …] }]",
        meaning: "Draws measures over the axes, as the mean over seeds. `rows` and `columns` say which axes run down \
                  and across, `cells` which ones stand side by side in one cell. An axis not named makes rows. In the last of \
                  `rows`, values compete for the mark of the best.",
        example: r"
use std.dataset.TwoMoons
use std.network.ToyEarly
use std.network.ToyIntermediate
use std.schedule.EndToEnd
use std.schedule.Mhm

pipeline moons(network: Network, method: Schedule) {
  data TwoMoons
  network network
  loss cross_entropy
  optimizer adam(lr: 3e-3)
  schedule method
  batch 16
  budget 50 epochs
  metrics error
}

experiment methods {
  vary network in [ToyEarly, ToyIntermediate]
  vary method  in [EndToEnd, Mhm(heads: 4)]
  seeds 30
  run moons(network, method)
  table test_error, train_error { rows method  cells network }
}
",
    },
    Statement {
        words: &["compare"],
        place: "in an `experiment`",
        form: "compare AXIS",
        meaning: "Holds the values of an axis against its first, paired over seeds: the difference, its 95 % interval \
                  and p. The axis has at least two values.",
        example: EXPERIMENT,
    },
    Statement {
        words: &["measures", "SPLIT_METRIC", "SPLIT_loss", "SPLIT_gap", "generalization_gap"],
        place: "after `table`",
        form: r"
SPLIT_METRIC
SPLIT_loss
SPLIT_gap
generalization_gap
",
        meaning: "Numbers of the deployed network at the end of a run. `test_error`: a metric of the pipeline, on a \
                  split. `test_loss`: the loss there. `test_gap`: the first metric there minus that of the training \
                  split, turned so that more is worse. `generalization_gap` is `test_gap`.",
        example: EXPERIMENT,
    },
];
