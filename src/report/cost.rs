//! What the arms cost: to deploy and to train. Owns the comparison of costs in words.

use super::arms;
use super::listing::Listing;
use crate::digits::{count, scaled};
use crate::record::manifest::{Arm, Manifest, Sketch};

/// A row for every distinct cost; arms that differ on a compared axis alone stand below one another.
pub fn listing(manifest: &Manifest) -> Listing {
    let mut groups: Vec<(&Sketch, Vec<&Arm>)> = Vec::new();
    for (sketch, arm) in ordered(manifest) {
        match groups.iter_mut().find(|(known, _)| figures(known) == figures(sketch) && known.network == sketch.network)
        {
            Some((_, arms)) => arms.push(arm),
            None => groups.push((sketch, vec![arm])),
        }
    }
    let heading = [
        "arms",
        "network",
        "deploys",
        "deployed weights",
        "deployed FLOPs a sample",
        "trained weights",
        "training FLOPs",
    ];
    let row = |(sketch, of): &(&Sketch, Vec<&Arm>)| {
        let [deployed, forward, trained, training] = figures(sketch);
        vec![
            arms::label(manifest, of),
            sketch.network.clone(),
            sketch.deploys.clone(),
            count(deployed),
            count(forward),
            count(trained),
            scaled(training as f64, ""),
        ]
    };
    Listing {
        title: "Cost".into(),
        heading: heading.map(str::to_string).to_vec(),
        words: 3,
        rows: groups.iter().map(row).collect(),
        notes: vec!["A multiply-add counts two FLOPs; training FLOPs are of one run, as planned.".into()],
    }
}

fn figures(sketch: &Sketch) -> [u64; 4] {
    [sketch.deployed_weights, sketch.deployed_flops, sketch.trained_weights, sketch.trained_flops]
}

/// Arms with their pictures, the compared axes running fastest.
fn ordered(manifest: &Manifest) -> Vec<(&Sketch, &Arm)> {
    let place = |arm: &Arm, compared: bool| -> Vec<usize> {
        let axes = manifest.axes.iter().filter(|axis| manifest.compare.contains(&axis.name) == compared);
        axes.map(|axis| axis.values.iter().position(|v| arm.arm.value(&axis.name) == Some(v)).unwrap_or(0)).collect()
    };
    let mut arms: Vec<(&Sketch, &Arm)> =
        manifest.arms.iter().filter_map(|arm| Some((manifest.sketches.get(arm.sketch)?, arm))).collect();
    arms.sort_by_key(|(_, arm)| (place(arm, false), place(arm, true)));
    arms
}

/// "What Mhm(heads: 4) deploys costs what EndToEnd's network costs: 2,274 weights and 4,420 FLOPs a sample." One sentence for
/// every value of a compared axis.
pub fn sentences(manifest: &Manifest) -> Vec<String> {
    let compared = manifest.axes.iter().filter(|axis| manifest.compare.contains(&axis.name));
    let of = |axis: &crate::record::manifest::Axis| -> Vec<String> {
        let Some((first, others)) = axis.values.split_first() else { return vec![] };
        others.iter().filter_map(|other| sentence(manifest, &axis.name, first, other)).collect()
    };
    compared.flat_map(of).collect()
}

fn sentence(manifest: &Manifest, axis: &str, first: &str, other: &str) -> Option<String> {
    let rest =
        |arm: &Arm| -> Vec<(String, String)> { arm.arm.0.iter().filter(|(name, _)| name != axis).cloned().collect() };
    let of = |value: &'_ str| {
        ordered(manifest).into_iter().filter(move |(_, arm)| arm.arm.value(axis) == Some(value)).collect::<Vec<_>>()
    };
    let firsts = of(first);
    let pairs: Vec<([u64; 4], [u64; 4])> = of(other)
        .into_iter()
        .filter_map(|(sketch, arm)| {
            let (with, _) = firsts.iter().find(|(_, a)| rest(a) == rest(arm))?;
            Some((figures(with), figures(sketch)))
        })
        .collect();
    let (one, _) = pairs.first()?;
    if pairs.iter().all(|(a, b)| a[..2] == b[..2]) {
        let same = pairs.iter().all(|(a, _)| a[..2] == one[..2]);
        let figures = format!(": {} weights and {} FLOPs a sample", count(one[0]), count(one[1]));
        let figures = if same { figures } else { String::new() };
        return Some(format!("What {other} deploys costs what {first}'s network costs{figures}."));
    }
    let ratios = |k: usize| pairs.iter().map(move |(a, b)| b[k] as f64 / a[k].max(1) as f64);
    Some(format!(
        "What {other} deploys has {} times the weights of {first}'s network and takes {} times its FLOPs.",
        times(ratios(0)),
        times(ratios(1))
    ))
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
    use crate::record::manifest::Axis;

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
            ["What B deploys costs what A's network costs: 1,000 weights and 2,000 FLOPs a sample."]
        );
    }

    #[test]
    fn unequal_cost_is_a_ratio() {
        assert_eq!(
            sentences(&manifest(8000)),
            ["What B deploys has 1.0 times the weights of A's network and takes 4.0 times its FLOPs."]
        );
    }
}
