//! `compare method`: what each value of an axis changes against the first one, paired by seed, in a table and in words.
//! Owns what is claimed: never a difference whose interval includes zero.

mod csv;
mod finding;
mod power;
mod text;
mod words;

use super::statistics::{Of, Paired, Power, Powers, holm, stands};
use super::{Results, arms, combinations, count, crossed};
use crate::measured::Absent;
use crate::record::manifest::{Axis, Manifest};
use crate::record::{MeasureInfo, RunRecord};
use crate::significance::{DRAWN_PAIRS, LEVEL, are_few, enough};

/// Every paired difference along one axis.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Comparison {
    pub axis: String,
    /// The value that the others are held against.
    pub first: String,
    /// By other value, then by setting, then by measure.
    pub differences: Vec<Difference>,
    /// Names of measures that are of all test parts together.
    pub pooled: Vec<String>,
    /// Comparisons that there will be once all runs are done: those that its powers are corrected for.
    pub planned: usize,
    /// Names of the measures that it is chiefly about; none where it does not say.
    pub primary: Vec<String>,
}

/// One other value against the first one, in one setting of the other axes and for one measure.
#[derive(Clone, Debug, PartialEq)]
pub struct Difference {
    pub first: String,
    pub other: String,
    /// The values of the other axes.
    pub setting: Vec<String>,
    /// The same in words: "near", "width 16".
    pub place: Vec<String>,
    pub measure: MeasureInfo,
    pub paired: Paired,
    /// p after Holm's correction over the whole comparison.
    pub p: Option<f64>,
    /// The comparisons it was corrected for.
    pub comparisons: usize,
    pub power: Power,
}

/// What may be said of a difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    Smaller,
    Larger,
    /// The interval includes zero.
    Unclear,
    /// Fewer than two pairs.
    Unknown,
    /// No pair at all: one of the arms does not measure it, or has no run.
    Absent,
}

/// Builds the comparison along `axis`; of an unknown axis, or one with a single value, it is empty.
/// `primary`: names of the measures that it is chiefly about; they stand first, and are a family of their own.
pub fn compare(
    axis: &str,
    (measures, primary): (&[MeasureInfo], &[String]),
    axes: &[Axis],
    records: &[RunRecord],
) -> Comparison {
    let empty = Comparison { axis: axis.to_string(), ..Comparison::default() };
    let Some(compared) = axes.iter().position(|a| a.name == axis) else { return empty };
    let Some(first) = axes[compared].values.first().cloned() else { return empty };
    let results = Results::collect(axes, records);
    let settings = settings(axes, compared);
    let mut differences = Vec::new();
    for other in 1..axes[compared].values.len() {
        for arm in &settings {
            differences.extend(measures.iter().map(|measure| difference(&results, compared, arm, other, measure)));
        }
    }
    let all: Vec<usize> = (0..differences.len()).collect();
    let chief: Vec<usize> = all.iter().copied().filter(|i| primary.contains(&differences[*i].measure.name)).collect();
    let mut planned = of_family(&mut differences, &all);
    if !chief.is_empty() {
        planned = of_family(&mut differences, &chief);
    }
    let pooled = crossed::pooled(&results, measures.iter());
    Comparison { first, differences, pooled, planned, primary: primary.to_vec(), ..empty }
}

/// The comparison along an axis that an experiment asks for.
pub fn of(manifest: &Manifest, axis: &str, records: &[RunRecord]) -> Comparison {
    let primary = manifest.primary(axis);
    let mut shown = manifest.shown();
    shown.sort_by_key(|info| primary.iter().position(|name| *name == info.name).unwrap_or(primary.len()));
    compare(axis, (&shown, primary), &manifest.axes, records)
}

/// Corrects p of these differences for one another, and says how many of them there will be.
fn of_family(differences: &mut [Difference], family: &[usize]) -> usize {
    let corrected = holm(&family.iter().map(|i| differences[*i].paired.p).collect::<Vec<_>>());
    let comparisons = corrected.iter().flatten().count();
    for (i, p) in family.iter().zip(corrected) {
        (differences[*i].p, differences[*i].comparisons) = (p, comparisons);
    }
    let planned = family.iter().filter(|i| differences[**i].is_planned()).count();
    let mut powers = Powers::of(planned);
    family.iter().for_each(|i| differences[*i].power = powers.power(&differences[*i].paired));
    planned
}

