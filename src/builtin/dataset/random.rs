//! `random`: a share of the samples by chance.

use super::{Split, SplitRule};
use crate::builtin::value::Share;
use crate::row;

row! {
    /// A share of all samples, drawn without replacement from those no earlier split took.
    ///
    /// Stratified, the share is of every class of the first class target, rounded to whole samples (section 3: "for
    /// each class, we randomly select 90 %").
    pub struct Random = "random" as Split(dyn Split) {
        /// Of all samples (`rest` takes what is left).
        share: Share,
        /// The same share of every class.
        stratified: bool = true,
    }
    example "random(0.9)" on []
}

impl Split for Random {
    fn rule(&self) -> SplitRule {
        SplitRule::Random { share: self.share.0, stratified: self.stratified }
    }
}
