//! Where modules begin and end in a list of parts: what is applied several times is one class. Owns that search alone.

use crate::id::ModuleId;
use crate::interchange::{Network, Part, Value};
use std::collections::BTreeMap;

/// A module as a function, and where it is applied.
#[derive(Debug)]
pub struct Class {
    pub module: ModuleId,
    /// Parts of its first application, side by side.
    pub first: std::ops::Range<usize>,
    /// What the first application is given, in order.
    pub given: Vec<Value>,
    /// Places in [`first`](Self::first) of what it gives back.
    pub made: Vec<usize>,
}

/// One use of a class.
#[derive(Debug)]
pub struct Call {
    /// Index of the class.
    pub class: usize,
    /// Its parts.
    pub parts: std::ops::Range<usize>,
    pub given: Vec<Value>,
}

/// The classes of a network, and by its first part every use of one. A module whose parts do not stand side by side has none.
pub fn classes(network: &Network) -> (Vec<Class>, BTreeMap<usize, Call>) {
    let (mut classes, mut calls) = (vec![], BTreeMap::new());
    for number in 0..network.modules.len() {
        let module = ModuleId(number);
        let parts: Vec<usize> =
            (0..network.parts.len()).filter(|part| network.parts[*part].module == Some(module)).collect();
        let Some(uses) = uses(network, &parts) else { continue };
        let ends = |part: &std::ops::Range<usize>| made(network, part);
        // What one use gives back the others do, too.
        let made: Vec<usize> =
            uses.iter().flat_map(ends).collect::<std::collections::BTreeSet<_>>().into_iter().collect();
        let class = Class { module, first: uses[0].clone(), given: given(network, &uses[0]), made };
        for parts in uses {
            let given = given(network, &parts);
            calls.insert(parts.start, Call { class: classes.len(), parts, given });
        }
        classes.push(class);
    }
    (classes, calls)
}

/// Equal runs of neighbours that these parts are, as many as there are; none where some stand apart.
fn uses(network: &Network, parts: &[usize]) -> Option<Vec<std::ops::Range<usize>>> {
    let count = parts.len();
    let run = |parts: &[usize]| {
        let (first, last) = (*parts.first()?, *parts.last()?);
        (last - first + 1 == parts.len()).then_some(first..last + 1)
    };
    (1..=count).filter(|length| count.is_multiple_of(*length)).find_map(|length| {
        let runs: Vec<_> = parts.chunks(length).map(run).collect::<Option<_>>()?;
        let shape = shape(network, &runs[0]);
        runs.iter().all(|run| self::shape(network, run) == shape).then_some(runs)
    })
}

/// What makes two runs one function: operations, weights, and what each reads of what is inside or given.
fn shape(network: &Network, run: &std::ops::Range<usize>) -> Vec<String> {
    let given = given(network, run);
    let place = |value: &Value| match inside(network, run, *value) {
        Some(part) => format!("part {part}"),
        None => format!("given {:?}", given.iter().position(|known| known == value)),
    };
    let one = |Part { word, reads, weights, spelling, .. }: &Part| {
        let reads: Vec<String> = reads.iter().map(place).collect();
        format!("{word} {reads:?} {weights:?} {spelling:?}")
    };
    network.parts[run.clone()].iter().map(one).collect()
}

/// The place in a run of the part that makes a value.
fn inside(network: &Network, run: &std::ops::Range<usize>, value: Value) -> Option<usize> {
    let part = value.0.checked_sub(network.inputs.len())?;
    run.contains(&part).then(|| part - run.start)
}

/// What a run reads from outside, each once, in order.
fn given(network: &Network, run: &std::ops::Range<usize>) -> Vec<Value> {
    let mut given: Vec<Value> = vec![];
    for value in network.parts[run.clone()].iter().flat_map(|part| &part.reads) {
        if inside(network, run, *value).is_none() && !given.contains(value) {
            given.push(*value);
        }
    }
    given
}

/// Places in a run of what is read outside.
fn made(network: &Network, run: &std::ops::Range<usize>) -> Vec<usize> {
    let outside = network.parts.iter().enumerate().filter(|(part, _)| !run.contains(part));
    let read = outside.flat_map(|(_, part)| &part.reads).chain(network.outputs.iter().map(|output| &output.value));
    let places: std::collections::BTreeSet<usize> = read.filter_map(|value| inside(network, run, *value)).collect();
    places.into_iter().collect()
}
