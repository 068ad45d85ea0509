//! Experiments: a grid of arguments, one checked pipeline an arm, and the tables drawn from them.

use super::Checker;
use super::names::ItemId;
use super::pipeline::{self, unknown_of};
use super::value::{Bound, Val};
use crate::builtin::Value;
use crate::diagnostic::{Diagnostic, Label};
use crate::hir;
use crate::span::{Ident, Span};
use crate::syntax::ast::{Experiment, ExperimentStmt, Expr, ExprNode, Table};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// Arms of one experiment.
const MAX_ARMS: usize = 10_000;
const MAX_SEEDS: i64 = 100_000;

/// An experiment with its parameters bound.
pub fn check(cx: &Checker<'_>, id: ItemId, experiment: &Experiment, vars: &Bound) -> Option<hir::Experiment> {
    let before = cx.count();
    let walk = Walk { cx, file: id.file, vars, experiment };
    let axes = walk.axes();
    let (seeds, seeds_span) = walk.seeds();
    let arms = walk.arms(&axes);
    let axes: Vec<hir::Axis> = axes.into_iter().map(|a| a.axis).collect();
    let measures = walk.measures(&arms);
    let tables = walk.tables(&axes, &measures);
    let compare = walk.compare(&axes);
    let name = experiment.header.name.clone();
    cx.sound_since(before).then_some(hir::Experiment {
        name: name.node,
        span: name.span,
        allow: experiment.header.allowed(),
        axes,
        seeds,
        seeds_span,
        arms,
        tables,
        compare,
    })
}

struct Walk<'a> {
    cx: &'a Checker<'a>,
    file: usize,
    vars: &'a Bound,
    experiment: &'a Experiment,
}

struct Varied {
    axis: hir::Axis,
    values: Vec<Val>,
}

impl<'a> Walk<'a> {
    fn eval(&self, expr: &Expr, vars: Bound) -> Val {
        self.cx.known(self.file, vars, expr)
    }

    fn axes(&self) -> Vec<Varied> {
        let mut axes: Vec<Varied> = vec![];
        for stmt in &self.experiment.body {
            let ExperimentStmt::Vary { name, values, .. } = stmt else { continue };
            if let Some(first) = axes.iter().find(|a| a.axis.name == name.node) {
                self.cx.report(
                    Diagnostic::error("declared-twice", format!("`{}` is varied twice", name.node))
                        .label(name.span, "again here")
                        .label(first.axis.span, "first here"),
                );
                continue;
            }
            axes.push(self.axis(name, values));
        }
        axes
    }

    /// An axis; one of wrong values stands there, too, so that its name is known.
    fn axis(&self, name: &Ident, values: &Expr) -> Varied {
        self.varied(name, values).unwrap_or_else(|| Varied {
            axis: hir::Axis { name: name.node.clone(), values: vec!["?".into(); 2], span: name.span },
            values: vec![Val::Poison; 2],
        })
    }

    fn varied(&self, name: &Ident, values: &Expr) -> Option<Varied> {
        let val = self.cx.eval(self.file, self.vars.clone(), values);
        let items = match val {
            Val::List(items) if !items.is_empty() => items,
            Val::Poison => return None,
            other => {
                self.cx.report(
                    Diagnostic::error(
                        "wrong-type",
                        format!("`{}` varies over a list with at least one value", name.node),
                    )
                    .label(values.span, if matches!(other, Val::List(_)) { "an empty list" } else { other.noun() })
                    .help("write `vary method in [EndToEnd, Mhm(heads: 4)]`"),
                );
                return None;
            }
        };
        let mut made =
            Varied { axis: hir::Axis { name: name.node.clone(), values: vec![], span: name.span }, values: vec![] };
        for item in items {
            let text = self.cx.program.sources.text(item.span).split_whitespace().collect::<Vec<_>>().join(" ");
            if made.axis.values.contains(&text) {
                self.cx.report(
                    Diagnostic::error("declared-twice", format!("`{text}` is in the list twice"))
                        .label(item.span, "again here"),
                );
                continue;
            }
            made.values.push(self.cx.settle(item.val));
            made.axis.values.push(text);
        }
        Some(made)
    }

