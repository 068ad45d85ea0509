//! Pickles: dictionaries and lists of NumPy arrays, in protocols 0 to 5. Nothing is ever executed: what a pickle
//! asks to call is one of the few makers of arrays, or the file is refused. Numbers stay in the file until rows are read.

use crate::builtin::dataset::pickle::FORMAT;
use crate::builtin::dataset::{FileFormat, Selection};
use crate::data::characters::Characters;
use crate::data::dtype::{Dtype, Elements};
use crate::data::error::{Code, DataError, array_error, list};
use crate::data::format::{ArrayInfo, Format};
use crate::data::order::Order;
use crate::data::rows::{InMemory, Outline, Rows, axes};
use crate::data::stored::Stored;
use crate::data::table::Table;
use crate::data::texts::{self, Reading, Texts};
use machine::{Array, Id, Machine, VALUES, Value};
use std::borrow::Cow;
use std::path::Path;

mod chunk;
mod machine;

/// Entries of a file that are listed or searched, and how deep.
const MANY: usize = 10_000;
const DEEP: usize = 32;

pub struct Pickle;

impl Format for Pickle {
    fn format(&self) -> &'static FileFormat {
        &FORMAT
    }

    /// Everything in the file that is no dictionary, and lists as one entry.
    fn arrays(&self, path: &Path) -> Result<Vec<ArrayInfo>, DataError> {
        let machine = load(path)?;
        Ok(entries(&machine).into_iter().map(|(name, id)| info(&machine, name, id)).collect())
    }

    fn open(&self, path: &Path, selection: Selection<'_>) -> Result<Box<dyn Rows>, DataError> {
        let machine = load(path)?;
        let (name, id) = chosen(&machine, path, selection)?;
        match machine.value(id) {
            Value::Array(array) => array_rows(path, &machine, name, array),
            Value::List(items) | Value::Tuple(items) => numbers(path, &machine, name, items),
            other => {
                let found = other.noun();
                Err(array_error(Code::ArrayMissing, "there is no array at this place of a pickle", path, Some(&name))
                    .found(found)
                    .help(format!("the file has {}", listed(&machine))))
            }
        }
    }

    fn texts(&self, path: &Path, selection: Selection<'_>) -> Result<Texts, DataError> {
        let machine = load(path)?;
        let (name, id) = chosen(&machine, path, selection)?;
        match machine.value(id) {
            Value::List(items) | Value::Tuple(items) => nested_texts(path, &machine, &name, items),
            Value::Array(Array { objects: Some(objects), shape, .. }) => match machine.value(*objects) {
                // Objects are listed with the last axis the fastest, whatever the array's order.
                Value::List(items) => listed_texts(path, &machine, &name, (items, shape)),
                _ => texts::of_numbers(self.open(path, selection)?.as_ref()),
            },
            Value::Array(array) if array.dtype.is_text() => array_texts(path, &machine, &name, array),
            _ => texts::of_numbers(self.open(path, selection)?.as_ref()),
        }
    }

    #[cfg(test)]
    fn examples(&self) -> Vec<crate::data::format::Example> {
        let example = |protocol: usize| {
            let name = format!("protocol_{protocol}");
            let bytes = std::fs::read(crate::data::tests::pickle::written(&format!("{name}.pkl"))).unwrap();
            crate::data::format::Example::new(&name, bytes, Selection::Array("train/text"))
        };
        (0..=5).map(example).collect()
    }
}

fn info(machine: &Machine, name: String, id: Id) -> ArrayInfo {
    let (dtype, shape): (Cow<'static, str>, _) = match machine.value(id) {
        Value::Array(Array { dtype, shape, order, .. }) => {
            return ArrayInfo { name, dtype: dtype.clone(), shape: shape.clone(), remark: order.remark() };
        }
        Value::List(items) | Value::Tuple(items) => {
            let first = items.first().map_or("nothing", |item| machine.value(*item).noun());
            let alike = items.iter().take(MANY).all(|item| machine.value(*item).noun() == first);
            let dtype = if alike { format!("list of {first}").into() } else { "list".into() };
            (dtype, vec![items.len() as u64])
        }
        other => (other.noun().into(), vec![]),
    };
    ArrayInfo { name, dtype: Dtype::named(dtype, Elements::Other), shape, remark: None }
}

fn load(path: &Path) -> Result<Machine, DataError> {
    let file = crate::data::file::open(path)?;
    let length = file.length();
    Machine::run(file, length).map_err(|stop| stop.into_error(path))
}

