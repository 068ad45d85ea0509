//! What the runs of a manifest came to: their records, and one hash of all. Owns the hash that a person is told.

use super::Gathering;
use crate::cli::snapshot;
use crate::experiment;
use crate::record::manifest::Listed;
use crate::record::{RunRecord, Turn};
use crate::report::count as plural;
use crate::store::{RecordLine, Store};
use std::collections::BTreeSet;

/// What the run of a record came to.
pub(super) fn came_to(line: &RecordLine) -> &str {
    if line.record.failure.is_none() { &line.digest } else { FAILED }
}

/// Instead of a digest.
pub const FAILED: &str = "failed";

/// What all runs together came to: a hash of every arm, seed and repeat, the address of its run and what that came to. `None` where
/// one is not done, or there is none.
pub fn hash<'r>(runs: impl Iterator<Item = (&'r Listed<'r>, Option<&'r str>)>) -> Option<String> {
    let mut hasher = blake3::Hasher::new();
    let mut any = false;
    for (run, came_to) in runs {
        let Listed { arm, turn: Turn { seed, part, repeat }, address, .. } = run;
        let arm: Vec<String> = arm.arm.0.iter().map(|(axis, value)| format!("{axis:?} {value:?}")).collect();
        let part = part.map_or(String::new(), |part| format!(" {part}"));
        hasher.update(format!("{} {seed} {repeat}{part} {address} {}\n", arm.join(" "), came_to?).as_bytes());
        any = true;
    }
    any.then(|| hasher.finalize().to_hex().to_string())
}

/// What the runs of a manifest came to.
pub struct Gathered {
    /// One a run that is done or whose last try failed, by seed and repeat.
    pub lines: Vec<RecordLine>,
    /// Runs that are done, of all; equal ones are one.
    pub done: usize,
    pub of: usize,
    /// Records that are of other runs, and were left out.
    pub strangers: usize,
    /// What all runs together came to, where each is done or has failed: of every arm, seed and repeat, the address and what its run
    /// came to.
    pub hash: Option<String>,
}

impl Gathered {
    /// Of a folder, with what its stored text asks for.
    pub fn of(store: &Store) -> Result<Self, String> {
        let mut gathering = Gathering::of(store)?;
        if !gathering.is_whole() {
            let (_, experiment) = snapshot::experiment(store)?;
            gathering.measure(&experiment, &experiment::cells(&experiment), &BTreeSet::new())?;
        }
        gathering.gathered()
    }

    pub fn into_records(self) -> Vec<RunRecord> {
        self.lines.into_iter().map(|line| line.record).collect()
    }

    /// "0 of 8 runs of these settings are done; 8 records of other settings are left out".
    pub fn said(&self) -> String {
        let verb = if self.of == 1 { "is" } else { "are" };
        let others = match self.strangers {
            0 => String::new(),
            others => format!("; {} of other settings left out", plural(others, "record")),
        };
        format!("{} of {} of these settings {verb} done{others}", self.done, plural(self.of, "run"))
    }
}
