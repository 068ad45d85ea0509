//! What happened to the runs of a folder, a line each. Owns the lines; says nothing of when, for a result does not hang on
//! the day.

use crate::record::{Address, RunRecord};
use serde::{Deserialize, Serialize};

/// One line of `events.jsonl`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// So many runs of the experiment were to do.
    Started { to_do: usize, of: usize, threads: usize },
    /// All of them were begun anew, whatever was done.
    Fresh { of: usize },
    Done {
        address: Address,
        #[serde(alias = "record")]
        brief: Brief,
    },
    /// The record says why.
    Failed {
        address: Address,
        record: Box<RunRecord>,
        /// Of a worker of a batch system: what it was submitted with.
        #[serde(default, skip_serializing_if = "is_none")]
        submission: u32,
        /// The task that trained it, and whose log says more: `4711_3`.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        job: String,
    },
    /// Whoever trained it is gone: it was killed, or its machine was lost.
    Lost {
        address: Address,
        who: String,
        #[serde(default, skip_serializing_if = "is_none")]
        submission: u32,
    },
    /// Its file was torn or changed: it is to be run again.
    Damaged { address: Address, why: String },
    /// Stopped from outside.
    Interrupted { done: usize, of: usize },
    /// What was begun anew is done.
    Ended { of: usize },
}

fn is_none(submission: &u32) -> bool {
    *submission == 0
}

/// What an overview needs of a run.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Brief {
    pub seconds: f64,
    /// See [`RunRecord::instructions`].
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub instructions: String,
}
