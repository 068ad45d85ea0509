//! A run that was stopped anywhere and goes on from a checkpoint comes to the same bits as one that was not.

use crate::runs::{Frozen, Setup};
use mhm::hir::{Amount, Unit};
use mhm::id::{ModuleId, Route};
use mhm::record::checkpoint::Checkpoint;
use mhm::record::{Evaluated, Perturbation};
use mhm::train::{self, Boundary, Checkpointing, Event, Networks, RunError, Trained, Watch};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// Everything with a memory of its own: running statistics, dropout, optimizers of two kinds, clipping.
fn text(schedule: &str, lines: &str) -> String {
    format!(
        "
network Mixed(width: Int = 12) {{
  in     each modality: [D]
  uni    embed  = linear(width) |> batch_norm |> relu
  fixed  spread = linear(16) |> tanh
  fusion joint  = linear(width) |> dropout(0.3) |> relu
  head   h      = linear(2)
  out    h(joint(spread(concat(embed(modality)))))
}}
dataset moons from two_moons(per_class: 22, noise: 0.2) {{
  modality first:  [1] = axis(0)
  modality second: [1] = axis(1)
  target   moon: class(2) = labels
  split    train      = random(0.7)
  split    validation = random(0.15)
  split    test       = rest
}}
schedule Mine {{ {schedule} }}
pipeline p {{
  data moons
  network Mixed
  loss cross_entropy
  optimizer adam(lr: 1e-2)
  optimizer head: sgd(lr: 0.05, momentum: 0.9)
  schedule Mine
  batch 8
  metrics error
  {lines}
}}"
    )
}

const TURNS: &str = "replicas head 3 folds 3
  repeat {
    for k in folds { phase head { train uni, head[k] on except(k) for 2 epochs } }
    for k in folds { phase embedding { train fusion on fold(k) through head[k] } }
  }
  deploy best head on validation";

/// Schedules, and lines of the pipeline.
fn runs() -> Vec<(&'static str, String)> {
    let whole = "repeat { phase all { train uni, fusion, head on all } }";
    vec![
        ("end to end", text(whole, "budget 4 epochs")),
        ("in turns", text(TURNS, "budget 5 epochs\n  clip 0.5")),
        (
            "unequal classes",
            text(TURNS, "budget 5 epochs")
                .replace("loss cross_entropy", "loss cross_entropy(weights: balanced)")
                .replace("  batch 8\n", "  batch 8, balanced: true\n"),
        ),
        (
            "augmented",
            text(TURNS, "budget 5 epochs")
                .replace("= axis(0)", "= axis(0) |> time_shift(1) |> standardize |> jitter_scale(0.1)")
                .replace("= axis(1)", "= axis(1) |> gaussian_noise(0.1) |> time_mask(1)"),
        ),
        ("modalities that are dropped", text(TURNS, "budget 5 epochs\n  modality_dropout 0.4")),
        ("mixed", text(TURNS, "budget 5 epochs\n  mixup 0.4")),
        (
            "all that changes batches",
            text(TURNS, "budget 8 epochs\n  mixup 0.4\n  accumulate 3\n  modality_dropout 0.3")
                .replace("loss cross_entropy", "loss cross_entropy(weights: balanced)")
                .replace("  batch 8\n", "  batch 4, balanced: true\n"),
        ),
        ("accumulated", text(TURNS, "budget 12 epochs\n  clip 0.5\n  accumulate 3")),
        ("keeping the best", text(whole, "budget 6 epochs\n  rate cosine()\n  keep best on validation")),
        ("a rate that asks for losses", text(whole, "budget 8 epochs\n  rate plateau(patience: 1, factor: 0.5)")),
        (
            "until no gain",
            text(
                "phase warm { train uni on all until no gain in 2 epochs on validation at most 5 epochs }
                 repeat { phase all { train fusion, head on all } }",
                "budget 12 epochs",
            ),
        ),
        (
            "some steps a visit",
            text(
                "repeat { phase a { train uni, fusion on all for 3 steps } phase b { train head on all for 2 steps } }",
                "budget 4 epochs",
            ),
        ),
    ]
}

