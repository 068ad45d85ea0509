//! `mhm export`: one network of a run as a text and a file of weights, or for another program.

mod form;
mod replica;

use super::choose::{Choice, Which, choose, pairs};
use super::destination::{Destination, Force, Ours};
use super::exported::new_weights;
use super::folder::Runs;
use super::load::{folder, roots};
use super::output::{Color, Ended, Outcome, print};
use super::run::origin::quoted;
use super::{snapshot, test_hooks};
use crate::builtin::dataset::Transform;
use crate::check::names::Program;
use crate::data::{self, Standard};
use crate::experiment::{self, Options, Recipes};
use crate::graph::{self, Graph};
use crate::hir::Pipeline;
use crate::interchange::Network;
use crate::model::{self, About, Stored};
use crate::plan;
use crate::record::manifest::Manifest;
use crate::record::{Recipe, RunRecord};
use crate::store::{Store, Wanted};
use clap::{Args, ValueEnum};
use form::{Form, Other};
use replica::Replica;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

const EXAMPLES: &str = "\
Examples:
  mhm export table_2 --arm 'method=Mhm(heads: 4), task=moons_near' --seed 3 -o moons
  mhm export moons --head 2 -o moons_2          the network with head 2, whatever the schedule deploys
  mhm export ensemble --replica head=1 -o one   one network of several
  mhm export moons --format onnx -o moons       moons.onnx, for onnxruntime
  mhm export moons.mhm --format torch -o moons  of a model that was exported: moons.py, a PyTorch module

Writes NAME.mhm, which declares the network and all it uses, and NAME.safetensors, its weights. Both together are the model:
`mhm predict` and `mhm bench` take it, and so does `mhm run`, to train the network anew.

`--format onnx` writes NAME.onnx, weights inside (opset 17). Its inputs are modalities as they were read, `[batch, …]` of 32-bit floats, its outputs
what `mhm predict` writes. `--format torch` writes NAME.py beside the two files. What another program cannot do is left out and said.";

/// Write one trained network to a file
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Export {
    /// An experiment that was run, or its folder; or the .mhm file of a model that was exported, for another format
    run: String,
    #[command(flatten)]
    which: Which,
    /// The network with this head (default: the one that the schedule deploys)
    #[arg(long, value_name = "K", conflicts_with = "replica")]
    head: Option<usize>,
    /// The network with these replicas: --replica fusion=1
    #[arg(long, value_name = "ROLE=K, …")]
    replica: Option<String>,
    /// What it is written as
    #[arg(long = "format", value_name = "FORMAT", value_enum, default_value_t)]
    form: Form,
    /// Name of the files, without an ending
    #[arg(long, short, value_name = "NAME")]
    output: PathBuf,
    #[command(flatten)]
    force: Force,
    #[command(flatten)]
    runs: Runs,
    /// Folder that relative data paths start from: what is standardized needs the data once more
    #[arg(long, value_name = "DIR", value_parser = folder)]
    data: Vec<PathBuf>,
}

pub fn run(command: &Export, color: Color) -> Ended {
    let name = name(named(&command.output)?);
    if form::is_model(command) {
        return form::converted(command, &name, color);
    }
    let other = Other::claim(&name, command.form, command.force)?;
    let files = (command.form != Form::Onnx).then(|| Files::claim(&name, command.force)).transpose()?;
    let store = command.runs.find(&command.run)?;
    let which = Which { around: around(command), ..command.which.clone() };
    let choice = choose(&which, store.manifest())?;
    let (program, experiment) = snapshot::experiment(&store)?;
    let cells = experiment::cells(&experiment);
    let cell = choice.cell(&cells)?;
    let Written { text, weights, network } = exported(command, &store, &choice, &program, cell)?;
    if let Some(files) = files {
        files.keep(&text, &weights)?;
        ["safetensors", "mhm"].iter().for_each(|ending| print(&format!("{}\n", ended(&name, ending).display())));
    }
    other.iter().zip(&network).try_for_each(|(other, network)| other.keep(network))?;
    Ok(Outcome::Clean)
}

/// One network, in `mhm`'s own form and for another program, where it is asked for.
struct Written {
    text: String,
    weights: Vec<u8>,
    network: Option<Network>,
}

/// An option that says which network of a run is meant, where one was given.
fn choosing(command: &Export) -> Option<&'static str> {
    let Export { which, head, replica, data, runs, .. } = command;
    let all = [
        ("--head", head.is_some()),
        ("--replica", replica.is_some()),
        ("--data", !data.is_empty()),
        ("--runs", !runs.typed().is_empty()),
    ];
    all.into_iter().find(|(_, is_said)| *is_said).map(|(option, _)| option).or(which.said())
}

