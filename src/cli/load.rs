//! The pipelines and experiments that a command line means: a file, perhaps one item of it, perhaps with arguments.

use super::config;
use super::files::{self, Input};
use super::output::{Color, complain, print};
use super::render::{Format, Renderer, summary, terminal_width};
use crate::check::names::Program;
use crate::check::{Checked, check_with};
use crate::data;
use crate::diagnostic::Diagnostic;
use crate::hir::{Arm, Experiment, Pipeline, Proposed};
use crate::source::SourceMap;
use crate::suggest::nearest;
use clap::Args;
use std::ops::Range;
use std::path::{Path, PathBuf};

/// What to run or plan.
#[derive(Clone, Debug, Args)]
pub struct Chosen {
    /// A .mhm file, or `-` for standard input
    pub file: String,
    /// One experiment or pipeline of it (default: every experiment; without one, every pipeline whose parameters have defaults)
    pub name: Option<String>,
    /// Give a parameter of it a value, as written in the language: --set 'heads=2' --set 'path="digits.npz"'
    #[arg(long, value_name = "NAME=VALUE")]
    pub set: Vec<String>,
    /// Folder that relative data paths start from, and that files must lie in (default: the working directory, then the
    /// folder of the .mhm file); several times: the first that has the file
    #[arg(long, value_name = "DIR", value_parser = folder)]
    pub data: Vec<PathBuf>,
    /// What stands in for the file, where another program has the text.
    #[arg(skip)]
    pub text: Option<Input>,
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
    Ok(match sound(chosen, color, print)? {
        Some((sound, checked)) => Loaded::Experiments(sound.pick(chosen, checked)?, Box::new(sound.program)),
        None => Loaded::Wrong,
    })
}

/// A file without errors.
pub struct Sound {
    pub program: Program,
    /// What `--set` was made of.
    set: Option<Set>,
}

impl Sound {
    /// The experiments that are meant.
    pub fn pick(&self, chosen: &Chosen, checked: Checked) -> Result<Vec<Experiment>, String> {
        let (wanted, shown) = match (&self.set, &chosen.name) {
            (Some(set), _) => (Some(ALIAS), set.name.as_str()),
            (None, Some(name)) => (Some(name.as_str()), name.as_str()),
            (None, None) => (None, ""),
        };
        pick(&chosen.file, wanted, shown, checked)
    }
}

/// A file with errors.
pub struct Wrong {
    pub sources: SourceMap,
    pub errors: Vec<Diagnostic>,
    /// Of each error, what is wrong with an option, where that is what it is about.
    complaints: Vec<Option<String>>,
}

impl Wrong {
    /// The errors among what was found in a file.
    pub fn of(sources: SourceMap, mut found: Vec<Diagnostic>) -> Self {
        found.retain(Diagnostic::is_error);
        Self { sources, complaints: found.iter().map(|_| None).collect(), errors: found }
    }

    /// What is said of every error: the source with what is wrong in it, or a line where that is an option. Ends in a newline.
    pub fn said(&self, renderer: &Renderer) -> Vec<String> {
        let one = |(error, complaint): (&Diagnostic, &Option<String>)| match complaint {
            Some(complaint) => format!("{complaint}\n"),
            None => renderer.render(&self.sources, error),
        };
        self.errors.iter().zip(&self.complaints).map(one).collect()
    }
}

/// Checks the file: what to pick from and how many warnings there are, or what is wrong.
pub fn examine(chosen: &Chosen) -> Result<Result<(Sound, Checked, usize), Wrong>, String> {
    let input = chosen.text.clone().map_or_else(|| files::read(&chosen.file), Ok)?;
    let set = if chosen.set.is_empty() { None } else { Some(Set::of(chosen, &input)?) };
    let input = set.as_ref().map_or(input, |set| set.input.clone());
    let (program, checked, mut diagnostics) = config::check(&input)?;
    if diagnostics.iter().any(Diagnostic::is_error) {
        diagnostics.retain(Diagnostic::is_error);
        let complaint = |error| set.as_ref().and_then(|set| set.complaint(&program, error));
        let complaints = diagnostics.iter().map(complaint).collect();
        return Ok(Err(Wrong { sources: program.sources, errors: diagnostics, complaints }));
    }
    Ok(Ok((Sound { program, set }, checked, diagnostics.len())))
}

