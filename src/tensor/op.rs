//! What an op is: a fused kernel for the CPU and a plain composition of dfdx's ops for every device. Owns the choice.

use super::Tensor;
use super::axes::Axes;
use super::context::{Context, Track};
use super::device::Kind;
use super::home::Home;
use dfdx::tensor::{Cpu, NoneTape, OwnedTape, PutTape, SplitTape, Tape, ZerosTensor};
use dfdx::tensor_ops::Device;

/// A flat dfdx tensor with a tape of type `T`.
pub(super) type Wide<D, T> = dfdx::tensor::Tensor<(usize,), f32, D, T>;

/// A flat dfdx tensor with its axes: what plain ops work on.
pub(super) struct Plain<D: Device<f32>, T> {
    pub flat: Wide<D, T>,
    pub axes: Axes,
}

/// The inputs of an op that has so many.
pub(super) fn exactly<const N: usize, X>(inputs: Vec<X>) -> [X; N] {
    let given = inputs.len();
    inputs.try_into().unwrap_or_else(|_| panic!("an op of {N} inputs was given {given}"))
}

/// An op with its two implementations, which tests hold against each other.
pub(super) trait Op {
    /// On the CPU, values in one or few passes; puts its own backward pass on the tape.
    fn fused(self, context: &mut Context, inputs: &[&Tensor]) -> Tensor;

    /// The same in dfdx's ops, whose backward passes dfdx puts on the tape.
    fn plain<D: Device<f32>, T: Tape<f32, D>>(self, inputs: Vec<Plain<D, T>>) -> Plain<D, T>;
}

/// Runs an op where the context says.
pub(super) fn run(op: impl Op, context: &mut Context, inputs: &[&Tensor]) -> Tensor {
    if !context.is_plain() {
        return op.fused(context, inputs);
    }
    let records = context.records(inputs);
    match context.device().0.clone() {
        Kind::Fused(_) => unreachable!("fused devices have returned"),
        Kind::Plain(cpu) => {
            if records {
                compose(op, context.plain_track(), inputs)
            } else {
                compose_off::<Cpu>(op, &cpu, inputs)
            }
        }
        #[cfg(feature = "cuda")]
        Kind::Cuda(cuda) => match context.cuda_track().filter(|_| records) {
            Some(track) => compose(op, track, inputs),
            None => compose_off::<dfdx::tensor::Cuda>(op, &cuda, inputs),
        },
    }
}

/// On the tape. All inputs come with an empty tape of their own and the tape itself is merged in first, so every composition
/// records, whichever of its inputs it begins with. dfdx computes gradients of all inputs, wanted or not.
fn compose<D: Home + ZerosTensor<f32>>(op: impl Op, track: &mut Track<D>, inputs: &[&Tensor]) -> Tensor {
    let tape = track.take_tape();
    let wide = inputs
        .iter()
        .map(|input| Plain { flat: D::flat(input).retaped::<OwnedTape<f32, D>>(), axes: input.axes() })
        .collect();
    let output = op.plain(wide);
    let (flat, recorded) = output.flat.split_tape();
    track.put_tape(dfdx::tensor::Merge::merge(tape, recorded));
    let mut output = D::tensor(flat, output.axes);
    output.track();
    output
}

fn compose_off<D: Home>(op: impl Op, _device: &D, inputs: &[&Tensor]) -> Tensor {
    let wide = inputs.iter().map(|input| Plain { flat: D::flat(input).clone().put_tape(NoneTape), axes: input.axes() });
    let output = op.plain(wide.collect());
    D::tensor(output.flat, output.axes)
}
