//! One training step. Owns weights, optimizer state and buffers of a run; what trains is read off the phase.

mod parts;
mod values;

use super::mixup::{Mixture, Mixup};
use super::modality_dropout::ModalityDropout;
use super::prefix_cache::PrefixCache;
use super::terms::terms;
use super::{Beginning, Job, RunError};
use crate::builtin::{Optimizer, Progress, WeightKind};
use crate::data::{Batches, DataError, Dataset, Draws};
use crate::graph::prefix::CacheScope;
use crate::graph::{self, Graph, NodeValues, Prefix, Term, Weights};
use crate::id::{OptimizerId, ReplicaId, SampleId, WeightId};
use crate::plan::{Phase, Route};
use crate::seed::{Seed, Stream};
use crate::tensor::update::Factor;
use crate::tensor::{self, Arithmetic, Context, Device, Tensor};
use parts::Part;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;
use values::with_batch;

/// A run in the making.
pub struct Trainer<'j> {
    pub graph: &'j Graph,
    pub data: &'j Dataset,
    /// The loss, with what the training samples tell of it.
    pub terms: Arc<[Term]>,
    pub device: Device,
    pub weights: Weights,
    pub context: Context,
    seed: Seed,
    /// What went wrong first with data that is read while training. Its values are zeros from there on, so whoever trains
    /// or evaluates asks for it before a result is believed.
    fault: RefCell<Option<DataError>>,
    /// Moments and step counts: a frozen phase ages none of them.
    states: BTreeMap<(OptimizerId, ReplicaId), Vec<State>>,
    optimizers: Vec<Arc<dyn Optimizer>>,
    /// Per route of the current phase and module, whether the phase leaves the replica that runs alone.
    frozen: Vec<Vec<bool>>,
    /// Values of the network's frozen prefix.
    cache: PrefixCache,
    /// What is dropped where a phase drops modalities, and of which samples in this step.
    dropout: Option<ModalityDropout>,
    dropped: Vec<(usize, Vec<bool>)>,
    /// How samples are mixed where a phase mixes them, and those of the batch at hand.
    mixup: Option<Mixup>,
    mixture: Option<Mixture>,
    /// Samples of the last step.
    last: usize,
    /// All samples of the inputs that do not change, on a device of dfdx.
    resident: Vec<Option<Tensor>>,
}

/// The loss of an update, a tensor a batch: on a GPU whoever reads it waits until all before it is done.
#[derive(Debug)]
pub struct Loss(Vec<Tensor>);

impl Loss {
    pub fn read(&self) -> f64 {
        self.0.iter().map(|loss| f64::from(loss.item())).sum()
    }
}

/// An optimizer's memory of one weight.
#[derive(Debug)]
pub struct State {
    pub slots: Vec<Tensor>,
    /// Updates it made.
    pub steps: u64,
}

impl<'j> Trainer<'j> {
    /// At the beginning of a run.
    ///
    /// # Errors
    /// Where the training samples do not say what classes count in the loss.
    pub fn new(job: &Job<'j>) -> Result<Self, RunError> {
        let replicas: Vec<usize> = job.plan.modules.iter().map(|m| m.replicas).collect();
        let mut weights = Weights::init(job.graph, &replicas, job.seed, job.device);
        for Beginning { module, weights: begun } in job.begin {
            for number in 0..replicas[module.0] {
                for (weight, values) in weights.of_mut(module.replica(number)).iter_mut().zip(begun) {
                    weight.modify(|own| own.copy_from_slice(values));
                }
            }
        }
        Ok(Self {
            graph: job.graph,
            data: job.data,
            terms: terms(job.graph, job.data)?.into(),
            device: job.device.clone(),
            weights,
            context: Context::evaluate(job.device),
            seed: job.seed,
            fault: RefCell::new(None),
            states: BTreeMap::new(),
            optimizers: vec![],
            frozen: vec![],
            cache: PrefixCache::new(job.plan),
            dropout: None,
            dropped: vec![],
            mixup: None,
            mixture: None,
            last: 0,
            resident: values::resident(job),
        })
    }

