//! What a reader of an experiment's results has to know beside the runs: the grid, what to show of it, and pictures of the
//! networks and their schedules. Owns plain data; says nothing of files.

mod searched;

pub use searched::{Searched, Trial, by_arm, by_choice, place};

use super::address::{Address, many};
use super::{ArmId, MeasureInfo, OneOf, Turn};
use crate::id::{ModuleId, Part, ReplicaId};
use crate::search::searched as searched_for;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// An experiment as it was declared and run.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// Of the files of a run folder; another number is refused.
    pub format: u32,
    pub experiment: String,
    /// The experiment's `///` text.
    pub doc: String,
    /// Name and version of the program.
    pub program: String,
    /// What to type to get the same numbers.
    pub command: String,
    /// The file it was read from, as it was named.
    pub file: String,
    /// blake3 of every text it was checked from, by name.
    pub texts: Vec<(String, String)>,
    /// blake3 of every file of data, by name.
    pub files: Vec<(String, String)>,
    /// `cpu` or `cuda:0`.
    pub device: String,
    /// `x86_64 avx512f avx2 fma`: bits are the same on one instruction set only.
    pub instructions: String,
    pub threads: usize,
    pub axes: Vec<Axis>,
    pub seeds: Vec<u64>,
    pub repeats: u64,
    /// How test samples go round, where they do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cross: Option<Cross>,
    /// What was chosen before the runs, one for every arm that something was chosen for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub searches: Vec<Searched>,
    /// Which numbers the program came to; runs of another are other runs.
    #[serde(default)]
    pub numerics: u32,
    pub tables: Vec<Table>,
    pub figures: Vec<Figure>,
    /// Axes whose values are compared with the first one.
    pub compare: Vec<String>,
    /// Of those that say so, the measures that the comparison is chiefly about.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub primary: Vec<(String, Vec<String>)>,
    pub published: Vec<Published>,
    /// Every place of the grid, the last axis running fastest.
    pub arms: Vec<Arm>,
    /// Arms beside the grid that measures are held against: uni-modal networks.
    pub references: Vec<Arm>,
    /// Pictures of networks and schedules, shared by arms.
    pub sketches: Vec<Sketch>,
    /// What all runs together came to, once every one of them is done or has failed.
    #[serde(default)]
    pub hash: Option<String>,
}

/// What a table calls the parts of cross-validation.
pub const PART: &str = "part";

/// Groups of a leave-one-group-out, and so runs and seeds of trials, may be many.
const MOST_PARTS: usize = 1_000_000;
/// Folds, replicas and repeats that the checker lets through, and seeds.
const MOST: usize = 1000;
pub const MOST_SEEDS: u64 = 100_000;

impl Manifest {
    /// What in it names something that it does not have, or counts what no experiment has: a file may say anything.
    pub fn fault(&self) -> Option<String> {
        let repeats = usize::try_from(self.repeats).unwrap_or(usize::MAX);
        if repeats > MOST {
            return Some(format!("it has {repeats} repeats"));
        }
        let seeds: BTreeSet<u64> = self.seeds.iter().copied().collect();
        // Trials have several for every seed.
        let most = if searched_for(&self.experiment).is_some() { MOST_PARTS as u64 } else { MOST_SEEDS };
        if seeds.len() < self.seeds.len() || seeds.len() as u64 > most {
            return Some(format!("it has {} seeds, {} of them different", self.seeds.len(), seeds.len()));
        }
        let grid = self.axes.iter().map(|axis| axis.values.len()).fold(1, usize::saturating_mul);
        if grid != self.arms.len() {
            return Some(format!("its axes have {grid} places, and it has {} arms", self.arms.len()));
        }
        let parts = self.cross.as_ref().map_or(1, |cross| cross.parts);
        if parts > MOST_PARTS || self.cross.as_ref().is_some_and(|cross| !cross.is_sound()) {
            return Some(format!("it has {parts} parts"));
        }
        let runs = self.seeds.len() * parts * repeats;
        let arm = |arm: &Arm| {
            let has = arm.cells.len();
            (has != runs).then(|| format!("`{}` has {has} runs, and should have {runs}", arm.arm))
        };
        let arms = self.arms.iter().chain(&self.references).find_map(arm);
        let arms = arms.or_else(|| self.searches.iter().find_map(Searched::fault));
        arms.or_else(|| self.sketches.iter().find_map(Sketch::fault))
    }
}

