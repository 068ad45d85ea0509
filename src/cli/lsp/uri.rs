//! Paths as an editor names them, `file:///home/ada/my%20nets/moons.mhm`, and back.

use crate::cli::render::listed::path as encoded;
use lsp_types::Uri;
use std::path::{Path, PathBuf};

const SCHEME: &str = "file://";

/// The path of a file; `None` where it is no file.
pub fn path(uri: &Uri) -> Option<PathBuf> {
    let rest = uri.as_str().strip_prefix(SCHEME)?;
    // A host stands before the path; the own one may be named.
    let rest = &rest[rest.find('/')?..];
    let mut bytes = vec![];
    let mut left = rest.bytes();
    while let Some(byte) = left.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let digits = [left.next()?, left.next()?];
        let digits = std::str::from_utf8(&digits).ok()?;
        bytes.push(u8::from_str_radix(digits, 16).ok()?);
    }
    String::from_utf8(bytes).ok().map(PathBuf::from)
}

/// The name of a file for an editor.
pub fn uri(path: &Path) -> Option<Uri> {
    format!("{SCHEME}{}", encoded(path.to_str()?)).parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_survive_the_way_there_and_back() {
        for name in ["/a/b.mhm", "/my nets/ж漢😀/x%20.mhm", "/a/#?&.mhm"] {
            let uri = uri(Path::new(name)).expect("a name");
            assert_eq!(path(&uri), Some(PathBuf::from(name)), "{}", uri.as_str());
        }
        assert_eq!(path(&"untitled:Untitled-1".parse().expect("a name")), None);
        assert_eq!(path(&"file://localhost/a.mhm".parse().expect("a name")), Some("/a.mhm".into()));
    }
}
