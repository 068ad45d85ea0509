//! `annotations`: events of videos in the JSON file of the ActivityNet benchmark.

use super::{
    Contents, EventForm, EventOrigin, FileFormat, FileOrigin, Generator, Origin, RowsOf, Selection, Source, no_events,
};
use crate::builtin::{NonNegative, Positive, ShapeError, TargetKind};
use crate::row;

const FORMAT: FileFormat = FileFormat { word: "json", extensions: &["json"], contents: Contents::NamedArrays };

row! {
    /// True events of videos, as the ActivityNet benchmark and THUMOS14 in its format have them: `{"database": {VIDEO: {"subset":
    /// …, "annotations": [{"label": …, "segment": [start, end]}]}}}`, seconds as numbers or texts.
    ///
    /// Fills a target of `events`, or of `multi`: which classes a video has. Classes are the labels of the file, sorted, unless
    /// `labels` lists them.
    ///
    /// Events are found at points between the first and the last step of a video, so `events` needs to know how many seconds the
    /// steps span: the rows of its feature file (`features: "rgb/{name}.npy"`) times `stride / fps`; without one, the `duration`
    /// that the file has, or the one that is said here. The defaults are those of BaS-Net's features (a step each 16 frames of 25 a
    /// second).
    pub struct Annotations = "annotations" as Source(dyn Source) {
        /// The JSON file.
        file: String,
        /// Videos of this subset, in the order of the file; may hold `{split}`. Without it, all of them.
        subset: Option<String> = None,
        /// Labels in the order of the classes.
        labels: Vec<String> = vec![],
        /// An `.npy` file a video, `{name}` in the place of its name: its first axis says how many steps the video has.
        features: Option<String> = None,
        /// Frames between two steps of the features.
        stride: Positive = Positive(16.0),
        /// Frames a second.
        fps: Positive = Positive(25.0),
        /// Seconds of every video whose length nothing else says; 0 where that is an error.
        duration: NonNegative = NonNegative(0.0),
    }
    example "annotations(\"gt.json\", subset: \"{split}\")" on []
}

impl Source for Annotations {
    fn origin(&self) -> Origin<'_> {
        let file = FileOrigin {
            file: Some(&self.file),
            format: &FORMAT,
            selection: Selection::of(self.subset.as_deref()),
            rows: RowsOf::Order,
        };
        let form = EventForm::Annotations {
            labels: &self.labels,
            features: self.features.as_deref(),
            step: self.stride.0 / self.fps.0,
            duration: Some(self.duration.0).filter(|seconds| *seconds > 0.0),
        };
        Origin::Events(EventOrigin { file, form })
    }

    fn check(&self, _: &[usize], _: Option<&dyn Generator>) -> Result<(), ShapeError> {
        Err(no_events("annotations"))
    }

    fn check_target(&self, target: &TargetKind, _: Option<&dyn Generator>) -> Result<(), ShapeError> {
        super::holds_events("annotations", target)?;
        let classes = match target {
            TargetKind::Multi { classes } | TargetKind::Events { classes, .. } => *classes,
            TargetKind::Class { .. } | TargetKind::Real { .. } => 0,
        };
        if !self.labels.is_empty() && self.labels.len() != classes {
            return Err(ShapeError::of_declaration(format!(
                "`annotations` lists {} labels, the target is declared `{target}`",
                self.labels.len()
            )));
        }
        Ok(())
    }
}
