//! A graph as text, for `mhm show graph` and golden tests.

use super::Graph;
use crate::hir::NodeOp;
use std::fmt;

impl fmt::Display for Graph {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "modules")?;
        for module in &self.modules {
            writeln!(f, "  {} {}", module.role.name(), module.name)?;
            for weight in &module.weights {
                writeln!(f, "    {} {:?}", weight.path, weight.axes)?;
            }
        }
        writeln!(f, "nodes")?;
        for (i, node) in self.nodes.iter().enumerate() {
            let inputs: Vec<String> = node.inputs.iter().map(|n| format!("%{}", n.0)).collect();
            let made = match &node.op {
                NodeOp::Input(index) => format!("input {}", self.inputs[*index].name),
                NodeOp::Layer { layer, .. } => format!("{} of {}", layer.written(&[]), inputs.join(", ")),
            };
            let owner = node.module.map_or(String::new(), |m| format!(" in {}", self.module(m).name));
            writeln!(f, "  %{i} {:?} = {made}{owner}", node.axes)?;
        }
        writeln!(f, "outputs")?;
        for output in &self.outputs {
            writeln!(f, "  {} = %{} as {}", output.name, output.node.0, output.link)?;
        }
        writeln!(f, "loss")?;
        for term in &self.terms {
            let target = term.target.map_or(String::new(), |t| format!(", {}", self.targets[t].name));
            writeln!(f, "  {} * {}({}{target})", term.coefficient, term.word, self.outputs[term.output].name)?;
        }
        Ok(())
    }
}
