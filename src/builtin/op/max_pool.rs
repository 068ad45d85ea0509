//! `max_pool`: the greatest value of neighbouring steps.

use super::Pools;
use crate::builtin::window::Padding;
use crate::builtin::{Count, Layer};
use crate::tensor::Pooling;

crate::row! {
    /// Greatest value of `kernel` neighbouring steps of `[steps, features]`, feature by feature: `max_pool(2)` halves the steps.
    ///
    /// The same numbers as `torch.nn.MaxPool1d`, which has features before steps; padding is never the greatest. A second input
    /// is a mask of 0 and 1 over the steps: what is 0 does not count, and where all that is seen is, the result is 0.
    ///
    /// Of a mask, `[steps]`, it is the mask behind a layer that strides: `max_pool(there, 5, stride: 2, padding: same)` goes with
    /// `conv1d(16, kernel: 5, stride: 2)` and is 1 where the filter sees some step that is there.
    pub struct MaxPool = "max_pool" as Op(dyn Layer) {
        /// Steps that are seen at once.
        kernel: Count = Count(2),
        /// Steps from one output to the next; as many as are seen at once where nothing is said.
        stride: Option<Count> = None,
        /// Steps beside the input, which do not count: none (`valid`), as many as keep its steps (`same`), all before the first
        /// step (`causal`), or a number on each side.
        padding: Padding = Padding::Valid,
    }
    example "max_pool(2)" on [[6, 4]]
}

impl Pools for MaxPool {
    const POOLING: Pooling = Pooling::Max;

    fn seen(&self) -> (Count, Option<Count>, Padding) {
        (self.kernel, self.stride, self.padding)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shape::Shape;
    use crate::tensor::{Context, Device};

    /// ```text
    /// x = torch.tensor([3., 1, -2, 5, 4, 0, 7]).reshape(1, 1, 7)
    /// torch.max_pool1d(x, 2); torch.max_pool1d(x, 3, 2, 1); torch.max_pool1d(-x, 3, 1, 1)
    /// ```
    #[test]
    fn it_is_pytorchs() {
        let (device, x) = (Device::cpu(), [3.0, 1.0, -2.0, 5.0, 4.0, 0.0, 7.0]);
        let mut context = Context::evaluate(&device);
        let mut run = |pool: MaxPool, x: &[f32], mask: Option<&[f32]>| {
            let x = device.upload(x, &[1, 7, 1]);
            let mask = mask.map(|mask| device.upload(mask, &[1, 7]));
            pool.apply(&mut context, &[], &std::iter::once(x).chain(mask).collect::<Vec<_>>()).values().to_vec()
        };
        let sized = |kernel, stride: Option<usize>, padding| MaxPool {
            kernel: Count(kernel),
            stride: stride.map(Count),
            padding,
        };
        assert_eq!(run(sized(2, None, Padding::Valid), &x, None), [3.0, 5.0, 4.0]);
        assert_eq!(run(sized(3, Some(2), Padding::Each(1)), &x, None), [3.0, 5.0, 5.0, 7.0]);
        let below = x.map(|x| -x);
        assert_eq!(run(sized(3, Some(1), Padding::Same), &below, None), [-1.0, 2.0, 2.0, 2.0, 0.0, 0.0, 0.0]);
        let mask = [0.0, 1.0, 1.0, 0.0, 0.0, 0.0, 1.0];
        assert_eq!(run(sized(2, None, Padding::Valid), &x, Some(&mask)), [1.0, -2.0, 0.0]);
    }

    /// Of a mask, behind `conv1d(…, kernel: 3, stride: 2)`.
    #[test]
    fn a_mask_goes_through_a_stride() {
        let device = Device::cpu();
        let pool = MaxPool { kernel: Count(3), stride: Some(Count(2)), padding: Padding::Same };
        let mask = device.upload(&[0.0, 0.0, 0.0, 1.0, 1.0, 0.0, 0.0], &[1, 7]);
        let y = pool.apply(&mut Context::evaluate(&device), &[], &[mask]);
        assert_eq!(
            (y.axes().iter().copied().collect::<Vec<_>>(), &*y.values()),
            (vec![1, 4], &[0.0, 1.0, 1.0, 0.0][..])
        );
        assert_eq!(pool.shape(&[Shape::of(&[7])]).unwrap().output, Shape::of(&[4]));
    }
}
