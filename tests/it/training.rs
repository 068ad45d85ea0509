//! What the method promises, on small pipelines: what is frozen stays, bit for bit; nothing is trained on a test sample;
//! budgets are what they say; one seed gives one result, whatever else runs beside it.

use crate::runs::{BEGINNING, Frozen, Setup, bits, experiment};
use mhm::batch::Cut;
use mhm::builtin::Progress;
use mhm::data::Batches;
use mhm::experiment::{Options, cells, run};
use mhm::id::{ModuleId, SampleId, WeightId};
use mhm::plan::{Position, Route};
use mhm::record::RunRecord;
use mhm::tensor::Context;
use mhm::train::{RunError, Trainer, Watch, evaluate};
use mhm::{graph, train};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// Every role, statistics in `fusion` and in `head`, units that drop and branches that shake.
const NETWORK: &str = "
network Small(width: Int = 6) {
  in     each modality: [D]
  uni    each embed = linear(width) |> tanh |> dropout(0.2)
  fusion joint      = concat |> linear(width) |> batch_norm |> tanh
  head   classify   = linear(width) |> batch_norm |> tanh |> linear(4) |> shake(branches: 2)
  out    classify(joint(embed(modality)))
}
network Smooth {
  in     each modality: [D]
  uni    each embed = linear(4) |> tanh
  fusion joint      = concat |> linear(4) |> tanh
  head   classify   = linear(2)
  out    classify(joint(embed(modality)))
}
dataset moons(per_class: Int = 21) from two_moons(per_class: per_class, noise: 0.2) {
  modality first:  [1] = axis(0)
  modality second: [1] = axis(1)
  target   moon: class(2) = labels
  split    train = random(0.9)
  split    test  = rest
}
";

const MHM: &str = "use std.schedule.Mhm\n";

/// A pipeline of `Small` on the moons; `schedule` is an item called `Mine`, or empty where `method` is of the library.
fn pipeline(schedule: &str, method: &str, settings: &str) -> String {
    of("Small", schedule, method, settings)
}

fn of(network: &str, schedule: &str, method: &str, settings: &str) -> String {
    let optimizer = if settings.contains("optimizer ") { "" } else { "optimizer adam(lr: 1e-2, weight_decay: 1e-3)" };
    let budget = if settings.contains("budget") { "" } else { "budget 6 epochs" };
    let library = if schedule.is_empty() { "use std.schedule.*\n" } else { "" };
    format!(
        "{library}{NETWORK}{schedule}
pipeline p {{
  data moons
  network {network}
  loss cross_entropy
  {optimizer}
  schedule {method}
  batch 8
  {budget}
  metrics error
  {settings}
}}"
    )
}

fn mine(body: &str) -> String {
    format!("schedule Mine {{ {body} }}")
}

// ---------------------------------------------------------------- frozen

/// Runs the plan by hand and holds every visit against what its phase says.
fn holds(setup: &Setup) {
    let mut visits = 0;
    setup.by_hand(|phase, before, after| {
        visits += 1;
        for (place, weights) in &before.weights {
            let same = *weights == after.weights[place];
            assert_eq!(same, !phase.train.contains(place), "weights of {place:?} in `{}`", phase.name);
        }
        for (place, states) in &after.states {
            let same = before.states.get(place) == Some(states);
            assert_eq!(same, !phase.train.contains(place), "optimizer state of {place:?} in `{}`", phase.name);
        }
    });
    assert!(visits >= setup.plan.phases.len());
}

#[test]
fn what_a_phase_does_not_list_is_bit_identical_after_it() {
    holds(&Setup::new(&pipeline("", "Mhm(heads: 3)", ""), 1));
    holds(&Setup::new(&pipeline("", "MhmNoFreeze(heads: 2)", "optimizer sgd(lr: 0.1, momentum: 0.9)"), 2));
    let ensemble = mine(
        "folds 3  replicas uni, fusion, head 3
         repeat { for k in folds { phase member { train uni[k], fusion[k], head[k] on except(k) } } }
         deploy mean",
    );
    holds(&Setup::new(&pipeline(&ensemble, "Mine", ""), 3));
    let through_mean = mine(
        "folds 3  replicas head 3
         repeat { for k in folds {
           phase one { train head[k] on except(k) through mean(head) }
           phase embedding { train uni, fusion on fold(k) through mean(head) }
         } }
         deploy mean",
    );
    holds(&Setup::new(&pipeline(&through_mean, "Mine", ""), 4));
}

#[test]
fn statistics_move_where_their_module_learns_and_nowhere_else() {
    let setup = Setup::new(&pipeline("", "Mhm(heads: 2)", ""), 1);
    let joint = setup.module("joint");
    let mean = setup.graph.module(joint).weights.iter().position(|w| w.path.ends_with("running_mean")).unwrap();
    setup.by_hand(|phase, before, after| {
        let at = |bits: &Frozen| bits.weights[&joint.replica(0)][mean].clone();
        assert_eq!(at(before) != at(after), phase.name.starts_with("embedding"), "`{}`", phase.name);
    });
}