    fn seeds(&self) -> (Vec<u64>, Span) {
        let found: Vec<(&Expr, Span)> = self
            .experiment
            .body
            .iter()
            .filter_map(|s| if let ExperimentStmt::Seeds { value, span } = s { Some((value, *span)) } else { None })
            .collect();
        let name_span = self.experiment.header.name.span;
        let Some((expr, span)) = found.first().copied() else { return (vec![0], name_span) };
        if let Some((_, again)) = found.get(1) {
            self.cx.report(
                Diagnostic::error("declared-twice", "seeds are declared twice")
                    .label(*again, "again here")
                    .label(span, "first here"),
            );
        }
        match self.eval(expr, self.vars.clone()) {
            Val::Plain(Value::Int(n)) if (1..=MAX_SEEDS).contains(&n) => ((0..n as u64).collect(), span),
            Val::List(items) => {
                let seeds: Vec<u64> = items
                    .iter()
                    .filter_map(|i| if let Val::Plain(Value::Int(n)) = i.val { u64::try_from(n).ok() } else { None })
                    .collect();
                let (what, at) = if items.is_empty() {
                    ("there are none", expr.span)
                } else if let Some(wrong) = items.iter().find(|i| !matches!(i.val, Val::Plain(Value::Int(0..)))) {
                    ("not a whole number from 0", wrong.span)
                } else if let Some(i) = (1..seeds.len()).find(|&i| seeds[..i].contains(&seeds[i])) {
                    ("a second time", items[i].span)
                } else {
                    return (seeds, span);
                };
                self.cx.report(
                    Diagnostic::error("bad-seeds", "seeds must be different whole numbers from 0").label(at, what),
                );
                (seeds, span)
            }
            Val::Poison => (vec![0], span),
            other => {
                let found = if let Val::Plain(value) = &other { value.to_string() } else { other.noun().into() };
                self.cx.report(
                    Diagnostic::error(
                        "bad-seeds",
                        format!("seeds are a number from 1 to {MAX_SEEDS} or a list, this is {found}"),
                    )
                    .label(expr.span, found)
                    .help("`seeds 30` runs seeds 0 to 29; `seeds [7, 11]` runs those"),
                );
                (vec![0], span)
            }
        }
    }

    fn arms(&self, axes: &[Varied]) -> Vec<hir::Arm> {
        let runs: Vec<&Expr> = self
            .experiment
            .body
            .iter()
            .filter_map(|s| if let ExperimentStmt::Run { value, .. } = s { Some(value) } else { None })
            .collect();
        let name = &self.experiment.header.name;
        let [run] = runs.as_slice() else {
            self.cx.report(match runs.as_slice() {
                [] => Diagnostic::error("missing-statement", format!("experiment `{}` has no `run`", name.node))
                    .label(name.span, "runs nothing")
                    .help("add `run pipeline(argument)`"),
                [first, again, ..] => Diagnostic::error("declared-twice", "an experiment has one `run`")
                    .label(again.span, "again here")
                    .label(first.span, "first here")
                    .help("to run several pipelines, vary over them: `vary task in [moons, roll]`, then `run task(…)`"),
                [_] => return vec![],
            });
            return vec![];
        };
        let count = axes.iter().try_fold(1usize, |n, a| n.checked_mul(a.values.len())).unwrap_or(usize::MAX);
        if count > MAX_ARMS {
            self.cx.report(
                Diagnostic::error("too-large", format!("the grid has {count} arms; at most {MAX_ARMS} are run"))
                    .label(name.span, "vary less at a time"),
            );
            return vec![];
        }
        self.unused(axes, run);
        let mut arms = vec![];
        let mut found = vec![];
        for index in 0..count {
            let (before, at) = (self.cx.count(), place(axes, index));
            arms.extend(self.arm(axes, &at, run));
            found.push((before..self.cx.count(), at));
        }
        self.name_arms(axes, &found, run.span);
        arms
    }

