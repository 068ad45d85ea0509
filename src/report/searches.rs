//! What was chosen before the runs: for every arm its settings, and all that was tried. Owns these lists.

use super::count;
use super::listing::Listing;
use super::number::{self, NOTHING};
use super::searching::{gain, name, near, spread};
use crate::digits;
use crate::measured::{Measured, mean};
use crate::record::Unit;
use crate::record::manifest::{Manifest, Searched, by_arm, by_choice};
use crate::search::seed_name;

/// The settings that were chosen, a row an arm; of cross-validation, a row for every choice of an arm, and how many parts have it. Nothing
/// where nothing was.
pub fn chosen(manifest: &Manifest) -> Listing {
    let searches = &manifest.searches;
    let Some(first) = searches.first() else { return Listing::default() };
    let settings = settings(searches);
    let mut heading = vec!["arm".to_string()];
    heading.extend(settings.iter().map(|name| name.to_string()));
    let words = heading.len();
    let parts = manifest.cross.is_some();
    heading.extend(parts.then(|| "parts".into()));
    heading.push(first.by.name.clone());
    heading.extend((!parts).then(|| "between seeds".into()));
    heading.push("ahead of the median".into());
    heading.extend((!parts).then(|| "as good".into()));
    heading.extend(["trial".into(), "of".into()]);
    let row = |own: &[&Searched], chosen: &[&Searched]| {
        let search = chosen[0];
        let mut row = vec![name(manifest, search)];
        row.extend(settings.iter().map(|setting| value(search, search.chosen, setting)));
        row.extend(parts.then(|| format!("{} of {}", chosen.len(), own.len())));
        let reached = mean(chosen.iter().map(|search| search.trials[search.chosen].mean()), "no part");
        let ahead = gain(chosen).map_or(NOTHING.into(), |gain| number::alone(gain, search.by.unit));
        row.push(shown(&reached, search.by.unit));
        let between = || spread(search).map_or(NOTHING.into(), |spread| number::amount(spread, search.by.unit));
        row.extend((!parts).then(between));
        row.push(ahead);
        row.extend((!parts).then(|| near(search).map_or(NOTHING.into(), |near| near.to_string())));
        row.extend([(search.chosen + 1).to_string(), search.trials.len().to_string()]);
        row
    };
    let of_arm =
        |own: Vec<&Searched>| -> Vec<Vec<String>> { by_choice(&own).iter().map(|chosen| row(&own, chosen)).collect() };
    Listing {
        title: format!("Chosen by {}", first.by.name),
        heading,
        words,
        rows: by_arm(searches).into_iter().flat_map(of_arm).collect(),
        notes: notes(manifest),
    }
}

fn notes(manifest: &Manifest) -> Vec<String> {
    let Some(first) = manifest.searches.first() else { return vec![] };
    let better = if first.by.lower_is_better { "lowest" } else { "highest" };
    let (of, nothing, over) = match &manifest.cross {
        Some(_) => (
            "Of every arm and test part",
            "Nothing of it was tested, and no test sample of a part chose for it.",
            "; values are means over the parts that chose alike",
        ),
        None => ("Of every arm", "Nothing of it was tested.", ""),
    };
    let mut notes = vec![format!(
        "{of} the trial with the {better} mean of {} over {} that no run below has; of equal ones the first{over}. {nothing}",
        first.by.name,
        count(first.seeds.len(), "seed")
    )];
    if let Some(halving) = &first.halving {
        let halted = |search: &Searched| search.trials.len() - search.whole().count();
        let halted: Vec<String> = manifest
            .searches
            .iter()
            .map(|search| format!("{} {} of {}", name(manifest, search), halted(search), search.trials.len()))
            .collect();
        notes.push(format!("Successive halving, {halving}. Trials halted on the way: {}.", halted.join(", ")));
    }
    if first.seeds.len() > 1 && manifest.cross.is_none() {
        notes.push(
            "Between seeds: standard deviation of the runs of one trial, over all trials. As good: trials no further from the best than one \
             standard error of that."
                .into(),
        );
    }
    for own in by_arm(&manifest.searches) {
        let lost: usize = own.iter().map(|search| search.undefined()).sum();
        if lost > 0 {
            let mut trials = own.iter().flat_map(|search| &search.trials);
            let why = trials.find_map(|trial| trial.mean().err()).map_or(String::new(), |why| format!(" ({why})"));
            let trials = count(own.iter().map(|search| search.trials.len()).sum(), "trial");
            notes.push(format!("{}: {lost} of {trials} came to no {}{why}.", name(manifest, own[0]), first.by.name));
        }
    }
    notes
}

/// Everything that was tried, a row a trial, numbers as they are.
pub fn trials(manifest: &Manifest) -> Listing {
    let searches = &manifest.searches;
    let Some(first) = searches.first() else { return Listing::default() };
    let settings = settings(searches);
    let mut heading = ["arm", "seed", "part", "trial", "chosen"].map(str::to_string).to_vec();
    heading.extend(settings.iter().map(|name| name.to_string()));
    let words = heading.len();
    heading.push(format!("mean {}", first.by.name));
    heading.extend(first.seeds.iter().map(|seed| seed_name(*seed)));
    let halves = searches.iter().any(|search| search.halving.is_some());
    heading.extend(halves.then(|| "trained for".to_string()));
    heading.push("FLOPs".into());
    let exact =
        |value: &Measured| value.as_ref().map_or_else(|why| format!("{NOTHING} ({why})"), |x| digits::number(*x));
    let rows = searches.iter().flat_map(|search| {
        let settings = &settings;
        search.trials.iter().enumerate().map(move |(i, trial)| {
            let is_chosen = if i == search.chosen { "yes" } else { "" };
            let seed = search.seed.map_or(String::new(), |seed| seed.to_string());
            let part = search.part.map_or(String::new(), |part| part.number.to_string());
            let mut row = vec![name(manifest, search), seed, part, (i + 1).to_string(), is_chosen.into()];
            row.extend(settings.iter().map(|setting| value(search, i, setting)));
            row.push(exact(&trial.mean()));
            row.extend(trial.measured.iter().map(exact));
            row.extend(halves.then(|| trial.halted.clone().unwrap_or_else(|| "all".into())));
            row.push(trial.flops.to_string());
            row
        })
    });
    let all =
        Listing { title: "Everything that was tried".into(), rows: rows.collect(), heading, words, notes: vec![] };
    all.without_empty("seed").without_empty("part")
}

/// All settings, in the order they are first met.
fn settings(searches: &[Searched]) -> Vec<&str> {
    let mut settings: Vec<&str> = vec![];
    for (name, _) in searches.iter().flat_map(|search| &search.settings) {
        if !settings.contains(&name.as_str()) {
            settings.push(name);
        }
    }
    settings
}

fn value(search: &Searched, trial: usize, setting: &str) -> String {
    let place = search.settings.iter().position(|(name, _)| name == setting);
    place.map_or(NOTHING.into(), |place| search.trials[trial].values[place].clone())
}

fn shown(value: &Measured, unit: Unit) -> String {
    value.as_ref().map_or(NOTHING.into(), |value| number::alone(*value, unit))
}
