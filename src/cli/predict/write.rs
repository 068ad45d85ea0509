//! Predictions on their way out: a line a sample, or an array an output. Files get their name when they are whole, and
//! memory does not grow with the samples.

use crate::digits::number;
use crate::model::Output;
use crate::model::output::header;
use npyz::WriterBuilder;
use std::fs::{self, File};
use std::io::{self, BufReader, BufWriter, Read, Seek, Write};
use std::path::{Path, PathBuf};

/// Where predictions go.
pub struct Writer {
    outputs: Vec<Output>,
    to: To,
    samples: usize,
    /// Whether the heading is written.
    headed: bool,
}

enum To {
    Screen(BufWriter<io::Stdout>),
    Table {
        part: Part,
        name: PathBuf,
    },
    /// Raw numbers, a file an output, until their number is known.
    Archive {
        parts: Vec<Part>,
        name: PathBuf,
    },
}

impl Writer {
    /// For a file of this name, or standard output.
    pub fn open(name: &Path, outputs: &[Output]) -> Result<Self, String> {
        let ending = name.extension().and_then(|e| e.to_str());
        let to = match ending {
            None if name.as_os_str() == "-" => To::Screen(BufWriter::new(io::stdout())),
            Some("csv") => To::Table { part: Part::create(name, "part")?, name: name.into() },
            Some("npz") => {
                let part = |i: usize| Part::create(name, &format!("{i}.part"));
                To::Archive { parts: (0..outputs.len()).map(part).collect::<Result<_, _>>()?, name: name.into() }
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
            self.line(&format!("sample,{}", header(&self.outputs).join(",")))?;
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
            To::Screen(out) => match writeln!(out, "{line}") {
                // A reader that went away (`mhm … | head`) has read enough.
                Err(error) if error.kind() == io::ErrorKind::BrokenPipe => std::process::exit(0),
                Err(error) => Err(format!("cannot write the output: {error}")),
                Ok(()) => Ok(()),
            },
            To::Table { part, .. } => part.write(format!("{line}\n").as_bytes()),
            To::Archive { .. } => Ok(()),
        }
    }

    /// Makes the file whole and gives it its name; the number of samples.
    pub fn finish(mut self) -> Result<usize, String> {
        self.head()?;
        match self.to {
            To::Screen(mut out) => match out.flush() {
                Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
                    return Err(format!("cannot write the output: {error}"));
                }
                Ok(()) | Err(_) => {}
            },
            To::Table { part, name } => part.rename(&name)?,
            To::Archive { parts, name } => archive(parts, &self.outputs, self.samples, &name)?,
        }
        Ok(self.samples)
    }
}

fn row<'v>(index: usize, outputs: &[Output], sample: impl Iterator<Item = &'v [f32]>) -> String {
    let mut line = index.to_string();
    for (output, values) in outputs.iter().zip(sample) {
        output.classes(values).iter().for_each(|class| line += &format!(",{class}"));
        values.iter().for_each(|value| line += &format!(",{}", number(*value)));
    }
    line
}

fn archive(parts: Vec<Part>, outputs: &[Output], samples: usize, name: &Path) -> Result<(), String> {
    let mut whole = Part::create(name, "part")?;
    let cannot = |e: io::Error| format!("cannot write `{}`: {e}", name.display());
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
    npz.zip_writer().finish().map_err(|e| cannot(e.into()))?;
    drop(npz);
    whole.rename(name)
}

/// A file in the making; it is gone with this unless it got its name.
struct Part {
    path: PathBuf,
    file: BufWriter<File>,
}

impl Part {
    fn create(name: &Path, ending: &str) -> Result<Self, String> {
        let cannot = |why: String| format!("cannot write `{}`: {why}", name.display());
        if name.is_dir() {
            return Err(cannot("it is a folder".into()));
        }
        let path = PathBuf::from(format!("{}.{ending}", name.display()));
        let file = File::options().read(true).write(true).create(true).truncate(true).open(&path);
        Ok(Self { file: BufWriter::new(file.map_err(|e| cannot(e.to_string()))?), path })
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), String> {
        self.file.write_all(bytes).map_err(|e| format!("cannot write `{}`: {e}", self.path.display()))
    }

    /// What was written, from its beginning.
    fn again(&mut self) -> io::Result<BufReader<&File>> {
        self.file.rewind()?;
        Ok(BufReader::new(self.file.get_ref()))
    }

    fn rename(mut self, name: &Path) -> Result<(), String> {
        let cannot = |e: io::Error| format!("cannot write `{}`: {e}", name.display());
        self.file.flush().map_err(cannot)?;
        fs::rename(&self.path, name).map_err(cannot)
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.path);
    }
}
