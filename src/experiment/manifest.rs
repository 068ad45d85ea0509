//! An experiment as its reader has to know it: the grid, what to show of it, what every arm consists of. Owns which settings
//! are worth telling; whose program and machine it was is for the command line to fill in.

use super::{Cell, Options, Recipes, Shared, measured, recipe, sketch};
use crate::data::{DataError, Dataset};
use crate::graph;
use crate::hir::{self, Experiment, MeasureName, Pipeline, What};
use crate::measure::infos;
use crate::record::ArmId;
use crate::record::manifest::{Arm, Axis, Cross, Figure, Manifest, Published, Sketch, Table};
use crate::seed::Seed;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The manifest of an experiment whose cells have these recipes.
///
/// # Errors
/// No arm's data can be read: why that of the first cannot.
pub fn manifest(
    experiment: &Experiment,
    cells: &[Cell<'_>],
    recipes: &Recipes,
    options: &Options,
) -> Result<Manifest, DataError> {
    let first = experiment.arms.first().map(|arm| &arm.pipeline);
    let mut sketches = Sketches { options, shared: Shared::default(), held: vec![], lost: None, drawn: vec![] };
    let (references, arms) =
        arms(experiment, cells, recipes, &mut sketches).into_iter().partition(|arm| arm.arm.is_reference());
    if let (Some(error), []) = (sketches.lost, sketches.held.as_slice()) {
        return Err(error);
    }
    let axes = experiment.axes.iter().map(|axis| Axis { name: axis.name.clone(), values: axis.values.clone() });
    Ok(Manifest {
        experiment: experiment.name.clone(),
        axes: axes.collect(),
        seeds: experiment.seeds.clone(),
        repeats: experiment.repeats,
        cross: experiment.cross.as_ref().map(crossed),
        numerics: recipe::NUMERICS,
        tables: first.map(|first| tables(experiment, first)).unwrap_or_default(),
        figures: first.map(|first| figures(experiment, first)).unwrap_or_default(),
        compare: experiment.compare.clone(),
        published: experiment.published.iter().map(published).collect(),
        files: recipes.files(),
        arms,
        references,
        sketches: sketches.drawn,
        ..Manifest::default()
    })
}

/// Cells come by seed, part and repeat: those of one arm in the order of seeds, the repeat running fastest.
fn arms(experiment: &Experiment, cells: &[Cell<'_>], recipes: &Recipes, sketches: &mut Sketches<'_>) -> Vec<Arm> {
    let mut arms: Vec<Arm> = vec![];
    let mut places: BTreeMap<&ArmId, usize> = BTreeMap::new();
    for cell in cells {
        let place = *places.entry(&cell.arm).or_insert_with(|| {
            let settings = recipe::settings(cell.pipeline, &recipes.recipe(cell));
            let measures = measured(experiment, cell.pipeline, &graph::lower(cell.pipeline));
            arms.push(Arm { arm: (*cell.arm).clone(), settings, measures, sketch: sketches.of(cell), cells: vec![] });
            arms.len() - 1
        });
        arms[place].cells.push(recipes.address(cell));
    }
    arms
}

/// Pictures of pipelines, each drawn once.
struct Sketches<'s> {
    options: &'s Options,
    shared: Shared,
    /// Datasets stay loaded while other arms may be on them.
    held: Vec<Arc<Dataset>>,
    /// Why the first data that could not be read cannot.
    lost: Option<DataError>,
    drawn: Vec<Sketch>,
}

impl Sketches<'_> {
    /// The index of its picture. Without its data, phases have no samples: all its runs will fail and say why.
    fn of(&mut self, cell: &Cell<'_>) -> usize {
        let spec = cell.spec(&self.options.roots);
        let data = match self.shared.load(&spec, Seed(cell.turn.seed)) {
            Ok(data) => Some(data),
            Err(error) => {
                self.lost.get_or_insert(error);
                None
            }
        };
        let sketch = sketch(cell.pipeline, data.as_deref(), Seed(cell.turn.seed));
        self.held.extend(data);
        self.drawn.iter().position(|drawn| *drawn == sketch).unwrap_or_else(|| {
            self.drawn.push(sketch);
            self.drawn.len() - 1
        })
    }
}

/// The tables that are declared; without one, a table of everything a run measures.
fn tables(experiment: &Experiment, first: &Pipeline) -> Vec<Table> {
    let declared = |t: &hir::Table| Table {
        measures: infos(&t.measures, first),
        rows: t.rows.clone(),
        columns: t.columns.clone(),
        cells: t.cells.clone(),
    };
    if !experiment.tables.is_empty() {
        return experiment.tables.iter().map(declared).collect();
    }
    let rows = experiment.axes.iter().map(|axis| axis.name.clone()).collect();
    vec![Table { measures: infos(&plain_measures(first), first), rows, ..Table::default() }]
}

/// Losses, metrics and gaps of every split, sorted.
fn plain_measures(pipeline: &Pipeline) -> Vec<String> {
    let plain = |measure: &MeasureName| {
        let of_one_run = match measure.what {
            What::Metric(_) | What::Loss | What::Gap => true,
            What::Worst { .. } | What::Sensitivity | What::SensitivityHarnessed | What::Missing | What::Hitting => {
                false
            }
        };
        of_one_run && measure.change.is_none()
    };
    let all = MeasureName::all_of(pipeline).into_iter().filter(plain).map(|measure| measure.to_string());
    // The paper's word for it.
    let named = |name: String| if name == "test_gap" { "generalization_gap".into() } else { name };
    let mut names: Vec<String> = all.map(named).collect();
    names.sort();
    names
}

fn figures(experiment: &Experiment, first: &Pipeline) -> Vec<Figure> {
    let figure = |f: &hir::Figure| Figure {
        measures: infos(&f.measures, first),
        lines: f.lines.clone(),
        panels: f.panels.clone(),
        every: f.every,
    };
    experiment.figures.iter().map(figure).collect()
}

fn crossed(cross: &hir::Cross) -> Cross {
    Cross { deal: cross.deal.to_string(), parts: cross.count(), groups: cross.groups.clone() }
}

fn published(published: &hir::Published) -> Published {
    let hir::Published { source, measure, values, others, span: _ } = published.clone();
    Published { source, measure, values, others }
}
