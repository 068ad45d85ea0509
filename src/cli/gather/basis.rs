//! What the measures of a run hang on: its arm, what it came to, and the runs that they are measured with. Owns when a record that
//! was written is valid no longer.

use super::Gathering;
use crate::record::manifest::{Arm, Listed};
use crate::record::{ArmId, Turn};
use std::collections::BTreeMap;

impl<'s> Gathering<'s> {
    /// Drops lines of runs whose measures are others by now, and those of the runs that they are measured with.
    pub(super) fn hold(&mut self) {
        let bases = self.bases();
        for (line, basis) in self.lines.iter_mut().zip(&bases) {
            line.take_if(|line| Some(&line.basis) != basis.as_ref());
        }
        if !self.measures_together() {
            return;
        }
        let groups = self.groups();
        for members in groups.values() {
            if members.iter().any(|&i| self.lines[i].is_none()) {
                members.iter().for_each(|&i| self.lines[i] = None);
            }
        }
    }

    /// Whether some measure is of several runs.
    pub(super) fn measures_together(&self) -> bool {
        let manifest = self.store.manifest();
        manifest.repeats > 1
            || manifest.cross.is_some()
            || !manifest.references.is_empty()
            || !manifest.groups().is_empty()
            || !manifest.worst().is_empty()
    }

    /// The runs of each arm and seed.
    pub(super) fn groups(&self) -> BTreeMap<(&'s ArmId, u64), Vec<usize>> {
        let mut groups: BTreeMap<(&ArmId, u64), Vec<usize>> = BTreeMap::new();
        for (i, run) in self.runs.iter().enumerate() {
            groups.entry((&run.arm.arm, run.turn.seed)).or_default().push(i);
        }
        groups
    }

    /// What the measures of each run hang on; nothing of runs that are not known.
    pub(super) fn bases(&self) -> Vec<Option<String>> {
        let groups = if self.measures_together() { self.groups() } else { BTreeMap::new() };
        let beside = self.beside();
        let digest = |run: &Listed<'_>| self.known.get(&run.address).map_or("none", |known| known.digest.as_str());
        let basis = |run: &Listed<'_>| {
            let mut text = format!("{} {}", run.arm.measures, self.known.get(&run.address)?.digest);
            let others = groups.get(&(&run.arm.arm, run.turn.seed)).into_iter().flatten();
            others.for_each(|&i| {
                let Turn { part, repeat, .. } = self.runs[i].turn;
                let part = part.map_or(String::new(), |part| format!(" {part}"));
                text += &format!("{part} {repeat} {}", digest(&self.runs[i]));
            });
            for reference in beside.get(run.arm.arm.0.as_slice()).into_iter().flatten() {
                let own = reference.cells.get(run.place).and_then(|address| self.known.get(address));
                text += &format!(" {} {}", reference.arm, own.map_or("none", |known| known.digest.as_str()));
            }
            Some(blake3::hash(text.as_bytes()).to_hex()[..16].to_string())
        };
        self.runs.iter().map(basis).collect()
    }

    /// What stands beside the grid, by the arm it stands beside.
    fn beside(&self) -> BTreeMap<&'s [(String, String)], Vec<&'s Arm>> {
        let mut beside: BTreeMap<&[(String, String)], Vec<_>> = BTreeMap::new();
        for reference in &self.store.manifest().references {
            if let Some((_, arm)) = reference.arm.0.split_last() {
                beside.entry(arm).or_default().push(reference);
            }
        }
        beside
    }
}
