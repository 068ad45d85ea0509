//! `mhm bench`: what exported models cost to run, measured side by side on one thread. Owns the clock.

#![expect(clippy::disallowed_methods, reason = "what a prediction takes is measured")]

use super::exported;
use super::output::{Color, Ended, Outcome, print};
use crate::cost::sheet::count;
use crate::model::Model;
use crate::seed::Seed;
use clap::Args;
use std::hint::black_box;
use std::time::Instant;

const EXAMPLES: &str = "\
Examples:
  mhm bench moons.mhm                      weights, operations and time a sample
  mhm bench end_to_end.mhm mhm.mhm         the same side by side, with ratios to the first

Times are medians with a 95 % interval; models take turns, so that all see the same machine. A ratio is the median of
the ratios of one round each.";

/// Measure what exported models cost to run
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Bench {
    /// .mhm files of models that `mhm export` wrote
    #[arg(required = true, value_name = "MODEL")]
    models: Vec<String>,
}

/// Samples at a time.
const BATCHES: [usize; 2] = [1, 64];
/// Rounds that are counted, at most.
const ROUNDS: usize = 501;
/// Seconds of one model in one round, at least: far less than the time after which a busy machine takes its turn away.
const TURN: f64 = 2e-4;
/// Seconds of all rounds of one model, unless a few rounds take longer.
const BUDGET: f64 = 2.0;
const FEWEST: usize = 21;

pub fn run(command: &Bench, color: Color) -> Ended {
    let mut models = vec![];
    for name in &command.models {
        let Some(exported) = exported::open(name, color)? else { return Ok(Outcome::Findings) };
        models.push(exported.model);
    }
    let times: Vec<Vec<Vec<f64>>> = BATCHES.iter().map(|batch| rounds(&models, *batch)).collect();
    let head = ["", "weights", "FLOPs a sample", "batch 1, µs a sample", "batch 64, µs a sample"].map(String::from);
    let mut table = vec![head];
    for (m, (name, model)) in command.models.iter().zip(&models).enumerate() {
        let [one, many] = [&times[0], &times[1]].map(|times| shown(times.iter().map(|round| round[m] * 1e6)));
        table.push([name.clone(), count(model.weights()), count(model.flops()), one, many]);
    }
    let first = &models[0];
    for (m, (name, model)) in command.models.iter().zip(&models).enumerate().skip(1) {
        let [one, many] = [&times[0], &times[1]].map(|times| shown(times.iter().map(|round| round[m] / round[0])));
        let ratio = |of: fn(&Model) -> u64| format!("{:.3}", of(model) as f64 / of(first).max(1) as f64);
        table.push([format!("{name} : {}", command.models[0]), ratio(Model::weights), ratio(Model::flops), one, many]);
    }
    print(&aligned(&table));
    Ok(Outcome::Clean)
}

/// Seconds a sample, of every model in every round.
fn rounds(models: &[Model], batch: usize) -> Vec<Vec<f64>> {
    let inputs: Vec<Vec<Vec<f32>>> = models.iter().map(|model| noise(model, batch)).collect();
    let warm: Vec<(usize, f64)> = models.iter().zip(&inputs).map(|(m, i)| calls(m, i, batch)).collect();
    let slowest = warm.iter().map(|(_, seconds)| *seconds).fold(TURN, f64::max);
    let mut rounds = vec![];
    for round in 0..((BUDGET / slowest) as usize).clamp(FEWEST, ROUNDS) {
        let mut seconds = vec![0.0; models.len()];
        // Who begins changes: what a model leaves in the caches is no one's advantage.
        for turn in 0..models.len() {
            let m = (round + turn) % models.len();
            let calls = warm[m].0;
            seconds[m] = turn_of(&models[m], &inputs[m], batch, calls) / (calls * batch) as f64;
        }
        rounds.push(seconds);
    }
    rounds
}

fn noise(model: &Model, batch: usize) -> Vec<Vec<f32>> {
    let mut stream = Seed(0).stream("bench");
    let mut values = |width: usize| (0..batch * width).map(|_| stream.normal() as f32).collect();
    model.inputs().iter().map(|input| values(input.axes.iter().product())).collect()
}

/// How many calls fill a turn and how long they take, found out while the model warms up.
fn calls(model: &Model, inputs: &[Vec<f32>], batch: usize) -> (usize, f64) {
    let mut calls = 1;
    loop {
        let seconds = turn_of(model, inputs, batch, calls);
        if seconds >= TURN {
            return (calls, seconds);
        }
        calls *= 2;
    }
}

fn turn_of(model: &Model, inputs: &[Vec<f32>], batch: usize, calls: usize) -> f64 {
    let start = Instant::now();
    for _ in 0..calls {
        black_box(model.predict(black_box(inputs), batch));
    }
    start.elapsed().as_secs_f64()
}

/// "1.312 (1.308 – 1.320)".
fn shown(values: impl Iterator<Item = f64>) -> String {
    let (median, low, high) = median(values.collect());
    format!("{median:.3} ({low:.3} – {high:.3})")
}

/// The median and the order statistics that enclose it with 95 % confidence: ranks n/2 ± 0.98 √n of the binomial
/// distribution (Conover 1999, section 3.2).
fn median(mut values: Vec<f64>) -> (f64, f64, f64) {
    values.sort_by(f64::total_cmp);
    let n = values.len();
    let (middle, half) = (n as f64 / 2.0, 0.98 * (n as f64).sqrt());
    let low = (middle - half).floor().max(0.0) as usize;
    let high = ((middle + half).ceil() as usize).min(n - 1);
    let center = (values[(n - 1) / 2] + values[n / 2]) / 2.0;
    (center, values[low], values[high])
}

/// Names to the left, figures to the right.
fn aligned(table: &[[String; 5]]) -> String {
    let widths: Vec<usize> = (0..5).map(|c| table.iter().map(|r| r[c].chars().count()).max().unwrap_or(0)).collect();
    let line = |row: &[String; 5]| {
        let figures = row[1..].iter().zip(&widths[1..]).map(|(cell, &width)| format!("  {cell:>width$}"));
        let name = format!("{:<width$}", row[0], width = widths[0]);
        format!("{}\n", (name + &figures.collect::<String>()).trim_end())
    };
    table.iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_median_lies_in_its_interval() {
        let (center, low, high) = median((0..61).map(f64::from).collect());
        assert_eq!((center, low, high), (30.0, 22.0, 39.0));
        assert_eq!(median(vec![3.0]), (3.0, 3.0, 3.0));
    }
}
