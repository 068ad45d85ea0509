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
mod line;
mod lock;
mod sealed;

pub use audit::{Audit, SUMS};
pub use error::{StoreError, StoreErrorKind};
pub use event::{Brief, Event};
pub use lock::Lock;

use crate::folder::{File, Folder, Kind};
use crate::record::checkpoint::Checkpoint;
use crate::record::manifest::Manifest;
use crate::record::{Address, Kept, Recipe, RunRecord};
use cell::Cell;
use sealed::Trouble;
use serde::de::DeserializeOwned;
use std::collections::BTreeSet;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

/// Of a folder's manifest; a larger number is refused.
pub const FORMAT: u32 = 2;

const MANIFEST: &str = "manifest.ron";
const EVENTS: &str = "events.jsonl";
const RECORDS: &str = "records.jsonl";
const CELLS: &str = "cells";
const CHECKPOINTS: &str = "checkpoints";
const TEXTS: &str = "text";
const REPORT: &str = "report";
const LOCK: &str = "lock";
const ENDING: &str = "safetensors";

/// Bytes that a manifest may have, and a line of a file of lines.
const MANIFEST_LIMIT: u64 = 256 << 20;
const LINE: u64 = 256 << 20;

/// Checkpoints that stay of a run: where the last one is torn or changed, the one before it is gone on from.
const LAST: usize = 2;

/// The results of one experiment.
#[derive(Clone, Debug)]
pub struct Store {
    folder: Folder,
    /// Where the runs are, if there are any.
    cells: Option<Folder>,
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
pub fn is_folder_of_runs(folder: &Folder) -> bool {
    folder.has_file(MANIFEST)
}

impl Store {
    /// The results in this folder, which is no link.
    pub fn open(folder: &Path) -> Result<Self, StoreError> {
        let opened = Folder::open_plain(folder).map_err(|e| match e.kind() {
            io::ErrorKind::NotFound => StoreError::missing(folder, "folder of runs"),
            _ => StoreError::refused(folder, &e),
        })?;
        Self::of(opened)
    }

    fn of(folder: Folder) -> Result<Self, StoreError> {
        let path = folder.path().join(MANIFEST);
        let bytes = folder.read(MANIFEST, MANIFEST_LIMIT).map_err(|e| StoreError::refused(&path, &e))?;
        let bytes = bytes.ok_or_else(|| StoreError::missing(folder.path(), "folder of runs"))?;
        let manifest = read_manifest(&bytes, &path)?;
        Ok(Self { cells: below(&folder, CELLS)?, folder, manifest })
    }

    /// The runs of a folder whose manifest is lost; `None` where there are none.
    pub fn bare(folder: &Path) -> Option<Self> {
        let folder = Folder::open_plain(folder).ok()?;
        let cells = Some(folder.below(CELLS).ok()?);
        Some(Self { folder, cells, manifest: Manifest::default() })
    }

    /// Makes the folder that is locked one of results, or takes it over: its runs stay, the manifest is this one from now on.
    /// `texts` are what it was checked from, by name. What killed programs left half written, and checkpoints of what is done,
    /// is removed. A manifest of a later format is left alone, a damaged one set aside.
    pub fn create(lock: &Lock, manifest: Manifest, texts: &[(String, String)]) -> Result<Self, StoreError> {
        let folder = lock.folder().clone();
        let path = folder.path().join(MANIFEST);
        match Store::of(folder.clone()) {
            Err(error) if error.is_damage() => {
                _ = folder.set_aside(MANIFEST).map_err(|e| StoreError::refused(&path, &e))?
            }
            Err(error) if !error.is_missing() => return Err(error),
            Ok(_) | Err(_) => {}
        }
        let hash = |text: &String| blake3::hash(text.as_bytes()).to_hex().to_string();
        let named = texts.iter().map(|(name, text)| (name.clone(), hash(text))).collect();
        let cells = Some(make_below(&folder, CELLS)?);
        let store = Self { folder, cells, manifest: Manifest { format: FORMAT, texts: named, ..manifest } };
        store.sweep()?;
        let names: Vec<String> = store.manifest.texts.iter().map(|(name, hash)| text_name(name, hash)).collect();
        let files: Vec<(&String, &[u8])> = names.iter().zip(texts.iter().map(|(_, text)| text.as_bytes())).collect();
        let below = make_below(&store.folder, TEXTS)?;
        below.write_all(&files).map_err(|e| StoreError::refused(below.path(), &e))?;
        let text = ron::ser::to_string_pretty(&store.manifest, ron::ser::PrettyConfig::default());
        let text = text.map_err(|e| StoreError::damaged(&path, e))?;
        store.write(MANIFEST, line::seal_text(&text).as_bytes())?;
        Ok(store)
    }

