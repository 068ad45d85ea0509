//! What freezing saves: time a step of every phase of the digits network (six views, hidden 256, batch 128) on one thread,
//! held against the floating-point operations that `mhm plan` counts.
//!
//! `cargo bench --bench phases [-- PATH]`: PATH is the six-view digits as .npz; without it, random arrays of the same sizes.

#![allow(clippy::disallowed_methods, reason = "a bench looks at the clock")]

#[path = "work/digits.rs"]
mod digits;

use digits::{Digits, median};
use mhm::tensor::Device;
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;

const ROUNDS: usize = 31;
const STEPS: usize = 20;

fn main() {
    let path = std::env::args().skip(1).find(|a| !a.starts_with('-')).map(PathBuf::from);
    let (whole, apart) = (Digits::new("EndToEnd", path.as_deref()), Digits::new("Mhm(heads: 4)", path.as_deref()));
    let (device, stop) = (Device::cpu(), AtomicBool::new(false));
    let phases = [
        ("end to end", whole.phase("all")),
        ("head (fusion frozen)", apart.phase("head")),
        ("embedding (head frozen)", apart.phase("embedding")),
    ];
    let places = [&whole, &apart, &apart];
    let mut runs: Vec<_> =
        places.iter().zip(&phases).map(|(d, (_, (phase, _)))| d.run(phase, &device, &stop)).collect();
    // One after another in every round, so that a busy machine slows all alike.
    let rounds: Vec<Vec<f64>> = (0..ROUNDS).map(|_| runs.iter_mut().map(|run| run.block(STEPS)).collect()).collect();
    println!(
        "{:25}{:>14}{:>12}{:>16}{:>16}{:>10}",
        "phase", "FLOPs/sample", "ms/step", "share of FLOPs", "share of time", "excess"
    );
    let all = phases[0].1.1.flops_per_sample as f64;
    for (i, (name, (_, cost))) in phases.iter().enumerate() {
        let share = cost.flops_per_sample as f64 / all;
        let time = median(rounds.iter().map(|round| round[i] / round[0]).collect());
        let ms = 1e3 * median(rounds.iter().map(|round| round[i]).collect());
        let excess = 100.0 * (time / share - 1.0);
        println!("{name:25}{:14}{ms:12.3}{share:16.3}{time:16.3}{excess:9.1}%", cost.flops_per_sample);
    }
}
