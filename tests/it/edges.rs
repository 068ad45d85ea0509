//! Words for data that is not plain, each on data at its edges: said, or run with numbers; and each interrupted, for any number of
//! threads.

use crate::cli::{folder, mhm};
use crate::faults::checkpoints;
use crate::store::{command, spawned};
use mhm::data::ArchiveWriter;
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

/// What of a program a word changes.
#[derive(Clone, Copy)]
struct Parts {
    x: &'static str,
    gyro: &'static str,
    groups: &'static str,
    splits: &'static str,
    loss: &'static str,
    batch: &'static str,
    lines: &'static str,
    experiment: &'static str,
}

const PLAIN: Parts = Parts {
    x: "standardize",
    gyro: "missing(nan) |> standardize",
    groups: "",
    splits: "split train = random(0.7)  split validation = random(0.15)  split test = rest",
    loss: "cross_entropy",
    batch: "8",
    lines: "",
    experiment: "",
};

const SUBJECT: &str = "group who = npz(\"who\")";

/// A word, what it changes, and what becomes of it on each of [`DATA`]: `.` runs, `c` is said by `mhm check --data`, `r` by the run.
const WORDS: &[(&str, Parts, &str)] = &[
    ("plain", PLAIN, "cc....cc"),
    ("mixup", Parts { lines: "mixup 0.3", ..PLAIN }, "cc....cc"),
    ("balanced batches", Parts { batch: "8, balanced: true", ..PLAIN }, "cc....cc"),
    ("accumulate", Parts { lines: "accumulate 3", ..PLAIN }, "cc....cc"),
    ("gaussian_noise", Parts { x: "standardize |> gaussian_noise(0.1)", ..PLAIN }, "cc....cc"),
    ("jitter_scale", Parts { x: "standardize |> jitter_scale(0.1)", ..PLAIN }, "cc....cc"),
    ("time_shift", Parts { x: "time_shift(1) |> standardize", ..PLAIN }, "cc....cc"),
    ("time_mask", Parts { x: "standardize |> time_mask(2)", ..PLAIN }, "cc....cc"),
    ("modality_dropout", Parts { lines: "modality_dropout 0.3", ..PLAIN }, "cc....cc"),
    ("missing", Parts { x: "missing(nan, any: true) |> standardize", ..PLAIN }, "cc.....c"),
    ("drop", Parts { x: "drop |> standardize", ..PLAIN }, "cc.....c"),
    ("weights", Parts { loss: "cross_entropy(weights: balanced)", ..PLAIN }, "ccc...cc"),
    ("focal", Parts { loss: "focal(gamma: 2)", ..PLAIN }, "cc....cc"),
    ("keep best", Parts { lines: "keep best on validation by accuracy", ..PLAIN }, "cc....cc"),
    (
        "where",
        Parts {
            groups: SUBJECT,
            splits: "split test = where(who in [0, 1])  split validation = random(0.2)  split train = rest",
            ..PLAIN
        },
        "cc....cc",
    ),
    ("group", Parts { groups: SUBJECT, ..PLAIN }, "cc....cc"),
    (
        "cross each",
        Parts {
            groups: SUBJECT,
            splits: "split validation = random(0.2)  split train = rest",
            experiment: "cross each who",
            ..PLAIN
        },
        "cc....cc",
    ),
];

