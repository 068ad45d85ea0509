//! Runs that did not come to their end: where each stood, the last two times. Owns these files; what one of them says is
//! `checkpoint`'s.

use super::names::{CHECKPOINTS, ENDING, checkpoint_stem, ended};
use super::{Event, Store, StoreError, below, checkpoint, explain, folders, make_below};
use crate::folder::Folder;
use crate::record::checkpoint::Checkpoint;
use crate::record::{Address, Recipe};
use std::collections::BTreeSet;
use std::path::Path;

/// Checkpoints that stay of a run: where the last one is torn or changed, the one before it is gone on from.
const LAST: usize = 2;

impl Store {
    /// Stores where a run stands, and drops what is older than the one before.
    pub fn save_checkpoint(&self, recipe: &Recipe, watched: &str, taken: &Checkpoint) -> Result<(), StoreError> {
        let folder = make_below(&make_below(&self.folder, CHECKPOINTS)?, &recipe.address().to_string())?;
        folder.sweep();
        let stem = checkpoint_stem(taken.state.steps);
        let path = folder.path().join(ended(&stem));
        let bytes = checkpoint::encode(recipe, watched, taken).map_err(|e| StoreError::damaged(&path, e))?;
        folder.write(ended(&stem), &bytes).map_err(|e| StoreError::refused(&path, &e))?;
        for old in folder.stems(ENDING).unwrap_or_default().iter().rev().skip(LAST) {
            let _ = folder.remove_file(ended(old));
        }
        Ok(())
    }

    /// The last whole checkpoint of a run, and what was to be looked at as it was given to [`Store::save_checkpoint`]. Those that
    /// are not whole are set aside, `told` of each.
    pub fn checkpoint(
        &self,
        recipe: &Recipe,
        told: &mut dyn FnMut(&StoreError, &Path),
    ) -> Result<Option<(String, Checkpoint)>, StoreError> {
        let address = recipe.address();
        let Some(all) = below(&self.folder, CHECKPOINTS)? else { return Ok(None) };
        let Some(folder) = below(&all, &address.to_string())? else { return Ok(None) };
        for stem in folder.stems(ENDING).map_err(|e| StoreError::refused(folder.path(), &e))?.iter().rev() {
            let path = folder.path().join(ended(stem));
            let error = match read_checkpoint(&folder, stem) {
                Ok((of, watched, checkpoint)) if of == *recipe => return Ok(Some((watched, checkpoint))),
                Ok(_) => StoreError::damaged(&path, "it is of another run than its name says"),
                Err(error) if error.is_damage() => error,
                Err(error) => return Err(error),
            };
            let aside = folder.set_aside(ended(stem)).map_err(|e| StoreError::refused(&path, &e))?;
            self.note(&Event::Damaged { address, why: error.to_string() })?;
            told(&error, &aside);
        }
        Ok(None)
    }

    /// Runs that left a checkpoint and are not done.
    pub fn begun(&self) -> BTreeSet<Address> {
        let Ok(Some(all)) = below(&self.folder, CHECKPOINTS) else { return BTreeSet::new() };
        let is_begun = |address: &Address| {
            let files = all.below(address.to_string()).and_then(|of_run| of_run.stems(ENDING));
            files.is_ok_and(|files| !files.is_empty())
        };
        let mut begun: BTreeSet<Address> = addresses(&all).filter(is_begun).collect();
        let over = self.over(&begun);
        begun.retain(|address| !over.contains(address));
        begun
    }

    /// Those of these runs that are stored, and not to be trained anew all the same.
    pub(super) fn over(&self, runs: &BTreeSet<Address>) -> BTreeSet<Address> {
        let mut over: BTreeSet<Address> = runs.iter().copied().filter(|address| self.has(address)).collect();
        if !over.is_empty()
            && let Ok(Some(fresh)) = self.fresh()
        {
            over.retain(|address| fresh.contains(address));
        }
        over
    }

    /// Removes what is left of runs that are done, or are begun anew.
    pub fn drop_checkpoints(&self, of: &dyn Fn(&Address) -> bool) {
        let Ok(Some(all)) = below(&self.folder, CHECKPOINTS) else { return };
        for address in addresses(&all).filter(of) {
            let _ = all.remove_folder(address.to_string());
        }
    }

    /// For whoever is alone in the folder: removes what killed commands left in the making, and the checkpoints of what is done.
    pub(super) fn sweep_checkpoints(&self) -> Result<(), StoreError> {
        let Some(all) = below(&self.folder, CHECKPOINTS)? else { return Ok(()) };
        let over = self.over(&addresses(&all).collect());
        self.drop_checkpoints(&|address| over.contains(address));
        folders(&all).iter().filter_map(|name| all.below(name).ok()).for_each(|of_run| of_run.sweep());
        Ok(())
    }
}

/// The runs that have a folder of their own in this one.
fn addresses(all: &Folder) -> impl Iterator<Item = Address> {
    folders(all).into_iter().filter_map(|name| name.parse().ok())
}

/// The recipe, what was to be looked at, and the checkpoint.
pub(super) fn read_checkpoint(folder: &Folder, stem: &str) -> Result<(Recipe, String, Checkpoint), StoreError> {
    let path = folder.path().join(ended(stem));
    let (file, length) = folder.file(ended(stem)).map_err(|e| StoreError::refused(&path, &e))?;
    checkpoint::decode(file, length).map_err(|trouble| explain(&path, trouble))
}
