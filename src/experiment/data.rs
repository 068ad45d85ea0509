//! Datasets of checked pipelines, each loaded once while some run uses it.

use crate::data::{
    self, Code, DataError, DataSpec, Dataset, Folders, GroupSpec, Member, ModalitySpec, SplitSpec, TargetSpec,
};
use crate::diagnostic::Diagnostic;
use crate::hir;
use crate::id::SampleId;
use crate::seed::Seed;
use crate::split::SplitName;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, Weak};

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

/// What is wrong with the files that a sound dataset names, all of it, and what is odd about them: they are read. Where
/// nothing is wrong, the dataset with what files decide of its splits counted.
pub fn audited(dataset: &hir::Dataset, roots: &[PathBuf], seed: Seed) -> (Vec<Diagnostic>, Option<hir::Dataset>) {
    let mut spec = spec(dataset, roots);
    // `mhm check` names folders so.
    spec.within = spec.within.named_by("--root");
    let audit = data::audit(&spec.asks_all(), seed);
    let shown = |fault: &data::Fault, diagnostic: fn(&'static str, String) -> Diagnostic| {
        let data::Fault { member, error } = fault;
        let fact = |(name, text): (&str, String)| if name == "help" { text } else { format!("{name}: {text}") };
        let facts: Vec<String> = error.facts().into_iter().map(fact).collect();
        let diagnostic = at(dataset, *member, diagnostic(error.code.name(), error.message.to_string()));
        if facts.is_empty() { diagnostic } else { diagnostic.help(facts.join("\n")) }
    };
    let faults = audit.faults.iter().map(|fault| shown(fault, Diagnostic::error));
    let found = faults.chain(audit.remarks().iter().map(|remark| shown(remark, Diagnostic::warning))).collect();
    (found, audit.dataset.as_ref().map(|read| counted(dataset, read)))
}

/// The dataset with the samples and classes of its splits, where files decide, and the groups that these cut through.
fn counted(dataset: &hir::Dataset, read: &Dataset) -> hir::Dataset {
    let mut counted = dataset.clone();
    let parts = read.parts();
    let target = read.targets.iter().find(|target| target.kind.is_one_class());
    let of = |ids: &[SampleId]| hir::Counted {
        samples: ids.len(),
        classes: target.and_then(|target| target.classes(ids)).unwrap_or_default(),
        parts: parts.as_ref().map(|parts| parts.among(ids).len()),
    };
    if dataset.generator.is_none() {
        counted.splits.iter_mut().for_each(|split| split.counted = read.split(&split.name).map(of));
    }
    for (group, read_group) in counted.groups.iter_mut().zip(&read.groups) {
        let crossing = read_group.crossing(&read.splits);
        group.crossing = crossing.first().map(|(name, splits)| hir::Crossing {
            name: name.to_string(),
            splits: [splits[0].clone(), splits[1].clone()],
            groups: crossing.len(),
        });
    }
    counted
}

/// What is wrong with a pipeline whose dataset was counted: fewer groups than folds that are to keep them together.
pub fn too_few_groups(pipeline: &hir::Pipeline) -> Option<Diagnostic> {
    let folds = pipeline.schedule.folds.as_ref().filter(|folds| folds.grouped)?;
    let train = pipeline.data.splits.iter().find(|split| split.name == SplitName::TRAIN)?;
    let parts = train.counted.as_ref()?.parts.filter(|parts| *parts < folds.count)?;
    let message = format!("`train` has {parts} groups that stay together, fewer than {} folds", folds.count);
    let found = Diagnostic::error(Code::TooFewGroups.name(), message)
        .label(folds.span, format!("{} folds", folds.count))
        .label(train.span, format!("{parts} groups"));
    Some(found.help(
        "use fewer folds; samples that share a group, or are linked through others, are one: a group that only names samples is declared \
         `grouped: false`",
    ))
}

/// Says which part of a dataset it is about.
fn at(dataset: &hir::Dataset, member: Member, diagnostic: Diagnostic) -> Diagnostic {
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

/// Datasets in use, by description and seed.
#[derive(Debug, Default)]
pub struct Shared {
    loaded: Mutex<BTreeMap<(String, u64), Weak<Dataset>>>,
    files: Mutex<BTreeMap<String, Arc<Vec<PathBuf>>>>,
}

impl Shared {
    /// The dataset, loaded unless a run that is still going has it.
    pub fn load(&self, spec: &DataSpec, seed: Seed) -> Result<Arc<Dataset>, DataError> {
        let key = (format!("{spec:?}"), seed.0);
        let held = |map: &BTreeMap<(String, u64), Weak<Dataset>>| map.get(&key).and_then(Weak::upgrade);
        if let Some(found) = held(&self.loaded.lock().expect("no run panics while it holds this")) {
            return Ok(found);
        }
        let made = Arc::new(data::load(spec, seed)?);
        let mut map = self.loaded.lock().expect("no run panics while it holds this");
        map.retain(|_, dataset| dataset.strong_count() > 0);
        map.insert(key, Arc::downgrade(&made));
        Ok(made)
    }

    /// Whether files of the dataset are others now than when their hashes were taken.
    pub fn unchanged(&self, spec: &DataSpec) -> Result<(), DataError> {
        let key = format!("{spec:?}");
        let known = self.files.lock().expect("no run panics while it holds this").get(&key).cloned();
        let files = known.unwrap_or_else(|| {
            let files = Arc::new(data::files(spec).into_iter().map(|(_, path)| path).collect());
            self.files.lock().expect("no run panics while it holds this").insert(key, Arc::clone(&files));
            files
        });
        files.iter().find_map(|path| data::changed(path)).map_or(Ok(()), |changed| Err(changed.into()))
    }
}
