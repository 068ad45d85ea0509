//! What is wrong with a description before any data is read, and which part of it. The checker asks here, and knows where
//! that part stands in the text.

use super::error::DataError;
use super::path::is_file;
use super::{DataSpec, ModalitySpec, SplitSpec, TRAIN, TargetSpec};
use crate::builtin::dataset::{EventOrigin, FileOrigin, Generator, Origin, SPLIT_MARK, SplitRule, Transform};
use crate::builtin::{ShapeError, TargetKind};

/// Class ids are kept in 32-bit floats, exact up to here; samples of a generator are limited to the same.
const LARGEST: usize = 1 << 24;
/// Events that a sample may have room for.
const EVENTS: usize = 1 << 16;
/// Numbers one sample may have in one modality.
const WIDEST: usize = 1 << 28;

/// One thing wrong with a description.
#[derive(Clone, Debug, PartialEq)]
pub struct Problem {
    pub place: Place,
    pub error: ShapeError,
}

/// Which part of the `dataset` item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// The item itself, or its `from`.
    From,
    Modality(usize),
    Target(usize),
    Split(usize),
}

impl Problem {
    /// For a description that no checker has seen.
    pub(super) fn into_error(self, spec: &DataSpec) -> DataError {
        let place = match self.place {
            Place::From => format!("dataset `{}`", spec.name),
            Place::Modality(i) => format!("modality `{}`", spec.modalities[i].name),
            Place::Target(i) => format!("target `{}`", spec.targets[i].name),
            Place::Split(i) => format!("split `{}`", spec.splits[i].name),
        };
        let error = DataError::new("mhm::dataset-unsound", format!("{place}: {}", self.error.message));
        if let Some(help) = self.error.help { error.help(help) } else { error }
    }
}

/// Whether a target gives every sample one class: what stratified splits go by.
pub fn is_one_class(kind: &TargetKind) -> bool {
    match kind {
        TargetKind::Class { axes, ignore, .. } => ignore.is_none() && axes.iter().all(|n| *n == 1),
        TargetKind::Multi { .. } | TargetKind::Real { .. } | TargetKind::Events { .. } => false,
    }
}

/// Everything wrong with a description that can be known before data is read. Nothing: [`super::load`] can fail on the
/// world only.
pub fn check(spec: &DataSpec) -> Vec<Problem> {
    let mut problems = vec![];
    let mut say = |place, result: Result<(), ShapeError>| {
        problems.extend(result.err().map(|error| Problem { place, error }));
    };
    say(Place::From, whole(spec));
    for (i, modality) in spec.modalities.iter().enumerate() {
        say(Place::Modality(i), check_modality(spec, modality));
    }
    for (i, target) in spec.targets.iter().enumerate() {
        say(Place::Target(i), check_target(spec, target));
    }
    for (i, split) in spec.splits.iter().enumerate() {
        say(Place::Split(i), check_split(spec, split));
        say(Place::Split(i), spec.splits[..i].iter().try_for_each(|earlier| apart(earlier, split)));
    }
    problems
}

fn whole(spec: &DataSpec) -> Result<(), ShapeError> {
    if spec.modalities.is_empty() {
        return Err(ShapeError::new("a dataset needs a modality").help("for example `modality x: [1] = axis(0)`"));
    }
    if spec.splits.is_empty() {
        return Err(ShapeError::new("a dataset needs a split")
            .help("for example `split train = random(0.9)` and `split test = rest`"));
    }
    match spec.generator.as_deref() {
        Some(generator) if generator.per_class().saturating_mul(generator.classes()) > LARGEST => {
            Err(ShapeError::new(format!("a generator makes at most {LARGEST} samples")))
        }
        Some(_) | None => Ok(()),
    }
}

