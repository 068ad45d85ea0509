//! Modules that begin from a file or from another pipeline, and runs that keep their best epoch.

use crate::runs::{Setup, bits};
use mhm::experiment::{News, Options, Recipes, cells, run};
use mhm::hir::Experiment;
use mhm::id::SampleId;
use mhm::record::{Address, Array, RunRecord};
use mhm::train::evaluate;
use safetensors::tensor::{Dtype, TensorView};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::AtomicBool;

const ITEMS: &str = "
use std.schedule.EndToEnd
block Filter = linear(5) |> relu |> linear(1) |> sigmoid
network Alone {
  in   first: [A], second: [B]
  head filter = Filter
  head class  = linear(2)
  out  class(filter(concat(first, second)))
}
dataset moons from two_moons(per_class: 30, noise: 0.2) {
  modality first:  [1] = axis(0)
  modality second: [1] = axis(1)
  target   moon: class(2) = labels
  split    train = random(0.8)
  split    validation = rest
}
pipeline pretrain(epochs: Int = 3) {
  data moons  network Alone  loss cross_entropy  optimizer adam(lr: 1e-2)  schedule EndToEnd  batch 8
  budget epochs epochs
}
";

fn filtered(from: &str, start: &str) -> String {
    format!(
        "{ITEMS}
network Filtered {{
  in    first: [A], second: [B]
  let   x      = concat(first, second)
  fixed filter = Filter{from}
  head  class  = linear(8) |> relu |> linear(2)
  out   class(filter(x) * x)
}}
pipeline filtered(epochs: Int = 3, batch: Int = 8) {{
  data moons  network Filtered  loss cross_entropy  optimizer adam(lr: 1e-2)  schedule EndToEnd  batch batch
  budget 2 epochs  metrics error  {start}
}}
experiment both {{ vary batch in [4, 8]  seeds 2  run filtered(batch: batch) }}
experiment before {{ seeds 2  run pretrain }}
"
    )
}

fn options(root: &Path) -> Options {
    Options { threads: 2, ..Options::plain(vec![root.to_path_buf()]) }
}

/// By arm and seed.
type Weights = BTreeMap<(String, u64), BTreeMap<String, Array>>;

/// Records, and by arm and seed the weights a run was left with.
fn trained(text: &str, name: &str, root: &Path) -> (Vec<RunRecord>, Weights) {
    let experiment = crate::runs::checked(text).experiments.into_iter().find(|e| e.name == name).unwrap();
    let weights = Mutex::new(BTreeMap::new());
    let hear = |news: News<'_>| {
        if let News::Done(record, kept) = news {
            weights.lock().unwrap().insert((record.arm.to_string(), record.seed), kept.weights.clone());
        }
    };
    let cells = cells(&experiment);
    let records = run(&experiment, &cells, &options(root), &AtomicBool::new(false), &hear).unwrap();
    (records, weights.into_inner().unwrap())
}

/// The address of an experiment's first run.
fn first_address(experiment: &Experiment, root: &Path) -> Address {
    let cells = cells(experiment);
    Recipes::of(&cells, &options(root)).address(&cells[0])
}

#[test]
fn a_module_begins_as_another_pipeline_leaves_it() {
    let text = filtered("", "start filter from pretrain(epochs: epochs)");
    let (records, mut weights) = trained(&text, "both", Path::new(""));
    assert!(records.iter().all(|r| r.failure.is_none()), "{records:?}");
    // What they begin from stands beside the grid, trained once a seed for both arms.
    assert_eq!(records.len(), 8);
    weights.retain(|(arm, _), _| !arm.contains("filter from pretrain"));
    let (_, alone) = trained(&text, "before", Path::new(""));
    assert_eq!((weights.len(), alone.len()), (4, 2));
    for ((arm, seed), weights) in &weights {
        let alone = &alone.iter().find(|((_, s), _)| s == seed).unwrap().1;
        for path in ["0.weight", "0.bias", "1.weight", "1.bias"] {
            let (own, other) =
                (&weights[&format!("fixed[0].filter.{path}")], &alone[&format!("head[0].filter.{path}")]);
            assert_eq!(bits(&own.values), bits(&other.values), "{path} of {arm}, seed {seed}");
        }
    }
    // What the other pipeline is trained by decides this run, too.
    let address = |text: &str| {
        let experiment = crate::runs::checked(text).experiments.remove(0);
        first_address(&experiment, Path::new(""))
    };
    assert_ne!(
        address(&text),
        address(
            &text.replace("pretrain(epochs: Int = 3)", "pretrain(epochs: Int = 4)").replace("(epochs: epochs)", "")
        )
    );
    assert_ne!(address(&text), address(&filtered("", "")));
}

#[test]
fn what_others_begin_from_is_stored_and_trained_once() {
    let at = crate::store::folder("begin_stored");
    let text = filtered("", "start filter from pretrain(epochs: epochs)");
    let run = |text: &str| {
        std::fs::write(at.join("m.mhm"), text).expect("a folder of ours");
        let (code, _, err) = crate::store::mhm(&at, &["run", "m.mhm", "both"]);
        assert_eq!(code, 0, "{err}");
        err
    };
    assert!(run(&text).contains("both: 6 of 6 runs, "));
    let runs = mhm::store::Store::open(&at.join("runs/both")).and_then(|store| store.addresses()).expect("runs");
    assert_eq!(runs.len(), 6, "two arms with two seeds, and two runs that both begin from");
    assert!(run(&text.replace("batch in [4, 8]", "batch in [4, 16]")).contains("both: 4 of 6 runs were done already"));
    let (code, out, err) = crate::store::mhm(&at, &["verify", "both"]);
    assert_eq!(code, 0, "{out}{err}");
    let (code, out, err) = crate::store::mhm(&at, &["reproduce", "both"]);
    assert!(code == 0 && out.contains("the same to the bit"), "{out}{err}");
}

