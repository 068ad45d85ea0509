//! What `mhm plan` says a step holds, against what a process holds. Each network trains in a process of its own, whose peak the
//! system tells.

use crate::runs::{self, BEGINNING, Setup};
use crate::zz_needs::not_run;
use mhm::cost::cost;
use mhm::data::{Array, Dataset, Target};
use mhm::graph;
use mhm::id::SampleId;
use mhm::seed::Seed;
use mhm::train::Trainer;
use std::collections::BTreeMap;
use std::process::Command;

/// Which network a child trains.
const CASE: &str = "MHM_MEMORY_CASE";

/// Peak over prediction, both ways.
const WITHIN: f64 = 1.5;

const CASES: &[(&str, &str)] = &[
    (
        "deep",
        "in x: [D]  uni a = linear(2048) |> relu |> linear(2048) |> relu |> linear(2048) |> relu  head h = linear(2)  out h(a(x))",
    ),
    (
        "branches",
        "in x: [D]  uni spread = linear(24576) |> tanh
         let y = spread(x) |> reshape([192, 128])
         fixed  filter = linear(64) |> leaky_relu |> linear(1) |> sigmoid
         fusion embed  = linear(256) |> leaky_relu
         head   cas    = linear(256) |> leaky_relu |> dropout(0.7) |> linear(2)
         out    mean(cas(embed(filter(y) * y)), 0)",
    ),
    (
        "masks",
        "in x: [D]  uni a = linear(8192) |> reshape([64, 128])
         fusion score = linear(128)
         head h = linear(2)
         let y = a(x)  let there = present(y)  let weight = softmax(score(y), there, axis: 0)
         out h(mean(weight * y, there, 0) + max(y, there, 0))",
    ),
    (
        "lstm",
        "in x: [D]  uni a = linear(2048) |> reshape([64, 32])  fusion read = lstm(64)  head h = linear(2)  out h(last(read(a(x))))",
    ),
    (
        "gru",
        "in x: [D]  uni a = linear(2048) |> reshape([64, 32])  fusion read = gru(64)  head h = linear(2)  out h(last(read(a(x))))",
    ),
    (
        "norms",
        "in x: [D]  uni a = linear(8192) |> reshape([64, 128]) |> layer_norm |> linear(512) |> gelu |> linear(128)
         head h = layer_norm |> softmax |> linear(2)  out mean(h(a(x)), 0)",
    ),
];

/// The networks of section 5.1: modalities, targets, network and loss, batch.
const PAPER: &[(&str, &str, &str, usize)] = &[
    (
        "AveLight",
        "modality audio: [10, 128] = npz\n  modality video: [10, 512] = npz\n  target label: multi(29) = npz",
        "network AveLight(width: 128, events: 28)\n  loss bce(video, label)",
        16,
    ),
    (
        "MulT",
        "modality text: [50, 300] = npz\n  modality audio: [50, 74] = npz\n  modality vision: [50, 35] = npz\n  target y: real(1) = npz",
        "network MulT\n  loss l1(out, y)",
        16,
    ),
    (
        "BasNet",
        "modality rgb: [150, 256] = npz\n  modality flow: [150, 256] = npz\n  target with: real(21) = npz\n  target without: real(21) = npz",
        "network BasNetWhole(width: 256, hidden: 128)
         loss bce(base, with) + bce(suppression, without) + 1e-4 * l1(foreground, reduce: sum)",
        8,
    ),
    (
        "BasNet in full",
        "modality rgb: [750, 1024] = npz\n  modality flow: [750, 1024] = npz\n  target with: real(21) = npz\n  target without: real(21) = npz",
        "network BasNetWhole\n  loss bce(base, with) + bce(suppression, without) + 1e-4 * l1(foreground, reduce: sum)",
        2,
    ),
];

fn setup(case: &str) -> Setup {
    if let Some((_, data, network, batch)) = PAPER.iter().find(|(name, ..)| *name == case) {
        return paper(data, network, *batch);
    }
    let body = CASES.iter().find(|(name, _)| *name == case).expect("a case").1;
    let text = format!(
        "network Case {{ {body} }}
dataset moons from two_moons(per_class: 500) {{
  modality x: [1] = axis(0)
  target moon: class(2) = labels
  split train = random(0.9)
}}
schedule All {{ repeat {{ phase all {{ train uni, fusion, head on all }} }}}}
pipeline p {{
  data moons  network Case  loss cross_entropy  optimizer adam  schedule All  batch 256  budget 1 epochs  metrics error
}}"
    );
    Setup::new(&text, 0)
}

