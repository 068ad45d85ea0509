//! What a comparison found, in two sentences: of the measures it is chiefly about, and of all others. Owns which differences are named
//! there; the rest is `words`'.

use super::{Comparison, Difference, Verdict, few_seeds};
use crate::record::MeasureInfo;
use crate::report::names::spoken;
use crate::report::{count, listed, number};

/// Values, or measures, that a sentence names.
const NAMED: usize = 4;

/// What became of one value by one measure, in all places of the other axes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Found {
    Better,
    Worse,
    Mixed,
    Unclear,
    Unknown,
}

impl Comparison {
    /// Whether there are too few seeds for any difference to be told.
    pub fn is_too_small(&self) -> bool {
        let pairs = self.differences.iter().map(|d| d.paired.n).max().unwrap_or(0);
        let comparisons = self.differences.first().map_or(0, |d| d.comparisons);
        pairs < 2 || few_seeds("", self.of(), pairs, comparisons).is_some()
    }

    /// "By test accuracy, MHM is better than ETE (2.1 points, 95 % 1.6 to 2.6); Ensemble does not clearly differ." Nothing where nothing is
    /// compared.
    pub fn finding(&self) -> Option<String> {
        let pairs = self.differences.iter().map(|d| d.paired.n).max()?;
        let mut chief = self.measures();
        chief.retain(|measure| self.is_chief(&measure.name));
        let comparisons = self.differences.first().map_or(0, |d| d.comparisons);
        if self.is_too_small() {
            let what = listed(&chief.iter().map(|measure| spoken(measure)).collect::<Vec<_>>());
            let of = count(pairs, self.of().noun());
            let verb = if pairs == 1 { "is" } else { "are" };
            let among =
                if comparisons > 1 { format!(" among {}", count(comparisons, "comparison")) } else { String::new() };
            return Some(format!("{of} {verb} too few to tell a difference by {what}{among}."));
        }
        let clauses: Vec<String> = chief.iter().filter_map(|measure| self.found_by(measure)).collect();
        (!clauses.is_empty()).then(|| clauses.join(" "))
    }

    /// "By test accuracy, MHM (2.1 points) is better than ETE; Ensemble and Dropout do not clearly differ from it."
    fn found_by(&self, measure: &MeasureInfo) -> Option<String> {
        let mut groups: Vec<(Found, Vec<String>)> = vec![];
        for (other, differences) in self.others() {
            let own: Vec<&Difference> = differences.iter().filter(|d| d.measure.name == measure.name).collect();
            let Some(found) = found(&own) else { continue };
            let name = format!("{other}{}", detail(&own, found));
            match groups.iter_mut().find(|(known, _)| *known == found) {
                Some((_, names)) => names.push(name),
                None => groups.push((found, vec![name])),
            }
        }
        groups.sort_by_key(|(found, _)| *found);
        let clause = |(i, (found, names)): (usize, &(Found, Vec<String>))| {
            let one = names.len() == 1;
            let than = |word: &str| if i == 0 { format!(" {word} {}", self.first) } else { String::new() };
            let is = if one { "is" } else { "are" };
            let said = match found {
                Found::Better => format!("{is} better{}", than("than")),
                Found::Worse => format!("{is} worse{}", than("than")),
                Found::Mixed => format!("{is} now better, now worse{}", than("than")),
                Found::Unclear => format!("{} not clearly differ{}", if one { "does" } else { "do" }, than("from")),
                Found::Unknown => format!("{} no interval", if one { "has" } else { "have" }),
            };
            format!("{} {said}", few(names, "values"))
        };
        let clauses: Vec<String> = groups.iter().enumerate().map(clause).collect();
        (!clauses.is_empty()).then(|| format!("By {}, {}.", spoken(measure), clauses.join("; ")))
    }

    /// "Of the other measures, test loss is better for MHM and generalization gap worse for Ensemble." Nothing where there are none.
    pub fn beside(&self) -> Option<String> {
        let mut others = self.measures();
        others.retain(|measure| !self.is_chief(&measure.name));
        let mut said: Vec<String> = vec![];
        for measure in &others {
            for wanted in [Found::Better, Found::Worse, Found::Mixed] {
                let is = |differences: &[Difference]| {
                    let own: Vec<&Difference> = differences.iter().filter(|d| d.measure.name == measure.name).collect();
                    found(&own) == Some(wanted)
                };
                let values: Vec<String> =
                    self.others().iter().filter(|(_, own)| is(own)).map(|(other, _)| other.to_string()).collect();
                let word = match wanted {
                    Found::Better => "better",
                    Found::Worse => "worse",
                    Found::Mixed | Found::Unclear | Found::Unknown => "now better, now worse",
                };
                if !values.is_empty() {
                    said.push(format!("{} is {word} for {}", spoken(measure), few(&values, "values")));
                }
            }
        }
        match (said.len(), others.as_slice()) {
            (_, []) => None,
            (0, [one]) => Some(format!("{} does not clearly differ.", crate::report::names::title(one))),
            (0, _) => {
                let names: Vec<String> = others.iter().map(|measure| spoken(measure)).collect();
                Some(format!("None of the other measures clearly differs ({}).", few(&names, "measures")))
            }
            (n, _) if n > NAMED => {
                let left = count(n - NAMED, "more difference");
                Some(format!("Of the other measures, {}; {left} stand below.", said[..NAMED].join(", ")))
            }
            _ => Some(format!("Of the other measures, {}.", listed(&said))),
        }
    }
}

/// "a, b and c", "a, b, c and 9 more values".
fn few(names: &[String], noun: &str) -> String {
    match names.len().saturating_sub(NAMED) {
        0 | 1 => listed(names),
        more => format!("{} and {more} more {noun}", names[..NAMED].join(", ")),
    }
}

fn found(cells: &[&Difference]) -> Option<Found> {
    let known = cells.iter().filter(|d| d.verdict() != Verdict::Absent).count();
    let standing = |better: bool| cells.iter().filter(|d| d.stands_corrected() && d.is_better() == better).count();
    match (known, standing(true), standing(false)) {
        (0, ..) => None,
        (_, 0, 0) if cells.iter().all(|d| matches!(d.verdict(), Verdict::Unknown | Verdict::Absent)) => {
            Some(Found::Unknown)
        }
        (_, 0, 0) => Some(Found::Unclear),
        (_, _, 0) => Some(Found::Better),
        (_, 0, _) => Some(Found::Worse),
        _ => Some(Found::Mixed),
    }
}

/// Of one cell how much, of several in how many.
fn detail(cells: &[&Difference], found: Found) -> String {
    if matches!(found, Found::Unclear | Found::Unknown) {
        return String::new();
    }
    if let [one] = cells {
        let Some(size) = number::size(&one.paired, one.measure.unit) else { return String::new() };
        let ends = size.ends.map_or(String::new(), |(low, high)| format!(", 95 % {low} to {high}"));
        return format!(" (by {}{}{ends})", size.difference, one.points());
    }
    let of = cells.iter().filter(|d| d.stands_corrected()).count();
    format!(" ({of} of {} cells)", cells.len())
}

impl Difference {
    fn is_better(&self) -> bool {
        (self.verdict() == Verdict::Smaller) == self.measure.lower_is_better
    }
}
