//! Arrays of one file in the place of those that a dataset was declared with: which of them stand for what is wanted. Owns that
//! choice; reading and preparing is that of every dataset.

use super::error::{DataError, list};
use super::inspect::{inspect, unknown};
use super::{DataSpec, Folders, ModalitySpec, SplitSpec, TRAIN, csv};
use crate::builtin::ShapeError;
use crate::builtin::Written;
use crate::builtin::dataset::csv::Csv;
use crate::builtin::dataset::hdf5::Hdf5;
use crate::builtin::dataset::mat::Mat;
use crate::builtin::dataset::npy::Npy;
use crate::builtin::dataset::npz::Npz;
use crate::builtin::dataset::parquet::Parquet;
use crate::builtin::dataset::pickle::Pickle;
use crate::builtin::dataset::{Draw, EachSample, Origin, Preparation, Sample, Source, SplitRule, Transform};
use std::path::Path;
use std::sync::Arc;

/// One modality of every sample.
#[derive(Clone, Debug)]
pub struct Wanted {
    pub modality: ModalitySpec,
    /// Arrays that hold it, joined along the samples: the first alternative that is there.
    pub arrays: Vec<Vec<String>>,
    /// Columns of a table that hold it: the first alternative that is there.
    pub columns: Vec<Vec<String>>,
    /// The file that holds nothing else, where it was declared so.
    pub file: Option<String>,
}

/// All samples of one file as a dataset of these modalities.
///
/// # Errors
/// The file is missing, of no known format, or has no array or column for a modality.
pub fn of_file(path: &Path, wanted: &[Wanted]) -> Result<DataSpec, DataError> {
    let held = Held::of(path)?;
    let modality = |wanted: &Wanted| {
        let sources = held.sources(path, wanted)?;
        // A generator's points are 32-bit floats, however a file has them.
        let computed = |s: &Arc<dyn Source>| matches!(s.origin(), Origin::Points(_));
        let rounded = wanted.modality.sources.iter().any(computed);
        let first = rounded.then(|| -> Arc<dyn Preparation> { Arc::new(Rounded) });
        let transforms = first.into_iter().chain(wanted.modality.transforms.iter().cloned()).collect();
        Ok(ModalitySpec { sources, transforms, ..wanted.modality.clone() })
    };
    Ok(DataSpec {
        name: path.file_stem().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default(),
        root: Some(path.to_path_buf()),
        within: Folders::default(),
        generator: None,
        modalities: wanted.iter().map(modality).collect::<Result<_, DataError>>()?,
        targets: vec![],
        splits: vec![SplitSpec { name: TRAIN.into(), rule: SplitRule::Rest }],
        kept: super::kept(),
    })
}

/// What a file has, by its format.
enum Held {
    Npy,
    Npz(Vec<String>),
    Hdf5(Vec<String>),
    Mat(Vec<String>),
    Pickle(Vec<String>),
    Csv(Vec<String>),
    Parquet(Vec<String>),
}

impl Held {
    fn of(path: &Path) -> Result<Self, DataError> {
        let names = || Ok::<_, DataError>(inspect(path)?.arrays.into_iter().map(|array| array.name).collect());
        Ok(match path.extension().and_then(|e| e.to_str()) {
            Some("npy") => Held::Npy,
            Some("npz") => Held::Npz(names()?),
            Some("h5" | "hdf5" | "hdf") => Held::Hdf5(names()?),
            Some("mat") => Held::Mat(names()?),
            Some("pkl" | "pickle") => Held::Pickle(names()?),
            Some("parquet") => Held::Parquet(names()?),
            Some("csv") => Held::Csv(csv::Rows::open(path)?.names),
            Some(_) | None => {
                return Err(unknown(path));
            }
        })
    }