/// The two files of a model, and where new weights lie until their own name is theirs.
struct Files {
    text: Destination,
    weights: Destination,
    new: Destination,
}

impl Files {
    fn claim(name: &Path, force: Force) -> Result<Self, String> {
        let weights = || Ours::new("file of exported weights", |ends| model::is_export(&ends.head));
        let text = Ours::new("exported model", |ends| ends.head.starts_with(MARK.as_bytes()));
        let path = ended(name, "mhm");
        let files = Self {
            weights: Destination::claim(&ended(name, "safetensors"), weights(), force)?,
            new: Destination::claim(&new_weights(&path), weights(), force)?,
            text: Destination::claim(&path, text, force)?,
        };
        if !force.force && files.is_edited() {
            return Err(edited(&path));
        }
        Ok(files)
    }

    /// Whether the text is another one than its weights were exported with.
    fn is_edited(&self) -> bool {
        let Some(text) = self.text.read(OLD).and_then(|text| String::from_utf8(text).ok()) else { return false };
        let mut weights = [&self.weights, &self.new].into_iter().filter_map(|file| file.read(OLD)).peekable();
        weights.peek().is_some() && !weights.any(|weights| model::are_of(&text, &weights))
    }

    /// Writes both files, or none: with the text they are there, for its weights are found under their new name until they have
    /// taken the old one's.
    fn keep(&self, text: &str, weights: &[u8]) -> Result<(), String> {
        // What an export before this one did not come to.
        let old = self.text.read(OLD).and_then(|text| String::from_utf8(text).ok()).zip(self.new.read(OLD));
        if old.is_some_and(|(text, weights)| model::are_pair(&text, &weights)) {
            self.new.rename(&self.weights)?;
        }
        self.new.write(weights)?;
        test_hooks::dies("weights");
        self.text.write(text.as_bytes()).inspect_err(|_| self.new.remove())?;
        test_hooks::dies("text");
        self.new.rename(&self.weights)
    }
}

fn edited(path: &Path) -> String {
    format!("`{}` was edited since it was exported: choose another name, or replace it with `--force`", path.display())
}

/// Bytes of files that an interrupted export left and that are looked at.
const OLD: u64 = 16 << 30;

/// The command without the run that is meant.
fn around(command: &Export) -> (String, String) {
    let mut behind = command.runs.typed();
    command.data.iter().for_each(|folder| behind += &format!(" --data {}", quoted(&folder.to_string_lossy())));
    command.head.iter().for_each(|head| behind += &format!(" --head {head}"));
    command.replica.iter().for_each(|replica| behind += &format!(" --replica {}", quoted(replica)));
    if let Some(form) = command.form.to_possible_value().filter(|_| command.form != Form::Mhm) {
        behind += &format!(" --format {}", form.get_name());
    }
    behind += &format!(" -o {}", quoted(&command.output.to_string_lossy()));
    (format!("mhm export {}", quoted(&command.run)), behind)
}

/// What both files are called before their endings.
fn name(output: &Path) -> PathBuf {
    match output.extension().and_then(|e| e.to_str()) {
        Some("mhm" | "safetensors" | "onnx" | "py") => output.with_extension(""),
        Some(_) | None => output.into(),
    }
}

/// What a model is to be called, which is no folder, and can stand in a text.
///
/// # Errors
/// It is none, in words.
pub(super) fn named(output: &Path) -> Result<&Path, String> {
    let wrong = |why: &str| Err(format!("cannot write `{}`: {why}", output.display().to_string().escape_debug()));
    let text = output.to_str();
    match text {
        None => wrong("its name is no text (UTF-8)"),
        Some(text) if text.contains(char::is_control) => wrong("its name has characters that are no letters"),
        Some(text) if text.ends_with(std::path::is_separator) || output.file_name().is_none() || output.is_dir() => {
            wrong("it is a folder; name the model in it")
        }
        Some(_) => Ok(output),
    }
}

fn ended(name: &Path, ending: &str) -> PathBuf {
    let mut path = name.as_os_str().to_os_string();
    path.push(".");
    path.push(ending);
    path.into()
}

/// How every exported text begins.
const MARK: &str = "// Exported by mhm";