#[test]
fn no_gradient_is_computed_for_what_is_frozen() {
    let setup = Setup::new(&pipeline("", "Mhm(heads: 3)", ""), 1);
    let mut trainer = Trainer::new(&setup.job()).unwrap();
    for phase in &setup.plan.phases {
        trainer.begin(phase, setup.seed.stream("dropout"));
        trainer.step(phase, &setup.ids(&phase.on)[..8], &BEGINNING);
        let all: Vec<_> = trainer.weights.iter().map(|(place, tensor)| (place, tensor.clone())).collect();
        for (id, tensor) in all {
            let learns = phase.train.contains(&id.replica)
                && setup.graph.module(id.replica.module).weights[id.index].kind == mhm::builtin::WeightKind::Learned;
            // Backward adds to gradients of tracked tensors only: for others there is neither memory nor work.
            assert_eq!(tensor.is_tracked(), learns, "{} in `{}`", setup.graph.path(id), phase.name);
            if !learns {
                assert!(trainer.context.gradient(&tensor).values().iter().all(|g| *g == 0.0));
            }
        }
    }
}

#[test]
fn a_gradient_flows_through_a_frozen_head() {
    let schedule = mine("repeat { phase a { train uni on all } }");
    let setup = Setup::new(&pipeline(&schedule, "Mine", "budget 1 epochs"), 1);
    setup.by_hand(|_, before, after| {
        for (m, name) in [(setup.module("embed.first"), "embed.first"), (setup.module("embed.second"), "embed.second")]
        {
            for (i, weight) in before.weights[&m.replica(0)].iter().enumerate() {
                assert_ne!(*weight, after.weights[&m.replica(0)][i], "{name}: weight {i}");
            }
        }
    });
}

#[test]
fn evaluation_changes_nothing_and_drops_nothing() {
    let setup = Setup::new(&pipeline("", "Mhm(heads: 2)", ""), 5);
    let mut trained = setup.trained();
    let (before, ids) = (Frozen::of(&trained.trainer), setup.train_ids());
    let route = trained.deployed.clone();
    let first = evaluate(&mut trained.trainer, &route, ids);
    assert_eq!(first, evaluate(&mut trained.trainer, &route, ids));
    assert_eq!(before, Frozen::of(&trained.trainer));
    // One by one: nothing is measured over the batch.
    let alone = evaluate(&mut trained.trainer, &route, &ids[..1]);
    for (a, b) in alone.outputs[0].iter().zip(&first.outputs[0]) {
        assert!((a - b).abs() < 1e-5);
    }
}

// ---------------------------------------------------------------- seeds and streams

