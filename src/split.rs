//! What a split of a dataset is called.

use std::borrow::{Borrow, Cow};
use std::fmt;
use std::ops::Deref;

/// The name of a split. Those that a program gives a meaning to are constants.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct SplitName(Cow<'static, str>);

impl SplitName {
    /// What statistics are taken of, and what folds divide.
    pub const TRAIN: Self = Self(Cow::Borrowed("train"));
    /// What a phase stops by where it does not say.
    pub const VALIDATION: Self = Self(Cow::Borrowed("validation"));
    /// What the paper's gap is of.
    pub const TEST: Self = Self(Cow::Borrowed("test"));
}

/// Whether samples of a split of this name are to be kept from training and selection. Splits to train on or to select on
/// say so in their names.
pub fn held_out(split: &str) -> bool {
    let name = split.to_lowercase();
    !["train", "pretrain", "unlabel", "extra", "val", "dev"].iter().any(|start| name.starts_with(start))
}

impl<T: Into<String>> From<T> for SplitName {
    fn from(name: T) -> Self {
        Self(Cow::Owned(name.into()))
    }
}

impl Deref for SplitName {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

/// Maps by names of splits are asked by texts.
impl Borrow<str> for SplitName {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl PartialEq<str> for SplitName {
    fn eq(&self, other: &str) -> bool {
        self.0 == other
    }
}

impl PartialEq<&str> for SplitName {
    fn eq(&self, other: &&str) -> bool {
        self.0 == *other
    }
}

impl fmt::Display for SplitName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self)
    }
}

impl fmt::Debug for SplitName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&**self, f)
    }
}
