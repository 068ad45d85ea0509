//! How a pass over samples is cut into batches. Owns the arithmetic: the trainer, plans and lints count with it.

use std::fmt;
use std::ops::Range;

/// Batches of a pass, by the batch size that was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    /// So many samples each; the last batch has what is left.
    Full(usize),
    /// Equal batches (one sample more or less), as many as bring their size nearest to this: where layers take statistics of
    /// the batch, a small last batch would count as much as a whole one.
    Even(usize),
}

impl Cut {
    /// The batch size that was asked for.
    pub fn size(self) -> usize {
        let (Cut::Full(size) | Cut::Even(size)) = self;
        size.max(1)
    }

    /// The same for another batch size.
    #[must_use]
    pub fn resized(self, size: usize) -> Self {
        match self {
            Cut::Full(_) => Cut::Full(size),
            Cut::Even(_) => Cut::Even(size),
        }
    }

    /// The same for so many batches in the place of one.
    #[must_use]
    pub fn times(self, batches: usize) -> Self {
        self.resized(self.size().saturating_mul(batches))
    }

    /// Batches of a pass over so many samples.
    pub fn count(self, samples: usize) -> usize {
        let size = self.size();
        match self {
            Cut::Full(_) => samples.div_ceil(size),
            // samples / size, rounded, one half down: no batch of two samples becomes two of one.
            Cut::Even(_) => (samples.saturating_sub(size / 2)).div_ceil(size).max(usize::from(samples > 0)),
        }
    }

    /// Samples in the first batches of a pass.
    pub fn seen(self, samples: usize, batches: usize) -> usize {
        match self {
            Cut::Full(_) => batches.saturating_mul(self.size()).min(samples),
            Cut::Even(_) => {
                let count = self.count(samples).max(1);
                let batches = batches.min(count);
                batches * (samples / count) + batches.min(samples % count)
            }
        }
    }

    /// Batches, of one pass, that have at least so many of its samples.
    pub fn holding(self, samples: usize, wanted: usize) -> usize {
        match self {
            Cut::Full(_) => wanted.div_ceil(self.size()),
            Cut::Even(_) => {
                let count = self.count(samples).max(1);
                let (each, larger) = ((samples / count).max(1), samples % count);
                let in_larger = larger * (each + 1);
                if wanted <= in_larger {
                    wanted.div_ceil(each + 1)
                } else {
                    larger + (wanted - in_larger).div_ceil(each)
                }
            }
        }
    }

    /// Where in a pass a batch lies.
    pub fn range(self, samples: usize, batch: usize) -> Range<usize> {
        self.seen(samples, batch)..self.seen(samples, batch + 1)
    }

    /// Samples of the smallest batch of a pass: the last.
    pub fn smallest(self, samples: usize) -> usize {
        self.range(samples, self.count(samples).saturating_sub(1)).len()
    }

    /// Samples of the largest batch of a pass: the first.
    pub fn largest(self, samples: usize) -> usize {
        self.range(samples, 0).len()
    }
}

/// What a pass takes of its samples.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Draw {
    /// Every sample once.
    #[default]
    Each,
    /// As many of every class or group; by several, as many of every one of the first, and within it of every one of the next.
    Balanced(Vec<Level>),
}

/// What samples are balanced by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Level {
    /// The only class that a sample has.
    Class,
    /// A group of the dataset.
    Group(String),
}

impl Draw {
    /// By class alone.
    pub fn by_class() -> Self {
        Draw::Balanced(vec![Level::Class])
    }

    pub fn levels(&self) -> &[Level] {
        match self {
            Draw::Each => &[],
            Draw::Balanced(levels) => levels,
        }
    }

    /// Whether rare classes come as often as others.
    pub fn minds_classes(&self) -> bool {
        self.levels().contains(&Level::Class)
    }

    /// What is written behind a batch size: nothing, `, balanced: true` or `, balanced: [class, subject]`.
    pub fn option(&self) -> String {
        match self.levels() {
            [] => String::new(),
            [Level::Class] => ", balanced: true".into(),
            [one] => format!(", balanced: {one}"),
            several => {
                let several: Vec<String> = several.iter().map(ToString::to_string).collect();
                format!(", balanced: [{}]", several.join(", "))
            }
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Level::Class => f.write_str("class"),
            Level::Group(name) => f.write_str(name),
        }
    }
}

/// "as many of every class", "as many of every class, and within it of every subject".
impl fmt::Display for Draw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.levels() {
            [] => f.write_str("every sample once"),
            [first, rest @ ..] => {
                write!(f, "as many of every {first}")?;
                rest.iter().try_for_each(|level| write!(f, ", and within it of every {level}"))
            }
        }
    }
}

impl fmt::Display for Cut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Cut::Full(size) => write!(f, "{size}"),
            Cut::Even(size) => write!(f, "about {size}, of equal size"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn sizes(cut: Cut, samples: usize) -> Vec<usize> {
        (0..cut.count(samples)).map(|batch| cut.range(samples, batch).len()).collect()
    }

    #[test]
    fn what_is_left_is_the_last_batch_or_shared_out() {
        for (samples, full, even) in [
            (32, vec![32], vec![32]),
            (33, vec![32, 1], vec![33]),
            (48, vec![32, 16], vec![48]),
            (49, vec![32, 17], vec![25, 24]),
            (65, vec![32, 32, 1], vec![33, 32]),
            (1, vec![1], vec![1]),
            (0, vec![], vec![]),
        ] {
            assert_eq!(sizes(Cut::Full(32), samples), full);
            assert_eq!(sizes(Cut::Even(32), samples), even);
        }
        assert_eq!(sizes(Cut::Even(2), 5), [3, 2]);
        assert_eq!(sizes(Cut::Even(usize::MAX), 5), [5]);
    }

    proptest! {
        #[test]
        fn a_pass_is_cut_without_gaps(samples in 0usize..500, size in 1usize..70, wanted in 0usize..500) {
            let wanted = wanted.min(samples);
            for cut in [Cut::Full(size), Cut::Even(size)] {
                let sizes = sizes(cut, samples);
                prop_assert_eq!(sizes.iter().sum::<usize>(), samples);
                prop_assert_eq!(cut.smallest(samples), sizes.iter().min().copied().unwrap_or(0));
                prop_assert_eq!(cut.largest(samples), sizes.iter().max().copied().unwrap_or(0));
                let sums = (0..=sizes.len()).map(|batches| sizes[..batches].iter().sum::<usize>());
                prop_assert_eq!(cut.holding(samples, wanted), sums.take_while(|sum| *sum < wanted).count());
            }
            let even = sizes(Cut::Even(size), samples);
            prop_assert!(Cut::Even(size).largest(samples) - Cut::Even(size).smallest(samples) <= 1);
            // None is small, and none has half as many samples again.
            prop_assert!(samples < 2 || size < 2 || even.iter().all(|n| *n >= 2));
            prop_assert!(even.iter().all(|n| 2 * n <= 3 * size || size == 1));
            prop_assert!(samples < size || even.iter().all(|n| 3 * (n + 1) > 2 * size));
        }
    }
}
