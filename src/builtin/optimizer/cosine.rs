//! `cosine`: a learning rate that falls along a cosine.

use crate::builtin::{Due, Progress, Rate, Share};

crate::row! {
    /// Half a cosine from the full learning rate to `floor` of it over the phase (Loshchilov & Hutter 2017, section 3,
    /// without restarts), after a linear warm-up.
    pub struct Cosine = "cosine" as Rate(dyn Rate) {
        /// The last factor.
        floor: Share = Share(0.0),
        /// Updates of linear warm-up before.
        warm_up: i64 = 0,
    }
    example "cosine" on []
}

impl Rate for Cosine {
    fn factor(&self, progress: &Progress<'_>) -> f64 {
        let warm_up = self.warm_up.max(0) as u64;
        if progress.step < warm_up {
            return (progress.step + 1) as f64 / warm_up as f64;
        }
        let length = progress.steps.saturating_sub(warm_up).max(1) as f64;
        let part = ((progress.step - warm_up) as f64 / length).min(1.0);
        self.floor.0 + (1.0 - self.floor.0) * 0.5 * (1.0 + (std::f64::consts::PI * part).cos())
    }
    fn due(&self) -> Vec<Due> {
        let warm_up = Some(self.warm_up).filter(|steps| *steps > 0);
        warm_up.map(|steps| Due::Update(steps as u64)).into_iter().collect()
    }
}
