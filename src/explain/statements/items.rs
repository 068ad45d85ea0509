//! Pages of items: what stands at the top of a file, and what each of them may have.

use super::Statement;

pub const STATEMENTS: &[Statement] = &[
    Statement {
        words: &["use", "std"],
        place: "at the top of a file",
        form: r#"
use std.FOLDER.NAME
use std.FOLDER.*
use "./FILE.mhm"
"#,
        meaning: "Brings in an item of the library, all items of one of its folders, or the items of a file of yours. \
                  A file's path begins at the file that names it.",
        example: r#"
use std.schedule.Mhm
use "./shapes.mhm"

network Small(classes: Int = 2) {
  in     each view: [D]
  uni    each embed = Wide
  fusion joint      = concat |> Wide
  head   classify   = linear(classes)
  out    classify(joint(embed(view)))
}
"#,
    },
    Statement {
        words: &["allow"],
        place: "in the line before an item",
        form: "allow(LINT, …)",
        meaning: "Silences lints for one item. What is wrong about it is then meant: a lint tells of what would \
                  mislead, never of what cannot run.",
        example: r"
allow(deployed-mean-costs-k-times)
schedule Together(members: Int = 4) {
  folds members
  replicas uni, fusion, head members
  repeat {
    for k in folds {
      phase member { train uni[k], fusion[k], head[k] on except(k) }
    }
  }
  deploy mean
}
",
    },
    Statement {
        words: &["block"],
        place: "at the top of a file",
        form: r"
block NAME[(PARAMETERS)] = EXPRESSION
block NAME[(PARAMETERS)] { in …  layer …  [let …]  out … }
",
        meaning: "A template of layers without a role: networks and other blocks use it like a layer. Each place that \
                  names it has weights of its own. To share weights, declare it once and apply it twice.",
        example: r"
block Mlp(width: Int = 32) = linear(width) |> relu

block Gated(width: Int) {
  in    x: [D]
  layer gate  = linear(width) |> sigmoid
  layer value = linear(width)
  out   gate(x) * value(x)
}
",
    },
    Statement {
        words: &["network"],
        place: "at the top of a file",
        form: "network NAME[(PARAMETERS)] { in …  [uni …] [fusion …] [head …] [fixed …] [let …]  out … }",
        meaning: "What is computed: inputs, modules with a role each, outputs. It says nothing of training; a schedule \
                  trains roles, so any network runs under any schedule.",
        example: r"
network Intermediate(width: Int = 32, classes: Int = 2) {
  in     first: [A], second: [B]
  uni    embed_first  = linear(width) |> relu
  uni    embed_second = linear(width) |> relu
  fusion joint        = linear(width) |> relu
  head   classify     = linear(classes)
  out    classify(joint(concat(embed_first(first), embed_second(second))))
}
",
    },
    Statement {
        words: &["schedule"],
        place: "at the top of a file",
        form: "schedule NAME[(PARAMETERS)] { [folds …] [replicas …]  repeat { … phase … }  [deploy …] }",
        meaning: "A training method: which roles train on which samples, in which order, and what is kept. It needs at \
                  least one `phase`. Without `repeat` its phases run once, without `replicas` there is one of each \
                  module and no `deploy`.",
        example: r"
schedule Halves {
  folds 2
  repeat {
    for k in folds {
      phase embedding { train uni, fusion on fold(k) }
      phase head      { train head on except(k) }
    }
  }
}
",
    },
    Statement {
        words: &["dataset"],
        place: "at the top of a file",
        form: "dataset NAME[(PARAMETERS)] from PATH or GENERATOR { modality …  target …  split … }",
        meaning: "Modalities, targets and splits, from files or from a generator. It needs a modality and the split \
                  `train`; other splits are yours to name, usually `validation` and `test`. Elsewhere \
                  `NAME.classes` is the number of classes of its only target that has classes.",
        example: r#"
dataset ave from "ave.npz" {
  modality audio: [10, 128] = npz("audio")
  modality video: [10, 512] = npz("video") |> standardize
  target   event: class(29) = npz("event")
  split    train = random(0.8)
  split    test  = rest
}
"#,
    },
    Statement {
        words: &["pipeline"],
        place: "at the top of a file",
        form: r"
pipeline NAME[(PARAMETERS)] {
  data …  [modalities …]  network …  loss …  optimizer …  schedule …  budget …
  [rate …] [clip …] [batch …] [metrics …]
}
",
        meaning: "Everything one run needs. `mhm run FILE` runs a pipeline whose parameters all have defaults.",
        example: PIPELINE,
    },
    Statement {
        words: &["experiment"],
        place: "at the top of a file",
        form: r"
experiment NAME {
  [vary …] [seeds …] [repeats …]  run …  [reference …]
  [table …] [figure …] [compare …] [published …] [noise …]
}
",
        meaning: "A grid of runs: one for every combination of what varies and every seed, and the tables and figures \
                  drawn from their measures. It needs one `run`.",
        example: super::experiment::EXPERIMENT,
    },
    Statement {
        words: &["alias"],
        place: "at the top of a file",
        form: "KIND NAME = ITEM[(ARGUMENT: VALUE, …)]",
        meaning: "A shorter name for an item with some of its arguments given. KIND is network, schedule, dataset, \
                  pipeline or experiment. It has no parameters of its own; what is passed to it goes on to the item.",
        example: r"
use std.dataset.TwoMoons
use std.schedule.Mhm

dataset  near  = TwoMoons(noise: 0.1)
schedule eight = Mhm(heads: 8)
",
    },
    Statement {
        words: &[
            "parameters",
            "types",
            "Int",
            "Float",
            "Bool",
            "String",
            "Length",
            "List",
            "Names",
            "Any",
            "Network",
            "Schedule",
            "Dataset",
            "Pipeline",
            "Block",
            "Layer",
            "Optimizer",
            "Rate",
            "Loss",
        ],
        place: "after the name of an item",
        form: "(NAME[: TYPE][ = DEFAULT], …)",
        meaning: "What may be chosen where the item is used: by place or by name, `Mhm(8)` or `Mhm(heads: 8)`. Without \
                  a default it must be given; without a type it takes anything. Types: Int (a whole number), Float \
                  (any number), Bool (`true`, `false`), String (a text in quotes), Length (`10 epochs`), List, Names (a list \
                  of names, as of modalities), Any; an item: Network, Schedule, Dataset, Pipeline, Block; a builtin: Optimizer, Rate, \
                  Loss, Layer (a layer, an operation or a block).",
        example: r"
use std.dataset.TwoMoons
use std.network.ToyIntermediate
use std.schedule.EndToEnd

pipeline moons(method: Schedule = EndToEnd, lr: Float = 3e-3, views: Names = [first, second], width: Int = 32) {
  data TwoMoons
  modalities views
  network ToyIntermediate(width: width)
  loss cross_entropy
  optimizer adam(lr: lr)
  schedule method
  budget 50 epochs
}
",
    },
    Statement {
        words: &["comment"],
        place: "anywhere",
        form: r"
// TEXT
/// TEXT
",
        meaning: "`//` holds to the end of the line. `///` before an item says what it is. `#`, `--` and `/* */` are the \
                  comments of other languages: `mhm check --fix` writes `//` in their place.",
        example: r"
/// One wide layer.
block Wide = linear(64)  // no bias would do, too
",
    },
];

/// A pipeline with every statement it needs.
pub const PIPELINE: &str = r"
use std.dataset.TwoMoons
use std.network.ToyIntermediate
use std.schedule.EndToEnd

pipeline moons {
  data TwoMoons
  network ToyIntermediate(width: 32)
  loss cross_entropy
  optimizer adam(lr: 3e-3)
  schedule EndToEnd
  batch 16
  budget 50 epochs
  metrics error, accuracy
}
";
