//! Pages of codes about networks, blocks and shapes.

use super::Page;

pub const PAGES: &[Page] = &[
    Page {
        code: "each-mismatch",
        what: "`each` on one side only",
        why: "`uni each embed` makes one module for every member of an `in each` input. There is one `in each` \
              in a network.",
        wrong: r"
network N {
  in x: [4]
  uni each embed = linear(8)
  head classify = linear(2)
  out classify(embed(x))
}
",
        right: r"
network N {
  in each x: [D]
  uni each embed = linear(8)
  head classify = concat |> linear(2)
  out classify(embed(x))
}
",
    },
    Page {
        code: "endless-block",
        what: "a block contains itself",
        why: "Blocks are templates that are copied where they are used; a block in itself would never end.",
        wrong: r"
block Deep = linear(4) |> Deep
",
        right: r"
block Deep = linear(4) |> relu |> linear(4)
",
    },
    Page {
        code: "no-input",
        what: "nothing goes into a network",
        why: "Begin it with `in name: [sizes]`, one for each modality, or `in each name: [D]` for any number.",
        wrong: r"
network N {
  head classify = linear(2)
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
        code: "no-output",
        what: "nothing comes out of a network or block",
        why: "End it with `out` and a tensor.",
        wrong: r"
network N {
  in x: [4]
  head classify = linear(2)
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
        code: "shape-mismatch",
        what: "tensors do not fit together",
        why: "Shapes are computed before any data is read. Labels show the shape of each input; the batch axis \
              is left out of sizes you write.",
        wrong: r"
network N {
  in a: [10, 4], b: [8, 4]
  head classify = linear(2)
  out classify(concat(a, b))
}
",
        right: r"
network N {
  in a: [10, 4], b: [10, 4]
  head classify = linear(2)
  out classify(concat(a, b))
}
",
    },
    Page {
        code: "shared-weight-mismatch",
        what: "one layer is applied to inputs of different sizes",
        why: "A declared layer has its weights once, however often it is applied, so all its inputs have one \
              size. Declare a second one for the other size.",
        wrong: r"
network N {
  in a: [4], b: [6]
  uni ea = linear(8)
  head classify = linear(2)
  out classify(concat(ea(a), ea(b)))
}
",
        right: r"
network N {
  in a: [4], b: [6]
  uni ea = linear(8)
  uni eb = linear(8)
  head classify = linear(2)
  out classify(concat(ea(a), eb(b)))
}
",
    },
    Page {
        code: "weight-without-module",
        what: "a layer with weights stands outside every module",
        why: "Schedules train modules by role, and every weight has exactly one owner. Declare the layer with \
              a role, and apply that.",
        wrong: r"
network N {
  in x: [4]
  out linear(2)(x)
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
        code: "wrong-arity",
        what: "too many or too few tensors",
        why: "Join several tensors first, for example with `concat`.",
        wrong: r"
network N {
  in a: [4], b: [4]
  head classify = linear(2)
  out classify(a, b)
}
",
        right: r"
network N {
  in a: [4], b: [4]
  head classify = linear(2)
  out classify(concat(a, b))
}
",
    },
];
