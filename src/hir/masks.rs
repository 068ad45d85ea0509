//! Which modalities say of others what is there. Owns no opinion.

use super::{Dataset, Modality};
use crate::builtin::dataset::Transform;
use std::collections::BTreeSet;

impl Dataset {
    /// Modalities that say which steps of others are real.
    pub fn masks(&self) -> BTreeSet<String> {
        self.modalities.iter().filter_map(Modality::present).collect()
    }

    /// The modality that says which steps of this one are real, where it is standardized by one.
    pub fn present(&self, name: &str) -> Option<String> {
        self.modalities.iter().find(|modality| modality.name == name)?.present()
    }
}

impl Modality {
    fn present(&self) -> Option<String> {
        self.transforms.iter().find_map(|preparation| match preparation.transform() {
            Transform::Standardize { present } => present.map(str::to_string),
            Transform::Each(_) => None,
        })
    }
}