    /// Makes the phase's modules learn and freezes all others.
    pub fn begin(&mut self, phase: &Phase, stream: Stream) {
        self.weights.untrack();
        self.cache.begin(phase);
        for id in self.learning(phase) {
            self.weights.of_mut(id.replica)[id.index].track();
        }
        let frozen =
            |route: &Route| -> Vec<bool> { route.replicas().map(|replica| !phase.train.contains(&replica)).collect() };
        self.frozen = phase.routes.iter().map(frozen).collect();
        self.context = Context::train(&self.device, Some(stream));
        self.context.stills_frozen = !phase.frozen_dropout;
        self.make_room();
    }

    /// Computes and caches what stays the same for the samples `ids` of the phase that has begun, where that pays: they are
    /// seen `visit` times in all in this visit, and `run` times in the whole run (samples, not passes). Steps are then to take
    /// samples of `ids` alone.
    pub fn fill_cache(&mut self, phase: &Phase, ids: &[SampleId], visit: u64, run: u64) {
        let scope = CacheScope {
            routes: &phase.routes,
            learns: &phase.train,
            varies: phase.varies(),
            stills: !phase.frozen_dropout,
            ever_learns: &self.cache.ever_learns,
            samples: ids.len() as u64,
            visit,
            run,
        };
        let Some(prefix) = Prefix::of(self.graph, &scope) else { return };
        let missing = self.cache.missing(self.graph, &prefix, &phase.routes[0], ids);
        for part in missing.chunks(self.cache.batch) {
            // Every part has the same size, so that no sample's bits hang on how many others there are.
            let mut whole = part.to_vec();
            whole.resize(self.cache.batch, part[part.len() - 1]);
            let known = NodeValues::new(self.known_inputs(&whole, Draws::Even, &prefix.filled), prefix.filled.clone());
            let mut context = Context::evaluate(&self.device);
            let route = &phase.routes[0];
            let values = graph::compute(self.graph, &mut context, &mut self.weights, route, known, &prefix.cached);
            self.cache.put(&prefix, part, &values);
        }
        self.cache.activate(prefix);
    }

    /// Whether the phase takes values from the cache.
    pub fn uses_cache(&self) -> bool {
        self.cache.prefix().is_some()
    }

    /// Before steps of other shapes: large buffers go back to the system. Small ones stay, for asking anew would cost more.
    pub fn make_room(&self) {
        const SMALL: usize = 1 << 24;
        if self.graph.numbers() * self.cache.batch * size_of::<f32>() > SMALL {
            self.device.release();
        }
    }

    /// What the optimizers remember of the replicas.
    pub fn states(&self) -> &BTreeMap<(OptimizerId, ReplicaId), Vec<State>> {
        &self.states
    }

    pub(super) fn optimizers(&self) -> &[Arc<dyn Optimizer>] {
        &self.optimizers
    }

    pub(super) fn put_state(&mut self, optimizer: OptimizerId, replica: ReplicaId, state: Vec<State>) {
        self.states.insert((optimizer, replica), state);
    }

    /// One update on these samples; the loss before it.
    pub fn step(&mut self, phase: &Phase, ids: &[SampleId], progress: &Progress<'_>) -> Loss {
        self.context.reset();
        let parts = match self.drawn_mixture(phase, ids, progress.step) {
            None => self.parts(phase, ids),
            Some(mixture) => self.mixed(phase, ids, &mixture),
        };
        let losses = parts.into_iter().filter_map(|part| self.add_gradients(phase, part, progress.step)).collect();
        let factor = phase.clip.map(|limit| self.clip(phase, limit));
        self.update(phase, progress, factor.as_ref());
        Loss(losses)
    }

    /// Adds gradients of a batch to those there are; its loss, where something of it counts.
    fn add_gradients(&mut self, phase: &Phase, part: Part, step: u64) -> Option<Tensor> {
        let Part { ids, against, mixture } = part;
        if std::mem::replace(&mut self.last, ids.len()) != ids.len() {
            self.make_room();
        }
        let draws = Draws::Step { seed: self.seed, phase: &phase.name, step };
        if phase.modality_dropout > 0.0 {
            self.drop_modalities(phase, &ids, step);
        }
        self.mixture = mixture;
        let outputs = self.outputs(&phase.routes, &ids, draws);
        self.mixture = None;
        self.dropped.clear();
        let mut loss: Option<Tensor> = None;
        for (terms, targets) in &against {
            let one = graph::objective(terms, &mut self.context, &outputs, targets);
            loss = Some(match loss {
                None => one,
                Some(before) => tensor::arithmetic(&mut self.context, Arithmetic::Add, &before, &one),
            });
        }
        let loss = loss?;
        self.context.backward(&loss);
        Some(loss.detached())
    }

