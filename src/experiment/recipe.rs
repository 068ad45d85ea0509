//! Everything that decides what a training comes to, as text: two runs with one recipe are one run. Owns which parts of a
//! pipeline decide, and which (names of arms and items, metrics, layout, threads, folders) do not.
//!
//! Every struct below is taken apart field by field, and the rest is its `Debug` text: a new field either shows in the
//! recipe or is a compile error here.

use super::{Cell, DeviceKind, Options, spec};
use crate::builtin::Optimizer;
use crate::data::{self, DataSpec, Folders, ModalitySpec, SplitSpec, TargetSpec};
use crate::graph::{self, Graph, Input, Node};
use crate::hir::{Amount, Pipeline};
use crate::plan::{self, Phase, Plan, Rule};
use crate::record::Recipe;
use std::collections::BTreeMap;
use std::fmt::Debug;
use std::path::PathBuf;
use std::sync::Arc;

/// What the field of a file of data begins with.
pub const FILE: &str = "data file ";

/// Its recipe for every cell, in their order. Files of data are read once each.
pub fn recipes(cells: &[Cell<'_>], options: &Options) -> Vec<Recipe> {
    let mut files = Hashes::default();
    // Cells of one pipeline share all but the last fields.
    let mut made: BTreeMap<*const Pipeline, Vec<(String, String)>> = BTreeMap::new();
    let recipe = |cell: &Cell<'_>| {
        let of_pipeline = made.entry(cell.pipeline).or_insert_with(|| fields(cell.pipeline, options, &mut files));
        let device = match options.device {
            DeviceKind::Cpu => "cpu",
            DeviceKind::Cuda(_) => "cuda",
        };
        let of_run = [
            field("seed", cell.seed),
            field("repeat", cell.repeat),
            field("program", concat!("mhm ", env!("CARGO_PKG_VERSION"))),
            field("device", device),
        ];
        Recipe(of_pipeline.iter().cloned().chain(of_run).collect())
    };
    cells.iter().map(recipe).collect()
}

/// What decides a run of a pipeline, as one text; files of data by their paths, not by what they hold.
pub fn text(pipeline: &Pipeline, options: &Options) -> String {
    let plan = plan::schedule(pipeline);
    let starts: Vec<String> =
        pipeline.starts.iter().map(|s| format!("{} {}", s.module, text(&s.pipeline, options))).collect();
    format!(
        "{:?}{:?}{starts:?}{:?}",
        schedule(&plan),
        network(&graph::lower(pipeline)),
        spec(&pipeline.data, &options.roots)
    )
}

fn fields(pipeline: &Pipeline, options: &Options, files: &mut Hashes) -> Vec<(String, String)> {
    let of_network = network(&graph::lower(pipeline));
    let of_schedule = schedule(&plan::schedule(pipeline));
    let of_data = dataset(&spec(&pipeline.data, &options.roots), files);
    let begun = beginnings(pipeline, options, files);
    of_schedule.into_iter().chain(of_network).chain(of_data).chain(begun).collect()
}

/// What modules begin with: what a file holds, or all that decides the run of another pipeline.
fn beginnings(pipeline: &Pipeline, options: &Options, files: &mut Hashes) -> Vec<(String, String)> {
    let mut begun = vec![];
    for module in &pipeline.network.modules {
        if let Some(from) = &module.from {
            let path = Folders::new(&options.roots).found(from);
            let hash = path.map_or(UNREADABLE.into(), |path| files.of(path));
            begun.push((format!("{} from", module.name), hash));
        }
    }
    for start in &pipeline.starts {
        let name = &pipeline.network.modules[start.module].name;
        let of_other = fields(&start.pipeline, options, files);
        begun.extend(of_other.into_iter().map(|(field, text)| (format!("{name} from {field}"), text)));
    }
    begun
}

fn field(name: &str, text: impl ToString) -> (String, String) {
    (name.to_string(), text.to_string())
}

/// A list on one line.
fn list<T: Debug>(items: &[T]) -> String {
    items.iter().map(|item| format!("{item:?}")).collect::<Vec<_>>().join("; ")
}

/// Metrics are taken of the outputs and decide nothing.
fn network(graph: &Graph) -> Vec<(String, String)> {
    // Who reads a node last follows from the nodes.
    let Graph { inputs, modules, nodes, last_readers: _, outputs, targets, terms, detections: _, metrics: _ } = graph;
    vec![
        field("inputs", inputs.iter().map(input).collect::<Vec<_>>().join("; ")),
        field("modules", list(modules)),
        field("network", nodes.iter().map(node).collect::<Vec<_>>().join("; ")),
        field("outputs", list(outputs)),
        field("targets", list(targets)),
        field("loss", list(terms)),
    ]
}

/// Whether it is drawn anew is told by what is done to its modality.
fn input(input: &Input) -> String {
    let Input { name, axes, redrawn: _ } = input;
    format!("Input {{ name: {name:?}, axes: {axes:?} }}")
}

/// What a node costs decides nothing.
fn node(node: &Node) -> String {
    let Node { op, inputs, module, weights, axes, flops: _, beside: _ } = node;
    format!("{op:?} of {inputs:?} is {axes:?} in {module:?} with {weights:?}")
}

