//! Several programs in one folder, on one machine or many: who is there, and who trains which run. Owns the files of the folders
//! `workers` and `claims`; trains nothing, and decides nothing about results: two programs on one run cost time and no more.
//!
//! A program is a file of its own in `workers`, written over again and again while it lives. A claim of a run is one more name of
//! that file, made by `link`, which one of several programs gets, on network file systems, too. So one beat holds all claims of
//! a program; they end when it has missed its beats for as long as it promised, by the clock of the file server alone.

use super::error::StoreError;
use super::foreign;
use super::line;
use super::names::{CLAIMS, KEEPER, SUBMITTER, WORKERS};
use super::{Store, below, make_below};
use crate::folder::{Folder, Kind, Mark};
use crate::record::Address;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::io::{self, Read};
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Bytes of a worker's file: who it is, written once, and behind that what it does, written at every beat.
const WHO: usize = 4096;
const NOW: usize = 4096;

/// Runs that a beat lists.
const SHOWN: usize = 20;

/// Seconds after which the claims of a program end that did not say.
const LEASE: u64 = 60;

/// Attempts at a name that others take and leave meanwhile.
const ATTEMPTS: usize = 4;

/// Who works in a folder.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Owner {
    /// Of nobody else, ever: the name of its file.
    pub nonce: String,
    /// For people: `process 4711 on dev-3 ("mhm run table_2.mhm")`.
    pub who: String,
    /// What tells whether it is this machine since it was started, and who was there under this number.
    pub machine: String,
    pub process: u32,
    pub started: u64,
    /// It is gone when it was not heard of for so many seconds.
    pub lease: u64,
    /// Of a batch system: `4711_3`, and where.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub job: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub node: String,
}

/// What a program does at a beat.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Doing {
    pub runs: Vec<Underway>,
}

impl Doing {
    /// As much as there is room for.
    fn shown(&self) -> Self {
        Self { runs: self.runs.iter().take(SHOWN).cloned().collect() }
    }
}

/// A run that is being trained.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Underway {
    pub address: Address,
    /// Of what this program is to do of it, so much is done, in so many seconds.
    pub share: f64,
    pub seconds: f64,
    /// The last one that ended.
    pub phase: String,
    /// Losses of phases so far, at even distances; of many, some.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub losses: Vec<f32>,
    /// From one of them to the next so many phases ended.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub every: u64,
    /// Phases that ended since the last of them.
    #[serde(skip)]
    pub since: u64,
}

fn is_zero(every: &u64) -> bool {
    *every == 0
}

/// Losses that are told of one run, at most.
const LOSSES: usize = 48;

impl Underway {
    /// Another phase ended with this mean loss.
    pub fn lost(&mut self, loss: f64) {
        (self.every, self.since) = (self.every.max(1), self.since + 1);
        if self.since < self.every {
            return;
        }
        self.since = 0;
        self.losses.push(loss as f32);
        if self.losses.len() > LOSSES {
            let mut place = 0;
            self.losses.retain(|_| {
                place += 1;
                place % 2 == 1
            });
            self.every *= 2;
        }
    }
}

/// Somebody else in the folder.
#[derive(Clone, Debug)]
pub struct Worker {
    pub owner: Owner,
    pub doing: Doing,
    pub file: (u64, u64),
    pub alive: bool,
}

/// What became of an attempt to claim a run.
#[derive(Clone, Debug, PartialEq)]
pub enum Claimed {
    Ours,
    /// It was being trained by somebody who is gone; what such a one had only claimed is ours, and no more is said of it.
    TakenOver(Box<Owner>),
    Theirs,
}

/// What a program is to the others in a folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// There is nobody else.
    Alone,
    /// It writes the log that stays; no one else does.
    Keeper,
    /// It has a log of its own.
    Guest,
}

/// Whether an owner is known to be gone, though its lease may not be over.
pub type IsGone = fn(&Owner) -> bool;

/// This program's place in a folder, until it is dropped.
#[derive(Debug)]
pub struct Claims {
    folder: Folder,
    workers: Folder,
    claims: Folder,
    is_gone: IsGone,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    owner: Owner,
    /// The file of this program, and when it was last heard of.
    own: Mark,
    held: Vec<String>,
}

