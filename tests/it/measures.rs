//! What a run shows beside its weights, and what is measured of it: looking changes nothing, stored predictions are those of
//! the networks, repeats share data and nothing else, and every number follows from what was kept.

use crate::runs::{BEGINNING, Frozen, Setup, bits, experiment};
use mhm::experiment::{News, Options, cells, run};
use mhm::hir::Experiment;
use mhm::measure;
use mhm::record::{ArmId, Artifacts, ClassOutput, Evaluated, Evaluee, Perturbation, RunRecord};
use mhm::train::{self, Event, Fingerprint, Networks, RunError, Trainer, Watch, evaluate};
use std::collections::BTreeMap;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex};

const TEXT: &str = "
use std.schedule.*
network Small(width: Int = 6) {
  in     each modality: [D]
  uni    each embed = linear(width) |> tanh |> dropout(0.2)
  fusion joint      = concat |> linear(width) |> batch_norm |> tanh
  head   classify   = linear(width) |> batch_norm |> tanh |> linear(2)
  out    classify(joint(embed(modality)))
}
dataset moons(per_class: Int = 21) from two_moons(per_class: per_class, noise: 0.3) {
  modality first:  [1] = axis(0)
  modality second: [1] = axis(1)
  target   moon: class(2) = labels
  split    train = random(0.7)
  split    test  = rest
  split    fresh = fresh(30)
}
pipeline p(method: Schedule = Mhm(heads: 3)) {
  data moons
  network Small
  loss cross_entropy
  optimizer adam(lr: 1e-2)
  schedule method
  batch 8
  budget 6 epochs
  metrics error, f1
}
experiment methods {
  vary method in [EndToEnd, Mhm(heads: 3)]
  seeds 2
  run p(method: method)
  table test_error
  MORE
}";

/// The experiment with more statements.
fn with(more: &str) -> Experiment {
    experiment(&TEXT.replace("MORE", more))
}

fn setup(method: &str, seed: u64) -> Setup {
    text_setup(TEXT, method, seed)
}

fn text_setup(text: &str, method: &str, seed: u64) -> Setup {
    let text = text.replace("MORE", "").replace("Schedule = Mhm(heads: 3)", &format!("Schedule = {method}"));
    Setup::new(&text, seed)
}

const MHM: &str = "Mhm(heads: 3)";

/// Everything there is to see, after every epoch and at the end.
fn everything() -> Watch {
    let mut end = train::EvaluationPlan::default();
    for split in ["train", "test", "fresh"] {
        let changes = [None, Some(Perturbation::Without("first".into())), Some(Perturbation::Noisy("second".into()))];
        changes.into_iter().for_each(|change| end.add((split.into(), change), Networks::Each));
    }
    Watch { end: end.clone(), epochs: [(1, end)].into(), noise: 1.0 }
}

fn seen(setup: &Setup, watch: &Watch) -> Vec<Evaluated> {
    let mut all = vec![];
    let mut listen = |event: Event<'_>| {
        if let Event::Seen(evaluated) = event {
            all.push(evaluated);
        }
    };
    train::train(&setup.job(), watch, &mut listen).expect("this trains");
    all
}

fn find<'e>(seen: &'e [Evaluated], split: &str, change: Option<Perturbation>, network: Evaluee) -> &'e Evaluated {
    let wanted = |e: &&Evaluated| e.split == split && e.change == change && e.network == network && e.epoch.is_none();
    seen.iter().find(wanted).expect("it was to be seen")
}

// ---------------------------------------------------------------- looking

#[test]
fn looking_changes_no_bit() {
    for method in ["Mhm(heads: 3)", "Ensemble(members: 2)", "EndToEnd"] {
        let text = TEXT.replace("optimizer adam(lr: 1e-2)", "optimizer adam(lr: 1e-2) rate plateau(patience: 1)");
        let setup = text_setup(&text, method, 4);
        let blind = setup.trained();
        let watched = train::train(&setup.job(), &everything(), &mut |_| {}).expect("this trains");
        assert_eq!(Frozen::of(&blind.trainer), Frozen::of(&watched.trainer), "{method}");
        assert_eq!((blind.deployed, blind.position), (watched.deployed, watched.position), "{method}");
    }
}

