//! The manifest of a folder of runs as a file. Owns how it is written, read and refused.

use super::names::MANIFEST;
use super::{FORMAT, Store, StoreError, line};
use crate::record::manifest::Manifest;
use std::path::Path;

impl Store {
    /// Says what all runs together came to, once they are done, of a folder that [is of this form](Self::is_current).
    pub fn seal(&mut self, hash: Option<&str>) -> Result<(), StoreError> {
        if self.manifest.hash.as_deref() == hash {
            return Ok(());
        }
        self.manifest.hash = hash.map(str::to_string);
        self.write_manifest()
    }

    /// Whether the folder has this manifest, which somebody else may have replaced.
    pub fn is_current(&self) -> bool {
        let bare = |manifest: &Manifest| Manifest { hash: None, ..manifest.clone() };
        Store::of(self.folder.clone()).map_or(true, |now| bare(&now.manifest) == bare(&self.manifest))
    }

    pub(super) fn write_manifest(&self) -> Result<(), StoreError> {
        let text = ron::ser::to_string_pretty(&self.manifest, ron::ser::PrettyConfig::default());
        let text = text.map_err(|e| StoreError::damaged(&self.folder().join(MANIFEST), e))?;
        self.write(MANIFEST, line::seal_text(&text).as_bytes())
    }
}

/// The manifest that these bytes are.
pub(super) fn read_manifest(bytes: &[u8], path: &Path) -> Result<Manifest, StoreError> {
    #[derive(serde::Deserialize)]
    struct Head {
        format: u32,
    }
    let damaged = |e: ron::error::SpannedError| StoreError::damaged(path, e);
    let sealed = std::str::from_utf8(bytes).map_err(|e| StoreError::damaged(path, e))?;
    // First, and the same in every format: a number that nobody sealed is a damaged one.
    let text = line::unseal_text(sealed).map_err(|why| StoreError::damaged(path, why))?;
    // Later formats may have other fields.
    let head: Head = ron::from_str(text).map_err(damaged)?;
    if head.format > FORMAT {
        return Err(StoreError::newer(path, head.format, FORMAT));
    }
    let manifest: Manifest = ron::from_str(text).map_err(damaged)?;
    manifest.fault().map_or(Ok(manifest), |why| Err(StoreError::damaged(path, why)))
}