impl Claims {
    /// Makes this program known in a folder of results, which is made if need be.
    pub fn join(path: &Path, owner: Owner, is_gone: IsGone) -> Result<Self, StoreError> {
        let folder = foreign::own(path)?;
        let (workers, claims) = (make_below(&folder, WORKERS)?, make_below(&folder, CLAIMS)?);
        let (owner, own) = enter(&workers, owner)?;
        let state = Mutex::new(State { owner, own, held: vec![] });
        Ok(Self { folder, workers, claims, is_gone, state })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn folder(&self) -> &Folder {
        &self.folder
    }

    /// The name of this program's files.
    pub fn nonce(&self) -> String {
        self.state().owner.nonce.clone()
    }

    /// The task of a batch system that this program is, if it is one.
    pub fn job(&self) -> String {
        self.state().owner.job.clone()
    }

    /// Says that this program lives, and what it does.
    pub fn beat(&self, doing: &Doing) -> Result<(), StoreError> {
        let mut state = self.state();
        match self.workers.overwrite(&state.owner.nonce, WHO as u64, &padded(&doing.shown(), NOW)) {
            Ok(own) => state.own = own,
            // Somebody swept it away: claims that stand are still its names.
            Err(error) if error.kind() == io::ErrorKind::NotFound => self.enter_again(&mut state)?,
            Err(error) => return Err(refused(&self.workers, &state.owner.nonce, &error)),
        }
        Ok(())
    }

    fn enter_again(&self, state: &mut State) -> Result<(), StoreError> {
        (state.owner, state.own) = enter(&self.workers, state.owner.clone())?;
        Ok(())
    }

    /// Claims a run for this program, unless somebody has it who lives.
    pub fn claim(&self, address: &Address) -> Result<Claimed, StoreError> {
        self.take(&address.to_string())
    }

    /// What this program is to the others: the first one keeps the folder in order.
    pub fn role(&self) -> Result<Role, StoreError> {
        if self.take(KEEPER)? == Claimed::Theirs {
            return Ok(Role::Guest);
        }
        let is_alone = self.others()?.iter().all(|other| !other.alive);
        Ok(if is_alone { Role::Alone } else { Role::Keeper })
    }

    /// Whether this program is the one that submits runs to a batch system.
    pub fn submits(&self) -> Result<bool, StoreError> {
        Ok(self.take(SUBMITTER)? != Claimed::Theirs)
    }

    fn take(&self, name: &str) -> Result<Claimed, StoreError> {
        let mut gone = None;
        for _ in 0..ATTEMPTS {
            let mut state = self.state();
            match self.workers.link(&state.owner.nonce, &self.claims, name) {
                Ok(()) => {}
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                    let found = self.claims.mark(name).map_err(|e| refused(&self.claims, name, &e))?;
                    let Some(found) = found else { continue };
                    // A reply that was lost on the way: it was done all the same.
                    if found.file != state.own.file {
                        let (owner, doing) = read(&self.claims, name);
                        if !self.is_over(&owner, found, state.own) {
                            return Ok(Claimed::Theirs);
                        }
                        drop(state);
                        let was_begun = doing.runs.iter().any(|run| run.address.to_string() == name);
                        if self.unseat(name, found)? && was_begun {
                            gone = Some(Box::new(owner));
                        }
                        continue;
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::NotFound => {
                    self.enter_again(&mut state)?;
                    continue;
                }
                // A file has so many names, and no more.
                Err(error) if error.kind() == io::ErrorKind::TooManyLinks => return Ok(Claimed::Theirs),
                Err(error) => return Err(refused(&self.claims, name, &error)),
            }
            if !state.held.iter().any(|held| held == name) {
                state.held.push(name.into());
            }
            return Ok(gone.map_or(Claimed::Ours, Claimed::TakenOver));
        }
        Ok(Claimed::Theirs)
    }

    /// Whether whoever was last heard of then is gone by now.
    fn is_over(&self, owner: &Owner, heard: Mark, now: Mark) -> bool {
        is_late(owner, heard, now.written) || (self.is_gone)(owner)
    }

    /// Takes a claim from somebody who is gone; false where somebody else was faster.
    fn unseat(&self, name: &str, of: Mark) -> Result<bool, StoreError> {
        let aside = format!("{name}.{}.gone", self.nonce());
        match self.claims.rename(name, &aside) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
            Err(error) => return Err(refused(&self.claims, name, &error)),
        }
        let moved = self.claims.mark(&aside).map_err(|e| refused(&self.claims, &aside, &e))?;
        let is_it = moved.is_some_and(|moved| moved.file == of.file);
        if !is_it {
            // Of somebody who lives: it goes back, unless a third one was there first.
            let _ = self.claims.link(&aside, &self.claims, name);
        }
        let _ = self.claims.remove_file(&aside);
        Ok(is_it)
    }

    /// Whether this program still has its claim, as the disk says. Asked before anything of a run is kept: whoever was thought to be
    /// gone, and was not, learns it here.
    pub fn holds(&self, address: &Address) -> Result<bool, StoreError> {
        let name = address.to_string();
        let found = self.claims.mark(&name).map_err(|e| refused(&self.claims, &name, &e))?;
        Ok(found.is_some_and(|found| found.file == self.state().own.file))
    }

    /// Every run that somebody has, this program among them.
    pub fn claimed(&self) -> Result<BTreeSet<Address>, StoreError> {
        let entries = self.claims.list().map_err(|e| refused(&self.claims, "", &e))?;
        Ok(entries.iter().filter_map(|entry| entry.name.to_str()?.parse().ok()).collect())
    }

    /// When the owner of a run was heard of last; nothing where nobody has it.
    pub fn heard(&self, address: &Address) -> Result<Option<Mark>, StoreError> {
        let name = address.to_string();
        self.claims.mark(&name).map_err(|e| refused(&self.claims, &name, &e))
    }

    /// Gives a claim back.
    pub fn release(&self, address: &Address) -> Result<(), StoreError> {
        self.leave(&address.to_string())
    }

    fn leave(&self, name: &str) -> Result<(), StoreError> {
        let mut state = self.state();
        state.held.retain(|held| held != name);
        let found = self.claims.mark(name).map_err(|e| refused(&self.claims, name, &e))?;
        if found.is_some_and(|found| found.file == state.own.file) {
            let _ = self.claims.remove_file(name);
        }
        Ok(())
    }

    /// Everybody else who is in the folder, or was and did not come to leave.
    pub fn others(&self) -> Result<Vec<Worker>, StoreError> {
        let own = self.state().own;
        let mut others = workers(&self.workers, own.written)?;
        others.retain(|other| other.file != own.file);
        others.iter_mut().for_each(|other| other.alive &= !(self.is_gone)(&other.owner));
        Ok(others)
    }

    /// Removes the files of those who are gone, and what they claimed; who they were.
    pub fn bury(&self) -> Result<Vec<Owner>, StoreError> {
        let mut gone = vec![];
        for other in self.others()?.into_iter().filter(|other| !other.alive) {
            let _ = self.workers.remove_file(&other.owner.nonce);
            gone.push(other.owner);
        }
        Ok(gone)
    }

    /// For whoever is alone: claims of those who are gone end.
    pub(super) fn sweep(&self) -> Result<(), StoreError> {
        let own = self.state().own;
        for entry in self.claims.list().map_err(|e| refused(&self.claims, "", &e))? {
            let name = entry.name.to_string_lossy().into_owned();
            if let Ok(Some(found)) = self.claims.mark(&name)
                && found.file != own.file
                && self.is_over(&read(&self.claims, &name).0, found, own)
            {
                let _ = self.claims.remove_file(&name);
            }
        }
        Ok(())
    }
}

impl Drop for Claims {
    /// Who leaves takes its claims along.
    fn drop(&mut self) {
        let held = std::mem::take(&mut self.state().held);
        for name in &held {
            let _ = self.leave(name);
        }
        let _ = self.workers.remove_file(&self.state().owner.nonce);
    }
}

/// Who is in a folder, and which runs are claimed, each by its place in that list.
pub type Seen = (Vec<Worker>, Vec<(Address, usize)>);

impl Store {
    /// Whoever works here, or did and did not come to leave, as it looks to one who does not.
    pub fn seen(&self, is_gone: IsGone) -> Result<Seen, StoreError> {
        let (mut workers, claims) = seen(&self.folder)?;
        workers.iter_mut().for_each(|worker| worker.alive &= !is_gone(&worker.owner));
        Ok((workers, claims))
    }
}

fn seen(folder: &Folder) -> Result<Seen, StoreError> {
    let (Some(of_workers), Some(of_claims)) = (below(folder, WORKERS)?, below(folder, CLAIMS)?) else {
        return Ok((vec![], vec![]));
    };
    if of_workers.list().map_err(|e| refused(&of_workers, "", &e))?.is_empty() {
        return Ok((vec![], vec![]));
    }
    // Where nothing may be written, nobody is late.
    let now = of_workers.now().unwrap_or(0);
    let workers = workers(&of_workers, now)?;
    let mut claims = vec![];
    for entry in of_claims.list().map_err(|e| refused(&of_claims, "", &e))? {
        let Some(address) = entry.name.to_str().and_then(|name| name.parse::<Address>().ok()) else { continue };
        let file = of_claims.mark(&entry.name).ok().flatten().map(|mark| mark.file);
        let owner = file.and_then(|file| workers.iter().position(|worker| worker.file == file));
        claims.extend(owner.map(|owner| (address, owner)));
    }
    Ok((workers, claims))
}

fn workers(folder: &Folder, now: u128) -> Result<Vec<Worker>, StoreError> {
    let names = folder.list().map_err(|e| refused(folder, "", &e))?;
    let names = names.into_iter().filter(|entry| entry.kind == Kind::File);
    let names = names.filter_map(|entry| entry.name.into_string().ok()).filter(|name| is_nonce(name));
    let worker = |name: String| {
        let mark = folder.mark(&name).ok().flatten()?;
        let (owner, doing) = read(folder, &name);
        let alive = !is_late(&owner, mark, now);
        Some(Worker { owner: Owner { nonce: name, ..owner }, doing, file: mark.file, alive })
    };
    Ok(names.filter_map(worker).collect())
}

fn is_late(owner: &Owner, heard: Mark, now: u128) -> bool {
    now.saturating_sub(heard.written) > u128::from(owner.lease.max(1)) * 1_000_000_000
}

/// A nonce is hexadecimal digits; other files are not of workers.
fn is_nonce(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|b| b.is_ascii_hexdigit())
}

