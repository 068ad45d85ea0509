//! Gradients as others see them, and as backward closures of fused kernels fill them. Owns no gradient: dfdx does.

use super::Tensor;
use super::buffer::{Key, Numbers};
use super::device::Own;
use dfdx::tensor::{Cpu, Gradients};

/// The gradient of one weight after [`Context::backward`](super::Context::backward).
#[derive(Debug)]
pub struct Gradient<'a>(pub(super) Source<'a>);

#[derive(Debug)]
pub(super) enum Source<'a> {
    Borrowed(&'a mut [f32]),
    /// Copied from a GPU.
    #[cfg(feature = "cuda")]
    Owned(Vec<f32>),
}

impl<'a> Gradient<'a> {
    /// A gradient that came from elsewhere: tests of optimizers.
    pub fn of(values: &'a mut [f32]) -> Self {
        Self(Source::Borrowed(values))
    }

    /// As long as the weight, row-major.
    pub fn values(&self) -> &[f32] {
        match &self.0 {
            Source::Borrowed(values) => values,
            #[cfg(feature = "cuda")]
            Source::Owned(values) => values,
        }
    }

    /// For clipping and the like.
    pub fn values_mut(&mut self) -> &mut [f32] {
        match &mut self.0 {
            Source::Borrowed(values) => values,
            #[cfg(feature = "cuda")]
            Source::Owned(values) => values,
        }
    }
}

/// Where a backward closure of a fused kernel adds the gradients of its op's inputs.
pub(super) struct Flow<'a> {
    pub gradients: &'a mut Gradients<f32, Cpu>,
    pub cpu: &'a Own<Cpu>,
}

impl Flow<'_> {
    /// The gradient to add to; `None` where nobody wants it.
    pub fn into(&mut self, input: &Tensor) -> Option<&mut [f32]> {
        let key = input.key().filter(|_| input.is_tracked())?;
        Some(found(self.gradients, self.cpu, key, input.len()))
    }
}

/// The gradient that a key finds, of so many numbers; zeros where there was none.
pub(super) fn found<'g>(
    gradients: &'g mut Gradients<f32, Cpu>,
    cpu: &Own<Cpu>,
    key: &Key,
    length: usize,
) -> &'g mut Numbers {
    let gradient = gradients.get_or_alloc_mut(key).expect("memory for no numbers");
    // dfdx makes one as long as the key.
    if gradient.len() != length {
        *gradient = cpu.numbers(length);
    }
    gradient
}