    fn sources(&self, path: &Path, wanted: &Wanted) -> Result<Vec<Arc<dyn Source>>, DataError> {
        let array: fn(&str) -> Arc<dyn Source> = match self {
            Held::Npy => return only(path, wanted),
            Held::Csv(_) | Held::Parquet(_) => return self.table(path, wanted),
            Held::Npz(_) => |name| Arc::new(Npz { array: name.into(), file: None }),
            Held::Hdf5(_) => |name| Arc::new(Hdf5 { file: None, dataset: Some(name.into()) }),
            Held::Mat(_) => |name| Arc::new(Mat { file: None, variable: Some(name.into()) }),
            Held::Pickle(_) => |name| Arc::new(Pickle { file: None, at: Some(name.into()) }),
        };
        let there = self.names();
        let found = wanted.arrays.iter().find(|names| names.iter().all(|name| there.contains(name)));
        let names = found.ok_or_else(|| no_array(path, wanted, there))?;
        let sources = names.iter().map(|name| array(name));
        // What is filled up stays so.
        let fills = wanted.modality.sources.iter().filter(|s| matches!(s.origin(), Origin::Fill(_))).cloned();
        Ok(sources.chain(fills).collect())
    }

    fn names(&self) -> &[String] {
        match self {
            Held::Npy => &[],
            Held::Npz(names) | Held::Hdf5(names) | Held::Mat(names) | Held::Pickle(names) => names,
            Held::Csv(names) | Held::Parquet(names) => names,
        }
    }

    fn table(&self, path: &Path, wanted: &Wanted) -> Result<Vec<Arc<dyn Source>>, DataError> {
        let there = self.names();
        let found = wanted.columns.iter().find(|columns| columns.iter().all(|c| there.contains(c)));
        let columns = found.ok_or_else(|| no_columns(path, wanted, there))?.clone();
        let source: Arc<dyn Source> = match self {
            Held::Parquet(_) => Arc::new(Parquet { file: None, columns }),
            Held::Csv(_) | Held::Npy | Held::Npz(_) | Held::Hdf5(_) | Held::Mat(_) | Held::Pickle(_) => {
                Arc::new(Csv { file: None, columns })
            }
        };
        Ok(vec![source])
    }
}

/// The array of a file that has no names in it.
fn only(path: &Path, wanted: &Wanted) -> Result<Vec<Arc<dyn Source>>, DataError> {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
    match &wanted.file {
        Some(file) if Some(file) != name.as_ref() => Err(DataError::new(
            "mhm::array-missing",
            format!("there is no array for the modality `{}`", wanted.modality.name),
        )
        .file(path)
        .expected(format!("`{file}`"))
        .help("put the arrays into one `.npz` file, each called as its modality")),
        Some(_) | None => Ok(vec![Arc::new(Npy { file: None })]),
    }
}

fn no_array(path: &Path, wanted: &Wanted, there: &[String]) -> DataError {
    let name = &wanted.modality.name;
    let ending = format!("_{name}");
    let splits: Vec<&str> = there.iter().filter_map(|name| name.strip_suffix(&ending)).collect();
    let all = format!("the file has {}", list(there.iter().map(String::as_str)));
    let alternative =
        |names: &Vec<String>| names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(" and ");
    DataError::new("mhm::array-missing", format!("there is no array for the modality `{name}`"))
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
    let begun = wanted.columns.iter().find(|columns| columns.iter().any(|c| there.contains(c)));
    let lacks = begun.and_then(|columns| columns.iter().find(|c| !there.contains(c)));
    let message = format!("there are no columns for the modality `{}`", wanted.modality.name);
    let error = DataError::new("mhm::array-missing", message);
    let error = match lacks {
        Some(column) => error.array(format!("`{column}`")),
        None => error,
    };
    let alternatives: Vec<String> = wanted.columns.iter().map(|columns| span(columns)).collect();
    error
        .file(path)
        .expected(alternatives.join(" or "))
        .help(format!("the first line has {}", list(there.iter().map(String::as_str))))
}

/// "`first`", "`audio[0]` … `audio[127]`".
fn span(columns: &[String]) -> String {
    match columns {
        [first, .., last] => format!("`{first}` … `{last}`"),
        [only] => format!("`{only}`"),
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
