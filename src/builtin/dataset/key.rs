//! `key`: a split that has arrays or files of its own.

use super::{Split, SplitRule};
use crate::row;

row! {
    /// The samples of the arrays and files that carry this key in the place of `{split}`.
    pub struct Key = "key" as Split(dyn Split) {
        /// What stands in the place of `{split}`.
        key: String,
    }
    example "key(\"train\")" on []
}

impl Split for Key {
    fn rule(&self) -> SplitRule {
        SplitRule::Key(self.key.clone())
    }
}
