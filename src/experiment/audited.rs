//! Files held against the datasets that name them, in every part where samples go round. Owns what is said of them, and what is counted.

use super::data::{at, spec};
use crate::data::{self, Audit, Code, Dataset, Fault};
use crate::diagnostic::{Diagnostic, Label};
use crate::hir;
use crate::id::SampleId;
use crate::seed::Seed;
use crate::split::SplitName;
use std::path::PathBuf;

/// What reading the files of a dataset shows.
pub struct Audited {
    pub found: Vec<Diagnostic>,
    /// Where nothing is wrong, the dataset with what files decide of its splits counted: of every part in its turn.
    pub counted: Vec<hir::Dataset>,
}

impl Audited {
    /// As in the part with the fewest training samples: whatever is too small is so there. Of all parts, the fewest groups, and the
    /// first that is cut through.
    pub fn smallest(&self) -> Option<hir::Dataset> {
        let mut smallest = self.counted.iter().min_by_key(|part| train(part).map(|counted| counted.samples))?.clone();
        let fewest = self.counted.iter().filter_map(|part| train(part)?.parts).min();
        let own = smallest.splits.iter_mut().find(|split| split.name == SplitName::TRAIN);
        own.and_then(|split| split.counted.as_mut()).into_iter().for_each(|counted| counted.parts = fewest);
        for (i, group) in smallest.groups.iter_mut().enumerate() {
            group.crossing = self.counted.iter().find_map(|part| part.groups[i].crossing.clone());
        }
        Some(smallest)
    }
}

/// What the training split has.
fn train(dataset: &hir::Dataset) -> Option<&hir::Counted> {
    dataset.splits.iter().find(|split| split.name == SplitName::TRAIN)?.counted.as_ref()
}

/// What is wrong with the files that a sound dataset names, all of it, and what is odd about them: they are read.
pub fn audited(dataset: &hir::Dataset, roots: &[PathBuf], seed: Seed) -> Audited {
    let mut spec = spec(dataset, roots);
    // `mhm check` names folders so.
    spec.within = spec.within.named_by("--root");
    let (mut faults, mut counted) = (Faults::default(), vec![]);
    data::audits(&spec.asks_all(), seed, &mut |part, parts, audit: Audit| {
        faults.parts = parts;
        audit.faults.iter().for_each(|fault| faults.hear(fault, part, Diagnostic::error));
        audit.remarks().iter().for_each(|remark| faults.hear(remark, part, Diagnostic::warning));
        counted.extend(audit.dataset.as_ref().map(|read| of_files(dataset, read)));
    });
    Audited { counted: if faults.are_wrong() { vec![] } else { counted }, found: faults.said(dataset) }
}

type Kind = fn(&'static str, String) -> Diagnostic;

/// What was found, each once, with the parts in which it is so.
#[derive(Default)]
struct Faults {
    all: Vec<(Fault, Kind, Vec<usize>)>,
    parts: usize,
}

impl Faults {
    fn hear(&mut self, fault: &Fault, part: usize, kind: Kind) {
        match self.all.iter_mut().find(|(known, ..)| known == fault) {
            Some((.., parts)) => parts.push(part),
            None => self.all.push((fault.clone(), kind, vec![part])),
        }
    }

    fn are_wrong(&self) -> bool {
        self.all.iter().any(|(fault, kind, _)| kind(fault.error.code.name(), String::new()).is_error())
    }

    fn said(&self, dataset: &hir::Dataset) -> Vec<Diagnostic> {
        let one = |(Fault { member, error }, kind, parts): &(Fault, Kind, Vec<usize>)| {
            let fact = |(name, text): (&str, String)| if name == "help" { text } else { format!("{name}: {text}") };
            let facts: Vec<String> = error.facts().into_iter().map(fact).collect();
            let message = format!("{}{}", error.message, self.place(parts));
            let diagnostic = at(dataset, *member, kind(error.code.name(), message));
            if facts.is_empty() { diagnostic } else { diagnostic.help(facts.join("\n")) }
        };
        let mut said: Vec<(Fault, Diagnostic)> = vec![];
        for own @ (fault, ..) in &self.all {
            // One file that cannot be read is one mistake, however many members it has.
            match said.iter_mut().find(|(known, _)| is_same_file(known, fault)) {
                Some((_, known)) => {
                    known
                        .labels
                        .extend(one(own).labels.into_iter().map(|label| Label { text: "and here".into(), ..label }));
                }
                None => said.push((fault.clone(), one(own))),
            }
        }
        said.into_iter().map(|(_, diagnostic)| diagnostic).collect()
    }

    /// In which parts something is so, if not in all.
    fn place(&self, parts: &[usize]) -> String {
        let number = parts.first().map_or(0, |part| part + 1);
        match parts.len() {
            n if n == self.parts => String::new(),
            1 => format!(", where part {number} of {} is tested", self.parts),
            n => format!(", where part {number} of {} is tested, and where {} others are", self.parts, n - 1),
        }
    }
}

/// Whether the same is wrong with the same file.
fn is_same_file(a: &Fault, b: &Fault) -> bool {
    a.error.file.is_some() && a.error == b.error
}

/// The dataset with the samples and classes of its splits, where files decide, and the groups that these cut through.
fn of_files(dataset: &hir::Dataset, read: &Dataset) -> hir::Dataset {
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
