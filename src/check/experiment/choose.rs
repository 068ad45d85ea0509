//! Searches as they are written: what is tried, how often, on which seeds, and what is chosen by. Owns what of that is wrong by itself;
//! the pipelines of trials are made in `candidates.rs`.

use super::domain::Values;
use super::{ExperimentChecker, VariedAxis};
use crate::check::mentions::mentioned;
use crate::check::value::{Bound, Val};
use crate::diagnostic::Diagnostic;
use crate::hir::{Cross, Halving};
use crate::search::{self, Coordinate, Domain, Point, Sampler};
use crate::seed::Seed;
use crate::span::{Ident, Span};
use crate::suggest::declared;
use crate::syntax::ast::{Choices, Choose, ExperimentStmt, Expr};
use std::collections::BTreeSet;

const MAX_TRIALS: usize = 1000;
const MAX_SEEDS: i64 = 1000;
/// Trials that a message asks for.
const SOME: u64 = 24;

/// A search that is sound by itself.
pub(super) struct Choosing<'e> {
    pub stmt: &'e Choose,
    pub values: Vec<Values>,
    /// Those that are drawn.
    pub points: Vec<Point>,
    pub sampler: Sampler,
    /// Trials of every arm.
    pub count: usize,
    /// Of the runs that choose.
    pub seeds: Vec<u64>,
    pub halving: Option<Halving>,
}

impl Choosing<'_> {
    pub fn names(&self) -> impl Iterator<Item = &Ident> {
        self.stmt.dimensions.iter().map(|dimension| &dimension.name)
    }

    /// Whether each coordinate is a value of its dimension.
    pub fn has(&self, point: &Point) -> bool {
        self.values.iter().zip(point).all(|(values, coordinate)| values.domain.has(*coordinate))
    }

    /// The first trial with each of its settings at the ends: what is wrong there is found before a trial is proposed.
    pub fn probes(&self) -> Vec<Point> {
        let first = &self.points[0];
        let at = |d: usize, end: Coordinate| [&first[..d], &[end], &first[d + 1..]].concat();
        let of =
            |(d, values): (usize, &Values)| values.domain.ends().into_iter().map(|end| at(d, end)).collect::<Vec<_>>();
        self.values.iter().enumerate().flat_map(of).collect()
    }

    /// What each name stands for at a point: its text, and its value.
    pub fn at(&self, point: &Point) -> impl Iterator<Item = (&Ident, String, Val)> {
        let pairs = self.names().zip(&self.values).zip(point);
        pairs.map(|((name, values), coordinate)| {
            let (text, val) = values.at(*coordinate);
            (name, text, val)
        })
    }
}

impl<'a> ExperimentChecker<'a> {
    fn chooses(&self) -> impl Iterator<Item = &'a Choose> + use<'a> {
        let body: &'a [ExperimentStmt] = &self.experiment.body;
        body.iter().filter_map(|stmt| if let ExperimentStmt::Choose(choose) = stmt { Some(&**choose) } else { None })
    }

