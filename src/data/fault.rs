//! What is wrong with a dataset, and with which part of it.

use super::error::{Code, DataError};
use super::spec::{DataSpec, Member};
use crate::builtin::ShapeError;

/// When to stop looking.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Until {
    /// At the first fault of the values.
    First,
    /// After all faults are found.
    Last,
}

/// One thing wrong with a description.
#[derive(Clone, Debug, PartialEq)]
pub struct Problem {
    pub member: Member,
    pub error: ShapeError,
}

/// One thing wrong with the data that a description names.
#[derive(Clone, Debug, PartialEq)]
pub struct Fault {
    pub member: Member,
    pub error: DataError,
}

impl Problem {
    /// For a description that no checker has seen.
    pub fn into_error(self, spec: &DataSpec) -> DataError {
        let member = self.member.named(spec);
        let error = DataError::new(Code::DatasetUnsound, format!("{member}: {}", self.error.message));
        if let Some(help) = self.error.help { error.help(help) } else { error }
    }
}
