//! Codes of experiments: axes, seeds, tables and comparisons.

use super::Page;

pub const PAGES: &[Page] = &[
    Page {
        code: "bad-seeds",
        what: "seeds are not different whole numbers",
        why: "`seeds 30` runs seeds 0 to 29, `seeds [7, 11]` those two. A seed twice would count one result \
              twice.",
        wrong: r"
use std.dataset.TwoMoons
use std.network.ToyIntermediate
use std.schedule.EndToEnd

pipeline run(lr: Float = 1e-3) {
  data TwoMoons
  network ToyIntermediate
  loss cross_entropy
  optimizer adam(lr: lr)
  schedule EndToEnd
  budget 10 epochs
  metrics error
}

experiment rates {
  vary lr in [1e-2, 1e-3]
  seeds [1, 2, 1]
  run run(lr: lr)
  table test_error { rows lr }
}
",
        right: r"
use std.dataset.TwoMoons
use std.network.ToyIntermediate
use std.schedule.EndToEnd

pipeline run(lr: Float = 1e-3) {
  data TwoMoons
  network ToyIntermediate
  loss cross_entropy
  optimizer adam(lr: lr)
  schedule EndToEnd
  budget 10 epochs
  metrics error
}

experiment rates {
  vary lr in [1e-2, 1e-3]
  seeds 3
  run run(lr: lr)
  table test_error { rows lr }
}
",
    },
    Page {
        code: "nothing-to-compare",
        what: "a comparison over one value",
        why: "Vary at least two.",
        wrong: r"
use std.dataset.TwoMoons
use std.network.ToyIntermediate
use std.schedule.EndToEnd

pipeline run(lr: Float = 1e-3) {
  data TwoMoons
  network ToyIntermediate
  loss cross_entropy
  optimizer adam(lr: lr)
  schedule EndToEnd
  budget 10 epochs
  metrics error
}

experiment rates {
  vary lr in [1e-2]
  seeds 3
  run run(lr: lr)
  table test_error { rows lr }
  compare lr
}
",
        right: r"
use std.dataset.TwoMoons
use std.network.ToyIntermediate
use std.schedule.EndToEnd

pipeline run(lr: Float = 1e-3) {
  data TwoMoons
  network ToyIntermediate
  loss cross_entropy
  optimizer adam(lr: lr)
  schedule EndToEnd
  budget 10 epochs
  metrics error
}

experiment rates {
  vary lr in [1e-2, 1e-3]
  seeds 3
  run run(lr: lr)
  table test_error { rows lr }
  compare lr
}
",
    },
    Page {
        code: "unknown-axis",
        what: "a table or comparison names something that is not varied",
        why: "Rows, columns, cells and comparisons are over `vary` names.",
        wrong: r"
use std.dataset.TwoMoons
use std.network.ToyIntermediate
use std.schedule.EndToEnd

pipeline run(lr: Float = 1e-3) {
  data TwoMoons
  network ToyIntermediate
  loss cross_entropy
  optimizer adam(lr: lr)
  schedule EndToEnd
  budget 10 epochs
  metrics error
}

experiment rates {
  vary lr in [1e-2, 1e-3]
  seeds 3
  run run(lr: lr)
  table test_error { rows rate }
}
",
        right: r"
use std.dataset.TwoMoons
use std.network.ToyIntermediate
use std.schedule.EndToEnd

pipeline run(lr: Float = 1e-3) {
  data TwoMoons
  network ToyIntermediate
  loss cross_entropy
  optimizer adam(lr: lr)
  schedule EndToEnd
  budget 10 epochs
  metrics error
}

experiment rates {
  vary lr in [1e-2, 1e-3]
  seeds 3
  run run(lr: lr)
  table test_error { rows lr }
}
",
    },
    Page {
        code: "unknown-measure",
        what: "a table shows something that the arms do not measure",
        why: "Measures are a split and a metric or the loss (`test_error`, `train_loss`), and \
              `generalization_gap`.",
        wrong: r"
use std.dataset.TwoMoons
use std.network.ToyIntermediate
use std.schedule.EndToEnd

pipeline run(lr: Float = 1e-3) {
  data TwoMoons
  network ToyIntermediate
  loss cross_entropy
  optimizer adam(lr: lr)
  schedule EndToEnd
  budget 10 epochs
  metrics error
}

experiment rates {
  vary lr in [1e-2, 1e-3]
  seeds 3
  run run(lr: lr)
  table test_accuracy { rows lr }
}
",
        right: r"
use std.dataset.TwoMoons
use std.network.ToyIntermediate
use std.schedule.EndToEnd

pipeline run(lr: Float = 1e-3) {
  data TwoMoons
  network ToyIntermediate
  loss cross_entropy
  optimizer adam(lr: lr)
  schedule EndToEnd
  budget 10 epochs
  metrics error
}

experiment rates {
  vary lr in [1e-2, 1e-3]
  seeds 3
  run run(lr: lr)
  table test_error { rows lr }
}
",
    },
    Page {
        code: "unused-axis",
        what: "an experiment varies something that `run` does not use",
        why: "All its arms would be the same. Pass it on as an argument.",
        wrong: r"
use std.dataset.TwoMoons
use std.network.ToyIntermediate
use std.schedule.EndToEnd

pipeline run(lr: Float = 1e-3) {
  data TwoMoons
  network ToyIntermediate
  loss cross_entropy
  optimizer adam(lr: lr)
  schedule EndToEnd
  budget 10 epochs
  metrics error
}

experiment rates {
  vary lr in [1e-2, 1e-3]
  seeds 3
  run run()
  table test_error { rows lr }
}
",
        right: r"
use std.dataset.TwoMoons
use std.network.ToyIntermediate
use std.schedule.EndToEnd

pipeline run(lr: Float = 1e-3) {
  data TwoMoons
  network ToyIntermediate
  loss cross_entropy
  optimizer adam(lr: lr)
  schedule EndToEnd
  budget 10 epochs
  metrics error
}

experiment rates {
  vary lr in [1e-2, 1e-3]
  seeds 3
  run run(lr: lr)
  table test_error { rows lr }
}
",
    },
];
