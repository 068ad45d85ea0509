//! The samples that are predicted: of a file of arrays or columns as they arrive, or of a dataset's split.

use super::Predict;
use crate::builtin::TargetKind;
use crate::builtin::events::Stored;
use crate::check::Checked;
use crate::cli::files;
use crate::cli::load::roots;
use crate::cli::output::{Color, print};
use crate::cli::render::{Format, Renderer, terminal_width};
use crate::data::samples::{Each, Wanted, each};
use crate::data::{self, Dataset};
use crate::experiment::spec;
use crate::hir::{self, Pipeline};
use crate::model::wanted;
use crate::seed::Seed;
use crate::suggest::nearest;
use std::collections::BTreeSet;
use std::path::PathBuf;

/// Samples to come.
pub enum Samples {
    File { path: PathBuf, wanted: Vec<Wanted> },
    Split { data: Dataset, ids: Vec<u32>, names: Vec<String>, labels: Option<Vec<String>> },
}

impl Samples {
    /// What the command line names; `None` where that file is wrong, which was printed.
    pub fn find(command: &Predict, pipeline: &Pipeline, seed: u64, color: Color) -> Result<Option<Self>, String> {
        let wanted = wanted(pipeline, command.split.as_deref());
        if command.data.extension().is_some_and(|e| e == "mhm") {
            return dataset(command, &wanted, command.seed.unwrap_or(seed), color);
        }
        Ok(Some(Samples::File { path: command.data.clone(), wanted }))
    }

    /// Seconds that a sample of a split spans, where its dataset has a target of events.
    pub fn duration(&self, number: usize) -> Option<f64> {
        let Samples::Split { data, ids, .. } = self else { return None };
        let target = data.targets.iter().find(|t| matches!(t.kind, TargetKind::Events { .. }))?;
        let mut row = vec![];
        target.gather(&ids[number..=number], &mut row);
        Some(Stored::read(&row).duration)
    }

    /// Its name, where a file names samples; else its number from 0.
    pub fn name(&self, number: usize) -> String {
        let named = match self {
            Samples::Split { data, ids, .. } => ids.get(number).and_then(|id| data.names.get(*id as usize)).cloned(),
            Samples::File { .. } => None,
        };
        named.unwrap_or_else(|| number.to_string())
    }

    /// What classes are called; their numbers where nothing says it.
    pub fn label(&self, class: usize) -> String {
        let labelled = match self {
            Samples::Split { labels, .. } => labels.as_ref().and_then(|labels| labels.get(class)).cloned(),
            Samples::File { .. } => None,
        };
        labelled.unwrap_or_else(|| class.to_string())
    }

    /// Gives batch after batch of `size` samples.
    pub fn each(&self, size: usize, take: &mut Each<'_, String>) -> Result<(), String> {
        match self {
            Samples::File { path, wanted } => each(path, wanted, size, take),
            Samples::Split { data, ids, names, .. } => ids.chunks(size).try_for_each(|ids| {
                let gather = |name: &String| {
                    let mut values = vec![];
                    match data.modality(name) {
                        Some(array) => array.gather(ids, &mut values).map(|()| values),
                        None => Ok(values),
                    }
                };
                take(names.iter().map(gather).collect::<Result<_, _>>()?, ids.len())
            }),
        }
    }
}

