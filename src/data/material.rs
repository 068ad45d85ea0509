//! What of a dataset is the same for every part of cross-validation, and for every seed where files have it: samples, targets,
//! groups, and modalities as far as nothing is learned of a split. Read once, then dealt to splits again and again.

use super::array::Target;
use super::fault::{Fault, Until};
use super::groups::Group;
use super::modalities::{Stage, share};
use super::open::{Opened, open_all};
use super::recipe::Recipe;
use super::remarks::Digits;
use super::room::short;
use super::shards::Shard;
use super::spec::{DataSpec, Member};
use super::splits;
use super::table::Table;
use crate::builtin::dataset::{Deal, SplitRule};
use crate::builtin::{NO_CLASS, TargetKind};
use crate::seed::Seed;

/// A dataset before its samples are shared out.
#[derive(Clone, Debug)]
pub struct Material {
    pub shards: Vec<Shard>,
    pub samples: usize,
    pub stages: Vec<Option<Stage>>,
    pub targets: Vec<Option<Target>>,
    /// Nothing where one of them cannot be read.
    pub groups: Option<Vec<Group>>,
    pub remarks: Vec<Fault>,
    /// Bytes that are kept to be shared, beside what every dataset of it has.
    pub shared: u64,
}

impl Material {
    /// Finds all files, and reads targets and groups. What is wrong goes to `faults`; `None` where that is too much to go on.
    pub fn find(spec: &DataSpec, seed: Seed, until: Until, faults: &mut Vec<Fault>) -> Option<Self> {
        let mut opened = open_all(spec, seed, faults)?;
        if let Some(fault) = short(spec, &opened) {
            faults.push(fault);
            return None;
        }
        let is_over = |faults: &Vec<Fault>| until == Until::First && !faults.is_empty();
        if is_over(faults) {
            return None;
        }
        let mut remarks = vec![];
        let targets = targets(spec, &mut opened, until, faults, &mut remarks);
        if is_over(faults) {
            return None;
        }
        let groups = groups(spec, &opened, faults);
        let stages = opened.modalities.into_iter().map(|recipe| recipe.map(Stage::Found)).collect();
        let (shards, samples) = (opened.shards, opened.samples);
        Some(Self { shards, samples, stages, targets, groups, remarks, shared: 0 })
    }

    /// Brings its modalities as far as no split has a say in; of what is prepared for learning, at most so many bytes.
    ///
    /// # Errors
    /// The first that cannot be read.
    pub fn share(&mut self, spec: &DataSpec, limit: u64) -> Result<(), Fault> {
        let (bytes, remarks) = share(spec, &mut self.stages, limit)?;
        self.shared = bytes;
        self.remarks.extend(remarks);
        Ok(())
    }

    /// What samples are shared out by: classes where a target says them, and groups. Nothing where these were to be there and are not.
    pub fn known(&self, spec: &DataSpec) -> Option<splits::Known<'_>> {
        let classes = self.targets.iter().flatten().find(|t| t.kind.is_one_class()).map(|t| t.values.as_slice());
        let stratified = spec.targets.iter().any(|t| t.kind.is_one_class());
        let groups = self.groups.as_deref()?;
        (!stratified || classes.is_some()).then_some(splits::Known { classes, groups })
    }

    /// How many parts the samples are that go round; 1 where none do.
    pub fn parts(&self, spec: &DataSpec, seed: Seed) -> usize {
        let deal = spec.splits.iter().find_map(|split| match &split.rule {
            SplitRule::Part { deal, .. } => Some(deal),
            _ => None,
        });
        match (deal, self.known(spec)) {
            (Some(Deal::Into { parts, .. }), _) => *parts,
            (Some(Deal::Each(_)), Some(known)) => {
                splits::parts(spec, &self.shards, known, seed).map_or(1, |names| names.len().max(1))
            }
            (None, _) | (Some(_), None) => 1,
        }
    }
}

/// All groups, or what is wrong.
pub fn groups(spec: &DataSpec, opened: &Opened, faults: &mut Vec<Fault>) -> Option<Vec<Group>> {
    let mut read = vec![];
    for (i, group) in spec.groups.iter().enumerate() {
        match Group::read(spec, group, &opened.shards) {
            Ok(group) => read.push(group),
            Err(error) => faults.push(Fault { member: Member::Group(i), error }),
        }
    }
    (read.len() == spec.groups.len()).then_some(read)
}

fn targets(
    spec: &DataSpec,
    opened: &mut Opened,
    until: Until,
    faults: &mut Vec<Fault>,
    remarks: &mut Vec<Fault>,
) -> Vec<Option<Target>> {
    let mut targets = vec![];
    let recipes: Vec<Option<Recipe>> = opened.targets.drain(..).collect();
    for (i, (target, recipe)) in spec.targets.iter().zip(recipes).enumerate() {
        if until == Until::First && !faults.is_empty() {
            return vec![];
        }
        let mut digits = Digits::default();
        let mut see = |table: &Table| {
            table.fits_target(&target.kind)?;
            digits.see(&target.kind, &table.values);
            Ok(())
        };
        let values = recipe.map(|recipe| recipe.finish(u64::MAX, &mut see));
        remarks.extend(digits.remark(i, &target.name));
        targets.push(match values {
            Some(Ok((mut values, _))) => {
                values.iter_mut().for_each(|value| *value = kept(&target.kind, *value));
                Some(Target { name: target.name.clone(), kind: target.kind.named(&opened.names[i]), values })
            }
            Some(Err(error)) => {
                faults.push(Fault { member: Member::Target(i), error });
                None
            }
            None => None,
        });
    }
    targets
}

/// A target's value as it is kept of what its file has: a class id, or that there is none.
fn kept(kind: &TargetKind, value: f32) -> f32 {
    match kind {
        TargetKind::Class { .. } if Some(value) == kind.ignored() => NO_CLASS,
        TargetKind::Class { .. } => kind.class_of(f64::from(value)).map_or(NO_CLASS, |class| class as f32),
        TargetKind::Multi { .. } | TargetKind::Real { .. } | TargetKind::Events { .. } => value,
    }
}