fn watch() -> Watch {
    let mut watch = Watch { noise: 1.0, ..Watch::default() };
    watch.end.add(("test".into(), None), Networks::Each);
    watch.end.add(("test".into(), Some(Perturbation::Noisy("first".into()))), Networks::Deployed);
    watch.epochs.entry(2).or_default().add(("test".into(), None), Networks::Each);
    watch
}

/// All that a run comes to: bits of weights and of what optimizers remember, what was seen, and which network is left.
fn left(trained: &Trained<'_>, seen: &[Evaluated]) -> (Frozen, String) {
    (Frozen::of(&trained.trainer), format!("{:?} {:?} {seen:?}", trained.deployed, trained.position))
}

/// A run with a checkpoint before every step and after every phase, with what was seen until then.
fn whole(setup: &Setup) -> ((Frozen, String), Vec<Checkpoint>) {
    let (mut seen, mut taken) = (vec![], vec![]);
    let mut listen = |event: Event<'_>| match event {
        Event::Seen(evaluated) => seen.push(evaluated),
        Event::Checkpoint(checkpoint) => taken.push(Checkpoint { evaluated: seen.clone(), ..*checkpoint }),
        Event::Phase { .. } | Event::Epoch { .. } | Event::Halted(_) => {}
    };
    let checkpointing = Checkpointing { from: None, due: Some(&|_| true) };
    let trained = train::resume(&setup.job(), &watch(), checkpointing, &mut listen).expect("this trains");
    (left(&trained, &seen), taken)
}

fn from(setup: &Setup, checkpoint: &Checkpoint) -> Result<(Frozen, String), RunError> {
    let mut seen = checkpoint.evaluated.clone();
    let mut listen = |event: Event<'_>| {
        if let Event::Seen(evaluated) = event {
            seen.push(evaluated);
        }
    };
    let checkpointing = Checkpointing { from: Some(checkpoint), due: None };
    let trained = train::resume(&setup.job(), &watch(), checkpointing, &mut listen)?;
    Ok(left(&trained, &seen))
}

#[test]
fn from_every_step_and_phase_of_a_run_the_rest_is_the_same_to_the_bit() {
    for (what, text) in runs() {
        let setup = Setup::new(&text, 5);
        let (whole, taken) = whole(&setup);
        let plain = {
            let mut seen = vec![];
            let mut listen = |event: Event<'_>| {
                if let Event::Seen(evaluated) = event {
                    seen.push(evaluated);
                }
            };
            let trained = train::train(&setup.job(), &watch(), &mut listen).expect("this trains");
            left(&trained, &seen)
        };
        assert!(plain == whole, "{what}: taking checkpoints changes a bit");
        assert!(taken.len() > 15, "{what}: {} checkpoints", taken.len());
        for checkpoint in &taken {
            let state = &checkpoint.state;
            let rest = from(&setup, checkpoint).unwrap_or_else(|error| panic!("{what}, {state:?}: {error}"));
            assert!(rest == whole, "{what}: another end from {state:?}");
        }
    }
}

#[test]
fn a_run_that_halts_as_planned_goes_on_as_if_it_had_not_and_trains_nothing_twice() {
    for (what, text) in runs() {
        let (phases, plain) = going(&Setup::new(&text, 5), None).0;
        let halting = |epochs: f64| {
            let mut setup = Setup::new(&text, 5);
            setup.plan.halt = Some(Amount { count: epochs, unit: Unit::Epochs });
            setup
        };
        let ((first, _), one) = going(&halting(1.0), None);
        let ((second, _), two) = going(&halting(2.0), one.as_ref());
        let ((third, end), none) = going(&Setup::new(&text, 5), two.as_ref());
        assert!(none.is_none() && first > 0 && third > 0, "{what}: {first}, {second}, {third}");
        assert_eq!(first + second + third, phases, "{what}");
        assert!(end == plain, "{what}: another end");
    }
}

