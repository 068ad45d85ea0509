//! A table of named columns on its way out: as comma-separated values, as JSON with an object a row, or as an archive with
//! an array a column. Owns the three forms; what is in the columns is for others.

use super::lines::{COMMENT, Lines, Part};
use crate::cli::destination::{Destination, Force, Ours};
use crate::data::ArchiveWriter;
use crate::digits::number;
use crate::report::csv::Csv;
use serde_json::Value;
use std::io::{self, Read, Write};
use std::path::Path;

/// A column of an archive; one a number of it elsewhere.
pub struct Column {
    pub name: String,
    /// Of one row; none for a single value.
    pub axes: Vec<usize>,
    /// What its values are called, each by itself.
    pub names: Vec<String>,
    /// `rows × values`.
    pub cells: Cells,
}

/// Values of a column, row by row.
pub enum Cells {
    Texts(Vec<String>),
    /// Whole numbers, or none.
    Whole(Vec<Option<i64>>),
    Numbers(Vec<f32>),
}

impl Column {
    /// One value a row.
    pub fn single(name: &str, cells: Cells) -> Self {
        Self { name: name.into(), axes: vec![], names: vec![name.into()], cells }
    }

    /// The same under a name that no other column has.
    pub fn renamed(&mut self, name: String) {
        let rest = |called: &String| called.strip_prefix(&self.name).unwrap_or_default().to_string();
        self.names = self.names.iter().map(|called| format!("{name}{}", rest(called))).collect();
        self.name = name;
    }

    /// The values of a row.
    fn row(&self, row: usize) -> std::ops::Range<usize> {
        row * self.names.len()..(row + 1) * self.names.len()
    }
}

impl Cells {
    pub fn count(&self) -> usize {
        match self {
            Cells::Texts(texts) => texts.len(),
            Cells::Whole(values) => values.len(),
            Cells::Numbers(values) => values.len(),
        }
    }

    fn text(&self, at: usize) -> String {
        match self {
            Cells::Texts(texts) => texts[at].clone(),
            Cells::Whole(values) => values[at].map_or(String::new(), |value| value.to_string()),
            // What is not defined has no value.
            Cells::Numbers(values) if values[at].is_nan() => String::new(),
            Cells::Numbers(values) => number(values[at]),
        }
    }

    fn json(&self, at: usize) -> String {
        match self {
            Cells::Texts(texts) => Value::from(texts[at].as_str()).to_string(),
            Cells::Whole(values) => values[at].map_or("null".into(), |value| value.to_string()),
            // JSON has no word for what is not finite.
            Cells::Numbers(values) if values[at].is_finite() => number(values[at]),
            Cells::Numbers(_) => "null".into(),
        }
    }

    /// As an archive has them: eight bytes a whole number, -1 where there is none, and four of every other.
    fn bytes(&self) -> Vec<u8> {
        match self {
            Cells::Texts(texts) => texts.iter().flat_map(|text| lettered(text)).collect(),
            Cells::Whole(values) => values.iter().flat_map(|value| value.unwrap_or(-1).to_le_bytes()).collect(),
            Cells::Numbers(values) => values.iter().flat_map(|value| value.to_le_bytes()).collect(),
        }
    }
}

/// A text as its number of letters and these, four bytes each.
fn lettered(text: &str) -> impl Iterator<Item = u8> {
    let count = text.chars().count() as u32;
    std::iter::once(count).chain(text.chars().map(u32::from)).flat_map(u32::to_le_bytes)
}

/// A table in the making.
pub struct Table {
    to: To,
    rows: usize,
}

enum To {
    Csv(Lines),
    Json(Lines),
    Archive { parts: Vec<Array>, to: Destination },
}

/// An array until its length is known.
pub struct Array {
    name: String,
    axes: Vec<usize>,
    kind: Kind,
    part: Part,
}

#[derive(Clone, Copy)]
enum Kind {
    /// Of so many letters at most.
    Texts(usize),
    Whole,
    Numbers,
}

impl Table {
    /// With the columns of the first rows; for a file of this name, or standard output.
    pub fn open(name: &Path, columns: &[Column], force: Force) -> Result<Self, String> {
        let heading: Vec<String> = columns.iter().flat_map(|column| column.names.iter().cloned()).collect();
        let to = match name.extension().and_then(|e| e.to_str()) {
            None if name.as_os_str() == "-" => To::Csv(Lines::screen()),
            Some("csv") => {
                let begins = |line: &[u8]| line.split(|byte| *byte == b',').any(|field| field == b"sample");
                let ours = Ours::new("table of predictions", move |ends| {
                    ends.head.split(|byte| *byte == b'\n').next().is_some_and(begins)
                });
                To::Csv(Lines::file(Destination::claim(name, ours, force)?)?)
            }
            Some("json") => {
                let is_ours = |head: &str| head.starts_with("[\n{\"") && head.contains("\"sample\":");
                let ours = Ours::new("file of predictions", move |ends| is_ours(&String::from_utf8_lossy(&ends.head)));
                To::Json(Lines::file(Destination::claim(name, ours, force)?)?)
            }
            Some("npz") => {
                let ours = Ours::new("archive of predictions", |ends| ends.tail.ends_with(COMMENT.as_bytes()));
                let to = Destination::claim(name, ours, force)?;
                let parts = columns.iter().map(|column| Array::of(column, &to)).collect::<Result<_, _>>()?;
                To::Archive { parts, to }
            }
            Some(_) | None => {
                return Err(format!(
                    "`{}`: predictions of a run go to a .csv, .json or .npz file, or to `-`",
                    name.display()
                ));
            }
        };
        let mut table = Self { to, rows: 0 };
        if let To::Csv(lines) = &mut table.to {
            lines.add(&Csv::new(&heading).text())?;
        }
        Ok(table)
    }

