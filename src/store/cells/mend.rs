//! Damaged runs moved out of the way, and packs made anew of the runs that can be had of them. Owns what is written where; what is
//! whole stays as it is.

use super::index::Spot;
use super::{Cells, WHOLE};
use crate::folder::ASIDE;
use crate::record::Address;
use crate::store::StoreError;
use crate::store::names::{aside_name, cell_name, pack_name};
use crate::store::pack::{self, Entry};
use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};

impl Cells {
    /// Moves a run out of the way; the path it has now.
    pub fn set_aside(&self, address: &Address) -> Result<PathBuf, StoreError> {
        let spot = self.with(|found| found.runs.get(address).copied())?;
        let aside = match spot {
            Some(Spot::Packed { pack, start, length }) => {
                let at = |bytes: &[u8]| {
                    let end = (start as usize).saturating_add(length as usize).min(bytes.len());
                    bytes.get(start as usize..end).unwrap_or_default().to_vec()
                };
                self.rewrite(pack, address, &at)
            }
            Some(Spot::Alone) | None => self.folder.set_aside(cell_name(address)),
        };
        self.forget();
        aside.map_err(|e| StoreError::refused(&self.path(address), &e))
    }

    /// Writes a pack without one of its runs, whose bytes are put beside it.
    fn rewrite(&self, number: u32, without: &Address, of: &dyn Fn(&[u8]) -> Vec<u8>) -> io::Result<PathBuf> {
        let name = pack_name(number);
        let bytes = self.folder.read(&name, WHOLE)?.unwrap_or_default();
        let aside = aside_name(without);
        self.folder.write(&aside, &of(&bytes))?;
        let entries = self.with(|found| found.packs.get(&number).map(|pack| pack.runs.clone()));
        let entries = entries.ok().flatten().unwrap_or_default();
        let rest = entries.iter().filter(|entry| entry.address != *without).filter_map(|entry| part(&bytes, entry));
        let rest: Vec<(Address, &[u8])> = rest.collect();
        match rest.is_empty() {
            true => self.folder.remove_file(&name)?,
            // Others may know where runs lie in this one.
            false => {
                let taken = self.with(|found| found.packs.keys().copied().collect::<BTreeSet<u32>>());
                let taken = taken.unwrap_or_default();
                let mut numbers = (1..=u32::MAX).filter(|number| !taken.contains(number));
                self.folder.write_new(&mut numbers, pack_name, &pack::encode(&rest))?;
                self.folder.remove_file(&name)?;
            }
        }
        Ok(self.folder.path().join(aside))
    }

    /// For whoever is alone in the folder: packs whose lists are damaged are set aside and made anew of the runs that can be had of
    /// them, `told` of each and of where it is now; packs of which nothing counts any more are removed.
    pub fn mend(&self, told: &mut dyn FnMut(&StoreError, &Path)) -> Result<(), StoreError> {
        let broken = self.with(|found| {
            let broken =
                found.packs.iter().filter_map(|(number, pack)| Some((*number, pack.fault?, pack.runs.clone())));
            broken.collect::<Vec<_>>()
        })?;
        for (number, why, runs) in &broken {
            let name = pack_name(*number);
            let refused = |e: io::Error| self.refused(&name, &e);
            if runs.is_empty() {
                let aside = self.folder.set_aside(&name).map_err(refused)?;
                told(&self.damaged(&name, why), &aside);
                continue;
            }
            let bytes = self.folder.read(&name, WHOLE).map_err(refused)?.unwrap_or_default();
            let aside = format!("{name}.{ASIDE}");
            self.folder.write(&aside, &bytes).map_err(refused)?;
            let rest: Vec<(Address, &[u8])> = runs.iter().filter_map(|entry| part(&bytes, entry)).collect();
            match rest.is_empty() {
                true => self.folder.remove_file(&name).map_err(refused)?,
                false => self.folder.write(&name, &pack::encode(&rest)).map_err(refused)?,
            }
            told(&self.damaged(&name, why), &self.folder.path().join(&aside));
        }
        if !broken.is_empty() {
            self.forget();
        }
        let idle = self.with(|found| found.idle())?;
        for number in &idle {
            let _ = self.folder.remove_file(pack_name(*number));
        }
        self.with(|found| found.packs.retain(|number, _| !idle.contains(number)))
    }
}

fn part<'b>(bytes: &'b [u8], entry: &Entry) -> Option<(Address, &'b [u8])> {
    let start = usize::try_from(entry.start).ok()?;
    let end = start.checked_add(usize::try_from(entry.length).ok()?)?;
    Some((entry.address, bytes.get(start..end)?))
}