// ---------------------------------------------------------------- places

/// Paths of everything that holds no further entries by name.
fn entries(machine: &Machine) -> Vec<(String, Id)> {
    let mut found = vec![];
    let mut budget = MANY;
    walk(machine, machine.root(), String::new(), DEEP, &mut budget, &mut found);
    found
}

/// Entries may hold each other: so many are visited, and so deep.
fn walk(machine: &Machine, id: Id, name: String, deep: usize, budget: &mut usize, found: &mut Vec<(String, Id)>) {
    if *budget == 0 || deep == 0 {
        return;
    }
    *budget -= 1;
    let below = |key: &str| if name.is_empty() { key.to_string() } else { format!("{name}/{key}") };
    match machine.value(id) {
        Value::Dict(items) => {
            for (key, item) in items {
                // Keys that are no names cost as much as others.
                *budget = budget.saturating_sub(1);
                if *budget == 0 {
                    return;
                }
                if let Some(key) = machine.key(*key) {
                    walk(machine, *item, below(&key), deep - 1, budget, found);
                }
            }
        }
        // A few of something: train, validation and test.
        Value::List(items) | Value::Tuple(items)
            if items.iter().take(MANY).any(|item| matches!(machine.value(*item), Value::Dict(_) | Value::Array(_))) =>
        {
            for (place, item) in items.iter().enumerate().take(*budget) {
                walk(machine, *item, below(&place.to_string()), deep - 1, budget, found);
            }
        }
        _ => found.push((name, id)),
    }
}

fn find(machine: &Machine, path: &Path, at: &str) -> Result<Id, DataError> {
    let mut id = machine.root();
    for key in at.split('/').filter(|key| !key.is_empty()) {
        let next = match machine.value(id) {
            Value::Dict(items) => {
                let named = |(name, _): &&(Id, Id)| machine.key(*name).is_some_and(|name| name == key);
                items.iter().rev().find(named).map(|(_, item)| *item)
            }
            Value::List(items) | Value::Tuple(items) => key.parse().ok().and_then(|n: usize| items.get(n).copied()),
            _ => None,
        };
        id = next.ok_or_else(|| {
            let message = format!("there is no `{key}` at this place of a pickle");
            let near = entries(machine);
            let near = crate::suggest::nearest(at, near.iter().map(|(name, _)| name.as_str()));
            let near = near.map_or(String::new(), |near| format!("did you mean `{near}`? "));
            array_error(Code::ArrayMissing, &message, path, Some(at))
                .help(format!("{near}the file has {}", listed(machine)))
        })?;
    }
    Ok(id)
}

/// What is selected, and its place.
fn chosen(machine: &Machine, path: &Path, selection: Selection<'_>) -> Result<(String, Id), DataError> {
    match selection.array() {
        Some(at) => Ok((at.trim_matches('/').to_string(), find(machine, path, at)?)),
        None => only(machine, path),
    }
}

fn listed(machine: &Machine) -> String {
    list(entries(machine).iter().map(|(name, _)| name.as_str()))
}

fn only(machine: &Machine, path: &Path) -> Result<(String, Id), DataError> {
    let entries = entries(machine);
    match entries.as_slice() {
        [only] => Ok(only.clone()),
        _ => Err(DataError::new(Code::ArrayMissing, "a pickle does not hold one array")
            .file(path)
            .expected("the place of one of them")
            .found(list(entries.iter().map(|(name, _)| name.as_str())))
            .help("say where: `pickle(at: \"train/text\")`")),
    }
}

// ---------------------------------------------------------------- numbers

fn array_rows(path: &Path, machine: &Machine, name: String, array: &Array) -> Result<Box<dyn Rows>, DataError> {
    let Array { dtype, shape, order, data, .. } = array;
    let array = (!name.is_empty()).then_some(name);
    let (outline, number) = Outline::of(path, array.as_deref(), dtype.clone(), shape)?;
    let Some(data) = data else {
        return Err(outline.error(Code::ArrayBroken, "an array of a pickle has no numbers"));
    };
    if let Some((start, bytes)) = data.plain() {
        return Ok(Box::new(Stored::new(outline, number, *order, start, start + bytes)?));
    }
    // Protocols 0 to 2 write bytes as text: they have to be translated, so all are.
    let bytes = machine.bytes(data).map_err(|stop| stop.into_error(path))?;
    Ok(Box::new(InMemory::decode(outline, number, *order, &bytes)?))
}

// ---------------------------------------------------------------- texts

