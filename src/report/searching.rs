//! What choosing came to: what it won, how flat its optimum is, and pictures of all trials. Owns what is said of that.

use super::svg::Captioned;
use super::svg::axis::{Scale, range};
use super::svg::dots::{self, Dot, Dots, Join, Mark, Row};
use super::{arms, names, number};
use crate::digits::{self, scaled};
use crate::record::Unit;
use crate::record::manifest::{Manifest, Searched, Trial, by_arm, place as in_part};
use std::cmp::Ordering;

/// Arms that a sentence names, and that a picture shows.
pub const SHOWN: usize = 12;

/// "By validation_error MHM won 1.2 by choosing, ETE 0.9: so much the chosen trial is better than the median one. …"
pub fn words(manifest: &Manifest) -> Vec<String> {
    let Some(first) = manifest.searches.first() else { return vec![] };
    let points = if first.by.unit == Unit::Percent { " points" } else { "" };
    let arms = by_arm(&manifest.searches);
    let won: Vec<String> = arms
        .iter()
        .take(SHOWN)
        .filter_map(|own| {
            Some(format!("{} {}{points}", name(manifest, own[0]), number::alone(gain(own)?, first.by.unit)))
        })
        .collect();
    if won.is_empty() {
        return vec![];
    }
    let left = arms.len().saturating_sub(SHOWN);
    let others = if left > 0 { format!(", {left} others") } else { String::new() };
    let whole = if first.halving.is_some() { " of those trained to the end" } else { "" };
    vec![format!(
        "By {} choosing won: {}{others}; so much the best trial is ahead of the median one{whole}, on the samples that chose it{}.",
        first.by.name,
        won.join(", "),
        if manifest.cross.is_some() { ", as a mean over the test parts" } else { "" }
    )]
}

/// What an arm is called among those of the grid.
pub fn name(manifest: &Manifest, search: &Searched) -> String {
    let own: Vec<_> = manifest.arms.iter().filter(|arm| arm.arm == search.arm).collect();
    arms::label(manifest, &own)
}

/// How far the chosen trial is ahead of the median of all that were trained to the end and have a value: a mean over the searches.
pub fn gain(searches: &[&Searched]) -> Option<f64> {
    let ahead: Vec<f64> = searches.iter().filter_map(|search| ahead(search)).collect();
    (!ahead.is_empty()).then(|| ahead.iter().sum::<f64>() / ahead.len() as f64)
}

fn ahead(search: &Searched) -> Option<f64> {
    let mut means: Vec<f64> = search.trials.iter().filter_map(|trial| trial.whole().ok()).collect();
    means.sort_by(f64::total_cmp);
    let middle = means.len() / 2;
    let median = match means.len() {
        0 | 1 => return None,
        n if n.is_multiple_of(2) => (means[middle - 1] + means[middle]) / 2.0,
        _ => means[middle],
    };
    let best = search.trials[search.chosen].mean().ok()?;
    Some((median - best).abs())
}

/// Standard deviation between the seeds of a trial, over all trials that have a value of every seed; `None` of one seed.
pub fn spread(search: &Searched) -> Option<f64> {
    let variance = |trial: &Trial| {
        let (mean, n) = (trial.mean().ok()?, trial.measured.len());
        let squares: f64 = trial.measured.iter().flatten().map(|x| (x - mean).powi(2)).sum();
        (n > 1).then(|| squares / (n - 1) as f64)
    };
    let variances: Vec<f64> = search.trials.iter().filter_map(variance).collect();
    (!variances.is_empty()).then(|| (variances.iter().sum::<f64>() / variances.len() as f64).sqrt())
}

/// Trials whose mean is no further from the best than one standard error of it, the best among them: many of a flat optimum.
pub fn near(search: &Searched) -> Option<usize> {
    let error = spread(search)? / (search.seeds.len() as f64).sqrt();
    let best = search.trials[search.chosen].mean().ok()?;
    Some(
        search.trials.iter().filter_map(|trial| trial.whole().ok()).filter(|mean| (mean - best).abs() <= error).count(),
    )
}

