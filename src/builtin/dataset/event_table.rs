//! `event_table`: events of all samples as rows of one array.

use super::{EventForm, EventOrigin, FileOrigin, Generator, Origin, RowsOf, Selection, Source, no_events, npz};
use crate::builtin::{Positive, ShapeError, TargetKind};
use crate::row;

row! {
    /// An array of a NumPy archive with a row an event: sample (counted from 0), class, start and end in seconds.
    ///
    /// Fills a target of `events`, or of `multi`: which classes a sample has. Names may hold `{split}`, as those of `npz`; samples
    /// are then counted within the split.
    pub struct EventTable = "event_table" as Source(dyn Source) {
        /// Name of the array, `[events, 4]`.
        array: String,
        /// Seconds that a sample spans, padding included: its steps times the seconds of one.
        duration: Positive,
        /// Another archive under the dataset's root.
        file: Option<String> = None,
    }
    example "event_table(\"{split}_events\", duration: 26.5)" on []
}

impl Source for EventTable {
    fn origin(&self) -> Origin<'_> {
        let selection = Selection::Array(&self.array);
        let file = FileOrigin { file: self.file.as_deref(), format: &npz::FORMAT, selection, rows: RowsOf::Order };
        Origin::Events(EventOrigin { file, form: EventForm::Table { duration: self.duration.0 } })
    }

    fn check(&self, _: &[usize], _: Option<&dyn Generator>) -> Result<(), ShapeError> {
        Err(no_events("event_table"))
    }

    fn check_target(&self, target: &TargetKind, _: Option<&dyn Generator>) -> Result<(), ShapeError> {
        super::holds_events("event_table", target)
    }
}
