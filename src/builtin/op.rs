//! The op rows: functions without weights, one file each. Owns what they share: how axes are counted and repeated.

use super::spelling::Numbers;
use super::window::{Padding, Window};
use super::{
    Arity, Builtin, Count, Expected, FromValue, Gives, Layer, ShapeError, Signature, Spelling, Term, Value, Written,
};
use crate::shape::{Dim, Shape};
use crate::tensor::{self, Context, Pooling, Tensor};
use std::fmt::Debug;

mod add;
mod available;
mod concat;
mod exp;
mod flatten;
mod gelu;
mod last;
mod leaky_relu;
mod log_softmax;
mod matmul;
mod max;
mod max_pool;
mod mean;
mod mean_pool;
mod mul;
mod outer;
mod positions;
mod pow;
mod present;
mod product;
mod relu;
mod reshape;
mod scale;
mod shake;
mod sigmoid;
mod slice;
mod softmax;
mod sub;
mod sum;
mod tanh;
mod topk_mean;
mod transpose;

/// In the order of the manual.
pub const ROWS: &[&Builtin] = &[
    concat::Concat::ROW,
    add::Add::ROW,
    sub::Sub::ROW,
    mul::Mul::ROW,
    matmul::Matmul::ROW,
    outer::Outer::ROW,
    transpose::Transpose::ROW,
    reshape::Reshape::ROW,
    flatten::Flatten::ROW,
    slice::Slice::ROW,
    last::Last::ROW,
    mean::Mean::ROW,
    sum::Sum::ROW,
    product::Product::ROW,
    max::Max::ROW,
    topk_mean::TopkMean::ROW,
    max_pool::MaxPool::ROW,
    mean_pool::MeanPool::ROW,
    present::Present::ROW,
    available::Available::ROW,
    positions::Positions::ROW,
    softmax::Softmax::ROW,
    log_softmax::LogSoftmax::ROW,
    relu::Relu::ROW,
    leaky_relu::LeakyRelu::ROW,
    gelu::Gelu::ROW,
    tanh::Tanh::ROW,
    sigmoid::Sigmoid::ROW,
    exp::Exp::ROW,
    pow::Pow::ROW,
    scale::Scale::ROW,
    shake::Shake::ROW,
];

/// One axis or several, as written: `0` or `[0, 1]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AxisList(pub Vec<i64>);

impl FromValue for AxisList {
    const EXPECTED: Expected = Expected::Axes;

    fn from_value(value: &Value) -> Option<Self> {
        i64::from_value(value).map(|axis| vec![axis]).or_else(|| Vec::from_value(value)).map(Self)
    }

    fn show(&self) -> String {
        self.0.show()
    }
}

/// The output is as the input.
fn same(inputs: &[Shape]) -> Result<Signature, ShapeError> {
    Ok(Signature::plain(inputs[0].clone()))
}

/// The axis a person means, from the end where negative; the batch is not counted.
fn resolve(word: &str, axis: i64, shape: &Shape) -> Result<usize, ShapeError> {
    let rank = shape.rank() as i64;
    let resolved = if axis < 0 { rank + axis } else { axis };
    if (0..rank).contains(&resolved) {
        return Ok(resolved as usize);
    }
    let error = ShapeError::new(format!("`{word}` has no axis {axis} in {shape}"));
    Err(match rank {
        0 => error.help("its input is one number a sample and has no axes; the batch is not counted"),
        1 => error.help("the only axis is 0 (or -1); the batch is not counted"),
        _ => {
            error.help(format!("axes are counted without the batch, 0 to {}, or from the end, -1 to -{rank}", rank - 1))
        }
    })
}

/// The position of an axis in tensors, which carry the batch in front, of samples of `rank` axes.
/// The checker has seen that it exists.
fn batched(axis: i64, rank: usize) -> usize {
    (if axis < 0 { rank as i64 + axis } else { axis }) as usize + 1
}

