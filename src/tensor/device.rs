//! Where tensors live and which kernels work on them. Owns the making of tensors; not what is done with them.

use super::Tensor;
use super::axes::Axes;
use super::buffer::{Away, Buffer, Flat};
use super::home::Home;
use super::memory::Memory;
use super::trips;
use dfdx::shapes::HasShape;
use dfdx::tensor::{Cache, Cpu, ZerosTensor};
use dfdx::tensor_ops::{GatherTo, ReshapeTo};
use std::ops::Deref;
use std::sync::Arc;

/// One run's own memory and kernels. Cheap to clone; clones share the memory cache.
#[derive(Clone, Debug)]
pub struct Device(pub(super) Kind);

#[derive(Clone, Debug)]
pub(super) enum Kind {
    /// Fused kernels on the CPU.
    Fused(Memory),
    /// dfdx's own ops on the CPU: the reference that tests compare with.
    Plain(Own<Cpu>),
    /// dfdx's own ops on a GPU.
    #[cfg(feature = "cuda")]
    Cuda(Own<dfdx::tensor::Cuda>),
}

/// A device of dfdx whose buffers go back to the system with its last clone: what lies in its cache then would be lost, and of
/// tensors that live longer nothing is cached any more.
#[derive(Clone, Debug)]
pub(super) struct Own<D: Cache>(Arc<Closing<D>>);

#[derive(Debug)]
struct Closing<D: Cache>(D);

impl<D: Cache> Own<D> {
    fn cached(device: D) -> Self {
        device.enable_cache();
        Self(Arc::new(Closing(device)))
    }
}

impl<D: Cache> Deref for Own<D> {
    type Target = D;

    fn deref(&self) -> &D {
        &self.0.0
    }
}

impl<D: Cache> Drop for Closing<D> {
    fn drop(&mut self) {
        self.0.disable_cache();
    }
}

impl Device {
    /// The CPU with fused kernels. Buffers go back to a pool of the device, so that a warm step allocates none.
    pub fn cpu() -> Self {
        Self(Kind::Fused(Memory::new()))
    }

    /// The CPU with dfdx's own ops: slow, and the same compositions as on CUDA.
    pub fn plain() -> Self {
        Self(Kind::Plain(Own::cached(Cpu::default())))
    }

    /// A GPU by number, with dfdx's own ops.
    #[cfg(feature = "cuda")]
    pub fn cuda(ordinal: usize) -> Result<Self, String> {
        use dfdx::tensor::Cuda;
        let cuda = Cuda::try_build(ordinal, 0).map_err(|error| format!("{error:?}"))?;
        Ok(Self(Kind::Cuda(Own::cached(cuda))))
    }

    pub fn zeros(&self, axes: &[usize]) -> Tensor {
        let axes = Axes::of(axes);
        let shape = (axes.elements(),);
        match &self.0 {
            Kind::Fused(memory) => Tensor::fused(memory.zeros(axes.elements()), axes),
            Kind::Plain(cpu) => Tensor::new(Buffer::Plain(Box::new(Away::computed(cpu.zeros_like(&shape)))), axes),
            #[cfg(feature = "cuda")]
            Kind::Cuda(cuda) => Tensor::new(Buffer::Cuda(Box::new(Away::computed(cuda.zeros_like(&shape)))), axes),
        }
    }

    pub fn upload(&self, values: &[f32], axes: &[usize]) -> Tensor {
        let axes = Axes::of(axes);
        assert_eq!(values.len(), axes.elements(), "{} values for axes {axes:?}", values.len());
        match &self.0 {
            Kind::Fused(_) => self.write(axes, |buffer| buffer.copy_from_slice(values)),
            Kind::Plain(cpu) => Tensor::new(Buffer::Plain(Box::new(sent(&**cpu, values))), axes),
            #[cfg(feature = "cuda")]
            Kind::Cuda(cuda) => Tensor::new(Buffer::Cuda(Box::new(sent(&**cuda, values))), axes),
        }
    }

    /// These rows of a table of `width` numbers a row, one after another: a minibatch in one copy.
    /// `axes` begins with the number of rows.
    pub fn gather(
        &self,
        source: &[f32],
        width: usize,
        rows: impl ExactSizeIterator<Item = usize>,
        axes: &[usize],
    ) -> Tensor {
        let axes = Axes::of(axes);
        assert_eq!(axes.elements(), rows.len() * width, "{} rows of {width} for axes {axes:?}", rows.len());
        self.write(axes, |buffer| {
            for (to, row) in buffer.chunks_exact_mut(width.max(1)).zip(rows) {
                to.copy_from_slice(&source[row * width..][..width]);
            }
        })
    }

    /// Whether the host waits for what it reads of it: then it reads as little as it can.
    pub fn is_away(&self) -> bool {
        !matches!(self.0, Kind::Fused(_))
    }

