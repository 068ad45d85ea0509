//! Which modalities say of others what is there, and what else networks take them for. Owns no opinion.

use super::{Dataset, Holds, Modality, Network, NodeId, NodeOp};
use crate::builtin::dataset::{Redraws, Transform, decides};
use crate::builtin::{Asked, Presence};
use crate::shape::Shape;
use std::collections::{BTreeMap, BTreeSet};

impl Dataset {
    /// Whether training sees other values of a modality, or other answers to what is asked of it, every time.
    pub fn redraws(&self, input: &str) -> bool {
        let asked = Asked::read(input);
        if asked.as_ref().is_some_and(|asked| asked.presence == Presence::Sample) {
            return false;
        }
        let name = asked.as_ref().map_or(input, |asked| asked.modality.as_str());
        self.modalities
            .iter()
            .any(|m| m.name == name && m.transforms.iter().any(|transform| transform.redraws() != Redraws::Nothing))
    }

    /// Modalities that say which steps of others are real.
    pub fn masks(&self) -> BTreeSet<String> {
        self.modalities.iter().flat_map(Modality::masks).map(str::to_string).collect()
    }

    /// The modality that says which steps of this one are real, where it is standardized by one.
    pub fn present(&self, name: &str) -> Option<String> {
        self.modalities.iter().find(|modality| modality.name == name)?.present()
    }
}

impl Network {
    /// The inputs that are modalities of their own: no masks, and nothing that is asked.
    pub fn modalities(&self) -> impl Iterator<Item = &str> {
        let takes = self.takes();
        let names = self.inputs.iter().map(|input| input.name.as_str());
        names.filter(move |name| Asked::read(name).is_none() && takes.get(*name) != Some(&Holds::Mask))
    }

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
    /// The modalities that say which of its steps are there.
    pub fn masks(&self) -> impl Iterator<Item = &str> {
        self.transforms.iter().filter_map(|preparation| preparation.transform().mask())
    }

    /// Whether something says which of its values are missing.
    pub fn may_lack(&self) -> bool {
        self.transforms.iter().any(|preparation| matches!(preparation.transform(), Transform::Missing(_)))
    }

    /// Whether it has a say in which samples there are, or in which order.
    pub fn decides(&self) -> bool {
        decides(&self.sources, &self.transforms)
    }

    fn present(&self) -> Option<String> {
        self.transforms.iter().find_map(|preparation| match preparation.transform() {
            Transform::Standardize { present } => present.map(str::to_string),
            Transform::Each(_) | Transform::Missing(_) | Transform::Drop(_) | Transform::Offsets => None,
        })
    }
}
