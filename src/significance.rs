//! When a difference over paired seeds can be claimed at all. Owns the level and the smallest p of so many seeds; lints and
//! reports both ask here.

/// A difference is claimed where its corrected p is below this.
pub const LEVEL: f64 = 0.05;
/// Signs that are drawn where there are too many patterns to try all.
pub const SIGN_DRAWS: usize = 20_000;
/// All 2ⁿ sign patterns are enumerated up to 2¹⁶ = 65,536.
pub const EXACT_PAIRS: usize = 16;

/// Of more pairs nothing is drawn: the mean of so many is normal, and Student's interval and p are those of the bootstrap and of
/// the signs, to within what their own draws differ by.
pub const DRAWN_PAIRS: usize = 1000;

/// Of so few test parts a t interval is more than twice as wide as of very many: t(0.975, 2) is 4.30, t(0.975, 3) is 3.18, and 1.96 is
/// what they come to.
pub const FEW_PARTS: usize = 3;

/// Smallest p that `n` pairs can give: of the sign-flip test, that of all differences having one sign.
pub fn smallest_p(n: usize) -> f64 {
    match n {
        ..=EXACT_PAIRS => 2.0 / (1u64 << n.max(1)) as f64,
        n if n <= DRAWN_PAIRS => 1.0 / (SIGN_DRAWS + 1) as f64,
        _ => 0.0,
    }
}

/// Whether no p of so many pairs can stay below the level, corrected for so many comparisons (S. Holm, Scand. J. Statistics 6
/// (1979) 65–70).
pub fn are_few(pairs: usize, comparisons: usize) -> bool {
    smallest_p(pairs) * comparisons as f64 >= LEVEL
}

/// The fewest pairs that are enough for so many comparisons; `None` where no number is: from some on p is estimated, and
/// becomes no smaller.
pub fn enough(comparisons: usize) -> Option<usize> {
    (1..64).find(|pairs| !are_few(*pairs, comparisons))
}

#[cfg(test)]
mod tests {
    use super::{DRAWN_PAIRS, are_few, enough, smallest_p};

    #[test]
    fn more_comparisons_need_more_seeds() {
        // 2 / 2⁶ < 0.05 < 2 / 2⁵, and 32 times 2 / 2¹¹ is below 0.05.
        assert_eq!([1, 2, 6, 10, 32].map(enough), [Some(6), Some(7), Some(8), Some(9), Some(11)]);
        assert!(are_few(5, 1) && !are_few(6, 1));
        assert_eq!(smallest_p(5), 1.0 / 16.0);
        assert_eq!(enough(100_000), None);
        assert!(are_few(DRAWN_PAIRS, 100_000) && !are_few(DRAWN_PAIRS + 1, 100_000));
    }
}
