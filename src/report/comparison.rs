//! `compare method`: what each value of an axis changes against the first one, paired by seed, in a table and in words.
//! Owns what is claimed: never a difference whose interval includes zero.

use super::statistics::{Paired, holm, smallest_p};
use super::{Axis, Results, Style, combinations, count, number, range, width};
use crate::record::{MeasureInfo, RunRecord, Unit};

/// The level of corrected p-values.
const LEVEL: f64 = 0.05;

/// Every paired difference along one axis.
#[derive(Clone, Debug, PartialEq)]
pub struct Comparison {
    pub axis: String,
    /// The value that the others are held against.
    pub first: String,
    /// By other value, then by setting, then by measure.
    pub differences: Vec<Difference>,
}

/// One other value against the first one, in one setting of the other axes and for one measure.
#[derive(Clone, Debug, PartialEq)]
pub struct Difference {
    pub first: String,
    pub other: String,
    /// The values of the other axes.
    pub setting: Vec<String>,
    pub measure: MeasureInfo,
    pub paired: Paired,
    /// p after Holm's correction over the whole comparison.
    pub p: Option<f64>,
    /// The comparisons it was corrected for.
    pub comparisons: usize,
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
}

/// Builds the comparison along `axis`; of an unknown axis, or one with a single value, it is empty.
pub fn compare(axis: &str, measures: &[MeasureInfo], axes: &[Axis], records: &[RunRecord]) -> Comparison {
    let empty = Comparison { axis: axis.to_string(), first: String::new(), differences: Vec::new() };
    let Some(compared) = axes.iter().position(|a| a.name == axis) else { return empty };
    let Some(first) = axes[compared].values.first().cloned() else { return empty };
    let results = Results::collect(axes, records);
    let mut differences = Vec::new();
    for other in 1..axes[compared].values.len() {
        for arm in settings(axes, compared) {
            differences.extend(measures.iter().map(|measure| difference(&results, compared, &arm, other, measure)));
        }
    }
    let corrected = holm(&differences.iter().map(|d| d.paired.p).collect::<Vec<_>>());
    let comparisons = corrected.iter().flatten().count();
    for (difference, p) in differences.iter_mut().zip(corrected) {
        (difference.p, difference.comparisons) = (p, comparisons);
    }
    Comparison { first, differences, ..empty }
}

/// The arms with the first value of the compared axis.
fn settings(axes: &[Axis], compared: usize) -> Vec<Vec<usize>> {
    let mut arms = combinations(&axes.iter().collect::<Vec<_>>());
    arms.retain(|arm| arm[compared] == 0);
    arms
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
    Difference {
        first: results.axes[compared].values[0].clone(),
        other: results.axes[compared].values[other].clone(),
        setting: arm.iter().enumerate().filter(|(axis, _)| *axis != compared).map(value).collect(),
        measure: measure.clone(),
        paired: results.paired(first, &arm, &measure.name),
        p: None,
        comparisons: 0,
    }
}

impl Difference {
    pub fn verdict(&self) -> Verdict {
        match self.paired.interval() {
            None => Verdict::Unknown,
            Some(interval) if interval.high < 0.0 => Verdict::Smaller,
            Some(interval) if interval.low > 0.0 => Verdict::Larger,
            Some(_) => Verdict::Unclear,
        }
    }

    /// Whether the claim also stands among all the comparisons made.
    pub fn stands_corrected(&self) -> bool {
        self.paired.is_clear() && self.p.is_some_and(|p| p < LEVEL)
    }

    /// "Mhm(heads: 4)'s generalization_gap is 2.1 points smaller than EndToEnd's (95 % 1.6 to 2.6, p < 0.001) on near."
    pub fn sentence(&self) -> String {
        let subject = format!("{}'s {}", self.other, self.measure.name);
        let place = if self.setting.is_empty() { String::new() } else { format!(" on {}", self.setting.join(", ")) };
        let claim = match self.verdict() {
            Verdict::Smaller => self.claim("smaller"),
            Verdict::Larger => self.claim("larger"),
            Verdict::Unclear => self.no_claim(),
            Verdict::Unknown => self.no_interval(),
        };
        format!("{subject} {claim}{place}.")
    }

