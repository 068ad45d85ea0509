//! What goes on now, for a terminal: which phase of which run, how its loss went, how long it takes yet, and the tables as they fill.
//! Owns these lines; who draws them where is `run`'s and `watch`'s.

use super::columns::columns;
use super::gather::Gathered;
use super::status::workers::left;
use crate::cost::sheet::duration;
use crate::record::manifest::Manifest;
use crate::record::{Address, RunRecord};
use crate::report::{Style, tables};
use crate::store::{Store, Underway};
use std::collections::BTreeMap;

/// Runs that are shown at a time.
const SHOWN: usize = 16;

/// What runs are called, and the tables of those that are done.
pub struct View {
    names: BTreeMap<Address, String>,
    /// Runs that were done when they were drawn.
    done: usize,
    tables: String,
}

impl View {
    pub fn new(manifest: &Manifest) -> Self {
        let name = |run: crate::record::manifest::Listed<'_>| {
            let arm = if run.arm.arm.0.is_empty() { String::new() } else { format!("{}, ", run.arm.arm) };
            let repeat = if manifest.repeats > 1 { format!(", repeat {}", run.turn.repeat) } else { String::new() };
            (run.address, format!("{arm}{}{repeat}", run.turn.of_repeats()))
        };
        let mut names = BTreeMap::new();
        manifest.runs().map(name).for_each(|(address, name)| _ = names.entry(address).or_insert(name));
        Self { names, done: 0, tables: String::new() }
    }

    /// A line a run: its name, the last phase that ended, how much of it is done, what is left, and its losses.
    pub fn running(&self, runs: &[Underway]) -> String {
        let name = |run: &Underway| self.names.get(&run.address).cloned().unwrap_or_else(|| run.address.to_string());
        let row = |run: &Underway| {
            let known = run.share > 0.0;
            let cell = |text: String| if known { text } else { String::new() };
            let loss = run.losses.last().map_or(String::new(), |loss| format!("{loss:.3}"));
            vec![
                name(run),
                if known { format!("after {}", run.phase) } else { "begins".into() },
                curve(&run.losses),
                loss,
                cell(format!("{:.0} %", 100.0 * run.share.min(1.0))),
                cell(format!("{} left", duration(left(run)))),
            ]
        };
        let mut rows: Vec<Vec<String>> = runs.iter().take(SHOWN).map(row).collect();
        if runs.len() > SHOWN {
            rows.push(vec![format!("and {} more", runs.len() - SHOWN)]);
        }
        columns(&rows, 3)
    }

    /// The tables of what is done, made anew where that is more; they stay as they were where it cannot be read.
    pub fn tables(&mut self, store: &Store, width: usize) -> &str {
        let done = store.addresses().map_or(0, |done| done.len());
        if done != self.done
            && let Ok(gathered) = Gathered::of(store)
        {
            let records: Vec<RunRecord> =
                gathered.into_records().into_iter().filter(|run| !run.arm.is_reference()).collect();
            self.done = done;
            self.tables = tables(store.manifest(), &records)
                .iter()
                .map(|table| format!("\n{}", table.text(width, Style::Plain)))
                .collect();
        }
        &self.tables
    }
}

/// Losses as blocks, by their logarithm where they have one, the lowest as the smallest: "█▆▅▃▂▁". Nothing of fewer than two.
fn curve(losses: &[f32]) -> String {
    const BLOCKS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    const LONGEST: usize = 24;
    // Losses fall by factors.
    let log = losses.iter().all(|loss| *loss > 0.0);
    let finite = || losses.iter().map(|loss| if log { loss.ln() } else { *loss }).filter(|loss| loss.is_finite());
    let (low, high) = finite().fold((f32::INFINITY, f32::NEG_INFINITY), |(low, high), x| (low.min(x), high.max(x)));
    if finite().count() < 2 {
        return String::new();
    }
    let block = |loss: f32| {
        let place = if high > low { (loss - low) / (high - low) * 7.0 } else { 0.0 };
        BLOCKS[(place.round() as usize).min(7)]
    };
    let all: Vec<char> = finite().map(block).collect();
    all.iter().step_by(all.len().div_ceil(LONGEST)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn losses_are_blocks() {
        assert_eq!(curve(&[1.0, 0.1, 0.01]), "█▅▁");
        assert_eq!(curve(&[1.0, 0.5, f32::NAN, 0.0]), "█▅▁");
        assert_eq!([curve(&[]), curve(&[1.0]), curve(&[1.0, 1.0])], ["", "", "▁▁"]);
        assert!(curve(&[0.5; 1000]).chars().count() <= 24);
    }

    #[test]
    fn a_run_of_any_length_tells_a_few_losses() {
        let mut run = Underway::default();
        (0..10_000).for_each(|i| run.lost(f64::from(10_000 - i)));
        assert!((16..=48).contains(&run.losses.len()), "{}", run.losses.len());
        assert!(run.losses.windows(2).all(|pair| pair[0] > pair[1]));
    }
}
