//! The texts that an experiment was checked from, stored beside its runs. Owns their files.

use super::names::{TEXTS, text_name};
use super::{MANIFEST_LIMIT, Store, StoreError, below, make_below};
use crate::folder::Folder;
use std::path::PathBuf;

/// What a text hashes to.
pub fn hash_of(text: &str) -> String {
    blake3::hash(text.as_bytes()).to_hex().to_string()
}

/// The texts' names and what they hash to.
pub(super) fn hashed(texts: &[(String, String)]) -> Vec<(String, String)> {
    texts.iter().map(|(name, text)| (name.clone(), hash_of(text))).collect()
}

impl Store {
    /// Stores the texts of the manifest that are not there yet, or not whole.
    pub(super) fn write_texts(&self, texts: &[(String, String)]) -> Result<(), StoreError> {
        let named = self.manifest.texts.iter().zip(texts);
        let missing = named.filter(|((name, hash), _)| self.text(name, hash).is_err());
        let missing: Vec<(String, &[u8])> =
            missing.map(|((name, hash), (_, text))| (text_name(name, hash), text.as_bytes())).collect();
        let below = make_below(&self.folder, TEXTS)?;
        if missing.is_empty() {
            return Ok(());
        }
        below.write_all(&missing).map_err(|e| StoreError::refused(below.path(), &e))
    }

    /// The texts that the experiment was checked from, by name, the file that was named first.
    pub fn texts(&self) -> Result<Vec<(String, String)>, StoreError> {
        let text = |(name, hash): &(String, String)| self.text(name, hash).map(|text| (name.clone(), text));
        self.manifest.texts.iter().map(text).collect()
    }

    pub(super) fn text(&self, name: &str, hash: &str) -> Result<String, StoreError> {
        let path = self.text_path(name, hash);
        let read = |texts: Folder| texts.read(text_name(name, hash), MANIFEST_LIMIT);
        let bytes = below(&self.folder, TEXTS)?.map_or(Ok(None), read).map_err(|e| StoreError::refused(&path, &e))?;
        let text = String::from_utf8(bytes.ok_or_else(|| StoreError::missing(&path, "stored text"))?);
        let text = text.map_err(|e| StoreError::damaged(&path, e))?;
        if blake3::hash(text.as_bytes()).to_hex().as_str() != hash {
            return Err(StoreError::damaged(&path, "it is not the text that was stored"));
        }
        Ok(text)
    }

    /// For messages.
    fn text_path(&self, name: &str, hash: &str) -> PathBuf {
        self.folder().join(TEXTS).join(text_name(name, hash))
    }
}
