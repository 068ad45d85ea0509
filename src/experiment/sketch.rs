//! A pipeline as a picture: which modules there are and what flows between them, which of them learn in which phase, what
//! is deployed and what it costs. Owns what of graph, plan and cost a reader sees; draws nothing.

use super::cells;
use crate::builtin::WeightKind;
use crate::cost::{cost, sheet};
use crate::data::Dataset;
use crate::graph::{self, Graph, NodeId, lower, lower_network};
use crate::hir::{Experiment, Network, NodeOp, Pipeline};
use crate::id::ModuleId;
use crate::id::SampleId;
use crate::plan::{self, Plan, schedule};
use crate::record::manifest::{Arm, Axis, Edge, End, Manifest, Module, Phase, Sketch};
use crate::seed::Seed;
use crate::split::SplitName;
use crate::train::folds;

/// The picture of a pipeline on its data of this seed, which says how many samples a phase has; without any, phases have none.
pub fn sketch(pipeline: &Pipeline, data: Option<&Dataset>, seed: Seed) -> Sketch {
    let plan = schedule(pipeline);
    let size = |phase: &plan::Phase| {
        // Folds of any seed have the same sizes, unless they keep groups together.
        data.map_or(0, |data| phase.on.evaluate(&data.splits, &folds(&plan, data, seed)).len())
    };
    let sizes: Vec<usize> = plan.phases.iter().map(size).collect();
    let train = data.and_then(|data| data.split(&SplitName::TRAIN)).map_or(0, <[SampleId]>::len);
    sized(pipeline, &sizes, train)
}

/// The picture of a pipeline whose phases have so many samples, and its training split.
pub fn sized(pipeline: &Pipeline, sizes: &[usize], train: usize) -> Sketch {
    let (graph, plan) = (lower(pipeline), schedule(pipeline));
    let forward: u64 = graph.nodes.iter().map(|node| node.flops).fold(0, u64::saturating_add);
    Sketch {
        network: pipeline.network.name.clone(),
        schedule: pipeline.schedule.name.clone(),
        modules: modules(&pipeline.network, &plan),
        edges: edges(&graph),
        phases: phases(&plan, sizes, train),
        folds: plan.folds.map_or(0, |folds| folds.count),
        deploys: sheet::deploys(&plan),
        deployed_weights: plan.deployed_weights() as u64,
        deployed_flops: forward.saturating_mul(plan.deployed().len() as u64),
        trained_weights: plan.weights() as u64,
        trained_flops: cost(&plan, &graph, sizes, train).flops,
    }
}

/// All that pictures of an experiment's arms are made of: of each the pipeline of its first run.
pub fn gallery(experiment: &Experiment, mut draw: impl FnMut(&Pipeline) -> Sketch) -> Manifest {
    let mut sketches: Vec<Sketch> = vec![];
    let mut arms: Vec<Arm> = vec![];
    let mut cells = cells(experiment);
    let first = cells.first().map(|cell| cell.turn);
    cells.retain(|cell| Some(cell.turn) == first && !cell.arm.is_reference());
    for cell in cells {
        let sketch = draw(cell.pipeline);
        let place = sketches.iter().position(|drawn| *drawn == sketch).unwrap_or(sketches.len());
        if place == sketches.len() {
            sketches.push(sketch);
        }
        arms.push(Arm { arm: (*cell.arm).clone(), sketch: place, ..Arm::default() });
    }
    let axes = experiment.axes.iter().map(|axis| Axis { name: axis.name.clone(), values: axis.values.clone() });
    Manifest { experiment: experiment.name.clone(), axes: axes.collect(), arms, sketches, ..Manifest::default() }
}

/// The modules of a network alone, which nothing trains; nothing where its sizes hang on what it is given.
pub fn modules_of(network: &Network) -> Option<Sketch> {
    let graph = concrete(network)?;
    let module = |(m, module): (usize, &graph::Module)| Module {
        name: module.name.clone(),
        role: module.role.name().into(),
        layers: layers(network, ModuleId(m)),
        weights: module.weights.iter().map(learned).sum(),
        replicas: 1,
    };
    Some(Sketch {
        network: network.name.clone(),
        modules: graph.modules.iter().enumerate().map(module).collect(),
        edges: edges(&graph),
        ..Sketch::default()
    })
}