fn records(text: &str, threads: usize) -> Vec<RunRecord> {
    let options = Options { threads, ..Options::plain(vec![]) };
    let (experiment, stop) = (experiment(text), AtomicBool::new(false));
    let mut records = run(&experiment, &cells(&experiment), &options, &stop, &|_: mhm::experiment::News<'_>| {})
        .expect("threads start");
    records.iter_mut().for_each(|r| r.seconds = 0.0);
    records
}

const GRID: &str = "
pipeline arm(method: Schedule, lr: Float = 1e-2) {
  data moons
  network Small
  loss cross_entropy
  optimizer adam(lr: lr)
  schedule method
  batch 8
  budget 4 epochs
  metrics error
}
experiment grid {
  vary method in [METHODS]
  seeds SEEDS
  run arm(method: method)
  table test_error
}";

fn grid(methods: &str, seeds: &str) -> String {
    format!("use std.schedule.*\n{NETWORK}{}", GRID.replace("METHODS", methods).replace("SEEDS", seeds))
}

/// What a run came to, without the names of its axes.
fn outcome(records: &[RunRecord], method: &str, seed: u64) -> RunRecord {
    let found = records.iter().find(|r| r.seed == seed && r.arm.value("method") == Some(method));
    found.unwrap_or_else(|| panic!("no record of {method}, seed {seed}")).clone()
}

#[test]
fn the_same_seed_gives_the_same_bits_on_any_number_of_threads() {
    let text = grid("EndToEnd, Mhm(heads: 3)", "3");
    let one = records(&text, 1);
    assert_eq!(one.len(), 6);
    assert_eq!(one, records(&text, 2));
    assert_eq!(one, records(&text, 3));
    let losses: BTreeSet<u64> = one.iter().map(|r| r.measured("train_loss").unwrap().to_bits()).collect();
    assert_eq!(losses.len(), 6, "seeds and methods differ");
}

/// Batches that are drawn by class, put together of small ones, mixed, and lose modalities.
#[test]
fn all_that_changes_batches_is_the_same_on_any_number_of_threads() {
    let settings = "batch 4, balanced: true\n  accumulate 3\n  mixup 0.4\n  modality_dropout 0.3";
    let text = grid("EndToEnd, Mhm(heads: 3)", "2").replace("batch 8", settings);
    let one = records(&text, 1);
    assert_eq!(one, records(&text, 2));
    assert_ne!(one, records(&grid("EndToEnd, Mhm(heads: 3)", "2"), 2));
}

/// Steps that are drawn anew in every step of training.
#[test]
fn what_is_drawn_at_random_is_the_same_on_any_number_of_threads() {
    let at = crate::cli::folder("training_resample");
    let header = "{'descr': '<f4', 'fortran_order': False, 'shape': (24, 30, 2), }\n";
    let numbers = (0..24 * 30 * 2).map(|i| ((i * 37 % 101) as f32 / 50.0 - 1.0).to_le_bytes());
    let length = (header.len() as u16).to_le_bytes();
    let bytes =
        [b"\x93NUMPY\x01\x00", length.as_slice(), header.as_bytes(), numbers.flatten().collect::<Vec<_>>().as_slice()]
            .concat();
    std::fs::write(at.join("steps.npy"), bytes).unwrap();
    let lines: Vec<String> = (0..24).map(|i| (i * 7 % 2).to_string()).collect();
    std::fs::write(at.join("label.csv"), format!("label\n{}\n", lines.join("\n"))).unwrap();
    let text = |prepared: &str| {
        format!(
            "use std.schedule.*
network Steps {{
  in     steps: [T, D]
  fusion embed = linear(4) |> tanh
  head   classify = linear(2)
  out    classify(mean(embed(steps), 0))
}}
dataset drawn from {:?} {{
  modality steps: [8, 2] = npy(\"steps.npy\") |> {prepared}
  target   label: class(2) = csv(\"label.csv\", columns: [\"label\"])
  split    train = random(0.7)
  split    test = rest
}}
{}",
            at.display().to_string(),
            GRID.replace("METHODS", "EndToEnd, Mhm(heads: 3)")
                .replace("SEEDS", "2")
                .replace("moons", "drawn")
                .replace("Small", "Steps")
        )
    };
    let even = records(&text("resample(8)"), 1);
    for drawn in [
        "resample(8, random: true)",
        "resample(8) |> standardize |> gaussian_noise(0.1) |> jitter_scale(0.1)",
        "resample(8) |> standardize |> time_shift(2) |> time_mask(3, count: 2)",
    ] {
        let text = text(drawn);
        let one = records(&text, 1);
        assert_eq!(one.len(), 4);
        assert_eq!(one, records(&text, 2));
        assert_eq!(one, records(&text, 3));
        let losses = [&one, &even].map(|records| records[0].measured("train_loss").unwrap().to_bits());
        assert_ne!(losses[0], losses[1], "something is drawn");
    }
}

#[test]
fn a_bare_l1_is_held_against_the_target() {
    let with = |loss: &str| {
        let text = format!(
            "use std.schedule.*
network Line {{
  in     first: [1]
  fusion embed = linear(3) |> tanh
  head   score = linear(1)
  out    score(embed(first))
}}
dataset lines from two_moons(per_class: 12, noise: 0.2) {{
  modality first: [1] = axis(0)
  target   second: real = axis(1)
  split    train = random(0.7, stratified: false)
  split    test = rest
}}
{}",
            GRID.replace("METHODS", "EndToEnd")
                .replace("SEEDS", "1")
                .replace("moons", "lines")
                .replace("Small", "Line")
                .replace("cross_entropy", loss)
                .replace("error", "mae")
        );
        records(&text, 1)
    };
    let bare = with("l1");
    assert_eq!(bare, with("l1(second)"));
    let record = &bare[0];
    // The mean distance to the target is what `mae` measures.
    let (loss, mae) = (record.measured("test_loss").unwrap(), record.measured("test_mae").unwrap());
    assert!((loss - mae).abs() < 1e-6 * mae, "{loss} {mae}");
}

#[test]
fn an_arm_or_a_seed_more_changes_no_other() {
    let many = records(&grid("EndToEnd, Mhm(heads: 3), MhmNoFreeze(heads: 2)", "[4, 9]"), 2);
    let few = records(&grid("Mhm(heads: 3), EndToEnd", "[9, 2]"), 1);
    for method in ["Mhm(heads: 3)", "EndToEnd"] {
        assert_eq!(outcome(&many, method, 9), outcome(&few, method, 9));
    }
}

/// Heads that learn one after the other on all samples; `heads` of them, of which the first two count here.
fn in_turn(heads: usize) -> Setup {
    let third = if heads > 2 { "phase third { train head[2] on fold(1) }" } else { "" };
    let schedule = mine(&format!(
        "folds 2  replicas head {heads}
         repeat {{
           phase first  {{ train uni, fusion, head[0] on fold(0) }}
           phase second {{ train uni, head[1] on except(0) }}
           {third}
         }}
         deploy head[0]"
    ));
    Setup::new(&pipeline(&schedule, "Mine", "budget 3 rounds"), 11)
}

#[test]
fn a_head_more_changes_no_other_module() {
    let (two, three) = (in_turn(2), in_turn(3));
    let shared = |all: &Frozen| -> Vec<_> {
        let head = two.module("classify");
        all.weights.iter().filter(|(id, _)| id.module != head || id.number < 2).map(|(p, w)| (*p, w.clone())).collect()
    };
    let begins = |setup: &Setup| shared(&Frozen::of(&Trainer::new(&setup.job()).unwrap()));
    assert_eq!(begins(&two), begins(&three), "initial weights");
    // The third head trains with all else frozen, so that the others' batches are all that could differ.
    let ends = |setup: &Setup| shared(&Frozen::of(&setup.trained().trainer));
    assert_eq!(ends(&two), ends(&three), "final weights");
}

#[test]
fn a_training_step_by_step_is_the_training() {
    // `by_hand` is what the tests above look at; the trainer does the same.
    let setup = Setup::new(&pipeline("", "Mhm(heads: 3)", ""), 7);
    let (by_hand, position) = setup.by_hand(|_, _, _| {});
    let trained = setup.trained();
    assert_eq!(Frozen::of(&by_hand), Frozen::of(&trained.trainer));
    assert_eq!(position, trained.position);
}

// ---------------------------------------------------------------- which samples

/// The samples become no numbers: whoever trains on one loses its loss.
fn poison(setup: &mut Setup, ids: &[SampleId]) {
    for array in setup.data.modalities.iter_mut().map(Arc::make_mut) {
        let width = array.width();
        for &id in ids {
            array.values[id.row() * width..][..width].fill(f32::NAN);
        }
    }
}

#[test]
fn no_test_sample_is_trained_on_and_every_training_sample_is() {
    let methods = ["EndToEnd", "Mhm(heads: 3)", "MhmNoFreeze(heads: 2)"];
    for method in methods {
        let text = of("Smooth", "", method, "budget 3 rounds");
        let mut setup = Setup::new(&text, 3);
        let test = setup.data.split("test").unwrap().to_vec();
        assert!(!test.is_empty() && test.iter().all(|id| !setup.train_ids().contains(id)));
        for phase in &setup.plan.phases {
            assert!(setup.ids(&phase.on).iter().all(|id| !test.contains(id)), "{method}: `{}`", phase.name);
        }
        poison(&mut setup, &test);
        assert!(setup.train().is_ok(), "{method} trained on a test sample");
        for id in setup.train_ids().to_vec().into_iter().step_by(5) {
            let mut setup = Setup::new(&text, 3);
            poison(&mut setup, &[id]);
            assert!(matches!(setup.train(), Err(RunError::Diverged { .. })), "{method} never saw sample {id}");
        }
    }
}

// ---------------------------------------------------------------- budgets

#[test]
fn a_turn_of_one_head_sees_as_many_samples_as_an_epoch() {
    // 37 training samples: no number of folds divides them.
    let setup = |method: &str, budget: &str| Setup::new(&pipeline("", method, &format!("budget {budget}")), 1);
    let n = setup("EndToEnd", "1 epochs").train_ids().len() as u64;
    assert_eq!(n, 38);
    for heads in [3, 4, 5] {
        let one = setup(&format!("Mhm(heads: {heads})"), "1 epochs");
        let folds = one.folds();
        let log = one.log();
        let fold = folds.fold(0).len() as u64;
        let expected = [("head[0]", n - fold), ("embedding[0]", fold)]
            .map(|(name, n)| (name.to_string(), one.phase(name).batch.count(n as usize) as u64, n));
        assert_eq!(log, expected, "{heads} heads");
        let samples: u64 = log.iter().map(|(_, _, samples)| samples).sum();
        let end_to_end: u64 = setup("EndToEnd", "1 epochs").log().iter().map(|(_, _, samples)| samples).sum();
        assert_eq!(samples, end_to_end);
    }
}

#[test]
fn budgets_are_spent_and_not_much_more() {
    for method in ["EndToEnd", "Mhm(heads: 3)", "Mhm(heads: 4)"] {
        let position = |budget: &str| -> Position {
            let setup = Setup::new(&pipeline("", method, &format!("budget {budget}")), 1);
            let position = setup.trained().position;
            // The log says the same.
            let sum = setup.log().iter().fold((0, 0), |(a, b), (_, steps, samples)| (a + steps, b + samples));
            assert_eq!(sum, (position.steps, position.samples), "{method}, {budget}");
            position
        };
        let n = 38;
        assert_eq!(position("7 epochs").samples, 7 * n, "{method}");
        let most = n.div_ceil(8);
        let steps = position("20 steps").steps;
        assert!((20..20 + most).contains(&steps), "{method}: {steps} steps");
        let samples = position("100 samples").samples;
        assert!((100..100 + n).contains(&samples), "{method}: {samples} samples");
        let rounds = position("2 rounds");
        let heads = setup_heads(method);
        assert_eq!((rounds.rounds, rounds.samples), (2, 2 * heads * n), "{method}");
    }
}

/// Epochs of one round.
fn setup_heads(method: &str) -> u64 {
    method.split("heads: ").nth(1).map_or(1, |n| n.trim_end_matches(')').parse().expect("a number of heads"))
}

#[test]
fn phases_last_as_long_as_they_say() {
    let log = |length: &str, settings: &str| {
        let schedule = mine(&format!("phase a {{ train uni, fusion, head on all {length} }}"));
        let text = of("Smooth", &schedule, "Mine", &format!("budget 1000 epochs {settings}"));
        Setup::new(&text, 1).log()
    };
    let once = |steps: u64, samples: u64| vec![("a".to_string(), steps, samples)];
    assert_eq!(log("", ""), once(5, 38));
    assert_eq!(log("for 3 steps", ""), once(3, 24));
    assert_eq!(log("for 7 steps", ""), once(7, 38 + 16));
    assert_eq!(log("for 2 epochs", ""), once(10, 76));
    assert_eq!(log("for 100 samples", ""), once(13, 100));
    // A rate that changes no weight: no gain from the second pass on.
    let still = "optimizer sgd(lr: 1e-30)";
    let until = "until no gain in 2 epochs on train at most";
    assert_eq!(log(&format!("{until} 5 epochs"), still), once(15, 3 * 38));
    assert_eq!(log(&format!("{until} 2 epochs"), still), once(10, 2 * 38));
    // One that always gains goes to the end.
    let falls = "optimizer sgd(lr: 0.01)";
    assert_eq!(log("until no gain in 2 epochs on train at most 6 epochs", falls), once(30, 6 * 38));
}

/// A pass is seen whole, however it is cut: the same batches in the same order give the same bits.
#[test]
fn a_phase_goes_on_where_its_last_visit_stopped() {
    let setup = |phases: &str, budget: &str| {
        let schedule = mine(&format!("repeat {{ {phases} }}"));
        Setup::new(&of("Smooth", &schedule, "Mine", budget), 4)
    };
    let outcome = |length: &str| {
        let setup = setup(&format!("phase a {{ train uni, fusion, head on all {length} }}"), "budget 12 epochs");
        let trained = setup.trained();
        (Frozen::of(&trained.trainer), trained.position.steps, trained.position.samples)
    };
    // Five batches a pass, the last of 6 samples.
    let whole = outcome("");
    assert_eq!((whole.1, whole.2), (12 * 5, 12 * 38));
    for length in ["for 1 step", "for 2 steps", "for 10 samples", "for 0.4 epochs", "for 15 steps", "for 2 epochs"] {
        assert!(outcome(length) == whole, "{length}");
    }
    let turns = "phase a { train head on all for 1 step }  phase b { train uni, fusion on all for 1 step }";
    let log = setup(turns, "budget 2 epochs").log();
    for name in ["a", "b"] {
        let samples: Vec<u64> = log.iter().filter(|(n, ..)| n == name).map(|(.., samples)| *samples).collect();
        assert_eq!(samples, [8, 8, 8, 8, 6]);
    }
}

// ---------------------------------------------------------------- settings

/// By how much every weight changes in one step on the first samples of the first phase.
fn one_step(setup: &Setup, progress: &Progress<'_>) -> Vec<(String, Vec<f32>)> {
    let mut trainer = Trainer::new(&setup.job()).unwrap();
    let phase = &setup.plan.phases[0];
    let values = |trainer: &Trainer<'_>| -> Vec<(String, Vec<f32>)> {
        let named = |(id, t): (WeightId, &mhm::tensor::Tensor)| (setup.graph.path(id), t.values().to_vec());
        trainer.weights.iter().map(named).collect()
    };
    let before = values(&trainer);
    trainer.begin(phase, setup.seed.stream("dropout"));
    trainer.step(phase, &setup.ids(&phase.on)[..16], progress);
    let mut changes = values(&trainer);
    for ((_, after), (_, before)) in changes.iter_mut().zip(&before) {
        after.iter_mut().zip(before).for_each(|(after, before)| *after -= before);
    }
    changes
}

fn norm(changes: &[(String, Vec<f32>)], role: &str) -> f64 {
    let of_role = changes.iter().filter(|(path, _)| path.starts_with(role));
    of_role.flat_map(|(_, values)| values).map(|v| f64::from(*v).powi(2)).sum::<f64>().sqrt()
}

fn step_with(settings: &str, progress: &Progress<'_>) -> Vec<(String, Vec<f32>)> {
    one_step(&Setup::new(&of("Smooth", "", "EndToEnd", settings), 1), progress)
}

#[test]
fn optimizers_rates_and_clipping_reach_the_update() {
    let plain = step_with("optimizer sgd(lr: 0.5)", &BEGINNING);
    let (head, uni, all) = (norm(&plain, "head"), norm(&plain, "uni"), norm(&plain, ""));
    assert!(head > 0.0 && uni > 0.0);
    let near = |a: f64, b: f64| (a - b).abs() < 1e-4 * b.abs().max(1e-3);

    let still = step_with("optimizer sgd(lr: 0.5)  optimizer head: sgd(lr: 1e-30)", &BEGINNING);
    assert_eq!(norm(&still, "head"), 0.0);
    assert_eq!(norm(&still, "uni"), uni);
    let double = step_with("optimizer sgd(lr: 0.5)  optimizer head: sgd(lr: 1.0)", &BEGINNING);
    assert!(near(norm(&double, "head"), 2.0 * head) && norm(&double, "uni") == uni);

    // The norm of all gradients together, times the learning rate.
    let clipped = step_with("optimizer sgd(lr: 0.5)  clip 0.01", &BEGINNING);
    assert!(near(norm(&clipped, ""), 0.5 * 0.01) && near(norm(&clipped, "head") / norm(&clipped, "uni"), head / uni));
    let loose = step_with("optimizer sgd(lr: 0.5)  clip 1000", &BEGINNING);
    assert_eq!(norm(&loose, ""), all);

    let middle = Progress { step: 1, steps: 4, epoch: 20.0, stalls: &[] };
    let warm = step_with("optimizer sgd(lr: 0.5)  rate warm_up(4)", &middle);
    assert!(near(norm(&warm, ""), 0.5 * all));
    let of_head = step_with("optimizer sgd(lr: 0.5)  rate head: step(10)", &middle);
    assert!(near(norm(&of_head, "head"), 0.01 * head) && norm(&of_head, "uni") == uni);
}

/// The weights that a run of `Smooth` comes to, and its updates; `batch` stands where the pipeline has `batch 8`.
fn run_of(batch: &str, loss: &str, settings: &str, schedule: &str) -> (Vec<f32>, u64) {
    let method = if schedule.is_empty() { "EndToEnd" } else { "Mine" };
    let text = of("Smooth", schedule, method, settings).replace("  batch 8\n", &format!("  {batch}\n"));
    let setup = Setup::new(&text.replace("loss cross_entropy", loss), 1);
    let trained = setup.trained();
    let weights = trained.trainer.weights.iter().flat_map(|(_, tensor)| tensor.values().to_vec()).collect();
    (weights, trained.position.steps)
}

/// 38 samples are updates of 24 and 14: batches of 8, 8, 8 and of 8, 6.
#[test]
fn accumulated_gradients_are_those_of_the_large_batch() {
    let phases = |of_a: &str| {
        mine(&format!(
            "repeat {{
               phase a {{ train uni, fusion, head on all  {of_a} }}
               phase b {{ train head on all for 2 steps  batch 24  accumulate 1 }}
             }}"
        ))
    };
    let (plain, unequal) = ("loss cross_entropy", "loss cross_entropy(weights: [1, 4]) + 0.01 * l1(out)");
    for (loss, settings) in [
        (plain, "optimizer sgd(lr: 0.5)  budget 6 epochs"),
        (plain, "optimizer sgd(lr: 0.5)  budget 11 steps  clip 0.05"),
        (unequal, "optimizer adam(lr: 1e-2)  budget 6 epochs"),
    ] {
        for (large, small, alone) in [
            (("batch 24", String::new()), ("batch 8\n  accumulate 3", String::new()), ("batch 8", String::new())),
            (("batch 24", phases("")), ("batch 8", phases("accumulate 3")), ("batch 8", phases(""))),
        ] {
            let of = |(batch, schedule): (&str, String)| run_of(batch, loss, settings, &schedule);
            let ((large, updates), (small, steps), (alone, _)) = (of(large), of(small), of(alone));
            assert_eq!(steps, updates, "{settings}");
            for (a, b) in small.iter().zip(&large) {
                assert!((a - b).abs() < 2e-5 * b.abs().max(1.0), "{settings}: {a} and {b}");
            }
            assert!(alone.iter().zip(&large).any(|(a, b)| (a - b).abs() > 1e-3), "{settings}: it would not show");
        }
    }
}

