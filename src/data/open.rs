//! From a description to recipes: finds the files of every modality and target, reads their headers, and counts samples.
//! Owns which file is meant; reads no values but those of a generator.

use super::classes::named;
use super::dropped;
use super::error::{self, Code, DataError, list};
use super::events;
use super::fault::Fault;
use super::joined::{self, Join, Lacking, is_absent, lacks_files};
use super::locate::{Placeholders, resolve};
use super::recipe::Recipe;
use super::rows::Rows;
use super::segment::{SampleFile, Segment};
use super::shards::{Shard, ShardKind, shards};
use super::spec::{Column, DataSpec, Member};
use super::table::Table;
use super::words::{self, Words};
use crate::builtin::dataset::{EventOrigin, Origin, Points, Preparation, RowsOf, SPLIT_MARK, Source, Transform};
use crate::builtin::{Asked, TargetKind};
use crate::seed::Seed;
use count::{count, fills, samples};
use std::path::PathBuf;
use std::sync::Arc;

mod count;

/// A description with its files found.
#[derive(Debug)]
pub struct Opened {
    /// With the ids of their samples.
    pub shards: Vec<Shard>,
    /// In the order of the description, before what `standardize` needs.
    pub modalities: Vec<Option<Recipe>>,
    pub targets: Vec<Option<Recipe>>,
    /// Of the targets, what their classes are called where files have texts.
    pub names: Vec<Vec<String>>,
    pub samples: usize,
}

/// Finds all files and reads their headers. What is wrong goes to `faults`; `None` where it is not even known which samples
/// there are.
pub fn open_all(spec: &DataSpec, seed: Seed, faults: &mut Vec<Fault>) -> Option<Opened> {
    let shards = match shards(spec) {
        Ok(shards) => shards,
        Err((split, error)) => {
            faults.push(Fault { member: Member::Split(split), error });
            return None;
        }
    };
    let mut opened = Opened { shards, modalities: vec![], targets: vec![], names: vec![], samples: 0 };
    let columns = spec.columns();
    let drops = dropped::any(spec, &columns);
    for shard in &mut opened.shards {
        match joined::names(spec, &columns, shard) {
            Ok(names) => shard.names = names,
            Err((member, error)) => {
                faults.push(Fault { member, error });
                return None;
            }
        }
    }
    let mut segments: Vec<Option<Vec<Segment>>> = columns.iter().map(|_| Some(vec![])).collect();
    let all_words = columns.iter().map(|column| named(spec, column, &opened.shards).map(|words| words.map(Arc::new)));
    let all_words: Vec<Option<Result<Arc<Words>, DataError>>> = all_words.collect();
    for shard in &mut opened.shards {
        let points = points(spec, &shard.kind, seed);
        let mut found = vec![];
        for (column, words) in columns.iter().zip(&all_words) {
            // Events tell by themselves of no more samples than have some.
            let samples = shard.kind.names().map(|_| shard.names.len()).or_else(|| first_count(&found));
            let known = Known { points: points.as_ref(), samples, words: words.as_ref().and_then(|w| w.as_ref().ok()) };
            found.push(match words {
                Some(Err(error)) => Err(error.clone()),
                Some(Ok(_)) | None => of_shard(spec, column, shard, known),
            });
        }
        if let Some(fault) = unheard_of(spec, shard, &columns, &found) {
            faults.push(fault);
            segments.iter_mut().for_each(|all| *all = None);
            continue;
        }
        let mut differ = vec![];
        shard.rows = count(spec, shard, &columns, &mut found, &mut differ);
        if drops && differ.is_empty() {
            match dropped::kept(spec, (&*shard, shard.rows), &columns, &found) {
                Ok(kept) => shard.kept = kept,
                Err((member, error)) => {
                    faults.push(Fault { member, error });
                    return None;
                }
            }
        }
        if let Some(kept) = &shard.kept {
            let some = |found: Result<Vec<Segment>, DataError>| found.map(|all| dropped::chosen(all, kept));
            found = found.into_iter().map(some).collect();
        }
        let samples = shard.kept.as_ref().map_or(shard.rows, Vec::len);
        shard.ids = opened.samples..opened.samples + samples;
        opened.samples += samples;
        for ((column, all), found) in columns.iter().zip(&mut segments).zip(found) {
            match (all.as_mut(), found) {
                (Some(all), Ok(found)) => all.extend(found),
                (Some(_), Err(error)) => {
                    *all = None;
                    faults.push(Fault { member: column.member, error });
                }
                (None, _) => {}
            }
        }
        faults.append(&mut differ);
    }
    if u32::try_from(opened.samples).is_err() {
        faults.push(Fault { member: Member::Dataset, error: error::too_many_samples(&spec.name, opened.samples) });
        return None;
    }
    let names = all_words.into_iter().map(|words| words.and_then(Result::ok).map_or(vec![], |w| w.names.clone()));
    for ((column, segments), names) in columns.iter().zip(segments).zip(names) {
        // Of another number of samples: that was said.
        let segments = segments.filter(|segments| samples(segments) == opened.samples);
        let recipe = segments.and_then(|segments| recipe(spec, column, segments, faults));
        match column.member {
            Member::Target(_) => {
                opened.targets.push(recipe);
                opened.names.push(names);
            }
            Member::Modality(_) | Member::Group(_) | Member::Split(_) | Member::Dataset => {
                opened.modalities.push(recipe);
            }
        }
    }
    Some(opened)
}

