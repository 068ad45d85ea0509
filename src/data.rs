//! The dataset in memory and how it comes to be: from a plain description, files and one seed.
//!
//! ```text
//!  file ──format──► rows ──segment──► recipe ──open──► assemble ──► Dataset
//! ```
//!
//! Modules in reading order: each uses only those above it.

// Numbers in files.
pub mod error;
pub mod values;

mod archive;
mod dtype;
mod file;
mod memory;
mod number;
mod order;
mod packed;
mod stored;
mod table;
mod within;

pub mod rows;
pub mod texts;

mod characters;

// Formats.
pub mod format;
pub mod formats;

// What is asked for, and where it lies.
pub mod spec;

mod categories;
mod check;
mod fault;
mod inventory;
mod joined;
mod lists;
mod locate;
mod shards;
mod words;

// Samples of one modality, target or group.
mod array;
mod classes;
mod dropped;
mod events;
mod recipe;
mod segment;
mod standardize;

pub mod groups;

// Which of them are in which split.
mod deal;
pub mod folds;
mod portion;
mod splits;

// All of them.
mod assemble;
mod dataset;
mod load;
mod material;
mod modalities;
mod open;
mod remarks;
mod room;

// What a person asks of data.
pub mod nearness;

pub mod describe;

mod headers;
mod inspect;

// What has its own files.
pub mod activitynet;
pub mod arrays;
pub mod samples;
pub mod synth;

mod weights;

// Those that a step takes.
pub mod batches;

pub use archive::ArchiveWriter;
pub use array::{Array, Target};
pub use batches::Batches;
pub use categories::categories;
pub use check::check;
pub use dataset::Dataset;
pub use describe::{Description, describe};
pub use error::{Code, DataError};
pub use events::labels;
pub use fault::{Fault, Problem};
pub use file::{Changed, changed, digest, forget};
pub use folds::{Folds, SplitSet};
pub use groups::{Group, Parts};
pub use headers::{Headers, headers};
pub use inspect::{Inspection, inspect};
pub use inventory::files;
pub use load::{Audit, audits, load, load_by, load_from, load_held, parts, read, standards, test_parts};
pub use locate::is_file;
pub use material::Material;
pub use memory::{KEPT, Limits, limit, limits, shared};
pub use recipe::{Draws, Recipe};
pub use room::needs;
pub use rows::Rows;
pub use spec::{DataSpec, GroupSpec, Member, ModalitySpec, SplitSpec, TargetSpec};
pub use standardize::{Standard, Standards};
pub use texts::Texts;
pub use weights::weights;
pub use within::Folders;

#[cfg(test)]
mod tests;
