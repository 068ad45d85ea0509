//! Which modalities say of others what is there, and what else networks take them for. Owns no opinion.

use super::{Dataset, Holds, Modality, Network, Node, NodeId, NodeOp};
use crate::builtin::dataset::Transform;
use crate::shape::Shape;
use std::collections::BTreeSet;

impl Dataset {
    /// Modalities that say which steps of others are real.
    pub fn masks(&self) -> BTreeSet<String> {
        self.modalities.iter().filter_map(Modality::present).collect()
    }

    /// The modality that says which steps of this one are real, where it is standardized by one.
    pub fn present(&self, name: &str) -> Option<String> {
        self.modalities.iter().find(|modality| modality.name == name)?.present()
    }
}

impl Network {
    /// What the modality of this name is to the layers that read it as it is.
    pub fn takes(&self, modality: &str) -> Holds {
        let Some(input) = self.inputs.iter().find(|input| input.name == modality) else { return Holds::Numbers };
        let taken = self.nodes.iter().map(|node| self.taken(node, input.node));
        taken.reduce(|a, b| if a == Holds::Numbers { b } else { a }).unwrap_or_default()
    }

    fn taken(&self, node: &Node, input: NodeId) -> Holds {
        let NodeOp::Layer { layer, .. } = &node.op else { return Holds::Numbers };
        let shapes: Vec<Shape> = node.inputs.iter().map(|input| self.shape(*input).clone()).collect();
        match (layer.mask(&shapes), layer.ids()) {
            (Some((mask, _)), _) if node.inputs[mask] == input => Holds::Mask,
            (_, Some(entries)) if node.inputs.contains(&input) => Holds::Ids(entries),
            _ => Holds::Numbers,
        }
    }
}

impl Modality {
    fn present(&self) -> Option<String> {
        self.transforms.iter().find_map(|preparation| match preparation.transform() {
            Transform::Standardize { present } => present.map(str::to_string),
            Transform::Each(_) => None,
        })
    }
}
