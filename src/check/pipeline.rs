//! Pipelines: everything a run needs, brought together and held against each other.

mod detect;
mod loss;
mod metrics;
mod mixing;
mod optimizers;
mod parts;
mod splits;
mod start;
mod trained;

use super::checker::Checker;
use super::names::ItemId;
use super::network::{self, Offer};
use super::unknown::{Noun, unknown_of};
use super::value::{Bound, ItemRef, Val, Wanted};
use super::{args, data, schedule, settings};
use crate::builtin::{Asked, Value};
use crate::diagnostic::Diagnostic;
use crate::hir;
use crate::span::Span;
use crate::syntax::ast::{Expr, Item, ItemKind, Pipeline, PipelineStmt};
use std::cell::RefCell;
use std::collections::BTreeSet;

/// Samples a batch where a pipeline says nothing.
const DEFAULT_BATCH: usize = 32;

/// Numbers of all weights of all replicas: 32 GiB of them.
const MAX_WEIGHTS: i64 = 1 << 33;

/// A pipeline with its parameters bound; `None` where it is wrong, or where a parameter is not known.
pub fn check(cx: &Checker<'_>, id: ItemId, pipeline: &Pipeline, vars: &Bound) -> Option<hir::Pipeline> {
    let before = cx.count();
    let checker = PipelineChecker { cx, file: id.file, vars, pipeline, misfits: RefCell::default() };
    let made = checker.run();
    made.filter(|_| cx.sound_since(before))
}

/// The pipeline an experiment's `run` names, with its arguments.
pub fn of(cx: &Checker<'_>, item: &ItemRef, span: Span) -> Option<hir::Pipeline> {
    match cx.program.item(item.id) {
        Item::Pipeline(pipeline) => {
            let vars = args::bind(cx, item.id, &item.args, item.span)?;
            let before = cx.count();
            let made = check(cx, item.id, pipeline, &vars);
            cx.blame_arguments(before, item.id, &item.args);
            let mut made = made?;
            made.allow.extend(item.allow.iter().cloned());
            Some(made)
        }
        other => {
            cx.report(
                args::wrong_item(other, "pipeline", span)
                    .help("`run` takes a pipeline: dataset, network, loss, optimizer, schedule and budget together"),
            );
            None
        }
    }
}

/// What losses and metrics may name; `None` where it is wrong or hangs on a parameter.
#[derive(Clone, Copy)]
struct Scope<'a> {
    network: Option<&'a hir::Network>,
    data: Option<&'a hir::Dataset>,
    detections: &'a [hir::Detect],
}

struct PipelineChecker<'a> {
    cx: &'a Checker<'a>,
    file: usize,
    vars: &'a Bound,
    pipeline: &'a Pipeline,
    /// What the loss was found not to go with: metrics of the same are not wrong, too.
    misfits: RefCell<Vec<Misfit>>,
}

/// An output and a target that do not go together, or a target that is missing.
#[derive(Debug, PartialEq)]
enum Misfit {
    Pair(usize, usize),
    NoTarget,
}

