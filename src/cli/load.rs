//! The pipelines and experiments that a command line means: a file, perhaps one item of it, perhaps with arguments.

use super::files::{self, Input};
use super::output::{Color, complain, print};
use super::render::{Format, Renderer, summary, terminal_width};
use crate::check::Checked;
use crate::check::names::Program;
use crate::data;
use crate::hir::{Arm, Experiment, Pipeline};
use crate::suggest::nearest;
use clap::Args;
use std::path::{Path, PathBuf};

/// What to run or plan.
#[derive(Debug, Args)]
pub struct Chosen {
    /// A .mhm file, or `-` for standard input
    pub file: String,
    /// One experiment or pipeline of it (default: every experiment; without one, every pipeline whose parameters have defaults)
    pub name: Option<String>,
    /// Give a parameter of it a value, as written in the language: --set 'heads=2' --set 'path="digits.npz"'
    #[arg(long, value_name = "NAME=VALUE", requires = "name")]
    pub set: Vec<String>,
    /// Folder that relative data paths start from, and that files must lie in (default: the working directory, then the
    /// folder of the .mhm file); several times: the first that has the file
    #[arg(long, value_name = "DIR", value_parser = folder)]
    pub data: Vec<PathBuf>,
}

impl Chosen {
    /// Where relative data paths start, and what is named on the command line beside them: a path given with `--set` is the
    /// user's own word.
    pub fn roots(&self) -> Vec<PathBuf> {
        let texts = self.set.iter().flat_map(|set| set.split('"').skip(1).step_by(2)).map(Path::new);
        let folder = |path: &Path| match data::is_file(path) {
            true => path.parent().unwrap_or(Path::new("")).to_path_buf(),
            false => path.to_path_buf(),
        };
        let from = roots(&self.data, &self.file);
        let named = texts.flat_map(|path| from.iter().map(move |root| folder(&root.join(path)))).filter(|f| f.is_dir());
        let named: Vec<PathBuf> = named.collect();
        from.into_iter().chain(named).collect()
    }
}

/// A folder that was named and is there.
pub fn folder(name: &str) -> Result<PathBuf, String> {
    let path = PathBuf::from(name);
    if path.is_dir() { Ok(path) } else { Err("there is no such folder".into()) }
}

/// The folders that were named, else the working directory and the folder of the file.
pub fn roots(named: &[PathBuf], file: &str) -> Vec<PathBuf> {
    let beside = Path::new(file).parent().unwrap_or(Path::new("")).to_path_buf();
    if named.is_empty() { vec![PathBuf::new(), beside] } else { named.to_vec() }
}

/// What was found: experiments to run. A pipeline alone is an experiment of one arm.
pub enum Loaded {
    Experiments(Vec<Experiment>, Box<Program>),
    /// Something is wrong, and was printed.
    Wrong,
}

/// The `///` text of an item of the file.
pub fn doc(program: &Program, name: &str) -> String {
    let headers = program.entry_items().filter_map(|id| program.item(id).header());
    headers.filter(|header| header.name.node == name).map(|header| header.doc.join("\n")).collect()
}

/// Checks the file and picks what is meant; findings are printed, and errors end it.
pub fn load(chosen: &Chosen, color: Color) -> Result<Loaded, String> {
    let input = files::read(&chosen.file)?;
    let input = if chosen.set.is_empty() { input } else { with_arguments(chosen, &input)? };
    let (program, checked, diagnostics) = files::check(&input);
    let errors: Vec<_> = diagnostics.iter().filter(|d| d.is_error()).collect();
    if !errors.is_empty() {
        let renderer = Renderer { format: Format::Full, color: color.is_on(), width: terminal_width() };
        errors.iter().for_each(|d| print(&renderer.render(&program.sources, d)));
        print(&format!("{}\n", summary(errors.len(), 0).unwrap_or_default()));
        return Ok(Loaded::Wrong);
    }
    let warnings = diagnostics.len();
    if warnings > 0 {
        let found = summary(0, warnings).unwrap_or_default();
        complain(&format!("{found}: `mhm check {}` shows what", chosen.file));
    }
    pick(chosen, checked).map(|experiments| Loaded::Experiments(experiments, Box::new(program)))
}

