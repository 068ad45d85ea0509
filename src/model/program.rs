//! One network of a program as a text of its own: its items as they were written, everything around it resolved. Owns what
//! such a text says; which names its items have is `items.rs`.

use super::items::Items;
use crate::builtin::dataset::SplitRule;
use crate::builtin::value::quoted;
use crate::check::names::Program;
use crate::digits::number;
use crate::hir::{self, Argument, Level, LossTerm, MetricUse, Modality, Operand, Pipeline, Role};
use crate::span::Ident;
use std::fmt::Write;

/// The schedule of such a file: one of everything.
const SCHEDULE: &str = "Deployed";

/// The text, laid out. `about` is said on top, a comment a line; the pipeline is called `name`.
pub fn text(program: &Program, pipeline: &Pipeline, name: &str, about: &[String]) -> Result<String, String> {
    let network = &pipeline.network;
    let arguments = arguments(network)?;
    let values: Vec<&Argument> = arguments.iter().map(|(_, value)| *value).collect();
    let mut items = Items::gather(program, network.span, &values, format!("{name}.safetensors"));
    let (data, schedule) = (items.fresh(&pipeline.data.name), items.fresh(SCHEDULE));
    let name = items.fresh(&identifier(name));
    let given: Vec<String> = arguments.iter().map(|(key, value)| format!("{key}: {}", items.argument(value))).collect();
    let called = items.called(network.span).unwrap_or(&network.name);
    let given = if given.is_empty() { called.into() } else { format!("{called}({})", given.join(", ")) };
    let comment: String = about.iter().map(|line| format!("{}\n", format!("// {line}").trim_end())).collect();
    let text = [
        comment,
        items.text(&network.allow),
        dataset(&data, &pipeline.data),
        deployed(&schedule, pipeline),
        whole(&name, pipeline, &data, &given, &schedule),
    ];
    let text = text.join("\n");
    crate::syntax::format(&text).map_err(|found| {
        let why = found.first().map_or("", |d| d.message.as_str());
        format!("the network's text cannot be brought together: {why}\n{text}")
    })
}

fn arguments(network: &hir::Network) -> Result<Vec<(&str, &Argument)>, String> {
    let known = |(name, value): &'_ (String, Option<Argument>)| value.is_none().then(|| name.clone());
    if let Some(name) = network.arguments.iter().find_map(known) {
        return Err(format!(
            "`{name}` of `{}` is given layers put together on the spot, which have no name to export; declare them as a `block` and pass that",
            network.name
        ));
    }
    Ok(network.arguments.iter().filter_map(|(name, value)| Some((name.as_str(), value.as_ref()?))).collect())
}

/// A file's name as one of the language.
fn identifier(name: &str) -> String {
    let name: String = name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
    if name.starts_with(|c: char| c.is_ascii_alphabetic()) { name } else { format!("model_{name}") }
}

/// The dataset with its arguments filled in and sizes as numbers; modalities that nothing reads and that decide nothing are left out.
fn dataset(name: &str, data: &hir::Dataset) -> String {
    let from = match (&data.generator, &data.root) {
        (Some(generator), _) => format!(" from {}", generator.written(&[])),
        (None, Some(root)) => format!(" from {}", quoted(root)),
        (None, None) => String::new(),
    };
    let mut text = format!("{}dataset {name}{from} {{\n", silenced(&data.allow));
    for m in modalities(data) {
        put(&mut text, format!("modality {}: {} = {}", m.name, m.shape, hir::read(&m.sources, &m.transforms)));
    }
    for target in &data.targets {
        put(
            &mut text,
            format!("target {}: {} = {}", target.name, target.kind, hir::read(&target.sources, &target.transforms)),
        );
    }
    for group in &data.groups {
        put(&mut text, format!("group {} = {}", group.name, group.written()));
    }
    for split in &data.splits {
        // Which part was tested no dataset says: what it says of the split by itself stays, if it does.
        let rule = match &split.rule {
            SplitRule::Part { own, .. } => own.as_deref(),
            rule => Some(rule),
        };
        rule.into_iter().for_each(|rule| put(&mut text, format!("split {} = {rule}", split.name)));
    }
    text + "}\n"
}

fn modalities(data: &hir::Dataset) -> impl Iterator<Item = &Modality> {
    data.modalities.iter().filter(|m| m.used || m.decides())
}

fn put(text: &mut String, line: String) {
    writeln!(text, "  {line}").expect("a string takes what is written");
}

