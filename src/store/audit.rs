//! Reads every byte of a folder and holds it against the check sums that were stored with it. Owns what is read how; what the
//! runs say is for who asks.

use super::{
    CELLS, CHECKPOINTS, EVENTS, MANIFEST, RECORDS, Store, StoreError, TEXTS, checkpoint_files, file, read_checkpoint,
};
use crate::parallel;
use crate::record::{Address, Kept};
use std::fs;
use std::path::{Path, PathBuf};

/// The folder of a report, and the file in it with the check sums of the others, as `b3sum` writes them.
const REPORT: &str = "report";
pub const SUMS: &str = "blake3.txt";

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
    fn file(&mut self, path: &Path, found: Result<(), String>) {
        self.files += 1;
        self.bytes += path.metadata().map_or(0, |m| m.len());
        self.faults.extend(found.err());
    }
}

impl Store {
    /// Reads everything; what every whole run kept goes through `each`, whose faults are added.
    pub fn audit(&self, each: &(dyn Fn(&Kept) -> Vec<String> + Sync)) -> Result<Audit, StoreError> {
        let mut audit = Audit::default();
        audit.file(&self.folder.join(MANIFEST), Ok(()));
        for (name, hash) in &self.manifest.texts {
            let path = self.text_path(name, hash);
            audit.file(&path, self.text(name, hash).map(|_| ()).map_err(|e| e.to_string()));
        }
        for name in [EVENTS, RECORDS] {
            let path = self.folder.join(name);
            if !path.exists() {
                continue;
            }
            let torn = self.lines::<serde_json::Value>(name)?.iter().filter(|line| line.is_none()).count();
            let said = format!("`{}` has {torn} lines that are not what was written", path.display());
            audit.file(&path, if torn == 0 { Ok(()) } else { Err(said) });
        }
        let addresses: Vec<Address> = self.addresses()?.into_iter().collect();
        let runs = parallel::map(&addresses, |address| {
            let read = self.stored(address).and_then(|mut stored| stored.kept(&|_| true).map(|kept| each(&kept)));
            read.map_err(|e| e.to_string())
        });
        for (address, found) in addresses.iter().zip(runs) {
            let faults = found.as_ref().ok().cloned().unwrap_or_default();
            audit.file(&self.path(address), found.map(|_| ()));
            audit.faults.extend(faults.into_iter().map(|fault| format!("`{}`: {fault}", self.path(address).display())));
        }
        self.audit_checkpoints(&mut audit);
        self.audit_report(&mut audit);
        self.audit_others(&mut audit);
        Ok(audit)
    }

    fn audit_checkpoints(&self, audit: &mut Audit) {
        for folder in entries(&self.folder.join(CHECKPOINTS)) {
            for path in checkpoint_files(&folder) {
                audit.file(&path, read_checkpoint(&path).map(|_| ()).map_err(|e| e.to_string()));
            }
        }
    }

    /// Of a report, where one was written into the folder.
    fn audit_report(&self, audit: &mut Audit) {
        let folder = self.folder.join(REPORT);
        let path = folder.join(SUMS);
        let Ok(Some(bytes)) = file::read(&path, super::MANIFEST_LIMIT) else { return };
        let broken = || format!("`{}` is no list of check sums; `mhm report` writes it anew", path.display());
        let lines = String::from_utf8(bytes).map_err(|_| broken());
        audit.file(&path, lines.as_ref().map(|_| ()).map_err(Clone::clone));
        for line in lines.unwrap_or_default().lines() {
            let Some((sum, name)) = line.split_once("  ") else {
                audit.faults.push(broken());
                continue;
            };
            let path = folder.join(name);
            let read = file::read(&path, super::LINES_LIMIT).ok().flatten();
            let same = read.is_some_and(|bytes| blake3::hash(&bytes).to_hex().as_str() == sum);
            let said = format!("`{}` is not what was written; `mhm report` writes it anew", path.display());
            audit.file(&path, if same { Ok(()) } else { Err(said) });
        }
    }

    fn audit_others(&self, audit: &mut Audit) {
        let known = |path: &PathBuf, ending: &str| path.extension().is_some_and(|e| e == ending);
        let cells = entries(&self.folder.join(CELLS)).into_iter().filter(|path| !known(path, super::ENDING));
        let texts: Vec<PathBuf> = self.manifest.texts.iter().map(|(name, hash)| self.text_path(name, hash)).collect();
        let others = entries(&self.folder.join(TEXTS)).into_iter().filter(|path| !texts.contains(path));
        let top = entries(&self.folder).into_iter().filter(|path| known(path, "tmp") || known(path, "damaged"));
        audit.ignored.extend(cells.chain(others).chain(top));
    }
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let mut all: Vec<PathBuf> = fs::read_dir(folder).into_iter().flatten().flatten().map(|e| e.path()).collect();
    all.sort();
    all
}
