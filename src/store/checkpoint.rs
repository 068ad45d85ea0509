//! A stopped run as one sealed file. Owns what its note says; which files there are is the store's.
//!
//! Tensors: `weights/PATH`, `memory/NAME`, `best/PATH`, and what was looked at as in the file of a run.

use super::cell::EvaluatedNote;
use super::names::{BEST, MEMORY, WEIGHTS};
use super::sealed::{Formatted, Sealed, Tensors, Trouble};
use crate::record::checkpoint::{Checkpoint, RunState};
use crate::record::{Array, Recipe};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::io::{Read, Seek};

/// Of a checkpoint; a larger number is refused.
pub const FORMAT: u32 = 1;

#[derive(Debug, Serialize, Deserialize)]
struct Note {
    format: u32,
    recipe: Recipe,
    /// What was to be looked at: a run that is to show more cannot go on from here.
    watched: String,
    #[serde(rename = "standing")]
    state: RunState,
    evaluated: Vec<EvaluatedNote>,
}

impl Formatted for Note {
    fn format(&self) -> u32 {
        self.format
    }
}

/// The bytes of a file.
pub fn encode(recipe: &Recipe, watched: &str, checkpoint: &Checkpoint) -> Result<Vec<u8>, String> {
    let Checkpoint { state, weights, memory, best, evaluated } = checkpoint;
    let mut tensors = Tensors::default();
    for (kind, arrays) in [(WEIGHTS, weights), (MEMORY, memory), (BEST, best)] {
        arrays.iter().for_each(|(name, array)| tensors.add(format!("{kind}{name}"), array));
    }
    let note = Note {
        format: FORMAT,
        recipe: recipe.clone(),
        watched: watched.into(),
        state: state.clone(),
        evaluated: evaluated.iter().map(|seen| EvaluatedNote::of(seen, &mut tensors)).collect(),
    };
    tensors.seal(&note)
}

/// What a file of `length` bytes holds: the recipe, what was to be looked at, and the checkpoint.
pub fn decode<F: Read + Seek>(file: F, length: u64) -> Result<(Recipe, String, Checkpoint), Trouble> {
    let (mut file, note): (_, Note) = Sealed::open(file, length, FORMAT)?;
    let names: Vec<String> = file.names().cloned().collect();
    let mut all = |kind: &str| -> Result<BTreeMap<String, Array>, Trouble> {
        let of_kind = names.iter().filter_map(|name| Some((name, name.strip_prefix(kind)?)));
        of_kind.map(|(name, short)| Ok((short.to_string(), file.array(name)?))).collect()
    };
    let (weights, memory, best) = (all(WEIGHTS)?, all(MEMORY)?, all(BEST)?);
    let evaluated = note.evaluated.iter().map(|note| note.read(&mut file)).collect::<Result<_, _>>()?;
    Ok((note.recipe, note.watched, Checkpoint { state: note.state, weights, memory, best, evaluated }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::{ModuleId, OptimizerId};
    use crate::record::checkpoint::{EarlyStopping, Exact, Updates, VisitProgress};
    use crate::record::{Evaluated, Evaluee};
    use std::io::Cursor;

    fn array(values: &[f32]) -> Array {
        Array { axes: vec![values.len()], values: values.to_vec() }
    }

    fn checkpoint() -> Checkpoint {
        let early_stopping = EarlyStopping { passes: 2, best: Some(Exact(f64::INFINITY)), ..EarlyStopping::default() };
        let state = RunState {
            visits: 7,
            turns: vec![(3, 48)],
            visit: VisitProgress {
                steps: 2,
                loss: Exact(0.1 + 0.2),
                drawn: u64::MAX,
                early_stopping,
                ..VisitProgress::default()
            },
            losses: vec![Exact(f64::NAN), Exact(-0.0)],
            updates: vec![Updates { optimizer: OptimizerId(0), replica: ModuleId(1).replica(2), counts: vec![5, 5] }],
            ..RunState::default()
        };
        let evaluated = Evaluated {
            epoch: Some(3),
            network: Evaluee::Deployed,
            split: "test".into(),
            change: None,
            loss: 0.5,
            outputs: [("out".to_string(), array(&[0.25]))].into(),
        };
        Checkpoint {
            state,
            weights: [("head[0].h.0.weight".to_string(), array(&[1e-45, f32::NAN]))].into(),
            memory: [("optimizer 0/head[0].h.0.weight/1".to_string(), array(&[-0.0]))].into(),
            best: BTreeMap::new(),
            evaluated: vec![evaluated],
        }
    }

    #[test]
    fn a_checkpoint_comes_back_bit_by_bit_or_not_at_all() {
        let recipe = Recipe(vec![("seed".into(), "3".into())]);
        let bytes = encode(&recipe, "all", &checkpoint()).expect("plain data");
        let read = |bytes: &[u8]| decode(Cursor::new(bytes), bytes.len() as u64);
        let (of, watched, back) = read(&bytes).expect("what was written");
        assert_eq!((of, watched.as_str()), (recipe, "all"));
        assert_eq!(format!("{back:?}"), format!("{:?}", checkpoint()));
        for at in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[at] ^= 1 << (at % 8);
            assert!(read(&changed).is_err(), "byte {at}");
            assert!(read(&bytes[..at]).is_err(), "{at} bytes");
        }
    }

    #[test]
    fn a_checkpoint_of_a_later_format_is_no_damage() {
        #[derive(Serialize)]
        struct Later {
            format: u32,
            words: Vec<String>,
        }
        let bytes = Tensors::default().seal(&Later { format: FORMAT + 1, words: vec![] }).expect("plain data");
        let newer = decode(Cursor::new(&bytes), bytes.len() as u64);
        assert!(matches!(newer, Err(Trouble::Newer { format, known: FORMAT }) if format == FORMAT + 1));
        // A number that nobody sealed is a damaged one.
        let of_today = encode(&Recipe(vec![]), "all", &checkpoint()).expect("plain data");
        for digit in [b'2', b'9'] {
            let mut changed = of_today.clone();
            let number = br#"\"format\":1"#;
            let at =
                changed.windows(number.len()).position(|w| w == number).expect("it has a format") + number.len() - 1;
            changed[at] = digit;
            assert!(matches!(decode(Cursor::new(&changed), changed.len() as u64), Err(Trouble::Damaged(_))));
        }
    }
}
