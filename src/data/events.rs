//! Targets that are made of events: tables of them, and annotations of videos. Owns which event belongs to which sample.

use super::activitynet::{self, Labelled, Video};
use super::error::{Code, DataError, did_you_mean, list};
use super::formats::npy;
use super::locate::{Placeholders, below_root, open, resolve};
use super::shards::Shard;
use super::spec::{DataSpec, TargetSpec};
use super::table::Table;
use crate::builtin::TargetKind;
use crate::builtin::dataset::{EventForm, EventOrigin, Origin};
use crate::builtin::events::{Event, Stored};
use std::collections::BTreeMap;
use std::path::Path;

/// What a source of events makes of this shard of the dataset, which has so many samples where that is known.
pub fn read(
    spec: &DataSpec,
    origin: &EventOrigin<'_>,
    shard: &Shard,
    kind: &TargetKind,
    samples: usize,
) -> Result<Table, DataError> {
    let placeholders = Placeholders { split: shard.kind.key(), name: None };
    let Some(path) = resolve(spec, &origin.file, placeholders)? else {
        unreachable!("`check` lets no source without a file into a dataset whose root is none")
    };
    let (stored, classes) = match origin.form {
        EventForm::Table { duration } => {
            let classes = declared(kind).ok_or_else(|| {
                DataError::new(Code::EventsMalformed, "a table of events does not say how many classes there are")
                    .file(&path)
                    .help("declare the target `events(20)` or `multi(20)`, without preparations")
            })?;
            let table = open(&path, &origin.file, placeholders)?.whole()?;
            (of_table(&table, duration, samples, kind)?, classes)
        }
        EventForm::Annotations { labels, features, step, duration } => {
            let all = activitynet::annotations(&path)?;
            let labels = if labels.is_empty() { activitynet::labels(&all) } else { labels.to_vec() };
            let videos = match origin.file.selection.array() {
                Some(subset) => activitynet::of_subset(all, &placeholders.fill(subset), &path)?,
                None => all,
            };
            let videos = if shard.kind.names().is_some() { in_order(videos, &shard.names, &path)? } else { videos };
            let needed = matches!(kind, TargetKind::Events { .. });
            let lengths = Lengths { spec, features, step, duration, needed, split: shard.kind.key() };
            let of = |video: &Video| of_video(video, &labels, &lengths, kind, &path);
            (videos.iter().map(of).collect::<Result<Vec<_>, _>>()?, labels.len())
        }
    };
    let mut values: Vec<f32> = vec![];
    for (sample, stored) in stored.iter().enumerate() {
        values.extend(target(stored, kind, classes).ok_or_else(|| too_many(stored, sample, kind, &path))?);
    }
    let axes = if let TargetKind::Events { .. } = kind { kind.shape() } else { vec![classes] };
    let shape = std::iter::once(stored.len()).chain(axes).collect();
    Ok(Table { shape, first: 0, values: values.into(), file: path, array: None, places: None })
}

/// What the classes of a target are called, where its annotations say it.
///
/// # Errors
/// Those of the file of annotations.
pub fn labels(spec: &DataSpec, target: &TargetSpec) -> Result<Option<Vec<String>>, DataError> {
    let Some(Origin::Events(EventOrigin { file, form: EventForm::Annotations { labels, .. } })) =
        target.sources.first().map(|source| source.origin())
    else {
        return Ok(None);
    };
    match resolve(spec, &file, Placeholders::default())? {
        Some(path) if labels.is_empty() => Ok(Some(activitynet::labels(&activitynet::annotations(&path)?))),
        Some(_) | None => Ok(Some(labels.to_vec())),
    }
}

/// A sample's events as its target has them before preparations: as they are, or which classes are there. `None` where there are
/// more than it has room for.
fn target(stored: &Stored, kind: &TargetKind, classes: usize) -> Option<Vec<f32>> {
    match kind {
        TargetKind::Events { most, .. } => stored.write(*most),
        TargetKind::Multi { .. } | TargetKind::Class { .. } | TargetKind::Real { .. } => {
            let there = |class: usize| stored.events.iter().any(|event| event.class == class);
            Some((0..classes).map(|class| f32::from(u8::from(there(class)))).collect())
        }
    }
}

fn too_many(stored: &Stored, sample: usize, kind: &TargetKind, path: &Path) -> DataError {
    let (count, classes) = (stored.events.len(), declared(kind).unwrap_or(0));
    DataError::new(Code::TooManyEvents, "a sample has more events than its target has room for")
        .file(path)
        .expected(format!("at most as many as `{kind}` says"))
        .found(format!("{count} in sample {sample}"))
        .help(format!("declare it `events({classes}, most: {count})`"))
}

