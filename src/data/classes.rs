//! Targets of classes whose file has texts: which class each text is. Owns when texts are read in the place of numbers, and
//! what is said of texts that are no class.

use super::categories::categories;
use super::dropped;
use super::error::{Code, DataError, did_you_mean, list};
use super::joined::Lacking;
use super::locate::{self, Placeholders, resolve};
use super::segment::Segment;
use super::shards::Shard;
use super::spec::{Column, DataSpec};
use super::table::Table;
use super::texts::Texts;
use crate::builtin::TargetKind;
use crate::builtin::dataset::Origin;
use crate::visible::visible;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Distinct texts that are compared with a text that is no class.
const COMPARED: usize = 1000;

/// A target whose classes are texts.
pub struct Named {
    /// What its classes are called, in their order.
    pub names: Vec<String>,
    /// Its class numbers, as a file of numbers would have them, of every shard.
    pub segments: Vec<Segment>,
}

/// The target as its texts say; nothing where its files hold numbers, or it is no target of one class.
///
/// # Errors
/// A sample has no text or one that is no class, or there are more or fewer than classes.
pub fn named(spec: &DataSpec, column: &Column<'_>, shards: &[Shard]) -> Option<Result<Named, DataError>> {
    let kind @ TargetKind::Class { classes, axes, .. } = column.kind? else { return None };
    let drops = dropped::drops(column.transforms).count();
    let is_one = axes.iter().all(|axis| *axis == 1) && column.transforms.len() == drops;
    if !is_one || !column.sources.iter().all(|source| matches!(source.origin(), Origin::File(_))) {
        return None;
    }
    let said = kind.names();
    // Names that are numerals are what files hold, whatever they hold them as.
    let numerals = !said.is_empty() && said.iter().all(|name| is_number(name));
    if !numerals && !no_numbers(spec, column, shards.first()?) {
        return None;
    }
    let texts = match categories(spec, column.sources, Lacking::of(column.transforms), shards) {
        Ok(texts) => texts,
        // What holds neither is said as of numbers.
        Err(error) if matches!(error.code, Code::DtypeUnreadable | Code::NoNumber) => return None,
        Err(error) => return Some(Err(error)),
    };
    let distinct: BTreeSet<&str> = texts.iter().flat_map(|texts| &texts.distinct).map(String::as_str).collect();
    let left_out = |text: &str| dropped::drops(column.transforms).any(|drops| drops.leaves_out_text(text));
    let distinct: Vec<&str> = distinct.into_iter().filter(|text| !text.is_empty() && !left_out(text)).collect();
    if said.is_empty() && distinct.iter().any(|text| is_number(text)) {
        // Numbers, and something among them that is none: that is said.
        return None;
    }
    Some(known(kind, *classes, &distinct, &texts).and_then(|names| {
        let segments = texts.iter().map(|texts| segment(column, kind, &names, texts));
        let segments = segments.collect::<Result<_, _>>()?;
        // Nothing of a file steers a terminal.
        Ok(Named { segments, names: names.iter().map(|name| visible(name)).collect() })
    }))
}

fn is_number(text: &str) -> bool {
    text.parse::<f64>().is_ok()
}

/// Whether the first file holds something else than numbers.
fn no_numbers(spec: &DataSpec, column: &Column<'_>, shard: &Shard) -> bool {
    column.sources.iter().any(|source| {
        let Origin::File(origin) = source.origin() else { return false };
        let name = shard.names.first().filter(|_| origin.is_named());
        let placeholders = Placeholders { split: shard.kind.key(), name: name.map(String::as_str) };
        let Ok(Some(path)) = resolve(spec, &origin, placeholders) else { return false };
        let opened = locate::open(&path, &origin, placeholders);
        opened.is_err_and(|error| matches!(error.code, Code::DtypeUnreadable | Code::NoNumber))
    })
}

/// The texts of the classes: as it was said, or those that there are, sorted.
fn known(kind: &TargetKind, classes: usize, distinct: &[&str], texts: &[Texts]) -> Result<Vec<String>, DataError> {
    if !kind.names().is_empty() {
        return Ok(kind.names().to_vec());
    }
    if distinct.len() == classes {
        return Ok(distinct.iter().map(ToString::to_string).collect());
    }
    let error = DataError::new(Code::ClassOutOfRange, "a target has another number of classes than its file has names");
    let error = error.expected(format!("{classes} names, as `{kind}` says"));
    let error = error.found(format!("{}: {}", distinct.len(), list(distinct.iter().copied())));
    let error = error.help(if distinct.len() > classes {
        format!("declare `class({})`, or mend names that are written in two ways", distinct.len())
    } else {
        "say all of them, also those of which there is no sample: `class([\"sit\", \"walk\"])`".into()
    });
    Err(texts.first().map_or(error.clone(), |texts| texts.blame(error)))
}

/// Class numbers of one shard.
fn segment(column: &Column<'_>, kind: &TargetKind, names: &[String], texts: &Texts) -> Result<Segment, DataError> {
    let target = column.name;
    let drops = |text: &str| dropped::drops(column.transforms).any(|drops| drops.leaves_out_text(text));
    let number = |class: usize| kind.labels().map_or(class as f64, |labels| labels.numbers.number(class) as f64);
    let place: BTreeMap<&str, usize> = names.iter().map(String::as_str).zip(0..).collect();
    let missing = texts.missing();
    let ignored = kind.ignored().map(f64::from);
    if !missing.is_empty() && ignored.is_none() && !drops("") {
        return Err(texts.blame(
            DataError::new(Code::LabelUnknown, format!("target `{target}` has samples without a class"))
                .expected("the name of a class in every row")
                .found(format!("nothing in {}", texts.places(&missing)))
                .help("leave these samples out, `|> drop`, or say that they have none: `class(…, ignore: -1)`"),
        ));
    }
    let class = |text: &String| match (place.get(text.as_str()), ignored) {
        _ if drops(text) => Some(text.parse().unwrap_or(f64::NAN)),
        (Some(class), _) => Some(number(*class)),
        (None, Some(ignored)) if text.is_empty() => Some(ignored),
        (None, _) => None,
    };
    let numbers: Vec<Option<f64>> = texts.distinct.iter().map(class).collect();
    let mut unknown = (0..numbers.len()).filter(|id| numbers[*id].is_none());
    if let Some(unknown_id) = unknown.next() {
        let others: Vec<&str> = unknown.take(COMPARED).map(|id| texts.distinct[id].as_str()).collect();
        let others = if others.is_empty() { String::new() } else { format!("; nor is {}", list(others)) };
        let rows: Vec<usize> = (0..texts.len()).filter(|row| texts.ids[*row] as usize == unknown_id).collect();
        let text = &texts.distinct[unknown_id];
        let known: Vec<&str> = names.iter().take(COMPARED).map(String::as_str).collect();
        return Err(texts.blame(
            DataError::new(Code::LabelUnknown, format!("`{text}` is no class of target `{target}`"))
                .expected(format!("one of {}", list(known.iter().copied())))
                .found(format!("`{text}` in {}{others}", texts.places(&rows)))
                .help(did_you_mean(text, &known, "the target")),
        ));
    }
    let values: Vec<f64> = texts.ids.iter().filter_map(|id| numbers[*id as usize]).collect();
    let (file, array, places) = (texts.file.clone(), texts.array.clone(), texts.places.clone());
    Ok(Segment::InMemory(Arc::new(Table {
        shape: vec![texts.len()],
        first: 0,
        values: values.into(),
        file,
        array,
        places,
    })))
}
