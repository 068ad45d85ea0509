//! `--log`: what happens to runs, as other programs read it. Owns which points are written, and that none is written twice; each
//! format is a file beside.

mod jsonl;
mod mlflow;
mod origin;
mod tensorboard;

use crate::cli::destination::said;
use crate::cli::output::complain;
use crate::experiment::{Cell, News};
use crate::folder::Folder;
use crate::id::ReplicaId;
use crate::plan::{self, Plan};
use crate::record::manifest::{Arm, Manifest};
use crate::record::{Address, ArmId, RunRecord, Turn};
use crate::report::svg::slug;
use crate::report::{comparison, tables};
use crate::search::seed_name;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{File, canonicalize};
use std::io::{self, Write};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// What a log is written for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Tensorboard,
    Jsonl,
    Mlflow,
}

impl Kind {
    fn of(kind: &str, folder: &str) -> Result<Self, String> {
        match kind {
            kind if folder.is_empty() => {
                Err(format!("`--log {kind}` needs the name of a folder, and `''` is none; `.` is the one you are in"))
            }
            "tensorboard" => Ok(Kind::Tensorboard),
            "jsonl" => Ok(Kind::Jsonl),
            "mlflow" => Ok(Kind::Mlflow),
            other => Err(format!("`--log {other}` is no kind of log: there are `tensorboard`, `jsonl` and `mlflow`")),
        }
    }
}

/// Every log that a command asks for.
#[derive(Debug, Default)]
pub struct Logs(Vec<(Kind, Folder)>);

impl Logs {
    /// Of the words of `--log`: a kind and a folder, and again. The folders are made.
    ///
    /// # Errors
    /// As [`checked`] has them, or a folder cannot be made; in words.
    pub fn of(words: &[String]) -> Result<Self, String> {
        let mut logs: Vec<(Kind, Folder)> = vec![];
        for (kind, folder) in checked(words)? {
            let made = Folder::make(folder).map_err(|e| cannot(folder, &e))?;
            if logs.iter().any(|(known, log)| *known == kind && is_same(log.path(), folder)) {
                return Err(format!(
                    "`--log` writes into `{}` twice in the same form: leave one out",
                    folder.display()
                ));
            }
            logs.push((kind, made));
        }
        Ok(Self(logs))
    }

    /// Takes the folders for the runs of this experiment, whose results are in a folder of their own.
    ///
    /// # Errors
    /// Another experiment of this name logs into one of them; in words.
    pub fn claim(&self, manifest: &Manifest, results: &Path) -> Result<(), String> {
        self.0.iter().try_for_each(|(_, folder)| origin::claim(folder, &manifest.experiment, results))
    }

    /// Of the runs of an experiment.
    pub fn logging<'l>(&'l self, manifest: &'l Manifest) -> Logging<'l> {
        Logging { logs: self, manifest, names: names(manifest), open: Mutex::default(), lost: AtomicBool::new(false) }
    }
}

/// Kinds and folders of the words of `--log`.
///
/// # Errors
/// A kind is unknown, or a folder has no name; in words.
pub fn checked(words: &[String]) -> Result<Vec<(Kind, &Path)>, String> {
    words.chunks_exact(2).map(|pair| Ok((Kind::of(&pair[0], &pair[1])?, Path::new(&pair[1])))).collect()
}

/// Why nothing can be logged into a folder.
fn cannot(folder: &Path, why: &io::Error) -> String {
    format!("cannot write a log into `{}`: {}", folder.display(), said(why))
}

/// Whether two paths lead to one folder.
fn is_same(one: &Path, other: &Path) -> bool {
    one == other || canonicalize(one).ok().zip(canonicalize(other).ok()).is_some_and(|(one, other)| one == other)
}

