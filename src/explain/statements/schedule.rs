//! Pages of what stands in schedules.

use super::Statement;

const MHM: &str = r"
schedule Mine(heads: Int = 4) {
  folds heads
  replicas head heads
  repeat {
    for k in folds {
      phase head      { train uni, head[k] on except(k) }
      phase embedding { train uni, fusion on fold(k) through head[k] }
    }
  }
  deploy head[0]
}
";

const LENGTHS: &str = r"
schedule Staged(length: Length = 2 epochs) {
  phase warm { train uni, fusion, head on all for 20 steps }
  phase long { train uni, fusion, head on all for 2 * length }
  phase rest { train fusion, head on all until no gain in 5 epochs on validation at most 50 epochs }
}
";

pub const STATEMENTS: &[Statement] = &[
    Statement {
        words: &["folds", "stratified", "fold", "except"],
        place: "in a `schedule`, outside loops",
        form: "folds COUNT[, stratified: true]",
        meaning: "Cuts the training split into COUNT random parts of equal size, at least 2, drawn once a run. \
                  `fold(k)` is part k, counted from 0, `except(k)` all others. `stratified: true` gives every part \
                  equally many of each class; the default is false.",
        example: r"
schedule Halves {
  folds 2, stratified: true
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
        words: &["replicas"],
        place: "in a `schedule`, outside loops",
        form: "replicas ROLE, … COUNT",
        meaning: "So many copies, with weights of their own, of every module of these roles (`uni`, `fusion`, `head`). \
                  A phase says which one: `head[k]`, counted from 0. Default: one of each. With several, `deploy` \
                  says what is kept.",
        example: MHM,
    },
    Statement {
        words: &["repeat"],
        place: "in a `schedule`",
        form: r"
repeat { … }
repeat COUNT { … }
",
        meaning: "Again and again until the budget is spent, or so many times. A turn of the outermost `repeat` is a \
                  round. What stands outside any `repeat` runs once.",
        example: r"
schedule WarmThenJoint {
  repeat 3 { phase warm { train head on all } }
  repeat { phase all { train uni, fusion, head on all } }
}
",
    },
    Statement {
        words: &["for"],
        place: "in a `schedule` that has `folds`",
        form: "for NAME in folds { … }",
        meaning: "Once for every fold, in order: NAME is 0, 1, 2, … inside. It serves as the index of a fold and of a \
                  replica. After `train … on SET`, `for` gives a length: `for 2 epochs`.",
        example: MHM,
    },
    Statement {
        words: &["phase"],
        place: "in a `schedule`, also inside `repeat` and `for`",
        form: "phase NAME { train … on SET [through …] [LENGTH]  [optimizer …] [rate …] [clip …] [batch …] }",
        meaning: "One stretch of training: what trains, on which samples, through which replicas, for how long. All \
                  else it runs is frozen: weights, running statistics and optimizer state stay as they are, while \
                  gradients still pass through. Settings hold for this phase and come before the pipeline's.",
        example: r"
schedule Careful {
  repeat {
    phase all {
      train uni, fusion, head on all for 1 epoch
      optimizer adam(lr: 1e-3)
      optimizer head: sgd(lr: 0.1)
      clip 0.8
      batch 64
    }
  }
}
",
    },
    Statement {
        words: &["train", "on", "through"],
        place: "in a `phase`",
        form: "train ROLE, … on SET [through ROLE[INDEX], …] [LENGTH]",
        meaning: "Trains every module of these roles, `head[k]` one replica of them, on these samples. A role with \
                  several replicas that is not trained needs `through`: which one runs, `through head[k]`, or the \
                  mean of all their outputs, `through mean(head)`. Length: one pass over the samples where none is \
                  given.",
        example: MHM,
    },
    Statement {
        words: &[
            "length", "until", "no", "gain", "at", "most", "for", "epochs", "epoch", "steps", "step", "samples",
            "sample", "rounds", "round",
        ],
        place: "at the end of `train`; lengths also after `budget`, and wherever a value stands",
        form: r"
for COUNT epochs
for COUNT steps
for COUNT samples
for LENGTH
until no gain in COUNT epochs on SET [at most COUNT epochs]
",
        meaning: "How long a phase trains. Without one: one pass over its samples. `epochs` of a phase are passes over \
                  the phase's own samples, and may be a fraction; steps are updates of the weights; samples are \
                  those seen, in whole batches. The next visit of a phase goes on where the last one stopped, so \
                  every sample is seen once before any is seen again. The last batch of a pass has what is left; \
                  where the phase trains a module with `batch_norm`, all its batches have equal size, the nearest to \
                  `batch`. `until no gain` looks at the loss on SET after every pass, stops when it has not \
                  fallen below its least for so many passes, keeps the weights of the last pass, and ends after \
                  1000 epochs where nothing is said. `10 epochs` is also a value: a parameter of type `Length` takes \
                  it, and it has `*` and `/` with numbers.",
        example: LENGTHS,
    },
    Statement {
        words: &["sets", "all", "fold", "except", "+", "-", "&"],
        place: "after `on`, and after `deploy best ROLE on`",
        form: r"
all
fold(INDEX)
except(INDEX)
SPLIT
SET + SET
SET - SET
SET & SET
",
        meaning: "Sets of samples. `all` is the training split; `fold(k)` one fold of it and `except(k)` the rest; any \
                  other name is a split of the dataset. `+` is in either, `-` in the first only, `&` in both. An \
                  INDEX is a number, a loop variable, or a sum or difference of these; indices stand in a ring: in the \
                  last turn `fold(k + 1)` is fold 0.",
        example: r"
schedule Neighbours {
  folds 4
  replicas head 4
  repeat {
    for k in folds {
      phase head      { train uni, head[k] on all - fold(k) }
      phase embedding { train uni, fusion on fold(k) & except(k + 1) through head[k] }
    }
  }
  deploy best head on validation
}
",
    },
    Statement {
        words: &["deploy", "best", "last", "mean"],
        place: "in a `schedule`, outside loops",
        form: r"
deploy ROLE[INDEX]
deploy best ROLE on SET
deploy last ROLE
deploy mean
deploy mean(ROLE)
",
        meaning: "What is kept and measured, needed where there are replicas. `head[0]`: that one. `best`: the one with \
                  the lowest loss on SET at the end. `last`: the one trained last. `mean`: all of them, their \
                  outputs averaged, at the cost of running all. Other replicated roles follow: `head[1]` goes with \
                  `uni[1]`.",
        example: r"
schedule Mine(heads: Int = 4) {
  folds heads
  replicas head heads
  repeat {
    for k in folds {
      phase head      { train uni, head[k] on except(k) }
      phase embedding { train uni, fusion on fold(k) through head[k] }
    }
  }
  deploy best head on validation
}
",
    },
    Statement {
        words: &["optimizer", "rate", "clip", "batch", "settings"],
        place: "in a `pipeline`, and in a `phase` for that phase alone",
        form: r"
optimizer [ROLE:] OPTIMIZER
rate [ROLE:] RATE
clip NUMBER
batch COUNT
",
        meaning: "How weights are updated. `optimizer`: needed in every pipeline. `rate`: a factor on the learning \
                  rate as training goes on; default constant. `clip`: the largest norm of all gradients together; \
                  default none. `batch`: samples of one step; default 32. The nearest holds: the phase's for the \
                  role, the phase's, the pipeline's for the role, the pipeline's.",
        example: r"
use std.dataset.TwoMoons
use std.network.ToyIntermediate
use std.schedule.EndToEnd

pipeline moons {
  data TwoMoons
  network ToyIntermediate
  loss cross_entropy
  optimizer adam(lr: 1e-3)
  optimizer head: sgd(lr: 0.1)
  rate cosine
  clip 0.8
  batch 16
  schedule EndToEnd
  budget 50 epochs
}
",
    },
];
