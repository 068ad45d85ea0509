//! What was handed to Slurm of a folder of results, and what Slurm says of it. Owns the files below `slurm/`, and asks `squeue`,
//! `scontrol` and `scancel`; what they do not say is taken for unknown, never for done.

use crate::folder::{self, Folder};
use crate::store::Store;
use crate::visible::visible_lines;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use std::collections::BTreeMap;
use std::io::Read;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::time::Duration;

/// What every submission is made for: a worker that finds something else refuses.
pub const FROZEN: &str = "frozen.json";

/// Bytes that a file below `slurm/` may have.
const LIMIT: u64 = 16 << 20;

/// What a worker has to find, written when runs are submitted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Frozen {
    /// Counted up.
    pub submission: u32,
    /// blake3 of the program, and what it calls itself.
    pub build: String,
    pub program: String,
    /// What runs are computed with, and whether that was asked for: then they are runs of their own.
    pub instructions: String,
    pub asked: bool,
    /// Where relative data paths start, from the folder that jobs begin in.
    pub roots: Vec<PathBuf>,
    /// As `--checkpoint` takes it.
    pub checkpoint: String,
    /// How often a run may be lost with its worker.
    pub tries: u32,
    /// Seconds without a beat after which a worker counts as gone.
    pub lease: u64,
    /// As `--log` takes them, with whole paths.
    #[serde(default)]
    pub logs: Vec<String>,
}

/// One job array.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Submission {
    pub job: u64,
    pub tasks: usize,
    pub runs: usize,
}

/// A task that Slurm knows of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Task {
    pub job: u64,
    pub task: String,
    /// `PENDING`, `RUNNING`, …
    pub state: String,
    pub node: String,
    /// Until its time is over, as Slurm writes it.
    pub left: String,
    /// Why it does not run, or what became of it.
    pub reason: String,
}

impl Task {
    /// `4711_3`
    pub fn name(&self) -> String {
        format!("{}_{}", self.job, self.task)
    }

    pub fn waits(&self) -> bool {
        matches!(self.state.as_str(), "PENDING" | "CONFIGURING" | "REQUEUED" | "REQUEUE_HOLD" | "SUSPENDED")
    }

    /// Whether it is over, and Slurm still remembers it.
    fn is_over(&self) -> bool {
        !self.waits() && !matches!(self.state.as_str(), "RUNNING" | "COMPLETING" | "STAGE_OUT" | "SIGNALING")
    }
}

/// The hash of the program that runs.
pub fn build() -> Result<String, String> {
    let path = std::env::current_exe().map_err(|e| format!("cannot find this program: {e}"))?;
    let mut hasher = blake3::Hasher::new();
    let cannot = |e: std::io::Error| format!("cannot read `{}`: {e}", path.display());
    hasher.update_reader(folder::named(&path).map_err(cannot)?.0).map_err(cannot)?;
    Ok(hasher.finalize().to_hex()[..32].to_string())
}

/// Writes a file below `slurm/`.
pub fn write(jobs: &Folder, name: &str, text: &str) -> Result<(), String> {
    let path = jobs.path().join(name);
    jobs.write(name, text.as_bytes()).map_err(|e| format!("cannot write `{}`: {e}", path.display()))
}

fn read<T: DeserializeOwned>(jobs: &Folder, name: &str) -> Result<Option<T>, String> {
    let path = jobs.path().join(name);
    let bytes = jobs.read(name, LIMIT).map_err(|e| format!("cannot read `{}`: {e}", path.display()))?;
    let read = |bytes: Vec<u8>| serde_json::from_slice(&bytes).map_err(|e| format!("`{}`: {e}", path.display()));
    bytes.map(read).transpose()
}

/// What the last submission was made for; nothing where there was none.
pub fn frozen(store: &Store) -> Result<Option<Frozen>, String> {
    store.jobs().map_or(Ok(None), |jobs| read(&jobs, FROZEN))
}

/// Every submission, by the number of its job.
pub fn submissions(store: &Store) -> Vec<Submission> {
    let Some(jobs) = store.jobs() else { return vec![] };
    let names = jobs.stems("job.json").unwrap_or_default();
    names.iter().filter_map(|name| read(&jobs, &file(name)).ok()?).collect()
}

/// The file of a submission.
pub fn file(job: &str) -> String {
    format!("{job}.job.json")
}

/// Tasks of these submissions that wait or run; nothing where Slurm cannot be asked.
pub fn tasks(submissions: &[Submission]) -> Option<Vec<Task>> {
    if submissions.is_empty() {
        return Some(vec![]);
    }
    let text = asked("squeue", &["-h", "-r", "--me", "-o", "%F|%K|%T|%N|%L|%r"]).ok()?;
    let mut tasks: Vec<Task> = text.lines().filter(|line| !line.trim().is_empty()).map(task).collect::<Option<_>>()?;
    tasks.retain(|task| !task.is_over() && submissions.iter().any(|own| own.job == task.job));
    Some(tasks)
}

/// A line of `squeue`.
fn task(line: &str) -> Option<Task> {
    let mut parts = line.trim().split('|').map(str::to_string);
    let (job, task, state) = (parts.next()?.parse().ok()?, parts.next()?, parts.next()?);
    let (node, left, reason) = (parts.next()?, parts.next()?, parts.next()?);
    Some(Task { job, task, state, node, left, reason })
}

