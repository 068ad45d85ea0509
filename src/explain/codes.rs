//! A page for every code. Owns their texts; tests hold them against the sources and run every example.

/// What a code means.
#[derive(Clone, Copy, Debug)]
pub struct Page {
    pub code: &'static str,
    /// One line.
    pub what: &'static str,
    /// Why it is an error, and what to do.
    pub why: &'static str,
    /// A program that gets this code and no other.
    pub wrong: &'static str,
    /// The same, mended.
    pub right: &'static str,
}

/// Every page, in order of the codes.
pub fn pages() -> impl Iterator<Item = &'static Page> {
    [].iter()
}
