//! How an experiment is run: where its data lie, on what device, how many trainings at a time, what its kernels compute with. Owns
//! what of it decides the bits of a run.

use super::Every;
use crate::record::checkpoint::Checkpoint;
use crate::tensor::{Device, Instructions};
use std::path::PathBuf;

/// How to run.
#[derive(Clone, Debug)]
pub struct Options {
    /// Relative paths of datasets start at the first of these where the file is.
    pub roots: Vec<PathBuf>,
    pub threads: usize,
    /// `cpu` or `cuda`.
    pub device: DeviceKind,
    /// What kernels compute with, where that is said; else the best of the machine.
    pub instructions: Option<Instructions>,
    /// How often a run leaves a checkpoint.
    pub checkpoint: Every,
}

impl Options {
    /// One training at a time on the processor, with nothing out of the ordinary.
    pub fn plain(roots: Vec<PathBuf>) -> Self {
        Self { roots, threads: 1, device: DeviceKind::Cpu, instructions: None, checkpoint: Every::default() }
    }

    /// What runs are computed with that begin now: `avx2`; `cuda` where that is on a GPU.
    pub fn computed_with(&self) -> String {
        self.word(self.instructions_after(None))
    }

    /// Whether a run can resume from a checkpoint to the bits it would have come to: this machine has what computed it.
    pub fn goes_on_from(&self, from: &Checkpoint) -> bool {
        let word = &from.state.instructions;
        // Earlier versions did not say it.
        word.is_empty() || *word == self.word(self.instructions_after(Some(from)))
    }

    /// A run goes on with what it began with.
    pub(super) fn instructions_after(&self, from: Option<&Checkpoint>) -> Instructions {
        let before = from.and_then(|from| from.state.instructions.parse().ok());
        before
            .filter(|before: &Instructions| before.are_here())
            .or(self.instructions)
            .unwrap_or_else(Instructions::best)
    }

    pub(super) fn word(&self, used: Instructions) -> String {
        match self.device {
            DeviceKind::Cpu => used.to_string(),
            DeviceKind::Plain => PLAIN.into(),
            DeviceKind::Cuda(_) => "cuda".into(),
        }
    }
}

/// What recipes and manifests call [`DeviceKind::Plain`].
pub const PLAIN: &str = "plain";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeviceKind {
    Cpu,
    /// dfdx's own ops on the CPU, as they run on a GPU.
    Plain,
    /// Ordinal.
    Cuda(usize),
}

impl DeviceKind {
    /// A device for one run.
    pub fn open(self) -> Result<Device, String> {
        match self {
            DeviceKind::Cpu => Ok(Device::cpu()),
            DeviceKind::Plain => Ok(Device::plain()),
            #[cfg(feature = "cuda")]
            DeviceKind::Cuda(ordinal) => Device::cuda(ordinal),
            #[cfg(not(feature = "cuda"))]
            DeviceKind::Cuda(_) => Err("this program was built without CUDA; build it with `--features cuda`".into()),
        }
    }
}
