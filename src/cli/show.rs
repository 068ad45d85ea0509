//! `mhm show`: any noun of the path of data, printed.

use super::columns::columns;
use super::files;
use super::load::{Chosen, Loaded, load, sound};
use super::output::{Color, Ended, Outcome, complain, print};
use super::pictures::{self, Subject};
use super::render::{Format, Renderer, terminal_width};
use crate::digits::count as grouped;
use crate::experiment::parted;
use crate::experiment::sketch::{modules_of, sized};
use crate::graph::lower;
use crate::hir::{Experiment, Network, Pipeline};
use crate::id::ModuleId;
use crate::plan::schedule;
use crate::record::manifest::{End, Module, Sketch};
use crate::report::Captioned;
use crate::report::svg::{LIGHT, sheet};
use crate::source::SourceMap;
use clap::{Args, Subcommand};
use std::collections::BTreeSet;

const EXAMPLES: &str = "\
Examples:
  mhm show ast moons.mhm                  the tree of a file
  mhm show pipeline moons.mhm             names resolved, sizes known
  mhm show graph moons.mhm table          what is computed, for every arm of an experiment
  mhm show network nets.mhm Joint         the modules of a network, what flows between them, their weights
  mhm show network moons.mhm --svg > networks.svg
  mhm show schedule moons.mhm --svg > schedules.svg    who trains when, as the report draws it";

/// Print what the program sees at one stage
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES, disable_help_subcommand = true)]
pub struct Show {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// The tree of a file as written
    #[command(after_help = EXAMPLES)]
    Ast {
        /// A file, or `-` for standard input
        file: String,
    },
    /// The checked pipeline of every arm, and what the experiment shows of them
    #[command(after_help = EXAMPLES)]
    Pipeline(Chosen),
    /// The phases of every arm, loops unrolled (`mhm plan` adds sizes and costs)
    #[command(after_help = EXAMPLES, visible_alias = "schedule")]
    Plan(Drawn),
    /// The graph of every arm
    #[command(after_help = EXAMPLES)]
    Graph(Drawn),
    /// The modules of every arm's network, or of a network of the file: layers, shapes, weights
    #[command(after_help = EXAMPLES)]
    Network(Drawn),
}

/// What can be drawn, too.
#[derive(Debug, Args)]
struct Drawn {
    #[command(flatten)]
    chosen: Chosen,
    /// Write a picture, as the report has it: an SVG with whatever differs between arms below one another
    #[arg(long)]
    svg: bool,
}

pub fn run(command: &Show, color: Color) -> Ended {
    match &command.what {
        What::Ast { file } => ast(file, color),
        What::Pipeline(chosen) => each(chosen, color, |p| p.to_string(), Experiment::to_string),
        What::Plan(drawn) if drawn.svg => picture(&drawn.chosen, Subject::Schedule, color),
        What::Graph(drawn) if drawn.svg => picture(&drawn.chosen, Subject::Operations, color),
        What::Network(drawn) if drawn.svg => picture(&drawn.chosen, Subject::Modules, color),
        What::Plan(Drawn { chosen, .. }) => each(chosen, color, |p| schedule(p).to_string(), |_| String::new()),
        What::Graph(Drawn { chosen, .. }) => each(chosen, color, |p| lower(p).to_string(), |_| String::new()),
        What::Network(Drawn { chosen, .. }) => networks(chosen, color),
    }
}

/// The experiments that are meant, or the networks that a file declares where it has none or one of them is named.
enum Meant {
    Experiments(Vec<Experiment>),
    Networks(Vec<Network>),
}

fn meant(chosen: &Chosen, color: Color, tell: fn(&str)) -> Result<Option<Meant>, String> {
    let Some((sound, mut checked)) = sound(chosen, color, tell)? else { return Ok(None) };
    let runs = !checked.experiments.is_empty() || !checked.pipelines.is_empty();
    let named = chosen.name.as_ref();
    checked.networks.retain(|network| named.is_none_or(|name| network.name == *name));
    if !checked.networks.is_empty() && chosen.set.is_empty() && (named.is_some() || !runs) {
        return Ok(Some(Meant::Networks(checked.networks)));
    }
    sound.pick(chosen, checked).map(|experiments| Some(Meant::Experiments(experiments)))
}

fn picture(chosen: &Chosen, subject: Subject, color: Color) -> Ended {
    // The picture goes where findings would.
    let groups = match meant(chosen, color, |text| complain(text.trim_end()))? {
        None => return Ok(Outcome::Findings),
        Some(Meant::Experiments(mut experiments)) => {
            let lacking = experiments.iter_mut().filter_map(|experiment| parted(experiment, &chosen.roots()).err());
            lacking.for_each(|why| complain(&why));
            let drawn = experiments.iter().map(|experiment| pictures::of_data(experiment, subject, &chosen.roots()));
            let drawn: Vec<_> = drawn.collect();
            drawn.iter().flat_map(|(_, why)| why).for_each(|why| {
                complain(&format!("steps are not known, and all phases are drawn equally long: {why}"));
            });
            let several = experiments.len() > 1;
            let named = |(experiment, (groups, _)): (&Experiment, (Vec<Captioned>, _))| {
                let caption = |text| if several { format!("{}: {text}", experiment.name) } else { text };
                let own = groups.into_iter().map(|group| Captioned { caption: caption(group.caption), ..group });
                own.collect::<Vec<_>>()
            };
            experiments.iter().zip(drawn).flat_map(named).collect()
        }
        Some(Meant::Networks(networks)) if subject != Subject::Schedule => {
            networks.iter().map(|network| pictures::of_network(network, subject)).collect::<Result<Vec<_>, _>>()?
        }
        Some(Meant::Networks(_)) => return Err(format!("`{}` says of no network how it is trained", chosen.file)),
    };
    print(&sheet(&chosen.file, groups, &LIGHT));
    Ok(Outcome::Clean)
}

