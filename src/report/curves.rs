//! Measures over the samples that were seen: which lines stand in which panel, and their means and intervals. Draws nothing.

use super::csv::{Csv, optional};
use super::statistics::Summary;
use super::{Results, absent, arms, combinations, listed, names};
use crate::digits::{self, count};
use crate::record::manifest::{Arm, Axis, Figure, Manifest, Sketch};
use crate::record::{ArmId, MeasureInfo, RunRecord};
use std::collections::{BTreeMap, BTreeSet};

/// One measure in one setting, a line for every value of the figure's `lines` axes.
#[derive(Clone, Debug, PartialEq)]
pub struct Panel {
    /// The values of the axes that have a panel each, as they are said.
    pub setting: Vec<String>,
    pub measure: MeasureInfo,
    pub across: Across,
    pub curves: Vec<Curve>,
}

/// What curves are drawn over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Across {
    Samples,
    /// Where it is not known how many samples some line saw in one.
    Epochs,
}

impl Across {
    /// What is counted.
    pub fn noun(self) -> &'static str {
        match self {
            Across::Samples => "samples seen",
            Across::Epochs => "epochs",
        }
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct Curve {
    pub name: String,
    pub arm: ArmId,
    /// Its place among all lines of the figure, so that it looks the same in every panel.
    pub place: usize,
    /// Samples of an epoch, or of a round where the budget counts these.
    pub train: Option<u64>,
    /// By epoch; only those that some seed has a number of, up to the end of the first.
    pub points: Vec<(u32, Summary)>,
}

/// The panels of a figure by measure, then by setting; those without a number are left out. An axis that the figure does not
/// mention has panels, too.
pub fn panels(figure: &Figure, manifest: &Manifest, records: &[RunRecord]) -> Vec<Panel> {
    let axes = &manifest.axes;
    let results = Results::collect(axes, records);
    let (lines, settings): (Vec<usize>, Vec<usize>) =
        (0..axes.len()).partition(|i| figure.lines.contains(&axes[*i].name) && !figure.panels.contains(&axes[*i].name));
    let choices = |part: &[usize]| combinations(&part.iter().map(|i| &axes[*i]).collect::<Vec<_>>());
    let epochs: BTreeSet<u32> =
        records.iter().flat_map(|r| &r.epochs).map(|e| e.epoch).filter(|e| e % figure.every.max(1) == 0).collect();
    let trains = trains(manifest, &results);
    let mut panels = Vec::new();
    for measure in &figure.measures {
        for setting in choices(&settings) {
            let curve = |(place, line): (usize, &Vec<usize>)| {
                let mut arm = vec![0; axes.len()];
                for (axis, value) in settings.iter().zip(&setting).chain(lines.iter().zip(line)) {
                    arm[*axis] = *value;
                }
                let name = said(axes, &lines, line).join(", ");
                let (points, arm) = (points(&results, &arm, &measure.name, &epochs), results.arm(&arm));
                Curve { name, place, train: trains.get(&arm).copied(), arm, points }
            };
            let curves: Vec<Curve> =
                choices(&lines).iter().enumerate().map(curve).filter(|c| !c.points.is_empty()).collect();
            let setting = said(axes, &settings, &setting);
            panels.push(Panel { setting, measure: measure.clone(), across: Across::Samples, curves });
        }
    }
    panels.retain(|panel| !panel.curves.is_empty());
    if panels.iter().flat_map(|panel| &panel.curves).any(|curve| curve.train.is_none()) {
        panels.iter_mut().for_each(|panel| panel.across = Across::Epochs);
    }
    panels
}

fn said(axes: &[Axis], part: &[usize], choice: &[usize]) -> Vec<String> {
    part.iter().zip(choice).map(|(axis, i)| arms::value(&axes[*axis].name, &axes[*axis].values[*i])).collect()
}

/// Samples between two points by arm, where they are known: of a round as its runs saw them, of an epoch as its schedule says.
fn trains(manifest: &Manifest, results: &Results<'_>) -> BTreeMap<ArmId, u64> {
    let mut rounds: BTreeMap<&ArmId, u64> = BTreeMap::new();
    for run in results.all().filter(|run| run.failure.is_none()) {
        if let Some(last) = run.epochs.last().filter(|then| then.epoch > 0) {
            rounds.entry(&run.arm).or_insert(run.samples / u64::from(last.epoch));
        }
    }
    let of = |arm: &Arm| {
        let budget = arm.settings.iter().find(|(name, _)| name == "budget").map_or("", |(_, value)| value.as_str());
        let by_round = budget.ends_with("round") || budget.ends_with("rounds");
        let samples = if by_round { rounds.get(&arm.arm).copied() } else { epoch(manifest.sketches.get(arm.sketch)?) };
        Some((arm.arm.clone(), samples.filter(|n| *n > 0)?))
    };
    manifest.arms.iter().filter_map(of).collect()
}

/// Training samples: of a phase on all of them, of one fold and the others together, or of all folds but one in turn.
fn epoch(sketch: &Sketch) -> Option<u64> {
    let on = |words: &str| sketch.phases.iter().find(|phase| phase.on == words).map(|phase| phase.samples);
    let parts = || Some(on("fold(0)")? + on("except(0)")?);
    let others = || {
        let all: Option<Vec<u64>> = (0..sketch.folds).map(|k| on(&format!("except({k})"))).collect();
        (sketch.folds > 1).then(|| all.map(|all| all.iter().sum::<u64>() / (sketch.folds as u64 - 1)))?
    };
    on("all").or_else(parts).or_else(others)
}

/// What to know of runs that have no value after some epoch, and of arms that do not end together.
pub fn notes(figure: &Figure, manifest: &Manifest, records: &[RunRecord], panels: &[Panel]) -> Vec<String> {
    let names: Vec<String> = figure.measures.iter().map(|measure| measure.name.clone()).collect();
    let results = Results::collect(&manifest.axes, records);
    unequal(panels).into_iter().chain(uneven(&results)).chain(absent::on_the_way(&results, &names)).collect()
}

/// "Lines end where training does: after 5,400 samples (ETE), 21,600 (MHM, all heads)."
fn unequal(panels: &[Panel]) -> Option<String> {
    let curves = || panels.iter().flat_map(|panel| panel.curves.iter().map(|curve| (panel.across, curve)));
    let mut ends: BTreeMap<u64, Vec<String>> = BTreeMap::new();
    for (across, curve) in curves() {
        let names = ends.entry(curve.end(across)).or_default();
        if !names.contains(&curve.name) {
            names.push(curve.name.clone());
        }
    }
    let noun = if panels.first()?.across == Across::Samples { "samples" } else { "epochs" };
    let of = |(i, (end, names)): (usize, (&u64, &Vec<String>))| {
        let noun = if i == 0 { format!(" {noun}") } else { String::new() };
        let names = if names.len() > 4 { format!("{} lines", names.len()) } else { names.join(", ") };
        format!("{}{noun} ({names})", count(*end))
    };
    let all: Vec<String> = ends.iter().enumerate().map(of).collect();
    (2..=6).contains(&all.len()).then(|| format!("Lines end where training does: after {}.", listed(&all)))
}

/// Of an arm whose runs end after different epochs, those of the first alone are means over all.
fn uneven(results: &Results<'_>) -> Option<String> {
    let ends = |runs: &super::ByTurn<'_>| {
        let last = |run: &&RunRecord| run.epochs.last().map(|then| then.epoch);
        runs.values()
            .flat_map(|repeats| repeats.values().copied())
            .filter(|run| run.failure.is_none())
            .filter_map(|run| last(&run))
            .collect::<BTreeSet<_>>()
    };
    let some = results.runs.values().any(|runs| ends(runs).len() > 1);
    some.then(|| "Where runs of an arm are of unequal length its line ends with the shortest.".into())
}