/// Every operation of a network as a box of its own, which says whose it is.
pub fn operations_of(network: &Network) -> Option<Sketch> {
    let graph = concrete(network)?;
    let mut boxes = vec![];
    let mut ends: Vec<End> = vec![];
    for node in &graph.nodes {
        let owner = node.module.map(|module| graph.module(module));
        ends.push(match &node.op {
            NodeOp::Input(i) => End::Input(graph.inputs[*i].name.clone()),
            NodeOp::Layer { layer, .. } => {
                let weights = node.weights.iter().flat_map(|(module, own)| &graph.module(*module).weights[own.clone()]);
                boxes.push(Module {
                    name: layer.written(&[]),
                    role: owner.map_or("", |module| module.role.name()).into(),
                    layers: owner.map_or(String::new(), |module| format!("in {}", module.name)),
                    weights: weights.map(learned).sum(),
                    replicas: 1,
                });
                End::Module(ModuleId(boxes.len() - 1))
            }
        });
    }
    let edge = |from: NodeId, to: &End| Edge {
        from: ends[from.0].clone(),
        to: to.clone(),
        shape: format!("{:?}", graph.node(from).axes),
    };
    let inner = graph.nodes.iter().zip(&ends).flat_map(|(node, to)| node.inputs.iter().map(move |from| (*from, to)));
    let mut edges: Vec<Edge> = inner.map(|(from, to)| edge(from, to)).collect();
    edges.extend(graph.outputs.iter().map(|output| edge(output.node, &End::Output(output.name.clone()))));
    edges.dedup();
    Some(Sketch { network: network.name.clone(), modules: boxes, edges, ..Sketch::default() })
}

/// Its graph, where all sizes are numbers.
fn concrete(network: &Network) -> Option<Graph> {
    let shapes = network.nodes.iter().map(|node| &node.shape);
    let weights = network.modules.iter().flat_map(|module| &module.weights).map(|weight| &weight.spec.shape);
    shapes.chain(weights).all(|shape| shape.concrete().is_some()).then(|| lower_network(network))
}

/// Learned numbers of a weight.
fn learned(weight: &graph::Weight) -> u64 {
    let count: usize = weight.axes.iter().product();
    if weight.kind == WeightKind::Learned { count as u64 } else { 0 }
}

fn modules(network: &Network, plan: &Plan) -> Vec<Module> {
    let module = |(m, module): (usize, &plan::ModulePlan)| Module {
        name: module.name.clone(),
        role: module.role.name().into(),
        layers: layers(network, ModuleId(m)),
        weights: module.weights as u64,
        replicas: module.replicas,
    };
    plan.modules.iter().enumerate().map(module).collect()
}

/// The words of a module's layers in order; of one that is applied several times, once.
fn layers(network: &Network, module: ModuleId) -> String {
    let own = || network.nodes.iter().filter(|node| node.module == Some(module));
    let uses = |weight: usize| own().filter(|node| node.weights.contains(&weight)).count();
    let applied = (0..network.module(module).weights.len()).map(uses).max().unwrap_or(1).max(1);
    let words: Vec<&str> = own()
        .filter_map(|node| match &node.op {
            NodeOp::Input(_) => None,
            NodeOp::Layer { word, .. } => Some(*word),
        })
        .collect();
    words[..words.len() / applied].join(" ")
}

/// What a value is made by, and its axes: a module or an input, for operations between modules whatever they read.
type Origin = (End, Vec<usize>);

/// From maker to reader; operations between modules are left out.
fn edges(graph: &Graph) -> Vec<Edge> {
    let origins = origins(graph);
    let mut edges: Vec<Edge> = vec![];
    let mut draw = |origins: &[Origin], to: &End| {
        for (from, axes) in origins {
            let edge = Edge { from: from.clone(), to: to.clone(), shape: format!("{axes:?}") };
            if !edges.contains(&edge) {
                edges.push(edge);
            }
        }
    };
    for node in &graph.nodes {
        let Some(module) = node.module else { continue };
        for input in node.inputs.iter().filter(|i| graph.node(**i).module != Some(module)) {
            draw(&origins[input.0], &End::Module(module));
        }
    }
    for output in &graph.outputs {
        draw(&origins[output.node.0], &End::Output(output.name.clone()));
    }
    edges
}

fn origins(graph: &Graph) -> Vec<Vec<Origin>> {
    let mut origins: Vec<Vec<Origin>> = vec![];
    for node in &graph.nodes {
        let own = match (&node.op, node.module) {
            (NodeOp::Input(i), _) => Some(End::Input(graph.inputs[*i].name.clone())),
            (NodeOp::Layer { .. }, Some(module)) => Some(End::Module(module)),
            (NodeOp::Layer { .. }, None) => None,
        };
        origins.push(match own {
            Some(end) => vec![(end, node.axes.clone())],
            None => node.inputs.iter().flat_map(|i| origins[i.0].clone()).collect(),
        });
    }
    origins
}

/// Every phase where it first runs.
fn phases(plan: &Plan, sizes: &[usize], train: usize) -> Vec<Phase> {
    let of = |index: usize| {
        let phase = &plan.phases[index];
        let turn = phase.visit(sizes[index], 0);
        Phase {
            name: phase.name.clone(),
            on: phase.on.to_string(),
            trains: phase.train.clone(),
            frozen: phase.frozen(),
            steps: turn.steps,
            samples: turn.samples,
        }
    };
    match train {
        // Nobody knows how often each has its turn.
        0 => (0..plan.phases.len()).map(of).collect(),
        train => plan::count(plan, train, sizes).order.into_iter().map(of).collect(),
    }
}