    fn unused(&self, axes: &[Varied], run: &Expr) {
        let mut names = vec![];
        mentioned(run, &mut names);
        for axis in axes {
            if !names.contains(&axis.axis.name.as_str()) {
                self.cx.report(
                    Diagnostic::error(
                        "unused-axis",
                        format!("`{}` is varied, but `run` does not use it", axis.axis.name),
                    )
                    .label(axis.axis.span, "varied here")
                    .label(run.span, "all its arms would be the same")
                    .help(format!(
                        "pass it on, as in `run {0}({1}: {1})`, or leave `vary {1}` away",
                        callee(run),
                        axis.axis.name
                    )),
                );
            }
        }
    }

    fn arm(&self, axes: &[Varied], at: &[usize], run: &Expr) -> Option<hir::Arm> {
        let mut vars = self.vars.clone();
        for (axis, &i) in axes.iter().zip(at) {
            vars.insert(axis.axis.name.clone(), axis.values[i].clone());
        }
        match self.eval(run, vars) {
            Val::Item(item) => {
                pipeline::of(self.cx, &item, run.span).map(|pipeline| hir::Arm { at: at.to_vec(), pipeline })
            }
            Val::Poison => None,
            other => {
                self.cx.report(
                    Diagnostic::error("wrong-kind", format!("`run` takes a pipeline, this is {}", other.noun()))
                        .label(run.span, other.noun()),
                );
                None
            }
        }
    }

