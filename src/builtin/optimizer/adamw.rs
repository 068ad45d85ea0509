//! `adamw`: adaptive moments with decay of the weights.

use crate::builtin::{NonNegative, Optimizer, Positive, Share};
use crate::tensor::update::{self, Decay};
use crate::tensor::{Gradient, Tensor};

crate::row! {
    /// Adam with decoupled weight decay (Loshchilov & Hutter 2019, algorithm 2), as `torch.optim.AdamW` computes it.
    ///
    /// `w ← w - lr λ w` before the step of `adam`, whose moments never see the decay.
    pub struct AdamW = "adamw" as Optimizer(dyn Optimizer) {
        /// Learning rate.
        lr: Positive = Positive(1e-3),
        /// Memory of the mean gradient.
        beta1: Share = Share(0.9),
        /// Memory of the mean squared gradient.
        beta2: Share = Share(0.999),
        /// Added to the root, against division by zero.
        eps: Positive = Positive(1e-8),
        /// Share of the weight taken away each step, times the learning rate.
        weight_decay: NonNegative = NonNegative(0.01),
    }
    example "adamw" on []
}

impl Optimizer for AdamW {
    fn learning_rate(&self) -> f64 {
        self.lr.0
    }

    fn slots(&self) -> usize {
        2
    }

    fn update(&self, rate: f64, step: u64, weight: &mut Tensor, gradient: &Gradient<'_>, slots: &mut [Tensor]) {
        let (beta1, beta2, eps) = (self.beta1.0, self.beta2.0, self.eps.0);
        let adam = update::Adam { rate, beta1, beta2, eps, decay: Decay::Decoupled(self.weight_decay.0), step };
        update::adam(weight, gradient, slots, adam);
    }
}
