//! THUMOS14 as BaS-Net (Lee, Uh and Byun 2020) keeps it: an `.npy` file for every video and modality, two lists of names,
//! and annotations in the ActivityNet form.

use super::{Size, Unwritten, Written, direction, feature, look, npy};
use crate::seed::{Seed, Stream};
use serde_json::{Map, Value, json};
use std::io::Write;
use std::path::{Path, PathBuf};

/// I3D features: 1024 numbers of every 16 frames, at 25 frames a second.
const WIDTH: usize = 1024;
const SECONDS: f64 = 16.0 / 25.0;

/// In the order of the alphabet, as annotations count them.
const CLASSES: [&str; 20] = [
    "BaseballPitch",
    "BasketballDunk",
    "Billiards",
    "CleanAndJerk",
    "CliffDiving",
    "CricketBowling",
    "CricketShot",
    "Diving",
    "FrisbeeCatch",
    "GolfSwing",
    "HammerThrow",
    "HighJump",
    "JavelinThrow",
    "LongJump",
    "PoleVault",
    "Shotput",
    "SoccerPenalty",
    "TennisSwing",
    "ThrowDiscus",
    "VolleyballSpiking",
];

struct Counts {
    train: usize,
    test: usize,
    /// Classes that occur, of 20.
    classes: usize,
    /// Snippets of the shortest and of the longest video.
    snippets: (usize, usize),
}

fn counts(size: Size) -> Counts {
    match size {
        Size::Tiny => Counts { train: 8, test: 4, classes: 2, snippets: (28, 36) },
        Size::Small => Counts { train: 64, test: 32, classes: 4, snippets: (60, 140) },
        Size::Full => Counts { train: 200, test: 210, classes: CLASSES.len(), snippets: (60, 2500) },
    }
}

/// Writes a data set into a folder. The files written.
pub fn thumos(at: &Path, size: Size, seed: Seed) -> Result<Vec<PathBuf>, Unwritten> {
    let counts = counts(size);
    let mut stream = seed.stream("synth/thumos/directions");
    let mut looks = || -> Vec<Vec<f64>> { (0..CLASSES.len()).map(|_| direction(&mut stream, WIDTH)).collect() };
    let directions = [looks(), looks()];
    let mut folder = Written::new(at);
    let mut database = Map::new();
    for (split, mark, videos) in [("train", "validation", counts.train), ("test", "test", counts.test)] {
        let mut names = String::new();
        for i in 0..videos {
            let name = format!("video_{mark}_{:07}", i + 1);
            let mut stream = seed.stream(&format!("synth/thumos/{name}"));
            let video = Video::new(i, &counts, &mut stream);
            for (modality, folder_name) in ["rgb", "flow"].into_iter().enumerate() {
                let values = video.features(modality, &directions[modality], counts.classes, &mut stream);
                folder.file(&format!("features/{split}/{folder_name}/{name}.npy"), |file| {
                    npy::write(file, &[video.snippets, WIDTH], &values)
                })?;
            }
            database.insert(name.clone(), json!({ "subset": split, "annotations": video.annotations() }));
            names += &format!("{name}\n");
        }
        folder.file(&format!("split_{split}.txt"), |mut file| file.write_all(names.as_bytes()))?;
    }
    let text = json!({ "database": database }).to_string();
    folder.file("gt.json", |mut file| file.write_all(text.as_bytes()))?;
    Ok(folder.files)
}

/// Snippets of a video, and what happens in it: class, first snippet, first snippet behind it.
struct Video {
    snippets: usize,
    actions: Vec<(usize, usize, usize)>,
}

impl Video {
    fn new(number: usize, counts: &Counts, stream: &mut Stream) -> Self {
        let (shortest, longest) = counts.snippets;
        let snippets = shortest + stream.below(longest - shortest + 1);
        // One in eight videos has a second class.
        let first = number % counts.classes;
        let second = if stream.below(8) == 0 { (first + 1) % counts.classes } else { first };
        let mut actions = vec![];
        let mut at = 2 + stream.below(8);
        loop {
            let length = 5 + stream.below(10);
            if at + length + 2 > snippets {
                break;
            }
            let class = if actions.len() % 2 == 1 { second } else { first };
            actions.push((class, at, at + length));
            at += length + 4 + stream.below(16);
        }
        Self { snippets, actions }
    }

    /// `snippets × 1024` numbers of one modality.
    fn features(&self, modality: usize, looks: &[Vec<f64>], classes: usize, stream: &mut Stream) -> Vec<f32> {
        let mut values = Vec::with_capacity(self.snippets * WIDTH);
        for t in 0..self.snippets {
            let now = self.actions.iter().find(|(_, start, end)| (*start..*end).contains(&t));
            let seen = now.map(|(class, ..)| looks[look(modality, *class, classes)].as_slice());
            values.extend(feature(stream, seen, 0.6, WIDTH).into_iter().map(|x| x as f32));
        }
        values
    }

    /// Seconds are texts with one decimal, as in the original.
    fn annotations(&self) -> Vec<Value> {
        let seconds = |snippet: usize| format!("{:.1}", snippet as f64 * SECONDS);
        let one = |(class, start, end): &(usize, usize, usize)| json!({ "segment": [seconds(*start), seconds(*end)], "label": CLASSES[*class] });
        self.actions.iter().map(one).collect()
    }
}
