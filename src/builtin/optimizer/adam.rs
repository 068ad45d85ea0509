//! `adam`: adaptive moments with an L2 penalty.

use crate::builtin::{NonNegative, Optimizer, Positive, Share};
use crate::tensor::update::{self, Decay};
use crate::tensor::{Gradient, Tensor};

crate::row! {
    /// Adaptive moment estimation (Kingma & Ba 2015, algorithm 1), as `torch.optim.Adam` computes it.
    ///
    /// `m ← β₁ m + (1 - β₁) g`, `v ← β₂ v + (1 - β₂) g²`, `w ← w - lr m̂ / (√v̂ + ε)` with `m̂ = m / (1 - β₁ᵗ)` and
    /// `v̂ = v / (1 - β₂ᵗ)`; `t` counts the updates of each weight, so a frozen phase ages nothing.
    /// Weight decay is added to the gradient; `adamw` takes it from the weight.
    pub struct Adam = "adam" as Optimizer(dyn Optimizer) {
        /// Learning rate.
        lr: Positive = Positive(1e-3),
        /// Memory of the mean gradient.
        beta1: Share = Share(0.9),
        /// Memory of the mean squared gradient.
        beta2: Share = Share(0.999),
        /// Added to the root, against division by zero.
        eps: Positive = Positive(1e-8),
        /// Strength of the L2 penalty.
        weight_decay: NonNegative = NonNegative(0.0),
    }
    example "adam" on []
}

impl Optimizer for Adam {
    fn learning_rate(&self) -> f64 {
        self.lr.0
    }

    fn slots(&self) -> usize {
        2
    }

    fn update(&self, rate: f64, step: u64, weight: &mut Tensor, gradient: &Gradient<'_>, slots: &mut [Tensor]) {
        let (beta1, beta2, eps) = (self.beta1.0, self.beta2.0, self.eps.0);
        let adam = update::Adam { rate, beta1, beta2, eps, decay: Decay::Coupled(self.weight_decay.0), step };
        update::adam(weight, gradient, slots, adam);
    }
}
