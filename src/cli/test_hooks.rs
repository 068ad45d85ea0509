//! What tests ask of a program through `MHM_FAULT`, in builds for tests: to panic, to die, or to wait, at a moment that they name.

use crate::experiment::Cell;
use std::cell::Cell as Counter;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

fn is_asked(named: &str) -> bool {
    cfg!(debug_assertions) && std::env::var("MHM_FAULT").is_ok_and(|asked| asked == named)
}

/// `MHM_FAULT=program` is a panic outside of all runs.
pub fn program() {
    assert!(!is_asked("program"), "MHM_FAULT is set");
}

/// The program is killed where `moment` is asked for.
pub fn dies(moment: &str) {
    if is_asked(moment) {
        std::process::abort();
    }
}

/// With `apart`, nodes of a cluster on one machine are machines of their own: what is added to the name of this one.
pub fn apart() -> String {
    if is_asked("apart") { std::env::var("SLURMD_NODENAME").unwrap_or_else(|_| "none".into()) } else { String::new() }
}

thread_local! {
    /// Checkpoints of the run that this thread trains.
    static KEPT: Counter<usize> = const { Counter::new(0) };
}

/// A run begins: `panic 1` ends those of seed 1, `wait 1` keeps them waiting, `wait` all of them, so that the experiment is not over
/// before it is stopped.
pub fn begins(cell: &Cell<'_>, stop: &AtomicBool) {
    KEPT.set(0);
    assert!(!is_asked(&format!("panic {}", cell.turn.seed)), "MHM_FAULT is set");
    if is_asked("wait") || is_asked(&format!("wait {}", cell.turn.seed)) {
        wait(stop);
    }
}

/// A checkpoint is on the disk: with `hold 2`, every run waits when it has kept its second one.
pub fn kept_checkpoint(stop: &AtomicBool) {
    KEPT.set(KEPT.get() + 1);
    if is_asked(&format!("hold {}", KEPT.get())) {
        wait(stop);
    }
}

/// Until the program is told to end, or there is a file `go` where it was started.
#[expect(clippy::disallowed_methods, reason = "a test asks for it")]
fn wait(stop: &AtomicBool) {
    while !stop.load(Ordering::Relaxed) && !Path::new("go").exists() {
        std::thread::sleep(Duration::from_millis(1));
    }
}
