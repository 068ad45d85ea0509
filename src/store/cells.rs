//! The runs of a folder: small ones that end together share a file, others have one each. Owns where each lies, and the one way in
//! which many are put on the disk at once; what a run's file says is `cell`'s.
//!
//! A file a run costs a file system that is shared by many machines three requests to its one server of names, and an entry of a
//! quota: a hundred small runs in one pack cost as much as one.

mod index;
mod mend;

use super::cell::Cell;
use super::names::{CELLS, cell_name, pack_name};
use super::pack;
use super::sealed;
use super::source::Source;
use super::{StoreError, make_below};
use crate::folder::{File, Folder, Stamp, read_at};
use crate::record::Address;
use index::{Found, Pack, Spot};
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Cursor, Read};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

/// Bytes of a run that shares a file with others, and of one that is read at once.
const SMALL: usize = 256 << 10;
const AT_ONCE: u64 = 1 << 20;

/// Bytes of a pack, but for its last run.
const FULL: usize = 32 << 20;

/// Bytes of a pack that is read as a whole, to have of it what can be had.
const WHOLE: u64 = 1 << 30;

#[derive(Debug)]
pub struct Cells {
    folder: Folder,
    /// What lies there, once somebody asked.
    found: Mutex<Option<Found>>,
    /// Packs that were read last.
    open: Mutex<BTreeMap<u32, Arc<File>>>,
}

/// Packs that are open at once.
const OPEN: usize = 64;

