//! A manifest held against the texts it was made of: what it lists, and what it says of that. Owns what is compared.

use super::rounds;
use crate::cli::snapshot::{self, asked};
use crate::data::DataError;
use crate::experiment::{self, Cell, DeviceKind, Options, PART, Recipes};
use crate::hir::Experiment;
use crate::id;
use crate::record::manifest::{Arm, Listed, Manifest};
use crate::record::{Recipe, Turn};
use crate::search::searched;

/// What was found.
#[derive(Default)]
pub struct Held {
    pub faults: Vec<String>,
    /// What could not be held, and why.
    pub notes: Vec<String>,
}

/// What a manifest says that its texts do not declare.
pub fn held(manifest: &Manifest, experiment: &Experiment, cells: &[Cell<'_>], options: &Options) -> Held {
    let device = match manifest.device.as_str() {
        experiment::PLAIN => DeviceKind::Plain,
        cuda if cuda.starts_with("cuda") => DeviceKind::Cuda(0),
        _ => options.device,
    };
    // As the runs were asked for.
    let options = Options { device, instructions: asked(manifest, "--instructions"), ..options.clone() };
    let recipes = Recipes::after(cells, &options, &manifest.files);
    let mut held = Held::default();
    let program = concat!("mhm ", env!("CARGO_PKG_VERSION"));
    if manifest.program != program || manifest.numerics != experiment::NUMERICS {
        held.notes.push(format!("what the manifest lists and its texts: it was written by {}", manifest.program));
        return held;
    }
    let files = recipes.files();
    let changed = files.iter().find(|file| !manifest.files.contains(file));
    if let Some((name, _)) = changed {
        held.notes.push(format!(
            "what the manifest lists and its texts: `{name}` is another file than the runs were made of"
        ));
        return held;
    }
    match experiment::manifest(experiment, cells, &recipes, &options) {
        Ok(made) => held.faults.extend(differing(manifest, &made)),
        Err(error) => held.notes.push(format!("what the manifest lists and its texts: {}", said(&error))),
    }
    held
}

/// Seeds and repeats that are neither those of the text nor those that the command asked for.
pub fn seeds(manifest: &Manifest, declared: &Experiment) -> Option<String> {
    // Those of a search are its own.
    let asked_for = snapshot::seeds(manifest).filter(|_| searched(&manifest.experiment).is_none());
    let seeds = asked_for.unwrap_or_else(|| declared.seeds.clone());
    let repeats = asked(manifest, "--repeats").unwrap_or(declared.repeats);
    (seeds != manifest.seeds || repeats != manifest.repeats).then(|| {
        let (has, due) = (manifest.seeds.len(), seeds.len());
        format!(
            "the manifest lists {has} seeds and {} repeats, its text and the command declare others ({due} and {repeats})",
            manifest.repeats
        )
    })
}

/// What says that a run is of another arm than the manifest lists it for: what decides it is stored with it.
pub fn misplaced(run: &Listed<'_>, recipe: &Recipe) -> Option<String> {
    let number = |field: &str| recipe.field(field).and_then(|text| text.parse::<u64>().ok());
    let Turn { seed, part, repeat } = run.turn;
    let part = part.map(|id::Part { number, of, .. }| format!("{number} of {of}"));
    let is_in = (number("seed"), number("repeat")) == (Some(seed), Some(repeat));
    let part = part.filter(|_| rounds::goes_round(run.arm));
    let is_in = is_in && recipe.field(PART) == part.as_deref();
    let other = experiment::of_the_arm(recipe).find(|setting| !run.arm.settings.contains(setting));
    let name = if run.arm.arm.0.is_empty() { String::new() } else { format!("{}, ", run.arm.arm) };
    let place = format!("the manifest lists it for {name}{}", run.turn);
    match other {
        Some((setting, _)) => Some(format!("{place}, and its own `{setting}` is another")),
        None => (!is_in).then(|| format!("{place}, which it is not of")),
    }
}

fn said(error: &DataError) -> String {
    error.to_string()
}

/// Parts of the manifest that are not those of the one that its texts make.
fn differing(stored: &Manifest, made: &Manifest) -> Vec<String> {
    let mut faults = vec![];
    let arms = |manifest: &Manifest| manifest.arms.len() + manifest.references.len();
    if arms(stored) != arms(made) {
        faults.push(format!("the manifest lists {} arms, and its texts declare {}", arms(stored), arms(made)));
    }
    let pairs = stored.arms.iter().zip(&made.arms).chain(stored.references.iter().zip(&made.references));
    for (own, made) in pairs {
        let name = if own.arm.0.is_empty() { "the one arm".into() } else { own.arm.to_string() };
        let what = |fault: &str| format!("the manifest, {name}: {fault}");
        match different(own, made) {
            Some(Part::Name) => faults.push(what(&format!("the texts declare {} here", made.arm))),
            Some(Part::Runs) => faults.push(what("its runs are not those that the texts and the data make")),
            Some(Part::Settings(setting)) => {
                faults.push(what(&format!("its `{setting}` is not what the texts declare")))
            }
            None => {}
        }
    }
    let parts = [
        ("pictures", stored.sketches == made.sketches),
        ("axes", stored.axes == made.axes),
        ("parts", stored.cross == made.cross),
        ("tables", stored.tables == made.tables),
        ("figures", stored.figures == made.figures),
        ("comparisons", (&stored.compare, &stored.primary) == (&made.compare, &made.primary)),
        ("published numbers", stored.published == made.published),
    ];
    let others = parts.into_iter().filter(|(_, same)| !same);
    faults.extend(others.map(|(part, _)| format!("the {part} of the manifest are not those that its texts declare")));
    faults
}

enum Part<'m> {
    Name,
    Runs,
    Settings(&'m str),
}

fn different<'m>(own: &'m Arm, made: &'m Arm) -> Option<Part<'m>> {
    if own.arm != made.arm {
        return Some(Part::Name);
    }
    if own.cells != made.cells {
        return Some(Part::Runs);
    }
    let pairs = own.settings.iter().zip(&made.settings);
    let other = pairs.clone().find(|(own, made)| own != made).map(|((name, _), _)| name.as_str());
    let longer = own.settings.iter().chain(&made.settings).nth(2 * pairs.len()).map(|(name, _)| name.as_str());
    other.or(longer.filter(|_| own.settings.len() != made.settings.len())).map(Part::Settings)
}
