//! AVE (Tian et al. 2018) as its authors publish it: ten HDF5 files of one array each.

use super::hdf5::{Number, Writer};
use super::{Size, Unwritten, Written, direction, feature, look};
use crate::seed::{Seed, Stream};
use std::path::{Path, PathBuf};

/// Seconds of a clip, numbers of the voice (VGGish) and of a cell of the picture (VGG-19), events, and the class behind them.
const SECONDS: usize = 10;
const AUDIO: usize = 128;
const VIDEO: usize = 512;
const EVENTS: usize = 28;

struct Counts {
    train: usize,
    validation: usize,
    test: usize,
    /// Clips of background alone.
    background: usize,
    /// Events that occur, of 28.
    events: usize,
}

fn counts(size: Size) -> Counts {
    match size {
        Size::Tiny => Counts { train: 16, validation: 4, test: 6, background: 2, events: 2 },
        Size::Small => Counts { train: 120, validation: 24, test: 36, background: 12, events: 6 },
        Size::Full => Counts { train: 3339, validation: 402, test: 402, background: 178, events: EVENTS },
    }
}

/// Writes a data set into a folder; pictures have `cells × cells` cells (7 in the original). The files written.
pub fn ave(at: &Path, size: Size, cells: usize, seed: Seed) -> Result<Vec<PathBuf>, Unwritten> {
    let counts = counts(size);
    let samples = counts.train + counts.validation + counts.test;
    let mut stream = seed.stream("synth/ave/labels");
    let clips: Vec<Clip> = (0..samples).map(|i| Clip::event(i % counts.events, &mut stream)).collect();
    let background: Vec<Clip> = (0..counts.background).map(|_| Clip { event: EVENTS, start: 0, end: 0 }).collect();
    let mut folder = Written::new(at);
    for (clips, ending) in [(&clips, ""), (&background, "_noisy")] {
        features(&mut folder, clips, ending, cells, counts.events, seed)?;
    }
    let steps: Vec<f64> = clips.iter().flat_map(|clip| (0..SECONDS).flat_map(|t| one_hot(clip.at(t)))).collect();
    array(&mut folder, "labels.h5", "avadataset", &[samples, SECONDS, EVENTS + 1], Number::Float64, &steps)?;
    for (clips, name) in [(&clips, "mil_labels.h5"), (&background, "labels_noisy.h5")] {
        let values: Vec<f64> = clips.iter().flat_map(|clip| one_hot(clip.event)).collect();
        array(&mut folder, name, "avadataset", &[clips.len(), EVENTS + 1], Number::Float32, &values)?;
    }
    let mut order: Vec<f64> = (0..samples).map(|i| i as f64).collect();
    seed.stream("synth/ave/order").shuffle(&mut order);
    let (train, rest) = order.split_at(counts.train);
    let (validation, test) = rest.split_at(counts.validation);
    for (ids, name) in [(train, "train_order.h5"), (validation, "val_order.h5"), (test, "test_order.h5")] {
        array(&mut folder, name, "order", &[ids.len()], Number::Int64, ids)?;
    }
    Ok(folder.files)
}

/// What happens from one second on, up to but without another.
struct Clip {
    event: usize,
    start: usize,
    end: usize,
}

impl Clip {
    /// Two of three events fill their clip, as in the original.
    fn event(event: usize, stream: &mut Stream) -> Self {
        if stream.below(3) > 0 {
            return Self { event, start: 0, end: SECONDS };
        }
        let length = 2 + stream.below(SECONDS - 2);
        let start = stream.below(SECONDS - length + 1);
        Self { event, start, end: start + length }
    }

    /// The class of a second.
    fn at(&self, second: usize) -> usize {
        if (self.start..self.end).contains(&second) { self.event } else { EVENTS }
    }
}

fn one_hot(class: usize) -> [f64; EVENTS + 1] {
    std::array::from_fn(|i| f64::from(u8::from(i == class)))
}

fn array(
    folder: &mut Written<'_>,
    file: &str,
    name: &str,
    axes: &[usize],
    number: Number,
    values: &[f64],
) -> Result<(), Unwritten> {
    folder.file(file, |file| {
        let mut writer = Writer::create(file, name, axes, number)?;
        writer.write(values)?;
        writer.finish()
    })
}

/// Sounds and pictures of all clips; a quarter of a picture's cells show the event.
fn features(
    folder: &mut Written<'_>,
    clips: &[Clip],
    ending: &str,
    cells: usize,
    events: usize,
    seed: Seed,
) -> Result<(), Unwritten> {
    let mut stream = seed.stream("synth/ave/directions");
    let sounds: Vec<Vec<f64>> = (0..EVENTS).map(|_| direction(&mut stream, AUDIO)).collect();
    let sights: Vec<Vec<f64>> = (0..EVENTS).map(|_| direction(&mut stream, VIDEO)).collect();
    let told =
        |clip: &Clip, t: usize, modality: usize| (clip.at(t) < EVENTS).then(|| look(modality, clip.event, events));
    let mut stream = seed.stream(&format!("synth/ave/audio{ending}"));
    folder.file(&format!("audio_feature{ending}.h5"), |file| {
        let mut writer = Writer::create(file, "avadataset", &[clips.len(), SECONDS, AUDIO], Number::Float64)?;
        for clip in clips {
            for t in 0..SECONDS {
                let sound = told(clip, t, 0).map(|which| sounds[which].as_slice());
                writer.write(&feature(&mut stream, sound, 0.8, AUDIO))?;
            }
        }
        writer.finish()
    })?;
    let mut stream = seed.stream(&format!("synth/ave/video{ending}"));
    folder.file(&format!("visual_feature{ending}.h5"), |file| {
        let axes = [clips.len(), SECONDS, cells, cells, VIDEO];
        let mut writer = Writer::create(file, "avadataset", &axes, Number::Float64)?;
        for clip in clips {
            let shown = stream.below(cells * cells);
            for t in 0..SECONDS {
                for cell in 0..cells * cells {
                    let near = (cell + cells * cells - shown) % (cells * cells) < (cells * cells).div_ceil(4);
                    let sight = told(clip, t, 1).filter(|_| near).map(|which| sights[which].as_slice());
                    writer.write(&feature(&mut stream, sight, 1.0, VIDEO))?;
                }
            }
        }
        writer.finish()
    })
}
