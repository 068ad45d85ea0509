//! Where text goes as it is made: standard output, or a file that gets its name when it is whole.

use crate::cli::destination::Destination;
use crate::folder::{Draft, File};
use std::io::{self, BufReader, BufWriter, Seek, Write};

/// What ends an archive of predictions: readers of archives pass over it.
pub const COMMENT: &str = "written by mhm predict";

/// Text on its way out.
pub enum Lines {
    Screen(BufWriter<io::Stdout>),
    File { part: Part, to: Destination },
}

impl Lines {
    /// On standard output.
    pub fn screen() -> Self {
        Lines::Screen(BufWriter::new(io::stdout()))
    }

    /// In this file.
    pub fn file(to: Destination) -> Result<Self, String> {
        Ok(Lines::File { part: Part::of(&to)?, to })
    }

    pub fn add(&mut self, text: &str) -> Result<(), String> {
        match self {
            Lines::Screen(out) => match out.write_all(text.as_bytes()) {
                // A reader that went away (`mhm … | head`) has read enough.
                Err(error) if error.kind() == io::ErrorKind::BrokenPipe => std::process::exit(0),
                Err(error) => Err(format!("cannot write the output: {error}")),
                Ok(()) => Ok(()),
            },
            Lines::File { part, .. } => part.write(text.as_bytes()),
        }
    }

    /// Makes the file whole and gives it its name.
    pub fn finish(self) -> Result<(), String> {
        match self {
            Lines::Screen(mut out) => match out.flush() {
                Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
                    Err(format!("cannot write the output: {error}"))
                }
                Ok(()) | Err(_) => Ok(()),
            },
            Lines::File { part, to } => part.keep(&to),
        }
    }
}

/// A file in the making; it is gone with this unless it is kept.
pub struct Part {
    pub file: BufWriter<File>,
    draft: Draft,
}

impl Part {
    pub fn of(to: &Destination) -> Result<Self, String> {
        let draft = to.draft()?;
        let file = draft.file.try_clone().map_err(|e| to.cannot(&e))?;
        Ok(Self { file: BufWriter::new(file), draft })
    }

    pub fn write(&mut self, bytes: &[u8]) -> Result<(), String> {
        self.file.write_all(bytes).map_err(|e| format!("cannot write the predictions: {e}"))
    }

    /// What was written, from its beginning.
    pub fn again(&mut self) -> io::Result<BufReader<&File>> {
        self.file.rewind()?;
        Ok(BufReader::new(self.file.get_ref()))
    }

    pub fn keep(mut self, to: &Destination) -> Result<(), String> {
        self.file.flush().map_err(|e| to.cannot(&e))?;
        to.keep(self.draft)
    }
}
