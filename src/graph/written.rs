//! A graph in the words of the language, the same text for the same function: what every module computes of what. Owns the
//! names of values that have none.

use super::{Graph, Node, NodeId};
use crate::digits::number;
use crate::hir::NodeOp;
use crate::id::ModuleId;
use std::collections::BTreeMap;

/// A run of nodes that feed each other alone: `first |> linear(8) |> relu`.
struct Statement {
    /// Of its value.
    name: String,
    owner: Option<ModuleId>,
    text: String,
}

/// What values are called, by node.
type Names = BTreeMap<NodeId, String>;

impl Graph {
    /// (what, text): inputs, a line a module, what lies between them, outputs, the loss.
    pub fn written(&self) -> Vec<(String, String)> {
        let inputs = self.inputs.iter().map(|input| format!("{}: {}", input.name, axes(&input.axes)));
        let mut lines = vec![("inputs".to_string(), list(inputs))];
        let (statements, names) = self.statements();
        let mut own: BTreeMap<Option<ModuleId>, Vec<&Statement>> = BTreeMap::new();
        statements.iter().for_each(|statement| own.entry(statement.owner).or_default().push(statement));
        let named =
            |own: &[&Statement]| own.iter().map(|s| format!("{} = {}", s.name, s.text)).collect::<Vec<_>>().join("; ");
        for (m, module) in self.modules.iter().enumerate() {
            let text = match own.get(&Some(ModuleId(m))).map(Vec::as_slice) {
                None => "read by no output".into(),
                Some([one]) => one.text.clone(),
                Some(several) => named(several),
            };
            lines.push((format!("{} {}", module.role.name(), module.name), text));
        }
        own.get(&None).into_iter().for_each(|own| lines.push(("between modules".into(), named(own))));
        lines.push(("order".into(), list(statements.iter().map(|s| s.name.clone()))));
        let outputs = self.outputs.iter().map(|o| format!("{} = {}", o.name, names[&o.node]));
        lines.push(("outputs".into(), list(outputs)));
        lines.push(("loss".into(), self.loss()));
        lines
    }

    /// `cross_entropy(out, label) + 0.0001 * l1(out)`.
    fn loss(&self) -> String {
        let term = |term: &super::Term| {
            let target = term.target.map(|t| self.targets[t].name.as_str());
            let front: Vec<&str> = std::iter::once(self.outputs[term.output].name.as_str()).chain(target).collect();
            let written = term.loss.written(&front);
            if term.coefficient == 1.0 { written } else { format!("{} * {written}", number(term.coefficient)) }
        };
        self.terms.iter().map(term).collect::<Vec<_>>().join(" + ")
    }

    /// In the order they are computed. A value is called as its module, numbered where that has several.
    fn statements(&self) -> (Vec<Statement>, Names) {
        let mut readers = vec![0usize; self.nodes.len()];
        let read = self.nodes.iter().flat_map(|node| node.inputs.iter().copied());
        read.chain(self.outputs.iter().map(|output| output.node)).for_each(|node| readers[node.0] += 1);
        let follows = |i: usize| {
            let node = &self.nodes[i];
            let Some(before) = i.checked_sub(1).filter(|b| node.inputs == [NodeId(*b)] && readers[*b] == 1) else {
                return false;
            };
            matches!(self.nodes[before].op, NodeOp::Layer { .. }) && self.nodes[before].module == node.module
        };
        let starts: Vec<usize> = (0..self.nodes.len())
            .filter(|&i| matches!(self.nodes[i].op, NodeOp::Layer { .. }) && !follows(i))
            .collect();
        let mut counts: BTreeMap<Option<ModuleId>, usize> = BTreeMap::new();
        starts.iter().for_each(|&i| *counts.entry(self.nodes[i].module).or_default() += 1);
        let input = |(i, node): (usize, &Node)| match &node.op {
            NodeOp::Input(index) => Some((NodeId(i), self.inputs[*index].name.clone())),
            NodeOp::Layer { .. } => None,
        };
        let mut names: Names = self.nodes.iter().enumerate().filter_map(input).collect();
        let (mut met, mut made) = (BTreeMap::new(), vec![]);
        let mut shared = Shared::default();
        for start in starts {
            let owner = self.nodes[start].module;
            let number = met.entry(owner).or_insert(0usize);
            *number += 1;
            let name = match owner.map(|m| &self.module(m).name) {
                Some(name) if counts[&owner] == 1 => name.clone(),
                Some(name) => format!("{name}.{number}"),
                None => format!("let.{number}"),
            };
            let mut last = start;
            let mut text = self.first(&self.nodes[start], &names, &mut shared);
            while last + 1 < self.nodes.len() && follows(last + 1) {
                last += 1;
                text += &format!(" |> {}", self.call(&self.nodes[last], &[], &mut shared));
            }
            text += &format!(": {}", axes(&self.nodes[last].axes));
            names.insert(NodeId(last), name.clone());
            made.push(Statement { name, owner, text });
        }
        (made, names)
    }

    /// `x |> linear(8)`, `concat(x, y)`.
    fn first(&self, node: &Node, names: &Names, shared: &mut Shared) -> String {
        let names: Vec<&str> = node.inputs.iter().map(|input| names[input].as_str()).collect();
        match names.as_slice() {
            [one] => format!("{one} |> {}", self.call(node, &[], shared)),
            several => self.call(node, several, shared),
        }
    }

    fn call(&self, node: &Node, front: &[&str], shared: &mut Shared) -> String {
        let text = match &node.op {
            NodeOp::Input(index) => self.inputs[*index].name.clone(),
            NodeOp::Layer { layer, .. } => layer.written(front),
        };
        match &node.weights {
            // Which weights they are goes without saying where they are the module's next.
            Some((owner, range)) if !shared.is_next(*owner, range) => {
                format!("{text} with the weights {}", self.module(*owner).weights[range.start].path)
            }
            Some(_) | None => text,
        }
    }
}

/// By module, the weight after those that were met.
#[derive(Default)]
struct Shared(BTreeMap<ModuleId, usize>);

impl Shared {
    fn is_next(&mut self, owner: ModuleId, range: &std::ops::Range<usize>) -> bool {
        let next = self.0.entry(owner).or_insert(0);
        let is_next = *next == range.start;
        *next = (*next).max(range.end);
        is_next
    }
}

fn axes(axes: &[usize]) -> String {
    format!("[{}]", list(axes.iter().map(usize::to_string)))
}

fn list(items: impl Iterator<Item = String>) -> String {
    items.collect::<Vec<_>>().join(", ")
}
