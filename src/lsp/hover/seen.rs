//! What the checker worked out of a text, by the places where it is written: shapes, weights, samples, steps.

use super::super::Analysis;
use super::super::names::What;
use crate::builtin::WeightKind;
use crate::cost::cost;
use crate::digits::count as grouped;
use crate::graph::lower;
use crate::hir::{Module, Network, Pipeline};
use crate::lint::cost::Run;
use crate::lint::sizes;
use crate::plan;
use crate::span::Span;
use crate::syntax::ast::{Expr, ExprNode};
use std::collections::{BTreeMap, BTreeSet};

/// Facts of one analysis.
pub struct Seen<'a> {
    networks: Vec<&'a Network>,
    pipelines: Vec<&'a Pipeline>,
    shapes: BTreeMap<Span, BTreeSet<String>>,
    runs: Vec<Run<'a>>,
}

/// What a phase comes to: in the turn and the pipeline in which it is the least, and the most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Course {
    pub samples: (usize, usize),
    /// Updates of one visit.
    pub steps: (u64, u64),
    /// Of the whole run, of all its folds.
    pub visits: Option<(u64, u64)>,
}

impl Course {
    /// `42 samples, 6 steps`, behind the phase.
    pub fn short(&self) -> String {
        let (samples, steps) =
            (between(self.samples.0 as u64, self.samples.1 as u64), between(self.steps.0, self.steps.1));
        format!("{samples} samples, {steps} steps")
    }
}

fn between(least: u64, most: u64) -> String {
    if least == most { grouped(least) } else { format!("{} to {}", grouped(least), grouped(most)) }
}

/// Arms that are looked at: a thousand of them differ in what they are given, not in what a reader wants to know.
const ARMS: usize = 24;

impl<'a> Seen<'a> {
    pub fn new(analysis: &'a Analysis) -> Self {
        let checked = &analysis.checked;
        let arms = checked.experiments.iter().flat_map(|e| e.arms.iter().take(ARMS).map(|arm| &arm.pipeline));
        let pipelines: Vec<&Pipeline> = checked.pipelines.iter().chain(arms).take(2 * ARMS).collect();
        let own: Vec<&Network> = checked.networks.iter().collect();
        let mut shapes: BTreeMap<Span, BTreeSet<String>> = BTreeMap::new();
        // Where a network is given its arguments its sizes are numbers.
        let given = pipelines.iter().map(|pipeline| &pipeline.network);
        for network in given.chain(own.iter().copied()) {
            if network.nodes.iter().any(|node| node.shape.concrete().is_none()) && !shapes.is_empty() {
                continue;
            }
            for node in &network.nodes {
                shapes.entry(node.span).or_default().insert(node.shape.to_string());
            }
            for output in &network.outputs {
                shapes.entry(output.span).or_default().insert(network.shape(output.node).to_string());
            }
            for input in &network.inputs {
                shapes.entry(input.span).or_default().insert(input.shape.to_string());
            }
        }
        let runs = pipelines.iter().filter_map(|pipeline| Run::new(pipeline)).collect();
        let networks = own.into_iter().chain(pipelines.iter().map(|pipeline| &pipeline.network)).collect();
        Self { networks, pipelines, shapes, runs }
    }

    /// The shape of what stands there; several where pipelines give it several sizes.
    pub fn shape(&self, span: Span) -> Option<String> {
        let shapes = self.shapes.get(&span)?;
        let mut few: Vec<&str> = shapes.iter().map(String::as_str).collect();
        few.sort_by_key(|shape| (shape.len(), *shape));
        few.truncate(3);
        let more = if shapes.len() > few.len() { " …" } else { "" };
        Some(few.join(" or ") + more)
    }

    /// The shape of a value: its own, or that of the module it is the result of.
    pub fn value(&self, value: &Expr) -> Option<String> {
        self.shape(value.span).or_else(|| {
            let ExprNode::Call(callee, _) = &value.node else { return None };
            let ExprNode::Name(name) = &callee.node else { return None };
            self.made(name)
        })
    }

    /// What a module makes.
    pub fn made(&self, name: &str) -> Option<String> {
        let mut shapes = BTreeSet::new();
        for network in &self.networks {
            for (i, module) in network.modules.iter().enumerate() {
                let last = network.nodes.iter().rev().find(|node| node.module.is_some_and(|id| id.0 == i));
                shapes.extend(last.filter(|_| is_called(module, name)).map(|node| node.shape.to_string()));
            }
        }
        (shapes.len() == 1).then(|| shapes.into_iter().next()).flatten()
    }

