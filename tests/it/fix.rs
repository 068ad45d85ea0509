//! What `mhm check --fix` writes, and what it leaves alone: it mends what is surely meant and nothing else.

use crate::cli::{folder, mhm};
use mhm::cli::files::{self, Input};
use mhm::cli::fix::{Fixed, Taken, fix};
use std::fs;

const PROGRAM: &str = r#"use std.dataset.TwoMoons
use std.schedule.EndToEnd
use std.schedule.Mhm

network Both(width: Int = 16, drop: Float = 0.2) {
  in     first: [A], second: [B]
  uni    one   = linear(width) |> relu
  uni    two   = linear(width) |> relu
  fusion joint = linear(2 * width) |> gelu |> dropout(drop)
  head   class = linear(2)
  let    both  = concat(one(first), two(second))
  let    z     = both + joint(both)
  out    class(z)
}

schedule Own(heads: Int = 4) {
  folds heads, stratified: true
  replicas head heads
  repeat {
    for k in folds {
      phase head      { train uni, head[k] on except(k) }
      phase embedding { train uni, fusion on all - except(k) through head[k] }
    }
  }
  deploy best head on all
}

dataset Clips from "clips.npz" {
  modality first: [8]      = npz("{split}_first") |> standardize
  modality second: [8]     = npz("{split}_second") |> standardize
  target   moon: class(2)  = npz("{split}_moon")
  split    train           = key("train")
  split    test            = key("test")
}

pipeline moons(method: Schedule = EndToEnd, lr: Float = 1e-3) {
  data TwoMoons
  network Both(width: 32)
  loss cross_entropy
  optimizer adam(lr: lr)
  rate cosine(warm_up: 10)
  schedule method
  batch 16
  clip 0.5
  budget 100 epochs
  metrics accuracy, f1
}

experiment methods {
  vary method in [EndToEnd, Mhm(heads: 4), Own]
  seeds 8
  run moons(method: method)
  table test_accuracy, test_f1 { columns method }
  figure test_loss { lines method  every 5 }
  compare method
}
"#;

fn mended(text: &str, taken: Taken) -> Fixed {
    fix(&Input { name: "moons.mhm".into(), text: text.into() }, taken)
}

fn errors(text: &str) -> Vec<String> {
    let found = files::check(&Input { name: "moons.mhm".into(), text: text.into() }).2;
    found.iter().filter(|d| d.is_error()).map(|d| format!("{} {}", d.code, d.message)).collect()
}

/// The program with one mistake in it.
fn with(right: &str, wrong: &str) -> String {
    assert!(PROGRAM.contains(right), "{right}");
    PROGRAM.replacen(right, wrong, 1)
}

