//! A network beside others on the same samples: what it loses and what it gains. Owns the two ratios.

use crate::measured::Absent;

/// Missing and hitting ratio of a network against its references.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Against {
    /// Share of answers wrong here and right in any reference: `|{n : wrong(n) and ∃ r : right_r(n)}| / N`.
    pub missing: f64,
    /// Share of answers right here and wrong in every reference: `|{n : right(n) and ∀ r : wrong_r(n)}| / N`.
    pub hitting: f64,
}

/// Section 5.2, Table 4: "missing ratio is the ratio of data which are detected incorrectly in multi-modal network but
/// correctly in any uni-modal networks; hitting ratio is the ratio of data detected correctly in multi-modal network but
/// incorrectly in both uni-modal ones". `None` without references, or where they do not answer the same questions; absent where
/// there is nothing to answer.
pub fn against(right: &[bool], references: &[Vec<bool>]) -> Option<Result<Against, Absent>> {
    if references.is_empty() || references.iter().any(|other| other.len() != right.len()) {
        return None;
    }
    if right.is_empty() {
        return Some(Err(Absent::because("no labelled sample")));
    }
    let any = |n: usize| references.iter().any(|reference| reference[n]);
    let share =
        |counts: &dyn Fn(usize) -> bool| (0..right.len()).filter(|&n| counts(n)).count() as f64 / right.len() as f64;
    Some(Ok(Against { missing: share(&|n| !right[n] && any(n)), hitting: share(&|n| right[n] && !any(n)) }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ratios_are_those_counted_by_hand() {
        let marks = |text: &str| -> Vec<bool> { text.chars().map(|c| c == '+').collect() };
        let right = marks("++--+--+");
        let references = [marks("+-+-----"), marks("--+-+-+-")];
        // Wrong here: samples 2, 3, 5, 6, of which 2 and 6 are right elsewhere. Right here: 0, 1, 4, 7, of which 1 and 7 are not.
        assert_eq!(against(&right, &references), Some(Ok(Against { missing: 0.25, hitting: 0.25 })));
        assert_eq!(against(&right, &references[..1]), Some(Ok(Against { missing: 0.125, hitting: 0.375 })));
        assert_eq!(against(&right, &[]), None);
        assert_eq!(against(&right, &[marks("+")]), None);
        assert_eq!(against(&[], &[vec![]]), Some(Err(Absent::because("no labelled sample"))));
    }
}
