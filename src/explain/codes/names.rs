//! Codes of names and of where statements stand: what is declared, used, missing or twice there.

use super::Page;

pub const PAGES: &[Page] = &[
    Page {
        code: "declared-twice",
        what: "something that there is once is said twice",
        why: "One of the two would be ignored without a word. Remove it.",
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
  budget 10 epochs
  budget 20 epochs
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
        code: "endless-alias",
        what: "an alias stands for itself",
        why: "`dataset a = b` gives `b` a second name; following the names must end at an item with a body.",
        wrong: r"
dataset a = a
",
        right: r"
use std.dataset.TwoMoons

dataset a = TwoMoons
",
    },
    Page {
        code: "misplaced",
        what: "a statement is right, but not here",
        why: "It belongs to the whole schedule or pipeline, not to a loop or a role.",
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
  budget 10 epochs
  batch head: 16
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
  batch 16
}
",
    },
    Page {
        code: "missing-statement",
        what: "an item lacks what it cannot do without",
        why: "The message names everything that is missing, the help the lines to add.",
        wrong: r"
use std.dataset.TwoMoons
use std.network.ToyIntermediate
use std.schedule.EndToEnd

pipeline run {
  data TwoMoons
  network ToyIntermediate
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
        code: "name-clash",
        what: "two items have one name",
        why: "A file sees its own items and all it uses under one name each.",
        wrong: r"
block Wide = linear(64)

block Wide = linear(128)
",
        right: r"
block Wide = linear(64)

block Wider = linear(128)
",
    },
    Page {
        code: "shadowed-name",
        what: "a name is declared twice in one item",
        why: "Inputs, parameters, modules, `let` names, modalities, targets and splits of one item have one \
              name each, so that a reader knows what is meant.",
        wrong: r"
network N {
  in x: [4]
  uni x = linear(8)
  head classify = linear(2)
  out classify(x)
}
",
        right: r"
network N {
  in x: [4]
  uni embed = linear(8)
  head classify = linear(2)
  out classify(embed(x))
}
",
    },
    Page {
        code: "unknown-library",
        what: "the library has no such item",
        why: "`use std.folder.Name` brings in one item, `use std.folder.*` all of a folder. `mhm explain` \
              lists them.",
        wrong: r"
use std.schedules.Mhm
",
        right: r"
use std.schedule.Mhm
",
    },
    Page {
        code: "unknown-lint",
        what: "`allow` names something that is no lint",
        why: "Only lints can be silenced; errors of the checker cannot. `mhm explain` lists the lints.",
        wrong: r"
allow(fold-overlaps)
network N {
  in x: [4]
  head classify = linear(2)
  out classify(x)
}
",
        right: r"
allow(fold-overlap)
network N {
  in x: [4]
  head classify = linear(2)
  out classify(x)
}
",
    },
    Page {
        code: "unknown-member",
        what: "there is no such part",
        why: "Only datasets have parts: `TwoMoons.classes` is the number of classes of its target.",
        wrong: r"
use std.dataset.TwoMoons
use std.network.ToyIntermediate
use std.schedule.EndToEnd

pipeline run {
  data TwoMoons
  network ToyIntermediate(classes: TwoMoons.labels)
  loss cross_entropy
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
  network ToyIntermediate(classes: TwoMoons.classes)
  loss cross_entropy
  optimizer adam(lr: 1e-3)
  schedule EndToEnd
  budget 10 epochs
}
",
    },
    Page {
        code: "unknown-name",
        what: "a name stands for nothing here",
        why: "Names come from parameters, from items of the file and of files it uses, from earlier \
              statements, and from the builtins. Names of the library need a `use`.",
        wrong: r"
network N {
  in x: [4]
  head classify = liner(2)
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
        code: "unreadable-file",
        what: "a used file cannot be read",
        why: "Paths are taken from the folder of the file that names them.",
        wrong: r#"
use "./shape.mhm"
"#,
        right: r#"
use "./shapes.mhm"
"#,
    },
    Page {
        code: "use-cycle",
        what: "a file uses itself, perhaps by way of others",
        why: "Items could then be defined by themselves. Move what both files need into a third.",
        wrong: r#"
use "./example.mhm"
"#,
        right: r#"
use "./shapes.mhm"
"#,
    },
];
