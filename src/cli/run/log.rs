//! `--log`: what happens to runs, as other programs read it. Owns which points are written, and that none is written twice; each
//! format is a file beside.

mod jsonl;
mod mlflow;
mod origin;
mod tensorboard;

use crate::cli::destination::said;
use crate::cli::output::complain;
use crate::experiment::{Cell, News};
use crate::folder::{self, Folder};
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
    fn word(self) -> &'static str {
        match self {
            Kind::Tensorboard => "tensorboard",
            Kind::Jsonl => "jsonl",
            Kind::Mlflow => "mlflow",
        }
    }

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
pub struct Logs(Vec<Log>);

/// One of them.
#[derive(Debug)]
struct Log {
    kind: Kind,
    folder: Folder,
    /// What cannot be written is said once, and no run is stopped for it.
    lost: AtomicBool,
}

impl Log {
    fn is_lost(&self) -> bool {
        self.lost.load(Ordering::Relaxed)
    }

    fn lose(&self, experiment: &str, why: &io::Error) {
        if self.lost.swap(true, Ordering::Relaxed) {
            return;
        }
        let why = match why.kind() {
            io::ErrorKind::NotFound => "it was removed".into(),
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => "there is no room left".into(),
            _ if why.get_ref().is_some() => why.to_string(),
            _ => said(why),
        };
        let (kind, folder) = (self.kind.word(), self.folder.path().display());
        complain(&format!(
            "{experiment}: nothing more is logged by `--log {kind} {folder}`: {why}; runs go on, and the same command later logs \
             what they came to"
        ));
    }
}

impl Logs {
    /// Of the words of `--log`: a kind and a folder, and again. The folders are made.
    ///
    /// # Errors
    /// As [`checked`] has them, or a folder cannot be made; in words.
    pub fn of(words: &[String]) -> Result<Self, String> {
        let mut logs: Vec<Log> = vec![];
        for (kind, folder) in checked(words)? {
            let made = Folder::make(folder).map_err(|e| cannot(folder, &e))?;
            if logs.iter().any(|log| log.kind == kind && is_same(log.folder.path(), folder)) {
                return Err(format!(
                    "`--log` writes into `{}` twice in the same form: leave one out",
                    folder.display()
                ));
            }
            logs.push(Log { kind, folder: made, lost: AtomicBool::new(false) });
        }
        Ok(Self(logs))
    }

    /// Takes the folders for the runs of this experiment, whose results are in a folder of their own.
    ///
    /// # Errors
    /// Another experiment of this name logs into one of them, or what is no log is in the way; in words.
    pub fn claim(&self, manifest: &Manifest, results: &Path) -> Result<(), String> {
        let logging = self.logging(manifest);
        self.0.iter().try_for_each(|log| {
            origin::claim(&log.folder, &manifest.experiment, results)?;
            logging.has_way(log)
        })
    }

    /// Whether one of them could not be written to the end.
    pub fn are_whole(&self) -> bool {
        !self.0.iter().any(Log::is_lost)
    }

    /// Of the runs of an experiment.
    pub fn logging<'l>(&'l self, manifest: &'l Manifest) -> Logging<'l> {
        Logging { logs: self, manifest, names: names(manifest), open: Mutex::default() }
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
    open: Mutex<BTreeMap<Address, Arc<Mutex<Open<'l>>>>>,
}

/// The logs of a run that is trained.
struct Open<'l> {
    writers: Vec<Writer<'l>>,
    /// Of every phase, the part of the run since it was written.
    since: BTreeMap<String, f64>,
}

type Writer<'l> = (&'l Log, Box<dyn RunLog>);

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

