//! `mhm check --watch`: every change of what was read is seen, whoever makes it in whatever way, and nothing else ends it.

use crate::cli::{command, folder, mhm};
use crate::faults::signal;
use serde_json::Value;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

const GOOD: &str = "network N {\n  in x: [4]\n  head classify = linear(2)\n  out classify(x)\n}\n";
const WAITING: &str = "; waiting for changes";

/// A check that goes on, and the lines it writes.
struct Watching {
    child: Child,
    lines: Receiver<String>,
}

impl Watching {
    fn of(at: &Path, arguments: &[&str]) -> Self {
        let mut check = command(at, &[&["check", "--watch"], arguments].concat());
        let mut child = check.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let (to, lines) = channel();
        let out = BufReader::new(child.stdout.take().unwrap());
        std::thread::spawn(move || out.lines().map_while(Result::ok).all(|line| to.send(line).is_ok()));
        Self { child, lines }
    }

    /// What is written up to and with the line that has this in it.
    fn until(&self, end: &str) -> Vec<String> {
        let mut lines = vec![];
        loop {
            match self.lines.recv_timeout(Duration::from_secs(30)) {
                Ok(line) => lines.push(line),
                Err(why) => panic!("`{end}` does not come: {why}\n{}", lines.join("\n")),
            }
            if lines.last().is_some_and(|line| line.contains(end)) {
                return lines;
            }
        }
    }

    /// The cause of the next check, and what it comes to.
    fn next(&self) -> (String, String) {
        let lines = self.until(WAITING);
        assert_eq!(lines[0], "----------", "{lines:?}");
        (lines[1].clone(), lines.last().unwrap().trim_end_matches(WAITING).into())
    }

    fn next_is(&self, cause: &str, ended: &str) {
        assert_eq!(self.next(), (cause.into(), ended.into()));
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn project(name: &str) -> PathBuf {
    let at = folder(&format!("watch_{name}"));
    fs::create_dir(at.join(".git")).unwrap();
    fs::write(at.join("a.mhm"), GOOD).unwrap();
    at
}

#[test]
fn every_kind_of_change_is_seen_and_named() {
    let at = project("kinds");
    let bad = GOOD.replace("linear", "liner");
    let watching = Watching::of(&at, &["--format", "short", "."]);
    assert_eq!(watching.until(WAITING), ["no problems; waiting for changes"]);
    fs::write(at.join("a.mhm"), &bad).unwrap();
    watching.next_is("a.mhm changed", "1 error");
    // As editors save: a new file takes the place of the old one.
    fs::write(at.join(".a.mhm.new"), GOOD).unwrap();
    fs::rename(at.join(".a.mhm.new"), at.join("a.mhm")).unwrap();
    watching.next_is("a.mhm changed", "no problems");
    fs::create_dir(at.join("deep")).unwrap();
    fs::write(at.join("deep/b.mhm"), &bad).unwrap();
    watching.next_is("new file deep/b.mhm", "1 error");
    fs::remove_file(at.join("deep/b.mhm")).unwrap();
    watching.next_is("deep/b.mhm is gone", "no problems");
    fs::write(at.join("a.mhm"), b"network \xff").unwrap();
    watching.next_is("a.mhm changed", "1 file not read");
    fs::write(at.join("a.mhm"), "network N {").unwrap();
    assert_eq!(watching.next().0, "a.mhm changed");
    fs::remove_file(at.join("a.mhm")).unwrap();
    watching.next_is("a.mhm is gone", "nothing was checked");
    fs::write(at.join("a.mhm"), GOOD).unwrap();
    watching.next_is("new file a.mhm", "no problems");
    let lint = GOOD.replace("  head", "  let y = x\n  head");
    fs::write(at.join("a.mhm"), lint).unwrap();
    watching.next_is("a.mhm changed", "1 warning");
    fs::write(at.join("mhm.toml"), "[lints]\nunused-let = \"error\"\n").unwrap();
    watching.next_is("new file mhm.toml", "1 error");
    fs::write(at.join("mhm.toml"), "[lints]\nunused-lt = \"error\"\n").unwrap();
    watching.next_is("mhm.toml changed", "nothing was checked");
    fs::write(at.join("mhm.toml"), "[lints]\nunused-let = \"allow\"\n").unwrap();
    watching.next_is("mhm.toml changed", "no problems");
}

#[test]
fn what_a_file_uses_is_watched_too_even_before_it_is_there() {
    let at = project("uses");
    fs::write(at.join("a.mhm"), "use \"./parts/n.mhm\"\nnetwork A = N\n").unwrap();
    let watching = Watching::of(&at, &["--format", "short", "a.mhm"]);
    watching.until("1 error; waiting");
    fs::create_dir(at.join("parts")).unwrap();
    fs::write(at.join("parts/n.mhm"), GOOD).unwrap();
    watching.next_is("new file parts/n.mhm", "no problems");
    fs::write(at.join("parts/n.mhm"), GOOD.replace("linear", "liner")).unwrap();
    watching.next_is("parts/n.mhm changed", "1 error");
    fs::write(at.join("unrelated.mhm"), "nothing").unwrap();
    fs::write(at.join("parts/n.mhm"), GOOD).unwrap();
    watching.next_is("parts/n.mhm changed", "no problems");
}

#[test]
fn ctrl_c_ends_it_and_so_does_a_reader_that_goes_away() {
    let at = project("ends");
    let mut watching = Watching::of(&at, &["."]);
    watching.until(WAITING);
    signal(&watching.child, "-INT");
    assert_eq!(watching.child.wait().unwrap().code(), Some(130));
    let mut child = command(&at, &["check", "--watch"]).stdout(Stdio::piped()).spawn().unwrap();
    let mut first = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut first).unwrap();
    fs::write(at.join("a.mhm"), format!("\n{GOOD}")).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn json_says_where_a_check_begins_and_ends() {
    let at = project("json");
    let watching = Watching::of(&at, &["--format", "json", "."]);
    let read = |lines: Vec<String>| -> Vec<Value> { lines.iter().map(|l| serde_json::from_str(l).unwrap()).collect() };
    assert_eq!(read(watching.until("waiting"))[0]["errors"], 0);
    fs::write(at.join("a.mhm"), GOOD.replace("linear", "liner")).unwrap();
    let lines = read(watching.until("waiting"));
    assert_eq!((lines.len(), &lines[0]["cause"], &lines[2]["errors"]), (3, &"a.mhm changed".into(), &1.into()));
    assert_eq!(lines[1]["code"], "mhm::unknown-name");
}

#[test]
fn documents_and_streams_without_a_file_are_not_watched() {
    let at = project("refused");
    for format in ["sarif", "gitlab", "junit", "github"] {
        let (code, out, err) = mhm(&at, &["check", "--watch", "--format", format]);
        let why =
            format!("mhm: `--watch` writes without end, which `{format}` does not: take `full`, `short` or `json`\n");
        assert_eq!((code, out.as_str(), err), (2, "", why));
    }
    assert_eq!(mhm(&at, &["check", "--watch", "-"]).0, 2);
    assert_eq!(mhm(&at, &["check", "--watch", "--fix"]).0, 2);
}