fn networks(chosen: &Chosen, color: Color) -> Ended {
    match meant(chosen, color, print)? {
        None => return Ok(Outcome::Findings),
        Some(Meant::Experiments(experiments)) => {
            let mut known = BTreeSet::new();
            for pipeline in experiments.iter().flat_map(|experiment| &experiment.arms).map(|arm| &arm.pipeline) {
                let text = modules(&sized(pipeline, &vec![0; schedule(pipeline).phases.len()], 0));
                if known.insert(text.clone()) {
                    print(&format!("{}{text}", if known.len() > 1 { "\n" } else { "" }));
                }
            }
        }
        Some(Meant::Networks(networks)) => {
            for (i, network) in networks.iter().enumerate() {
                let text = modules(&modules_of(network).ok_or_else(|| pictures::hangs(network))?);
                print(&format!("{}{text}", if i > 0 { "\n" } else { "" }));
            }
        }
    }
    Ok(Outcome::Clean)
}

/// A line a module: its role, how often it is trained, its layers, what it reads, weights.
fn modules(sketch: &Sketch) -> String {
    let head = ["role", "module", "layers", "reads", "weights"].map(String::from).to_vec();
    let named = |end: &End| match end {
        End::Input(name) | End::Output(name) => name.clone(),
        End::Module(m) => sketch.modules[m.0].name.clone(),
    };
    let reads = |to: &End| {
        let read = sketch.edges.iter().filter(|edge| edge.to == *to);
        read.map(|edge| format!("{} {}", named(&edge.from), edge.shape)).collect::<Vec<_>>().join(", ")
    };
    let row = |(m, module): (usize, &Module)| {
        let times = if module.replicas > 1 { format!(" × {}", module.replicas) } else { String::new() };
        let end = End::Module(ModuleId(m));
        let weights = format!("{}{times}", grouped(module.weights));
        vec![module.role.clone(), module.name.clone(), module.layers.clone(), reads(&end), weights]
    };
    let mut rows = vec![head];
    rows.extend(sketch.modules.iter().enumerate().map(row));
    for end in sketch.edges.iter().map(|edge| &edge.to).filter(|end| matches!(end, End::Output(_))) {
        let row = vec!["out".to_string(), named(end), String::new(), reads(end), String::new()];
        if !rows.contains(&row) {
            rows.push(row);
        }
    }
    format!("{}\n{}", sketch.network, columns(&rows, 1))
}

fn ast(file: &str, color: Color) -> Ended {
    let input = files::read(file)?;
    let mut sources = SourceMap::default();
    let id = sources.add(&input.name, &input.text);
    let (tree, diagnostics) = crate::syntax::parse(&sources, id);
    print(&crate::syntax::print(&tree));
    let renderer = Renderer { format: Format::Full, color: color.is_on(), width: terminal_width() };
    diagnostics.iter().for_each(|d| print(&renderer.render(&sources, d)));
    Ok(if diagnostics.is_empty() { Outcome::Clean } else { Outcome::Findings })
}

/// Every arm, then every reference, each once; then what the experiment makes of them, unless it is a pipeline alone.
fn each(
    chosen: &Chosen,
    color: Color,
    text: impl Fn(&Pipeline) -> String,
    whole: impl Fn(&Experiment) -> String,
) -> Ended {
    let experiments = match load(chosen, color)? {
        Loaded::Experiments(experiments, _) => experiments,
        Loaded::Wrong => return Ok(Outcome::Findings),
    };
    for experiment in &experiments {
        for arm in &experiment.arms {
            let values: Vec<&str> = experiment.axes.iter().zip(&arm.at).map(|(a, &i)| a.values[i].as_str()).collect();
            if !values.is_empty() {
                print(&format!("// {}: {}\n", experiment.name, values.join(", ")));
            }
            print(&format!("{}\n", text(&arm.pipeline)));
        }
        for reference in &experiment.references {
            let texts: BTreeSet<String> = reference.pipelines.iter().map(&text).collect();
            texts
                .iter()
                .for_each(|text| print(&format!("// {}: reference {}\n{text}\n", experiment.name, reference.name)));
        }
        if experiment.arms.iter().any(|arm| arm.pipeline.span != experiment.span) {
            print(&whole(experiment));
        }
    }
    Ok(Outcome::Clean)
}
