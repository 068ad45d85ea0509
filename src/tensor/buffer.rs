//! The tensor: a flat dfdx buffer with axes. Owns reading and writing of values from outside; ops are elsewhere.

use super::axes::Axes;
use super::memory::Numbers;
use super::trips;
use dfdx::tensor::{CopySlice, Cpu, Storage};
use std::borrow::Cow;
use std::fmt;
use std::num::NonZeroU64;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// A contiguous dfdx tensor without a tape.
pub(super) type Flat<D> = dfdx::tensor::Tensor<(usize,), f32, D>;

/// A tensor of `f32` with axes known at run time; the first is the batch, where there is one.
///
/// Cheap to clone; a clone of a tracked tensor has the same identity, so one gradient belongs to both
/// ([`Device::copy`](super::Device::copy) makes a tensor of its own).
#[derive(Clone)]
pub struct Tensor {
    buffer: Buffer,
    axes: Axes,
    tracked: bool,
}

#[derive(Clone, Debug)]
pub(super) enum Buffer {
    /// Of fused kernels.
    Fused(Fused),
    /// Of dfdx's own ops on the CPU. Boxed, so that the tensors of fused kernels, which steps clone by the dozen, stay small.
    Plain(Box<Away<Cpu>>),
    #[cfg(feature = "cuda")]
    Cuda(Box<Away<dfdx::tensor::Cuda>>),
}

/// Numbers on a device of dfdx. Those that came from the host are known there, too, so that whoever asks for them need not wait.
#[derive(Clone, Debug)]
pub(super) struct Away<D: Storage<f32>> {
    pub flat: Flat<D>,
    sent: Option<Arc<[f32]>>,
}

impl<D: Storage<f32>> Away<D> {
    /// What the device computed.
    pub fn computed(flat: Flat<D>) -> Self {
        Self { flat, sent: None }
    }

    /// What is the same on the host.
    pub fn known(flat: Flat<D>, values: Arc<[f32]>) -> Self {
        Self { flat, sent: Some(values) }
    }

    fn values(&self) -> Cow<'_, [f32]> {
        match &self.sent {
            Some(values) => Cow::Borrowed(values),
            None => {
                trips::read();
                Cow::Owned(self.flat.as_vec())
            }
        }
    }

    fn change(&mut self, values: &[f32])
    where
        D: CopySlice<f32>,
    {
        self.sent = None;
        self.flat.copy_from(values);
    }
}

/// Numbers that are read and written as slices.
#[derive(Clone, Debug)]
pub(super) struct Fused {
    pub numbers: Arc<Numbers>,
    /// What its gradient is found by, once it is tracked.
    key: Option<Key>,
}

/// A number that no other tensor of the process has; a clone of the tensor has the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key(NonZeroU64);

impl Key {
    pub fn new() -> Self {
        Self::row(1)
    }

    /// The first of so many keys that follow one another.
    pub fn row(length: u64) -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        Self(NonZeroU64::new(NEXT.fetch_add(length, Ordering::Relaxed)).expect("fewer tensors than numbers"))
    }

    /// The key that comes so far after this one.
    pub fn after(self, places: u64) -> Self {
        Self(self.0.saturating_add(places))
    }

    /// How far this one comes after the first.
    pub fn since(self, first: Self) -> Option<usize> {
        self.0.get().checked_sub(first.0.get())?.try_into().ok()
    }
}

impl Tensor {
    pub(super) fn new(buffer: Buffer, axes: Axes) -> Self {
        Self { buffer, axes, tracked: false }
    }

    pub(super) fn fused(numbers: Numbers, axes: Axes) -> Self {
        Self::new(Buffer::Fused(Fused { numbers: Arc::new(numbers), key: None }), axes)
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

    /// Values, row-major; borrowed from fused kernels, copied from dfdx and a GPU.
    pub fn values(&self) -> Cow<'_, [f32]> {
        match &self.buffer {
            Buffer::Fused(fused) => Cow::Borrowed(&fused.numbers),
            Buffer::Plain(away) => away.values(),
            #[cfg(feature = "cuda")]
            Buffer::Cuda(away) => away.values(),
        }
    }

