//! The standard library, embedded in the binary: every file of `stdlib/`, as `build.rs` lists them.

/// Path below `stdlib/` without the ending, and text, sorted by path.
pub const FILES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/stdlib.rs"));

/// The text of a library file.
pub fn text(path: &str) -> Option<&'static str> {
    FILES.iter().find(|(p, _)| *p == path).map(|(_, text)| *text)
}
