//! The trials of searches: which arms each search is for, one checked pipeline for every trial of every arm, and what they are judged
//! by. Owns what is wrong with a search beside its arms.

use super::choose::{Choosing, written};
use super::measures::Measures;
use super::{ExperimentChecker, VariedAxis};
use crate::check::mentions::mentioned;
use crate::check::value::Bound;
use crate::diagnostic::{Diagnostic, Label};
use crate::hir::{self, Arm, Candidates, MeasureName, Pipeline, Proposed, Search, What, Words};
use crate::search::{Point, Sampler};
use crate::span::{Ident, Span};
use crate::split::{SplitName, held_out};
use crate::suggest::declared;
use crate::syntax::ast::{ExperimentStmt, Expr};
use std::collections::BTreeSet;

/// Trials of one experiment: each is a pipeline.
const MAX_CANDIDATES: usize = 10_000;

impl ExperimentChecker<'_> {
    /// All searches with their trials; arms are as the first trial has them from then on. `first`: what names stand for in that.
    pub(super) fn searches(
        &self,
        chosen: &[Choosing<'_>],
        axes: &[VariedAxis],
        arms: &mut [Arm],
        first: &Bound,
    ) -> Vec<Search> {
        let before = self.cx.count();
        let Some(first_search) = chosen.first() else { return vec![] };
        let places: usize = axes.iter().map(|axis| axis.axis.values.len()).product();
        if arms.len() != places {
            // An arm that is wrong has no trials.
            return vec![];
        }
        let of: Vec<Vec<usize>> = chosen.iter().map(|search| self.arms_of(search, axes, arms)).collect();
        self.claimed_once(chosen, &of, axes, arms);
        self.read_where_chosen(chosen, &of, axes, arms);
        let count: usize = chosen.iter().zip(&of).map(|(search, of)| search.count * of.len()).sum();
        if count > MAX_CANDIDATES {
            let message = format!("all arms together have {count} trials; at most {MAX_CANDIDATES} are made");
            let found = Diagnostic::value_error("too-large", message).label(first_search.stmt.span, "of every arm");
            self.cx.report(found.help("make fewer `trials`, or vary less at a time"));
        }
        if let Some(other) =
            chosen.iter().find(|other| by(other) != by(first_search) || other.seeds != first_search.seeds)
        {
            self.cx.report(
                Diagnostic::error("bad-search", "searches of one experiment choose by one measure, on the same seeds")
                    .label(other.stmt.span, "other ones")
                    .label(first_search.stmt.span, "these here")
                    .help("give all of them the same `by` and `seeds`"),
            );
        }
        let measures: Vec<Option<MeasureName>> =
            chosen.iter().zip(&of).map(|(search, of)| self.judged(search, of, arms)).collect();
        if !self.cx.sound_since(before) {
            return vec![];
        }
        let mut searches = vec![];
        for ((search, of), measure) in chosen.iter().zip(&of).zip(measures) {
            let Some(made) = measure.and_then(|measure| self.tried(search, of, measure, arms, first)) else {
                return vec![];
            };
            for Candidates { arm, pipelines, .. } in &made.arms {
                arms[*arm].pipeline = pipelines[0].clone();
            }
            searches.push(made);
        }
        searches
    }

    /// The arms that a search is for, by their places in the grid.
    fn arms_of(&self, search: &Choosing<'_>, axes: &[VariedAxis], arms: &[Arm]) -> Vec<usize> {
        if search.stmt.of.is_empty() {
            return (0..arms.len()).collect();
        }
        let mut found = BTreeSet::new();
        for label in &search.stmt.of {
            let place = |(i, axis): (usize, &VariedAxis)| {
                axis.axis.values.iter().position(|value| *value == label.node).map(|value| (i, value))
            };
            match axes.iter().enumerate().find_map(place) {
                Some((axis, value)) => found.extend((0..arms.len()).filter(|arm| arms[*arm].at[axis] == value)),
                None => self.cx.report(unknown_arm(label, axes)),
            }
        }
        found.into_iter().collect()
    }

    /// No arm is chosen for twice.
    fn claimed_once(&self, chosen: &[Choosing<'_>], of: &[Vec<usize>], axes: &[VariedAxis], arms: &[Arm]) {
        for (i, search) in chosen.iter().enumerate() {
            let earlier = (0..i).find_map(|before| Some((before, of[before].iter().find(|arm| of[i].contains(arm))?)));
            let Some((before, arm)) = earlier else { continue };
            let name = name_of(axes, &arms[*arm]);
            self.cx.report(
                Diagnostic::error("declared-twice", format!("there are two searches for {name}"))
                    .label(search.stmt.span, "again here")
                    .label(chosen[before].stmt.span, "first here")
                    .help("say which arms each is for: `choose lr in [1e-3, 1e-2] for MHM { … }`"),
            );
        }
    }

    /// A name is read by arms alone that it is chosen for.
    fn read_where_chosen(&self, chosen: &[Choosing<'_>], of: &[Vec<usize>], axes: &[VariedAxis], arms: &[Arm]) {
        let lacking = |arm: usize, expr: &Expr| {
            let mut names = BTreeSet::new();
            mentioned(expr, &mut names);
            let own = |search: usize| of[search].contains(&arm);
            let has =
                |name: &Ident| (0..chosen.len()).any(|s| own(s) && chosen[s].names().any(|own| own.node == name.node));
            let all = chosen.iter().flat_map(Choosing::names);
            all.into_iter().find(|name| names.contains(name.node.as_str()) && !has(name)).cloned()
        };
        let report = |name: &Ident, arm: &Arm, expr: &Expr| {
            let arm = name_of(axes, arm);
            self.cx.report(
                Diagnostic::error("bad-search", format!("`{}` is read for {arm}, and chosen for others", name.node))
                    .label(expr.span, "has no value there")
                    .label(name.span, "chosen here")
                    .help(format!(
                        "choose it for all arms, or read it in the values that it is chosen for: `vary method in [MHM: Mhm(heads: {})]`",
                        name.node
                    )),
            );
        };
        for stmt in &self.experiment.body {
            let ExperimentStmt::Run { value, .. } = stmt else { continue };
            if let Some((arm, name)) = (0..arms.len()).find_map(|arm| Some((arm, lacking(arm, value)?))) {
                report(&name, &arms[arm], value);
            }
        }
        for (axis, value, expr) in written(&self.experiment.body) {
            let Some(axis) = axes.iter().position(|own| own.axis.name == axis.node) else { continue };
            let has = |arm: &usize| arms[*arm].at[axis] == value;
            if let Some((arm, name)) = (0..arms.len()).filter(has).find_map(|arm| Some((arm, lacking(arm, expr)?))) {
                report(&name, &arms[arm], expr);
            }
        }
    }

    /// What trials are judged by: a measure of one run, on a split that is neither trained on nor tested on.
    fn judged(&self, search: &Choosing<'_>, of: &[usize], arms: &[Arm]) -> Option<MeasureName> {
        let by = search.stmt.by.as_ref()?;
        let own: Vec<Arm> = of.iter().map(|arm| arms[*arm].clone()).collect();
        let first = own.first()?;
        if let Some(without) = own.iter().find(|arm| lacks_split(&by.node, &arm.pipeline)) {
            self.cx.report(self.no_split(by, &without.pipeline));
            return None;
        }
        let refused = |what: &str| {
            Diagnostic::error("bad-search", format!("`{}` {what}", by.node)).label(by.span, "chosen by this")
        };
        let own_split = "choose by a split of its own: `split validation = random(0.2)`, then `by validation_loss`";
        // With `cross` there is no such split in the data.
        if held_out(of_split(&by.node)) {
            self.cx.report(refused("would choose by samples that are kept for testing").help(own_split));
            return None;
        }
        let before = self.cx.count();
        self.measure(by, &Some(Measures { arms: &own, references: false }));
        if !self.cx.sound_since(before) {
            return None;
        }
        let measure = MeasureName::of(&by.node, &first.pipeline)?;
        let wrong = match &measure.what {
            _ if measure.split == SplitName::TRAIN => Some(
                refused("says how well a network knows its training samples, and nothing of others").help(own_split),
            ),
            What::Metric(_) | What::Loss => None,
            What::Worst { .. } => Some(
                refused("is not measured while candidates are tried")
                    .help("choose by the loss or a metric: `by validation_loss`"),
            ),
            What::Gap | What::Sensitivity | What::SensitivityHarnessed | What::Missing | What::Hitting => Some(
                refused("does not say how good one run is")
                    .help("choose by the loss or a metric: `by validation_loss`"),
            ),
        };
        match wrong {
            None => Some(measure),
            Some(wrong) => {
                self.cx.report(wrong);
                None
            }
        }
    }

    /// How to make a split to choose on.
    fn no_split(&self, by: &Ident, pipeline: &Pipeline) -> Diagnostic {
        let (data, split) = (&pipeline.data, of_split(&by.node));
        let found = Diagnostic::error("bad-search", format!("`{}` has no split `{split}` to choose on", data.name))
            .label(by.span, "chosen by this")
            .label(data.used_at, "on this data");
        let declare = format!("`split {split} = random(0.2)`, and `split train = rest` for what is left");
        found.help(match self.cx.program.is_library(data.span) {
            true => format!("declare a dataset as `mhm explain {}` shows it, with {declare}", data.name),
            false => format!("add {declare}"),
        })
    }

    /// Every trial of every arm; `None` where one is wrong, which is reported of the first.
    fn tried(
        &self,
        search: &Choosing<'_>,
        of: &[usize],
        measure: MeasureName,
        arms: &[Arm],
        first: &Bound,
    ) -> Option<Search> {
        let run = self.experiment.body.iter().find_map(|stmt| match stmt {
            ExperimentStmt::Run { value, .. } => Some(value),
            _ => None,
        })?;
        let mut candidates: Vec<Candidates> = of.iter().map(|&arm| self.untried(search, arm)).collect();
        let mut made: Vec<Vec<Option<Pipeline>>> = candidates.iter().map(|own| vec![None; own.points.len()]).collect();
        // What axes stand for at a point is read once for all arms that try it.
        let mut points: Vec<Point> = vec![];
        let probes = if search.sampler == Sampler::Tpe { search.probes() } else { vec![] };
        for point in candidates.iter().flat_map(|own| &own.points).chain(&probes) {
            if !points.contains(point) {
                points.push(point.clone());
            }
        }
        for point in &points {
            let mut vars = first.clone();
            vars.extend(search.at(point).map(|(name, _, val)| (name.node.clone(), val)));
            let checker = ExperimentChecker { vars: &vars, ..*self };
            let before = self.cx.count();
            let axes = checker.axes();
            for (own, made) in candidates.iter().zip(&mut made) {
                let place = own.points.iter().position(|own| own == point);
                if place.is_none() && !probes.contains(point) {
                    continue;
                }
                let pipeline = checker.pipeline(&axes, &arms[own.arm].at, run, "run");
                if let Some(place) = place {
                    made[place] = pipeline;
                }
            }
            if !self.cx.sound_since(before) {
                self.name_trial(search, point, before);
                return None;
            }
        }
        for (own, made) in candidates.iter_mut().zip(made) {
            own.pipelines = made.into_iter().collect::<Option<_>>()?;
        }
        let dimension = |(d, values): (&crate::syntax::ast::Dimension, &super::domain::Values)| hir::Dimension {
            name: d.name.node.clone(),
            domain: self.text(values.span),
            values: values.domain,
            listed: values.listed.iter().map(|(text, _)| text.clone()).collect(),
            span: d.name.span,
        };
        self.halves(search, &candidates)?;
        Some(Search {
            dimensions: search.stmt.dimensions.iter().zip(&search.values).map(dimension).collect(),
            sampler: search.sampler,
            count: search.count,
            halving: search.halving,
            seeds: search.seeds.clone(),
            by: search.stmt.by.as_ref().map(|by| by.node.clone()).unwrap_or_default(),
            measure,
            arms: candidates,
            span: search.stmt.span,
        })
    }

    /// With cross-validation every part has its own choice, and all of them start from the same other pipelines.
    pub(super) fn begun_alike(&self, searches: &[Search], crossed: Span) {
        for search in searches {
            let mut own =
                search.arms.iter().flat_map(|own| own.pipelines.iter().map(|other| (&own.pipelines[0], other)));
            if let Some((first, other)) = own.find(|(first, other)| begun(first) != begun(other)) {
                self.cx.report(
                    Diagnostic::error("bad-search", "trials of one arm start from different pipelines")
                        .label(search.span, format!("one starts {}", listed(&begun(other))))
                        .label(first.span, format!("the first starts {}", listed(&begun(first))))
                        .label(crossed, "goes round")
                        .help("with `cross` each part has its own choice: let all trials start alike, or leave `cross` away"),
                );
            }
        }
    }

    /// The points of an arm: those that are drawn, and those that were proposed for it behind them.
    fn untried(&self, search: &Choosing<'_>, arm: usize) -> Candidates {
        let is_own = |own: &&Proposed| {
            let fits = |point: &Point| point.len() == search.values.len() && search.has(point);
            let begins = own.points.starts_with(&search.points) && own.points.len() <= search.count;
            (own.search, own.arm) == (search.stmt.span, arm) && begins && own.points.iter().all(fits)
        };
        let proposed = self.cx.proposed.iter().filter(|_| search.sampler == Sampler::Tpe).find(is_own);
        let points = proposed.map_or_else(|| search.points.clone(), |own| own.points.clone());
        let words = |point: &Point| search.at(point).map(|(_, text, _)| text).collect();
        Candidates { arm, trials: points.iter().map(words).collect(), points, pipelines: vec![] }
    }

    /// Says in which trial something is wrong.
    fn name_trial(&self, search: &Choosing<'_>, point: &Point, before: usize) {
        let settings: Vec<String> = search.at(point).map(|(name, text, _)| format!("{} = {text}", name.node)).collect();
        let text = format!("tried with {}", settings.join(", "));
        let span = search.stmt.dimensions[0].name.span;
        for found in &mut self.cx.diagnostics.borrow_mut()[before..] {
            found.labels.push(Label { span, text: text.clone() });
        }
    }
}

fn by<'s>(search: &'s Choosing<'_>) -> Option<&'s str> {
    search.stmt.by.as_ref().map(|by| by.node.as_str())
}

fn name_of(axes: &[VariedAxis], arm: &Arm) -> String {
    let values: Vec<String> = axes.iter().zip(&arm.at).map(|(axis, i)| axis.axis.values[*i].clone()).collect();
    if values.is_empty() { "the one arm".into() } else { format!("`{}`", values.join(", ")) }
}

fn unknown_arm(label: &Ident, axes: &[VariedAxis]) -> Diagnostic {
    let known: Vec<&str> = axes.iter().flat_map(|axis| &axis.axis.values).map(String::as_str).collect();
    let found = Diagnostic::name_error("unknown-value", format!("no axis has a value `{}`", label.node))
        .label(label.span, "names no arms");
    match declared(&label.node, known.iter().copied()) {
        Some(near) => found.did_you_mean(label.span, near),
        None if known.is_empty() => found.help("nothing varies, so leave `for` away"),
        None => found.help(format!("there are: {}", known.join(", "))),
    }
}

/// What a pipeline starts from, and what that starts from: "`filter` from `pretrain`".
fn begun(pipeline: &Pipeline) -> Vec<String> {
    let of = |start: &hir::Start| {
        let own = format!("`{}` from `{}`", pipeline.network.module(start.module).name, start.pipeline.name);
        [vec![own], begun(&start.pipeline)].concat()
    };
    pipeline.starts.iter().flat_map(of).collect()
}

fn listed(begun: &[String]) -> String {
    if begun.is_empty() { "from nothing".into() } else { begun.join(", ") }
}

/// The split that a measure's name begins with.
fn of_split(measure: &str) -> &str {
    measure.split('_').next().unwrap_or_default()
}

/// Whether a measure has a name that only lacks its split.
fn lacks_split(measure: &str, pipeline: &Pipeline) -> bool {
    let split = of_split(measure);
    let is_there = pipeline.data.splits.iter().any(|own| own.name == split);
    !is_there
        && !held_out(split)
        && MeasureName::parse(measure, &Words { splits: vec![split], ..Words::of(pipeline) }).is_some()
}
