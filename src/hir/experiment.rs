//! A checked experiment: its grid, its runs and what is shown of them.

use super::{Argument, Choices, Cross, Pipeline, Search, Stage};
use crate::id::Part;
use crate::span::{Ident, Span};
use std::collections::{BTreeMap, BTreeSet};

/// A grid of pipelines and what to show of it.
#[derive(Clone, Debug)]
pub struct Experiment {
    pub name: String,
    pub span: Span,
    /// Lints that `allow(…)` before the item silences.
    pub allow: Vec<Ident>,
    pub axes: Vec<Axis>,
    pub seeds: Vec<u64>,
    pub seeds_span: Span,
    /// Runs of every seed that share its data and split and nothing else.
    pub repeats: u64,
    /// Where they are declared; the experiment's name where they are not.
    pub repeats_span: Span,
    pub cross: Option<Cross>,
    /// Settings that are chosen for arms before these run: until then they are those of the first trial.
    pub searches: Vec<Search>,
    /// Of cross-validation, what was chosen for the parts.
    pub choices: Choices,
    pub stage: Stage,
    pub arms: Vec<Arm>,
    pub references: Vec<Reference>,
    pub tables: Vec<Table>,
    pub figures: Vec<Figure>,
    pub compare: Vec<String>,
    /// Where each is named.
    pub compare_spans: Vec<Span>,
    /// The measures that each is chiefly about, as `compare` has them; none where it does not say.
    pub compare_on: Vec<Vec<String>>,
    pub published: Vec<Published>,
    /// What people read for a measure, where its author says so.
    pub labels: BTreeMap<String, String>,
    /// Standard deviation of the noise of `…_noisy_…` measures, in standard deviations of each value over the training
    /// samples.
    pub noise: f64,
    /// Where it is declared, if it is.
    pub noise_span: Option<Span>,
}

/// Runs of one experiment: places of the grid and references, by seeds, parts and repeats.
pub const MAX_RUNS: u64 = 1_000_000;

impl Experiment {
    /// Places of the grid and references, by seeds, parts and repeats.
    pub fn runs(&self) -> u64 {
        let places = self.arms.len() + self.references.iter().map(|r| r.pipelines.len()).sum::<usize>();
        (places as u64)
            .saturating_mul(self.seeds.len() as u64)
            .saturating_mul(self.repeats)
            .saturating_mul(self.parts().len() as u64)
    }

    /// How many runs it has, or its trials, where that is more than are made.
    pub fn excess(&self) -> Option<u64> {
        let trials: u64 = self.candidates().map(|(search, _)| search.count as u64).sum();
        let seeds = self.searches.first().map_or(0, |search| self.tuning_seeds(search).len() as u64);
        let choosing = trials.saturating_mul(seeds).saturating_mul(self.parts().len() as u64);
        Some(self.runs().max(choosing)).filter(|runs| *runs > MAX_RUNS)
    }

    /// The parts whose turn it is in every seed; without cross-validation one turn that is of no part.
    pub fn parts(&self) -> Vec<Option<Part>> {
        self.cross.as_ref().map_or(vec![None], |cross| cross.parts().map(Some).collect())
    }

    /// These arms with seed 0, and nothing to show.
    pub fn of(name: String, span: Span, arms: Vec<Arm>) -> Self {
        Self {
            name,
            span,
            allow: vec![],
            axes: vec![],
            seeds: vec![0],
            seeds_span: span,
            repeats: 1,
            repeats_span: span,
            cross: None,
            searches: vec![],
            choices: Choices::default(),
            stage: Stage::Runs,
            arms,
            references: vec![],
            tables: vec![],
            figures: vec![],
            compare: vec![],
            compare_spans: vec![],
            compare_on: vec![],
            published: vec![],
            labels: BTreeMap::new(),
            noise: 1.0,
            noise_span: None,
        }
    }
}

impl Experiment {
    /// Names of everything that is shown: of tables, figures and published numbers, each once, as written.
    pub fn shown(&self) -> BTreeSet<&str> {
        let tables = self.tables.iter().flat_map(|t| &t.measures);
        let figures = self.figures.iter().flat_map(|f| &f.measures);
        let published = self.published.iter().map(|p| &p.measure);
        tables.chain(figures).chain(published).map(String::as_str).collect()
    }
}

/// `reference first = alone(views: [first])`: runs beside the grid that `missing` and `hitting` are held against.
#[derive(Clone, Debug)]
pub struct Reference {
    pub name: String,
    pub span: Span,
    /// One for every arm of the grid; the same ones are run once.
    pub pipelines: Vec<Pipeline>,
}

#[derive(Clone, Debug)]
pub struct Axis {
    pub name: String,
    /// Names that vary along with it: `budget` in `vary (method, budget) in …`.
    pub with: Vec<String>,
    /// Their labels, else as written: `ETE`, `Mhm(heads: 4)`.
    pub values: Vec<String>,
    /// Where each is written.
    pub places: Vec<Span>,
    /// Of every value, what it comes to with all arguments filled in; `None` where no text has it.
    pub meanings: Vec<Option<Vec<Argument>>>,
    pub span: Span,
}

#[derive(Clone, Debug)]
pub struct Arm {
    /// One value index an axis.
    pub at: Vec<usize>,
    pub pipeline: Pipeline,
}

#[derive(Clone, Debug)]
pub struct Table {
    pub measures: Vec<String>,
    /// Where each is named.
    pub places: Vec<Span>,
    pub rows: Vec<String>,
    pub columns: Vec<String>,
    pub cells: Vec<String>,
    pub span: Span,
}

/// `figure fresh_error, fresh_gap { lines method  panels task  every 5 }`: curves over epochs.
#[derive(Clone, Debug)]
pub struct Figure {
    pub measures: Vec<String>,
    /// Where each is named.
    pub places: Vec<Span>,
    pub lines: Vec<String>,
    pub panels: Vec<String>,
    /// Epochs between points.
    pub every: u32,
    /// Where it is said, if it is.
    pub every_span: Option<Span>,
    pub span: Span,
}

/// `published "Lee et al. 2022, Table 2" test_error = [[17.5, 27.5], [15.0, 17.5]]`: one nesting an axis; entries with a name
/// are of others.
#[derive(Clone, Debug)]
pub struct Published {
    pub source: String,
    pub measure: String,
    /// In the order of the arms, as shown (17.5 for 17.5 %).
    pub values: Vec<Option<f64>>,
    /// Of methods that are no arms, by the name they are shown by: one for every place of the other axes.
    pub others: Vec<(String, Vec<Option<f64>>)>,
    pub span: Span,
}
