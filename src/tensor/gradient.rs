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
    places: Places,
}

/// A place a tensor, which is empty until something comes to its gradient.
#[derive(Debug)]
struct Places {
    /// Of results of ops, in their order: their keys follow one another.
    results: Vec<Option<Numbers>>,
    first: Key,
    /// Of all others, which are weights.
    others: BTreeMap<Key, Option<Numbers>>,
}

/// Results of a step whose keys follow one another; those beyond are found as weights are.
const RESULTS: u64 = 1 << 20;

impl Places {
    fn of(&mut self, key: Key) -> &mut Option<Numbers> {
        match key.since(self.first).filter(|place| *place < self.results.len()) {
            Some(place) => &mut self.results[place],
            None => self.others.entry(key).or_default(),
        }
    }
}

impl Slopes {
    pub fn new(memory: Memory) -> Self {
        let places = Places { results: vec![], first: Key::row(RESULTS), others: BTreeMap::new() };
        Self { memory, places }
    }

    /// Empties all places. Those of weights stay for the next step, unless none came to them in this one.
    pub fn clear(&mut self) {
        self.places.results.clear();
        self.places.first = Key::row(RESULTS);
        self.places.others.retain(|_, numbers| numbers.take().is_some());
    }

    /// The key of the next result.
    pub fn result(&mut self) -> Key {
        let count = self.places.results.len() as u64;
        if count == RESULTS {
            return Key::new();
        }
        self.places.results.push(None);
        self.places.first.after(count)
    }

    /// The gradient of so many numbers; zeros where there was none.
    pub fn of(&mut self, key: Key, length: usize) -> &mut [f32] {
        let memory = &self.memory;
        self.places.of(key).get_or_insert_with(|| memory.zeros(length))
    }

    /// The same, and what it is to be multiplied by before a product is added: nothing may be read of one that is new.
    fn sum(&mut self, key: Key, length: usize) -> (&mut [f32], f32) {
        let place = self.places.of(key);
        let factor = if place.is_some() { 1.0 } else { 0.0 };
        (place.get_or_insert_with(|| self.memory.some(length)), factor)
    }

    /// Adds another gradient, which is spoilt, and moved where it is the first.
    fn add(&mut self, key: Key, from: &mut Numbers) {
        match self.places.of(key) {
            Some(known) => add(known, from),
            place => *place = Some(from.take()),
        }
    }

    /// The gradient, where something came to one; nobody needs it any more.
    pub fn take(&mut self, key: Key) -> Option<Numbers> {
        self.places.of(key).take()
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
