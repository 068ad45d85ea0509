//! What an exported network is written as: `mhm`'s own two files, an ONNX file, a PyTorch program. Owns the files of the latter two;
//! what is in them is `interchange`'s.

use super::{Export, OLD, edited, ended};
use crate::cli::destination::{Destination, Force, Ours};
use crate::cli::exported::{self, Exported};
use crate::cli::output::{Color, Ended, Outcome, note, print};
use crate::interchange::{Network, onnx, torch};
use crate::model;
use clap::ValueEnum;
use std::path::{Path, PathBuf};

/// What a network is written as.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Form {
    /// NAME.mhm and NAME.safetensors, for `mhm predict`
    #[default]
    Mhm,
    /// NAME.onnx, for onnxruntime and other programs
    Onnx,
    /// NAME.py, a PyTorch module, beside NAME.mhm and NAME.safetensors
    Torch,
}

/// The file of another program, before there is something to write into it.
pub struct Other {
    file: Destination,
    form: Form,
}

impl Other {
    /// `None` of a network that stays at home.
    pub fn claim(name: &Path, form: Form, force: Force) -> Result<Option<Self>, String> {
        let (ending, ours) = match form {
            Form::Mhm => return Ok(None),
            Form::Onnx => ("onnx", Ours::new("network exported as ONNX", |ends| onnx::is_ours(&ends.head))),
            Form::Torch => ("py", Ours::new("network exported as PyTorch", |ends| torch::is_ours(&ends.head))),
        };
        let file = Destination::claim(&ended(name, ending), ours, force)?;
        let text = (form == Form::Torch && !force.force).then(|| file.read(OLD)).flatten();
        if text.is_some_and(|text| !text.is_empty() && torch::is_edited(&String::from_utf8_lossy(&text))) {
            return Err(edited(file.path()));
        }
        Ok(Some(Self { file, form }))
    }

    /// Writes the network, and says what `mhm predict` does beyond it.
    pub fn keep(&self, network: &Network) -> Result<(), String> {
        match self.form {
            Form::Mhm => {}
            Form::Onnx => self.file.write(&onnx::write(network)?)?,
            Form::Torch => self.file.write(torch::write(network).as_bytes())?,
        }
        print(&format!("{}\n", self.file.path().display()));
        network.left_out.iter().for_each(|what| note(&format!("left out: {what}")));
        Ok(())
    }
}

/// Whether it is no run that is exported, but a model that was.
pub fn is_model(command: &Export) -> bool {
    let path = Path::new(&command.run);
    path.extension().is_some_and(|ending| ending == "mhm") && path.is_file()
}

/// A model that was exported before, for another program.
pub fn converted(command: &Export, name: &Path, color: Color) -> Ended {
    let Export { run, form, force, .. } = command;
    if *form == Form::Mhm {
        return Err(format!("`{run}` is an exported model: say what it becomes, `--format onnx` or `--format torch`"));
    }
    if let Some(option) = super::choosing(command) {
        return Err(format!("`{option}` decides nothing here: `{run}` is one network, and has its weights beside it"));
    }
    let other = Other::claim(name, *form, *force)?;
    let Some(Exported { pipeline, model }) = exported::open(run, color)? else { return Ok(Outcome::Findings) };
    let weights = (*form == Form::Torch).then(|| beside(run, name, *force)).transpose()?.flatten();
    let called = name.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let mut network = Network::new(&called, &pipeline, model.graph(), model.arrays(), model.standards.clone());
    network.about = super::described(&model.about);
    if let Some((to, bytes)) = weights {
        to.write(&bytes)?;
        print(&format!("{}\n", to.path().display()));
    }
    other.iter().try_for_each(|other| other.keep(&network))?;
    Ok(Outcome::Clean)
}

/// The weights of a model under the name of the program that loads them; nothing where they have it.
fn beside(run: &str, name: &Path, force: Force) -> Result<Option<(Destination, Vec<u8>)>, String> {
    let (from, to): (PathBuf, PathBuf) = (Path::new(run).with_extension("safetensors"), ended(name, "safetensors"));
    if std::path::absolute(&from).ok() == std::path::absolute(&to).ok() {
        return Ok(None);
    }
    let bytes = crate::folder::named(&from).and_then(|(mut file, _)| {
        let mut bytes = vec![];
        std::io::Read::read_to_end(&mut file, &mut bytes).map(|_| bytes)
    });
    let bytes = bytes.map_err(|e| format!("cannot read `{}`: {e}", from.display()))?;
    let ours = Ours::new("file of exported weights", |ends| model::is_export(&ends.head));
    Ok(Some((Destination::claim(&to, ours, force)?, bytes)))
}