/// A picture for every setting, and of the best so far against trials and operations.
pub fn pictures(manifest: &Manifest) -> Vec<Captioned> {
    let Some(first) = manifest.searches.first() else { return vec![] };
    let mut settings: Vec<&(String, String)> = vec![];
    for setting in manifest.searches.iter().flat_map(|search| &search.settings) {
        if settings.iter().all(|known| known.0 != setting.0) {
            settings.push(setting);
        }
    }
    let of_settings = settings.into_iter().map(|setting| dots::draw(&against(manifest, setting)));
    let so_far = [Spent::Trials, Spent::Flops].map(|spent| dots::draw(&best_so_far(manifest, spent)));
    vec![
        Captioned {
            caption: format!(
                "{} of every trial{}; full: chosen{}",
                first.by.name,
                if first.seeds.len() > 1 {
                    ", the mean of its seeds on a line from the least to the largest"
                } else {
                    ""
                },
                if first.halving.is_some() { "; small: halted" } else { "" }
            ),
            pictures: of_settings.collect(),
        },
        Captioned {
            caption: format!(
                "The best {} so far{}",
                first.by.name,
                if manifest.cross.is_some() { ", a mean over the test parts" } else { "" }
            ),
            pictures: so_far.into(),
        },
    ]
}

fn factor(manifest: &Manifest) -> f64 {
    let percent = manifest.searches.first().is_some_and(|search| search.by.unit == Unit::Percent);
    if percent { 100.0 } else { 1.0 }
}

fn under(manifest: &Manifest) -> String {
    let Some(first) = manifest.searches.first() else { return String::new() };
    let unit = if first.by.unit == Unit::Percent { " (%)" } else { "" };
    let better = if first.by.lower_is_better { "lower" } else { "higher" };
    format!("{}{unit}, {better} is better", names::title(&first.by))
}

/// The upright ends: from the best to where most trials are; what diverged would leave no room for the others.
fn ends(manifest: &Manifest) -> (f64, f64) {
    let all = manifest.searches.iter().flat_map(|search| &search.trials).filter_map(|trial| trial.mean().ok());
    let mut all: Vec<f64> = all.map(|mean| mean * factor(manifest)).collect();
    all.sort_by(f64::total_cmp);
    let (Some(&low), Some(&high)) = (all.first(), all.last()) else { return (0.0, 1.0) };
    let median = all[all.len() / 2];
    let lower_is_better = manifest.searches.first().is_none_or(|search| search.by.lower_is_better);
    let (low, high) = match lower_is_better {
        true => (low, high.min(median + 3.0 * (median - low))),
        false => (low.max(median - 3.0 * (high - median)), high),
    };
    let pad = if high > low { 0.05 * (high - low) } else { 0.5 };
    (low - pad, high + pad)
}

fn against(manifest: &Manifest, (setting, domain): &(String, String)) -> Dots {
    let values: Vec<&str> = manifest
        .searches
        .iter()
        .flat_map(|search| {
            let place = search.settings.iter().position(|(name, _)| name == setting);
            place.into_iter().flat_map(|place| search.trials.iter().map(move |trial| trial.values[place].as_str()))
        })
        .collect();
    let level = Level::of(&values, domain);
    let row = |own: Vec<&Searched>| {
        let place = own[0].settings.iter().position(|(name, _)| name == setting)?;
        let dot = |search: &Searched, i: usize, trial: &Trial| {
            let mean = trial.mean().ok()?;
            let mark = match &trial.halted {
                _ if i == search.chosen => Mark::Chosen,
                None => Mark::Tried,
                Some(_) => Mark::Halted,
            };
            let halted = trial.halted.as_ref().map_or(String::new(), |at| format!(" after {at}"));
            let (tried, reached) = (&trial.values[place], number::alone(mean, search.by.unit));
            let says = format!("{setting} {tried}, {reached}{halted}{}", in_part(search.seed, search.part));
            let seeds = trial.measured.iter().flatten().map(|x| x * factor(manifest));
            let ends = seeds.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), x| (low.min(x), high.max(x)));
            Some(Dot { x: level.at(&trial.values[place])?, y: mean * factor(manifest), ends, mark, says })
        };
        let of = |search: &&Searched| -> Vec<Dot> {
            search.trials.iter().enumerate().filter_map(|(i, trial)| dot(search, i, trial)).collect()
        };
        Some(Row { name: name(manifest, own[0]), points: own.iter().flat_map(of).collect() })
    };
    Dots {
        title: setting.clone(),
        under: under(manifest),
        across: format!("{setting} in {domain}"),
        ticks: level.ticks(),
        rows: by_arm(&manifest.searches).into_iter().take(SHOWN).filter_map(row).collect(),
        ends: ends(manifest),
        join: Join::Apart,
    }
}

/// Where values of a setting stand.
enum Level<'v> {
    Number { log: Option<()>, ends: (f64, f64) },
    Words(Vec<&'v str>),
}

