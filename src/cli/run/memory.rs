//! Whether the machine has the memory that the plans ask for: found out before a run, not by its end.

use crate::cost::cost;
use crate::cost::sheet::scaled;
use crate::graph::lower;
use crate::hir::Experiment;
use crate::plan::schedule;

/// An error where the largest arm on every thread needs more than is free.
pub fn enough(experiments: &[Experiment], threads: usize) -> Result<(), String> {
    let Some(free) = free() else { return Ok(()) };
    for experiment in experiments {
        let needs = |pipeline: &crate::hir::Pipeline| {
            let plan = schedule(pipeline);
            // The peak hangs on weights and batches; the data and what is kept of it come on top.
            cost(&plan, &lower(pipeline), &vec![0; plan.phases.len()], 0).peak_bytes
        };
        let beside = experiment.references.iter().flat_map(|reference| &reference.pipelines);
        let arms = experiment.arms.iter().map(|arm| &arm.pipeline).chain(beside);
        let begun =
            |pipeline: &crate::hir::Pipeline| pipeline.starts.iter().map(|s| needs(&s.pipeline)).max().unwrap_or(0);
        let peak = arms.map(|pipeline| needs(pipeline).max(begun(pipeline))).max().unwrap_or(0);
        let together = threads.min(experiment.arms.len() * experiment.seeds.len()) as u64;
        if peak.saturating_mul(together) > free {
            let (one, have) = (scaled(peak as f64, "B"), scaled(free as f64, "B"));
            let help =
                if peak < free { "use fewer `--threads`, or `--force`" } else { "make it smaller, or `--force`" };
            return Err(format!(
                "`{}` needs {one} a run, {together} at a time, and {have} are free; {help} (`mhm plan` shows what each arm needs)",
                experiment.name
            ));
        }
    }
    Ok(())
}

/// Bytes that can be had without swapping, where the system tells.
fn free() -> Option<u64> {
    let text = std::fs::read_to_string("/proc/meminfo").ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    line.split_whitespace().next()?.parse::<u64>().ok().map(|kilobytes| kilobytes * 1024)
}