/// What is right, and what was typed: one message each, and mended without asking.
const MENDED: &[(&str, &str)] = &[
    // Characters that look alike.
    ("key(\"train\")", "key(“train”)"),
    ("key(\"train\")", "key(‘train’)"),
    ("key(\"train\")", "key（\"train\"）"),
    ("key(\"train\")", "key(\"train”)"),
    ("one(first), two", "one(first)， two"),
    ("all - except", "all − except"),
    ("all - except", "all – except"),
    ("batch 16", "batch\u{a0}16"),
    ("  batch 16", "  \u{200b}batch 16"),
    ("clip 0.5", "clip 0.５"),
    ("loss cross_entropy", "loss\u{3000}cross_entropy"),
    ("2 * width", "2 × width"),
    ("linear(2 * width) |> gelu", "linear(2 * width) → gelu"),
    ("1e-3", "1e−3"),
    ("fusion joint = linear", "fusion joint = lineаr"),
    ("  seeds 8", "  ѕeeds 8"),
    ("network Both(width: 32)", "network Both(width： 32)"),
    ("  clip 0.5", "\u{feff}  clip 0.5"),
    ("deploy best head", "deploy\u{200e} best head"),
    ("loss cross_entropy", "loss cross-entropy"),
    ("use std.schedule.Mhm", "use 'std.schedule.Mhm'"),
    ("use std.schedule.Mhm", "use \"std.schedule.Mhm\""),
    ("vary method in", "vary method over"),
    ("{ columns method }", "columns method"),
    ("budget 100 epochs", "budget 100 epcohs"),
    // YAML, TOML, C.
    ("batch 16", "batch = 16"),
    ("batch 16", "batch: 16"),
    ("batch 16", "batch=16"),
    ("loss cross_entropy", "loss: cross_entropy"),
    ("network Both(width: 32)", "network = Both(width: 32)"),
    ("budget 100 epochs", "budget epochs: 100"),
    ("budget 100 epochs", "epochs: 100"),
    ("budget 100 epochs", "budget 100 iterations"),
    ("seeds 8", "seeds = 8"),
    ("run moons", "run: moons"),
    ("{ columns method }", "{ columns: method }"),
    ("clip 0.5", "clip 0.5;"),
    ("clip 0.5", "clip .5"),
    ("1e-3", "1e-3f"),
    ("  clip 0.5", "  clip 0.5,"),
    ("metrics accuracy, f1", "metrics [accuracy, f1]"),
    ("metrics accuracy, f1", "metrics accuracy f1"),
    ("metrics accuracy, f1", "metrics accuracy and f1"),
    ("loss cross_entropy", "loss \"cross_entropy\""),
    ("compare method", "compare \"method\""),
    ("table test_accuracy, test_f1", "table (test_accuracy, test_f1)"),
    ("vary method in [", "vary method = ["),
    ("EndToEnd, Mhm(heads: 4)", "EndToEnd Mhm(heads: 4)"),
    ("(width: Int = 16, drop", "(width: Int = 16 drop"),
    ("head[k] on", "head(k) on"),
    ("through head[k]", "through head(k)"),
    ("on except(k)", "on except[k]"),
    ("train uni, head[k] on", "train uni head[k] on"),
    ("head[k] on except(k)", "head[k] except(k)"),
    ("train uni, head[k]", "train [uni, head[k]]"),
    ("key(\"train\")", "key('train')"),
    ("npz(\"{split}_first\")", "npz(f\"{split}_first\")"),
    ("schedule Own(heads: Int = 4) {", "schedule Own(heads: Int = 4)"),
    ("let    both  = concat(one(first), two(second))", "let    both  = concat(one(first), two(second)]"),
    ("gelu |> dropout", "gelu ||> dropout"),
    ("gelu |> dropout", "gelu >> dropout"),
    ("gelu |> dropout", "gelu -> dropout"),
    ("gelu |> dropout", "gelu > dropout"),
    // Python and its libraries.
    ("  let    z     = ", "  z     = "),
    ("  let    z     = ", "  var    z     = "),
    ("let    z     = ", "let    z: Tensor = "),
    ("  out    class(z)", "  return    class(z)"),
    ("use std.schedule.Mhm", "from std.schedule import Mhm"),
    ("use std.schedule.Mhm", "import std.schedule.Mhm"),
    ("use std.schedule.Mhm", "use std::schedule.Mhm"),
    ("two   = linear(width) |> relu", "two   = linear(width) |> ReLU"),
    ("two   = linear(width) |> relu", "two   = Linear(width) |> relu"),
    ("two   = linear(width) |> relu", "two   = nn.linear(width) |> relu"),
    ("two   = linear(width) |> relu", "two   = Dense(width) |> relu"),
    ("loss cross_entropy", "loss CrossEntropyLoss"),
    ("loss cross_entropy", "criterion cross_entropy"),
    ("adam(lr: lr)", "Adam(lr: lr)"),
    ("adam(lr: lr)", "adam(lr=lr)"),
    ("adam(lr: lr)", "adam(learning_rate: lr)"),
    ("batch 16", "batch_size 16"),
    ("  data TwoMoons", "  dataset TwoMoons"),
    ("  network Both(width: 32)", "  model Both(width: 32)"),
    ("rate cosine", "scheduler cosine"),
    ("rate cosine", "lr_scheduler cosine"),
    ("metrics accuracy, f1", "metrics acc, f1"),
    ("stratified: true", "stratified: True"),
    ("(width: Int = 16", "(width: int = 16"),
    // Slips of words that are the language's own.
    ("  repeat {", "  repaet {"),
    ("experiment methods", "experimnt methods"),
    ("  seeds 8", "  seed 8"),
    ("dropout(drop)", "dropuot(drop)"),
];

#[test]
fn what_is_surely_meant_is_said_once_and_mended() {
    assert_eq!(errors(PROGRAM), Vec::<String>::new());
    for (right, wrong) in MENDED {
        let text = with(right, wrong);
        let found = errors(&text);
        assert_eq!(found.len(), 1, "{wrong}: {found:#?}");
        let Fixed { text, done, .. } = mended(&text, Taken::Safe);
        let left = errors(&text);
        assert!(left.is_empty() && !done.is_empty(), "{wrong}: {done:?}, then {left:#?}");
        let plain = |text: &str| text.split_whitespace().collect::<String>();
        // `100 iterations` are steps, `acc` is accuracy: the right word need not be the one that was there.
        if !wrong.contains("iterations") {
            assert_eq!(plain(&text), plain(PROGRAM), "{wrong}: {done:?}");
        }
    }
}

