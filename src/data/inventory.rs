//! Which files a dataset reads, without reading its values: what a run's record names, and what is held against its hashes.

use super::activitynet;
use super::check::check;
use super::joined::{key_file, lacks_files};
use super::locate::{Placeholders, below_root, is_file, resolve};
use super::shards::{Shard, shards};
use super::spec::{Column, DataSpec};
use crate::builtin::dataset::{EventForm, EventOrigin, Origin, Source, SplitRule};
use std::path::{Path, PathBuf};

/// Every file that [`super::load()`] reads, each once: its name below the dataset's folder, and its path. None of a
/// description that is not sound.
pub fn files(spec: &DataSpec) -> Vec<(String, PathBuf)> {
    if !check(spec).is_empty() {
        return vec![];
    }
    let columns = spec.columns();
    let groups = || spec.groups.iter().flat_map(|group| &group.sources).map(|source| (source.clone(), false));
    let sources = || {
        let of = |column: &Column<'_>| {
            let may_lack = lacks_files(column.transforms);
            column.sources.iter().map(move |source| (source.clone(), may_lack)).collect::<Vec<_>>()
        };
        columns.iter().flat_map(of).chain(groups())
    };
    let named = |rule: &SplitRule| rule.names().map(|(file, _)| file.to_string()).into_iter().collect();
    let lists = spec
        .splits
        .iter()
        .flat_map(|split| split.rule.parts())
        .flat_map(|rule| if let SplitRule::Indices { files, .. } = rule { files.clone() } else { named(rule) });
    // A list that cannot be read names no further files, and a path that leads out is none to read: loading says so.
    let shards = shards(spec).unwrap_or_default();
    let all = shards.iter().flat_map(|shard| {
        sources().flat_map(move |(source, may_lack)| {
            let found = of(spec, shard, source.as_ref());
            // What a sample lacks is no file of the dataset.
            found.into_iter().filter(move |path| !may_lack || path.is_file())
        })
    });
    let mut files: Vec<(String, PathBuf)> = vec![];
    let mut known = std::collections::BTreeSet::new();
    for path in lists.filter_map(|file| below_root(spec, &file).ok()).chain(all) {
        if known.insert(path.clone()) {
            files.push((below(spec, &path), path));
        }
    }
    files
}

/// The files that a source reads of one shard.
fn of(spec: &DataSpec, shard: &Shard, source: &dyn Source) -> Vec<PathBuf> {
    let (Origin::File(origin) | Origin::Events(EventOrigin { file: origin, .. })) = source.origin() else {
        return vec![];
    };
    let key = shard.kind.key();
    let path = |name| resolve(spec, &origin, Placeholders { split: key, name }).ok().flatten();
    match origin.is_named() {
        true => shard.names.iter().filter_map(|name| path(Some(name.as_str()))).collect(),
        false => {
            let keys = key_file(spec, &origin, Placeholders { split: key, name: None });
            path(None).into_iter().chain(keys).chain(lengths(spec, shard, source)).collect()
        }
    }
}

/// The files whose lengths say how long the videos of annotations are.
fn lengths(spec: &DataSpec, shard: &Shard, source: &dyn Source) -> Vec<PathBuf> {
    let Origin::Events(EventOrigin { file, form: EventForm::Annotations { features: Some(features), .. } }) =
        source.origin()
    else {
        return vec![];
    };
    let key = shard.kind.key();
    // What cannot be read names no further files: loading says why.
    let videos = resolve(spec, &file, Placeholders { split: key, name: None }).ok().flatten();
    let videos = videos.and_then(|path| activitynet::annotations(&path).ok()).unwrap_or_default();
    let path = |name: &str| below_root(spec, &Placeholders { split: key, name: Some(name) }.fill(features)).ok();
    videos.iter().filter_map(|video| path(&video.name)).filter(|path| path.is_file()).collect()
}

/// A file's path below the dataset's folder; its name where the dataset has none.
fn below(spec: &DataSpec, path: &Path) -> String {
    let folder = spec.root.as_ref().filter(|root| !is_file(root));
    let short = folder.and_then(|folder| path.strip_prefix(folder).ok()).or(path.file_name().map(Path::new));
    short.unwrap_or(path).to_string_lossy().replace('\\', "/")
}
