//! What the checker makes of an experiment's statements.

use crate::runs::{checked, experiment};
use mhm::hir::{MeasureName, What};
use mhm::measured::Perturbation;
use mhm::plan;

const PIPELINE: &str = "
use std.dataset.TwoMoons
use std.network.ToyIntermediate
use std.network.ToyUnimodal
use std.schedule.*

pipeline moons(method: Schedule = EndToEnd, budget: Length = 10 epochs, width: Int = 8) {
  data TwoMoons
  network ToyIntermediate(width: width)
  loss cross_entropy
  optimizer adam(lr: 3e-3)
  schedule method
  budget budget
  metrics error
}

pipeline alone(views: Names, width: Int = 8, head: Block = linear) {
  data TwoMoons
  modalities views
  network ToyUnimodal(width: width, head: head)
  loss cross_entropy
  optimizer adam(lr: 3e-3)
  schedule EndToEnd
  budget 10 epochs
  metrics error
}
";

const METHODS: &str = "
experiment methods {
  vary (method, budget) in [
    ETE: (EndToEnd, 20 epochs),
    \"MHM, 2 heads\": (Mhm(heads: 2), 2 * 5 rounds),
    (MhmNoFreeze(heads: 2), 100 steps),
  ]
  vary width in [4, 8]
  seeds [3, 5]
  repeats 2
  run moons(method, budget, width)
  reference first  = alone(views: [first], width: width)
  reference second = alone(views: [second])
  table test_gs, test_missing { rows method }
  figure test_error, test_gs_harnessed { lines method  panels width  every 5 }
  figure test_loss
  published \"A\" test_error = [[1, 2.5], _, [_, -4]]
  noise 0.5
}
";

#[test]
fn values_that_vary_together_go_together() {
    let found = experiment(&format!("{PIPELINE}{METHODS}"));
    let [method, width] = found.axes.as_slice() else { panic!("{:?}", found.axes) };
    assert_eq!((method.name.as_str(), method.with.as_slice()), ("method", ["budget".to_string()].as_slice()));
    assert_eq!(method.values, ["ETE", "MHM, 2 heads", "MhmNoFreeze(heads: 2), 100 steps"]);
    assert_eq!(width.values, ["4", "8"]);
    let budgets: Vec<String> = found.arms.iter().map(|arm| arm.pipeline.budget.to_string()).collect();
    assert_eq!(budgets, ["20 epochs", "20 epochs", "10 rounds", "10 rounds", "100 steps", "100 steps"]);
    assert_eq!((found.seeds, found.repeats, found.noise), (vec![3, 5], 2, 0.5));
}

#[test]
fn references_stand_in_every_place_of_the_grid() {
    let found = experiment(&format!("{PIPELINE}{METHODS}"));
    let widths = |n: usize| {
        let widths =
            found.references[n].pipelines.iter().map(|p| p.network.modules[0].weights[0].spec.shape.to_string());
        widths.collect::<Vec<_>>()
    };
    assert_eq!(widths(0), ["[4, 1]", "[8, 1]", "[4, 1]", "[8, 1]", "[4, 1]", "[8, 1]"]);
    assert_eq!(widths(1), ["[8, 1]"; 6]);
    let views: Vec<&str> = found.references.iter().map(|r| r.pipelines[0].network.inputs[0].name.as_str()).collect();
    assert_eq!(views, ["first", "second"]);
}

#[test]
fn published_numbers_are_in_the_order_of_the_arms() {
    let found = experiment(&format!("{PIPELINE}{METHODS}"));
    assert_eq!(found.published[0].values, [Some(1.0), Some(2.5), None, None, None, Some(-4.0)]);
    let one = experiment(&format!("{PIPELINE} experiment x {{ run moons published \"A\" test_loss = 0.3 }}"));
    assert_eq!(one.published[0].values, [Some(0.3)]);
}

#[test]
fn figures_say_what_is_drawn_and_how_often() {
    let found = experiment(&format!("{PIPELINE}{METHODS}"));
    let every: Vec<u32> = found.figures.iter().map(|figure| figure.every).collect();
    assert_eq!((every, found.figures[0].panels.as_slice()), (vec![5, 1], ["width".to_string()].as_slice()));
    let shown: Vec<&str> = found.shown().into_iter().collect();
    assert_eq!(shown, ["test_error", "test_gs", "test_gs_harnessed", "test_loss", "test_missing"]);
}

#[test]
fn measures_are_read_in_the_words_of_a_pipeline() {
    let pipeline = &checked(PIPELINE).pipelines[0];
    let of = |name: &str| MeasureName::of(name, pipeline).map(|m| (m.what, m.change));
    assert_eq!(of("fresh_gs"), Some((What::Sensitivity, None)));
    let noisy = Some(Perturbation::Noisy("second".into()));
    assert_eq!(of("test_error_noisy_second"), Some((What::Metric("error".into()), noisy)));
    assert_eq!(of("test_error_noisy_third"), None);
    assert_eq!(pipeline.class_output(), Some((0, 0)));
}

/// `turns` and `length` say nothing where they are left away.
#[test]
fn a_schedule_with_its_defaults_written_out_is_the_same() {
    let plan = |method: &str| {
        let text = format!("{PIPELINE} pipeline mine = moons(method: {method})");
        plan::schedule(checked(&text).pipelines.last().expect("the alias is a pipeline")).to_string()
    };
    for method in ["Mhm", "MhmNoFreeze"] {
        assert_eq!(plan(method), plan(&format!("{method}(heads: 4, turns: 1, length: 1 epoch)")));
        assert_ne!(plan(method), plan(&format!("{method}(heads: 4, turns: 2)")));
    }
}
