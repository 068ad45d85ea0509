//! What `mhm plan` says of searches: trials, their cost and their time.

use crate::cli::columns::columns;
use crate::cost::sheet::{Sheet, duration, scaled};
use crate::hir::{Candidates, Dimension, Experiment, Pipeline, Rung, Search, expected, most};
use crate::report::count as plural;
use crate::search::Sampler;

/// The sheets of all trials of one arm.
pub struct Trials {
    pub name: String,
    /// Runs of each: by tuning seed, and by the parts that something is chosen for.
    pub of_each: usize,
    pub rungs: Vec<Rung>,
    /// Trials of the arm, of which the first may have to stand for those that are proposed later.
    pub count: usize,
    /// By rung and trial.
    pub sheets: Vec<Vec<Sheet>>,
}

impl Trials {
    /// Of every search and arm, without sheets.
    pub fn of(experiment: &Experiment) -> Vec<(Self, &Candidates)> {
        let trials = experiment.candidates().map(|(search, own)| {
            let values: Vec<&str> = experiment.values(&experiment.arms[own.arm]).collect();
            let name = if values.is_empty() { "the one arm".into() } else { values.join(", ") };
            let of_each = search.seeds.len() * experiment.scopes().len();
            (Self { name, of_each, rungs: own.rungs(search), count: search.count, sheets: vec![] }, own)
        });
        trials.collect()
    }

    /// Runs, of which those that go on count once.
    fn runs(&self) -> usize {
        self.count * self.of_each
    }

    /// Of each trial that is trained to the end.
    fn whole(&self) -> impl Iterator<Item = &Sheet> {
        self.sheets.last().into_iter().flatten()
    }

    /// A figure over all that is trained: the sum, where trials halt an expected one or the most.
    fn sum(&self, over: fn(&[Rung], &[Vec<f64>]) -> f64, figure: impl Fn(&Sheet) -> f64) -> f64 {
        let figures: Vec<Vec<f64>> = self.sheets.iter().map(|sheets| sheets.iter().map(&figure).collect()).collect();
        let whole = self.count as f64 / self.sheets.first().map_or(1, Vec::len).max(1) as f64;
        over(&self.rungs, &figures) * whole * self.of_each as f64
    }

    /// "24, 8, 3": trials of every rung.
    fn trials(&self) -> String {
        match self.rungs.as_slice() {
            [_] => self.count.to_string(),
            rungs => rungs.iter().map(|rung| rung.trials.to_string()).collect::<Vec<_>>().join(", "),
        }
    }
}

/// What is tried before the runs, a row an arm.
pub fn text(experiment: &Experiment, trials: &[Trials]) -> String {
    let mut text = String::new();
    for search in &experiment.searches {
        let settings: Vec<String> = search.dimensions.iter().map(|d| format!("{} in {}", d.name, d.domain)).collect();
        let halving = search.halving.map_or(String::new(), |halving| format!(", halving {halving}"));
        text += &format!(
            "\nchosen first by {}: {} ({}, {} of each{}, {}{halving})\n",
            search.by,
            settings.join(", "),
            plural(search.count, "trial"),
            plural(search.seeds.len(), "seed"),
            parts(experiment),
            search.sampler
        );
    }
    let heading = ["search of", "trials", "runs", "updates", "samples seen", "FLOPs", "time"];
    let row = |own: &Trials| {
        let number = |figure: fn(&Sheet) -> u64| {
            crate::digits::count(own.sum(expected, |sheet| figure(sheet) as f64).round() as u64)
        };
        vec![
            own.name.clone(),
            own.trials(),
            own.runs().to_string(),
            number(|sheet| sheet.updates),
            number(|sheet| sheet.samples_seen),
            scaled(own.sum(expected, |sheet| sheet.flops as f64), ""),
            duration(own.sum(expected, |sheet| sheet.seconds.value)),
        ]
    };
    let rows: Vec<Vec<String>> =
        std::iter::once(heading.map(String::from).to_vec()).chain(trials.iter().map(row)).collect();
    let proposed = experiment.searches.iter().any(|search| search.sampler == Sampler::Tpe);
    let note = "trials that are proposed one after the other are taken to cost what the first of them do\n";
    text + &columns(&rows, 6) + if proposed { note } else { "" }
}

/// Whose the settings of an arm are until they are chosen; nothing of an arm that nothing is chosen for.
pub fn first_trial(experiment: &Experiment, pipeline: &Pipeline) -> String {
    let own = |(_, own): &(&Search, &Candidates)| std::ptr::eq(&experiment.arms[own.arm].pipeline, pipeline);
    let setting = |(dimension, value): (&Dimension, &String)| format!("{} {value}", dimension.name);
    let of = |(search, own): (&Search, &Candidates)| {
        let settings: Vec<String> = search.dimensions.iter().zip(own.trials.first()?).map(setting).collect();
        Some(format!(
            "  settings       those of the first of {}: {}\n",
            plural(search.count, "trial"),
            settings.join(", ")
        ))
    };
    experiment.candidates().find(own).and_then(of).unwrap_or_default()
}

/// " in each of 5 test parts of 3 seeds"
fn parts(experiment: &Experiment) -> String {
    let Some(cross) = &experiment.cross else { return String::new() };
    let seeds = if cross.is_fixed() { 1 } else { experiment.seeds.len() };
    let of = if seeds > 1 { format!(" of {}", plural(seeds, "seed")) } else { String::new() };
    format!(" in each of {}{of}", plural(cross.count(), "test part"))
}

/// "192 runs that choose: 3 min on one thread", "20 runs of what is chosen: 10 s to 3 min on one thread". `runs`: of every arm;
/// `others`: seconds of a run of each arm that nothing is chosen for.
pub fn sum(trials: &[Trials], runs: usize, others: &[f64]) -> String {
    let seconds = |over: fn(&[Rung], &[Vec<f64>]) -> f64| -> f64 {
        trials.iter().map(|own| own.sum(over, |sheet| sheet.seconds.value)).sum()
    };
    let (choose, at_most) = (duration(seconds(expected)), duration(seconds(most)));
    let ends = |pick: fn(f64, f64) -> f64| -> f64 {
        let of = |own: &Trials| own.whole().map(|sheet| sheet.seconds.value).reduce(pick).unwrap_or(0.0);
        (trials.iter().map(of).sum::<f64>() + others.iter().sum::<f64>()) * runs as f64
    };
    let (least, greatest) = (ends(f64::min), ends(f64::max));
    let chosen = plural((trials.len() + others.len()) * runs, "run");
    let (least, greatest) = (duration(least), duration(greatest));
    let after = if least == greatest { least } else { format!("{least} to {greatest}") };
    let choose = if choose == at_most { choose } else { format!("{choose}, {at_most} at most,") };
    let choosing = plural(trials.iter().map(Trials::runs).sum(), "run");
    format!("\n{choosing} that choose: {choose} on one thread\n{chosen} of what is chosen: {after} on one thread\n")
}
