//! A comparison for a terminal: a table for every other value, the notes to read it by, and one line a measure.

use super::{Comparison, Difference, few_seeds};
use crate::measured::Absent;
use crate::record::Unit;
use crate::report::listing::Listing;
use crate::report::statistics::{self, Of, Reasons};
use crate::report::{Style, count, crossed, listed, names, number, range, width};
use crate::significance::LEVEL;
use std::collections::BTreeMap;

impl Difference {
    /// The columns of the table: setting, measure, difference, interval, p, verdict.
    pub fn row(&self) -> [String; 6] {
        let text = number::difference(&self.paired, self.measure.unit);
        let ends = text.as_ref().and_then(|text| text.ends.clone());
        let unit = match self.measure.unit {
            Unit::Percent => " (%)",
            Unit::Plain => "",
        };
        [
            self.place.join(", "),
            format!("{}{unit}", self.measure.shown()),
            text.map_or(number::NOTHING.to_string(), |text| text.difference),
            ends.map_or(number::NOTHING.to_string(), |(low, high)| format!("{low} to {high}")),
            self.p.map_or(number::NOTHING.to_string(), |p| number::p(p).trim_start_matches("= ").to_string()),
            self.judgement(),
        ]
    }
}

impl Comparison {
    pub fn text(&self, style: Style) -> String {
        if self.differences.is_empty() {
            return format!("compare {}: nothing to compare.\n", self.axis);
        }
        let tables = self.others().into_iter().map(|(other, differences)| {
            let by = match self.of() {
                Of::Seeds => "paired by seed",
                Of::Parts { .. } => "paired by seed and part",
            };
            let title = format!("compare {}: {other} − {}, {by}", self.axis, self.first);
            format!("{}\n\n{}", style.bold(&title), table(differences, style))
        });
        let parts: Vec<String> = tables.chain([self.notes().join("\n"), self.summaries().join("\n")]).collect();
        parts.join("\n\n") + "\n"
    }

    /// What its pairs are of.
    pub(super) fn of(&self) -> Of {
        self.differences.iter().map(|d| d.paired.of).find(|of| *of != Of::Seeds).unwrap_or_default()
    }

    /// Every difference as a row of a plain table.
    pub fn listing(&self) -> Listing {
        let heading = [&self.axis, "cell", "measure", "difference", "95 % interval", "p", "verdict"];
        let row = |d: &Difference| {
            let said = d.row().map(|cell| names::said(&cell, [&d.measure]));
            std::iter::once(d.other.clone()).chain(said).collect()
        };
        Listing {
            title: format!("Paired differences to {}", self.first),
            heading: heading.map(str::to_string).to_vec(),
            words: 3,
            rows: self.differences.iter().map(row).collect(),
            notes: self.notes(),
        }
        .trimmed()
    }

    /// What to know before reading the table.
    pub fn notes(&self) -> Vec<String> {
        let pairs = || self.differences.iter().map(|d| d.paired.n);
        let comparisons = self.differences.first().map_or(0, |d| d.comparisons);
        let mut notes = Vec::new();
        if comparisons > 0 {
            let usable = range(pairs().filter(|n| *n > 1), &format!("paired {}", self.of().noun()));
            let corrected = count(comparisons, "comparison");
            notes.push(format!(
                "Interval of each by itself; p of {}, Holm-corrected for {corrected}; {usable}.",
                statistics::test(self.of(), pairs().max().unwrap_or(0))
            ));
        }
        if !self.primary.is_empty() && self.primary.len() < self.measures().len() {
            let others =
                self.differences.iter().find(|d| !self.primary.contains(&d.measure.name)).map_or(0, |d| d.comparisons);
            notes.push(format!(
                "Chiefly about {}, corrected by itself; other measures are corrected for all {}.",
                listed(&self.primary),
                count(others, "comparison")
            ));
        }
        notes.extend(crossed::note(&self.pooled));
        if self.differences.iter().any(|d| d.paired.is_clear() && !d.stands_corrected()) {
            notes.push(format!("In brackets: p is {LEVEL} or more after the correction, possibly chance."));
        }
        notes.extend(few_seeds(&format!("compare {}", self.axis), self.of(), pairs().max().unwrap_or(0), comparisons));
        if pairs().any(|n| n == 1) {
            notes.push(format!("Of fewer than 2 paired {}s no interval can be given.", self.of().noun()));
        }
        let mut absent = Reasons::new();
        // A run that failed lacks every measure, and is counted once.
        let mut failed: BTreeMap<(&str, &[String]), usize> = BTreeMap::new();
        for Difference { other, setting, paired, .. } in &self.differences {
            for (why, n) in &paired.absent {
                // What an arm never measures is no pair.
                match why {
                    why if *why == Absent::failed() => {
                        let of = failed.entry((other, setting)).or_default();
                        *of = (*of).max(*n);
                    }
                    why if paired.n == 0 && *why == Absent::not_measured() => {}
                    why => *absent.entry(why.clone()).or_default() += n,
                }
            }
        }
        let failed: usize = failed.into_values().sum();
        if failed > 0 {
            let pairs = count(failed, "pair");
            notes.push(format!("Left out: {pairs} of which a run failed; `mhm run` tries such runs again."));
        }
        notes.extend(absent.iter().map(|(why, n)| format!("Left out: {}: {why}.", count(*n, "pair"))));
        notes.iter().map(|note| names::labelled(note, self.measures())).collect()
    }
}

fn table(differences: &[Difference], style: Style) -> String {
    let heading = ["", "measure", "difference", "95 % interval", "p", ""].map(str::to_string);
    let mut rows = vec![heading];
    let mut above = None;
    for difference in differences {
        let mut row = difference.row();
        if above == Some(&difference.setting) {
            row[0].clear();
        }
        above = Some(&difference.setting);
        rows.push(row);
    }
    let widths = [0, 1, 2, 3, 4, 5].map(|k| rows.iter().map(|row| width(&row[k])).max().unwrap_or(0));
    let mut text: Vec<String> = rows.iter().map(|row| line(row, &widths)).collect();
    for (text, difference) in text.iter_mut().skip(1).zip(differences) {
        if difference.stands_corrected() {
            *text = style.bold(text);
        }
    }
    let shown = widths.iter().filter(|width| **width > 0);
    let total = shown.clone().sum::<usize>() + 2 * (shown.count().saturating_sub(1));
    text.insert(1, "─".repeat(total));
    text.join("\n")
}

/// One line of the table: names to the left, numbers to the right.
fn line(row: &[String; 6], widths: &[usize; 6]) -> String {
    let cells = row.iter().zip(widths).enumerate().filter(|(_, (_, width))| **width > 0);
    let cells = cells.map(|(k, (text, width))| match k {
        2..=4 => format!("{text:>width$}"),
        _ => format!("{text:<width$}"),
    });
    cells.collect::<Vec<_>>().join("  ").trim_end().to_string()
}
