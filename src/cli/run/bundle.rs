//! How many runs a program claims at once, and how often it looks at what others did. Owns both rules; `scale` shows what they come to on
//! a large cluster.

use std::time::Duration;

/// How long the runs of a bundle are to take at least and at most, and how many there may be.
const SHORT: Duration = Duration::from_secs(1);
const LONG: Duration = Duration::from_secs(4);
const MOST: usize = 64;

/// Looking takes one part of so many of the time.
const LOOKS: u32 = 100;

/// Runs that are claimed at once: as many as take about a second.
#[derive(Clone, Copy, Debug)]
pub struct Bundle(usize);

impl Default for Bundle {
    fn default() -> Self {
        Self(1)
    }
}

impl Bundle {
    /// The size of the next one, where the last one took so long.
    pub fn after(&mut self, took: Duration) -> usize {
        self.0 = match took {
            took if took < SHORT => (2 * self.0).min(MOST),
            took if took > LONG => (self.0 / 2).max(1),
            _ => self.0,
        };
        self.0
    }
}

/// Whether it is time to look at everything again, so long after a look that took so long: then, or when as much time went into questions
/// that it would have spared.
pub fn looks(since: Duration, took: Duration, wasted: Duration) -> bool {
    since >= took * LOOKS || wasted >= took
}

#[cfg(test)]
mod scale;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_runs_are_claimed_together_and_long_ones_alone() {
        let mut bundle = Bundle::default();
        let short: Vec<usize> = (0..8).map(|_| bundle.after(Duration::from_millis(10))).collect();
        assert_eq!(short, [2, 4, 8, 16, 32, 64, 64, 64]);
        assert_eq!(bundle.after(Duration::from_secs(2)), 64);
        let long: Vec<usize> = (0..7).map(|_| bundle.after(Duration::from_secs(60))).collect();
        assert_eq!(long, [32, 16, 8, 4, 2, 1, 1]);
        let looks = |since, took, wasted| {
            let [since, took, wasted] = [since, took, wasted].map(Duration::from_millis);
            super::looks(since, took, wasted)
        };
        assert!(looks(2000, 20, 0) && !looks(1000, 100, 0));
        assert!(looks(1000, 100, 100) && !looks(1000, 100, 99));
    }
}
