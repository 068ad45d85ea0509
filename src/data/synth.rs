//! Learnable data laid out as the authors of AVE, THUMOS14 and CMU-MOSEI publish theirs, for whoever lacks the originals, and as people
//! keep recordings of their own.
//! Owns sizes and what all share; the layouts are one file each, and so are the formats they are written in.
//!
//! Evidence is shared out between the modalities: classes look alike in pairs in one modality, and in other pairs in the
//! other, so that both together say more than each alone.

use crate::folder::{File, Folder};
use crate::seed::Stream;
use std::io;
use std::path::{Path, PathBuf};

mod ave;
mod hdf5;
mod mosei;
mod npy;
mod pickle;
mod thumos;
mod wearable;

#[cfg(test)]
mod tests;

pub use ave::ave;
pub use mosei::mosei;
pub use thumos::thumos;
pub use wearable::wearable;

/// How much of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Size {
    /// A handful of samples, for tests.
    Tiny,
    /// Learnable within a minute.
    Small,
    /// As many samples as the original.
    Full,
}

/// A folder that could not be filled: which file, and why.
#[derive(Debug)]
pub struct Unwritten {
    pub file: PathBuf,
    pub why: io::Error,
}

/// Where files go, and those written so far.
struct Written<'a> {
    at: &'a Path,
    files: Vec<PathBuf>,
}

impl<'a> Written<'a> {
    fn new(at: &'a Path) -> Self {
        Self { at, files: vec![] }
    }

    /// Writes one file, which must not exist yet, and leads nowhere else: no link below the folder is followed.
    fn file(&mut self, path: &str, write: impl FnOnce(File) -> io::Result<()>) -> Result<(), Unwritten> {
        let file = self.at.join(path);
        let open = || {
            let (parts, name) = path.rsplit_once('/').unwrap_or(("", path));
            let mut parts = parts.split('/').filter(|part| !part.is_empty());
            parts.try_fold(Folder::make(self.at)?, |folder, part| folder.make_below(part))?.new_file(name)
        };
        open().and_then(write).map_err(|why| Unwritten { file: file.clone(), why })?;
        self.files.push(file);
        Ok(())
    }
}

/// Which of the directions of a modality tells of a class: a first modality sees classes 0 and 1 alike, 2 and 3, …, a
/// second one sees 1 and 2 alike, 3 and 4, …, the last and 0.
fn look(modality: usize, class: usize, classes: usize) -> usize {
    (class + modality) % classes / 2
}

/// A vector of `width` numbers, of which a tenth are not zero.
fn direction(stream: &mut Stream, width: usize) -> Vec<f64> {
    (0..width).map(|_| if stream.below(10) == 0 { 0.5 + stream.uniform_f64() } else { 0.0 }).collect()
}

/// Noise as it comes out of a rectified layer, and so much of a direction.
fn feature(stream: &mut Stream, direction: Option<&[f64]>, strength: f64, width: usize) -> Vec<f64> {
    let value = |i: usize| {
        let told = direction.map_or(0.0, |d| strength * d[i]);
        (0.4 * stream.normal() + told).max(0.0)
    };
    (0..width).map(value).collect()
}
