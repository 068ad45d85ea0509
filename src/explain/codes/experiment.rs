//! Codes of experiments: axes, seeds, references, and what is shown.

use super::Page;

pub const PAGES: &[Page] = &[
    Page {
        code: "bad-published",
        what: "published numbers are not nested as the axes are",
        why: "`published` takes a list with an entry for every value of the first `vary`, each a list with an \
              entry for every value of the second, and so on; in the innermost lists stand numbers as they are \
              shown (17.5 for 17.5 %), `_` where there is none. With one axis it is a flat list, with none one \
              number.",
        wrong: r#"
use std.dataset.TwoMoons
use std.network.ToyIntermediate
use std.schedule.EndToEnd

pipeline run(lr: Float = 1e-3, views: Names = all) {
  data TwoMoons
  modalities views
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
  published "Lee et al. 2022" test_error = [[17.5], [15.0]]
}
"#,
        right: r#"
use std.dataset.TwoMoons
use std.network.ToyIntermediate
use std.schedule.EndToEnd

pipeline run(lr: Float = 1e-3, views: Names = all) {
  data TwoMoons
  modalities views
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
  published "Lee et al. 2022" test_error = [17.5, _]
}
"#,
    },
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
        code: "reference-mismatch",
        what: "a reference has other samples than the arm it is held against",
        why: "`missing` and `hitting` ask of every single sample whether the reference has it right, too. Give \
              both the same dataset with the same arguments; `modalities` may differ.",
        wrong: r"
use std.dataset.TwoMoons
use std.network.ToyIntermediate
use std.schedule.EndToEnd

pipeline run(lr: Float = 1e-3, noise: Float = 0.3) {
  data TwoMoons(noise: noise)
  network ToyIntermediate
  loss cross_entropy
  optimizer adam(lr: lr)
  schedule EndToEnd
  budget 10 epochs
  metrics error
}

pipeline single(noise: Float = 0.3) {
  data TwoMoons(noise: noise)
  modalities [first]
  network ToyIntermediate
  loss cross_entropy
  optimizer adam(lr: 1e-3)
  schedule EndToEnd
  budget 10 epochs
  metrics error
}

experiment rates {
  vary lr in [1e-2, 1e-3]
  seeds 3
  run run(lr: lr)
  reference near = single(noise: 0.1)
}
",
        right: r"
use std.dataset.TwoMoons
use std.network.ToyIntermediate
use std.schedule.EndToEnd

pipeline run(lr: Float = 1e-3, noise: Float = 0.3) {
  data TwoMoons(noise: noise)
  network ToyIntermediate
  loss cross_entropy
  optimizer adam(lr: lr)
  schedule EndToEnd
  budget 10 epochs
  metrics error
}

pipeline single(noise: Float = 0.3) {
  data TwoMoons(noise: noise)
  modalities [first]
  network ToyIntermediate
  loss cross_entropy
  optimizer adam(lr: 1e-3)
  schedule EndToEnd
  budget 10 epochs
  metrics error
}

experiment rates {
  vary lr in [1e-2, 1e-3]
  seeds 3
  run run(lr: lr)
  reference near = single
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
        why: "Measures are a split and what is measured there: `test_error`, `train_loss`, `test_gap`, `test_gs`; \
              `mhm explain measures` has all. Some take more than a pipeline: `test_missing` a `reference`, \
              `test_gs_harnessed` replicas, and both sensitivities an output against classes.",
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
