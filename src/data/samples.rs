//! Arrays of one file in the place of those that a dataset was declared with: which of them stand for what is wanted. Owns that
//! choice; reading and preparing is that of every dataset.

use super::error::{Code, DataError, list};
use super::formats;
use super::memory::limits;
use super::spec::{DataSpec, ModalitySpec, SplitSpec};
use super::texts::Texts;
use super::within::Folders;
use crate::builtin::columns::places;
use crate::builtin::dataset::{
    Columns, Contents, Dialect, Draw, EachSample, FileFormat, FileOrigin, Key, Origin, Pick, Preparation, RowsOf,
    Sample, Selection, Source, SplitRule, Transform,
};
use crate::builtin::{ShapeError, Written};
use crate::split::SplitName;
use crate::suggest::nearest;
use std::path::Path;
use std::sync::Arc;

/// One modality of every sample.
#[derive(Clone, Debug)]
pub struct Wanted {
    pub modality: ModalitySpec,
    /// Arrays that hold it, joined along the samples: the first alternative that is there.
    pub arrays: Vec<Vec<String>>,
    /// Columns of a table that hold it: the first alternative that is there.
    pub columns: Vec<Vec<Pick>>,
    /// The file that holds nothing else, where it was declared so.
    pub file: Option<String>,
}

/// All samples of one file as a dataset of these modalities.
///
/// # Errors
/// The file is missing, of no known format, or has no array or column for a modality.
pub fn of_file(path: &Path, wanteds: &[Wanted]) -> Result<DataSpec, DataError> {
    let format = formats::of_file(path).ok_or_else(|| formats::unknown(path))?;
    let modality = |wanted: &Wanted| {
        let names = match format.format().contents {
            Contents::Array => vec![],
            Contents::NamedArrays => format.names(path)?,
            Contents::Columns => format.names_as(path, dialect(wanted.modality.sources.first()))?,
        };
        let key = one_key(wanteds).is_none().then(|| key(wanted)).flatten().filter(|key| names.contains(key));
        let sources = sources((path, format.format()), (&names, key), wanted)?;
        let transforms = as_computed(&wanted.modality).chain(wanted.modality.transforms.iter().cloned()).collect();
        Ok(ModalitySpec { sources, transforms, ..wanted.modality.clone() })
    };
    Ok(DataSpec {
        name: path.file_stem().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default(),
        root: Some(path.to_path_buf()),
        within: Folders::default(),
        generator: None,
        modalities: wanteds.iter().map(modality).collect::<Result<_, DataError>>()?,
        targets: vec![],
        groups: vec![],
        splits: vec![SplitSpec { name: SplitName::TRAIN, rule: SplitRule::Rest }],
        part: 0,
        kept: limits().kept,
    })
}

/// What comes before all preparations: a generator's points are 32-bit floats, however a file has them.
pub fn as_computed(modality: &ModalitySpec) -> impl Iterator<Item = Arc<dyn Preparation>> + use<> {
    let computed = |s: &Arc<dyn Source>| matches!(s.origin(), Origin::Points(_));
    let rounded = modality.sources.iter().any(computed);
    rounded.then(|| -> Arc<dyn Preparation> { Arc::new(Rounded) }).into_iter()
}

