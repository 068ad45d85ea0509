//! Pages of codes about datasets.

use super::Page;

pub const PAGES: &[Page] = &[
    Page {
        code: "unsound-dataset",
        what: "the parts of a dataset do not fit together",
        why: "What its sources read and what its splits share out can be held against each other before any file is opened: \
              a `key` needs a source with `{split}`, a stratified share needs one target of classes.",
        wrong: r#"
dataset scores from "scores.csv" {
  modality x: [1]  = csv(columns: ["x"])
  target   y: real = csv(columns: ["y"])
  split    train = random(0.7)
  split    test  = rest
}
"#,
        right: r#"
dataset scores from "scores.csv" {
  modality x: [1]  = csv(columns: ["x"])
  target   y: real = csv(columns: ["y"])
  split    train = random(0.7, stratified: false)
  split    test  = rest
}
"#,
    },
    Page {
        code: "bad-split",
        what: "a split cannot be made of this dataset",
        why: "`fresh` needs a generator, `key` needs files with `{split}` in their names, and `rows(start, end)` needs at least one row.",
        wrong: r#"
dataset moons from two_moons() {
  modality first: [1] = axis(0)
  modality second: [1] = axis(1)
  target moon: class(2) = labels
  split train = random(0.9)
  split test = key("test")
}
"#,
        right: r"
dataset moons from two_moons() {
  modality first: [1] = axis(0)
  modality second: [1] = axis(1)
  target moon: class(2) = labels
  split train = random(0.9)
  split test = rest
}
",
    },
    Page {
        code: "overlapping-splits",
        what: "two splits hold the same samples",
        why: "Then a test sample could be trained on. Splits are disjoint sets.",
        wrong: r"
dataset moons from two_moons() {
  modality first: [1] = axis(0)
  modality second: [1] = axis(1)
  target moon: class(2) = labels
  split train = rest
  split test = rest
}
",
        right: r"
dataset moons from two_moons() {
  modality first: [1] = axis(0)
  modality second: [1] = axis(1)
  target moon: class(2) = labels
  split train = random(0.9)
  split test = rest
}
",
    },
    Page {
        code: "source-mismatch",
        what: "a source cannot give what is declared",
        why: "A modality or target declares its shape and kind, and the source is held against it before data \
              is read.",
        wrong: r"
dataset moons from two_moons() {
  modality first: [1] = axis(0)
  modality second: [1] = axis(1)
  target moon: class(3) = labels
  split train = random(0.9)
  split test = rest
}
",
        right: r"
dataset moons from two_moons() {
  modality first: [1] = axis(0)
  modality second: [1] = axis(1)
  target moon: class(2) = labels
  split train = random(0.9)
  split test = rest
}
",
    },
];
