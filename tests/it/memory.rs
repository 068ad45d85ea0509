//! What `mhm plan` says a step holds, against what a process holds. Each network trains in a process of its own, whose peak the
//! system tells.

use crate::runs::{BEGINNING, Setup};
use mhm::cost::cost;
use mhm::train::Trainer;
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
        "norms",
        "in x: [D]  uni a = linear(8192) |> reshape([64, 128]) |> layer_norm |> linear(512) |> gelu |> linear(128)
         head h = layer_norm |> softmax |> linear(2)  out mean(h(a(x)), 0)",
    ),
];

fn setup(case: &str) -> Setup {
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
    let before = kilobytes("VmRSS").expect("this system tells");
    let mut trainer = Trainer::new(&setup.job());
    let phase = &setup.plan.phases[0];
    trainer.begin(phase, setup.seed.stream("dropout"));
    // Three full steps, and one that is smaller.
    for ids in setup.train_ids().chunks(phase.batch) {
        trainer.step(phase, ids, &BEGINNING);
    }
    let peak = kilobytes("VmHWM").expect("this system tells");
    println!("took {} of {predicted}", (peak - before) * 1024);
}

#[test]
fn a_step_takes_the_memory_that_the_plan_says() {
    if kilobytes("VmHWM").is_none() {
        eprintln!("this system does not tell the peak memory of a process: left out");
        return;
    }
    let mut wrong = vec![];
    for (case, _) in CASES {
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
        if !(1.0 / WITHIN..=WITHIN).contains(&ratio) {
            wrong.push(format!("{case}: took {took} bytes, {predicted} were predicted"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
