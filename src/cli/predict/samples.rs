//! The samples that are predicted, prepared as those that the model was trained on: of a file of arrays or columns, or of a
//! dataset's split.

use super::Predict;
use crate::builtin::TargetKind;
use crate::builtin::events::Stored;
use crate::check::Checked;
use crate::cli::config;
use crate::cli::files;
use crate::cli::load::roots;
use crate::cli::output::{Color, complain, print};
use crate::cli::render::{Format, Renderer, terminal_width};
use crate::data::samples::{Wanted, of_file, texts_of_file};
use crate::data::{self, DataSpec, Dataset, ModalitySpec, Texts};
use crate::experiment::spec;
use crate::hir::{self, Pipeline};
use crate::id::SampleId;
use crate::model::{Model, wanted};
use crate::record::trail::own_row;
use crate::search::of_the_data;
use crate::seed::Seed;
use crate::suggest::nearest;
use std::collections::BTreeSet;
use std::path::Path;

/// Samples to come.
pub struct Samples {
    data: Dataset,
    rows: Vec<SampleId>,
    /// What each is called by number.
    pub numbers: Numbers,
    /// What says which sample it is.
    pub ids: Vec<Named>,
    /// Of the modalities, in the order of the network's inputs.
    inputs: Vec<String>,
    /// What classes are called.
    labels: Option<Vec<String>>,
}

/// What samples are called by number, sample by sample.
#[derive(Default)]
pub struct Numbers {
    /// Rows of the files, counted through all of them; nothing where these are the places of the samples.
    pub samples: Vec<u32>,
    /// Rows of the files or arrays of a split, where it has its own.
    pub rows: Vec<u32>,
}

/// A text of every sample, under the name of its column.
pub struct Named {
    pub column: String,
    pub texts: Texts,
}

/// Is given batch after batch: `samples × elements` of every input, in order, and the number of samples.
pub type Each<'e> = dyn FnMut(Vec<Vec<f32>>, usize) -> Result<(), String> + 'e;

impl Samples {
    /// What the command line names; `None` where that file is wrong, which was printed.
    pub fn find(
        command: &Predict,
        file: &Path,
        (pipeline, model): (&Pipeline, &Model),
        color: Color,
    ) -> Result<Option<Self>, String> {
        let wanted = wanted(pipeline, command.split.as_deref());
        let seed = Seed(of_the_data(command.seed.unwrap_or(model.about.seed)));
        let inputs = pipeline.network.inputs.iter().map(|input| input.name.clone()).collect();
        if file.extension().is_none_or(|e| e != "mhm") {
            let spec = of_file(file, &wanted)?.asked(&pipeline.data.asked);
            let data = data::load_held(&spec, seed, &model.standards)?;
            let rows = SampleId::of(0..data.samples).collect();
            let ids = command.id.iter().map(|column| of_column(file, column, (command, &wanted), &data));
            let ids = ids.collect::<Result<_, String>>()?;
            let numbers = Numbers { samples: data.rows.clone(), rows: vec![] };
            return Ok(Some(Self { data, rows, numbers, ids, inputs, labels: None }));
        }
        let Some((spec, split)) = dataset(command, file, &wanted, color)? else { return Ok(None) };
        if let Some(part) = model.about.part {
            complain(&format!(
                "the model was tested on {part} of cross-validation, and `{split}` are the samples that the dataset says by itself: it may have \
                 been trained on them"
            ));
        }
        let spec = spec.asked(&pipeline.data.asked);
        let data = data::load_held(&spec, seed, &model.standards)?;
        let rows = data.split(&split).unwrap_or(&[]).to_vec();
        let ids = command.id.iter().map(|column| of_dataset(&data, column, &rows)).collect::<Result<_, String>>()?;
        let labels = spec.targets.iter().find(|t| matches!(t.kind, TargetKind::Events { .. }));
        let labels = labels.map_or(Ok(None), |target| data::labels(&spec, target))?;
        let samples: Vec<u32> = rows.iter().map(|id| data.row(*id) as u32).collect();
        let own = samples.iter().filter_map(|row| own_row(&data.begins, *row as usize)).map(|row| row as u32);
        let numbers = Numbers { rows: own.collect(), samples };
        Ok(Some(Self { data, rows, numbers, ids, inputs, labels }))
    }

    /// Seconds that a sample of a split spans, where its dataset has a target of events.
    pub fn duration(&self, number: usize) -> Option<f64> {
        let target = self.data.targets.iter().find(|t| matches!(t.kind, TargetKind::Events { .. }))?;
        let mut row = vec![];
        target.gather(&self.rows[number..=number], &mut row);
        Some(Stored::read(&row).duration)
    }

    /// Its name, where a file names samples; else its row in the files or arrays of its split.
    pub fn name(&self, number: usize) -> String {
        let named = self.rows.get(number).and_then(|id| self.data.names.get(id.row())).cloned();
        let Numbers { samples, rows } = &self.numbers;
        let row = rows.get(number).or(samples.get(number)).map_or(number, |row| *row as usize);
        named.unwrap_or_else(|| row.to_string())
    }

    /// What classes are called; their numbers where nothing says it.
    pub fn label(&self, class: usize) -> String {
        let labelled = self.labels.as_ref().and_then(|labels| labels.get(class)).cloned();
        labelled.unwrap_or_else(|| class.to_string())
    }

