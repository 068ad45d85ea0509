//! What is wrong with modalities and targets before any data is read: shapes, preparations, and where numbers come from.

use crate::builtin::dataset::{
    EventOrigin, FileOrigin, Marks, NAME_MARK, Origin, Preparation, Redraws, RowsOf, SPLIT_MARK, Source, SplitRule,
    Transform, check_prepared,
};
use crate::builtin::{Asked, Holds, ShapeError, TargetKind};
use crate::data::locate::is_file;
use crate::data::spec::{DataSpec, LARGEST, ModalitySpec, TargetSpec, WIDEST};
use crate::split::SplitName;
use std::sync::Arc;

/// Events that a sample may have room for.
const EVENTS: usize = 1 << 16;

pub fn check_modality(spec: &DataSpec, modality: &ModalitySpec) -> Result<(), ShapeError> {
    check_axes(&modality.shape)?;
    if Asked::read(&modality.name).is_some() {
        // What is asked about was checked.
        return Ok(());
    }
    modality.sources.iter().try_for_each(|source| {
        check_prepared(source.as_ref(), &modality.transforms, &modality.shape, spec.generator.as_deref())
    })?;
    check_sources(spec, &modality.sources)?;
    for preparation in &modality.transforms {
        match preparation.transform() {
            Transform::Standardize { .. } if spec.splits.iter().all(|split| split.name != SplitName::TRAIN) => {
                return Err(ShapeError::new(format!("`standardize` needs a split called `{}`", SplitName::TRAIN)));
            }
            Transform::Standardize { present: Some(present) } => check_mask(spec, modality, present)?,
            Transform::Missing(marks) => check_missing(spec, modality, marks)?,
            Transform::Standardize { present: None } | Transform::Each(_) | Transform::Drop(_) | Transform::Offsets => {
            }
        }
    }
    names_no_groups(&modality.transforms)?;
    check_drops(spec, &modality.name, &modality.sources, &modality.transforms)?;
    keeps_what_it_says(spec, modality)?;
    draws_last(modality)?;
    tells_of_its_steps(spec, modality)?;
    let mut after = modality.transforms.iter().skip_while(|p| !p.transform().learns());
    let Some(standardize) = after.next() else { return Ok(()) };
    after.try_for_each(|p| follows(p.as_ref(), standardize.as_ref(), &modality.shape))
}

/// What follows `standardize` leaves its features alone, and has something to do.
fn follows(preparation: &dyn Preparation, standardize: &dyn Preparation, declared: &[usize]) -> Result<(), ShapeError> {
    let work = match preparation.transform() {
        Transform::Each(work) => work,
        Transform::Missing(_) => {
            let (word, standardize) = (preparation.written(&[]), standardize.written(&[]));
            return Err(ShapeError::new(format!("`{word}` comes behind `standardize`, which learns of what is there"))
                .help(format!("say first what is missing: `|> {word} |> {standardize}`")));
        }
        Transform::Drop(_) | Transform::Offsets => return Ok(()),
        Transform::Standardize { .. } => {
            return Err(ShapeError::new("a modality is standardized twice").help("leave one of them away"));
        }
    };
    let keeps_shape = work.axes(declared, declared).is_ok_and(|axes| axes == declared);
    // What moves steps comes before what goes by the mask of those steps.
    let by_mask = matches!(standardize.transform(), Transform::Standardize { present: Some(_) });
    let moves = work.redraws() == Redraws::Steps && by_mask;
    let (word, standardize) = (preparation.written(&[]), standardize.written(&[]));
    if work.mends() {
        return Err(ShapeError::new(format!("`{word}` comes behind `standardize`, which takes finite numbers only"))
            .help(format!("replace first: `|> {word} |> {standardize}`")));
    }
    if keeps_shape && !moves && !work.evens_out() {
        return Ok(());
    }
    Err(ShapeError::new(format!("`{word}` comes behind `standardize`, which takes features as they are in the end"))
        .help(format!("standardize last: `|> {word} |> {standardize}`")))
}

/// Preparations that draw steps, as they are written.
fn draws(modality: &ModalitySpec) -> Vec<String> {
    modality.transforms.iter().filter(|p| p.redraws() == Redraws::Steps).map(|p| p.written(&[])).collect()
}

