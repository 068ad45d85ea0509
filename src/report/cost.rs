//! What the arms cost: to deploy and to train. Owns the comparison of costs in words.

use super::listed;
use super::listing::Listing;
use super::{Places, arms};
use crate::digits::{count, scaled};
use crate::record::manifest::{Arm, Axis, Manifest, Sketch};
use std::collections::BTreeMap;

/// A row for every distinct cost; arms that differ on a compared axis alone stand below one another.
pub fn listing(manifest: &Manifest) -> Listing {
    let mut groups: Vec<(&Sketch, Vec<&Arm>)> = Vec::new();
    let alike =
        |a: &Sketch, b: &Sketch| figures(a) == figures(b) && (&a.network, &a.deploys) == (&b.network, &b.deploys);
    for (sketch, arm) in ordered(manifest) {
        match groups.iter_mut().find(|(known, _)| alike(known, sketch)) {
            Some((_, arms)) => arms.push(arm),
            None => groups.push((sketch, vec![arm])),
        }
    }
    let heading =
        ["arms", "network", "deploys", "weights deployed", "FLOPs a sample", "weights trained", "FLOPs of training"];
    let row = |(sketch, of): &(&Sketch, Vec<&Arm>)| {
        let [deployed, forward, trained, training] = figures(sketch);
        let words = [arms::label(manifest, of), sketch.network.clone(), sketch.deploys.clone()];
        words
            .into_iter()
            .chain([count(deployed), count(forward), count(trained), scaled(training as f64, "")])
            .collect()
    };
    Listing {
        title: "What is deployed, and what it takes to train it".into(),
        heading: heading.map(str::to_string).to_vec(),
        words: 3,
        rows: groups.iter().map(row).collect(),
        notes: vec!["A multiply-add counts two FLOPs; those of training are of one run, as planned.".into()],
    }
}

fn figures(sketch: &Sketch) -> [u64; 4] {
    [sketch.deployed_weights, sketch.deployed_flops, sketch.trained_weights, sketch.trained_flops]
}

/// Arms with their pictures, the compared axes running fastest.
fn ordered(manifest: &Manifest) -> Vec<(&Sketch, &Arm)> {
    let (last, first): (Vec<&Axis>, Vec<&Axis>) =
        manifest.axes.iter().partition(|axis| manifest.compare.contains(&axis.name));
    let places = Places::of(first.into_iter().chain(last));
    let mut arms: Vec<(&Sketch, &Arm)> =
        manifest.arms.iter().flat_map(|arm| sketches(manifest, arm).map(move |sketch| (sketch, arm))).collect();
    arms.sort_by_cached_key(|(_, arm)| places.of_arm(&arm.arm));
    arms
}

/// Several where parts of cross-validation have their own choice.
fn sketches<'m>(manifest: &'m Manifest, arm: &'m Arm) -> impl Iterator<Item = &'m Sketch> {
    arm.drawn().filter_map(|place| manifest.sketches.get(place))
}

/// "Deployed, Mhm(heads: 4) costs what EndToEnd costs (2,274 weights, 4,448 FLOPs a sample)." One sentence for every
/// compared axis.
pub fn sentences(manifest: &Manifest) -> Vec<String> {
    manifest
        .axes
        .iter()
        .filter(|axis| manifest.compare.contains(&axis.name))
        .filter_map(|a| sentence(manifest, a))
        .collect()
}

fn sentence(manifest: &Manifest, axis: &Axis) -> Option<String> {
    let (first, others) = axis.values.split_first()?;
    let mut pairs = pairs(manifest, &axis.name, first);
    let mut groups: Vec<(String, Vec<String>)> = Vec::new();
    for other in others {
        let of_other = pairs.remove(other.as_str()).unwrap_or_default();
        let Some(cost) = against(&of_other, first) else { continue };
        match groups.iter_mut().find(|(known, _)| *known == cost) {
            Some((_, of)) => of.push(other.clone()),
            None => groups.push((cost, vec![other.clone()])),
        }
    }
    let clause = |(cost, of): &(String, Vec<String>)| {
        let verb = if of.len() == 1 { "costs" } else { "cost" };
        if of.len() > SHOWN {
            format!("{} others {verb} {cost}", of.len())
        } else {
            format!("{} {verb} {cost}", listed(of))
        }
    };
    let clauses: Vec<String> = groups.iter().map(clause).collect();
    (!clauses.is_empty()).then(|| format!("Deployed, {}.", clauses.join("; ")))
}

/// Values that a sentence names.
const SHOWN: usize = 24;

/// Weights and FLOPs of what is deployed.
type Deployed = [u64; 2];