#[test]
fn one_module_of_a_role_trains_and_the_others_are_frozen() {
    let schedule = mine(
        "folds 2  replicas head 2
         repeat { for k in folds {
           phase first { train uni.embed.first, head[k] on except(k) }
           phase second { train uni.embed.second, fusion on fold(k) through head[k] }
           phase both { train uni.embed on all through head[k] }
         } }
         deploy last head",
    );
    let setup = Setup::new(&pipeline(&schedule, "Mine", ""), 1);
    holds(&setup);
    let trains = |phase: &str, module: &str| setup.phase(phase).train.iter().any(|r| r.module == setup.module(module));
    for (phase, modules) in [("first[0]", [true, false]), ("second[0]", [false, true]), ("both[0]", [true, true])] {
        assert_eq!(["embed.first", "embed.second"].map(|module| trains(phase, module)), modules, "{phase}");
    }
}

/// `embed` drops, and the head trains through it alone: without noise it is as in a network that drops nothing.
#[test]
fn what_is_frozen_drops_unless_the_phase_says_otherwise() {
    let weights = |frozen: &str, share: &str| {
        let schedule = mine(&format!("repeat {{ phase last {{ train head on all  {frozen} }} }}"));
        let text = of("Smooth", &schedule, "Mine", "budget 5 epochs");
        let setup = Setup::new(
            &text.replace("fusion joint      = concat", &format!("fusion joint      = concat |> {share}")),
            2,
        );
        let head = setup.module("classify").replica(0);
        Frozen::of(&setup.trained().trainer).weights[&head].clone()
    };
    let drops = weights("", "dropout(0.4)");
    assert_eq!(drops, weights("frozen_dropout true", "dropout(0.4)"), "the default");
    let still = weights("frozen_dropout false", "dropout(0.4)");
    assert_ne!(drops, still);
    assert_eq!(still, weights("", "dropout(0)"));
}

