//! What `mhm data FILE.mhm` prints of the files that a dataset names: what is declared beside what headers say. Reads no
//! values.

use super::check::{Fault, Place};
use super::error::DataError;
use super::open::{Column, open_all};
use super::piece::Piece;
use super::recipe::Recipe;
use super::{DataSpec, check};
use crate::seed::Seed;
use std::fmt;

/// The files of a dataset.
#[derive(Clone, Debug, PartialEq)]
pub struct Actual {
    pub columns: Vec<ActualColumn>,
    pub samples: usize,
    /// Bytes of all arrays as 32-bit floats.
    pub bytes: u64,
}

/// One modality or target.
#[derive(Clone, Debug, PartialEq)]
pub struct ActualColumn {
    /// `modality audio`
    pub name: String,
    /// `[10, 128]`, `class(29)`
    pub declared: String,
    /// `audio.h5  <f4 [4143, 10, 128]`, a line a file or a folder of them.
    pub files: Vec<String>,
    /// `|> mean(axes: [2, 3])`
    pub prepared: String,
}

/// Of a dataset made of files; of a generator's nothing.
///
/// # Errors
/// The first thing that headers show to be wrong.
pub fn actual(spec: &DataSpec, seed: Seed) -> Result<Option<Actual>, DataError> {
    if let Some(problem) = check(spec).into_iter().next() {
        return Err(problem.into_error(spec));
    }
    if spec.generator.is_some() {
        return Ok(None);
    }
    let mut faults: Vec<Fault> = vec![];
    let opened = open_all(spec, seed, &mut faults);
    if let Some(fault) = faults.into_iter().next() {
        return Err(fault.error);
    }
    let Some(opened) = opened else { return Ok(None) };
    let recipes = opened.modalities.iter().chain(&opened.targets).flatten();
    let columns = spec.columns();
    let bytes = recipes.clone().flat_map(|recipe| &recipe.pieces).map(Piece::bytes).sum();
    let columns = columns.iter().zip(recipes).map(|(column, recipe)| of(spec, column, recipe)).collect();
    Ok(Some(Actual { columns, samples: opened.samples, bytes }))
}

fn of(spec: &DataSpec, column: &Column<'_>, recipe: &Recipe) -> ActualColumn {
    let declared = match column.place {
        Place::Target(i) => spec.targets[i].kind.to_string(),
        Place::Modality(_) | Place::Split(_) | Place::From => format!("{:?}", column.axes),
    };
    ActualColumn {
        name: column.place.named(spec).replace('`', ""),
        declared,
        files: recipe.pieces.iter().filter_map(Piece::line).collect(),
        prepared: column.transforms.iter().map(|p| format!(" |> {}", p.written(&[]))).collect(),
    }
}

impl fmt::Display for Actual {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self.columns.iter().map(|c| c.name.chars().count()).max().unwrap_or(0);
        let wide = self.columns.iter().map(|c| c.declared.chars().count()).max().unwrap_or(0);
        for column in &self.columns {
            for (i, file) in column.files.iter().enumerate() {
                let (name, declared) = if i == 0 { (&*column.name, &*column.declared) } else { ("", "") };
                let sign = if i == 0 { "=" } else { "+" };
                write!(f, "  {name:names$}  {declared:wide$}  {sign} {file}")?;
                let last = i + 1 == column.files.len();
                writeln!(f, "{}", if last { &*column.prepared } else { "" })?;
            }
        }
        let size = self.bytes as f64;
        let (size, unit) = if size < 1e9 { (size / 1e6, "MB") } else { (size / 1e9, "GB") };
        writeln!(f, "  {} samples, {size:.1} {unit} as 32-bit floats", self.samples)
    }
}