/// A folder's name for every arm, no two of them the same.
fn names(manifest: &Manifest) -> BTreeMap<&ArmId, String> {
    let (mut names, mut taken) = (BTreeMap::new(), BTreeSet::new());
    for arm in manifest.arms.iter().chain(&manifest.references) {
        let name = arm_name(&arm.arm);
        let numbered = (2..).map(|i| format!("{name}-{i}"));
        let free = std::iter::once(name.clone()).chain(numbered).find(|name| taken.insert(name.clone()));
        names.insert(&arm.arm, free.unwrap_or_default());
    }
    names
}

fn arm_name(arm: &ArmId) -> String {
    let name = slug(&arm.to_string());
    if name.is_empty() { "arm".into() } else { name }
}

/// Logs of one experiment, while it runs and at its end.
pub struct Logging<'l> {
    logs: &'l Logs,
    manifest: &'l Manifest,
    names: BTreeMap<&'l ArmId, String>,
    open: Mutex<BTreeMap<Address, Arc<Mutex<Open>>>>,
    /// A log that cannot be written is said once, and no run is stopped for it.
    lost: AtomicBool,
}

/// The logs of a run that is trained.
struct Open {
    writers: Vec<Box<dyn RunLog>>,
    /// Of every phase, the part of the run since it was written.
    since: BTreeMap<String, f64>,
}

/// A run as logs call it.
struct Name<'n> {
    experiment: &'n str,
    arm: &'n ArmId,
    /// A word for folders.
    folder: String,
    turn: Turn,
    address: Address,
}

impl Name<'_> {
    /// "seed-3", "seed-3-part-2-repeat-1", "tuning-seed-1" of a trial.
    fn run(&self) -> String {
        let part = self.turn.part.map_or(String::new(), |part| format!("-part-{}", part.number));
        let repeat = if self.turn.repeat > 0 { format!("-repeat-{}", self.turn.repeat) } else { String::new() };
        format!("{}{part}{repeat}", slug(&seed_name(self.turn.seed)))
    }
}

/// What is written of a run.
enum Entry<'e> {
    /// What it consists of, in the words of the language.
    Settings(&'e [(String, String)]),
    Phase(&'e PhasePoint<'e>),
    /// Everything it measured.
    End(&'e RunRecord),
}

/// A phase that ended.
struct PhasePoint<'p> {
    phase: &'p str,
    on: String,
    trains: Vec<String>,
    frozen: Vec<String>,
    /// So far.
    steps: u64,
    samples: u64,
    /// Mean over the phase.
    loss: f64,
}

/// The log of one run in one format.
trait RunLog: Send {
    fn write(&mut self, entry: &Entry<'_>, at: Duration) -> io::Result<()>;

    /// Whether or not others ask for it now.
    fn flush(&mut self) -> io::Result<()>;
}

/// Points of a phase in one run, about.
const POINTS: f64 = 500.0;

impl Logging<'_> {
    pub fn hear(&self, address: Address, news: News<'_>) {
        if self.logs.0.is_empty() || self.lost.load(Ordering::Relaxed) {
            return;
        }
        let written = match news {
            News::Steps { cell, plan, phase, after, steps, loss, share } => {
                self.phase(address, cell, plan, phase, (after, steps, loss, share))
            }
            News::Done(record, _) => self.ended(address, record),
            // What was before a place to go on from is there when the run goes on.
            News::Checkpoint(..) | News::Halted(..) => self.flush(&address),
            News::Remark(_) => Ok(()),
        };
        written.unwrap_or_else(|why| self.lose(&why));
    }

    fn lose(&self, why: &io::Error) {
        if !self.lost.swap(true, Ordering::Relaxed) {
            complain(&format!("{}: no more is logged: {why}", self.manifest.experiment));
        }
    }