fn silenced(allow: &[Ident]) -> String {
    // What an arm has to allow may be idle in a text of its own.
    let names: Vec<&str> = allow.iter().map(|lint| lint.node.as_str()).chain(["unused-allow"]).collect();
    if allow.is_empty() { String::new() } else { format!("allow({})\n", names.join(", ")) }
}

/// Everything that has an optimizer learns together: what the file trains if it is run.
fn deployed(name: &str, pipeline: &Pipeline) -> String {
    let settings = &pipeline.settings;
    let learns = |role: &Role| {
        let there = pipeline.network.modules.iter().any(|m| m.role == *role);
        there && (settings.optimizer.is_some() || settings.optimizer_of.contains_key(role))
    };
    let roles: Vec<&str> =
        [Role::Uni, Role::Fusion, Role::Head].iter().filter(|role| learns(role)).map(|role| role.name()).collect();
    let doc = "/// One network end to end: how the file would be trained anew.";
    format!("{doc}\nschedule {name} {{ repeat {{ phase all {{ train {} on all }} }} }}\n", roles.join(", "))
}

/// Whether a setting says something of a schedule that trains all together; a batch is written by itself.
fn kept(word: &str) -> bool {
    word != "batch" && word != "frozen_dropout"
}

fn whole(name: &str, pipeline: &Pipeline, data: &str, network: &str, schedule: &str) -> String {
    let mut text = format!("{}pipeline {name} {{\n", silenced(&pipeline.allow));
    put(&mut text, format!("data {data}"));
    // The text has others where they decide which samples there are, or are masks that are not read by themselves.
    let (read, others): (Vec<&Modality>, Vec<&Modality>) =
        modalities(&pipeline.data).partition(|m| m.used && m.offered);
    if !others.is_empty() {
        let names: Vec<&str> = read.iter().map(|m| m.name.as_str()).collect();
        put(&mut text, format!("modalities [{}]", names.join(", ")));
    }
    put(&mut text, format!("network {network}"));
    put(&mut text, format!("loss {}", loss(pipeline)));
    for (word, value) in pipeline.settings.written(&|_| true).iter().filter(|(word, _)| kept(word)) {
        put(&mut text, format!("{word} {value}"));
    }
    put(&mut text, format!("schedule {schedule}"));
    // Groups of samples are none of a network's.
    let by_groups = pipeline.draw.levels().iter().any(|level| matches!(level, Level::Group(_)));
    let draw = if by_groups { String::new() } else { pipeline.draw.option() };
    put(&mut text, format!("batch {}{draw}", pipeline.batch));
    put(&mut text, format!("budget {}", pipeline.budget));
    for detect in &pipeline.detections {
        put(&mut text, format!("detect {} = {}", detect.name, detect.written(&pipeline.network)));
    }
    let metrics: Vec<String> = pipeline.metrics.iter().map(|m| metric(pipeline, m)).collect();
    if !metrics.is_empty() {
        put(&mut text, format!("metrics {}", metrics.join(", ")));
    }
    text + "}\n"
}

fn loss(pipeline: &Pipeline) -> String {
    let term = |term: &LossTerm| {
        let written = term.loss.written(&ends(pipeline, term.output, term.target));
        if term.coefficient == 1.0 { written } else { format!("{} * {written}", number(term.coefficient)) }
    };
    pipeline.loss.iter().map(term).collect::<Vec<_>>().join(" + ")
}

fn metric(pipeline: &Pipeline, metric: &MetricUse) -> String {
    let front = match metric.operand {
        Operand::Output(output) => ends(pipeline, output, Some(metric.target)),
        Operand::Detections(detect) => {
            vec![pipeline.detections[detect].name.as_str(), pipeline.data.targets[metric.target].name.as_str()]
        }
    };
    let name = if metric.name == metric.metric.called() { String::new() } else { format!("{} = ", metric.name) };
    format!("{name}{}", metric.metric.written(&front))
}

/// The names of an output and a target, where there is a choice.
fn ends(pipeline: &Pipeline, output: usize, target: Option<usize>) -> Vec<&str> {
    let (outputs, targets) = (&pipeline.network.outputs, &pipeline.data.targets);
    let output = (outputs.len() > 1).then(|| outputs[output].name.as_str());
    let target = target.filter(|_| targets.len() > 1).map(|t| targets[t].name.as_str());
    output.into_iter().chain(target).collect()
}
