//! Predictions on their way out: a line a sample, or an array an output. Files get their name when they are whole, and
//! memory does not grow with the samples.

use super::lines::{Lines, Part};
use crate::cli::destination::{Destination, Force, LOOK, Ours};
use crate::digits::number;
use crate::model::Output;
use crate::model::output::header;
use npyz::WriterBuilder;
use std::io::{self, Read};
use std::path::Path;

/// What ends an archive of predictions: readers of archives pass over it.
pub const COMMENT: &str = "written by mhm predict";

/// Where predictions go.
pub struct Writer {
    outputs: Vec<Output>,
    to: To,
    samples: usize,
    /// Whether the heading is written.
    headed: bool,
}

enum To {
    Lines(Lines),
    /// Raw numbers, a file an output, until their number is known.
    Archive {
        parts: Vec<Part>,
        to: Destination,
    },
}

impl Writer {
    /// For a file of this name, or standard output.
    pub fn open(name: &Path, outputs: &[Output], force: Force) -> Result<Self, String> {
        let ending = name.extension().and_then(|e| e.to_str());
        let to = match ending {
            None if name.as_os_str() == "-" => To::Lines(Lines::screen()),
            Some("csv") => {
                let line = (heading(outputs) + "\n").into_bytes();
                let begins = move |head: &[u8]| head.starts_with(&line[..line.len().min(LOOK)]);
                let ours = Ours::new("table of these predictions", move |ends| begins(&ends.head));
                To::Lines(Lines::file(Destination::claim(name, ours, force)?)?)
            }
            Some("npz") => {
                let ours = Ours::new("archive of predictions", |ends| ends.tail.ends_with(COMMENT.as_bytes()));
                let to = Destination::claim(name, ours, force)?;
                To::Archive { parts: outputs.iter().map(|_| Part::of(&to)).collect::<Result<_, _>>()?, to }
            }
            Some(_) | None => {
                return Err(format!("`{}`: predictions go to a .csv or .npz file, or to `-`", name.display()));
            }
        };
        Ok(Self { outputs: outputs.to_vec(), to, samples: 0, headed: false })
    }

    /// The heading, once there is something below it: what cannot be read leaves nothing behind.
    fn head(&mut self) -> Result<(), String> {
        if !std::mem::replace(&mut self.headed, true) {
            self.line(&heading(&self.outputs))?;
        }
        Ok(())
    }

    /// The outputs of the next samples.
    pub fn batch(&mut self, values: &[Vec<f32>]) -> Result<(), String> {
        self.head()?;
        let widths: Vec<usize> = self.outputs.iter().map(Output::width).collect();
        let count = values.iter().zip(&widths).map(|(v, w)| v.len() / w.max(&1)).next().unwrap_or(0);
        if let To::Archive { parts, .. } = &mut self.to {
            for (part, values) in parts.iter_mut().zip(values) {
                let bytes: Vec<u8> = values.iter().flat_map(|v| v.to_le_bytes()).collect();
                part.write(&bytes)?;
            }
        } else {
            for i in 0..count {
                let sample = values.iter().zip(&widths).map(|(values, width)| &values[i * width..][..*width]);
                let line = row(self.samples + i, &self.outputs, sample);
                self.line(&line)?;
            }
        }
        self.samples += count;
        Ok(())
    }

    fn line(&mut self, line: &str) -> Result<(), String> {
        match &mut self.to {
            To::Lines(lines) => lines.add(&format!("{line}\n")),
            To::Archive { .. } => Ok(()),
        }
    }

    /// Makes the file whole and gives it its name; the number of samples.
    pub fn finish(mut self) -> Result<usize, String> {
        self.head()?;
        match self.to {
            To::Lines(lines) => lines.finish()?,
            To::Archive { parts, to } => archive(parts, &self.outputs, self.samples, &to)?,
        }
        Ok(self.samples)
    }
}

fn heading(outputs: &[Output]) -> String {
    let columns: Vec<String> = header(outputs).iter().map(|column| field(column)).collect();
    format!("sample,{}", columns.join(","))
}

fn row<'v>(index: usize, outputs: &[Output], sample: impl Iterator<Item = &'v [f32]>) -> String {
    let mut line = index.to_string();
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

fn archive(parts: Vec<Part>, outputs: &[Output], samples: usize, to: &Destination) -> Result<(), String> {
    let mut whole = Part::of(to)?;
    let cannot = |e: io::Error| to.cannot(&e);
    let mut npz = npyz::npz::NpzWriter::new(&mut whole.file);
    for (mut part, output) in parts.into_iter().zip(outputs) {
        let shape: Vec<u64> = std::iter::once(samples).chain(output.axes.iter().copied()).map(|n| n as u64).collect();
        let array = npz.array::<f32>(&output.name, Default::default()).map_err(cannot)?;
        let mut array = array.default_dtype().shape(&shape).begin_nd().map_err(cannot)?;
        let mut numbers = part.again().map_err(cannot)?;
        let mut bytes = [0; 4];
        for _ in 0..samples * output.width() {
            numbers.read_exact(&mut bytes).map_err(cannot)?;
            array.push(&f32::from_le_bytes(bytes)).map_err(cannot)?;
        }
        array.finish().map_err(cannot)?;
    }
    npz.zip_writer().set_comment(COMMENT);
    npz.zip_writer().finish().map_err(|e| cannot(e.into()))?;
    drop(npz);
    whole.keep(to)
}
