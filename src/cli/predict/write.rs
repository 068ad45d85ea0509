//! Predictions on their way out: a line a sample, or an array an output. Files get their name when they are whole, and
//! memory does not grow with the samples.

use super::lines::{COMMENT, Lines};
use super::proba;
use super::samples::{Named, Numbers};
use super::table::{Array, Cells, archive};
use crate::cli::destination::{Destination, Force, LOOK, Ours};
use crate::digits::number;
use crate::model::Output;
use crate::model::output::header;
use crate::report::csv::Csv;
use std::collections::BTreeSet;
use std::path::Path;

/// How classes are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// As the network's outputs.
    Outputs,
    /// A probability each.
    Probabilities,
}

/// What the number of a sample is called.
const SAMPLE: &str = "sample";
/// What its row in the files of its split is called.
const ROW: &str = "row";

/// What is written of every sample.
pub struct Written<'w> {
    /// As the network has them.
    outputs: &'w [Output],
    /// As they are written.
    shown: Vec<Output>,
    form: Form,
    /// What says which sample it is.
    ids: &'w [Named],
    /// What each is called by number.
    numbers: &'w Numbers,
}

impl<'w> Written<'w> {
    /// # Errors
    /// There are no probabilities of classes, or two columns are called alike.
    pub fn of(outputs: &'w [Output], form: Form, (numbers, ids): (&'w Numbers, &'w [Named])) -> Result<Self, String> {
        let shown = match form {
            Form::Outputs => outputs.to_vec(),
            Form::Probabilities => proba::outputs(outputs)?,
        };
        let mut taken: BTreeSet<String> = header(&shown).into_iter().collect();
        taken.extend(shown.iter().map(|output| output.name.clone()));
        taken.insert(SAMPLE.into());
        if !numbers.rows.is_empty() {
            taken.insert(ROW.into());
        }
        match ids.iter().find(|id| !taken.insert(id.column.clone())) {
            Some(id) => Err(format!("`--id {}`: another column of the predictions is called so", id.column)),
            None => Ok(Self { outputs, shown, form, ids, numbers }),
        }
    }

    fn values(&self, values: Vec<Vec<f32>>) -> Vec<Vec<f32>> {
        match self.form {
            Form::Outputs => values,
            Form::Probabilities => {
                self.outputs.iter().zip(&values).map(|(o, values)| proba::values(o, values)).collect()
            }
        }
    }

    fn heading(&self) -> String {
        let ids: String = self.ids.iter().map(|id| format!(",{}", line(&[&id.column]))).collect();
        let columns: Vec<String> = header(&self.shown).iter().map(|column| field(column)).collect();
        let row = if self.numbers.rows.is_empty() { String::new() } else { format!(",{ROW}") };
        format!("{SAMPLE}{row}{ids},{}", columns.join(","))
    }

    /// The numbers of a sample, field by field.
    fn which(&self, sample: usize) -> String {
        let number = self.numbers.samples.get(sample).map_or(sample, |number| *number as usize);
        self.numbers.rows.get(sample).map_or_else(|| number.to_string(), |row| format!("{number},{row}"))
    }

    /// The same as arrays, with their names; where samples are called by their places there are none.
    fn numbered(&self) -> impl Iterator<Item = (&'static str, &'w [u32])> {
        let Numbers { samples, rows } = self.numbers;
        [(SAMPLE, samples.as_slice()), (ROW, rows.as_slice())].into_iter().filter(|(_, numbers)| !numbers.is_empty())
    }

    /// Texts that say which samples these are, id by id.
    fn texts(&self, rows: std::ops::Range<usize>) -> impl Iterator<Item = Cells> {
        self.ids.iter().map(move |id| Cells::Texts(rows.clone().map(|row| id.texts.at(row).to_string()).collect()))
    }
}

/// Fields of a table, on one line.
fn line(fields: &[&str]) -> String {
    Csv::new(fields).text().trim_end_matches('\n').to_string()
}

/// Where predictions go.
pub struct Writer<'w> {
    written: Written<'w>,
    to: To,
    samples: usize,
    /// Whether the heading is written.
    headed: bool,
}

enum To {
    Lines(Lines),
    /// What says which samples they are, then the outputs.
    Archive {
        arrays: Vec<Array>,
        to: Destination,
    },
}