/// Three batches of random samples and half a one.
fn paper(data: &str, network: &str, batch: usize) -> Setup {
    let samples = 3 * batch + batch / 2;
    let text = format!(
        "use std.network.*
use std.schedule.EndToEnd
dataset random from \"data.npz\" {{
  {}
  split train = rows(0, {samples})
}}
pipeline p {{
  data random
  {network}
  optimizer adam
  schedule EndToEnd
  batch {batch}
  budget 1 epoch
}}",
        // Nobody reads the file: the values are made below.
        data.replace("= npz", "= npz(\"x\")")
    );
    let pipeline = runs::checked(&text).pipelines.pop().expect("the pipeline");
    let graph = graph::lower(&pipeline);
    let mut stream = Seed(0).stream("memory");
    let mut draw = |axes: &[usize]| (0..samples * axes.iter().product::<usize>()).map(|_| stream.uniform()).collect();
    let modalities = graph.inputs.iter().map(|i| Array::kept(i.name.clone(), &i.axes, draw(&i.axes))).collect();
    let target =
        |t: &graph::Target| Target { name: t.name.clone(), kind: t.kind.clone(), values: draw(&t.kind.shape()) };
    let targets = graph.targets.iter().map(target).collect();
    let splits = BTreeMap::from([("train".into(), SampleId::of(0..samples).collect())]);
    Setup::with(&pipeline, Dataset::new("random", modalities, targets, splits, samples), 0)
}

/// Kilobytes by the name that the system gives them.
fn kilobytes(name: &str) -> Option<u64> {
    let text = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    line.trim_start_matches(':').split_whitespace().next()?.parse().ok()
}

/// Not a test of its own: trains the network that `MHM_MEMORY_CASE` names and prints what it took.
#[test]
#[ignore = "a process that the test below starts"]
fn child() {
    let Ok(case) = std::env::var(CASE) else { return };
    let setup = setup(&case);
    let n = setup.train_ids().len();
    let predicted = cost(&setup.plan, &setup.graph, &[n], n).peak_bytes;
    let now = |name| kilobytes(name).expect("this system tells");
    let (before, code) = (now("VmRSS"), now("RssFile"));
    let mut trainer = Trainer::new(&setup.job()).unwrap();
    let phase = &setup.plan.phases[0];
    trainer.begin(phase, setup.seed.stream("dropout"));
    // Three full steps, and one that is smaller.
    for ids in setup.train_ids().chunks(phase.batch.size()) {
        trainer.step(phase, ids, &BEGINNING);
    }
    // Code counts where it runs for the first time, and is none of the network's memory.
    let code = now("RssFile").saturating_sub(code);
    println!("took {} of {predicted}", (now("VmHWM") - before - code) * 1024);
}

#[test]
fn a_step_takes_the_memory_that_the_plan_says() {
    let quick = PAPER.iter().map(|(name, ..)| *name).filter(|name| *name != "BasNet in full");
    hold(CASES.iter().map(|(name, _)| *name).chain(quick));
}

#[test]
#[ignore = "half a minute: cargo test --release --test it memory::bas_net -- --ignored --nocapture"]
fn bas_net_in_full_takes_the_memory_that_the_plan_says() {
    hold(["BasNet in full"]);
}

/// Holds what each of these takes against what is predicted.
fn hold<'c>(cases: impl IntoIterator<Item = &'c str>) {
    if kilobytes("VmHWM").is_none() {
        return not_run("this system does not tell the peak memory of a process");
    }
    let mut wrong = vec![];
    for case in cases {
        let child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "memory::child", "--ignored", "--nocapture", "--test-threads", "1"])
            .env(CASE, case)
            .output()
            .unwrap();
        let text = String::from_utf8_lossy(&child.stdout).into_owned();
        let line = text.lines().find_map(|l| l.split("took ").nth(1)).unwrap_or_else(|| panic!("{case}: {text}"));
        let (took, predicted) = line.split_once(" of ").unwrap();
        let (took, predicted): (f64, f64) = (took.parse().unwrap(), predicted.trim().parse().unwrap());
        let ratio = took / predicted;
        println!("{case}: {:.1} MiB, predicted {:.1}: {ratio:.2}", took / 1048576.0, predicted / 1048576.0);
        if took > WITHIN * predicted || WITHIN * took < predicted {
            wrong.push(format!("{case}: took {took} bytes, {predicted} were predicted"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
