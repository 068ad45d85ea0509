//! `plateau`: a learning rate that falls when learning stalls.

use crate::builtin::{Count, Due, Positive, Progress, Rate};

/// Least relative progress that counts: PyTorch's default.
const THRESHOLD: f64 = 1e-4;

crate::row! {
    /// The learning rate is multiplied by `factor` when the loss has not got better, by a ten-thousandth at least, for more than
    /// `patience` epochs; as `torch.optim.lr_scheduler.ReduceLROnPlateau`.
    pub struct Plateau = "plateau" as Rate(dyn Rate) {
        /// Epochs without progress that are borne.
        patience: Count = Count(10),
        /// What the rate is multiplied by.
        factor: Positive = Positive(0.1),
    }
    example "plateau(5)" on []
}

impl Rate for Plateau {
    fn factor(&self, progress: &Progress<'_>) -> f64 {
        let (mut factor, mut best, mut stalled) = (1.0, f64::INFINITY, 0);
        for &loss in progress.losses {
            if loss < best * (1.0 - THRESHOLD) {
                (best, stalled) = (loss, 0);
            } else {
                stalled += 1;
            }
            if stalled > self.patience.0 {
                factor *= self.factor.0;
                stalled = 0;
            }
        }
        factor
    }

    fn due(&self) -> Vec<Due> {
        vec![Due::Epoch(self.patience.0 as u64)]
    }

    fn needs_losses(&self) -> bool {
        true
    }
}
