//! A comparison in sentences. Owns the rule of wording: "clearly" is said only of a difference that stands.

use super::{Comparison, Difference, Verdict};
use crate::record::{MeasureInfo, Unit};
use crate::report::names::{capital, spoken};
use crate::report::{count, listed, number};

impl Difference {
    /// "Mhm(heads: 4)'s generalization gap is 2.1 points smaller than EndToEnd's (95 % 1.6 to 2.6, p < 0.001) on near."; of one that
    /// does not stand, also what so many seeds show.
    pub fn sentence(&self) -> String {
        let subject = format!("{}'s {}", self.other, spoken(&self.measure));
        let place = if self.place.is_empty() { String::new() } else { format!(" on {}", self.place.join(", ")) };
        let claim = match self.verdict() {
            Verdict::Smaller => self.claim("smaller"),
            Verdict::Larger => self.claim("larger"),
            Verdict::Unclear => self.no_claim(),
            Verdict::Unknown | Verdict::Absent => self.no_interval(),
        };
        let prospects = if self.stands_corrected() { String::new() } else { self.prospects() };
        format!("{subject} {claim}{place}.{prospects}")
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
            count(self.paired.n, &format!("paired {}", self.paired.of.noun()))
        )
    }

    /// "95 % 1.6 to 2.6, p < 0.001".
    fn evidence(&self, ends: Option<(String, String)>) -> String {
        let interval = ends.map(|(low, high)| format!("95 % {low} to {high}"));
        let p = self.p.map(|p| {
            let chance = self.paired.is_clear() && !self.stands_corrected();
            let among = count(self.comparisons, "comparison");
            let caveat = if chance { format!(" among {among}: possibly chance") } else { String::new() };
            format!("p {}{caveat}", number::p(p))
        });
        interval.into_iter().chain(p).collect::<Vec<_>>().join(", ")
    }

    pub(super) fn points(&self) -> &'static str {
        match self.measure.unit {
            Unit::Percent => " points",
            Unit::Plain => "",
        }
    }

    /// "smaller, better"; in brackets what does not stand the correction.
    pub fn judgement(&self) -> String {
        let (word, is_smaller) = match self.verdict() {
            Verdict::Smaller => ("smaller", true),
            Verdict::Larger => ("larger", false),
            Verdict::Unclear => return "not clear".to_string(),
            Verdict::Unknown => return format!("too few {}s", self.paired.of.noun()),
            Verdict::Absent => return "nothing to compare".to_string(),
        };
        let worth = if is_smaller == self.measure.lower_is_better { "better" } else { "worse" };
        if self.stands_corrected() { format!("{word}, {worth}") } else { format!("({word}, {worth})") }
    }

    /// ("2.1 points smaller", " (95 % 1.6 to 2.6)") of a difference that stands.
    fn standing(&self) -> Option<(String, String)> {
        let word = match self.verdict() {
            Verdict::Smaller => "smaller",
            Verdict::Larger => "larger",
            Verdict::Unclear | Verdict::Unknown | Verdict::Absent => return None,
        };
        let size = number::size(&self.paired, self.measure.unit).filter(|_| self.stands_corrected())?;
        let ends = size.ends.map_or(String::new(), |(low, high)| format!(" (95 % {low} to {high})"));
        Some((format!("{}{} {word}", size.difference, self.points()), ends))
    }
}

impl Comparison {
    /// Every difference in words.
    pub fn sentences(&self) -> Vec<String> {
        self.differences.iter().map(Difference::sentence).collect()
    }

    /// "generalization_gap: smaller in 11 of 12 cells, no clear difference in 1", for every measure with a clear difference; of the others
    /// how many they are.
    pub fn summaries(&self) -> Vec<String> {
        let others = self.others();
        let several = others.len() > 1;
        let prefix = |other: &str| if several { format!("{other}, ") } else { String::new() };
        let of = |(other, differences)| by_measure(differences).into_iter().map(move |of| (other, of));
        let (clear, unclear): (Vec<_>, Vec<_>) = others.into_iter().flat_map(of).partition(|(_, (_, cells))| {
            cells.iter().any(|d| matches!(d.verdict(), Verdict::Smaller | Verdict::Larger))
        });
        // One is shorter said by its name.
        let (alone, folded) = unclear.split_at(if unclear.len() > 1 { 0 } else { unclear.len() });
        let line = |(other, (measure, cells)): &(&str, (&MeasureInfo, Vec<&Difference>))| {
            format!("{}{}: {}", prefix(other), measure.shown(), tally(cells))
        };
        let count_of = |verdict: Verdict| {
            let cells = folded.iter().flat_map(|(_, (_, cells))| cells);
            let n = cells.filter(|d| d.verdict() == verdict).count();
            let of = count(self.differences.len(), "comparison");
            (n > 0).then(|| format!("{} in {n} of {of}.", capital(word(verdict))))
        };
        let rest = [Verdict::Unclear, Verdict::Unknown, Verdict::Absent].into_iter().filter_map(count_of);
        clear.iter().chain(alone).map(line).chain(rest).collect()
    }