    /// Says of what was found in some arms, but not in all, in which.
    fn name_arms(&self, axes: &[Varied], found: &[(Range<usize>, Vec<usize>)], run: Span) {
        let mut diagnostics = self.cx.diagnostics.borrow_mut();
        let mut arms: BTreeMap<(Span, &'static str), usize> = BTreeMap::new();
        for (range, _) in found {
            let keys: BTreeSet<_> = diagnostics[range.clone()].iter().map(|d| (d.span(), d.code)).collect();
            keys.into_iter().for_each(|key| *arms.entry(key).or_default() += 1);
        }
        for (range, at) in found {
            let values = axes.iter().zip(at).map(|(a, i)| format!("{} = {}", a.axis.name, a.axis.values[*i]));
            let arm = values.collect::<Vec<_>>().join(", ");
            for diagnostic in &mut diagnostics[range.clone()] {
                if arms.get(&(diagnostic.span(), diagnostic.code)).is_some_and(|n| *n < found.len()) {
                    diagnostic.labels.push(Label { span: run, text: format!("in the arm {arm}") });
                }
            }
        }
    }

    /// What every arm measures.
    fn measures(&self, arms: &[hir::Arm]) -> Option<Vec<String>> {
        let first = arms.first()?;
        let mut common = measures_of(&first.pipeline);
        for arm in &arms[1..] {
            let these = measures_of(&arm.pipeline);
            common.retain(|m| these.contains(m));
        }
        Some(common)
    }

    fn tables(&self, axes: &[hir::Axis], measures: &Option<Vec<String>>) -> Vec<hir::Table> {
        self.experiment
            .body
            .iter()
            .filter_map(|s| {
                if let ExperimentStmt::Table(table) = s { Some(self.table(table, axes, measures)) } else { None }
            })
            .collect()
    }

    fn table(&self, table: &Table, axes: &[hir::Axis], measures: &Option<Vec<String>>) -> hir::Table {
        if let Some(known) = measures {
            for measure in &table.measures {
                if !known.contains(&measure.node) {
                    self.cx.report(unknown_of("measure", &measure.node, measure.span, known));
                }
            }
        }
        let mut seen: Vec<&Ident> = vec![];
        for name in table.rows.iter().chain(&table.columns).chain(&table.cells) {
            self.known_axis(name, axes);
            if let Some(first) = seen.iter().find(|n| n.node == name.node) {
                self.cx.report(
                    Diagnostic::error("declared-twice", format!("`{}` is in the table twice", name.node))
                        .label(name.span, "again here")
                        .label(first.span, "first here"),
                );
            }
            seen.push(name);
        }
        let names = |idents: &[Ident]| idents.iter().map(|i| i.node.clone()).collect();
        hir::Table {
            measures: names(&table.measures),
            rows: names(&table.rows),
            columns: names(&table.columns),
            cells: names(&table.cells),
        }
    }

    fn known_axis(&self, name: &Ident, axes: &[hir::Axis]) {
        if axes.iter().all(|a| a.name != name.node) {
            let known: Vec<String> = axes.iter().map(|a| a.name.clone()).collect();
            self.cx.report(unknown_of("axis", &name.node, name.span, &known));
        }
    }

    fn compare(&self, axes: &[hir::Axis]) -> Vec<String> {
        let mut names = vec![];
        for stmt in &self.experiment.body {
            if let ExperimentStmt::Compare { name, .. } = stmt {
                self.known_axis(name, axes);
                if axes.iter().any(|a| a.name == name.node && a.values.len() < 2) {
                    self.cx.report(
                        Diagnostic::error("nothing-to-compare", format!("`{}` has one value", name.node))
                            .label(name.span, "compared with what?"),
                    );
                }
                names.push(name.node.clone());
            }
        }
        names
    }
}

/// `train_error`, `test_error`, …, `train_loss`, …, and `test_gap`, …: a split's first metric against the
/// training split's. `generalization_gap` is the paper's word for `test_gap`.
pub fn measures_of(pipeline: &hir::Pipeline) -> Vec<String> {
    let splits = pipeline.data.splits.iter().map(|s| s.name.as_str());
    let mut names: Vec<String> = splits
        .flat_map(|split| {
            let words = std::iter::once("loss").chain(pipeline.metrics.iter().map(|m| m.word));
            words.map(move |word| format!("{split}_{word}"))
        })
        .collect();
    if !pipeline.metrics.is_empty() {
        let others = pipeline.data.splits.iter().filter(|s| s.name != "train");
        names.extend(others.map(|s| format!("{}_gap", s.name)));
        if pipeline.data.splits.iter().any(|s| s.name == "test") {
            names.push("generalization_gap".into());
        }
    }
    names
}

/// The place of the arm of this number: an index of a value for every axis, the last one running fastest.
fn place(axes: &[Varied], number: usize) -> Vec<usize> {
    let mut at = vec![0; axes.len()];
    let mut rest = number;
    for (i, axis) in axes.iter().enumerate().rev() {
        at[i] = rest % axis.values.len();
        rest /= axis.values.len();
    }
    at
}

fn callee(run: &Expr) -> &str {
    match &run.node {
        ExprNode::Call(callee, _) => self::callee(callee),
        ExprNode::Name(name) => name,
        _ => "pipeline",
    }
}

fn mentioned<'e>(expr: &'e Expr, names: &mut Vec<&'e str>) {
    match &expr.node {
        ExprNode::Name(name) => names.push(name),
        ExprNode::Int(_) | ExprNode::Float(..) | ExprNode::Bool(_) | ExprNode::String(_) => {}
        ExprNode::List(items) | ExprNode::Tuple(items) => items.iter().for_each(|i| mentioned(i, names)),
        ExprNode::Call(callee, args) => {
            mentioned(callee, names);
            args.iter().for_each(|a| mentioned(&a.value, names));
        }
        ExprNode::Member(base, _) | ExprNode::Unary(_, base) => mentioned(base, names),
        ExprNode::Index(a, b) | ExprNode::Binary(_, a, b) | ExprNode::Pipe(a, b) => {
            mentioned(a, names);
            mentioned(b, names);
        }
    }
}
