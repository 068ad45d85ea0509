//! What tells a run to end: Ctrl-C, and the signals that systems and batch systems send before they kill. Owns which they are
//! and how long runs may take.

use crate::cli::output::complain;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// How long runs may take to leave a checkpoint when the program is told to end.
const GRACE: Duration = Duration::from_millis(1800);

/// As shells have it of a program that Ctrl-C ended.
const INTERRUPTED: i32 = 130;

/// A flag that is set when the program is told to end. It is ended at once by a second word of a person or a system, and where
/// a step takes longer than there is grace: then the last checkpoint holds.
pub fn flag() -> Result<Arc<AtomicBool>, String> {
    flag_within(GRACE)
}

/// The same where there is another grace.
pub fn flag_within(grace: Duration) -> Result<Arc<AtomicBool>, String> {
    let stop = Arc::new(AtomicBool::new(false));
    listen(&stop, grace).map_err(|e| format!("cannot listen for Ctrl-C: {e}"))?;
    Ok(stop)
}

#[cfg(unix)]
fn listen(stop: &Arc<AtomicBool>, grace: Duration) -> std::io::Result<()> {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGXCPU};
    /// The second of these means now. The others come again and again (SIGXCPU once a second of computing), or before one of these.
    const URGENT: [i32; 4] = [SIGINT, SIGTERM, SIGHUP, SIGQUIT];
    let heard =
        URGENT.into_iter().chain([SIGUSR1, SIGUSR2, SIGXCPU]).filter(|signal| *signal != SIGHUP || !is_detached());
    let mut signals = signal_hook::iterator::Signals::new(heard)?;
    let flag = stop.clone();
    std::thread::spawn(move || {
        let mut urged = false;
        for signal in signals.forever() {
            if !flag.swap(true, Ordering::Relaxed) {
                std::thread::spawn(move || end(grace));
            }
            if !URGENT.contains(&signal) {
                continue;
            }
            if urged {
                std::process::exit(INTERRUPTED);
            }
            urged = true;
        }
    });
    Ok(())
}

/// Whether `nohup` started it: then it does not end with its terminal.
#[cfg(unix)]
fn is_detached() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let ignored = ignored.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0);
    ignored & (1 << (signal_hook::consts::SIGHUP - 1)) != 0
}

#[cfg(unix)]
fn end(grace: Duration) {
    #[expect(clippy::disallowed_methods, reason = "nobody waits for this thread")]
    std::thread::sleep(grace);
    complain("interrupted in the middle of a step; the same command goes on from the last checkpoint");
    std::process::exit(INTERRUPTED);
}

/// Other systems have two of them, and no thread that waits for one.
#[cfg(not(unix))]
fn listen(stop: &Arc<AtomicBool>, _: Duration) -> std::io::Result<()> {
    for signal in [signal_hook::consts::SIGINT, signal_hook::consts::SIGTERM] {
        signal_hook::flag::register_conditional_shutdown(signal, INTERRUPTED, stop.clone())?;
        signal_hook::flag::register(signal, stop.clone())?;
    }
    Ok(())
}