/// With the preparations up to the first that needs statistics.
pub fn recipe(spec: &DataSpec, column: &Column<'_>, segments: Vec<Segment>, faults: &mut Vec<Fault>) -> Option<Recipe> {
    if let Err(error) = some_there(column, &segments) {
        faults.push(Fault { member: column.member, error });
        return None;
    }
    let mut recipe = Recipe::new(column.name, column.axes.clone(), segments);
    if let Some(asked) = Asked::read(column.name)
        && let Some(own) = spec.modalities.iter().find(|modality| modality.name == asked.modality)
    {
        recipe.own.clone_from(&own.shape);
    }
    recipe.is_class = matches!(column.kind, Some(TargetKind::Class { .. }));
    recipe.ignored = column.kind.and_then(TargetKind::ignored).map(f64::from);
    // Shapes are those in the end, whatever `standardize` does to the values in between.
    let mut whole = recipe.clone();
    for preparation in column.transforms {
        if let Transform::Each(_) = preparation.transform() {
            whole.then(preparation.clone());
        }
    }
    if let Err(error) = whole.fits() {
        faults.push(Fault { member: column.member, error });
        return None;
    }
    let kept = column.transforms.iter().skip(dropped::drops(column.transforms).count());
    let alone = |p: &&Arc<dyn Preparation>| matches!(p.transform(), Transform::Each(_));
    kept.take_while(alone).for_each(|p| recipe.then(p.clone()));
    Some(recipe)
}

fn points(spec: &DataSpec, kind: &ShardKind, seed: Seed) -> Option<Points> {
    let generator = spec.generator.as_ref()?;
    match kind {
        ShardKind::Base => Some(generator.generate(generator.per_class(), &mut seed.stream("data"))),
        ShardKind::Fresh { split, samples } => {
            let stream = &mut seed.stream(&format!("fresh/{split}"));
            Some(generator.generate(samples / generator.classes(), stream))
        }
        ShardKind::Key(_) | ShardKind::Names { .. } => None,
    }
}

/// What is known of a column before its files are read.
#[derive(Clone, Copy)]
struct Known<'k> {
    points: Option<&'k Points>,
    /// Of the shard, as others have them.
    samples: Option<usize>,
    /// Where its files have texts.
    words: Option<&'k Arc<Words>>,
}

/// Everything a column has in one shard; what is to be filled has no samples yet.
fn of_shard(spec: &DataSpec, column: &Column<'_>, shard: &Shard, known: Known<'_>) -> Result<Vec<Segment>, DataError> {
    column.sources.iter().map(|source| of_source(spec, column, source, shard, known)).collect()
}

/// Samples of the first column that says how many there are.
fn first_count(found: &[Result<Vec<Segment>, DataError>]) -> Option<usize> {
    found.iter().flatten().find(|segments| !fills(segments)).map(|segments| samples(segments))
}

fn of_source(
    spec: &DataSpec,
    column: &Column<'_>,
    source: &Arc<dyn Source>,
    shard: &Shard,
    known: Known<'_>,
) -> Result<Segment, DataError> {
    let computed = |values: Vec<f32>| {
        let shape = std::iter::once(values.len()).chain(column.axes.iter().map(|_| 1)).collect();
        let (values, file) = (values.into(), PathBuf::new());
        Segment::InMemory(Arc::new(Table { shape, first: 0, values, file, array: None, places: None }))
    };
    match (source.origin(), known.points) {
        (Origin::Points(projection), Some(points)) => {
            Ok(computed(points.values.chunks(points.axes).map(|point| projection.coordinate(point) as f32).collect()))
        }
        (Origin::Classes, Some(points)) => Ok(computed(points.classes.iter().map(|c| *c as f32).collect())),
        (Origin::Fill(value), _) => Ok(Segment::Fill { value, axes: column.axes.clone(), samples: 0 }),
        (Origin::Events(origin), _) => {
            let Some(kind) = column.kind else { unreachable!("`check` lets no modality be made of events") };
            events::read(spec, &origin, shard, kind, known.samples.unwrap_or(0))
                .map(|table| Segment::InMemory(Arc::new(table)))
        }
        (Origin::File(origin), _) => {
            let file = |name| -> Result<_, DataError> {
                let placeholders = Placeholders { split: shard.kind.key(), name };
                let Some(path) = resolve(spec, &origin, placeholders)? else {
                    unreachable!("`check` lets no source without a file into a dataset whose root is none")
                };
                Ok((path, placeholders))
            };
            if origin.is_named() {
                let named = shard.names.iter().map(|name| {
                    let (path, placeholders) = file(Some(name.as_str()))?;
                    SampleFile::open(source, path, placeholders, known.words)
                });
                if lacks_files(column.transforms) {
                    return those_there(named.collect(), source, &column.axes)
                        .map(|named| Segment::Files(Arc::new(named)));
                }
                return all(named).map(|named| Segment::Files(Arc::new(named)));
            }
            let (path, placeholders) = file(None)?;
            let rows: Arc<dyn Rows> =
                Arc::from(words::open(known.words.map(Arc::as_ref), &path, &origin, placeholders)?);
            if origin.rows != RowsOf::Order {
                let width = column.kind.map(|kind| kind.shape().iter().product());
                let lacking = Lacking::of(column.transforms);
                let join = Join { spec, origin: &origin, path: &path, placeholders, lacking };
                return join.segment(rows, &shard.names, width);
            }
            Ok(Segment::Array(rows))
        }
        (Origin::Points(_) | Origin::Classes, None) => {
            unreachable!("`check` lets no source of points into a dataset without a generator")
        }
    }
}

