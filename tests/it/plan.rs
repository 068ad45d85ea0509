//! Plans and graphs as they print. Each file of `tests/cases/plan` and `tests/cases/graph` has a neighbour in `.txt`:
//! the plan with its costs, or the graph, of every pipeline it declares. `MHM_BLESS=1` renews them.

use crate::blessed;
use crate::runs::{Setup, checked};
use mhm::cost::cost;
use mhm::plan::{self, Extent, Position};
use mhm::seed::Seed;
use mhm::{graph, hir};
use std::fs;
use std::path::{Path, PathBuf};

fn cases(folder: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases").join(folder);
    let mut paths: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect();
    paths.retain(|p| p.extension().is_some_and(|e| e == "mhm"));
    paths.sort();
    assert!(!paths.is_empty());
    paths
}

/// Holds what `print` makes of every pipeline of a folder's files against the recorded text.
fn recorded(folder: &str, print: impl Fn(&hir::Pipeline) -> String) {
    let record = |path: PathBuf| {
        let text = fs::read_to_string(&path).unwrap();
        let printed: Vec<String> = checked(&text).pipelines.iter().map(&print).collect();
        (path.with_extension("txt"), printed.join("\n"))
    };
    blessed::hold(cases(folder).into_iter().map(record));
}

#[test]
fn plans_are_those_recorded() {
    recorded("plan", |pipeline| plan::schedule(pipeline).to_string());
}

/// So that a reader can hold it against the paper's sentence, which stands above it.
#[test]
fn every_schedule_of_the_library_has_its_plan_recorded() {
    let texts: Vec<String> = cases("plan").iter().map(|path| fs::read_to_string(path).unwrap()).collect();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("stdlib/schedule");
    for entry in fs::read_dir(folder).unwrap() {
        let name = entry.unwrap().path().file_stem().unwrap().to_string_lossy().to_string();
        let uses = format!("use std.schedule.{name}\n");
        assert!(texts.iter().any(|text| text.contains(&uses)), "no file of tests/cases/plan uses `{name}`");
    }
}

#[test]
fn graphs_are_those_recorded() {
    recorded("graph", |pipeline| graph::lower(pipeline).to_string());
}

/// Turns that come again are not walked, for plans of every case under sizes, batches and budgets that leave rests everywhere.
#[test]
fn what_is_counted_is_what_is_walked() {
    let mut stream = Seed(5).stream("counts");
    let mut longest = 0;
    for path in cases("plan") {
        for pipeline in &checked(&fs::read_to_string(&path).unwrap()).pipelines {
            let mut plan = plan::schedule(pipeline);
            for _ in 0..12 {
                let batch = 1 + stream.below(9);
                plan.phases.iter_mut().for_each(|phase| phase.batch = phase.batch.resized(batch));
                plan.budget.count = 1.0 + stream.below(30_000) as f64 / 16.0;
                let train = 1 + stream.below(40);
                let sizes: Vec<usize> = plan.phases.iter().map(|_| 1 + stream.below(train)).collect();
                let (mut visits, mut order) = (vec![0; sizes.len()], vec![]);
                let mut totals = vec![Extent { steps: 0, samples: 0 }; sizes.len()];
                let walked = plan::walk::<()>(&plan, train, |visit| {
                    if visit.number == 0 {
                        order.push(visit.phase);
                    }
                    visits[visit.phase] += 1;
                    let extent = plan.phases[visit.phase].visit(sizes[visit.phase], visit.number);
                    let total = &mut totals[visit.phase];
                    *total = Extent { steps: total.steps + extent.steps, samples: total.samples + extent.samples };
                    Ok(extent)
                });
                longest = longest.max(visits.iter().sum());
                let counted = plan::count(&plan, train, &sizes);
                let position = walked.unwrap();
                assert_eq!(counted, plan::Count { position, visits, totals, order }, "{}", path.display());
            }
        }
    }
    assert!(longest > 10_000, "{longest} visits");
}

#[test]
fn a_budget_of_years_is_counted_in_no_time() {
    let text = fs::read_to_string(&cases("plan")[0]).unwrap();
    let mut plan = plan::schedule(&checked(&text).pipelines[0]);
    let sizes: Vec<usize> = plan.phases.iter().enumerate().map(|(phase, _)| 7 + phase).collect();
    for count in [1e9, 1e12, 1e18, 1e300] {
        plan.budget.count = count;
        let counted = plan::count(&plan, 20, &sizes);
        assert!(counted.position.samples as f64 >= count.min(1e18), "{count}: {counted:?}");
    }
}

/// The plan of every case runs as it says, and comes to what it says it costs.
#[test]
fn what_is_planned_is_what_runs() {
    for path in cases("plan") {
        let setup = Setup::new(&fs::read_to_string(&path).unwrap(), 3);
        let sizes: Vec<usize> = setup.plan.phases.iter().map(|p| setup.ids(&p.on).len()).collect();
        let cost = cost(&setup.plan, &setup.graph, &sizes, setup.train_ids().len());
        let Position { steps, samples, .. } = setup.trained().position;
        let stops_by_itself = setup.plan.phases.iter().any(|p| matches!(p.length, plan::Length::NoGain { .. }));
        if stops_by_itself {
            assert!(steps <= cost.steps, "{}: at most {} steps, {steps} ran", path.display(), cost.steps);
        } else {
            assert_eq!((steps, samples), (cost.steps, cost.samples), "{}", path.display());
        }
        assert_eq!(cost.steps, cost.phases.iter().map(|p| p.total_steps).sum::<u64>());
        assert!(cost.flops > 0 && cost.peak_bytes > 0);
    }
}
