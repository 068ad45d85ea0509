//! `random`: a share of the samples by chance.

use super::{Groups, Kept, Split, SplitRule};
use crate::builtin::value::Share;
use crate::row;

row! {
    /// A share of all samples, drawn without replacement from those no earlier split took.
    ///
    /// Stratified, the share is of every class of the first class target, rounded to whole samples (section 3: "for
    /// each class, we randomly select 90 %").
    ///
    /// Samples of one `group` stay together. The share is then as near to what is asked as the groups allow, and so are the
    /// shares of the classes; within a tenth of the smaller part chance decides. `mhm plan` says how near it came.
    pub struct Random = "random" as Split(dyn Split) {
        /// Of all samples (`rest` takes what is left).
        share: Share,
        /// The same share of every class.
        stratified: bool = true,
        /// Whether samples of a group stay together.
        grouped: bool = true,
        /// The groups that stay together (default: all that are not declared `grouped: false`).
        by: Option<Groups> = None,
    }
    example "random(0.9)" on []
}

impl Split for Random {
    fn rule(&self) -> SplitRule {
        let kept = match (&self.by, self.grouped) {
            (_, false) => Kept::Nothing,
            (Some(groups), true) => Kept::These(groups.0.clone()),
            (None, true) => Kept::Groups,
        };
        SplitRule::Random { share: self.share.0, stratified: self.stratified, kept }
    }
}
