//! How long a run will take: a few real steps of every phase, timed. Owns the clock; trains a copy that is thrown away.

#![expect(clippy::disallowed_methods, reason = "what a step takes is measured")]

use crate::builtin::Progress;
use crate::cost::Cost;
use crate::data::folds::{Folds, SplitSet};
use crate::plan::Deploy;
use crate::train::{Job, RunError, Trainer, evaluate, folds};
use std::time::Instant;

/// Steps timed a phase, after as many that are not.
const STEPS: usize = 20;

/// Seconds of the whole run on one thread: its steps, choosing a replica, and the final evaluation of every split.
///
/// # Errors
/// Where a run could not begin.
pub fn calibrate(job: &Job<'_>, cost: &Cost) -> Result<f64, RunError> {
    let mut trainer = Trainer::new(job)?;
    let folds = folds(job.plan, job.data, job.seed);
    let mut seconds = 0.0;
    for (phase, cost) in job.plan.phases.iter().zip(&cost.phases) {
        let ids = phase.on.evaluate(&job.data.splits, &folds);
        if ids.is_empty() || cost.total_steps == 0 {
            continue;
        }
        trainer.begin(phase, job.seed.stream("calibrate"));
        let start = Instant::now();
        trainer.fill_cache(phase, &ids, phase.visit(ids.len(), 0).samples, cost.total_samples);
        seconds += start.elapsed().as_secs_f64() * cost.cached_samples as f64 / ids.len() as f64;
        let progress = Progress { step: 0, steps: 1, epoch: 0.0, stalls: &[] };
        let mut stream = job.seed.stream("calibrate/batches");
        let mut times = [0.0, 0.0];
        for time in &mut times {
            let start = Instant::now();
            let mut done = 0;
            while done < STEPS {
                for batch in trainer.pass(phase, &ids, &mut stream).iter().take(STEPS - done) {
                    trainer.step(phase, batch, &progress);
                    done += 1;
                }
            }
            *time = start.elapsed().as_secs_f64();
        }
        seconds += times[1] / STEPS as f64 * cost.total_steps as f64;
    }
    Ok(seconds + evaluation(job, &mut trainer, &folds))
}

fn evaluation(job: &Job<'_>, trainer: &mut Trainer<'_>, folds: &Folds) -> f64 {
    let candidates = match &job.plan.deploy {
        Deploy::Routes(routes) => routes.clone(),
        Deploy::Best { candidates, .. } | Deploy::Last { candidates, .. } => candidates.clone(),
    };
    let start = Instant::now();
    for ids in job.data.splits.values() {
        evaluate(trainer, &candidates[..1], ids);
    }
    let once = start.elapsed().as_secs_f64();
    let start = Instant::now();
    if let Deploy::Best { candidates, set, .. } = &job.plan.deploy {
        let set: &SplitSet = set;
        let ids = set.evaluate(&job.data.splits, folds);
        candidates.iter().for_each(|c| drop(evaluate(trainer, std::slice::from_ref(c), &ids)));
    }
    once + start.elapsed().as_secs_f64()
}
