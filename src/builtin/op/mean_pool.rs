//! `mean_pool`: the mean of neighbouring steps.

use super::Pools;
use crate::builtin::window::Padding;
use crate::builtin::{Count, Layer};
use crate::tensor::Pooling;

crate::row! {
    /// Mean of `kernel` neighbouring steps of `[steps, features]`, feature by feature: `mean_pool(2)` halves the steps.
    ///
    /// Padding does not count: `torch.nn.AvgPool1d(kernel, count_include_pad=False)`, which has features before steps. A second
    /// input is a mask of 0 and 1 over the steps: the mean is of those that are 1, and 0 where none is. The mask behind it is
    /// `max_pool(mask, …)` of the same numbers.
    pub struct MeanPool = "mean_pool" as Op(dyn Layer) {
        /// Steps that are seen at once.
        kernel: Count = Count(2),
        /// Steps from one output to the next; as many as are seen at once where nothing is said.
        stride: Option<Count> = None,
        /// Steps beside the input, which do not count: none (`valid`), as many as keep its steps (`same`), all before the first
        /// step (`causal`), or a number on each side.
        padding: Padding = Padding::Valid,
    }
    example "mean_pool(2)" on [[6, 4]]
}

impl Pools for MeanPool {
    const POOLING: Pooling = Pooling::Mean;

    fn seen(&self) -> (Count, Option<Count>, Padding) {
        (self.kernel, self.stride, self.padding)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tensor::{Context, Device, Tensor};

    /// ```text
    /// x = torch.tensor([3., 1, -2, 5, 4, 0, 7]).reshape(1, 1, 7)
    /// F.avg_pool1d(x, 2); F.avg_pool1d(x, 3, 2, 1, count_include_pad=False)
    /// ```
    #[test]
    fn it_is_pytorchs() {
        let (device, x) = (Device::cpu(), [3.0, 1.0, -2.0, 5.0, 4.0, 0.0, 7.0]);
        let mut context = Context::evaluate(&device);
        let mut run = |kernel, stride: Option<usize>, padding, mask: Option<&[f32]>| {
            let pool = MeanPool { kernel: Count(kernel), stride: stride.map(Count), padding };
            let mask = mask.map(|mask| device.upload(mask, &[1, 7]));
            let inputs: Vec<Tensor> = std::iter::once(device.upload(&x, &[1, 7, 1])).chain(mask).collect();
            pool.apply(&mut context, &[], &inputs).values().to_vec()
        };
        assert_eq!(run(2, None, Padding::Valid, None), [2.0, 1.5, 2.0]);
        let padded = run(3, Some(2), Padding::Each(1), None);
        let expected = [2.0, 4.0 / 3.0, 3.0, 3.5];
        assert!(padded.iter().zip(expected).all(|(y, e)| (y - e).abs() < 1e-6), "{padded:?}");
        let mask = [0.0, 1.0, 1.0, 0.0, 0.0, 0.0, 1.0];
        assert_eq!(run(2, None, Padding::Valid, Some(&mask)), [1.0, -2.0, 0.0]);
    }
}
