//! Why a training ends early, in words.

use crate::data::DataError;
use std::fmt;

/// Why a training ended early.
#[derive(Clone, Debug, PartialEq)]
pub enum RunError {
    Interrupted,
    /// The loss is no number any more.
    Diverged {
        phase: String,
        step: u64,
        loss: f64,
    },
    /// A phase has no samples to train on.
    NoSamples {
        phase: String,
        set: String,
        folds: usize,
        /// Of the training split.
        samples: usize,
    },
    /// A file of data could not be read again, or was changed.
    DataLost(DataError),
    /// A phase changed a module that it does not list: a bug of this program, found by [`Verify`](super::Verify).
    Thawed {
        phase: String,
        /// `fusion[0].joint`
        module: String,
    },
}

impl fmt::Display for RunError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RunError::Interrupted => f.write_str("interrupted"),
            RunError::DataLost(error) => write!(f, "data could not be read any more\n{error}"),
            RunError::Diverged { phase, step, loss } => {
                write!(
                    f,
                    "the loss became {loss} in phase `{phase}` at step {step}; a smaller learning rate or `clip` may help"
                )
            }
            RunError::NoSamples { phase, set, folds, samples } if folds > samples => {
                write!(
                    f,
                    "phase `{phase}` has no samples: {set} is empty, as {samples} training samples do not fill {folds} folds"
                )
            }
            RunError::NoSamples { phase, set, .. } => write!(f, "phase `{phase}` has no samples: {set} is empty"),
            RunError::Thawed { phase, module } => {
                write!(
                    f,
                    "phase `{phase}` changed `{module}`, which it does not train: this is a bug of mhm, not of your file"
                )
            }
        }
    }
}

impl std::error::Error for RunError {}