/// A mask says which steps there are, and ids are names of rows: neither is a quantity that noise could be added to.
fn keeps_what_it_says(spec: &DataSpec, modality: &ModalitySpec) -> Result<(), ShapeError> {
    let Some(drawn) = modality.transforms.iter().find(|p| p.redraws() == Redraws::Values) else { return Ok(()) };
    let makes_mask = |p: &Arc<dyn Preparation>| matches!(p.transform(), Transform::Each(work) if work.is_mask());
    let is = match modality.holds {
        Holds::Mask => "a mask",
        Holds::Ids(_) => "ids that are looked up",
        Holds::Numbers if modality.transforms.iter().any(makes_mask) => "a mask",
        Holds::Numbers if spec.modalities.iter().any(|other| other.masks().any(|mask| mask == modality.name)) => {
            "a mask"
        }
        Holds::Numbers => return Ok(()),
    };
    let (name, word) = (&modality.name, drawn.written(&[]));
    Err(ShapeError::new(format!("`{name}` holds {is}, and `{word}` would make other numbers of it"))
        .help(format!("leave it away: `|> {word}` is for measured numbers")))
}

/// What draws numbers anew stands behind what reads them, counts them or chooses among them.
fn draws_last(modality: &ModalitySpec) -> Result<(), ShapeError> {
    let mut from = modality.transforms.iter().skip_while(|p| p.redraws() != Redraws::Values);
    let Some(drawn) = from.next() else { return Ok(()) };
    let is_plain =
        |p: &&Arc<dyn Preparation>| matches!(p.transform(), Transform::Each(_)) && p.redraws() != Redraws::Values;
    let Some(after) = from.find(is_plain) else { return Ok(()) };
    let (word, after) = (drawn.written(&[]), after.written(&[]));
    Err(ShapeError::new(format!("`{after}` comes behind `{word}`, which changes what it reads in every step"))
        .help(format!("draw last: `|> {after} |> {word}`")))
}

/// A mask is drawn as what it is the mask of, else it tells of other steps.
fn drawn_alike(modality: &ModalitySpec, mask: &ModalitySpec) -> Result<(), ShapeError> {
    let (own, other) = (draws(modality), draws(mask));
    if own == other {
        return Ok(());
    }
    let (name, mask) = (&modality.name, &mask.name);
    let error = ShapeError::new(format!("training draws other steps of `{name}` than of its mask `{mask}`"));
    Err(match (own.as_slice(), other.as_slice()) {
        ([first, ..], []) => {
            error.help(format!("draw the mask, too, and the same steps are drawn: `modality {mask}: … = … |> {first}`"))
        }
        ([], [first, ..]) => error
            .help(format!("draw both, `|> {first}`, and the same steps are drawn, or none: leave `random: true` away")),
        ([..], [..]) => error.help(format!("prepare both alike: `|> {}`", own.join(" |> "))),
    })
}

/// What `mask` makes is the mask of something: of steps as they are drawn, where those of all it can be the mask of are.
fn tells_of_its_steps(spec: &DataSpec, mask: &ModalitySpec) -> Result<(), ShapeError> {
    let makes_mask = |p: &Arc<dyn Preparation>| matches!(p.transform(), Transform::Each(work) if work.is_mask());
    let ([steps], true) = (mask.shape.as_slice(), mask.transforms.iter().any(makes_mask)) else {
        return Ok(());
    };
    let sequences = spec.modalities.iter().filter(|m| m.shape.len() > 1 && m.shape[0] == *steps);
    let mut found = sequences.map(|sequence| drawn_alike(sequence, mask));
    let first = found.next().unwrap_or(Ok(()));
    if found.any(|found| found.is_ok()) { Ok(()) } else { first }
}

/// The mask of `standardize(present)`: a modality of one number a step, which needs no mask itself.
fn check_mask(spec: &DataSpec, modality: &ModalitySpec, present: &str) -> Result<(), ShapeError> {
    let Some(mask) = spec.modalities.iter().find(|m| m.name == present) else {
        let names: Vec<&str> = spec.modalities.iter().map(|m| m.name.as_str()).collect();
        let error = ShapeError::new(format!("there is no modality `{present}` to standardize with"));
        return Err(match crate::suggest::nearest(present, names.iter().copied()) {
            Some(near) => error.help(format!("did you mean `{near}`?")),
            None => error.help(match modality.shape.first() {
                Some(steps) => format!("declare it: `modality {present}: [{steps}] = … |> mask`"),
                None => "one number a sample has no steps: leave the mask away".into(),
            }),
        });
    };
    if mask.transforms.iter().any(|p| matches!(p.transform(), Transform::Standardize { .. })) {
        return Err(ShapeError::new(format!("`{present}` is standardized itself, so it is no mask of ones and zeros")));
    }
    match (mask.shape.as_slice(), modality.shape.as_slice()) {
        ([steps], [first, _, ..]) if steps == first => drawn_alike(modality, mask),
        (_, []) => {
            Err(ShapeError::new(format!("`{}` is one number a sample and has no steps for a mask", modality.name)))
        }
        (shape, own @ [steps, ..]) => Err(ShapeError::new(format!(
            "`{present}` is declared {shape:?}, a mask for {own:?} has one number a step: [{steps}]"
        ))),
    }
}

