//! Windows of wearable sensors, as people keep their own recordings: arrays in one `.npz`, and a table with a line a window.
//! Subjects move each in their own way, activities go by name and are unequally frequent, and some windows lack the gyroscope.

use super::{Size, Unwritten, Written};
use crate::data::ArchiveWriter;
use crate::seed::{Seed, Stream};
use std::f64::consts::TAU;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

/// Steps of a window, and how many there are in a second.
const STEPS: usize = 100;
const RATE: f64 = 50.0;
const AXES: usize = 3;
/// Numbers computed of a window beside its signals.
const FEATURES: usize = 20;
/// Means and deviations of both sensors' axes that those are made of.
const STATISTICS: usize = 9;
/// Share of the windows without a gyroscope.
const MISSING: f64 = 0.15;

struct Activity {
    name: &'static str,
    share: f64,
    /// In hertz.
    pace: f64,
    acceleration: f64,
    rotation: f64,
    /// Of twice the pace.
    overtone: f64,
    /// Of the rotation against the acceleration.
    lag: f64,
    gravity: f64,
    /// What the second axis rotates more than the others.
    pedal: f64,
}

const PLAIN: Activity = Activity {
    name: "",
    share: 0.0,
    pace: 0.0,
    acceleration: 0.0,
    rotation: 0.0,
    overtone: 0.2,
    lag: 0.0,
    gravity: 1.0,
    pedal: 1.0,
};

const ACTIVITIES: [Activity; 5] = [
    Activity { name: "walking", share: 0.38, pace: 1.8, acceleration: 0.8, rotation: 0.6, ..PLAIN },
    Activity { name: "running", share: 0.12, pace: 2.7, acceleration: 1.6, rotation: 1.1, ..PLAIN },
    Activity { name: "sitting", share: 0.27, pace: 0.25, acceleration: 0.15, rotation: 0.1, ..PLAIN },
    Activity {
        name: "stairs",
        share: 0.08,
        pace: 1.55,
        acceleration: 0.85,
        rotation: 0.7,
        overtone: 0.5,
        lag: 0.8,
        ..PLAIN
    },
    Activity {
        name: "cycling",
        share: 0.15,
        pace: 1.3,
        acceleration: 0.5,
        rotation: 0.9,
        gravity: 0.8,
        pedal: 1.5,
        ..PLAIN
    },
];

/// Subjects and windows.
fn counts(size: Size) -> (usize, usize) {
    match size {
        Size::Tiny => (6, 120),
        Size::Small => (12, 1500),
        // As many as Anguita et al. 2013 recorded.
        Size::Full => (30, 10_299),
    }
}

/// Writes `wear.npz` (`acc` and `gyro` as `windows × 100 × 3`, `feat` as `windows × 20`; a gyroscope that was not there is `nan`
/// throughout) and `meta.csv` (`window_id`, `subject`, `activity`, `start_s`). The files written.
pub fn wearable(at: &Path, size: Size, seed: Seed) -> Result<Vec<PathBuf>, Unwritten> {
    let (subjects, windows) = counts(size);
    let mut stream = seed.stream("synth/wearable/subjects");
    let subjects: Vec<Subject> = (0..subjects).map(|_| Subject::draw(&mut stream)).collect();
    let mix: Vec<f64> = (0..FEATURES * STATISTICS).map(|_| stream.normal()).collect();
    let mut stream = seed.stream("synth/wearable/windows");
    let mut arrays = [vec![], vec![], vec![]];
    let mut table = String::from("window_id,subject,activity,start_s\n");
    for i in 0..windows {
        let (number, activity) = (i % subjects.len(), activity(&mut stream));
        let window = subjects[number].window(activity, &mix, &mut stream);
        for (array, values) in arrays.iter_mut().zip([window.acceleration, window.rotation, window.features]) {
            array.extend(values.into_iter().map(|value| value as f32));
        }
        table += &format!("w{i:05},S{:02},{},{}.0\n", number + 1, activity.name, 2 * i);
    }
    let mut folder = Written::new(at);
    folder.file("wear.npz", |file| {
        let mut archive = ArchiveWriter::new(BufWriter::new(file));
        let axes = [[STEPS, AXES].as_slice(), &[STEPS, AXES], &[FEATURES]];
        for ((name, axes), values) in ["acc", "gyro", "feat"].into_iter().zip(axes).zip(&arrays) {
            let shape: Vec<u64> = std::iter::once(&windows).chain(axes).map(|n| *n as u64).collect();
            archive.array(name, &shape, values.iter().copied())?;
        }
        archive.finish("")?.flush()
    })?;
    folder.file("meta.csv", |mut file| file.write_all(table.as_bytes()))?;
    Ok(folder.files)
}

