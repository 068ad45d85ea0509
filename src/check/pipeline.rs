//! Pipelines: everything a run needs, brought together and held against each other.

use super::Checker;
use super::args;
use super::names::ItemId;
use super::network::{self, Offer};
use super::value::{ArgVal, Bound, ItemRef, RowCall, Val};
use super::{data, schedule, settings};
use crate::builtin::{Kind, Value};
use crate::diagnostic::Diagnostic;
use crate::hir::{self, LossTerm, MetricUse, SplitExpr};
use crate::span::Span;
use crate::suggest::nearest;
use crate::syntax::ast::{BinaryOp, Expr, ExprNode, Item, Pipeline, PipelineStmt, SettingKind};

/// Samples a batch where a pipeline says nothing.
const DEFAULT_BATCH: usize = 32;

/// A pipeline with its parameters bound; `None` where it is wrong, or where a parameter is not known.
pub fn check(cx: &Checker<'_>, id: ItemId, pipeline: &Pipeline, vars: &Bound) -> Option<hir::Pipeline> {
    let before = cx.count();
    let walk = Walk { cx, file: id.file, vars, pipeline };
    let made = walk.run();
    made.filter(|_| cx.sound_since(before))
}

/// The pipeline an experiment's `run` names, with its arguments.
pub fn of(cx: &Checker<'_>, item: &ItemRef, span: Span) -> Option<hir::Pipeline> {
    match cx.program.item(item.id) {
        Item::Pipeline(pipeline) => {
            let vars = args::bind(cx, item.id, &item.args, item.span)?;
            let mut made = check(cx, item.id, pipeline, &vars)?;
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

struct Walk<'a> {
    cx: &'a Checker<'a>,
    file: usize,
    vars: &'a Bound,
    pipeline: &'a Pipeline,
}

impl<'a> Walk<'a> {
    fn run(&self) -> Option<hir::Pipeline> {
        self.complete();
        self.doubles();
        let data = self.data();
        let schedule = self.find(|s| if let PipelineStmt::Schedule { value, .. } = s { Some(value) } else { None });
        let schedule = schedule.and_then(|e| schedule::of(self.cx, &self.eval(e), e.span));
        let stmts =
            self.pipeline.body.iter().filter_map(|s| if let PipelineStmt::Setting(s) = s { Some(s) } else { None });
        let settings = settings::collect(self.cx, self.file, self.vars, stmts);
        let budget = self.budget();
        let mut data = data?;
        if let Some(schedule) = &schedule {
            self.splits(schedule, &data);
        }
        let network = self.network(&mut data);
        let loss_stmt = self.find(|s| if let PipelineStmt::Loss { value, .. } = s { Some(value) } else { None });
        let network = network?;
        let mut loss = vec![];
        if let Some(expr) = loss_stmt {
            self.loss(expr, 1.0, &network, &data, &mut loss);
        }
        let metrics = self.metrics(&network, &data);
        let (budget, budget_span) = budget?;
        let batch = settings.batch.unwrap_or(DEFAULT_BATCH);
        let name = self.pipeline.header.name.clone();
        Some(hir::Pipeline {
            name: name.node,
            span: name.span,
            allow: self.pipeline.header.allowed(),
            data,
            network,
            loss,
            metrics,
            schedule: schedule?,
            settings,
            batch,
            budget,
            budget_span,
        })
    }

    fn eval(&self, expr: &Expr) -> Val {
        self.cx.known(self.file, self.vars.clone(), expr)
    }

    fn find<T>(&self, pick: impl Fn(&'a PipelineStmt) -> Option<T>) -> Option<T> {
        self.pipeline.body.iter().find_map(pick)
    }

    /// Everything a run needs, named at once.
    fn complete(&self) {
        let body = &self.pipeline.body;
        let is = |pick: fn(&PipelineStmt) -> bool| body.iter().any(pick);
        let needed = [
            ("data", "data digits", is(|s| matches!(s, PipelineStmt::Data { .. }))),
            ("network", "network ToyIntermediate", is(|s| matches!(s, PipelineStmt::Network { .. }))),
            ("loss", "loss cross_entropy", is(|s| matches!(s, PipelineStmt::Loss { .. }))),
            (
                "optimizer",
                "optimizer adam(lr: 1e-3)",
                is(|s| matches!(s, PipelineStmt::Setting(s) if s.kind.node == SettingKind::Optimizer)),
            ),
            ("schedule", "schedule EndToEnd", is(|s| matches!(s, PipelineStmt::Schedule { .. }))),
            ("budget", "budget 100 epochs", is(|s| matches!(s, PipelineStmt::Budget { .. }))),
        ];
        let missing: Vec<_> = needed.iter().filter(|(.., there)| !there).collect();
        if missing.is_empty() {
            return;
        }
        let name = &self.pipeline.header.name;
        let words = listed(missing.iter().map(|(word, ..)| format!("no `{word}`")).collect());
        let lines = listed(missing.iter().map(|(_, line, _)| format!("`{line}`")).collect());
        self.cx.report(
            Diagnostic::error("missing-statement", format!("pipeline `{}` has {words}", name.node))
                .label(name.span, "incomplete")
                .help(format!("add {lines}")),
        );
    }

    fn doubles(&self) {
        let key = |s: &PipelineStmt| match s {
            PipelineStmt::Data { span, .. } => Some(("data", *span)),
            PipelineStmt::Modalities { span, .. } => Some(("modalities", *span)),
            PipelineStmt::Network { span, .. } => Some(("network", *span)),
            PipelineStmt::Loss { span, .. } => Some(("loss", *span)),
            PipelineStmt::Schedule { span, .. } => Some(("schedule", *span)),
            PipelineStmt::Budget { span, .. } => Some(("budget", *span)),
            PipelineStmt::Metrics { span, .. } => Some(("metrics", *span)),
            PipelineStmt::Setting(_) => None,
        };
        let keys: Vec<_> = self.pipeline.body.iter().filter_map(key).collect();
        for (i, (word, span)) in keys.iter().enumerate() {
            if let Some((_, first)) = keys[..i].iter().find(|(w, _)| w == word) {
                self.cx.report(
                    Diagnostic::error("declared-twice", format!("`{word}` is declared twice"))
                        .label(*span, "again here")
                        .label(*first, "first here"),
                );
            }
        }
    }

    fn budget(&self) -> Option<(hir::Amount, Span)> {
        let found =
            self.find(|s| if let PipelineStmt::Budget { amount, span } = s { Some((amount, *span)) } else { None });
        let (amount, span) = found?;
        Some((settings::amount(self.cx, self.file, self.vars, amount, "the budget")?, span))
    }

    fn data(&self) -> Option<hir::Dataset> {
        let value = self.find(|s| if let PipelineStmt::Data { value, .. } = s { Some(value) } else { None });
        let expr = value?;
        let mut dataset = match self.eval(expr) {
            Val::Item(item) => match self.cx.program.item(item.id) {
                Item::Dataset(dataset) => {
                    let vars = args::bind(self.cx, item.id, &item.args, item.span)?;
                    let before = self.cx.count();
                    let made = data::check(self.cx, item.id, dataset, &vars);
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
                self.cx.report(
                    Diagnostic::error("wrong-kind", format!("a dataset is needed here, this is {}", other.noun()))
                        .label(expr.span, other.noun()),
                );
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
                Diagnostic::error("wrong-type", "a list of modality names is needed")
                    .label(expr.span, "not a list of names")
                    .help("write `modalities [audio, video]` or `modalities all`"),
            );
            return false;
        };
        let known: Vec<String> = data.modalities.iter().map(|m| m.name.clone()).collect();
        for (word, span) in &words {
            if !known.contains(word) {
                self.cx.report(unknown_of("modality", word, *span, &known));
            }
        }
        data.modalities.retain(|m| words.iter().any(|(w, _)| *w == m.name));
        words.iter().all(|(word, _)| known.contains(word))
    }

    fn network(&self, data: &mut hir::Dataset) -> Option<hir::Network> {
        let value = self.find(|s| if let PipelineStmt::Network { value, .. } = s { Some(value) } else { None });
        let expr = value?;
        let item = match self.eval(expr) {
            Val::Item(item) => item,
            Val::Poison => return None,
            other => {
                self.cx.report(
                    Diagnostic::error("wrong-kind", format!("a network is needed here, this is {}", other.noun()))
                        .label(expr.span, other.noun()),
                );
                return None;
            }
        };
        let Item::Network(network) = self.cx.program.item(item.id) else {
            self.cx.report(args::wrong_item(self.cx.program.item(item.id), "network", expr.span));
            return None;
        };
        let vars = args::bind(self.cx, item.id, &item.args, item.span)?;
        let offers: Vec<Offer> = data
            .modalities
            .iter()
            .map(|m| Offer { name: m.name.clone(), shape: m.shape.clone(), span: m.span })
            .collect();
        let before = self.cx.count();
        let made = network::elaborate(self.cx, item.id, network, vars, Some(&offers), expr.span);
        self.cx.blame(before, expr.span);
        let mut made = made?;
        made.allow.extend(item.allow.iter().cloned());
        for modality in &mut data.modalities {
            modality.used = made.inputs.iter().any(|i| i.name == modality.name);
        }
        Some(made)
    }

    /// Splits a schedule names must be splits of the dataset.
    fn splits(&self, schedule: &hir::Schedule, data: &hir::Dataset) {
        let known: Vec<String> = data.splits.iter().map(|s| s.name.clone()).collect();
        let mut named = vec![];
        collect_splits(&schedule.steps, &mut named);
        if let hir::Deploy::Best { split, .. } = &schedule.deploy {
            names_of(split, schedule.deploy_span, &mut named);
        }
        for (name, span) in named {
            if !known.contains(&name) {
                self.cx.report(unknown_of("split", &name, span, &known));
            }
        }
    }

    /// A sum of losses with coefficients.
    fn loss(
        &self,
        expr: &Expr,
        coefficient: f64,
        network: &hir::Network,
        data: &hir::Dataset,
        terms: &mut Vec<LossTerm>,
    ) {
        match &expr.node {
            ExprNode::Binary(op @ (BinaryOp::Add | BinaryOp::Sub), left, right) => {
                self.loss(left, coefficient, network, data, terms);
                let sign = if *op == BinaryOp::Add { 1.0 } else { -1.0 };
                self.loss(right, sign * coefficient, network, data, terms);
            }
            ExprNode::Binary(BinaryOp::Mul, left, right) => match (self.number(left), self.number(right)) {
                (Some(x), None) => self.loss(right, coefficient * x, network, data, terms),
                (None, Some(x)) => self.loss(left, coefficient * x, network, data, terms),
                _ => self.cx.report(bad_loss(expr.span)),
            },
            ExprNode::Binary(BinaryOp::Div, left, right) => match self.number(right) {
                Some(x) if x != 0.0 => self.loss(left, coefficient / x, network, data, terms),
                _ => self.cx.report(bad_loss(expr.span)),
            },
            _ => terms.extend(self.term(expr, coefficient, network, data)),
        }
    }

    /// A number, without a word about what is none.
    fn number(&self, expr: &Expr) -> Option<f64> {
        match self.cx.eval(self.file, self.vars.clone(), expr) {
            Val::Plain(Value::Int(i)) => Some(i as f64),
            Val::Plain(Value::Float(x)) => Some(x),
            _ => None,
        }
    }

    fn term(&self, expr: &Expr, coefficient: f64, network: &hir::Network, data: &hir::Dataset) -> Option<LossTerm> {
        let (row, ends) = self.row(expr, "loss", network, data)?;
        let (builtin, loss) =
            args::decode(self.cx, &row, "loss", |kind| if let Kind::Loss(make) = kind { Some(*make) } else { None })?;
        let output = self.output(&ends, network, expr.span)?;
        let target = if loss.needs_target() { Some(self.target(&ends, data, expr.span)?) } else { ends.target };
        let shape = network.shape(network.outputs[output].node);
        if let Err(error) = loss.check(shape, target.map(|t| &data.targets[t].kind)) {
            self.cx.report(mismatch(
                "loss-mismatch",
                error,
                expr.span,
                &network.outputs[output],
                shape,
                target.map(|t| &data.targets[t]),
            ));
            return None;
        }
        Some(LossTerm { word: builtin.name, coefficient, loss, output, target, span: expr.span })
    }

    /// A builtin whose arguments may name outputs and targets: those are taken out.
    fn row(&self, expr: &Expr, noun: &str, network: &hir::Network, data: &hir::Dataset) -> Option<(RowCall, Ends)> {
        let (callee, given) = match &expr.node {
            ExprNode::Call(callee, given) => (callee.as_ref(), given.as_slice()),
            _ => (expr, [].as_slice()),
        };
        let row = match self.eval(callee) {
            Val::Row(row) => row,
            Val::Poison => return None,
            other => {
                self.cx.report(
                    Diagnostic::error("wrong-kind", format!("a {noun} is needed here, this is {}", other.noun()))
                        .label(callee.span, other.noun())
                        .help(format!("`mhm explain` lists every {noun}")),
                );
                return None;
            }
        };
        let mut call = RowCall { span: expr.span, ..RowCall::clone(&row) };
        let mut ends = Ends::default();
        for arg in given {
            let word = match &arg.value.node {
                ExprNode::Name(name) if arg.name.is_none() && !self.vars.contains_key(name) => Some(name.as_str()),
                _ => None,
            };
            let output = word.and_then(|w| network.outputs.iter().position(|o| o.name == w));
            let target = word.and_then(|w| {
                data.targets.iter().position(|t| t.name == w || (w == "target" && data.targets.len() == 1))
            });
            match (output, target, word) {
                (Some(output), _, _) if ends.output.is_none() => ends.output = Some(output),
                (_, Some(target), _) => ends.target = Some(target),
                (_, _, Some(word)) => {
                    let known: Vec<String> = network
                        .outputs
                        .iter()
                        .map(|o| o.name.clone())
                        .chain(data.targets.iter().map(|t| t.name.clone()))
                        .collect();
                    self.cx.report(unknown_of("output or target", word, arg.value.span, &known));
                    return None;
                }
                _ => {
                    let val = self.cx.eval(self.file, self.vars.clone(), &arg.value);
                    call.args.push(ArgVal { name: arg.name.clone(), val, span: arg.value.span });
                }
            }
        }
        Some((call, ends))
    }

    fn output(&self, ends: &Ends, network: &hir::Network, span: Span) -> Option<usize> {
        if let Some(output) = ends.output {
            return Some(output);
        }
        if network.outputs.len() == 1 {
            return Some(0);
        }
        let names: Vec<&str> = network.outputs.iter().map(|o| o.name.as_str()).collect();
        self.cx.report(
            Diagnostic::error(
                "which-output",
                format!("the network has {} outputs; of which one?", network.outputs.len()),
            )
            .label(span, "which output?")
            .help(format!(
                "name it first, as in `cross_entropy({})`; outputs are: {}",
                names[0],
                names.join(", ")
            )),
        );
        None
    }

    fn target(&self, ends: &Ends, data: &hir::Dataset, span: Span) -> Option<usize> {
        if let Some(target) = ends.target {
            return Some(target);
        }
        if data.targets.len() == 1 {
            return Some(0);
        }
        let names: Vec<&str> = data.targets.iter().map(|t| t.name.as_str()).collect();
        self.cx.report(match names.as_slice() {
            [] => Diagnostic::error("no-target", "the dataset has no target")
                .label(span, "needs one")
                .label(data.span, "declared without `target`")
                .help("add `target name: class(2) = …` to it"),
            _ => Diagnostic::error("which-target", format!("the dataset has {} targets; which one?", names.len()))
                .label(span, "which target?")
                .help(format!("name it after the output; targets are: {}", names.join(", "))),
        });
        None
    }

    fn metrics(&self, network: &hir::Network, data: &hir::Dataset) -> Vec<MetricUse> {
        let Some(values) =
            self.find(|s| if let PipelineStmt::Metrics { values, .. } = s { Some(values) } else { None })
        else {
            return vec![];
        };
        values.iter().filter_map(|expr| self.metric(expr, network, data)).collect()
    }

    fn metric(&self, expr: &Expr, network: &hir::Network, data: &hir::Dataset) -> Option<MetricUse> {
        let (row, ends) = self.row(expr, "metric", network, data)?;
        let (builtin, metric) =
            args::decode(
                self.cx,
                &row,
                "metric",
                |kind| if let Kind::Metric(make) = kind { Some(*make) } else { None },
            )?;
        let output = self.output(&ends, network, expr.span)?;
        let target = self.target(&ends, data, expr.span)?;
        let shape = network.shape(network.outputs[output].node);
        if let Err(error) = metric.check(shape, &data.targets[target].kind) {
            self.cx.report(mismatch(
                "metric-mismatch",
                error,
                expr.span,
                &network.outputs[output],
                shape,
                Some(&data.targets[target]),
            ));
            return None;
        }
        Some(MetricUse { word: builtin.name, metric, output, target, span: expr.span })
    }
}

/// The output and the target a loss or metric names.
#[derive(Default)]
struct Ends {
    output: Option<usize>,
    target: Option<usize>,
}

fn mismatch(
    code: &'static str,
    error: crate::builtin::ShapeError,
    span: Span,
    output: &hir::Output,
    shape: &crate::shape::Shape,
    target: Option<&hir::Target>,
) -> Diagnostic {
    let axes = shape.0.iter().map(|d| format!(", {d}")).collect::<String>();
    let mut diagnostic = Diagnostic::error(code, error.message)
        .label(span, "")
        .label(output.span, format!("`{}` is [batch{axes}]", output.name));
    if let Some(target) = target {
        diagnostic = diagnostic.label(target.span, format!("`{}` is {}", target.name, target.kind));
    }
    match error.help {
        Some(help) => diagnostic.help(help),
        None => diagnostic,
    }
}

/// "a", "a and b", "a, b and c".
fn listed(mut words: Vec<String>) -> String {
    match (words.pop(), words.is_empty()) {
        (Some(last), false) => format!("{} and {last}", words.join(", ")),
        (last, _) => last.unwrap_or_default(),
    }
}

fn bad_loss(span: Span) -> Diagnostic {
    Diagnostic::error("bad-loss", "a loss is a sum of losses, each with a number in front")
        .label(span, "not of that form")
        .help("for example `bce(base, label) + 1e-4 * l1(foreground)`")
}

pub fn unknown_of(noun: &str, name: &str, span: Span, known: &[String]) -> Diagnostic {
    let (code, plural) = match noun {
        "modality" => ("unknown-modality", "modalities"),
        "split" => ("unknown-split", "splits"),
        "axis" => ("unknown-axis", "axes of this experiment"),
        "measure" => ("unknown-measure", "measures"),
        _ => ("unknown-name", "outputs and targets"),
    };
    let diagnostic = Diagnostic::error(code, format!("there is no {noun} `{name}`")).label(span, "not found");
    match nearest(name, known.iter().map(String::as_str)) {
        Some(near) => diagnostic.help(format!("did you mean `{near}`?")).fix(span, near),
        None if known.is_empty() => diagnostic,
        None => diagnostic.help(format!("{plural} are: {}", known.join(", "))),
    }
}

fn collect_splits(steps: &[hir::Step], named: &mut Vec<(String, Span)>) {
    for step in steps {
        match step {
            hir::Step::Repeat { body, .. } | hir::Step::For { body, .. } => collect_splits(body, named),
            hir::Step::Phase(phase) => {
                names_of(&phase.on, phase.on_span, named);
                if let hir::Length::NoGain { split, .. } = &phase.length {
                    names_of(split, phase.span, named);
                }
            }
        }
    }
}

fn names_of(split: &SplitExpr, span: Span, named: &mut Vec<(String, Span)>) {
    match split {
        SplitExpr::Named(name) => named.push((name.clone(), span)),
        SplitExpr::All | SplitExpr::Fold(_) | SplitExpr::Except(_) => {}
        SplitExpr::Union(a, b) | SplitExpr::Difference(a, b) | SplitExpr::Intersection(a, b) => {
            names_of(a, span, named);
            names_of(b, span, named);
        }
    }
}