/// The shape without some axes, or without all.
fn reduced(word: &str, axes: Option<&AxisList>, shape: &Shape) -> Result<Signature, ShapeError> {
    let Some(AxisList(axes)) = axes else { return Ok(Signature::plain(Shape::default())) };
    let mut gone = vec![false; shape.rank()];
    for &axis in axes {
        let resolved = resolve(word, axis, shape)?;
        if std::mem::replace(&mut gone[resolved], true) {
            return Err(ShapeError::new(format!("`{word}` names axis {axis} of {shape} twice")));
        }
    }
    let left = shape.0.iter().zip(gone).filter(|(_, gone)| !gone).map(|(size, _)| size.clone());
    Ok(Signature::plain(Shape(left.collect())))
}

/// The position of an axis in one sample of `rank` axes. The checker has seen that it exists.
fn placed(axis: i64, rank: usize) -> usize {
    batched(axis, rank) - 1
}

/// Positions in tensors of the axes that [`reduced`] drops, ascending.
fn batched_all(axes: Option<&AxisList>, rank: usize) -> Vec<usize> {
    let mut all: Vec<usize> = match axes {
        Some(AxisList(axes)) => axes.iter().map(|&axis| batched(axis, rank)).collect(),
        None => (1..=rank).collect(),
    };
    all.sort_unstable();
    all
}

/// Holds an op's mask, where it has one, against the axes it works over: as many numbers, of 0 and 1, as there are elements.
fn fits_mask(word: &str, inputs: &[Shape], axes: &[usize]) -> Result<(), ShapeError> {
    let Some(mask) = inputs.get(1) else { return Ok(()) };
    let needed = Shape(axes.iter().map(|axis| inputs[0].0[*axis].clone()).collect());
    if *mask == needed {
        return Ok(());
    }
    let axes = axes.iter().map(usize::to_string).collect::<Vec<_>>().join(", ");
    Err(ShapeError::new(format!(
        "`{word}` over axis {axes} of {} needs a mask of shape {needed}, has {mask}",
        inputs[0]
    ))
    .help("a mask has one number for every element along these axes: 1 where it counts, 0 where it is padding"))
}

/// Positions of samples of the axes that [`reduced`] drops, ascending.
fn resolved_all(axes: Option<&AxisList>, rank: usize) -> Vec<usize> {
    batched_all(axes, rank).into_iter().map(|axis| axis - 1).collect()
}

/// The shape of two inputs together: missing leading axes and axes of size 1 are repeated.
fn broadcast(word: &str, a: &Shape, b: &Shape) -> Result<Shape, ShapeError> {
    let one = Dim::constant(1);
    let rank = a.rank().max(b.rank());
    let size = |shape: &Shape, axis: usize| {
        (axis + shape.rank()).checked_sub(rank).map_or_else(|| one.clone(), |axis| shape.0[axis].clone())
    };
    let together = |axis| match (size(a, axis), size(b, axis)) {
        (x, y) if x == y || y == one => Some(x),
        (x, y) if x == one => Some(y),
        _ => None,
    };
    let sizes: Option<Vec<Dim>> = (0..rank).map(together).collect();
    sizes.map(Shape).ok_or_else(|| {
        ShapeError::new(format!("`{word}` needs inputs of one shape, has {a} and {b}"))
            .help("an axis of size 1 is repeated, any other must be equal; `linear` can bring both to one width")
    })
}

/// Pooling over steps: what is made of those that are seen at once.
trait Pools: Written + Debug + Send + Sync {
    const POOLING: Pooling;

    /// Steps that are seen at once, from one output to the next where that is said, and beside the input.
    fn seen(&self) -> (Count, Option<Count>, Padding);

    fn window(&self) -> Window {
        let (kernel, stride, padding) = self.seen();
        Window { word: self.word(), kernel, stride: stride.unwrap_or(kernel), dilation: Count(1), padding }
    }
}

impl<P: Pools> Layer for P {
    fn arity(&self) -> Arity {
        Arity::Between(1, 2)
    }