    fn claim(&self, word: &str) -> String {
        let Some(size) = number::size(&self.paired, self.measure.unit) else { return self.no_interval() };
        let points = self.points();
        format!("is {}{points} {word} than {}'s ({})", size.difference, self.first, self.evidence(size.ends))
    }

    fn no_claim(&self) -> String {
        let Some(text) = number::difference(&self.paired, self.measure.unit) else { return self.no_interval() };
        let points = self.points();
        let evidence = self.evidence(text.ends);
        format!("does not clearly differ from {}'s ({}{points}, {evidence})", self.first, text.difference)
    }

    fn no_interval(&self) -> String {
        format!(
            "cannot be held against {}'s: no interval can be given of {}",
            self.first,
            count(self.paired.n, "paired seed")
        )
    }

    /// "95 % 1.6 to 2.6, p < 0.001".
    fn evidence(&self, ends: Option<(String, String)>) -> String {
        let interval = ends.map(|(low, high)| format!("95 % {low} to {high}"));
        let p = self.p.map(|p| {
            let chance = self.paired.is_clear() && !self.stands_corrected();
            let caveat = if chance { format!(" among {}: possibly chance", self.among()) } else { String::new() };
            format!("p {}{caveat}", number::p(p))
        });
        interval.into_iter().chain(p).collect::<Vec<_>>().join(", ")
    }

    fn among(&self) -> String {
        count(self.comparisons, "comparison")
    }

    fn points(&self) -> &'static str {
        match self.measure.unit {
            Unit::Percent => " points",
            Unit::Plain => "",
        }
    }

    /// The columns of the table: setting, measure, difference, interval, p, verdict.
    fn row(&self) -> [String; 6] {
        let text = number::difference(&self.paired, self.measure.unit);
        let ends = text.as_ref().and_then(|text| text.ends.clone());
        let unit = match self.measure.unit {
            Unit::Percent => " (%)",
            Unit::Plain => "",
        };
        [
            self.setting.join(", "),
            format!("{}{unit}", self.measure.name),
            text.map_or(number::NOTHING.to_string(), |text| text.difference),
            ends.map_or(number::NOTHING.to_string(), |(low, high)| format!("{low} to {high}")),
            self.p.map_or(number::NOTHING.to_string(), |p| number::p(p).trim_start_matches("= ").to_string()),
            self.judgement(),
        ]
    }

    /// "smaller, better"; in brackets what does not stand the correction.
    fn judgement(&self) -> String {
        let (word, is_smaller) = match self.verdict() {
            Verdict::Smaller => ("smaller", true),
            Verdict::Larger => ("larger", false),
            Verdict::Unclear => return "not clear".to_string(),
            Verdict::Unknown => return "too few seeds".to_string(),
        };
        let worth = if is_smaller == self.measure.lower_is_better { "better" } else { "worse" };
        if self.stands_corrected() { format!("{word}, {worth}") } else { format!("({word}, {worth})") }
    }
}

impl Comparison {
    /// Every difference in words.
    pub fn sentences(&self) -> Vec<String> {
        self.differences.iter().map(Difference::sentence).collect()
    }

    /// For a terminal: a table for every other value, the notes to read it by, and one line a measure.
    pub fn text(&self, style: Style) -> String {
        if self.differences.is_empty() {
            return format!("compare {}: nothing to compare.\n", self.axis);
        }
        let others = self.others();
        let tables = others.iter().map(|other| {
            let title = format!("compare {}: {other} − {}, paired by seed", self.axis, self.first);
            format!("{}\n\n{}", style.bold(&title), self.table(other, style))
        });
        let summary = others.iter().flat_map(|other| self.summary(other)).collect::<Vec<_>>().join("\n");
        let parts: Vec<String> = tables.chain([self.notes().join("\n"), summary]).collect();
        parts.join("\n\n") + "\n"
    }

    /// "generalization_gap: smaller in 11 of 12 cells, larger in 0, no clear difference in 1", for every measure.
    pub fn summaries(&self) -> Vec<String> {
        self.others().iter().flat_map(|other| self.summary(other)).collect()
    }

    fn others(&self) -> Vec<&str> {
        let mut others: Vec<&str> = self.differences.iter().map(|d| d.other.as_str()).collect();
        others.dedup();
        others
    }

