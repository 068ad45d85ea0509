//! A run that is stored: its header is read, its numbers when they are asked for. Owns nothing on the disk.

use super::cell::{Cell, Wanted};
use super::source::Source;
use super::{Store, StoreError, explain};
use crate::record::{Address, Artifacts, Recipe, RunRecord};
use std::path::PathBuf;

/// A run as it was stored: its header is read, its numbers are read when they are asked for.
#[derive(Debug)]
pub struct Stored {
    path: PathBuf,
    cell: Cell<Source>,
}

impl Stored {
    pub fn address(&self) -> Address {
        self.recipe().address()
    }

    pub fn recipe(&self) -> &Recipe {
        &self.cell.note.recipe
    }

    /// The record, as the run ended.
    pub fn record(&self) -> &RunRecord {
        &self.cell.note.record
    }

    /// What was looked at, as it was given to [`Store::save`].
    pub fn watched(&self) -> &str {
        &self.cell.note.watched
    }

    /// What the run came to, as one hash: the same for equal runs, however long they took and wherever they lie.
    pub fn digest(&mut self) -> Result<String, StoreError> {
        self.cell.digest().map_err(|trouble| explain(&self.path, trouble))
    }

    /// What the run left, as far as it is wanted: only that is read, and its check sums compared.
    pub fn artifacts(&mut self, wanted: Wanted) -> Result<Artifacts, StoreError> {
        self.cell.artifacts(wanted).map_err(|trouble| explain(&self.path, trouble))
    }
}

impl Store {
    /// A run that is stored.
    pub fn stored(&self, address: &Address) -> Result<Stored, StoreError> {
        let found = self.cells.as_ref().map_or(Ok(None), |cells| cells.read(address))?;
        let path = self.path(address);
        let cell = found.ok_or_else(|| StoreError::missing(&path, "stored run"))?;
        let cell = cell.map_err(|trouble| explain(&path, trouble))?;
        if cell.note.recipe.address() != *address {
            return Err(StoreError::damaged(&path, "it holds another run than its name says"));
        }
        Ok(Stored { path, cell })
    }

    /// The record of a run, as it ended.
    pub fn record(&self, address: &Address) -> Result<RunRecord, StoreError> {
        self.stored(address).map(|stored| stored.record().clone())
    }

    /// What a run left, see [`Stored::artifacts`].
    pub fn artifacts(&self, address: &Address, wanted: Wanted) -> Result<Artifacts, StoreError> {
        self.stored(address)?.artifacts(wanted)
    }
}
