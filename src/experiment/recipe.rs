//! Everything that decides what a training comes to, in the words of the language: two runs with one recipe are one run.
//! Owns which parts of a pipeline decide, and which (names of arms and items, metrics, layout, threads, folders) do not.
//!
//! The texts are those of the printers of networks, schedules, settings and datasets, which leave out arguments at their
//! defaults: where a default, or anything else that numbers follow from, is changed, [`NUMERICS`] is raised.

use super::options::PLAIN;
use super::{Cell, DeviceKind, Options, spec};
use crate::data::{self, DataSpec, Folders};
use crate::graph;
use crate::hir::{self, Amount, Pipeline, Role};
use crate::id::Part;
use crate::record::{Address, Fields, Recipe, Turn};
use crate::tensor::Instructions;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

/// Which numbers this program comes to. Raised by hand with every change of the program that gives a run other bits: runs of
/// another number are other runs.
pub const NUMERICS: u32 = 3;

/// The field that says which numbers the program came to.
pub const NUMERICS_FIELD: &str = "numerics";

/// What the field of a file of data begins with.
pub const FILE: &str = "data file ";

/// The field that says which part of cross-validation is tested on: of runs of no part there is none.
pub const PART: &str = "part";

/// The field that says where a run halts: of one that does not there is none.
const HALT: &str = "halt";

/// Fields of one run of an arm.
const OF_A_RUN: [&str; 6] = ["seed", PART, "repeat", NUMERICS_FIELD, "device", HALT];

/// What the device of a run begins with that was asked to compute with an instruction set.
const CPU_WITH: &str = "cpu with ";

/// The instruction set that a run was asked to compute with.
pub fn asked(recipe: &Recipe) -> Option<Instructions> {
    recipe.field("device")?.strip_prefix(CPU_WITH)?.parse().ok()
}

/// What decides the runs of some cells. Cells of one pipeline share all but the last fields, which are kept once.
pub struct Recipes {
    /// By where the pipeline lies in memory.
    shared: BTreeMap<usize, (Vec<(String, String)>, Fields)>,
    /// With the instruction set, where one is asked for: what computes with the best of a machine is one run everywhere.
    device: String,
}