/// A new file of a program: its nonce is hashed on until nobody has it.
fn enter(workers: &Folder, owner: Owner) -> Result<(Owner, Mark), StoreError> {
    let mut owner = owner;
    loop {
        let text = format!("{owner:?}");
        owner.nonce = blake3::hash(text.as_bytes()).to_hex()[..32].to_string();
        let bytes = [padded(&owner, WHO), padded(&Doing::default(), NOW)].concat();
        match workers.new_file(&owner.nonce) {
            Ok(mut file) => io::Write::write_all(&mut file, &bytes),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => continue,
            Err(error) => Err(error),
        }
        .map_err(|e| refused(workers, &owner.nonce, &e))?;
        let mark = workers.overwrite(&owner.nonce, WHO as u64, &bytes[WHO..]);
        return mark.map(|mark| (owner.clone(), mark)).map_err(|e| refused(workers, &owner.nonce, &e));
    }
}

/// A sealed line of so many bytes; of what is longer, nothing.
fn padded<T: Serialize + Default>(what: &T, length: usize) -> Vec<u8> {
    let text = |what: &T| line::seal(&serde_json::to_string(what).expect("plain data has a text"));
    let mut bytes =
        Some(text(what)).filter(|text| text.len() < length).unwrap_or_else(|| text(&T::default())).into_bytes();
    bytes.resize(length - 1, b' ');
    bytes.push(b'\n');
    bytes
}

/// What a worker's file says. What is torn says nothing, and is of somebody all the same.
fn read(folder: &Folder, name: &str) -> (Owner, Doing) {
    let mut bytes = vec![];
    if let Ok((file, _)) = folder.file(name) {
        let _ = file.take((WHO + NOW) as u64).read_to_end(&mut bytes);
    }
    let part = |part: Option<&[u8]>| line::unseal(std::str::from_utf8(part?).ok()?.trim_end());
    let owner = part(bytes.get(..WHO)).and_then(|text| serde_json::from_str(&text).ok());
    let doing = part(bytes.get(WHO..)).and_then(|text| serde_json::from_str(&text).ok());
    (owner.unwrap_or(Owner { lease: LEASE, ..Owner::default() }), doing.unwrap_or_default())
}

fn refused(folder: &Folder, name: &str, why: &io::Error) -> StoreError {
    StoreError::refused(&folder.path().join(name), why)
}

#[cfg(test)]
mod tests;
