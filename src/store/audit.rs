//! Reads every byte of a folder and holds it against the check sums that were stored with it. Owns what is read how; what the
//! runs say is for who asks.

use super::begun::read_checkpoint;
use super::names::{
    CELLS, CHECKPOINTS, CLAIMS, ENDING, EVENTS, JOBS, LOCK, LOGS, MANIFEST, PACK, RECORDS, REPORT, SUMS, TEXTS,
    WORKERS, cell_name, ended, text_name,
};
use super::{Store, StoreError, Stored, Wanted, folders};
use crate::folder::{ASIDE, Entry, Folder, Kind, is_draft};
use crate::parallel;
use crate::record::{Address, Artifacts};
use std::collections::BTreeSet;
use std::io::{self, Read};
use std::path::{Component, Path, PathBuf};

/// Bytes that a list of check sums may have.
pub const SUMS_LIMIT: u64 = 64 << 20;

/// What was read.
#[derive(Debug, Default)]
pub struct Audit {
    pub files: usize,
    pub bytes: u64,
    /// What is not what was written, each in a line that names the file.
    pub faults: Vec<String>,
    /// Files that nobody reads: set aside as damaged, half written, or put there by somebody else.
    pub ignored: Vec<PathBuf>,
}

impl Audit {
    fn file(&mut self, bytes: u64, found: Result<(), String>) {
        self.files += 1;
        self.bytes += bytes;
        self.faults.extend(found.err());
    }

    /// Holds what lies in a folder against what its names mean.
    fn look(&mut self, folder: &Folder, meant: &dyn Fn(&str) -> Meant) {
        for Entry { name, kind } in folder.list().unwrap_or_default() {
            let path = folder.path().join(&name);
            match (meant(&name.to_string_lossy()), kind) {
                (Meant::File, Kind::File) | (Meant::Folder, Kind::Folder) | (Meant::Others, _) => {}
                (Meant::File, _) => {
                    self.faults.push(format!("`{}` is {kind} where a file is expected", path.display()))
                }
                (Meant::Folder, _) => {
                    self.faults.push(format!("`{}` is {kind} where a folder is expected", path.display()))
                }
                (Meant::Nothing, _) => self.ignored.push(path),
            }
        }
    }
}

/// What is looked at of a run that is whole: what it says, and all it left. What comes back is what is wrong with it.
pub type Look<'l> = dyn Fn(&mut Stored, &Artifacts) -> Vec<String> + Sync + 'l;

impl Store {
    /// Reads everything, the runs in this order and then those that are not named; every whole run goes through `look`, whose
    /// faults are added.
    pub fn audit(&self, order: &[Address], look: &Look<'_>) -> Result<Audit, StoreError> {
        let mut audit = Audit::default();
        audit.file(self.folder.size(MANIFEST), Ok(()));
        let texts = self.folder.below(TEXTS).ok();
        for (name, hash) in &self.manifest.texts {
            let bytes = texts.as_ref().map_or(0, |texts| texts.size(text_name(name, hash)));
            audit.file(bytes, self.text(name, hash).map(|_| ()).map_err(|e| e.to_string()));
        }
        for name in [EVENTS, RECORDS] {
            if self.folder.kind(name).is_none() {
                continue;
            }
            let torn = match self.torn(name) {
                Err(error) if error.is_damage() => {
                    audit.file(self.folder.size(name), Err(error.to_string()));
                    continue;
                }
                torn => torn?,
            };
            let path = self.folder().join(name);
            let said = format!(
                "`{}` has {torn} lines that are not what was written; `mhm run` writes it anew without them",
                path.display()
            );
            audit.file(self.folder.size(name), if torn == 0 { Ok(()) } else { Err(said) });
        }
        self.audit_cells(&mut audit, order, look)?;
        self.audit_checkpoints(&mut audit);
        if let Ok(report) = self.folder.below(REPORT) {
            audit_report(&mut audit, &report);
        }
        self.audit_others(&mut audit);
        Ok(audit)
    }

    fn audit_cells(&self, audit: &mut Audit, order: &[Address], look: &Look<'_>) -> Result<(), StoreError> {
        let Some(cells) = &self.cells else { return Ok(()) };
        let mut left = self.addresses()?;
        let named = order.iter().copied().filter(|address| left.remove(address));
        let named: Vec<Address> = named.collect();
        let addresses: Vec<Address> = named.into_iter().chain(left).collect();
        let runs = parallel::map(&addresses, |address| {
            let mut stored = self.stored(address)?;
            let artifacts = stored.artifacts(Wanted::All)?;
            Ok(look(&mut stored, &artifacts))
        });
        for (name, bytes, fault) in cells.packs()? {
            let path = cells.folder().path().join(name);
            let said = |why| StoreError::damaged(&path, why).to_string();
            audit.file(bytes, fault.map_or(Ok(()), |why| Err(said(why))));
        }
        for address in cells.alone()? {
            audit.file(cells.folder().size(cell_name(&address)), Ok(()));
        }
        for (address, found) in addresses.iter().zip(runs) {
            let found: Result<Vec<String>, StoreError> = found;
            let path = self.path(address);
            let of_run = |fault: String| format!("`{}`, run {address}: {fault}", path.display());
            match found {
                Ok(faults) => audit.faults.extend(faults.into_iter().map(of_run)),
                Err(why) => audit.faults.push(why.to_string()),
            }
        }
        Ok(())
    }

