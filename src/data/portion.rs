//! A share of samples of which some stay together: which parts come nearest to it. Owns the search; parts are their sizes here.

use crate::seed::Stream;

/// Numbers in the table of the search: beyond that many, parts are taken as they come while they fit.
const TABLE: usize = 1 << 22;

/// Parts of these sizes that together have about `wanted` samples, by their places; at least one, at most `most`.
///
/// Of all choices whose difference from `wanted` is within `slack` of the smallest that there is, chance takes one. Where there are
/// more parts than a table holds, that is true of the parts that are left when most are taken.
///
/// # Panics
/// With no part, or `most` 0.
pub fn portion(sizes: &[usize], wanted: f64, slack: f64, most: usize, stream: &mut Stream) -> Vec<usize> {
    assert!(!sizes.is_empty() && most > 0, "there is a part to take");
    let mut order: Vec<usize> = (0..sizes.len()).collect();
    stream.shuffle(&mut order);
    let (mut taken, mut sum, mut at) = (vec![], 0, 0);
    let (mut left, smallest) = (sizes.iter().sum::<usize>(), sizes.iter().copied().min().unwrap_or(0));
    while (order.len() - at).saturating_mul(reach(wanted - sum as f64, smallest, left)) > TABLE {
        let size = sizes[order[at]];
        left -= size;
        if (sum + size) as f64 <= wanted && taken.len() < most {
            taken.push(order[at]);
            sum += size;
        }
        at += 1;
    }
    if taken.len() < most && at < order.len() {
        let rest = Rest { sizes, order: &order[at..], least: usize::from(taken.is_empty()), most: most - taken.len() };
        taken.extend(rest.choose(wanted - sum as f64, slack, stream));
    }
    taken.sort_unstable();
    taken
}

/// The largest sum of parts that have `all` together worth looking at: beyond it, nothing is nearer than the smallest part, or none.
fn reach(wanted: f64, smallest: usize, all: usize) -> usize {
    ((2.0 * wanted.max(0.0)).ceil() as usize).saturating_add(smallest).min(all)
}

/// Parts that are still to be chosen from.
struct Rest<'r> {
    sizes: &'r [usize],
    order: &'r [usize],
    least: usize,
    most: usize,
}

/// No choice comes to this sum.
const NONE: u32 = u32::MAX;

impl Rest<'_> {
    fn choose(&self, wanted: f64, slack: f64, stream: &mut Stream) -> Vec<usize> {
        let sizes = || self.order.iter().map(|part| self.sizes[*part]);
        let reach = reach(wanted, sizes().min().unwrap_or(0), sizes().sum());
        let fewest = self.fewest(reach);
        let fits = |sum: &usize| {
            let parts = fewest[0][*sum];
            parts != NONE && (self.least == 0 || *sum > 0) && parts as usize <= self.most
        };
        let sums: Vec<usize> = (0..=reach).filter(fits).collect();
        let off = |sum: &usize| (*sum as f64 - wanted).abs();
        let nearest = sums.iter().map(off).fold(f64::INFINITY, f64::min);
        let near: Vec<usize> = sums.into_iter().filter(|sum| off(sum) <= nearest + slack).collect();
        if near.is_empty() {
            return vec![];
        }
        let (mut left, mut most) = (near[stream.below(near.len())], self.most);
        let mut taken = vec![];
        for (i, part) in self.order.iter().enumerate() {
            let size = self.sizes[*part];
            let behind = left.checked_sub(size).map_or(NONE, |left| fewest[i + 1][left]);
            if left > 0 && behind != NONE && (behind as usize) < most {
                taken.push(*part);
                (left, most) = (left - size, most - 1);
            }
        }
        taken
    }

    /// By place and sum: the fewest parts from that place on that have the sum.
    fn fewest(&self, reach: usize) -> Vec<Vec<u32>> {
        let mut last = vec![NONE; reach + 1];
        last[0] = 0;
        let mut rows = vec![last];
        for part in self.order.iter().rev() {
            let (size, behind) = (self.sizes[*part], &rows[rows.len() - 1]);
            let with = |sum: usize| match sum.checked_sub(size).map_or(NONE, |rest| behind[rest]) {
                NONE => NONE,
                parts => parts + 1,
            };
            let row = (0..=reach).map(|sum| behind[sum].min(with(sum))).collect();
            rows.push(row);
        }
        rows.reverse();
        rows
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seed::Seed;
    use proptest::collection::vec;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    /// How far the nearest choice of at least one and at most so many parts is from what is wanted.
    fn nearest(sizes: &[usize], wanted: f64, most: usize) -> f64 {
        let choices = (1u32..1 << sizes.len()).filter(|choice| choice.count_ones() as usize <= most);
        let sum = |choice: u32| (0..sizes.len()).filter(|i| choice & (1 << i) != 0).map(|i| sizes[i]).sum::<usize>();
        choices.map(|choice| (sum(choice) as f64 - wanted).abs()).fold(f64::INFINITY, f64::min)
    }

    proptest! {
        #[test]
        fn no_choice_of_parts_is_nearer(
            sizes in vec(1usize..30, 1..11), share in 0.01f64..1.0, most in 1usize..11, slack in 0.0f64..3.0, seed: u64,
        ) {
            let wanted = share * sizes.iter().sum::<usize>() as f64;
            let taken = portion(&sizes, wanted, slack, most, &mut Seed(seed).stream("t"));
            prop_assert!((1..=most).contains(&taken.len()));
            prop_assert_eq!(taken.iter().collect::<BTreeSet<_>>().len(), taken.len());
            let sum: usize = taken.iter().map(|part| sizes[*part]).sum();
            prop_assert!((sum as f64 - wanted).abs() <= nearest(&sizes, wanted, most) + slack + 1e-9);
        }
    }

    #[test]
    fn many_parts_come_as_near_as_few() {
        let sizes: Vec<usize> = (0..20_000).map(|i| 1 + i * 7 % 40).collect();
        let all: usize = sizes.iter().sum();
        let taken = portion(&sizes, 0.3 * all as f64, 0.0, 19_999, &mut Seed(1).stream("t"));
        let sum: usize = taken.iter().map(|part| sizes[*part]).sum();
        assert!((sum as f64 - 0.3 * all as f64).abs() <= 1.0, "{sum} of {all}");
    }

    #[test]
    fn chance_takes_each_part_about_as_often() {
        // Twelve people with 480 to 520 windows each, of which a fifth is kept for testing.
        let sizes: Vec<usize> = (0..12).map(|i| 480 + (i * 17) % 41).collect();
        let all: usize = sizes.iter().sum();
        let (wanted, slack) = (0.2 * all as f64, 0.01 * all as f64);
        let mut times = [0; 12];
        for seed in 0..600 {
            let taken = portion(&sizes, wanted, slack, 11, &mut Seed(seed).stream("t"));
            assert_eq!(taken.len(), 2);
            taken.into_iter().for_each(|part| times[part] += 1);
        }
        assert!(times.iter().all(|n| *n > 10), "{times:?}");
    }
}
