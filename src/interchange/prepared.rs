//! What is done to a sample before the network sees it, as far as other programs can do it, too: the last preparations of a
//! modality, for those before them may hang on files. Owns that choice, what missing values become and what a network is told of
//! them.

use super::{Builder, Given, Part, Value};
use crate::builtin::dataset::{Preparation, Redraws, Transform};
use crate::builtin::spelling::{Reduced, Spelling, Term, Test};
use crate::builtin::{Asked, Presence};
use crate::data::Standard;
use crate::graph::Graph;
use crate::hir::{Dataset, Modality};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The values of the graph's inputs, in order.
pub fn inputs(to: &mut Builder, data: &Dataset, graph: &Graph, standards: &BTreeMap<String, Standard>) -> Vec<Value> {
    let mut all = Inputs { data, standards, given: BTreeMap::new(), plans: BTreeMap::new() };
    let own: Vec<&str> = graph.inputs.iter().map(|input| input.name.as_str()).collect();
    for input in &graph.inputs {
        let modality = Asked::read(&input.name).map_or(input.name.clone(), |asked| asked.modality);
        all.give(to, &modality, Some(&input.axes));
    }
    // What nobody can tell by the values is given.
    for input in &graph.inputs {
        let Some(asked) = Asked::read(&input.name) else { continue };
        if !all.plans[&asked.modality].tells {
            all.add(to, &input.name, &input.axes);
        }
    }
    let prepared: BTreeMap<String, Value> = all
        .plans
        .keys()
        .cloned()
        .collect::<Vec<_>>()
        .into_iter()
        .map(|name| (name.clone(), all.value(to, &name)))
        .collect();
    let value = |name: &&str| match (prepared.get(*name), Asked::read(name)) {
        (Some(value), _) => *value,
        (None, Some(asked)) if all.plans[&asked.modality].tells => all.answer(to, &asked),
        (None, _) => all.given[*name],
    };
    own.iter().map(value).collect()
}

/// Which preparations of a modality go along.
struct Plan {
    axes: Vec<usize>,
    steps: Vec<Arc<dyn Preparation>>,
    /// Whether it is seen by its values where something is missing.
    tells: bool,
    /// Whether missing values become 0.
    settles: bool,
}

/// What a sample is prepared for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum What {
    Values,
    Presence,
}

struct Inputs<'d> {
    data: &'d Dataset,
    standards: &'d BTreeMap<String, Standard>,
    given: BTreeMap<String, Value>,
    plans: BTreeMap<String, Plan>,
}

/// Whether another program can do it to a sample.
fn is_said(preparation: &Arc<dyn Preparation>) -> bool {
    match preparation.transform() {
        Transform::Each(work) => {
            let mut scratch = Spelling::default();
            let x = scratch.input(0, &[1, 1]);
            work.redraws() == Redraws::Values || work.spell(&mut scratch, &x).is_some()
        }
        Transform::Standardize { .. } => true,
        Transform::Missing(marks) => !marks.is_of_files(),
        Transform::Drop(_) | Transform::Offsets => true,
    }
}

/// Whether it may leave steps of a sample missing.
fn is_marking(preparation: &Arc<dyn Preparation>) -> bool {
    match preparation.transform() {
        Transform::Missing(_) => true,
        Transform::Each(work) => work.pads(),
        Transform::Standardize { .. } | Transform::Drop(_) | Transform::Offsets => false,
    }
}

