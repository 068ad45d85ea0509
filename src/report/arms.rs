//! What several arms have in common, in a few words.

use crate::record::manifest::{Arm, Manifest};

/// "Mhm(heads: 4) · moons_near, moons_far": the values on every axis that some arm of the grid has and these have not.
pub fn label(manifest: &Manifest, arms: &[&Arm]) -> String {
    let values = |name: &str, all: &[String]| {
        let used: Vec<&str> =
            all.iter().map(String::as_str).filter(|v| arms.iter().any(|a| a.arm.value(name) == Some(v))).collect();
        (!used.is_empty() && used.len() < all.len()).then(|| used.join(", "))
    };
    let parts: Vec<String> = manifest.axes.iter().filter_map(|axis| values(&axis.name, &axis.values)).collect();
    if parts.is_empty() { "all arms".into() } else { parts.join(" · ") }
}
