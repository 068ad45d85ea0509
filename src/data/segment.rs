//! Samples that lie together: computed, in one array, in a file each, or made up. Owns how a run of them is read, raw.

use super::dtype::Dtype;
use super::error::{Code, DataError};
use super::locate::Placeholders;
use super::rows::{Access, Chosen, Outline, Rows};
use super::table::Table;
use super::words::{self, Words};
use crate::builtin::dataset::{Origin, Source};
use crate::visible::visible;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

/// Samples one after another.
#[derive(Clone, Debug)]
pub enum Segment {
    /// In memory.
    InMemory(Arc<Table>),
    /// Of different lengths, in memory.
    Ragged(Arc<Vec<Table>>),
    /// The rows of an array in a file.
    Array(Arc<dyn Rows>),
    /// A file each.
    Files(Arc<Vec<SampleFile>>),
    /// This number everywhere.
    Fill { value: f32, axes: Vec<usize>, samples: usize },
}

/// A sample that is the whole of an array of its own.
#[derive(Clone, Debug)]
pub struct SampleFile {
    source: Arc<dyn Source>,
    path: PathBuf,
    split: Option<String>,
    name: String,
    /// Where it has texts.
    words: Option<Arc<Words>>,
    pub outline: Outline,
    /// Not where the sample lacks the modality.
    is_there: bool,
}

/// What is known of some samples before they are read.
#[derive(Clone, Debug)]
pub struct SampleAxes {
    /// Of one sample.
    pub axes: Vec<usize>,
    samples: usize,
    file: Option<Outline>,
}

impl SampleAxes {
    /// As many samples of these axes, without values.
    pub fn table(&self, axes: Vec<usize>) -> Table {
        let shape = std::iter::once(self.samples).chain(axes).collect();
        let (file, array) = match &self.file {
            Some(outline) => (outline.file.clone(), outline.array.clone()),
            None => (PathBuf::new(), None),
        };
        Table { shape, first: 0, values: Vec::<f32>::new().into(), file, array, places: None }
    }

    pub fn samples(&self) -> usize {
        self.samples
    }

    /// An error with the file it is of.
    pub fn blame(&self, error: DataError) -> DataError {
        match &self.file {
            Some(outline) => {
                let shape = format!("an array of {:?} `{}`", outline.shape, outline.dtype);
                self.table(vec![]).blame(error.found(shape))
            }
            None => error,
        }
    }
}

impl SampleFile {
    pub fn open(
        source: &Arc<dyn Source>,
        path: PathBuf,
        placeholders: Placeholders<'_>,
        words: Option<&Arc<Words>>,
    ) -> Result<Self, DataError> {
        let rows = open(source.as_ref(), &path, placeholders, words.map(Arc::as_ref))?;
        Ok(Self {
            source: source.clone(),
            path,
            split: placeholders.split.map(str::to_string),
            name: placeholders.name.unwrap_or_default().to_string(),
            words: words.cloned(),
            outline: rows.outline().clone(),
            is_there: true,
        })
    }

    /// A sample that lacks the modality, of these axes.
    pub fn absent(source: &Arc<dyn Source>, axes: &[usize]) -> Self {
        let (file, shape) = (PathBuf::new(), axes.to_vec());
        let outline = Outline { file: file.clone(), array: None, dtype: Dtype::numpy("<f4"), shape, places: None };
        let (source, name) = (source.clone(), String::new());
        Self { source, path: file, split: None, name, words: None, outline, is_there: false }
    }

    pub fn is_there(&self) -> bool {
        self.is_there
    }

    /// Of the sample: those of the whole array.
    pub fn axes(&self) -> &[usize] {
        &self.outline.shape
    }

    fn read(&self) -> Result<Table, DataError> {
        if !self.is_there {
            let nothing = vec![f32::NAN; self.outline.shape.iter().product()];
            let shape = std::iter::once(1).chain(self.outline.shape.iter().copied()).collect();
            let file = PathBuf::new();
            return Ok(Table { shape, first: 0, values: nothing.into(), file, array: None, places: None });
        }
        let placeholders = Placeholders { split: self.split.as_deref(), name: Some(&self.name) };
        let table = open(self.source.as_ref(), &self.path, placeholders, self.words.as_deref())?.whole()?;
        if table.shape != self.outline.shape {
            return Err(changed(&table, &self.outline));
        }
        let shape = std::iter::once(1).chain(table.shape.iter().copied()).collect();
        Ok(Table { shape, ..table })
    }
}

