//! What `mhm plan` says of searches: trials, their cost and their time.

use crate::cli::columns::columns;
use crate::cost::sheet::{Sheet, duration, scaled};
use crate::hir::{Candidates, Experiment};
use crate::report::count as plural;

/// The sheets of all trials of one arm.
pub struct Trials {
    pub name: String,
    /// Runs of each.
    pub seeds: usize,
    pub sheets: Vec<Sheet>,
}

impl Trials {
    /// Of every search and arm, without sheets.
    pub fn of(experiment: &Experiment) -> Vec<(Self, &Candidates)> {
        let arms = experiment.searches.iter().flat_map(|search| search.arms.iter().map(move |own| (search, own)));
        let trials = arms.map(|(search, own)| {
            let at = &experiment.arms[own.arm].at;
            let values: Vec<&str> = experiment.axes.iter().zip(at).map(|(axis, i)| axis.values[*i].as_str()).collect();
            let name = if values.is_empty() { "the one arm".into() } else { values.join(", ") };
            (Self { name, seeds: search.seeds.len(), sheets: vec![] }, own)
        });
        trials.collect()
    }

    fn runs(&self) -> usize {
        self.sheets.len() * self.seeds
    }

    fn sum(&self, figure: impl Fn(&Sheet) -> f64) -> f64 {
        self.sheets.iter().map(figure).sum::<f64>() * self.seeds as f64
    }
}

/// What is tried before the runs, a row an arm.
pub fn text(experiment: &Experiment, trials: &[Trials]) -> String {
    let mut text = String::new();
    for search in &experiment.searches {
        let settings: Vec<String> = search.dimensions.iter().map(|d| format!("{} in {}", d.name, d.domain)).collect();
        text += &format!(
            "\nchosen first by {}: {} ({}, {} of each, {})\n",
            search.by,
            settings.join(", "),
            plural(search.trials.len(), "trial"),
            plural(search.seeds.len(), "seed"),
            search.sampler
        );
    }
    let heading = ["search of", "trials", "runs", "updates", "samples seen", "FLOPs", "time"];
    let row = |own: &Trials| {
        let number = |figure: fn(&Sheet) -> u64| crate::digits::count(own.sum(|sheet| figure(sheet) as f64) as u64);
        vec![
            own.name.clone(),
            own.sheets.len().to_string(),
            own.runs().to_string(),
            number(|sheet| sheet.updates),
            number(|sheet| sheet.samples_seen),
            scaled(own.sum(|sheet| sheet.flops as f64), ""),
            duration(own.sum(|sheet| sheet.seconds.value)),
        ]
    };
    let rows: Vec<Vec<String>> =
        std::iter::once(heading.map(String::from).to_vec()).chain(trials.iter().map(row)).collect();
    text + &columns(&rows, 6)
}

/// "192 runs that choose: 3 min on one thread", "20 runs of what is chosen: 10 s to 3 min on one thread". `runs`: of every arm;
/// `others`: seconds of a run of each arm that nothing is chosen for.
pub fn sum(trials: &[Trials], runs: usize, others: &[f64]) -> String {
    let seconds: f64 = trials.iter().map(|own| own.sum(|sheet| sheet.seconds.value)).sum();
    let ends = |pick: fn(f64, f64) -> f64| -> f64 {
        let of = |own: &Trials| own.sheets.iter().map(|sheet| sheet.seconds.value).reduce(pick).unwrap_or(0.0);
        (trials.iter().map(of).sum::<f64>() + others.iter().sum::<f64>()) * runs as f64
    };
    let (least, most) = (ends(f64::min), ends(f64::max));
    let chosen = plural((trials.len() + others.len()) * runs, "run");
    let between = if duration(least) == duration(most) {
        duration(most)
    } else {
        format!("{} to {}", duration(least), duration(most))
    };
    let choosing = plural(trials.iter().map(Trials::runs).sum(), "run");
    format!(
        "\n{choosing} that choose: {} on one thread\n{chosen} of what is chosen: {between} on one thread\n",
        duration(seconds)
    )
}
