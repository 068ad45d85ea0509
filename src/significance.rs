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

/// The largest p of so many pairs that stays below the level, corrected for so many comparisons by the first step of Holm's, which is
/// the most careful one (S. Holm, Scand. J. Statistics 6 (1979) 65–70). `None` where not even the smallest does.
pub fn largest_p(pairs: usize, comparisons: usize) -> Option<f64> {
    let (level, step) = (LEVEL / comparisons.max(1) as f64, smallest_p(pairs));
    if step == 0.0 {
        return Some(level);
    }
    // The signs give multiples of the smallest p.
    let steps = (level / step).ceil() - 1.0;
    (steps > 0.0).then_some(steps * step)
}

/// Whether no p of so many pairs can stay below the level, corrected for so many comparisons.
pub fn are_few(pairs: usize, comparisons: usize) -> bool {
    largest_p(pairs, comparisons).is_none()
}

/// The fewest pairs that are enough for so many comparisons. Where signs are drawn p becomes no smaller; of more pairs none are.
pub fn enough(comparisons: usize) -> usize {
    (1..=EXACT_PAIRS + 1).find(|pairs| !are_few(*pairs, comparisons)).unwrap_or(DRAWN_PAIRS + 1)
}

#[cfg(test)]
mod tests {
    use super::{DRAWN_PAIRS, are_few, enough, largest_p, smallest_p};

    #[test]
    fn more_comparisons_need_more_seeds() {
        // 2 / 2⁶ < 0.05 < 2 / 2⁵, and 32 times 2 / 2¹¹ is below 0.05.
        assert_eq!([1, 2, 6, 10, 32].map(enough), [6, 7, 8, 9, 11]);
        assert!(are_few(5, 1) && !are_few(6, 1));
        assert_eq!(smallest_p(5), 1.0 / 16.0);
        assert_eq!(enough(100_000), DRAWN_PAIRS + 1);
        assert!(are_few(DRAWN_PAIRS, 100_000) && !are_few(DRAWN_PAIRS + 1, 100_000));
    }

    #[test]
    fn the_largest_p_is_of_whole_patterns() {
        // 6 of 128 patterns are 0.0469, 8 are 0.0625; 1,000 of 20,001 are 0.049998.
        assert_eq!((largest_p(7, 1), largest_p(7, 2), largest_p(7, 4)), (Some(6.0 / 128.0), Some(2.0 / 128.0), None));
        assert_eq!(largest_p(17, 1), Some(1000.0 / 20_001.0));
        assert_eq!((largest_p(DRAWN_PAIRS + 1, 5), largest_p(1, 1)), (Some(0.01), None));
    }
}
