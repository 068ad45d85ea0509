//! From a description to recipes: finds the files of every modality and target, reads their headers, and counts samples.
//! Owns which file is meant; reads no values but those of a generator.

use super::check::{Fault, Place};
use super::error::{DataError, list};
use super::path::{Marks, resolve};
use super::piece::{Named, Piece, open};
use super::recipe::Recipe;
use super::splits::{Part, PartKind, parts};
use super::table::{Table, counted};
use super::{DataSpec, error, events};
use crate::builtin::TargetKind;
use crate::builtin::dataset::{EventOrigin, Origin, Points, Preparation, SPLIT_MARK, Source, SplitRule, Transform};
use crate::seed::Seed;
use std::path::PathBuf;
use std::sync::Arc;

/// A description with its files found.
#[derive(Debug)]
pub struct Opened {
    /// With the ids of their samples.
    pub parts: Vec<Part>,
    /// In the order of the description, before what `standardize` needs.
    pub modalities: Vec<Option<Recipe>>,
    pub targets: Vec<Option<Recipe>>,
    pub samples: usize,
}

/// Finds all files and reads their headers. What is wrong goes to `faults`; `None` where it is not even known which samples
/// there are.
pub fn open_all(spec: &DataSpec, seed: Seed, faults: &mut Vec<Fault>) -> Option<Opened> {
    let parts = match parts(spec) {
        Ok(parts) => parts,
        Err((split, error)) => {
            faults.push(Fault { place: Place::Split(split), error });
            return None;
        }
    };
    let mut opened = Opened { parts, modalities: vec![], targets: vec![], samples: 0 };
    let columns = spec.columns();
    let mut pieces: Vec<Option<Vec<Piece>>> = columns.iter().map(|_| Some(vec![])).collect();
    for part in &mut opened.parts {
        let points = points(spec, &part.kind, seed);
        let mut found = vec![];
        for column in &columns {
            // Events tell by themselves of no more samples than have some.
            let samples = part.kind.names().map(|_| part.names.len()).or_else(|| first_count(&found));
            found.push(of_part(spec, column, part, (points.as_ref(), samples)));
        }
        if let Some(fault) = unheard_of(spec, part, &columns, &found) {
            faults.push(fault);
            pieces.iter_mut().for_each(|all| *all = None);
            continue;
        }
        let mut differ = vec![];
        let samples = count(spec, part, &columns, &mut found, &mut differ);
        part.ids = opened.samples..opened.samples + samples;
        opened.samples += samples;
        for ((column, all), found) in columns.iter().zip(&mut pieces).zip(found) {
            match (all.as_mut(), found) {
                (Some(all), Ok(found)) => all.extend(found),
                (Some(_), Err(error)) => {
                    *all = None;
                    faults.push(Fault { place: column.place, error });
                }
                (None, _) => {}
            }
        }
        faults.append(&mut differ);
    }
    if u32::try_from(opened.samples).is_err() {
        faults.push(Fault { place: Place::From, error: error::too_many_samples(&spec.name, opened.samples) });
        return None;
    }
    for (column, pieces) in columns.iter().zip(pieces) {
        // Of another number of samples: that was said.
        let pieces = pieces.filter(|pieces| samples(pieces) == opened.samples);
        let recipe = pieces.and_then(|pieces| recipe(column, pieces, faults));
        match column.place {
            Place::Target(_) => opened.targets.push(recipe),
            Place::Modality(_) | Place::Split(_) | Place::From => opened.modalities.push(recipe),
        }
    }
    Some(opened)
}

/// One modality or target of a description.
#[derive(Debug)]
pub struct Column<'s> {
    pub place: Place,
    pub name: &'s str,
    /// Of a target.
    pub kind: Option<&'s TargetKind>,
    pub axes: Vec<usize>,
    pub sources: &'s [Arc<dyn Source>],
    pub transforms: &'s [Arc<dyn Preparation>],
}

/// With the preparations up to the first that needs statistics.
fn recipe(column: &Column<'_>, pieces: Vec<Piece>, faults: &mut Vec<Fault>) -> Option<Recipe> {
    let mut recipe = Recipe::new(column.name, column.axes.clone(), pieces);
    recipe.is_class = matches!(column.kind, Some(TargetKind::Class { .. }));
    // Shapes are those in the end, whatever `standardize` does to the values in between.
    let mut whole = recipe.clone();
    for preparation in column.transforms {
        if let Transform::Each(_) = preparation.transform() {
            whole.then(preparation.clone());
        }
    }
    if let Err(error) = whole.fits() {
        faults.push(Fault { place: column.place, error });
        return None;
    }
    let alone = |p: &&Arc<dyn Preparation>| matches!(p.transform(), Transform::Each(_));
    column.transforms.iter().take_while(alone).for_each(|p| recipe.then(p.clone()));
    Some(recipe)
}

fn points(spec: &DataSpec, kind: &PartKind, seed: Seed) -> Option<Points> {
    let generator = spec.generator.as_ref()?;
    match kind {
        PartKind::Base => Some(generator.generate(generator.per_class(), &mut seed.stream("data"))),
        PartKind::Fresh { split, samples } => {
            let stream = &mut seed.stream(&format!("fresh/{split}"));
            Some(generator.generate(samples / generator.classes(), stream))
        }
        PartKind::Key(_) | PartKind::Names { .. } => None,
    }
}

