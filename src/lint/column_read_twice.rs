//! One column in two places.

use super::{Lint, Look};
use crate::builtin::dataset::{Origin, Selection, Source};
use crate::diagnostic::Diagnostic;
use crate::hir::{Modality, Pipeline};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

pub const LINT: Lint = Lint { name: "column-read-twice", looks: &[Look::Pipeline(check)] };

fn check(pipeline: &Pipeline) -> Vec<Diagnostic> {
    let read: Vec<&Modality> = pipeline.data.modalities.iter().filter(|m| m.used).collect();
    let mut found: Vec<Diagnostic> = read.iter().filter_map(|m| within(m)).collect();
    // By what is read and how it is prepared, the first modality that does.
    let mut first: BTreeMap<(String, Vec<String>), usize> = BTreeMap::new();
    for (i, modality) in read.iter().enumerate() {
        let prepared: Vec<String> = modality.transforms.iter().map(|t| t.written(&[])).collect();
        let keys: Vec<(String, Vec<String>)> =
            columns(&modality.sources).into_iter().map(|column| (column, prepared.clone())).collect();
        let before = keys.iter().filter_map(|key| first.get(key).map(|before| (*before, &key.0)));
        found.extend(
            before.min_by_key(|(before, _)| *before).map(|(before, column)| between(read[before], modality, column)),
        );
        for key in keys {
            first.entry(key).or_insert(i);
        }
    }
    found
}

fn within(modality: &Modality) -> Option<Diagnostic> {
    let columns = columns(&modality.sources);
    let mut seen = BTreeSet::new();
    let twice = columns.iter().find(|column| !seen.insert(*column))?;
    Some(
        Diagnostic::warning(LINT.name, format!("modality `{}` reads {twice} twice", modality.name))
            .label(modality.span, "the same numbers twice")
            .help("name the column that is meant, or leave one out"),
    )
}

fn between(first: &Modality, again: &Modality, column: &str) -> Diagnostic {
    Diagnostic::warning(LINT.name, format!("`{}` and `{}` both read {column}", first.name, again.name))
        .label(again.span, "the same again")
        .label(first.span, "first here")
        .help("read what is meant, or leave one of them out")
}

/// What sources read, one array or column each, as the language writes it.
pub fn columns(sources: &[Arc<dyn Source>]) -> Vec<String> {
    sources.iter().flat_map(|source| of_source(source.as_ref())).collect()
}

fn of_source(source: &dyn Source) -> Vec<String> {
    let written = source.written(&[]);
    match source.origin() {
        Origin::Fill(_) => vec![],
        Origin::Points(_) | Origin::Classes | Origin::Events(_) => vec![format!("`{written}`")],
        Origin::File(file) => match file.selection {
            Selection::Columns(columns) if !columns.picks.is_empty() => {
                let of = file.file.map_or(String::new(), |file| format!(" of `{file}`"));
                columns.picks.iter().map(|column| format!("column `{}`{of}", column.plain())).collect()
            }
            Selection::Columns(_) | Selection::Array(_) | Selection::Only => vec![format!("`{written}`")],
        },
    }
}
