//! An experiment as its reader has to know it: the grid, what to show of it, what every arm consists of. Owns which settings
//! are worth telling; whose program and machine it was is for the command line to fill in.

use super::sketch::sketch;
use super::{Cell, Options, Recipes, Shared, measured, recipe};
use crate::data::{DataError, Dataset};
use crate::graph;
use crate::hir::{self, Experiment, MeasureName, Pipeline, What};
use crate::measure::infos;
use crate::record::manifest::{Arm, Axis, Cross, Figure, Manifest, Published, Sketch, Table};
use crate::record::{ArmId, MeasureInfo};
use crate::seed::Seed;
use std::collections::{BTreeMap, BTreeSet};
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
        primary: experiment
            .compare
            .iter()
            .cloned()
            .zip(experiment.compare_on.clone())
            .filter(|(_, on)| !on.is_empty())
            .collect(),
        published: experiment.published.iter().map(published).collect(),
        files: recipes.files(),
        arms,
        references,
        sketches: sketches.drawn,
        ..Manifest::default()
    })
}

/// Cells come by seed, part and repeat: those of one arm in the order of seeds, the repeat running fastest. Where parts have their own
/// choice, what differs between these is listed beside each other.
fn arms(experiment: &Experiment, cells: &[Cell<'_>], recipes: &Recipes, sketches: &mut Sketches<'_>) -> Vec<Arm> {
    let mut arms: Vec<Arm> = vec![];
    let mut places: BTreeMap<&ArmId, usize> = BTreeMap::new();
    let mut known: BTreeSet<(usize, usize)> = BTreeSet::new();
    for cell in cells {
        let place = *places.entry(&cell.arm).or_insert_with(|| {
            arms.push(Arm { arm: (*cell.arm).clone(), ..Arm::default() });
            arms.len() - 1
        });
        let arm = &mut arms[place];
        if known.insert((place, std::ptr::from_ref(cell.pipeline).addr())) {
            let (settings, sketch) = (recipe::settings(cell.pipeline, &recipes.recipe(cell)), sketches.of(cell));
            let measures = measured(experiment, cell.pipeline, &graph::lower(cell.pipeline));
            if arm.cells.is_empty() {
                (arm.settings, arm.sketch, arm.measures) = (settings, sketch, measures);
            } else {
                beside(arm, settings, sketch, &measures);
            }
        }
        arm.cells.push(recipes.address(cell));
    }
    arms
}

/// Adds what another pipeline of an arm has.
fn beside(arm: &mut Arm, settings: Vec<(String, String)>, sketch: usize, measures: &str) {
    for setting in settings.into_iter().filter(|setting| !arm.settings.contains(setting)).collect::<Vec<_>>() {
        let last = arm.settings.iter().rposition(|(name, _)| *name == setting.0);
        arm.settings.insert(last.map_or(arm.settings.len(), |last| last + 1), setting);
    }
    if sketch != arm.sketch && !arm.others.contains(&sketch) {
        arm.others.push(sketch);
    }
    if !arm.measures.split(' ').any(|known| known == measures) {
        arm.measures += &format!(" {measures}");
    }
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
        let data = match self.shared.load(&spec, cell.data_seed()) {
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
        measures: labelled(infos(&t.measures, first), experiment),
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

/// With what people read for them, where the experiment says so.
fn labelled(mut measures: Vec<MeasureInfo>, experiment: &Experiment) -> Vec<MeasureInfo> {
    measures.iter_mut().for_each(|info| info.label = experiment.labels.get(&info.name).cloned());
    measures
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
        measures: labelled(infos(&f.measures, first), experiment),
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