impl<'v> Level<'v> {
    fn of(values: &[&'v str], domain: &str) -> Self {
        let numbers: Option<Vec<f64>> = values.iter().map(|value| value.parse().ok()).collect();
        // Values of a list stand side by side, however far apart their numbers are.
        let is_drawn = !domain.starts_with('[');
        match numbers.filter(|numbers| !numbers.is_empty() && is_drawn) {
            Some(numbers) => {
                let low = numbers.iter().copied().fold(f64::INFINITY, f64::min);
                let high = numbers.iter().copied().fold(f64::NEG_INFINITY, f64::max);
                // What spans decades is read by them, however it was drawn.
                let log = (low > 0.0 && (domain.starts_with("log") || high / low >= 20.0)).then_some(());
                Level::Number { log, ends: (low, high) }
            }
            None => {
                let mut words: Vec<&str> = vec![];
                for value in values {
                    if !words.contains(value) {
                        words.push(value);
                    }
                }
                words.sort_by(|a, b| match (a.parse::<f64>(), b.parse::<f64>()) {
                    (Ok(a), Ok(b)) => a.total_cmp(&b),
                    _ => Ordering::Equal,
                });
                Level::Words(words)
            }
        }
    }

    fn at(&self, value: &str) -> Option<f64> {
        match self {
            Level::Number { log, .. } => {
                let number: f64 = value.parse().ok()?;
                Some(if log.is_some() { number.log10() } else { number })
            }
            Level::Words(words) => words.iter().position(|word| *word == value).map(|place| place as f64),
        }
    }

    fn ticks(&self) -> Vec<(f64, String)> {
        match self {
            Level::Words(words) => words.iter().enumerate().map(|(i, word)| (i as f64, word.to_string())).collect(),
            Level::Number { log: Some(()), ends: (low, high) } => {
                let inside = (low.log10().ceil() as i32, high.log10().floor() as i32);
                // Of less than a decade the ends around it.
                let around = (low.log10().floor() as i32, high.log10().ceil() as i32);
                let (first, last) = if inside.0 < inside.1 { inside } else { around };
                (first..=last).map(|power| (f64::from(power), digits::number(10f64.powi(power)))).collect()
            }
            Level::Number { log: None, ends: (low, high) } => {
                let (low, high) = range([*low, *high]);
                Scale { low, high, from: 0.0, to: 1.0 }.ticks(4)
            }
        }
    }
}

#[derive(Clone, Copy)]
enum Spent {
    Trials,
    Flops,
}

fn best_so_far(manifest: &Manifest, spent: Spent) -> Dots {
    // Of several parts, the mean of the best of each.
    let row = |own: Vec<&Searched>| {
        let (mut best, mut flops, mut points): (Vec<Option<f64>>, f64, Vec<Dot>) = (vec![None; own.len()], 0.0, vec![]);
        for i in 0..own.iter().map(|search| search.trials.len()).max().unwrap_or(0) {
            let mut tried = false;
            for (search, best) in own.iter().zip(&mut best) {
                let Some(trial) = search.trials.get(i) else { continue };
                flops += trial.flops as f64;
                let Ok(mean) = trial.whole() else { continue };
                tried = true;
                let is_better =
                    best.is_none_or(|best| if search.by.lower_is_better { mean < best } else { mean > best });
                if is_better {
                    *best = Some(mean);
                }
            }
            let Some(all) = best.iter().copied().collect::<Option<Vec<f64>>>().filter(|_| tried) else { continue };
            let x = match spent {
                Spent::Trials => (i + 1) as f64,
                Spent::Flops => flops,
            };
            let mark = if own.iter().any(|search| search.chosen == i) { Mark::Chosen } else { Mark::Tried };
            let y = all.iter().sum::<f64>() / all.len() as f64;
            let says = format!("trial {}, {}", i + 1, number::alone(y, own[0].by.unit));
            let y = y * factor(manifest);
            points.push(Dot { x, y, ends: (y, y), mark, says });
        }
        Row { name: name(manifest, own[0]), points }
    };
    let rows: Vec<Row> = by_arm(&manifest.searches).into_iter().take(SHOWN).map(row).collect();
    let last = rows.iter().flat_map(|row| &row.points).map(|dot| dot.x).fold(0.0, f64::max);
    let (across, ticks): (&str, Vec<(f64, String)>) = match spent {
        Spent::Trials => {
            let (low, high) = range([1.0, last]);
            let whole = Scale { low, high, from: 0.0, to: 1.0 }.ticks(4).into_iter();
            ("trials", whole.filter(|(at, _)| at.fract() == 0.0).collect())
        }
        Spent::Flops => {
            let (low, high) = range([0.0, last]);
            let round = Scale { low, high, from: 0.0, to: 1.0 }.ticks(3).into_iter();
            ("FLOPs of training", round.map(|(at, _)| (at, short(&scaled(at, "")))).collect())
        }
    };
    let (low, high) = ends(manifest);
    let all = || rows.iter().flat_map(|row| &row.points).map(|dot| dot.y);
    // What was the best at no time takes no room.
    let (least, most) = range(all().map(|y| y.clamp(low, high)));
    let pad = 0.05 * (most - least);
    Dots {
        title: "best so far".into(),
        under: under(manifest),
        across: across.into(),
        ticks,
        rows,
        ends: (least - pad, most + pad),
        join: Join::Stairs,
    }
}

/// "1.500 G" as "1.5 G".
fn short(text: &str) -> String {
    let (digits, unit) = text.split_once(' ').unwrap_or((text, ""));
    let digits = if digits.contains('.') { digits.trim_end_matches('0').trim_end_matches('.') } else { digits };
    format!("{digits} {unit}").trim_end().to_string()
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::measured::Absent;
    use crate::record::{ArmId, MeasureInfo, OneOf};

    /// A search by an error of which trials came to these values.
    pub fn searched(measured: &[&[f64]]) -> Searched {
        let trial = |values: &&[f64]| Trial {
            values: vec!["0.1".into()],
            measured: values.iter().map(|x| if x.is_nan() { Err(Absent::failed()) } else { Ok(*x) }).collect(),
            flops: 10,
            halted: None,
        };
        let by = MeasureInfo {
            name: "validation_error".into(),
            label: None,
            unit: Unit::Percent,
            lower_is_better: true,
            one_of: OneOf::Run,
        };
        let trials: Vec<Trial> = measured.iter().map(trial).collect();
        let chosen = Searched::best(&trials, &by).expect("one has a value");
        let settings = vec![("lr".into(), "log(1e-4 .. 1e-1)".into())];
        let (arm, sampler, halving) = (ArmId::default(), "random".into(), None);
        Searched { arm, seed: None, part: None, by, sampler, halving, seeds: vec![0, 1], settings, trials, chosen }
    }

    #[test]
    fn what_choosing_won_is_the_best_against_the_median() {
        let search = searched(&[&[0.3, 0.3], &[0.1, 0.2], &[0.5, 0.5], &[f64::NAN, 0.0]]);
        assert_eq!(search.chosen, 1);
        let won = gain(&[&search]).expect("three have values");
        assert!((won - 0.15).abs() < 1e-12, "{won}");
        assert_eq!(gain(&[&searched(&[&[0.3, 0.3]])]), None);
        let manifest = Manifest { searches: vec![search], ..Manifest::default() };
        assert!(words(&manifest)[0].contains("15.0 points"), "{:?}", words(&manifest));
    }

    #[test]
    fn trials_within_a_standard_error_are_near() {
        // Variances 0.02, 0.02 and 0: a spread of √(0.04/3) = 0.1155, and a standard error of 0.0816.
        let search = searched(&[&[0.2, 0.4], &[0.25, 0.45], &[0.5, 0.5]]);
        let found = spread(&search).expect("two seeds");
        assert!((found - (0.04f64 / 3.0).sqrt()).abs() < 1e-12, "{found}");
        assert_eq!(near(&search), Some(2));
    }

    #[test]
    fn levels_are_logarithms_numbers_or_words() {
        let log = Level::of(&["0.0012", "0.09"], "log(1e-3 .. 1e-1)");
        assert_eq!(log.ticks().into_iter().map(|(_, label)| label).collect::<Vec<_>>(), ["0.001", "0.01", "0.1"]);
        assert_eq!(log.at("0.01"), Some(-2.0));
        assert_eq!(Level::of(&["0.002", "0.9"], "log(1e-3 .. 1)").ticks().len(), 2);
        assert_eq!(Level::of(&["128", "16", "32"], "[128, 16, 32]").at("32"), Some(1.0));
        assert_eq!(Level::of(&["16", "32"], "16 .. 48").at("32"), Some(32.0));
        assert_eq!(Level::of(&["Mhm", "EndToEnd", "Mhm"], "[…]").at("EndToEnd"), Some(1.0));
    }
}
