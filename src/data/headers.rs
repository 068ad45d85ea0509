//! What `mhm data FILE.mhm` prints of the files that a dataset names: what is declared beside what headers say. Reads no
//! values.

use super::check::check;
use super::error::DataError;
use super::fault::Fault;
use super::open::open_all;
use super::recipe::Recipe;
use super::segment::Segment;
use super::spec::{Column, DataSpec, Member};
use crate::seed::Seed;
use std::fmt;

/// The files of a dataset.
#[derive(Clone, Debug, PartialEq)]
pub struct Headers {
    pub columns: Vec<ColumnHeaders>,
    pub samples: usize,
    /// Rows of the files that are no samples.
    pub left_out: usize,
    /// Bytes of all arrays as 32-bit floats.
    pub bytes: u64,
}

/// One modality or target.
#[derive(Clone, Debug, PartialEq)]
pub struct ColumnHeaders {
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
pub fn headers(spec: &DataSpec, seed: Seed) -> Result<Option<Headers>, DataError> {
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
    let bytes = recipes.clone().flat_map(|recipe| &recipe.segments).map(Segment::bytes).sum();
    let columns = columns.iter().zip(recipes).map(|(column, recipe)| of(spec, column, recipe)).collect();
    let rows: usize = opened.shards.iter().map(|shard| shard.rows).sum();
    Ok(Some(Headers { columns, samples: opened.samples, left_out: rows - opened.samples, bytes }))
}

fn of(spec: &DataSpec, column: &Column<'_>, recipe: &Recipe) -> ColumnHeaders {
    let declared = match column.member {
        Member::Target(i) => spec.targets[i].kind.to_string(),
        Member::Modality(_) | Member::Group(_) | Member::Split(_) | Member::Dataset => format!("{:?}", column.axes),
    };
    ColumnHeaders {
        name: format!("{} {}", column.member.noun(), column.name),
        declared,
        files: recipe.segments.iter().filter_map(Segment::summary).collect(),
        prepared: column.transforms.iter().map(|p| format!(" |> {}", p.written(&[]))).collect(),
    }
}

impl fmt::Display for Headers {
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
        let left_out = match self.left_out {
            0 => String::new(),
            1 => " (1 row is left out)".into(),
            rows => format!(" ({rows} rows are left out)"),
        };
        writeln!(f, "  {} samples{left_out}, {size:.1} {unit} as 32-bit floats", self.samples)
    }
}
