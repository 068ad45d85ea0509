//! Codes of pipelines that start from others.

use super::Page;

pub const PAGES: &[Page] = &[
    Page {
        code: "unknown-module",
        what: "a module that the network does not have",
        why: "`start MODULE from PIPELINE` needs the module in both networks, under one name.",
        wrong: r"use std.dataset.TwoMoons
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
  start filtre from pretrain
}
",
        right: r"use std.dataset.TwoMoons
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
    Page {
        code: "unequal-modules",
        what: "a module cannot begin from one of other weights",
        why: "Weights are copied one by one, so both modules need the same layers with the same sizes.",
        wrong: r"use std.dataset.TwoMoons
use std.schedule.EndToEnd

schedule Pretrain {
  repeat { phase all { train uni, fusion, head on all } }
}

block Filter = linear(8) |> relu |> linear(1) |> sigmoid

network Alone {
  in   first: [A], second: [B]
  head filter = linear(4) |> relu |> linear(1) |> sigmoid
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
        right: r"use std.dataset.TwoMoons
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
    Page {
        code: "endless-start",
        what: "pipelines start from one another without end",
        why: "The first of them has to begin at random, or from a file.",
        wrong: r"use std.dataset.TwoMoons
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
  start filter from pretrain
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
        right: r"use std.dataset.TwoMoons
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
];
