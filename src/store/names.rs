//! What the files of a folder of runs and the tensors in them are called. Owns every such name: whoever asks for a part of a run
//! says which, and not what it is called.

use crate::folder::ASIDE;
use crate::record::{Address, Evaluee, Perturbation};
use std::path::Path;

pub const MANIFEST: &str = "manifest.ron";
pub const EVENTS: &str = "events.jsonl";
pub const RECORDS: &str = "records.jsonl";
pub const CELLS: &str = "cells";
pub const CHECKPOINTS: &str = "checkpoints";
pub const TEXTS: &str = "text";
pub const REPORT: &str = "report";
/// Who was in the folder, in earlier versions.
pub const LOCK: &str = "lock";
pub const WORKERS: &str = "workers";
pub const CLAIMS: &str = "claims";

/// The logs of those who share a folder, a file each.
pub const LOGS: &str = "events";

/// What was handed to a batch system, and what it wrote.
pub const JOBS: &str = "slurm";

/// Arrays that another program had in memory, as files, and the text that reads them.
pub const INPUTS: &str = "inputs";

/// The claim of whoever keeps a folder in order.
pub const KEEPER: &str = "keeper";

/// And of who hands runs to a batch system.
pub const SUBMITTER: &str = "submitter";

/// The file of a report with the check sums of the others, as `b3sum` writes them.
pub const SUMS: &str = "blake3.txt";

/// How runs and checkpoints end.
pub const ENDING: &str = "safetensors";

/// How packs end.
pub const PACK: &str = "pack";

pub fn ended(stem: &str) -> String {
    format!("{stem}.{ENDING}")
}

/// The file of a run that has one to itself.
pub fn cell_name(address: &Address) -> String {
    ended(&address.to_string())
}

/// The file of a run that was moved out of the way.
pub fn aside_name(address: &Address) -> String {
    format!("{}.{ASIDE}", cell_name(address))
}

/// A run that came to other bits than the one that is stored.
pub fn second_name(address: &Address) -> String {
    format!("{}.second", cell_name(address))
}

/// The file of several small runs.
pub fn pack_name(number: u32) -> String {
    format!("{number:06}.{PACK}")
}

/// The log of one who shares a folder.
pub fn log_name(nonce: &str) -> String {
    format!("{nonce}.jsonl")
}

/// The stem of a checkpoint: they sort by the updates made.
pub fn checkpoint_stem(steps: u64) -> String {
    format!("{steps:012}")
}

/// `table_2-1a2b3c4d.mhm`: names of texts may be paths from anywhere, those of files may not.
pub fn text_name(name: &str, hash: &str) -> String {
    let stem = Path::new(name).file_stem().map(|s| s.to_string_lossy().into_owned()).unwrap_or_default();
    let mut stem: String = stem.chars().filter(|c| c.is_alphanumeric() || matches!(c, '_' | '-')).collect();
    // Systems have names of 255 bytes.
    while stem.len() > 200 {
        stem.pop();
    }
    let hash: String = hash.chars().take(8).collect();
    format!("{stem}-{hash}.mhm")
}

// ---------------------------------------------------------------- tensors: 32-bit floats, those of the trail 64-bit words

/// What the names of weights, of optimizers' memories and of the best epoch's weights begin with.
pub const WEIGHTS: &str = "weights/";
pub const MEMORY: &str = "memory/";
pub const BEST: &str = "best/";

/// Hashes, a row a visit, and those at the end.
pub const TRAIL_VISITS: &str = "trail/visits";
pub const TRAIL_END: &str = "trail/end";

/// The rows of the samples in their files, two a word.
pub const TRAIL_ROWS: &str = "trail/rows";

/// The samples of a phase, by its index.
pub fn trail_phase(index: usize) -> String {
    format!("trail/phases/{index}")
}

/// The samples of a split.
pub fn trail_split(split: &str) -> String {
    format!("trail/splits/{split}")
}

/// The places of the samples' groups, two a word, by the group's name.
pub fn trail_group(group: &str) -> String {
    format!("trail/groups/{group}")
}

/// A weight, by its readable path.
pub fn weight(path: &str) -> String {
    format!("{WEIGHTS}{path}")
}

pub fn target(split: &str, target: &str) -> String {
    format!("targets/{split}/{target}")
}

/// `epoch 5/test without first/head[2]/out`.
pub fn prediction(
    epoch: Option<u32>,
    (split, change): (&str, Option<&Perturbation>),
    network: &Evaluee,
    output: &str,
) -> String {
    let split = match change {
        None => split.to_string(),
        Some(Perturbation::Without(modality)) => format!("{split} without {modality}"),
        Some(Perturbation::Noisy(modality)) => format!("{split} noisy {modality}"),
    };
    let network = match network {
        Evaluee::Deployed => None,
        Evaluee::Replica(name) => Some(name.clone()),
    };
    let epoch = epoch.map(|epoch| format!("epoch {epoch}"));
    let parts = epoch.into_iter().chain([split]).chain(network).chain([output.to_string()]);
    parts.collect::<Vec<_>>().join("/")
}