/// Up to the last epoch that every run of the arm has: a mean over other seeds is of another thing.
fn points(results: &Results<'_>, arm: &[usize], measure: &str, epochs: &BTreeSet<u32>) -> Vec<(u32, Summary)> {
    let runs = results.runs.get(arm).into_iter().flatten().flat_map(|(_, repeats)| repeats.values());
    let ends = runs.filter(|run| run.failure.is_none()).filter_map(|run| run.epochs.last());
    let Some(end) = ends.map(|then| then.epoch).min() else { return vec![] };
    let at = |epoch: u32| Summary::of(&results.by_seed(arm, &|record| record.measured_at(epoch, measure)));
    epochs.range(..=end).map(|epoch| (*epoch, at(*epoch))).filter(|(_, summary)| summary.mean.is_some()).collect()
}

impl Curve {
    /// Where a point stands.
    pub fn at(&self, epoch: u32, across: Across) -> u64 {
        let samples = if across == Across::Samples { self.train.unwrap_or(1) } else { 1 };
        u64::from(epoch) * samples
    }

    fn end(&self, across: Across) -> u64 {
        self.points.last().map_or(0, |(epoch, _)| self.at(*epoch, across))
    }
}

impl Panel {
    /// "Fresh error on moons_near"
    pub fn title(&self) -> String {
        let measure = names::title(&self.measure);
        if self.setting.is_empty() { measure } else { format!("{measure} on {}", self.setting.join(", ")) }
    }
}

