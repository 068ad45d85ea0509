//! Takes a checkpoint of a run, and puts a run back to where one was taken. Owns the names of what is in it; decides neither
//! when one is taken nor where it is kept.

use super::{State, Trainer};
use crate::graph::{Graph, Weights};
use crate::id::{ModuleId, OptimizerId, WeightId};
use crate::plan::Plan;
use crate::record::Array;
use crate::record::checkpoint::{Checkpoint, Updates};
use crate::tensor::{Device, Tensor};
use std::collections::BTreeMap;

/// A moment between two updates at which a run could go on later.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Boundary {
    Step,
    /// A visit of a phase is over.
    Phase,
}

/// Where a run resumes from, and when it takes checkpoints.
#[derive(Clone, Copy, Default)]
pub struct Checkpointing<'g> {
    /// Where an earlier program stopped.
    pub from: Option<&'g Checkpoint>,
    /// Whether a checkpoint is due at this boundary. One is always taken where the run is stopped from outside.
    pub due: Option<&'g dyn Fn(Boundary) -> bool>,
}

/// Arrays of weights by readable path.
pub fn arrays(graph: &Graph, weights: &Weights) -> BTreeMap<String, Array> {
    weights.iter().map(|(id, tensor)| (graph.path(id), array(tensor))).collect()
}

fn array(tensor: &Tensor) -> Array {
    Array { axes: tensor.axes().to_vec(), values: tensor.values().into_owned() }
}

/// Puts arrays back in the place of weights of the same shapes.
pub fn put_back(
    graph: &Graph,
    device: &Device,
    weights: &mut Weights,
    arrays: &BTreeMap<String, Array>,
) -> Result<(), String> {
    let own: Vec<(WeightId, Vec<usize>)> = weights.iter().map(|(id, tensor)| (id, tensor.axes().to_vec())).collect();
    if arrays.len() != own.len() {
        return Err(format!("it has {} weights, and there are {}", arrays.len(), own.len()));
    }
    for (id, axes) in own {
        weights.of_mut(id.replica)[id.index] = tensor(device, arrays, &graph.path(id), &axes)?;
    }
    Ok(())
}

fn tensor(device: &Device, arrays: &BTreeMap<String, Array>, name: &str, axes: &[usize]) -> Result<Tensor, String> {
    let array = arrays.get(name).ok_or_else(|| format!("it has no `{name}`"))?;
    if array.axes != axes {
        return Err(format!("its `{name}` is {:?}, and should be {axes:?}", array.axes));
    }
    Ok(device.upload(&array.values, axes))
}

impl Trainer<'_> {
    /// Weights, running statistics and what the optimizers remember; the rest is the runner's.
    pub(super) fn checkpoint(&self, plan: &Plan) -> Checkpoint {
        let mut taken = Checkpoint { weights: arrays(self.graph, &self.weights), ..Checkpoint::default() };
        for optimizer in self.optimizers() {
            let rules = plan.phases.iter().enumerate().flat_map(|(p, phase)| {
                phase.rules.iter().enumerate().filter_map(move |(m, rule)| Some((p, ModuleId(m), rule.as_ref()?)))
            });
            let mut uses = rules.filter(|(_, _, rule)| std::sync::Arc::ptr_eq(&rule.optimizer, optimizer));
            let (phase, module, _) = uses.next().expect("an optimizer is of some phase");
            taken.state.optimizers.push((phase, module));
        }
        for (&(optimizer, replica), states) in self.states() {
            let counts = states.iter().map(|state| state.steps).collect();
            taken.state.updates.push(Updates { optimizer, replica, counts });
            for (i, state) in states.iter().enumerate() {
                for (slot, tensor) in state.slots.iter().enumerate() {
                    taken.memory.insert(self.memory(optimizer, replica.weight(i), slot), array(tensor));
                }
            }
        }
        taken
    }

    fn memory(&self, optimizer: OptimizerId, weight: WeightId, slot: usize) -> String {
        format!("optimizer {}/{}/{slot}", optimizer.0, self.graph.path(weight))
    }

    /// The opposite of [`checkpoint`](Self::checkpoint). An error says what of it does not fit this run.
    pub(super) fn restore(&mut self, plan: &Plan, from: &Checkpoint) -> Result<(), String> {
        let device = self.device.clone();
        put_back(self.graph, &device, &mut self.weights, &from.weights)?;
        for &(phase, module) in &from.state.optimizers {
            let rule = plan.phases.get(phase).and_then(|phase| phase.rule(module));
            let rule = rule.ok_or_else(|| format!("it has an optimizer of phase {phase}, module {}", module.0))?;
            self.remember(&rule.optimizer);
        }
        for Updates { optimizer, replica, counts } in &from.state.updates {
            let (module, number) = (replica.module.0, replica.number);
            let of = format!("optimizer {} of replica {number} of module {module}", optimizer.0);
            let is_there = plan.modules.get(module).is_some_and(|module| number < module.replicas);
            let known = self.optimizers().get(optimizer.0).filter(|_| is_there).cloned();
            let known = known.ok_or_else(|| format!("it has updates by {of}, which is not there"))?;
            let axes: Vec<Vec<usize>> = self.weights.of(*replica).iter().map(|w| w.axes().to_vec()).collect();
            if axes.len() != counts.len() {
                return Err(format!("it has {} updates by {of}, and should have {}", counts.len(), axes.len()));
            }
            let mut states = vec![];
            for (i, (axes, steps)) in axes.iter().zip(counts).enumerate() {
                let slot =
                    |slot| tensor(&device, &from.memory, &self.memory(*optimizer, replica.weight(i), slot), axes);
                let slots = (0..known.slots()).map(slot).collect::<Result<_, _>>()?;
                states.push(State { slots, steps: *steps });
            }
            self.put_state(*optimizer, *replica, states);
        }
        Ok(())
    }
}
