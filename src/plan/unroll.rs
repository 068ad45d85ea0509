//! A checked pipeline to its plan: loop variables filled in, roles replaced by modules, settings of phases over those of
//! the pipeline. After `check` it cannot fail.

use super::roles::{self, LoopValues};
use super::{Criterion, Deploy, FoldCount, Keep, Length, ModuleId, ModulePlan, Phase, Plan, Route, Rule, Stage};
use crate::builtin::WeightKind;
use crate::data::folds::SplitSet;
use crate::hir::{self, Index, Pipeline, Role, SplitExpr, Step, Unit};
use crate::span::Ident;
use crate::split::SplitName;
use std::collections::BTreeMap;

/// The plan of a pipeline.
pub fn schedule(pipeline: &Pipeline) -> Plan {
    let unroll = Unroll { pipeline, modules: modules(pipeline) };
    let mut phases = vec![];
    let program = unroll.stages(&pipeline.schedule.steps, &mut BTreeMap::new(), &mut phases);
    let deploy = unroll.deploy();
    let folds = pipeline.schedule.folds.as_ref();
    let folds = folds.map(|f| FoldCount { count: f.count, stratified: f.stratified, grouped: f.grouped });
    let named =
        |name: &SplitName| if *name == SplitName::TRAIN { SplitSet::All } else { SplitSet::Named(name.clone()) };
    let keep = pipeline.keep.as_ref();
    let keep = keep.map(|keep| Keep { set: named(&keep.split), by: criterion(keep.by.as_ref()) });
    Plan {
        folds,
        modules: unroll.modules,
        phases,
        program,
        deploy,
        budget: pipeline.budget,
        halt: pipeline.halt.map(|halt| halt.at),
        batch: pipeline.batch,
        keep,
    }
}

fn modules(pipeline: &Pipeline) -> Vec<ModulePlan> {
    let learned = |module: &hir::Module| {
        let weights = module.weights.iter().filter(|w| w.spec.kind == WeightKind::Learned);
        weights.map(|w| w.spec.shape.elements().value().unwrap_or(0) as usize).sum()
    };
    let modules = pipeline.network.modules.iter();
    modules
        .map(|m| ModulePlan {
            name: m.name.clone(),
            role: m.role,
            replicas: roles::count(&pipeline.schedule, m.role),
            weights: learned(m),
        })
        .collect()
}

struct Unroll<'p> {
    pipeline: &'p Pipeline,
    modules: Vec<ModulePlan>,
}

