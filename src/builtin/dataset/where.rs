//! `where`: samples by the groups they belong to.

use super::{Conditions, Split, SplitRule};
use crate::row;

row! {
    /// The samples whose groups are these: `where(subject in ["S03", "S07"])`, `where(session == 2)`.
    ///
    /// `==` and `!=` compare with one text or whole number, `in` and `not in` with a list. Of several conditions all hold:
    /// `where(subject == "S03", session != 2)`. What a group never is, is an error that names what it is.
    pub struct Where = "where" as Split(dyn Split) {
        /// Names of groups, compared with texts or whole numbers.
        conditions: Conditions,
    }
    example "where(subject in [\"S03\", \"S07\"])" on []
}

impl Split for Where {
    fn rule(&self) -> SplitRule {
        SplitRule::Where(self.conditions.0.clone())
    }
}
