//! Results on disk: a folder an experiment, a file a run. Owns the folder and its files; knows no networks, and trains and
//! measures nothing.
//!
//! ```text
//! runs/table_2/manifest.ron               the experiment as it was last run: its grid, tables, the address of every run
//!              cells/ADDRESS.safetensors  a run: its record, recipe, predictions and weights
//!              checkpoints/ADDRESS/STEPS.safetensors  a run that was stopped: the last two places it can go on from
//!              lock                   who runs it now
//!              events.jsonl               what happened: a line a run, done or failed
//!              records.jsonl              what was measured last, a line a run: follows from the cells
//!              text/NAME-HASH.mhm         the texts it was checked from
//! ```
//!
//! Whatever is written takes its name when it is whole and on the disk, and is sealed: a changed byte is found when it is read.
//! Runs are named by what decides them.

mod audit;
mod cell;
mod checkpoint;
mod error;
mod event;
mod file;
mod line;
mod lock;
mod sealed;

pub use audit::{Audit, SUMS};
pub use error::{StoreError, StoreErrorKind};
pub use event::{Brief, Event};
pub use file::replace;
pub use lock::Lock;

use crate::record::checkpoint::Checkpoint;
use crate::record::manifest::Manifest;
use crate::record::{Address, Kept, Recipe, RunRecord};
use cell::Cell;
use sealed::Trouble;
use serde::de::DeserializeOwned;
use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

/// Of a folder's manifest; a larger number is refused.
pub const FORMAT: u32 = 2;

const MANIFEST: &str = "manifest.ron";
const EVENTS: &str = "events.jsonl";
const RECORDS: &str = "records.jsonl";
const CELLS: &str = "cells";
const CHECKPOINTS: &str = "checkpoints";
const TEXTS: &str = "text";
const ENDING: &str = "safetensors";

/// Bytes that a manifest may have, and a file of lines.
const MANIFEST_LIMIT: u64 = 256 << 20;
const LINES_LIMIT: u64 = 4 << 30;

/// Checkpoints that stay of a run: where the last one is torn or changed, the one before it is gone on from.
const LAST: usize = 2;

/// The results of one experiment.
#[derive(Clone, Debug)]
pub struct Store {
    folder: PathBuf,
    manifest: Manifest,
}

/// A run as it was stored: its header is read, its numbers are read when they are asked for.
#[derive(Debug)]
pub struct Stored {
    path: PathBuf,
    cell: Cell<File>,
}

impl Stored {
    pub fn recipe(&self) -> &Recipe {
        &self.cell.note.recipe
    }

    /// The record, as the run ended.
    pub fn record(&self) -> &RunRecord {
        &self.cell.note.record
    }

    /// What was looked at, as it was given to [`Store::keep`].
    pub fn watched(&self) -> &str {
        &self.cell.note.watched
    }

    /// What the run kept, as far as the names of its tensors are wanted: `test/out`, `test/head[2]/out`, `epoch 5/test/out`,
    /// `targets/test/label`, `weights/head[2].classify.0.weight`. Only what is wanted is read, and its check sum compared.
    pub fn kept(&mut self, wanted: &dyn Fn(&str) -> bool) -> Result<Kept, StoreError> {
        self.cell.kept(wanted).map_err(|trouble| explain(&self.path, trouble))
    }
}

/// Whether a folder has results in it.
pub fn is_folder_of_runs(folder: &Path) -> bool {
    folder.join(MANIFEST).is_file()
}

impl Store {
    /// The results in this folder.
    pub fn open(folder: &Path) -> Result<Self, StoreError> {
        let path = folder.join(MANIFEST);
        let bytes = file::read(&path, MANIFEST_LIMIT).map_err(|e| StoreError::refused(&path, &e))?;
        let bytes = bytes.ok_or_else(|| StoreError::missing(folder, "folder of runs"))?;
        let manifest = read_manifest(&bytes, &path)?;
        Ok(Self { folder: folder.into(), manifest })
    }

    /// The runs of a folder whose manifest is lost; `None` where there are none.
    pub fn bare(folder: &Path) -> Option<Self> {
        folder.join(CELLS).is_dir().then(|| Self { folder: folder.into(), manifest: Manifest::default() })
    }

