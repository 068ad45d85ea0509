//! The trials of all searches of an experiment as an experiment of their own, and the one that is left when they are over.

use super::{
    Arm, Axis, Candidates, Choices, Dimension, Experiment, Halt, Pipeline, Proposed, Rung, Scope, Search, Stage, Table,
    TrialPlace,
};
use crate::id::Part;
use crate::search::{Point, Sampler, search_of, tuning_of};

/// The axis of an experiment of trials.
pub const TRIAL: &str = "trial";

/// The trials of every arm of every search that were trained, or are to be: lists of their places, one a rung that is reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rungs(pub Vec<Vec<Vec<usize>>>);

impl Rungs {
    /// The first rung of all: every trial.
    pub fn first(experiment: &Experiment) -> Self {
        Self(experiment.candidates().map(|(_, own)| vec![(0..own.pipelines.len()).collect()]).collect())
    }

    /// The trials whose names are known, rung by rung.
    pub fn known(experiment: &Experiment, is_known: impl Fn(&str) -> bool) -> Self {
        let of = |(search, own): (&Search, &Candidates)| {
            let known = |rung: Rung| -> Vec<usize> {
                let name = |trial: &usize| experiment.trial_name(search, own, *trial, rung.halt);
                (0..own.pipelines.len()).filter(|trial| is_known(&name(trial))).collect()
            };
            let mut reached: Vec<Vec<usize>> = own.rungs(search).into_iter().map(known).collect();
            let count = reached.iter().rposition(|trials| !trials.is_empty()).map_or(0, |last| last + 1);
            reached.truncate(count);
            reached
        };
        Self(experiment.candidates().map(of).collect())
    }

    /// Whether every trial that is trained now is trained to the end.
    pub fn are_last(&self, experiment: &Experiment) -> bool {
        let all = experiment.candidates().map(|(search, own)| own.rungs(search).len());
        all.zip(&self.0).all(|(all, reached)| reached.len() >= all)
    }
}

impl Candidates {
    /// How long trials are trained: first all of them, last the best to the end.
    pub fn rungs(&self, search: &Search) -> Vec<Rung> {
        let all = self.pipelines.len();
        // As long as the shortest of them can be.
        let shortest = self.pipelines.iter().map(|pipeline| pipeline.budget).min_by(|a, b| a.count.total_cmp(&b.count));
        match search.halving.zip(shortest) {
            Some((halving, budget)) => halving.rungs(all, budget),
            None => vec![Rung { halt: None, trials: all }],
        }
    }
}

impl Experiment {
    /// Of everything that is tried for an arm, what needs the most samples: it has the most folds.
    pub fn most_folded(&self) -> impl Iterator<Item = &Pipeline> {
        let folds = |pipeline: &&Pipeline| pipeline.schedule.folds.as_ref().map(|folds| folds.count);
        self.candidates()
            .filter_map(move |(_, own)| own.pipelines.iter().filter(|p| folds(p).is_some()).max_by_key(folds))
    }

    /// Every search with every arm that it is for.
    pub fn candidates(&self) -> impl Iterator<Item = (&Search, &Candidates)> {
        self.searches.iter().flat_map(|search| search.arms.iter().map(move |own| (search, own)))
    }

    /// The experiment that these trials are; `None` where nothing is chosen.
    pub fn search(&self, rungs: &Rungs) -> Option<Experiment> {
        let first = self.searches.first()?;
        let (mut arms, mut values) = (vec![], vec![]);
        for ((search, own), reached) in self.candidates().zip(&rungs.0) {
            for (Rung { halt, .. }, trials) in own.rungs(search).into_iter().zip(reached) {
                for &trial in trials {
                    values.push(self.trial_name(search, own, trial, halt));
                    arms.push(Arm { at: vec![arms.len()], pipeline: own.pipelines[trial].halting(halt) });
                }
            }
        }
        let axis = Axis {
            name: TRIAL.into(),
            with: vec![],
            places: vec![first.span; values.len()],
            meanings: vec![None; values.len()],
            values,
            span: first.span,
        };
        let table = Table {
            measures: vec![first.by.clone()],
            places: vec![first.span],
            rows: vec![TRIAL.into()],
            columns: vec![],
            cells: vec![],
            span: first.span,
        };
        Some(Experiment {
            axes: vec![axis],
            seeds: self.tuning_seeds(first),
            cross: self.cross.clone(),
            tables: vec![table],
            noise: self.noise,
            stage: Stage::Search(first.measure.clone()),
            ..Experiment::of(search_of(&self.name), self.span, arms)
        })
    }

    /// The seeds of all trials.
    pub(super) fn tuning_seeds(&self, search: &Search) -> Vec<u64> {
        // One of every round.
        let mut scopes = self.scopes();
        scopes.dedup_by_key(|scope| scope.seed);
        scopes.into_iter().flat_map(|scope| search.seeds.iter().map(move |&seed| scope.tuning_seed(seed))).collect()
    }