/// A pack: its name, its bytes, and what is wrong with its list.
type Listed = (String, u64, Option<&'static str>);

impl Cells {
    /// The runs of a folder of results, if it has any.
    pub fn open(results: &Folder) -> Result<Option<Self>, StoreError> {
        Ok(super::below(results, CELLS)?.map(Self::of))
    }

    /// The same, made if need be.
    pub fn make(results: &Folder) -> Result<Self, StoreError> {
        make_below(results, CELLS).map(Self::of)
    }

    fn of(folder: Folder) -> Self {
        Self { folder, found: Mutex::default(), open: Mutex::default() }
    }

    pub fn folder(&self) -> &Folder {
        &self.folder
    }

    fn refused(&self, name: &str, error: &io::Error) -> StoreError {
        StoreError::refused(&self.folder.path().join(name), error)
    }

    fn damaged(&self, name: &str, why: &str) -> StoreError {
        StoreError::damaged(&self.folder.path().join(name), why)
    }

    /// For messages: the file that a run lies in.
    pub fn path(&self, address: &Address) -> PathBuf {
        let name = match self.with(|found| found.runs.get(address).copied()) {
            Ok(Some(Spot::Packed { pack, .. })) => pack_name(pack),
            Ok(Some(Spot::Alone) | None) | Err(_) => cell_name(address),
        };
        self.folder.path().join(name)
    }

    // ------------------------------------------------------------ looking

    fn with<T>(&self, use_it: impl FnOnce(&mut Found) -> T) -> Result<T, StoreError> {
        let mut found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        let found = match &mut *found {
            Some(found) => found,
            none => none.insert(self.look(&Found::default())?),
        };
        Ok(use_it(found))
    }

    /// What others wrote meanwhile is found, too; a pack that is known is not read again.
    pub fn refresh(&self) -> Result<(), StoreError> {
        let changed = self.folder.changed().map_err(|e| self.refused("", &e))?;
        let before = self.found.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if before.as_ref().is_some_and(|before| before.looked == Some(changed)) {
            return Ok(());
        }
        let look = self.look(&before.unwrap_or_default())?;
        *self.found.lock().unwrap_or_else(PoisonError::into_inner) = Some(look);
        Ok(())
    }

    /// The same of one run that has a file of its own.
    pub fn look_for(&self, address: &Address) -> Result<(), StoreError> {
        if !self.has(address) && self.folder.has_file(cell_name(address)) {
            self.with(|found| _ = found.runs.insert(*address, Spot::Alone))?;
        }
        Ok(())
    }

    /// What was found is looked for again when somebody asks.
    fn forget(&self) {
        *self.found.lock().unwrap_or_else(PoisonError::into_inner) = None;
        self.open.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// A pack to read from; `None` where it is gone by now.
    fn opened(&self, number: u32) -> io::Result<Option<Arc<File>>> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(file) = open.get(&number) {
            return Ok(Some(file.clone()));
        }
        let file = match self.folder.file(pack_name(number)) {
            Ok((file, _)) => Arc::new(file),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        if open.len() >= OPEN {
            open.pop_first();
        }
        open.insert(number, file.clone());
        Ok(Some(file))
    }

    // ------------------------------------------------------------ reading

    /// Whether a run is stored. That it is whole shows when it is read.
    pub fn has(&self, address: &Address) -> bool {
        self.with(|found| found.runs.contains_key(address)).unwrap_or(false)
    }

    pub fn addresses(&self) -> Result<BTreeSet<Address>, StoreError> {
        self.with(|found| found.runs.keys().copied().collect())
    }

    /// A run's file, its header read; `None` where there is none.
    pub fn read(&self, address: &Address) -> Result<Option<Result<Cell<Source>, sealed::Trouble>>, StoreError> {
        let Some(spot) = self.with(|found| found.runs.get(address).copied())? else { return Ok(None) };
        let refused = |e: io::Error| StoreError::refused(&self.path(address), &e);
        let (source, length) = match spot {
            Spot::Packed { length, .. } if length > AT_ONCE => {
                return Ok(Some(Err(sealed::damaged("a run in it is larger than any that shares a file"))));
            }
            Spot::Packed { pack, start, length } => {
                let Some(file) = self.opened(pack).map_err(refused)? else { return Ok(None) };
                let bytes = match read_at(&file, start, length as usize) {
                    Ok(bytes) => bytes,
                    Err(error) => return Ok(Some(Err(error.into()))),
                };
                (Source::Held(Cursor::new(bytes)), length)
            }
            Spot::Alone => match self.folder.file(cell_name(address)) {
                Ok((mut file, length)) if length <= AT_ONCE => {
                    let mut bytes = Vec::with_capacity(length as usize);
                    (&mut file).take(AT_ONCE).read_to_end(&mut bytes).map_err(refused)?;
                    (Source::Held(Cursor::new(bytes)), length)
                }
                Ok((file, length)) => (Source::File(file), length),
                Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
                Err(error) => return Err(refused(error)),
            },
        };
        Ok(Some(Cell::open(source, length)))
    }

    /// A text that changes when the file of a run is written anew; `None` where there is no run.
    pub fn tie(&self, address: &Address) -> Result<Option<String>, StoreError> {
        let spot = self.with(|found| {
            let spot = *found.runs.get(address)?;
            let stamp = match spot {
                Spot::Alone => None,
                Spot::Packed { pack, .. } => Some(found.packs.get(&pack)?.stamp),
            };
            Some((spot, stamp))
        })?;
        let Some((spot, stamp)) = spot else { return Ok(None) };
        let (place, stamp) = match spot {
            Spot::Alone => {
                let name = cell_name(address);
                ("alone".to_string(), self.folder.stamp(&name).map_err(|e| self.refused(&name, &e))?)
            }
            Spot::Packed { pack, start, length } => (format!("{pack} {start} {length}"), stamp),
        };
        let Some(Stamp { length, written }) = stamp else { return Ok(None) };
        let text = format!("{place} {length} {written}");
        Ok(Some(blake3::hash(text.as_bytes()).to_hex()[..16].to_string()))
    }

    /// All packs, by name.
    pub fn packs(&self) -> Result<Vec<Listed>, StoreError> {
        self.with(|found| {
            let pack = |(number, pack): (&u32, &Pack)| (pack_name(*number), pack.stamp.length, pack.fault);
            found.packs.iter().map(pack).collect()
        })
    }

    /// Runs that have a file of their own.
    pub fn alone(&self) -> Result<Vec<Address>, StoreError> {
        let is_alone = |(address, spot): (&Address, &Spot)| matches!(spot, Spot::Alone).then_some(*address);
        self.with(|found| found.runs.iter().filter_map(is_alone).collect())
    }

    // ------------------------------------------------------------ writing

    /// Puts runs on the disk, each whole or not at all: those that are small and come together in one file. When this comes back,
    /// all are there.
    pub fn write(&self, runs: &[(Address, &[u8])]) -> Result<(), StoreError> {
        let (mut small, mut large): (Vec<_>, Vec<_>) =
            runs.iter().copied().partition(|(_, bytes)| bytes.len() <= SMALL);
        if small.len() == 1 {
            large.append(&mut small);
        }
        let taken: BTreeSet<u32> = self.with(|found| found.packs.keys().copied().collect())?;
        let mut groups: Vec<Vec<(Address, &[u8])>> = vec![];
        for run in small {
            match groups.last_mut().filter(|group| group.iter().map(|(_, bytes)| bytes.len()).sum::<usize>() < FULL) {
                Some(group) => group.push(run),
                None => groups.push(vec![run]),
            }
        }
        let alone: Vec<(String, &[u8])> = large.iter().map(|(address, bytes)| (cell_name(address), *bytes)).collect();
        self.folder.write_all(&alone).map_err(|e| self.refused("", &e))?;
        // Behind the last, or where there is room before it, unless another program was faster.
        let last = taken.last().copied().unwrap_or(0);
        let mut numbers = (last.saturating_add(1)..=u32::MAX).chain(1..last).filter(|number| !taken.contains(number));
        for group in &groups {
            let bytes = pack::encode(group);
            let number = self.folder.write_new(&mut numbers, pack_name, &bytes).map_err(|e| self.refused("", &e))?;
            // What they had by themselves before is the same.
            let alone = |found: &mut Found| {
                let is_alone = |(address, _): &&(Address, _)| matches!(found.runs.get(address), Some(Spot::Alone));
                group.iter().filter(is_alone).map(|(address, _)| *address).collect::<Vec<_>>()
            };
            for address in self.with(alone)? {
                let _ = self.folder.remove_file(cell_name(&address));
            }
            let name = pack_name(number);
            let stamp = self.folder.stamp(&name).map_err(|e| self.refused(&name, &e))?.unwrap_or_default();
            self.with(|found| found.add(number, Pack { stamp, runs: pack::entries(group), fault: None }))?;
        }
        self.with(|found| found.runs.extend(large.iter().map(|(address, _)| (*address, Spot::Alone))))
    }
}
