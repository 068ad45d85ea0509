//! What is said of the runs of a folder: what happened, a line each, and what was measured last, a line a run. Owns these two files;
//! all that is in them but failures and times follows from the runs.

use super::names::{EVENTS, LOGS, RECORDS, log_name};
use super::{Event, LINE, MANIFEST_LIMIT, Store, StoreError, below, line, make_below};
use crate::folder::{ASIDE, Folder};
use crate::parallel;
use crate::record::{Address, RunRecord};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

/// What was measured of a run, and of what.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct RecordLine {
    /// Of the run that the record is of.
    pub address: Address,
    /// Of its file, as [`Store::tie`] says; nothing of a run that failed.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub tie: String,
    /// What the run came to, as [`Stored::digest`](super::Stored::digest) says.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub digest: String,
    /// Everything that the measures hang on beside this run.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub basis: String,
    pub record: RunRecord,
}

impl Store {
    pub fn note(&self, event: &Event) -> Result<(), StoreError> {
        self.note_all(&[self.event_line(event)?])
    }

    /// Several lines in one write.
    pub(super) fn note_all(&self, lines: &[String]) -> Result<(), StoreError> {
        if lines.is_empty() {
            return Ok(());
        }
        let (folder, name) = match &self.log.own {
            None => (self.folder.clone(), EVENTS.to_string()),
            Some(nonce) => (make_below(&self.folder, LOGS)?, log_name(nonce)),
        };
        folder.append(&name, &lines.join("\n")).map_err(|e| StoreError::refused(&folder.path().join(name), &e))
    }

    /// The logs of those who were not the folder's keeper, by name.
    pub(super) fn logs(&self) -> Result<Option<(Folder, Vec<String>)>, StoreError> {
        let Some(logs) = below(&self.folder, LOGS)? else { return Ok(None) };
        let names = logs.stems("jsonl").map_err(|e| StoreError::refused(logs.path(), &e))?;
        Ok(Some((logs, names.iter().map(|name| log_name(name)).collect())))
    }

    /// For whoever is alone in the folder: what all others wrote goes behind the log that stays. Where that is interrupted, lines
    /// are there twice, and say the same.
    pub(super) fn merge_events(&self) -> Result<(), StoreError> {
        let Some((logs, names)) = self.logs()? else { return Ok(()) };
        for name in names {
            let refused = |e: io::Error| StoreError::refused(&logs.path().join(&name), &e);
            let bytes = logs.read(&name, MANIFEST_LIMIT).map_err(refused)?.unwrap_or_default();
            let text = String::from_utf8_lossy(&bytes);
            if !text.trim_end().is_empty() {
                let refused = |e| StoreError::refused(&self.folder().join(EVENTS), &e);
                self.folder.append(EVENTS, text.trim_end()).map_err(refused)?;
            }
            logs.remove_file(&name).map_err(refused)?;
        }
        Ok(())
    }

    pub(super) fn event_line(&self, event: &Event) -> Result<String, StoreError> {
        let text = serde_json::to_string(event);
        text.map(|text| line::seal(&text)).map_err(|e| StoreError::damaged(&self.folder().join(EVENTS), e))
    }

    /// What happened, of each program in order. Lines that a killed program left torn are passed over.
    pub fn events(&self) -> Result<Vec<Event>, StoreError> {
        let mut events = lines(&self.folder, EVENTS)?;
        if let Some((logs, names)) = self.logs()? {
            for name in names {
                events.extend(lines(&logs, &name)?);
            }
        }
        Ok(events)
    }

    /// Runs whose last try failed, and what their records say. Those that are stored did not.
    pub fn failures(&self) -> Result<BTreeMap<Address, RunRecord>, StoreError> {
        let mut failures = BTreeMap::new();
        for event in self.events()? {
            match event {
                Event::Failed { address, record, .. } => _ = failures.insert(address, *record),
                Event::Done { address, .. } => _ = failures.remove(&address),
                Event::Started { .. }
                | Event::Lost { .. }
                | Event::Fresh { .. }
                | Event::Damaged { .. }
                | Event::Interrupted { .. }
                | Event::Ended { .. } => {}
            }
        }
        failures.retain(|address, _| !self.has(address));
        Ok(failures)
    }

    /// Where all runs were begun anew and that was interrupted: those that are done since.
    pub fn fresh(&self) -> Result<Option<BTreeSet<Address>>, StoreError> {
        let mut fresh: Option<BTreeSet<Address>> = None;
        for event in self.events()? {
            match event {
                Event::Fresh { .. } => fresh = Some(BTreeSet::new()),
                Event::Ended { .. } => fresh = None,
                Event::Done { address, .. } => fresh.iter_mut().for_each(|done| _ = done.insert(address)),
                Event::Damaged { address, .. } => fresh.iter_mut().for_each(|done| _ = done.remove(&address)),
                Event::Started { .. } | Event::Lost { .. } | Event::Failed { .. } | Event::Interrupted { .. } => {}
            }
        }
        Ok(fresh.map(|done| done.into_iter().filter(|address| self.has(address)).collect()))
    }