/// The same with findings told; where some are errors nothing is left.
pub fn sound(chosen: &Chosen, color: Color, tell: fn(&str)) -> Result<Option<(Sound, Checked)>, String> {
    let (sound, checked, warnings) = match examine(chosen)? {
        Ok(found) => found,
        Err(wrong) => {
            let renderer = Renderer { format: Format::Full, color: color.is_on(), width: terminal_width() };
            for (text, complaint) in wrong.said(&renderer).iter().zip(&wrong.complaints) {
                if complaint.is_some() { complain(text.trim_end()) } else { tell(text) }
            }
            tell(&format!("{}\n", summary(wrong.errors.len(), 0).unwrap_or_default()));
            return Ok(None);
        }
    };
    if warnings > 0 {
        let found = summary(0, warnings).unwrap_or_default();
        complain(&format!("{found}: `mhm check {}` shows what", chosen.file));
    }
    Ok(Some((sound, checked)))
}

/// A file with an alias of one of its items behind it, which is given the arguments of `--set`.
struct Set {
    input: Input,
    /// The item.
    name: String,
    /// Where the arguments stand in the text, each with its option as it was typed.
    places: Vec<(Range<usize>, String)>,
    /// Bytes of the file itself.
    length: usize,
}

impl Set {
    fn of(chosen: &Chosen, input: &Input) -> Result<Self, String> {
        let declared =
            |kind: &'static str| input.text.lines().filter_map(move |line| Some((kind, declares(line, kind)?)));
        let (experiments, pipelines): (Vec<_>, Vec<_>) =
            (declared("experiment").collect(), declared("pipeline").collect());
        let file = &chosen.file;
        let (kind, name) = match &chosen.name {
            Some(name) => {
                let mut all = experiments.iter().chain(&pipelines).copied();
                let found = all.find(|(_, declared)| declared == name);
                found.ok_or_else(|| format!("`{file}` declares no experiment or pipeline `{name}`"))?
            }
            None => match (experiments.as_slice(), pipelines.as_slice()) {
                ([only], _) | ([], [only]) => *only,
                ([], []) => return Err(format!("`{file}` declares no experiment or pipeline")),
                (several @ [_, _, ..], _) | ([], several) => {
                    let names: Vec<&str> = several.iter().map(|(_, name)| *name).collect();
                    return Err(format!(
                        "`--set` gives one item its values; say which after `{file}`: {}",
                        names.join(", ")
                    ));
                }
            },
        };
        // One more item of the file, so that the values may use whatever the file sees.
        let mut text = format!("{}\n{kind} {ALIAS} = {name}(", input.text);
        let mut places = vec![];
        for (i, set) in chosen.set.iter().enumerate() {
            let (key, value) = set.split_once('=').ok_or_else(|| format!("`--set {set}`: write NAME=VALUE"))?;
            text += if i > 0 { ", " } else { "" };
            let start = text.len();
            text += &format!("{}: {}", key.trim(), value.trim());
            places.push((start..text.len(), set.clone()));
        }
        text += ")\n";
        let (name, length) = (name.to_string(), input.text.len());
        Ok(Self { input: Input { name: input.name.clone(), text }, name, places, length })
    }

    /// What is wrong with an option, where that is what an error is about: nothing of it stands in the file.
    fn complaint(&self, program: &Program, error: &Diagnostic) -> Option<String> {
        let span = error.span();
        let start = span.start as usize;
        if program.sources.get(span.source).name != self.input.name || start <= self.length {
            return None;
        }
        let at = self.places.iter().find(|(place, _)| place.contains(&start) || start < place.start);
        let set = at.or(self.places.last()).map_or("", |(_, set)| set.as_str());
        let (key, value) = set.split_once('=').unwrap_or_default();
        let help = if is_bare_text(value.trim()) {
            format!("; a text needs quotes: --set '{}=\"{}\"'", key.trim(), value.trim())
        } else {
            error.help.as_ref().map_or(String::new(), |help| format!("; {help}"))
        };
        Some(format!("`--set {set}`: {}{help}", error.message))
    }
}