#[test]
fn a_phase_overrides_the_pipeline() {
    let schedule = mine(
        "repeat {
           phase a { train uni, fusion, head on all  optimizer head: sgd(lr: 1e-30)  batch 5 }
           phase b { train uni, fusion, head on all }
         }",
    );
    let setup = Setup::new(&of("Smooth", &schedule, "Mine", "budget 2 epochs"), 1);
    assert_eq!((setup.phase("a").batch.size(), setup.phase("b").batch.size()), (5, 8));
    assert_eq!(setup.log()[0], ("a".into(), 8, 38));
    let head = setup.module("classify").replica(0);
    setup.by_hand(|phase, before, after| {
        assert_eq!(before.weights[&head] == after.weights[&head], phase.name == "a");
    });
}

// ---------------------------------------------------------------- means, deployment

#[test]
fn the_gradient_through_the_mean_of_heads_is_that_of_the_averaged_probabilities() {
    let schedule = mine(
        "folds 3  replicas head 3
         repeat { phase embedding { train uni, fusion on all through mean(head) } }
         deploy mean",
    );
    // With a learning rate of 1 the change is the gradient.
    let setup = Setup::new(&of("Smooth", &schedule, "Mine", "optimizer sgd(lr: 1.0)"), 6);
    let ids = setup.ids(&setup.plan.phases[0].on)[..16].to_vec();
    let routes = setup.plan.phases[0].routes.clone();
    assert_eq!(routes.len(), 3);
    let classes = setup.data.classes().unwrap().to_vec();
    let loss = |trainer: &mut Trainer<'_>| -> f64 {
        let chances = &evaluate(trainer, &routes, &ids).outputs[0];
        let of = |(row, id): (usize, &SampleId)| -f64::from(chances[2 * row + classes[id.row()] as usize]).ln();
        ids.iter().enumerate().map(of).sum::<f64>() / ids.len() as f64
    };
    let changes = one_step(&setup, &BEGINNING);
    let mut trainer = Trainer::new(&setup.job()).unwrap();
    let places: Vec<_> = trainer.weights.iter().map(|(place, tensor)| (place, tensor.len())).collect();
    for ((id, len), (path, change)) in places.into_iter().zip(&changes) {
        if path.starts_with("head") {
            assert!(change.iter().all(|c| *c == 0.0));
            continue;
        }
        for at in 0..len {
            let mut shifted = |by: f32| {
                trainer.weights.of_mut(id.replica)[id.index].modify(|w| w[at] += by);
                let loss = loss(&mut trainer);
                trainer.weights.of_mut(id.replica)[id.index].modify(|w| w[at] -= by);
                loss
            };
            let h = 1e-2;
            let slope = (shifted(h) - shifted(-h)) / (2.0 * f64::from(h));
            assert!((slope + f64::from(change[at])).abs() < 2e-4, "{path} {at}: {slope}, change {}", change[at]);
        }
    }
}