    /// Stores what was measured of every run, where that is not what is stored.
    pub fn save_records(&self, records: &[RecordLine]) -> Result<(), StoreError> {
        let path = self.folder().join(RECORDS);
        let lines = parallel::map(records, |record| serde_json::to_string(record).map(|line| line::seal(&line) + "\n"));
        let text = lines.into_iter().collect::<Result<String, _>>().map_err(|e| StoreError::damaged(&path, e))?;
        let before = self.folder.read(RECORDS, text.len() as u64).ok().flatten();
        if before.is_some_and(|before| before == text.as_bytes()) {
            Ok(())
        } else {
            self.write(RECORDS, text.as_bytes())
        }
    }

    /// What was measured of runs when that was last written, whether or not they are of the manifest as it is now. Lines that are not
    /// what was written are passed over, and a file that has none: all of it follows from the runs.
    pub fn records(&self) -> Result<Vec<RecordLine>, StoreError> {
        lines(&self.folder, RECORDS).or_else(|error| if error.is_damage() { Ok(vec![]) } else { Err(error) })
    }

    /// Lines of a file that are not what was written.
    pub(super) fn torn(&self, name: &str) -> Result<usize, StoreError> {
        let mut torn = 0;
        blocks(&self.folder, name, &mut |lines| torn += lines.iter().filter(|line| object(line).is_none()).count())?;
        Ok(torn)
    }

    /// For whoever is alone in the folder: lines of events that a killed program or a full disk left torn go into a file of their
    /// own, `told` of that.
    pub(super) fn mend_events(&self, told: &mut dyn FnMut(&StoreError, &Path)) -> Result<(), StoreError> {
        if self.torn(EVENTS)? == 0 {
            return Ok(());
        }
        let (mut whole, mut torn, mut count) = (vec![], vec![], 0);
        blocks(&self.folder, EVENTS, &mut |lines| {
            for line in lines {
                let is_whole = object(line).is_some();
                count += usize::from(!is_whole);
                let to = if is_whole { &mut whole } else { &mut torn };
                to.extend_from_slice(line);
                to.push(b'\n');
            }
        })?;
        let aside = format!("{EVENTS}.{ASIDE}");
        self.write(&aside, &torn)?;
        self.write(EVENTS, &whole)?;
        let why = format!("{count} of its lines are not what was written");
        told(&StoreError::damaged(&self.folder().join(EVENTS), why), &self.folder().join(aside));
        Ok(())
    }
}

/// What the lines of a file say that are what was written; others, and what this program does not know, are passed over.
fn lines<T: DeserializeOwned + Send>(folder: &Folder, name: &str) -> Result<Vec<T>, StoreError> {
    let read = |line: &Vec<u8>| serde_json::from_str(&object(line)?).ok();
    let mut all = vec![];
    blocks(folder, name, &mut |lines| all.extend(parallel::map(lines, read).into_iter().flatten()))?;
    Ok(all)
}

/// The lines of a file, so many bytes of them at a time; of a file that is not there, none.
fn blocks(folder: &Folder, name: &str, each: &mut dyn FnMut(&[Vec<u8>])) -> Result<(), StoreError> {
    let refused = |e: io::Error| StoreError::refused(&folder.path().join(name), &e);
    let (file, length) = match folder.file(name) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        opened => opened.map_err(refused)?,
    };
    let mut lines = BufReader::with_capacity(1 << 16, file.take(length));
    let (mut block, mut bytes) = (vec![], 0);
    loop {
        let mut line = vec![];
        (&mut lines).take(LINE).read_until(b'\n', &mut line).map_err(refused)?;
        if line.len() as u64 == LINE {
            let why = format!("a line of it has {LINE} bytes or more");
            return Err(refused(io::Error::new(io::ErrorKind::InvalidData, why)));
        }
        let over = line.is_empty();
        bytes += line.len();
        line.truncate(line.strip_suffix(b"\n").map_or(line.len(), <[u8]>::len));
        block.extend(Some(line).filter(|line| !line.is_empty()));
        if over || bytes >= BLOCK {
            each(&block);
            block.clear();
            bytes = 0;
        }
        if over {
            return Ok(());
        }
    }
}

/// Bytes of lines that are read side by side.
const BLOCK: usize = 16 << 20;

/// The object of a line, where its two sums are equal.
fn object(line: &[u8]) -> Option<String> {
    line::unseal(std::str::from_utf8(line).ok()?)
}