/// What became of a task whose worker is gone, as far as anybody says: its script, else Slurm.
pub fn reason(store: &Store, job: &str) -> Option<String> {
    let left = store.jobs().and_then(|jobs| jobs.read(format!("{job}.end"), LIMIT).ok().flatten());
    let code = left.and_then(|text| String::from_utf8(text).ok()?.trim().parse::<i32>().ok());
    match code {
        Some(137) => return Some("killed (SIGKILL), as systems do when memory runs out".into()),
        Some(code) if code > 128 => return Some(format!("ended by signal {}", code - 128)),
        Some(_) | None => {}
    }
    let text = asked("scontrol", &["show", "job", job]).ok()?;
    let fields: BTreeMap<&str, &str> = text.split_whitespace().filter_map(|word| word.split_once('=')).collect();
    let (state, reason) = (fields.get("JobState")?, fields.get("Reason").copied().unwrap_or("None"));
    let said = match *state {
        "OUT_OF_MEMORY" => "out of memory".to_string(),
        "NODE_FAIL" => "its node failed".into(),
        "TIMEOUT" => "its time was over".into(),
        "CANCELLED" => "it was cancelled".into(),
        "PREEMPTED" => "it was preempted".into(),
        "FAILED" => "its job failed".into(),
        // It was begun again: Slurm says nothing of what was before.
        _ if reason == "NodeDown" || reason == "NodeFail" => "its node failed".into(),
        _ => return None,
    };
    Some(if reason == "None" { said } else { format!("{said} ({reason})") })
}

/// Ends tasks of these jobs.
pub fn cancel(jobs: &[String]) -> Result<(), String> {
    let words: Vec<&str> = jobs.iter().map(String::as_str).collect();
    asked("scancel", &words).map(|_| ())
}

/// How long Slurm may take to answer: its own commands give up after less.
const ANSWERS: Duration = Duration::from_secs(30);
const POLL: Duration = Duration::from_millis(10);

/// Characters of an answer that a person is shown.
const SHOWN: usize = 200;

/// What a command of Slurm says.
pub fn asked(command: &str, arguments: &[&str]) -> Result<String, String> {
    answer(Command::new(command).args(arguments), ANSWERS).map_err(|why| match why {
        Silent::Unknown => format!("there is no `{command}` here: is this a machine of a Slurm cluster?"),
        Silent::Broken(why) => format!("cannot start `{command}`: {why}"),
        Silent::Late => format!("`{command}` has not answered for {} s: is Slurm there?", ANSWERS.as_secs()),
        Silent::Refused(why) => format!("`{command}` refused: {}", brief(&why)),
    })
}

/// The beginning of what a program said.
pub fn brief(said: &str) -> String {
    let said = visible_lines(said.trim());
    let cut: String = said.chars().take(SHOWN).collect();
    if cut.len() < said.len() { cut + "…" } else { cut }
}

/// Why a command has no answer.
#[derive(Debug, PartialEq)]
enum Silent {
    Unknown,
    Broken(String),
    Late,
    Refused(String),
}

/// What a command says if it ends in time; one that does not is ended.
#[expect(clippy::disallowed_methods, reason = "another program is waited for")]
fn answer(command: &mut Command, patience: Duration) -> Result<String, Silent> {
    let child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let mut child = child.map_err(|e| match e.kind() {
        std::io::ErrorKind::NotFound => Silent::Unknown,
        _ => Silent::Broken(e.to_string()),
    })?;
    let broken = |e: std::io::Error| Silent::Broken(e.to_string());
    let (out, err) = (heard(child.stdout.take()), heard(child.stderr.take()));
    let mut waited = Duration::ZERO;
    let status = loop {
        match child.try_wait().map_err(broken)? {
            Some(status) => break status,
            None if waited >= patience => {
                let _ = child.kill();
                let _ = child.wait();
                return Err(Silent::Late);
            }
            None => std::thread::sleep(POLL),
        }
        waited += POLL;
    };
    let text = |heard: Receiver<String>| heard.recv_timeout(patience).map_err(|_| Silent::Late);
    if status.success() { text(out) } else { Err(Silent::Refused(text(err)?)) }
}

/// All that comes out of a pipe, read beside.
fn heard(pipe: Option<impl Read + Send + 'static>) -> Receiver<String> {
    let (say, heard) = mpsc::channel();
    std::thread::spawn(move || {
        let mut bytes = vec![];
        if let Some(pipe) = pipe {
            let _ = pipe.take(LIMIT).read_to_end(&mut bytes);
        }
        let _ = say.send(String::from_utf8_lossy(&bytes).into_owned());
    });
    heard
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_that_does_not_answer_is_ended() {
        let patience = Duration::from_millis(100);
        assert_eq!(answer(Command::new("sleep").arg("60"), patience), Err(Silent::Late));
        assert_eq!(answer(Command::new("echo").arg("12"), ANSWERS).as_deref(), Ok("12\n"));
        assert_eq!(answer(&mut Command::new("mhm-has-no-such-program"), patience), Err(Silent::Unknown));
        assert!(matches!(answer(Command::new("ls").arg("/no/such/file"), ANSWERS), Err(Silent::Refused(_))));
        assert!(brief(&"x".repeat(1000)).chars().count() == SHOWN + 1 && brief(" a\n") == "a");
    }

    #[test]
    fn lines_of_the_queue_are_read() {
        let running = task("12|3|RUNNING|n1|1:02:03|None").expect("a task");
        assert_eq!((running.name().as_str(), running.node.as_str(), running.left.as_str()), ("12_3", "n1", "1:02:03"));
        assert!(!running.waits() && !running.is_over());
        let waiting = task("12|4|PENDING||5:00|BeginTime").expect("a task");
        assert!(waiting.waits() && waiting.reason == "BeginTime");
        assert!(task("12|5|TIMEOUT||0:00|TimeLimit").is_some_and(|task| task.is_over()));
        assert_eq!(task("slurm_load_jobs error"), None);
    }
}