fn deployed(deploy: &str, seed: u64) -> (Setup, Vec<Route>) {
    let schedule = mine(&format!(
        "folds 3  replicas head 3
         repeat {{ for k in folds {{
           phase head      {{ train uni, head[k] on except(k) }}
           phase embedding {{ train uni, fusion on fold(k) through head[k] }}
         }} }}
         deploy {deploy}"
    ));
    // Five turns: the last head trained is number 1.
    let setup = Setup::new(&of("Smooth", &schedule, "Mine", "budget 5 epochs"), seed);
    let routes = setup.trained().deployed;
    (setup, routes)
}

#[test]
fn deploy_picks_what_it_says() {
    let at = deployed("mean", 1).0.module("classify");
    let of = |k: usize| (0..4).map(|m| if ModuleId(m) == at { k } else { 0 }).collect::<Route>();
    assert_eq!(deployed("head[2]", 1).1, [of(2)]);
    assert_eq!(deployed("last head", 1).1, [of(1)]);
    assert_eq!(deployed("mean", 1).1, [of(0), of(1), of(2)]);
    let mut found = BTreeSet::new();
    for seed in 0..8 {
        let (setup, routes) = deployed("best head on train", seed);
        let mut trained = setup.trained();
        let losses: Vec<f64> =
            (0..3).map(|k| evaluate(&mut trained.trainer, &[of(k)], setup.train_ids()).loss).collect();
        let best = (0..3).min_by(|a, b| losses[*a].total_cmp(&losses[*b])).unwrap();
        assert_eq!(routes, [of(best)], "{losses:?}");
        found.insert(best);
    }
    assert!(found.len() > 1, "it is not always the same head");
}

