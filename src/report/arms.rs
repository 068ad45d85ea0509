//! What several arms have in common, in a few words.

use crate::record::ArmId;
use crate::record::manifest::{Arm, Manifest};
use std::collections::BTreeSet;

/// Values of one axis that are named.
const SHOWN: usize = 24;

/// A value as it stands among values of other axes: "near" by itself, "width 16" with its axis, for a number says nothing alone.
pub fn value(axis: &str, value: &str) -> String {
    let bare = value.starts_with(|c: char| c.is_ascii_digit() || c == '-' || c == '.');
    if bare || ["true", "false", "none", "all"].contains(&value) {
        format!("{axis} {value}")
    } else {
        value.to_string()
    }
}

/// The same of all values of an arm.
pub fn named(arm: &ArmId) -> String {
    arm.0.iter().map(|(axis, own)| value(axis, own)).collect::<Vec<_>>().join(", ")
}

/// "Mhm(heads: 4) · moons_near, moons_far": the values on every axis that some arm of the grid has and these have not.
pub fn label(manifest: &Manifest, arms: &[&Arm]) -> String {
    let values = |name: &str, all: &[String]| {
        let there: BTreeSet<&str> = arms.iter().filter_map(|arm| arm.arm.value(name)).collect();
        let used: Vec<&str> = all.iter().map(String::as_str).filter(|value| there.contains(value)).collect();
        let (few, others) = used.split_at(used.len().min(SHOWN));
        let more = if others.is_empty() { String::new() } else { format!(" and {} more", others.len()) };
        let few: Vec<String> =
            few.iter().enumerate().map(|(i, own)| if i == 0 { value(name, own) } else { own.to_string() }).collect();
        (!used.is_empty() && used.len() < all.len()).then(|| few.join(", ") + &more)
    };
    let parts: Vec<String> = manifest.axes.iter().filter_map(|axis| values(&axis.name, &axis.values)).collect();
    if parts.is_empty() { "all arms".into() } else { parts.join(" · ") }
}