    /// Gives batch after batch of `size` samples.
    pub fn each(&self, size: usize, take: &mut Each<'_>) -> Result<(), String> {
        self.rows.chunks(size).try_for_each(|ids| {
            let gather = |name: &String| {
                let mut values = vec![];
                match self.data.modality(name) {
                    Some(array) => array.gather(ids, &mut values).map(|()| values),
                    None => Ok(values),
                }
            };
            take(self.inputs.iter().map(gather).collect::<Result<_, _>>()?, ids.len())
        })
    }
}

/// A column or an array of the file of samples.
fn of_column(
    file: &Path,
    column: &str,
    (command, wanted): (&Predict, &[Wanted]),
    data: &Dataset,
) -> Result<Named, String> {
    let texts = texts_of_file(file, column, command.split.as_deref(), wanted)?;
    if !data.names.is_empty() && texts.distinct == data.names {
        // Rows are steps of the samples that they name.
        let ids = (0..data.samples as u32).collect();
        return Ok(Named { column: column.into(), texts: Texts { ids, ..texts } });
    }
    let (samples, rows) = (data.samples, &data.rows);
    match texts.len() {
        there if rows.last().is_some_and(|last| (*last as usize) < there) => {
            let rows: Vec<usize> = rows.iter().map(|row| *row as usize).collect();
            Ok(Named { column: column.into(), texts: texts.gather(&rows) })
        }
        there if there == samples => Ok(Named { column: column.into(), texts }),
        there => Err(format!("`--id {column}`: `{}` has {there} of them, and {samples} samples", file.display())),
    }
}

/// A group of a dataset, or what its samples are called.
fn of_dataset(data: &Dataset, column: &str, rows: &[SampleId]) -> Result<Named, String> {
    let texts = if let Some(group) = data.group(column) {
        let ids = rows.iter().map(|id| group.of[id.row()]).collect();
        Texts { distinct: group.names.clone(), ids, ..Texts::default() }
    } else if column == NAME && !data.names.is_empty() {
        let distinct = rows.iter().map(|id| data.names[id.row()].clone()).collect();
        Texts { distinct, ids: (0..rows.len() as u32).collect(), ..Texts::default() }
    } else {
        let groups = data.groups.iter().map(|group| group.name.as_str());
        let known: Vec<&str> = groups.chain((!data.names.is_empty()).then_some(NAME)).collect();
        let known = if known.is_empty() { "no group and no names".into() } else { known.join(", ") };
        return Err(format!("`--id {column}`: dataset `{}` has no such group; it has: {known}", data.name));
    };
    Ok(Named { column: column.into(), texts })
}

/// What `--id` calls the names of samples.
const NAME: &str = "name";

/// The dataset that the command line names, prepared for the network, and its split.
fn dataset(
    command: &Predict,
    file: &Path,
    wanted: &[Wanted],
    color: Color,
) -> Result<Option<(DataSpec, String)>, String> {
    let file = file.to_string_lossy();
    let input = files::read(&file)?;
    let (program, checked, diagnostics) = config::check(&input)?;
    let errors: Vec<_> = diagnostics.iter().filter(|d| d.is_error()).collect();
    if !errors.is_empty() {
        let renderer = Renderer { format: Format::Full, color: color.is_on(), width: terminal_width() };
        errors.iter().for_each(|d| print(&renderer.render(&program.sources, d)));
        return Ok(None);
    }
    let datasets = datasets(checked);
    let found = choose(command, &file, &datasets)?;
    let split = split(command, found)?;
    fits(found, wanted)?;
    let spec = spec(found, &roots(&command.root, &file));
    Ok(Some((prepared(spec, wanted), split.into())))
}

/// With what the network reads, and what decides which samples there are: prepared as the dataset says, and standardized where the
/// model's was.
fn prepared(spec: DataSpec, wanted: &[Wanted]) -> DataSpec {
    let raw = spec.raw();
    let one = |want: &Wanted| {
        let own = raw.modalities.iter().find(|m| m.name == want.modality.name)?;
        let trained = want.modality.transforms.iter();
        let last = trained.skip_while(|t| !t.transform().learns()).cloned();
        Some(ModalitySpec { transforms: own.transforms.iter().cloned().chain(last).collect(), ..own.clone() })
    };
    let is_read = |m: &ModalitySpec| wanted.iter().any(|want| want.modality.name == m.name);
    let others = raw.modalities.iter().filter(|m| m.decides() && !is_read(m)).cloned();
    // The first that names samples does so in every pipeline.
    let place = |m: &ModalitySpec| raw.modalities.iter().position(|own| own.name == m.name);
    let mut modalities: Vec<ModalitySpec> = wanted.iter().filter_map(one).chain(others).collect();
    modalities.sort_by_key(place);
    DataSpec { modalities, ..spec }
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

fn choose<'d>(command: &Predict, file: &str, datasets: &'d [hir::Dataset]) -> Result<&'d hir::Dataset, String> {
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
    let names: Vec<&str> = dataset.splits.iter().map(|s| &*s.name).collect();
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
        let Some(found) = dataset.modalities.iter().find(|m| m.name == want.modality.name) else {
            let names: Vec<&str> = dataset.modalities.iter().map(|m| m.name.as_str()).collect();
            let (name, all) = (&dataset.name, names.join(", "));
            return Err(format!("the network reads `{}`, dataset `{name}` has: {all}", want.modality.name));
        };
        if found.shape.concrete().as_deref() != Some(&want.modality.shape) {
            let (axes, name) = (&want.modality.shape, &dataset.name);
            return Err(format!(
                "the network takes `{}` as {axes:?}, dataset `{name}` has it as {}",
                want.modality.name, found.shape
            ));
        }
    }
    Ok(())
}