    fn phase(
        &self,
        address: Address,
        cell: &Cell<'_>,
        plan: &Plan,
        phase: &plan::Phase,
        (after, steps, loss, share): (plan::Position, u64, f64, f64),
    ) -> io::Result<()> {
        let open = self.open(address, cell, after.steps - steps)?;
        let mut open = open.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        // What is not written of short phases is not missed: the next is.
        let since = open.since.entry(phase.name.clone()).or_insert(1.0);
        *since += share;
        if *since < 1.0 / POINTS {
            return Ok(());
        }
        *since = 0.0;
        let names = |of: &[ReplicaId]| of.iter().map(|replica| replica_name(plan, replica)).collect();
        let point = PhasePoint {
            phase: &phase.name,
            on: phase.on.to_string(),
            trains: names(&phase.train),
            frozen: names(&phase.frozen()),
            steps: after.steps,
            samples: after.samples,
            loss,
        };
        let at = now();
        open.writers.iter_mut().try_for_each(|writer| writer.write(&Entry::Phase(&point), at))
    }

    fn flush(&self, address: &Address) -> io::Result<()> {
        let open = self.open.lock().unwrap_or_else(std::sync::PoisonError::into_inner).get(address).cloned();
        let Some(open) = open else { return Ok(()) };
        let mut open = open.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        open.writers.iter_mut().try_for_each(|writer| writer.flush())
    }

    fn name<'n>(&'n self, address: Address, arm: &'n ArmId, turn: Turn) -> Name<'n> {
        let folder = self.names.get(arm).cloned().unwrap_or_else(|| arm_name(arm));
        Name { experiment: &self.manifest.experiment, arm, folder, turn, address }
    }

    /// The logs of a run; where it goes on, what a program wrote that was stopped beyond so many updates is dropped.
    fn open(&self, address: Address, cell: &Cell<'_>, kept: u64) -> io::Result<Arc<Mutex<Open>>> {
        let mut all = self.open.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(open) = all.get(&address) {
            return Ok(open.clone());
        }
        let writers = self.writers(&self.name(address, &cell.arm, cell.turn), kept)?;
        let open = Arc::new(Mutex::new(Open { writers, since: BTreeMap::new() }));
        all.insert(address, open.clone());
        Ok(open)
    }

    fn writers(&self, name: &Name<'_>, kept: u64) -> io::Result<Vec<Box<dyn RunLog>>> {
        let arm = self.manifest.arms.iter().chain(&self.manifest.references).find(|arm| arm.arm == *name.arm);
        let settings = arm.map_or(&[][..], |arm: &Arm| &arm.settings);
        let writer = |(kind, folder): &(Kind, Folder)| -> io::Result<Box<dyn RunLog>> {
            let mut writer: Box<dyn RunLog> = match kind {
                Kind::Jsonl => Box::new(jsonl::Log::open(folder, name, kept)?),
                Kind::Tensorboard => Box::new(tensorboard::Log::open(folder, name, kept)?),
                Kind::Mlflow => Box::new(mlflow::Log::open(folder, name, kept)?),
            };
            if kept == 0 {
                writer.write(&Entry::Settings(settings), now())?;
            }
            Ok(writer)
        };
        self.logs.0.iter().map(writer).collect()
    }

