//! The user's own files, rewritten: what would change, and the change itself. Owns neither layout nor findings.

use super::output::Color;
use crate::folder::Folder;
use similar::{ChangeTag, TextDiff};
use std::fs;
use std::io;
use std::path::Path;

/// A unified difference to the text of which something was `done`; empty where there is none.
pub fn difference(name: &str, done: &str, before: &str, after: &str, color: Color) -> String {
    let diff = TextDiff::from_lines(before, after);
    let mut out = String::new();
    for hunk in diff.unified_diff().context_radius(3).iter_hunks() {
        if out.is_empty() {
            out += &format!("--- {name}\n+++ {name}, {done}\n");
        }
        out += &format!("{}\n", hunk.header());
        for change in hunk.iter_changes() {
            let (mark, paint) = match change.tag() {
                ChangeTag::Delete => ('-', "\x1b[31m"),
                ChangeTag::Insert => ('+', "\x1b[32m"),
                ChangeTag::Equal => (' ', ""),
            };
            let line = format!("{mark}{}", change.value().trim_end_matches('\n'));
            let painted = color.is_on() && !paint.is_empty();
            out += &if painted { format!("{paint}{line}\x1b[0m\n") } else { line + "\n" };
        }
    }
    out
}

/// Gives a file that a person named another text. Where it is a link, what that leads to is meant; the link stays one.
pub fn replace(name: &str, text: &str) -> Result<(), String> {
    let write = || {
        let path = fs::canonicalize(name)?;
        let (above, file) = (path.parent().unwrap_or(Path::new("/")), path.file_name().unwrap_or_default());
        Folder::open(above)?.rewrite(file, text.as_bytes())
    };
    write().map_err(|e: io::Error| format!("cannot write `{name}`: {e}"))
}