/// One of them, as often as it occurs.
fn activity(stream: &mut Stream) -> &'static Activity {
    let mut left = stream.uniform_f64();
    let found = ACTIVITIES.iter().find(|activity| {
        left -= activity.share;
        left < 0.0
    });
    found.unwrap_or(&ACTIVITIES[0])
}

/// How one person wears the sensors and moves.
struct Subject {
    acceleration: [f64; AXES],
    rotation: [f64; AXES],
    strength: f64,
    pace: f64,
    features: Vec<f64>,
}

struct Window {
    acceleration: Vec<f64>,
    rotation: Vec<f64>,
    features: Vec<f64>,
}

impl Subject {
    fn draw(stream: &mut Stream) -> Self {
        Self {
            acceleration: [(); AXES].map(|()| 0.35 * stream.normal()),
            rotation: [(); AXES].map(|()| 0.25 * stream.normal()),
            strength: (0.25 * stream.normal()).exp(),
            pace: (0.12 * stream.normal()).exp(),
            features: (0..FEATURES).map(|_| 0.5 * stream.normal()).collect(),
        }
    }

    fn window(&self, of: &Activity, mix: &[f64], stream: &mut Stream) -> Window {
        let pace = of.pace * self.pace * (0.06 * stream.normal()).exp();
        let phase = [(); AXES].map(|()| TAU * stream.uniform_f64());
        let (mut acceleration, mut rotation) = (vec![], vec![]);
        for step in 0..STEPS {
            let turn = TAU * pace * step as f64 / RATE;
            for axis in 0..AXES {
                let swing = (turn + phase[axis]).sin() + of.overtone * (2.0 * turn + phase[(axis + 1) % AXES]).sin();
                let still = self.acceleration[axis] + if axis == 2 { of.gravity } else { 0.0 };
                acceleration.push(self.strength * of.acceleration * swing + still + 0.5 * stream.normal());
                let pedal = if axis == 1 { of.pedal } else { 1.0 };
                let swing = pedal * (turn + phase[axis] + of.lag).cos();
                rotation.push(self.strength * of.rotation * swing + self.rotation[axis] + 0.4 * stream.normal());
            }
        }
        let (means, deviations) = statistics(&acceleration);
        let (_, rotations) = statistics(&rotation);
        let statistics = [means, deviations, rotations].concat();
        let feature = |(row, own): (&[f64], &f64)| {
            let mixed: f64 = row.iter().zip(&statistics).map(|(a, b)| a * b).sum();
            (0.5 * mixed).tanh() + own + 0.6 * stream.normal()
        };
        let features = mix.chunks(STATISTICS).zip(&self.features).map(feature).collect();
        if stream.uniform_f64() < MISSING {
            rotation.fill(f64::NAN);
        }
        Window { acceleration, rotation, features }
    }
}

/// Mean and deviation of every axis.
fn statistics(values: &[f64]) -> ([f64; AXES], [f64; AXES]) {
    let of = |axis: usize| values.iter().skip(axis).step_by(AXES);
    let mean = |axis: usize| of(axis).sum::<f64>() / STEPS as f64;
    let deviation = |axis: usize| (of(axis).map(|x| (x - mean(axis)).powi(2)).sum::<f64>() / STEPS as f64).sqrt();
    (std::array::from_fn(mean), std::array::from_fn(deviation))
}
