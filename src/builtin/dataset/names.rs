//! `names`: samples by their names.

use super::{Split, SplitRule};
use crate::row;

row! {
    /// The samples that a file names, a line each, in its order: `names("split_train.txt")`.
    ///
    /// A name stands for `{name}` in the names of files and arrays: `npy("rgb/{name}.npy")` is one file a sample, and
    /// its axes are the sample's. Empty lines are passed over.
    pub struct Names = "names" as Split(dyn Split) {
        /// Under the dataset's root.
        file: String,
        /// What stands for `{split}`, where file names have one.
        key: Option<String> = None,
    }
    example "names(\"split_train.txt\", key: \"train\")" on []
}

impl Split for Names {
    fn rule(&self) -> SplitRule {
        SplitRule::Names { file: self.file.clone(), key: self.key.clone() }
    }
}