impl Recipes {
    /// Files of data are read once each.
    pub fn of(cells: &[Cell<'_>], options: &Options) -> Self {
        Self::after(cells, options, &[])
    }

    /// The same; a file that cannot be read now is the one of this name and hash that runs were made of `before`.
    pub fn after(cells: &[Cell<'_>], options: &Options, before: &[(String, String)]) -> Self {
        let mut files = Hashes { read: BTreeMap::new(), before };
        let device = match (options.device, options.instructions) {
            (DeviceKind::Cpu, None) => "cpu".into(),
            (DeviceKind::Cpu, Some(asked)) => format!("{CPU_WITH}{asked}"),
            (DeviceKind::Plain, _) => PLAIN.into(),
            (DeviceKind::Cuda(_), _) => "cuda".into(),
        };
        let mut recipes = Self { shared: BTreeMap::new(), device };
        for cell in cells {
            recipes.shared.entry(place(cell.pipeline)).or_insert_with(|| {
                let of_pipeline = fields(cell.pipeline, options, &mut files);
                let mut hashed = Fields::default();
                of_pipeline.iter().for_each(|(field, text)| hashed.add(field, text));
                (of_pipeline, hashed)
            });
        }
        recipes
    }

    /// Everything that decides the run of one of the cells.
    pub fn recipe(&self, cell: &Cell<'_>) -> Recipe {
        self.halting(cell, cell.pipeline.halt.map(|halt| halt.at))
    }

    /// Everything that decides the run which goes on where this one halts.
    pub fn recipe_after(&self, cell: &Cell<'_>) -> Recipe {
        self.halting(cell, cell.pipeline.halt.and_then(|halt| halt.next))
    }

    fn halting(&self, cell: &Cell<'_>, halt: Option<Amount>) -> Recipe {
        let of_run = self.of_run(cell, halt).into_iter().map(|(field, text)| (field.to_string(), text));
        Recipe(self.shared[&place(cell.pipeline)].0.iter().cloned().chain(of_run).collect())
    }

    /// What that run is stored under.
    pub fn address(&self, cell: &Cell<'_>) -> Address {
        let mut hashed = self.shared[&place(cell.pipeline)].1.clone();
        let halt = cell.pipeline.halt.map(|halt| halt.at);
        self.of_run(cell, halt).iter().for_each(|(field, text)| hashed.add(field, text));
        hashed.address()
    }

    /// Files of data as the recipes name them, each once.
    pub fn files(&self) -> Vec<(String, String)> {
        let fields = self.shared.values().flat_map(|(fields, _)| fields);
        let named = fields.filter_map(|(field, hash)| Some((field.split_once(FILE)?.1.to_string(), hash.clone())));
        let files: BTreeSet<(String, String)> = named.collect();
        files.into_iter().collect()
    }

    fn of_run(&self, cell: &Cell<'_>, halt: Option<Amount>) -> Vec<(&'static str, String)> {
        let Turn { seed, part, repeat } = cell.own_turn();
        let part = part.map(|Part { number, of, .. }| format!("{number} of {of}"));
        let device = Some(self.device.clone());
        let halt = halt.map(|halt| halt.to_string());
        let values = [Some(seed.to_string()), part, Some(repeat.to_string()), Some(NUMERICS.to_string()), device, halt];
        OF_A_RUN.into_iter().zip(values).filter_map(|(name, value)| Some((name, value?))).collect()
    }
}

fn place(pipeline: &Pipeline) -> usize {
    std::ptr::from_ref(pipeline).addr()
}

/// What a person would ask of an arm whose runs have this recipe: the names of its parts with their arguments, then what
/// decides its runs.
pub fn settings(pipeline: &Pipeline, recipe: &Recipe) -> Vec<(String, String)> {
    let Pipeline { data, network, schedule, .. } = pipeline;
    let named = [
        field("data", hir::call(&data.name, &data.arguments)),
        field("network", hir::call(&network.name, &network.arguments)),
        field("schedule", hir::call(&schedule.name, &schedule.arguments)),
    ];
    named.into_iter().chain(of_the_arm(recipe).cloned()).collect()
}

/// What all runs of an arm have in common of what decides them.
pub fn of_the_arm(recipe: &Recipe) -> impl Iterator<Item = &(String, String)> {
    recipe.0.iter().filter(|(name, _)| !OF_A_RUN.contains(&name.as_str()))
}

/// What decides a run of a pipeline, as one text; files of data by their paths, not by what they hold.
pub fn text(pipeline: &Pipeline, options: &Options) -> String {
    let starts = pipeline.starts.iter().map(|s| format!("{} {}\n", s.module.0, text(&s.pipeline, options)));
    let DataSpec { root, .. } = spec(&pipeline.data, &options.roots);
    let of_data = dataset(&pipeline.data);
    let all = of_data.into_iter().chain(network(pipeline)).chain(learning(pipeline));
    let root = root.map_or(String::new(), |root| root.display().to_string());
    starts.chain([format!("{root}\n")]).chain(all.map(|(name, text)| format!("{name} {text}\n"))).collect()
}

fn fields(pipeline: &Pipeline, options: &Options, files: &mut Hashes<'_>) -> Vec<(String, String)> {
    let spec = spec(&pipeline.data, &options.roots);
    let of_files = files.all(&spec);
    let begun = beginnings(pipeline, options, files);
    let all = dataset(&pipeline.data).into_iter().chain(of_files).chain(network(pipeline)).chain(begun);
    all.chain(learning(pipeline)).collect()
}

/// What modules begin with: what a file holds, or all that decides the run of another pipeline.
fn beginnings(pipeline: &Pipeline, options: &Options, files: &mut Hashes<'_>) -> Vec<(String, String)> {
    let mut begun = vec![];
    for module in &pipeline.network.modules {
        if let Some(from) = &module.from {
            let path = Folders::new(&options.roots).found(from);
            let hash = path.map_or(UNREADABLE.into(), |path| files.of(from, path));
            begun.push((format!("{} from", module.name), hash));
        }
    }
    for start in &pipeline.starts {
        let name = &pipeline.network.module(start.module).name;
        let of_other = fields(&start.pipeline, options, files);
        begun.extend(of_other.into_iter().map(|(field, text)| (format!("{name} from {field}"), text)));
    }
    begun
}

fn field(name: &str, text: impl ToString) -> (String, String) {
    (name.to_string(), text.to_string())
}

/// The fields that the name of a part stands for: `network fusion joint`.
fn of_part(part: &'static str, lines: Vec<(String, String)>) -> impl Iterator<Item = (String, String)> {
    lines.into_iter().map(move |(name, text)| (format!("{part} {name}"), text))
}

/// Metrics are taken of the outputs and decide nothing.
fn network(pipeline: &Pipeline) -> Vec<(String, String)> {
    let mut lines = graph::lower(pipeline).written();
    // The loss is the pipeline's.
    let loss = lines.pop();
    of_part("network", lines).chain(loss).collect()
}

/// How and how long: optimizers of roles that nothing learns in decide nothing.
fn learning(pipeline: &Pipeline) -> Vec<(String, String)> {
    let learns = |role: Role| pipeline.network.modules.iter().any(|module| module.role == role);
    let settings = pipeline.settings.written(&learns).into_iter().filter(|(word, _)| word != "batch");
    let settings = settings.map(|(word, value)| (word.trim_end_matches(':').to_string(), value));
    let always =
        [field("batch", format!("{}{}", pipeline.batch, pipeline.draw.option())), field("budget", pipeline.budget)];
    let kept = pipeline.keep.as_ref().map(|keep| {
        let by = keep.by.as_ref().map_or(String::new(), |metric| format!(" by {}", metric.node));
        field("keep", format!("best on {}{by}", keep.split))
    });
    let of_schedule = of_part("schedule", pipeline.schedule.written(&learns));
    settings.chain(always).chain(kept).chain(of_schedule).collect()
}

/// The name of a dataset decides nothing, and neither does the folder it lies in: what its files hold does.
fn dataset(dataset: &hir::Dataset) -> Vec<(String, String)> {
    let mut lines = vec![];
    lines.extend(dataset.generator.iter().map(|generator| field("from", generator.written(&[]))));
    for m in &dataset.modalities {
        lines.push((format!("modality {}", m.name), format!("{} = {}", m.shape, hir::read(&m.sources, &m.transforms))));
    }
    for t in &dataset.targets {
        lines.push((format!("target {}", t.name), format!("{} = {}", t.kind, hir::read(&t.sources, &t.transforms))));
    }
    lines.extend(dataset.groups.iter().map(|group| (format!("group {}", group.name), group.written())));
    lines.extend(dataset.splits.iter().map(|split| (format!("split {}", split.name), split.rule.to_string())));
    of_part("data", lines).collect()
}

/// blake3 of files, each read once.
struct Hashes<'b> {
    read: BTreeMap<PathBuf, String>,
    /// Of files that may be gone, by name.
    before: &'b [(String, String)],
}

/// Instead of a hash.
pub const UNREADABLE: &str = "unreadable";

impl Hashes<'_> {
    /// Of all files of a dataset. Lists name files: once its hash is taken, a list is read as it was then.
    fn all(&mut self, spec: &DataSpec) -> Vec<(String, String)> {
        loop {
            let (known, found) = (self.read.len(), data::files(spec));
            let hashed = found.into_iter().map(|(name, path)| {
                let hash = self.of(&name, path);
                (format!("{FILE}{name}"), hash)
            });
            let hashed = hashed.collect();
            if self.read.len() == known {
                return hashed;
            }
        }
    }

    /// A file that cannot be read has none, unless it was known before; its run will say why.
    fn of(&mut self, name: &str, path: PathBuf) -> String {
        let before = self.before.iter().find(|(known, _)| known == name).map(|(_, hash)| hash.as_str());
        let hash = |path: &PathBuf| data::digest(path).unwrap_or_else(|_| before.unwrap_or(UNREADABLE).into());
        self.read.entry(path).or_insert_with_key(hash).clone()
    }
}
