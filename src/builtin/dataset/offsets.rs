//! `offsets`: rows at which groups begin, in the place of a name a sample.

use super::{Preparation, Transform};
use crate::row;

row! {
    /// Rows at which groups begin, where a file has these in the place of a name a sample: `npz("video_offsets") |> offsets`.
    ///
    /// `[0, 13, 38, 52]` are three groups of 52 samples: the rows 0 to 12, 13 to 37 and 38 to 51. Offsets begin at 0, never fall, and
    /// end with the number of samples. Groups are numbered from 0; where each split has an array of its own, `key("train")`,
    /// they are called `train/0`, `train/1` and so on, so that no group is in two splits.
    pub struct Offsets = "offsets" as Transform(dyn Preparation) {}
    example "offsets" on []
}

impl Preparation for Offsets {
    fn transform(&self) -> Transform<'_> {
        Transform::Offsets
    }
}
