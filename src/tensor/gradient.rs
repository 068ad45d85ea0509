//! Gradients as others see them, and as backward closures of fused kernels fill them. Owns those of fused kernels; those of dfdx's ops
//! are dfdx's.

use super::Tensor;
use super::buffer::{Flat, Key};
use super::memory::{Memory, Numbers};
use super::sums::add;
use super::trips;
use dfdx::tensor::Cpu;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

/// The gradient of one weight after [`Context::backward`](super::Context::backward).
#[derive(Debug)]
pub struct Gradient<'a>(pub(super) Source<'a>);

#[derive(Debug)]
pub(super) enum Source<'a> {
    Borrowed(&'a mut [f32]),
    /// Of dfdx's ops, where they were computed.
    Plain(Flat<Cpu>),
    #[cfg(feature = "cuda")]
    Cuda(Flat<dfdx::tensor::Cuda>),
}

impl Source<'_> {
    /// The same, where it is not borrowed.
    pub fn kept(self) -> Option<Source<'static>> {
        match self {
            Self::Borrowed(_) => None,
            Self::Plain(flat) => Some(Source::Plain(flat)),
            #[cfg(feature = "cuda")]
            Self::Cuda(flat) => Some(Source::Cuda(flat)),
        }
    }
}

impl<'a> Gradient<'a> {
    /// A gradient that came from elsewhere: tests of optimizers.
    pub fn of(values: &'a mut [f32]) -> Self {
        Self(Source::Borrowed(values))
    }

    /// As long as the weight, row-major.
    pub fn values(&self) -> Cow<'_, [f32]> {
        match &self.0 {
            Source::Borrowed(values) => Cow::Borrowed(values),
            Source::Plain(flat) => {
                trips::read();
                Cow::Owned(flat.as_vec())
            }
            #[cfg(feature = "cuda")]
            Source::Cuda(flat) => {
                trips::read();
                Cow::Owned(flat.as_vec())
            }
        }
    }
}

/// Gradients of fused kernels in the making, by the keys of their tensors.
#[derive(Debug)]
pub(super) struct Slopes {
    memory: Memory,
    /// With the key, so that no other takes its number meanwhile.
    found: BTreeMap<usize, (Key, Numbers)>,
}

impl Slopes {
    pub fn new(memory: Memory) -> Self {
        Self { memory, found: BTreeMap::new() }
    }

    pub fn clear(&mut self) {
        self.found.clear();
    }

    /// The gradient of so many numbers; zeros where there was none.
    pub fn of(&mut self, key: &Key, length: usize) -> &mut [f32] {
        let memory = &self.memory;
        &mut self.found.entry(key.number()).or_insert_with(|| (key.clone(), memory.zeros(length))).1
    }

    /// The same, and what it is to be multiplied by before a product is added: nothing may be read of one that is new.
    fn sum(&mut self, key: &Key, length: usize) -> (&mut [f32], f32) {
        match self.found.entry(key.number()) {
            Entry::Occupied(known) => (&mut known.into_mut().1, 1.0),
            Entry::Vacant(place) => (&mut place.insert((key.clone(), self.memory.some(length))).1, 0.0),
        }
    }

    /// Adds another gradient, which is spoilt, and moved where it is the first.
    fn add(&mut self, key: &Key, from: &mut Numbers) {
        match self.found.entry(key.number()) {
            Entry::Occupied(known) => add(&mut known.into_mut().1, from),
            Entry::Vacant(place) => _ = place.insert((key.clone(), from.take())),
        }
    }

    /// The gradient, where something came to one; nobody needs it any more.
    pub fn take(&mut self, key: &Key) -> Option<Numbers> {
        self.found.remove(&key.number()).map(|(_, numbers)| numbers)
    }
}

/// Where a backward closure of a fused kernel adds the gradients of its op's inputs.
pub(super) struct Flow<'a> {
    pub slopes: &'a mut Slopes,
}

impl Flow<'_> {
    /// The gradient to add to; `None` where nobody wants it.
    pub fn into(&mut self, input: &Tensor) -> Option<&mut [f32]> {
        let key = input.key().filter(|_| input.is_tracked())?;
        Some(self.slopes.of(key, input.len()))
    }

    /// Adds the output's gradient to that of an input of as many numbers. Nothing is left of it: the last that is done with it.
    pub fn pass(&mut self, input: &Tensor, gradient: &mut Numbers) {
        if let Some(key) = input.key().filter(|_| input.is_tracked()) {
            assert_eq!(input.len(), gradient.len(), "numbers of a gradient");
            self.slopes.add(key, gradient);
        }
    }

    /// The same for a product that writes every number: with what it multiplies those that are there, which is 0 where they are none.
    pub fn sum(&mut self, input: &Tensor) -> Option<(&mut [f32], f32)> {
        let key = input.key().filter(|_| input.is_tracked())?;
        Some(self.slopes.sum(key, input.len()))
    }
}
