//! One pass over a set of samples in batches.

use crate::batch::Cut;
use crate::id::SampleId;
use crate::seed::Stream;

/// Ids in the order of one pass. Batches are slices of it: none is allocated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batches {
    order: Vec<SampleId>,
    cut: Cut,
}

impl Batches {
    /// A shuffled pass over `ids`.
    pub fn shuffled(ids: &[SampleId], cut: Cut, stream: &mut Stream) -> Self {
        let mut batches = Self::in_order(ids, cut);
        stream.shuffle(&mut batches.order);
        batches
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