    /// What is chosen for one by one, in the order of seeds and parts.
    pub fn scopes(&self) -> Vec<Scope> {
        let Some(cross) = &self.cross else { return vec![Scope::default()] };
        let rounds = if cross.is_fixed() { vec![None] } else { self.seeds.iter().copied().map(Some).collect() };
        rounds.into_iter().flat_map(|seed| cross.parts().map(move |part| Scope { seed, part: Some(part) })).collect()
    }

    /// The pipeline of an arm in a turn.
    pub fn pipeline(&self, arm: usize, seed: u64, part: Option<Part>) -> &Pipeline {
        let seed = self.cross.as_ref().filter(|cross| !cross.is_fixed()).map(|_| seed);
        let chosen = self.choices.get(&(arm, Scope { seed, part }));
        chosen.map_or(&self.arms[arm].pipeline, |place| self.trial(*place))
    }

    fn trial(&self, TrialPlace { search, candidates, trial }: TrialPlace) -> &Pipeline {
        &self.searches[search].arms[candidates].pipelines[trial]
    }

    /// Every pipeline that some run of an arm may have.
    pub fn pipelines(&self) -> impl Iterator<Item = &Pipeline> {
        let chosen = self.choices.values().map(|place| self.trial(*place));
        self.arms.iter().map(|arm| &arm.pipeline).chain(chosen)
    }

    /// "`near, MHM`" for messages; "the one arm" where nothing varies.
    pub fn arm_name(&self, arm: &Arm) -> String {
        let values: Vec<&str> = self.values(arm).collect();
        if values.is_empty() { "the one arm".into() } else { format!("`{}`", values.join(", ")) }
    }

    /// Whether something is chosen for the arm of this pipeline.
    pub fn is_chosen(&self, pipeline: &Pipeline) -> bool {
        self.candidates().any(|(_, own)| std::ptr::eq(&self.arms[own.arm].pipeline, pipeline))
    }

    /// What a trial is called among all: "MHM, lr 0.003, width 32"; where it halts, "MHM, lr 0.003, width 32, 5 epochs".
    pub fn trial_name(&self, search: &Search, own: &Candidates, trial: usize, halt: Option<Halt>) -> String {
        let settings = search.dimensions.iter().zip(&own.trials[trial]).map(|(d, value)| format!("{} {value}", d.name));
        let halt = halt.map(|halt| halt.at.to_string());
        self.values(&self.arms[own.arm]).map(String::from).chain(settings).chain(halt).collect::<Vec<_>>().join(", ")
    }

    /// The values of the axes that an arm has.
    pub fn values(&self, arm: &Arm) -> impl Iterator<Item = &str> {
        self.axes.iter().zip(&arm.at).map(|(axis, &i)| axis.values[i].as_str())
    }

    /// Trials of all arms that are there.
    pub fn trials(&self) -> usize {
        self.candidates().map(|(_, own)| own.pipelines.len()).sum()
    }

    /// Whether some trials are still to be proposed.
    pub fn proposes(&self) -> bool {
        self.candidates().any(|(search, own)| own.points.len() < search.count)
    }

    /// The trials that were proposed, by what all trials are called, in their order.
    pub fn proposed(&self, names: &[&str]) -> Vec<Proposed> {
        let own = self.candidates().filter(|(search, _)| search.sampler == Sampler::Tpe);
        let of = |(search, own): (&Search, &Candidates)| {
            let values: String = self.values(&self.arms[own.arm]).map(|value| format!(", {value}")).collect();
            let read = |name: &&str| read(&search.dimensions, format!(", {name}").strip_prefix(&values)?);
            Proposed { search: search.span, arm: own.arm, points: names.iter().filter_map(read).collect() }
        };
        own.map(of).collect()
    }

    /// The same with the arms as they were chosen: of each the first is what stands for it, and with cross-validation every part has its own.
    pub fn with_choices(mut self, choices: Choices) -> Experiment {
        for ((arm, _), place) in choices.iter().rev() {
            self.arms[*arm].pipeline = self.trial(*place).clone();
        }
        if self.cross.is_some() {
            self.choices = choices;
        }
        self
    }
}

/// The point of ", lr 0.003, width 32". Values may have commas of their own.
fn read(dimensions: &[Dimension], text: &str) -> Option<Point> {
    let Some((first, others)) = dimensions.split_first() else { return text.is_empty().then(Point::new) };
    let text = text.strip_prefix(", ")?.strip_prefix(&first.name)?.strip_prefix(' ')?;
    let mut ends = text.match_indices(", ").map(|(end, _)| end).chain([text.len()]);
    ends.find_map(|end| Some([vec![first.read(&text[..end])?], read(others, &text[end..])?].concat()))
}

impl Scope {
    /// The seed of trials for it that have this one.
    pub fn tuning_seed(self, seed: u64) -> u64 {
        self.seed.map_or(seed, |round| tuning_of(round, seed))
    }
}
