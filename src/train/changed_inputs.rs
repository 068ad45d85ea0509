//! Inputs made worse, to see how much a network leans on a modality. Owns the changed values; evaluates nothing.

use crate::builtin::Presence;
use crate::data::{Array, DataError, Dataset};
use crate::graph::{Absence, Graph};
use crate::id::SampleId;
use crate::record::Perturbation;
use crate::seed::Seed;
use crate::split::SplitName;
use crate::tensor::{Device, Tensor};

/// Other values for some inputs of a graph.
#[derive(Clone, Debug, PartialEq)]
pub struct ChangedInputs {
    /// By index into the graph's inputs: `samples × width`, in the order of the samples evaluated.
    inputs: Vec<(usize, Vec<f32>)>,
}

impl ChangedInputs {
    /// The samples of a split after the change; `None` where the graph does not read the modality, so that nothing changes.
    ///
    /// A modality that is missing is its mean: each feature (a place on the last axis) has its mean over the training samples
    /// and all steps, as `standardize` takes it. Where the network reads a mask of the modality, it is padding instead:
    /// mask and values are 0. Noise of `noise` standard deviations (of the population, of each value over the training
    /// samples) is drawn from the stream `noise/SPLIT/MODALITY`, sample after sample.
    pub fn of(
        graph: &Graph,
        data: &Dataset,
        split: &str,
        change: &Perturbation,
        noise: f64,
        seed: Seed,
    ) -> Result<Option<Self>, DataError> {
        let modality = match change {
            Perturbation::Without(modality) | Perturbation::Noisy(modality) => modality,
        };
        let input = graph.inputs.iter().position(|input| input.name == *modality);
        let (Some(input), Some(array), Some(ids)) = (input, data.modality(modality), data.split(split)) else {
            return Ok(None);
        };
        let train = statistics(array, data.split(&SplitName::TRAIN).unwrap_or(&[]))?;
        let inputs = match change {
            Perturbation::Without(_) => match absence(graph, data, input)? {
                Some(masks) => {
                    let all = std::iter::once(input).chain(masks);
                    let zeros = |i: usize| vec![0.0; ids.len() * graph.inputs[i].axes.iter().product::<usize>()];
                    all.map(|i| (i, zeros(i))).collect()
                }
                None => vec![(input, pooled(array, &train).repeat(ids.len()))],
            },
            Perturbation::Noisy(_) => {
                let mut stream = seed.stream(&format!("noise/{split}/{modality}"));
                let mut values = vec![];
                array.gather(ids, &mut values)?;
                for (value, (_, deviation)) in values.iter_mut().zip(train.iter().cycle()) {
                    *value += (noise * deviation * stream.normal()) as f32;
                }
                silence(data, modality, ids, &mut values)?;
                vec![(input, values)]
            }
        };
        Ok(Some(Self { inputs }))
    }

    /// Puts the values of a batch that begins at sample `start` in place of what was gathered.
    pub(super) fn put(&self, inputs: &mut [Tensor], start: usize, device: &Device) {
        for (input, values) in &self.inputs {
            let axes = inputs[*input].axes();
            let width = axes.elements() / axes[0].max(1);
            inputs[*input] = device.upload(&values[start * width..][..axes.elements()], &axes);
        }
    }
}

/// What a sample lacks has no noise.
fn silence(data: &Dataset, modality: &str, ids: &[SampleId], values: &mut [f32]) -> Result<(), DataError> {
    for presence in [Presence::Sample, Presence::Steps] {
        let Some(there) = data.answer(modality, presence) else { continue };
        let mut answers = vec![];
        there.gather(ids, &mut answers)?;
        let steps = values.chunks_mut((values.len() / answers.len().max(1)).max(1)).zip(&answers);
        steps.filter(|(_, there)| **there == 0.0).for_each(|(step, _)| step.fill(0.0));
    }
    Ok(())
}

/// The masks of an input, where the network can be told that it is missing.
pub(super) fn absence(graph: &Graph, data: &Dataset, input: usize) -> Result<Option<Vec<usize>>, DataError> {
    let Absence { masks, told } = graph.absence(input);
    let mut found = vec![];
    for mask in masks {
        found.extend(is_mask(graph, data, mask)?.then_some(mask));
    }
    Ok((told || !found.is_empty()).then_some(found))
}

/// Whether an input is 0 or 1 in all training samples.
pub(super) fn is_mask(graph: &Graph, data: &Dataset, input: usize) -> Result<bool, DataError> {
    let Some(array) = data.modality(&graph.inputs[input].name) else { return Ok(false) };
    let mut is_mask = true;
    array.each(data.split(&SplitName::TRAIN).unwrap_or(&[]), &mut |sample| {
        is_mask &= sample.iter().all(|x| *x == 0.0 || *x == 1.0);
    })?;
    Ok(is_mask)
}

/// The mean of every feature, at every step of a sample.
fn pooled(array: &Array, statistics: &[(f64, f64)]) -> Vec<f32> {
    let features = array.axes.last().copied().unwrap_or(1).max(1);
    let steps = (statistics.len() / features).max(1);
    let mean = |feature: usize| {
        let sum: f64 = statistics.iter().skip(feature).step_by(features).map(|(mean, _)| mean).sum();
        (sum / steps as f64) as f32
    };
    (0..features).map(mean).collect::<Vec<f32>>().repeat(steps)
}

/// Mean and standard deviation of every value of a sample.
fn statistics(array: &Array, ids: &[SampleId]) -> Result<Vec<(f64, f64)>, DataError> {
    let n = ids.len().max(1) as f64;
    let sums = |f: &dyn Fn(usize, f64) -> f64| {
        let mut sums = vec![0.0; array.width()];
        array.each(ids, &mut |sample| {
            sums.iter_mut().zip(sample).enumerate().for_each(|(i, (sum, x))| *sum += f(i, f64::from(*x)));
        })?;
        Ok::<_, DataError>(sums.into_iter().map(|sum| sum / n).collect::<Vec<f64>>())
    };
    let means = sums(&|_, x| x)?;
    let variances = sums(&|i, x| (x - means[i]).powi(2))?;
    Ok(means.into_iter().zip(variances.into_iter().map(f64::sqrt)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::sample_ids;

    #[test]
    fn statistics_are_of_every_value() {
        let array = Array::kept("x", &[2], vec![1.0, 10.0, 3.0, 10.0, 100.0, 100.0]);
        assert_eq!(statistics(&array, &sample_ids([0, 1])), Ok(vec![(2.0, 1.0), (10.0, 0.0)]));
    }

    #[test]
    fn means_pool_steps() {
        let array = Array::kept("x", &[2, 2], vec![1.0, 10.0, 3.0, 30.0, 5.0, 50.0, 7.0, 70.0]);
        assert_eq!(pooled(&array, &statistics(&array, &sample_ids([0, 1])).unwrap()), [4.0, 40.0, 4.0, 40.0]);
    }
}
