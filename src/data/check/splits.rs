//! What is wrong with splits before any data is read.

use crate::builtin::ShapeError;
use crate::builtin::dataset::{Generator, SplitRule, condition};
use crate::data::spec::{DataSpec, LARGEST, SplitSpec};

pub fn check_split(spec: &DataSpec, rule: &SplitRule) -> Result<(), ShapeError> {
    let all = || spec.splits.iter().flat_map(|split| split.rule.parts());
    let base = || {
        let key = |rule: &SplitRule| rule.key().map(|_| ("arrays of its own", "give every split a key, or none"));
        let names = |rule: &SplitRule| {
            rule.names().map(|_| ("names for its samples", "give every split a list of names, or none"))
        };
        let own = all().find_map(|rule| key(rule).or_else(|| names(rule)));
        own.map_or(Ok(()), |(own, help)| {
            let word = rule.word();
            let message = format!("`{word}` shares out one table, but another split has {own}");
            Err(ShapeError::new(message).help(help))
        })
    };
    match rule {
        SplitRule::Key { .. } | SplitRule::Names { .. } | SplitRule::Indices { .. } if spec.generator.is_some() => {
            let word = rule.word();
            Err(ShapeError::new(format!("`{word}` names files, this dataset is made by a generator"))
                .help("splits of generated points are `random`, `rest`, `rows` and `fresh`"))
        }
        SplitRule::Key { .. } if all().any(|rule| rule.names().is_some()) => {
            Err(ShapeError::new("one split has a key, another a list of names")
                .help("a list of names takes a key, too: `names(\"train.txt\", key: \"train\")`"))
        }
        rule if rule.only().is_some_and(|only| only.stratified) && !has_classes(spec) => {
            let word = rule.word();
            Err(ShapeError::new("a stratified share needs a target of one class a sample")
                .help(format!("write `{word}(…, stratified: false)`")))
        }
        SplitRule::Key { .. } | SplitRule::Names { .. } | SplitRule::Union(_) => Ok(()),
        SplitRule::Rest | SplitRule::Part { .. } => base(),
        SplitRule::Indices { .. } => base(),
        SplitRule::Rows { start, end } if start >= end => {
            Err(ShapeError::new(format!("`rows({start}, {end})` are no rows"))
                .help("the end is the row after the last"))
        }
        SplitRule::Rows { .. } | SplitRule::Where(_) => base(),
        SplitRule::Random { share, .. } if *share <= 0.0 => Err(ShapeError::new("a random share must be above 0")),
        SplitRule::Random { stratified: true, .. } if !has_classes(spec) => {
            Err(ShapeError::new("a stratified share needs a target of one class a sample")
                .help("write `random(…, stratified: false)`"))
        }
        SplitRule::Random { .. } => {
            let sum: f64 = all().map(share).sum();
            if sum > 1.0 + 1e-9 {
                return Err(ShapeError::new(format!("the random shares of this dataset add up to {sum}, more than 1")));
            }
            base()
        }
        SplitRule::Fresh { samples } => check_fresh(*samples, spec.generator.as_deref()),
    }
}

fn has_classes(spec: &DataSpec) -> bool {
    spec.targets.iter().any(|t| t.kind.is_one_class())
}

fn share(rule: &SplitRule) -> f64 {
    if let SplitRule::Random { share, .. } = rule { *share } else { 0.0 }
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
        (SplitRule::Key { key: x, .. }, SplitRule::Key { key: y, .. }) if x == y => Some(format!("the key {x:?}")),
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
        (SplitRule::Where(a), SplitRule::Where(b)) => condition::shared(a, b),
        _ => None,
    }
}

/// Two splits never share a sample.
pub fn apart(first: &SplitSpec, a: &SplitRule, second: &SplitSpec, b: &SplitRule) -> Result<(), ShapeError> {
    let Some(shared) = shared(a, b) else { return Ok(()) };
    Err(ShapeError::new(format!("splits `{}` and `{}` share {shared}", first.name, second.name))
        .help("a sample belongs to one split"))
}

/// Nor does one name a sample twice.
pub fn once(split: &SplitSpec, a: &SplitRule, b: &SplitRule) -> Result<(), ShapeError> {
    let Some(shared) = shared(a, b) else { return Ok(()) };
    Err(ShapeError::new(format!("split `{}` has {shared} twice", split.name)).help("leave one of them out"))
}
