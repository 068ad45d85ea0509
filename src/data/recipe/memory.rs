//! What of a recipe's samples is kept in memory, and how much that takes.

use super::{Draws, Recipe};
use crate::data::error::DataError;
use crate::data::segment::Segment;
use crate::data::table::Table;
use crate::id::SampleId;
use std::sync::Arc;

/// Bytes of memory that an array takes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Needs {
    /// As long as the dataset is used.
    pub lasting: u64,
    /// While it is read, beside that.
    pub passing: u64,
}

/// Is shown all samples as they are in the end.
pub type See<'f> = dyn FnMut(&Table) -> Result<(), DataError> + 'f;

impl Recipe {
    /// Bytes of all samples once they are prepared.
    fn bytes(&self) -> u64 {
        let width = self.declared.iter().fold(4u64, |bytes, n| bytes.saturating_mul(*n as u64));
        width.saturating_mul(self.samples() as u64)
    }

    /// Bytes of memory that finishing it takes, where at most so many are kept of its samples.
    pub fn needs(&self, limit: u64) -> Needs {
        let all = !self.is_random() && self.bytes() <= limit;
        let (held, unpacked) = self
            .segments
            .iter()
            .map(|segment| segment.needs(limit))
            .fold((0u64, 0u64), |sum, segment| (sum.0.saturating_add(segment.0), sum.1.saturating_add(segment.1)));
        match (all, self.is_random()) {
            (true, _) => Needs { lasting: self.bytes(), passing: held },
            (false, true) => Needs { lasting: held.saturating_add(unpacked), passing: 0 },
            (false, false) => Needs { lasting: limit.min(self.bytes()).saturating_add(unpacked), passing: held },
        }
    }

    /// Bytes that it takes once all samples are prepared as far as they are to be so far: in 64 bits, or as they are read.
    pub fn needs_shared(&self, limit: u64) -> u64 {
        let held = self.segments.iter().map(|segment| segment.needs(limit).0).fold(0, u64::saturating_add);
        held.max(self.bytes().saturating_mul(2))
    }

    /// Prepares all samples now, where they take at most `limit` bytes then, for what is learned of them next.
    ///
    /// What is drawn anew in every step is read now and prepared later.
    pub fn prepare_within(&mut self, limit: u64) -> Result<(), DataError> {
        self.load_within(limit)?;
        let held = self.steps.is_empty() && matches!(self.segments.as_slice(), [Segment::InMemory(_)]);
        if held || self.is_random() || self.bytes().saturating_mul(2) > limit {
            return Ok(());
        }
        let (rounded, marked) = (self.is_rounded(), self.is_marked());
        let mut whole: Option<Table> = None;
        self.read_marked(&self.ids(), Draws::Even, &mut |table| {
            match &mut whole {
                Some(whole) => whole.append(table),
                None => whole = Some(table),
            }
            Ok(())
        })?;
        if let Some(table) = whole {
            self.segments = vec![Segment::InMemory(Arc::new(table))];
            self.steps.clear();
            (self.was_rounded, self.was_marked) = (rounded, marked);
        }
        Ok(())
    }

    /// Reads into memory what takes at most `limit` bytes there.
    fn load_within(&mut self, limit: u64) -> Result<(), DataError> {
        if self.is_random() {
            return self.segments.iter_mut().try_for_each(|segment| segment.load_files_within(limit));
        }
        self.segments.iter_mut().try_for_each(|segment| segment.load_within(limit))
    }

    /// Values of the first samples, as many as `limit` bytes hold, and this recipe for the others. Every sample is read
    /// and given to `see` once.
    pub fn finish(mut self, limit: u64, see: &mut See<'_>) -> Result<(Vec<f32>, Option<Self>), DataError> {
        self.load_within(limit)?;
        if let ([Segment::InMemory(table)], true) =
            (self.segments.as_slice(), self.steps.is_empty() && !self.is_marked())
        {
            see(table)?;
            let table = table.clone();
            drop(self);
            return Ok((Arc::unwrap_or_clone(table).values.single(), None));
        }
        let all = !self.is_random() && self.bytes() <= limit;
        if !all {
            self.segments.iter_mut().try_for_each(Segment::load_sequential)?;
        }
        let width = self.declared.iter().product::<usize>().max(1);
        let most = match (all, self.is_random()) {
            (true, _) => usize::MAX,
            (false, true) => 0,
            (false, false) => usize::try_from(limit / 4).unwrap_or(usize::MAX) / width * width,
        };
        let mut kept: Vec<f32> = Vec::new();
        self.read(&self.ids(), Draws::Even, &mut |table| {
            see(&table)?;
            let room = most.saturating_sub(kept.len());
            kept.extend(table.values.iter().take(room).map(|value| value as f32));
            Ok(())
        })?;
        Ok((kept, (!all).then_some(self)))
    }

    fn ids(&self) -> Vec<SampleId> {
        SampleId::of(0..self.samples()).collect()
    }
}
