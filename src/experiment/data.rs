//! Datasets of checked pipelines as the data know them, and the parts of these in the text.

use crate::data::{self, DataSpec, Folders, GroupSpec, Member, ModalitySpec, SplitSpec, TargetSpec};
use crate::diagnostic::Diagnostic;
use crate::hir;
use std::path::PathBuf;

/// What to load for a checked dataset; a relative path starts at the first of `roots` where it leads to something.
pub fn spec(dataset: &hir::Dataset, roots: &[PathBuf]) -> DataSpec {
    let modalities = dataset.modalities.iter().map(|m| ModalitySpec {
        name: m.name.clone(),
        shape: m.shape.concrete().unwrap_or_default(),
        sources: m.sources.clone(),
        transforms: m.transforms.clone(),
        holds: m.holds,
    });
    let targets = dataset.targets.iter().map(|t| TargetSpec {
        name: t.name.clone(),
        kind: t.kind.clone(),
        sources: t.sources.clone(),
        transforms: t.transforms.clone(),
    });
    let groups = dataset.groups.iter().map(|g| GroupSpec {
        name: g.name.clone(),
        sources: g.sources.clone(),
        transforms: g.transforms.clone(),
        kept: g.kept,
    });
    let splits = dataset.splits.iter().map(|s| SplitSpec { name: s.name.clone(), rule: s.rule.clone() });
    let within = Folders::new(roots);
    let spec = DataSpec {
        name: dataset.name.clone(),
        root: dataset.root.as_ref().map(|path| within.find(path)),
        within,
        generator: dataset.generator.clone(),
        modalities: modalities.collect(),
        targets: targets.collect(),
        groups: groups.collect(),
        splits: splits.collect(),
        part: 0,
        kept: data::limits().kept,
    };
    spec.asked(&dataset.asked)
}

/// What is wrong with a dataset that its declaration alone tells: sources that do not fit its root, splits that do not fit
/// its sources.
pub fn unsound(dataset: &hir::Dataset) -> Vec<Diagnostic> {
    let found = data::check(&spec(dataset, &[])).into_iter().map(|problem| {
        let diagnostic = at(dataset, problem.member, Diagnostic::error("unsound-dataset", problem.error.message));
        problem.error.help.into_iter().fold(diagnostic, Diagnostic::help)
    });
    found.collect()
}

/// Says which part of a dataset it is about.
pub fn at(dataset: &hir::Dataset, member: Member, diagnostic: Diagnostic) -> Diagnostic {
    match member {
        Member::Dataset => diagnostic.label(dataset.span, "this dataset"),
        Member::Modality(i) => match dataset.modalities.get(i) {
            Some(modality) => diagnostic.label(modality.span, "this modality"),
            // Of what networks ask of modalities.
            None => diagnostic.label(dataset.span, "this dataset"),
        },
        Member::Target(i) => diagnostic.label(dataset.targets[i].span, "this target"),
        Member::Group(i) => diagnostic.label(dataset.groups[i].span, "this group"),
        Member::Split(i) => diagnostic.label(dataset.splits[i].span, "this split"),
    }
}