/// The text of every sample that a file has in this column or array; of those of a split, where it has some. A table is written as
/// those are that samples are declared to be read from.
///
/// # Errors
/// The file is missing, of no known format, or has no such column or array, or no text or whole number a sample.
pub fn texts_of_file(path: &Path, column: &str, split: Option<&str>, wanted: &[Wanted]) -> Result<Texts, DataError> {
    let format = formats::of_file(path).ok_or_else(|| formats::unknown(path))?;
    let written = dialect(wanted.first().and_then(|wanted| wanted.modality.sources.first()));
    let names = match format.format().contents {
        Contents::Array => vec![],
        Contents::NamedArrays => format.names(path)?,
        Contents::Columns => format.names_as(path, written)?,
    };
    let of_split = split.map(|split| format!("{split}_{column}")).filter(|name| names.contains(name));
    let name = of_split.unwrap_or_else(|| column.into());
    if !names.contains(&name) {
        let what = if format.format().contents == Contents::Columns { "column" } else { "array" };
        let error = DataError::new(Code::ArrayMissing, format!("there is no {what} `{name}`")).file(path);
        return Err(match nearest(&name, names.iter().map(String::as_str)) {
            Some(near) => error.help(format!("did you mean `{near}`?")),
            None if names.is_empty() => error.help("the file has one array, which has no name"),
            None => error.help(format!("the file has {}", list(names.iter().map(String::as_str)))),
        });
    }
    let picks = Pick::named(&[&name]);
    let selection = match format.format().contents {
        Contents::Columns => Selection::Columns(Columns { picks: &picks, dialect: written }),
        Contents::Array | Contents::NamedArrays => Selection::Array(&name),
    };
    formats::texts(format.format(), path, selection)
}

/// What of a file with these arrays or columns stands for what is wanted.
fn sources(
    (path, format): (&Path, &'static FileFormat),
    (names, key): (&[String], Option<String>),
    wanted: &Wanted,
) -> Result<Vec<Arc<dyn Source>>, DataError> {
    let has_all = |all: &&Vec<String>| all.iter().all(|name| names.contains(name));
    let source = |selected| -> Arc<dyn Source> { Arc::new(OfFile { format, selected }) };
    match format.contents {
        Contents::Array => {
            is_file_of(path, wanted)?;
            Ok(vec![source(Selected::Only)])
        }
        Contents::NamedArrays => {
            let found = wanted.arrays.iter().find(has_all).ok_or_else(|| no_array(path, wanted, names))?;
            let arrays = found.iter().map(|name| source(Selected::Array(name.clone(), key.clone())));
            // What is filled up stays so.
            let fills = wanted.modality.sources.iter().filter(|s| matches!(s.origin(), Origin::Fill(_))).cloned();
            Ok(arrays.chain(fills).collect())
        }
        Contents::Columns => {
            let is_there = |picks: &&Vec<Pick>| places(picks, names).is_ok();
            let found = wanted.columns.iter().find(is_there).ok_or_else(|| no_columns(path, wanted, names))?;
            Ok(vec![source(Selected::Columns(found.clone(), wanted.modality.sources.first().cloned()))])
        }
    }
}

/// The array that names the rows of a modality, as it was declared.
fn key(wanted: &Wanted) -> Option<String> {
    match wanted.modality.sources.first()?.origin() {
        Origin::File(FileOrigin { rows: RowsOf::Key(Key::Array(key)), .. }) => Some(key.to_string()),
        _ => None,
    }
}

/// The one that names the rows of all: then they are in one order, and need no names.
fn one_key(wanted: &[Wanted]) -> Option<String> {
    let mut keys = wanted.iter().map(key);
    let first = keys.next()??;
    keys.all(|key| key.as_ref() == Some(&first)).then_some(first)
}

/// Whether a file that has no names in it is the one that the modality was declared with.
fn is_file_of(path: &Path, wanted: &Wanted) -> Result<(), DataError> {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
    match &wanted.file {
        Some(file) if Some(file) != name.as_ref() => Err(DataError::new(
            Code::ArrayMissing,
            format!("there is no array for the modality `{}`", wanted.modality.name),
        )
        .file(path)
        .expected(format!("`{file}`"))
        .help("put the arrays into one `.npz` file, each called as its modality")),
        Some(_) | None => Ok(()),
    }
}

/// Numbers of the file that a dataset is.
#[derive(Debug)]
struct OfFile {
    format: &'static FileFormat,
    selected: Selected,
}

#[derive(Debug)]
enum Selected {
    Only,
    /// With the array that names its rows, where it is joined by name.
    Array(String, Option<String>),
    /// With the source that says how such tables are written.
    Columns(Vec<Pick>, Option<Arc<dyn Source>>),
}

/// How the table of a source is written.
fn dialect(declared: Option<&Arc<dyn Source>>) -> Dialect<'_> {
    match declared.map(|source| source.origin()) {
        Some(Origin::File(FileOrigin { selection: Selection::Columns(columns), .. })) => columns.dialect,
        _ => Dialect::USUAL,
    }
}

