//! One trained network to pass on: a text that declares it, its weights, and what it makes of samples. Owns that form and
//! its two files as bytes; reads and writes no disk, and knows no runs.

mod file;
pub mod foreign;
mod items;
mod mentions;
pub mod output;
mod program;
mod wanted;

pub use file::{About, Stored, hash, is_export, standard_names};
pub use output::{Answer, Output};
pub use program::text;
pub use wanted::wanted;

use crate::builtin::WeightKind;
use crate::builtin::dataset::{Preparation, Transform};
use crate::check::names::Program;
use crate::data::Standard;
use crate::graph::{self, Graph, Weights};
use crate::hir::Pipeline;
use crate::plan::Route;
use crate::record::Array;
use crate::tensor::{Context, Device, Tensor};
use file::Tensors;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Who wrote weights, and so what is known of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// They are what was exported, to the bit.
    Export,
    /// They belong to their text, and came without sums.
    EarlierExport,
    /// They fit by name and shape, and nothing more is known of them.
    OtherProgram,
}

/// A network ready to compute.
pub struct Model {
    pub about: About,
    pub origin: Origin,
    pub outputs: Vec<Output>,
    graph: Graph,
    weights: Weights,
    device: Device,
    /// What its inputs are standardized by, by name.
    pub standards: BTreeMap<String, Standard>,
}

/// The weights of one network out of all that a run kept: replicas have no number any more.
pub fn single(graph: &Graph, route: &Route, kept: &BTreeMap<String, Array>) -> Result<BTreeMap<String, Array>, String> {
    let mut single = BTreeMap::new();
    for (replica, module) in route.replicas().zip(&graph.modules) {
        for (i, weight) in module.weights.iter().enumerate() {
            let path = graph.path(replica.weight(i));
            let array = kept.get(&path).ok_or_else(|| format!("the run kept no weight `{path}`"))?;
            single.insert(format!("{}.{}", module.name, weight.path), array.clone());
        }
    }
    Ok(single)
}

/// The text and the weights of one network of a pipeline that `program` declares; `comment` comes on top of the text.
pub fn export(
    program: &Program,
    pipeline: &Pipeline,
    name: &str,
    comment: &[String],
    mut stored: Stored,
) -> Result<(String, Vec<u8>), String> {
    let comment = [comment, &[stored.stated()]].concat();
    let text = text(program, pipeline, name, &comment)?;
    stored.about.text = hash(&text);
    let bytes = stored.encode()?;
    Ok((text, bytes))
}

/// Whether weights were exported with this text, and are whole.
pub fn are_pair(text: &str, weights: &[u8]) -> bool {
    let whole = |tensors: Tensors| tensors.about().is_some() && tensors.belong(text).and(tensors.whole(text)).is_ok();
    Tensors::decode(weights).is_ok_and(whole)
}

/// Whether weights are of no other text than this one, as far as they say.
pub fn are_of(text: &str, weights: &[u8]) -> bool {
    Tensors::decode(weights).is_ok_and(|tensors| tensors.belong(text).is_ok())
}

impl Model {
    /// The network that `pipeline` declares in `text`, with the weights in `bytes`.
    pub fn read(pipeline: &Pipeline, text: &str, bytes: &[u8]) -> Result<Self, String> {
        let mut tensors = Tensors::decode(bytes)?;
        tensors.belong(text)?;
        let (about, is_summed, whole) = (tensors.about().cloned(), tensors.are_summed(text), tensors.whole(text));
        let (graph, device) = (graph::lower(pipeline), Device::cpu());
        let weights = weights(&graph, &device, &mut tensors)?;
        let standards = standards(pipeline, &graph, &mut tensors)?;
        tensors.none_left()?;
        whole?;
        let origin = match (&about, is_summed) {
            (Some(_), true) => Origin::Export,
            (Some(_), false) => Origin::EarlierExport,
            (None, _) => Origin::OtherProgram,
        };
        let outputs = output::outputs(&graph);
        Ok(Self { about: about.unwrap_or_default(), origin, outputs, graph, weights, device, standards })
    }