fn changed(table: &Table, outline: &Outline) -> DataError {
    table.blame(
        DataError::new(Code::FileChanged, "a file was changed while it was in use")
            .expected(format!("shape {:?}", outline.shape))
            .found(format!("shape {:?}", table.shape)),
    )
}

/// The array a source names.
fn open(
    source: &dyn Source,
    path: &std::path::Path,
    placeholders: Placeholders<'_>,
    words: Option<&Words>,
) -> Result<Box<dyn Rows>, DataError> {
    match source.origin() {
        Origin::File(origin) => words::open(words, path, &origin, placeholders),
        Origin::Points(_) | Origin::Classes | Origin::Fill(_) | Origin::Events(_) => {
            unreachable!("only arrays are opened")
        }
    }
}

impl Segment {
    /// Reads an array into memory that takes at most `limit` bytes there.
    pub fn load_within(&mut self, limit: u64) -> Result<(), DataError> {
        if let Segment::Array(rows) = self
            && rows.outline().bytes() <= limit
        {
            *self = Segment::InMemory(Arc::new(rows.whole()?));
        }
        Ok(())
    }

    /// Reads whatever cannot be read in any order.
    pub fn load_sequential(&mut self) -> Result<(), DataError> {
        if let Segment::Array(rows) = self
            && rows.access() == Access::InOrder
        {
            *self = Segment::InMemory(Arc::new(rows.whole()?));
        }
        Ok(())
    }

    /// Bytes that it takes in memory where arrays of at most `limit` are read there, and of those that are larger and cannot be
    /// read in any order.
    pub fn needs(&self, limit: u64) -> (u64, u64) {
        match self {
            Segment::Array(rows) => match (rows.outline().bytes(), rows.access()) {
                (bytes, _) if bytes <= limit => (bytes, 0),
                (bytes, Access::InOrder) => (0, bytes),
                (_, Access::Anywhere) => (0, 0),
            },
            Segment::InMemory(_) | Segment::Ragged(_) | Segment::Files(_) | Segment::Fill { .. } => (0, 0),
        }
    }

    pub fn samples(&self) -> usize {
        match self {
            Segment::InMemory(table) => table.samples(),
            Segment::Ragged(tables) => tables.len(),
            Segment::Array(rows) => rows.outline().samples(),
            Segment::Files(named) => named.len(),
            Segment::Fill { samples, .. } => *samples,
        }
    }

    /// These of its samples, in this order.
    #[must_use]
    pub fn chosen(self, rows: Vec<usize>) -> Self {
        match self {
            Segment::InMemory(table) => Segment::InMemory(Arc::new(table.gather(&rows))),
            Segment::Ragged(all) => Segment::Ragged(Arc::new(rows.iter().map(|row| all[*row].clone()).collect())),
            Segment::Array(all) => Segment::Array(Chosen::of(all, rows.into_iter().map(Some).collect())),
            Segment::Files(all) => Segment::Files(Arc::new(rows.iter().map(|row| all[*row].clone()).collect())),
            Segment::Fill { value, axes, .. } => Segment::Fill { value, axes, samples: rows.len() },
        }
    }

    /// Whether its file has texts in the place of numbers.
    pub fn has_texts(&self) -> bool {
        match self {
            Segment::Array(rows) => rows.outline().dtype.is_text(),
            Segment::Files(named) => named.iter().any(|file| file.outline.dtype.is_text()),
            Segment::InMemory(_) | Segment::Ragged(_) | Segment::Fill { .. } => false,
        }
    }

    /// The files of a sample each.
    pub fn files(&self) -> &[SampleFile] {
        match self {
            Segment::Files(named) => named,
            Segment::InMemory(_) | Segment::Ragged(_) | Segment::Array(_) | Segment::Fill { .. } => &[],
        }
    }