#[test]
fn the_best_head_is_chosen_by_a_metric_where_one_is_named() {
    let at = deployed("mean", 1).0.module("classify");
    let of = |k: usize| (0..4).map(|m| if ModuleId(m) == at { k } else { 0 }).collect::<Route>();
    let mut differ = 0;
    for seed in 0..8 {
        let (setup, routes) = deployed("best head on train by error", seed);
        let mut trained = setup.trained();
        let (ids, classes) = (setup.train_ids(), setup.data.classes().unwrap());
        let of_head = |k: usize| evaluate(&mut trained.trainer, &[of(k)], ids);
        let each: Vec<_> = (0..3).map(of_head).collect();
        let wrong = |chances: &[f32], id: &SampleId| (chances[1] > chances[0]) != (classes[id.row()] == 1.0);
        let errors: Vec<usize> =
            each.iter().map(|e| e.outputs[0].chunks(2).zip(ids).filter(|(c, id)| wrong(c, id)).count()).collect();
        let best = (0..3).min_by_key(|k| errors[*k]).unwrap();
        assert_eq!(routes, [of(best)], "the first of the best: {errors:?}");
        let by_loss = (0..3).min_by(|a, b| each[*a].loss.total_cmp(&each[*b].loss)).unwrap();
        differ += usize::from(best != by_loss);
    }
    assert!(differ > 0, "the loss would choose the same");
}

#[test]
fn nothing_is_chosen_by_a_metric_without_a_value() {
    // Of classes that are all of one kind no AUROC is defined.
    let text = of("Smooth", "", "EndToEnd", "budget 2 epochs  keep best on train by auroc")
        .replace("metrics error", "metrics error, auroc");
    let mut setup = Setup::new(&text, 1);
    let ids = setup.train_ids().to_vec();
    ids.iter().for_each(|id| setup.data.targets[0].values[id.row()] = 1.0);
    let why = setup.train().err().unwrap().to_string();
    assert_eq!(why, "the best cannot be chosen by `auroc`, which has no value on all: no negative");
}

#[test]
fn members_of_an_ensemble_stay_together() {
    let ensemble = |deploy: &str| {
        let schedule = mine(&format!(
            "folds 3  replicas uni, fusion, head 3
             repeat {{ for k in folds {{ phase member {{ train uni[k], fusion[k], head[k] on except(k) }} }} }}
             deploy {deploy}"
        ));
        Setup::new(&of("Smooth", &schedule, "Mine", "budget 3 epochs"), 1).trained().deployed
    };
    let whole = |k: usize| std::iter::repeat_n(k, 4).collect::<Route>();
    assert_eq!(ensemble("mean"), [whole(0), whole(1), whole(2)]);
    assert_eq!(ensemble("head[1]"), [whole(1)]);
    // Nine passes over two thirds come to three epochs in five turns: the fifth is of member 1.
    assert_eq!(ensemble("last head"), [whole(1)]);
    let best = ensemble("best head on train");
    assert!((0..3).any(|k| best == [whole(k)]), "{best:?}");
}

#[test]
fn the_mean_is_that_of_probabilities() {
    let (setup, routes) = deployed("mean", 2);
    let mut trained = setup.trained();
    let ids = setup.train_ids();
    let mean = evaluate(&mut trained.trainer, &routes, ids).outputs.remove(0);
    let each: Vec<Vec<f32>> =
        routes.iter().map(|r| evaluate(&mut trained.trainer, std::slice::from_ref(r), ids).outputs.remove(0)).collect();
    for (i, chance) in mean.iter().enumerate() {
        let expected = each.iter().map(|e| e[i]).sum::<f32>() / 3.0;
        assert!((chance - expected).abs() < 1e-6);
    }
}

