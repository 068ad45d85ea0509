//! A trained network for other programs: its preparations, layers and outputs in the operations of `builtin::spelling`, and how
//! that is written for ONNX and for PyTorch. Owns which preparations go along; reads and writes no file, and computes nothing.

pub mod onnx;
mod prepared;
mod proto;
mod python;
pub mod torch;

use crate::builtin::spelling::{Operation, Spelling, Term};
use crate::builtin::{Layer, Link, spelled};
use crate::data::Standard;
use crate::graph::{Graph, Node, NodeOp};
use crate::hir::{Pipeline, Role};
use crate::id::ModuleId;
use crate::record::Array;
use crate::shape::Shape;
use std::collections::BTreeMap;

/// All that is needed to write a network down.
#[derive(Debug)]
pub struct Network {
    /// As the file is called.
    pub name: String,
    /// Where it comes from: (key, value).
    pub about: Vec<(String, String)>,
    pub inputs: Vec<Given>,
    pub modules: Vec<(Role, String)>,
    /// In the order they are computed.
    pub parts: Vec<Part>,
    pub outputs: Vec<Made>,
    /// In words, what `mhm predict` does beyond it.
    pub left_out: Vec<String>,
    /// By name, as the weights of an exported network are called.
    pub weights: BTreeMap<String, Array>,
    pub standards: BTreeMap<String, Standard>,
}

/// What a sample is given as.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Given {
    pub name: String,
    /// Of one sample.
    pub axes: Vec<usize>,
}

/// Which value: of an input, or of a part behind the inputs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Value(pub usize);

/// A value that is given back.
#[derive(Clone, Debug)]
pub struct Made {
    pub name: String,
    pub value: Value,
    /// What the classes of its last axis are called, where they have names.
    pub classes: Vec<String>,
}

/// One preparation, layer or link: operations on values.
#[derive(Clone, Debug)]
pub struct Part {
    /// The word of the layer.
    pub word: &'static str,
    pub module: Option<ModuleId>,
    pub reads: Vec<Value>,
    /// What the names of its weights begin with.
    pub layer: Option<String>,
    /// Names in [`Network::weights`]; of a preparation, names of statistics.
    pub weights: Vec<String>,
    pub spelling: Spelling,
    pub made: Term,
}

/// Adds parts one after the other.
#[derive(Debug, Default)]
struct Builder {
    inputs: Vec<Given>,
    parts: Vec<Part>,
    left_out: Vec<String>,
}

impl Builder {
    /// A part that comes next; what it makes, which is what it is given where it does nothing.
    fn add(&mut self, part: Part) -> Value {
        if let Operation::Input(number) = part.spelling.lines[part.made.line].op {
            return part.reads[number];
        }
        self.parts.push(part);
        Value(self.inputs.len() + self.parts.len() - 1)
    }
}

impl Network {
    /// The network of a pipeline, with these weights and what its inputs are standardized by.
    pub fn new(
        name: &str,
        pipeline: &Pipeline,
        graph: &Graph,
        weights: BTreeMap<String, Array>,
        standards: BTreeMap<String, Standard>,
    ) -> Self {
        let mut to = Builder::default();
        let given = prepared::inputs(&mut to, &pipeline.data, graph, &standards);
        let mut values: Vec<Value> = Vec::with_capacity(graph.nodes.len());
        for node in &graph.nodes {
            let value = match &node.op {
                NodeOp::Input(index) => given[*index],
                NodeOp::Layer { layer, .. } => {
                    let reads = node.inputs.iter().map(|input| values[input.0]).collect();
                    to.add(layer_part(graph, node, layer.as_ref(), reads))
                }
            };
            values.push(value);
        }
        let outputs = graph.outputs.iter().enumerate().map(|(i, output)| Made {
            name: output.name.clone(),
            value: linked(&mut to, &graph.node(output.node).axes, values[output.node.0], output.link),
            classes: crate::model::output::outputs(graph)[i].names.clone(),
        });
        let outputs = outputs.collect();
        for detect in &graph.detections {
            let steps: Vec<String> = detect.steps.iter().map(|step| step.written(&[])).collect();
            to.left_out.push(format!(
                "`detect {}`: events are looked for in the outputs by `mhm` alone ({})",
                detect.name,
                steps.join(" |> ")
            ));
        }
        Self {
            name: name.into(),
            about: vec![],
            inputs: to.inputs,
            modules: graph.modules.iter().map(|module| (module.role, module.name.clone())).collect(),
            parts: to.parts,
            outputs,
            left_out: to.left_out,
            weights,
            standards,
        }
    }

    /// What a modality is standardized by, of its name in the file of weights.
    fn statistics(&self, name: &str) -> &[f64] {
        self.standards
            .iter()
            .find_map(|(modality, standard)| {
                let [mean, deviation] = crate::model::standard_names(modality);
                if name == mean {
                    Some(&standard.means[..])
                } else {
                    (name == deviation).then_some(&standard.deviations[..])
                }
            })
            .unwrap_or_default()
    }

    /// Axes of one sample.
    pub fn axes(&self, value: Value) -> &[usize] {
        match value.0.checked_sub(self.inputs.len()) {
            None => &self.inputs[value.0].axes,
            Some(part) => &self.parts[part].made.axes,
        }
    }
}

fn layer_part(graph: &Graph, node: &Node, layer: &dyn Layer, reads: Vec<Value>) -> Part {
    let inputs: Vec<Vec<usize>> = node.inputs.iter().map(|input| graph.node(*input).axes.clone()).collect();
    let (owned, axes): (Vec<String>, Vec<Vec<usize>>) = match &node.weights {
        None => (vec![], vec![]),
        Some((module, range)) => {
            let module = graph.module(*module);
            let of = |weight: &crate::graph::Weight| (format!("{}.{}", module.name, weight.path), weight.axes.clone());
            module.weights[range.clone()].iter().map(of).unzip()
        }
    };
    let (spelling, made) = spelled(layer, &axes, &inputs);
    let shapes: Vec<Shape> = inputs.iter().map(|axes| Shape::of(axes)).collect();
    let specs = layer.shape(&shapes).map(|signature| signature.weights).unwrap_or_default();
    let first = owned.first().zip(specs.first());
    let path = first.and_then(|(path, spec)| path.strip_suffix(spec.name)?.strip_suffix('.')).map(String::from);
    Part { word: layer.word(), module: node.module, reads, layer: path, weights: owned, spelling, made }
}

/// What a person reads of an output.
fn linked(to: &mut Builder, axes: &[usize], value: Value, link: Link) -> Value {
    let mut spelling = Spelling::default();
    let x = spelling.input(0, axes);
    let (word, made) = match link {
        Link::Identity => return value,
        Link::Softmax => ("softmax", spelling.softmax(&x, axes.len().saturating_sub(1))),
        Link::Sigmoid => ("sigmoid", spelling.activate(&x, crate::tensor::Activation::Sigmoid)),
    };
    to.add(Part { word, module: None, reads: vec![value], layer: None, weights: vec![], spelling, made })
}