fn check_modality(spec: &DataSpec, modality: &ModalitySpec) -> Result<(), ShapeError> {
    check_axes(&modality.shape)?;
    modality.source.check(&modality.shape, spec.generator.as_deref())?;
    check_origin(spec, &modality.source.origin())?;
    for transform in &modality.transforms {
        match transform {
            Transform::Standardize if spec.splits.iter().all(|split| split.name != TRAIN) => {
                return Err(ShapeError::new(format!("`standardize` needs a split called `{TRAIN}`")));
            }
            Transform::Standardize => {}
        }
    }
    Ok(())
}

fn check_target(spec: &DataSpec, target: &TargetSpec) -> Result<(), ShapeError> {
    check_axes(&target.kind.shape())?;
    match target.kind {
        TargetKind::Class { classes, .. } | TargetKind::Events { classes, .. } if classes > LARGEST => {
            return Err(ShapeError::new(format!("a target has at most {LARGEST} classes")));
        }
        TargetKind::Class { classes: 0, .. } => return Err(ShapeError::new("a target needs a class")),
        TargetKind::Events { most, .. } if most > EVENTS => {
            return Err(ShapeError::new(format!("a sample has room for at most {EVENTS} events")));
        }
        TargetKind::Class { .. } | TargetKind::Multi { .. } | TargetKind::Real { .. } | TargetKind::Events { .. } => {}
    }
    let of_events = matches!(target.source.origin(), Origin::Events(_));
    if matches!(target.kind, TargetKind::Events { .. }) && !of_events {
        return Err(ShapeError::new(format!("a target of `{}` is read from no plain array", target.kind))
            .help("events come from `event_table` or `annotations`"));
    }
    target.source.check_target(&target.kind, spec.generator.as_deref())?;
    check_origin(spec, &target.source.origin())
}

fn check_axes(axes: &[usize]) -> Result<(), ShapeError> {
    if axes.contains(&0) {
        return Err(ShapeError::new(format!("an axis of {axes:?} has size 0")));
    }
    match axes.iter().try_fold(1usize, |n, axis| n.checked_mul(*axis)) {
        Some(n) if n <= WIDEST => Ok(()),
        Some(_) | None => Err(ShapeError::new(format!("{axes:?} has more than {WIDEST} numbers a sample"))),
    }
}

/// Whether the source goes with the root, the generator and the kind of splits.
fn check_origin(spec: &DataSpec, origin: &Origin<'_>) -> Result<(), ShapeError> {
    let origin = match origin {
        Origin::Points(_) | Origin::Classes => return Ok(()),
        Origin::File(origin) | Origin::Events(EventOrigin { file: origin, .. }) => origin,
    };
    let word = origin.part.word();
    if spec.generator.is_some() {
        return Err(ShapeError::new(format!("`{word}` reads a file, but this dataset is made by a generator"))
            .help("sources of generated points are `line`, `axis` and `labels`"));
    }
    check_file(spec, origin, word)?;
    let by_key = spec.splits.iter().any(|split| matches!(split.rule, SplitRule::Key(_)));
    match (by_key, origin.is_keyed()) {
        (true, false) => {
            Err(ShapeError::new(format!("splits go by key, but this `{word}` is the same for all of them"))
                .help(format!("put `{SPLIT_MARK}` into the name, where the key belongs")))
        }
        (false, true) => {
            Err(ShapeError::new(format!("this `{word}` has `{SPLIT_MARK}` in its name, but no split has a key"))
                .help("write the splits as `split train = key(\"train\")`"))
        }
        (true, true) | (false, false) => Ok(()),
    }
}

fn check_file(spec: &DataSpec, origin: &FileOrigin<'_>, word: &str) -> Result<(), ShapeError> {
    if origin.file.is_some() {
        return Ok(());
    }
    let endings = origin.part.extensions();
    let ending = endings[0];
    match &spec.root {
        Some(root) if is_file(root) && root.extension().is_some_and(|e| endings.iter().any(|known| e == *known)) => {
            Ok(())
        }
        Some(root) => {
            Err(ShapeError::new(format!("`{word}` does not say which file of `{}` it reads", root.display())).help(
                format!("name it: `file: \"name.{ending}\"`, or write the dataset `from` a file ending in `.{ending}`"),
            ))
        }
        None => Err(ShapeError::new(format!("`{word}` does not say which file it reads")).help(format!(
            "write the dataset `from` a file ending in `.{ending}`, or name it: `file: \"name.{ending}\"`"
        ))),
    }
}

