//! All weights of a run as one value: a tensor per module, replica and index. Owns their initialisation.

use super::{Graph, Weight};
use crate::builtin::{Init, InitScale};
use crate::id::{ModuleId, ReplicaId, WeightId};
use crate::seed::{Seed, Stream};
use crate::tensor::{Device, Tensor};

/// `[module][replica][index]`.
#[derive(Clone, Debug)]
pub struct Weights {
    modules: Vec<Vec<Vec<Tensor>>>,
}

impl Weights {
    /// Fresh weights; `replicas` per module. Replica r of a module draws from the stream `init/<module>/<r>`, so one more
    /// head changes no other.
    pub fn init(graph: &Graph, replicas: &[usize], seed: Seed, device: &Device) -> Self {
        let modules = graph.modules.iter().zip(replicas).map(|(module, &count)| {
            let replica = |r: usize| {
                let mut stream = seed.stream(&format!("init/{}.{}/{r}", module.role.name(), module.name));
                module.weights.iter().map(|w| device.upload(&draw(w, &mut stream), &w.axes)).collect()
            };
            (0..count).map(replica).collect()
        });
        Self { modules: modules.collect() }
    }

    /// These, `[module][replica][index]`.
    pub fn new(modules: Vec<Vec<Vec<Tensor>>>) -> Self {
        Self { modules }
    }

    pub fn of(&self, replica: ReplicaId) -> &[Tensor] {
        &self.modules[replica.module.0][replica.number]
    }

    pub fn of_mut(&mut self, replica: ReplicaId) -> &mut [Tensor] {
        &mut self.modules[replica.module.0][replica.number]
    }

    /// The same numbers in memory of their own.
    pub fn copy(&self, device: &Device) -> Self {
        let copies = |weights: &Vec<Tensor>| weights.iter().map(|w| device.copy(w)).collect();
        Self { modules: self.modules.iter().map(|replicas| replicas.iter().map(copies).collect()).collect() }
    }

    /// No gradient is computed for any of them from now on.
    pub fn untrack(&mut self) {
        self.modules.iter_mut().flatten().flatten().for_each(Tensor::untrack);
    }

    /// Every weight, in order.
    pub fn iter(&self) -> impl Iterator<Item = (WeightId, &Tensor)> {
        let modules = self.modules.iter().enumerate();
        let replicas = modules.flat_map(|(m, replicas)| {
            replicas.iter().enumerate().map(move |(number, weights)| (ModuleId(m).replica(number), weights))
        });
        replicas.flat_map(|(replica, weights)| weights.iter().enumerate().map(move |(i, w)| (replica.weight(i), w)))
    }
}

fn draw(weight: &Weight, stream: &mut Stream) -> Vec<f32> {
    let count = weight.axes.iter().product();
    let scale = |scale: &InitScale| match scale {
        InitScale::Value(value) => *value,
        InitScale::Fan { gain, numerator, fan } => gain * (numerator / fan.value().unwrap_or(1).max(1) as f64).sqrt(),
    };
    match &weight.init {
        Init::Zeros => vec![0.0; count],
        Init::Ones => vec![1.0; count],
        Init::Uniform { bound } => {
            let bound = scale(bound);
            (0..count).map(|_| ((2.0 * stream.uniform_f64() - 1.0) * bound) as f32).collect()
        }
        Init::Normal { deviation } => {
            let deviation = scale(deviation);
            (0..count).map(|_| (stream.normal() * deviation) as f32).collect()
        }
    }
}
