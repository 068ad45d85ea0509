//! Codes of values and arguments: their number, their types and their kinds.

use super::Page;

pub const PAGES: &[Page] = &[
    Page {
        code: "bad-argument",
        what: "an argument of a builtin is not what its parameter takes",
        why: "The message says what it must be; `mhm explain` and the name of the builtin show all parameters.",
        wrong: r"
network N {
  in x: [4]
  head classify = linear(0)
  out classify(x)
}
",
        right: r"
network N {
  in x: [4]
  head classify = linear(2)
  out classify(x)
}
",
    },
    Page {
        code: "double-argument",
        what: "a parameter is given twice",
        why: "Arguments without a name fill parameters in order; one of them was meant for another.",
        wrong: r"
network N {
  in x: [4]
  head classify = linear(2, width: 3)
  out classify(x)
}
",
        right: r"
network N {
  in x: [4]
  head classify = linear(2)
  out classify(x)
}
",
    },
    Page {
        code: "missing-argument",
        what: "a parameter without a default has no argument",
        why: "Give it by position or by name.",
        wrong: r"
network N {
  in x: [4]
  head classify = linear()
  out classify(x)
}
",
        right: r"
network N {
  in x: [4]
  head classify = linear(2)
  out classify(x)
}
",
    },
    Page {
        code: "not-a-function",
        what: "something is called that is no function",
        why: "Modules, blocks, layers and ops can be called. A tensor or a number cannot.",
        wrong: r"
network N {
  in x: [4]
  head classify = linear(2)
  out x(classify)
}
",
        right: r"
network N {
  in x: [4]
  head classify = linear(2)
  out classify(x)
}
",
    },
    Page {
        code: "not-indexable",
        what: "something is indexed that has no entries",
        why: "Lists have entries, counted from 0; `head[k]` is for schedules. Of a tensor, take a part with \
              `slice`.",
        wrong: r"
network N {
  in x: [4]
  head classify = linear(2)
  out classify(x[0])
}
",
        right: r"
network N {
  in x: [4]
  head classify = linear(2)
  out classify(x)
}
",
    },
    Page {
        code: "out-of-range",
        what: "a number is outside what makes sense here",
        why: "Amounts are above zero, counts are whole numbers from 1, replicas and folds are counted from 0. Arithmetic is exact: what leaves the \
              range of whole numbers, from -2⁶³ to 2⁶³ - 1, is no number. `/` of whole numbers rounds down, as sizes do: `7 / 2` is 3, `-7 / 2` and \
              `7 / -2` are -4, and nothing is divided by zero. There is no remainder and no power: `f ** 3` repeats a layer.",
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
  budget 0 epochs
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
}
",
    },
    Page {
        code: "too-many-arguments",
        what: "there are more arguments than parameters",
        why: "Remove the last, or name the parameter it is meant for.",
        wrong: r"
network N {
  in x: [4]
  head classify = linear(2, true, zeros, 3)
  out classify(x)
}
",
        right: r"
network N {
  in x: [4]
  head classify = linear(2, true, zeros)
  out classify(x)
}
",
    },
    Page {
        code: "unknown-argument",
        what: "a builtin or item has no such parameter",
        why: "The help names the nearest parameter, or all there are.",
        wrong: r"
network N {
  in x: [4]
  head classify = linear(2, bais: false)
  out classify(x)
}
",
        right: r"
network N {
  in x: [4]
  head classify = linear(2, bias: false)
  out classify(x)
}
",
    },
    Page {
        code: "unknown-type",
        what: "there is no such type",
        why: "Parameters have types such as `Int`, `Float`, `Network`; targets are `class(n)`, `multi(n)` or \
              `real`.",
        wrong: r"
network N(classes: Integer) {
  in x: [4]
  head classify = linear(classes)
  out classify(x)
}
",
        right: r"
network N(classes: Int) {
  in x: [4]
  head classify = linear(classes)
  out classify(x)
}
",
    },
    Page {
        code: "wrong-kind",
        what: "an item or builtin of another kind is needed",
        why: "A loss is no layer, a schedule no network. The help lists what can stand here.",
        wrong: r"
use std.dataset.TwoMoons
use std.network.ToyIntermediate
use std.schedule.EndToEnd

pipeline run {
  data TwoMoons
  network ToyIntermediate
  loss softmax
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
  loss cross_entropy
  optimizer adam(lr: 1e-3)
  schedule EndToEnd
  budget 10 epochs
}
",
    },
    Page {
        code: "wrong-type",
        what: "a value is of another type than is needed",
        why: "The message says both. A layer alone is not a tensor: apply it, as in `classify(x)`.",
        wrong: r"
network N {
  in x: [4]
  head classify = linear(2)
  out classify
}
",
        right: r"
network N {
  in x: [4]
  head classify = linear(2)
  out classify(x)
}
",
    },
];
