//! One pass over a set of samples in batches.

use super::dataset::Dataset;
use crate::batch::{Cut, Draw, Level};
use crate::id::SampleId;
use crate::seed::Stream;
use std::collections::BTreeMap;

/// Ids in the order of one pass. Batches are slices of it: none is allocated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batches {
    order: Vec<SampleId>,
    cut: Cut,
}

impl Batches {
    /// A pass over `ids` as it is to be drawn.
    pub fn drawn(draw: &Draw, ids: &[SampleId], data: &Dataset, cut: Cut, stream: &mut Stream) -> Self {
        match draw {
            Draw::Balanced(levels) => {
                let keys: Vec<Vec<u32>> = levels.iter().map(|level| keys(level, data)).collect();
                Self::balanced(ids, &keys, cut, stream)
            }
            Draw::Each => Self::shuffled(ids, cut, stream),
        }
    }

    /// A shuffled pass over `ids`.
    pub fn shuffled(ids: &[SampleId], cut: Cut, stream: &mut Stream) -> Self {
        let mut batches = Self::in_order(ids, cut);
        stream.shuffle(&mut batches.order);
        batches
    }

    /// A pass of as many samples as `ids` has, in which every class that is there comes equally often; of several levels, so do
    /// within it those of the next. `levels` are classes or groups, by id.
    ///
    /// Of n samples of c classes each class has n / c; what is left over goes to classes that are drawn. Within a class each
    /// sample comes equally often, and what is left over goes to samples that are drawn: those of a rare class come again and
    /// again, and of a frequent one some are left out. All is shuffled.
    pub fn balanced(ids: &[SampleId], levels: &[Vec<u32>], cut: Cut, stream: &mut Stream) -> Self {
        let mut order = Vec::with_capacity(ids.len());
        take(ids.to_vec(), ids.len(), levels, stream, &mut order);
        stream.shuffle(&mut order);
        Self { order, cut }
    }

    /// A pass in the order given.
    pub fn in_order(ids: &[SampleId], cut: Cut) -> Self {
        Self { order: ids.to_vec(), cut }
    }

    /// Ids of one batch after another.
    pub fn iter(&self) -> impl Iterator<Item = &[SampleId]> {
        (0..self.count()).map(|batch| &self.order[self.cut.range(self.order.len(), batch)])
    }

    /// Batches of the pass.
    pub fn count(&self) -> usize {
        self.cut.count(self.order.len())
    }
}

/// By id, what samples are balanced by.
fn keys(level: &Level, data: &Dataset) -> Vec<u32> {
    match level {
        Level::Class => data.classes().map(|classes| classes.iter().map(|class| *class as u32).collect()),
        Level::Group(name) => data.group(name).map(|group| group.of.clone()),
    }
    .expect("the checker has found the target, or the group")
}