fn program(parts: &Parts) -> String {
    let Parts { x, gyro, groups, splits, loss, batch, lines, experiment } = parts;
    format!(
        "use std.schedule.*
dataset D from \"d.npz\" {{
  modality x: [6, 2]    = npz(\"x\") |> {x}
  modality gyro: [6, 2] = npz(\"gyro\") |> {gyro}
  target   y: class(3)  = npz(\"y\")
  {groups}
  {splits}
}}
network N {{
  in     x: [T, D], gyro: [T, E]
  uni    a = linear(4) |> relu
  uni    b = linear(4) |> relu
  fusion j = linear(4) |> relu
  head   h = linear(3)
  out    h(j(concat(mean(a(x), 0), available(gyro) * mean(b(gyro), available(gyro, steps: true), 0))))
}}
pipeline p(method: Schedule) {{
  data D  network N  loss {loss}  optimizer adam(lr: 1e-2)  schedule method
  batch {batch}  budget 4 epochs  metrics accuracy, f1
  {lines}
}}
experiment methods {{
  vary method in [EndToEnd, Mhm(heads: 2)]
  seeds 1
  {experiment}
  run p(method)
  table test_accuracy, test_f1, test_loss {{ rows method }}
}}
"
    )
}

/// Data at its edges.
const DATA: [&str; 8] = ["empty", "one sample", "one class", "constant", "huge", "tiny", "NaN", "lacking"];

fn archive(at: &Path, kind: &str) {
    let samples = match kind {
        "empty" => 0,
        "one sample" => 1,
        _ => 40,
    };
    let of = |i: usize, k: usize| match kind {
        "constant" => 1.0,
        "huge" => 1e37 * ((12 * i + k) as f64 * 1.3).sin(),
        "tiny" => 1e-40 * ((12 * i + k) as f64 * 1.3).sin(),
        "NaN" if i == 7 && k == 3 => f64::NAN,
        _ => ((12 * i + k) as f64 * 1.3).sin(),
    };
    let lacks = |i: usize, k: usize| kind == "lacking" || i.is_multiple_of(4) || i % 5 == 1 && k < 4;
    let each = |value: &dyn Fn(usize, usize) -> f64| {
        (0..samples).flat_map(|i| (0..12).map(move |k| (i, k))).map(|(i, k)| value(i, k)).collect::<Vec<_>>()
    };
    let mut archive = ArchiveWriter::new(fs::File::create(at.join("d.npz")).unwrap());
    let n = samples as u64;
    let mut put = |name: &str, axes: &[u64], values: Vec<f64>| {
        archive.array(name, &[&[n], axes].concat(), values).unwrap();
    };
    put("x", &[6, 2], each(&of));
    put("gyro", &[6, 2], each(&|i, k| if lacks(i, k) { f64::NAN } else { of(i, k + 5) }));
    put("y", &[], (0..samples).map(|i| if kind == "one class" { 0.0 } else { (i % 3) as f64 }).collect());
    put("who", &[], (0..samples).map(|i| (i % 7) as f64).collect());
    archive.finish("").unwrap();
}

/// What becomes of a program: a letter, and what is said.
fn outcome(at: &Path) -> (char, String) {
    let (checked, out, err) = mhm(at, &["check", "--data", "--format", "short", "d.mhm"]);
    let said = format!("{out}{err}");
    let (ran, out, err) = mhm(at, &["run", "d.mhm", "--quiet", "--fresh"]);
    let all = format!("{said}{out}{err}");
    let odd = out.split_whitespace().find(|word| word.contains("NaN") || word.trim_matches(['-', '±']) == "inf");
    match (checked, ran) {
        _ if all.contains("panicked") || checked > 2 || ran > 2 => ('!', all),
        (0, 0) if odd.is_some() => ('n', all),
        (0, 0) => ('.', all),
        (0, _) => ('r', all),
        (_, 0) => ('?', all),
        (..) => ('c', all),
    }
}

#[test]
fn every_word_at_every_edge_is_run_or_said() {
    let at = folder("edges");
    let mut wrong = vec![];
    for (word, parts, expected) in WORDS {
        fs::write(at.join("d.mhm"), program(parts)).unwrap();
        let mut found = String::new();
        let mut said = vec![];
        for (data, expected) in DATA.iter().zip(expected.chars()) {
            archive(&at, data);
            let (letter, text) = outcome(&at);
            found.push(letter);
            if letter != expected {
                said.push(format!("{word}, {data}: {letter} for {expected}\n{text}"));
            }
        }
        if found != *expected {
            wrong.push(format!("(\"{word}\", …, \"{found}\")\n{}", said.join("\n")));
        }
    }
    assert!(wrong.is_empty(), "{DATA:?}\n{}", wrong.join("\n"));
}

/// What all runs came to.
fn hash(text: &str) -> String {
    let found = text.split("have the hash ").nth(1).and_then(|rest| rest.split(';').next());
    found.unwrap_or_else(|| panic!("no hash in {text}")).to_string()
}

#[test]
fn every_word_is_the_same_to_the_bit_when_interrupted_and_for_any_number_of_threads() {
    for (word, parts, _) in WORDS {
        let at = folder("edges_resumed");
        archive(&at, "plain");
        fs::write(at.join("d.mhm"), program(parts)).unwrap();
        let run = |threads: &str| {
            let (code, out, err) = mhm(&at, &["run", "d.mhm", "--threads", threads]);
            assert_eq!(code, 0, "{word}: {out}{err}");
            hash(&format!("{out}{err}"))
        };
        let one = run("1");
        for threads in ["1", "2"] {
            fs::remove_dir_all(at.join("runs")).unwrap();
            // Every run waits when it has kept its second checkpoint, and is killed there.
            let arguments = ["run", "d.mhm", "--quiet", "--threads", threads, "--checkpoint", "phase"];
            let mut child = spawned(command(&at, &arguments).env("MHM_FAULT", "hold 2"));
            let begun = Instant::now();
            while checkpoints(&at).len() < 2 && child.try_wait().unwrap().is_none() {
                assert!(begun.elapsed() < Duration::from_secs(60), "{word}: no checkpoint");
                std::thread::sleep(Duration::from_millis(2));
            }
            std::thread::sleep(Duration::from_millis(30));
            child.kill().and_then(|()| child.wait()).unwrap();
            assert_eq!(run(threads), one, "{word}: interrupted with {threads} threads");
        }
    }
}
