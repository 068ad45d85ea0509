//! The trials of all searches of an experiment as an experiment of their own, and the one that is left when they are over.

use super::{Arm, Axis, Candidates, Experiment, Pipeline, Search, Stage, Table};
use crate::search::search_of;

/// The axis of an experiment of trials.
const TRIAL: &str = "trial";

impl Experiment {
    /// The experiment that the trials of all searches are; `None` where nothing is chosen.
    pub fn search(&self) -> Option<Experiment> {
        let first = self.searches.first()?;
        let (mut arms, mut values) = (vec![], vec![]);
        for search in &self.searches {
            for Candidates { arm, pipelines } in &search.arms {
                for (trial, pipeline) in pipelines.iter().enumerate() {
                    values.push(self.trial_name(search, *arm, trial));
                    arms.push(Arm { at: vec![arms.len()], pipeline: pipeline.clone() });
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
            seeds: first.seeds.clone(),
            tables: vec![table],
            noise: self.noise,
            stage: Stage::Search(first.measure.clone()),
            ..Experiment::of(search_of(&self.name), self.span, arms)
        })
    }

    /// Whether something is chosen for the arm of this pipeline.
    pub fn is_chosen(&self, pipeline: &Pipeline) -> bool {
        let arms = self.searches.iter().flat_map(|search| &search.arms);
        arms.into_iter().any(|own| std::ptr::eq(&self.arms[own.arm].pipeline, pipeline))
    }

    /// What a trial is called among all: "MHM, lr 0.003, width 32".
    pub fn trial_name(&self, search: &Search, arm: usize, trial: usize) -> String {
        let own = self.axes.iter().zip(&self.arms[arm].at).map(|(axis, &i)| axis.values[i].clone());
        let settings =
            search.dimensions.iter().zip(&search.trials[trial]).map(|(d, value)| format!("{} {value}", d.name));
        own.chain(settings).collect::<Vec<_>>().join(", ")
    }

    /// The same with the arms as these trials have them: a search, an arm of it and a trial each.
    pub fn with_trials(mut self, chosen: &[(usize, usize, usize)]) -> Experiment {
        for &(search, candidates, trial) in chosen {
            let Candidates { arm, pipelines } = &self.searches[search].arms[candidates];
            self.arms[*arm].pipeline = pipelines[trial].clone();
        }
        self
    }
}
