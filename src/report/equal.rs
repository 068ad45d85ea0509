//! Arms at equal settings beside each at its best, by the trials that chose: what a comparison at one setting for all would have come
//! to. Owns which setting that is.

use super::listing::Listing;
use super::number::{self, NOTHING};
use super::searching::{SHOWN, name};
use super::{count, listed};
use crate::record::Unit;
use crate::record::manifest::{Manifest, Searched};

/// Arms that tried the same, and the trial that is the best of all on average.
struct Equal<'m> {
    arms: Vec<&'m Searched>,
    trial: usize,
}

fn equal(manifest: &Manifest) -> Vec<Equal<'_>> {
    groups(manifest).into_iter().filter_map(|arms| Some(Equal { trial: best(&arms)?, arms })).collect()
}

/// Arms that are compared and tried the same; an arm alone has nothing to be equal to. Parts of cross-validation that choose for
/// themselves have no one setting.
fn groups(manifest: &Manifest) -> Vec<Vec<&Searched>> {
    if manifest.cross.is_some() {
        return vec![];
    }
    // Losses on other data are no others' equals: arms differ in what is compared alone.
    let place = |search: &Searched| -> Vec<(String, String)> {
        let other = |(axis, _): &&(String, String)| !manifest.compare.is_empty() && !manifest.compare.contains(axis);
        search.arm.0.iter().filter(other).cloned().collect()
    };
    let tried = |search: &Searched| search.trials.iter().map(|trial| trial.values.clone()).collect::<Vec<_>>();
    let mut groups: Vec<Vec<&Searched>> = vec![];
    for search in &manifest.searches {
        let is_like = |group: &&mut Vec<&Searched>| {
            let first = group[0];
            first.settings == search.settings && place(first) == place(search) && tried(first) == tried(search)
        };
        match groups.iter_mut().find(is_like) {
            Some(group) => group.push(search),
            None => groups.push(vec![search]),
        }
    }
    groups.retain(|group| group.len() > 1);
    groups
}

/// The trial with the best mean over arms, of equal ones the first; of those that every arm trained to the end and has a value at.
fn best(arms: &[&Searched]) -> Option<usize> {
    let sign = if arms[0].by.lower_is_better { 1.0 } else { -1.0 };
    let of = |trial: usize| -> Option<(usize, f64)> {
        let means: Option<Vec<f64>> = arms.iter().map(|search| search.trials[trial].whole().ok()).collect();
        Some((trial, sign * means?.iter().sum::<f64>()))
    };
    let all = (0..arms[0].trials.len()).filter_map(of);
    all.reduce(|best, next| if next.1 < best.1 { next } else { best }).map(|(trial, _)| trial)
}

impl Equal<'_> {
    /// "lr 0.003, width 32".
    fn settings(&self) -> String {
        let first = self.arms[0];
        let values = &first.trials[self.trial].values;
        let pairs = first.settings.iter().zip(values).map(|((name, _), value)| format!("{name} {value}"));
        pairs.collect::<Vec<_>>().join(", ")
    }

    /// What an arm comes to at its best and at equal settings.
    fn of(&self, search: &Searched) -> Option<(f64, f64)> {
        Some((search.trials[search.chosen].mean().ok()?, search.trials[self.trial].mean().ok()?))
    }

    /// The arm that is ahead at its best, and the one at equal settings; of equal ones the first.
    fn ahead(&self) -> Option<(&Searched, &Searched)> {
        let sign = if self.arms[0].by.lower_is_better { 1.0 } else { -1.0 };
        let first = |value: &dyn Fn((f64, f64)) -> f64| {
            let all = self.arms.iter().filter_map(|arm| Some((*arm, sign * value(self.of(arm)?))));
            all.reduce(|best, next| if next.1 < best.1 { next } else { best }).map(|(arm, _)| arm)
        };
        Some((first(&|(best, _)| best)?, first(&|(_, equal)| equal)?))
    }
}

/// A row an arm; nothing where no two arms tried the same.
pub fn listing(manifest: &Manifest) -> Listing {
    let groups = equal(manifest);
    let Some(first) = groups.first().and_then(|group| group.arms.first()) else { return Listing::default() };
    let row = |group: &Equal<'_>, search: &Searched| {
        let (unit, values) = (search.by.unit, group.of(search));
        let shown = |value: Option<f64>| value.map_or(NOTHING.into(), |value| number::alone(value, unit));
        let loses = values.map(|(best, equal)| (best - equal).abs());
        let columns = [values.map(|v| v.0), values.map(|v| v.1), loses].map(shown);
        [name(manifest, search), search.choice(), group.settings()].into_iter().chain(columns).collect::<Vec<String>>()
    };
    let unit = if first.by.unit == Unit::Percent { " (%)" } else { "" };
    let heading = [
        "arm",
        "its best settings",
        "equal settings",
        &format!("{}{unit} at its best", first.by.name),
        "at equal",
        "loses",
    ];
    Listing {
        title: "At its best and at equal settings".into(),
        heading: heading.map(str::to_string).to_vec(),
        words: 3,
        rows: groups.iter().flat_map(|group| group.arms.iter().map(|search| row(group, search))).collect(),
        notes: vec![format!(
            "Equal settings: the trial with the best mean of {} over the arms that are compared. Both columns are of the runs that chose, on {}.",
            first.by.name,
            count(first.seeds.len(), "tuning seed")
        )],
    }
}

