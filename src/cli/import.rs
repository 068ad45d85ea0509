//! `mhm import`: weights that another program trained, for a network of one's own. Owns the files; which tensor is which weight
//! `model::foreign` finds out.

use super::destination::{Destination, Force, Ours};
use super::export;
use super::load::{Chosen, Loaded, load};
use super::output::{Color, Ended, Outcome, note, print};
use crate::folder::named;
use crate::graph::{Graph, lower};
use crate::model::foreign::{self, Needed, Rename};
use crate::suggest::nearest;
use clap::Args;
use std::io::Read;
use std::path::{Path, PathBuf};

const EXAMPLES: &str = "\
Examples:
  mhm import state.safetensors mine.mhm -o mine               all weights are called as the network calls them
  mhm import state.safetensors mine.mhm --module filter --name conv1=filter.0 --name conv2=filter.1 -o filter
  mhm import state.safetensors mine.mhm --names names.txt --name 'decoder=' -o mine

Writes NAME.safetensors with the names of the network: `fixed filter = … from \"filter.safetensors\"` begins with it, and so does
`mhm predict mine.mhm` where it lies beside `mine.mhm`. `mhm show graph mine.mhm` lists what weights a network has.

A state dict of PyTorch is saved with `safetensors.torch.save_file(model.state_dict(), \"state.safetensors\")`. `--name OLD=NEW` says what
names begin with: `conv1=filter.0` makes `filter.0.weight` of `conv1.weight`; the longest OLD that fits counts, and an empty NEW leaves
tensors out. A file of names has one OLD=NEW a line; what follows `#` is a remark. Numbers of 16 and 64 bits become 32-bit floats, which is said.";

/// Take weights of another program into a network
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Import {
    /// A safetensors file that another program wrote
    #[arg(value_name = "WEIGHTS")]
    weights: PathBuf,
    #[command(flatten)]
    chosen: Chosen,
    /// What a name in the file begins with, and what the network calls that
    #[arg(long = "name", value_name = "OLD=NEW")]
    renames: Vec<String>,
    /// A file of such names, one a line
    #[arg(long, value_name = "FILE")]
    names: Option<PathBuf>,
    /// Of this module alone
    #[arg(long = "module", value_name = "MODULE")]
    modules: Vec<String>,
    /// Name of the file, without an ending
    #[arg(long, short, value_name = "NAME")]
    output: PathBuf,
    #[command(flatten)]
    force: Force,
}

/// Bytes of weights that are read.
const MOST: u64 = 64 << 30;

pub fn run(command: &Import, color: Color) -> Ended {
    let renames = renames(command)?;
    let to = with_ending(export::named(&command.output)?);
    // Those of an export belong to the text beside them.
    let ours = Ours::new("file of imported weights", |ends| foreign::is_imported(&ends.head));
    let to = Destination::claim(&to, ours, command.force)?;
    let Some(graph) = network(&command.chosen, color)? else { return Ok(Outcome::Findings) };
    known(&graph, &command.modules)?;
    let needed: Vec<Needed> = foreign::needed(&graph, &command.modules);
    let shown = command.weights.display();
    let bytes = read(&command.weights, MOST).map_err(|e| format!("cannot read `{shown}`: {e}"))?;
    let taken = foreign::taken(&bytes, &needed, &renames).map_err(|why| format!("`{shown}`: {why}"))?;
    taken.remarks.iter().for_each(|remark| note(remark));
    to.write(&taken.bytes)?;
    print(&format!("{}\n", to.path().display()));
    Ok(Outcome::Clean)
}

fn with_ending(name: &Path) -> PathBuf {
    match name.extension().and_then(|ending| ending.to_str()) {
        Some("safetensors") => name.into(),
        Some(_) | None => {
            let mut name = name.as_os_str().to_os_string();
            name.push(".safetensors");
            name.into()
        }
    }
}

fn read(path: &Path, most: u64) -> std::io::Result<Vec<u8>> {
    let (file, _) = named(path)?;
    let mut bytes = vec![];
    file.take(most).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Of the file of names, then of the command line.
fn renames(command: &Import) -> Result<Vec<Rename>, String> {
    let mut all: Vec<Rename> = vec![];
    if let Some(path) = &command.names {
        let shown = path.display();
        let bytes = read(path, 1 << 24).map_err(|e| format!("cannot read `{shown}`: {e}"))?;
        let text = String::from_utf8(bytes).map_err(|_| format!("`{shown}` is no text (UTF-8)"))?;
        for (number, line) in text.lines().enumerate() {
            let line = line.split('#').next().unwrap_or_default().trim();
            if !line.is_empty() {
                all.push(rename(line).map_err(|why| format!("`{shown}`, line {}: {why}", number + 1))?);
            }
        }
    }
    for text in &command.renames {
        all.push(rename(text).map_err(|why| format!("`--name {text}`: {why}"))?);
    }
    let twice = all.iter().enumerate().find(|(i, one)| all[..*i].iter().any(|other| other.old == one.old));
    match twice {
        Some((_, one)) => Err(format!("`{}` is given two names", one.old)),
        None => Ok(all),
    }
}

fn rename(text: &str) -> Result<Rename, String> {
    let plain = |part: &str| part.trim().trim_end_matches('.').to_string();
    // A name of the network has no `=`, one of another program may.
    match text.rsplit_once('=').map(|(old, new)| (plain(old), plain(new))) {
        Some((old, _)) if old.is_empty() => Err("what the name in the file begins with is missing before `=`".into()),
        Some((old, new)) => Ok(Rename { old, new: Some(new).filter(|new| !new.is_empty()) }),
        None => Err("write OLD=NEW, as in `conv1=filter.0`".into()),
    }
}

/// The network that the text declares: one, and no more.
fn network(chosen: &Chosen, color: Color) -> Result<Option<Graph>, String> {
    let experiments = match load(chosen, color)? {
        Loaded::Experiments(experiments, _) => experiments,
        Loaded::Wrong => return Ok(None),
    };
    let mut graphs = experiments.iter().flat_map(|experiment| &experiment.arms).map(|arm| lower(&arm.pipeline));
    let first =
        graphs.next().ok_or_else(|| format!("`{}` has no pipeline, and so no network of known sizes", chosen.file))?;
    let weights = foreign::needed(&first, &[]);
    match graphs.all(|graph| foreign::needed(&graph, &[]) == weights) {
        true => Ok(Some(first)),
        false => Err(format!(
            "`{}` has networks of several sizes: name one pipeline, or give its parameters values with `--set`",
            chosen.file
        )),
    }
}

fn known(graph: &Graph, modules: &[String]) -> Result<(), String> {
    let names = || graph.modules.iter().map(|module| module.name.as_str());
    let unknown = modules.iter().find(|name| names().all(|known| known != name.as_str()));
    let Some(name) = unknown else { return Ok(()) };
    let all = names().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    Err(match nearest(name, names()) {
        Some(near) => format!("the network has no module `{name}`: did you mean `{near}`?"),
        None => format!("the network has no module `{name}`; it has {all}"),
    })
}
