//! How much memory this program may take for data, and keep arrays in. Owns the limits and how bytes are written; what a dataset takes is counted
//! in `room.rs`.

use super::error::{Code, DataError};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

/// Bytes of an array that are kept in memory where nothing else is said: 512 MiB. Of a larger one the first samples are kept,
/// and the others read whenever they are wanted.
pub const KEPT: u64 = 1 << 29;

static KEEP: AtomicU64 = AtomicU64::new(KEPT);

/// Makes this program keep so many bytes of every modality. How much memory there is is nothing a program of the language
/// says, so it is said once for all of them.
pub fn keep(bytes: u64) {
    KEEP.store(bytes, Ordering::Relaxed);
}

/// What was said last, or [`KEPT`].
pub fn kept() -> u64 {
    KEEP.load(Ordering::Relaxed)
}

static FREE: AtomicU64 = AtomicU64::new(u64::MAX);

/// Makes this program refuse datasets that take more bytes of memory. How many there are is the machine's to say.
pub fn allow(bytes: u64) {
    FREE.store(bytes, Ordering::Relaxed);
}

/// Bytes that are free for data.
pub fn free() -> u64 {
    FREE.load(Ordering::Relaxed)
}

/// An error where so much of a file cannot be held: of one whose numbers are counted when they are read.
pub fn hold(path: &Path, held: u64) -> Result<(), DataError> {
    let free = free();
    if held <= free {
        return Ok(());
    }
    let message = format!("a file has more numbers than memory: {} are free", bytes(free));
    Err(DataError::new(Code::TooLittleMemory, message).file(path))
}

/// "8.59 GB".
pub fn bytes(count: u64) -> String {
    let (size, unit) = [(1e12, "TB"), (1e9, "GB"), (1e6, "MB"), (1e3, "kB")]
        .into_iter()
        .find(|(size, _)| count as f64 >= *size)
        .unwrap_or((1.0, "bytes"));
    if size > 1.0 { format!("{:.2} {unit}", count as f64 / size) } else { format!("{count} {unit}") }
}