    /// What it computes.
    pub fn graph(&self) -> &Graph {
        &self.graph
    }

    /// Its weights by name: `joint.0.weight`.
    pub fn arrays(&self) -> BTreeMap<String, Array> {
        let of = |(id, tensor): (crate::id::WeightId, &Tensor)| {
            let module = self.graph.module(id.replica.module);
            let weight = &module.weights[id.index];
            let values = tensor.values().to_vec();
            (format!("{}.{}", module.name, weight.path), Array { axes: weight.axes.clone(), values })
        };
        self.weights.iter().map(of).collect()
    }

    /// What it reads, in the order of [`predict`](Self::predict)'s values: names, and axes of one sample.
    pub fn inputs(&self) -> &[graph::Input] {
        &self.graph.inputs
    }

    /// Events that are looked for in its outputs.
    pub fn detections(&self) -> &[graph::Detect] {
        &self.graph.detections
    }

    /// Samples that a run evaluates at a time: the same give the same bits.
    pub fn together(&self) -> usize {
        self.graph.evaluated_together()
    }

    /// Learned numbers.
    pub fn weights(&self) -> u64 {
        let weights = self.graph.modules.iter().flat_map(|m| &m.weights);
        weights.filter(|w| w.kind == WeightKind::Learned).map(|w| w.axes.iter().product::<usize>() as u64).sum()
    }

    /// Floating-point operations of one sample (a multiply-add counts two).
    pub fn flops(&self) -> u64 {
        self.graph.nodes.iter().map(|node| node.flops).fold(0, u64::saturating_add)
    }

    /// Linked outputs of so many samples, `samples × width` each. `values` are prepared, `samples × elements` an input.
    /// Threads may predict at the same time.
    pub fn predict(&self, values: &[Vec<f32>], samples: usize) -> Vec<Vec<f32>> {
        let mut context = Context::evaluate(&self.device);
        let upload = |(input, values): (&graph::Input, &Vec<f32>)| {
            let axes: Vec<usize> = std::iter::once(samples).chain(input.axes.iter().copied()).collect();
            self.device.upload(values, &axes)
        };
        let inputs: Vec<Tensor> = self.graph.inputs.iter().zip(values).map(upload).collect();
        let modules = self.graph.modules.len();
        let (route, frozen) = (Route::first(modules), vec![true; modules]);
        // They share their numbers; statistics that are frozen stay as they are.
        let mut weights = self.weights.clone();
        let raw = graph::forward(&self.graph, &mut context, &mut weights, &route, &frozen, &inputs);
        let linked = self.graph.outputs.iter().zip(&raw).map(|(output, tensor)| {
            let linked = graph::linked(&mut context, tensor, output.link);
            linked.values().into_owned()
        });
        linked.collect()
    }
}

fn weights(graph: &Graph, device: &Device, tensors: &mut Tensors) -> Result<Weights, String> {
    let one = |module: &graph::Module| {
        let read = |weight: &graph::Weight| {
            let values = tensors.weight(&format!("{}.{}", module.name, weight.path), &weight.axes)?;
            Ok(device.upload(&values, &weight.axes))
        };
        Ok(vec![module.weights.iter().map(read).collect::<Result<Vec<_>, String>>()?])
    };
    let modules: Result<Vec<_>, String> = graph.modules.iter().map(one).collect();
    modules.map(Weights::new)
}

fn standards(pipeline: &Pipeline, graph: &Graph, tensors: &mut Tensors) -> Result<BTreeMap<String, Standard>, String> {
    let standardizes = |t: &Arc<dyn Preparation>| matches!(t.transform(), Transform::Standardize { .. });
    let is_standardized = |input: &&graph::Input| {
        pipeline.data.modalities.iter().any(|m| m.name == input.name && m.transforms.iter().any(standardizes))
    };
    let one = |input: &graph::Input| {
        let standard = tensors.standard(&input.name, input.axes.last().copied().unwrap_or(1))?;
        Ok((input.name.clone(), standard))
    };
    graph.inputs.iter().filter(is_standardized).map(one).collect()
}
