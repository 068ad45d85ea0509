//! An exported model that predicts from arrays in memory, for several threads at a time. Owns the way from raw numbers to outputs;
//! numbers are those of `mhm predict`, to the bit.

use super::Refused;
use crate::cli::exported;
use crate::cli::instructions;
use crate::data::arrays::{Preparing, Raw};
use crate::id::SampleId;
use crate::model::{self, About, Model, Output};
use crate::tensor::Instructions;
use std::collections::BTreeMap;

/// A model, and how its samples are prepared.
pub struct Predictor {
    model: Model,
    preparing: Preparing,
    /// What the network reads, in order.
    inputs: Vec<String>,
    /// What computed the run that it is of, if this machine has it.
    instructions: Option<Instructions>,
}

/// Predictions of some samples.
pub struct Predicted {
    pub samples: usize,
    /// Of every output, `samples × width`.
    pub outputs: Vec<Vec<f32>>,
}

impl Predictor {
    /// The model of this name: that of its text, which its weights are beside.
    ///
    /// # Errors
    /// There is none, or something is wrong with its files.
    pub fn open(name: &str) -> Result<Self, Refused> {
        let exported::Exported { pipeline, model } = exported::read(name)??;
        let wanted = model::wanted(&pipeline, None);
        let preparing = Preparing::new(&wanted, &pipeline.data.asked, &model.standards);
        let inputs = pipeline.network.inputs.iter().map(|input| input.name.clone()).collect();
        let instructions = instructions::of_a_model(&model.about.instructions);
        Ok(Self { model, preparing, inputs, instructions })
    }

    /// What it takes: names, axes of one sample as the network has them, and whether it may be missing.
    pub fn modalities(&self) -> Vec<(&str, &[usize], bool)> {
        self.preparing.modalities().iter().map(|m| (m.name.as_str(), m.shape.as_slice(), m.may_lack())).collect()
    }

    /// What it gives.
    pub fn outputs(&self) -> &[Output] {
        &self.model.outputs
    }

    /// What was exported.
    pub fn about(&self) -> &About {
        &self.model.about
    }

    /// Learned numbers.
    pub fn weights(&self) -> u64 {
        self.model.weights()
    }

    /// Outputs of samples whose raw numbers are given by modality.
    ///
    /// # Errors
    /// What is wrong with the arrays, each with what was expected and what was found.
    pub fn predict(&self, raw: BTreeMap<String, Raw>) -> Result<Predicted, String> {
        let (samples, arrays) = self.preparing.prepare(raw)?;
        let _used = self.instructions.map(Instructions::begin);
        let mut outputs: Vec<Vec<f32>> =
            self.model.outputs.iter().map(|output| Vec::with_capacity(samples * output.width())).collect();
        let rows: Vec<SampleId> = SampleId::of(0..samples).collect();
        for ids in rows.chunks(self.model.together()) {
            let gather = |name: &String| {
                let mut values = vec![];
                match arrays.iter().find(|array| array.name == *name) {
                    Some(array) => array.gather(ids, &mut values).map(|()| values),
                    None => Ok(values),
                }
            };
            let values: Vec<Vec<f32>> = self.inputs.iter().map(gather).collect::<Result<_, _>>()?;
            outputs.iter_mut().zip(self.model.predict(&values, ids.len())).for_each(|(all, more)| all.extend(more));
        }
        Ok(Predicted { samples, outputs })
    }
}

#[cfg(test)]
mod tests {
    use super::Predictor;

    fn is_shared<T: Send + Sync>() {}

    #[test]
    fn threads_share_a_model() {
        is_shared::<Predictor>();
    }
}
