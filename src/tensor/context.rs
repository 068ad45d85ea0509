//! What a forward pass carries: mode, tape, random numbers, statistics to keep. Owns recording and the backward pass.

use super::Tensor;
use super::axes::Axes;
use super::buffer::Key;
use super::device::{Device, Kind};
use super::gradient::{Flow, Gradient, Slopes, Source};
use super::memory::Numbers;
use crate::seed::Stream;
use dfdx::shapes::Rank0;
use dfdx::tensor::{Cpu, Gradients, HasErr, OwnedTape, PutTape, SplitTape, Storage, Tape, Trace, ZerosTensor};
use dfdx::tensor_ops::Backward;
use std::cell::RefCell;
use std::fmt;
use std::rc::Rc;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Records ops on tracked tensors; dropout drops, `batch_norm` measures the batch.
    Train,
    Evaluate,
}

/// What a forward pass carries: the tape, whether it trains, random numbers, and statistics to be kept.
///
/// It stays on the thread that made it; tensors and devices may move.
pub struct Context {
    pub mode: Mode,
    /// For dropout; without one, a random layer in training is a bug of ours.
    pub stream: Option<Stream>,
    /// Set before a layer of a frozen module is applied: it uses its running statistics and does not change them.
    pub frozen: bool,
    /// Whether random layers of frozen modules compute as in evaluation, and whether the layer at hand does.
    pub stills_frozen: bool,
    pub still: bool,
    device: Device,
    record: Record,
    kept: Vec<(usize, Tensor)>,
}

/// The tape in the making and the gradients of the last backward pass.
pub(super) struct Track<D: Storage<f32>> {
    /// A scalar that the tape hangs on when it goes backward.
    anchor: dfdx::tensor::Tensor<Rank0, f32, D>,
    tape: Option<OwnedTape<f32, D>>,
    gradients: Option<Gradients<f32, D>>,
}

enum Record {
    /// On dfdx's tape, with gradients of our own.
    Fused(Track<Cpu>, Rc<RefCell<Slopes>>),
    Plain(Track<Cpu>),
    #[cfg(feature = "cuda")]
    Cuda(Track<dfdx::tensor::Cuda>),
}

impl Context {
    /// Records, and computes gradients of tracked tensors.
    pub fn train(device: &Device, stream: Option<Stream>) -> Self {
        Self::new(device, Mode::Train, stream)
    }

    /// Records nothing.
    pub fn evaluate(device: &Device) -> Self {
        Self::new(device, Mode::Evaluate, None)
    }

    fn new(device: &Device, mode: Mode, stream: Option<Stream>) -> Self {
        let record = match &device.0 {
            Kind::Fused(memory) => {
                let slopes = Rc::new(RefCell::new(Slopes::new(memory.clone())));
                Record::Fused(Track::new(&Cpu::default()), slopes)
            }
            Kind::Plain(cpu) => Record::Plain(Track::new(&**cpu)),
            #[cfg(feature = "cuda")]
            Kind::Cuda(cuda) => Record::Cuda(Track::new(cuda)),
        };
        Self {
            mode,
            stream,
            frozen: false,
            stills_frozen: false,
            still: false,
            device: device.clone(),
            record,
            kept: Vec::new(),
        }
    }

    pub fn device(&self) -> &Device {
        &self.device
    }

    /// Whether a layer with running statistics measures the batch: while training, where its module learns.
    pub fn trains(&self) -> bool {
        self.mode == Mode::Train && !self.frozen
    }

    /// Whether a random layer draws: while training, unless its module is frozen and frozen ones are to be still.
    pub fn draws(&self) -> bool {
        self.mode == Mode::Train && !self.still
    }

    /// Computes the gradients of all tracked tensors that `loss` (one element) depends on and empties the tape.
    /// Gradients add up until [`reset`](Self::reset).
    pub fn backward(&mut self, loss: &Tensor) {
        assert_eq!(loss.len(), 1, "a loss has one element, not {:?}", loss.axes());
        if !loss.is_tracked() {
            return;
        }
        match &mut self.record {
            Record::Fused(track, slopes) => {
                if let Some(key) = loss.key() {
                    slopes.borrow_mut().of(key, 1)[0] = 1.0;
                }
                track.go_back(|_| Ok(()));
            }
            Record::Plain(track) => {
                let ghost = loss.plain().ghost();
                track.go_back(move |gradients| {
                    gradients.get_or_alloc_mut(&ghost)?[0] = 1.0;
                    Ok(())
                });
            }
            #[cfg(feature = "cuda")]
            Record::Cuda(track) => {
                use dfdx::tensor_ops::SumTo;
                let tape = track.take_tape();
                track.gradients = Some(loss.cuda().clone().put_tape(tape).sum().backward());
            }
        }
    }

