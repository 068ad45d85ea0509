//! Whether there is the memory that plans and their data ask for: found out before a run, not by its end. Owns what the machine,
//! the container, the shell and the batch system allow.

use crate::cost::cost;
use crate::cost::sheet::scaled;
use crate::data;
use crate::experiment::spec;
use crate::graph::lower;
use crate::hir::{Experiment, Pipeline};
use crate::plan::schedule;
use crate::seed::Seed;
use std::collections::BTreeMap;
use std::fs::read_to_string;
use std::path::{Path, PathBuf};

/// Bytes that so many runs of an experiment take at a time, with their data.
pub fn needed(experiment: &Experiment, threads: usize, roots: &[PathBuf]) -> u64 {
    let Needed { peak, together, read } = Needed::of(experiment, threads, &mut Data { roots, known: BTreeMap::new() });
    peak.saturating_mul(together as u64).saturating_add(read)
}

/// What an experiment takes: a run of it, so many at a time, and their data.
struct Needed {
    peak: u64,
    together: usize,
    read: u64,
}

impl Needed {
    fn of(experiment: &Experiment, threads: usize, data: &mut Data<'_>) -> Self {
        let beside = experiment.references.iter().flat_map(|reference| &reference.pipelines);
        let arms: Vec<&Pipeline> = experiment.arms.iter().map(|arm| &arm.pipeline).chain(beside).collect();
        let peak = arms.iter().map(|pipeline| needs(pipeline).max(begun(pipeline))).max().unwrap_or(0);
        // Each part of a seed has data of its own.
        let turns = experiment.seeds.len() * experiment.parts().len();
        let together = threads.min(experiment.arms.len() * turns);
        // Arms of one seed share what they read; so many seeds are under way at a time.
        let seeds = (together.div_ceil(experiment.arms.len().max(1)) + 1).min(together).min(turns);
        Self { peak, together, read: data.of(&arms).saturating_mul(seeds as u64) }
    }
}

/// An error where the largest arm on every thread, and the data that they use at a time, need more than is free.
pub fn enough(experiments: &[Experiment], threads: usize, roots: &[PathBuf]) -> Result<(), String> {
    let Some(free) = free() else { return Ok(()) };
    let mut data = Data { roots, known: BTreeMap::new() };
    for experiment in experiments {
        let Needed { peak, together, read } = Needed::of(experiment, threads, &mut data);
        if peak.saturating_mul(together as u64).saturating_add(read) > free {
            let shown = |bytes: u64| scaled(bytes as f64, "B");
            let help = if peak.saturating_add(read) < free {
                "use fewer `--threads`, or `--force`"
            } else if read > free {
                "keep less of the data in memory (`--array-memory`), or `--force`"
            } else {
                "make it smaller, or `--force`"
            };
            return Err(format!(
                "`{}` needs {} a run, {together} at a time, and {} for data, and {} are free; {help} (`mhm plan` shows what each \
                 arm needs)",
                experiment.name,
                shown(peak),
                shown(read),
                shown(free)
            ));
        }
    }
    Ok(())
}

/// The peak hangs on weights and batches; what is kept of the data comes on top.
fn needs(pipeline: &Pipeline) -> u64 {
    let plan = schedule(pipeline);
    cost(&plan, &lower(pipeline), &vec![0; plan.phases.len()], 0).peak_bytes
}

fn begun(pipeline: &Pipeline) -> u64 {
    pipeline.starts.iter().map(|start| needs(&start.pipeline)).max().unwrap_or(0)
}

/// Bytes that datasets take, each asked for once.
struct Data<'r> {
    roots: &'r [PathBuf],
    known: BTreeMap<String, u64>,
}

impl Data<'_> {
    /// Of the largest dataset. What cannot be read will say so.
    fn of(&mut self, arms: &[&Pipeline]) -> u64 {
        let of_arm = |pipeline: &&Pipeline| {
            let spec = spec(&pipeline.data, self.roots);
            let key = format!("{spec:?}");
            *self.known.entry(key).or_insert_with(|| data::needs(&spec, Seed(0)).unwrap_or(0))
        };
        arms.iter().map(of_arm).max().unwrap_or(0)
    }
}

