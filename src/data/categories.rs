//! The texts that sources have of all samples of a dataset: names of classes and of groups. Owns which file has whose; formats
//! read them.

use super::error::{Code, DataError};
use super::joined::{Join, Lacking, is_absent, lacks_files};
use super::locate::{self, Placeholders, resolve};
use super::shards::Shard;
use super::spec::{Column, DataSpec};
use super::texts::Texts;
use crate::builtin::dataset::{FileOrigin, Origin, RowsOf, Source};
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

/// Of every shard, the texts of its samples in each of its files, as many as a column has of them.
///
/// # Errors
/// Those of [`categories`].
pub fn all_texts(spec: &DataSpec, column: &Column<'_>, shards: &[Shard]) -> Result<Vec<Texts>, DataError> {
    let (lacking, is_one) = (Lacking::of(column.transforms), column.axes.iter().all(|axis| *axis == 1));
    let mut all = vec![];
    for (shard, source) in shards.iter().flat_map(|shard| column.sources.iter().map(move |source| (shard, source))) {
        let file = File { spec, source: source.as_ref(), origin: origin(source.as_ref())?, shard };
        let joined = |join: Join<'_>| match join.origin.rows {
            // What a sample has one of is the same in all its rows.
            RowsOf::Steps { .. } if is_one => join.texts(&shard.names),
            _ => join.all_texts(&shard.names),
        };
        if !file.origin.is_named() {
            all.push(file.read(None, joined, lacking)?);
            continue;
        }
        for name in &shard.names {
            match file.read(Some(name), joined, lacking) {
                Err(error) if lacks_files(column.transforms) && is_absent(&error) => {}
                texts => all.push(texts?),
            }
        }
    }
    Ok(all)
}

/// What a source has of one shard.
struct File<'f> {
    spec: &'f DataSpec,
    source: &'f dyn Source,
    origin: FileOrigin<'f>,
    shard: &'f Shard,
}

impl File<'_> {
    /// The texts of the file, or of that of a sample; by `joined` where its rows have names.
    fn read(
        &self,
        name: Option<&str>,
        joined: impl Fn(Join<'_>) -> Result<Texts, DataError>,
        lacking: Lacking,
    ) -> Result<Texts, DataError> {
        let placeholders = Placeholders { split: self.shard.kind.key(), name };
        let path = resolve(self.spec, &self.origin, placeholders)?.ok_or_else(|| {
            let message = format!("`{}` does not say which file it reads", self.source.written(&[]));
            DataError::new(Code::FileMissing, message)
        })?;
        match self.origin.rows {
            RowsOf::Order => locate::texts(&path, &self.origin, placeholders),
            RowsOf::Key(_) | RowsOf::Steps { .. } => {
                joined(Join { spec: self.spec, origin: &self.origin, path: &path, placeholders, lacking })
            }
        }
    }
}

/// The file that a source reads.
fn origin(source: &dyn Source) -> Result<FileOrigin<'_>, DataError> {
    match source.origin() {
        Origin::File(origin) => Ok(origin),
        _ => Err(DataError::new(Code::DatasetUnsound, format!("`{}` has no texts", source.written(&[])))
            .help("names are read from a file, such as `csv(\"meta.csv\", column: \"subject\")`")),
    }
}

/// The texts of each file that a source has of this shard, one a sample.
fn of_source(spec: &DataSpec, source: &dyn Source, lacking: Lacking, shard: &Shard) -> Result<Vec<Texts>, DataError> {
    let file = File { spec, source, origin: origin(source)?, shard };
    let read = |name: Option<&str>| -> Result<Texts, DataError> {
        file.read(name, |join| join.texts(&shard.names), lacking)?.one_each()
    };
    if !file.origin.is_named() {
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
