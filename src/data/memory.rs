//! How much memory this program may take for data, and keep arrays in. Owns the limits and how bytes are written; what a dataset takes is counted
//! in `room.rs`.

use super::error::{Code, DataError};
use std::path::Path;
use std::sync::OnceLock;

/// Bytes of an array that are kept in memory where nothing else is said: 512 MiB. Of a larger one the first samples are kept,
/// and the others read whenever they are wanted.
pub const KEPT: u64 = 1 << 29;

/// How much memory data may take. No bit of any result depends on it.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Bytes that are kept of every modality.
    pub kept: u64,
    /// Bytes that are free for data: datasets that take more are refused.
    pub free: u64,
}

impl Limits {
    /// Where nothing is said.
    pub const USUAL: Self = Self { kept: KEPT, free: u64::MAX };
}

static LIMITS: OnceLock<Limits> = OnceLock::new();

/// Says what holds for this program, once, before it reads any data: how much memory there is is the machine's to say, not a
/// program's of the language.
pub fn limit(limits: Limits) {
    LIMITS.get_or_init(|| limits);
}

/// What was said, or [`Limits::USUAL`].
pub fn limits() -> Limits {
    LIMITS.get().copied().unwrap_or(Limits::USUAL)
}

/// Bytes that may be kept of what datasets share that differ in their seeds and parts alone: as many as of a modality, and no large
/// part of what is free.
pub fn shared() -> u64 {
    let Limits { kept, free } = limits();
    kept.min(free / 8)
}

/// An error where so much of a file cannot be held: of one whose numbers are counted when they are read.
pub fn hold(path: &Path, held: u64) -> Result<(), DataError> {
    let free = limits().free;
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