/// By value of this axis, the costs of the arms with the first value and of those that differ from them on it alone.
fn pairs<'m>(manifest: &'m Manifest, axis: &str, first: &str) -> BTreeMap<&'m str, Vec<(Deployed, Deployed)>> {
    let elsewhere = |arm: &'m Arm| arm.arm.0.iter().filter(|(name, _)| name != axis).collect::<Vec<_>>();
    let deployed = |sketch: &Sketch| -> Deployed { [sketch.deployed_weights, sketch.deployed_flops] };
    // What costs now this and now that is a ratio of nothing.
    let costs_one = |arm: &Arm| {
        let mut all = sketches(manifest, arm).map(deployed);
        let first = all.next();
        all.all(|other| Some(other) == first)
    };
    let mut arms = ordered(manifest);
    arms.retain(|(_, arm)| costs_one(arm));
    let firsts = arms.iter().filter(|(_, arm)| arm.arm.value(axis) == Some(first));
    let firsts: BTreeMap<_, Deployed> = firsts.map(|(sketch, arm)| (elsewhere(arm), deployed(sketch))).collect();
    let mut pairs: BTreeMap<&str, Vec<(Deployed, Deployed)>> = BTreeMap::new();
    for (sketch, arm) in &arms {
        if let (Some(value), Some(partner)) = (arm.arm.value(axis), firsts.get(&elsewhere(arm))) {
            pairs.entry(value).or_default().push((*partner, deployed(sketch)));
        }
    }
    pairs
}

/// "what EndToEnd costs (2,274 weights, 4,448 FLOPs a sample)", "4.0 times the weights and 4.0 times the FLOPs of EndToEnd".
fn against(pairs: &[(Deployed, Deployed)], first: &str) -> Option<String> {
    let ([weights, flops], _) = *pairs.first()?;
    if pairs.iter().all(|(a, b)| a == b) {
        let same = pairs.iter().all(|(a, _)| *a == [weights, flops]);
        let figures = format!(" ({} weights, {} FLOPs a sample)", count(weights), count(flops));
        return Some(format!("what {first} costs{}", if same { figures } else { String::new() }));
    }
    let ratios = |k: usize| pairs.iter().map(move |(a, b)| b[k] as f64 / a[k].max(1) as f64);
    Some(format!("{} times the weights and {} times the FLOPs of {first}", times(ratios(0)), times(ratios(1))))
}

/// "4.0", "1.2 to 4.0".
fn times(ratios: impl Iterator<Item = f64> + Clone) -> String {
    let (low, high) = (ratios.clone().fold(f64::INFINITY, f64::min), ratios.fold(0.0, f64::max));
    let [low, high] = [low, high].map(|x| format!("{x:.1}"));
    if low == high { low } else { format!("{low} to {high}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::ArmId;

    fn manifest(deployed_flops: u64) -> Manifest {
        let sketch = |flops| Sketch {
            network: "N".into(),
            deployed_weights: 1000,
            deployed_flops: flops,
            trained_weights: 1000,
            ..Sketch::default()
        };
        let arm = |method: &str, task: &str, sketch| Arm {
            arm: ArmId(vec![("method".into(), method.into()), ("task".into(), task.into())]),
            sketch,
            ..Arm::default()
        };
        Manifest {
            axes: [("method", ["A", "B"]), ("task", ["near", "far"])]
                .map(|(name, values)| Axis { name: name.into(), values: values.map(str::to_string).to_vec() })
                .to_vec(),
            compare: vec!["method".into()],
            arms: vec![arm("A", "near", 0), arm("A", "far", 0), arm("B", "near", 1), arm("B", "far", 1)],
            sketches: vec![sketch(2000), Sketch { trained_weights: 4000, ..sketch(deployed_flops) }],
            ..Manifest::default()
        }
    }

    #[test]
    fn equal_cost_is_said_and_shown() {
        let listing = listing(&manifest(2000));
        assert_eq!(listing.rows.iter().map(|r| r[0].as_str()).collect::<Vec<_>>(), ["A", "B"]);
        assert_eq!(listing.rows[1][3..], ["1,000", "2,000", "4,000", "0"]);
        assert_eq!(
            sentences(&manifest(2000)),
            ["Deployed, B costs what A costs (1,000 weights, 2,000 FLOPs a sample)."]
        );
    }

    #[test]
    fn unequal_cost_is_a_ratio() {
        assert_eq!(
            sentences(&manifest(8000)),
            ["Deployed, B costs 1.0 times the weights and 4.0 times the FLOPs of A."]
        );
    }
}
