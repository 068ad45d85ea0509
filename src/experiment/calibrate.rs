//! How long a run will take: a few real steps of every phase, timed. Owns the clock; trains a copy that is thrown away.

#![expect(clippy::disallowed_methods, reason = "what a step takes is measured")]

use crate::builtin::Progress;
use crate::cost::{Cost, Looks};
use crate::train::{Job, RunError, Trainer, evaluate, folds};
use std::time::Instant;

/// Steps timed a phase, after as many that are not.
const STEPS: usize = 20;

/// Seconds of the whole run on one thread: its steps, and all that is evaluated.
///
/// # Errors
/// Where a run could not begin.
pub fn calibrate(job: &Job<'_>, cost: &Cost, looks: Looks) -> Result<f64, RunError> {
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
    // One look at every split, and as much for every other sample that is looked at.
    let start = Instant::now();
    job.data.splits.values().for_each(|ids| drop(evaluate(&mut trainer, &job.plan.deployed()[..1], ids)));
    let samples: usize = job.data.splits.values().map(Vec::len).sum();
    Ok(seconds + start.elapsed().as_secs_f64() * looks.samples as f64 / samples.max(1) as f64)
}
