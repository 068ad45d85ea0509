//! Parts that stay together, dealt to bins that are to have about equally many samples of each class. Owns the search; parts are
//! counts here.

use crate::seed::Stream;

/// A gain of less is left to chance, so that draws differ: the cost of bins that differ by this of their size.
const FINE: f64 = 0.05;

/// Looks at all parts.
const SWEEPS: usize = 50;

/// Pairs of parts that are looked at for a swap in one sweep; beyond, parts are moved alone.
const PAIRS: usize = 1 << 18;

/// What bins are to have.
#[derive(Clone, Debug)]
pub struct Bin {
    /// Samples of each class.
    pub wanted: Vec<f64>,
    /// Parts, at least.
    pub least: usize,
}

/// The bin of every part.
///
/// Parts are dealt from large to small, each to the bin that it fits best (as scikit-learn's `GroupKFold` and
/// `StratifiedGroupKFold` do), sizes blurred up to double so that chance orders those of about one size. Then parts are moved
/// and swapped while that brings the bins nearer to what they are to have: the cost is `Σ (has - wanted)² / wanted` over bins, of
/// samples and, with several classes, of the samples of each.
pub fn deal(parts: &[Vec<usize>], bins: &[Bin], stream: &mut Stream) -> Vec<usize> {
    let mut dealt = Dealt::new(parts, bins);
    let mut order: Vec<usize> = (0..parts.len()).collect();
    let size = |part: &usize| parts[*part].iter().sum::<usize>() as f64;
    let blurred: Vec<f64> = order.iter().map(|part| size(part) * (1.0 + stream.uniform_f64())).collect();
    stream.shuffle(&mut order);
    order.sort_by(|a, b| blurred[*b].total_cmp(&blurred[*a]));
    let mut turn: Vec<usize> = (0..bins.len()).collect();
    stream.shuffle(&mut turn);
    for (done, part) in order.iter().enumerate() {
        let left = parts.len() - done;
        let missing: usize = (0..bins.len()).map(|bin| bins[bin].least.saturating_sub(dealt.parts[bin])).sum();
        let allowed = |bin: &&usize| left > missing || dealt.parts[**bin] < bins[**bin].least;
        let best = turn.iter().filter(allowed).min_by(|a, b| {
            let gain = |bin: usize| dealt.with(bin, Some(*part), None) - dealt.cost(bin);
            gain(**a).total_cmp(&gain(**b))
        });
        let bin = best.copied().unwrap_or(0);
        dealt.put(*part, bin);
    }
    dealt.improve(&order);
    dealt.bin
}

/// Parts as they are dealt, moved and swapped while that brings bins nearer to what they are to have.
pub fn evened(parts: &[Vec<usize>], bins: &[Bin], dealt: &[usize], stream: &mut Stream) -> Vec<usize> {
    let mut order: Vec<usize> = (0..parts.len()).collect();
    stream.shuffle(&mut order);
    let mut even = Dealt::new(parts, bins);
    dealt.iter().enumerate().for_each(|(part, bin)| even.put(part, *bin));
    even.improve(&order);
    even.bin
}

struct Dealt<'d> {
    counts: &'d [Vec<usize>],
    bins: &'d [Bin],
    /// What each bin has of each class.
    has: Vec<Vec<f64>>,
    /// Parts of each bin.
    parts: Vec<usize>,
    /// Of every part.
    bin: Vec<usize>,
}

impl<'d> Dealt<'d> {
    fn new(counts: &'d [Vec<usize>], bins: &'d [Bin]) -> Self {
        let has = bins.iter().map(|bin| vec![0.0; bin.wanted.len()]).collect();
        Self { counts, bins, has, parts: vec![0; bins.len()], bin: vec![0; counts.len()] }
    }

    fn put(&mut self, part: usize, bin: usize) {
        self.bin[part] = bin;
        self.parts[bin] += 1;
        self.has[bin].iter_mut().zip(&self.counts[part]).for_each(|(has, n)| *has += *n as f64);
    }

    fn take(&mut self, part: usize) {
        let bin = self.bin[part];
        self.parts[bin] -= 1;
        self.has[bin].iter_mut().zip(&self.counts[part]).for_each(|(has, n)| *has -= *n as f64);
    }

    fn cost(&self, bin: usize) -> f64 {
        self.with(bin, None, None)
    }

    /// The cost of a bin with one part more and another less.
    fn with(&self, bin: usize, more: Option<usize>, less: Option<usize>) -> f64 {
        let count = |part: Option<usize>, class: usize| part.map_or(0.0, |part| self.counts[part][class] as f64);
        let term = |has: f64, wanted: f64| (has - wanted).powi(2) / wanted.max(1.0);
        let wanted = &self.bins[bin].wanted;
        let has = |class: usize| self.has[bin][class] + count(more, class) - count(less, class);
        let (mut all, mut all_wanted, mut classes) = (0.0, 0.0, 0.0);
        for (class, wanted) in wanted.iter().enumerate() {
            let has = has(class);
            (all, all_wanted) = (all + has, all_wanted + wanted);
            classes += term(has, *wanted);
        }
        if wanted.len() == 1 { classes } else { classes + term(all, all_wanted) }
    }

    fn improve(&mut self, order: &[usize]) {
        let all: f64 = self.bins.iter().flat_map(|bin| &bin.wanted).sum();
        let least = FINE * FINE * all / self.bins.len().max(1) as f64 + 1e-9;
        let swaps = order.len().saturating_mul(order.len()) <= PAIRS;
        for _ in 0..SWEEPS {
            let mut moved = false;
            for (i, part) in order.iter().enumerate() {
                moved |= self.move_alone(*part, least);
                if swaps {
                    moved |= order[i + 1..].iter().any(|other| self.swap(*part, *other, least));
                }
            }
            if !moved {
                return;
            }
        }
    }

    /// Moves a part to the bin where it gains most.
    fn move_alone(&mut self, part: usize, least: f64) -> bool {
        let from = self.bin[part];
        if self.parts[from] <= self.bins[from].least {
            return false;
        }
        let gone = self.cost(from) - self.with(from, None, Some(part));
        let gain = |bin: usize| gone + self.cost(bin) - self.with(bin, Some(part), None);
        let others = (0..self.bins.len()).filter(|bin| *bin != from).map(|bin| (gain(bin), bin));
        let Some((gain, bin)) = others.max_by(|a, b| a.0.total_cmp(&b.0)) else { return false };
        if gain <= least {
            return false;
        }
        self.take(part);
        self.put(part, bin);
        true
    }

    fn swap(&mut self, a: usize, b: usize, least: f64) -> bool {
        let (own, other) = (self.bin[a], self.bin[b]);
        if own == other {
            return false;
        }
        let now = self.cost(own) + self.cost(other);
        if now - self.with(own, Some(b), Some(a)) - self.with(other, Some(a), Some(b)) <= least {
            return false;
        }
        self.take(a);
        self.take(b);
        self.put(a, other);
        self.put(b, own);
        true
    }
}
