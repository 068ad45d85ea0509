//! The texts that sources have of all samples of a dataset: names of classes and of groups. Owns which file has whose; formats
//! read them.

use super::error::{Code, DataError};
use super::formats;
use super::joined::{Join, Lacking};
use super::locate::{Placeholders, resolve, selected};
use super::shards::Shard;
use super::spec::DataSpec;
use super::texts::Texts;
use crate::builtin::dataset::{FileOrigin, Origin, RowsOf, Source};
use std::path::Path;
use std::sync::Arc;

/// Of every shard, the texts of its samples, in their order; sources are joined along the samples.
///
/// # Errors
/// A file is missing, unreadable or holds no texts and no whole numbers, or a source reads no file.
pub fn categories(
    spec: &DataSpec,
    sources: &[Arc<dyn Source>],
    lacking: Lacking,
    shards: &[Shard],
) -> Result<Vec<Texts>, DataError> {
    shards.iter().map(|shard| of_shard(spec, sources, lacking, shard)).collect()
}

/// The texts of all samples of one shard.
pub fn of_shard(
    spec: &DataSpec,
    sources: &[Arc<dyn Source>],
    lacking: Lacking,
    shard: &Shard,
) -> Result<Texts, DataError> {
    let mut all: Option<Texts> = None;
    for source in sources {
        for texts in of_source(spec, source.as_ref(), lacking, shard)? {
            match &mut all {
                Some(all) => all.append(&texts),
                None => all = Some(texts),
            }
        }
    }
    Ok(all.unwrap_or_default())
}

/// The texts of each file that a source has of this shard.
fn of_source(spec: &DataSpec, source: &dyn Source, lacking: Lacking, shard: &Shard) -> Result<Vec<Texts>, DataError> {
    let Origin::File(origin) = source.origin() else {
        return Err(DataError::new(Code::DatasetUnsound, format!("`{}` has no texts", source.written(&[])))
            .help("names are read from a file, such as `csv(\"meta.csv\", column: \"subject\")`"));
    };
    let read = |name: Option<&str>| {
        let placeholders = Placeholders { split: shard.kind.key(), name };
        let path = resolve(spec, &origin, placeholders)?.ok_or_else(|| {
            DataError::new(Code::FileMissing, format!("`{}` does not say which file it reads", source.written(&[])))
        })?;
        match origin.rows {
            RowsOf::Order => of_file(&path, &origin, placeholders),
            RowsOf::Key(_) | RowsOf::Steps { .. } => {
                Join { spec, origin: &origin, path: &path, placeholders, lacking }.texts(&shard.names)
            }
        }
    };
    if !origin.is_named() {
        return Ok(vec![read(None)?]);
    }
    let of_sample = |name: &String| {
        let texts = read(Some(name.as_str()))?;
        match texts.len() {
            1 => Ok(texts),
            n => Err(texts.blame(
                DataError::new(Code::ShapeDiffers, format!("the file of sample `{name}` holds {n} texts"))
                    .expected("one text for the sample"),
            )),
        }
    };
    shard.names.iter().map(of_sample).collect()
}

fn of_file(path: &Path, origin: &FileOrigin<'_>, placeholders: Placeholders<'_>) -> Result<Texts, DataError> {
    let array = origin.selection.array().map(|array| placeholders.fill(array));
    formats::texts(origin.format, path, selected(origin, array.as_deref()))
}