    fn audit_checkpoints(&self, audit: &mut Audit) {
        let Ok(all) = self.folder.below(CHECKPOINTS) else { return };
        audit.look(&all, &|_| Meant::Folder);
        for of_run in folders(&all).iter().filter_map(|address| all.below(address).ok()) {
            audit.look(&of_run, &|name| if ends(name, ENDING) { Meant::File } else { Meant::Nothing });
            for stem in of_run.stems(ENDING).unwrap_or_default() {
                let read = read_checkpoint(&of_run, &stem).map(|_| ()).map_err(|e| e.to_string());
                audit.file(of_run.size(ended(&stem)), read);
            }
        }
    }

    /// What is no file under the name of one, or no folder, is a fault; what nobody reads is told.
    fn audit_others(&self, audit: &mut Audit) {
        let report = self.folder.below(REPORT).ok();
        let parts = report.iter().flat_map(|report| folders(report).into_iter().map(|part| report.below(part)));
        let parts: Vec<Folder> = parts.flatten().collect();
        for folder in [Some(&self.folder), report.as_ref()].into_iter().flatten().chain(&parts) {
            audit.look(folder, &|name| match name {
                MANIFEST | EVENTS | RECORDS | LOCK | SUMS => Meant::File,
                CELLS | TEXTS | CHECKPOINTS | REPORT | WORKERS | CLAIMS | LOGS | JOBS => Meant::Folder,
                name if is_draft(name) || ends(name, ASIDE) => Meant::Nothing,
                _ => Meant::Others,
            });
        }
        if let Some(cells) = &self.cells {
            let is_run = |name: &str| ends(name, ENDING) || ends(name, PACK);
            audit.look(cells.folder(), &|name| if is_run(name) { Meant::File } else { Meant::Nothing });
        }
        if let Ok(texts) = self.folder.below(TEXTS) {
            let known: Vec<String> = self.manifest.texts.iter().map(|(name, hash)| text_name(name, hash)).collect();
            let is_known = |name: &str| known.iter().any(|known| known == name);
            audit.look(&texts, &|name| if is_known(name) { Meant::File } else { Meant::Nothing });
        }
    }
}

/// What a name in a folder of runs is for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Meant {
    File,
    Folder,
    /// Nobody reads it.
    Nothing,
    /// Whoever put it there.
    Others,
}

fn ends(name: &str, ending: &str) -> bool {
    name.strip_suffix(ending).is_some_and(|stem| stem.ends_with('.'))
}

/// Of a report, where one was written into the folder.
fn audit_report(audit: &mut Audit, report: &Folder) {
    let path = report.path().join(SUMS);
    let broken = || format!("`{}` is no list of check sums; `mhm report` writes it anew", path.display());
    let bytes = match report.read(SUMS, SUMS_LIMIT) {
        Ok(None) => return,
        Ok(Some(bytes)) => String::from_utf8(bytes).map_err(|_| broken()),
        Err(why) => Err(format!("{}: {why}", broken())),
    };
    audit.file(report.size(SUMS), bytes.as_ref().map(|_| ()).map_err(Clone::clone));
    let mut seen = BTreeSet::new();
    for line in bytes.unwrap_or_default().lines() {
        let Some((sum, name)) = line.split_once("  ").filter(|(_, name)| seen.insert(name.to_string())) else {
            audit.faults.push(broken());
            return;
        };
        let (bytes, why) = match hashed(report, Path::new(name)) {
            Ok((bytes, found)) if found == sum => (bytes, None),
            Ok((bytes, _)) => (bytes, Some("it is not what was written".to_string())),
            Err(why) => (0, Some(why.to_string())),
        };
        let path = report.path().join(name);
        let said = |why| Err(format!("`{}`: {why}; `mhm report` writes it anew", path.display()));
        audit.file(bytes, why.map_or(Ok(()), said));
    }
}

/// The length and the blake3 of a file in a folder or below.
fn hashed(folder: &Folder, path: &Path) -> io::Result<(u64, String)> {
    let mut folder = folder.clone();
    let mut parts = path.components().peekable();
    while let Some(part) = parts.next() {
        let Component::Normal(name) = part else { break };
        if parts.peek().is_some() {
            folder = folder.below(name)?;
            continue;
        }
        let (file, length) = folder.file(name)?;
        let mut hasher = blake3::Hasher::new();
        hasher.update_reader(file.take(length))?;
        return Ok((length, hasher.finalize().to_hex().to_string()));
    }
    Err(io::Error::other("it is no path of a file in this folder"))
}