#[test]
fn the_last_epoch_is_the_end() {
    let setup = setup(MHM, 2);
    let seen = seen(&setup, &everything());
    let at = |epoch| seen.iter().filter(move |e| e.epoch == epoch).map(|e| Evaluated { epoch: None, ..e.clone() });
    assert!(at(None).eq(at(Some(6))));
    assert!(!at(None).eq(at(Some(5))));
    assert_eq!(seen.len(), 7 * 3 * 3 * (1 + 3));
}

#[test]
fn epochs_within_a_long_phase_are_looked_at_when_they_end() {
    let schedule = "schedule Once { phase all { train uni, fusion, head on all for 6 epochs } }\n";
    let once = text_setup(&format!("{schedule}{TEXT}"), "Once", 3);
    let end = [(("test".into(), None), Networks::Deployed)].into_iter().collect();
    let watch = Watch { epochs: [(2, end)].into(), ..Watch::default() };
    for setup in [once, setup("EndToEnd", 3)] {
        let losses: Vec<(Option<u32>, f64)> = seen(&setup, &watch).iter().map(|e| (e.epoch, e.loss)).collect();
        let epochs: Vec<Option<u32>> = losses.iter().map(|(epoch, _)| *epoch).collect();
        assert_eq!(epochs, [Some(2), Some(4), Some(6)]);
        assert!(losses[0].1 != losses[1].1 && losses[1].1 != losses[2].1);
    }
}

#[test]
fn predictions_are_those_of_each_network_by_itself() {
    let setup = setup(MHM, 5);
    let mut trained = setup.trained();
    let seen = seen(&setup, &everything());
    for split in ["test", "fresh", "train"] {
        let ids = setup.data.split(split).unwrap();
        for (name, route) in setup.plan.replicas() {
            let alone = evaluate(&mut trained.trainer, std::slice::from_ref(&route), ids);
            let kept = find(&seen, split, None, Evaluee::Replica(name));
            assert_eq!(bits(&kept.outputs["out"].values), bits(&alone.outputs[0]));
            assert_eq!(kept.outputs["out"].axes, [ids.len(), 2]);
            assert!((kept.loss - alone.loss).abs() < 1e-9);
            if trained.deployed == [route] {
                assert_eq!(kept.outputs, find(&seen, split, None, Evaluee::Deployed).outputs);
            }
        }
    }
    let names: Vec<String> = setup.plan.replicas().into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["head[0]", "head[1]", "head[2]"]);
}

#[test]
fn a_plan_without_replicas_has_none() {
    assert!(setup("EndToEnd", 1).plan.replicas().is_empty());
    let whole = setup("Ensemble(members: 2)", 1);
    let replica = |k: usize| (format!("head[{k}]"), std::iter::repeat_n(k, 4).collect());
    assert_eq!(whole.plan.replicas(), [replica(0), replica(1)]);
}

#[test]
fn changed_inputs_are_changed_as_said() {
    let (mut setup, mut watch) = (setup(MHM, 6), everything());
    watch.epochs.clear();
    let before = seen(&setup, &watch);
    let of = |seen: &[Evaluated], change: Option<Perturbation>| -> Vec<u32> {
        bits(&find(seen, "test", change, Evaluee::Deployed).outputs["out"].values)
    };
    let (without, noisy) = (Some(Perturbation::Without("first".into())), Some(Perturbation::Noisy("second".into())));
    assert_ne!(of(&before, without.clone()), of(&before, None));
    assert_ne!(of(&before, noisy.clone()), of(&before, None));
    assert_eq!(of(&before, noisy.clone()), of(&seen(&setup, &watch), noisy.clone()), "noise is drawn from a stream");
    watch.noise = 0.0;
    assert_eq!(of(&seen(&setup, &watch), noisy), of(&before, None), "no noise is no change");
    // The same as a dataset whose test samples hold the mean of the training samples.
    let train = setup.train_ids().to_vec();
    let first = &mut Arc::make_mut(&mut setup.data.modalities[0]).values;
    let mean = train.iter().map(|&id| f64::from(first[id.row()])).sum::<f64>() / train.len() as f64;
    for id in &setup.data.splits["test"] {
        first[id.row()] = mean as f32;
    }
    assert_eq!(of(&seen(&setup, &watch), None), of(&before, without));
}

// ---------------------------------------------------------------- frozen