impl Written for OfFile {
    fn word(&self) -> &'static str {
        self.format.word
    }

    fn all_arguments(&self) -> Vec<(&'static str, String, Option<String>)> {
        vec![]
    }
}

impl Source for OfFile {
    fn origin(&self) -> Origin<'_> {
        let selection = match &self.selected {
            Selected::Only => Selection::Only,
            Selected::Array(array, _) => Selection::Array(array),
            Selected::Columns(picks, declared) => {
                Selection::Columns(Columns { picks, dialect: dialect(declared.as_ref()) })
            }
        };
        let rows = match &self.selected {
            Selected::Array(_, Some(key)) => RowsOf::Key(Key::Array(key)),
            Selected::Columns(_, declared) => match declared.as_ref().map(|source| source.origin()) {
                Some(Origin::File(file)) if matches!(file.rows, RowsOf::Steps { .. }) => file.rows,
                _ => RowsOf::Order,
            },
            Selected::Only | Selected::Array(_, None) => RowsOf::Order,
        };
        Origin::File(FileOrigin { file: None, format: self.format, selection, rows })
    }
}

fn no_array(path: &Path, wanted: &Wanted, there: &[String]) -> DataError {
    let name = &wanted.modality.name;
    let ending = format!("_{name}");
    let splits: Vec<&str> = there.iter().filter_map(|name| name.strip_suffix(&ending)).collect();
    let all = format!("the file has {}", list(there.iter().map(String::as_str)));
    let alternative =
        |names: &Vec<String>| names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(" and ");
    DataError::new(Code::ArrayMissing, format!("there is no array for the modality `{name}`"))
        .file(path)
        .expected(wanted.arrays.iter().map(alternative).collect::<Vec<_>>().join(" or "))
        .help(if splits.is_empty() {
            all
        } else {
            format!("say which split: `--split {}`; {all}", splits.join("`, `--split "))
        })
}

fn no_columns(path: &Path, wanted: &Wanted, there: &[String]) -> DataError {
    // Some of them: the first that is not there is the one to name.
    let is_there = |pick: &Pick| pick.places(there).is_ok();
    let begun = wanted.columns.iter().find(|columns| columns.iter().any(is_there));
    let lacks = begun.and_then(|columns| columns.iter().find(|pick| !is_there(pick)));
    let message = format!("there are no columns for the modality `{}`", wanted.modality.name);
    let error = DataError::new(Code::ArrayMissing, message);
    let error = match lacks {
        Some(column) => error.array(format!("`{}`", column.plain())),
        None => error,
    };
    let alternatives: Vec<String> = wanted.columns.iter().map(|columns| span(columns)).collect();
    error
        .file(path)
        .expected(alternatives.join(" or "))
        .help(format!("the first line has {}", list(there.iter().map(String::as_str))))
}

/// "`first`", "`audio[0]` … `audio[127]`".
fn span(columns: &[Pick]) -> String {
    match columns {
        [first, .., last] => format!("`{}` … `{}`", first.plain(), last.plain()),
        [only] => format!("`{}`", only.plain()),
        [] => String::new(),
    }
}

/// Rounds to 32-bit floats.
#[derive(Debug)]
struct Rounded;

impl Written for Rounded {
    fn word(&self) -> &'static str {
        "rounded"
    }

    fn all_arguments(&self) -> Vec<(&'static str, String, Option<String>)> {
        vec![]
    }
}

impl Preparation for Rounded {
    fn transform(&self) -> Transform<'_> {
        Transform::Each(self)
    }
}

impl EachSample for Rounded {
    fn axes(&self, axes: &[usize], _: &[usize]) -> Result<Vec<usize>, ShapeError> {
        Ok(axes.to_vec())
    }

    fn apply(&self, sample: &Sample, _: &[usize], _: &mut Draw) -> Result<Vec<f64>, String> {
        Ok(sample.values.iter().map(|value| f64::from(*value as f32)).collect())
    }
}
