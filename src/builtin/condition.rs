//! What a group of samples is called, as a condition on samples: `subject in ["S03", "S07"]`.

use super::quoted::quoted;
use std::fmt;

/// `subject in ["S03", "S07"]`: what the group of a sample is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Condition {
    pub group: String,
    pub is: Relation,
    /// At least one.
    pub values: Vec<Name>,
}

/// What a group is called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Name {
    Text(String),
    Number(i64),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Relation {
    /// One of the values.
    In,
    /// None of them.
    NotIn,
}

impl Condition {
    /// The values as a group is called.
    pub fn names(&self) -> Vec<String> {
        let name = |value: &Name| match value {
            Name::Text(text) => text.clone(),
            Name::Number(number) => number.to_string(),
        };
        self.values.iter().map(name).collect()
    }

    /// Whether no sample is in both.
    fn excludes(&self, other: &Self) -> bool {
        let (own, others) = (self.names(), other.names());
        self.group == other.group
            && match (self.is, other.is) {
                (Relation::In, Relation::In) => own.iter().all(|name| !others.contains(name)),
                (Relation::In, Relation::NotIn) => own.iter().all(|name| others.contains(name)),
                (Relation::NotIn, Relation::In) => others.iter().all(|name| own.contains(name)),
                (Relation::NotIn, Relation::NotIn) => false,
            }
    }

    /// The first value that both have.
    fn shared(&self, other: &Self) -> Option<String> {
        if self.group != other.group || self.is != Relation::In || other.is != Relation::In {
            return None;
        }
        let others = other.names();
        self.names().into_iter().find(|name| others.contains(name))
    }
}

/// Whether no sample fulfils both, whatever the data are.
pub fn are_apart(a: &[Condition], b: &[Condition]) -> bool {
    a.iter().any(|a| b.iter().any(|b| a.excludes(b)))
}

/// Two conditions that name other groups, so that no sample fulfils both.
pub fn contradiction(all: &[Condition]) -> Option<(&Condition, &Condition)> {
    let pairs = all.iter().enumerate().flat_map(|(i, b)| all[..i].iter().map(move |a| (a, b)));
    pairs.into_iter().find(|(a, b)| (a.is, b.is) == (Relation::In, Relation::In) && a.excludes(b))
}

/// What two rules of conditions share by what they say: the same conditions, or a value of the one group that both name.
pub fn shared(a: &[Condition], b: &[Condition]) -> Option<String> {
    match (a, b) {
        ([a], [b]) if a.shared(b).is_some() => a.shared(b).map(|name| format!("{} {}", a.group, quoted(&name))),
        _ if a == b => Some(a.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")),
        _ => None,
    }
}

impl fmt::Display for Condition {
    /// As the language writes it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let values: Vec<String> = self.values.iter().map(ToString::to_string).collect();
        match (self.is, values.as_slice()) {
            (Relation::In, [only]) => write!(f, "{} == {only}", self.group),
            (Relation::NotIn, [only]) => write!(f, "{} != {only}", self.group),
            (Relation::In, _) => write!(f, "{} in [{}]", self.group, values.join(", ")),
            (Relation::NotIn, _) => write!(f, "{} not in [{}]", self.group, values.join(", ")),
        }
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Name::Text(text) => f.write_str(&quoted(text)),
            Name::Number(number) => number.fmt(f),
        }
    }
}
