//! What runs predict and measure of samples that lack a modality: of a split, of raw files, and of all test parts in turn.

use crate::cli::{folder, mhm};
use crate::runs::bits;
use crate::store::store;
use mhm::record::{Artifacts, Evaluated, Evaluee, Perturbation};
use mhm::store::Wanted;
use std::fs;
use std::path::Path;

const PEOPLE: usize = 5;
const EACH: usize = 12;

fn program(lines: &str, experiment: &str) -> String {
    format!(
        "use std.schedule.EndToEnd
dataset Wear from \"wear.csv\" {{
  modality acc: [2]  = csv(columns: [\"ax\", \"ay\"]) |> standardize
  modality gyro: [2] = csv(columns: [\"gx\", \"gy\"]) |> missing(nan) |> standardize
  target   y: class([\"sit\", \"walk\"]) = csv(column: \"y\")
  group    who = csv(column: \"who\")
  {lines}
}}
network N {{
  in     acc: [A], gyro: [B]
  uni    hear = linear(4) |> relu
  uni    turn = linear(4) |> relu
  fusion joint = linear(4) |> relu
  head   classify = linear(2)
  out    classify(joint(concat(hear(acc), available(gyro) * turn(gyro))))
}}
pipeline p {{
  data Wear  network N  loss cross_entropy  optimizer adam(lr: 1e-2)  schedule EndToEnd
  batch 8  budget 3 epochs  metrics accuracy
}}
experiment methods {{
  seeds 2
  {experiment}
  run p
  table test_accuracy, test_accuracy_without_gyro
}}
"
    )
}

fn number(i: usize, k: usize) -> f64 {
    ((i * 7 + k) as f64 * 1.3).sin()
}

/// People with windows of two classes; these windows have no gyroscope.
fn table(at: &Path, lacks: impl Fn(usize) -> bool) {
    let row = |i: usize| {
        let gyro = if lacks(i) { ",".into() } else { format!("{},{}", number(i, 2), number(i, 3)) };
        let y = ["sit", "walk"][usize::from(number(i, 0) + number(i, 2) > 0.0)];
        format!("{},{},{gyro},{y},S{}\n", number(i, 0), number(i, 1), i / EACH)
    };
    let rows: String = (0..PEOPLE * EACH).map(row).collect();
    fs::write(at.join("wear.csv"), format!("ax,ay,gx,gy,y,who\n{rows}")).unwrap();
}

fn run(at: &Path, text: &str) -> String {
    fs::write(at.join("w.mhm"), text).unwrap();
    let (code, out, err) = mhm(at, &["run", "w.mhm", "--quiet"]);
    assert_eq!(code, 0, "{out}{err}");
    out
}

fn seen<'a>(kept: &'a Artifacts, split: &str, without: Option<&str>) -> &'a Evaluated {
    let change = without.map(|name| Perturbation::Without(name.into()));
    let is_it =
        |e: &&Evaluated| e.network == Evaluee::Deployed && e.split == split && e.change == change && e.epoch.is_none();
    kept.evaluated.iter().find(is_it).expect("it was looked at")
}

fn values(evaluated: &Evaluated) -> &[f32] {
    &evaluated.outputs["out"].values
}

/// By line the number of the sample, and these columns of it.
fn columns(table: &str, names: &[&str]) -> Vec<(usize, Vec<f32>)> {
    let mut lines = table.lines();
    let heading: Vec<&str> = lines.next().unwrap().split(',').collect();
    let place = |name: &str| heading.iter().position(|h| *h == name).unwrap_or_else(|| panic!("{name} in {heading:?}"));
    let places: Vec<usize> = names.iter().map(|name| place(name)).collect();
    let sample = place("sample");
    let row = |line: &str| {
        let cells: Vec<&str> = line.split(',').collect();
        (cells[sample].parse().unwrap(), places.iter().map(|at| cells[*at].parse().unwrap()).collect())
    };
    lines.map(row).collect()
}

const OUT: [&str; 2] = ["out[sit]", "out[walk]"];

#[test]
fn a_split_is_predicted_as_the_run_did_from_wherever_its_samples_come() {
    for (name, lacks) in [("some", (|i| i % 4 == 0) as fn(usize) -> bool), ("all_tested", |i| i / EACH == 3)] {
        let at = folder(&format!("lacking_{name}"));
        table(&at, lacks);
        run(&at, &program("split test = rows(36, 48)  split train = rest", ""));
        let kept = store(&at);
        let address = kept.manifest().arms[0].cells[0];
        let own = kept.artifacts(&address, Wanted::All).unwrap();
        let said = values(seen(&own, "test", None));
        let samples: Vec<usize> = (36..48).collect();
        let is_own = |table: &str, what: &str, from: usize| {
            let rows = columns(table, &OUT);
            let rows = &rows[from..from + samples.len()];
            assert_eq!(rows.iter().map(|(sample, _)| *sample).collect::<Vec<_>>(), samples, "{name}: {what}");
            let found: Vec<f32> = rows.iter().flat_map(|(_, values)| values.clone()).collect();
            assert_eq!(bits(&found), bits(said), "{name}: {what}");
        };
        let predict = |words: &[&str]| {
            let (code, out, err) = mhm(&at, &[&["predict"], words, &["-o", "-"]].concat());
            assert_eq!(code, 0, "{name} {words:?}: {err}");
            out
        };
        is_own(&predict(&["methods", "--split", "test", "--seed", "0"]), "what is stored", 0);
        let (code, _, err) = mhm(&at, &["export", "methods", "--seed", "0", "-o", "model"]);
        assert_eq!(code, 0, "{err}");
        is_own(&predict(&["model.mhm", "w.mhm", "--split", "test"]), "a split of the dataset", 0);
        is_own(&predict(&["model.mhm", "wear.csv"]), "the raw file", 36);
        // Without it, a sample that lacks it anyway is seen as it is.
        let without = values(seen(&own, "test", Some("gyro")));
        for (place, sample) in samples.iter().enumerate() {
            let both = [said, without].map(|values| bits(&values[2 * place..][..2]));
            assert_eq!(both[0] == both[1], lacks(*sample), "{name}: {sample}");
        }
    }
}

/// Each person is tested in turn, one of whom has no gyroscope at all.
#[test]
fn parts_may_lack_a_modality_wholly() {
    let at = folder("lacking_parts");
    table(&at, |i| i / EACH == 1 || i % 4 == 0);
    let shares = "split validation = random(0.3)  split train = rest";
    let out = run(&at, &program(shares, "cross each who"));
    assert!(out.contains("test_accuracy and test_accuracy_without_gyro: of the test samples of all parts"), "{out}");
    let kept = store(&at);
    let manifest = kept.manifest();
    let records: Vec<_> = kept.records().unwrap().into_iter().map(|line| line.record).collect();
    for seed in [0, 1] {
        let (mut right, mut right_without, mut all) = (0, 0, 0);
        for (turn, address) in manifest.turns().zip(&manifest.arms[0].cells).filter(|(turn, _)| turn.seed == seed) {
            let own = kept.artifacts(address, Wanted::All).unwrap();
            let truth = &own.truths.iter().find(|t| t.split == "test").unwrap().values.values;
            let count = |values: &[f32]| {
                let said = values.chunks(2).map(|row| f32::from(u8::from(row[1] > row[0])));
                said.zip(truth).filter(|(said, truth)| said == *truth).count()
            };
            let (with, without) = (values(seen(&own, "test", None)), values(seen(&own, "test", Some("gyro"))));
            right += count(with);
            right_without += count(without);
            all += truth.len();
            let lacking = turn.part.unwrap().number == 2;
            assert_eq!(bits(with) == bits(without), lacking, "{turn:?}");
        }
        assert_eq!(all, PEOPLE * EACH);
        let mean = |name: &str| {
            let round: Vec<f64> =
                records.iter().filter(|r| r.seed == seed).map(|r| r.of_all_parts(name).unwrap()).collect();
            round.iter().sum::<f64>() / round.len() as f64
        };
        for (name, right) in [("test_accuracy", right), ("test_accuracy_without_gyro", right_without)] {
            assert!((mean(name) - right as f64 / all as f64).abs() < 1e-12, "{name} of seed {seed}");
        }
    }
    let (code, out, err) = mhm(&at, &["verify", "methods"]);
    assert_eq!(code, 0, "{out}{err}");
    let (code, out, err) = mhm(&at, &["predict", "methods", "--split", "test", "--seed", "1", "-o", "-"]);
    assert_eq!(code, 0, "{err}");
    let mut tested: Vec<usize> = columns(&out, &[]).into_iter().map(|(sample, _)| sample).collect();
    tested.sort_unstable();
    assert_eq!(tested, (0..PEOPLE * EACH).collect::<Vec<_>>());
    // What a part deploys predicts raw samples as the part did, also those that it was trained on.
    let (code, _, err) = mhm(&at, &["export", "methods", "--seed", "1", "--part", "2", "-o", "model"]);
    assert_eq!(code, 0, "{err}");
    let (code, raw, err) = mhm(&at, &["predict", "model.mhm", "wear.csv", "-o", "-"]);
    assert_eq!(code, 0, "{err}");
    let (_, part, _) = mhm(&at, &["predict", "methods", "--split", "test", "--seed", "1", "--part", "2", "-o", "-"]);
    let raw = columns(&raw, &OUT);
    let own = columns(&part, &OUT);
    assert_eq!(own.iter().map(|(sample, _)| sample / EACH).collect::<Vec<_>>(), [1; EACH]);
    own.iter().for_each(|(sample, values)| assert_eq!(bits(values), bits(&raw[*sample].1), "{sample}"));
}

/// Where the only one who has it is tested, nothing is learned of it: that is said before anything is trained.
#[test]
fn a_part_that_learns_nothing_of_a_modality_is_told() {
    let at = folder("lacking_learned");
    table(&at, |i| i / EACH != 4);
    fs::write(at.join("w.mhm"), program("split train = rest", "cross each who")).unwrap();
    let (code, out, err) = mhm(&at, &["check", "--data", "w.mhm", "--format", "short"]);
    assert!(out.contains("`gyro`") && out.contains("part 5 of 5"), "{code}: {out}{err}");
    let (code, out, err) = mhm(&at, &["run", "w.mhm", "--quiet"]);
    assert!(!format!("{out}{err}").contains("panicked") && (code == 0 || err.contains("gyro")), "{code}: {out}{err}");
}
