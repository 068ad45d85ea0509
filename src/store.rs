//! Results on disk: a folder an experiment, a file a run or for several small ones. Owns the folder and its files; knows no networks,
//! and trains and measures nothing.
//!
//! ```text
//! runs/table_2/manifest.ron               the experiment as it was last run: its grid, tables, the address of every run
//!              cells/ADDRESS.safetensors  a run: its record, recipe, predictions and weights
//!                    NUMBER.pack      small runs that ended together: their files, and a list of them
//!              checkpoints/ADDRESS/STEPS.safetensors  a run that was stopped: the last two places it can go on from
//!              workers/NONCE          who works here now, written over at every beat
//!              claims/ADDRESS         who trains a run now: one more name of that file
//!              events.jsonl               what happened: a line a run, done or failed
//!              events/NONCE.jsonl         the same by those who joined others, until somebody is alone again
//!              inputs/                arrays that a Python program had in memory, as files
//!              slurm/                 what was submitted to a batch system, and its logs
//!              records.jsonl              what was measured last, a line a run: follows from the cells
//!              text/NAME-HASH.mhm         the texts it was checked from
//! ```
//!
//! Whatever is written takes its name when it is whole and on the disk, and is sealed: a changed byte is found when it is read.
//! Runs are named by what decides them.

mod audit;
mod begun;
mod cell;
mod cells;
mod checkpoint;
mod claims;
mod commit;
mod error;
mod event;
mod foreign;
mod journal;
mod line;
mod manifest;
mod names;
mod pack;
mod sealed;
mod source;
mod stored;
mod texts;

pub use audit::{Audit, Look, SUMS_LIMIT};
pub use cell::Wanted;
pub use claims::{Claimed, Claims, Doing, IsGone, Owner, Role, Underway, Worker};
pub use commit::{Committer, Finished, Keep};
pub use error::{StoreError, StoreErrorKind};
pub use event::{Brief, Event};
pub use journal::RecordLine;
pub use names::SUMS;
pub use stored::Stored;
pub use texts::hash_of;

use crate::folder::{Folder, Kind};
use crate::record::Address;
use crate::record::manifest::Manifest;
use cells::Cells;
use manifest::read_manifest;
use names::{CELLS, EVENTS, JOBS, MANIFEST, REPORT, TEXTS, cell_name};
use sealed::Trouble;
use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Of a folder's manifest; a larger number is refused. Format 2 lists addresses one by one, and is read.
pub const FORMAT: u32 = 3;

/// Bytes that a manifest may have, and a line of a file of lines.
const MANIFEST_LIMIT: u64 = 256 << 20;
const LINE: u64 = 256 << 20;

/// The results of one experiment.
#[derive(Clone, Debug)]
pub struct Store {
    folder: Folder,
    /// The runs, if there are any.
    cells: Option<Arc<Cells>>,
    manifest: Manifest,
    log: Log,
}

/// Where a program writes what happened.
#[derive(Clone, Debug, Default)]
struct Log {
    /// Of those who are not the folder's keeper: the name of their own.
    own: Option<String>,
    /// Of workers of a batch system: what they were submitted with, and the task that they are.
    submission: u32,
    job: String,
}

impl Log {
    fn of(claims: &Claims, role: Role) -> Self {
        Self { own: (role == Role::Guest).then(|| claims.nonce()), ..Self::default() }
    }
}

/// Whether a folder has results in it.
pub fn is_folder_of_runs(folder: &Folder) -> bool {
    folder.has_file(MANIFEST)
}

impl Store {
    /// The results in this folder, which is no link.
    pub fn open(folder: &Path) -> Result<Self, StoreError> {
        Self::of(Folder::open_plain(folder).map_err(|e| StoreError::unread(folder, "folder of runs", &e))?)
    }

    fn of(folder: Folder) -> Result<Self, StoreError> {
        let path = folder.path().join(MANIFEST);
        let bytes = folder.read(MANIFEST, MANIFEST_LIMIT).map_err(|e| StoreError::refused(&path, &e))?;
        let bytes = bytes.ok_or_else(|| StoreError::missing(folder.path(), "folder of runs"))?;
        let manifest = read_manifest(&bytes, &path)?;
        Ok(Self { cells: Cells::open(&folder)?.map(Arc::new), folder, manifest, log: Log::default() })
    }

