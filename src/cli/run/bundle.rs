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

/// Whether it is time to look again, so long after a look that took so long.
pub fn looks(since: Duration, took: Duration) -> bool {
    since >= took * LOOKS
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
        assert!(looks(Duration::from_secs(2), Duration::from_millis(20)));
        assert!(!looks(Duration::from_secs(1), Duration::from_millis(100)));
    }
}
