//! What so many seeds show of the differences of a comparison, and how many would show those that were seen. Owns the words; the numbers are
//! `statistics`'.

use super::{Comparison, Difference};
use crate::measured::Absent;
use crate::record::Unit;
use crate::report::listing::Listing;
use crate::report::statistics::{Of, POWER, Powers, Reasons, spelt_out};
use crate::report::{count, number};
use crate::significance::{LEVEL, enough};

/// Fewer pairs tell their spread to within a factor of two, hardly better.
const FEW: usize = 10;

impl Difference {
    /// Seeds that would show what was seen, were it real.
    fn needs(&self) -> Result<usize, Absent> {
        let seeds = self.power.seeds.clone()?;
        let there = match self.paired.of {
            Of::Seeds => self.paired.n,
            Of::Parts { of, .. } => self.paired.n.div_ceil(of.max(1)),
        };
        // The t test would have found it, what is claimed by did not.
        if seeds > there { Ok(seeds) } else { Err(Absent::because("no more seeds, but for outliers")) }
    }

    /// " Of 10 seeds a difference of 2.1 points or more is found with 80 %; one of 1.2, were it real, would need 34 seeds."
    pub(super) fn prospects(&self) -> String {
        let Some(seen) = self.paired.difference.filter(|_| self.paired.n > 1) else { return String::new() };
        let (unit, points) = (self.measure.unit, self.points());
        let seen = format!("{}{points}", number::amount(seen.abs(), unit));
        let needs = self.needs().map_or_else(|why| why.to_string(), |seeds| count(seeds, "seed"));
        let needs = format!("of {seen}, were it real, would need {needs}");
        let Ok(smallest) = &self.power.smallest else { return format!(" A difference {needs}.") };
        let (pairs, percent) = (count(self.paired.n, self.paired.of.noun()), 100.0 * POWER);
        let smallest = number::amount(*smallest, unit);
        format!(" Of {pairs} a difference of {smallest}{points} or more is found with {percent} %; one {needs}.")
    }

    /// Pairs, their spread, the smallest difference that they show, what was seen, and the seeds that this needs.
    fn power_row(&self) -> [String; 5] {
        let unit = self.measure.unit;
        let shown = |value: Option<f64>| value.map_or(number::NOTHING.into(), |x| number::amount(x, unit));
        let needs = match self.needs() {
            _ if self.stands_corrected() => "shown".into(),
            Ok(seeds) => seeds.to_string(),
            Err(_) => number::NOTHING.into(),
        };
        let seen = self.paired.difference.map(f64::abs);
        let smallest = self.power.smallest.as_ref().ok().copied();
        [self.paired.n.to_string(), shown(self.paired.spread), shown(smallest), shown(seen), needs]
    }

    fn has_pairs(&self) -> bool {
        self.paired.n > 0
    }
}

impl Comparison {
    /// What so many seeds show, a row a difference.
    pub fn power(&self) -> Listing {
        self.powers(&self.differences.iter().filter(|d| self.is_planned_for(d)).collect::<Vec<_>>())
    }

    /// The same of differences that do not stand.
    pub fn not_shown(&self) -> Listing {
        let left = |d: &&Difference| self.is_planned_for(d) && !d.stands_corrected();
        self.powers(&self.differences.iter().filter(left).collect::<Vec<_>>())
    }

    /// Seeds are planned for what a comparison is chiefly about, where it says so.
    fn is_planned_for(&self, difference: &Difference) -> bool {
        difference.has_pairs() && (self.primary.is_empty() || self.is_chief(&difference.measure.name))
    }

    fn powers(&self, differences: &[&Difference]) -> Listing {
        let name = |d: &Difference| match d.measure.unit {
            Unit::Percent => format!("{} (%)", d.measure.shown()),
            Unit::Plain => d.measure.shown().to_string(),
        };
        let row = |d: &&Difference| {
            let words = [d.other.clone(), d.place.join(", "), name(d)];
            words.into_iter().chain(d.power_row()).collect()
        };
        let pairs = format!("{}s", self.of().noun());
        let heading = [&self.axis, "cell", "measure", &pairs, "spread", "found from", "seen", "needs seeds"];
        Listing {
            title: format!("What so many {pairs} show of differences to {}", self.first),
            heading: heading.map(str::to_string).to_vec(),
            words: 3,
            rows: differences.iter().map(row).collect(),
            notes: if differences.is_empty() { vec![] } else { self.power_notes(differences) },
        }
        .trimmed()
    }

    fn power_notes(&self, differences: &[&Difference]) -> Vec<String> {
        let (planned, percent) = (self.planned, 100.0 * POWER);
        let corrected = count(planned, "comparison");
        let undone = differences.first().is_some_and(|d| d.comparisons < planned);
        let undone = if undone { ", those without runs among them" } else { "" };
        let fewest = match self.of() {
            Of::Seeds => format!(", of no fewer than the {} whose signs can reach it", count(enough(planned), "seed")),
            Of::Parts { .. } => String::new(),
        };
        let test = match self.of() {
            Of::Seeds => "paired t test",
            Of::Parts { .. } => "corrected resampled t test",
        };
        let mut notes = vec![
            format!(
                "Found from: {percent} of 100 such experiments show a difference as large as this, if there is one. Needs seeds: so many show one as \
                 large as was seen, if it is real."
            ),
            format!(
                "By the spread of the pairs so far and the power of the {test} at p < {LEVEL} / {planned}, Holm's first step for {corrected}{undone}\
                 {fewest}."
            ),
        ];
        if differences.iter().any(|d| (2..FEW).contains(&d.paired.n)) {
            notes.push(format!("Fewer than {FEW} pairs tell their spread roughly, and so these numbers."));
        }
        let parts = differences.iter().find(|d| matches!(d.paired.of, Of::Parts { fixed: false, .. }));
        if let Some(limit) = parts.and_then(|d| Powers::of(planned).limit(d.paired.of, d.paired.n)) {
            notes.push(format!(
                "Parts share training samples: however many seeds bring it down to {limit:.2} of that, and no further."
            ));
        }
        let mut absent = Reasons::new();
        for d in differences.iter().filter(|d| !d.stands_corrected()) {
            let why = d.needs().err().or_else(|| d.power.smallest.clone().err());
            why.into_iter().for_each(|why| *absent.entry(why).or_default() += 1);
        }
        if !absent.is_empty() {
            notes.push(format!("{}: {}.", number::NOTHING, spelt_out(&absent)));
        }
        notes
    }
}