    /// The first value: what a loss is.
    pub fn item(&self) -> f32 {
        self.values()[0]
    }

    /// Changes values in place (through a copy where they are not those of fused kernels). A clone made before keeps the old values.
    pub fn modify(&mut self, change: impl FnOnce(&mut [f32])) {
        if let Buffer::Fused(fused) = &mut self.buffer {
            return change(&mut *Arc::make_mut(&mut fused.numbers));
        }
        let mut values = self.values().into_owned();
        change(&mut values);
        trips::sent();
        match &mut self.buffer {
            Buffer::Fused(_) => unreachable!("changed in place"),
            Buffer::Plain(away) => away.change(&values),
            #[cfg(feature = "cuda")]
            Buffer::Cuda(away) => away.change(&values),
        }
    }

    /// The same, of which the host remembers nothing.
    pub(super) fn forgotten(mut self) -> Tensor {
        match &mut self.buffer {
            Buffer::Fused(_) => {}
            Buffer::Plain(away) => away.sent = None,
            #[cfg(feature = "cuda")]
            Buffer::Cuda(away) => away.sent = None,
        }
        self
    }

    /// Puts the numbers of another tensor of the same axes in the place of its own.
    pub fn take(&mut self, other: Tensor) {
        assert_eq!(other.axes, self.axes, "numbers for {:?}", self.axes);
        self.buffer = other.buffer;
    }

    /// From now on ops on it are recorded and its gradient is computed: a weight that is trained.
    pub fn track(&mut self) {
        self.tracked = true;
        if let Buffer::Fused(fused) = &mut self.buffer {
            fused.key.get_or_insert_with(Key::new);
        }
    }

    /// The same for a result, whose gradient is found by this key.
    pub(super) fn track_by(&mut self, key: Key) {
        self.tracked = true;
        if let Buffer::Fused(fused) = &mut self.buffer {
            fused.key = Some(key);
        }
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

    fn of_fused(&self) -> &Fused {
        match &self.buffer {
            Buffer::Fused(fused) => fused,
            Buffer::Plain(_) => unreachable!("fused kernels were given a tensor of dfdx's ops"),
            #[cfg(feature = "cuda")]
            Buffer::Cuda(_) => unreachable!("fused kernels were given a CUDA tensor"),
        }
    }

    /// Values, for fused kernels.
    pub(super) fn read(&self) -> &[f32] {
        &self.of_fused().numbers
    }

    /// Values of a new tensor, for fused kernels.
    pub(super) fn write(&mut self) -> &mut [f32] {
        match &mut self.buffer {
            Buffer::Fused(fused) => &mut *Arc::make_mut(&mut fused.numbers),
            Buffer::Plain(_) => unreachable!("fused kernels were given a tensor of dfdx's ops"),
            #[cfg(feature = "cuda")]
            Buffer::Cuda(_) => unreachable!("fused kernels were given a CUDA tensor"),
        }
    }

    /// What the gradient of a tensor of fused kernels is found by, once it is tracked.
    pub(super) fn key(&self) -> Option<Key> {
        self.of_fused().key
    }

    pub(super) fn plain(&self) -> &Flat<Cpu> {
        match &self.buffer {
            Buffer::Plain(away) => &away.flat,
            Buffer::Fused(_) => unreachable!("dfdx's ops were given a tensor of fused kernels"),
            #[cfg(feature = "cuda")]
            Buffer::Cuda(_) => unreachable!("a CPU device was given a CUDA tensor"),
        }
    }

    #[cfg(feature = "cuda")]
    pub(super) fn cuda(&self) -> &Flat<dfdx::tensor::Cuda> {
        match &self.buffer {
            Buffer::Cuda(away) => &away.flat,
            Buffer::Fused(_) | Buffer::Plain(_) => unreachable!("a CUDA device was given a CPU tensor"),
        }
    }
}

impl fmt::Debug for Tensor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Tensor{:?}", self.axes)?;
        if self.len() <= 16 { write!(f, " {:?}", self.values()) } else { Ok(()) }
    }
}
