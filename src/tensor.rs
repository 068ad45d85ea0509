//! The only place that names dfdx: rank-erased tensors, the tape, devices and one op a file.
//!
//! A tensor is a flat dfdx buffer with axes known at run time. On the CPU the hot ops are fused kernels recorded on dfdx's
//! tape; each has a `plain` twin composed of dfdx's own ops, which runs on CUDA and which tests hold the kernel against.

mod axes;
mod buffer;
mod context;
mod device;
mod gradient;
mod math;
mod op;
mod product;
mod raw;
mod simd;

pub mod activation;
pub mod concat;
pub mod cross_entropy;
pub mod linear;
pub mod update;

pub use activation::{Activation, activate};
pub use axes::Axes;
pub use buffer::Tensor;
pub use concat::concat;
pub use context::{Context, Mode};
pub use cross_entropy::cross_entropy;
pub use device::Device;
pub use gradient::Gradient;
pub use linear::linear;

#[cfg(test)]
pub(crate) mod check;
