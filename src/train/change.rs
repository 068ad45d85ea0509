//! Inputs made worse, to see how much a network leans on a modality. Owns the changed values; evaluates nothing.

use crate::data::{Array, Dataset, TRAIN};
use crate::graph::Graph;
use crate::record::Change;
use crate::seed::Seed;
use crate::tensor::{Device, Tensor};

/// Other values for one input of a graph.
#[derive(Clone, Debug, PartialEq)]
pub struct Changed {
    /// Index into the graph's inputs.
    input: usize,
    /// Elements of one sample.
    width: usize,
    /// `samples × width`, in the order of the samples evaluated.
    values: Vec<f32>,
}

impl Changed {
    /// The samples of a split after the change; `None` where the graph does not read the modality, so that nothing changes.
    ///
    /// Means and standard deviations (of the population) are those of each value over the training samples. Noise of `noise`
    /// standard deviations is drawn from the stream `noise/SPLIT/MODALITY`, sample after sample.
    pub fn of(graph: &Graph, data: &Dataset, split: &str, change: &Change, noise: f64, seed: Seed) -> Option<Self> {
        let modality = match change {
            Change::Without(modality) | Change::Noisy(modality) => modality,
        };
        let input = graph.inputs.iter().position(|input| input.name == *modality)?;
        let (array, ids) = (data.modality(modality)?, data.split(split)?);
        let width = array.width();
        let train = statistics(array, data.split(TRAIN).unwrap_or(&[]));
        let values = match change {
            Change::Without(_) => ids.iter().flat_map(|_| train.iter().map(|(mean, _)| *mean as f32)).collect(),
            Change::Noisy(_) => {
                let mut stream = seed.stream(&format!("noise/{split}/{modality}"));
                let mut values = vec![];
                array.gather(ids, &mut values);
                for (value, (_, deviation)) in values.iter_mut().zip(train.iter().cycle()) {
                    *value += (noise * deviation * stream.normal()) as f32;
                }
                values
            }
        };
        Some(Self { input, width, values })
    }

    /// Puts the values of a batch that begins at sample `start` in place of what was gathered.
    pub(super) fn put(&self, inputs: &mut [Tensor], start: usize, device: &Device) {
        let axes = inputs[self.input].axes();
        let values = &self.values[start * self.width..][..axes.elements()];
        inputs[self.input] = device.upload(values, &axes);
    }
}

/// Mean and standard deviation of every value of a sample.
fn statistics(array: &Array, ids: &[u32]) -> Vec<(f64, f64)> {
    let width = array.width();
    let n = ids.len().max(1) as f64;
    let over = |i: usize, f: &dyn Fn(f64) -> f64| -> f64 {
        ids.iter().map(|&id| f(f64::from(array.values[id as usize * width + i]))).sum::<f64>() / n
    };
    let of = |i: usize| {
        let mean = over(i, &|x| x);
        (mean, over(i, &|x| (x - mean).powi(2)).sqrt())
    };
    (0..width).map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statistics_are_of_every_value() {
        let array = Array { name: "x".into(), axes: vec![2], values: vec![1.0, 10.0, 3.0, 10.0, 100.0, 100.0] };
        assert_eq!(statistics(&array, &[0, 1]), [(2.0, 1.0), (10.0, 0.0)]);
    }
}
