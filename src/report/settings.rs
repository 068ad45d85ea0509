//! What the arms consist of: first what differs between them, then what all share.

use super::listing::Listing;
use crate::record::manifest::{Arm, Manifest};

/// The settings that differ, a row an arm, references last.
pub fn differing(manifest: &Manifest) -> Listing {
    let keys: Vec<&str> = keys(manifest).into_iter().filter(|key| !is_shared(manifest, key)).collect();
    let axes = manifest.axes.iter().map(|axis| axis.name.as_str());
    let mut heading: Vec<String> = axes.chain(keys.iter().copied()).map(str::to_string).collect();
    if !manifest.references.is_empty() {
        heading.push("beside the grid".into());
    }
    let row = |arm: &Arm| {
        let values = manifest.axes.iter().map(|axis| arm.arm.value(&axis.name).unwrap_or_default().to_string());
        let settings = keys.iter().map(|key| setting(arm, key).unwrap_or_default().to_string());
        let mut row: Vec<String> = values.chain(settings).collect();
        if !manifest.references.is_empty() {
            // A reference is named behind the values of its arm.
            row.push(arm.arm.0.get(manifest.axes.len()).map_or(String::new(), |(_, name)| format!("reference {name}")));
        }
        row
    };
    Listing {
        title: "What differs between the arms".into(),
        words: heading.len(),
        heading,
        rows: all(manifest).map(row).collect(),
        notes: vec![],
    }
}

/// The settings of all arms alike.
pub fn shared(manifest: &Manifest) -> Vec<(String, String)> {
    let shared = keys(manifest).into_iter().filter(|key| is_shared(manifest, key));
    let value = |key: &str| all(manifest).next().and_then(|arm| setting(arm, key)).unwrap_or_default().to_string();
    shared.map(|key| (key.to_string(), value(key))).collect()
}

fn all(manifest: &Manifest) -> impl Iterator<Item = &Arm> {
    manifest.arms.iter().chain(&manifest.references)
}

fn setting<'m>(arm: &'m Arm, key: &str) -> Option<&'m str> {
    arm.settings.iter().find(|(name, _)| name == key).map(|(_, value)| value.as_str())
}

/// In the order they are first met.
fn keys(manifest: &Manifest) -> Vec<&str> {
    let mut keys: Vec<&str> = Vec::new();
    for (key, _) in all(manifest).flat_map(|arm| &arm.settings) {
        if !keys.contains(&key.as_str()) {
            keys.push(key);
        }
    }
    keys
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
    }
}
