//! What freezing saves: time a step of every phase on one thread, held against the floating-point operations that `mhm plan` counts.
//! Of the digits network (six views, hidden 256, batch 128), or of BaS-Net (750 × 2048, batch 2) where samples stay as they are, so that
//! what its fixed filter makes is kept, and where they are drawn anew.
//!
//! `cargo bench --bench phases [-- PATH | --basnet]`: PATH is the six-view digits as .npz; without it, random arrays of the same sizes.

#![allow(clippy::disallowed_methods, reason = "a bench looks at the clock")]

#[path = "work/digits.rs"]
mod digits;
#[path = "work/sequences.rs"]
mod sequences;
#[path = "work/steps.rs"]
mod steps;

use digits::digits;
use mhm::tensor::Device;
use sequences::sequences;
use std::path::PathBuf;
use steps::{Work, median};

fn main() {
    let path = std::env::args().skip(1).find(|a| !a.starts_with('-')).map(PathBuf::from);
    if std::env::args().any(|a| a == "--basnet") {
        let (whole, kept, drawn) = (sequences("basnet"), sequences("basnet_phases"), sequences("basnet_drawn"));
        let long = sequences("basnet_long");
        let phases = [
            ("end to end", &whole, "all"),
            ("head (embed frozen)", &kept, "head"),
            ("embedding (head frozen)", &kept, "embedding"),
            ("head, five passes", &long, "head"),
            ("head, drawn anew", &drawn, "head"),
            ("embedding, drawn anew", &drawn, "embedding"),
        ];
        return table(&phases, (1, 5, 1));
    }
    let digits = |schedule| {
        digits(schedule, path.as_deref()).unwrap_or_else(|why| {
            eprintln!("phases: {why}");
            std::process::exit(2)
        })
    };
    let (whole, apart) = (digits("EndToEnd"), digits("Mhm(heads: 4)"));
    let phases = [
        ("end to end", &whole, "all"),
        ("head (fusion frozen)", &apart, "head"),
        ("embedding (head frozen)", &apart, "embedding"),
    ];
    table(&phases, (20, 31, 20));
}

/// Every phase beside the first, after so many steps to warm up, in so many rounds of so many steps.
fn table(phases: &[(&str, &Work, &str)], (warm, rounds, steps): (usize, usize, usize)) {
    let device = Device::cpu();
    let mut runs: Vec<_> = phases.iter().map(|(_, work, phase)| work.run(phase, &device, warm)).collect();
    // One after another in every round, so that a busy machine slows all alike.
    let rounds: Vec<Vec<f64>> = (0..rounds).map(|_| runs.iter_mut().map(|run| run.block(steps)).collect()).collect();
    println!(
        "{:25}{:>16}{:>12}{:>16}{:>16}{:>10}",
        "phase", "FLOPs/sample", "ms/step", "share of FLOPs", "share of time", "excess"
    );
    let flops = |(_, work, phase): &(&str, &Work, &str)| work.phase(phase).1.flops_per_sample as f64;
    for (i, phase) in phases.iter().enumerate() {
        let share = flops(phase) / flops(&phases[0]);
        let time = median(rounds.iter().map(|round| round[i] / round[0]).collect());
        let ms = 1e3 * median(rounds.iter().map(|round| round[i]).collect());
        let excess = 100.0 * (time / share - 1.0);
        println!("{:25}{:16}{ms:12.3}{share:16.3}{time:16.3}{excess:9.1}%", phase.0, flops(phase));
    }
}
