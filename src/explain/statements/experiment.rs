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

/// An experiment about how well networks generalize.
const SENSITIVITY: &str = r#"
use std.dataset.TwoMoons
use std.network.ToyIntermediate
use std.schedule.EndToEnd
use std.schedule.Mhm

pipeline moons(method: Schedule = EndToEnd, views: Names = all) {
  data TwoMoons
  modalities views
  network ToyIntermediate
  loss cross_entropy
  optimizer adam(lr: 3e-3)
  schedule method
  batch 16
  budget 50 epochs
  metrics error
}

experiment robustness {
  vary method in [EndToEnd, Mhm(heads: 4)]
  seeds 30
  repeats 2
  run moons(method: method)
  reference first  = moons(views: [first])
  reference second = moons(views: [second])
  table test_gs, test_gs_harnessed, test_missing, test_hitting { columns method }
  table test_error_without_first, test_error_noisy_first { columns method }
  figure test_error, test_gap, test_gs { lines method  every 5 }
  noise 0.5
  published "Lee et al. 2022, Table 4" test_missing = [11, 6, "a third method": 9]
  published "Lee et al. 2022, Table 4" test_hitting = [3, 8]
}
"#;

pub const STATEMENTS: &[Statement] = &[
    Statement {
        words: &["vary"],
        place: "in an `experiment`",
        form: r#"
vary NAME in [VALUE, …]
vary NAME in [LABEL: VALUE, "LABEL": VALUE, …]
vary (NAME, NAME) in [LABEL: (VALUE, VALUE), …]
"#,
        meaning: "An axis of the grid: NAME stands for one value after the other in `run`, which must use it. Values \
                  are numbers, texts, lengths or items, each once, shown as written or by their labels. Two axes \
                  make every combination; names in parentheses vary together, and the axis is called by the first.",
        example: r#"
use std.dataset.TwoMoons
use std.network.ToyIntermediate
use std.schedule.EndToEnd
use std.schedule.Mhm

pipeline moons(method: Schedule, budget: Length, width: Int) {
  data TwoMoons
  network ToyIntermediate(width: width)
  loss cross_entropy
  optimizer adam(lr: 3e-3)
  schedule method
  batch 16
  budget budget
  metrics error
}

experiment methods {
  vary (method, budget) in [ETE: (EndToEnd, 100 epochs), "MHM, 4 heads": (Mhm(heads: 4), 100 rounds)]
  vary width in [16, 32]
  seeds 30
  run moons(method, budget, width)
  table test_error { rows method  columns width }
}
"#,
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
        words: &["repeats"],
        place: "in an `experiment`",
        form: "repeats COUNT",
        meaning: "So many runs of every seed, 1 to 1000, on the same data and split, that differ in everything else: first \
                  weights, folds, batches, dropout. Default: 1. Generalization sensitivity (`test_gs`) compares \
                  them. Of other measures a seed has the mean over its repeats: seeds stay what is counted.",
        example: SENSITIVITY,
    },
    Statement {
        words: &["run"],
        place: "in an `experiment`; needed once",
        form: "run PIPELINE[(ARGUMENT, …)]",
        meaning: "The pipeline that every arm runs, with what varies as its arguments.",
        example: EXPERIMENT,
    },
    Statement {
        words: &["reference"],
        place: "in an `experiment`",
        form: "reference NAME = PIPELINE[(ARGUMENT, …)]",
        meaning: "A run beside the grid, for every place of it and every seed, that `missing` and `hitting` hold the \
                  grid's runs against: uni-modal networks, say. Its arguments may use what varies. It has the \
                  dataset of the run it is held against. Equal runs are made once. There may be several.",
        example: SENSITIVITY,
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
        words: &["figure", "lines", "panels", "every"],
        place: "in an `experiment`",
        form: "figure MEASURE, … [{ [lines AXIS, …] [panels AXIS, …] [every EPOCHS] }]",
        meaning: "Draws measures over epochs, as the mean over seeds. `lines` says which axes are curves in one panel, \
                  `panels` which have a panel for every value; an axis not named makes panels. `every 5` measures \
                  each fifth epoch only; default each. Where the budget counts rounds, so do the figures.",
        example: SENSITIVITY,
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
        words: &["published"],
        place: "in an `experiment`",
        form: r#"
published "SOURCE" MEASURE = [[NUMBER, …], …]
published "SOURCE" MEASURE = [NUMBER, …]
published "SOURCE" MEASURE = NUMBER
published "SOURCE" MEASURE = [NUMBER, …, "METHOD": NUMBER, …]
"#,
        meaning: "What others report, shown beside our numbers. Lists nest in the order of the `vary` lines: a list for \
                  every value of the first, in it one for every value of the second, and so on; `_` where there is \
                  no number, also for a whole list. Values are as shown: 17.5 for 17.5 %. An entry with a name is of a \
                  method that is no arm: a line of its own, without statistics.",
        example: SENSITIVITY,
    },
    Statement {
        words: &["noise"],
        place: "in an `experiment`",
        form: "noise NUMBER",
        meaning: "How strong the noise of `…_noisy_…` measures is, in standard deviations of each value over the \
                  training samples. Default: 1.",
        example: SENSITIVITY,
    },
    Statement {
        words: &["measures", "SPLIT_METRIC", "SPLIT_loss", "SPLIT_gap", "gap", "generalization_gap"],
        place: "after `table` and `figure`",
        form: r"
SPLIT_METRIC
SPLIT_loss
SPLIT_gap
generalization_gap
",
        meaning: "Numbers of the deployed network at the end of a run. `test_error`: a metric of the pipeline, on a \
                  split. `test_loss`: the loss there. `test_gap`: the first metric there minus that of the training \
                  split, turned so that more is worse. `generalization_gap` is `test_gap`. Where a class, a positive \
                  or a spread is missing, a measure is not defined: the run has no value (`–`), is left out of means \
                  and comparisons, and is counted below the table with the reason. So is every gap of such a value.",
        example: EXPERIMENT,
    },
    Statement {
        words: &["gs", "SPLIT_gs", "gs_harnessed", "SPLIT_gs_harnessed", "GS", "generalization"],
        place: "after `table` and `figure`",
        form: r"
SPLIT_gs
SPLIT_gs_harnessed
",
        meaning: "Generalization sensitivity (section 5.2 of the paper): the KL divergence in nats between the class \
                  probabilities of R networks, the mean over all R (R - 1) ordered pairs and all answers. `test_gs`: \
                  of the deployed networks of one seed's repeats; needs `repeats 2`, and is one number a seed, so its \
                  interval is over seeds. `test_gs_harnessed`: of the replicas of one run, where a schedule has some; \
                  one number a run, the mean over the repeats of a seed. Chances are taken as they are stored, in 32 \
                  bits; one of 0 (logits more than 87 apart) counts as 1.2e-38. Of an output of a single chance p, \
                  1 - p is known to 6e-8 and counts as 3e-8 at least: give the head two outputs and `cross_entropy` \
                  where networks are surer than that. Steps without a class count, too.",
        example: SENSITIVITY,
    },
    Statement {
        words: &["missing", "SPLIT_missing", "hitting", "SPLIT_hitting"],
        place: "after `table` and `figure`",
        form: r"
SPLIT_missing
SPLIT_hitting
",
        meaning: "The deployed network beside its references (section 5.2 of the paper, Table 4). `test_missing`: the \
                  share of samples wrong here and right in any reference; `test_hitting`: right here and wrong in all \
                  references. Steps without a class are left out. Needs a `reference`.",
        example: SENSITIVITY,
    },
    Statement {
        words: &["without", "SPLIT_METRIC_without_MODALITY", "noisy", "SPLIT_METRIC_noisy_MODALITY"],
        place: "after `table` and `figure`",
        form: r"
SPLIT_METRIC_without_MODALITY
SPLIT_METRIC_noisy_MODALITY
",
        meaning: "A metric, or `loss`, of the deployed network with one modality made worse. `test_error_without_first`: \
                  the modality is missing. Each of its features (the last axis) is its mean over the training samples \
                  and all steps, as `standardize` takes it; where the network is told what is there, by a mask beside \
                  the modality or by `present`, mask and values are 0, as padding is. `test_error_noisy_first`: with \
                  noise added to it.",
        example: SENSITIVITY,
    },
];
