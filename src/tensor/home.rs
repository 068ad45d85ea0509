//! Tensors of ours as dfdx's on one of its devices, and back. Owns nothing else.

use super::Tensor;
use super::axes::Axes;
use super::buffer::{Away, Buffer, Flat};
use super::gradient::Source;
use dfdx::tensor::Cpu;

/// A flat tensor of a device, from one of ours.
pub(super) trait Home: dfdx::tensor_ops::Device<f32> {
    fn flat(tensor: &Tensor) -> &Flat<Self>;
    fn tensor(flat: Flat<Self>, axes: Axes) -> Tensor;
    /// The gradient, if it lies on this device.
    fn gradient(source: Source<'_>) -> Option<Flat<Self>>;

    /// Puts numbers in the place of a tensor's, which stays tracked where it was.
    fn put(tensor: &mut Tensor, flat: Flat<Self>) {
        let (tracked, axes) = (tensor.is_tracked(), tensor.axes());
        *tensor = Self::tensor(flat, axes);
        if tracked {
            tensor.track();
        }
    }
}

impl Home for Cpu {
    fn flat(tensor: &Tensor) -> &Flat<Self> {
        tensor.plain()
    }

    fn tensor(flat: Flat<Self>, axes: Axes) -> Tensor {
        Tensor::new(Buffer::Plain(Box::new(Away::computed(flat))), axes)
    }

    fn gradient(source: Source<'_>) -> Option<Flat<Self>> {
        match source {
            Source::Plain(flat) => Some(flat),
            Source::Borrowed(_) => None,
            #[cfg(feature = "cuda")]
            Source::Cuda(_) => None,
        }
    }
}

#[cfg(feature = "cuda")]
impl Home for dfdx::tensor::Cuda {
    fn flat(tensor: &Tensor) -> &Flat<Self> {
        tensor.cuda()
    }

    fn tensor(flat: Flat<Self>, axes: Axes) -> Tensor {
        Tensor::new(Buffer::Cuda(Box::new(Away::computed(flat))), axes)
    }

    fn gradient(source: Source<'_>) -> Option<Flat<Self>> {
        match source {
            Source::Cuda(flat) => Some(flat),
            Source::Borrowed(_) | Source::Plain(_) => None,
        }
    }
}