impl<'w> Writer<'w> {
    /// For a file of this name, or standard output.
    pub fn open(name: &Path, written: Written<'w>, force: Force) -> Result<Self, String> {
        let ending = name.extension().and_then(|e| e.to_str());
        let to = match ending {
            None if name.as_os_str() == "-" => To::Lines(Lines::screen()),
            Some("csv") => {
                let line = (written.heading() + "\n").into_bytes();
                let begins = move |head: &[u8]| head.starts_with(&line[..line.len().min(LOOK)]);
                let ours = Ours::new("table of these predictions", move |ends| begins(&ends.head));
                To::Lines(Lines::file(Destination::claim(name, ours, force)?)?)
            }
            Some("npz") => {
                let ours = Ours::new("archive of predictions", |ends| ends.tail.ends_with(COMMENT.as_bytes()));
                let to = Destination::claim(name, ours, force)?;
                let ids = written.ids.iter().map(|id| Array::texts(&id.column, &to));
                let outputs = written.shown.iter().map(|output| Array::numbers(&output.name, &output.axes, &to));
                let numbers = written.numbered().map(|(name, _)| Array::whole(name, &to));
                To::Archive { arrays: numbers.chain(ids).chain(outputs).collect::<Result<_, _>>()?, to }
            }
            Some(_) | None => {
                return Err(format!("`{}`: predictions go to a .csv or .npz file, or to `-`", name.display()));
            }
        };
        Ok(Self { written, to, samples: 0, headed: false })
    }

    /// The heading, once there is something below it: what cannot be read leaves nothing behind.
    fn head(&mut self) -> Result<(), String> {
        match &mut self.to {
            To::Lines(lines) if !std::mem::replace(&mut self.headed, true) => {
                lines.add(&format!("{}\n", self.written.heading()))
            }
            To::Lines(_) | To::Archive { .. } => Ok(()),
        }
    }

    /// The outputs of the next samples.
    pub fn batch(&mut self, values: Vec<Vec<f32>>) -> Result<(), String> {
        self.head()?;
        let values = self.written.values(values);
        let Written { shown, ids, .. } = &self.written;
        let widths: Vec<usize> = shown.iter().map(Output::width).collect();
        let count = values.iter().zip(&widths).map(|(v, w)| v.len() / w.max(&1)).next().unwrap_or(0);
        match &mut self.to {
            To::Archive { arrays, .. } => {
                let rows = self.samples..self.samples + count;
                let whole = |numbers: &[u32]| Cells::Whole(numbers.iter().map(|n| Some(i64::from(*n))).collect());
                let numbers = self.written.numbered().map(|(_, numbers)| whole(&numbers[rows.clone()]));
                let texts = self.written.texts(rows.clone());
                let cells = numbers.chain(texts).chain(values.into_iter().map(Cells::Numbers));
                arrays.iter_mut().zip(cells).try_for_each(|(array, cells)| array.add(&cells))?;
            }
            To::Lines(lines) => {
                for i in 0..count {
                    let sample = values.iter().zip(&widths).map(|(values, width)| &values[i * width..][..*width]);
                    let which = self.samples + i;
                    let texts: String = ids.iter().map(|id| format!(",{}", line(&[id.texts.at(which)]))).collect();
                    let number = self.written.which(which);
                    lines.add(&format!("{}\n", row(format!("{number}{texts}"), shown, sample)))?;
                }
            }
        }
        self.samples += count;
        Ok(())
    }

    /// Makes the file whole and gives it its name; the number of samples.
    pub fn finish(mut self) -> Result<usize, String> {
        self.head()?;
        match self.to {
            To::Lines(lines) => lines.finish()?,
            To::Archive { arrays, to } => archive(arrays, self.samples, &to)?,
        }
        Ok(self.samples)
    }
}

fn row<'v>(which: String, outputs: &[Output], sample: impl Iterator<Item = &'v [f32]>) -> String {
    let mut line = which;
    for (output, values) in outputs.iter().zip(sample) {
        let classes = output.classes(values);
        classes.iter().for_each(|class| line += &format!(",{class}"));
        if !output.names.is_empty() {
            let name = |class: &usize| output.names.get(*class).map_or(String::new(), |name| field(name));
            classes.iter().for_each(|class| line += &format!(",{}", name(class)));
        }
        values.iter().for_each(|value| line += &format!(",{}", number(*value)));
    }
    line
}

/// A field of a table; in quotes where its text would be more than one.
fn field(text: &str) -> String {
    match text.contains([',', '"', '\n', '\r']) {
        true => format!("\"{}\"", text.replace('"', "\"\"")),
        false => text.to_string(),
    }
}
