//! One pass over a set of samples in batches.

use crate::seed::Stream;

/// Ids in the order of one pass. Batches are slices of it: none is allocated.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Batches {
    order: Vec<u32>,
    size: usize,
}

impl Batches {
    /// A shuffled pass over `ids` in batches of `size`; the last may be smaller.
    ///
    /// # Panics
    /// With batches of size 0.
    pub fn shuffled(ids: &[u32], size: usize, stream: &mut Stream) -> Self {
        let mut batches = Self::in_order(ids, size);
        stream.shuffle(&mut batches.order);
        batches
    }

    /// A pass in the order given, for evaluation.
    ///
    /// # Panics
    /// With batches of size 0.
    pub fn in_order(ids: &[u32], size: usize) -> Self {
        assert!(size > 0, "a batch has at least one sample");
        Self { order: ids.to_vec(), size }
    }

    /// Another shuffled pass, in the memory of this one.
    pub fn shuffle_again(&mut self, ids: &[u32], stream: &mut Stream) {
        self.order.clear();
        self.order.extend_from_slice(ids);
        stream.shuffle(&mut self.order);
    }

    /// Ids of one batch after another.
    pub fn iter(&self) -> std::slice::Chunks<'_, u32> {
        self.order.chunks(self.size.max(1))
    }

    /// Batches of the pass.
    pub fn count(&self) -> usize {
        self.order.len().div_ceil(self.size.max(1))
    }
}

impl<'a> IntoIterator for &'a Batches {
    type Item = &'a [u32];
    type IntoIter = std::slice::Chunks<'a, u32>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
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
            let ids: Vec<u32> = (0..n).map(|i| i * 3).collect();
            let batches = Batches::shuffled(&ids, size, &mut Seed(seed).stream("batches/all/0"));
            let mut seen: Vec<u32> = batches.iter().flatten().copied().collect();
            seen.sort_unstable();
            prop_assert_eq!(&seen, &ids);
            prop_assert_eq!(batches.iter().count(), batches.count());
            for batch in batches.iter().take(batches.count().saturating_sub(1)) {
                prop_assert_eq!(batch.len(), size);
            }
        }
    }

    #[test]
    fn order_is_the_streams() {
        let ids: Vec<u32> = (0..40).collect();
        let draw = |name| Batches::shuffled(&ids, 16, &mut Seed(1).stream(name));
        assert_eq!(draw("batches/all/0"), draw("batches/all/0"));
        assert_ne!(draw("batches/all/0"), draw("batches/all/1"));
        let mut again = draw("batches/all/0");
        again.shuffle_again(&ids, &mut Seed(1).stream("batches/all/1"));
        assert_eq!(again, draw("batches/all/1"));
        assert_eq!(Batches::in_order(&ids, 16).iter().map(<[u32]>::len).collect::<Vec<_>>(), [16, 16, 8]);
    }
}
