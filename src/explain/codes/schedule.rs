//! Pages of codes about schedules: roles, replicas, folds, phases, deployment.

use super::Page;

pub const PAGES: &[Page] = &[
    Page {
        code: "fixed-role",
        what: "`fixed` modules are trained or copied, or have an optimizer",
        why: "A fixed module keeps the weights it begins with. To train it, give it another role in the \
              network.",
        wrong: r"
schedule Mine(heads: Int = 4) {
  folds heads
  replicas head heads
  repeat {
    for k in folds {
      phase head { train fixed, head[k] on except(k) }
      phase embedding { train uni, fusion on fold(k) through head[k] }
    }
  }
  deploy head[0]
}
",
        right: r"
schedule Mine(heads: Int = 4) {
  folds heads
  replicas head heads
  repeat {
    for k in folds {
      phase head { train uni, head[k] on except(k) }
      phase embedding { train uni, fusion on fold(k) through head[k] }
    }
  }
  deploy head[0]
}
",
    },
    Page {
        code: "no-deployment",
        what: "with several replicas, it is not said which network is deployed",
        why: "An index, the mean of all, the last trained, or the best on a split.",
        wrong: r"
schedule Mine(heads: Int = 4) {
  folds heads
  replicas head heads
  repeat {
    for k in folds {
      phase head { train uni, head[k] on except(k) }
      phase embedding { train uni, fusion on fold(k) through head[k] }
    }
  }
}
",
        right: r"
schedule Mine(heads: Int = 4) {
  folds heads
  replicas head heads
  repeat {
    for k in folds {
      phase head { train uni, head[k] on except(k) }
      phase embedding { train uni, fusion on fold(k) through head[k] }
    }
  }
  deploy head[0]
}
",
    },
    Page {
        code: "no-classes",
        what: "folds are stratified, and there are no classes",
        why: "`stratified: true` gives every fold the same share of each class. Targets that are numbers, or several classes at \
              once, have no such shares.",
        wrong: r"
use std.network.ToyIntermediate

dataset Height from two_moons() {
  modality first: [1] = line([1, 0], [-1, 1])
  modality second: [1] = line([1, 0], [1, 0])
  target height: real = axis(1)
  split train = random(0.9, stratified: false)
  split test = rest
}

schedule Halves {
  folds 2, stratified: true
  repeat {
    for k in folds {
      phase most { train uni, fusion, head on except(k) }
    }
  }
}

pipeline run {
  data Height
  network ToyIntermediate(classes: 1)
  loss mse
  optimizer adam(lr: 1e-3)
  schedule Halves
  budget 10 epochs
}
",
        right: r"
use std.network.ToyIntermediate

dataset Height from two_moons() {
  modality first: [1] = line([1, 0], [-1, 1])
  modality second: [1] = line([1, 0], [1, 0])
  target height: real = axis(1)
  split train = random(0.9, stratified: false)
  split test = rest
}

schedule Halves {
  folds 2
  repeat {
    for k in folds {
      phase most { train uni, fusion, head on except(k) }
    }
  }
}

pipeline run {
  data Height
  network ToyIntermediate(classes: 1)
  loss mse
  optimizer adam(lr: 1e-3)
  schedule Halves
  budget 10 epochs
}
",
    },
    Page {
        code: "no-folds",
        what: "folds are used, but not declared",
        why: "`folds 4` at the top of the schedule cuts the training split into four.",
        wrong: r"
schedule Mine(heads: Int = 4) {
  replicas head heads
  repeat {
    for k in folds {
      phase head { train uni, head[k] on except(k) }
      phase embedding { train uni, fusion on fold(k) through head[k] }
    }
  }
  deploy head[0]
}
",
        right: r"
schedule Mine(heads: Int = 4) {
  folds heads
  replicas head heads
  repeat {
    for k in folds {
      phase head { train uni, head[k] on except(k) }
      phase embedding { train uni, fusion on fold(k) through head[k] }
    }
  }
  deploy head[0]
}
",
    },
    Page {
        code: "not-replicated",
        what: "one copy is treated as several",
        why: "Declare `replicas head 4`, or leave the index, or the deployment, away.",
        wrong: r"
schedule Mine(heads: Int = 4) {
  folds heads
  replicas head heads
  repeat {
    for k in folds {
      phase head { train uni, head[k] on except(k) }
      phase embedding { train uni, fusion[k] on fold(k) through head[k] }
    }
  }
  deploy head[0]
}
",
        right: r"
schedule Mine(heads: Int = 4) {
  folds heads
  replicas head heads
  repeat {
    for k in folds {
      phase head { train uni, head[k] on except(k) }
      phase embedding { train uni, fusion on fold(k) through head[k] }
    }
  }
  deploy head[0]
}
",
    },
    Page {
        code: "trained-not-run",
        what: "a phase trains one replica and runs through another",
        why: "Nothing would reach the trained one. A phase runs through the replica it trains.",
        wrong: r"
schedule Mine(heads: Int = 4) {
  folds heads
  replicas head heads
  repeat {
    for k in folds {
      phase head { train uni, head[k] on except(k) through head[0] }
      phase embedding { train uni, fusion on fold(k) through head[k] }
    }
  }
  deploy head[0]
}
",
        right: r"
schedule Mine(heads: Int = 4) {
  folds heads
  replicas head heads
  repeat {
    for k in folds {
      phase head { train uni, head[k] on except(k) }
      phase embedding { train uni, fusion on fold(k) through head[k] }
    }
  }
  deploy head[0]
}
",
    },
    Page {
        code: "unknown-role",
        what: "a schedule names something that is no role",
        why: "A schedule knows the roles `uni`, `fusion` and `head`, never the modules of one network: so any \
              network runs under any method.",
        wrong: r"
schedule Mine(heads: Int = 4) {
  folds heads
  replicas head heads
  repeat {
    for k in folds {
      phase head { train embed, head[k] on except(k) }
      phase embedding { train uni, fusion on fold(k) through head[k] }
    }
  }
  deploy head[0]
}
",
        right: r"
schedule Mine(heads: Int = 4) {
  folds heads
  replicas head heads
  repeat {
    for k in folds {
      phase head { train uni, head[k] on except(k) }
      phase embedding { train uni, fusion on fold(k) through head[k] }
    }
  }
  deploy head[0]
}
",
    },
    Page {
        code: "which-replica",
        what: "a role has several replicas, and it is not said which one",
        why: "Write `head[k]`, or `mean(head)` for all of them. A phase that does not train a replicated role \
              says `through` which one it runs.",
        wrong: r"
schedule Mine(heads: Int = 4) {
  folds heads
  replicas head heads
  repeat {
    for k in folds {
      phase head { train uni, head on except(k) }
      phase embedding { train uni, fusion on fold(k) through head[k] }
    }
  }
  deploy head[0]
}
",
        right: r"
schedule Mine(heads: Int = 4) {
  folds heads
  replicas head heads
  repeat {
    for k in folds {
      phase head { train uni, head[k] on except(k) }
      phase embedding { train uni, fusion on fold(k) through head[k] }
    }
  }
  deploy head[0]
}
",
    },
    Page {
        code: "wrong-unit",
        what: "an amount is in a unit that does not fit here",
        why: "Gain is looked for after every pass, so patience and the most passes are whole epochs. A phase has no \
              rounds: those are turns of the outermost `repeat`. An amount without a unit, `budget 100`, says \
              nothing; a parameter of type `Length` has one of its own.",
        wrong: r"
schedule Patient {
  phase all { train uni, fusion, head on all until no gain in 100 steps on validation }
}
",
        right: r"
schedule Patient {
  phase all { train uni, fusion, head on all until no gain in 5 epochs on validation }
}
",
    },
];
