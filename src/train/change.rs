//! Inputs made worse, to see how much a network leans on a modality. Owns the changed values; evaluates nothing.

use crate::data::{Array, DataError, Dataset, TRAIN};
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
    pub fn of(
        graph: &Graph,
        data: &Dataset,
        split: &str,
        change: &Change,
        noise: f64,
        seed: Seed,
    ) -> Result<Option<Self>, DataError> {
        let modality = match change {
            Change::Without(modality) | Change::Noisy(modality) => modality,
        };
        let input = graph.inputs.iter().position(|input| input.name == *modality);
        let (Some(input), Some(array), Some(ids)) = (input, data.modality(modality), data.split(split)) else {
            return Ok(None);
        };
        let width = array.width();
        let train = statistics(array, data.split(TRAIN).unwrap_or(&[]))?;
        let values = match change {
            Change::Without(_) => ids.iter().flat_map(|_| train.iter().map(|(mean, _)| *mean as f32)).collect(),
            Change::Noisy(_) => {
                let mut stream = seed.stream(&format!("noise/{split}/{modality}"));
                let mut values = vec![];
                array.gather(ids, &mut values)?;
                for (value, (_, deviation)) in values.iter_mut().zip(train.iter().cycle()) {
                    *value += (noise * deviation * stream.normal()) as f32;
                }
                values
            }
        };
        Ok(Some(Self { input, width, values }))
    }

    /// Puts the values of a batch that begins at sample `start` in place of what was gathered.
    pub(super) fn put(&self, inputs: &mut [Tensor], start: usize, device: &Device) {
        let axes = inputs[self.input].axes();
        let values = &self.values[start * self.width..][..axes.elements()];
        inputs[self.input] = device.upload(values, &axes);
    }
}

/// Mean and standard deviation of every value of a sample.
fn statistics(array: &Array, ids: &[u32]) -> Result<Vec<(f64, f64)>, DataError> {
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

    #[test]
    fn statistics_are_of_every_value() {
        let array = Array::kept("x", &[2], vec![1.0, 10.0, 3.0, 10.0, 100.0, 100.0]);
        assert_eq!(statistics(&array, &[0, 1]), Ok(vec![(2.0, 1.0), (10.0, 0.0)]));
    }
}
