//! What every stored run is held to: its audit trail, its weights, the predictions that follow from them. Owns the tally.

use super::declared;
use crate::experiment::{Again, Cell, Options};
use crate::measure;
use crate::record::manifest::Listed;
use crate::record::trail::{Replica, Samples, Trail};
use crate::record::{Address, ArmId, Artifacts, RunRecord, Turn};
use crate::split::SplitName;
use crate::store::{Store, Stored};
use crate::train::{Watch, hash};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

/// What is looked at of every run.
pub struct Looking<'l> {
    again: Again<'l>,
    /// The place of every run of the manifest among the cells.
    cells: BTreeMap<Address, &'l Cell<'l>>,
    /// The arms of the manifest that each run is listed for, with its seed and repeat.
    listed: BTreeMap<Address, Vec<Listed<'l>>>,
    sampled: Option<BTreeSet<Address>>,
    visits: AtomicU64,
    later: AtomicU64,
    phases: AtomicU64,
    /// Names of groups, and of how many runs no split and no phase cuts through them.
    whole: Mutex<BTreeMap<String, usize>>,
    predicted: AtomicU64,
    digests: Mutex<BTreeMap<Address, String>>,
    /// Test samples of runs.
    tested: Mutex<BTreeMap<Address, Samples>>,
    /// What is measured of the runs of the manifest, each under the name of one of them.
    records: Mutex<BTreeMap<Address, RunRecord>>,
    /// Why predictions could not be computed again, and of how many runs.
    lost: Mutex<BTreeMap<String, usize>>,
}

/// What came of it.
pub struct Found {
    pub visits: u64,
    pub later: u64,
    pub phases: u64,
    pub whole: BTreeMap<String, usize>,
    pub predicted: u64,
    pub digests: BTreeMap<Address, String>,
    pub tested: BTreeMap<Address, Samples>,
    pub records: BTreeMap<Address, RunRecord>,
    pub lost: Vec<String>,
}

impl<'l> Looking<'l> {
    pub fn of(
        store: &'l Store,
        cells: &'l [Cell<'l>],
        options: &'l Options,
        sampled: Option<BTreeSet<Address>>,
    ) -> Self {
        let manifest = store.manifest();
        let mut of_arms: BTreeMap<(&ArmId, Turn), &Cell<'_>> = BTreeMap::new();
        cells.iter().for_each(|cell| _ = of_arms.insert((&*cell.arm, cell.turn), cell));
        let cell = |run: Listed<'_>| Some((run.address, *of_arms.get(&(&run.arm.arm, run.turn))?));
        let mut listed: BTreeMap<Address, Vec<Listed<'_>>> = BTreeMap::new();
        manifest.runs().for_each(|run| listed.entry(run.address).or_default().push(run));
        Self {
            again: Again::new(options),
            listed,
            cells: manifest.runs().filter_map(cell).collect(),
            sampled,
            visits: AtomicU64::new(0),
            later: AtomicU64::new(0),
            phases: AtomicU64::new(0),
            whole: Mutex::default(),
            predicted: AtomicU64::new(0),
            digests: Mutex::default(),
            tested: Mutex::default(),
            records: Mutex::default(),
            lost: Mutex::default(),
        }
    }

    pub fn look(&self, stored: &mut Stored, artifacts: &Artifacts) -> Vec<String> {
        let Trail { visits, more, phases, .. } = &artifacts.trail;
        self.visits.fetch_add(visits.len().saturating_sub(1) as u64, Ordering::Relaxed);
        self.later.fetch_add(*more, Ordering::Relaxed);
        self.phases.fetch_add(phases.len() as u64, Ordering::Relaxed);
        // Of runs that the manifest lists: others may lie beside them.
        let groups = artifacts.trail.groups.iter().filter(|_| self.listed.contains_key(&stored.address()));
        for group in groups.filter(|group| group.in_splits && group.in_phases) {
            *self.whole.lock().expect("nobody panics while holding it").entry(group.name.clone()).or_default() += 1;
        }
        let mut faults = artifacts.trail.faults();
        faults.extend(moved(&artifacts.trail, artifacts));
        let address = stored.address();
        let listed = self.listed.get(&address).into_iter().flatten();
        faults.extend(listed.filter_map(|run| declared::misplaced(run, stored.recipe())));
        if let Some(test) = artifacts.trail.splits.get(&*SplitName::TEST) {
            self.tested.lock().expect("nobody panics while holding it").insert(address, test.clone());
        }
        match stored.digest() {
            Ok(digest) => _ = self.digests.lock().expect("nobody panics while holding it").insert(address, digest),
            Err(why) => faults.push(why.to_string()),
        }
        if let Some(cell) = self.cells.get(&address) {
            let (measures, epochs) = measure::within(artifacts, &self.again.planned(cell.pipeline).0);
            let record = RunRecord { arm: ArmId::clone(&cell.arm), measures, epochs, ..stored.record().clone() };
            self.records.lock().expect("nobody panics while holding it").insert(address, record);
        }
        let sampled = self.sampled.as_ref().is_none_or(|sampled| sampled.contains(&address));
        if let Some(cell) = self.cells.get(&address).filter(|_| sampled) {
            faults.extend(self.predicted(cell, stored, artifacts));
        }
        faults
    }

    /// What does not follow from the weights of a run.
    fn predicted(&self, cell: &Cell<'_>, stored: &Stored, artifacts: &Artifacts) -> Vec<String> {
        let Ok(watched) = ron::from_str::<Watch>(stored.watched()) else {
            return vec!["it does not say what was to be seen of it".into()];
        };
        match self.again.faults(cell, &watched, (stored.record(), artifacts)) {
            Ok(faults) => {
                self.predicted.fetch_add(u64::from(faults.is_empty()), Ordering::Relaxed);
                faults
            }
            Err(why) => {
                *self.lost.lock().expect("nobody panics while holding it").entry(why).or_default() += 1;
                vec![]
            }
        }
    }

    pub fn found(self) -> Found {
        let lost = self.lost.into_inner().unwrap_or_default().into_iter();
        Found {
            visits: self.visits.into_inner(),
            later: self.later.into_inner(),
            phases: self.phases.into_inner(),
            whole: self.whole.into_inner().unwrap_or_default(),
            predicted: self.predicted.into_inner(),
            digests: self.digests.into_inner().unwrap_or_default(),
            tested: self.tested.into_inner().unwrap_or_default(),
            records: self.records.into_inner().unwrap_or_default(),
            lost: lost.map(|(why, runs)| format!("the predictions of {runs} runs and their weights: {why}")).collect(),
        }
    }
}

/// Weights that are stored and are not those that the run ended with.
fn moved(Trail { replicas, end, .. }: &Trail, artifacts: &Artifacts) -> Option<String> {
    let stored = |replica: &Replica| -> Vec<&[f32]> {
        replica
            .weights
            .iter()
            .filter_map(|path| artifacts.weights.get(path))
            .map(|array| array.values.as_slice())
            .collect()
    };
    let same = |(replica, then): &(&Replica, &u64)| hash(stored(replica).into_iter()) == **then;
    let (replica, _) = replicas.iter().zip(end).find(|pair| !same(pair))?;
    Some(format!("the weights of `{}` are not those that the run ended with", replica.name))
}