/// Adds `count` samples, as many of every class or group of the first level that is there.
fn take(mut ids: Vec<SampleId>, count: usize, levels: &[Vec<u32>], stream: &mut Stream, order: &mut Vec<SampleId>) {
    let Some((level, rest)) = levels.split_first() else {
        stream.shuffle(&mut ids);
        return order.extend(ids.iter().copied().cycle().take(count));
    };
    let mut parts: BTreeMap<u32, Vec<SampleId>> = BTreeMap::new();
    ids.iter().for_each(|id| parts.entry(level[id.row()]).or_default().push(*id));
    let several = parts.len().max(1);
    let mut counts = vec![count / several; several];
    let mut larger: Vec<usize> = (0..several).collect();
    stream.shuffle(&mut larger);
    larger[..count % several].iter().for_each(|place| counts[*place] += 1);
    parts.into_values().zip(counts).for_each(|(ids, count)| take(ids, count, rest, stream, order));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seed::Seed;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_pass_sees_every_sample_once(n in 0u32..100, size in 1usize..20, seed: u64) {
            let ids: Vec<SampleId> = (0..n).map(|i| SampleId(i * 3)).collect();
            for cut in [Cut::Full(size), Cut::Even(size)] {
                let batches = Batches::shuffled(&ids, cut, &mut Seed(seed).stream("batches/all/0"));
                let mut seen: Vec<SampleId> = batches.iter().flatten().copied().collect();
                seen.sort_unstable();
                prop_assert_eq!(&seen, &ids);
                prop_assert_eq!(batches.iter().count(), batches.count());
            }
        }
    }

    proptest! {
        #[test]
        fn a_balanced_pass_has_as_many_of_every_class(
            classes in prop::collection::vec(0usize..5, 0..120),
            size in 1usize..20,
            seed: u64,
        ) {
            let ids: Vec<SampleId> = (0..classes.len() as u32).map(|i| SampleId(i * 3)).collect();
            let class = |id: SampleId| classes[id.0 as usize / 3];
            let level = [(0..3 * classes.len()).map(|id| classes[id / 3] as u32).collect()];
            let draw = |name| Batches::balanced(&ids, &level, Cut::Full(size), &mut Seed(seed).stream(name));
            let pass = draw("batches/all/0");
            prop_assert_eq!(&pass, &draw("batches/all/0"));
            prop_assert_eq!(pass.order.len(), ids.len());
            let mut there: Vec<usize> = classes.clone();
            there.sort_unstable();
            there.dedup();
            for wanted in &there {
                let seen = pass.order.iter().filter(|id| class(**id) == *wanted).count();
                let even = ids.len() / there.len();
                prop_assert!(seen == even || seen == even + 1, "{seen} of {even}");
                // Within a class each comes equally often, or once more.
                let times: Vec<usize> = ids
                    .iter()
                    .filter(|id| class(**id) == *wanted)
                    .map(|id| pass.order.iter().filter(|seen| *seen == id).count())
                    .collect();
                prop_assert!(times.iter().max().unwrap() - times.iter().min().unwrap() <= 1);
            }
        }
    }

    /// 90 : 9 : 1 in 2,000 passes of 100. What a sample comes to in a pass is its class's third over the samples of the class; the
    /// mean of 2,000 is within four standard errors of a share that is 0 or 1 about it (at most `√(1/4 / 2000)`).
    #[test]
    fn every_sample_of_a_class_is_expected_equally_often() {
        let ids: Vec<SampleId> = SampleId::of(0..100).collect();
        let class = |id: SampleId| [0, 1, 2][usize::from(id.0 >= 90) + usize::from(id.0 >= 99)];
        let level = [ids.iter().map(|id| class(*id) as u32).collect()];
        let mut times = vec![0usize; 100];
        for pass in 0..2000 {
            let mut stream = Seed(7).stream(&format!("batches/all/{pass}"));
            let drawn = Batches::balanced(&ids, &level, Cut::Full(32), &mut stream);
            drawn.iter().flatten().for_each(|id| times[id.0 as usize] += 1);
        }
        let near = 4.0 * (0.25f64 / 2000.0).sqrt();
        for (id, times) in times.iter().enumerate() {
            let of_class = [90.0, 9.0, 1.0][class(SampleId(id as u32))];
            let (mean, expected) = (*times as f64 / 2000.0, 100.0 / 3.0 / of_class);
            assert!((mean - expected).abs() < near, "sample {id}: {mean}, not {expected}");
        }
    }

    /// Class 0 has the groups 0 (80 samples) and 1 (10), class 1 the groups 1 (8) and 2 (1).
    #[test]
    fn of_every_class_there_are_as_many_of_every_group() {
        let ids: Vec<SampleId> = SampleId::of(0..99).collect();
        let class: Vec<u32> = (0..99).map(|id| u32::from(id >= 90)).collect();
        let group: Vec<u32> = (0..99).map(|id| u32::from(id >= 80) + u32::from(id >= 98)).collect();
        let drawn = |levels: &[Vec<u32>], counts: &dyn Fn(usize) -> Vec<u32>| {
            let pass = Batches::balanced(&ids, levels, Cut::Full(8), &mut Seed(1).stream("batches/all/0"));
            let mut found: BTreeMap<Vec<u32>, usize> = BTreeMap::new();
            pass.order.iter().for_each(|id| *found.entry(counts(id.row())).or_default() += 1);
            assert_eq!(pass.order.len(), 99);
            found.into_values().collect::<Vec<_>>()
        };
        let near = |found: &[usize], wanted: &[usize]| {
            assert!(
                found.len() == wanted.len() && found.iter().zip(wanted).all(|(a, b)| a.abs_diff(*b) <= 1),
                "{found:?}"
            );
        };
        let [by_class, by_group] = [class.clone(), group.clone()];
        let (both, turned) = ([by_class.clone(), by_group.clone()], [by_group.clone(), by_class]);
        near(&drawn(&both, &|row| vec![class[row]]), &[49, 50]);
        near(&drawn(&both, &|row| vec![class[row], group[row]]), &[25, 25, 25, 25]);
        near(&drawn(&turned, &|row| vec![group[row]]), &[33, 33, 33]);
        near(&drawn(&turned, &|row| vec![group[row], class[row]]), &[33, 17, 17, 33]);
        near(&drawn(&[by_group], &|row| vec![group[row]]), &[33, 33, 33]);
    }

    #[test]
    fn order_is_the_streams() {
        let ids: Vec<SampleId> = SampleId::of(0..40).collect();
        let draw = |name| Batches::shuffled(&ids, Cut::Full(16), &mut Seed(1).stream(name));
        assert_eq!(draw("batches/all/0"), draw("batches/all/0"));
        assert_ne!(draw("batches/all/0"), draw("batches/all/1"));
        assert_eq!(
            Batches::in_order(&ids, Cut::Full(16)).iter().map(<[SampleId]>::len).collect::<Vec<_>>(),
            [16, 16, 8]
        );
    }
}
