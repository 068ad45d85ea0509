//! What is wrong with a description before any data is read, and which part of it. The checker asks here, and knows where
//! that part stands in the text.

use super::error::DataError;
use super::path::is_file;
use super::{DataSpec, ModalitySpec, SplitSpec, TRAIN, TargetSpec};
use crate::builtin::dataset::{
    EventOrigin, FileOrigin, Generator, NAME_MARK, Origin, Preparation, SPLIT_MARK, Source, SplitRule, Transform,
};
use crate::builtin::{ShapeError, TargetKind};
use std::sync::Arc;

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

/// One thing wrong with the data that a description names.
#[derive(Clone, Debug, PartialEq)]
pub struct Fault {
    pub place: Place,
    pub error: DataError,
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

impl Place {
    /// "modality `audio`".
    pub fn named(self, spec: &DataSpec) -> String {
        match self {
            Place::From => format!("dataset `{}`", spec.name),
            Place::Modality(i) => format!("modality `{}`", spec.modalities[i].name),
            Place::Target(i) => format!("target `{}`", spec.targets[i].name),
            Place::Split(i) => format!("split `{}`", spec.splits[i].name),
        }
    }
}

impl Problem {
    /// For a description that no checker has seen.
    pub(super) fn into_error(self, spec: &DataSpec) -> DataError {
        let place = self.place.named(spec);
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
        let rules = split.rule.parts();
        say(Place::Split(i), rules.iter().try_for_each(|rule| check_split(spec, rule)));
        let earlier = spec.splits[..i].iter().flat_map(|s| s.rule.parts().iter().map(move |rule| (s, rule)));
        say(
            Place::Split(i),
            rules.iter().try_for_each(|b| earlier.clone().try_for_each(|(s, a)| apart(s, a, split, b))),
        );
        let twice =
            rules.iter().enumerate().try_for_each(|(j, b)| rules[..j].iter().try_for_each(|a| once(split, a, b)));
        say(Place::Split(i), twice);
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
    modality.sources.iter().try_for_each(|source| source.check(&modality.shape, spec.generator.as_deref()))?;
    check_sources(spec, &modality.sources)?;
    for preparation in &modality.transforms {
        match preparation.transform() {
            Transform::Standardize { .. } if spec.splits.iter().all(|split| split.name != TRAIN) => {
                return Err(ShapeError::new(format!("`standardize` needs a split called `{TRAIN}`")));
            }
            Transform::Standardize { present: Some(present) } => check_mask(spec, modality, present)?,
            Transform::Standardize { present: None } | Transform::Each(_) => {}
        }
    }
    let after = modality.transforms.iter().skip_while(|p| matches!(p.transform(), Transform::Each(_))).skip(1);
    after.into_iter().try_for_each(|p| keeps_shape(p.as_ref(), &modality.shape))
}

/// What follows `standardize` leaves its features alone.
fn keeps_shape(preparation: &dyn Preparation, declared: &[usize]) -> Result<(), ShapeError> {
    let Transform::Each(work) = preparation.transform() else { return Ok(()) };
    if work.axes(declared, declared)? == declared && !work.is_random() && !work.evens_out() {
        return Ok(());
    }
    let word = preparation.written(&[]);
    Err(ShapeError::new(format!("`{word}` comes behind `standardize`, which takes features as they are in the end"))
        .help(format!("standardize last: `|> {word} |> standardize`")))
}

/// The mask of `standardize(present)`: a modality of one number a step, which needs no mask itself.
fn check_mask(spec: &DataSpec, modality: &ModalitySpec, present: &str) -> Result<(), ShapeError> {
    let Some(mask) = spec.modalities.iter().find(|m| m.name == present) else {
        let names: Vec<&str> = spec.modalities.iter().map(|m| m.name.as_str()).collect();
        let error = ShapeError::new(format!("there is no modality `{present}` to standardize with"));
        return Err(match crate::suggest::nearest(present, names.iter().copied()) {
            Some(near) => error.help(format!("did you mean `{near}`?")),
            None => error.help(format!("declare it: `modality {present}: [{}] = … |> mask`", modality.shape[0])),
        });
    };
    if mask.transforms.iter().any(|p| matches!(p.transform(), Transform::Standardize { .. })) {
        return Err(ShapeError::new(format!("`{present}` is standardized itself, so it is no mask of ones and zeros")));
    }
    match (mask.shape.as_slice(), modality.shape.as_slice()) {
        ([steps], [first, _, ..]) if steps == first => Ok(()),
        (shape, own) => Err(ShapeError::new(format!(
            "`{present}` is declared {shape:?}, a mask for {own:?} has one number a step: {:?}",
            &own[..1]
        ))),
    }
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
    let of_events = target.sources.iter().all(|source| matches!(source.origin(), Origin::Events(_)));
    if matches!(target.kind, TargetKind::Events { .. }) && !of_events {
        return Err(ShapeError::new(format!("a target of `{}` is read from no plain array", target.kind))
            .help("events come from `event_table` or `annotations`"));
    }
    if target.transforms.is_empty() {
        let generator = spec.generator.as_deref();
        target.sources.iter().try_for_each(|source| source.check_target(&target.kind, generator))?;
    }
    for preparation in &target.transforms {
        match preparation.transform() {
            Transform::Standardize { .. } => {
                return Err(ShapeError::new("a target is not standardized: metrics would be in other units")
                    .help("`standardize` is for modalities; scale a target's loss instead"));
            }
            Transform::Each(work) if work.is_random() => {
                return Err(ShapeError::new(format!(
                    "`{}` would draw other targets in every step",
                    preparation.written(&[])
                ))
                .help("targets are taken at equal distances: leave `random` away"));
            }
            Transform::Each(_) => {}
        }
    }
    check_sources(spec, &target.sources)
}

fn check_sources(spec: &DataSpec, sources: &[Arc<dyn Source>]) -> Result<(), ShapeError> {
    if let [_, _, ..] = sources
        && let Some(computed) = sources.iter().find(|s| matches!(s.origin(), Origin::Points(_) | Origin::Classes))
    {
        return Err(ShapeError::new(format!("`{}` has every sample, nothing is joined to it", computed.written(&[])))
            .help("`+` joins files along their samples"));
    }
    sources.iter().try_for_each(|source| check_origin(spec, &source.origin()))
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
        Origin::Points(_) | Origin::Classes | Origin::Fill(_) => return Ok(()),
        Origin::File(origin) | Origin::Events(EventOrigin { file: origin, .. }) => origin,
    };
    let word = origin.part.word();
    if spec.generator.is_some() {
        return Err(ShapeError::new(format!("`{word}` reads a file, but this dataset is made by a generator"))
            .help("sources of generated points are `line`, `axis` and `labels`"));
    }
    check_file(spec, origin, word)?;
    let mut rules = spec.splits.iter().flat_map(|split| split.rule.parts());
    let by_name = rules.clone().any(|rule| matches!(rule, SplitRule::Names { .. }));
    if by_name || origin.is_named() {
        return check_named(spec, origin, word);
    }
    let by_key = rules.any(|rule| matches!(rule, SplitRule::Key(_)));
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

/// Sources of datasets whose samples have names.
fn check_named(spec: &DataSpec, origin: &FileOrigin<'_>, word: &str) -> Result<(), ShapeError> {
    let mut names = spec.splits.iter().flat_map(|split| split.rule.parts()).filter_map(|rule| match rule {
        SplitRule::Names { file, key } => Some((file, key)),
        SplitRule::Key(_)
        | SplitRule::Random { .. }
        | SplitRule::Rest
        | SplitRule::Rows { .. }
        | SplitRule::Indices { .. }
        | SplitRule::Fresh { .. }
        | SplitRule::Union(_) => None,
    });
    if names.clone().next().is_none() {
        return Err(ShapeError::new(format!(
            "this `{word}` has `{NAME_MARK}` in its name, but no split names samples"
        ))
        .help("write the splits as `split train = names(\"train.txt\")`, a name a line"));
    }
    if !origin.is_named() && !origin.is_keyed() {
        return Err(ShapeError::new(format!("splits name samples, but this `{word}` is the same for all of them"))
            .help(format!("put `{NAME_MARK}` into the name for a file a sample, or `{SPLIT_MARK}` for one a split")));
    }
    match names.find(|(_, key)| origin.is_keyed() && key.is_none()) {
        Some((file, _)) => Err(ShapeError::new(format!(
            "this `{word}` has `{SPLIT_MARK}` in its name, but `names({file:?})` has no key"
        ))
        .help(format!("write `names({file:?}, key: \"train\")`"))),
        None => Ok(()),
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

fn check_split(spec: &DataSpec, rule: &SplitRule) -> Result<(), ShapeError> {
    let all = || spec.splits.iter().flat_map(|split| split.rule.parts());
    let base = |word: &str| {
        let own = all().find_map(|rule| match rule {
            SplitRule::Key(_) => Some("arrays of its own"),
            SplitRule::Names { .. } => Some("names for its samples"),
            SplitRule::Random { .. }
            | SplitRule::Rest
            | SplitRule::Rows { .. }
            | SplitRule::Indices { .. }
            | SplitRule::Fresh { .. }
            | SplitRule::Union(_) => None,
        });
        match own {
            Some("arrays of its own") => {
                Err(ShapeError::new(format!("`{word}` shares out one table, but another split has arrays of its own"))
                    .help("give every split a key, or none"))
            }
            Some(own) => Err(ShapeError::new(format!("`{word}` shares out one table, but another split has {own}"))
                .help("give every split a list of names, or none")),
            None => Ok(()),
        }
    };
    match rule {
        SplitRule::Key(_) | SplitRule::Names { .. } | SplitRule::Indices { .. } if spec.generator.is_some() => {
            let word = rule.to_string();
            let word = word.split('(').next().unwrap_or_default();
            Err(ShapeError::new(format!("`{word}` names files, this dataset is made by a generator"))
                .help("splits of generated points are `random`, `rest`, `rows` and `fresh`"))
        }
        SplitRule::Key(_) if all().any(|rule| matches!(rule, SplitRule::Names { .. })) => {
            Err(ShapeError::new("one split has a key, another a list of names")
                .help("a list of names takes a key, too: `names(\"train.txt\", key: \"train\")`"))
        }
        SplitRule::Key(_) | SplitRule::Names { .. } | SplitRule::Union(_) => Ok(()),
        SplitRule::Rest => base("rest"),
        SplitRule::Indices { .. } => base("indices"),
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
            let sum: f64 = all().map(share).sum();
            if sum > 1.0 + 1e-9 {
                return Err(ShapeError::new(format!("the random shares of this dataset add up to {sum}, more than 1")));
            }
            base("random")
        }
        SplitRule::Fresh { samples } => check_fresh(*samples, spec.generator.as_deref()),
    }
}

fn share(rule: &SplitRule) -> f64 {
    match rule {
        SplitRule::Random { share, .. } => *share,
        SplitRule::Key(_)
        | SplitRule::Rest
        | SplitRule::Rows { .. }
        | SplitRule::Indices { .. }
        | SplitRule::Names { .. }
        | SplitRule::Fresh { .. }
        | SplitRule::Union(_) => 0.0,
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

/// What two rules share by what they say.
fn shared(a: &SplitRule, b: &SplitRule) -> Option<String> {
    match (a, b) {
        (SplitRule::Key(x), SplitRule::Key(y)) if x == y => Some(format!("the key {x:?}")),
        (SplitRule::Rest, SplitRule::Rest) => Some("the rest".into()),
        (SplitRule::Rows { start: s, end: e }, SplitRule::Rows { start, end }) if s.max(start) < e.min(end) => {
            Some(format!("rows {} to {}", s.max(start), e.min(end)))
        }
        (SplitRule::Names { file: x, .. }, SplitRule::Names { file: y, .. }) if x == y => {
            Some(format!("the names in {x:?}"))
        }
        (SplitRule::Indices { files: x, array: i }, SplitRule::Indices { files: y, array: j }) if i == j => {
            x.iter().find(|file| y.contains(file)).map(|file| format!("the rows in {file:?}"))
        }
        _ => None,
    }
}

/// Two splits never share a sample.
fn apart(first: &SplitSpec, a: &SplitRule, second: &SplitSpec, b: &SplitRule) -> Result<(), ShapeError> {
    let Some(shared) = shared(a, b) else { return Ok(()) };
    Err(ShapeError::new(format!("splits `{}` and `{}` share {shared}", first.name, second.name))
        .help("a sample belongs to one split"))
}

/// Nor does one name a sample twice.
fn once(split: &SplitSpec, a: &SplitRule, b: &SplitRule) -> Result<(), ShapeError> {
    let Some(shared) = shared(a, b) else { return Ok(()) };
    Err(ShapeError::new(format!("split `{}` has {shared} twice", split.name)).help("leave one of them out"))
}