    /// Makes the folder, or takes it over: its runs stay, the manifest is this one from now on. `texts` are what it was
    /// checked from, by name. What killed programs left half written is removed, so whoever calls this has the [`Lock`]. A manifest of a later format is left alone, a damaged one set aside.
    pub fn create(folder: &Path, manifest: Manifest, texts: &[(String, String)]) -> Result<Self, StoreError> {
        let path = folder.join(MANIFEST);
        file::no_links(folder)?;
        match Store::open(folder) {
            Err(error) if matches!(error.kind, StoreErrorKind::Newer { .. }) => return Err(error),
            Err(error) if error.is_damage() => {
                _ = file::set_aside(&path).map_err(|e| StoreError::refused(&path, &e))?
            }
            Ok(_) | Err(_) => {}
        }
        for below in [CELLS, TEXTS] {
            let made = folder.join(below);
            fs::create_dir_all(&made).map_err(|e| StoreError::refused(&made, &e))?;
            file::sweep(&made);
        }
        file::sweep(folder);
        let hash = |text: &String| blake3::hash(text.as_bytes()).to_hex().to_string();
        let named = texts.iter().map(|(name, text)| (name.clone(), hash(text))).collect();
        let store = Self { folder: folder.into(), manifest: Manifest { format: FORMAT, texts: named, ..manifest } };
        for ((name, hash), (_, text)) in store.manifest.texts.iter().zip(texts) {
            store.write(&store.text_path(name, hash), text.as_bytes())?;
        }
        let text = ron::ser::to_string_pretty(&store.manifest, ron::ser::PrettyConfig::default());
        let text = text.map_err(|e| StoreError::damaged(&path, e))?;
        store.write(&path, line::seal_text(&text).as_bytes())?;
        Ok(store)
    }

    /// Every experiment stored below a folder, in the order of their names; those that cannot be read say why.
    pub fn all(folder: &Path) -> Result<Vec<Result<Self, StoreError>>, StoreError> {
        let entries = fs::read_dir(folder).map_err(|e| match e.kind() {
            io::ErrorKind::NotFound => StoreError::missing(folder, "folder of experiments"),
            _ => StoreError::refused(folder, &e),
        })?;
        let mut folders: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
        folders.retain(|folder| is_folder_of_runs(folder));
        folders.sort();
        Ok(folders.iter().map(|folder| Self::open(folder)).collect())
    }

    pub fn folder(&self) -> &Path {
        &self.folder
    }

    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// The texts that the experiment was checked from, by name, the file that was named first.
    pub fn texts(&self) -> Result<Vec<(String, String)>, StoreError> {
        let text = |(name, hash): &(String, String)| self.text(name, hash).map(|text| (name.clone(), text));
        self.manifest.texts.iter().map(text).collect()
    }

    fn text(&self, name: &str, hash: &str) -> Result<String, StoreError> {
        let path = self.text_path(name, hash);
        let bytes = file::read(&path, MANIFEST_LIMIT).map_err(|e| StoreError::refused(&path, &e))?;
        let text = String::from_utf8(bytes.ok_or_else(|| StoreError::missing(&path, "stored text"))?);
        let text = text.map_err(|e| StoreError::damaged(&path, e))?;
        if blake3::hash(text.as_bytes()).to_hex().as_str() != hash {
            return Err(StoreError::damaged(&path, "it is not the text that was stored"));
        }
        Ok(text)
    }

    // ------------------------------------------------------------ runs

    /// Whether a run is stored. That its file is whole shows when it is read.
    pub fn has(&self, address: &Address) -> bool {
        self.path(address).is_file()
    }

    /// Every run that is stored, of this form of the experiment or an earlier one.
    pub fn addresses(&self) -> Result<BTreeSet<Address>, StoreError> {
        let folder = self.folder.join(CELLS);
        let entries = fs::read_dir(&folder).map_err(|e| StoreError::refused(&folder, &e))?;
        let address = |path: PathBuf| {
            let is_cell = path.extension().is_some_and(|e| e == ENDING);
            path.file_stem().filter(|_| is_cell)?.to_str()?.parse().ok()
        };
        Ok(entries.flatten().filter_map(|entry| address(entry.path())).collect())
    }

    /// Stores a run that came to an end, and says so in the events.
    pub fn keep(&self, recipe: &Recipe, record: &RunRecord, kept: &Kept, watched: &str) -> Result<(), StoreError> {
        let address = recipe.address();
        let path = self.path(&address);
        let bytes = cell::encode(recipe, record, kept, watched).map_err(|e| StoreError::damaged(&path, e))?;
        self.write(&path, &bytes)?;
        self.note(&Event::Done { address, record: short(record) })?;
        // What is done needs none; that they are left over does no harm.
        let _ = fs::remove_dir_all(self.checkpoints(&address));
        Ok(())
    }

    /// Stores that a run failed: the next time it is tried again.
    pub fn failed(&self, address: &Address, record: &RunRecord) -> Result<(), StoreError> {
        self.note(&Event::Failed { address: *address, record: short(record) })
    }