/// Every point of a figure in long form, for other programs. Values are not rounded, and percents stay fractions.
pub fn csv(panels: &[Panel], axes: &[Axis]) -> String {
    let names = axes.iter().map(|axis| axis.name.as_str());
    let mut csv =
        Csv::new(["measure"].into_iter().chain(names).chain(["epoch", "samples", "mean", "low", "high", "n"]));
    for panel in panels {
        for curve in &panel.curves {
            for (epoch, summary) in &curve.points {
                let values = axes.iter().map(|axis| curve.arm.value(&axis.name).unwrap_or_default().to_string());
                let numbers = [
                    epoch.to_string(),
                    curve.train.map_or(String::new(), |train| (u64::from(*epoch) * train).to_string()),
                    summary.mean.map_or(String::new(), digits::number),
                    optional(summary.interval.map(|i| i.low)),
                    optional(summary.interval.map(|i| i.high)),
                    summary.n.to_string(),
                ];
                csv.row(std::iter::once(panel.measure.name.clone()).chain(values).chain(numbers));
            }
        }
    }
    csv.text()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::manifest::Phase;
    use crate::record::{EpochRecord, Unit};
    use crate::report::tests::{axis, run};

    #[test]
    fn lines_of_unequal_length_end_where_they_end() {
        let epochs = |arm: &'static str, seed: u64, last: u32| RunRecord {
            epochs: (1..=last)
                .map(|epoch| EpochRecord {
                    epoch,
                    measures: [("test_error".to_string(), Ok(1.0 / f64::from(epoch)))].into(),
                })
                .collect(),
            ..run(&[("method", arm)], seed, &[])
        };
        let arm =
            |method: &str, sketch| Arm { arm: ArmId(vec![("method".into(), method.into())]), sketch, ..Arm::default() };
        let phase = |on: &str, samples| Phase { on: on.into(), samples, ..Phase::default() };
        let sketch = |phases| Sketch { phases, ..Sketch::default() };
        let mut manifest = Manifest {
            axes: vec![axis("method", &["A", "B"])],
            arms: vec![arm("A", 0), arm("B", 1)],
            sketches: vec![sketch(vec![phase("all", 90)]), sketch(vec![phase("except(0)", 60), phase("fold(0)", 30)])],
            ..Manifest::default()
        };
        let measure = MeasureInfo {
            name: "test_error".into(),
            label: None,
            unit: Unit::Percent,
            lower_is_better: true,
            one_of: Default::default(),
        };
        let figure = Figure { measures: vec![measure], lines: vec!["method".into()], panels: vec![], every: 1 };
        let records = [epochs("A", 0, 3), epochs("A", 1, 2), epochs("B", 0, 8), epochs("B", 1, 8)];
        let all = panels(&figure, &manifest, &records);
        let ends: Vec<u64> = all[0].curves.iter().map(|curve| curve.end(all[0].across)).collect();
        assert_eq!((ends, all[0].across), (vec![180, 720], Across::Samples));
        let notes = notes(&figure, &manifest, &records, &all);
        assert_eq!(notes[0], "Lines end where training does: after 180 samples (A) and 720 (B).");
        assert!(notes[1].starts_with("Where runs of an arm are of unequal length"), "{notes:?}");
        let text = csv(&all, &manifest.axes);
        assert_eq!(text.lines().count(), 1 + 2 + 8, "{text}");
        assert!(text.starts_with("measure,method,epoch,samples,mean,low,high,n\ntest_error,A,1,90,1,"), "{text}");
        // Of a budget of rounds a point is one.
        let record = |seed| RunRecord { samples: 800, ..epochs("B", seed, 8) };
        manifest.arms[1].settings = vec![("budget".into(), "8 rounds".into())];
        assert_eq!(panels(&figure, &manifest, &[record(0), record(1)])[0].curves[0].train, Some(100));
        manifest.arms[1].settings.clear();
        // What nobody says is not guessed.
        manifest.sketches[1].phases.pop();
        assert_eq!(panels(&figure, &manifest, &records)[0].across, Across::Epochs);
    }
}