    /// The next rows.
    pub fn add(&mut self, columns: &[Column], rows: usize) -> Result<(), String> {
        match &mut self.to {
            To::Csv(lines) => (0..rows).try_for_each(|row| {
                let cells = columns.iter().flat_map(|c| c.row(row).map(move |at| c.cells.text(at)));
                lines.add(&Csv::new(cells).text())
            })?,
            To::Json(lines) => (0..rows).try_for_each(|row| {
                let cells = columns.iter().flat_map(|c| c.row(row).zip(&c.names).map(move |(at, name)| (name, at, c)));
                let pairs = cells.map(|(name, at, c)| format!("{}:{}", Value::from(name.as_str()), c.cells.json(at)));
                let before = if self.rows + row == 0 { "[\n" } else { ",\n" };
                lines.add(&format!("{before}{{{}}}", pairs.collect::<Vec<_>>().join(",")))
            })?,
            To::Archive { parts, .. } => {
                parts.iter_mut().zip(columns).try_for_each(|(array, c)| array.add(&c.cells))?
            }
        }
        self.rows += rows;
        Ok(())
    }

    /// Makes the file whole and gives it its name; the number of rows.
    pub fn finish(self) -> Result<usize, String> {
        match self.to {
            To::Csv(lines) => lines.finish()?,
            To::Json(mut lines) => {
                lines.add(if self.rows == 0 { "[]\n" } else { "\n]\n" })?;
                lines.finish()?;
            }
            To::Archive { parts, to } => archive(parts, self.rows, &to)?,
        }
        Ok(self.rows)
    }
}

impl Array {
    fn of(column: &Column, to: &Destination) -> Result<Self, String> {
        let kind = match &column.cells {
            Cells::Texts(_) => Kind::Texts(1),
            Cells::Whole(_) => Kind::Whole,
            Cells::Numbers(_) => Kind::Numbers,
        };
        Self::new(&column.name, &column.axes, kind, to)
    }

    fn new(name: &str, axes: &[usize], kind: Kind, to: &Destination) -> Result<Self, String> {
        Ok(Self { name: name.into(), axes: axes.to_vec(), kind, part: Part::of(to)? })
    }

    /// One text a row.
    pub fn texts(name: &str, to: &Destination) -> Result<Self, String> {
        Self::new(name, &[], Kind::Texts(1), to)
    }

    /// One whole number a row.
    pub fn whole(name: &str, to: &Destination) -> Result<Self, String> {
        Self::new(name, &[], Kind::Whole, to)
    }

    /// Numbers, in these axes a row.
    pub fn numbers(name: &str, axes: &[usize], to: &Destination) -> Result<Self, String> {
        Self::new(name, axes, Kind::Numbers, to)
    }

    pub fn add(&mut self, cells: &Cells) -> Result<(), String> {
        if let (Kind::Texts(longest), Cells::Texts(texts)) = (&mut self.kind, cells) {
            *longest = texts.iter().map(|text| text.chars().count()).fold(*longest, usize::max);
        }
        self.part.write(&cells.bytes())
    }

    /// As a file of the archive.
    fn write(mut self, rows: usize, mut out: impl Write) -> io::Result<()> {
        let shape: Vec<u64> = std::iter::once(rows).chain(self.axes).map(|n| n as u64).collect();
        let values = shape.iter().product::<u64>();
        let mut numbers = self.part.again()?;
        let descr = match self.kind {
            Kind::Texts(longest) => format!("<U{longest}"),
            Kind::Whole => "<i8".into(),
            Kind::Numbers => "<f4".into(),
        };
        out.write_all(&header(&descr, &shape))?;
        let Kind::Texts(longest) = self.kind else { return io::copy(&mut numbers, &mut out).map(|_| ()) };
        for _ in 0..values {
            let mut count = [0; 4];
            numbers.read_exact(&mut count)?;
            let mut letters = vec![0; 4 * longest];
            numbers.read_exact(&mut letters[..4 * u32::from_le_bytes(count) as usize])?;
            out.write_all(&letters)?;
        }
        Ok(())
    }
}

/// The first bytes of a `.npy` file.
fn header(descr: &str, shape: &[u64]) -> Vec<u8> {
    let axes: String = shape.iter().map(|n| format!("{n}, ")).collect();
    let mut text = format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': ({}), }}", axes.trim_end());
    // Ten bytes before it, a line's end behind it, and a multiple of 64 in all.
    text += &" ".repeat((64 - (text.len() + 11) % 64) % 64);
    text.push('\n');
    [b"\x93NUMPY\x01\x00".as_slice(), &(text.len() as u16).to_le_bytes(), text.as_bytes()].concat()
}

pub fn archive(parts: Vec<Array>, rows: usize, to: &Destination) -> Result<(), String> {
    let mut whole = Part::of(to)?;
    let mut archive = ArchiveWriter::new(&mut whole.file);
    for array in parts {
        let name = array.name.clone();
        array.write(rows, archive.begin(&name).map_err(|e| to.cannot(&e))?).map_err(|e| to.cannot(&e))?;
    }
    archive.finish(COMMENT).map_err(|e| to.cannot(&e))?;
    whole.keep(to)
}