impl<'a> PipelineChecker<'a> {
    fn run(&self) -> Option<hir::Pipeline> {
        self.complete();
        self.doubles();
        let mut data = self.data();
        let schedule = self.find(|s| if let PipelineStmt::Schedule { value, .. } = s { Some(value) } else { None });
        let schedule = schedule.and_then(|e| {
            let value = self.cx.wanting(Wanted::Item(ItemKind::Schedule), || self.eval(e));
            schedule::of(self.cx, &value, e.span)
        });
        let stmts =
            self.pipeline.body.iter().filter_map(|s| if let PipelineStmt::Setting(s) = s { Some(s) } else { None });
        let settings = settings::collect(self.cx, self.file, self.vars, stmts);
        let budget = self.budget();
        if let (Some(schedule), Some(data)) = (&schedule, &data) {
            self.splits(schedule, data);
            self.stratified(schedule, data);
            self.balanced(schedule, &settings, data);
        }
        let network = self.network(&mut data);
        let scope = Scope { network: network.as_ref(), data: data.as_ref(), detections: &[] };
        let loss = self.losses(scope);
        let detections = self.detections(scope);
        let metrics = self.metrics(Scope { detections: &detections, ..scope });
        let keep = self.kept(scope.data, &metrics);
        if let Some(hir::Schedule { deploy: hir::Deploy::Best { by, .. }, used_at, .. }) = &schedule {
            let before = self.cx.count();
            self.chooses_by(by.as_ref(), &metrics);
            self.cx.blame(before, *used_at);
        }
        let starts = network.as_ref().map(|network| self.starts(network)).unwrap_or_default();
        if let (Some(schedule), Some(network)) = (&schedule, &network) {
            self.trained(schedule, network);
            self.optimized(&schedule.steps, network);
            self.weighed(schedule, network);
            self.mixed(schedule, &settings, network, &loss);
        }
        let (budget, budget_span) = budget?;
        let (batch, draw) = (settings.batch.unwrap_or(DEFAULT_BATCH), settings.draw.clone());
        let name = self.pipeline.header.name.clone();
        Some(hir::Pipeline {
            name: name.node,
            span: name.span,
            allow: self.pipeline.header.allowed(),
            data: data?,
            network: network?,
            loss,
            detections,
            metrics,
            schedule: schedule?,
            settings,
            batch,
            draw,
            budget,
            halt: None,
            budget_span,
            starts,
            keep,
        })
    }

    fn eval(&self, expr: &Expr) -> Val {
        self.cx.known(self.file, self.vars.clone(), expr)
    }

