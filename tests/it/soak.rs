//! Experiments of many runs: a process that does a thousand times the same holds no more in the end than in the beginning.

use crate::zz_needs::not_run;
use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Two arms, of so many seeds; some ten updates a run.
fn text(seeds: usize) -> String {
    format!(
        "use std.network.ToyEarly
use std.schedule.*
dataset Few from two_moons(per_class: 10) {{
  modality first:  [1] = axis(0)
  modality second: [1] = axis(1)
  target   moon: class(2) = labels
  split    train = random(0.8)
  split    test  = rest
}}
pipeline few(method: Schedule) {{
  data Few
  network ToyEarly(width: 64)
  loss cross_entropy
  optimizer adam
  schedule method
  batch 4
  budget 3 epochs
  metrics error
}}
experiment many {{
  vary method in [EndToEnd, Mhm(heads: 2)]
  seeds {seeds}
  run few(method)
  table test_error {{ rows method }}
}}
"
    )
}

/// What the system tells of a process at one moment.
#[derive(Clone, Copy, Debug)]
struct Moment {
    /// Runs that were done.
    done: usize,
    kilobytes: u64,
    descriptors: usize,
    seconds: f64,
}

fn moment(child: &Child, done: usize, begun: Instant) -> Option<Moment> {
    let process = Path::new("/proc").join(child.id().to_string());
    let status = fs::read_to_string(process.join("status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kilobytes = line.split_whitespace().next()?.parse().ok()?;
    let descriptors = fs::read_dir(process.join("fd")).ok()?.count();
    Some(Moment { done, kilobytes, descriptors, seconds: begun.elapsed().as_secs_f64() })
}

fn mhm(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mhm"));
    command.current_dir(folder).args(arguments).stdout(Stdio::null());
    command
}

/// Runs the experiment in `folder`, and looks at its process while it trains.
fn watched(folder: &Path, seeds: usize, every: Duration) -> Vec<Moment> {
    let _ = fs::remove_dir_all(folder);
    fs::create_dir_all(folder).unwrap();
    fs::write(folder.join("many.mhm"), text(seeds)).unwrap();
    let begun = Instant::now();
    let mut child = mhm(folder, &["run", "many.mhm", "--threads", "2", "--quiet"]).spawn().unwrap();
    let mut moments = vec![];
    while child.try_wait().unwrap().is_none() {
        let events = fs::read(folder.join("runs/many/events.jsonl")).unwrap_or_default();
        let done = events.iter().filter(|byte| **byte == b'\n').count().saturating_sub(1);
        // Before the first run it reads the text, after the last it makes the tables.
        if done > 0 && done < 2 * seeds {
            moments.extend(moment(&child, done, begun));
        }
        std::thread::sleep(every);
    }
    assert!(child.wait().unwrap().success());
    let store = mhm::store::Store::open(&folder.join("runs/many")).unwrap();
    assert_eq!(store.addresses().unwrap().len(), 2 * seeds);
    assert!(fs::read_dir(folder.join("runs/many/cells")).unwrap().count() < seeds / 4, "small runs share files");
    moments
}

/// The moments between two shares of all runs.
fn between(moments: &[Moment], runs: usize, from: f64, to: f64) -> Vec<Moment> {
    let inside = |m: &&Moment| (from..to).contains(&(m.done as f64 / runs as f64));
    moments.iter().filter(inside).copied().collect()
}

fn mean(moments: &[Moment], of: impl Fn(&Moment) -> f64) -> f64 {
    moments.iter().map(of).sum::<f64>() / moments.len() as f64
}

/// Memory and descriptors in the last fifth of the runs are those of the second tenth and the third, up to this share of the memory.
/// Of memory the least: runs that wait for the disk take some for a while, and what is lost never comes back.
fn is_flat(moments: &[Moment], runs: usize, share: f64) -> bool {
    let (warm, last) = (between(moments, runs, 0.1, 0.3), between(moments, runs, 0.8, 1.0));
    assert!(!warm.is_empty() && !last.is_empty(), "too few moments: {}", moments.len());
    let memory = |moments: &[Moment]| moments.iter().map(|m| m.kilobytes as f64 / 1024.0).fold(f64::INFINITY, f64::min);
    let descriptors = |moments: &[Moment]| mean(moments, |m| m.descriptors as f64);
    let (before, after) = (memory(&warm), memory(&last));
    println!("{runs} runs: {before:.1} MiB after a tenth, {after:.1} MiB in the end");
    println!("descriptors: {:.1} after a tenth, {:.1} in the end", descriptors(&warm), descriptors(&last));
    assert!(descriptors(&last) <= descriptors(&warm) + 2.0, "descriptors are left open");
    after <= before * (1.0 + share)
}

fn has_proc() -> bool {
    let has = Path::new("/proc/self/status").exists();
    if !has {
        not_run("this system does not tell of its processes");
    }
    has
}

#[test]
fn some_thousand_runs_leave_nothing_behind() {
    if !has_proc() {
        return;
    }
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("soak_thousands");
    // On a busy machine more or fewer runs wait for the disk; what is lost is lost every time.
    let mut tries = 0..5;
    assert!(tries.any(|_| is_flat(&watched(&folder, 4000, Duration::from_millis(5)), 8000, 0.1)), "memory grows");
}

#[test]
#[ignore = "minutes: cargo test --release --test it soak -- --ignored --nocapture"]
fn ten_thousand_runs_leave_nothing_behind() {
    if !has_proc() {
        return;
    }
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("soak_many");
    let runs = 10_000;
    let moments = watched(&folder, runs / 2, Duration::from_millis(100));
    for tenth in 0..10 {
        let part = between(&moments, runs, f64::from(tenth) / 10.0, f64::from(tenth + 1) / 10.0);
        let (first, last) = (part[0], part[part.len() - 1]);
        let rate = (last.done - first.done) as f64 / (last.seconds - first.seconds).max(1e-9);
        let (memory, open) = (mean(&part, |m| m.kilobytes as f64 / 1024.0), mean(&part, |m| m.descriptors as f64));
        println!("{:3} %: {memory:.1} MiB, {open:.1} descriptors, {rate:.0} runs/s", 10 * (tenth + 1));
    }
    assert!(is_flat(&moments, runs, 0.05), "memory grows");
    let took = |from: f64, to: f64| {
        let part = between(&moments, runs, from, to);
        part[part.len() - 1].seconds - part[0].seconds
    };
    let (first, last) = (took(0.1, 0.3), took(0.8, 1.0));
    println!("a fifth of the runs took {first:.1} s in the beginning, {last:.1} s in the end");
    assert!(last < 3.0 * first, "what is stored makes storing slower");
    let mut status: Vec<f64> = (0..9)
        .map(|_| {
            let begun = Instant::now();
            assert!(mhm(&folder, &["status"]).status().unwrap().success());
            begun.elapsed().as_secs_f64()
        })
        .collect();
    status.sort_by(f64::total_cmp);
    println!("`mhm status`: {:.0} ms (median of {})", status[4] * 1e3, status.len());
    assert!(status[4] < 2.0);
}
