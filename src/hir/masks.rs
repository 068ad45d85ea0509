//! Which modalities say of others what is there, and what else networks take them for. Owns no opinion.

use super::{Dataset, Holds, Modality, Network, NodeId, NodeOp};
use crate::builtin::dataset::Transform;
use crate::shape::Shape;
use std::collections::{BTreeMap, BTreeSet};

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
    /// What modalities are to the layers that read them as they are, by their names; the others are numbers.
    pub fn takes(&self) -> BTreeMap<String, Holds> {
        let names: BTreeMap<NodeId, &str> = self.inputs.iter().map(|input| (input.node, input.name.as_str())).collect();
        let mut takes = BTreeMap::new();
        for node in &self.nodes {
            let NodeOp::Layer { layer, .. } = &node.op else { continue };
            if node.inputs.iter().all(|input| !names.contains_key(input)) {
                continue;
            }
            let shapes: Vec<Shape> = node.inputs.iter().map(|input| self.shape(*input).clone()).collect();
            let mask = layer.mask(&shapes).map(|(mask, _)| mask);
            for (i, name) in node.inputs.iter().enumerate().filter_map(|(i, input)| Some((i, names.get(input)?))) {
                let holds = match (mask == Some(i), layer.ids()) {
                    (true, _) => Holds::Mask,
                    (false, Some(entries)) => Holds::Ids(entries),
                    (false, None) => continue,
                };
                takes.entry(name.to_string()).or_insert(holds);
            }
        }
        takes
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
