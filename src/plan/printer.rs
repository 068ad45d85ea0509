//! A plan as text: what every phase trains, on what, through which replicas; for `mhm show plan` and golden tests.

use super::{Criterion, Deploy, Keep, Length, Phase, Plan, ReplicaId, Route, Stage};
use std::fmt;

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(folds) = self.folds {
            writeln!(f, "folds {}{}", folds.count, if folds.stratified { ", stratified" } else { "" })?;
        }
        for module in &self.modules {
            writeln!(f, "{} {}: {} weights × {}", module.role.name(), module.name, module.weights, module.replicas)?;
        }
        self.stages(f, &self.program, 0)?;
        match &self.deploy {
            Deploy::Routes(routes) if routes.len() > 1 => writeln!(f, "deploy the mean of {} networks", routes.len())?,
            Deploy::Routes(routes) => writeln!(f, "deploy {}", self.route(&routes[0]))?,
            Deploy::Best { candidates, set, by } => {
                let names: Vec<String> = candidates.iter().map(|c| self.route(c)).collect();
                writeln!(f, "deploy the best on {set}{} of: {}", by_metric(by), names.join(" | "))?;
            }
            Deploy::Last { role, .. } => writeln!(f, "deploy the {} trained last", role.name())?,
        }
        if let Some(Keep { set, by }) = &self.keep {
            writeln!(f, "keep the best epoch on {set}{}", by_metric(by))?;
        }
        writeln!(f, "budget {}, batch {}", self.budget, self.batch)
    }
}

impl Plan {
    fn stages(&self, f: &mut fmt::Formatter<'_>, stages: &[Stage], depth: usize) -> fmt::Result {
        let pad = "  ".repeat(depth);
        for stage in stages {
            match stage {
                Stage::Phase(index) => writeln!(f, "{pad}{}", self.phase(&self.phases[*index]))?,
                Stage::Repeat { times, body } => {
                    let times = times.map_or("until the budget is spent".into(), |t| format!("{t} times"));
                    writeln!(f, "{pad}repeat {times}")?;
                    self.stages(f, body, depth + 1)?;
                }
            }
        }
        Ok(())
    }

    fn phase(&self, phase: &Phase) -> String {
        let names = |replicas: &[ReplicaId]| -> Vec<String> {
            self.by_role(replicas).into_iter().map(|replica| self.replica_name(replica)).collect()
        };
        let (trained, frozen) = (names(&phase.train), names(&phase.frozen()));
        let mut text = format!("{}: train {} on {}", phase.name, list(&trained), phase.on);
        if !frozen.is_empty() {
            text += &format!("; frozen {}", frozen.join(", "));
        }
        if phase.routes.len() > 1 {
            text += &format!("; through the mean of {} networks", phase.routes.len());
        }
        text += &length(&phase.length);
        phase.notes().iter().for_each(|note| text += &format!("; {note}"));
        text
    }

    fn route(&self, route: &Route) -> String {
        let parts: Vec<String> = route.replicas().map(|replica| self.replica_name(replica)).collect();
        parts.join(", ")
    }
}

fn list(names: &[String]) -> String {
    if names.is_empty() { "nothing".into() } else { names.join(", ") }
}

fn length(length: &Length) -> String {
    match length {
        Length::Passes(passes) if *passes == 1.0 => String::new(),
        Length::Passes(passes) => format!("; {passes} passes"),
        Length::Steps(steps) => format!("; {steps} steps"),
        Length::Samples(samples) => format!("; {samples} samples"),
        Length::NoGain { patience, set, at_most } => {
            format!("; until no gain in {patience} passes on {set}, at most {at_most}")
        }
    }
}

/// Nothing is said of the loss.
fn by_metric(by: &Criterion) -> String {
    match by {
        Criterion::Loss => String::new(),
        Criterion::Metric(_) => format!(" by {by}"),
    }
}