#[test]
fn a_thawed_module_is_found_and_named() {
    let setup = setup(MHM, 1);
    let mut trainer = Trainer::new(&setup.job()).unwrap();
    let phase = setup.phase("head[1]");
    let step = |trainer: &mut Trainer<'_>| {
        trainer.begin(phase, setup.seed.stream("dropout"));
        trainer.step(phase, &setup.ids(&phase.on)[..8], &BEGINNING);
    };
    let before = Fingerprint::of(&trainer);
    step(&mut trainer);
    assert_eq!(before.holds(&Fingerprint::of(&trainer), &trainer, phase), Ok(()));
    // A step that is broken: it moves one weight, or one statistic, of a module that is frozen.
    let joint = setup.module("joint");
    for weight in 0..setup.graph.module(joint).weights.len() {
        let before = Fingerprint::of(&trainer);
        step(&mut trainer);
        trainer.weights.of_mut(joint.replica(0))[weight]
            .modify(|values| values[0] = f32::from_bits(values[0].to_bits() ^ 1));
        let error = before.holds(&Fingerprint::of(&trainer), &trainer, phase).unwrap_err();
        assert_eq!(error, RunError::FrozenChanged { phase: "head[1]".into(), module: "fusion[0].joint".into() });
        assert!(error.to_string().contains("`head[1]` changed `fusion[0].joint`"), "{error}");
    }
    // Optimizer state of another head ages.
    let other = setup.phase("head[0]");
    trainer.begin(other, setup.seed.stream("dropout"));
    let before = Fingerprint::of(&trainer);
    trainer.step(other, &setup.ids(&other.on)[..8], &BEGINNING);
    let error = before.holds(&Fingerprint::of(&trainer), &trainer, phase).unwrap_err();
    assert_eq!(error, RunError::FrozenChanged { phase: "head[1]".into(), module: "head[0].classify".into() });
}

// ---------------------------------------------------------------- experiments

type Cellar = BTreeMap<(ArmId, u64, u64), Arc<Artifacts>>;

/// Records without wall-clock times, and what every run kept.
fn ran(experiment: &Experiment) -> (Vec<RunRecord>, Cellar) {
    let options = Options { threads: 2, ..Options::plain(vec![]) };
    let cellar = Mutex::new(Cellar::new());
    let listen = |news: News<'_>| {
        if let News::Done(record, kept) = news {
            let cell = (record.arm.clone(), record.seed, record.repeat);
            cellar.lock().unwrap().insert(cell, Arc::new(kept.clone()));
        }
    };
    let mut records =
        run(experiment, &cells(experiment), &options, &AtomicBool::new(false), &listen).expect("threads start");
    records.iter_mut().for_each(|r| r.seconds = 0.0);
    (records, cellar.into_inner().unwrap())
}

fn completed(records: &[RunRecord], cellar: &Cellar, references: &[&str]) -> Vec<RunRecord> {
    let mut records = records.to_vec();
    let references: Vec<String> = references.iter().map(|name| name.to_string()).collect();
    measure::complete(&mut records, &references, &mut |arm, turn| {
        let (seed, repeat) = (turn.seed, turn.repeat);
        cellar.get(&(arm.clone(), seed, repeat)).cloned()
    });
    records
}

fn of<'r>(records: &'r [RunRecord], method: &str, seed: u64, repeat: u64) -> &'r RunRecord {
    let wanted = |r: &&RunRecord| r.arm.value("method") == Some(method) && (r.seed, r.repeat) == (seed, repeat);
    records.iter().filter(|r| !r.arm.is_reference()).find(wanted).expect("a record of every run")
}

#[test]
fn repeats_share_data_and_split_and_nothing_else() {
    let ((plain, first), (records, kept)) = (ran(&with("")), ran(&with("repeats 3")));
    assert_eq!((plain.len(), records.len()), (4, 12));
    for record in &plain {
        let cell = (record.arm.clone(), record.seed, 0);
        assert_eq!(records.iter().find(|r| (r.arm.clone(), r.seed, r.repeat) == cell), Some(record));
        assert_eq!(first[&cell], kept[&cell], "weights and predictions, bit for bit");
        let other = |repeat| &kept[&(record.arm.clone(), record.seed, repeat)];
        for repeat in [1, 2] {
            assert_eq!(first[&cell].truths, other(repeat).truths, "data and split");
            for (path, weights) in &first[&cell].weights {
                let drawn = path.ends_with("0.weight");
                assert!(!drawn || *weights != other(repeat).weights[path], "{path}");
            }
        }
        assert_ne!(other(1).weights, other(2).weights);
    }
}

