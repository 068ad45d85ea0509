//! `names`: samples by their names.

use super::{Portion, Split, SplitRule};
use crate::builtin::value::Fraction;
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
        /// Only this share of them, by chance. Of one seed, a smaller share is part of a larger.
        share: Fraction = Fraction(1.0),
        /// The same share of every class.
        stratified: bool = true,
    }
    example "names(\"split_train.txt\", key: \"train\")" on []
}

impl Split for Names {
    fn rule(&self) -> SplitRule {
        let only = Portion { share: self.share.0, stratified: self.stratified }.drawn();
        SplitRule::Names { file: self.file.clone(), key: self.key.clone(), only }
    }
}