/// A run that a manifest lists.
#[derive(Clone, Copy, Debug)]
pub struct Listed<'m> {
    pub arm: &'m Arm,
    pub turn: Turn,
    /// Its place among the runs of the arm.
    pub place: usize,
    pub address: Address,
}

impl Manifest {
    /// The measures that the comparison of this axis is chiefly about; none where it does not say.
    pub fn primary(&self, axis: &str) -> &[String] {
        self.primary.iter().find(|(name, _)| name == axis).map_or(&[], |(_, on)| on)
    }

    /// Every measure of a table once.
    pub fn shown(&self) -> Vec<MeasureInfo> {
        let mut measures: Vec<MeasureInfo> = Vec::new();
        for measure in self.tables.iter().flat_map(|table| &table.measures) {
            if measures.iter().all(|known| known.name != measure.name) {
                measures.push(measure.clone());
            }
        }
        measures
    }

    /// What a table shows that is no axis: a group, or `part`.
    pub fn slice<'t>(&self, table: &'t Table) -> Option<&'t str> {
        let mut places = [&table.rows, &table.columns, &table.cells].into_iter().flatten();
        places.find(|name| self.axes.iter().all(|axis| axis.name != **name)).map(String::as_str)
    }

    /// The groups that some table shows, each once.
    pub fn groups(&self) -> Vec<String> {
        let slices = self.tables.iter().filter_map(|table| self.slice(table)).filter(|name| *name != PART);
        slices.collect::<BTreeSet<_>>().into_iter().map(str::to_string).collect()
    }

    /// The measures of the worst of several groups that some table shows, each once.
    pub fn worst(&self) -> Vec<&MeasureInfo> {
        let mut found: Vec<&MeasureInfo> = vec![];
        let shown = self.tables.iter().flat_map(|table| &table.measures);
        for info in shown.filter(|info| matches!(info.one_of, OneOf::Worst { .. })) {
            if found.iter().all(|known| known.name != info.name) {
                found.push(info);
            }
        }
        found
    }

    /// Every run of an arm in order: by seed, part and repeat.
    pub fn turns(&self) -> impl Iterator<Item = Turn> {
        let parts: Vec<Option<Part>> = self.cross.as_ref().map_or(vec![None], |cross| cross.all().map(Some).collect());
        let seeds = self.seeds.iter().flat_map(move |&seed| parts.clone().into_iter().map(move |part| (seed, part)));
        seeds.flat_map(|(seed, part)| (0..self.repeats).map(move |repeat| Turn { seed, part, repeat }))
    }

    /// Every run by seed, part and repeat: those of the arms, then those beside the grid; of these, what several arms share is listed once.
    pub fn runs(&self) -> impl Iterator<Item = Listed<'_>> {
        let mut beside = BTreeSet::new();
        let listed = self.turns().enumerate().flat_map(|(place, turn)| {
            let arms = self.arms.iter().chain(&self.references);
            arms.filter_map(move |arm| Some(Listed { arm, turn, place, address: *arm.cells.get(place)? }))
        });
        listed.filter(move |run| !run.arm.arm.is_reference() || beside.insert(run.address))
    }
}

/// How test samples go round.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cross {
    /// As the language writes it: `5, by: subject`.
    pub deal: String,
    pub parts: usize,
    /// Where the parts are groups, what each is called: they are the same for every seed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<String>,
}

impl Cross {
    /// Whether the parts are the same for every seed.
    pub fn is_fixed(&self) -> bool {
        !self.groups.is_empty()
    }

    /// Every part in its turn.
    pub fn all(&self) -> impl Iterator<Item = Part> + use<> {
        let (of, fixed) = (self.parts, self.is_fixed());
        (1..=of).map(move |number| Part { number, of, fixed })
    }

    fn is_sound(&self) -> bool {
        self.parts > 1 && (self.groups.is_empty() || self.groups.len() == self.parts)
    }
}

impl Sketch {
    fn fault(&self) -> Option<String> {
        let is_replica = |replica: &ReplicaId| {
            self.modules.get(replica.module.0).is_some_and(|module| replica.number < module.replicas)
        };
        let is_end = |end: &End| if let End::Module(m) = end { m.0 < self.modules.len() } else { true };
        let replicas = self.phases.iter().flat_map(|phase| phase.trains.iter().chain(&phase.frozen));
        let ends = self.edges.iter().flat_map(|edge| [&edge.from, &edge.to]);
        let counts = self.modules.iter().map(|module| module.replicas).chain([self.folds]);
        let is_sound =
            replicas.into_iter().all(is_replica) && ends.into_iter().all(is_end) && counts.max() <= Some(MOST);
        (!is_sound).then(|| format!("its picture of `{}` shows modules that are not there", self.network))
    }
}

