//! One pass over a set of samples in batches.

use crate::batch::{Cut, Draw};
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
    /// A pass over `ids` as it is to be drawn; `classes` are those of all samples, by id.
    pub fn drawn(draw: Draw, ids: &[SampleId], classes: Option<&[f32]>, cut: Cut, stream: &mut Stream) -> Self {
        match (draw, classes) {
            (Draw::ByClass, Some(classes)) => Self::balanced(ids, |id| classes[id.0 as usize] as usize, cut, stream),
            (Draw::ByClass, None) => unreachable!("the checker has found a target of one class a sample"),
            (Draw::Each, _) => Self::shuffled(ids, cut, stream),
        }
    }

    /// A shuffled pass over `ids`.
    pub fn shuffled(ids: &[SampleId], cut: Cut, stream: &mut Stream) -> Self {
        let mut batches = Self::in_order(ids, cut);
        stream.shuffle(&mut batches.order);
        batches
    }

    /// A pass of as many samples as `ids` has, in which every class that is there comes equally often.
    ///
    /// Of n samples of c classes each class has n / c; what is left over goes to classes that are drawn. Within a class each
    /// sample comes equally often, and what is left over goes to samples that are drawn: those of a rare class come again and
    /// again, and of a frequent one some are left out. All is shuffled.
    pub fn balanced(ids: &[SampleId], class: impl Fn(SampleId) -> usize, cut: Cut, stream: &mut Stream) -> Self {
        let mut classes: BTreeMap<usize, Vec<SampleId>> = BTreeMap::new();
        ids.iter().for_each(|id| classes.entry(class(*id)).or_default().push(*id));
        let count = classes.len().max(1);
        let mut counts = vec![ids.len() / count; count];
        let mut larger: Vec<usize> = (0..count).collect();
        stream.shuffle(&mut larger);
        larger[..ids.len() % count].iter().for_each(|place| counts[*place] += 1);
        let mut order = Vec::with_capacity(ids.len());
        for (samples, count) in classes.values_mut().zip(counts) {
            stream.shuffle(samples);
            order.extend(samples.iter().copied().cycle().take(count));
        }
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
            let draw = |name| Batches::balanced(&ids, class, Cut::Full(size), &mut Seed(seed).stream(name));
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
        let mut times = vec![0usize; 100];
        for pass in 0..2000 {
            let mut stream = Seed(7).stream(&format!("batches/all/{pass}"));
            let drawn = Batches::balanced(&ids, class, Cut::Full(32), &mut stream);
            drawn.iter().flatten().for_each(|id| times[id.0 as usize] += 1);
        }
        let near = 4.0 * (0.25f64 / 2000.0).sqrt();
        for (id, times) in times.iter().enumerate() {
            let of_class = [90.0, 9.0, 1.0][class(SampleId(id as u32))];
            let (mean, expected) = (*times as f64 / 2000.0, 100.0 / 3.0 / of_class);
            assert!((mean - expected).abs() < near, "sample {id}: {mean}, not {expected}");
        }
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