impl Unroll<'_> {
    fn stages(&self, steps: &[Step], loops: &mut LoopValues, phases: &mut Vec<Phase>) -> Vec<Stage> {
        let mut stages = vec![];
        for step in steps {
            match step {
                Step::Phase(phase) => {
                    phases.push(self.phase(phase, loops));
                    stages.push(Stage::Phase(phases.len() - 1));
                }
                Step::Repeat { times, body, .. } => {
                    let body = once(self.stages(body, loops, phases));
                    stages.push(Stage::Repeat { times: *times, body });
                }
                Step::For { variable, body, .. } => {
                    for k in 0..roles::folds(&self.pipeline.schedule) {
                        loops.insert(*variable, k);
                        stages.extend(self.stages(body, loops, phases));
                    }
                    loops.remove(variable);
                }
            }
        }
        stages
    }

    fn phase(&self, phase: &hir::Phase, loops: &LoopValues) -> Phase {
        let at: Vec<String> = loops.values().map(usize::to_string).collect();
        let name = if at.is_empty() { phase.name.clone() } else { format!("{}[{}]", phase.name, at.join(",")) };
        let (schedule, mut train) = (&self.pipeline.schedule, vec![]);
        for (id, module) in self.modules.iter().enumerate().map(|(m, module)| (ModuleId(m), module)) {
            for trained in phase.train.iter().filter(|t| t.is_of(module.role, &module.name)) {
                let numbers = roles::replicas(schedule, module.role, trained.replica.as_ref(), loops);
                train.extend(numbers.into_iter().map(|number| id.replica(number)));
            }
        }
        let settings = [&phase.settings, &self.pipeline.settings];
        let rules = self.modules.iter().enumerate().map(|(m, module)| {
            train.iter().any(|replica| replica.module == ModuleId(m)).then(|| rule(&settings, module.role))
        });
        Phase {
            rules: rules.collect(),
            routes: self.cross(&roles::run_through(schedule, phase, loops)),
            on: self.set(&phase.on, loops),
            length: self.length(&phase.length, loops),
            batch: self.pipeline.cut(phase).times(self.pipeline.accumulated(phase)),
            accumulate: self.pipeline.accumulated(phase),
            draw: self.pipeline.drawn(phase).clone(),
            clip: phase.settings.clip.or(self.pipeline.settings.clip),
            modality_dropout: self.pipeline.modality_dropout(phase),
            mixup: self.pipeline.mixup(phase),
            frozen_dropout: self.pipeline.frozen_dropout(phase),
            span: phase.span,
            name,
            train,
        }
    }

    /// One route for every combination, roles with equally many choices in step.
    fn cross(&self, choices: &BTreeMap<Role, Vec<usize>>) -> Vec<Route> {
        let width = choices.values().map(Vec::len).max().unwrap_or(1);
        (0..width)
            .map(|i| {
                let pick = |role: Role| choices.get(&role).map_or(0, |c| c[i % c.len()]);
                self.modules.iter().map(|m| pick(m.role)).collect()
            })
            .collect()
    }

    fn fold(&self, index: &Index, loops: &LoopValues) -> usize {
        roles::at(index, loops, roles::folds(&self.pipeline.schedule))
    }

    fn set(&self, split: &SplitExpr, loops: &LoopValues) -> SplitSet {
        let pair = |a: &SplitExpr, b: &SplitExpr| (Box::new(self.set(a, loops)), Box::new(self.set(b, loops)));
        match split {
            SplitExpr::All => SplitSet::All,
            SplitExpr::Fold(i) => SplitSet::Fold(self.fold(i, loops)),
            SplitExpr::Except(i) => SplitSet::Except(self.fold(i, loops)),
            SplitExpr::Named(name) => SplitSet::Named(name.clone()),
            SplitExpr::Union(a, b) => {
                let (a, b) = pair(a, b);
                SplitSet::Union(a, b)
            }
            SplitExpr::Difference(a, b) => {
                let (a, b) = pair(a, b);
                SplitSet::Difference(a, b)
            }
            SplitExpr::Intersection(a, b) => {
                let (a, b) = pair(a, b);
                SplitSet::Intersection(a, b)
            }
        }
    }

    fn length(&self, length: &hir::Length, loops: &LoopValues) -> Length {
        match length {
            hir::Length::For(amount) => match amount.unit {
                Unit::Epochs | Unit::Rounds => Length::Passes(amount.count),
                Unit::Steps => Length::Steps(amount.count as u64),
                Unit::Samples => Length::Samples(amount.count as u64),
            },
            hir::Length::NoGain { patience, split, at_most } => {
                Length::NoGain { patience: *patience, set: self.set(split, loops), at_most: at_most.count as u64 }
            }
        }
    }

    fn deploy(&self) -> Deploy {
        let schedule = &self.pipeline.schedule;
        let all_of = |role: Role| 0..roles::count(schedule, role);
        // The k-th head belongs to the k-th network of an ensemble.
        let all = |role: Role| -> Vec<Route> {
            all_of(role).map(|k| self.modules.iter().map(|m| k.min(m.replicas - 1)).collect()).collect()
        };
        match &schedule.deploy {
            hir::Deploy::Replica(named) => {
                let pick = |m: &ModulePlan| roles::deployed(named, m.role, m.replicas);
                Deploy::Routes(vec![self.modules.iter().map(pick).collect()])
            }
            hir::Deploy::Mean => {
                let replicated = schedule.replicas.keys();
                Deploy::Routes(self.cross(&replicated.map(|role| (*role, all_of(*role).collect())).collect()))
            }
            hir::Deploy::Best { role, split, by } => {
                let set = self.set(split, &LoopValues::new());
                Deploy::Best { candidates: all(*role), set, by: criterion(by.as_ref()) }
            }
            hir::Deploy::Last { role } => Deploy::Last { role: *role, candidates: all(*role) },
        }
    }
}

fn criterion(by: Option<&Ident>) -> Criterion {
    by.map_or(Criterion::Loss, |metric| Criterion::Metric(metric.node.clone()))
}

/// Inside a loop, `repeat 1 { … }` is what stands in it.
fn once(body: Vec<Stage>) -> Vec<Stage> {
    let stages = body.into_iter().map(|stage| match stage {
        Stage::Repeat { times: Some(1), body } => body,
        other => vec![other],
    });
    stages.flatten().collect()
}

/// The rule of a role: the phase's for the role, the phase's for all, then the pipeline's in the same order.
fn rule(settings: &[&hir::Settings; 2], role: Role) -> Rule {
    let optimizer = settings.iter().find_map(|s| s.optimizer_of.get(&role).or(s.optimizer.as_ref()));
    let rate = settings.iter().find_map(|s| s.rate_of.get(&role).or(s.rate.as_ref()));
    Rule { optimizer: optimizer.expect("the checker asks for an optimizer").clone(), rate: rate.cloned() }
}
