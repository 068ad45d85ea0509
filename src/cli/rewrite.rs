//! The user's own files, rewritten: what would change, and the change itself. Owns neither layout nor findings.

use super::output::Color;
use similar::{ChangeTag, TextDiff};
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

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

/// Gives a file another text.
pub fn replace(name: &str, text: &str) -> Result<(), String> {
    write(Path::new(name), text).map_err(|e| format!("cannot write `{name}`: {e}"))
}

/// Writes beside the file, then takes its place: whoever reads meanwhile sees the old text or the new one.
fn write(path: &Path, text: &str) -> std::io::Result<()> {
    // A link stays a link.
    let path = fs::canonicalize(path)?;
    let mut beside = path.clone().into_os_string();
    beside.push(format!(".{}.tmp", std::process::id()));
    let beside = PathBuf::from(beside);
    let written = fs::File::create_new(&beside)
        .and_then(|mut file| file.write_all(text.as_bytes()).and_then(|()| file.sync_all()))
        .and_then(|()| fs::set_permissions(&beside, fs::metadata(&path)?.permissions()))
        .and_then(|()| fs::rename(&beside, &path));
    if written.is_err() {
        let _ = fs::remove_file(&beside);
    }
    written
}