/// Everything a column has in one part; what is to be filled has no samples yet.
fn of_part(
    spec: &DataSpec,
    column: &Column<'_>,
    part: &Part,
    known: (Option<&Points>, Option<usize>),
) -> Result<Vec<Piece>, DataError> {
    column.sources.iter().map(|source| of_source(spec, column, source, part, known)).collect()
}

/// Samples of the first column that says how many there are.
fn first_count(found: &[Result<Vec<Piece>, DataError>]) -> Option<usize> {
    found.iter().flatten().find(|pieces| !fills(pieces)).map(|pieces| samples(pieces))
}

fn samples(pieces: &[Piece]) -> usize {
    pieces.iter().map(Piece::samples).sum()
}

fn fills(pieces: &[Piece]) -> bool {
    pieces.iter().any(|piece| matches!(piece, Piece::Fill { .. }))
}

fn of_source(
    spec: &DataSpec,
    column: &Column<'_>,
    source: &Arc<dyn Source>,
    part: &Part,
    (points, samples): (Option<&Points>, Option<usize>),
) -> Result<Piece, DataError> {
    let computed = |values: Vec<f32>| {
        let shape = std::iter::once(values.len()).chain(column.axes.iter().map(|_| 1)).collect();
        let (values, file) = (values.into(), PathBuf::new());
        Piece::Held(Arc::new(Table { shape, first: 0, values, file, array: None, lines: None }))
    };
    match (source.origin(), points) {
        (Origin::Points(projection), Some(points)) => {
            Ok(computed(points.values.chunks(points.axes).map(|point| projection.coordinate(point) as f32).collect()))
        }
        (Origin::Classes, Some(points)) => Ok(computed(points.classes.iter().map(|c| *c as f32).collect())),
        (Origin::Fill(value), _) => Ok(Piece::Fill { value, axes: column.axes.clone(), samples: 0 }),
        (Origin::Events(origin), _) => {
            let Some(kind) = column.kind else { unreachable!("`check` lets no modality be made of events") };
            events::read(spec, &origin, part, kind, samples.unwrap_or(0)).map(|table| Piece::Held(Arc::new(table)))
        }
        (Origin::File(origin), _) => {
            let file = |name| -> Result<_, DataError> {
                let marks = Marks { key: part.kind.key(), name };
                let Some(path) = resolve(spec, &origin, marks)? else {
                    unreachable!("`check` lets no source without a file into a dataset whose root is none")
                };
                Ok((path, marks))
            };
            if origin.is_named() {
                let named = part.names.iter().map(|name| {
                    let (path, marks) = file(Some(name.as_str()))?;
                    Named::open(source, path, marks)
                });
                return all(named).map(|named| Piece::Named(Arc::new(named)));
            }
            let (path, marks) = file(None)?;
            Ok(Piece::Rows(Arc::from(open(source.as_ref(), &path, marks)?)))
        }
        (Origin::Points(_) | Origin::Classes, None) => {
            unreachable!("`check` lets no source of points into a dataset without a generator")
        }
    }
}

/// A key that no array and no file has in its name: the key is wrong, not every name.
fn unheard_of(
    spec: &DataSpec,
    part: &Part,
    columns: &[Column<'_>],
    found: &[Result<Vec<Piece>, DataError>],
) -> Option<Fault> {
    let PartKind::Key(key) = &part.kind else { return None };
    let lacks = |column: &Column<'_>, key: Keyed| column.sources.iter().any(|s| is_keyed(s.as_ref()) == Some(key));
    let is_missing = |column: &Column<'_>, error: &DataError| match error.code {
        "mhm::array-missing" => true,
        "mhm::file-missing" => lacks(column, Keyed::File),
        _ => false,
    };
    let keyed =
        columns.iter().zip(found).filter(|(column, _)| lacks(column, Keyed::File) || lacks(column, Keyed::Array));
    let missing: Option<Vec<&DataError>> =
        keyed.map(|(column, found)| found.as_ref().err().filter(|error| is_missing(column, error))).collect();
    let missing = missing.filter(|missing| missing.len() > 1)?;
    let split = spec.splits.iter().position(|split| split.rule.parts().contains(&SplitRule::Key(key.clone())))?;
    let message =
        format!("no array and no file has the key `{key}` of split `{}` in its name", spec.splits[split].name);
    let names: Vec<&str> = missing.iter().filter_map(|error| error.array.as_deref()).collect();
    let error = DataError { message: message.into(), array: None, ..missing[0].clone() };
    let error = if names.is_empty() { error } else { error.expected(list(names)) };
    Some(Fault { place: Place::Split(split), error })
}

/// What has the key in its name.
#[derive(Clone, Copy, PartialEq)]
enum Keyed {
    File,
    Array,
}

