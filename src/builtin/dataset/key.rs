//! `key`: a split that has arrays or files of its own.

use super::{Portion, Split, SplitRule};
use crate::builtin::value::Fraction;
use crate::row;

row! {
    /// The samples of the arrays and files that carry this key in the place of `{split}`.
    ///
    /// `key("train", share: 0.25)` is a quarter of them: training sets of several sizes show how much more data would bring.
    pub struct Key = "key" as Split(dyn Split) {
        /// What stands in the place of `{split}`.
        key: String,
        /// Only this share of them, by chance. Of one seed, a smaller share is part of a larger.
        share: Fraction = Fraction(1.0),
        /// The same share of every class.
        stratified: bool = true,
    }
    example "key(\"train\")" on []
}

impl Split for Key {
    fn rule(&self) -> SplitRule {
        let only = Portion { share: self.share.0, stratified: self.stratified }.drawn();
        SplitRule::Key { key: self.key.clone(), only }
    }
}
