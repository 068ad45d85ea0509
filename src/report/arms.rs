//! What several arms have in common, in a few words.

use crate::record::manifest::{Arm, Manifest};
use std::collections::BTreeSet;

/// Values of one axis that are named.
const SHOWN: usize = 24;

/// "Mhm(heads: 4) · moons_near, moons_far": the values on every axis that some arm of the grid has and these have not.
pub fn label(manifest: &Manifest, arms: &[&Arm]) -> String {
    let values = |name: &str, all: &[String]| {
        let there: BTreeSet<&str> = arms.iter().filter_map(|arm| arm.arm.value(name)).collect();
        let used: Vec<&str> = all.iter().map(String::as_str).filter(|value| there.contains(value)).collect();
        let (few, others) = used.split_at(used.len().min(SHOWN));
        let more = if others.is_empty() { String::new() } else { format!(" and {} more", others.len()) };
        (!used.is_empty() && used.len() < all.len()).then(|| few.join(", ") + &more)
    };
    let parts: Vec<String> = manifest.axes.iter().filter_map(|axis| values(&axis.name, &axis.values)).collect();
    if parts.is_empty() { "all arms".into() } else { parts.join(" · ") }
}