/// What says which values are missing: where samples lack files, those of the samples; where a modality is asked, one of one number
/// a sample or a step.
fn check_missing(spec: &DataSpec, modality: &ModalitySpec, marks: &dyn Marks) -> Result<(), ShapeError> {
    marks.check()?;
    if marks.is_of_files() {
        let of_files = |p: &Arc<dyn Preparation>| matches!(p.transform(), Transform::Missing(m) if m.is_of_files());
        let first = !modality.transforms.iter().skip(1).any(of_files);
        let named = |source: &Arc<dyn Source>| matches!(source.origin(), Origin::File(file) if file.is_named());
        if !modality.sources.iter().all(named) {
            return Err(ShapeError::new(format!(
                "`missing(file)` asks for a file a sample; `{}` has none",
                modality.name
            ))
            .help(format!("put `{NAME_MARK}` into the name of the file, or write what stands for missing values")));
        }
        if !first {
            return Err(ShapeError::new("`missing(file)` stands behind another preparation")
                .help("what has no file is known first: `npy(…) |> missing(file) |> …`"));
        }
    }
    let Some(name) = marks.mask() else { return Ok(()) };
    let Some(mask) = spec.modalities.iter().find(|m| m.name == name) else {
        let names: Vec<&str> = spec.modalities.iter().map(|m| m.name.as_str()).collect();
        let error = ShapeError::new(format!("there is no modality `{name}` to say what is missing"));
        return Err(match crate::suggest::nearest(name, names.iter().copied()) {
            Some(near) => error.help(format!("did you mean `{near}`?")),
            None => error.help(format!("declare it: `modality {name}: [1] = …`")),
        });
    };
    if mask.masks().next().is_some() || mask.transforms.iter().any(|p| p.transform().learns()) {
        return Err(ShapeError::new(format!("`{name}` is prepared by others, so it is no mask of ones and zeros"))
            .help("give `missing` a modality that is 0 or 1 as it is read"));
    }
    let steps = modality.shape.split_last().map_or(&[][..], |(_, steps)| steps);
    let one = mask.shape.iter().product::<usize>() == 1;
    match (one, mask.shape == steps) {
        (true, _) => Ok(()),
        (false, true) => drawn_alike(modality, mask),
        (false, false) => Err(ShapeError::new(format!(
            "`{name}` is declared {:?}, for `{}` of {:?} it has one number a sample, [1], or one a step, {steps:?}",
            mask.shape, modality.name, modality.shape
        ))),
    }
}

/// Where groups begin is said of groups alone.
fn names_no_groups(transforms: &[Arc<dyn Preparation>]) -> Result<(), ShapeError> {
    match transforms.iter().find(|p| matches!(p.transform(), Transform::Offsets)) {
        Some(offsets) => {
            let word = offsets.written(&[]);
            Err(ShapeError::new(format!("`{word}` says where groups begin, and this is none"))
                .help(format!("declare a group: `group video = npz(\"video_offsets\") |> {word}`")))
        }
        None => Ok(()),
    }
}