/// Phases that a run trains from there, what it comes to, and where it halts.
fn going(setup: &Setup, from: Option<&Checkpoint>) -> ((usize, (Frozen, String)), Option<Checkpoint>) {
    let mut seen = from.map_or(vec![], |from| from.evaluated.clone());
    let (mut phases, mut halted) = (0, None);
    let mut listen = |event: Event<'_>| match event {
        Event::Phase { .. } => phases += 1,
        Event::Seen(evaluated) => seen.push(evaluated),
        Event::Halted(at) => halted = Some(Checkpoint { evaluated: seen.clone(), ..*at }),
        Event::Epoch { .. } | Event::Checkpoint(_) => {}
    };
    let checkpointing = Checkpointing { from, due: None };
    let trained = train::resume(&setup.job(), &watch(), checkpointing, &mut listen).expect("this trains");
    ((phases, left(&trained, &seen)), halted)
}

#[test]
fn a_run_that_is_stopped_leaves_a_checkpoint_and_goes_on_again_and_again() {
    let setup = Setup::new(&runs()[1].1, 5);
    let (whole, _) = whole(&setup);
    let mut last: Option<Checkpoint> = None;
    let mut stops = 0;
    loop {
        // Stops at the third step of every attempt.
        let (stop, steps) = (AtomicBool::new(false), AtomicUsize::new(0));
        let due = |boundary| {
            if boundary == Boundary::Step && steps.fetch_add(1, Ordering::Relaxed) == 3 {
                stop.store(true, Ordering::Relaxed);
            }
            false
        };
        let mut seen = last.as_ref().map_or(vec![], |last| last.evaluated.clone());
        let mut taken = None;
        let mut listen = |event: Event<'_>| match event {
            Event::Seen(evaluated) => seen.push(evaluated),
            Event::Checkpoint(checkpoint) => taken = Some(Checkpoint { evaluated: seen.clone(), ..*checkpoint }),
            Event::Phase { .. } | Event::Epoch { .. } | Event::Halted(_) => {}
        };
        let job = train::Job { stop: &stop, ..setup.job() };
        let checkpointing = Checkpointing { from: last.as_ref(), due: Some(&due) };
        match train::resume(&job, &watch(), checkpointing, &mut listen) {
            Ok(trained) => {
                assert!(left(&trained, &seen) == whole && stops > 3, "after {stops} stops");
                return;
            }
            Err(error) => assert_eq!(error, RunError::Interrupted),
        }
        last = Some(taken.expect("a stopped run says where"));
        stops += 1;
    }
}

#[test]
fn a_checkpoint_of_another_run_is_an_error_not_the_end() {
    let setup = Setup::new(&runs()[1].1, 5);
    let (_, taken) = whole(&setup);
    let sound = taken.last().expect("there are many");
    let other = Setup::new(&text(TURNS, "budget 5 epochs").replace("width: Int = 12", "width: Int = 13"), 5);
    let error = from(&other, sound).map(|_| ()).unwrap_err().to_string();
    assert!(error.starts_with("the checkpoint is not of this run: its `"), "{error}");
    let mut changed: Vec<Checkpoint> = vec![sound.clone(); 9];
    changed[0].weights.pop_first();
    changed[1].memory.clear();
    changed[2].state.last = Route::first(1);
    changed[3].state.optimizers[0] = (99, ModuleId(0));
    changed[4].state.updates[0].replica.number = 99;
    changed[5].state.last.set(ModuleId(0).replica(99));
    changed[6].state.visit.samples = u64::MAX;
    changed[7].state.turns = vec![(1, u64::MAX / 2); 3];
    changed[8].state.trail[0].hashes.pop();
    for checkpoint in changed {
        assert!(matches!(from(&setup, &checkpoint), Err(RunError::OtherCheckpoint(_))));
    }
}
