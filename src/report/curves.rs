//! Measures over epochs: which lines stand in which panel, and their means and intervals. Draws nothing.

use super::statistics::Summary;
use super::{Results, absent, combinations, names};
use crate::record::manifest::{Axis, Figure};
use crate::record::{MeasureInfo, RunRecord};
use std::collections::BTreeSet;

/// One measure in one setting, a line for every value of the figure's `lines` axes.
#[derive(Clone, Debug, PartialEq)]
pub struct Panel {
    /// The values of the axes that have a panel each.
    pub setting: Vec<String>,
    pub measure: MeasureInfo,
    pub curves: Vec<Curve>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Curve {
    pub name: String,
    /// Its place among all lines of the figure, so that it looks the same in every panel.
    pub place: usize,
    /// By epoch; only those that some seed has a number of.
    pub points: Vec<(u32, Summary)>,
}

/// The panels of a figure by measure, then by setting; those without a number are left out. An axis that the figure does not
/// mention has panels, too.
pub fn panels(figure: &Figure, axes: &[Axis], records: &[RunRecord]) -> Vec<Panel> {
    let results = Results::collect(axes, records);
    let (lines, settings): (Vec<usize>, Vec<usize>) =
        (0..axes.len()).partition(|i| figure.lines.contains(&axes[*i].name) && !figure.panels.contains(&axes[*i].name));
    let choices = |part: &[usize]| combinations(&part.iter().map(|i| &axes[*i]).collect::<Vec<_>>());
    let epochs: BTreeSet<u32> =
        records.iter().flat_map(|r| &r.epochs).map(|e| e.epoch).filter(|e| e % figure.every.max(1) == 0).collect();
    let mut panels = Vec::new();
    for measure in &figure.measures {
        for setting in choices(&settings) {
            let curve = |(place, line): (usize, &Vec<usize>)| {
                let mut arm = vec![0; axes.len()];
                for (axis, value) in settings.iter().zip(&setting).chain(lines.iter().zip(line)) {
                    arm[*axis] = *value;
                }
                let name: Vec<&str> = lines.iter().zip(line).map(|(axis, i)| axes[*axis].values[*i].as_str()).collect();
                Curve { name: name.join(", "), place, points: points(&results, &arm, &measure.name, &epochs) }
            };
            let curves: Vec<Curve> =
                choices(&lines).iter().enumerate().map(curve).filter(|c| !c.points.is_empty()).collect();
            let setting = settings.iter().zip(&setting).map(|(axis, i)| axes[*axis].values[*i].clone()).collect();
            panels.push(Panel { setting, measure: measure.clone(), curves });
        }
    }
    panels.retain(|panel| !panel.curves.is_empty());
    panels
}

/// What to know of runs that have no value after some epoch.
pub fn notes(figure: &Figure, axes: &[Axis], records: &[RunRecord]) -> Vec<String> {
    let names: Vec<String> = figure.measures.iter().map(|measure| measure.name.clone()).collect();
    absent::on_the_way(&Results::collect(axes, records), &names)
}

fn points(results: &Results<'_>, arm: &[usize], measure: &str, epochs: &BTreeSet<u32>) -> Vec<(u32, Summary)> {
    let at = |epoch: u32| Summary::of(&results.by_seed(arm, &|record| record.measured_at(epoch, measure)));
    epochs.iter().map(|epoch| (*epoch, at(*epoch))).filter(|(_, summary)| summary.mean.is_some()).collect()
}

impl Panel {
    /// "Fresh error on moons_near"
    pub fn title(&self) -> String {
        let measure = names::title(&self.measure.name);
        if self.setting.is_empty() { measure } else { format!("{measure} on {}", self.setting.join(", ")) }
    }
}