fn check_split(spec: &DataSpec, split: &SplitSpec) -> Result<(), ShapeError> {
    let by_key = spec.splits.iter().any(|split| matches!(split.rule, SplitRule::Key(_)));
    let base = |word: &str| {
        if by_key {
            return Err(ShapeError::new(format!(
                "`{word}` shares out one table, but another split has arrays of its own"
            ))
            .help("give every split a key, or none"));
        }
        Ok(())
    };
    match &split.rule {
        SplitRule::Key(_) if spec.generator.is_some() => {
            Err(ShapeError::new("`key` names files, this dataset is made by a generator")
                .help("splits of generated points are `random`, `rest`, `rows` and `fresh`"))
        }
        SplitRule::Key(_) => Ok(()),
        SplitRule::Rest => base("rest"),
        SplitRule::Rows { start, end } if start >= end => {
            Err(ShapeError::new(format!("`rows({start}, {end})` are no rows"))
                .help("the end is the row after the last"))
        }
        SplitRule::Rows { .. } => base("rows"),
        SplitRule::Random { share, .. } if *share <= 0.0 => Err(ShapeError::new("a random share must be above 0")),
        SplitRule::Random { stratified: true, .. } if !spec.targets.iter().any(|t| is_one_class(&t.kind)) => {
            Err(ShapeError::new("a stratified share needs a target of one class a sample")
                .help("write `random(…, stratified: false)`"))
        }
        SplitRule::Random { .. } => {
            let sum: f64 = spec.splits.iter().map(share).sum();
            if sum > 1.0 + 1e-9 {
                return Err(ShapeError::new(format!("the random shares of this dataset add up to {sum}, more than 1")));
            }
            base("random")
        }
        SplitRule::Fresh { samples } => check_fresh(*samples, spec.generator.as_deref()),
    }
}

fn share(split: &SplitSpec) -> f64 {
    match split.rule {
        SplitRule::Random { share, .. } => share,
        SplitRule::Key(_) | SplitRule::Rest | SplitRule::Rows { .. } | SplitRule::Fresh { .. } => 0.0,
    }
}

fn check_fresh(samples: usize, generator: Option<&dyn Generator>) -> Result<(), ShapeError> {
    let Some(generator) = generator else {
        return Err(ShapeError::new("`fresh` needs a dataset made by a generator"));
    };
    let classes = generator.classes();
    if samples > LARGEST {
        return Err(ShapeError::new(format!("a generator makes at most {LARGEST} samples")));
    }
    if samples == 0 || !samples.is_multiple_of(classes) {
        let near = (samples / classes).max(1) * classes;
        return Err(ShapeError::new(format!("{samples} fresh samples cannot be shared equally by {classes} classes"))
            .help(format!("write `fresh({near})`")));
    }
    Ok(())
}

/// Two splits never share a sample.
fn apart(a: &SplitSpec, b: &SplitSpec) -> Result<(), ShapeError> {
    let shared = match (&a.rule, &b.rule) {
        (SplitRule::Key(x), SplitRule::Key(y)) if x == y => format!("the key {x:?}"),
        (SplitRule::Rest, SplitRule::Rest) => "the rest".into(),
        (SplitRule::Rows { start: s, end: e }, SplitRule::Rows { start, end }) if s.max(start) < e.min(end) => {
            format!("rows {} to {}", s.max(start), e.min(end))
        }
        _ => return Ok(()),
    };
    Err(ShapeError::new(format!("splits `{}` and `{}` share {shared}", a.name, b.name))
        .help("a sample belongs to one split"))
}
