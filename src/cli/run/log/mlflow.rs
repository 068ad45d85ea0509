//! Logs in the file layout of MLflow (mlflow/store/tracking/file_store.py): `DIR/EXPERIMENT_ID/RUN_ID/{meta.yaml,metrics,params,tags}`.

use super::{Entry, Name, RunLog, bytes_of, put};
use crate::folder::Folder;
use crate::record::RunRecord;
use crate::search::seed_name;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::time::{Duration, Instant};

pub struct Log {
    run: Folder,
    meta: Meta,
    /// Lines of every metric that are not written yet.
    waiting: BTreeMap<String, String>,
    since: Instant,
}

/// What `meta.yaml` says of a run.
struct Meta {
    experiment: String,
    run: String,
    name: String,
    uri: String,
    start: u128,
}

/// Status of a run, as mlflow counts them.
const RUNNING: u8 = 1;
const FINISHED: u8 = 3;
const FAILED: u8 = 4;

/// The number of an experiment, which hangs on its name alone.
fn experiment_id(name: &str) -> String {
    let hash = blake3::hash(name.as_bytes());
    let bytes: [u8; 8] = hash.as_bytes()[..8].try_into().unwrap_or_default();
    format!("{}", 100_000_000_000_000_000 + u64::from_le_bytes(bytes) % 900_000_000_000_000_000)
}

/// Of a run, which hangs on everything that decides it.
fn run_id(name: &Name<'_>) -> String {
    blake3::hash(format!("{} {} {}", name.address, name.folder, name.run()).as_bytes()).to_hex()[..32].to_string()
}

/// The folders that a run lies in.
pub fn folders(name: &Name<'_>) -> [String; 2] {
    [experiment_id(name.experiment), run_id(name)]
}

/// A value between quotes, as YAML has it.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// The folder of an experiment, which is made with what is said of it.
fn experiment(folder: &Folder, name: &str) -> io::Result<(Folder, String)> {
    let id = experiment_id(name);
    let own = folder.make_below(&id)?;
    if !own.has_file("meta.yaml") {
        let (uri, time) = (quoted(&uri(&own)), super::now().as_millis());
        let meta = format!(
            "artifact_location: {uri}\ncreation_time: {time}\nexperiment_id: '{id}'\nlast_update_time: {time}\nlifecycle_stage: active\nname: {}\n",
            quoted(name)
        );
        put(&own, "meta.yaml", meta.as_bytes())?;
    }
    Ok((own, id))
}

fn uri(folder: &Folder) -> String {
    let path = std::path::absolute(folder.path()).unwrap_or_else(|_| folder.path().to_path_buf());
    format!("file://{}", path.display())
}

impl Log {
    #[expect(clippy::disallowed_methods, reason = "a person looks on")]
    pub fn open(folder: &Folder, name: &Name<'_>, kept: u64) -> io::Result<Self> {
        let (experiment, id) = experiment(folder, name.experiment)?;
        let run_id = run_id(name);
        let run = experiment.make_below(&run_id)?;
        for part in ["metrics", "params", "tags", "artifacts"] {
            run.make_below(part)?;
        }
        let metrics = run.below("metrics")?;
        for entry in metrics.list()? {
            let file = entry.name.to_string_lossy().into_owned();
            let text = String::from_utf8_lossy(&bytes_of(&metrics, &file)?).into_owned();
            let step = |line: &str| line.rsplit(' ').next().and_then(|step| step.parse::<u64>().ok());
            // Of the way, up to where the run goes on; of an end, nothing.
            let on_the_way = file.starts_with("loss.") || file == "samples";
            let is_kept = |line: &&str| kept > 0 && on_the_way && step(line).is_some_and(|step| step <= kept);
            let lines: String = text.lines().filter(is_kept).map(|line| format!("{line}\n")).collect();
            if lines.is_empty() { metrics.remove_file(&file)? } else { _ = put(&metrics, &file, lines.as_bytes())? }
        }
        let shown = if name.arm.0.is_empty() { name.run() } else { format!("{}, {}", name.arm, name.run()) };
        let start = super::now().as_millis();
        let meta = Meta { experiment: id, run: run_id, name: shown.clone(), uri: uri(&run), start };
        let log = Log { run, meta, waiting: BTreeMap::new(), since: Instant::now() };
        log.status(RUNNING, None)?;
        log.tag("mlflow.runName", &shown)?;
        for (axis, value) in &name.arm.0 {
            log.tag(&word(axis), value)?;
        }
        log.tag("seed", seed_name(name.turn.seed).trim_start_matches("seed "))?;
        Ok(log)
    }