fn is_keyed(source: &dyn Source) -> Option<Keyed> {
    match source.origin() {
        Origin::File(origin) | Origin::Events(EventOrigin { file: origin, .. }) => match origin.file {
            Some(file) if file.contains(SPLIT_MARK) => Some(Keyed::File),
            _ => origin.is_keyed().then_some(Keyed::Array),
        },
        Origin::Points(_) | Origin::Classes | Origin::Fill(_) => None,
    }
}

/// All of them; of missing ones, all at once.
fn all(found: impl Iterator<Item = Result<Named, DataError>>) -> Result<Vec<Named>, DataError> {
    // Where as many are missing, the folder is another one; each is looked for beside all that are there.
    const ENOUGH: usize = 100;
    let (mut named, mut missing, mut other) = (vec![], vec![], None);
    for one in found {
        if missing.len() >= ENOUGH {
            break;
        }
        match one {
            Ok(one) => named.push(one),
            Err(error) if error.code == "mhm::file-missing" => missing.push(error),
            Err(error) => other = other.or(Some(error)),
        }
    }
    match (missing.len(), other) {
        (0, None) => Ok(named),
        (0, Some(error)) => Err(error),
        (1, _) => Err(missing.remove(0)),
        (n, _) => {
            let files: Vec<String> =
                missing.iter().filter_map(|e| e.file.as_ref()).map(|file| file.display().to_string()).collect();
            let message = match n {
                ENOUGH => format!("{ENOUGH} files and more of a modality or target are missing"),
                _ => format!("{n} of {} files of a modality or target are missing", n + named.len()),
            };
            Err(DataError::new("mhm::file-missing", message)
                .found(format!("no {}", list(files.iter().map(String::as_str))))
                .help("a name of the list stands for `{name}`: is the folder the right one, and are names spelled as files are?"))
        }
    }
}

/// The samples of a part, the same in every column; fills up what `fill` stands for.
fn count(
    spec: &DataSpec,
    part: &Part,
    columns: &[Column<'_>],
    found: &mut [Result<Vec<Piece>, DataError>],
    faults: &mut Vec<Fault>,
) -> usize {
    let mut first: Option<(&str, usize)> = part.kind.names().map(|file| (file, part.names.len()));
    for (column, found) in columns.iter().zip(found.iter()) {
        let Ok(pieces) = found else { continue };
        if fills(pieces) {
            continue;
        }
        let (name, expected) = *first.get_or_insert((column.name, samples(pieces)));
        if samples(pieces) != expected {
            let error = differ(column, samples(pieces), name, expected, pieces);
            faults.push(Fault { place: column.place, error });
        }
    }
    let expected = first.map_or(0, |(_, n)| n);
    for (column, found) in columns.iter().zip(found) {
        let Ok(pieces) = found else { continue };
        if !fills(pieces) {
            continue;
        }
        let own = samples(pieces);
        let Some((_, expected)) = first.filter(|(_, expected)| *expected >= own) else {
            let error = match first {
                Some((name, expected)) => differ(column, own, name, expected, pieces),
                None => no_count(spec),
            };
            faults.push(Fault { place: column.place, error });
            continue;
        };
        fill(pieces, expected - own);
    }
    expected
}

/// Gives `fill` its samples, with the axes of the files before it.
fn fill(pieces: &mut [Piece], missing: usize) {
    let before = pieces.iter().find_map(|piece| match piece {
        Piece::Rows(rows) => Some(rows.outline().shape[1..].to_vec()),
        Piece::Held(_) | Piece::Loose(_) | Piece::Named(_) | Piece::Fill { .. } => None,
    });
    for piece in pieces {
        if let Piece::Fill { axes, samples, .. } = piece {
            *samples = missing;
            before.iter().for_each(|before| axes.clone_from(before));
        }
    }
}

fn differ(column: &Column<'_>, samples: usize, first: &str, expected: usize, pieces: &[Piece]) -> DataError {
    let name = column.name;
    let message = format!("`{first}` and `{name}` have different numbers of samples");
    let error = DataError::new("mhm::samples-differ", message)
        .expected(format!("{}, as `{first}` has", counted(expected)))
        .found(format!("{} in `{name}`", counted(samples)));
    let row = |n: usize| match pieces {
        [Piece::Rows(rows)] => rows.outline().shape == [1, n],
        _ => false,
    };
    // What is to be learned is not made up.
    let error = if expected > 1 && row(expected) {
        error.help(format!(
            "an array of [1, {expected}] is one sample of {expected} numbers: save it as a column, [{expected}, 1] (in MATLAB `x(:)`, in NumPy `x.T`)"
        ))
    } else if samples < expected && column.kind.is_none() {
        error.help(
            "a sample is one row of every modality and target, in the same order; for rows that a file does not have, write `+ fill(0)`",
        )
    } else {
        error.help("a sample is one row of every modality and target, in the same order")
    };
    match pieces {
        [Piece::Rows(rows)] => rows.outline().table(0, 0, Vec::<f32>::new()).blame(error),
        _ => error,
    }
}

fn no_count(spec: &DataSpec) -> DataError {
    DataError::new("mhm::samples-differ", format!("nothing says how many samples dataset `{}` has", spec.name))
        .found("`fill` in every modality and target")
        .help("`fill` makes as many samples as others have more: leave it out of one of them")
}