/// The file with an alias of the item behind it, which is given the arguments.
fn with_arguments(chosen: &Chosen, input: &Input) -> Result<Input, String> {
    let name = chosen.name.as_deref().unwrap_or_default();
    let kind = ["experiment", "pipeline"]
        .into_iter()
        .find(|kind| input.text.lines().any(|line| declares(line, kind, name)))
        .ok_or_else(|| format!("`{}` declares no experiment or pipeline `{name}`", chosen.file))?;
    let mut arguments = vec![];
    for set in &chosen.set {
        let (key, value) = set.split_once('=').ok_or_else(|| format!("`--set {set}`: write NAME=VALUE"))?;
        arguments.push(format!("{}: {}", key.trim(), value.trim()));
    }
    // One more item of the file, so that the values may use whatever the file sees.
    let text = format!("{}\n{kind} {ALIAS} = {name}({})\n", input.text, arguments.join(", "));
    Ok(Input { name: input.name.clone(), text })
}

/// The name that [`with_arguments`] gives the item.
const ALIAS: &str = "of_the_command_line";

fn declares(line: &str, kind: &str, name: &str) -> bool {
    let rest = line.trim_start().strip_prefix(kind).filter(|r| r.starts_with(' ')).map(str::trim_start);
    rest.and_then(|r| r.strip_prefix(name)).is_some_and(|r| !r.starts_with(|c: char| c.is_alphanumeric() || c == '_'))
}

fn pick(chosen: &Chosen, checked: Checked) -> Result<Vec<Experiment>, String> {
    let wanted = chosen.name.as_deref().map(|name| if chosen.set.is_empty() { name } else { ALIAS });
    let Checked { mut experiments, mut pipelines, .. } = checked;
    let Some(wanted) = wanted else {
        if !experiments.is_empty() {
            return Ok(experiments);
        }
        if pipelines.is_empty() {
            return Err(format!(
                "`{}` has no experiment, and no pipeline whose parameters all have defaults",
                chosen.file
            ));
        }
        return Ok(pipelines.into_iter().map(alone).collect());
    };
    let known: Vec<String> =
        experiments.iter().map(|e| e.name.clone()).chain(pipelines.iter().map(|p| p.name.clone())).collect();
    let shown = chosen.name.clone().unwrap_or_default();
    if let Some(at) = experiments.iter().position(|e| e.name == wanted) {
        let found = experiments.remove(at);
        return Ok(vec![Experiment { name: shown, ..found }]);
    }
    if let Some(at) = pipelines.iter().position(|p| p.name == wanted) {
        return Ok(vec![alone(Pipeline { name: shown, ..pipelines.remove(at) })]);
    }
    let hint = match nearest(wanted, known.iter().map(String::as_str)) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("it has: {}", known.join(", ")),
    };
    Err(format!("`{}` has no experiment or runnable pipeline `{wanted}`; {hint}", chosen.file))
}

/// What a run was of: the item of this name, or with the arguments it was given on the command line.
pub fn stored(checked: Checked, name: &str) -> Option<Experiment> {
    let Checked { experiments, pipelines, .. } = checked;
    let mut all: Vec<Experiment> = experiments.into_iter().chain(pipelines.into_iter().map(alone)).collect();
    let at = [ALIAS, name].iter().find_map(|wanted| all.iter().position(|e| e.name == *wanted))?;
    Some(Experiment { name: name.into(), ..all.swap_remove(at) })
}

fn alone(pipeline: Pipeline) -> Experiment {
    Experiment::of(pipeline.name.clone(), pipeline.span, vec![Arm { at: vec![], pipeline }])
}
