//! Exported models as the command line finds them: a text, and weights of the same name beside it.

use super::config;
use super::files::{self, Input};
use super::load::Wrong;
use super::output::{Color, note, print};
use super::render::{Format, Renderer, summary, terminal_width};
use crate::diagnostic::Diagnostic;
use crate::folder::named;
use crate::hir::Pipeline;
use crate::model::{Model, Origin};
use std::io::Read;
use std::path::{Path, PathBuf};

/// A model and what it was trained on.
pub struct Exported {
    pub pipeline: Pipeline,
    pub model: Model,
}

/// The model of this name; `None` where its text is wrong, which was printed.
pub fn open(name: &str, color: Color) -> Result<Option<Exported>, String> {
    Ok(match read(name)? {
        Ok(exported) => Some(exported),
        Err(wrong) => {
            let renderer = Renderer { format: Format::Full, color: color.is_on(), width: terminal_width() };
            wrong.said(&renderer).iter().for_each(|text| print(text));
            print(&format!("{}\n", summary(wrong.errors.len(), 0).unwrap_or_default()));
            None
        }
    })
}

/// The model of this name, or what is wrong with its text.
pub fn read(name: &str) -> Result<Result<Exported, Wrong>, String> {
    let path = Path::new(name).with_extension("mhm");
    let input = files::read(&path.to_string_lossy())?;
    let (program, mut checked, diagnostics) = config::check(&input)?;
    if diagnostics.iter().any(Diagnostic::is_error) {
        return Ok(Err(Wrong::of(program.sources, diagnostics)));
    }
    let (Some(pipeline), true) = (checked.pipelines.pop(), checked.pipelines.is_empty()) else {
        return Err(format!("`{}` is no exported model: that has one pipeline and no more; {EXPORT}", input.name));
    };
    let (model, beside) = model(&path, &pipeline, &input)?;
    let shown = beside.display();
    match model.origin {
        Origin::Export => {}
        Origin::EarlierExport => {
            note(&format!(
                "`{shown}` was exported by an earlier version, without check sums; export it again to have it checked"
            ));
        }
        Origin::OtherProgram => {
            note(&format!("`{shown}` was not written by `mhm export`; its weights fit the network by name and shape"));
        }
    }
    Ok(Ok(Exported { pipeline, model }))
}

/// Where weights of a text lie until its own name is theirs: an export puts them there, then its text, then gives them their name.
/// So at any moment either the old two files are there, or the new two.
pub fn new_weights(text: &Path) -> PathBuf {
    text.with_extension("safetensors.new")
}

/// The model of a text, and the file its weights are in.
fn model(path: &Path, pipeline: &Pipeline, input: &Input) -> Result<(Model, PathBuf), String> {
    let read = |file: PathBuf| {
        let bytes = weights(&file, pipeline, &input.name)?;
        let model = Model::read(pipeline, &input.text, &bytes);
        model.map_err(|why| format!("`{}`: {why}", file.display())).map(|model| (model, file))
    };
    read(path.with_extension("safetensors")).or_else(|why| {
        let (model, file) = read(new_weights(path)).map_err(|_| why)?;
        note(&format!(
            "an export was interrupted: the weights of `{}` are in `{}`; export again to tidy up",
            input.name,
            file.display()
        ));
        Ok((model, file))
    })
}

const EXPORT: &str = "`mhm export RUN -o NAME` writes one from a run";

/// Bytes that the header of a file of weights may have.
const HEADER: u64 = 16 << 20;

fn weights(path: &Path, pipeline: &Pipeline, text: &str) -> Result<Vec<u8>, String> {
    let cannot = |e: std::io::Error| match e.kind() {
        std::io::ErrorKind::NotFound => {
            format!("there are no weights `{}` beside `{text}`; {EXPORT}", path.display())
        }
        _ => format!("cannot read `{}`: {e}", path.display()),
    };
    let (file, length) = named(path).map_err(cannot)?;
    let weights = pipeline.network.modules.iter().flat_map(|m| &m.weights);
    let numbers: i64 = weights.filter_map(|w| w.spec.shape.elements().value()).sum();
    // A file of another network is not read into memory first.
    if length > 8 * numbers.unsigned_abs() + HEADER {
        let path = path.display();
        return Err(format!("`{path}` has {length} bytes, far more than the {numbers} weights of `{text}` take"));
    }
    let mut bytes = Vec::with_capacity(length as usize);
    file.take(length).read_to_end(&mut bytes).map(|_| bytes).map_err(cannot)
}