    fn of<'a>(&'a self, other: &'a str) -> impl Iterator<Item = &'a Difference> {
        self.differences.iter().filter(move |d| d.other == other)
    }

    fn table(&self, other: &str, style: Style) -> String {
        let heading = ["", "measure", "difference", "95 % interval", "p", ""].map(str::to_string);
        let mut rows = vec![heading];
        let mut above = None;
        for difference in self.of(other) {
            let mut row = difference.row();
            if above == Some(&difference.setting) {
                row[0].clear();
            }
            above = Some(&difference.setting);
            rows.push(row);
        }
        let widths = [0, 1, 2, 3, 4, 5].map(|k| rows.iter().map(|row| width(&row[k])).max().unwrap_or(0));
        let mut text: Vec<String> = rows.iter().map(|row| line(row, &widths)).collect();
        for (text, difference) in text.iter_mut().skip(1).zip(self.of(other)) {
            if difference.stands_corrected() {
                *text = style.bold(text);
            }
        }
        let shown = widths.iter().filter(|width| **width > 0);
        let total = shown.clone().sum::<usize>() + 2 * (shown.count().saturating_sub(1));
        text.insert(1, "─".repeat(total));
        text.join("\n")
    }

    fn notes(&self) -> Vec<String> {
        let pairs = || self.differences.iter().map(|d| d.paired.n);
        let comparisons = self.differences.first().map_or(0, |d| d.comparisons);
        let mut notes = Vec::new();
        if comparisons > 0 {
            let usable = range(pairs().filter(|n| *n > 1), "paired seed");
            let corrected = count(comparisons, "comparison");
            notes.push(format!(
                "Interval of each by itself; p of the sign-flip test, Holm-corrected for {corrected}; {usable}."
            ));
        }
        if self.differences.iter().any(|d| d.paired.is_clear() && !d.stands_corrected()) {
            notes.push(format!("In brackets: p is {LEVEL} or more after the correction, possibly chance."));
        }
        let most = pairs().max().unwrap_or(0);
        let attainable = smallest_p(most) * comparisons as f64;
        if comparisons > 0 && attainable >= LEVEL {
            let seeds = count(most, "seed");
            notes.push(format!(
                "Of {seeds} no corrected p can be below {LEVEL}, however large the difference: run more seeds."
            ));
        }
        if pairs().any(|n| n < 2) {
            notes.push("Of fewer than 2 paired seeds no interval can be given.".to_string());
        }
        let dropped: usize = self.differences.iter().map(|d| d.paired.dropped).sum();
        if dropped > 0 {
            notes.push(format!("Left out: {} with a run missing or failed.", count(dropped, "pair")));
        }
        notes
    }

    fn summary(&self, other: &str) -> Vec<String> {
        let mut measures: Vec<&str> = Vec::new();
        for difference in self.of(other) {
            if !measures.contains(&difference.measure.name.as_str()) {
                measures.push(&difference.measure.name);
            }
        }
        let prefix = if self.others().len() > 1 { format!("{other}, ") } else { String::new() };
        let cells = |measure: &str| self.of(other).filter(|d| d.measure.name == measure).collect::<Vec<_>>();
        measures.iter().map(|measure| format!("{prefix}{measure}: {}", tally(&cells(measure)))).collect()
    }
}

/// "smaller in 11 of 12 cells (9 corrected), larger in 0, no clear difference in 1".
fn tally(cells: &[&Difference]) -> String {
    let of = |verdict: Verdict| cells.iter().filter(move |d| d.verdict() == verdict);
    let claimed = |verdict: Verdict| {
        let (all, standing) = (of(verdict).count(), of(verdict).filter(|d| d.stands_corrected()).count());
        (all, if all == standing { String::new() } else { format!(" ({standing} after correction)") })
    };
    let ((smaller, smaller_standing), (larger, larger_standing)) =
        (claimed(Verdict::Smaller), claimed(Verdict::Larger));
    let total = count(cells.len(), "cell");
    let mut text = format!("smaller in {smaller} of {total}{smaller_standing}, larger in {larger}{larger_standing}");
    text += &format!(", no clear difference in {}", of(Verdict::Unclear).count());
    let unknown = of(Verdict::Unknown).count();
    if unknown > 0 {
        text += &format!(", no interval in {unknown}");
    }
    text
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

#[cfg(test)]
mod tests;