    fn status(&self, status: u8, end: Option<u128>) -> io::Result<()> {
        let Meta { experiment, run, name, uri, start } = &self.meta;
        let end = end.map_or("null".to_string(), |time| time.to_string());
        let text = format!(
            "artifact_uri: {}\nend_time: {end}\nentry_point_name: ''\nexperiment_id: '{experiment}'\nlifecycle_stage: active\nrun_id: {run}\n\
             run_name: {}\nrun_uuid: {run}\nsource_name: ''\nsource_type: 4\nsource_version: ''\nstart_time: {start}\nstatus: {status}\ntags: []\n\
             user_id: mhm\n",
            quoted(&format!("{uri}/artifacts")),
            quoted(name)
        );
        put(&self.run, "meta.yaml", text.as_bytes()).map(drop)
    }

    fn tag(&self, name: &str, value: &str) -> io::Result<()> {
        put(&self.run.make_below("tags")?, name, value.as_bytes()).map(drop)
    }

    fn metric(&mut self, name: &str, value: f64, step: u64, at: Duration) {
        let _ = writeln!(self.waiting.entry(word(name)).or_default(), "{} {value} {step}", at.as_millis());
    }

    fn ended(&mut self, record: &RunRecord, at: Duration) -> io::Result<()> {
        for epoch in &record.epochs {
            for (name, value) in &epoch.measures {
                if let Ok(value) = value {
                    self.metric(&format!("epoch.{name}"), *value, u64::from(epoch.epoch), at);
                }
            }
        }
        for (name, value) in &record.measures {
            if let Ok(value) = value {
                self.metric(name, *value, record.steps, at);
            }
        }
        self.flush()?;
        match &record.failure {
            None => self.status(FINISHED, Some(at.as_millis())),
            Some(why) => {
                self.tag("failed", why)?;
                self.status(FAILED, Some(at.as_millis()))
            }
        }
    }
}

impl RunLog for Log {
    fn write(&mut self, entry: &Entry<'_>, at: Duration) -> io::Result<()> {
        match entry {
            Entry::Settings(settings) => {
                let params = self.run.make_below("params")?;
                settings.iter().try_for_each(|(key, value)| put(&params, &word(key), value.as_bytes()).map(drop))
            }
            Entry::Phase(point) => {
                self.metric(&format!("loss.{}", point.phase), point.loss, point.steps, at);
                self.metric("samples", point.samples as f64, point.steps, at);
                if self.since.elapsed() > super::LONG {
                    let frozen = if point.frozen.is_empty() {
                        String::new()
                    } else {
                        format!("; frozen: {}", point.frozen.join(", "))
                    };
                    self.tag(
                        "now",
                        &format!("{} trains {} on {}{frozen}", point.phase, point.trains.join(", "), point.on),
                    )?;
                    self.flush()?;
                }
                Ok(())
            }
            Entry::End(record) => self.ended(record, at),
        }
    }

    #[expect(clippy::disallowed_methods, reason = "a person looks on")]
    fn flush(&mut self) -> io::Result<()> {
        self.since = Instant::now();
        let metrics = self.run.make_below("metrics")?;
        for (name, lines) in std::mem::take(&mut self.waiting) {
            metrics.file_to_append(&name)?.write_all(lines.as_bytes())?;
        }
        Ok(())
    }
}

impl Drop for Log {
    fn drop(&mut self) {
        // A run that is stopped: what it came to is kept, as its checkpoint is.
        let _ = self.flush();
    }
}

pub fn has_ended(folder: &Folder, name: &Name<'_>) -> bool {
    let run = folder.below(experiment_id(name.experiment)).and_then(|own| own.below(run_id(name)));
    let meta = run.and_then(|run| bytes_of(&run, "meta.yaml")).unwrap_or_default();
    let meta = String::from_utf8_lossy(&meta);
    [FINISHED, FAILED].iter().any(|status| meta.lines().any(|line| line == format!("status: {status}")))
}

/// What mlflow shows as the description of the experiment.
pub fn tables(folder: &Folder, name: &str, all: &[String]) -> io::Result<()> {
    let (own, _) = experiment(folder, name)?;
    put(&own.make_below("tags")?, "mlflow.note.content", all.join("\n").as_bytes()).map(drop)
}

/// A name as mlflow takes it, and a file: `test_f1[2]` is `test_f1.2`.
fn word(name: &str) -> String {
    let safe = |c: char| if c.is_ascii_alphanumeric() || "_-. ".contains(c) { c } else { '.' };
    let word: String = name.chars().map(safe).collect();
    let word = word.trim_matches(['.', ' ']).chars().take(200).collect::<String>();
    if word.is_empty() { "_".into() } else { word }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_that_mlflow_takes() {
        assert_eq!([word("test_f1[2]"), word("head[0]"), word("../x"), word("[")], ["test_f1.2", "head.0", "x", "_"]);
        assert_eq!(experiment_id("methods").len(), 18);
        assert_eq!(quoted("a \"b\""), "\"a \\\"b\\\"\"");
    }
}
