//! Which runs lie in a folder, and where. Owns one look at it; what is found stays known until somebody else may have changed it.

use super::{Cells, WHOLE};
use crate::folder::{Kind, Stamp, read_at};
use crate::record::Address;
use crate::store::StoreError;
use crate::store::cell::Cell;
use crate::store::names::{ENDING, PACK, pack_name};
use crate::store::pack::{self, Entry, Trouble};
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Cursor};

/// What lies in the folder.
#[derive(Clone, Debug, Default)]
pub(super) struct Found {
    /// When the folder had changed last as it was looked at; nothing where it was written to since.
    pub looked: Option<u128>,
    pub runs: BTreeMap<Address, Spot>,
    pub packs: BTreeMap<u32, Pack>,
}

/// Where a run lies.
#[derive(Clone, Copy, Debug)]
pub(super) enum Spot {
    Alone,
    Packed { pack: u32, start: u64, length: u64 },
}

#[derive(Clone, Debug)]
pub(super) struct Pack {
    pub stamp: Stamp,
    pub runs: Vec<Entry>,
    /// Why its list could not be read. Its runs are then those that were recovered.
    pub fault: Option<&'static str>,
}

impl Found {
    pub fn add(&mut self, number: u32, pack: Pack) {
        let spot = |entry: &Entry| Spot::Packed { pack: number, start: entry.start, length: entry.length };
        self.runs.extend(pack.runs.iter().map(|entry| (entry.address, spot(entry))));
        self.packs.insert(number, pack);
    }

    /// Packs all of whose runs lie elsewhere, too, where they count.
    pub fn idle(&self) -> BTreeSet<u32> {
        let used: BTreeSet<u32> = self.runs.values().filter_map(Spot::pack).collect();
        self.packs.keys().copied().filter(|number| !used.contains(number)).collect()
    }
}

impl Spot {
    fn pack(&self) -> Option<u32> {
        match self {
            Spot::Alone => None,
            Spot::Packed { pack, .. } => Some(*pack),
        }
    }
}

impl Cells {
    /// One look at the folder, and at the list of each pack. Of a run that lies in several places the one by itself counts, then
    /// the one in the last pack: equal runs are equal, whichever is read.
    pub(super) fn look(&self, before: &Found) -> Result<Found, StoreError> {
        let looked = self.folder.changed().map_err(|e| self.refused("", &e))?;
        let mut found = Found { looked: Some(looked), ..Found::default() };
        let mut alone = vec![];
        for entry in self.folder.list().map_err(|e| self.refused("", &e))?.into_iter().filter(|e| e.kind == Kind::File)
        {
            let Some((stem, ending)) = entry.name.to_str().and_then(|name| name.rsplit_once('.')) else { continue };
            match ending {
                ENDING => alone.extend(stem.parse::<Address>().ok()),
                PACK => {
                    let Ok(number) = stem.parse() else { continue };
                    let known = before.packs.get(&number).cloned();
                    let pack = known.map_or_else(|| self.pack(number), |known| Ok(Some(known)))?;
                    found.packs.extend(pack.map(|pack| (number, pack)));
                }
                _ => {}
            }
        }
        for (number, pack) in &found.packs {
            let spot = |entry: &Entry| Spot::Packed { pack: *number, start: entry.start, length: entry.length };
            found.runs.extend(pack.runs.iter().map(|entry| (entry.address, spot(entry))));
        }
        found.runs.extend(alone.into_iter().map(|address| (address, Spot::Alone)));
        Ok(found)
    }

    /// A pack and its list; `None` where it is gone by now.
    fn pack(&self, number: u32) -> Result<Option<Pack>, StoreError> {
        let name = pack_name(number);
        let refused = |e: io::Error| self.refused(&name, &e);
        let Some(stamp) = self.folder.stamp(&name).map_err(refused)? else { return Ok(None) };
        let (file, length) = match self.folder.file(&name) {
            Ok(opened) => opened,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) if error.kind() == io::ErrorKind::InvalidData => {
                return Ok(Some(Pack { stamp, runs: vec![], fault: Some("it has holes in the place of runs") }));
            }
            Err(error) => return Err(refused(error)),
        };
        let mut read = |start, length| read_at(&file, start, length);
        let (runs, fault) = match pack::list(length, &mut read).map_err(refused)? {
            Ok(runs) => (runs, None),
            Err(Trouble::Newer(format)) => {
                let path = self.folder.path().join(&name);
                return Err(StoreError::newer(&path, format as u32, pack::FORMAT as u32));
            }
            Err(Trouble::Damaged(why)) => {
                let bytes = read_at(&file, 0, length.min(WHOLE) as usize).map_err(refused)?;
                (pack::recover(&bytes, &whole), Some(why))
            }
        };
        Ok(Some(Pack { stamp, runs, fault }))
    }
}

/// The address of a run whose header is whole.
fn whole(bytes: &[u8]) -> Option<Address> {
    let cell = Cell::open(Cursor::new(bytes), bytes.len() as u64).ok()?;
    Some(cell.note.recipe.address())
}
