//! `milestones`: a learning rate that falls at given epochs.

use crate::builtin::{Count, Due, Positive, Progress, Rate};

crate::row! {
    /// The learning rate is multiplied by `factor` at each of these epochs, as in `torch.optim.lr_scheduler.MultiStepLR`.
    pub struct Milestones = "milestones" as Rate(dyn Rate) {
        /// Epochs after which it falls.
        at: Vec<Count>,
        /// What the rate is multiplied by.
        factor: Positive = Positive(0.1),
    }
    example "milestones([80, 160])" on []
}

impl Rate for Milestones {
    fn factor(&self, progress: &Progress<'_>) -> f64 {
        // Epochs are counted in samples, so a whole one may fall short by a rounding.
        let passed = self.at.iter().filter(|at| progress.epoch + 1e-9 >= at.0 as f64).count();
        self.factor.0.powi(passed as i32)
    }

    fn due(&self) -> Vec<Due> {
        self.at.iter().map(|at| Due::Epoch(at.0 as u64)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_falls_where_pytorch_does() {
        // MultiStepLR by its definition: gamma to the number of milestones passed.
        let rate = Milestones { at: vec![Count(2), Count(3)], factor: Positive(0.5) };
        let at = |epoch: f64| rate.factor(&Progress { step: 0, steps: 1, epoch, stalls: &[] });
        assert_eq!([0.0, 1.0, 1.99, 2.0, 3.0, 4.5].map(at), [1.0, 1.0, 1.0, 0.5, 0.25, 0.25]);
    }
}