impl<'l> Logging<'l> {
    pub fn hear(&self, address: Address, news: News<'_>) {
        if self.logs.0.iter().all(Log::is_lost) {
            return;
        }
        match news {
            News::Steps { cell, plan, phase, after, steps, loss, share } => {
                self.phase(address, cell, plan, phase, (after, steps, loss, share))
            }
            News::Done(record, _) => self.ended(address, record),
            // What was before a place to go on from is there when the run goes on.
            News::Checkpoint(..) | News::Halted(..) => self.flush(&address),
            News::Remark(_) => {}
        }
    }

    /// What happens to a log that is not lost.
    fn try_with<T>(&self, log: &Log, act: impl FnOnce() -> io::Result<T>) -> Option<T> {
        if log.is_lost() {
            return None;
        }
        act().inspect_err(|why| log.lose(&self.manifest.experiment, why)).ok()
    }

    fn write(&self, writers: &mut [Writer<'l>], act: impl Fn(&mut dyn RunLog) -> io::Result<()>) {
        for (log, writer) in writers {
            self.try_with(log, || act(writer.as_mut()));
        }
    }

    /// An error where something else has the name of what this log would write.
    fn has_way(&self, log: &Log) -> Result<(), String> {
        let in_way = |folder: &Folder, name: &str, what: &str| {
            let path = folder.path().join(name);
            Err(format!(
                "`--log {}` cannot write `{}`: {what}; move it, or name another folder",
                log.kind.word(),
                path.display()
            ))
        };
        for run in self.manifest.runs() {
            let name = self.name(run.address, &run.arm.arm, run.turn);
            let (folders, file) = match log.kind {
                Kind::Jsonl => (vec![name.experiment.to_string(), name.folder.clone()], Some(jsonl::file(&name))),
                Kind::Tensorboard => (vec![name.experiment.to_string(), name.folder.clone(), name.run()], None),
                Kind::Mlflow => (mlflow::folders(&name).to_vec(), None),
            };
            let mut within = Some(log.folder.clone());
            for part in folders {
                let Some(folder) = within else { break };
                match folder.kind(&part) {
                    None | Some(folder::Kind::Folder) => {}
                    Some(kind) => return in_way(&folder, &part, &format!("there is {kind}")),
                }
                within = folder.below(&part).ok();
            }
            let (Some(folder), Some(file)) = (within, file) else { continue };
            match folder.kind(&file) {
                Some(folder::Kind::File) if jsonl::is_foreign(&folder, &file) => {
                    return in_way(&folder, &file, "there is a file that is no log of mhm");
                }
                None | Some(folder::Kind::File) => {}
                Some(kind) => return in_way(&folder, &file, &format!("there is {kind}")),
            }
        }
        Ok(())
    }

    fn phase(
        &self,
        address: Address,
        cell: &Cell<'_>,
        plan: &Plan,
        phase: &plan::Phase,
        (after, steps, loss, share): (plan::Position, u64, f64, f64),
    ) {
        let open = self.open(address, cell, after.steps - steps);
        let mut open = open.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        // What is not written of short phases is not missed: the next is.
        let since = open.since.entry(phase.name.clone()).or_insert(1.0);
        *since += share;
        if *since < 1.0 / POINTS {
            return;
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
        self.write(&mut open.writers, |writer| writer.write(&Entry::Phase(&point), at));
    }

    fn flush(&self, address: &Address) {
        let open = self.open.lock().unwrap_or_else(std::sync::PoisonError::into_inner).get(address).cloned();
        let Some(open) = open else { return };
        let mut open = open.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        self.write(&mut open.writers, |writer| writer.flush());
    }

    fn name<'n>(&'n self, address: Address, arm: &'n ArmId, turn: Turn) -> Name<'n> {
        let folder = self.names.get(arm).cloned().unwrap_or_else(|| arm_name(arm));
        Name { experiment: &self.manifest.experiment, arm, folder, turn, address }
    }

    /// The logs of a run; where it goes on, what a program wrote that was stopped beyond so many updates is dropped.
    fn open(&self, address: Address, cell: &Cell<'_>, kept: u64) -> Arc<Mutex<Open<'l>>> {
        let mut all = self.open.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(open) = all.get(&address) {
            return open.clone();
        }
        let writers = self.writers(&self.name(address, &cell.arm, cell.turn), kept);
        let open = Arc::new(Mutex::new(Open { writers, since: BTreeMap::new() }));
        all.insert(address, open.clone());
        open
    }

    fn writers(&self, name: &Name<'_>, kept: u64) -> Vec<Writer<'l>> {
        let writer = |log: &'l Log| Some((log, self.try_with(log, || self.writer(log, name, kept))?));
        self.logs.0.iter().filter_map(writer).collect()
    }

    fn writer(&self, Log { kind, folder, .. }: &Log, name: &Name<'_>, kept: u64) -> io::Result<Box<dyn RunLog>> {
        let arm = self.manifest.arms.iter().chain(&self.manifest.references).find(|arm| arm.arm == *name.arm);
        let settings = arm.map_or(&[][..], |arm: &Arm| &arm.settings);
        let mut writer: Box<dyn RunLog> = match kind {
            Kind::Jsonl => Box::new(jsonl::Log::open(folder, name, kept)?),
            Kind::Tensorboard => Box::new(tensorboard::Log::open(folder, name, kept)?),
            Kind::Mlflow => Box::new(mlflow::Log::open(folder, name, kept)?),
        };
        if kept == 0 {
            writer.write(&Entry::Settings(settings), now())?;
        }
        Ok(writer)
    }

    fn ended(&self, address: Address, record: &RunRecord) {
        let open = self.open.lock().unwrap_or_else(std::sync::PoisonError::into_inner).remove(&address);
        let mut writers = match open.and_then(|open| Arc::try_unwrap(open).ok()) {
            Some(open) => open.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner).writers,
            None => self.writers(&self.name(address, &record.arm, record.turn()), 0),
        };
        let at = now();
        self.write(&mut writers, |writer| writer.write(&Entry::End(record), at).and_then(|()| writer.flush()));
    }

    /// At the end: runs that were done before, and the tables of all.
    pub fn finish(&self, records: &[(Address, &RunRecord)]) {
        if self.logs.0.iter().all(Log::is_lost) {
            return;
        }
        let tables = self.tables(records);
        for log in &self.logs.0 {
            self.try_with(log, || {
                records.iter().try_for_each(|(address, record)| self.late(log, *address, record))?;
                let (folder, experiment) = (&log.folder, &self.manifest.experiment);
                match log.kind {
                    Kind::Jsonl => jsonl::tables(folder, experiment, &tables),
                    Kind::Tensorboard => tensorboard::tables(folder, experiment, &tables, now()),
                    Kind::Mlflow => mlflow::tables(folder, experiment, &tables),
                }
            });
        }
    }

    /// A run, if the log does not know its end.
    fn late(&self, log: &Log, address: Address, record: &RunRecord) -> io::Result<()> {
        let name = self.name(address, &record.arm, record.turn());
        let has_ended = match log.kind {
            Kind::Jsonl => jsonl::has_ended(&log.folder, &name),
            Kind::Tensorboard => tensorboard::has_ended(&log.folder, &name),
            Kind::Mlflow => mlflow::has_ended(&log.folder, &name),
        };
        if has_ended {
            return Ok(());
        }
        let mut writer = self.writer(log, &name, 0)?;
        writer.write(&Entry::End(record), now())?;
        writer.flush()
    }

    fn tables(&self, records: &[(Address, &RunRecord)]) -> Vec<String> {
        let records: Vec<RunRecord> = records.iter().map(|(_, record)| RunRecord::clone(record)).collect();
        let grids = tables(self.manifest, &records).into_iter().map(|grid| grid.markdown());
        let compared =
            self.manifest.compare.iter().map(|axis| comparison::of(self.manifest, axis, &records).listing().markdown());
        grids.chain(compared).collect()
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
