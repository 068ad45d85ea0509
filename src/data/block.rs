//! Samples read or generated together: one part of a dataset before its splits are known.

use super::error::DataError;
use super::events;
use super::path::{keyed, resolve};
use super::splits::PartKind;
use super::table::Table;
use super::{Array, DataSpec, Dataset, Target, npz, rows};
use crate::builtin::dataset::{FileOrigin, FilePart, Origin, Points, Source};
use crate::builtin::{NO_CLASS, TargetKind};
use crate::seed::Seed;
use std::collections::BTreeMap;

/// Values of every modality and target, in the order of the description.
#[derive(Debug)]
pub struct Block {
    pub samples: usize,
    modalities: Vec<Vec<f32>>,
    targets: Vec<Vec<f32>>,
}

/// Reads or generates one part. The description has passed [`super::check`].
pub fn read(spec: &DataSpec, kind: &PartKind, seed: Seed) -> Result<Block, DataError> {
    let points = points(spec, kind, seed);
    let key = match kind {
        PartKind::Key(key) => Some(key.as_str()),
        PartKind::Base | PartKind::Fresh { .. } => None,
    };
    let mut counts = Counts::default();
    let mut modalities = Vec::with_capacity(spec.modalities.len());
    for modality in &spec.modalities {
        let column = column(spec, modality.source.as_ref(), points.as_ref(), key)?;
        column.check(|table| table.fits_modality(&modality.shape))?;
        counts.add(&modality.name, &column)?;
        modalities.push(column.values());
    }
    let mut targets = Vec::with_capacity(spec.targets.len());
    for target in &spec.targets {
        let column = match target.source.origin() {
            Origin::Events(origin) => {
                let samples = counts.first.map(|(_, samples)| samples);
                Column::Read(events::read(spec, &origin, key, &target.kind, samples)?)
            }
            Origin::File(_) | Origin::Points(_) | Origin::Classes => {
                column(spec, target.source.as_ref(), points.as_ref(), key)?
            }
        };
        let column = column.without_ignored(&target.kind);
        column.check(|table| table.fits_target(&target.kind))?;
        counts.add(&target.name, &column)?;
        targets.push(column.values());
    }
    Ok(Block { samples: counts.first.map_or(0, |(_, n)| n), modalities, targets })
}

impl Block {
    /// Puts another part behind this one.
    pub fn append(&mut self, mut other: Block) {
        self.samples += other.samples;
        for (values, more) in self.modalities.iter_mut().zip(&mut other.modalities) {
            values.append(more);
        }
        for (values, more) in self.targets.iter_mut().zip(&mut other.targets) {
            values.append(more);
        }
    }

    /// With the names of the description; splits come later.
    pub fn into_dataset(self, spec: &DataSpec) -> Dataset {
        let modalities = spec.modalities.iter().zip(self.modalities);
        let targets = spec.targets.iter().zip(self.targets);
        Dataset {
            name: spec.name.clone(),
            modalities: modalities
                .map(|(m, values)| Array { name: m.name.clone(), axes: m.shape.clone(), values })
                .collect(),
            targets: targets.map(|(t, values)| Target { name: t.name.clone(), kind: t.kind.clone(), values }).collect(),
            splits: BTreeMap::new(),
            samples: self.samples,
        }
    }
}

fn points(spec: &DataSpec, kind: &PartKind, seed: Seed) -> Option<Points> {
    let generator = spec.generator.as_ref()?;
    match kind {
        PartKind::Base => Some(generator.generate(generator.per_class(), &mut seed.stream("data"))),
        PartKind::Fresh { split, samples } => {
            let stream = &mut seed.stream(&format!("fresh/{split}"));
            Some(generator.generate(samples / generator.classes(), stream))
        }
        PartKind::Key(_) => None,
    }
}

/// One modality or target of one part.
enum Column {
    Computed(Vec<f32>),
    Read(Table),
}

fn column(
    spec: &DataSpec,
    source: &dyn Source,
    points: Option<&Points>,
    key: Option<&str>,
) -> Result<Column, DataError> {
    match (source.origin(), points) {
        (Origin::Points(projection), Some(points)) => Ok(Column::Computed(
            points.values.chunks(points.axes).map(|point| projection.coordinate(point) as f32).collect(),
        )),
        (Origin::Classes, Some(points)) => Ok(Column::Computed(points.classes.iter().map(|c| *c as f32).collect())),
        (Origin::File(origin), _) => read_file(spec, &origin, key).map(Column::Read),
        (Origin::Events(_), _) => unreachable!("events are targets, and read with their kind"),
        (Origin::Points(_) | Origin::Classes, None) => {
            unreachable!("`check` lets no source of points into a dataset without a generator")
        }
    }
}

fn read_file(spec: &DataSpec, origin: &FileOrigin<'_>, key: Option<&str>) -> Result<Table, DataError> {
    let Some(path) = resolve(spec, origin, key) else {
        unreachable!("`check` lets no source without a file into a dataset whose root is none")
    };
    match origin.part {
        // With the check sum of the whole.
        FilePart::Npz { array } => npz::read(&path, &keyed(array, key)),
        FilePart::Npy | FilePart::Hdf5 { .. } | FilePart::Pickle { .. } | FilePart::Csv { .. } => {
            rows::open(&path, &origin.part, key)?.whole()
        }
        FilePart::Json { .. } => unreachable!("only events are read from JSON"),
    }
}

impl Column {
    fn check(&self, check: impl Fn(&Table) -> Result<(), DataError>) -> Result<(), DataError> {
        match self {
            Column::Computed(_) => Ok(()),
            Column::Read(table) => check(table),
        }
    }

    fn samples(&self) -> usize {
        match self {
            Column::Computed(values) => values.len(),
            Column::Read(table) => table.samples(),
        }
    }

    fn values(self) -> Vec<f32> {
        match self {
            Column::Computed(values) => values,
            Column::Read(table) => table.values,
        }
    }

    /// Class ids with [`NO_CLASS`] where the file has what is to be ignored.
    fn without_ignored(mut self, kind: &TargetKind) -> Self {
        if let (TargetKind::Class { ignore: Some(ignored), .. }, Column::Read(table)) = (kind, &mut self) {
            let ignored = *ignored as f32;
            table.values.iter_mut().filter(|id| **id == ignored).for_each(|id| *id = NO_CLASS);
        }
        self
    }
}

/// The first column's name and samples, which all others must have.
#[derive(Default)]
struct Counts<'a> {
    first: Option<(&'a str, usize)>,
}

impl<'a> Counts<'a> {
    fn add(&mut self, name: &'a str, column: &Column) -> Result<(), DataError> {
        let (first, samples) = *self.first.get_or_insert((name, column.samples()));
        if samples == column.samples() {
            return Ok(());
        }
        let message = format!("`{first}` and `{name}` have different numbers of samples");
        let error = DataError::new("mhm::samples-differ", message)
            .expected(format!("{samples} samples, as `{first}` has"))
            .found(format!("{} samples in `{name}`", column.samples()))
            .help("a sample is one row of every modality and target, in the same order");
        Err(match column {
            Column::Computed(_) => error,
            Column::Read(Table { file, array: Some(array), .. }) => error.file(file).array(array.clone()),
            Column::Read(Table { file, array: None, .. }) => error.file(file),
        })
    }
}
