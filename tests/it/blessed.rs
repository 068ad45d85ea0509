//! Files that hold what the program says: one way to hold them to it, and `MHM_BLESS=1` to renew them.

use similar::TextDiff;
use std::fs;
use std::path::PathBuf;

/// Holds every file to the text that it should have. Files that have it are left alone: other tests are reading them.
pub fn hold(files: impl IntoIterator<Item = (PathBuf, String)>) {
    let mut wrong = String::new();
    for (path, text) in files {
        let old = fs::read_to_string(&path).unwrap_or_default();
        if old == text {
            continue;
        }
        if std::env::var_os("MHM_BLESS").is_some() {
            fs::write(&path, &text).unwrap();
        } else {
            let difference = TextDiff::from_lines(&old, &text);
            wrong += &format!("{}\n{}\n", path.display(), difference.unified_diff().context_radius(1));
        }
    }
    assert!(
        wrong.is_empty(),
        "with `-` what the files say, with `+` what the program says:\n{wrong}MHM_BLESS=1 renews them"
    );
}
