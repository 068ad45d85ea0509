//! Values of samples as a step or an evaluation sees them: prepared, mixed, with modalities dropped. Owns no weight.

use super::Trainer;
use crate::data::{Array, Draws};
use crate::graph::{self, NodeOp};
use crate::id::SampleId;
use crate::plan::Phase;
use crate::tensor::{Axes, Tensor};
use crate::train::Job;
use crate::train::mixup::Mixture;
use crate::train::modality_dropout::ModalityDropout;
use std::collections::BTreeMap;

impl Trainer<'_> {
    /// Draws which of these samples lose which modalities in this step.
    pub(super) fn drop_modalities(&mut self, phase: &Phase, ids: &[SampleId], step: u64) {
        let known = self.dropout.take().map_or_else(|| ModalityDropout::of(self.graph, self.data), Ok);
        let drawn = known.and_then(|dropout| {
            let drawn = dropout.draw(self.data, ids, phase.modality_dropout, (self.seed, &phase.name, step));
            self.dropout = Some(dropout);
            drawn
        });
        match drawn {
            Ok(drawn) => self.dropped = drawn,
            Err(error) => self.blame(error),
        }
    }

    /// A batch of every input node that is wanted, by node.
    pub(super) fn known_inputs(&self, ids: &[SampleId], draws: Draws<'_>, wanted: &[bool]) -> Vec<Option<Tensor>> {
        let nodes = self.graph.nodes.iter().zip(wanted);
        let value = nodes.map(|(node, wanted)| match node.op {
            NodeOp::Input(index) if *wanted => Some(self.input(index, ids, draws)),
            NodeOp::Input(_) | NodeOp::Layer { .. } => None,
        });
        value.collect()
    }

    pub(super) fn input(&self, index: usize, ids: &[SampleId], draws: Draws<'_>) -> Tensor {
        let input = &self.graph.inputs[index];
        let array = self.data.modality(&input.name).expect("the checker binds inputs to modalities");
        if let Some(table) = &self.resident[index]
            && self.mixture.is_none()
            && self.dropped.iter().all(|(dropped, _)| *dropped != index)
        {
            let axes = with_batch(ids.len(), &input.axes);
            let rows: Vec<usize> = ids.iter().map(|id| id.row()).collect();
            let width = input.axes.iter().product::<usize>();
            let values: Vec<f32> = rows.iter().flat_map(|row| &array.values[row * width..][..width]).copied().collect();
            return self.device.rows(table, rows, &values, &axes);
        }
        self.device.make(Axes::of(&with_batch(ids.len(), &input.axes)), |batch| {
            if let Err(error) = array.write(ids, draws, batch) {
                self.blame(error);
            }
            if let (Some(mixup), Some(Mixture { share, partners })) = (&self.mixup, &self.mixture) {
                mixup.mix(index, *share, batch, &self.of_partners(array, ids, partners, draws, batch));
            }
            let width = batch.len() / ids.len().max(1);
            for (_, dropped) in self.dropped.iter().filter(|(dropped, _)| *dropped == index) {
                let samples = batch.chunks_mut(width.max(1)).zip(dropped);
                samples.filter(|(_, dropped)| **dropped).for_each(|(sample, _)| sample.fill(0.0));
            }
        })
    }

    /// The values of partners: those of a sample of the batch are there already.
    fn of_partners(
        &self,
        array: &Array,
        ids: &[SampleId],
        partners: &[SampleId],
        draws: Draws<'_>,
        batch: &[f32],
    ) -> Vec<f32> {
        let width = batch.len() / ids.len().max(1);
        let places: BTreeMap<SampleId, usize> = ids.iter().enumerate().map(|(place, id)| (*id, place)).collect();
        let others: Vec<SampleId> = partners.iter().filter(|id| !places.contains_key(id)).copied().collect();
        let mut read = vec![0.0; others.len() * width];
        if let Err(error) = array.write(&others, draws, &mut read) {
            self.blame(error);
        }
        let mut read = read.chunks(width.max(1));
        let own = |place: &usize| &batch[place * width..][..width];
        let rows =
            partners.iter().filter_map(|id| places.get(id).map_or_else(|| read.next(), |place| Some(own(place))));
        rows.flatten().copied().collect()
    }

    /// A batch of every modality the graph reads, as evaluation sees it.
    pub fn inputs(&self, ids: &[SampleId]) -> Vec<Tensor> {
        (0..self.graph.inputs.len()).map(|index| self.input(index, ids, Draws::Even)).collect()
    }

    pub fn targets(&self, ids: &[SampleId]) -> Vec<Tensor> {
        let gather = |target: &graph::Target| {
            let array = self.data.target(&target.name).expect("the checker knows the targets");
            let axes = target.kind.shape();
            self.device.gather(
                &array.values,
                axes.iter().product(),
                ids.iter().map(|id| id.row()),
                &with_batch(ids.len(), &axes),
            )
        };
        self.graph.targets.iter().map(gather).collect()
    }
}

/// All samples of the inputs that are kept in memory, where the device is not the host.
pub(super) fn resident(job: &Job<'_>) -> Vec<Option<Tensor>> {
    let of = |input: &graph::Input| {
        let array = job.data.modality(&input.name).filter(|array| array.later.is_none() && job.device.is_away())?;
        let axes = with_batch(array.values.len() / input.axes.iter().product::<usize>().max(1), &input.axes);
        (!array.values.is_empty()).then(|| job.device.table(&array.values, &axes))
    };
    job.graph.inputs.iter().map(of).collect()
}

pub(super) fn with_batch(samples: usize, axes: &[usize]) -> Vec<usize> {
    std::iter::once(samples).chain(axes.iter().copied()).collect()
}
