//! What an editor is told while a person writes: findings, names, shapes, what can stand here. Owns the answers, in the types of the
//! Language Server Protocol 3.17; reads no file and no clock, `cli/lsp.rs` does.

pub mod actions;
pub mod calls;
pub mod completion;
pub mod context;
pub mod findings;
pub mod hints;
pub mod hover;
pub mod lenses;
pub mod names;
pub mod navigate;
pub mod outline;
pub mod place;
pub mod preview;
pub mod signature;
pub mod tokens;

use crate::check::Checked;
use crate::check::names::Program;
use crate::diagnostic::Diagnostic;
use crate::hir::Pipeline;
use crate::source::Source;
use crate::span::{SourceId, Span};
use names::Names;
use place::{Encoding, Places};

/// A text with all it uses, checked.
#[derive(Debug)]
pub struct Analysis {
    pub program: Program,
    pub checked: Checked,
    pub found: Vec<Diagnostic>,
    pub names: Names,
    pub encoding: Encoding,
}

impl Analysis {
    pub fn new(program: Program, checked: Checked, found: Vec<Diagnostic>, encoding: Encoding) -> Self {
        let names = Names::of(&program);
        Self { program, checked, found, names, encoding }
    }

    /// The text that was named; the others are those it uses.
    pub fn entry(&self) -> SourceId {
        self.program.files.first().map(|file| file.id).unwrap_or_default()
    }

    pub fn source(&self, id: SourceId) -> &Source {
        self.program.sources.get(id)
    }

    /// Pipelines that can be run, and those of every arm.
    pub fn pipelines(&self) -> impl Iterator<Item = &Pipeline> {
        let arms = self.checked.experiments.iter().flat_map(|experiment| &experiment.arms).map(|arm| &arm.pipeline);
        self.checked.pipelines.iter().chain(arms)
    }

    pub fn places(&self, id: SourceId) -> Places<'_> {
        Places::new(&self.source(id).text, self.encoding)
    }

    /// A place of the text that was named, as an editor counts.
    pub fn range(&self, span: Span) -> lsp_types::Range {
        self.places(span.source).range(span)
    }
}
