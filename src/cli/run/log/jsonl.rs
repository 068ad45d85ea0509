//! Logs as lines of JSON: `DIR/EXPERIMENT/ARM/seed-0.jsonl`, an event a line, and `DIR/EXPERIMENT/tables.jsonl`. `docs/formats.md` has
//! the schema.

use super::{Entry, Name, RunLog, Tail, bytes_of, number, put};
use crate::folder::Folder;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::io::{self, BufRead, BufReader, Read};
use std::time::Duration;

pub struct Log {
    tail: Tail,
    /// What every line says of its run.
    arm: Map<String, Value>,
    seed: u64,
}

pub fn file(name: &Name<'_>) -> String {
    format!("{}.jsonl", name.run())
}

impl Log {
    pub fn open(folder: &Folder, name: &Name<'_>, kept: u64) -> io::Result<Self> {
        let folder = folder.make_below(name.experiment)?.make_below(&name.folder)?;
        let file = file(name);
        let there = ours(&folder, &file)?;
        let text = if kept == 0 { String::new() } else { there };
        let is_kept = |line: &&str| {
            let event: Value = serde_json::from_str(line).unwrap_or_default();
            match event["event"].as_str() {
                Some("settings") => true,
                Some("phase") => event["steps"].as_u64().is_some_and(|steps| steps <= kept),
                _ => false,
            }
        };
        let lines: String = text.lines().filter(is_kept).map(|line| format!("{line}\n")).collect();
        let file = put(&folder, &file, lines.as_bytes())?;
        let arm = name.arm.0.iter().map(|(axis, value)| (axis.clone(), Value::from(value.as_str()))).collect();
        Ok(Log { tail: Tail::new(file), arm, seed: name.turn.seed })
    }

    fn line(&mut self, event: &Value) -> io::Result<()> {
        self.tail.add(format!("{event}\n").as_bytes())
    }
}

/// What is in a file, which is a log of this program if it is there.
fn ours(folder: &Folder, file: &str) -> io::Result<String> {
    let text = String::from_utf8_lossy(&bytes_of(folder, file)?).into_owned();
    let is_ours = is_log(&text);
    let why = || format!("there is a `{file}` that is no log of mhm; name another folder");
    if is_ours { Ok(text) } else { Err(io::Error::new(io::ErrorKind::AlreadyExists, why())) }
}

fn is_log(text: &str) -> bool {
    let first = text.lines().next().and_then(|line| serde_json::from_str::<Value>(line).ok()).unwrap_or_default();
    text.is_empty() || ["settings", "table"].iter().any(|word| first["event"] == *word)
}

/// Whether a file is no log of this program, as far as its first line says.
pub fn is_foreign(folder: &Folder, file: &str) -> bool {
    let Ok((file, _)) = folder.file(file) else { return false };
    let mut first = vec![];
    let read = BufReader::new(file.take(LINE)).read_until(b'\n', &mut first);
    read.is_ok() && !is_log(&String::from_utf8_lossy(&first))
}

/// Bytes of a first line, at most.
const LINE: u64 = 1 << 24;

impl RunLog for Log {
    fn write(&mut self, entry: &Entry<'_>, at: Duration) -> io::Result<()> {
        let time = at.as_secs_f64();
        match entry {
            Entry::Settings(settings) => {
                let settings: Map<String, Value> =
                    settings.iter().map(|(key, value)| (key.clone(), Value::from(value.as_str()))).collect();
                let (arm, seed) = (self.arm.clone(), self.seed);
                self.line(&json!({"event": "settings", "time": time, "arm": arm, "seed": seed, "settings": settings}))
            }
            Entry::Phase(point) => self.line(&json!({
                "event": "phase", "time": time, "phase": point.phase, "on": point.on, "trains": point.trains, "frozen": point.frozen,
                "steps": point.steps, "samples": point.samples, "loss": number(point.loss),
            })),
            Entry::End(record) => {
                let there = |all: &BTreeMap<String, crate::record::Measured>| -> Map<String, Value> {
                    all.iter().filter_map(|(name, value)| Some((name.clone(), number(*value.as_ref().ok()?)))).collect()
                };
                for epoch in &record.epochs {
                    self.line(&json!({"event": "epoch", "epoch": epoch.epoch, "measures": there(&epoch.measures)}))?;
                }
                self.line(&match &record.failure {
                    Some(why) => json!({"event": "failed", "time": time, "why": why}),
                    None => json!({
                        "event": "done", "time": time, "measures": there(&record.measures), "steps": record.steps,
                        "samples": record.samples, "seconds": record.seconds,
                    }),
                })
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.tail.flush()
    }
}

pub fn has_ended(folder: &Folder, name: &Name<'_>) -> bool {
    let arm = folder.below(name.experiment).and_then(|folder| folder.below(&name.folder));
    let bytes = arm.and_then(|arm| bytes_of(&arm, &file(name))).unwrap_or_default();
    let last = String::from_utf8_lossy(&bytes).lines().last().and_then(|line| serde_json::from_str::<Value>(line).ok());
    last.is_some_and(|event| ["done", "failed"].iter().any(|word| event["event"] == *word))
}

pub fn tables(folder: &Folder, experiment: &str, all: &[String]) -> io::Result<()> {
    let line = |text: &String| format!("{}\n", json!({"event": "table", "experiment": experiment, "markdown": text}));
    let folder = folder.make_below(experiment)?;
    ours(&folder, "tables.jsonl")?;
    put(&folder, "tables.jsonl", all.iter().map(line).collect::<String>().as_bytes()).map(drop)
}
