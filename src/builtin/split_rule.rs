//! Which samples a split has, as its declaration says.

use super::condition::Condition;
use super::cross::{Deal, Kept, one_or_list};
use super::value::quoted;
use std::fmt::{self, Debug};

/// Which samples a split has. Splits are sets of ids known before training, so the checker can prove them apart.
pub trait Split: Debug + Send + Sync {
    fn rule(&self) -> SplitRule;
}

/// Some of the samples that a split names, by chance.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Portion {
    /// Above 0, at most 1.
    pub share: f64,
    /// The same share of every class.
    pub stratified: bool,
}

impl Portion {
    /// Nothing where it is all of them: that needs no draw.
    pub fn drawn(self) -> Option<Self> {
        (self.share < 1.0).then_some(self)
    }
}

impl fmt::Display for Portion {
    /// As arguments behind others.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, ", share: {}, stratified: {}", self.share, self.stratified)
    }
}

#[derive(Clone, Debug, PartialEq)]
pub enum SplitRule {
    /// The arrays and files that carry this key in the place of `{split}`; of their samples, only a portion where one is said.
    Key { key: String, only: Option<Portion> },
    /// This share of the samples, drawn from the stream `split`; the same share of every class where stratified.
    Random { share: f64, stratified: bool, kept: Kept },
    /// What no other split took.
    Rest,
    /// Rows `start..end` of the file.
    Rows { start: usize, end: usize },
    /// Rows whose numbers these files list.
    Indices { files: Vec<String>, array: Option<String> },
    /// Samples that this file names, a line each; `key` stands for `{split}`. Only a portion of them where one is said.
    Names { file: String, key: Option<String>, only: Option<Portion> },
    /// Samples of groups of which all this holds.
    Where(Vec<Condition>),
    /// So many newly generated points, equally of each class.
    Fresh { samples: usize },
    /// The part of cross-validation whose turn it is; `own` is what the dataset says of the split, which shares out no samples.
    Part { deal: Deal, own: Option<Box<SplitRule>> },
    /// `a + b`: what any of them has. None is a union itself.
    Union(Vec<SplitRule>),
}

impl SplitRule {
    /// The word in the language.
    pub fn word(&self) -> &'static str {
        match self {
            SplitRule::Key { .. } => "key",
            SplitRule::Random { .. } => "random",
            SplitRule::Rest => "rest",
            SplitRule::Rows { .. } => "rows",
            SplitRule::Indices { .. } => "indices",
            SplitRule::Names { .. } => "names",
            SplitRule::Where(_) => "where",
            SplitRule::Fresh { .. } => "fresh",
            SplitRule::Part { .. } => "cross",
            SplitRule::Union(_) => "+",
        }
    }

    /// The key of `{split}` that it goes by alone.
    pub fn key(&self) -> Option<&str> {
        match self {
            SplitRule::Key { key, .. } => Some(key),
            SplitRule::Random { .. }
            | SplitRule::Rest
            | SplitRule::Rows { .. }
            | SplitRule::Indices { .. }
            | SplitRule::Names { .. }
            | SplitRule::Where(_)
            | SplitRule::Fresh { .. }
            | SplitRule::Part { .. }
            | SplitRule::Union(_) => None,
        }
    }

    /// The file that names its samples, and its key.
    pub fn names(&self) -> Option<(&str, Option<&str>)> {
        match self {
            SplitRule::Names { file, key, .. } => Some((file, key.as_deref())),
            SplitRule::Key { .. }
            | SplitRule::Random { .. }
            | SplitRule::Rest
            | SplitRule::Rows { .. }
            | SplitRule::Indices { .. }
            | SplitRule::Where(_)
            | SplitRule::Fresh { .. }
            | SplitRule::Part { .. }
            | SplitRule::Union(_) => None,
        }
    }

    /// The portion of its samples that it has, where they are named and not all taken.
    pub fn only(&self) -> Option<Portion> {
        match self {
            SplitRule::Key { only, .. } | SplitRule::Names { only, .. } => *only,
            SplitRule::Random { .. }
            | SplitRule::Rest
            | SplitRule::Rows { .. }
            | SplitRule::Indices { .. }
            | SplitRule::Where(_)
            | SplitRule::Fresh { .. }
            | SplitRule::Part { .. }
            | SplitRule::Union(_) => None,
        }
    }

    /// The rules of a union; the rule itself where it is none.
    pub fn parts(&self) -> &[SplitRule] {
        match self {
            SplitRule::Union(parts) => parts,
            SplitRule::Key { .. }
            | SplitRule::Random { .. }
            | SplitRule::Rest
            | SplitRule::Rows { .. }
            | SplitRule::Indices { .. }
            | SplitRule::Names { .. }
            | SplitRule::Where(_)
            | SplitRule::Fresh { .. }
            | SplitRule::Part { .. } => std::slice::from_ref(self),
        }
    }
}

impl fmt::Display for SplitRule {
    /// As the language writes it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SplitRule::Key { key, only } => {
                write!(f, "key({}", quoted(key))?;
                only.iter().try_for_each(|only| write!(f, "{only}"))?;
                f.write_str(")")
            }
            SplitRule::Random { share, stratified, kept } => {
                write!(f, "random({share}, stratified: {stratified}")?;
                match kept {
                    Kept::Groups => f.write_str(")"),
                    Kept::Nothing => f.write_str(", grouped: false)"),
                    Kept::These(groups) => write!(f, ", by: {})", one_or_list(groups)),
                }
            }
            SplitRule::Rest => f.write_str("rest"),
            SplitRule::Rows { start, end } => write!(f, "rows({start}, {end})"),
            SplitRule::Indices { files, array } => {
                let files: Vec<String> = files.iter().map(|file| quoted(file)).collect();
                write!(f, "indices({}", files.join(", "))?;
                array.iter().try_for_each(|array| write!(f, ", array: {}", quoted(array)))?;
                f.write_str(")")
            }
            SplitRule::Names { file, key, only } => {
                write!(f, "names({}", quoted(file))?;
                key.iter().try_for_each(|key| write!(f, ", key: {}", quoted(key)))?;
                only.iter().try_for_each(|only| write!(f, "{only}"))?;
                f.write_str(")")
            }
            SplitRule::Where(conditions) => {
                let conditions: Vec<String> = conditions.iter().map(ToString::to_string).collect();
                write!(f, "where({})", conditions.join(", "))
            }
            SplitRule::Fresh { samples } => write!(f, "fresh({samples})"),
            SplitRule::Part { deal, own: None } => write!(f, "cross({deal})"),
            SplitRule::Part { deal, own: Some(own) } => write!(f, "cross({deal}) of {own}"),
            SplitRule::Union(parts) => {
                let parts: Vec<String> = parts.iter().map(ToString::to_string).collect();
                f.write_str(&parts.join(" + "))
            }
        }
    }
}