/// A key that no array and no file has in its name: the key is wrong, not every name.
fn unheard_of(
    spec: &DataSpec,
    shard: &Shard,
    columns: &[Column<'_>],
    found: &[Result<Vec<Segment>, DataError>],
) -> Option<Fault> {
    let ShardKind::Key(key) = &shard.kind else { return None };
    let lacks = |column: &Column<'_>, key: Keyed| column.sources.iter().any(|s| is_keyed(s.as_ref()) == Some(key));
    let is_missing = |column: &Column<'_>, error: &DataError| {
        error.code == Code::ArrayMissing || error.code == Code::FileMissing && lacks(column, Keyed::File)
    };
    let keyed =
        columns.iter().zip(found).filter(|(column, _)| lacks(column, Keyed::File) || lacks(column, Keyed::Array));
    let missing: Option<Vec<&DataError>> =
        keyed.map(|(column, found)| found.as_ref().err().filter(|error| is_missing(column, error))).collect();
    let missing = missing.filter(|missing| missing.len() > 1)?;
    let split = spec.splits.iter().position(|split| split.rule.parts().iter().any(|rule| rule.key() == Some(key)))?;
    let message =
        format!("no array and no file has the key `{key}` of split `{}` in its name", spec.splits[split].name);
    let names: Vec<&str> = missing.iter().filter_map(|error| error.array.as_deref()).collect();
    let error = DataError { message: message.into(), array: None, ..missing[0].clone() };
    let error = if names.is_empty() { error } else { error.expected(list(names)) };
    Some(Fault { member: Member::Split(split), error })
}

/// Which name has `{split}` in it.
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

/// All of them; one without its file lacks the modality, and has the axes of the first that is there, or those declared.
fn those_there(
    found: Vec<Result<SampleFile, DataError>>,
    source: &Arc<dyn Source>,
    declared: &[usize],
) -> Result<Vec<SampleFile>, DataError> {
    let axes = found.iter().flatten().next().map_or(declared, SampleFile::axes).to_vec();
    all(found.into_iter().map(|one| match one {
        Err(error) if is_absent(&error) => Ok(SampleFile::absent(source, &axes)),
        one => one,
    }))
}

/// A folder without a file of any sample is another one than was meant.
fn some_there(column: &Column<'_>, segments: &[Segment]) -> Result<(), DataError> {
    let mut files = segments.iter().flat_map(Segment::files).peekable();
    if !lacks_files(column.transforms) || files.peek().is_none() || files.any(SampleFile::is_there) {
        return Ok(());
    }
    let message = format!("no sample has a file of modality `{}`", column.name);
    Err(DataError::new(Code::FileMissing, message)
        .expected(column.sources.iter().map(|source| source.written(&[])).collect::<Vec<_>>().join(" + "))
        .help("is the folder the right one, and are names spelled as files are?"))
}

/// All of them; of missing ones, all at once.
fn all(found: impl Iterator<Item = Result<SampleFile, DataError>>) -> Result<Vec<SampleFile>, DataError> {
    // Where as many are missing, the folder is another one; each is looked for beside all that are there.
    const ENOUGH: usize = 100;
    let (mut named, mut missing, mut other) = (vec![], vec![], None);
    for one in found {
        if missing.len() >= ENOUGH {
            break;
        }
        match one {
            Ok(one) => named.push(one),
            Err(error) if error.code == Code::FileMissing => missing.push(error),
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
            Err(DataError::new(Code::FileMissing, message)
                .found(format!("no {}", list(files.iter().map(String::as_str))))
                .help("a name of the list stands for `{name}`: is the folder the right one, and are names spelled as files are?"))
        }
    }
}