    /// A run that is stored.
    pub fn stored(&self, address: &Address) -> Result<Stored, StoreError> {
        let path = self.path(address);
        let (file, length) = file::open(&path).map_err(|e| match e.kind() {
            io::ErrorKind::NotFound => StoreError::missing(&path, "stored run"),
            _ => StoreError::refused(&path, &e),
        })?;
        let cell = Cell::open(file, length).map_err(|trouble| explain(&path, trouble))?;
        if cell.note.recipe.address() != *address {
            return Err(StoreError::damaged(&path, "it holds another run than its name says"));
        }
        Ok(Stored { path, cell })
    }

    /// The record of a run, as it ended.
    pub fn record(&self, address: &Address) -> Result<RunRecord, StoreError> {
        self.stored(address).map(|stored| stored.record().clone())
    }

    /// What a run kept, see [`Stored::kept`].
    pub fn kept(&self, address: &Address, wanted: &dyn Fn(&str) -> bool) -> Result<Kept, StoreError> {
        self.stored(address)?.kept(wanted)
    }

    /// Moves a damaged run out of the way, so that it is run again; the file's new name.
    pub fn set_aside(&self, address: &Address, why: &StoreError) -> Result<PathBuf, StoreError> {
        let path = self.path(address);
        let aside = file::set_aside(&path).map_err(|e| StoreError::refused(&path, &e))?;
        self.note(&Event::Damaged { address: *address, why: why.to_string() })?;
        Ok(aside)
    }

    // ------------------------------------------------------------ checkpoints

    /// Stores where a run stands, and drops what is older than the one before.
    pub fn keep_checkpoint(&self, recipe: &Recipe, watched: &str, taken: &Checkpoint) -> Result<(), StoreError> {
        let folder = self.checkpoints(&recipe.address());
        fs::create_dir_all(&folder).map_err(|e| StoreError::refused(&folder, &e))?;
        file::sweep(&folder);
        let path = folder.join(format!("{:012}.{ENDING}", taken.standing.steps));
        let bytes = checkpoint::encode(recipe, watched, taken).map_err(|e| StoreError::damaged(&path, e))?;
        self.write(&path, &bytes)?;
        for old in checkpoint_files(&folder).iter().rev().skip(LAST) {
            let _ = fs::remove_file(old);
        }
        Ok(())
    }

    /// The last whole checkpoint of a run, and what was to be looked at as it was given to [`Store::keep_checkpoint`]. Those that
    /// are not whole are set aside, `told` of each.
    pub fn checkpoint(
        &self,
        recipe: &Recipe,
        told: &mut dyn FnMut(&StoreError, &Path),
    ) -> Result<Option<(String, Checkpoint)>, StoreError> {
        let address = recipe.address();
        for path in checkpoint_files(&self.checkpoints(&address)).iter().rev() {
            let error = match read_checkpoint(path) {
                Ok((of, watched, checkpoint)) if of == *recipe => return Ok(Some((watched, checkpoint))),
                Ok(_) => StoreError::damaged(path, "it is of another run than its name says"),
                Err(error) if error.is_damage() => error,
                Err(error) => return Err(error),
            };
            let aside = file::set_aside(path).map_err(|e| StoreError::refused(path, &e))?;
            self.note(&Event::Damaged { address, why: error.to_string() })?;
            told(&error, &aside);
        }
        Ok(None)
    }

    /// Runs that left a checkpoint and are not done.
    pub fn begun(&self) -> BTreeSet<Address> {
        let entries = fs::read_dir(self.folder.join(CHECKPOINTS)).into_iter().flatten().flatten();
        let begun = entries.map(|e| e.path()).filter(|folder| !checkpoint_files(folder).is_empty());
        let address = |folder: PathBuf| folder.file_name()?.to_str()?.parse().ok();
        begun.filter_map(address).filter(|address| !self.has(address)).collect()
    }

    fn checkpoints(&self, address: &Address) -> PathBuf {
        self.folder.join(CHECKPOINTS).join(address.to_string())
    }

    // ------------------------------------------------------------ events and records

    pub fn note(&self, event: &Event) -> Result<(), StoreError> {
        let path = self.folder.join(EVENTS);
        let event = serde_json::to_string(event).map_err(|e| StoreError::damaged(&path, e))?;
        file::append(&path, &line::seal(&event)).map_err(|e| StoreError::refused(&path, &e))
    }

    /// What happened, in order. Lines that a killed program left torn are passed over.
    pub fn events<R: DeserializeOwned>(&self) -> Result<Vec<Event<R>>, StoreError> {
        Ok(self.lines(EVENTS)?.into_iter().flatten().collect())
    }

