//! `step`: a learning rate that falls in steps.

use crate::builtin::{Count, Due, Positive, Progress, Rate};

crate::row! {
    /// The learning rate is multiplied by `factor` every so many epochs, as in `torch.optim.lr_scheduler.StepLR`.
    pub struct Step = "step" as Rate(dyn Rate) {
        /// Epochs between two steps.
        every: Count,
        /// What the rate is multiplied by.
        factor: Positive = Positive(0.1),
    }
    example "step(10)" on []
}

impl Rate for Step {
    fn factor(&self, progress: &Progress<'_>) -> f64 {
        // Epochs are counted in samples, so a whole one may fall short by a rounding.
        let steps = (progress.epoch / self.every.0 as f64 + 1e-9).floor();
        self.factor.0.powf(steps)
    }

    fn due(&self) -> Vec<Due> {
        vec![Due::Epoch(self.every.0 as u64)]
    }
}
