//! What is dealt without being cut through: drawn splits, and the parts of cross-validation that are test samples in turn.

use std::fmt;

/// What a drawn split does not cut through.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kept {
    /// Every group that is not declared otherwise.
    Groups,
    /// These.
    These(Vec<String>),
    Nothing,
}

/// `subject`, `[subject, session]`
pub(super) fn one_or_list(names: &[String]) -> String {
    if let [only] = names { only.clone() } else { format!("[{}]", names.join(", ")) }
}

/// How samples are dealt to parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Deal {
    /// To so many parts of about the same size, by chance; none cuts through what is kept together.
    Into { parts: usize, kept: Kept },
    /// To one part for each group of this name.
    Each(String),
}

impl Deal {
    /// The groups that it names.
    pub fn names(&self) -> &[String] {
        match self {
            Deal::Into { kept: Kept::These(names), .. } => names,
            Deal::Into { kept: Kept::Groups | Kept::Nothing, .. } => &[],
            Deal::Each(name) => std::slice::from_ref(name),
        }
    }
}

impl fmt::Display for Deal {
    /// As the language writes it: `5, by: subject`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Deal::Into { parts, kept: Kept::Groups } => write!(f, "{parts}"),
            Deal::Into { parts, kept: Kept::Nothing } => write!(f, "{parts}, grouped: false"),
            Deal::Into { parts, kept: Kept::These(groups) } => write!(f, "{parts}, by: {}", one_or_list(groups)),
            Deal::Each(group) => write!(f, "each {group}"),
        }
    }
}
