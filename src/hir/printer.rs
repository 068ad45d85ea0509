//! A checked pipeline or experiment as text, for `mhm show pipeline`: every name resolved, every size known.

use super::written::read;
use super::{Detect, Experiment, Network, NodeOp, Operand, Pipeline};
use crate::builtin::value::quoted;
use crate::digits::number;
use std::fmt;

impl fmt::Display for Pipeline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "pipeline {}", self.name)?;
        writeln!(f, "  data {}", self.data.name)?;
        for modality in &self.data.modalities {
            let read = read(&modality.sources, &modality.transforms);
            writeln!(f, "    modality {}: {} = {read}", modality.name, modality.shape)?;
        }
        for target in &self.data.targets {
            let read = read(&target.sources, &target.transforms);
            writeln!(f, "    target {}: {} = {read}", target.name, target.kind)?;
        }
        for group in &self.data.groups {
            writeln!(f, "    group {} = {}", group.name, group.written())?;
        }
        for split in &self.data.splits {
            writeln!(f, "    split {} = {}", split.name, split.rule)?;
        }
        write!(f, "{}", self.network)?;
        for term in &self.loss {
            let target = term.target.map_or(String::new(), |t| format!(", {}", self.data.targets[t].name));
            writeln!(
                f,
                "  loss {} * {}({}{target})",
                number(term.coefficient),
                term.word,
                self.network.outputs[term.output].name
            )?;
        }
        for detect in &self.detections {
            writeln!(f, "  detect {} = {}", detect.name, detect.written(&self.network))?;
        }
        for metric in &self.metrics {
            let operand = match metric.operand {
                Operand::Output(output) => &self.network.outputs[output].name,
                Operand::Detections(detect) => &self.detections[detect].name,
            };
            let called = metric.metric.called();
            let name = if metric.name == called { String::new() } else { format!("{} = ", metric.name) };
            // `f1(out, label)[2]`
            let class = called.strip_prefix(metric.word).unwrap_or_default();
            let target = &self.data.targets[metric.target].name;
            writeln!(f, "  metric {name}{}({operand}, {target}){class}", metric.word)?;
        }
        for (word, value) in self.settings.written(&|_| true).iter().filter(|(word, _)| word != "batch") {
            writeln!(f, "  {word} {value}")?;
        }
        writeln!(f, "  batch {}{}", self.batch, self.draw.option())?;
        writeln!(f, "  budget {}", self.budget)?;
        writeln!(f, "  schedule {}", self.schedule.name)
    }
}

impl Detect {
    /// As the language writes it: `detections(cas, scores) |> min_max`.
    pub fn written(&self, network: &Network) -> String {
        let outputs = std::iter::once(self.activations).chain(self.scores);
        let front: Vec<&str> = outputs.map(|i| network.outputs[i].name.as_str()).collect();
        let step = |(i, step): (usize, &std::sync::Arc<dyn crate::builtin::detection::DetectionStep>)| {
            step.written(if i == 0 { &front } else { &[] })
        };
        self.steps.iter().enumerate().map(step).collect::<Vec<_>>().join(" |> ")
    }
}

/// What an experiment makes of its arms.
impl fmt::Display for Experiment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "experiment {}", self.name)?;
        for axis in &self.axes {
            let names: Vec<&str> = std::iter::once(&axis.name).chain(&axis.with).map(String::as_str).collect();
            writeln!(f, "  vary {} in {}", names.join(", "), axis.values.join(" | "))?;
        }
        writeln!(f, "  seeds {}, repeats {}, noise {}", self.seeds.len(), self.repeats, self.noise)?;
        if let Some(cross) = &self.cross {
            writeln!(f, "  cross {}", cross.deal)?;
        }
        for reference in &self.references {
            writeln!(f, "  reference {}", reference.name)?;
        }
        for table in &self.tables {
            let places = [("rows", &table.rows), ("columns", &table.columns), ("cells", &table.cells)];
            writeln!(f, "  table {}{}", table.measures.join(", "), placed(&places))?;
        }
        for figure in &self.figures {
            let places = placed(&[("lines", &figure.lines), ("panels", &figure.panels)]);
            writeln!(f, "  figure {}{places} every {}", figure.measures.join(", "), figure.every)?;
        }
        for (name, on) in self.compare.iter().zip(&self.compare_on) {
            let on = if on.is_empty() { String::new() } else { format!(" on {}", on.join(", ")) };
            writeln!(f, "  compare {name}{on}")?;
        }
        for published in &self.published {
            let values = published.values.iter().map(|v| v.map_or("_".into(), |v| v.to_string()));
            let values = values.collect::<Vec<_>>().join(" ");
            writeln!(f, "  published {} {} = {values}", quoted(&published.source), published.measure)?;
            for (name, values) in &published.others {
                let values = values.iter().map(|v| v.map_or("_".into(), |v| v.to_string()));
                writeln!(f, "    {}: {}", quoted(name), values.collect::<Vec<_>>().join(" "))?;
            }
        }
        Ok(())
    }
}

fn placed(places: &[(&str, &Vec<String>)]) -> String {
    let named = places.iter().filter(|(_, axes)| !axes.is_empty());
    named.map(|(word, axes)| format!(" {word} {}", axes.join(", "))).collect()
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "  network {}", self.name)?;
        for module in &self.modules {
            writeln!(f, "    {} {}", module.role.name(), module.name)?;
            for weight in &module.weights {
                writeln!(f, "      {}: {}", weight.path, weight.spec.shape)?;
            }
        }
        for (i, node) in self.nodes.iter().enumerate() {
            let inputs: Vec<String> = node.inputs.iter().map(|n| format!("%{}", n.0)).collect();
            let made = match &node.op {
                NodeOp::Input(index) => format!("in {}", self.inputs[*index].name),
                NodeOp::Layer { word, .. } => format!("{word}({})", inputs.join(", ")),
            };
            let owner = node.module.map_or(String::new(), |m| format!("  // {}", self.module(m).name));
            writeln!(f, "    %{i}: {} = {made}{owner}", node.shape)?;
        }
        for output in &self.outputs {
            writeln!(f, "    out {} = %{}", output.name, output.node.0)?;
        }
        Ok(())
    }
}
