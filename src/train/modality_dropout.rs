//! Whole modalities dropped in training, sample by sample: which inputs go together, and which are dropped in a step. Owns the
//! draw; the trainer makes zeros of what is dropped.

use super::changed_inputs::absence;
use crate::builtin::{Asked, Presence};
use crate::data::{DataError, Dataset};
use crate::graph::Graph;
use crate::id::SampleId;
use crate::seed::Seed;

/// The modalities of a graph, each with what says whether it is there.
#[derive(Clone, Debug)]
pub struct ModalityDropout {
    modalities: Vec<Dropped>,
}

#[derive(Clone, Debug)]
struct Dropped {
    name: String,
    /// The input of its values, and those of its masks and of what a network asks of it.
    inputs: Vec<usize>,
}

impl ModalityDropout {
    /// The modalities that a graph reads; a mask is none, and goes with the only modality that it is the mask of.
    ///
    /// # Errors
    /// Where samples that are read from a file cannot be.
    pub fn of(graph: &Graph, data: &Dataset) -> Result<Self, DataError> {
        let masks = |input| Ok::<_, DataError>(absence(graph, data, input)?.unwrap_or_default());
        let masks: Vec<Vec<usize>> = (0..graph.inputs.len()).map(masks).collect::<Result<_, _>>()?;
        let of = |input: usize| masks.iter().filter(|masks| masks.contains(&input)).count();
        let own = |input: &usize| of(*input) == 0 && Asked::read(&graph.inputs[*input].name).is_none();
        let modalities = (0..graph.inputs.len()).filter(own).map(|input| {
            let with = masks[input].iter().copied().filter(|mask| of(*mask) == 1);
            Dropped { name: graph.inputs[input].name.clone(), inputs: std::iter::once(input).chain(with).collect() }
        });
        Ok(Self { modalities: modalities.collect() })
    }

    /// By input, which of these samples it is dropped of in a step: each modality that a sample has with the chance `share`, from
    /// the stream `modality_dropout/PHASE/STEP/ID`. Where that would leave none, one of them stays, any as likely.
    ///
    /// # Errors
    /// Where samples that are read from a file cannot be.
    pub fn draw(
        &self,
        data: &Dataset,
        ids: &[SampleId],
        share: f64,
        (seed, phase, step): (Seed, &str, u64),
    ) -> Result<Vec<(usize, Vec<bool>)>, DataError> {
        let mut there: Vec<Option<Vec<f32>>> = vec![];
        for modality in &self.modalities {
            let known = data.answer(&modality.name, Presence::Sample).map(|array| {
                let mut values = vec![];
                array.gather(ids, &mut values).map(|()| values)
            });
            there.push(known.transpose()?);
        }
        let mut dropped = vec![vec![false; ids.len()]; self.modalities.len()];
        for (place, id) in ids.iter().enumerate() {
            let mut stream = seed.stream(&format!("modality_dropout/{phase}/{step}/{id}"));
            for dropped in &mut dropped {
                dropped[place] = stream.uniform_f64() < share;
            }
            let has = |m: &usize| there[*m].as_ref().is_none_or(|there| there[place] != 0.0);
            let had: Vec<usize> = (0..self.modalities.len()).filter(has).collect();
            if !had.is_empty() && had.iter().all(|m| dropped[*m][place]) {
                dropped[had[stream.below(had.len())]][place] = false;
            }
        }
        let inputs = self.modalities.iter().zip(dropped);
        Ok(inputs.flat_map(|(m, dropped)| m.inputs.iter().map(move |input| (*input, dropped.clone()))).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Array;
    use std::collections::BTreeMap;

    const SAMPLES: usize = 2000;

    /// Two modalities, the second with a mask; every fourth sample lacks the first.
    fn two() -> (ModalityDropout, Dataset) {
        let of = |name: &str, inputs: &[usize]| Dropped { name: name.into(), inputs: inputs.to_vec() };
        let there = (0..SAMPLES).map(|i| f32::from(u8::from(i % 4 != 0))).collect();
        let arrays = vec![Array::kept("available(a)", &[1], there)];
        let data = Dataset::new("d", arrays, vec![], BTreeMap::new(), SAMPLES);
        (ModalityDropout { modalities: vec![of("a", &[0]), of("b", &[1, 2])] }, data)
    }

    fn drawn(share: f64, step: u64) -> Vec<(usize, Vec<bool>)> {
        let (dropout, data) = two();
        let ids: Vec<SampleId> = SampleId::of(0..SAMPLES).collect();
        dropout.draw(&data, &ids, share, (Seed(1), "all", step)).unwrap()
    }

    #[test]
    fn a_mask_goes_with_its_modality_and_one_that_is_there_stays() {
        let drawn = drawn(0.5, 0);
        let [(0, a), (1, b), (2, mask)] = drawn.as_slice() else { panic!("{drawn:?}") };
        assert_eq!(b, mask);
        let lacks = |i: usize| i.is_multiple_of(4);
        assert!((0..SAMPLES).all(|i| if lacks(i) { !b[i] } else { !(a[i] && b[i]) }));
        // Of samples that have both: 1/4 lose the first alone, 1/4 the second, and 1/8 each where both were to go.
        let has: Vec<usize> = (0..SAMPLES).filter(|i| !lacks(*i)).collect();
        let share = |dropped: &[bool]| has.iter().filter(|i| dropped[**i]).count() as f64 / has.len() as f64;
        assert!((share(a) - 0.375).abs() < 0.04 && (share(b) - 0.375).abs() < 0.04, "{} {}", share(a), share(b));
    }

    #[test]
    fn steps_drop_others_and_nothing_is_dropped_at_zero() {
        assert_eq!(drawn(0.3, 7), drawn(0.3, 7));
        assert_ne!(drawn(0.3, 7), drawn(0.3, 8));
        assert!(drawn(0.0, 0).iter().all(|(_, dropped)| !dropped.contains(&true)));
        // A batch in another order drops the same.
        let (dropout, data) = two();
        let one = dropout.draw(&data, &[SampleId(5)], 0.3, (Seed(1), "all", 7)).unwrap();
        assert!(one.iter().zip(drawn(0.3, 7)).all(|((_, one), (_, all))| one[0] == all[5]));
    }
}