    pub fn phase(&self, span: Span) -> Option<Course> {
        let mut course: Option<Course> = None;
        for run in &self.runs {
            let sizes: Option<Vec<usize>> = run.samples.iter().copied().collect();
            let counted = run.training.zip(sizes).map(|(training, sizes)| plan::count(&run.plan, training, &sizes));
            let mut visits = None;
            for (i, phase) in run.plan.phases.iter().enumerate().filter(|(_, phase)| phase.span == span) {
                let Some(samples) = run.samples[i] else { continue };
                let steps = phase.steps(samples);
                visits = counted.as_ref().map(|counted| visits.unwrap_or(0) + counted.visits[i]);
                course = Some(match course {
                    None => Course { samples: (samples, samples), steps: (steps, steps), visits: None },
                    Some(c) => Course {
                        samples: (c.samples.0.min(samples), c.samples.1.max(samples)),
                        steps: (c.steps.0.min(steps), c.steps.1.max(steps)),
                        ..c
                    },
                });
            }
            if let (Some(course), Some(visits)) = (&mut course, visits) {
                let known = course.visits.unwrap_or((visits, visits));
                course.visits = Some((known.0.min(visits), known.1.max(visits)));
            }
        }
        course
    }

    /// What is known of an item by its name.
    pub fn item(&self, name: Span) -> Vec<String> {
        let mut lines = vec![];
        let weights: BTreeSet<u64> =
            self.networks.iter().filter(|n| n.span == name).filter_map(|n| total(&n.modules)).collect();
        if let (Some(least), Some(most)) = (weights.first(), weights.last()) {
            lines.push(format!("{} weights", between(*least, *most)));
        }
        for run in self.runs.iter().filter(|run| run.pipeline.span == name).take(1) {
            let sizes: Option<Vec<usize>> = run.samples.iter().copied().collect();
            lines.extend(run.training.zip(sizes).map(|(training, sizes)| {
                let end = plan::count(&run.plan, training, &sizes).position;
                format!("{} updates, {} samples seen", grouped(end.steps), grouped(end.samples))
            }));
        }
        lines
    }

    /// What is known of something that an item declares: the item by its name, and where that stands.
    pub fn inside(&self, item: Span, what: What, name: &str, declared: Span) -> Vec<String> {
        match what {
            What::Module => self.module(item, name),
            What::Phase => self.told(declared),
            What::Split => self.split(item, name).into_iter().collect(),
            What::Input | What::Modality => self.input(item, name).into_iter().collect(),
            What::Output => self.near(declared).into_iter().collect(),
            // The text of what is given to a value tells its shape, not its name.
            What::Value
            | What::Parameter
            | What::Variable
            | What::Target
            | What::Group
            | What::Detection
            | What::Metric
            | What::Axis
            | What::Setting
            | What::Label
            | What::Reference => vec![],
        }
    }

    /// Role, weights, and the phases that train it.
    fn module(&self, item: Span, name: &str) -> Vec<String> {
        let mut lines = vec![];
        let of = |network: &Network| -> Option<(String, u64)> {
            let own: Vec<&Module> = network.modules.iter().filter(|module| is_called(module, name)).collect();
            Some((own.first()?.role.name().to_string(), total(own)?))
        };
        let known: BTreeSet<(String, u64)> =
            self.networks.iter().filter(|network| network.span == item).filter_map(|network| of(network)).collect();
        for (role, weights) in known.iter().take(3) {
            lines.push(format!("`{role}`, {} weights", grouped(*weights)));
        }
        for pipeline in self.pipelines.iter().filter(|pipeline| pipeline.network.span == item).take(4) {
            let plan = plan::schedule(pipeline);
            let ids: Vec<usize> = (0..plan.modules.len()).filter(|i| is_named(&plan.modules[*i].name, name)).collect();
            let trains = |phase: &plan::Phase| phase.train.iter().any(|replica| ids.contains(&replica.module.0));
            let phases: BTreeSet<&str> =
                plan.phases.iter().filter(|phase| trains(phase)).map(|phase| base(&phase.name)).collect();
            let phases: Vec<String> = phases.into_iter().map(|phase| format!("`{phase}`")).collect();
            let by = format!("`{}`", pipeline.schedule.name);
            lines.push(match phases.len() {
                0 => format!("{by} never trains it"),
                1 => format!("{by} trains it in phase {}", phases[0]),
                _ => format!("{by} trains it in phases {}", phases.join(", ")),
            });
        }
        lines.dedup();
        lines
    }