/// Bytes that can be had without swapping, as far as the machine, the container, the shell and the batch system allow.
pub fn free() -> Option<u64> {
    let status = read_to_string("/proc/self/status").unwrap_or_default();
    let own = |field: &str| kilobytes(&status, field).unwrap_or(0);
    let limits = read_to_string("/proc/self/limits").unwrap_or_default();
    let machine = read_to_string("/proc/meminfo").ok().and_then(|text| kilobytes(&text, "MemAvailable:"));
    let space = limit(&limits, "Max address space").map(|most| most.saturating_sub(own("VmSize:")));
    let heap = limit(&limits, "Max data size").map(|most| most.saturating_sub(own("VmData:")));
    let said = |name: &str| std::env::var(name).ok();
    let job = job(said).map(|most| most.saturating_sub(own("VmRSS:")));
    let groups = read_to_string("/proc/self/cgroup").unwrap_or_default();
    [machine, space, heap, job, group(&groups)].into_iter().flatten().min()
}

/// `MemAvailable:   12345 kB`.
fn kilobytes(text: &str, field: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix(field))?;
    line.split_whitespace().next()?.parse::<u64>().ok()?.checked_mul(1024)
}

/// `Max address space   1048576   unlimited   bytes`: what holds now.
fn limit(text: &str, name: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    line.split_whitespace().next()?.parse().ok()
}

/// What Slurm gives the job on this machine, in megabytes.
fn job(said: impl Fn(&str) -> Option<String>) -> Option<u64> {
    let number = |name: &str| said(name).and_then(|text| text.parse::<u64>().ok()).filter(|n| *n > 0);
    let each = || number("SLURM_MEM_PER_CPU")?.checked_mul(number("SLURM_CPUS_ON_NODE").unwrap_or(1));
    number("SLURM_MEM_PER_NODE").or_else(each)?.checked_mul(1 << 20)
}

/// What is left of the memory of the control groups that this process is in, and of those around them.
fn group(groups: &str) -> Option<u64> {
    let of_line = |line: &str| {
        let mut parts = line.splitn(3, ':').skip(1);
        let (controllers, path) = (parts.next()?, parts.next()?.trim_start_matches('/'));
        let (root, most, used, cached) = match controllers.split(',').any(|name| name == "memory") {
            true => ("/sys/fs/cgroup/memory", "memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"),
            false if controllers.is_empty() => ("/sys/fs/cgroup", "memory.max", "memory.current", "inactive_file"),
            false => return None,
        };
        let left = |folder: PathBuf| {
            let number = |file: &str| read_to_string(folder.join(file)).ok()?.trim().parse::<u64>().ok();
            // What was read of files is given back when it is wanted.
            let stat = read_to_string(folder.join("memory.stat")).unwrap_or_default();
            let cached =
                stat.lines().find_map(|line| line.strip_prefix(cached)?.trim().parse::<u64>().ok()).unwrap_or(0);
            Some(number(most)?.saturating_sub(number(used)?.saturating_sub(cached)))
        };
        Path::new(path).ancestors().filter_map(|path| left(Path::new(root).join(path))).min()
    };
    groups.lines().filter_map(of_line).min()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_read_as_systems_write_them() {
        let limits = "Max data size             unlimited            unlimited            bytes     \n\
                      Max address space         4096000000           unlimited            bytes     \n";
        assert_eq!((limit(limits, "Max address space"), limit(limits, "Max data size")), (Some(4_096_000_000), None));
        assert_eq!(kilobytes("VmSize:\t   12 kB\nVmRSS:\t    3 kB\n", "VmRSS:"), Some(3 << 10));
        let slurm = |pairs: &'static [(&str, &str)]| {
            job(|name| pairs.iter().find(|(known, _)| *known == name).map(|(_, value)| value.to_string()))
        };
        assert_eq!(slurm(&[("SLURM_MEM_PER_NODE", "2048")]), Some(2 << 30));
        assert_eq!(slurm(&[("SLURM_MEM_PER_CPU", "512"), ("SLURM_CPUS_ON_NODE", "8")]), Some(4 << 30));
        assert_eq!(slurm(&[("SLURM_MEM_PER_NODE", "0")]), None);
    }

    #[test]
    fn what_is_free_is_some_of_what_there_is() {
        let all = kilobytes(&read_to_string("/proc/meminfo").unwrap_or_default(), "MemTotal:");
        assert!(free().zip(all).is_none_or(|(free, all)| free <= all), "{:?} of {all:?}", free());
    }
}