fn schedule(plan: &Plan) -> Vec<(String, String)> {
    let Plan { folds, modules, phases, program, deploy, budget, batch, keep } = plan;
    let Amount { count: _, unit: _ } = budget;
    let mut learning = Learning::default();
    let phases: Vec<PhaseTexts> = phases.iter().map(|phase| learning.phase(phase)).collect();
    let each = |text: fn(&PhaseTexts) -> &String| same(phases.iter().map(text));
    vec![
        field("optimizer", list(&learning.optimizers)),
        field("rate", each(|p| &p.rates)),
        field("batch", batch),
        field("batch of phases", each(|p| &p.batch)),
        field("clip", each(|p| &p.clip)),
        field("budget", budget),
        field("folds", format!("{folds:?}")),
        field("replicas", list(modules)),
        field("phases", phases.iter().map(|p| p.what.as_str()).collect::<Vec<_>>().join("; ")),
        field("length", each(|p| &p.length)),
        field("order", format!("{program:?}")),
        field("deploy", format!("{deploy:?}")),
        field("keep", keep.as_ref().map_or("the last epoch".into(), |set| format!("the best epoch on {set}"))),
    ]
}

/// One text where all are the same.
fn same<'t>(texts: impl Iterator<Item = &'t String>) -> String {
    let texts: Vec<&str> = texts.map(String::as_str).collect();
    match texts.split_first() {
        Some((first, rest)) if rest.iter().all(|text| text == first) => first.to_string(),
        Some(_) | None => texts.join("; "),
    }
}

/// The optimizers of a plan in the order they are met. Two of one text that were written in two places remember for
/// themselves, so they stay two.
#[derive(Default)]
struct Learning {
    optimizers: Vec<Arc<dyn Optimizer>>,
}

/// A phase in parts, so that what all phases share is said once.
struct PhaseTexts {
    what: String,
    length: String,
    batch: String,
    clip: String,
    rates: String,
}

impl Learning {
    fn phase(&mut self, phase: &Phase) -> PhaseTexts {
        // Where it stands in the text decides nothing.
        let Phase { name, train, routes, on, length, batch, rules, clip, span: _ } = phase;
        let rules: Vec<Option<(usize, String)>> =
            rules.iter().map(|rule| rule.as_ref().map(|rule| self.rule(rule))).collect();
        let optimizers: Vec<Option<usize>> =
            rules.iter().map(|r| r.as_ref().map(|(optimizer, _)| *optimizer)).collect();
        let rates: Vec<&String> = rules.iter().flatten().map(|(_, rate)| rate).collect();
        PhaseTexts {
            what: format!("{name}: trains {train:?} on {on:?} through {routes:?} by optimizers {optimizers:?}"),
            length: format!("{length:?}"),
            batch: batch.to_string(),
            clip: format!("{clip:?}"),
            rates: same(rates.into_iter()),
        }
    }

    /// Which optimizer, and the text of the learning-rate schedule.
    fn rule(&mut self, rule: &Rule) -> (usize, String) {
        let Rule { optimizer, rate } = rule;
        let known = self.optimizers.iter().position(|known| Arc::ptr_eq(known, optimizer));
        let index = known.unwrap_or_else(|| {
            self.optimizers.push(optimizer.clone());
            self.optimizers.len() - 1
        });
        (index, rate.as_ref().map_or("constant".into(), |rate| format!("{rate:?}")))
    }
}

/// The name of a dataset decides nothing, and neither does the folder it lies in: what its files hold does.
fn dataset(spec: &DataSpec, files: &mut Hashes) -> Vec<(String, String)> {
    // What is kept in memory changes no bit.
    let DataSpec { name: _, root: _, within: _, generator, modalities, targets, splits, kept: _ } = spec;
    let mut fields = vec![field("data", generator.as_ref().map_or("files".into(), |g| format!("{g:?}")))];
    for ModalitySpec { name, shape, sources, transforms } in modalities {
        fields.push((format!("modality {name}"), format!("{shape:?} = {sources:?} |> {transforms:?}")));
    }
    for TargetSpec { name, kind, sources, transforms } in targets {
        fields.push((format!("target {name}"), format!("{kind:?} = {sources:?} |> {transforms:?}")));
    }
    for SplitSpec { name, rule } in splits {
        fields.push((format!("split {name}"), format!("{rule:?}")));
    }
    fields.extend(data::files(spec).into_iter().map(|(name, path)| (format!("{FILE}{name}"), files.of(path))));
    fields
}

/// blake3 of files, each read once.
#[derive(Default)]
struct Hashes(BTreeMap<PathBuf, String>);

/// Instead of a hash.
pub const UNREADABLE: &str = "unreadable";

impl Hashes {
    /// A file that cannot be read has none; its run will say why.
    fn of(&mut self, path: PathBuf) -> String {
        let hash = |path: &PathBuf| data::digest(path).unwrap_or_else(|_| UNREADABLE.into());
        self.0.entry(path.clone()).or_insert_with_key(hash).clone()
    }
}