/// A file as `mhm export` writes it.
fn file(folder: &str, weights: &[(&str, Vec<usize>)]) -> PathBuf {
    let root = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(folder);
    std::fs::create_dir_all(&root).unwrap();
    let bytes: Vec<Vec<u8>> = weights
        .iter()
        .map(|(_, axes)| (0..axes.iter().product::<usize>()).flat_map(|i| (i as f32 / 8.0).to_le_bytes()).collect())
        .collect();
    let views = weights
        .iter()
        .zip(&bytes)
        .map(|((name, axes), bytes)| (*name, TensorView::new(Dtype::F32, axes.clone(), bytes).unwrap()));
    std::fs::write(root.join("filter.safetensors"), safetensors::serialize(views, None).unwrap()).unwrap();
    root
}

#[test]
fn a_module_begins_from_a_file() {
    let whole = [
        ("filter.0.weight", vec![5, 2]),
        ("filter.0.bias", vec![5]),
        ("filter.1.weight", vec![1, 5]),
        ("filter.1.bias", vec![1]),
    ];
    let text = filtered(" from \"filter.safetensors\"", "");
    let root = file("begin_whole", &whole);
    let (records, weights) = trained(&text, "both", &root);
    assert!(records.iter().all(|r| r.failure.is_none()), "{records:?}");
    for weights in weights.values() {
        assert_eq!(weights["fixed[0].filter.0.bias"].values, [0.0, 0.125, 0.25, 0.375, 0.5]);
    }
    let failure = |root: &Path| trained(&text, "both", root).0[0].failure.clone().expect("it cannot begin");
    let missing = failure(Path::new("nowhere"));
    assert!(missing.contains("there is no file") && missing.contains("filter.safetensors"), "{missing}");
    let other = failure(&file("begin_other", &[("joint.0.weight", vec![5, 2])]));
    assert!(other.contains("holds no module `filter`; there are: `joint`"), "{other}");
    let mut short = whole.clone();
    short[0].1 = vec![5, 3];
    let shape = failure(&file("begin_shape", &short));
    assert!(shape.contains("`filter.0.weight`") && shape.contains("[5, 3]") && shape.contains("[5, 2]"), "{shape}");
    // Another file is another run.
    let experiment = crate::runs::checked(&text).experiments.remove(0);
    let address = |root: &Path| first_address(&experiment, root);
    assert_ne!(address(&root), address(&file("begin_other", &[("joint.0.weight", vec![5, 2])])));
}

#[test]
fn the_best_epoch_is_kept() {
    let text = |keep: &str| {
        format!(
            "{ITEMS}
pipeline p {{
  data moons  network Alone  loss cross_entropy  optimizer sgd(lr: 4.0, momentum: 0.9)  schedule EndToEnd  batch 8
  budget 12 epochs  {keep}
}}"
        )
    };
    let loss = |keep: &str, budget: usize| {
        let setup = Setup::new(&text(keep).replace("12 epochs", &format!("{budget} epochs")), 5);
        let mut trained = setup.trained();
        let ids = setup.data.split("validation").unwrap().to_vec();
        let routes = trained.deployed.clone();
        evaluate(&mut trained.trainer, &routes, &ids).loss
    };
    let each: Vec<f64> = (1..=12).map(|budget| loss("", budget)).collect();
    let best = each.iter().copied().fold(f64::INFINITY, f64::min);
    assert!(each[11] > best, "the last epoch is the best: {each:?}");
    assert_eq!(loss("keep best on validation", 12), best);
}

#[test]
fn the_best_epoch_is_kept_by_a_metric_where_one_is_named() {
    let text = |keep: &str, budget: usize, metrics: &str| {
        format!(
            "{ITEMS}
pipeline p {{
  data moons  network Alone  loss cross_entropy  optimizer sgd(lr: 4.0, momentum: 0.9)  schedule EndToEnd  batch 8
  budget {budget} epochs  {keep}  metrics {metrics}
}}"
        )
    };
    // Share of the validation samples that are right, and their loss.
    let seen = |keep: &str, budget: usize, metrics: &str| {
        let setup = Setup::new(&text(keep, budget, metrics), 5);
        let mut trained = setup.trained();
        let ids = setup.data.split("validation").unwrap().to_vec();
        let (routes, classes) = (trained.deployed.clone(), setup.data.classes().unwrap().to_vec());
        let evaluation = evaluate(&mut trained.trainer, &routes, &ids);
        let right = |(chances, id): (&[f32], &SampleId)| (chances[1] > chances[0]) == (classes[id.row()] == 1.0);
        let right = evaluation.outputs[0].chunks(2).zip(&ids).filter(|pair| right(*pair)).count();
        (right, evaluation.loss)
    };
    let each: Vec<(usize, f64)> = (1..=12).map(|budget| seen("", budget, "error")).collect();
    let most = each.iter().map(|(right, _)| *right).max().unwrap();
    // The first of the best epochs, which is not the one with the lowest loss.
    let best = *each.iter().find(|(right, _)| *right == most).unwrap();
    let least = each.iter().map(|(_, loss)| *loss).fold(f64::INFINITY, f64::min);
    assert!(best.1 > least, "the metric and the loss choose alike: {each:?}");
    assert_eq!(seen("keep best on validation by error", 12, "error"), best);
    assert_eq!(seen("keep best on validation by right", 12, "error, right = accuracy"), best);
}
