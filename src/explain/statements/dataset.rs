//! Pages of what stands in datasets.

use super::Statement;

const FILES: &str = r#"
dataset digits(path: String = "digits.npz") from path {
  modality fou: [76]        = npz("{split}_fou") |> standardize
  modality mor: [6]         = npz("{split}_mor") |> standardize
  target   digit: class(10) = npz("{split}_label")
  split    train      = key("train")
  split    validation = key("val")
  split    test       = key("test")
}
"#;

pub const STATEMENTS: &[Statement] = &[
    Statement {
        words: &["from"],
        place: "in the first line of a `dataset`; after a module of a `network`",
        form: r#"
dataset NAME from "FILE or FOLDER" { … }
dataset NAME from GENERATOR { … }
ROLE NAME = EXPRESSION from "FILE"
"#,
        meaning: "Where a dataset comes from: files, or a generator such as `two_moons()`. Paths begin at the working \
                  directory, then at the program's folder; with `--data FOLDER` there alone. After a module it \
                  names a file of weights that every run begins with; `mhm explain fixed` has more.",
        example: FILES,
    },
    Statement {
        words: &["modality"],
        place: "in a `dataset`",
        form: r"
modality NAME: [SIZE, …] = SOURCE
modality NAME: [SIZE, …] = SOURCE + SOURCE |> PREPARATION |> …
",
        meaning: "What one sensor or view gives of a sample: its shape, without the samples' axis, and where it is \
                  read. Files are held against the shape before anything runs. `{split}` in a source stands for the \
                  split's key, `{name}` for the sample's name. `+` joins files along their samples, `fill(0)` stands \
                  for samples that they do not have. The shape is that after all preparations; `standardize` learns \
                  from the split `train` only. Of an array larger than memory is given (512 MiB; `--array-memory`), the first \
                  samples are kept and others read when they are wanted: results are the same.",
        example: r#"
dataset ave from "data/ave" {
  modality audio: [10, 128] = npy("audio.npy") + npy("audio_noisy.npy")
  modality video: [10, 512] = npy("visual.npy") + npy("visual_noisy.npy") |> mean(axes: [2, 3])
  target   event: class(29) = npy("labels.npy") + fill(28)
  split    train = indices("train_order.npy") + rows(4143, 4321)
  split    test  = indices("val_order.npy", "test_order.npy")
}
"#,
    },
    Statement {
        words: &["target", "class", "multi", "real", "events"],
        place: "in a `dataset`",
        form: r"
target NAME: class(N) = SOURCE
target NAME: class(N, axes: [SIZE, …]) = SOURCE
target NAME: class(N, axes: [SIZE, …], ignore: ID) = SOURCE
target NAME: multi(N) = SOURCE
target NAME: real = SOURCE
target NAME: real(SIZE, …) = SOURCE
target NAME: KIND = SOURCE + SOURCE |> PREPARATION |> …
target NAME: events(N) = SOURCE
",
        meaning: "What is predicted. `class(10)`: one of ten, a number from 0 to 9; `class(29, axes: [10])` one of 29 at \
                  each of ten places, as the seconds of a video; `multi(20)` any of twenty, each 0 or 1; `real` a \
                  number; `real(3)` three numbers; `events(20)` stretches of time of twenty classes, at most 256 a sample unless \
                  `most:` says otherwise. Steps whose class is `ignore` have none: measures leave them out. Preparations bring \
                  a file's numbers to that: `argmax`, `one_hot`, `append(1) |> normalize`. A dataset may have several targets.",
        example: r#"
dataset mosei from "mosei.npz" {
  modality audio: [74]           = npz("audio") |> standardize
  modality text: [300]           = npz("text") |> standardize
  target   sentiment: real       = npz("sentiment")
  target   emotions: multi(6)    = npz("emotions")
  target   speaker: class(40)    = npz("speaker")
  target   seconds: class(8, axes: [10]) = npz("seconds")
  target   place: real(3)        = npz("place")
  target   frames: class(12, axes: [106], ignore: -1) = npz("frames")
  target   laughs: events(2)     = event_table("laughs", duration: 26.5)
  split    train = random(0.8, stratified: false)
  split    test  = rest
}
"#,
    },
    Statement {
        words: &["split"],
        place: "in a `dataset`",
        form: r#"
split NAME = key("KEY")
split NAME = random(SHARE)
split NAME = rest
split NAME = rows(START, END)
split NAME = indices("FILE", …)
split NAME = names("FILE")
split NAME = fresh(COUNT)
split NAME = RULE + RULE
"#,
        meaning: "A set of samples; splits share none. `train` is needed: schedules train on it, and `all`, folds and \
                  epochs are of it. `key` is for files that hold splits apart, `indices` for files of row numbers, \
                  `names` for lists of names of which each has its file, `fresh` for generators. `+` is both.",
        example: r"
dataset moons from two_moons(per_class: 100, noise: 0.3) {
  modality first: [1]     = axis(0)
  modality second: [1]    = axis(1)
  target   moon: class(2) = labels
  split    train = random(0.9)
  split    test  = rest
  split    fresh = fresh(2000)
}
",
    },
];