    /// A pass of the phase over these samples, drawn from the stream.
    pub fn pass(&self, phase: &Phase, ids: &[SampleId], stream: &mut Stream) -> Batches {
        Batches::drawn(&phase.draw, ids, self.data, phase.batch, stream)
    }

    fn outputs(&mut self, routes: &[Route], ids: &[SampleId], draws: Draws<'_>) -> Vec<Tensor> {
        let known = match self.cache.prefix() {
            None => {
                let inputs: Vec<Tensor> =
                    (0..self.graph.inputs.len()).map(|index| self.input(index, ids, draws)).collect();
                NodeValues::inputs(self.graph, &inputs)
            }
            Some(prefix) => {
                let (cached, computed) = (prefix.cached.clone(), prefix.computed.clone());
                let mut values = self.known_inputs(ids, draws, &computed);
                for node in cached {
                    let axes = with_batch(ids.len(), &self.graph.node(node).axes);
                    values[node.0] = Some(self.cache.rows(&self.device, node, ids, &axes));
                }
                NodeValues::new(values, computed)
            }
        };
        let (graph, context, weights) = (self.graph, &mut self.context, &mut self.weights);
        let mut each = graph::forward_each(graph, context, weights, routes, &self.frozen, known);
        if each.len() == 1 {
            return each.remove(0);
        }
        graph::averaged(graph, &mut self.context, &each)
    }

    /// Remembers what is wrong with the data, if nothing was before.
    pub(super) fn blame(&self, error: DataError) {
        self.fault.borrow_mut().get_or_insert(error);
    }

    /// What went wrong with the data that was read so far.
    pub fn fault(&self) -> Option<DataError> {
        self.fault.borrow().clone()
    }

    /// What all gradients are multiplied by so that their norm together is at most `limit`.
    fn clip(&mut self, phase: &Phase, limit: f64) -> Factor {
        let learning = self.learning(phase);
        let weights = learning.iter().map(|id| &self.weights.of(id.replica)[id.index]);
        Factor::of(&mut self.context, weights, limit)
    }

    fn learning(&self, phase: &Phase) -> Vec<WeightId> {
        let learned = |replica: &ReplicaId| {
            let weights = self.graph.module(replica.module).weights.iter().enumerate();
            let replica = *replica;
            weights.filter(|(_, w)| w.kind == WeightKind::Learned).map(move |(i, _)| replica.weight(i))
        };
        phase.train.iter().flat_map(learned).collect()
    }

    fn update(&mut self, phase: &Phase, progress: &Progress<'_>, factor: Option<&Factor>) {
        for &replica in &phase.train {
            let Some(rule) = phase.rule(replica.module) else { continue };
            let part = rule.rate.as_ref().map_or(1.0, |rate| rate.factor(progress));
            let rate = rule.optimizer.learning_rate() * part;
            let id = self.remember(&rule.optimizer);
            let weights = self.weights.of_mut(replica);
            let device = &self.device;
            let states = self.states.entry((id, replica)).or_insert_with(|| {
                let zeros = |w: &Tensor| (0..rule.optimizer.slots()).map(|_| device.zeros(&w.axes())).collect();
                weights.iter().map(|w| State { slots: zeros(w), steps: 0 }).collect()
            });
            for ((weight, info), state) in
                weights.iter_mut().zip(&self.graph.module(replica.module).weights).zip(states)
            {
                if info.kind == WeightKind::Statistic {
                    continue;
                }
                state.steps += 1;
                let mut gradient = self.context.gradient(weight);
                if let Some(factor) = factor {
                    gradient.scale(factor);
                }
                rule.optimizer.update(rate, state.steps, weight, &gradient, &mut state.slots);
            }
        }
    }

    /// The number of an optimizer, by the order of first use.
    pub(super) fn remember(&mut self, optimizer: &Arc<dyn Optimizer>) -> OptimizerId {
        let known = self.optimizers.iter().position(|o| Arc::ptr_eq(o, optimizer));
        OptimizerId(known.unwrap_or_else(|| {
            self.optimizers.push(optimizer.clone());
            self.optimizers.len() - 1
        }))
    }
}