    fn find<T>(&self, pick: impl Fn(&'a PipelineStmt) -> Option<T>) -> Option<T> {
        self.pipeline.body.iter().find_map(pick)
    }

    fn budget(&self) -> Option<(hir::Amount, Span)> {
        let found =
            self.find(|s| if let PipelineStmt::Budget { amount, span } = s { Some((amount, *span)) } else { None });
        let (amount, span) = found?;
        Some((settings::amount(self.cx, self.file, self.vars, amount, "the budget")?, span))
    }

    /// Whether all replicas together are of a size that can be trained.
    fn weighed(&self, schedule: &hir::Schedule, network: &hir::Network) {
        let of = |module: &hir::Module| {
            let each = module.weights.iter().filter_map(|w| w.spec.shape.elements().value());
            let replicas = schedule.replicas.get(&module.role).map_or(1, |r| r.count as i64);
            each.fold(0, i64::saturating_add).saturating_mul(replicas)
        };
        let all = network.modules.iter().map(of).fold(0, i64::saturating_add);
        if all > MAX_WEIGHTS {
            let message = format!(
                "network `{}` has {all} weights in all replicas; at most {MAX_WEIGHTS} are trained",
                network.name
            );
            self.cx.report(
                Diagnostic::value_error("too-large", message)
                    .label(self.pipeline.header.name.span, "in this pipeline")
                    .help("make it narrower, or use fewer replicas"),
            );
        }
    }

    fn data(&self) -> Option<hir::Dataset> {
        let value = self.find(|s| if let PipelineStmt::Data { value, .. } = s { Some(value) } else { None });
        let expr = value?;
        let mut dataset = match self.cx.wanting(Wanted::Item(ItemKind::Dataset), || self.eval(expr)) {
            Val::Item(item) => match self.cx.program.item(item.id) {
                Item::Dataset(dataset) => {
                    let vars = args::bind(self.cx, item.id, &item.args, item.span)?;
                    let before = self.cx.count();
                    let made = data::check(self.cx, item.id, dataset, &vars);
                    self.cx.blame_arguments(before, item.id, &item.args);
                    self.cx.blame(before, expr.span);
                    let made = made?;
                    let allow = [made.allow.as_slice(), &item.allow].concat();
                    hir::Dataset { used_at: item.span, allow, ..made }
                }
                other => {
                    self.cx.report(args::wrong_item(other, "dataset", expr.span));
                    return None;
                }
            },
            Val::Poison => return None,
            other => {
                self.cx.report(args::wrong_value(&other, "a dataset", expr.span));
                return None;
            }
        };
        self.select(&mut dataset).then_some(dataset)
    }

    /// `modalities [fou, mor]` keeps those, in the dataset's order. Whether all are known.
    fn select(&self, data: &mut hir::Dataset) -> bool {
        let Some(expr) = self.find(|s| if let PipelineStmt::Modalities { value, .. } = s { Some(value) } else { None })
        else {
            return true;
        };
        let val = self.cx.eval(self.file, self.vars.clone(), expr);
        let words: Option<Vec<(String, Span)>> = match &val {
            Val::Word(word) if word.text == "all" => return true,
            Val::Word(word) => Some(vec![(word.text.clone(), word.span)]),
            Val::List(items) => items
                .iter()
                .map(|i| match &i.val {
                    Val::Word(word) => Some((word.text.clone(), word.span)),
                    Val::Plain(Value::Text(text)) => Some((text.clone(), i.span)),
                    Val::Row(row) if row.args.is_empty() => Some((row.word.clone(), i.span)),
                    _ => None,
                })
                .collect(),
            Val::Poison => return false,
            _ => None,
        };
        let Some(words) = words.filter(|w| !w.is_empty()) else {
            self.cx.report(
                Diagnostic::type_error("wrong-type", "a list of modality names is needed")
                    .label(expr.span, "not a list of names")
                    .help("write `modalities [audio, video]` or `modalities all`"),
            );
            return false;
        };
        let known: Vec<String> = data.modalities.iter().map(|m| m.name.clone()).collect();
        for (i, (word, span)) in words.iter().enumerate() {
            if !known.contains(word) {
                self.cx.report(unknown_of(Noun::Modality, word, *span, &known));
            } else if let Some((_, first)) = words[..i].iter().find(|(before, _)| before == word) {
                self.cx.report(
                    Diagnostic::error("declared-twice", format!("`{word}` is in the list twice"))
                        .label(*span, "again here")
                        .label(*first, "first here")
                        .help("leave one of them away"),
                );
            }
        }
        data.modalities.iter_mut().for_each(|m| m.offered = words.iter().any(|(w, _)| *w == m.name));
        let selected = hir::Dataset {
            modalities: data.modalities.iter().filter(|m| m.offered).cloned().collect(),
            ..data.clone()
        };
        let masks = selected.masks();
        data.modalities.retain(|m| m.offered || masks.contains(&m.name) || m.decides());
        words.iter().all(|(word, _)| known.contains(word))
    }

    /// Of unknown modalities where the data is wrong or not known, so that what else is wrong shows at once.
    fn network(&self, data: &mut Option<hir::Dataset>) -> Option<hir::Network> {
        let value = self.find(|s| if let PipelineStmt::Network { value, .. } = s { Some(value) } else { None });
        let expr = value?;
        let item = match self.cx.wanting(Wanted::Item(ItemKind::Network), || self.eval(expr)) {
            Val::Item(item) => item,
            Val::Poison => return None,
            other => {
                self.cx.report(args::wrong_value(&other, "a network", expr.span));
                return None;
            }
        };
        let Item::Network(network) = self.cx.program.item(item.id) else {
            self.cx.report(args::wrong_item(self.cx.program.item(item.id), "network", expr.span));
            return None;
        };
        let vars = args::bind(self.cx, item.id, &item.args, item.span)?;
        let offer = |m: &hir::Modality| Offer { name: m.name.clone(), shape: m.shape.clone(), span: m.span };
        let offered = |data: &hir::Dataset| data.modalities.iter().filter(|m| m.offered).map(offer).collect();
        let offers: Option<Vec<Offer>> = data.as_ref().map(offered);
        let before = self.cx.count();
        let made = network::elaborate(self.cx, item.id, network, vars, offers.as_deref(), expr.span);
        self.cx.blame_arguments(before, item.id, &item.args);
        self.cx.blame(before, expr.span);
        let mut made = made?;
        made.allow.extend(item.allow.iter().cloned());
        if let Some(data) = data {
            let (masks, takes) = (data.masks(), made.takes());
            let read: BTreeSet<&str> = made.inputs.iter().map(|input| input.name.as_str()).collect();
            data.asked = made.inputs.iter().filter_map(|input| Asked::read(&input.name)).collect();
            for modality in &mut data.modalities {
                modality.used = read.contains(modality.name.as_str()) || masks.contains(&modality.name);
                modality.holds = takes.get(&modality.name).copied().unwrap_or_default();
            }
        }
        Some(made)
    }
}
