//! What a phase does not change is computed once: the same bits as computing it in every step, fewer operations, and kept for
//! as long as it holds.

use crate::runs::{BEGINNING, Frozen, Setup, checked};
use mhm::cost::cost;
use mhm::data::Batches;
use mhm::graph::lower;
use mhm::id::SampleId;
use mhm::plan;
use mhm::train::Trainer;

/// The shape of BaS-Net: a filter that never trains, used by both branches; layers in between that freeze.
const NETWORK: &str = "
network Branches(width: Int = 24) {
  in     each modality: [D]
  fixed  spread = linear(64) |> tanh
  let    x      = spread(concat(modality)) |> reshape([4, 16])
  fixed  filter = linear(16) |> leaky_relu |> linear(1) |> sigmoid
  fusion embed  = linear(width) |> leaky_relu
  head   cas    = linear(width) |> leaky_relu |> dropout(0.3) |> linear(2)
  let    w      = filter(x)
  out    base       = mean(cas(embed(x)), 0)
  out    suppressed = mean(cas(embed(w * x)), 0)
}
dataset moons from two_moons(per_class: 25, noise: 0.2) {
  modality first:  [1] = axis(0)
  modality second: [1] = axis(1)
  target   moon: class(2) = labels
  split    train = random(0.9)
  split    test  = rest
}
";

fn pipeline(schedule: &str) -> String {
    format!(
        "{NETWORK}
schedule Mine {{ {schedule} }}
pipeline p {{
  data moons
  network Branches
  loss cross_entropy(base) + cross_entropy(suppressed)
  optimizer adam(lr: 1e-2)
  schedule Mine
  batch 8
  budget 6 epochs
  metrics error(base)
}}"
    )
}

const TURNS: &str = "replicas head 2 folds 2
  repeat { for k in folds {
    phase head      { train head[k] on except(k) for 3 epochs }
    phase embedding { train fusion on fold(k) through head[k] }
  } }
  deploy last head";

/// All bits after the plan, keeping what can be kept or computing it in every step.
fn bits(setup: &Setup, keep: impl Fn(&mut Trainer<'_>, &plan::Phase, &[SampleId])) -> Frozen {
    let mut trainer = Trainer::new(&setup.job()).unwrap();
    let walked = plan::walk::<()>(&setup.plan, setup.train_ids().len(), |visit| {
        let phase = &setup.plan.phases[visit.phase];
        let ids = setup.ids(&phase.on);
        trainer.begin(phase, setup.seed.stream(&format!("dropout/{}/{}", phase.name, visit.number)));
        keep(&mut trainer, phase, &ids);
        for pass in 0..3 {
            let mut stream = setup.seed.stream(&format!("batches/{}/{}/{pass}", phase.name, visit.number));
            for batch in Batches::shuffled(&ids, phase.batch, &mut stream).iter() {
                trainer.step(phase, batch, &BEGINNING);
            }
        }
        Ok(phase.visit(ids.len(), visit.number))
    });
    walked.expect("nothing fails here");
    Frozen::of(&trainer)
}

#[test]
fn kept_values_give_the_bits_of_computing_them_in_every_step() {
    let setup = Setup::new(&pipeline(TURNS), 3);
    let anew = bits(&setup, |_, _, _| {});
    let kept = bits(&setup, |trainer, phase, ids| {
        let samples = 3 * ids.len() as u64;
        trainer.fill_cache(phase, ids, samples, 4 * samples);
        assert!(trainer.uses_cache(), "`{}` keeps nothing", phase.name);
    });
    assert!(anew == kept);
}

#[test]
fn a_plan_knows_what_is_kept() {
    let setup = Setup::new(&pipeline(TURNS), 3);
    let n = setup.train_ids().len();
    let sizes: Vec<usize> = setup.plan.phases.iter().map(|p| setup.ids(&p.on).len()).collect();
    let phases = cost(&setup.plan, &setup.graph, &sizes, n).phases;
    let (head, embedding) = (&phases[0], &phases[1]);
    // Three passes: both embeddings of every sample are computed once a visit.
    let row = (2 * 4 * 24) * 4;
    assert_eq!((head.cached_bytes, head.cached_samples), ((head.set * row) as u64, head.set as u64 * head.visits));
    // One pass: what the filter makes lasts for the run; what two numbers become is cheap to compute again.
    assert_eq!(embedding.cached_bytes, (embedding.set * 4 * 4) as u64);
    assert!(embedding.cached_samples <= n as u64);
}

#[test]
fn one_pass_over_what_changes_keeps_nothing() {
    let text = pipeline("repeat { phase head { train head on all } phase embedding { train fusion on all } }")
        .replace("fixed ", "uni   ")
        .replace("train fusion on", "train uni, fusion on");
    let setup = Setup::new(&text, 3);
    let n = setup.train_ids().len();
    let phases = cost(&setup.plan, &setup.graph, &[n, n], n).phases;
    assert_eq!(phases.iter().map(|p| p.cached_bytes).sum::<u64>(), 0);
}

#[test]
fn what_is_drawn_anew_is_not_kept_and_the_plan_knows() {
    let mut setup = Setup::new(&pipeline(TURNS), 3);
    let n = setup.train_ids().len();
    let sizes: Vec<usize> = setup.plan.phases.iter().map(|p| setup.ids(&p.on).len()).collect();
    let kept = |setup: &Setup| -> u64 {
        cost(&setup.plan, &setup.graph, &sizes, n).phases.iter().map(|phase| phase.cached_bytes).sum()
    };
    assert!(kept(&setup) > 0);
    setup.graph.inputs[1].redrawn = true;
    assert_eq!(kept(&setup), 0);
    let phase = &setup.plan.phases[0];
    let mut trainer = Trainer::new(&setup.job()).unwrap();
    trainer.begin(phase, setup.seed.stream("dropout"));
    trainer.fill_cache(phase, setup.train_ids(), 9 * n as u64, 9 * n as u64);
    assert!(!trainer.uses_cache());

    let text = "network N { in x: [T, D], y: [T, D]  head h = linear(2)  out mean(h(x + y), 0) }
dataset d from \"none.npz\" {
  modality x: [4, 3] = npz(\"x\") |> resample(4, random: true)
  modality y: [4, 3] = npz(\"y\") |> resample(4)
  target c: class(2) = npz(\"c\")
  split train = rows(0, 8)
}
pipeline p { data d network N loss cross_entropy optimizer adam schedule S batch 4 budget 1 epoch metrics error }
schedule S { repeat { phase all { train head on all } } }";
    let pipeline = checked(text).pipelines.pop().expect("the pipeline");
    let redrawn: Vec<bool> = lower(&pipeline).inputs.iter().map(|input| input.redrawn).collect();
    assert_eq!(redrawn, [true, false]);
}