/// The arms with the first value of the compared axis.
fn settings(axes: &[Axis], compared: usize) -> Vec<Vec<usize>> {
    let first = Axis { values: axes[compared].values[..1].to_vec(), ..axes[compared].clone() };
    let axes = axes.iter().enumerate().map(|(i, axis)| if i == compared { &first } else { axis });
    combinations(&axes.collect::<Vec<_>>())
}

fn difference(
    results: &Results<'_>,
    compared: usize,
    first: &[usize],
    other: usize,
    measure: &MeasureInfo,
) -> Difference {
    let mut arm = first.to_vec();
    arm[compared] = other;
    let value = |(axis, i): (usize, &usize)| results.axes[axis].values[*i].clone();
    let said = |(axis, i): (usize, &usize)| arms::value(&results.axes[axis].name, &results.axes[axis].values[*i]);
    Difference {
        first: results.axes[compared].values[0].clone(),
        other: results.axes[compared].values[other].clone(),
        setting: arm.iter().enumerate().filter(|(axis, _)| *axis != compared).map(value).collect(),
        place: arm.iter().enumerate().filter(|(axis, _)| *axis != compared).map(said).collect(),
        measure: measure.clone(),
        paired: results.paired(first, &arm, &measure.name),
        p: None,
        comparisons: 0,
        power: Power::default(),
    }
}

impl Difference {
    pub fn verdict(&self) -> Verdict {
        match self.paired.interval() {
            None if self.paired.n == 0 => Verdict::Absent,
            None => Verdict::Unknown,
            Some(interval) if interval.high < 0.0 => Verdict::Smaller,
            Some(interval) if interval.low > 0.0 => Verdict::Larger,
            Some(_) => Verdict::Unclear,
        }
    }

    /// Whether there is a p of it, or will be once all runs are done: not where an arm never has the measure.
    fn is_planned(&self) -> bool {
        let Paired { n, absent, .. } = &self.paired;
        *n > 0 || absent.is_empty() || absent.keys().any(|why| *why != Absent::not_measured())
    }

    /// Whether the claim stands among all the comparisons made.
    pub fn stands_corrected(&self) -> bool {
        stands(&self.paired, self.p)
    }
}

impl Comparison {
    /// Every measure once, those first that it is chiefly about.
    pub fn measures(&self) -> Vec<&MeasureInfo> {
        let mut measures: Vec<&MeasureInfo> = vec![];
        for difference in &self.differences {
            if measures.iter().all(|known| known.name != difference.measure.name) {
                measures.push(&difference.measure);
            }
        }
        measures
    }

    /// Whether a measure is among those that are shown first: what it is chiefly about, or the first of all where it does not say.
    pub fn is_chief(&self, measure: &str) -> bool {
        match self.primary.as_slice() {
            [] => self.differences.first().is_some_and(|first| first.measure.name == measure),
            chief => chief.iter().any(|name| name == measure),
        }
    }

    /// The same of some of its differences.
    pub fn only(&self, keep: impl Fn(&Difference) -> bool) -> Comparison {
        let differences = self.differences.iter().filter(|d| keep(d)).cloned().collect();
        Comparison { differences, ..self.clone() }
    }

    /// The values held against the first one, each with its differences.
    pub fn others(&self) -> Vec<(&str, &[Difference])> {
        let groups = self.differences.chunk_by(|a, b| a.other == b.other);
        groups.map(|group| (group[0].other.as_str(), group)).collect()
    }
}

/// What a claim has to stand, wherever one is made: "95 % without zero, p < 0.05 Holm-corrected for 48 comparisons".
pub fn family(comparisons: usize) -> String {
    format!("95 % without zero, p < {LEVEL} Holm-corrected for {}", count(comparisons, "comparison"))
}

/// Why nothing can be claimed, where there are too few seeds for any claim of these comparisons: "`compare method`".
pub fn few_seeds(of: &str, what: Of, pairs: usize, comparisons: usize) -> Option<String> {
    // Two parts are enough for a t test.
    (what == Of::Seeds && comparisons > 0 && are_few(pairs, comparisons)).then(|| {
        let advice = match enough(comparisons) {
            n if n > DRAWN_PAIRS => format!("compare less at a time, or run {n}"),
            n => format!("run {n} or more"),
        };
        let seeds = count(pairs, "seed");
        let corrected = count(comparisons, "comparison");
        format!("{of}: of {seeds} no p can be below {LEVEL}, Holm-corrected for {corrected}, however large the difference; {advice}.")
    })
}

#[cfg(test)]
mod tests;
