//! What others report for the places of a table. Owns how such numbers are shown: as they were written, in brackets.

use super::{Entry, Grid, Measured};
use crate::record::manifest::{Axis, Published};
use crate::record::{MeasureInfo, Unit};
use crate::report::number::NOTHING;

/// Whoever reports numbers of a measure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// "Lee et al. 2022, Table 2"
    pub name: String,
    /// That show all its numbers as they were written.
    pub decimals: usize,
}

/// Everyone's numbers of one measure.
pub struct Elsewhere<'a> {
    axes: &'a [Axis],
    of: Vec<&'a Published>,
}

impl<'a> Elsewhere<'a> {
    pub fn of(published: &'a [Published], axes: &'a [Axis], measure: &MeasureInfo) -> Self {
        Elsewhere { axes, of: published.iter().filter(|p| p.measure == measure.name).collect() }
    }

    pub fn sources(&self) -> Vec<Source> {
        let others = |p: &'a Published| p.others.iter().flat_map(|(_, values)| values);
        let decimals =
            |p: &&'a Published| p.values.iter().chain(others(p)).flatten().map(|x| decimals(*x)).max().unwrap_or(0);
        self.of.iter().map(|p| Source { name: p.source.clone(), decimals: decimals(p) }).collect()
    }

    /// The numbers for one arm, one a source; or for the other method of this name, at its place on the axes after the first.
    pub fn values(&self, arm: &[usize], other: Option<&str>) -> Vec<Option<f64>> {
        let skipped = usize::from(other.is_some());
        let places = self.axes.iter().zip(arm).skip(skipped);
        let place = places.fold(0, |place, (axis, i)| place * axis.values.len() + i);
        let of = |p: &&'a Published| match other {
            None => Some(&p.values),
            Some(name) => p.others.iter().find(|(other, _)| other == name).map(|(_, values)| values),
        };
        self.of.iter().map(|p| of(p)?.get(place).copied().flatten()).collect()
    }
}

/// Names of other methods that report any of these measures, in the order they first stand.
pub fn others(published: &[Published], measures: &[MeasureInfo]) -> Vec<String> {
    let mut names: Vec<String> = vec![];
    for published in published.iter().filter(|p| measures.iter().any(|m| m.name == p.measure)) {
        for (name, _) in &published.others {
            if !names.contains(name) {
                names.push(name.clone());
            }
        }
    }
    names
}

/// Digits after the point in the shortest writing of a number.
fn decimals(x: f64) -> usize {
    x.to_string().split('.').nth(1).map_or(0, str::len)
}

impl Grid {
    /// "17.5", or of several sources "17.5; –"; nothing where none of them has a number.
    pub fn published(&self, entry: &Entry) -> Option<String> {
        let shown = |(source, value): (&Source, &Option<f64>)| match value {
            Some(x) => format!("{x:.*}", source.decimals),
            None => NOTHING.to_string(),
        };
        let texts: Vec<String> = self.measures[entry.measure].sources.iter().zip(&entry.published).map(shown).collect();
        entry.published.iter().any(Option::is_some).then(|| texts.join("; "))
    }

    /// The number of one source in the unit of the records: 0.175 for 17.5 %.
    pub fn published_value(&self, entry: &Entry, source: &str) -> Option<f64> {
        let measured = &self.measures[entry.measure];
        let at = measured.sources.iter().position(|s| s.name == source)?;
        let value = entry.published[at]?;
        // Twelve digits: 28.7 / 100 is not 0.287 in binary.
        Some(match measured.info.unit {
            Unit::Percent => (value * 1e10).round() / 1e12,
            Unit::Plain => value,
        })
    }
}

/// "In brackets: Lee et al. 2022, Table 2." Of each measure by itself where their sources differ.
pub fn footer(measures: &[Measured]) -> Vec<String> {
    let names = |m: &Measured| m.sources.iter().map(|s| s.name.as_str()).collect::<Vec<_>>().join("; ");
    let of: Vec<(&str, String)> =
        measures.iter().filter(|m| !m.sources.is_empty()).map(|m| (m.info.name.as_str(), names(m))).collect();
    match of.first() {
        None => vec![],
        Some((_, same)) if of.iter().all(|(_, names)| names == same) => {
            vec![stopped(format!("In brackets: {same}"))]
        }
        Some(_) => of.iter().map(|(measure, names)| stopped(format!("In brackets, {measure}: {names}"))).collect(),
    }
}

/// With a full stop, and not with two.
fn stopped(text: String) -> String {
    if text.ends_with('.') { text } else { text + "." }
}

/// Every source of a table once, in the order they first stand.
pub fn sources(measures: &[Measured]) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for source in measures.iter().flat_map(|m| &m.sources) {
        if !names.contains(&source.name) {
            names.push(source.name.clone());
        }
    }
    names
}
