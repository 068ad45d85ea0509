//! A plan as a person reads it: one line a phase, then totals. Owns the words; the figures are [`cost`](super::cost)'s.

use super::{Cost, PhaseCost};
pub use crate::digits::{count, duration, scaled};
use crate::id::{ModuleId, ReplicaId};
use crate::plan::{Deploy, Phase, Plan, Route};
use serde::Serialize;
use std::fmt;

/// What one run will do.
#[derive(Clone, Debug, Serialize)]
pub struct Sheet {
    pub name: String,
    pub network: String,
    pub schedule: String,
    pub phases: Vec<Line>,
    /// Which network is left.
    pub deploys: String,
    pub weights: usize,
    /// Weights of the deployed network.
    pub deployed_weights: usize,
    pub updates: u64,
    pub samples_seen: u64,
    /// Samples seen in training sets.
    pub epochs: f64,
    pub flops: u64,
    pub peak_bytes: u64,
    /// Of one run on one thread.
    pub seconds: Seconds,
    /// Where the data keep groups together: how near splits and folds came to what is asked of them, by what each is of.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub grouped: Vec<(String, String)>,
    /// Samples by split, where they are assumed.
    pub assumed: Vec<(String, usize)>,
    /// On an H200, by assumption.
    pub h200_seconds: Option<f64>,
    /// Modules that start from another pipeline, which is trained once a seed.
    pub starts: Vec<(String, Sheet)>,
}

/// One phase, all its visits together.
#[derive(Clone, Debug, Serialize)]
pub struct Line {
    pub phase: String,
    pub on: String,
    pub samples: usize,
    pub batch: usize,
    pub steps: u64,
    pub visits: u64,
    /// What is made of samples and batches beside taking them as they are.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    /// Modules that learn, with their weights.
    pub trains: Vec<Part>,
    /// Modules that run and stay as they are.
    pub frozen: Vec<Part>,
    /// Replicas it runs through, of modules that have several.
    pub through: String,
    pub flops_per_sample: u64,
}

/// A module, or one replica of it.
#[derive(Clone, Debug, Serialize, PartialEq)]
pub struct Part {
    pub module: String,
    pub weights: usize,
}

/// A predicted time.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Seconds {
    pub value: f64,
    pub basis: Basis,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Basis {
    /// From the number of operations alone.
    Guessed,
    /// From a few real steps of every phase.
    Measured,
}

/// Names that a plan does not carry.
#[derive(Clone, Copy, Debug)]
pub struct Titles<'t> {
    pub name: &'t str,
    pub network: &'t str,
    pub schedule: &'t str,
}

/// The sheet of a plan. `train`: samples in the training split.
pub fn sheet(plan: &Plan, cost: &Cost, train: usize, titles: Titles<'_>, seconds: Seconds) -> Sheet {
    let lines = plan.phases.iter().zip(&cost.phases).map(|(phase, cost)| line(plan, phase, cost));
    Sheet {
        name: titles.name.into(),
        network: titles.network.into(),
        schedule: titles.schedule.into(),
        phases: lines.collect(),
        deploys: deploys(plan),
        weights: plan.weights(),
        deployed_weights: plan.deployed_weights(),
        updates: cost.steps,
        samples_seen: cost.samples,
        epochs: cost.samples as f64 / train.max(1) as f64,
        flops: cost.flops,
        peak_bytes: cost.peak_bytes,
        seconds,
        grouped: vec![],
        assumed: vec![],
        h200_seconds: None,
        starts: vec![],
    }
}

fn line(plan: &Plan, phase: &Phase, cost: &PhaseCost) -> Line {
    let part = |id: ReplicaId| Part { module: plan.replica_name(id), weights: plan.module(id.module).weights };
    let trains = plan.by_role(&phase.train).into_iter().map(part).collect();
    let frozen = phase.frozen().into_iter().map(part).collect();
    Line {
        phase: phase.name.clone(),
        on: phase.on.to_string(),
        samples: cost.set,
        batch: phase.batch.size(),
        steps: cost.steps,
        visits: cost.visits,
        notes: phase.notes(),
        trains,
        frozen,
        through: through(plan, &phase.routes),
        flops_per_sample: cost.flops_per_sample,
    }
}

fn through(plan: &Plan, routes: &[Route]) -> String {
    let mut parts: Vec<String> = vec![];
    for (m, module) in plan.modules.iter().enumerate().filter(|(_, module)| module.replicas > 1) {
        let mut replicas: Vec<usize> = routes.iter().map(|route| route.of(ModuleId(m)).number).collect();
        replicas.dedup();
        let word = module.role.name();
        let part = if replicas.len() > 1 { format!("mean({word})") } else { format!("{word}[{}]", replicas[0]) };
        if !parts.contains(&part) {
            parts.push(part);
        }
    }
    parts.join(", ")
}

