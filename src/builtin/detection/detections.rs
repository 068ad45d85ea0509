//! `detections`: the beginning of a chain that finds events.

use super::{DetectionStep, Found, Shape, Stage, takes};
use crate::builtin::ShapeError;

crate::row! {
    /// Class activation sequences that events are looked for in: `detections(cas, scores)` names an output `[T, classes]` and,
    /// where there is one, an output `[classes]` that says which classes a sample has.
    ///
    /// It begins a `detect` statement of a pipeline; every following step is a word of its own, joined by `|>`. With the defaults,
    /// `detections(cas, scores) |> min_max |> class_threshold |> upsample |> proposals |> contrast |> nms` is what Lee, Uh & Byun
    /// 2020 (BaS-Net, `test.py`) do. Points in time are turned into seconds by the durations that a target of `events` has.
    pub struct Detections = "detections" as Detection(dyn DetectionStep) {
        /// The last class is background and is left out.
        background: bool = true,
    }
    example "detections" on [[8, 4], [4]]
}

impl DetectionStep for Detections {
    fn check(&self, before: Shape) -> Result<Shape, ShapeError> {
        takes("detections", Stage::Outputs, before)?;
        if self.background && before.classes < 2 {
            return Err(ShapeError::new("`detections` of one class has nothing left without its background")
                .help("write `background: false`"));
        }
        Ok(Shape { stage: Stage::Sequences, classes: before.classes - usize::from(self.background), ..before })
    }

    fn apply(&self, mut found: Found) -> Found {
        if self.background {
            found.tracks.pop();
        }
        found
    }
}
