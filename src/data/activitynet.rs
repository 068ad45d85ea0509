//! The JSON files of the ActivityNet benchmark: true events of videos, and events that were found. Owns the two formats and
//! their limits; what the events are worth is for `builtin::events`.

use super::error::{Code, DataError, list};
use super::file::open;
use crate::builtin::events::{Detection, Event, by_class};
use serde::de::{DeserializeOwned, Deserializer, Error, IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::io::{BufReader, Read};
use std::marker::PhantomData;
use std::path::Path;

/// Bytes that such a file may have. That of ActivityNet 1.3 has 13 million.
const LARGEST: u64 = 1 << 28;

/// True events of a video.
#[derive(Clone, Debug, PartialEq)]
pub struct Video {
    pub name: String,
    pub subset: String,
    /// Seconds, where the file has them.
    pub duration: Option<f64>,
    pub events: Vec<Labelled>,
}

/// A stretch of seconds with a label.
#[derive(Clone, Debug, PartialEq)]
pub struct Labelled {
    pub label: String,
    pub start: f64,
    pub end: f64,
}

/// Events that were found.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Results {
    pub version: String,
    /// By video.
    pub results: BTreeMap<String, Vec<Found>>,
    pub external_data: External,
}

/// One event that was found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Found {
    pub label: String,
    pub score: f64,
    /// Start and end in seconds.
    #[serde(deserialize_with = "segment")]
    pub segment: [f64; 2],
}

/// Whether other data was used, as the benchmark asks.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct External {
    pub used: bool,
    pub details: String,
}

// ---------------------------------------------------------------- reading

#[derive(Deserialize)]
struct DatabaseFile {
    database: InOrder<VideoEntry>,
}

#[derive(Deserialize)]
struct VideoEntry {
    subset: String,
    #[serde(default)]
    duration: Option<Seconds>,
    #[serde(default)]
    annotations: Vec<Annotation>,
}

#[derive(Deserialize)]
struct Annotation {
    label: String,
    #[serde(deserialize_with = "segment")]
    segment: [f64; 2],
}

#[derive(Deserialize)]
struct ResultsFile {
    #[serde(default)]
    version: Option<String>,
    results: InOrder<Vec<Found>>,
    #[serde(default, rename = "external_data")]
    _external: IgnoredAny,
}

/// A map as the file has it; a key twice is an error.
struct InOrder<T>(Vec<(String, T)>);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for InOrder<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Visit<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for Visit<T> {
            type Value = InOrder<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object with one entry a video")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let (mut all, mut seen) = (vec![], BTreeSet::new());
                while let Some((name, value)) = map.next_entry::<String, T>()? {
                    if !seen.insert(name.clone()) {
                        return Err(A::Error::custom(format!("the video `{name}` is there twice")));
                    }
                    all.push((name, value));
                }
                Ok(InOrder(all))
            }
        }
        from.deserialize_map(Visit(PhantomData))
    }
}

/// A number, or a text that holds one: files of THUMOS14 in this format have `["18.6", "24.8"]`.
#[derive(Clone, Copy)]
struct Seconds(f64);

impl<'de> Deserialize<'de> for Seconds {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Visit;
        impl Visitor<'_> for Visit {
            type Value = Seconds;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number of seconds")
            }

            fn visit_f64<E: Error>(self, x: f64) -> Result<Seconds, E> {
                if x.is_finite() { Ok(Seconds(x)) } else { Err(E::custom("a number of seconds is not finite")) }
            }

            fn visit_u64<E: Error>(self, x: u64) -> Result<Seconds, E> {
                Ok(Seconds(x as f64))
            }

            fn visit_i64<E: Error>(self, x: i64) -> Result<Seconds, E> {
                Ok(Seconds(x as f64))
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Seconds, E> {
                let read: Result<f64, _> = text.trim().parse();
                self.visit_f64(read.map_err(|_| E::custom(format!("{text:?} is no number of seconds")))?)
            }
        }
        from.deserialize_any(Visit)
    }
}

fn segment<'de, D: Deserializer<'de>>(from: D) -> Result<[f64; 2], D::Error> {
    let [start, end] = <[Seconds; 2]>::deserialize(from)?;
    Ok([start.0, end.0])
}

fn read<T: DeserializeOwned>(path: &Path, expected: &str) -> Result<T, DataError> {
    let file = open(path)?;
    let size = file.length();
    if size > LARGEST {
        return Err(DataError::new(Code::FileTooLarge, "a file of events is too large to be one")
            .file(path)
            .expected(format!("at most {LARGEST} bytes"))
            .found(format!("{size} bytes")));
    }
    serde_json::from_reader(BufReader::new(file.take(LARGEST))).map_err(|error| {
        DataError::new(Code::EventsMalformed, "a file of events is not as the ActivityNet benchmark writes it")
            .file(path)
            .expected(expected)
            .found(error.to_string())
    })
}

