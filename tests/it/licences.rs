//! What is shipped with the program may be: the licence of every crate that it is built of, listed in packaging/licences.md and allowed by
//! deny.toml. `MHM_BLESS=1` renews the list.

use crate::blessed;
use crate::zz_needs::not_run;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

/// What cargo says of all crates, with the features that a release may have.
fn metadata() -> Option<Value> {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["metadata", "--locked", "--format-version", "1", "--features", "parquet,png"]);
    cargo.args(["--filter-platform", "x86_64-unknown-linux-gnu"]).current_dir(env!("CARGO_MANIFEST_DIR"));
    let output = cargo.output().ok().filter(|output| output.status.success())?;
    serde_json::from_slice(&output.stdout).ok()
}

fn text<'v>(value: &'v Value, key: &str) -> &'v str {
    value[key].as_str().unwrap_or_default()
}

fn each<'v>(value: &'v Value, key: &str) -> impl Iterator<Item = &'v Value> {
    value[key].as_array().into_iter().flatten()
}

/// Crates that the program is built of, and not only tested or built with.
fn shipped(metadata: &Value) -> BTreeSet<&str> {
    let nodes: BTreeMap<&str, &Value> =
        each(&metadata["resolve"], "nodes").map(|node| (text(node, "id"), node)).collect();
    let mut open: Vec<&str> = vec![text(&metadata["resolve"], "root")];
    let mut found = BTreeSet::new();
    while let Some(id) = open.pop() {
        if found.insert(id) {
            let is_shipped = |used: &&Value| each(used, "dep_kinds").any(|kind| kind["kind"].is_null());
            open.extend(each(nodes[id], "deps").filter(is_shipped).map(|used| text(used, "pkg")));
        }
    }
    found
}

/// Whether one may choose allowed licences only: `A OR B`, `A AND B`, `(A OR B) AND C`, `A/B`.
fn may(expression: &str, allowed: &[&str]) -> bool {
    let expression = expression.trim();
    let split = |word: &str| {
        let mut depth = 0;
        let mut parts = vec![String::new()];
        for piece in expression.replace('/', " OR ").split_inclusive(['(', ')', ' ']) {
            let bare = piece.trim();
            if depth == 0 && bare == word {
                parts.push(String::new());
                continue;
            }
            depth = (depth + piece.matches('(').count()).saturating_sub(piece.matches(')').count());
            parts.last_mut().expect("there is one").push_str(piece);
        }
        parts
    };
    for (word, all) in [("OR", false), ("AND", true)] {
        let parts = split(word);
        if parts.len() > 1 {
            let mut each = parts.iter().map(|part| may(part, allowed));
            return if all { each.all(|may| may) } else { each.any(|may| may) };
        }
    }
    match expression.strip_prefix('(').and_then(|inner| inner.strip_suffix(')')) {
        Some(inner) => may(inner, allowed),
        None => allowed.contains(&expression),
    }
}

#[test]
fn choices_of_licences_are_read() {
    let allowed = ["MIT", "Apache-2.0 WITH LLVM-exception", "Unicode-3.0"];
    for right in [
        "MIT",
        "GPL-3.0 OR MIT",
        "Apache-2.0/MIT",
        "(MIT OR Apache-2.0) AND Unicode-3.0",
        "Apache-2.0 WITH LLVM-exception OR X",
    ] {
        assert!(may(right, &allowed), "{right}");
    }
    for wrong in ["", "GPL-3.0", "MIT AND GPL-3.0", "(MIT OR Apache-2.0) AND GPL-3.0", "Apache-2.0"] {
        assert!(!may(wrong, &allowed), "{wrong}");
    }
}

#[test]
fn what_is_shipped_may_be() {
    let Some(metadata) = metadata() else {
        return not_run("cargo lists no licences without a network");
    };
    let file =
        std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("deny.toml")).expect("beside Cargo.toml");
    let allowed: Vec<&str> =
        file.lines().filter_map(|line| line.trim().strip_suffix("\",")?.strip_prefix('"')).collect();
    let shipped = shipped(&metadata);
    let mut list = String::from(
        "# Licences\n\nThe program is under the MIT licence. It is built of these crates, with all features but `cuda`; crates that only build or test it \
         are not listed.\n\n| crate | licence |\n|---|---|\n",
    );
    let mut crates: Vec<&Value> = each(&metadata, "packages").filter(|p| shipped.contains(text(p, "id"))).collect();
    crates.sort_by_key(|package| (text(package, "name"), text(package, "version")));
    for package in crates {
        let (name, version, licence) = (text(package, "name"), text(package, "version"), text(package, "license"));
        assert!(may(licence, &allowed), "{name} {version} is under `{licence}`, which deny.toml does not allow");
        list.push_str(&format!("| {name} {version} | {licence} |\n"));
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("packaging/licences.md");
    blessed::hold([(path, list)]);
}