fn exported(
    command: &Export,
    store: &Store,
    choice: &Choice<'_>,
    program: &Program,
    cell: &experiment::Cell<'_>,
) -> Result<Written, String> {
    let (manifest, pipeline) = (store.manifest(), cell.pipeline);
    let mut stored = choice.stored(store)?;
    let record: RunRecord = stored.record().clone();
    if let Some(why) = &record.failure {
        return Err(format!("this run failed: {why}"));
    }
    let (graph, plan) = (graph::lower(pipeline), plan::schedule(pipeline));
    let replica = Replica::find(command, pipeline, &plan, &record)?;
    let artifacts = stored.artifacts(Wanted::Weights).map_err(|e| e.to_string())?;
    // What classes are called was found in the data where the text does not say it.
    let pipeline = &pipeline.named(&artifacts.names);
    let stored = Stored {
        about: about(manifest, choice, &replica, &record),
        weights: model::single(&graph, &replica.route, &artifacts.weights)?,
        standards: standards(command, manifest, cell, stored.recipe(), &graph)?,
    };
    let name = name(&command.output).file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let comment = comment(choice, &stored.about, &name);
    let network = (command.form != Form::Mhm).then(|| {
        let (weights, standards) = (stored.weights.clone(), stored.standards.clone());
        // Its targets are those whose classes have names.
        (Network::new(&name, pipeline, &graph::lower(pipeline), weights, standards), stored.about.clone())
    });
    let (text, weights) = model::export(program, pipeline, &name, &comment, stored)?;
    let network = network.map(|(network, about)| {
        let about = About { text: model::hash(&text), ..about };
        Network { about: described(&about), ..network }
    });
    Ok(Written { text, weights, network })
}

/// Where a network comes from, as other programs' files say it.
fn described(about: &About) -> Vec<(String, String)> {
    let arm = about.arm.iter().map(|(axis, value)| (format!("arm.{axis}"), value.clone()));
    let plain = [
        ("program", about.program.clone()),
        ("experiment", about.experiment.clone()),
        ("seed", about.seed.to_string()),
        ("repeat", about.repeat.to_string()),
        ("network", about.network.clone()),
        ("text", about.text.clone()),
    ];
    let plain = plain.into_iter().filter(|(_, value)| !value.is_empty()).map(|(key, value)| (key.to_string(), value));
    plain.chain(arm).chain(about.part.iter().map(|part| ("part".into(), part.to_string()))).collect()
}

fn about(manifest: &Manifest, choice: &Choice<'_>, replica: &Replica, record: &RunRecord) -> About {
    About {
        program: concat!("mhm ", env!("CARGO_PKG_VERSION")).into(),
        experiment: manifest.experiment.clone(),
        arm: choice.arm.0.clone(),
        seed: choice.turn.seed,
        part: choice.turn.part,
        repeat: choice.turn.repeat,
        network: replica.name.clone(),
        instructions: record.instructions.clone(),
        text: String::new(),
    }
}

fn comment(choice: &Choice<'_>, about: &About, name: &str) -> Vec<String> {
    let arm = if choice.arm.0.is_empty() { String::new() } else { format!(", {}", pairs(choice.arm)) };
    vec![
        format!(
            "{} {}: `{}`{arm}, {}.",
            MARK.trim_start_matches("// "),
            env!("CARGO_PKG_VERSION"),
            about.experiment,
            choice.turn.named()
        ),
        format!("One network: {}. Its weights are in `{name}.safetensors`.", about.network),
        String::new(),
        format!("  mhm predict {name}.mhm DATA.npz -o predictions.csv"),
    ]
}

/// What the inputs are standardized by: computed of the training samples once more.
fn standards(
    command: &Export,
    manifest: &Manifest,
    cell: &experiment::Cell<'_>,
    recipe: &Recipe,
    graph: &Graph,
) -> Result<BTreeMap<String, Standard>, String> {
    let read = |name: &str| graph.inputs.iter().any(|input| input.name == name);
    let standardized = |pipeline: &Pipeline| {
        let used = pipeline.data.modalities.iter().filter(|m| read(&m.name));
        used.flat_map(|m| &m.transforms).any(|t| matches!(t.transform(), Transform::Standardize { .. }))
    };
    if !standardized(cell.pipeline) {
        return Ok(BTreeMap::new());
    }
    let roots = roots(&command.data, &manifest.file);
    same_data(cell, recipe, &roots)?;
    let spec = cell.spec(&roots);
    let mut standards = data::standards(&spec, cell.data_seed())
        .map_err(|e| format!("the data is needed once more, for what `standardize` took off it\n{e}"))?;
    standards.retain(|name, _| read(name));
    Ok(standards)
}

/// Files of data that were changed since would give other statistics.
fn same_data(cell: &experiment::Cell<'_>, recipe: &Recipe, roots: &[PathBuf]) -> Result<(), String> {
    let options = Options::plain(roots.to_vec());
    let now = Recipes::of(std::slice::from_ref(cell), &options).recipe(cell);
    let changed = recipe.changes(&now);
    let readable = changed.iter().filter(|change| change.new != Some(experiment::UNREADABLE));
    readable.filter_map(|change| change.field.strip_prefix(experiment::FILE)).next().map_or(Ok(()), |file| {
        Err(format!("`{file}` is not what the run was trained on any more, and its statistics are needed: bring it back, or run again"))
    })
}
