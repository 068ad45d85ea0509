//! What was chosen before the runs: for every arm its settings, and all that was tried. Owns these lists.

use super::count;
use super::listing::Listing;
use super::number::{self, NOTHING};
use super::searching::{gain, name, near};
use crate::digits;
use crate::measured::Measured;
use crate::record::Unit;
use crate::record::manifest::{Manifest, Searched};
use crate::search::seed_name;

/// The settings that were chosen, a row an arm; nothing where nothing was.
pub fn chosen(manifest: &Manifest) -> Listing {
    let searches = &manifest.searches;
    let Some(first) = searches.first() else { return Listing::default() };
    let settings = settings(searches);
    let mut heading = vec!["arm".to_string()];
    heading.extend(settings.iter().map(|name| name.to_string()));
    let words = heading.len();
    heading.extend([
        first.by.name.clone(),
        "ahead of the median".into(),
        "as good".into(),
        "trial".into(),
        "of".into(),
    ]);
    let row = |search: &Searched| {
        let trial = &search.trials[search.chosen];
        let mut row = vec![name(manifest, search)];
        row.extend(settings.iter().map(|setting| value(search, search.chosen, setting)));
        let trials = search.trials.len().to_string();
        let ahead = gain(search).map_or(NOTHING.into(), |gain| number::alone(gain, search.by.unit));
        let near = near(search).map_or(NOTHING.into(), |near| near.to_string());
        row.extend([shown(&trial.mean(), search.by.unit), ahead, near, (search.chosen + 1).to_string(), trials]);
        row
    };
    Listing {
        title: format!("Chosen by {}", first.by.name),
        heading,
        words,
        rows: searches.iter().map(row).collect(),
        notes: notes(manifest),
    }
}

fn notes(manifest: &Manifest) -> Vec<String> {
    let Some(first) = manifest.searches.first() else { return vec![] };
    let better = if first.by.lower_is_better { "lowest" } else { "highest" };
    let mut notes = vec![format!(
        "Of every arm the trial with the {better} mean of {} over {} that no run below has; of equal ones the first. Nothing of it was \
         tested.",
        first.by.name,
        count(first.seeds.len(), "seed")
    )];
    if let Some(halving) = &first.halving {
        let halted = |search: &Searched| search.trials.len() - search.whole().count();
        let halted: Vec<String> = manifest
            .searches
            .iter()
            .map(|search| format!("{} of {} {}", halted(search), search.trials.len(), name(manifest, search)))
            .collect();
        notes.push(format!("Successive halving, {halving}: on the way were halted {}.", halted.join(", ")));
    }
    if first.seeds.len() > 1 {
        notes.push(
            "As good: trials no further from the best than one standard error, by how runs of one trial differ.".into(),
        );
    }
    for search in &manifest.searches {
        let lost = search.undefined();
        if lost > 0 {
            let why = search.trials.iter().find_map(|trial| trial.mean().err());
            let why = why.map_or(String::new(), |why| format!(" ({why})"));
            let name = name(manifest, search);
            notes.push(format!(
                "{name}: {lost} of {} came to no {}{why}.",
                count(search.trials.len(), "trial"),
                search.by.name
            ));
        }
    }
    notes
}

/// Everything that was tried, a row a trial, numbers as they are.
pub fn trials(manifest: &Manifest) -> Listing {
    let searches = &manifest.searches;
    let Some(first) = searches.first() else { return Listing::default() };
    let settings = settings(searches);
    let mut heading = vec!["arm".to_string(), "trial".into(), "chosen".into()];
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
            let mut row = vec![name(manifest, search), (i + 1).to_string(), is_chosen.into()];
            row.extend(settings.iter().map(|setting| value(search, i, setting)));
            row.push(exact(&trial.mean()));
            row.extend(trial.measured.iter().map(exact));
            row.extend(halves.then(|| trial.halted.clone().unwrap_or_else(|| "all".into())));
            row.push(trial.flops.to_string());
            row
        })
    });
    Listing { title: "Everything that was tried".into(), rows: rows.collect(), heading, words, notes: vec![] }
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
