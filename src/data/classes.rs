//! Targets of classes whose files have texts: which class each text is. Owns when texts are read in the place of numbers, and what
//! is said of texts that are no class.

use super::categories::all_texts;
use super::dropped;
use super::error::{Code, DataError, did_you_mean, list};
use super::locate::{self, Placeholders, resolve};
use super::shards::Shard;
use super::spec::{Column, DataSpec};
use super::texts::Texts;
use super::words::Words;
use crate::builtin::TargetKind;
use crate::builtin::dataset::{Origin, Preparation, Transform};
use crate::visible::visible;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Distinct texts that are compared with a text that is no class.
const COMPARED: usize = 1000;

/// What the texts of a target stand for; nothing where its files hold numbers, or it is no target of classes.
///
/// # Errors
/// A sample or step has no text or one that is no class, or there are more or fewer than classes.
pub fn named(spec: &DataSpec, column: &Column<'_>, shards: &[Shard]) -> Option<Result<Words, DataError>> {
    let kind @ TargetKind::Class { classes, .. } = column.kind? else { return None };
    if !column.transforms.iter().all(leaves_classes)
        || !column.sources.iter().all(|source| matches!(source.origin(), Origin::File(_)))
    {
        return None;
    }
    let said = kind.names();
    // Names that are numerals are what files hold, whatever they hold them as.
    let numerals = !said.is_empty() && said.iter().all(|name| is_number(name));
    if !numerals && !no_numbers(spec, column, shards.first()?) {
        return None;
    }
    let texts = match all_texts(spec, column, shards) {
        Ok(texts) => texts,
        // What holds neither is said as of numbers.
        Err(error) if matches!(error.code, Code::DtypeUnreadable | Code::NoNumber) => return None,
        Err(error) => return Some(Err(error)),
    };
    let distinct: BTreeSet<&str> = texts.iter().flat_map(|texts| &texts.distinct).map(String::as_str).collect();
    let left_out = |text: &str| dropped::drops(column.transforms).any(|drops| drops.leaves_out_text(text));
    let named: Vec<&str> = distinct.iter().copied().filter(|text| !text.is_empty() && !left_out(text)).collect();
    // Numbers, and something among them that is none: that is said. True and false are the numbers 1 and 0 where names are numerals.
    let some_numbers = said.is_empty() && named.iter().any(|text| is_number(text));
    let flags = numerals && named.iter().all(|text| matches!(*text, "true" | "false"));
    if some_numbers || flags && !no_numbers(spec, column, shards.first()?) {
        return None;
    }
    let read = || {
        let names = known(kind, *classes, &named, &texts)?;
        let numbers = numbers(column, kind, &names, &distinct);
        texts.iter().try_for_each(|texts| all_known(column, &names, &numbers, texts))?;
        // Nothing of a file steers a terminal.
        Ok(Words { names: names.iter().map(|name| visible(name)).collect(), numbers })
    };
    Some(read())
}

/// Whether a preparation takes classes as they are: it leaves samples out, chooses among steps or fills them up.
fn leaves_classes(preparation: &Arc<dyn Preparation>) -> bool {
    match preparation.transform() {
        Transform::Drop(_) => true,
        Transform::Each(work) => !work.is_mask() && (work.evens_out() || work.mends()),
        Transform::Standardize { .. } | Transform::Missing(_) | Transform::Offsets => false,
    }
}

fn is_number(text: &str) -> bool {
    text.parse::<f64>().is_ok()
}

/// Whether the first file holds something else than numbers.
fn no_numbers(spec: &DataSpec, column: &Column<'_>, shard: &Shard) -> bool {
    column.sources.iter().any(|source| {
        let Origin::File(origin) = source.origin() else { return false };
        let opened = |name: Option<&str>| {
            let placeholders = Placeholders { split: shard.kind.key(), name };
            let path = resolve(spec, &origin, placeholders).ok().flatten()?;
            Some(locate::open(&path, &origin, placeholders))
        };
        let first = if origin.is_named() {
            // A sample may have no file.
            let there = |opened: &Result<_, DataError>| !opened.as_ref().is_err_and(|e| e.code == Code::FileMissing);
            shard.names.iter().filter_map(|name| opened(Some(name))).find(there)
        } else {
            opened(None)
        };
        first.is_some_and(|opened| {
            opened.is_err_and(|error| matches!(error.code, Code::DtypeUnreadable | Code::NoNumber))
        })
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

/// The number of every text that has one.
fn numbers(
    column: &Column<'_>,
    kind: &TargetKind,
    names: &[String],
    distinct: &BTreeSet<&str>,
) -> BTreeMap<String, f64> {
    let number = |class: usize| kind.labels().map_or(class as f64, |labels| labels.numbers.number(class) as f64);
    let mut numbers: BTreeMap<String, f64> = names.iter().cloned().zip((0..).map(number)).collect();
    let ignored = kind.ignored().map(f64::from);
    let mends = column.transforms.iter().any(|p| matches!(p.transform(), Transform::Each(work) if work.mends()));
    let of_none = ignored.or_else(|| mends.then_some(f64::NAN));
    numbers.extend(of_none.map(|number| (String::new(), number)));
    let drops = |text: &str| dropped::drops(column.transforms).any(|drops| drops.leaves_out_text(text));
    let left_out = distinct.iter().filter(|text| drops(text));
    numbers.extend(left_out.map(|text| (text.to_string(), text.parse().unwrap_or(f64::NAN))));
    numbers
}

/// Whether every text of a file has a number.
fn all_known(
    column: &Column<'_>,
    names: &[String],
    numbers: &BTreeMap<String, f64>,
    texts: &Texts,
) -> Result<(), DataError> {
    let target = column.name;
    let unknown: Vec<usize> =
        (0..texts.distinct.len()).filter(|id| !numbers.contains_key(&texts.distinct[*id])).collect();
    let Some(first) = unknown.first() else { return Ok(()) };
    if let Some(missing) = unknown.iter().find(|id| texts.distinct[**id].is_empty()) {
        let steps = column.axes.iter().any(|axis| *axis != 1);
        let what = if steps { "steps" } else { "samples" };
        return Err(texts.blame(
            DataError::new(Code::LabelUnknown, format!("target `{target}` has {what} without a class"))
                .expected("the name of a class in every row")
                .found(format!("nothing in {}", texts.places(&texts.rows_with(*missing))))
                .help("leave these samples out, `|> drop`, or say that they have none: `class(…, ignore: -1)`"),
        ));
    }
    let others: Vec<&str> = unknown[1..].iter().take(COMPARED).map(|id| texts.distinct[*id].as_str()).collect();
    let others = if others.is_empty() { String::new() } else { format!("; nor is {}", list(others)) };
    let text = &texts.distinct[*first];
    let known: Vec<&str> = names.iter().take(COMPARED).map(String::as_str).collect();
    Err(texts.blame(
        DataError::new(Code::LabelUnknown, format!("`{text}` is no class of target `{target}`"))
            .expected(format!("one of {}", list(known.iter().copied())))
            .found(format!("`{text}` in {}{others}", texts.places(&texts.rows_with(*first))))
            .help(did_you_mean(text, &known, "the target")),
    ))
}