/// Classes that a target has by its declaration; another one is what preparations make of classes.
fn declared(kind: &TargetKind) -> Option<usize> {
    match kind {
        TargetKind::Multi { classes } | TargetKind::Events { classes, .. } => Some(*classes),
        TargetKind::Class { .. } | TargetKind::Real { .. } => None,
    }
}

// ---------------------------------------------------------------- tables

/// Rows of sample, class, start, end.
fn of_table(table: &Table, duration: f64, samples: usize, kind: &TargetKind) -> Result<Vec<Stored>, DataError> {
    table.fits_modality(&[4])?;
    let mut all = vec![Stored { duration, events: vec![] }; samples];
    for row in 0..table.samples() {
        let [sample, class, start, end] = std::array::from_fn(|i| table.values.at(4 * row + i));
        let whole = |x: f64, below: usize| x >= 0.0 && x.fract() == 0.0 && (x as usize) < below;
        let wrong = |expected: String, found: String| {
            let error = DataError::new(Code::EventsMalformed, "a row of a table is no event of the dataset");
            let error = table.array.iter().fold(error, |error, array| error.array(array.clone()));
            Err(error.file(&table.file).expected(expected).found(format!("{found} in row {row}")))
        };
        if !whole(sample, samples) {
            return wrong(format!("samples from 0 to {}", samples.saturating_sub(1)), format!("sample {sample}"));
        }
        if !whole(class, declared(kind).unwrap_or(0)) {
            return wrong(format!("classes of `{kind}`"), format!("class {class}"));
        }
        if end < start {
            return wrong("an end behind the start".into(), format!("{start} to {end}"));
        }
        let event = Event { class: class as usize, start, end };
        all[sample as usize].events.push(event);
    }
    Ok(all)
}

// ---------------------------------------------------------------- annotations

/// The videos of these names, in their order.
fn in_order(videos: Vec<Video>, names: &[String], path: &Path) -> Result<Vec<Video>, DataError> {
    let mut known: BTreeMap<String, Video> = videos.into_iter().map(|video| (video.name.clone(), video)).collect();
    let take = |name: &String| {
        known.remove(name).ok_or_else(|| {
            let rest: Vec<&str> = known.keys().map(String::as_str).collect();
            DataError::new(Code::LabelUnknown, format!("the annotations have no video `{name}`"))
                .file(path)
                .help(did_you_mean(name, &rest, "the file"))
        })
    };
    names.iter().map(take).collect()
}

/// How long videos are.
struct Lengths<'l> {
    spec: &'l DataSpec,
    features: Option<&'l str>,
    step: f64,
    duration: Option<f64>,
    needed: bool,
    /// For `{split}`.
    split: Option<&'l str>,
}

fn of_video(
    video: &Video,
    labels: &[String],
    lengths: &Lengths<'_>,
    kind: &TargetKind,
    path: &Path,
) -> Result<Stored, DataError> {
    if declared(kind).is_some_and(|classes| classes != labels.len()) {
        return Err(DataError::new(Code::ClassOutOfRange, "the annotations have another number of labels")
            .file(path)
            .expected(format!("those of `{kind}`"))
            .found(format!("{}: {}", labels.len(), list(labels.iter().map(String::as_str)))));
    }
    let event = |event: &Labelled| {
        let class = labels.iter().position(|label| *label == event.label).ok_or_else(|| {
            let known: Vec<&str> = labels.iter().map(String::as_str).collect();
            DataError::new(Code::LabelUnknown, format!("`{}` of `{}` is none of the labels", event.label, video.name))
                .file(path)
                .help(did_you_mean(&event.label, &known, "the list"))
        })?;
        Ok(Event { class, start: event.start, end: event.end })
    };
    let events = video.events.iter().map(event).collect::<Result<Vec<_>, DataError>>()?;
    Ok(Stored { duration: lengths.of(video, path)?, events })
}

impl Lengths<'_> {
    /// Seconds that a video's steps span.
    fn of(&self, video: &Video, path: &Path) -> Result<f64, DataError> {
        if !self.needed {
            return Ok(0.0);
        }
        if let Some(features) = self.features {
            let file = Placeholders { split: self.split, name: Some(&video.name) }.fill(features);
            let file = below_root(self.spec, &file)?;
            let rows = npy::header(&file)?.shape.first().copied().unwrap_or(0);
            return Ok(rows as f64 * self.step);
        }
        video.duration.or(self.duration).ok_or_else(|| {
            DataError::new(Code::DurationMissing, format!("nothing says how long `{}` is", video.name))
                .file(path)
                .help("name the feature files, `annotations(…, features: \"rgb/{name}.npy\")`, or say `duration:`")
        })
    }
}
