//! This program among others in a folder of results: a beat every few seconds from a thread of its own. Owns who it says it is, and how
//! a dead program of this machine is recognised.

use super::origin::who;
use crate::cli::output::complain;
use crate::cli::test_hooks;
use crate::record::Address;
use crate::store::{Claims, Doing, Owner};
use std::collections::BTreeSet;
use std::fs::read_to_string;
use std::path::Path;
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

/// Seconds after which a program that was not heard of counts as gone, and beats in that time.
pub const LEASE: u64 = 60;
const BEATS: u64 = 6;

/// How often it is looked whether there is something to say.
const TICK: Duration = Duration::from_secs(1);

/// Known to the others in the folder until it is dropped.
pub struct Presence {
    pub claims: Arc<Claims>,
    /// What the next beat says.
    pub doing: Arc<Mutex<Doing>>,
    end: Option<Sender<()>>,
    beating: Option<JoinHandle<()>>,
}

impl Presence {
    /// Joins whoever is in a folder.
    pub fn join(folder: &Path, owner: Owner) -> Result<Self, String> {
        let every = (owner.lease / BEATS).max(1);
        let claims = Arc::new(Claims::join(folder, owner, is_gone).map_err(|e| e.to_string())?);
        let doing = Arc::new(Mutex::new(Doing::default()));
        let (end, ended) = mpsc::channel();
        let (own, now) = (claims.clone(), doing.clone());
        let beating = std::thread::spawn(move || {
            let (mut is_told, mut ticks) = (false, 0);
            let (mut seen, mut written) = (BTreeSet::new(), BTreeSet::new());
            while ended.recv_timeout(TICK) == Err(RecvTimeoutError::Timeout) {
                let now = now.lock().unwrap_or_else(PoisonError::into_inner).clone();
                let runs: BTreeSet<Address> = now.runs.iter().map(|run| run.address).collect();
                // What takes longer than a moment is said at once: whoever takes it over learns that it was begun.
                let is_news = runs.intersection(&seen).any(|run| !written.contains(run));
                seen.clone_from(&runs);
                ticks += 1;
                if ticks < every && !is_news {
                    continue;
                }
                (ticks, written) = (0, runs);
                // Of a folder that is gone others say more.
                if let Err(why) = own.beat(&now)
                    && own.folder().is_in_place()
                    && !std::mem::replace(&mut is_told, true)
                {
                    complain(&format!("others may take this program for dead: {why}"));
                }
            }
        });
        Ok(Self { claims, doing, end: Some(end), beating: Some(beating) })
    }
}

impl Drop for Presence {
    fn drop(&mut self) {
        drop(self.end.take());
        let _ = self.beating.take().map(JoinHandle::join);
    }
}

/// This program.
pub fn owner(lease: u64) -> Owner {
    let said = |name: &str| std::env::var(name).ok();
    let task = said("SLURM_ARRAY_JOB_ID").zip(said("SLURM_ARRAY_TASK_ID")).map(|(job, task)| format!("{job}_{task}"));
    Owner {
        // A seed that no other process has; where there is none, processes and names tell them apart.
        nonce: read_to_string("/proc/sys/kernel/random/uuid").unwrap_or_default().trim().into(),
        who: who(),
        machine: machine(),
        process: std::process::id(),
        started: started(std::process::id()).unwrap_or(0),
        lease,
        job: task.or_else(|| said("SLURM_JOB_ID")).unwrap_or_default(),
        node: said("SLURMD_NODENAME").unwrap_or_default(),
    }
}

/// Since it was started, and what its processes are numbered in; nothing where the system does not say.
fn machine() -> String {
    let boot = read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default();
    let numbers = std::fs::read_link("/proc/self/ns/pid").unwrap_or_default();
    if boot.trim().is_empty() {
        String::new()
    } else {
        format!("{} {}{}", boot.trim(), numbers.display(), test_hooks::apart())
    }
}

/// When a process of this machine began, in ticks; nothing of one that has ended.
fn started(process: u32) -> Option<u64> {
    let text = read_to_string(format!("/proc/{process}/stat")).ok()?;
    // The name of the program may have blanks and brackets of its own.
    let mut fields = text.rsplit_once(')')?.1.split_whitespace();
    let state = fields.next()?;
    if ["Z", "X"].contains(&state) { None } else { fields.nth(18)?.parse().ok() }
}

/// Whether an owner ran here and has ended: then its lease need not.
pub fn is_gone(owner: &Owner) -> bool {
    !owner.machine.is_empty() && owner.machine == machine() && started(owner.process) != Some(owner.started)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_program_lives_and_others_do_not() {
        let own = owner(LEASE);
        assert!(!is_gone(&own));
        if !own.machine.is_empty() {
            assert!(is_gone(&Owner { started: own.started + 1, ..own.clone() }), "its number was given to another");
            assert!(!is_gone(&Owner { machine: "another".into(), started: 0, ..own }));
        }
    }
}