fn array_texts(path: &Path, machine: &Machine, name: &str, array: &Array) -> Result<Texts, DataError> {
    let name = (!name.is_empty()).then_some(name);
    let texts = Reading::new(path, name);
    let Some(data) = &array.data else {
        return Err(texts.error(Code::ArrayBroken, "an array of a pickle has no texts"));
    };
    let characters = Characters::of(&array.dtype, path, name)?;
    let bytes = machine.bytes(data).map_err(|stop| stop.into_error(path))?;
    characters.decode(&bytes, (&array.shape, array.order), texts)
}

/// A list of texts, or of lists of equally many texts.
fn nested_texts(path: &Path, machine: &Machine, name: &str, items: &[Id]) -> Result<Texts, DataError> {
    let inner = |id: &Id| match machine.value(*id) {
        Value::List(items) | Value::Tuple(items) => Some(items.as_slice()),
        _ => None,
    };
    let Some(first) = items.first().and_then(inner).map(<[Id]>::len) else {
        return listed_texts(path, machine, name, (items, &[items.len() as u64]));
    };
    let mut all = vec![];
    for (row, item) in items.iter().enumerate() {
        let here = inner(item).unwrap_or(std::slice::from_ref(item));
        if here.len() != first {
            let error = array_error(Code::ShapeDiffers, "lists of a list have different lengths", path, Some(name));
            return Err(error
                .expected(format!("{first}, as row 0 has"))
                .found(format!("{} in row {row}", here.len()))
                .help("write a file a sample, or fill short lists up with `None`"));
        }
        if all.len() + here.len() > VALUES {
            // One list may stand for many.
            let error = array_error(Code::ArrayTooLarge, "the lists of a list hold too many texts", path, Some(name));
            return Err(error.expected(format!("at most {VALUES}")));
        }
        all.extend_from_slice(here);
    }
    listed_texts(path, machine, name, (&all, &[items.len() as u64, first as u64]))
}

/// Texts, whole numbers, and `None` where one is missing, in an array of this shape.
fn listed_texts(
    path: &Path,
    machine: &Machine,
    name: &str,
    (items, shape): (&[Id], &[u64]),
) -> Result<Texts, DataError> {
    let mut texts = Reading::new(path, Some(name));
    let shape = axes(shape, path, Some(name))?;
    if shape.iter().product::<usize>() != items.len() {
        return Err(texts
            .error(Code::ArrayBroken, "an array of a pickle has another number of texts than its shape says")
            .expected(format!("shape {shape:?}"))
            .found(format!("{} texts", items.len())));
    }
    for (row, item) in items.iter().enumerate() {
        match machine.value(*item) {
            Value::Text(chunk) | Value::Bytes(chunk) => match chunk.text() {
                Some(text) => texts.push(&text)?,
                None => {
                    return Err(texts
                        .error(Code::ArrayTooLarge, "a text is longer than any name")
                        .found(format!("{} bytes in row {row}", chunk.length)));
                }
            },
            Value::Int(n) => texts.push(&n.to_string())?,
            Value::Bool(flag) => texts.push(if *flag { "true" } else { "false" })?,
            Value::Float(x) if x.is_nan() => texts.push("")?,
            Value::None => texts.push("")?,
            other => {
                return Err(texts
                    .error(Code::DtypeUnreadable, "a list does not hold texts or whole numbers")
                    .found(format!("{} at row {row}", other.noun())));
            }
        }
    }
    texts.shaped(&shape, Order::C)
}

// ---------------------------------------------------------------- lists of numbers

/// A list of plain numbers as an array of one axis.
fn numbers(path: &Path, machine: &Machine, name: String, items: &[Id]) -> Result<Box<dyn Rows>, DataError> {
    let mut values = Vec::with_capacity(items.len());
    for (row, item) in items.iter().enumerate() {
        values.push(match machine.value(*item) {
            Value::Int(n) => *n as f64,
            Value::Float(x) => *x,
            Value::Bool(b) => f64::from(*b),
            other => {
                return Err(array_error(
                    Code::DtypeUnreadable,
                    "a list does not hold plain numbers",
                    path,
                    Some(&name),
                )
                .found(format!("{} at row {row}", other.noun())));
            }
        });
    }
    let (shape, values) = (vec![items.len()], values.into());
    let table = Table { shape, first: 0, values, file: path.to_path_buf(), array: Some(name), places: None };
    Ok(Box::new(InMemory::new(table, Dtype::named("list", Elements::Numbers))))
}
