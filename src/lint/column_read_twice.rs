//! One column in two places.

use super::{Lint, Look};
use crate::builtin::dataset::{FilePart, Origin, Source};
use crate::diagnostic::Diagnostic;
use crate::hir::{Modality, Pipeline};
use std::sync::Arc;

pub const LINT: Lint = Lint {
    name: "column-read-twice",
    doc: "Two modalities read the same numbers and prepare them alike, or one modality has a column twice: another one may be \
          meant.",
    looks: &[Look::Pipeline(check)],
};

fn check(pipeline: &Pipeline) -> Vec<Diagnostic> {
    let read: Vec<&Modality> = pipeline.data.modalities.iter().filter(|m| m.used).collect();
    let mut found: Vec<Diagnostic> = read.iter().filter_map(|m| within(m)).collect();
    for (i, modality) in read.iter().enumerate() {
        found.extend(read[..i].iter().find_map(|first| between(first, modality)));
    }
    found
}

fn within(modality: &Modality) -> Option<Diagnostic> {
    let columns = columns(&modality.sources);
    let twice = (1..columns.len()).find(|i| columns[..*i].contains(&columns[*i]))?;
    Some(
        Diagnostic::warning(LINT.name, format!("modality `{}` reads {} twice", modality.name, columns[twice]))
            .label(modality.span, "the same numbers twice")
            .help("name the column that is meant, or leave one out"),
    )
}

fn between(first: &Modality, again: &Modality) -> Option<Diagnostic> {
    let prepared = |m: &Modality| m.transforms.iter().map(|t| t.written(&[])).collect::<Vec<_>>();
    let (seen, read) = (columns(&first.sources), columns(&again.sources));
    let column = read.iter().find(|column| seen.contains(column)).filter(|_| prepared(first) == prepared(again))?;
    Some(
        Diagnostic::warning(LINT.name, format!("`{}` and `{}` both read {column}", first.name, again.name))
            .label(again.span, "the same again")
            .label(first.span, "first here")
            .help("read what is meant, or leave one of them out"),
    )
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
        Origin::File(file) => match file.part {
            FilePart::Csv { columns } | FilePart::Parquet { columns } if !columns.is_empty() => {
                let of = file.file.map_or(String::new(), |file| format!(" of `{file}`"));
                columns.iter().map(|column| format!("column `{column}`{of}")).collect()
            }
            FilePart::Csv { .. }
            | FilePart::Parquet { .. }
            | FilePart::Npz { .. }
            | FilePart::Npy
            | FilePart::Hdf5 { .. }
            | FilePart::Pickle { .. }
            | FilePart::Mat { .. }
            | FilePart::Json { .. } => vec![format!("`{written}`")],
        },
    }
}