/// What was typed, and what must not become of it without asking.
const LEFT: &[(&str, &str)] = &[
    ("seeds 8", "seeds 0..8"),
    ("  vary method in [EndToEnd, Mhm(heads: 4), Own]", "  vary method in [EndToEnd, Mhm(heads: 4), Own"),
    ("head[k] on except(k)", "head[k on except(k)"),
    ("joint(both)", "joint(both"),
    ("in     first: [A]", "in     firsts: [A]"),
    ("test_f1 {", "validation_f1 {"),
    ("metrics accuracy, f1", "metrics acc7, f1"),
    ("network Both(width: 32)", "network Both(width: 1,000)"),
    ("on all - except", "on validation and except"),
    ("key(\"train\")", "key(\"train)"),
    ("for k in folds", "for k in range(4)"),
    ("experiment methods", "study methods"),
    ("columns method", "columns methods"),
    // `MHM: Mhm(heads: 4)` was meant.
    ("vary method in [EndToEnd, Mhm(heads: 4), Own]", "vary method in [ETE: EndToEnd, MHM Mhm(heads: 4), Own]"),
];

#[test]
fn a_guess_is_offered_and_not_written() {
    for (right, wrong) in LEFT {
        let text = with(right, wrong);
        assert!(!errors(&text).is_empty(), "{wrong}");
        let fixed = mended(&text, Taken::Safe);
        assert_eq!(fixed.text, text, "{wrong}: {:?}", fixed.done);
    }
}

#[test]
fn guesses_are_written_on_request_where_they_leave_fewer_errors() {
    for (right, wrong) in [
        ("seeds 8", "seeds 0..8"),
        ("joint(both)", "joint(both"),
        ("columns method", "columns methods"),
        ("  vary method in [EndToEnd, Mhm(heads: 4), Own]", "  vary method in [EndToEnd, Mhm(heads: 4), Own"),
    ] {
        let fixed = mended(&with(right, wrong), Taken::All);
        assert_eq!(fixed.text, PROGRAM, "{wrong}: {:?}", fixed.done);
    }
    // The measure of another split is none of those that were asked for: whatever is written, errors go down.
    for (right, wrong) in LEFT {
        let text = with(right, wrong);
        let fixed = mended(&text, Taken::All);
        assert!(fixed.text == text || errors(&fixed.text).len() < errors(&text).len(), "{wrong}: {:?}", fixed.done);
        assert_eq!(mended(&fixed.text, Taken::All).text, fixed.text, "{wrong}");
    }
}

#[test]
fn what_is_written_and_what_is_not_is_told() {
    let at = folder("fix_told");
    let text = with("seeds 8", "seeds 0..8").replace("batch 16", "batch\u{a0}16");
    fs::write(at.join("moons.mhm"), &text).unwrap();
    let (code, _, err) = mhm(&at, &["check", "--fix", "moons.mhm"]);
    assert_eq!(code, 1);
    assert!(err.contains("moons.mhm:43:8: took out `U+00A0`"), "{err}");
    let guess = "`0..8` could be `8`, not written: it may not be what is meant; `--unsafe-fixes` tries it\n";
    assert!(err.contains(guess), "{err}");
    let (code, _, err) = mhm(&at, &["check", "--fix", "--unsafe-fixes", "moons.mhm"]);
    assert_eq!((code, err.contains("`0..8` is now `8`")), (0, true), "{err}");
    assert_eq!(fs::read_to_string(at.join("moons.mhm")).unwrap(), PROGRAM);
}

#[test]
fn only_programs_are_rewritten() {
    let at = folder("fix_others");
    let table = "a,b,c\n1,,2\n3,4,\n";
    fs::write(at.join("data.csv"), table).unwrap();
    let (code, _, err) = mhm(&at, &["check", "--fix", "data.csv"]);
    assert_eq!((code, err.contains("`data.csv` is none")), (2, true), "{err}");
    assert_eq!(fs::read_to_string(at.join("data.csv")).unwrap(), table);
}

#[test]
fn look_alikes_by_the_hundred_are_no_cascade() {
    let text = PROGRAM.replace(' ', "\u{a0}");
    let lines = PROGRAM.lines().filter(|line| line.contains(' ')).count();
    assert_eq!(errors(&text).len(), lines);
    assert_eq!(mended(&text, Taken::Safe).text, PROGRAM);
}
