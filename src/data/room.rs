//! Whether there is memory for what a dataset keeps there, asked of headers before any value is read: an archive of a megabyte may
//! hold a gigabyte of zeros. Owns the count and what is said.

use super::check::check;
use super::error::{Code, DataError};
use super::fault::Fault;
use super::memory::{self, bytes};
use super::open::{Opened, open_all};
use super::recipe::{Needs, Recipe};
use super::spec::{DataSpec, Member};
use crate::seed::Seed;

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

fn columns<'s>(spec: &'s DataSpec, opened: &Opened) -> Vec<(Member, &'s str, Needs)> {
    let masks = spec.whole();
    let needs = |recipe: &Option<Recipe>, kept| recipe.as_ref().map_or(Needs::default(), |recipe| recipe.needs(kept));
    let modalities = spec.modalities.iter().zip(&opened.modalities).enumerate().map(|(i, (modality, recipe))| {
        let kept = if masks.contains(&modality.name.as_str()) { u64::MAX } else { spec.kept };
        (Member::Modality(i), modality.name.as_str(), needs(recipe, kept))
    });
    let targets = spec.targets.iter().zip(&opened.targets).enumerate();
    let targets =
        targets.map(|(i, (target, recipe))| (Member::Target(i), target.name.as_str(), needs(recipe, u64::MAX)));
    modalities.chain(targets).collect()
}

/// What takes most, where all together do not fit.
pub fn short(spec: &DataSpec, opened: &Opened) -> Option<Fault> {
    let free = memory::limits().free;
    let columns = columns(spec, opened);
    let all = together(columns.iter().map(|(.., needs)| *needs));
    if all <= free {
        return None;
    }
    let most = |(.., needs): &&(Member, &str, Needs)| needs.lasting.saturating_add(needs.passing);
    let (member, name, needs) = columns.iter().max_by_key(most)?;
    let own = bytes(needs.lasting.saturating_add(needs.passing));
    let message = format!("dataset `{}` takes {} of memory, and {} are free", spec.name, bytes(all), bytes(free));
    let error = DataError::new(Code::TooLittleMemory, message).found(format!("{own} of it for `{name}`"));
    let help = match member {
        Member::Modality(_) => {
            "keep less of it in memory, `--array-memory 64MB`; what an archive has packed is unpacked whole, so save it \
             with `numpy.save` or `numpy.savez`"
        }
        Member::Target(_) | Member::Group(_) | Member::Split(_) | Member::Dataset => {
            "targets are kept whole: take fewer samples, or a machine with more memory"
        }
    };
    Some(Fault { member: *member, error: error.help(help) })
}