    /// A sentence for every other value, with what is clearly different and what is not:
    /// "Mhm(heads: 4)'s fresh gap is 2.1 points smaller than EndToEnd's (95 % 1.6 to 2.6); its fresh error does not clearly
    /// differ."
    pub fn in_words(&self) -> Vec<String> {
        self.others().into_iter().filter_map(|(other, differences)| self.other_in_words(other, differences)).collect()
    }

    fn other_in_words(&self, other: &str, differences: &[Difference]) -> Option<String> {
        let mut clauses = Clauses { other, first: &self.first, said: vec![] };
        let (mut unclear, mut unknown) = (Vec::new(), Vec::new());
        for (measure, cells) in by_measure(differences) {
            let all = |verdict| cells.iter().all(|d| d.verdict() == verdict);
            match claimed(&cells) {
                Some((word, rest)) => clauses.claim(measure, &word, &rest),
                None if all(Verdict::Absent) => {}
                None if all(Verdict::Unknown) => unknown.push(spoken(measure)),
                None => unclear.push(spoken(measure)),
            }
        }
        clauses.no_claim(&unclear, ["does not clearly differ", "do not clearly differ"]);
        clauses.no_claim(&unknown, ["has too few seeds to differ", "have too few seeds to differ"]);
        (!clauses.said.is_empty()).then(|| clauses.said.join("; ") + ".")
    }
}

fn by_measure(differences: &[Difference]) -> Vec<(&MeasureInfo, Vec<&Difference>)> {
    let mut measures: Vec<(&MeasureInfo, Vec<&Difference>)> = Vec::new();
    for difference in differences {
        match measures.iter_mut().find(|(known, _)| known.name == difference.measure.name) {
            Some((_, cells)) => cells.push(difference),
            None => measures.push((&difference.measure, vec![difference])),
        }
    }
    measures
}

/// A sentence as it grows: the arms are named in the first clause only.
struct Clauses<'c> {
    other: &'c str,
    first: &'c str,
    said: Vec<String>,
}

impl Clauses<'_> {
    fn subject(&self) -> String {
        if self.said.is_empty() { format!("{}'s", self.other) } else { "its".to_string() }
    }

    fn against(&self, word: &str) -> String {
        if self.said.is_empty() { format!(" {word} {}'s", self.first) } else { String::new() }
    }

    fn claim(&mut self, measure: &MeasureInfo, word: &str, rest: &str) {
        let (subject, than) = (self.subject(), self.against("than"));
        self.said.push(format!("{subject} {} is {word}{than}{rest}", spoken(measure)));
    }

    fn no_claim(&mut self, measures: &[String], [one, several]: [&str; 2]) {
        if measures.is_empty() {
            return;
        }
        let verb = if measures.len() == 1 { one } else { several };
        let (subject, from) = (self.subject(), self.against("from"));
        self.said.push(format!("{subject} {} {verb}{from}", listed(measures)));
    }
}

/// What stands of one measure, before and after the arm it is held against: of one cell ("2.1 points smaller",
/// " (95 % 1.6 to 2.6)"), of several ("clearly smaller", " in 7 of 12 cells"). Nothing where nothing stands.
fn claimed(cells: &[&Difference]) -> Option<(String, String)> {
    if let [one] = cells {
        return one.standing();
    }
    let standing = |verdict: Verdict| cells.iter().filter(|d| d.verdict() == verdict && d.stands_corrected()).count();
    let of = count(cells.len(), "cell");
    match (standing(Verdict::Smaller), standing(Verdict::Larger)) {
        (0, 0) => None,
        (smaller, 0) => Some(("clearly smaller".into(), format!(" in {smaller} of {of}"))),
        (0, larger) => Some(("clearly larger".into(), format!(" in {larger} of {of}"))),
        (smaller, larger) => {
            Some(("clearly smaller".into(), format!(" in {smaller} of {of} and clearly larger in {larger}")))
        }
    }
}

fn word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Smaller => "smaller",
        Verdict::Larger => "larger",
        Verdict::Unclear => "no clear difference",
        Verdict::Unknown => "no interval",
        Verdict::Absent => "nothing to compare",
    }
}

/// "smaller in 11 of 12 cells (9 after correction), no clear difference in 1"; of one cell without numbers.
fn tally(cells: &[&Difference]) -> String {
    let of = |verdict: Verdict| cells.iter().filter(move |d| d.verdict() == verdict);
    let mut parts: Vec<String> = Vec::new();
    for verdict in [Verdict::Smaller, Verdict::Larger, Verdict::Unclear, Verdict::Unknown, Verdict::Absent] {
        let (all, standing) = (of(verdict).count(), of(verdict).filter(|d| d.stands_corrected()).count());
        let is_claim = matches!(verdict, Verdict::Smaller | Verdict::Larger) && standing < all;
        let total = if parts.is_empty() { format!(" of {}", count(cells.len(), "cell")) } else { String::new() };
        match (all, cells.len()) {
            (0, _) => {}
            (1, 1) if is_claim => parts.push(format!("{}, not after correction", word(verdict))),
            (1, 1) => parts.push(word(verdict).to_string()),
            _ if is_claim => parts.push(format!("{} in {all}{total} ({standing} after correction)", word(verdict))),
            _ => parts.push(format!("{} in {all}{total}", word(verdict))),
        }
    }
    parts.join(", ")
}
