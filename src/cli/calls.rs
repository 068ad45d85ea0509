//! What another program calls in place of the command line: the same reading, checking, training and gathering, with values in the place
//! of what is printed. Owns those values; how they are shown is for whoever calls. Functions that read texts take deep stacks
//! ([`parallel::STACK`](crate::parallel::STACK)).

mod asked;
mod checked;
mod exporting;
mod planned;
mod predicted;
mod predictor;
mod results;
mod running;

pub use checked::{Findings, check};
pub use exporting::export;
pub use planned::{Planned, plan};
pub use predicted::predictions;
pub use predictor::{Predicted, Predictor};
pub use results::Results;
pub use running::{Ran, files, run};

use super::load::Wrong;
use super::render::{Format, Renderer};
use crate::data;
use crate::diagnostic::Diagnostic;
use crate::source::SourceMap;
use std::sync::{Mutex, PoisonError};

pub use super::files::{Input, read};
pub use super::output::{Hears, Listener, Listening, Said, Underway, listen};

/// What text files are called that have no name.
pub const TEXT: &str = "<text>";

/// Calls that are going on.
static GOING_ON: Mutex<usize> = Mutex::new(0);

/// A call, until it is dropped.
struct Call;

impl Call {
    /// Files of data are what they are when a call begins, unless another one has begun with what they were.
    fn begin() -> Self {
        let mut going_on = GOING_ON.lock().unwrap_or_else(PoisonError::into_inner);
        if *going_on == 0 {
            data::forget();
        }
        *going_on += 1;
        Self
    }
}

impl Drop for Call {
    fn drop(&mut self) {
        *GOING_ON.lock().unwrap_or_else(PoisonError::into_inner) -= 1;
    }
}

/// Columns that a frame around a source has at most.
const WIDTH: usize = 100;

/// Why something was not done.
pub enum Refused {
    /// The program is wrong, and where.
    Mistakes(Vec<Finding>),
    /// The world is, or what was asked for; in words.
    Said(String),
}

impl From<String> for Refused {
    fn from(why: String) -> Self {
        Refused::Said(why)
    }
}

impl From<Wrong> for Refused {
    fn from(wrong: Wrong) -> Self {
        let said = wrong.said(&renderer(Format::Full));
        let findings = wrong.errors.iter().zip(said);
        Refused::Mistakes(
            findings.map(|(error, said)| Finding { said, ..Finding::of(&wrong.sources, error) }).collect(),
        )
    }
}

/// A diagnostic on its way to another program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// One line of JSON, as `docs/formats.md` tells.
    pub json: String,
    /// The source with what is wrong in it, and what to do; ends in a newline.
    pub said: String,
}

impl Finding {
    fn of(sources: &SourceMap, diagnostic: &Diagnostic) -> Self {
        let write = |format| renderer(format).render(sources, diagnostic);
        Self { json: write(Format::Json), said: write(Format::Full) }
    }
}

fn renderer(format: Format) -> Renderer {
    Renderer { format, color: false, width: WIDTH }
}
