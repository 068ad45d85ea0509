//! How grave it is what lints find, where a project says so. Owns what a level makes of a finding.

use crate::diagnostic::{Diagnostic, Severity};
use std::collections::BTreeMap;

/// What becomes of what a lint finds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// Nothing is said, as where the text has `allow(…)`.
    Allow,
    Warn,
    Error,
}

impl Level {
    pub const ALL: [Level; 3] = [Level::Allow, Level::Warn, Level::Error];

    pub fn word(self) -> &'static str {
        match self {
            Level::Allow => "allow",
            Level::Warn => "warn",
            Level::Error => "error",
        }
    }
}

/// The lints with a level of their own; every other one says itself how grave it is what it finds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Levels(BTreeMap<&'static str, Level>);

impl Levels {
    pub fn set(&mut self, lint: &'static str, level: Level) {
        self.0.insert(lint, level);
    }

    /// Whether nothing is said of what this lint finds.
    pub fn silences(&self, lint: &str) -> bool {
        self.0.get(lint) == Some(&Level::Allow)
    }

    /// The same lints are silent, and the others as grave as they say themselves.
    pub fn silent(&self) -> Self {
        Self(self.0.iter().filter(|(_, level)| **level == Level::Allow).map(|(lint, level)| (*lint, *level)).collect())
    }

    /// Gives findings of lints the severity that is asked for; errors of the language stay what they are.
    pub fn grade(&self, found: &mut [Diagnostic]) {
        for one in found {
            match self.0.get(one.code) {
                Some(Level::Warn) => one.severity = Severity::Warning,
                Some(Level::Error) => one.severity = Severity::Error,
                Some(Level::Allow) | None => {}
            }
        }
    }
}