    /// The gradient of a tracked tensor after [`backward`](Self::backward); zeros where the loss does not depend on it.
    pub fn gradient(&mut self, tensor: &Tensor) -> Gradient<'_> {
        match &mut self.record {
            Record::Fused(_, slopes) => {
                let key = tensor.key().unwrap_or_else(Key::new);
                let slopes = Rc::get_mut(slopes).expect("the tape is at its end").get_mut();
                Gradient(Source::Borrowed(slopes.of(key, tensor.len())))
            }
            Record::Plain(track) => {
                let gradients = track.gradients.get_or_insert_with(Gradients::leaky);
                gradients.try_alloc_for(tensor.plain()).expect("memory for a gradient");
                Gradient(Source::Plain(gradients.get(tensor.plain())))
            }
            #[cfg(feature = "cuda")]
            Record::Cuda(track) => {
                let gradients = track.gradients.get_or_insert_with(Gradients::leaky);
                gradients.try_alloc_for(tensor.cuda()).expect("memory for a gradient");
                Gradient(Source::Cuda(gradients.get(tensor.cuda())))
            }
        }
    }

    /// Forgets tape, gradients and kept statistics: once a step. Their memory goes to the device's cache.
    pub fn reset(&mut self) {
        self.kept.clear();
        match &mut self.record {
            Record::Fused(track, slopes) => {
                track.clear();
                slopes.borrow_mut().clear();
            }
            Record::Plain(track) => track.clear(),
            #[cfg(feature = "cuda")]
            Record::Cuda(track) => track.clear(),
        }
    }

    /// A layer hands over the new value of its weight number `index`, a running statistic.
    pub fn keep(&mut self, index: usize, statistic: Tensor) {
        self.kept.push((index, statistic));
    }

    /// Statistics kept since the last call: for the caller of `apply`, who knows which weights they are.
    pub fn take_kept(&mut self) -> Vec<(usize, Tensor)> {
        std::mem::take(&mut self.kept)
    }

    /// Whether an op on these inputs goes on the tape.
    pub(super) fn records(&self, inputs: &[&Tensor]) -> bool {
        self.mode == Mode::Train && inputs.iter().any(|input| input.is_tracked())
    }

    /// Whether ops are dfdx's own and not our fused kernels.
    pub(super) fn is_plain(&self) -> bool {
        !matches!(self.device.0, Kind::Fused(_))
    }

    /// A new tensor of which `fill` writes every number.
    pub(super) fn write(&self, axes: Axes, fill: impl FnOnce(&mut [f32])) -> Tensor {
        self.device.write(axes, fill)
    }

    /// A new tensor. `fill` is given zeros, whatever the memory held before, and may leave or add to them.
    pub(super) fn make(&self, axes: Axes, fill: impl FnOnce(&mut [f32])) -> Tensor {
        self.device.make(axes, fill)
    }

    /// Puts a fused op on the tape if an input is tracked. `backward` is given the output's gradient, which is its own to
    /// spoil, and adds to those of the inputs.
    pub(super) fn record(
        &mut self,
        inputs: &[&Tensor],
        mut output: Tensor,
        backward: impl FnOnce(&mut Flow<'_>, &mut Numbers) + 'static,
    ) -> Tensor {
        if !self.records(inputs) {
            return output;
        }
        let Record::Fused(track, slopes) = &mut self.record else { unreachable!("a fused kernel on another device") };
        let key = slopes.borrow_mut().result();
        output.track_by(key);
        let slopes = slopes.clone();
        track.tape().add_backward_op(move |_| {
            let mut slopes = slopes.borrow_mut();
            // Nothing came to what nothing depends on. Nobody needs it after this, so its memory is free for the next one.
            if let Some(mut of_output) = slopes.take(key) {
                backward(&mut Flow { slopes: &mut slopes }, &mut of_output);
            }
            Ok(())
        });
        output
    }

    pub(super) fn plain_track(&mut self) -> &mut Track<Cpu> {
        match &mut self.record {
            Record::Plain(track) => track,
            Record::Fused(..) => unreachable!("an op of dfdx on a device of fused kernels"),
            #[cfg(feature = "cuda")]
            Record::Cuda(_) => unreachable!("a CPU op on a CUDA device"),
        }
    }

    #[cfg(feature = "cuda")]
    pub(super) fn cuda_track(&mut self) -> Option<&mut Track<dfdx::tensor::Cuda>> {
        match &mut self.record {
            Record::Cuda(track) => Some(track),
            Record::Fused(..) | Record::Plain(_) => None,
        }
    }
}

impl<D: Storage<f32> + ZerosTensor<f32>> Track<D> {
    fn new(device: &D) -> Self {
        Self { anchor: device.zeros(), tape: None, gradients: None }
    }

    fn clear(&mut self) {
        self.tape = None;
        self.gradients = None;
    }

    /// The tape, begun with the gradients there are.
    pub fn tape(&mut self) -> &mut OwnedTape<f32, D> {
        let (anchor, gradients) = (&self.anchor, &mut self.gradients);
        self.tape.get_or_insert_with(|| match gradients.take() {
            Some(gradients) => anchor.clone().traced(gradients).split_tape().1,
            None => OwnedTape::default(),
        })
    }

    pub fn take_tape(&mut self) -> OwnedTape<f32, D> {
        self.tape();
        self.tape.take().unwrap_or_default()
    }

    pub fn put_tape(&mut self, tape: OwnedTape<f32, D>) {
        self.tape = Some(tape);
    }
}

impl Track<Cpu> {
    /// Goes backward over the whole tape, beginning with what `first` makes of the gradients.
    fn go_back(&mut self, first: impl 'static + FnOnce(&mut Gradients<f32, Cpu>) -> Result<(), <Cpu as HasErr>::Err>) {
        let mut tape = self.take_tape();
        tape.add_backward_op(first);
        self.gradients = Some(self.anchor.clone().put_tape(tape).backward());
    }
}

impl fmt::Debug for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Context").field("mode", &self.mode).field("frozen", &self.frozen).finish_non_exhaustive()
    }
}
