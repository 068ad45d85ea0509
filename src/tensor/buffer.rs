//! The tensor: a flat dfdx buffer with axes. Owns reading and writing of values from outside; ops are elsewhere.

use super::axes::Axes;
use super::raw;
use dfdx::tensor::Cpu;
use std::borrow::Cow;
use std::fmt;

/// A contiguous dfdx tensor without a tape.
pub(super) type Flat<D> = dfdx::tensor::Tensor<(usize,), f32, D>;

/// A tensor of `f32` with axes known at run time; the first is the batch, where there is one.
///
/// Cheap to clone; a clone has the same identity, so one gradient belongs to both ([`Device::copy`](super::Device::copy)
/// makes a tensor of its own).
#[derive(Clone)]
pub struct Tensor {
    buffer: Buffer,
    axes: Axes,
    tracked: bool,
}

#[derive(Clone, Debug)]
pub(super) enum Buffer {
    Cpu(Flat<Cpu>),
    #[cfg(feature = "cuda")]
    Cuda(Flat<dfdx::tensor::Cuda>),
}

impl Tensor {
    pub(super) fn new(buffer: Buffer, axes: Axes) -> Self {
        Self { buffer, axes, tracked: false }
    }

    pub fn axes(&self) -> Axes {
        self.axes
    }

    /// Number of elements.
    pub fn len(&self) -> usize {
        self.axes.elements()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Values, row-major; borrowed on the CPU, copied from a GPU.
    pub fn values(&self) -> Cow<'_, [f32]> {
        match &self.buffer {
            Buffer::Cpu(flat) => Cow::Borrowed(raw::read(flat)),
            #[cfg(feature = "cuda")]
            Buffer::Cuda(flat) => Cow::Owned(flat.as_vec()),
        }
    }

    /// The first value: what a loss is.
    pub fn item(&self) -> f32 {
        self.values()[0]
    }

    /// Changes values in place (through a copy on a GPU). A clone made before keeps the old values.
    pub fn modify(&mut self, change: impl FnOnce(&mut [f32])) {
        match &mut self.buffer {
            Buffer::Cpu(flat) => change(raw::write(flat)),
            #[cfg(feature = "cuda")]
            Buffer::Cuda(flat) => {
                let mut values = flat.as_vec();
                change(&mut values);
                flat.copy_from(&values);
            }
        }
    }

    /// From now on ops on it are recorded and its gradient is computed: a weight that is trained.
    pub fn track(&mut self) {
        self.tracked = true;
    }

    /// From now on no gradient is computed for it: a frozen weight.
    pub fn untrack(&mut self) {
        self.tracked = false;
    }

    pub fn is_tracked(&self) -> bool {
        self.tracked
    }

    /// The same values where gradients do not flow back.
    pub fn detached(&self) -> Tensor {
        Self { tracked: false, ..self.clone() }
    }

    /// The same values and identity under other axes: no work, and no op on the tape.
    pub fn reshaped(&self, axes: &[usize]) -> Tensor {
        let axes = Axes::of(axes);
        assert_eq!(axes.elements(), self.len(), "reshape from {:?} to {axes:?}", self.axes);
        Self { axes, ..self.clone() }
    }

    /// Values on the CPU, for fused kernels.
    pub(super) fn read(&self) -> &[f32] {
        match &self.buffer {
            Buffer::Cpu(flat) => raw::read(flat),
            #[cfg(feature = "cuda")]
            Buffer::Cuda(_) => unreachable!("fused kernels work on CPU tensors"),
        }
    }

    /// Values of a new tensor on the CPU, for fused kernels.
    pub(super) fn write(&mut self) -> &mut [f32] {
        match &mut self.buffer {
            Buffer::Cpu(flat) => raw::write(flat),
            #[cfg(feature = "cuda")]
            Buffer::Cuda(_) => unreachable!("fused kernels work on CPU tensors"),
        }
    }

    pub(super) fn cpu(&self) -> &Flat<Cpu> {
        match &self.buffer {
            Buffer::Cpu(flat) => flat,
            #[cfg(feature = "cuda")]
            Buffer::Cuda(_) => unreachable!("a CPU device was given a CUDA tensor"),
        }
    }

    #[cfg(feature = "cuda")]
    pub(super) fn cuda(&self) -> &Flat<dfdx::tensor::Cuda> {
        match &self.buffer {
            Buffer::Cuda(flat) => flat,
            Buffer::Cpu(_) => unreachable!("a CUDA device was given a CPU tensor"),
        }
    }
}

impl fmt::Debug for Tensor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Tensor{:?}", self.axes)?;
        if self.len() <= 16 { write!(f, " {:?}", self.values()) } else { Ok(()) }
    }
}
