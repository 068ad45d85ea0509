//! What the arms consist of: first what differs between them, then what all share.

use super::listing::Listing;
use crate::record::Address;
use crate::record::manifest::{Arm, Manifest, explained};
use std::collections::{BTreeMap, BTreeSet};

/// The settings that differ, a row an arm, references last. What the name of a part tells already is left out.
pub fn differing(manifest: &Manifest) -> Listing {
    let mut keys: Vec<&str> = keys(manifest).into_iter().filter(|key| !is_shared(manifest, key)).collect();
    keys.retain(|key| !explained(key).is_some_and(|by| tells_all(manifest, by, key)));
    let axes = manifest.axes.iter().map(|axis| axis.name.as_str());
    let mut heading: Vec<String> = axes.chain(keys.iter().copied()).map(str::to_string).collect();
    if !manifest.references.is_empty() {
        heading.push("beside the grid".into());
    }
    let row = |(values, name, arm): (Vec<String>, String, &Arm)| {
        let settings = keys.iter().map(|key| shown(manifest, &setting(arm, key)));
        let mut row: Vec<String> = values.into_iter().chain(settings).collect();
        if !manifest.references.is_empty() {
            row.push(name);
        }
        row
    };
    Listing {
        title: "What differs between the arms".into(),
        words: heading.len(),
        heading,
        rows: rows(manifest).into_iter().map(row).collect(),
        notes: vec![],
    }
}

/// The values of the axes, the name beside the grid, and the arm. A reference that several arms share is one row, with the
/// values that these have in common.
fn rows(manifest: &Manifest) -> Vec<(Vec<String>, String, &Arm)> {
    let values = |arm: &Arm| -> Vec<String> {
        manifest.axes.iter().map(|axis| arm.arm.value(&axis.name).unwrap_or_default().to_string()).collect()
    };
    let mut rows: Vec<(Vec<String>, String, &Arm)> =
        manifest.arms.iter().map(|arm| (values(arm), String::new(), arm)).collect();
    let grid = rows.len();
    let mut places: BTreeMap<(&[Address], String), usize> = BTreeMap::new();
    for arm in &manifest.references {
        // A reference is named behind the values of its arm.
        let names = arm.arm.0.iter().skip(manifest.axes.len()).map(|(_, name)| name.as_str());
        let name = format!("reference {}", names.collect::<Vec<_>>().join(", "));
        let own = values(arm);
        let place = *places.entry((&arm.cells, name.clone())).or_insert_with(|| {
            rows.push((own.clone(), name, arm));
            rows.len() - 1
        });
        if place >= grid {
            rows[place]
                .0
                .iter_mut()
                .zip(&own)
                .filter(|(shared, own)| shared != own)
                .for_each(|(shared, _)| shared.clear());
        }
    }
    rows
}

/// The settings of all arms alike.
pub fn shared(manifest: &Manifest) -> Vec<(String, String)> {
    let shared = keys(manifest).into_iter().filter(|key| is_shared(manifest, key));
    let value = |key: &str| all(manifest).next().map_or(vec![], |arm| setting(arm, key));
    shared.map(|key| (key.to_string(), shown(manifest, &value(key)))).collect()
}

/// Of the hash of a file of data, as many digits as tell files apart.
fn shown(manifest: &Manifest, values: &[&str]) -> String {
    let one = |text: &&str| {
        let of_file = manifest.files.iter().find(|(_, hash)| hash == text);
        match of_file.and_then(|(_, hash)| hash.get(..12)) {
            Some(digits) => format!("blake3 {digits}…"),
            None => text.to_string(),
        }
    };
    values.iter().map(one).collect::<Vec<_>>().join(" or ")
}

/// Whether arms that differ in `key` differ in the setting `by`, too.
fn tells_all(manifest: &Manifest, by: &str, key: &str) -> bool {
    let mut found: BTreeMap<Vec<&str>, Vec<&str>> = BTreeMap::new();
    all(manifest).all(|arm| *found.entry(setting(arm, by)).or_insert(setting(arm, key)) == setting(arm, key))
}

fn all(manifest: &Manifest) -> impl Iterator<Item = &Arm> {
    manifest.arms.iter().chain(&manifest.references)
}

/// Its values: several where parts of cross-validation have their own.
fn setting<'m>(arm: &'m Arm, key: &str) -> Vec<&'m str> {
    arm.settings.iter().filter(|(name, _)| name == key).map(|(_, value)| value.as_str()).collect()
}

/// In the order they are first met.
fn keys(manifest: &Manifest) -> Vec<&str> {
    let mut seen = BTreeSet::new();
    let all = all(manifest).flat_map(|arm| &arm.settings).map(|(key, _)| key.as_str());
    all.filter(|key| seen.insert(*key)).collect()
}

fn is_shared(manifest: &Manifest, key: &str) -> bool {
    let mut values = all(manifest).map(|arm| setting(arm, key));
    let first = values.next();
    values.all(|value| Some(value) == first)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::ArmId;
    use crate::record::manifest::Axis;

    #[test]
    fn what_differs_comes_first() {
        let arm = |method: &str, folds: &[(&str, &str)]| Arm {
            arm: ArmId(vec![("method".into(), method.into())]),
            settings: [("batch", "16")].iter().chain(folds).map(|(k, v)| (k.to_string(), v.to_string())).collect(),
            ..Arm::default()
        };
        let mut manifest = Manifest {
            axes: vec![Axis { name: "method".into(), values: vec!["A".into(), "B".into()] }],
            arms: vec![arm("A", &[]), arm("B", &[("folds", "4")])],
            ..Manifest::default()
        };
        assert_eq!(differing(&manifest).heading, ["method", "folds"]);
        assert_eq!(differing(&manifest).rows, [["A", ""], ["B", "4"]]);
        assert_eq!(shared(&manifest), [("batch".to_string(), "16".to_string())]);
        manifest.references = vec![Arm { arm: manifest.arms[0].arm.reference("first"), ..arm("A", &[]) }];
        assert_eq!(differing(&manifest).rows[2], ["A", "", "reference first"]);
        // Shared by both arms: one row, of no method.
        let shared = manifest.references[0].settings.clone();
        manifest.references.push(Arm {
            arm: manifest.arms[1].arm.reference("first"),
            settings: shared,
            ..Arm::default()
        });
        assert_eq!(differing(&manifest).rows[2..], [["", "", "reference first"]]);
    }

    #[test]
    fn a_name_with_arguments_stands_for_its_parts() {
        let arm = |p: &str, layers: &str| Arm {
            arm: ArmId(vec![("net".into(), p.into())]),
            settings: [("network", format!("M(p: {p})")), ("network fusion joint", layers.into())]
                .map(|(key, text)| (key.to_string(), text))
                .into(),
            ..Arm::default()
        };
        let axes = vec![Axis { name: "net".into(), values: vec!["0".into(), "0.5".into()] }];
        let mut manifest =
            Manifest { axes, arms: vec![arm("0", "relu"), arm("0.5", "dropout(0.5)")], ..Manifest::default() };
        assert_eq!(differing(&manifest).heading, ["net", "network"]);
        manifest.arms.push(arm("0.5", "relu"));
        assert_eq!(differing(&manifest).heading, ["net", "network", "network fusion joint"]);
    }
}
