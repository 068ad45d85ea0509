//! The only place that names dfdx: rank-erased tensors, the tape, devices and one op a file.
//!
//! A tensor is a flat dfdx buffer with axes known at run time. On the CPU the hot ops are fused kernels recorded on dfdx's
//! tape; each has a `plain` twin composed of dfdx's own ops, which runs on CUDA and which tests hold the kernel against.

use crate::seed::Stream;

/// Element-wise functions that `linear` can compute in the same pass.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Activation {
    Relu,
    /// Slope below zero.
    LeakyRelu(f32),
    /// Exact, with the error function.
    Gelu,
    Tanh,
    Sigmoid,
}

/// A tensor of `f32` with axes known at run time; the first is the batch, where there is one. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Tensor {}

/// What a forward pass carries: the tape, whether it trains, random numbers, and statistics to be kept.
#[derive(Debug)]
pub struct Context {
    pub mode: Mode,
    /// For dropout.
    pub stream: Option<Stream>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    Train,
    Evaluate,
}

/// The gradient of one weight after a backward pass.
#[derive(Debug)]
pub struct Gradient<'a>(std::marker::PhantomData<&'a ()>);