    /// Stores what was measured of every run.
    pub fn keep_records(&self, records: &[RunRecord]) -> Result<(), StoreError> {
        let path = self.folder.join(RECORDS);
        let lines = records.iter().map(|record| serde_json::to_string(record).map(|line| line::seal(&line) + "\n"));
        let text = lines.collect::<Result<String, _>>().map_err(|e| StoreError::damaged(&path, e))?;
        self.write(&path, text.as_bytes())
    }

    /// What was measured of every run of the manifest when it was last run; nothing where it was not run to that point.
    pub fn records(&self) -> Result<Vec<RunRecord>, StoreError> {
        let lines: Option<Vec<RunRecord>> = self.lines(RECORDS)?.into_iter().collect();
        lines.ok_or_else(|| StoreError::damaged(&self.folder.join(RECORDS), "a line is not what was written"))
    }

    /// The lines of a file, with `None` for those that are not what was written.
    fn lines<T: DeserializeOwned>(&self, name: &str) -> Result<Vec<Option<T>>, StoreError> {
        let path = self.folder.join(name);
        let bytes = file::read(&path, LINES_LIMIT).map_err(|e| StoreError::refused(&path, &e))?.unwrap_or_default();
        let lines = bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
        let line = |line: &[u8]| {
            let object = line::unseal(std::str::from_utf8(line).ok()?)?;
            serde_json::from_str(&object).ok()
        };
        Ok(lines.map(line).collect())
    }

    /// Bytes of all files of the folder.
    pub fn size(&self) -> u64 {
        fn below(folder: &Path) -> u64 {
            let entries = fs::read_dir(folder).into_iter().flatten().flatten();
            entries
                .map(|e| if e.path().is_dir() { below(&e.path()) } else { e.metadata().map_or(0, |m| m.len()) })
                .sum()
        }
        below(&self.folder)
    }

    // ------------------------------------------------------------ files

    fn path(&self, address: &Address) -> PathBuf {
        self.folder.join(CELLS).join(format!("{address}.{ENDING}"))
    }

    /// `text/table_2-1a2b3c4d.mhm`: names of texts may be paths from anywhere, those of files may not.
    fn text_path(&self, name: &str, hash: &str) -> PathBuf {
        let stem = Path::new(name).file_stem().map(|s| s.to_string_lossy().into_owned()).unwrap_or_default();
        let stem: String = stem.chars().filter(|c| c.is_alphanumeric() || matches!(c, '_' | '-')).collect();
        let hash: String = hash.chars().take(8).collect();
        self.folder.join(TEXTS).join(format!("{stem}-{hash}.mhm"))
    }

    fn write(&self, path: &Path, bytes: &[u8]) -> Result<(), StoreError> {
        file::replace(path, bytes).map_err(|e| StoreError::refused(path, &e))
    }
}

/// In the order they were taken.
fn checkpoint_files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let mut files: Vec<PathBuf> = entries.filter(|path| path.extension().is_some_and(|e| e == ENDING)).collect();
    files.sort();
    files
}

/// The recipe, what was to be looked at, and the checkpoint.
fn read_checkpoint(path: &Path) -> Result<(Recipe, String, Checkpoint), StoreError> {
    let (file, length) = file::open(path).map_err(|e| StoreError::refused(path, &e))?;
    checkpoint::decode(file, length).map_err(|trouble| explain(path, trouble))
}

/// Curves are in the run's file: a line of events is for overviews.
fn short(record: &RunRecord) -> RunRecord {
    RunRecord { epochs: vec![], ..record.clone() }
}

fn explain(path: &Path, trouble: Trouble) -> StoreError {
    match trouble {
        Trouble::Damaged(why) => StoreError::damaged(path, why),
        Trouble::Newer { format, known } => StoreError::newer(path, format, known),
        Trouble::Refused(why) => StoreError::refused(path, &why),
    }
}

fn read_manifest(bytes: &[u8], path: &Path) -> Result<Manifest, StoreError> {
    #[derive(serde::Deserialize)]
    struct Head {
        format: u32,
    }
    let damaged = |e: ron::error::SpannedError| StoreError::damaged(path, e);
    let sealed = std::str::from_utf8(bytes).map_err(|e| StoreError::damaged(path, e))?;
    // First, since later formats may have other fields, or another seal. The line of the seal is a comment.
    let head: Head = ron::from_str(sealed).map_err(damaged)?;
    if head.format > FORMAT {
        return Err(StoreError::newer(path, head.format, FORMAT));
    }
    let text = line::unseal_text(sealed).map_err(|why| StoreError::damaged(path, why))?;
    let manifest: Manifest = ron::from_str(text).map_err(damaged)?;
    manifest.fault().map_or(Ok(manifest), |why| Err(StoreError::damaged(path, why)))
}
