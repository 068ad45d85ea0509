//! `plateau`: a learning rate that falls when learning stalls.

use crate::builtin::{Count, Due, Positive, Progress, Rate, Stall};

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
        let own = Stall::new(self.patience.0, self.factor.0);
        progress.stalls.iter().find(|stall| stall.is_of(&own)).map_or(1.0, |stall| stall.factor)
    }

    fn due(&self) -> Vec<Due> {
        vec![Due::Epoch(self.patience.0 as u64)]
    }

    fn stall(&self) -> Option<Stall> {
        Some(Stall::new(self.patience.0, self.factor.0))
    }
}