/// "At equal settings (lr 0.003, width 32) validation_error is worse by 1.2 points (ETE) and 0.4 points (MHM), and no worse for the others;
/// MHM is ahead there, ETE where each is at its best."
pub fn words(manifest: &Manifest) -> Option<String> {
    let groups = groups(manifest);
    let [arms] = groups.as_slice() else { return None };
    let Some(trial) = best(arms) else {
        return Some("Of equal settings nothing can be said: no trial was trained to the end for all arms.".into());
    };
    let group = Equal { arms: arms.clone(), trial };
    let (by, points) = (&group.arms[0].by, if group.arms[0].by.unit == Unit::Percent { " points" } else { "" });
    let loses = |arm: &&Searched| {
        let (best, equal) = group.of(arm).filter(|(best, equal)| best != equal)?;
        Some(format!("{}{points} ({})", number::amount((best - equal).abs(), by.unit), name(manifest, arm)))
    };
    let loses: Vec<String> = group.arms.iter().filter_map(loses).collect();
    let shown = listed(&loses[..loses.len().min(SHOWN)]);
    let worse = match (loses.len(), group.arms.len()) {
        (0, _) => "is what it is for each at its best".to_string(),
        (n, _) if n > SHOWN => format!("is worse by {shown} and of {} others", n - SHOWN),
        (n, all) if n < all => format!("is worse by {shown}, and no worse for the others"),
        _ => format!("is worse by {shown}"),
    };
    let (best, equal) = group.ahead()?;
    let ahead = match best.arm == equal.arm {
        true => format!("{} is ahead there, and where each is at its best", name(manifest, best)),
        false => {
            format!("{} is ahead there, {} where each is at its best", name(manifest, equal), name(manifest, best))
        }
    };
    Some(format!("At equal settings ({}) {} {worse}; {ahead}.", group.settings(), by.name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::ArmId;
    use crate::report::searching::tests;

    fn searched(arm: &[(&str, &str)], means: &[f64]) -> Searched {
        let measured: Vec<&[f64]> = means.chunks(1).collect();
        let mut search = tests::searched(&measured);
        search.trials.iter_mut().enumerate().for_each(|(i, trial)| trial.values = vec![format!("0.{i}")]);
        let arm = ArmId(arm.iter().map(|(axis, value)| (axis.to_string(), value.to_string())).collect());
        Searched { arm, seeds: vec![0], settings: vec![("lr".into(), "0 .. 1".into())], ..search }
    }

    fn manifest(searches: Vec<Searched>) -> Manifest {
        let axis = |name: &str, values: &[&str]| crate::record::manifest::Axis {
            name: name.into(),
            values: values.iter().map(|v| v.to_string()).collect(),
        };
        let arms = searches
            .iter()
            .map(|search| crate::record::manifest::Arm { arm: search.arm.clone(), ..Default::default() });
        Manifest {
            arms: arms.collect(),
            axes: vec![axis("task", &["near", "far"]), axis("method", &["ETE", "MHM"])],
            compare: vec!["method".into()],
            searches,
            ..Manifest::default()
        }
    }

    #[test]
    fn the_setting_that_is_best_on_average_is_what_is_equal() {
        let near = |method| [("task", "near"), ("method", method)];
        // On average 0.2 and 0.2 at the first two that both have: of equal ones the first.
        let manifest = manifest(vec![
            searched(&near("ETE"), &[0.3, 0.25, 0.1, 0.4]),
            searched(&near("MHM"), &[0.1, 0.15, f64::NAN, 0.5]),
            searched(&[("task", "far"), ("method", "ETE")], &[0.9, 0.8, 0.7, 0.6]),
        ]);
        let listing = listing(&manifest);
        assert_eq!(listing.rows.len(), 2, "`far` has one arm: {:?}", listing.rows);
        assert_eq!(listing.rows[0][1..], ["lr 0.2", "lr 0.0", "10.0", "30.0", "20.0"]);
        assert_eq!(listing.rows[1][1..], ["lr 0.0", "lr 0.0", "10.0", "10.0", "0.0"]);
        let said = words(&manifest).expect("one group");
        assert!(
            said.contains("(lr 0.0)") && said.contains("20.0 points (near · ETE), and no worse for the others"),
            "{said}"
        );
        assert!(said.ends_with("near · MHM is ahead there, near · ETE where each is at its best."), "{said}");
    }

    #[test]
    fn what_was_halted_for_some_arm_is_not_equal() {
        let arm = |method, means: &[f64]| searched(&[("task", "near"), ("method", method)], means);
        let mut searches = vec![arm("ETE", &[0.1, 0.2, 0.3]), arm("MHM", &[0.1, 0.2, 0.4])];
        searches[1].trials[0].halted = Some("5 epochs".into());
        assert_eq!(listing(&manifest(searches.clone())).rows[0][2], "lr 0.1");
        searches[0].trials[1..].iter_mut().for_each(|trial| trial.halted = Some("5 epochs".into()));
        assert!(listing(&manifest(searches.clone())).rows.is_empty());
        assert!(words(&manifest(searches)).is_some_and(|said| said.contains("nothing can be said")));
    }

    #[test]
    fn arms_that_tried_other_things_are_not_held_against_each_other() {
        let mut other = searched(&[("task", "near"), ("method", "MHM")], &[0.1, 0.2]);
        other.trials[1].values = vec!["0.7".into()];
        let manifest = manifest(vec![searched(&[("task", "near"), ("method", "ETE")], &[0.3, 0.2]), other]);
        assert!(listing(&manifest).rows.is_empty() && words(&manifest).is_none());
        assert!(listing(&Manifest::default()).rows.is_empty());
    }
}