/// "head[0]", "the mean of 4 networks", "the best of 4 replicas by the loss on all".
pub fn deploys(plan: &Plan) -> String {
    let replicated = |route: &Route| through(plan, std::slice::from_ref(route));
    match &plan.deploy {
        Deploy::Routes(routes) if routes.len() > 1 => format!("the mean of {} networks", routes.len()),
        Deploy::Routes(routes) => match replicated(&routes[0]) {
            none if none.is_empty() => "the network".into(),
            some => some,
        },
        Deploy::Best { candidates, set, by } => {
            format!("the best of {} replicas by {by} on {set}", candidates.len())
        }
        Deploy::Last { role, .. } => format!("the {} trained last", role.name()),
    }
}

impl fmt::Display for Sheet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{}: network {} ({} weights), schedule {}",
            self.name,
            self.network,
            count(self.weights as u64),
            self.schedule
        )?;
        writeln!(f)?;
        self.table(f)?;
        writeln!(f)?;
        for note in self.notes() {
            writeln!(f, "  batches        {note}")?;
        }
        writeln!(f, "  deploys        {} ({} weights)", self.deploys, count(self.deployed_weights as u64))?;
        writeln!(f, "  updates        {}", count(self.updates))?;
        writeln!(f, "  samples seen   {} ({} epochs)", count(self.samples_seen), trim(self.epochs))?;
        writeln!(f, "  FLOPs          {}", scaled(self.flops as f64, ""))?;
        writeln!(f, "  peak memory    {}", scaled(self.peak_bytes as f64, "B"))?;
        let basis = match self.seconds.basis {
            Basis::Guessed => "a guess from the FLOPs, of a machine that does nothing else; --calibrate measures",
            Basis::Measured => "measured by a few steps of every phase",
        };
        writeln!(f, "  time           {} on one thread ({basis})", duration(self.seconds.value))?;
        if let Some(seconds) = self.h200_seconds {
            let assumption = "assuming 15 TFLOP/s in large steps and 10 µs an operation";
            writeln!(f, "  time, H200     {} ({assumption})", duration(seconds))?;
        }
        for (what, text) in &self.grouped {
            writeln!(f, "  {what:13}  {text}")?;
        }
        if !self.assumed.is_empty() {
            let samples: Vec<String> = self.assumed.iter().map(|(s, n)| format!("{s} {}", count(*n as u64))).collect();
            writeln!(f, "  assumed        {} samples", samples.join(", "))?;
        }
        for (module, other) in &self.starts {
            let (flops, time) = (scaled(other.flops as f64, ""), duration(other.seconds.value));
            writeln!(f, "  starts         {module} from pipeline {}, once a seed: {flops} FLOPs, {time}", other.name)?;
        }
        Ok(())
    }
}

impl Sheet {
    /// Everything it starts from, and what that starts from.
    pub fn all_starts(&self) -> Vec<&(String, Sheet)> {
        let mut all = vec![];
        for start in &self.starts {
            all.push(start);
            all.extend(start.1.all_starts());
        }
        all
    }

    /// What phases make of batches; by whose name begins alike where they differ.
    fn notes(&self) -> Vec<String> {
        let mut noted: Vec<(&[String], Vec<&str>)> = vec![];
        for line in &self.phases {
            let name = line.phase.split('[').next().unwrap_or_default();
            match noted.iter_mut().find(|(notes, _)| *notes == line.notes) {
                Some((_, names)) if names.contains(&name) => {}
                Some((_, names)) => names.push(name),
                None => noted.push((&line.notes, vec![name])),
            }
        }
        let same = noted.len() == 1;
        let of = |names: &[&str]| if same { String::new() } else { format!("{}: ", names.join(", ")) };
        let noted = noted.iter().filter(|(notes, _)| !notes.is_empty());
        noted.map(|(notes, names)| of(names) + &notes.join("; ")).collect()
    }

    fn table(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let header = ["phase", "trains", "frozen", "on", "through", "samples", "steps", "visits"].map(String::from);
        let mut rows = vec![header];
        for line in &self.phases {
            rows.push([
                line.phase.clone(),
                parts(&line.trains),
                parts(&line.frozen),
                line.on.clone(),
                line.through.clone(),
                count(line.samples as u64),
                count(line.steps),
                format!("× {}", count(line.visits)),
            ]);
        }
        let width = |column: usize| rows.iter().map(|r| r[column].chars().count()).max().unwrap_or(0);
        let widths: Vec<usize> = (0..8).map(width).collect();
        for row in &rows {
            let mut text = String::from(" ");
            for (i, cell) in row
                .iter()
                .enumerate()
                .filter(|(i, _)| widths[*i] > 0 && (*i != 4 || rows.iter().skip(1).any(|r| !r[4].is_empty())))
            {
                let pad = " ".repeat(widths[i] - cell.chars().count());
                text += &if i >= 5 { format!("  {pad}{cell}") } else { format!(" {cell}{pad} ") };
            }
            writeln!(f, "{}", text.trim_end())?;
        }
        Ok(())
    }
}

fn parts(parts: &[Part]) -> String {
    if parts.is_empty() {
        return "–".into();
    }
    let total: usize = parts.iter().map(|p| p.weights).sum();
    let names: Vec<&str> = parts.iter().map(|p| p.module.as_str()).collect();
    format!("{} ({})", names.join(" "), count(total as u64))
}

fn trim(x: f64) -> String {
    if x.fract().abs() < 1e-9 { format!("{x:.0}") } else { format!("{x:.2}") }
}