// ---------------------------------------------------------------- dropout

#[test]
fn dropout_drops_while_training_in_frozen_modules_too() {
    let setup = Setup::new(&pipeline("", "EndToEnd", ""), 1);
    let trainer = Trainer::new(&setup.job()).unwrap();
    let ids = &setup.train_ids()[..16];
    let route = Route::first(setup.graph.modules.len());
    let outputs = |stream: &str, frozen: bool| {
        let mut context = Context::train(&setup.device, Some(setup.seed.stream(stream)));
        let inputs = trainer.inputs(ids);
        // Statistics stay as they are between the calls.
        let mut weights = trainer.weights.clone();
        let frozen = vec![frozen; setup.graph.modules.len()];
        let outputs = graph::forward(&setup.graph, &mut context, &mut weights, &route, &frozen, &inputs);
        bits(&outputs[0].values())
    };
    assert_eq!(outputs("a", false), outputs("a", false));
    assert_ne!(outputs("a", false), outputs("b", false));
    assert_ne!(outputs("a", true), outputs("b", true));
    let mut context = Context::evaluate(&setup.device);
    let (inputs, still) = (trainer.inputs(ids), vec![true; setup.graph.modules.len()]);
    let mut weights = trainer.weights.clone();
    let evaluated = graph::forward(&setup.graph, &mut context, &mut weights, &route, &still, &inputs);
    let again = graph::forward(&setup.graph, &mut context, &mut weights, &route, &still, &inputs);
    assert_eq!(bits(&evaluated[0].values()), bits(&again[0].values()));
    assert_ne!(bits(&evaluated[0].values()), outputs("a", true));
}

// ---------------------------------------------------------------- what goes wrong

#[test]
fn a_lost_run_says_so_and_the_others_go_on() {
    let schedule = mine("repeat { phase a { train uni, fusion, head on all } }");
    let wild = Setup::new(&of("Smooth", &schedule, "Mine", "optimizer sgd(lr: 1e38)"), 1);
    match wild.train() {
        Err(RunError::Diverged { phase, step, loss, .. }) => {
            assert!(phase == "a" && step > 0 && !loss.is_finite(), "{phase} {step} {loss}");
        }
        other => panic!("{:?}", other.map(|t| t.position)),
    }
    let text = format!(
        "{MHM}use std.schedule.EndToEnd\n{NETWORK}
pipeline arm(lr: Float) {{
  data moons
  network Smooth
  loss cross_entropy
  optimizer adam(lr: lr)
  schedule EndToEnd
  batch 64
  budget BUDGET
  metrics error
}}
experiment grid {{ vary lr in [1e-2, 1e38, 1e-3]  seeds 2  run arm(lr: lr)  table test_error }}"
    );
    // The first update is the last, too: nothing is lost before it.
    for budget in ["8 epochs", "1 steps"] {
        let records = records(&text.replace("BUDGET", budget), 2);
        let failed: Vec<bool> = records.iter().map(|r| r.failure.is_some()).collect();
        assert_eq!(failed, [false, true, false, false, true, false], "{records:?}");
        let calm = records.iter().filter(|r| r.failure.is_none());
        assert!(calm.clone().count() == 4 && calm.flat_map(|r| r.measures.values()).all(Result::is_ok));
    }
}

#[test]
fn a_phase_without_samples_is_named() {
    let schedule = mine(
        "folds 50  replicas head 2
         repeat { phase one { train uni, fusion, head[0] on fold(49) }  phase two { train head[1] on all } }
         deploy head[0]",
    );
    // Of generated data the linter knows it before.
    let schedule = format!("allow(phase-trains-nothing) {schedule}");
    let setup = Setup::new(&pipeline(&schedule, "Mine", ""), 1);
    let error = setup.train().map(|t| t.position).unwrap_err();
    let (phase, set) = ("one".to_string(), "fold(49)".to_string());
    assert_eq!(error, RunError::NoSamples { phase, set, folds: 50, samples: 38 });
    let why = "phase `one` has no samples: fold(49) is empty, as 38 training samples do not fill 50 folds";
    assert_eq!(error.to_string(), why);
}

#[test]
fn a_stopped_run_ends_after_the_step() {
    let setup = Setup::new(&pipeline("", "EndToEnd", ""), 1);
    let stop = AtomicBool::new(true);
    let job = train::Job { stop: &stop, ..setup.job() };
    assert_eq!(
        train::train(&job, &Watch::default(), &mut |_| {}).map(|t| t.position).unwrap_err(),
        RunError::Interrupted
    );
}

#[test]
fn a_batch_of_one_sample_keeps_statistics_finite() {
    let setup = Setup::new(&pipeline("", "EndToEnd", ""), 1);
    let mut trainer = Trainer::new(&setup.job()).unwrap();
    let phase = &setup.plan.phases[0];
    trainer.begin(phase, setup.seed.stream("dropout"));
    for batch in Batches::in_order(&setup.train_ids()[..5], Cut::Full(1)).iter() {
        assert!(trainer.step(phase, batch, &BEGINNING).read().is_finite());
    }
    assert!(trainer.weights.iter().all(|(_, w)| w.values().iter().all(|v| v.is_finite())));
}
