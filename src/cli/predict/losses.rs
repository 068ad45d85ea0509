//! The loss of every sample by itself, of what a run predicted: where it is one, and why it is none elsewhere. Owns when the mean of
//! such losses is the loss of the run; what losses are is theirs.

use crate::builtin::ClassCounts;
use crate::graph::{Graph, objective, unlinked};
use crate::record::{Array, Evaluated};
use crate::tensor::{Context, Device, Tensor};

/// Logits of a probability below 1e-30 are lost with it: a loss from here on may be any.
const LOST: f32 = 69.0;
/// Of a loss that asks how often classes occur.
const CLASSES: usize = 2;
/// What rounding leaves between the mean of losses and the loss of all, relative to it.
const ROUNDING: f64 = 1e-3;

/// Sample by sample; NaN where a probability is too small to tell it.
///
/// # Errors
/// Why samples have no loss of their own.
pub fn of_samples(graph: &Graph, evaluated: &Evaluated, truths: &[Option<&Array>]) -> Result<Vec<f32>, String> {
    for term in &graph.terms {
        let Some(target) = term.target else { continue };
        let any = ClassCounts { classes: vec![1; CLASSES], all: 2 * CLASSES, at_once: true };
        if term.loss.counted(&any).is_some() {
            return Err(format!(
                "`{}` counts in training samples what it weighs, and that is not stored",
                term.loss.written(&[])
            ));
        }
        if term.loss.counts_differently(&graph.targets[target].kind) {
            return Err(format!(
                "`{}` counts some samples or steps more than others, so the loss of all is no mean of theirs",
                term.loss.written(&[])
            ));
        }
    }
    let mut rows = Rows::of(graph, evaluated, truths)?;
    let device = Device::cpu();
    let mut losses = vec![];
    while let Some((outputs, targets)) = rows.next(&device) {
        let mut context = Context::evaluate(&device);
        let logits: Vec<Tensor> =
            graph.outputs.iter().zip(&outputs).map(|(o, x)| unlinked(&mut context, x, o.link)).collect();
        let loss = objective(&graph.terms, &mut context, &logits, &targets).item();
        losses.push(if loss < LOST { loss } else { f32::NAN });
    }
    let mean = losses.iter().map(|loss| f64::from(*loss)).sum::<f64>() / losses.len().max(1) as f64;
    // Of NaN nothing is known.
    if (mean - evaluated.loss).abs() > ROUNDING * evaluated.loss.abs().max(ROUNDING) {
        return Err(
            "the run's loss is no mean over samples: of several networks together it is the mean of theirs".into()
        );
    }
    Ok(losses)
}

/// What was predicted and what is true, sample by sample.
struct Rows<'r> {
    /// Values, and axes of one sample.
    outputs: Vec<(&'r [f32], Vec<usize>)>,
    targets: Vec<(&'r [f32], Vec<usize>)>,
    next: usize,
    samples: usize,
}

impl<'r> Rows<'r> {
    fn of(graph: &Graph, evaluated: &'r Evaluated, truths: &[Option<&'r Array>]) -> Result<Self, String> {
        let output = |output: &crate::graph::Output| {
            let axes = graph.node(output.node).axes.clone();
            Some((evaluated.outputs.get(&output.name)?.values.as_slice(), axes))
        };
        let target = |(target, truth): (&crate::graph::Target, &Option<&'r Array>)| {
            let axes = target.kind.shape();
            let values = truth.map_or(&[][..], |truth| truth.values.as_slice());
            (values, axes)
        };
        let outputs = graph.outputs.iter().map(output).collect::<Option<Vec<_>>>();
        let outputs = outputs.ok_or("the run does not have all its outputs")?;
        let targets: Vec<_> = graph.targets.iter().zip(truths).map(target).collect();
        let needed = graph.terms.iter().filter_map(|term| term.target);
        if let Some(lacking) = needed.into_iter().find(|target| truths[*target].is_none()) {
            return Err(format!("what is true of `{}` is not stored", graph.targets[lacking].name));
        }
        let width = |axes: &[usize]| axes.iter().product::<usize>().max(1);
        let samples = outputs.first().map_or(0, |(values, axes)| values.len() / width(axes));
        Ok(Self { outputs, targets, next: 0, samples })
    }

    fn next(&mut self, device: &Device) -> Option<(Vec<Tensor>, Vec<Tensor>)> {
        if self.next == self.samples {
            return None;
        }
        let row = self.next;
        self.next += 1;
        let of = |(values, axes): &(&[f32], Vec<usize>)| {
            let width = axes.iter().product::<usize>();
            let own = values.get(row * width..(row + 1) * width).unwrap_or_default().to_vec();
            let axes = if own.is_empty() { vec![1, 0] } else { [&[1], axes.as_slice()].concat() };
            device.upload(&own, &axes)
        };
        Some((self.outputs.iter().map(of).collect(), self.targets.iter().map(of).collect()))
    }
}