/// Whether a value looks like the name of a file that lacks its quotes.
fn is_bare_text(value: &str) -> bool {
    let is_name = |c: char| c.is_alphanumeric() || "._-/~ ".contains(c);
    value.chars().all(is_name) && value.contains(['.', '/', '~']) && value.contains(char::is_alphabetic)
}

/// The name that [`Set`] gives the item.
const ALIAS: &str = "of_the_command_line";

/// The name that a line declares an item of this kind under.
fn declares<'l>(line: &'l str, kind: &str) -> Option<&'l str> {
    let rest = line.trim_start().strip_prefix(kind).filter(|r| r.starts_with(' '))?.trim_start();
    let end = rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(rest.len());
    Some(&rest[..end]).filter(|name| !name.is_empty())
}

/// The item called `wanted`, under the name that it is shown by; without, all that can be run.
fn pick(file: &str, wanted: Option<&str>, shown: &str, checked: Checked) -> Result<Vec<Experiment>, String> {
    let Checked { mut experiments, mut pipelines, .. } = checked;
    if wanted != Some(ALIAS)
        && experiments.iter().map(|e| &e.name).chain(pipelines.iter().map(|p| &p.name)).any(|n| n == ALIAS)
    {
        return Err(format!("`{file}`: `{ALIAS}` is what `--set` calls an item; rename it"));
    }
    let Some(wanted) = wanted else {
        if !experiments.is_empty() {
            return Ok(experiments);
        }
        if pipelines.is_empty() {
            return Err(format!("`{file}` has no experiment, and no pipeline whose parameters all have defaults"));
        }
        return Ok(pipelines.into_iter().map(alone).collect());
    };
    let known: Vec<String> =
        experiments.iter().map(|e| e.name.clone()).chain(pipelines.iter().map(|p| p.name.clone())).collect();
    if let Some(at) = experiments.iter().position(|e| e.name == wanted) {
        let found = experiments.remove(at);
        return Ok(vec![Experiment { name: shown.into(), ..found }]);
    }
    if let Some(at) = pipelines.iter().position(|p| p.name == wanted) {
        return Ok(vec![alone(Pipeline { name: shown.into(), ..pipelines.remove(at) })]);
    }
    let hint = match nearest(shown, known.iter().map(String::as_str)) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("it has: {}", known.join(", ")),
    };
    Err(format!("`{file}` has no experiment or runnable pipeline `{shown}`; {hint}"))
}

/// The same experiment with trials that were proposed for it.
///
/// # Errors
/// What is wrong with a pipeline of theirs.
pub fn again(program: &Program, experiment: Experiment, proposed: &[Proposed]) -> Result<Experiment, Vec<Diagnostic>> {
    let (checked, mut found) = check_with(program, proposed);
    found.retain(Diagnostic::is_error);
    let Some(made) = stored(checked, &experiment.name).filter(|_| found.is_empty()) else { return Err(found) };
    // The command line may have had its own, and files say what parts there are.
    let Experiment { seeds, repeats, cross, .. } = experiment;
    Ok(Experiment { seeds, repeats, cross, ..made })
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

#[cfg(test)]
mod tests {
    use super::{declares, is_bare_text};

    #[test]
    fn items_are_found_by_their_lines() {
        assert_eq!(declares("  pipeline moons(lr: Float) {", "pipeline"), Some("moons"));
        assert_eq!(declares("pipelines moons", "pipeline"), None);
        assert_eq!(declares("experiment e{", "experiment"), Some("e"));
    }

    #[test]
    fn names_of_files_need_quotes() {
        for bare in ["n32.npz", "../a b/x.csv", "~/x"] {
            assert!(is_bare_text(bare), "{bare}");
        }
        for other in ["\"x.npz\"", "0.5", "1e-3", "Mhm(heads: 2)", "[fou, mor]", "digits"] {
            assert!(!is_bare_text(other), "{other}");
        }
    }
}