    /// What headers say of its samples; where all are alike, once.
    pub fn outlines(&self) -> Vec<SampleAxes> {
        match self {
            Segment::InMemory(table) => {
                vec![SampleAxes { axes: table.shape[1..].to_vec(), samples: table.samples(), file: None }]
            }
            Segment::Ragged(tables) => {
                tables.iter().map(|t| SampleAxes { axes: t.shape[1..].to_vec(), samples: 1, file: None }).collect()
            }
            Segment::Array(rows) => {
                let outline = rows.outline();
                let axes = outline.shape[1..].to_vec();
                vec![SampleAxes { axes, samples: outline.samples(), file: Some(outline.clone()) }]
            }
            Segment::Files(named) => {
                let of =
                    |n: &SampleFile| SampleAxes { axes: n.axes().to_vec(), samples: 1, file: Some(n.outline.clone()) };
                named.iter().map(of).collect()
            }
            Segment::Fill { samples: 0, .. } => vec![],
            Segment::Fill { axes, samples, .. } => {
                vec![SampleAxes { axes: axes.clone(), samples: *samples, file: None }]
            }
        }
    }

    /// Bytes of it as 32-bit floats.
    pub fn bytes(&self) -> u64 {
        match self {
            Segment::InMemory(table) => 4 * table.values.len() as u64,
            Segment::Ragged(tables) => tables.iter().map(|t| 4 * t.values.len() as u64).sum(),
            Segment::Array(rows) => bytes(rows.outline()),
            Segment::Files(named) => named.iter().map(|n| 4 * n.axes().iter().product::<usize>() as u64).sum(),
            Segment::Fill { .. } => 0,
        }
    }

    /// The file in a line; nothing of what is in none.
    pub fn summary(&self) -> Option<String> {
        let of = |outline: &Outline| {
            let name = visible(&outline.file.file_name().unwrap_or(outline.file.as_os_str()).to_string_lossy());
            let array = outline.array.as_ref().map_or(String::new(), |array| format!(" `{}`", array.replace('`', "")));
            format!("{name}{}  {} {:?}", visible(&array), visible(&outline.dtype.to_string()), outline.shape)
        };
        match self {
            Segment::Array(rows) => Some(of(rows.outline())),
            Segment::Files(named) => {
                let named: Vec<&SampleFile> = named.iter().filter(|file| file.is_there).collect();
                let first = named.first()?;
                let steps = |n: &&SampleFile| n.axes().first().copied().unwrap_or(1);
                let (low, high) = (named.iter().map(steps).min()?, named.iter().map(steps).max()?);
                Some(match named.len() {
                    1 => of(&first.outline),
                    n => format!("{n} files such as {}; {low} to {high} steps", of(&first.outline)),
                })
            }
            Segment::Fill { value, samples, .. } => Some(format!("fill({value}) for {samples} samples")),
            Segment::InMemory(_) | Segment::Ragged(_) => None,
        }
    }

    /// Samples whose numbers together are about `numbers`; one at least, and one alone where each may have other axes.
    pub fn at_once(&self, numbers: usize) -> usize {
        let width: usize = match self {
            Segment::InMemory(table) => table.shape[1..].iter().product(),
            Segment::Array(rows) => rows.outline().width(),
            Segment::Fill { axes, .. } => axes.iter().product(),
            Segment::Ragged(_) | Segment::Files(_) => return 1,
        };
        (numbers / width.max(1)).max(1)
    }

    /// These samples as they lie there.
    pub fn read(&self, rows: Range<usize>) -> Result<Table, DataError> {
        match self {
            Segment::InMemory(table) => Ok(table.cut(rows)),
            Segment::Ragged(tables) => Ok(tables[rows.start].clone()),
            Segment::Array(array) => array.table(rows),
            Segment::Files(named) => named[rows.start].read(),
            Segment::Fill { value, axes, .. } => {
                let shape = std::iter::once(rows.len()).chain(axes.iter().copied()).collect();
                let values = vec![*value; rows.len() * axes.iter().product::<usize>()].into();
                Ok(Table { shape, first: rows.start, values, file: PathBuf::new(), array: None, places: None })
            }
        }
    }

    /// Reads all of it into memory, where it takes at most `limit` bytes there, or cannot be read in any order.
    pub fn load_files_within(&mut self, limit: u64) -> Result<(), DataError> {
        self.load_within(limit)?;
        self.load_sequential()?;
        if let Segment::Files(named) = self
            && named.iter().map(|n| n.outline.bytes()).sum::<u64>() <= limit
        {
            let tables: Result<Vec<Table>, DataError> = named.iter().map(SampleFile::read).collect();
            *self = Segment::Ragged(Arc::new(tables?));
        }
        Ok(())
    }
}

/// That an array takes as 32-bit floats.
fn bytes(outline: &Outline) -> u64 {
    4 * outline.samples() as u64 * outline.width() as u64
}