    /// The results that a worker of this submission adds to. What is there stays as it is.
    pub fn work(claims: &Claims, submission: u32) -> Result<Self, StoreError> {
        let store = Self::of(claims.folder().clone())?;
        Ok(Self { log: Log { submission, job: claims.job(), ..Log::of(claims, claims.role()?) }, ..store })
    }

    /// The runs of a folder whose manifest is lost; `None` where there are none.
    pub fn bare(folder: &Path) -> Option<Self> {
        let folder = Folder::open_plain(folder).ok()?;
        let cells = Some(Arc::new(Cells::open(&folder).ok()??));
        Some(Self { folder, cells, manifest: Manifest::default(), log: Log::default() })
    }

    /// Makes the folder that was joined one of results, or takes it over: its runs stay, the manifest is this one from now on.
    /// `texts` are what it was checked from, by name. Whoever is alone removes what killed programs left half written, and
    /// checkpoints of what is done. A manifest of a later format is left alone; what is damaged is set aside, `told` of it.
    pub fn create(
        claims: &Claims,
        manifest: Manifest,
        texts: &[(String, String)],
        told: &mut dyn FnMut(&StoreError, &Path),
    ) -> Result<Self, StoreError> {
        let (folder, role) = (claims.folder().clone(), claims.role()?);
        let before = match Store::of(folder.clone()) {
            Ok(before) => Some(before.manifest),
            Err(error) if error.is_damage() => {
                set_aside(&folder, MANIFEST, &error, told)?;
                None
            }
            Err(error) if !error.is_missing() => return Err(error),
            Err(_) => None,
        };
        let cells = Some(Arc::new(Cells::make(&folder)?));
        let manifest = Manifest { format: FORMAT, texts: texts::hashed(texts), ..manifest };
        let mut store = Self { folder, cells, manifest, log: Log::of(claims, role) };
        if role == Role::Alone {
            claims.sweep()?;
            store.sweep()?;
            store.cells()?.mend(told)?;
            match store.merge_events().and_then(|()| store.mend_events(told)) {
                Err(error) if error.is_damage() => set_aside(&store.folder, EVENTS, &error, told)?,
                mended => mended?,
            }
        }
        store.write_texts(texts)?;
        // The same experiment has the same hash, if it had one.
        store.manifest.hash = before.as_ref().and_then(|before| before.hash.clone());
        if before.as_ref() != Some(&store.manifest) {
            store.manifest.hash = None;
            store.write_manifest()?;
        }
        Ok(store)
    }

    /// Removes what killed commands left: files in the making anywhere, and the checkpoints of runs that are done.
    fn sweep(&self) -> Result<(), StoreError> {
        self.folder.sweep();
        self.cells.iter().for_each(|cells| cells.folder().sweep());
        below(&self.folder, TEXTS)?.iter().for_each(Folder::sweep);
        if let Some(report) = below(&self.folder, REPORT)? {
            report.sweep();
            let parts = report.list().unwrap_or_default().into_iter().filter(|entry| entry.kind == Kind::Folder);
            parts.filter_map(|part| report.below(part.name).ok()).for_each(|part| part.sweep());
        }
        self.sweep_checkpoints()
    }