    /// `[steps, features]`, or `[steps]` as of a mask, with fewer steps.
    fn shape(&self, inputs: &[Shape]) -> Result<Signature, ShapeError> {
        let word = self.word();
        let ([steps] | [steps, _]) = inputs[0].0.as_slice() else {
            return Err(ShapeError::new(format!("`{word}` needs [steps, features], or [steps], has {}", inputs[0]))
                .help("`reshape` can join or part axes"));
        };
        fits_mask(word, inputs, &[0])?;
        let mut output = inputs[0].clone();
        output.0[0] = self.window().steps(steps)?;
        Ok(Signature::plain(output))
    }

    fn gives(&self) -> Gives {
        Gives::AsInput
    }

    /// Where padding or a mask leaves steps away, every window's steps stand side by side, and what is left of them counts.
    fn spell(&self, to: &mut Spelling, _weights: &[Term], inputs: &[Term]) -> Term {
        let (steps, output) = (inputs[0].axes[0], inputs[0].axes.clone());
        let features = output.get(1).copied().unwrap_or(1);
        let x = to.reshape(&inputs[0], &[steps, features]);
        let (window, over) = (self.window().strided(), self.window().over(steps));
        let after = [&[over.steps], &output[1..]].concat();
        if inputs.len() == 1 && (window.before, window.after) == (0, 0) {
            let y = to.pool(&x, P::POOLING, window);
            return to.reshape(&y, &after);
        }
        let mask = match inputs.get(1) {
            Some(mask) => to.reshape(mask, &[steps, 1]),
            None => to.numbers(Numbers::Same(1.0), &[steps, 1]),
        };
        let (there, seen) = (to.windows(&mask, window), to.windows(&x, window));
        let y = to.window(&seen, &there, P::POOLING);
        to.reshape(&y, &after)
    }

    fn apply(&self, context: &mut Context, _weights: &[Tensor], inputs: &[Tensor]) -> Tensor {
        let axes: Vec<usize> = inputs[0].axes().iter().copied().collect();
        let (batch, steps) = (axes[0], axes[1]);
        let features = axes.get(2).copied().unwrap_or(1);
        let over = self.window().over(steps);
        let x = inputs[0].reshaped(&[batch, steps, features]);
        let y = tensor::pool(context, P::POOLING, &x, inputs.get(1), over);
        if axes.len() == 3 { y } else { y.reshaped(&[batch, over.steps]) }
    }

    fn flops(&self, _inputs: &[Shape], output: &Shape) -> Dim {
        output.elements().times(&Dim::from(self.seen().0.0))
    }

    /// A place and a share, of 12 bytes, of the greatest or of all that is seen.
    fn saved(&self, _inputs: &[Shape], output: &Shape) -> Dim {
        let each = match P::POOLING {
            Pooling::Max => 1,
            Pooling::Mean => self.seen().0.0,
        };
        output.elements().times(&Dim::from(3 * each))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn axes_that_do_not_exist_are_named() {
        let error = resolve("mean", 2, &Shape::of(&[10, 128])).unwrap_err();
        assert_eq!(error.message, "`mean` has no axis 2 in [10, 128]");
        assert_eq!(error.help.unwrap(), "axes are counted without the batch, 0 to 1, or from the end, -1 to -2");
        assert_eq!(resolve("mean", -1, &Shape::of(&[10, 128])), Ok(1));
        assert_eq!(batched_all(Some(&AxisList(vec![-1, 0])), 3), [1, 3]);
    }

    #[test]
    fn shapes_broadcast_with_symbols() {
        let t = Dim::symbol("T");
        let steps = Shape(vec![t.clone(), Dim::constant(4)]);
        assert_eq!(broadcast("add", &steps, &Shape::of(&[4])), Ok(steps.clone()));
        assert_eq!(broadcast("add", &Shape(vec![t.clone(), Dim::constant(1)]), &steps), Ok(steps.clone()));
        assert!(broadcast("add", &steps, &Shape::of(&[10, 4])).is_err());
    }
}