    /// Numbers that the host does not read again.
    pub fn table(&self, values: &[f32], axes: &[usize]) -> Tensor {
        self.upload(values, axes).forgotten()
    }

    /// Rows of a table that lies on a device of dfdx, as long as `values`, which are the same on the host: a minibatch of which only
    /// the numbers of its rows are sent. `axes` begins with the number of rows.
    pub fn rows(&self, table: &Tensor, rows: Vec<usize>, values: &[f32], axes: &[usize]) -> Tensor {
        let axes = Axes::of(axes);
        assert_eq!(values.len(), axes.elements(), "{} values for axes {axes:?}", values.len());
        match &self.0 {
            Kind::Fused(_) => self.upload(values, &axes),
            Kind::Plain(cpu) => Tensor::new(Buffer::Plain(Box::new(gathered(&**cpu, table, rows, values))), axes),
            #[cfg(feature = "cuda")]
            Kind::Cuda(cuda) => Tensor::new(Buffer::Cuda(Box::new(gathered(&**cuda, table, rows, values))), axes),
        }
    }

    /// A new tensor. `fill` is given zeros, whatever the memory held before, and may leave or add to them.
    pub fn make(&self, axes: Axes, fill: impl FnOnce(&mut [f32])) -> Tensor {
        self.write(axes, |numbers| {
            numbers.fill(0.0);
            fill(numbers);
        })
    }

    /// The same where `fill` writes every number; it is given any.
    pub fn write(&self, axes: Axes, fill: impl FnOnce(&mut [f32])) -> Tensor {
        match &self.0 {
            Kind::Fused(memory) => {
                let mut numbers = memory.some(axes.elements());
                fill(&mut numbers);
                Tensor::fused(numbers, axes)
            }
            Kind::Plain(_) => self.upload(&filled(axes, fill), &axes),
            #[cfg(feature = "cuda")]
            Kind::Cuda(_) => self.upload(&filled(axes, fill), &axes),
        }
    }

    /// Gives buffers that nothing uses back to the system. The device keeps them by size for the next step of the same shapes;
    /// for steps of other shapes they are of no use.
    pub fn release(&self) {
        match &self.0 {
            Kind::Fused(memory) => memory.release(),
            Kind::Plain(cpu) => cpu.empty_cache(),
            #[cfg(feature = "cuda")]
            Kind::Cuda(cuda) => cuda.empty_cache(),
        }
    }

    /// A tensor with a memory and an identity of its own. (A clone shares both: its gradient is the same gradient.)
    pub fn copy(&self, tensor: &Tensor) -> Tensor {
        self.upload(&tensor.values(), &tensor.axes())
    }
}

/// Numbers of the host on a device.
fn sent<D: Home>(device: &D, values: &[f32]) -> Away<D> {
    trips::sent();
    Away::known(device.tensor_from_vec(values.to_vec(), (values.len(),)), values.into())
}

fn gathered<D: Home>(device: &D, table: &Tensor, rows: Vec<usize>, values: &[f32]) -> Away<D> {
    let (all, count) = (table.axes()[0], rows.len());
    let index = device.tensor_from_vec(rows, (count,));
    let table: &Flat<D> = D::flat(table);
    let chosen = table.clone().reshape_like(&(all, table.shape().0 / all.max(1)));
    let flat = chosen.gather::<(usize, usize), _>(index).reshape_like(&(values.len(),));
    Away::known(flat, values.into())
}

fn filled(axes: Axes, fill: impl FnOnce(&mut [f32])) -> Vec<f32> {
    let mut values = vec![0.0; axes.elements()];
    fill(&mut values);
    values
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gather_takes_rows() {
        let source: Vec<f32> = (0..12).map(|i| i as f32).collect();
        let batch = Device::cpu().gather(&source, 3, [3, 0].into_iter(), &[2, 3]);
        assert_eq!(*batch.values(), [9.0, 10.0, 11.0, 0.0, 1.0, 2.0]);
    }

    #[test]
    fn copies_are_apart_and_clones_are_not() {
        let device = Device::cpu();
        let a = device.upload(&[1.0, 2.0], &[2]);
        let mut b = device.copy(&a);
        b.modify(|values| values[0] = 5.0);
        assert_eq!(*a.values(), [1.0, 2.0]);
        assert_eq!(*b.values(), [5.0, 2.0]);
    }

    #[test]
    fn new_tensors_begin_as_zeros_in_memory_that_was_used() {
        for device in [Device::cpu(), Device::plain()] {
            for _ in 0..3 {
                let made = device.make(Axes::of(&[64]), |values| {
                    assert!(values.iter().all(|value| *value == 0.0));
                    values.fill(f32::NAN);
                });
                drop(made);
                assert_eq!(*device.zeros(&[64]).values(), [0.0; 64]);
            }
        }
    }

    fn is_send<T: Send>() {}

    #[test]
    fn tensors_may_go_to_another_thread() {
        is_send::<Tensor>();
        is_send::<Device>();
    }
}