    /// Every experiment stored below a folder, in the order of their names; those that cannot be read say why.
    pub fn all(folder: &Path) -> Result<Vec<Result<Self, StoreError>>, StoreError> {
        let unread = |e| StoreError::unread(folder, "folder of experiments", &e);
        let all = Folder::open(folder).map_err(unread)?;
        let entries = all.list().map_err(unread)?.into_iter().filter(|entry| entry.kind == Kind::Folder);
        let opened = entries.filter_map(|entry| all.below(entry.name).ok());
        Ok(opened.filter(|folder| folder.kind(MANIFEST).is_some()).map(Self::of).collect())
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// An error where this folder was removed, renamed or replaced since it was opened: what is stored there is lost to whoever
    /// looks for it.
    pub fn in_place(&self) -> Result<(), StoreError> {
        if self.folder.is_in_place() { Ok(()) } else { Err(StoreError::gone(self.folder())) }
    }

    /// The folder in this one for what is drawn of the results, made if need be.
    pub fn report(&self) -> io::Result<Folder> {
        self.folder.make_below(REPORT)
    }

    /// What was handed to a batch system lies in this folder, if anything was.
    pub fn jobs(&self) -> Option<Folder> {
        self.folder.below(JOBS).ok()
    }

    /// The same, made if need be.
    pub fn make_jobs(&self) -> Result<Folder, StoreError> {
        make_below(&self.folder, JOBS)
    }

    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    // ------------------------------------------------------------ runs

    /// Whether a run is stored. That its file is whole shows when it is read.
    pub fn has(&self, address: &Address) -> bool {
        self.cells.as_ref().is_some_and(|cells| cells.has(address))
    }

    /// Finds what others stored meanwhile.
    pub fn refresh(&self) -> Result<(), StoreError> {
        self.cells.as_ref().map_or(Ok(()), |cells| cells.refresh())
    }

    /// Finds a run that others may have stored in a file of its own.
    pub fn look_for(&self, address: &Address) -> Result<(), StoreError> {
        self.cells.as_ref().map_or(Ok(()), |cells| cells.look_for(address))
    }

    /// Every run that is stored, of this form of the experiment or an earlier one.
    pub fn addresses(&self) -> Result<BTreeSet<Address>, StoreError> {
        self.cells.as_ref().map_or(Ok(BTreeSet::new()), |cells| cells.addresses())
    }

    /// A text that is another where the file of a run was written since; nothing where there is none.
    pub fn tie(&self, address: &Address) -> Result<Option<String>, StoreError> {
        self.cells.as_ref().map_or(Ok(None), |cells| cells.tie(address))
    }

    /// Moves a damaged run out of the way, so that it is run again; the file's new name.
    pub fn set_aside(&self, address: &Address, why: &StoreError) -> Result<PathBuf, StoreError> {
        let aside = self.cells()?.set_aside(address)?;
        self.note(&Event::Damaged { address: *address, why: why.to_string() })?;
        Ok(aside)
    }

    /// Bytes of all files of the folder.
    pub fn size(&self) -> u64 {
        self.folder.total()
    }

    // ------------------------------------------------------------ files

    fn cells(&self) -> Result<&Cells, StoreError> {
        self.cells.as_deref().ok_or_else(|| StoreError::missing(&self.folder().join(CELLS), "folder of stored runs"))
    }

    /// For messages.
    fn path(&self, address: &Address) -> PathBuf {
        let alone = || self.folder().join(CELLS).join(cell_name(address));
        self.cells.as_ref().map_or_else(alone, |cells| cells.path(address))
    }

    fn write(&self, name: &str, bytes: &[u8]) -> Result<(), StoreError> {
        self.folder.write(name, bytes).map_err(|e| StoreError::refused(&self.folder().join(name), &e))
    }
}

/// Moves a damaged file out of the way, `told` of that.
fn set_aside(
    folder: &Folder,
    name: &str,
    why: &StoreError,
    told: &mut dyn FnMut(&StoreError, &Path),
) -> Result<(), StoreError> {
    let aside = folder.set_aside(name).map_err(|e| StoreError::refused(&folder.path().join(name), &e))?;
    told(why, &aside);
    Ok(())
}

/// A folder in another, if there is one.
fn below(folder: &Folder, name: &str) -> Result<Option<Folder>, StoreError> {
    match folder.below(name) {
        Ok(below) => Ok(Some(below)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(StoreError::refused(&folder.path().join(name), &error)),
    }
}

fn make_below(folder: &Folder, name: &str) -> Result<Folder, StoreError> {
    folder.make_below(name).map_err(|e| StoreError::refused(&folder.path().join(name), &e))
}

/// The names of the folders in one.
fn folders(folder: &Folder) -> Vec<String> {
    let entries = folder.list().unwrap_or_default().into_iter().filter(|entry| entry.kind == Kind::Folder);
    entries.filter_map(|entry| entry.name.into_string().ok()).collect()
}

fn explain(path: &Path, trouble: Trouble) -> StoreError {
    match trouble {
        Trouble::Damaged(why) => StoreError::damaged(path, why),
        Trouble::Newer { format, known } => StoreError::newer(path, format, known),
        Trouble::Refused(why) => StoreError::refused(path, &why),
    }
}
