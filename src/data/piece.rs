//! Samples that lie together: computed, in one array, in a file each, or made up. Owns how a run of them is read, raw.

use super::error::DataError;
use super::path::Marks;
use super::rows::{self, Access, Outline, Rows};
use super::table::Table;
use crate::builtin::dataset::{Origin, Source};
use crate::visible::visible;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

/// Samples one after another.
#[derive(Clone, Debug)]
pub enum Piece {
    /// In memory.
    Held(Arc<Table>),
    /// Of different lengths, in memory.
    Loose(Arc<Vec<Table>>),
    /// The rows of an array in a file.
    Rows(Arc<dyn Rows>),
    /// A file each.
    Named(Arc<Vec<Named>>),
    /// This number everywhere.
    Fill { value: f32, axes: Vec<usize>, samples: usize },
}

/// A sample that is the whole of an array of its own.
#[derive(Clone, Debug)]
pub struct Named {
    source: Arc<dyn Source>,
    path: PathBuf,
    key: Option<String>,
    name: String,
    pub outline: Outline,
}

/// What is known of some samples before they are read.
#[derive(Clone, Debug)]
pub struct Axes {
    /// Of one sample.
    pub axes: Vec<usize>,
    samples: usize,
    file: Option<Outline>,
}

impl Axes {
    /// As many samples of these axes, without values.
    pub fn table(&self, axes: Vec<usize>) -> Table {
        let shape = std::iter::once(self.samples).chain(axes).collect();
        let (file, array) = match &self.file {
            Some(outline) => (outline.file.clone(), outline.array.clone()),
            None => (PathBuf::new(), None),
        };
        Table { shape, first: 0, values: Vec::<f32>::new().into(), file, array, lines: None }
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

impl Named {
    pub fn open(source: &Arc<dyn Source>, path: PathBuf, marks: Marks<'_>) -> Result<Self, DataError> {
        let rows = open(source.as_ref(), &path, marks)?;
        Ok(Self {
            source: source.clone(),
            path,
            key: marks.key.map(str::to_string),
            name: marks.name.unwrap_or_default().to_string(),
            outline: rows.outline().clone(),
        })
    }

    /// Of the sample: those of the whole array.
    pub fn axes(&self) -> &[usize] {
        &self.outline.shape
    }

    fn read(&self) -> Result<Table, DataError> {
        let marks = Marks { key: self.key.as_deref(), name: Some(&self.name) };
        let table = open(self.source.as_ref(), &self.path, marks)?.whole()?;
        if table.shape != self.outline.shape {
            return Err(changed(&table, &self.outline));
        }
        let shape = std::iter::once(1).chain(table.shape.iter().copied()).collect();
        Ok(Table { shape, ..table })
    }
}

fn changed(table: &Table, outline: &Outline) -> DataError {
    table.blame(
        DataError::new("mhm::file-changed", "a file was changed while it was in use")
            .expected(format!("shape {:?}", outline.shape))
            .found(format!("shape {:?}", table.shape)),
    )
}

/// The array a source names.
pub fn open(source: &dyn Source, path: &std::path::Path, marks: Marks<'_>) -> Result<Box<dyn Rows>, DataError> {
    match source.origin() {
        Origin::File(origin) => rows::open(path, &origin.part, marks),
        Origin::Points(_) | Origin::Classes | Origin::Fill(_) | Origin::Events(_) => {
            unreachable!("only arrays are opened")
        }
    }
}

impl Piece {
    /// Reads an array into memory that takes at most `limit` bytes there.
    pub fn settle(&mut self, limit: u64) -> Result<(), DataError> {
        if let Piece::Rows(rows) = self
            && rows.outline().bytes() <= limit
        {
            *self = Piece::Held(Arc::new(rows.whole()?));
        }
        Ok(())
    }

    /// Reads whatever cannot be read in any order.
    pub fn loosen(&mut self) -> Result<(), DataError> {
        if let Piece::Rows(rows) = self
            && rows.access() == Access::InOrder
        {
            *self = Piece::Held(Arc::new(rows.whole()?));
        }
        Ok(())
    }

    /// Bytes that it takes in memory where arrays of at most `limit` are read there, and of those that are larger and cannot be
    /// read in any order.
    pub fn needs(&self, limit: u64) -> (u64, u64) {
        match self {
            Piece::Rows(rows) => match (rows.outline().bytes(), rows.access()) {
                (bytes, _) if bytes <= limit => (bytes, 0),
                (bytes, Access::InOrder) => (0, bytes),
                (_, Access::Anywhere) => (0, 0),
            },
            Piece::Held(_) | Piece::Loose(_) | Piece::Named(_) | Piece::Fill { .. } => (0, 0),
        }
    }

    pub fn samples(&self) -> usize {
        match self {
            Piece::Held(table) => table.samples(),
            Piece::Loose(tables) => tables.len(),
            Piece::Rows(rows) => rows.outline().samples(),
            Piece::Named(named) => named.len(),
            Piece::Fill { samples, .. } => *samples,
        }
    }

    /// The files a sample each.
    pub fn named(&self) -> &[Named] {
        match self {
            Piece::Named(named) => named,
            Piece::Held(_) | Piece::Loose(_) | Piece::Rows(_) | Piece::Fill { .. } => &[],
        }
    }

    /// What headers say of its samples; where all are alike, once.
    pub fn outlines(&self) -> Vec<Axes> {
        match self {
            Piece::Held(table) => {
                vec![Axes { axes: table.shape[1..].to_vec(), samples: table.samples(), file: None }]
            }
            Piece::Loose(tables) => {
                tables.iter().map(|t| Axes { axes: t.shape[1..].to_vec(), samples: 1, file: None }).collect()
            }
            Piece::Rows(rows) => {
                let outline = rows.outline();
                let axes = outline.shape[1..].to_vec();
                vec![Axes { axes, samples: outline.samples(), file: Some(outline.clone()) }]
            }
            Piece::Named(named) => {
                let of = |n: &Named| Axes { axes: n.axes().to_vec(), samples: 1, file: Some(n.outline.clone()) };
                named.iter().map(of).collect()
            }
            Piece::Fill { samples: 0, .. } => vec![],
            Piece::Fill { axes, samples, .. } => vec![Axes { axes: axes.clone(), samples: *samples, file: None }],
        }
    }

    /// Bytes of it as 32-bit floats.
    pub fn bytes(&self) -> u64 {
        match self {
            Piece::Held(table) => 4 * table.values.len() as u64,
            Piece::Loose(tables) => tables.iter().map(|t| 4 * t.values.len() as u64).sum(),
            Piece::Rows(rows) => bytes(rows.outline()),
            Piece::Named(named) => named.iter().map(|n| 4 * n.axes().iter().product::<usize>() as u64).sum(),
            Piece::Fill { .. } => 0,
        }
    }

    /// The file in a line; nothing of what is in none.
    pub fn line(&self) -> Option<String> {
        let of = |outline: &Outline| {
            let name = visible(&outline.file.file_name().unwrap_or(outline.file.as_os_str()).to_string_lossy());
            let array = outline.array.as_ref().map_or(String::new(), |array| format!(" `{}`", array.replace('`', "")));
            format!("{name}{}  {} {:?}", visible(&array), visible(&outline.dtype), outline.shape)
        };
        match self {
            Piece::Rows(rows) => Some(of(rows.outline())),
            Piece::Named(named) => {
                let first = named.first()?;
                let steps = |n: &Named| n.axes().first().copied().unwrap_or(1);
                let (low, high) = (named.iter().map(steps).min()?, named.iter().map(steps).max()?);
                Some(match named.len() {
                    1 => of(&first.outline),
                    n => format!("{n} files such as {}; {low} to {high} steps", of(&first.outline)),
                })
            }
            Piece::Fill { value, samples, .. } => Some(format!("fill({value}) for {samples} samples")),
            Piece::Held(_) | Piece::Loose(_) => None,
        }
    }

    /// Samples whose numbers together are about `numbers`; one at least, and one alone where each may have other axes.
    pub fn at_once(&self, numbers: usize) -> usize {
        let width: usize = match self {
            Piece::Held(table) => table.shape[1..].iter().product(),
            Piece::Rows(rows) => rows.outline().width(),
            Piece::Fill { axes, .. } => axes.iter().product(),
            Piece::Loose(_) | Piece::Named(_) => return 1,
        };
        (numbers / width.max(1)).max(1)
    }

    /// These samples as they lie there.
    pub fn read(&self, rows: Range<usize>) -> Result<Table, DataError> {
        match self {
            Piece::Held(table) => Ok(table.cut(rows)),
            Piece::Loose(tables) => Ok(tables[rows.start].clone()),
            Piece::Rows(array) => array.table(rows),
            Piece::Named(named) => named[rows.start].read(),
            Piece::Fill { value, axes, .. } => {
                let shape = std::iter::once(rows.len()).chain(axes.iter().copied()).collect();
                let values = vec![*value; rows.len() * axes.iter().product::<usize>()].into();
                Ok(Table { shape, first: rows.start, values, file: PathBuf::new(), array: None, lines: None })
            }
        }
    }

    /// Reads all of it into memory, where it takes at most `limit` bytes there, or cannot be read in any order.
    pub fn hold(&mut self, limit: u64) -> Result<(), DataError> {
        self.settle(limit)?;
        self.loosen()?;
        if let Piece::Named(named) = self
            && named.iter().map(|n| n.outline.bytes()).sum::<u64>() <= limit
        {
            let tables: Result<Vec<Table>, DataError> = named.iter().map(Named::read).collect();
            *self = Piece::Loose(Arc::new(tables?));
        }
        Ok(())
    }
}

/// That an array takes as 32-bit floats.
fn bytes(outline: &Outline) -> u64 {
    4 * outline.samples() as u64 * outline.width() as u64
}