#[test]
fn everything_is_measured_of_what_was_kept() {
    let (records, cellar) = ran(&with("repeats 2"));
    for record in &records {
        let kept = &cellar[&(record.arm.clone(), record.seed, record.repeat)];
        let test = find(&kept.evaluated, "test", None, Evaluee::Deployed);
        let truth = kept.truths.iter().find(|t| t.split == "test").unwrap();
        let wrong = test.outputs["out"].values.chunks(2).zip(&truth.values.values);
        let wrong = wrong.filter(|(p, truth)| usize::from(p[1] > p[0]) != **truth as usize).count();
        let error = wrong as f64 / truth.values.values.len() as f64;
        assert!((record.measured("test_error").unwrap() - error).abs() < 1e-12);
        let counts = measure::confusion(kept, "test").unwrap();
        assert_eq!(counts[0][1] + counts[1][0], wrong as u64);
        assert_eq!(counts.iter().flatten().sum::<u64>(), truth.values.values.len() as u64);
        assert_eq!(record.measured("test_loss").unwrap(), test.loss);
        let gap = record.measured("test_error").unwrap() - record.measured("train_error").unwrap();
        assert_eq!((record.measured("test_gap").unwrap(), record.measured("generalization_gap").unwrap()), (gap, gap));
        assert!(record.measures.contains_key("fresh_f1") && record.epochs.is_empty());
        let mhm = record.arm.value("method") == Some("Mhm(heads: 3)");
        assert_eq!(
            record.measures.get("test_gs_harnessed").is_some_and(|gs| gs.as_ref().is_ok_and(|gs| *gs > 0.0)),
            mhm
        );
        assert!(!record.measures.contains_key("train_gs_harnessed"), "no replica is seen on the training split");
        assert!(kept.weights.contains_key("fusion[0].joint.1.running_mean"), "{:?}", kept.weights.keys());
        assert_eq!(kept.weights.contains_key("head[2].classify.0.weight"), mhm);
    }
    // Sensitivity: one number a seed, the same whichever run comes first.
    let complete = completed(&records, &cellar, &[]);
    for record in &complete {
        let gs = record.measured("fresh_gs").unwrap();
        assert!(gs > 0.0);
        assert_eq!(
            gs,
            of(&complete, record.arm.value("method").unwrap(), record.seed, 1 - record.repeat)
                .measured("fresh_gs")
                .unwrap()
        );
        assert!(!record.measures.contains_key("test_missing"));
    }
    let mut turned = records.clone();
    turned.reverse();
    for record in completed(&turned, &cellar, &[]) {
        let gs =
            of(&complete, record.arm.value("method").unwrap(), record.seed, record.repeat).measured("test_gs").unwrap();
        assert!((record.measured("test_gs").unwrap() - gs).abs() < 1e-12);
    }
    // One run a seed has none, and equal runs do not differ.
    let single: Vec<RunRecord> = records.iter().filter(|r| r.repeat == 0).cloned().collect();
    assert!(completed(&single, &cellar, &[]).iter().all(|r| !r.measures.contains_key("test_gs")));
    let mut records = records;
    measure::complete(&mut records, &[], &mut |arm, turn| cellar.get(&(arm.clone(), turn.seed, 0)).cloned());
    assert!(records.iter().all(|r| r.measured("test_gs").unwrap() == 0.0));
}

#[test]
fn equal_heads_have_no_harnessed_sensitivity() {
    let setup = setup(MHM, 1);
    let evaluated = |k: usize| Evaluated {
        network: Evaluee::Replica(format!("head[{k}]")),
        ..find(&seen(&setup, &everything()), "test", None, Evaluee::Deployed).clone()
    };
    let truths = train::truths(&setup.graph, &setup.data);
    let classes = Some(ClassOutput { output: "out".into(), target: "moon".into(), classes: 2 });
    let kept =
        |evaluated| Artifacts { evaluated, truths: truths.clone(), classes: classes.clone(), ..Artifacts::default() };
    let (measures, epochs) = measure::within(&kept((0..4).map(evaluated).collect()), &setup.graph);
    assert_eq!(measures, [("test_gs_harnessed".to_string(), Ok(0.0))].into());
    assert!(epochs.is_empty());
    assert!(measure::within(&kept(vec![evaluated(0)]), &setup.graph).0.is_empty(), "one replica has none");
}