impl Inputs<'_> {
    fn add(&mut self, to: &mut Builder, name: &str, axes: &[usize]) {
        to.inputs.push(Given { name: name.into(), axes: axes.to_vec() });
        self.given.insert(name.into(), Value(to.inputs.len() - 1));
    }

    fn modality(&self, name: &str) -> Option<&Modality> {
        self.data.modalities.iter().find(|modality| modality.name == name)
    }

    /// Makes an input of a modality and of the masks that its preparations ask.
    fn give(&mut self, to: &mut Builder, name: &str, axes: Option<&[usize]>) {
        if self.plans.contains_key(name) {
            return;
        }
        let Some(modality) = self.modality(name) else {
            let axes = axes.unwrap_or_default();
            self.plans.insert(name.into(), Plan { axes: axes.to_vec(), steps: vec![], tells: true, settles: false });
            return self.add(to, name, axes);
        };
        let axes = modality.shape.concrete().unwrap_or_default();
        let all = modality.transforms.clone();
        let mut first = all.iter().rposition(|preparation| !is_said(preparation)).map_or(0, |last| last + 1);
        let tells = !all[..first].iter().any(is_marking);
        if !tells {
            // What is missing is known to what comes before alone.
            first = all.len();
        }
        let (before, steps) = all.split_at(first);
        if !before.is_empty() {
            let before: Vec<String> = before.iter().map(|preparation| preparation.written(&[])).collect();
            to.left_out.push(format!("`{name}` is given as it is after `{}`", before.join(" |> ")));
        }
        let asked = self.data.asked.iter().any(|asked| asked.modality == name);
        let settles = tells && (asked || steps.iter().any(is_marking));
        let plan = Plan { axes: axes.clone(), steps: steps.to_vec(), tells, settles };
        let masks: Vec<String> =
            steps.iter().filter_map(|preparation| preparation.transform().mask().map(String::from)).collect();
        self.plans.insert(name.into(), plan);
        self.add(to, name, &axes);
        masks.iter().for_each(|mask| self.give(to, mask, None));
    }

    /// A modality once it is prepared.
    fn value(&self, to: &mut Builder, name: &str) -> Value {
        let plan = &self.plans[name];
        let mut spelling = Spelling::default();
        let x = spelling.input(0, &plan.axes);
        let (mut reads, mut weights) = (vec![self.given[name]], vec![]);
        let made = self.prepare(to, name, (&mut spelling, x), (&mut reads, &mut weights), What::Values);
        let made = if plan.settles { settle(&mut spelling, &made) } else { made };
        to.add(Part {
            word: "prepare",
            module: None,
            reads,
            layer: Some(format!("standardize.{name}")),
            weights,
            spelling,
            made,
        })
    }

    /// Through all steps, what is missing marked still. To be asked for presence, padding by a mask is missing, too.
    fn prepare(
        &self,
        to: &mut Builder,
        name: &str,
        (spelling, x): (&mut Spelling, Term),
        (reads, weights): (&mut Vec<Value>, &mut Vec<String>),
        what: What,
    ) -> Term {
        let plan = &self.plans[name];
        let (mut x, mut marked) = (x, false);
        for step in &plan.steps {
            let transform = step.transform();
            let mask = transform.mask().map(|mask| {
                let (value, axes) = (self.value(to, mask), &self.plans[mask].axes);
                reads.push(value);
                let mask = spelling.input(reads.len() - 1, axes);
                steps_of(spelling, &mask, x.axes.len())
            });
            match transform {
                Transform::Each(work) if work.redraws() == Redraws::Values => {}
                Transform::Each(work) => {
                    let Some(after) = work.spell(spelling, &x) else { continue };
                    x = if marked { kept(spelling, &x, &after) } else { after };
                }
                Transform::Standardize { .. } if what == What::Presence => {
                    x = mask.iter().fold(x, |x, mask| void_unless(spelling, mask, &x));
                }
                Transform::Standardize { .. } => {
                    let Some(standard) = self.standards.get(name) else { continue };
                    let axes = [standard.means.len()];
                    let [mean, deviation] = crate::model::standard_names(name).map(|name| {
                        weights.push(name);
                        spelling.weight(weights.len() - 1, &axes)
                    });
                    let standardized = spelling.standardize(&x, &mean, &deviation);
                    x = match mask {
                        None => standardized,
                        Some(mask) => {
                            let zero = spelling.number(0.0);
                            spelling.choose(&mask, &standardized, &zero)
                        }
                    };
                }
                Transform::Missing(marks) => {
                    x = marks.spell(spelling, &x);
                    x = mask.iter().fold(x, |x, mask| void_unless(spelling, mask, &x));
                    marked = true;
                }
                Transform::Drop(_) | Transform::Offsets => {}
            }
        }
        x
    }

    /// What a network asks of a modality, by its values.
    fn answer(&self, to: &mut Builder, asked: &Asked) -> Value {
        let plan = &self.plans[&asked.modality];
        let mut spelling = Spelling::default();
        let x = spelling.input(0, &plan.axes);
        let (mut reads, mut weights) = (vec![self.given[&asked.modality]], vec![]);
        let x = self.prepare(to, &asked.modality, (&mut spelling, x), (&mut reads, &mut weights), What::Presence);
        let there = there(&mut spelling, &x);
        let made = match asked.presence {
            Presence::Steps => spelling.reshape(&there, &asked.axes(&plan.axes)),
            Presence::Sample => {
                let all: Vec<usize> = (0..there.axes.len()).collect();
                let any = spelling.reduce(Reduced::Max, &there, &all);
                spelling.reshape(&any, &[1])
            }
        };
        to.add(Part { word: "available", module: None, reads, layer: None, weights, spelling, made })
    }
}

/// 1 for every step (all numbers along the last axis, which stays with size 1) that has some number, else 0.
fn there(spelling: &mut Spelling, x: &Term) -> Term {
    let (void, one) = (spelling.test(Test::Void, x), spelling.number(1.0));
    let number = spelling.sub(&one, &void);
    match x.axes.len() {
        0 => number,
        rank => spelling.reduce(Reduced::Max, &number, &[rank - 1]),
    }
}

/// A mask of one number a sample or a step, to be held beside values of so many axes.
fn steps_of(spelling: &mut Spelling, mask: &Term, rank: usize) -> Term {
    let missing = rank.saturating_sub(mask.axes.len());
    spelling.reshape(mask, &[&mask.axes[..], &vec![1; missing]].concat())
}

fn void_unless(spelling: &mut Spelling, mask: &Term, x: &Term) -> Term {
    let void = spelling.number(f32::NAN);
    spelling.choose(mask, x, &void)
}

/// What is missing stays so.
fn kept(spelling: &mut Spelling, before: &Term, after: &Term) -> Term {
    let there = there(spelling, before);
    spelling.choose(&there, after, before)
}

/// What is missing becomes 0.
fn settle(spelling: &mut Spelling, x: &Term) -> Term {
    let (there, zero) = (there(spelling, x), spelling.number(0.0));
    spelling.choose(&there, x, &zero)
}
