//! `warm_up`: a learning rate that begins small.

use crate::builtin::{Count, Due, Progress, Rate};

crate::row! {
    /// The learning rate rises linearly over the first updates and stays.
    pub struct WarmUp = "warm_up" as Rate(dyn Rate) {
        /// Updates until it is whole.
        steps: Count,
    }
    example "warm_up(100)" on []
}

impl Rate for WarmUp {
    fn factor(&self, progress: &Progress<'_>) -> f64 {
        ((progress.step + 1) as f64 / self.steps.0 as f64).min(1.0)
    }

    fn due(&self) -> Vec<Due> {
        vec![Due::Update(self.steps.0 as u64)]
    }
}