    /// Every search that is sound.
    pub(super) fn choices(&self) -> Vec<Choosing<'a>> {
        self.chooses().filter_map(|stmt| self.choosing(stmt)).collect()
    }

    /// All names, those that are chosen as the first trial of the first search that has them gives them.
    pub(super) fn first_trial(&self, chosen: &[Choosing<'_>]) -> Bound {
        let mut first = self.vars.clone();
        // What is wrong with a search was said.
        let all = self.chooses().flat_map(|stmt| &stmt.dimensions);
        first.extend(all.map(|dimension| (dimension.name.node.clone(), Val::Poison)));
        for search in chosen.iter().rev() {
            first.extend(search.at(&search.points[0]).map(|(name, _, val)| (name.node.clone(), val)));
        }
        first
    }

    fn choosing(&self, stmt: &'a Choose) -> Option<Choosing<'a>> {
        for (i, dimension) in stmt.dimensions.iter().enumerate() {
            if let Some(first) = stmt.dimensions[..i].iter().find(|first| first.name.node == dimension.name.node) {
                self.cx.report(
                    Diagnostic::error("declared-twice", format!("`{}` is chosen twice", dimension.name.node))
                        .label(dimension.name.span, "again here")
                        .label(first.name.span, "first here"),
                );
                return None;
            }
        }
        let values: Vec<Option<Values>> = stmt.dimensions.iter().map(|d| self.values(d)).collect();
        let seeds = self.tuning_seeds(stmt);
        if stmt.by.is_none() {
            let found = Diagnostic::error("missing-statement", "this search does not say what it chooses by");
            self.cx.report(
                found.label(stmt.span, "no `by`").help("add a measure of a split that chooses: `by validation_loss`"),
            );
        }
        let halving = match &stmt.halving {
            Some(halving) => Some(self.halving(halving)?),
            None => None,
        };
        let values = values.into_iter().collect::<Option<Vec<_>>>()?;
        let (sampler, points) = self.points(stmt, &values, seeds.first().copied().unwrap_or_default())?;
        if let (Sampler::Tpe, Some(written)) = (sampler, &stmt.halving) {
            self.cx.report(
                Diagnostic::error("bad-search", "`sampler tpe` and `halving` are not for one search")
                    .label(written.factor.span, "trials that halt say little of where to try next")
                    .label(stmt.span, "tries by what trials come to")
                    .help("leave one of them away"),
            );
            return None;
        }
        let trials = stmt.trials.as_ref().and_then(|trials| self.trial_count(trials));
        let count = trials.unwrap_or(points.len());
        Some(Choosing { stmt, values, points, sampler, count, seeds, halving })
    }

    /// How points are found, and all of them.
    fn points(&self, stmt: &Choose, values: &[Values], seed: u64) -> Option<(Sampler, Vec<Point>)> {
        let trials = stmt.trials.as_ref().map(|trials| self.trial_count(trials));
        let sampler = match &stmt.sampler {
            Some(named) => self.sampler(named)?,
            None if stmt.trials.is_some() => Sampler::Random,
            None => Sampler::Grid,
        };
        let space: Vec<search::Dimension> =
            stmt.dimensions.iter().zip(values).map(|(d, values)| (d.name.node.clone(), values.domain)).collect();
        let size = search::size(&space);
        let endless =
            values.iter().zip(&stmt.dimensions).find(|(values, _)| matches!(values.domain, Domain::Real { .. }));
        let size_place = stmt.trials.as_ref().map_or(stmt.span, |trials| trials.span);
        let refuse = |found: Diagnostic| {
            self.cx.report(found);
            None
        };
        match (sampler, endless, trials) {
            (_, _, Some(None)) => None,
            (Sampler::Grid, Some((values, dimension)), _) => {
                let name = &dimension.name.node;
                let found = Diagnostic::error(
                    "bad-search",
                    format!("a grid tries every value, and `{name}` has no end of them"),
                );
                let help = format!(
                    "list what is tried, `{name} in [1e-3, 1e-2]`, or say how many points are drawn: `trials 24`"
                );
                refuse(found.label(values.span, "numbers").help(help))
            }
            (Sampler::Grid, None, trials) => {
                let size = size.unwrap_or(0);
                if size > MAX_TRIALS as u64 {
                    let message = format!("this search has {size} trials; at most {MAX_TRIALS} are made");
                    return refuse(
                        Diagnostic::value_error("too-large", message)
                            .label(size_place, "of every arm")
                            .help("say how many points are drawn: `trials 24`"),
                    );
                }
                match trials.flatten().filter(|trials| *trials as u64 != size) {
                    Some(trials) => refuse(
                        Diagnostic::error(
                            "bad-search",
                            format!("`trials` is {trials}, and this grid has {size} points"),
                        )
                        .label(size_place, "not all of them")
                        .help("leave `trials` away, or draw points: `sampler random`"),
                    ),
                    None => Some((sampler, search::grid(&space, MAX_TRIALS))),
                }
            }
            (Sampler::Random | Sampler::Sobol | Sampler::Tpe, _, None) => {
                let found = Diagnostic::error(
                    "missing-statement",
                    format!("a search with `sampler {sampler}` says how many `trials` it makes"),
                );
                let some = size.map_or(SOME, |size| size.min(SOME));
                refuse(found.label(stmt.span, "how many?").help(format!("add `trials {some}`")))
            }
            (Sampler::Sobol, _, _) if space.len() > search::SOBOL_DIMENSIONS => {
                let message = format!(
                    "`sobol` has points of at most {} settings, these are {}",
                    search::SOBOL_DIMENSIONS,
                    space.len()
                );
                let found = Diagnostic::value_error("too-large", message).label(stmt.span, "too many");
                refuse(found.help("choose fewer at a time, or draw with `sampler random`"))
            }
            (Sampler::Random | Sampler::Sobol | Sampler::Tpe, _, Some(Some(trials))) => {
                if let Some(size) = size.filter(|size| *size < trials as u64) {
                    let message = format!("`trials` is {trials}, and there are {size} different ones");
                    return refuse(
                        Diagnostic::error("bad-search", message)
                            .label(size_place, "more than there are")
                            .help("leave `trials` away to try all"),
                    );
                }
                let points = match sampler {
                    Sampler::Sobol => search::sobol(&space, Seed(seed), trials),
                    // The others are proposed when these are over.
                    Sampler::Tpe => search::random(&space, Seed(seed), trials.min(search::TPE_FIRST)),
                    Sampler::Grid | Sampler::Random => search::random(&space, Seed(seed), trials),
                };
                Some((sampler, points))
            }
        }
    }

    fn trial_count(&self, expr: &Expr) -> Option<usize> {
        let wanted = format!("a search makes 1 to {MAX_TRIALS} trials");
        self.whole(expr, 1..=MAX_TRIALS as i64, &wanted, "write `trials 24`").map(|n| n as usize)
    }

    fn sampler(&self, named: &Ident) -> Option<Sampler> {
        let found = Sampler::ALL.into_iter().find(|sampler| sampler.name() == named.node);
        if found.is_none() {
            let names = Sampler::ALL.map(Sampler::name);
            let found = Diagnostic::name_error("unknown-value", format!("there is no sampler `{}`", named.node))
                .label(named.span, "not known");
            self.cx.report(match declared(&named.node, names) {
                Some(near) => found.did_you_mean(named.span, near),
                None => found.help(format!("there are: {}", names.join(", "))),
            });
        }
        found
    }

    /// Seeds that no run has that is shown.
    fn tuning_seeds(&self, stmt: &Choose) -> Vec<u64> {
        let Some((expr, _)) = &stmt.seeds else { return vec![search::tuning(0)] };
        let numbers = self.numbers(expr, MAX_SEEDS, "`seeds 2` trains every trial twice, on seeds of its own");
        if numbers.iter().any(|number| *number >= search::TUNING_NUMBERS) {
            let message = format!("seeds that choose are numbers below {}", search::TUNING_NUMBERS);
            self.cx.report(Diagnostic::value_error("out-of-range", message).label(expr.span, "one of them is not"));
        }
        numbers.into_iter().map(search::tuning).collect()
    }

    /// Names that are chosen are those of nothing else, and read where an arm is made.
    pub(super) fn apart(&self, chosen: &[Choosing<'_>], axes: &[VariedAxis]) {
        let read = self.read();
        for search in chosen {
            for name in search.names() {
                if let Some(axis) = axes.iter().find(|axis| axis.names().any(|axis| *axis == name.node)) {
                    self.cx.report(
                        Diagnostic::error("declared-twice", format!("`{}` is chosen and varied", name.node))
                            .label(name.span, "chosen here")
                            .label(axis.axis.span, "varied here")
                            .help("what is varied is run at each of its values, what is chosen at the best: leave one of them away"),
                    );
                } else if !read.contains(name.node.as_str()) {
                    self.cx.report(
                        Diagnostic::error(
                            "unused-axis",
                            format!("`{}` is chosen, and nothing that is run reads it", name.node),
                        )
                        .label(name.span, "chosen here")
                        .help(format!(
                            "give it to the pipeline, `run …({0}: {0})`, or to a value of `vary`: `Mhm(heads: {0})`",
                            name.node
                        )),
                    );
                }
            }
        }
        for stmt in &self.experiment.body {
            let ExperimentStmt::Reference { name, value, .. } = stmt else { continue };
            let mut names = BTreeSet::new();
            mentioned(value, &mut names);
            let own = chosen.iter().flat_map(Choosing::names).find(|own| names.contains(own.node.as_str()));
            if let Some(own) = own {
                self.cx.report(
                    Diagnostic::error(
                        "bad-search",
                        format!("reference `{}` reads `{}`, which is chosen for arms", name.node, own.node),
                    )
                    .label(value.span, "run as it is written")
                    .label(own.span, "chosen here")
                    .help("give the reference a value of its own"),
                );
            }
        }
    }

    /// Trials of a part are on the samples of its round: their seeds name both.
    pub(super) fn of_rounds(&self, chosen: &[Choosing<'_>], (seeds, seeds_span): (&[u64], Span), cross: &Cross) {
        let apart = |word: &str, span: Span, label: &str, help: &str| {
            self.cx.report(
                Diagnostic::error("bad-search", format!("`{word}` and `cross` are not for one experiment"))
                    .label(span, label)
                    .label(cross.span, "goes round")
                    .help(help),
            );
        };
        if let Some(proposing) = chosen.iter().find(|search| search.sampler == Sampler::Tpe) {
            let help = "leave `cross` away, or draw with `sampler random`: all parts try the same";
            return apart("sampler tpe", proposing.stmt.span, "would try other settings in every part", help);
        }
        if let Some(halving) = chosen.iter().find_map(|search| search.stmt.halving.as_ref()) {
            let label = "other trials would go on in every part";
            return apart("halving", halving.factor.span, label, "leave one of them away");
        }
        let Some(first) = chosen.first().filter(|_| !cross.is_fixed()) else { return };
        let refuse = |most: u64, span: Span, label: &str| {
            let message = format!("with `choose` and `cross` such seeds are numbers below {most}");
            self.cx.report(Diagnostic::value_error("out-of-range", message).label(span, label));
        };
        if seeds.iter().any(|seed| *seed >= search::ROUNDS) {
            refuse(search::ROUNDS, seeds_span, "one of them is not");
        }
        let own = first.stmt.seeds.as_ref().map_or(first.stmt.span, |(expr, _)| expr.span);
        if first.seeds.iter().any(|seed| *seed >= search::tuning(search::NUMBERS_OF_A_ROUND)) {
            refuse(search::NUMBERS_OF_A_ROUND, own, "one of them is not");
        }
    }

    /// The names in what makes an arm: `run`, and values of `vary`.
    fn read(&self) -> BTreeSet<&str> {
        let mut names = BTreeSet::new();
        for stmt in &self.experiment.body {
            match stmt {
                ExperimentStmt::Run { value, .. } | ExperimentStmt::Vary { values: Choices::Of(value), .. } => {
                    mentioned(value, &mut names);
                }
                ExperimentStmt::Vary { values: Choices::Listed(choices, _), .. } => {
                    choices.iter().for_each(|choice| mentioned(&choice.value, &mut names));
                }
                ExperimentStmt::Choose(_)
                | ExperimentStmt::Seeds { .. }
                | ExperimentStmt::Cross { .. }
                | ExperimentStmt::Repeats { .. }
                | ExperimentStmt::Noise { .. }
                | ExperimentStmt::Reference { .. }
                | ExperimentStmt::Table(_)
                | ExperimentStmt::Figure(_)
                | ExperimentStmt::Compare { .. }
                | ExperimentStmt::Published { .. } => {}
            }
        }
        names
    }
}

/// Values of axes as they are written, where they are listed: by axis and place.
pub(super) fn written(stmts: &[ExperimentStmt]) -> impl Iterator<Item = (&Ident, usize, &Expr)> {
    let listed = stmts.iter().filter_map(|stmt| match stmt {
        ExperimentStmt::Vary { names, values: Choices::Listed(choices, _), .. } => Some((&names[0], choices)),
        _ => None,
    });
    listed.flat_map(|(axis, choices)| choices.iter().enumerate().map(move |(i, choice)| (axis, i, &choice.value)))
}
