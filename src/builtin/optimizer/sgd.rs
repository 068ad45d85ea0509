//! `sgd`: gradient descent, with or without momentum.

use crate::builtin::{NonNegative, Optimizer, Positive, Share};
use crate::tensor::update::{self, Nesterov};
use crate::tensor::{Gradient, Tensor};

crate::row! {
    /// Gradient descent, as `torch.optim.SGD` computes it: `b ← μ b + g`, `w ← w - lr b`, with `b = g` at first.
    ///
    /// With `nesterov` (Sutskever et al. 2013) the step is `g + μ b`. Weight decay is added to the gradient.
    pub struct Sgd = "sgd" as Optimizer(dyn Optimizer) {
        /// Learning rate.
        lr: Positive,
        /// Memory of past gradients, μ.
        momentum: Share = Share(0.0),
        /// Looks ahead by the momentum.
        nesterov: bool = false,
        /// Strength of the L2 penalty.
        weight_decay: NonNegative = NonNegative(0.0),
    }
    example "sgd(0.1)" on []
}

impl Optimizer for Sgd {
    fn learning_rate(&self) -> f64 {
        self.lr.0
    }

    fn slots(&self) -> usize {
        usize::from(self.momentum.0 > 0.0)
    }

    fn update(&self, rate: f64, step: u64, weight: &mut Tensor, gradient: &Gradient<'_>, slots: &mut [Tensor]) {
        let nesterov = if self.nesterov { Nesterov::On } else { Nesterov::Off };
        let (momentum, decay) = (self.momentum.0, self.weight_decay.0);
        update::sgd(weight, gradient, slots, update::Sgd { rate, momentum, nesterov, decay, step });
    }
}