fn dataset(command: &Predict, wanted: &[Wanted], seed: u64, color: Color) -> Result<Option<Samples>, String> {
    let file = command.data.to_string_lossy();
    let input = files::read(&file)?;
    let (program, checked, diagnostics) = files::check(&input);
    let errors: Vec<_> = diagnostics.iter().filter(|d| d.is_error()).collect();
    if !errors.is_empty() {
        let renderer = Renderer { format: Format::Full, color: color.is_on(), width: terminal_width() };
        errors.iter().for_each(|d| print(&renderer.render(&program.sources, d)));
        return Ok(None);
    }
    let datasets = datasets(checked);
    let found = choose(command, &datasets)?;
    let split = split(command, found)?;
    fits(found, wanted)?;
    let spec = spec(found, &roots(&command.root, &file)).raw();
    let data = data::load(&spec, Seed(seed)).map_err(|e| e.to_string())?;
    let ids = data.split(split).unwrap_or(&[]).to_vec();
    let labels = spec.targets.iter().find(|t| matches!(t.kind, TargetKind::Events { .. }));
    let labels = labels.map_or(Ok(None), |target| data::labels(&spec, target)).map_err(|e| e.to_string())?;
    Ok(Some(Samples::Split { data, ids, names: wanted.iter().map(|w| w.name.clone()).collect(), labels }))
}

/// What the file declares, and what its pipelines use of other names; one and the same once.
fn datasets(checked: Checked) -> Vec<hir::Dataset> {
    let arms = checked.experiments.into_iter().flat_map(|e| e.arms).map(|arm| arm.pipeline);
    let used = checked.pipelines.into_iter().chain(arms).map(|pipeline| pipeline.data);
    let declared: BTreeSet<String> = checked.datasets.iter().map(|dataset| dataset.name.clone()).collect();
    let used = used.filter(|dataset| !declared.contains(&dataset.name));
    let mut seen = BTreeSet::new();
    let mut datasets: Vec<hir::Dataset> = checked.datasets.into_iter().chain(used).collect();
    datasets.retain(|dataset| seen.insert(format!("{:?}", spec(dataset, &[]))));
    datasets
}

fn choose<'d>(command: &Predict, datasets: &'d [hir::Dataset]) -> Result<&'d hir::Dataset, String> {
    let file = command.data.display();
    let names: Vec<&str> = datasets.iter().map(|d| d.name.as_str()).collect();
    match (&command.dataset, datasets) {
        (_, []) => Err(format!("`{file}` declares and uses no dataset whose parameters all have defaults")),
        (None, [only]) => Ok(only),
        (None, _) => Err(format!("`{file}` has several datasets: say `--dataset` and one of {}", names.join(", "))),
        (Some(name), _) => datasets.iter().find(|d| d.name == *name).ok_or_else(|| {
            let hint = nearest(name, names.iter().copied())
                .map_or(format!("it has: {}", names.join(", ")), |near| format!("did you mean `{near}`?"));
            format!("`{file}` has no dataset `{name}`; {hint}")
        }),
    }
}

fn split<'c>(command: &'c Predict, dataset: &hir::Dataset) -> Result<&'c str, String> {
    let names: Vec<&str> = dataset.splits.iter().map(|s| s.name.as_str()).collect();
    let said = command.split.as_deref();
    said.filter(|split| names.contains(split)).ok_or_else(|| {
        let all = format!("--split {}", names.join("`, `--split "));
        match said {
            None => format!("which samples of `{}`? Say `{all}`", dataset.name),
            Some(split) => format!("dataset `{}` has no split `{split}`; say `{all}`", dataset.name),
        }
    })
}

/// Whether the dataset has what the network reads.
fn fits(dataset: &hir::Dataset, wanted: &[Wanted]) -> Result<(), String> {
    for want in wanted {
        let Some(found) = dataset.modalities.iter().find(|m| m.name == want.name) else {
            let names: Vec<&str> = dataset.modalities.iter().map(|m| m.name.as_str()).collect();
            let (name, all) = (&dataset.name, names.join(", "));
            return Err(format!("the network reads `{}`, dataset `{name}` has: {all}", want.name));
        };
        if found.shape.concrete().as_deref() != Some(&want.axes) {
            let (axes, name) = (&want.axes, &dataset.name);
            return Err(format!(
                "the network takes `{}` as {axes:?}, dataset `{name}` has it as {}",
                want.name, found.shape
            ));
        }
    }
    Ok(())
}
