//! CMU-MOSEI as MulT (Tsai et al. 2019) reads it: one pickle with three splits of four arrays, and the clips' names.
//!
//! The score is a sum of what text, voice and face say, each of them a part of its own.

use super::pickle::{self, Value};
use super::{Size, Unwritten, Written, direction};
use crate::seed::{Seed, Stream};
use std::path::{Path, PathBuf};

const FILE: &str = "mosei_senti_data_noalign.pkl";

/// Numbers of a step: GloVe, COVAREP, FACET; and how much of the score each modality says.
const MODALITIES: [(&str, usize, f64); 3] = [("text", 300, 1.2), ("audio", 74, 0.9), ("vision", 35, 0.9)];

struct Counts {
    splits: [(&'static str, usize); 3],
    /// Steps of text, voice and face.
    steps: [usize; 3],
}

fn counts(size: Size) -> Counts {
    let (numbers, steps) = match size {
        Size::Tiny => ([12, 6, 6], [10, 20, 20]),
        Size::Small => ([192, 48, 96], [10, 20, 20]),
        Size::Full => ([16326, 1871, 4659], [50, 500, 500]),
    };
    Counts { splits: [("train", numbers[0]), ("valid", numbers[1]), ("test", numbers[2])], steps }
}

/// Writes a data set into a folder. The file written.
pub fn mosei(at: &Path, size: Size, seed: Seed) -> Result<Vec<PathBuf>, Unwritten> {
    let counts = counts(size);
    let mut stream = seed.stream("synth/mosei/directions");
    let directions: Vec<Vec<f64>> = MODALITIES.iter().map(|(_, width, _)| direction(&mut stream, *width)).collect();
    let splits = counts.splits.map(|(name, samples)| {
        let mut stream = seed.stream(&format!("synth/mosei/{name}"));
        (name, split(name, samples, &counts.steps, &directions, &mut stream))
    });
    let mut folder = Written::new(at);
    folder.file(FILE, |file| pickle::write(file, &Value::Dictionary(splits.into())))?;
    Ok(folder.files)
}

fn split(name: &str, samples: usize, steps: &[usize; 3], directions: &[Vec<f64>], stream: &mut Stream) -> Value {
    let said: Vec<[f64; 3]> = (0..samples).map(|_| std::array::from_fn(|_| stream.normal())).collect();
    let score = |said: &[f64; 3]| {
        let sum: f64 = MODALITIES.iter().zip(said).map(|((_, _, part), x)| part * x).sum();
        // Scores are thirds, as means of three annotators are.
        ((3.0 * sum).round() / 3.0).clamp(-3.0, 3.0) as f32
    };
    let labels: Vec<f32> = said.iter().map(score).collect();
    let mut entries: Vec<(&'static str, Value)> = vec![];
    for (m, (modality, width, _)) in MODALITIES.into_iter().enumerate() {
        let mut values = Vec::with_capacity(samples * steps[m] * width);
        for said in &said {
            values.extend(sequence(said[m], steps[m], &directions[m], stream));
        }
        // A few frames of silence, whose logarithm is no number.
        if modality == "audio" {
            for i in 0..samples.div_ceil(16) {
                values[(i * 16 * steps[m] + steps[m] - 1) * width + 3] = f32::NEG_INFINITY;
            }
        }
        entries.push((modality, Value::Floats { axes: vec![samples, steps[m], width], values }));
    }
    entries.push(("labels", Value::Floats { axes: vec![samples, 1, 1], values: labels }));
    let id = (0..samples).flat_map(|i| [format!("{name}{i:05}"), "0.0".into(), format!("{}.0", 2 + i % 7)]);
    entries.push(("id", Value::Texts { axes: vec![samples, 3], length: 12, values: id.collect() }));
    Value::Dictionary(entries)
}

/// Frames of which the last ones are filled, the others zero; every second or third of them tells.
fn sequence(said: f64, steps: usize, direction: &[f64], stream: &mut Stream) -> Vec<f32> {
    let filled = steps.div_ceil(2) + stream.below(steps / 2 + 1);
    let mut values = vec![0.0; (steps - filled) * direction.len()];
    for t in 0..filled {
        let tells = if (t + filled).is_multiple_of(2) || stream.below(3) == 0 { said } else { 0.0 };
        values.extend(direction.iter().map(|d| (0.5 * stream.normal() + tells * d) as f32));
    }
    values
}
