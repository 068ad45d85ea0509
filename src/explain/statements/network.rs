//! Pages of what stands in networks and blocks.

use super::Statement;

const RESIDUAL: &str = r"
network Residual(width: Int = 32, classes: Int = 2) {
  in     first: [A], second: [B]
  uni    embed_first  = linear(width) |> relu
  uni    embed_second = linear(width) |> relu
  fusion joint        = linear(width) |> relu
  head   classify     = linear(classes)
  let    sum          = embed_first(first) + embed_second(second)
  out    classify(joint(sum) + sum)
}
";

const EACH: &str = r"
network Any(width: Int = 32, classes: Int = 2) {
  in     each view: [D]
  uni    each embed = linear(width) |> relu
  fusion joint      = concat |> linear(width) |> relu
  head   classify   = linear(classes)
  out    classify(joint(embed(view)))
}
";

pub const STATEMENTS: &[Statement] = &[
    Statement {
        words: &["in"],
        place: "in a `network` or a `block`",
        form: r"
in NAME: [SIZE, …], …
in each NAME: [SIZE, …]
",
        meaning: "An input: in a network a modality of the dataset, by its name. A capital letter or a name as a size \
                  takes whatever arrives, the same everywhere in the network; `2 * D` and `T / 8` (rounded down) are reckoned with \
                  it. The samples' own axis is not written. `in` also stands in `for k in folds` and `vary … in`.",
        example: RESIDUAL,
    },
    Statement {
        words: &["each"],
        place: "in a `network` or a `block`, after `in`, a role or `layer`",
        form: r"
in each NAME: [SIZE, …]
ROLE each NAME = EXPRESSION
",
        meaning: "One for every modality that no other `in` names: so one network takes two views or six. A module \
                  `each` has a copy, with weights of its own, for each of them; applied to the input, it gives one \
                  tensor a modality, which `concat` joins.",
        example: EACH,
    },
    Statement {
        words: &["uni", "fusion", "head", "fixed", "role", "module"],
        place: "in a `network`",
        form: r#"
ROLE [each] NAME = EXPRESSION
ROLE NAME = EXPRESSION from "FILE"
"#,
        meaning: "A module: weights with a name and a role. The role is what a schedule knows it by: `uni` (embeds one \
                  modality), `fusion` (joins them), `head` (predicts), `fixed` (never trained). The role is about \
                  training only: a module may read and follow any other, and may be applied more than once with the \
                  same weights. `a |> b` applies b after a. A network may have several modules of a role, or none. \
                  `from` names a file to begin with: one that `mhm export` wrote, or of a stored run (`runs/NAME/cells/…`). Names \
                  and shapes are checked when the run begins, and a changed file makes it another run.",
        example: r"
network WithFilter(width: Int = 32, classes: Int = 2) {
  in     first: [D], second: [D]
  fixed  filter   = linear(D) |> sigmoid
  uni    embed    = linear(width) |> relu
  fusion joint    = linear(width) |> relu
  head   classify = linear(classes)
  out    classify(joint(concat(embed(filter(first) * first), embed(second))))
}
",
    },
    Statement {
        words: &["layer"],
        place: "in a `block`",
        form: "layer [each] NAME = EXPRESSION",
        meaning: "A part of a block with weights. It has no role: it takes the role of the module that uses the block.",
        example: r"
block Residual {
  in    x: [D]
  layer inner = linear(D) |> relu |> linear(D)
  out   relu(x + inner(x))
}
",
    },
    Statement {
        words: &["**"],
        place: "wherever a layer, an op or a block can stand",
        form: "LAYER ** COUNT",
        meaning: "As many of it, one after the other, each with weights of its own: `f ** 3` is `f |> f |> f`, made three \
                  times. Of several inputs the first goes through, the others are given to each copy: so a stack of \
                  blocks reads one source. A block of several outputs passes them on in the place of as many inputs. \
                  The weights of copy i are found under i, counted from 0: `stack.0.norm.weight`.",
        example: r"
block Update {
  in    x: [D], source: [D]
  layer norm  = layer_norm
  layer inner = linear(D) |> relu |> linear(D)
  out   x + inner(norm(x) + source)
}
network Stacked(width: Int = 32, classes: Int = 2) {
  in     first: [A], second: [B]
  uni    embed_first  = linear(width) |> relu
  uni    embed_second = linear(width) |> relu
  fusion stack        = Update ** 3
  head   classify     = linear(classes)
  out    classify(stack(embed_first(first), embed_second(second)))
}
",
    },
    Statement {
        words: &["let"],
        place: "in a `network` or a `block`",
        form: r"
let NAME = EXPRESSION
let (NAME, NAME, …) = EXPRESSION
",
        meaning: "A name for what is computed; the second form takes several tensors apart. It holds no weights that \
                  a schedule could train: those are in modules.",
        example: RESIDUAL,
    },
    Statement {
        words: &["out"],
        place: "in a `network` or a `block`",
        form: r"
out EXPRESSION
out NAME = EXPRESSION
",
        meaning: "An output. Several outputs have a name each, which the loss and metrics of a pipeline use. A sole \
                  output is called `out`.",
        example: r"
network TwoOutputs(classes: Int = 2) {
  in     first: [A], second: [B]
  uni    embed_first  = linear(32) |> relu
  uni    embed_second = linear(32) |> relu
  fusion joint        = linear(32) |> relu
  head   classify     = linear(classes)
  head   alone        = linear(classes)
  out    both      = classify(joint(concat(embed_first(first), embed_second(second))))
  out    first_one = alone(embed_first(first))
}
",
    },
];
