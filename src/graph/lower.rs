//! HIR to graph. After `check` it cannot fail: every size is a number by now.

use super::{Detect, Graph, Input, Measure, Module, Node, NodeId, Output, Target, Term, Weight};
use crate::builtin::{Layer, Link};
use crate::hir::{self, Network, NodeOp, Pipeline};
use crate::shape::{Dim, Shape};
use std::sync::Arc;

/// The graph of a pipeline's network, loss and metrics.
pub fn lower(pipeline: &Pipeline) -> Graph {
    let network = &pipeline.network;
    let mut graph = lower_network(network);
    for (i, output) in graph.outputs.iter_mut().enumerate() {
        let Some(term) = pipeline.loss.iter().find(|term| term.output == i) else { continue };
        output.link = term.loss.link(term.target.map(|target| &pipeline.data.targets[target].kind));
    }
    for input in &mut graph.inputs {
        input.redrawn = pipeline.data.redraws(&input.name);
        input.present = pipeline.data.present(&input.name);
    }
    let targets = pipeline.data.targets.iter().map(|t| Target { name: t.name.clone(), kind: t.kind.clone() });
    let terms = pipeline.loss.iter().map(|t| Term {
        word: t.word,
        coefficient: t.coefficient,
        loss: t.loss.clone(),
        output: t.output,
        target: t.target,
    });
    let metrics = pipeline.metrics.iter().map(|m| Measure {
        name: m.name.clone(),
        metric: m.metric.clone(),
        operand: m.operand,
        target: m.target,
    });
    let detections = pipeline.detections.iter().map(|d| Detect {
        name: d.name.clone(),
        activations: d.activations,
        scores: d.scores,
        classes: *axes(network.shape(network.outputs[d.activations].node)).last().expect("[T, classes]"),
        steps: d.steps.clone(),
    });
    Graph {
        targets: targets.collect(),
        terms: terms.collect(),
        detections: detections.collect(),
        metrics: metrics.collect(),
        ..graph
    }
}

/// The graph of a network alone, whose sizes are numbers: nothing is known of its data, and nothing is asked of its outputs.
pub fn lower_network(network: &Network) -> Graph {
    let (nodes, place) = fuse(&network.outputs, nodes(network));
    let outputs = network.outputs.iter().map(|o| Output {
        name: o.name.clone(),
        node: place[o.node.0].expect("an output is live"),
        link: Link::Identity,
    });
    let inputs = network.inputs.iter().map(|i| Input {
        name: i.name.clone(),
        axes: axes(&i.shape),
        redrawn: false,
        present: None,
    });
    let outputs: Vec<Output> = outputs.collect();
    Graph {
        inputs: inputs.collect(),
        modules: network.modules.iter().map(module).collect(),
        last_readers: last_readers(&nodes, &outputs),
        nodes,
        outputs,
        targets: vec![],
        terms: vec![],
        detections: vec![],
        metrics: vec![],
    }
}

fn last_readers(nodes: &[Node], outputs: &[Output]) -> Vec<Option<NodeId>> {
    let mut last = vec![None; nodes.len()];
    for (i, node) in nodes.iter().enumerate() {
        node.inputs.iter().for_each(|input| last[input.0] = Some(NodeId(i)));
    }
    outputs.iter().for_each(|output| last[output.node.0] = None);
    last
}

fn axes(shape: &Shape) -> Vec<usize> {
    shape.concrete().expect("a pipeline's sizes are numbers")
}

fn module(module: &hir::Module) -> Module {
    let weights = module.weights.iter().map(|w| Weight {
        path: w.path.clone(),
        axes: axes(&w.spec.shape),
        init: w.spec.init.clone(),
        kind: w.spec.kind,
    });
    Module { name: module.name.clone(), role: module.role, weights: weights.collect() }
}

fn nodes(network: &hir::Network) -> Vec<Node> {
    let make = |node: &hir::Node| {
        let shapes: Vec<Shape> = node.inputs.iter().map(|i| network.shape(*i).clone()).collect();
        let number = |dim: Dim| dim.value().unwrap_or(0).max(0) as u64;
        let (flops, saved, measured) = match &node.op {
            NodeOp::Input(_) => (0, 0, None),
            NodeOp::Layer { layer, .. } => {
                let flops = number(layer.flops(&shapes, &node.shape));
                (flops, number(layer.saved(&shapes, &node.shape)), layer.measured(&shapes).map(number))
            }
        };
        // The weights of a node are made together, so they stand side by side in their module.
        let weights = node
            .weights
            .first()
            .map(|first| (node.module.expect("weights have an owner"), *first..first + node.weights.len()));
        Node {
            op: node.op.clone(),
            inputs: node.inputs.iter().map(|i| NodeId(i.0)).collect(),
            module: node.module,
            weights,
            axes: axes(&node.shape),
            flops,
            saved,
            measured,
        }
    };
    network.nodes.iter().map(make).collect()
}

/// Drops what no output depends on, and computes an activation in the pass of the layer before it where no one else reads that.
/// Gives the nodes, and where each old one went.
fn fuse(outputs: &[hir::Output], nodes: Vec<Node>) -> (Vec<Node>, Vec<Option<NodeId>>) {
    let mut readers = vec![0usize; nodes.len()];
    let mut live = vec![false; nodes.len()];
    for output in outputs {
        live[output.node.0] = true;
        readers[output.node.0] += 1;
    }
    for i in (0..nodes.len()).rev().filter(|i| !matches!(nodes[*i].op, NodeOp::Input(_))) {
        let reads: &[NodeId] = if live[i] { &nodes[i].inputs } else { &[] };
        for input in reads {
            live[input.0] = true;
            readers[input.0] += 1;
        }
    }
    let mut place: Vec<Option<NodeId>> = vec![None; nodes.len()];
    let mut kept: Vec<Node> = vec![];
    for (i, node) in nodes.iter().enumerate() {
        if !live[i] && !matches!(node.op, NodeOp::Input(_)) {
            continue;
        }
        let moved: Vec<NodeId> =
            node.inputs.iter().map(|n| place[n.0].expect("inputs of a live node are live")).collect();
        if let Some(fused) = fused(node, &moved, &kept, &readers) {
            let before = &mut kept[moved[0].0];
            before.op = fused;
            before.flops = before.flops.saturating_add(node.flops);
            place[i] = Some(moved[0]);
        } else {
            kept.push(Node { inputs: moved, ..node.clone() });
            place[i] = Some(NodeId(kept.len() - 1));
        }
    }
    (kept, place)
}

/// The layer before `node` with `node` in its pass.
fn fused(node: &Node, inputs: &[NodeId], kept: &[Node], readers: &[usize]) -> Option<NodeOp> {
    let NodeOp::Layer { layer, .. } = &node.op else { return None };
    let activation = layer.fusable()?;
    let [before] = inputs else { return None };
    let NodeOp::Layer { word, layer: first } = &kept[before.0].op else { return None };
    if readers[node.inputs[0].0] != 1 {
        return None;
    }
    let layer: Arc<dyn Layer> = first.fuse(activation)?;
    Some(NodeOp::Layer { word, layer })
}