/// One `vary` line.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Axis {
    pub name: String,
    pub values: Vec<String>,
}

/// One `table` line.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Table {
    pub measures: Vec<MeasureInfo>,
    pub rows: Vec<String>,
    pub columns: Vec<String>,
    pub cells: Vec<String>,
}

/// One `figure` line: curves over epochs.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Figure {
    pub measures: Vec<MeasureInfo>,
    /// Axes whose values are lines of one panel.
    pub lines: Vec<String>,
    /// Axes whose values have a panel each.
    pub panels: Vec<String>,
    /// Epochs between points.
    pub every: u32,
}

/// Numbers that somebody else reports for a measure.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Published {
    /// "Lee et al. 2022, Table 2"
    pub source: String,
    pub measure: String,
    /// One a place of the grid, in the order of `arms`; in the unit the measure is shown in (17.5 for 17.5 %).
    pub values: Vec<Option<f64>>,
    /// Of methods that are no arms: a name beside the values of the first axis, and a number for every place of the other axes.
    #[serde(default)]
    pub others: Vec<(String, Vec<Option<f64>>)>,
}

/// One place of the grid.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Arm {
    pub arm: ArmId,
    /// What the arm consists of, in the words of the language: ("optimizer", "adam(lr: 0.003)"). What `network` names has its
    /// parts behind it: ("network fusion joint", "…"), and so have `data` and `schedule`. Where parts of cross-validation have their own
    /// choice, a setting stands there once for every value.
    pub settings: Vec<(String, String)>,
    /// The address of the run of every seed, part and repeat, `seeds × parts × repeats`, the repeat running fastest.
    #[serde(with = "many")]
    pub cells: Vec<Address>,
    /// A hash of everything that decides what is measured of its runs; several, with blanks between, where parts have their own.
    #[serde(default)]
    pub measures: String,
    /// Index into the sketches; one beyond them where its data could not be read.
    pub sketch: usize,
    /// Of pipelines that were chosen for other parts of cross-validation.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub others: Vec<usize>,
}

impl Arm {
    /// Whether parts of cross-validation measure other things, each by what was chosen for it.
    pub fn measures_differ(&self) -> bool {
        self.measures.contains(' ')
    }

    /// Indices of all its sketches.
    pub fn drawn(&self) -> impl Iterator<Item = usize> {
        std::iter::once(self.sketch).chain(self.others.iter().copied())
    }
}

/// The setting whose name and arguments stand for this one: that of `network fusion joint` is `network`.
pub fn explained(setting: &str) -> Option<&'static str> {
    let (part, _) = setting.split_once(' ')?;
    ["data", "network", "schedule"].into_iter().find(|named| *named == part)
}

/// A network and its schedule as a picture.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Sketch {
    pub network: String,
    pub schedule: String,
    pub modules: Vec<Module>,
    /// What runs before what.
    pub edges: Vec<Edge>,
    /// Phases in the order they are first visited.
    pub phases: Vec<Phase>,
    pub folds: usize,
    /// "head[0]", "the mean of 4 networks", "the best of 4 replicas by the loss on all"
    pub deploys: String,
    /// Weights of what is deployed.
    pub deployed_weights: u64,
    /// Floating-point operations of one sample through what is deployed.
    pub deployed_flops: u64,
    /// Weights of all replicas, as they are trained.
    pub trained_weights: u64,
    /// Floating-point operations of a whole training, as planned.
    pub trained_flops: u64,
}

/// A box of the picture.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Module {
    pub name: String,
    /// `uni`, `fusion`, `head`, `fixed`.
    pub role: String,
    /// Layers in order: "linear relu".
    pub layers: String,
    pub weights: u64,
    pub replicas: usize,
}

/// An arrow of the picture, between boxes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Edge {
    pub from: End,
    pub to: End,
    /// Axes of one sample, as a person writes them: "[10, 128]".
    pub shape: String,
}

/// Where an arrow begins or ends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum End {
    /// A modality.
    Input(String),
    Module(ModuleId),
    Output(String),
}

/// A phase of the timeline.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Phase {
    /// `head[2]`
    pub name: String,
    /// `except(2)`
    pub on: String,
    /// Replicas that learn.
    pub trains: Vec<ReplicaId>,
    /// Replicas that run frozen.
    pub frozen: Vec<ReplicaId>,
    pub steps: u64,
    pub samples: u64,
}