    /// Removes what killed commands left: files in the making anywhere, and the checkpoints of runs that are done.
    fn sweep(&self) -> Result<(), StoreError> {
        self.folder.sweep();
        self.cells.iter().for_each(Folder::sweep);
        below(&self.folder, TEXTS)?.iter().for_each(Folder::sweep);
        if let Some(report) = below(&self.folder, REPORT)? {
            report.sweep();
            let parts = report.list().unwrap_or_default().into_iter().filter(|entry| entry.kind == Kind::Folder);
            parts.filter_map(|part| report.below(part.name).ok()).for_each(|part| part.sweep());
        }
        let Some(all) = below(&self.folder, CHECKPOINTS)? else { return Ok(()) };
        for name in folders(&all) {
            if name.parse().is_ok_and(|address| self.has(&address)) {
                let _ = all.remove_folder(&name);
            } else if let Ok(of_run) = all.below(&name) {
                of_run.sweep();
            }
        }
        Ok(())
    }

    /// Every experiment stored below a folder, in the order of their names; those that cannot be read say why.
    pub fn all(folder: &Path) -> Result<Vec<Result<Self, StoreError>>, StoreError> {
        let refused = |e: io::Error| match e.kind() {
            io::ErrorKind::NotFound => StoreError::missing(folder, "folder of experiments"),
            _ => StoreError::refused(folder, &e),
        };
        let all = Folder::open(folder).map_err(refused)?;
        let entries = all.list().map_err(refused)?.into_iter().filter(|entry| entry.kind == Kind::Folder);
        let opened = entries.filter_map(|entry| all.below(entry.name).ok());
        Ok(opened.filter(|folder| folder.kind(MANIFEST).is_some()).map(Self::of).collect())
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The folder in this one for what is drawn of the results, made if need be.
    pub fn report(&self) -> Result<Folder, StoreError> {
        make_below(&self.folder, REPORT)
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
        let read = |texts: Folder| texts.read(text_name(name, hash), MANIFEST_LIMIT);
        let bytes = below(&self.folder, TEXTS)?.map_or(Ok(None), read).map_err(|e| StoreError::refused(&path, &e))?;
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
        self.cells.as_ref().is_some_and(|cells| cells.has_file(cell_name(address)))
    }

    /// Every run that is stored, of this form of the experiment or an earlier one.
    pub fn addresses(&self) -> Result<BTreeSet<Address>, StoreError> {
        let cells = self.cells()?;
        let stems = cells.stems(ENDING).map_err(|e| StoreError::refused(cells.path(), &e))?;
        Ok(stems.iter().filter_map(|stem| stem.parse().ok()).collect())
    }

    /// Stores a run that came to an end, and says so in the events.
    pub fn keep(&self, recipe: &Recipe, record: &RunRecord, kept: &Kept, watched: &str) -> Result<(), StoreError> {
        let address = recipe.address();
        let path = self.path(&address);
        let bytes = cell::encode(recipe, record, kept, watched).map_err(|e| StoreError::damaged(&path, e))?;
        self.cells()?.write(cell_name(&address), &bytes).map_err(|e| StoreError::refused(&path, &e))?;
        self.note(&Event::Done { address, record: short(record) })?;
        // What is done needs none; one that stays is swept the next time.
        self.drop_checkpoints(&address)
    }

    /// Stores that a run failed: the next time it is tried again.
    pub fn failed(&self, address: &Address, record: &RunRecord) -> Result<(), StoreError> {
        self.note(&Event::Failed { address: *address, record: short(record) })
    }

    /// A run that is stored.
    pub fn stored(&self, address: &Address) -> Result<Stored, StoreError> {
        let path = self.path(address);
        let missing = || StoreError::missing(&path, "stored run");
        let cells = self.cells.as_ref().ok_or_else(missing)?;
        let (file, length) = cells.file(cell_name(address)).map_err(|e| match e.kind() {
            io::ErrorKind::NotFound => missing(),
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
        let aside = self.cells()?.set_aside(cell_name(address));
        let aside = aside.map_err(|e| StoreError::refused(&self.path(address), &e))?;
        self.note(&Event::Damaged { address: *address, why: why.to_string() })?;
        Ok(aside)
    }

    // ------------------------------------------------------------ checkpoints

    /// Stores where a run stands, and drops what is older than the one before.
    pub fn keep_checkpoint(&self, recipe: &Recipe, watched: &str, taken: &Checkpoint) -> Result<(), StoreError> {
        let folder = make_below(&make_below(&self.folder, CHECKPOINTS)?, &recipe.address().to_string())?;
        folder.sweep();
        let stem = format!("{:012}", taken.standing.steps);
        let path = folder.path().join(ended(&stem));
        let bytes = checkpoint::encode(recipe, watched, taken).map_err(|e| StoreError::damaged(&path, e))?;
        folder.write(ended(&stem), &bytes).map_err(|e| StoreError::refused(&path, &e))?;
        for old in folder.stems(ENDING).unwrap_or_default().iter().rev().skip(LAST) {
            let _ = folder.remove_file(ended(old));
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

    /// Drops the checkpoints of a run that is done, or begins anew and may not go on from those when it is stopped.
    pub fn drop_checkpoints(&self, address: &Address) -> Result<(), StoreError> {
        if let Some(all) = below(&self.folder, CHECKPOINTS)? {
            let _ = all.remove_folder(address.to_string());
        }
        Ok(())
    }

    /// Runs that left a checkpoint and are not done.
    pub fn begun(&self) -> BTreeSet<Address> {
        let Ok(all) = self.folder.below(CHECKPOINTS) else { return BTreeSet::new() };
        let is_begun = |name: &String| {
            let files = all.below(name).and_then(|of_run| of_run.stems(ENDING));
            files.is_ok_and(|files| !files.is_empty())
        };
        let begun = folders(&all).into_iter().filter(is_begun).filter_map(|name| name.parse().ok());
        begun.filter(|address| !self.has(address)).collect()
    }

    // ------------------------------------------------------------ events and records

    pub fn note(&self, event: &Event) -> Result<(), StoreError> {
        let path = self.folder().join(EVENTS);
        let event = serde_json::to_string(event).map_err(|e| StoreError::damaged(&path, e))?;
        self.folder.append(EVENTS, &line::seal(&event)).map_err(|e| StoreError::refused(&path, &e))
    }

    /// What happened, in order. Lines that a killed program left torn are passed over.
    pub fn events<R: DeserializeOwned>(&self) -> Result<Vec<Event<R>>, StoreError> {
        let mut events = vec![];
        self.lines(EVENTS, &mut |event| events.extend(event))?;
        Ok(events)
    }

    /// Stores what was measured of every run.
    pub fn keep_records(&self, records: &[RunRecord]) -> Result<(), StoreError> {
        let path = self.folder().join(RECORDS);
        let lines = records.iter().map(|record| serde_json::to_string(record).map(|line| line::seal(&line) + "\n"));
        let text = lines.collect::<Result<String, _>>().map_err(|e| StoreError::damaged(&path, e))?;
        self.write(RECORDS, text.as_bytes())
    }

    /// What was measured of every run of the manifest when it was last run; nothing where it was not run to that point.
    pub fn records(&self) -> Result<Vec<RunRecord>, StoreError> {
        let (mut records, mut torn) = (vec![], false);
        self.lines(RECORDS, &mut |record| match record {
            Some(record) if !torn => records.push(record),
            Some(_) | None => torn = true,
        })?;
        if torn {
            return Err(StoreError::damaged(&self.folder().join(RECORDS), "a line is not what was written"));
        }
        Ok(records)
    }

    /// The lines of a file, one at a time, with `None` for those that are not what was written.
    fn lines<T: DeserializeOwned>(&self, name: &str, each: &mut dyn FnMut(Option<T>)) -> Result<(), StoreError> {
        let refused = |e: io::Error| StoreError::refused(&self.folder().join(name), &e);
        let (file, length) = match self.folder.file(name) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            opened => opened.map_err(refused)?,
        };
        let mut lines = BufReader::new(file.take(length));
        let mut line = vec![];
        while (&mut lines).take(LINE).read_until(b'\n', &mut line).map_err(refused)? > 0 {
            if line.len() as u64 == LINE {
                return Err(refused(io::Error::other(format!("a line of it has {LINE} bytes or more"))));
            }
            let text = line.strip_suffix(b"\n").unwrap_or(&line);
            if !text.is_empty() {
                let object = std::str::from_utf8(text).ok().and_then(line::unseal);
                each(object.and_then(|object| serde_json::from_str(&object).ok()));
            }
            line.clear();
        }
        Ok(())
    }

    /// Bytes of all files of the folder.
    pub fn size(&self) -> u64 {
        self.folder.total()
    }

    // ------------------------------------------------------------ files

    fn cells(&self) -> Result<&Folder, StoreError> {
        self.cells.as_ref().ok_or_else(|| StoreError::missing(&self.folder().join(CELLS), "folder of stored runs"))
    }

    /// For messages.
    fn path(&self, address: &Address) -> PathBuf {
        self.folder().join(CELLS).join(cell_name(address))
    }

    /// For messages.
    fn text_path(&self, name: &str, hash: &str) -> PathBuf {
        self.folder().join(TEXTS).join(text_name(name, hash))
    }

    fn write(&self, name: &str, bytes: &[u8]) -> Result<(), StoreError> {
        self.folder.write(name, bytes).map_err(|e| StoreError::refused(&self.folder().join(name), &e))
    }
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

fn ended(stem: &str) -> String {
    format!("{stem}.{ENDING}")
}

fn cell_name(address: &Address) -> String {
    ended(&address.to_string())
}

/// `table_2-1a2b3c4d.mhm`: names of texts may be paths from anywhere, those of files may not.
fn text_name(name: &str, hash: &str) -> String {
    let stem = Path::new(name).file_stem().map(|s| s.to_string_lossy().into_owned()).unwrap_or_default();
    let stem: String = stem.chars().filter(|c| c.is_alphanumeric() || matches!(c, '_' | '-')).collect();
    let hash: String = hash.chars().take(8).collect();
    format!("{stem}-{hash}.mhm")
}

/// The recipe, what was to be looked at, and the checkpoint.
fn read_checkpoint(folder: &Folder, stem: &str) -> Result<(Recipe, String, Checkpoint), StoreError> {
    let path = folder.path().join(ended(stem));
    let (file, length) = folder.file(ended(stem)).map_err(|e| StoreError::refused(&path, &e))?;
    checkpoint::decode(file, length).map_err(|trouble| explain(&path, trouble))
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
