//! What the audit trail of a run has to say whatever its weights: replicas, phases, their samples, and how long it was. Owns what
//! follows from the plan and the data; hashes only the run knows.

use super::{Job, folds};
use crate::id::ReplicaId;
use crate::id::SampleId;
use crate::plan::{self, Length, Phase};
use crate::record::trail::{Group, PhaseRun, Replica, Trail};
use crate::split::SplitName;

/// Every replica that has weights, which could change, in the order of a visit's hashes.
pub fn hashed_replicas(job: &Job<'_>) -> Vec<ReplicaId> {
    job.plan.all_replicas().filter(|id| !job.graph.module(id.module).weights.is_empty()).collect()
}

/// Those replicas with the paths of their weights.
pub fn replicas(job: &Job<'_>) -> Vec<Replica> {
    let graph = job.graph;
    let weights = |id: ReplicaId| (0..graph.module(id.module).weights.len()).map(move |i| graph.path(id.weight(i)));
    let replica = |id: ReplicaId| Replica { name: graph.replica_name(id), weights: weights(id).collect() };
    hashed_replicas(job).into_iter().map(replica).collect()
}

/// The phases of the plan with the samples they take.
pub fn phases(job: &Job<'_>) -> Vec<PhaseRun> {
    let (replicas, folds) = (hashed_replicas(job), folds(job.plan, job.data, job.seed));
    let trains = |phase: &Phase| (0..replicas.len()).filter(|i| phase.train.contains(&replicas[*i])).collect();
    let phase = |phase: &Phase| PhaseRun {
        name: phase.name.clone(),
        named: std::iter::once(SplitName::TRAIN).chain(phase.on.named()).map(|name| name.to_string()).collect(),
        trains: trains(phase),
        samples: phase.on.evaluate(&job.data.splits, &folds).into_iter().collect(),
    };
    job.plan.phases.iter().map(phase).collect()
}

/// What the samples belong together by, and whether splits and phases are to keep it whole.
pub fn groups(job: &Job<'_>) -> Vec<Group> {
    let in_phases = job.plan.folds.is_none_or(|folds| folds.grouped);
    let group = |group: &crate::data::Group| Group {
        name: group.name.clone(),
        names: group.names.clone(),
        of: group.of.clone(),
        in_splits: group.whole,
        in_phases: group.kept && in_phases,
    };
    job.data.groups.iter().map(group).collect()
}

/// What of a stored trail, and of the steps and samples that a run counted, is not what its plan makes.
pub fn faults(job: &Job<'_>, trail: &Trail, (steps, samples): (u64, u64)) -> Vec<String> {
    let mut faults = vec![];
    if trail.replicas != replicas(job) {
        faults.push("its audit trail is not of the replicas of its network".into());
    }
    if trail.phases != phases(job) {
        faults.push("its audit trail is not of the phases of its plan and their samples".into());
    }
    if trail.groups != groups(job) {
        faults.push("its audit trail is not of the groups of its data".into());
    }
    if trail.rows != job.data.rows {
        faults.push("its audit trail is not of the rows of its data".into());
    }
    // How long such a phase is hangs on the losses.
    let is_open = |phase: &Phase| matches!(phase.length, Length::NoGain { .. });
    if job.plan.phases.iter().any(is_open) {
        return faults;
    }
    let folds = folds(job.plan, job.data, job.seed);
    let sizes = job.plan.phases.iter().map(|phase| phase.on.evaluate(&job.data.splits, &folds).len());
    let sizes: Vec<usize> = sizes.collect();
    let planned = plan::count(job.plan, job.data.split(&SplitName::TRAIN).map_or(0, <[SampleId]>::len), &sizes);
    let visits: u64 = planned.visits.iter().sum();
    let told = (trail.visits.len() as u64).saturating_sub(1).saturating_add(trail.more);
    let counts = [
        ("visits", told, visits),
        ("steps", steps, planned.position.steps),
        ("samples", samples, planned.position.samples),
    ];
    let others = counts.into_iter().filter(|(_, told, planned)| told != planned);
    faults.extend(others.map(|(what, told, planned)| format!("it tells of {told} {what}, and its plan has {planned}")));
    faults
}
