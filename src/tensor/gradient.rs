//! Gradients as others see them, and as backward closures of fused kernels fill them. Owns no gradient: dfdx does.

use super::Tensor;
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

/// Where a backward closure adds the gradients of its op's inputs.
pub(super) struct Flow<'a>(pub(super) &'a mut Gradients<f32, Cpu>);

impl Flow<'_> {
    /// The gradient to add to; `None` where nobody wants it.
    pub fn into(&mut self, input: &Tensor) -> Option<&mut [f32]> {
        input.is_tracked().then(|| {
            let gradient = self.0.get_or_alloc_mut(input.cpu()).expect("memory for a gradient");
            gradient.as_mut_slice()
        })
    }
}
