//! How a network is told that a modality is missing: the masks it reads beside it. Owns the search; looks at no value.

use super::Graph;
use crate::builtin::{Arity, Asked, Layer};
use crate::hir::NodeOp;
use crate::shape::Shape;
use std::collections::BTreeSet;

/// What says of an input whether it is there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Absence {
    /// Inputs that may be masks of it: what they hold decides.
    pub masks: Vec<usize>,
    /// Whether the network tells by its values: `present(x)`.
    pub told: bool,
}

impl Graph {
    /// What says of an input whether it is there: the mask it is standardized by, and whatever a layer is given as the mask of
    /// values that come from this input alone. A mask of others, too, says what is padding in all of them, and of none that it is missing.
    pub fn absence(&self, input: usize) -> Absence {
        let sources = [self.sources(|_| true), self.sources(|layer| !layer.tells())];
        let Absence { mut masks, told } = self.beside(input, &sources);
        for other in
            (0..self.inputs.len()).filter(|other| *other != input && !masks.contains(other)).collect::<Vec<_>>()
        {
            let others = self.beside(other, &sources).masks;
            masks.retain(|mask| !others.contains(mask));
        }
        Absence { masks, told }
    }

    /// The same, whoever else is told by these masks. The sources of nodes are given: of all layers, and by those alone that pass values on.
    fn beside(&self, input: usize, [from, valued]: &[Vec<BTreeSet<usize>>; 2]) -> Absence {
        let named = self.inputs[input].present.as_ref();
        let mut masks: BTreeSet<usize> =
            named.and_then(|name| self.inputs.iter().position(|i| i.name == *name)).into_iter().collect();
        let mut told = false;
        let answers = |i: &usize| {
            Asked::read(&self.inputs[*i].name).is_some_and(|asked| asked.modality == self.inputs[input].name)
        };
        masks.extend((0..self.inputs.len()).filter(answers));
        for node in &self.nodes {
            let NodeOp::Layer { layer, .. } = &node.op else { continue };
            let shapes: Vec<Shape> = node.inputs.iter().map(|&i| Shape::of(&self.node(i).axes)).collect();
            let Some((mask, masked)) = layer.mask(&shapes) else { continue };
            let (at, mask, masked) = (node.inputs[mask], &from[node.inputs[mask].0], &from[node.inputs[masked].0]);
            if !masked.contains(&input) || masked.difference(mask).any(|i| *i != input) {
                continue;
            }
            // A factor that is computed from the values is no mask; one of what tells whether there are any is.
            let is_mask = matches!(layer.arity(), Arity::Between(..)) || !valued[at.0].contains(&input);
            told |= mask.contains(&input) && is_mask;
            // What is asked of another modality says nothing of this one.
            let is_asked = |i: &usize| Asked::read(&self.inputs[*i].name).is_some();
            let is_own = mask.len() == 1 && self.node(at).flops == 0;
            masks.extend(mask.iter().filter(|i| is_own && **i != input && !is_asked(i)));
        }
        Absence { masks: masks.into_iter().collect(), told }
    }

    /// Inputs that layers are given as masks, as they are or made of several, and what is asked of modalities: what an input holds
    /// decides whether it is one.
    pub fn masks(&self) -> BTreeSet<usize> {
        let mut of_mask = vec![false; self.nodes.len()];
        let mut masks: BTreeSet<usize> = BTreeSet::new();
        for (i, node) in self.nodes.iter().enumerate().rev() {
            match &node.op {
                NodeOp::Input(index) => masks.extend((of_mask[i] || self.is_named(*index)).then_some(*index)),
                NodeOp::Layer { layer, .. } => {
                    let shapes: Vec<Shape> = node.inputs.iter().map(|&i| Shape::of(&self.node(i).axes)).collect();
                    let mask = layer.mask(&shapes).map(|(mask, _)| node.inputs[mask]);
                    // What a mask is found out from, or learned from, is none.
                    let own = of_mask[i] && !layer.tells() && node.weights.is_none();
                    node.inputs.iter().for_each(|input| of_mask[input.0] |= own || mask == Some(*input));
                }
            }
        }
        masks
    }

    /// Whether an input is an answer, or another one is standardized by it.
    fn is_named(&self, input: usize) -> bool {
        let name = &self.inputs[input].name;
        Asked::read(name).is_some() || self.inputs.iter().any(|other| other.present.as_ref() == Some(name))
    }

    /// By node, the inputs it is computed from, by layers that pass on where they come from.
    fn sources(&self, passes: impl Fn(&dyn Layer) -> bool) -> Vec<BTreeSet<usize>> {
        let mut from: Vec<BTreeSet<usize>> = Vec::with_capacity(self.nodes.len());
        for node in &self.nodes {
            from.push(match node.op {
                NodeOp::Input(index) => BTreeSet::from([index]),
                NodeOp::Layer { ref layer, .. } if !passes(&**layer) => BTreeSet::new(),
                NodeOp::Layer { .. } => node.inputs.iter().flat_map(|i| from[i.0].clone()).collect(),
            });
        }
        from
    }
}
