//! `rest`: what no other split took.

use super::{Split, SplitRule};
use crate::row;

row! {
    /// The samples that no other split took.
    pub struct Rest = "rest" as Split(dyn Split) {}
    example "rest" on []
}

impl Split for Rest {
    fn rule(&self) -> SplitRule {
        SplitRule::Rest
    }
}
