//! `mhm check --watch`: what was read, and what has changed since. Owns how a change is seen: by asking for every file again, which
//! works on every file system, over networks and in containers too.

use crate::check::names::Reader;
use crate::cli::files::{Disk, beside};
use crate::cli::output::complain;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// From one look to the next; where a look takes long, ten times as long as that.
const PAUSE: Duration = Duration::from_millis(200);
/// A file that is being written has another state after so long.
const SETTLE: Duration = Duration::from_millis(40);
/// As shells have it of a program that Ctrl-C ended.
const INTERRUPTED: i32 = 130;

/// By what one content of a file is told from another.
#[derive(Clone, Debug, PartialEq, Eq)]
struct State {
    length: u64,
    stamp: Vec<i64>,
}

impl State {
    #[cfg(unix)]
    fn of(name: &str) -> Option<Self> {
        use std::os::unix::fs::MetadataExt;
        let of = fs::metadata(name).ok()?;
        let stamp = vec![of.ino() as i64, of.mtime(), of.mtime_nsec(), of.ctime(), of.ctime_nsec()];
        Some(Self { length: of.len(), stamp })
    }

    #[cfg(not(unix))]
    fn of(name: &str) -> Option<Self> {
        let of = fs::metadata(name).ok()?;
        let since = of.modified().ok().and_then(|at| at.duration_since(std::time::UNIX_EPOCH).ok());
        Some(Self { length: of.len(), stamp: since.iter().map(|since| since.as_nanos() as i64).collect() })
    }
}

/// Every file that a check read or looked for, as it was before that.
#[derive(Debug, Default)]
pub struct Seen(RefCell<BTreeMap<String, Option<State>>>);

impl Seen {
    pub fn note(&self, name: &str) {
        let mut seen = self.0.borrow_mut();
        if !seen.contains_key(name) {
            seen.insert(name.into(), State::of(name));
        }
    }

    pub fn names(&self) -> Vec<String> {
        self.0.borrow().keys().cloned().collect()
    }

    /// What is different now, where these files would be read.
    fn changes(&self, named: &BTreeSet<String>) -> Changes {
        let mut changes = Changes::default();
        for (name, before) in self.0.borrow().iter() {
            match (before, State::of(name)) {
                (Some(_), None) => changes.gone.push(name.clone()),
                (None, Some(_)) => changes.new.push(name.clone()),
                (Some(before), Some(now)) if *before != now => changes.changed.push(name.clone()),
                (Some(_), Some(_)) | (None, None) => {}
            }
        }
        changes.new.extend(named.iter().filter(|name| !self.0.borrow().contains_key(*name)).cloned());
        changes
    }

    /// Waits until something is different, and whoever writes it has ended; nothing where the program is told to end.
    pub fn wait(&self, named: impl Fn() -> BTreeSet<String>, stop: &AtomicBool) -> Option<Changes> {
        loop {
            let (changes, took) = timed(|| self.changes(&named()));
            if changes.is_none() {
                pause(PAUSE.max(10 * took), stop)?;
                continue;
            }
            let mut last = changes;
            loop {
                pause(SETTLE, stop)?;
                let now = self.changes(&named());
                // Who removes a file may be about to write it again.
                if last == now {
                    break;
                }
                last = now;
            }
            // Or it was written as it had been.
            if !last.is_none() {
                return Some(last);
            }
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "a look that takes long is not to be all that is done")]
fn timed<T>(look: impl FnOnce() -> T) -> (T, Duration) {
    let begun = Instant::now();
    let made = look();
    (made, begun.elapsed())
}

/// Nothing where the program is told to end meanwhile.
#[expect(clippy::disallowed_methods, reason = "files change in their own time")]
fn pause(long: Duration, stop: &AtomicBool) -> Option<()> {
    let mut left = long;
    while !left.is_zero() && !stop.load(Ordering::Relaxed) {
        let piece = left.min(Duration::from_millis(50));
        std::thread::sleep(piece);
        left -= piece;
    }
    (!stop.load(Ordering::Relaxed)).then_some(())
}

/// Files that are not as they were.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Changes {
    changed: Vec<String>,
    new: Vec<String>,
    gone: Vec<String>,
}

impl Changes {
    fn is_none(&self) -> bool {
        self.changed.is_empty() && self.new.is_empty() && self.gone.is_empty()
    }
}

impl fmt::Display for Changes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.changed.as_slice(), self.new.as_slice(), self.gone.as_slice()) {
            ([one], [], []) => write!(f, "{one} changed"),
            ([], [one], []) => write!(f, "new file {one}"),
            ([], [], [one]) => write!(f, "{one} is gone"),
            ([], new, []) => write!(f, "{} new files", new.len()),
            (changed, new, gone) => write!(f, "{} files changed", changed.len() + new.len() + gone.len()),
        }
    }
}

/// A reader that tells what it was asked for.
pub struct Telling<'s> {
    pub disk: Disk,
    pub seen: &'s Seen,
}

impl Reader for Telling<'_> {
    fn library(&self, path: &str) -> Option<(String, String)> {
        if let Some(own) = self.disk.own(path) {
            self.seen.note(&own);
        }
        self.disk.library(path)
    }

    fn library_paths(&self) -> Vec<String> {
        self.disk.library_paths()
    }

    fn file(&self, path: &str, from: &str) -> Result<(String, String), String> {
        self.seen.note(&beside(path, from));
        self.disk.file(path, from)
    }
}

/// A flag that Ctrl-C sets; a second one ends the program at once.
pub fn flag() -> Arc<AtomicBool> {
    let stop = Arc::new(AtomicBool::new(false));
    for signal in [signal_hook::consts::SIGINT, signal_hook::consts::SIGTERM] {
        let second = signal_hook::flag::register_conditional_shutdown(signal, INTERRUPTED, stop.clone());
        let first = second.and_then(|_| signal_hook::flag::register(signal, stop.clone()));
        if let Err(why) = first {
            complain(&format!("cannot listen for Ctrl-C: {why}"));
        }
    }
    stop
}

#[cfg(test)]
mod tests {
    use super::Changes;

    #[test]
    fn a_cause_is_named() {
        let list = |names: &[&str]| names.iter().map(ToString::to_string).collect::<Vec<_>>();
        let cases = [
            (&["a"][..], &[][..], &[][..], "a changed"),
            (&[], &["a"], &[], "new file a"),
            (&[], &[], &["a"], "a is gone"),
            (&[], &["a", "b"], &[], "2 new files"),
            (&["a"], &["b"], &["c"], "3 files changed"),
        ];
        for (changed, new, gone, told) in cases {
            let changes = Changes { changed: list(changed), new: list(new), gone: list(gone) };
            assert_eq!(changes.to_string(), told);
        }
    }
}