/// What leaves samples out goes by what files have: it stands before what prepares their values.
pub fn check_drops(
    spec: &DataSpec,
    name: &str,
    sources: &[Arc<dyn Source>],
    transforms: &[Arc<dyn Preparation>],
) -> Result<(), ShapeError> {
    let is_drop = |p: &&Arc<dyn Preparation>| matches!(p.transform(), Transform::Drop(_));
    let first = transforms.iter().find(|p| !is_drop(p));
    for (place, preparation) in transforms.iter().enumerate() {
        let Transform::Drop(drops) = preparation.transform() else { continue };
        let word = preparation.written(&[]);
        drops.check()?;
        if let Some(first) = first.filter(|_| transforms[..place].iter().any(|p| !is_drop(&p))) {
            let first = first.written(&[]);
            return Err(ShapeError::new(format!("`{word}` stands behind `{first}`, and goes by what the file has"))
                .help(format!("leave out first: `|> {word} |> {first}`")));
        }
        if spec.generator.is_some() {
            return Err(ShapeError::new(format!(
                "`{word}` leaves nothing out: generated points have all their values"
            ))
            .help("leave it away"));
        }
        if sources.iter().any(|source| matches!(source.origin(), Origin::Events(_))) {
            return Err(ShapeError::new(format!("`{word}` leaves nothing out: a sample without events is one, too"))
                .help("leave it away"));
        }
        let named = |source: &Arc<dyn Source>| matches!(source.origin(), Origin::File(file) if file.is_named());
        if drops.is_of_files() && !sources.iter().all(named) {
            return Err(ShapeError::new(format!("`{word}` asks for a file a sample; `{name}` has none")).help(
                format!("put `{NAME_MARK}` into the name of the file, or write what stands for missing values"),
            ));
        }
    }
    Ok(())
}

pub fn check_target(spec: &DataSpec, target: &TargetSpec) -> Result<(), ShapeError> {
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
    names_no_groups(&target.transforms)?;
    check_drops(spec, &target.name, &target.sources, &target.transforms)?;
    if target.transforms.iter().all(|p| matches!(p.transform(), Transform::Drop(_))) {
        let generator = spec.generator.as_deref();
        target.sources.iter().try_for_each(|source| source.check_target(&target.kind, generator))?;
    }
    for preparation in &target.transforms {
        match preparation.transform() {
            Transform::Standardize { .. } => {
                return Err(ShapeError::new("a target is not standardized: metrics would be in other units")
                    .help("`standardize` is for modalities; scale a target's loss instead"));
            }
            Transform::Missing(_) => {
                return Err(ShapeError::new("a target that is missing teaches nothing")
                    .help("leave samples without one out: `|> drop`"));
            }
            Transform::Each(work) if work.redraws() != Redraws::Nothing => {
                let word = preparation.written(&[]);
                let error = ShapeError::new(format!("`{word}` would draw other targets in every step"));
                return Err(match work.evens_out() {
                    true => error.help("targets are taken at equal distances: leave `random` away"),
                    false => error.help("targets are learned as they are: leave it away"),
                });
            }
            Transform::Each(_) | Transform::Drop(_) | Transform::Offsets => {}
        }
    }
    check_sources(spec, &target.sources)
}

pub fn check_sources(spec: &DataSpec, sources: &[Arc<dyn Source>]) -> Result<(), ShapeError> {
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
    let word = origin.format.word;
    if spec.generator.is_some() {
        return Err(ShapeError::new(format!("`{word}` reads a file, but this dataset is made by a generator"))
            .help("sources of generated points are `line`, `axis` and `labels`"));
    }
    check_file(spec, origin, word)?;
    let mut rules = spec.splits.iter().flat_map(|split| split.rule.parts());
    let by_name = rules.clone().any(|rule| rule.names().is_some());
    if by_name || origin.is_named() {
        return check_named(spec, origin, word);
    }
    // What is joined by name has the rows of every split.
    if matches!(origin.rows, RowsOf::Key(_)) && !origin.is_keyed() {
        return Ok(());
    }
    let by_key = rules.any(|rule| rule.key().is_some());
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
    let mut names = spec.splits.iter().flat_map(|split| split.rule.parts()).filter_map(SplitRule::names);
    if names.clone().next().is_none() {
        return Err(ShapeError::new(format!(
            "this `{word}` has `{NAME_MARK}` in its name, but no split names samples"
        ))
        .help("write the splits as `split train = names(\"train.txt\")`, a name a line"));
    }
    if !origin.is_named() && !origin.is_keyed() && origin.rows == RowsOf::Order {
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
    let ending = origin.format.ending();
    match &spec.root {
        Some(root) if is_file(root) && origin.format.has(root) => Ok(()),
        Some(root) => {
            Err(ShapeError::new(format!("`{word}` does not say which file of `{}` it reads", root.display())).help(
                format!("name it: `file: \"name{ending}\"`, or write the dataset `from` a file ending in `{ending}`"),
            ))
        }
        None => Err(ShapeError::new(format!("`{word}` does not say which file it reads")).help(format!(
            "write the dataset `from` a file ending in `{ending}`, or name it: `file: \"name{ending}\"`"
        ))),
    }
}
