//! The only crate that names dfdx: rank-erased tensors, the tape, devices, one op a file, and the random numbers they are drawn from.
//!
//! A tensor is a flat dfdx buffer with axes known at run time. On the CPU the hot ops are fused kernels recorded on dfdx's
//! tape; each has a `plain` twin composed of dfdx's own ops, which runs on CUDA and which tests hold the kernel against.
//!
//! Compose a new function of the ops that are here (as `masked` and `lstm` do) where its numbers come out right that way: its
//! gradient, its twin and CUDA are then theirs, and there is nothing to test but the formula. Write an op of its own where a
//! composition loses digits (`cross_entropy`), needs a gradient that is not its slope (`mix`), or passes over memory so often
//! that it is measured to be slow (`layer_norm`): a struct with [`op::Op`]'s two functions, and a line in `check`.

mod axes;
mod broadcast;
mod buffer;
mod context;
pub mod crew;
mod device;
mod gradient;
mod home;
mod instructions;
mod math;
mod memory;
mod op;
mod product;
mod raw;
mod simd;
mod sums;

pub mod seed;

mod activation;
mod arithmetic;
mod attention;
mod batch_norm;
mod binary;
mod concat;
mod conv1d;
mod cross_entropy;
mod distance;
mod dropout;
mod embedding;
mod focal;
mod frames;
mod group_norm;
mod layer_norm;
mod linear;
mod ln;
mod masked;
mod matmul;
mod mix;
mod multiply;
mod pool;
mod power;
mod reduce;
mod scale;
mod slice;
mod slopes;
mod softmax;
mod transpose;
pub mod trips;
pub mod update;
mod window;
mod winograd;

pub use activation::{Activation, activate};
pub use arithmetic::{Arithmetic, arithmetic, scale_features};
pub use attention::{AttentionWeights, Sight, attention};
pub use axes::Axes;
pub use batch_norm::{BatchNorm, batch_norm};
pub use binary::{Yes, binary};
pub use buffer::Tensor;
pub use concat::concat;
pub use context::{Context, Mode};
pub use conv1d::conv1d;
pub use cross_entropy::{cross_entropy, weight_of};
pub use device::Device;
pub use distance::{Distance, distance};
pub use dropout::dropout;
pub use embedding::{embedding, outer, pairs};
pub use focal::{binary_focal, focal};
pub use frames::{positions, present, sinusoids};
pub use gradient::Gradient;
pub use group_norm::group_norm;
pub use instructions::{Instructions, Using};
pub use layer_norm::layer_norm;
pub use linear::linear;
pub use ln::ln;
pub use masked::{Most, masked_max, masked_mean, masked_softmax, top_mean};
pub use matmul::matmul;
pub use mix::{Shares, mix};
pub use multiply::multiply;
pub use pool::{Pooling, pool};
pub use power::{FLOOR, is_whole_power, power};
pub use reduce::{Reduction, reduce};
pub use scale::scale;
pub use slice::slice;
pub use softmax::{Softmax, softmax};
pub use transpose::transpose;
pub use window::Window;

#[cfg(any(test, feature = "testing"))]
pub mod check;
#[cfg(any(test, feature = "testing"))]
pub use raw::allocations;
