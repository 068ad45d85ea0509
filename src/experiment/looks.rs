//! How much is evaluated beside the training of a run: for its tables at the end, for its figures on the way, and to choose among
//! replicas and epochs. Owns the count; what one look costs is the cost's.

use crate::cost::{Cost, Looks};
use crate::data::folds::Folds;
use crate::graph::Graph;
use crate::id::SampleId;
use crate::plan::{Deploy, Length, Plan};
use crate::split::SplitName;
use crate::train::{EvaluationPlan, Networks, Watch};
use std::collections::BTreeMap;

/// What a run of this plan evaluates that is watched so, its splits having these samples.
pub fn looks(
    watch: &Watch,
    (plan, graph, cost): (&Plan, &Graph, &Cost),
    (splits, folds): (&BTreeMap<SplitName, Vec<SampleId>>, &Folds),
) -> Looks {
    let mut looks = Looks::default();
    let mut look = |samples: usize, times: u64| {
        looks.samples += samples as u64 * times;
        looks.batches += samples.div_ceil(graph.evaluated_together()) as u64 * times;
    };
    let train = splits.get(&SplitName::TRAIN).map_or(0, Vec::len).max(1);
    let epochs = cost.samples / train as u64;
    let deployed = plan.deployed().len() as u64;
    let all = |asked: &EvaluationPlan, times: u64, look: &mut dyn FnMut(usize, u64)| {
        for (request, networks) in asked.iter() {
            let samples = splits.iter().find(|(name, _)| **name == *request.split).map_or(0, |(_, ids)| ids.len());
            let others = if networks == Networks::Each { plan.replicas().len() as u64 } else { 0 };
            look(samples, times * (deployed + others));
        }
    };
    all(&watch.end, 1, &mut look);
    for (every, asked) in &watch.epochs {
        all(asked, epochs / u64::from(*every), &mut look);
    }
    if let Deploy::Best { candidates, set, .. } = &plan.deploy {
        look(set.evaluate(splits, folds).len(), candidates.len() as u64);
    }
    if let Some(keep) = &plan.keep {
        look(keep.set.evaluate(splits, folds).len(), epochs);
    }
    for (phase, cost) in plan.phases.iter().zip(&cost.phases) {
        if let Length::NoGain { set, .. } = &phase.length {
            look(set.evaluate(splits, folds).len(), cost.total_samples / (cost.set as u64).max(1));
        }
    }
    looks
}
