//! What happened to the runs of a folder, a line each. Owns the lines; says nothing of when, for a result does not hang on
//! the day.

use crate::record::{Address, RunRecord};
use serde::{Deserialize, Serialize};

/// One line of `events.jsonl`. `R` is as much of a record as its reader wants.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event<R = RunRecord> {
    /// So many runs of the experiment were to do.
    Started {
        to_do: usize,
        of: usize,
        threads: usize,
    },
    Done {
        address: Address,
        record: R,
    },
    /// The record says why.
    Failed {
        address: Address,
        record: R,
    },
    /// Its file was torn or changed: it is to be run again.
    Damaged {
        address: Address,
        why: String,
    },
    /// Stopped from outside.
    Interrupted {
        done: usize,
        of: usize,
    },
}

/// What an overview needs of a record.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
pub struct Brief {
    pub seconds: f64,
    #[serde(default)]
    pub instructions: String,
    pub failure: Option<String>,
}