/// The true events of every video, in the order of the file.
///
/// # Errors
/// A file that is missing, too large, no JSON or of another form, a number that is not finite, an event that ends before it
/// begins.
pub fn annotations(path: &Path) -> Result<Vec<Video>, DataError> {
    let expected =
        "{\"database\": {VIDEO: {\"subset\": …, \"annotations\": [{\"label\": …, \"segment\": [start, end]}]}}}";
    let file: DatabaseFile = read(path, expected)?;
    let video = |(name, entry): (String, VideoEntry)| {
        let labelled = |a: Annotation| Labelled { label: a.label, start: a.segment[0], end: a.segment[1] };
        let events: Vec<Labelled> = entry.annotations.into_iter().map(labelled).collect();
        if let Some(event) = events.iter().find(|e| e.end < e.start) {
            return Err(DataError::new(Code::EventsMalformed, "an event ends before it begins")
                .file(path)
                .found(format!("`{}` of `{name}` from {} to {}", event.label, event.start, event.end)));
        }
        Ok(Video { name, subset: entry.subset, duration: entry.duration.map(|d| d.0), events })
    };
    file.database.0.into_iter().map(video).collect()
}

/// The videos of a subset.
///
/// # Errors
/// None are of it.
pub fn of_subset(videos: Vec<Video>, subset: &str, path: &Path) -> Result<Vec<Video>, DataError> {
    let there: BTreeSet<String> = videos.iter().map(|v| v.subset.clone()).collect();
    let of: Vec<Video> = videos.into_iter().filter(|v| v.subset == subset).collect();
    if of.is_empty() {
        return Err(DataError::new(Code::SubsetMissing, format!("no video is of the subset `{subset}`"))
            .file(path)
            .help(format!("the file has {}", list(there.iter().map(String::as_str)))));
    }
    Ok(of)
}

/// Labels of all events, sorted: the classes.
pub fn labels(videos: &[Video]) -> Vec<String> {
    let all: BTreeSet<&str> = videos.iter().flat_map(|v| &v.events).map(|e| e.label.as_str()).collect();
    all.into_iter().map(str::to_string).collect()
}

/// The events that were found.
///
/// # Errors
/// As of [`annotations`].
pub fn results(path: &Path) -> Result<Results, DataError> {
    let expected = "{\"results\": {VIDEO: [{\"label\": …, \"score\": …, \"segment\": [start, end]}]}, \"version\": …, \"external_data\": …}";
    let file: ResultsFile = read(path, expected)?;
    Ok(Results {
        version: file.version.unwrap_or_default(),
        results: file.results.0.into_iter().collect(),
        external_data: External::default(),
    })
}

// ---------------------------------------------------------------- scoring

/// Labels with a number a threshold; nothing for a label without a true event.
pub type ByLabel = Vec<(String, Option<Vec<f64>>)>;

/// Average precision of every label, `(label, one number a threshold)`, of what was found against the true events of these
/// videos. A label is `None` where it has no true event. What was found in other videos is wrong.
///
/// # Errors
/// A label that the videos do not have.
pub fn score(found: &Results, truths: &[Video], overlaps: &[f64]) -> Result<ByLabel, Box<UnknownLabel>> {
    let labels = labels(truths);
    let class = |label: &str| labels.iter().position(|l| l == label);
    let events = |video: &Video| -> Vec<Event> {
        let event = |e: &Labelled| Some(Event { class: class(&e.label)?, start: e.start, end: e.end });
        video.events.iter().filter_map(event).collect()
    };
    let mut by_sample: Vec<Vec<Event>> = truths.iter().map(events).collect();
    let known: BTreeMap<&str, usize> = truths.iter().enumerate().map(|(i, v)| (v.name.as_str(), i)).collect();
    let mut all: Vec<Vec<Detection>> = vec![vec![]; truths.len()];
    for (video, found) in &found.results {
        let detect = |f: &Found| {
            let unknown = || UnknownLabel { label: f.label.clone(), video: video.clone(), known: labels.clone() };
            let event = Event { class: class(&f.label).ok_or_else(unknown)?, start: f.segment[0], end: f.segment[1] };
            Ok(Detection { event, score: f.score })
        };
        let detections: Vec<Detection> = found.iter().map(detect).collect::<Result<_, UnknownLabel>>()?;
        match known.get(video.as_str()) {
            Some(&sample) => all[sample] = detections,
            None => {
                by_sample.push(vec![]);
                all.push(detections);
            }
        }
    }
    let each = by_class(&by_sample, &all, labels.len(), overlaps);
    Ok(labels.into_iter().zip(each).collect())
}

/// A label of a prediction that no true event has.
#[derive(Clone, Debug, PartialEq)]
pub struct UnknownLabel {
    pub label: String,
    pub video: String,
    pub known: Vec<String>,
}

impl From<UnknownLabel> for DataError {
    fn from(error: UnknownLabel) -> Self {
        let UnknownLabel { label, video, known } = error;
        let message = format!("`{label}`, found in `{video}`, is no label of the true events");
        let known: Vec<&str> = known.iter().map(String::as_str).collect();
        DataError::new(Code::LabelUnknown, message).help(super::error::did_you_mean(&label, &known, "the subset"))
    }
}

#[cfg(test)]
mod tests;