#[test]
fn curves_have_the_epochs_that_figures_ask_for() {
    let figures = "figure test_gap, test_gs_harnessed { every 2 } figure fresh_gs, fresh_loss { every 3 }";
    let (records, cellar) = ran(&with(&format!("repeats 2 {figures}")));
    let complete = completed(&records, &cellar, &[]);
    for record in &complete {
        let epochs: Vec<u32> = record.epochs.iter().map(|e| e.epoch).collect();
        assert_eq!(epochs, [2, 3, 4, 6]);
        let names = |epoch: usize| record.epochs[epoch].measures.keys().map(String::as_str).collect::<Vec<_>>();
        assert!(
            names(1).iter().all(|name| name.starts_with("fresh")) && names(1).contains(&"fresh_gs"),
            "{:?}",
            names(1)
        );
        assert!(names(0).contains(&"test_gap") && names(0).contains(&"train_error") && !names(0).contains(&"fresh_gs"));
        let mhm = record.arm.value("method") == Some("Mhm(heads: 3)");
        assert_eq!(names(0).contains(&"test_gs_harnessed"), mhm);
        for (name, value) in &record.epochs[3].measures {
            assert_eq!(
                value.clone().unwrap(),
                record.measured(name).unwrap(),
                "{name} after the last epoch and at the end"
            );
        }
    }
    // Figures change nothing but what is seen.
    let (plain, _) = ran(&with("repeats 2"));
    for (with, without) in records.iter().zip(&plain) {
        assert_eq!((&with.measures, with.steps), (&without.measures, without.steps));
    }
}

#[test]
fn missing_and_hitting_are_held_against_every_reference() {
    let references = "reference ete = p(method: EndToEnd) reference mhm = p(method: Mhm(heads: 3))";
    let (records, cellar) = ran(&with(&format!("{references} figure test_missing {{ every 3 }}")));
    assert_eq!(records.len(), 2 * (2 + 2 * 2));
    assert_eq!(records.iter().filter(|r| r.arm.is_reference()).count(), 8);
    let complete = completed(&records, &cellar, &["ete", "mhm"]);
    let right = |arm: &ArmId, seed: u64| -> Vec<bool> {
        let kept = &cellar[&(arm.clone(), seed, 0)];
        let truth = kept.truths.iter().find(|t| t.split == "fresh").unwrap();
        let said = find(&kept.evaluated, "fresh", None, Evaluee::Deployed).outputs["out"].values.chunks(2);
        said.zip(&truth.values.values).map(|(p, truth)| usize::from(p[1] > p[0]) == *truth as usize).collect()
    };
    for record in complete.iter().filter(|r| !r.arm.is_reference()) {
        let here = right(&record.arm, record.seed);
        let there = ["ete", "mhm"].map(|name| right(&record.arm.reference(name), record.seed));
        let share = |f: &dyn Fn(usize) -> bool| (0..here.len()).filter(|&n| f(n)).count() as f64 / here.len() as f64;
        let missing = share(&|n| !here[n] && (there[0][n] || there[1][n]));
        assert_eq!(record.measured("fresh_missing").unwrap(), missing);
        // Each arm is itself one of the references: nothing is hit that both miss.
        assert_eq!(record.measured("fresh_hitting").unwrap(), 0.0);
        assert_eq!(record.epochs.iter().filter(|e| e.measures.contains_key("test_missing")).count(), 2);
    }
    assert!(complete.iter().filter(|r| r.arm.is_reference()).all(|r| !r.measures.contains_key("test_missing")));
    // Without one of the references there is no number.
    assert!(completed(&records, &cellar, &["ete", "none"]).iter().all(|r| !r.measures.contains_key("test_missing")));
}

#[test]
fn changed_inputs_are_seen_where_a_measure_asks() {
    let (records, cellar) = ran(&with("table fresh_error_noisy_first, test_f1_without_second"));
    for record in &records {
        assert!(
            record.measures.contains_key("fresh_error_noisy_first")
                && record.measures.contains_key("fresh_loss_noisy_first")
        );
        assert!(
            record.measures.contains_key("test_f1_without_second")
                && !record.measures.contains_key("test_f1_noisy_first")
        );
    }
    let changes = cellar.values().flat_map(|kept| &kept.evaluated).filter(|e| e.change.is_some());
    assert_eq!(changes.count(), 2 * records.len());
}
