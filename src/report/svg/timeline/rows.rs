//! The rows of a timeline: one a replica where they are few, else one a module whose bars say which replicas they are of.

use super::super::network::{colour, letter};
use crate::id::ModuleId;
use crate::record::manifest::{Module, Phase, Sketch};

/// Rows of replicas, at most: of more a module has one.
const MOST: usize = 8;

/// How replicas of a module are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Replicas {
    /// In a row each, where they are few.
    Apart,
    Together,
}

/// A module, or one of its replicas.
pub struct Row {
    module: ModuleId,
    /// Of all where there is none.
    replica: Option<usize>,
    replicas: usize,
    pub label: String,
    pub colour: usize,
}

/// What a module is in a phase in which it runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    Trains,
    Frozen,
}

impl State {
    pub fn said(self) -> &'static str {
        match self {
            State::Trains => "trains",
            State::Frozen => "is frozen",
        }
    }
}

/// In the order of the modules.
pub fn of(sketch: &Sketch, shown: Replicas) -> Vec<Row> {
    let few = sketch.modules.iter().map(|module| module.replicas).sum::<usize>() <= MOST;
    let apart = few && shown == Replicas::Apart;
    let rows = |(m, module): (usize, &Module)| {
        let row = |replica: Option<usize>| Row {
            module: ModuleId(m),
            replica,
            replicas: module.replicas,
            label: label(module, replica),
            colour: colour(&module.role),
        };
        match module.replicas {
            0 | 1 => vec![row(Some(0))],
            n if apart => (0..n).map(|number| row(Some(number))).collect(),
            _ => vec![row(None)],
        }
    };
    sketch.modules.iter().enumerate().flat_map(rows).collect()
}

fn label(module: &Module, replica: Option<usize>) -> String {
    let number = replica.filter(|_| module.replicas > 1).map_or(String::new(), |number| format!("[{number}]"));
    format!("{} {}{number}", letter(&module.role), module.name)
}

impl Row {
    /// What it is in this phase, and of which replicas where the row is of several: "[3]", "[0, 2]", "all".
    pub fn states(&self, phase: &Phase) -> Vec<(State, String)> {
        let own = |all: &[crate::id::ReplicaId]| -> Vec<usize> {
            let mine = all.iter().filter(|replica| replica.module == self.module).map(|replica| replica.number);
            mine.filter(|number| self.replica.is_none_or(|one| one == *number)).collect()
        };
        let state =
            |(state, numbers): (State, Vec<usize>)| (!numbers.is_empty()).then(|| (state, self.which(&numbers)));
        [(State::Trains, own(&phase.trains)), (State::Frozen, own(&phase.frozen))]
            .into_iter()
            .filter_map(state)
            .collect()
    }

    fn which(&self, numbers: &[usize]) -> String {
        match self.replica {
            Some(_) => String::new(),
            None if numbers.len() == self.replicas => "all".into(),
            None => format!("[{}]", numbers.iter().map(usize::to_string).collect::<Vec<_>>().join(", ")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_replicas_share_a_row() {
        let module =
            |name: &str, replicas| Module { name: name.into(), role: "head".into(), replicas, ..Module::default() };
        let sketch =
            |heads| Sketch { modules: vec![module("joint", 1), module("classify", heads)], ..Sketch::default() };
        let labels = |heads| of(&sketch(heads), Replicas::Apart).into_iter().map(|row| row.label).collect::<Vec<_>>();
        assert_eq!(labels(2), ["ψ joint", "ψ classify[0]", "ψ classify[1]"]);
        assert_eq!(labels(16), ["ψ joint", "ψ classify"]);
        let rows = of(&sketch(16), Replicas::Apart);
        let replica = |number| ModuleId(1).replica(number);
        let phase = Phase { trains: vec![replica(3)], frozen: (0..16).map(replica).collect(), ..Phase::default() };
        assert_eq!(rows[1].states(&phase), [(State::Trains, "[3]".into()), (State::Frozen, "all".into())]);
        assert!(rows[0].states(&phase).is_empty());
    }
}
