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
        /// Epochs that were over, and the batch of this visit of the phase, from 1.
        epoch: u64,
        batch: u64,
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
    /// A batch gives a layer that takes statistics of it one value a feature.
    OneValue {
        phase: String,
        layer: &'static str,
        /// `uni[0].embed`
        module: String,
        set: String,
        /// Of the phase's set, and those asked for in a batch.
        samples: usize,
        batch: usize,
    },
    /// What classes count in a loss is not said by the training samples.
    Unbalanced {
        /// `cross_entropy(weights: balanced)`
        loss: String,
        target: String,
        why: String,
    },
    /// What is best is chosen by a metric that is not defined.
    NoChoice {
        metric: String,
        set: String,
        why: String,
    },
    /// The checkpoint is of another run than its name says.
    OtherCheckpoint(String),
    /// A file of data could not be read again, or was changed.
    DataLost(DataError),
    /// A phase changed a module that it does not list: a bug of this program, found by its [`Fingerprint`](super::Fingerprint).
    FrozenChanged {
        phase: String,
        /// `fusion[0].joint`
        module: String,
    },
}

impl RunError {
    /// The phase in which it happened, where it is known.
    pub fn phase(&self) -> Option<&str> {
        match self {
            RunError::Diverged { phase, .. }
            | RunError::NoSamples { phase, .. }
            | RunError::OneValue { phase, .. }
            | RunError::FrozenChanged { phase, .. } => Some(phase),
            RunError::Interrupted
            | RunError::Unbalanced { .. }
            | RunError::NoChoice { .. }
            | RunError::OtherCheckpoint(_)
            | RunError::DataLost(_) => None,
        }
    }
}

impl fmt::Display for RunError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RunError::Interrupted => f.write_str("interrupted"),
            RunError::OtherCheckpoint(why) => write!(f, "the checkpoint is not of this run: {why}"),
            RunError::Unbalanced { loss, target, why } => write!(f, "`{loss}` of target `{target}`: {why}"),
            RunError::DataLost(error) => write!(f, "data could not be read any more\n{error}"),
            RunError::Diverged { phase, loss, step: 0, .. } => {
                write!(
                    f,
                    "the loss of the first batch is {loss} in phase `{phase}`: values of the data, or the weights the run \
                     begins with, are too large; `standardize` may help"
                )
            }
            RunError::Diverged { phase, epoch, batch, step, loss } => {
                write!(
                    f,
                    "the loss became {loss} in phase `{phase}`, epoch {}, batch {batch} (step {step}); a smaller learning \
                     rate or `clip` may help",
                    epoch + 1
                )
            }
            RunError::NoChoice { metric, set, why } => {
                write!(f, "the best cannot be chosen by `{metric}`, which has no value on {set}: {why}")
            }
            RunError::NoSamples { phase, set, folds, samples } if folds > samples => {
                write!(
                    f,
                    "phase `{phase}` has no samples: {set} is empty, as {samples} training samples do not fill {folds} folds"
                )
            }
            RunError::NoSamples { phase, set, .. } => write!(f, "phase `{phase}` has no samples: {set} is empty"),
            RunError::OneValue { phase, layer, module, set, samples, batch } => {
                let (why, help) = match samples {
                    1 => (format!("{set} has 1 sample"), "train on more samples, or"),
                    _ => (format!("`batch {batch}` is one sample"), "write `batch 2` or more, or"),
                };
                write!(
                    f,
                    "`{layer}` in `{module}` has no variance to take in phase `{phase}`: {why}, which gives it one value a \
                     feature; {help} use `layer_norm`"
                )
            }
            RunError::FrozenChanged { phase, module } => {
                write!(
                    f,
                    "phase `{phase}` changed `{module}`, which it does not train: this is a bug of mhm, not of your file"
                )
            }
        }
    }
}

impl std::error::Error for RunError {}
