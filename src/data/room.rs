//! Whether there is memory for what a dataset keeps there, asked of headers before any value is read: an archive of a megabyte may
//! hold a gigabyte of zeros. Owns the count and what is said.

use super::check::{Fault, Place};
use super::error::DataError;
use super::load::mask;
use super::open::{Opened, open_all};
use super::recipe::Recipe;
use super::{DataSpec, check};
use crate::seed::Seed;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

static ROOM: AtomicU64 = AtomicU64::new(u64::MAX);

/// Makes this program refuse datasets that take more bytes of memory. How many there are is the machine's to say.
pub fn allow(bytes: u64) {
    ROOM.store(bytes, Ordering::Relaxed);
}

/// An error where so much of a file cannot be held: of one whose numbers are counted when they are read.
pub fn hold(path: &Path, held: u64) -> Result<(), DataError> {
    let room = ROOM.load(Ordering::Relaxed);
    if held <= room {
        return Ok(());
    }
    let message = format!("a file has more numbers than memory: {} are free", bytes(room));
    Err(DataError::new("mhm::too-little-memory", message)
        .file(path)
        .help("write it as `.npy` or `.h5`, which are read batch by batch, or take fewer columns"))
}

/// Bytes of memory that an array takes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Needs {
    /// As long as the dataset is used.
    pub lasting: u64,
    /// While it is read, beside that.
    pub passing: u64,
}

/// Bytes of memory that a dataset takes once it is loaded and while it is; `None` where headers do not tell.
pub fn needs(spec: &DataSpec, seed: Seed) -> Option<u64> {
    if !check(spec).is_empty() {
        return None;
    }
    let mut faults = vec![];
    let opened = open_all(spec, seed, &mut faults)?;
    let columns = columns(spec, &opened);
    faults.is_empty().then(|| together(columns.iter().map(|(.., needs)| *needs)))
}

/// One array after the other is read.
fn together(needs: impl Iterator<Item = Needs> + Clone) -> u64 {
    let lasting = needs.clone().map(|needs| needs.lasting).fold(0, u64::saturating_add);
    lasting.saturating_add(needs.map(|needs| needs.passing).max().unwrap_or(0))
}

fn columns<'s>(spec: &'s DataSpec, opened: &Opened) -> Vec<(Place, &'s str, Needs)> {
    let masks: Vec<&str> = spec.modalities.iter().filter_map(mask).collect();
    let needs = |recipe: &Option<Recipe>, kept| recipe.as_ref().map_or(Needs::default(), |recipe| recipe.needs(kept));
    let modalities = spec.modalities.iter().zip(&opened.modalities).enumerate().map(|(i, (modality, recipe))| {
        let kept = if masks.contains(&modality.name.as_str()) { u64::MAX } else { spec.kept };
        (Place::Modality(i), modality.name.as_str(), needs(recipe, kept))
    });
    let targets = spec.targets.iter().zip(&opened.targets).enumerate();
    let targets =
        targets.map(|(i, (target, recipe))| (Place::Target(i), target.name.as_str(), needs(recipe, u64::MAX)));
    modalities.chain(targets).collect()
}

/// What takes most, where all together do not fit.
pub fn short(spec: &DataSpec, opened: &Opened) -> Option<Fault> {
    let room = ROOM.load(Ordering::Relaxed);
    let columns = columns(spec, opened);
    let all = together(columns.iter().map(|(.., needs)| *needs));
    if all <= room {
        return None;
    }
    let most = |(.., needs): &&(Place, &str, Needs)| needs.lasting.saturating_add(needs.passing);
    let (place, name, needs) = columns.iter().max_by_key(most)?;
    let own = bytes(needs.lasting.saturating_add(needs.passing));
    let message = format!("dataset `{}` takes {} of memory, and {} are free", spec.name, bytes(all), bytes(room));
    let error = DataError::new("mhm::too-little-memory", message).found(format!("{own} of it for `{name}`"));
    let help = match place {
        Place::Modality(_) => {
            "keep less of it in memory, `--array-memory 64MB`; what an archive has packed is unpacked whole, so save it \
             with `numpy.save` or `numpy.savez`"
        }
        Place::Target(_) | Place::Split(_) | Place::From => {
            "targets are kept whole: take fewer samples, or a machine with more memory"
        }
    };
    Some(Fault { place: *place, error: error.help(help) })
}

/// "8.59 GB".
fn bytes(count: u64) -> String {
    let (size, unit) = [(1e12, "TB"), (1e9, "GB"), (1e6, "MB"), (1e3, "kB")]
        .into_iter()
        .find(|(size, _)| count as f64 >= *size)
        .unwrap_or((1.0, "bytes"));
    if size > 1.0 { format!("{:.2} {unit}", count as f64 / size) } else { format!("{count} {unit}") }
}