    fn ended(&self, address: Address, record: &RunRecord) -> io::Result<()> {
        let open = self.open.lock().unwrap_or_else(std::sync::PoisonError::into_inner).remove(&address);
        let mut writers = match open.and_then(|open| Arc::try_unwrap(open).ok()) {
            Some(open) => open.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner).writers,
            None => self.writers(&self.name(address, &record.arm, record.turn()), 0)?,
        };
        let at = now();
        writers.iter_mut().try_for_each(|writer| writer.write(&Entry::End(record), at).and_then(|()| writer.flush()))
    }

    /// At the end: runs that were done before, and the tables of all.
    pub fn finish(&self, records: &[(Address, &RunRecord)]) {
        if self.logs.0.is_empty() || self.lost.load(Ordering::Relaxed) {
            return;
        }
        let written = records
            .iter()
            .try_for_each(|(address, record)| self.late(*address, record))
            .and_then(|()| self.tables(records));
        written.unwrap_or_else(|why| self.lose(&why));
    }

    /// A run that no log knows the end of.
    fn late(&self, address: Address, record: &RunRecord) -> io::Result<()> {
        let name = self.name(address, &record.arm, record.turn());
        let ended = |(kind, folder): &(Kind, Folder)| match kind {
            Kind::Jsonl => jsonl::has_ended(folder, &name),
            Kind::Tensorboard => tensorboard::has_ended(folder, &name),
            Kind::Mlflow => mlflow::has_ended(folder, &name),
        };
        for log in self.logs.0.iter().filter(|log| !ended(log)) {
            let one = Logs(vec![(log.0, log.1.clone())]);
            one.logging(self.manifest).ended(address, record)?;
        }
        Ok(())
    }

    fn tables(&self, records: &[(Address, &RunRecord)]) -> io::Result<()> {
        let records: Vec<RunRecord> = records.iter().map(|(_, record)| RunRecord::clone(record)).collect();
        let grids = tables(self.manifest, &records).into_iter().map(|grid| grid.markdown());
        let compared =
            self.manifest.compare.iter().map(|axis| comparison::of(self.manifest, axis, &records).listing().markdown());
        let all: Vec<String> = grids.chain(compared).collect();
        let experiment = &self.manifest.experiment;
        self.logs.0.iter().try_for_each(|(kind, folder)| match kind {
            Kind::Jsonl => jsonl::tables(folder, experiment, &all),
            Kind::Tensorboard => tensorboard::tables(folder, experiment, &all, now()),
            Kind::Mlflow => mlflow::tables(folder, experiment, &all),
        })
    }
}

/// "joint", "classify[2]".
fn replica_name(plan: &Plan, replica: &ReplicaId) -> String {
    let module = plan.module(replica.module);
    if module.replicas > 1 { format!("{}[{}]", module.name, replica.number) } else { module.name.clone() }
}

/// Since 1970.
#[expect(clippy::disallowed_methods, reason = "a log says when; no result hangs on it")]
fn now() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
}

/// The end of a file that grows: written when there is much of it, or when it has waited.
struct Tail {
    file: File,
    waiting: Vec<u8>,
    since: Instant,
}

/// How much waits at most, and how long.
const MUCH: usize = 1 << 16;
const LONG: Duration = Duration::from_secs(2);

impl Tail {
    #[expect(clippy::disallowed_methods, reason = "a person looks on")]
    fn new(file: File) -> Self {
        Tail { file, waiting: vec![], since: Instant::now() }
    }

    fn add(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.waiting.extend_from_slice(bytes);
        if self.waiting.len() > MUCH || self.since.elapsed() > LONG { self.flush() } else { Ok(()) }
    }

    #[expect(clippy::disallowed_methods, reason = "a person looks on")]
    fn flush(&mut self) -> io::Result<()> {
        self.since = Instant::now();
        let written = self.file.write_all(&self.waiting);
        self.waiting.clear();
        written
    }
}

impl Drop for Tail {
    fn drop(&mut self) {
        // A run that is stopped: what it came to is kept, as its checkpoint is.
        let _ = self.flush();
    }
}

/// A file of a log with nothing else in it: whoever wrote into one of this name writes on into that one, which is gone. No log is worth
/// waiting for a disk: what a machine loses that fails is written again.
fn put(folder: &Folder, name: &str, bytes: &[u8]) -> io::Result<File> {
    let mut draft = folder.draft(name)?;
    draft.file.write_all(bytes)?;
    draft.put()
}

/// Text of a file of a log, at most; nothing of one that is not there.
fn bytes_of(folder: &Folder, name: &str) -> io::Result<Vec<u8>> {
    const MOST: u64 = 1 << 30;
    folder.read(name, MOST).map(Option::unwrap_or_default)
}

/// What an event is called whose loss has no number: JSON has none for it.
fn number(x: f64) -> serde_json::Value {
    serde_json::Number::from_f64(x).map_or_else(|| x.to_string().into(), serde_json::Value::Number)
}