    /// Of the phase whose name stands there.
    fn told(&self, declared: Span) -> Vec<String> {
        let Some(span) =
            self.runs.iter().flat_map(|run| &run.plan.phases).map(|p| p.span).find(|s| declared.within(*s))
        else {
            return vec![];
        };
        let mut lines = vec![];
        if let Some(course) = self.phase(span) {
            let visits = course.visits.map(|(least, most)| {
                format!(", {} visit{} in a run", between(least, most), if most == 1 { "" } else { "s" })
            });
            lines.push(format!("{} each time{}", course.short(), visits.unwrap_or_default()));
        }
        let run = self.runs.iter().find(|run| run.plan.phases.iter().any(|phase| phase.span == span));
        lines.extend(run.and_then(|run| share(run, span)));
        for (run, phase) in run.iter().filter_map(|run| Some((run, run.plan.phases.iter().find(|p| p.span == span)?))) {
            let trained: BTreeSet<usize> = phase.train.iter().map(|replica| replica.module.0).collect();
            let names = |learns: bool| {
                let own = run.plan.modules.iter().enumerate().filter(|(i, _)| trained.contains(i) == learns);
                own.map(|(_, module)| format!("`{}`", module.name)).collect::<Vec<_>>().join(", ")
            };
            let frozen = Some(names(false)).filter(|names| !names.is_empty()).unwrap_or_else(|| "nothing".into());
            lines.push(format!("trains {}; frozen: {frozen}", names(true)));
        }
        lines
    }

    fn split(&self, item: Span, name: &str) -> Option<String> {
        let mut of = self.pipelines.iter().map(|pipeline| &pipeline.data).filter(|data| data.span == item);
        let samples = of.find_map(|data| sizes::split(data, name))?;
        Some(format!("{} samples", grouped(samples as u64)))
    }

    fn input(&self, item: Span, name: &str) -> Option<String> {
        let networks = self.networks.iter().filter(|network| network.span == item).flat_map(|n| &n.inputs);
        let of_data = self.pipelines.iter().map(|pipeline| &pipeline.data).filter(|data| data.span == item);
        let of_data = of_data.flat_map(|data| &data.modalities).filter(|m| m.name == name).map(|m| m.shape.to_string());
        networks.filter(|input| input.name == name).map(|input| input.shape.to_string()).chain(of_data).next()
    }

    /// The shape of the statement that a name begins.
    fn near(&self, declared: Span) -> Option<String> {
        let outputs = self.networks.iter().flat_map(|network| network.outputs.iter().map(move |o| (network, o)));
        let mut own = outputs.filter(|(_, output)| declared.within(output.span));
        own.next().map(|(network, output)| network.shape(output.node).to_string())
    }
}

/// What a phase takes of the operations of a run.
fn share(run: &Run<'_>, span: Span) -> Option<String> {
    let sizes: Vec<usize> = run.samples.iter().copied().collect::<Option<_>>()?;
    let cost = cost(&run.plan, &lower(run.pipeline), &sizes, run.training?);
    let own = run.plan.phases.iter().zip(&cost.phases).filter(|(phase, _)| phase.span == span);
    let own: f64 = own.map(|(_, cost)| cost.flops_per_sample as f64 * cost.total_samples as f64).sum();
    (cost.flops > 0).then(|| format!("{:.0} % of the FLOPs of a run", 100.0 * own / cost.flops as f64))
}

/// Learned numbers of modules, where all sizes are known.
fn total<'m>(modules: impl IntoIterator<Item = &'m Module>) -> Option<u64> {
    let weights = modules.into_iter().flat_map(|module| &module.weights);
    let learned = weights.filter(|weight| weight.spec.kind == WeightKind::Learned);
    learned.map(|weight| u64::try_from(weight.spec.shape.elements().value()?).ok()).sum()
}

fn is_called(module: &Module, name: &str) -> bool {
    is_named(&module.name, name)
}

/// `embed.first` is `embed`, declared with `each`.
fn is_named(module: &str, name: &str) -> bool {
    base_of(module) == name
}

fn base_of(module: &str) -> &str {
    module.split('.').next().unwrap_or(module)
}

/// `head` of `head[2]`.
fn base(phase: &str) -> &str {
    phase.split('[').next().unwrap_or(phase)
}
