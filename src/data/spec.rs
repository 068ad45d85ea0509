//! What a dataset is made of, as the checker hands it over: no names to resolve, no places in a text.

use super::within::Folders;
use crate::builtin::dataset::{Generator, Preparation, Source, SplitRule, Transform, decides};
use crate::builtin::{Asked, Holds, Presence, TargetKind};
use crate::split::SplitName;
use std::path::PathBuf;
use std::sync::Arc;

/// The description of a dataset.
#[derive(Clone, Debug)]
pub struct DataSpec {
    pub name: String,
    /// A folder, or the file that sources without a file of their own read.
    pub root: Option<PathBuf>,
    /// Where its files may lie.
    pub within: Folders,
    pub generator: Option<Arc<dyn Generator>>,
    pub modalities: Vec<ModalitySpec>,
    pub targets: Vec<TargetSpec>,
    pub groups: Vec<GroupSpec>,
    pub splits: Vec<SplitSpec>,
    /// Of cross-validation the part whose turn it is, from 0; without, nothing hangs on it.
    pub part: usize,
    /// Bytes of each modality that are kept in memory: no bit of any result depends on it.
    pub kept: u64,
}

#[derive(Clone, Debug)]
pub struct ModalitySpec {
    pub name: String,
    /// Axes of one sample.
    pub shape: Vec<usize>,
    /// Joined along the samples.
    pub sources: Vec<Arc<dyn Source>>,
    /// In the order they are applied.
    pub transforms: Vec<Arc<dyn Preparation>>,
    /// What its reader takes it for.
    pub holds: Holds,
}

#[derive(Clone, Debug)]
pub struct TargetSpec {
    pub name: String,
    pub kind: TargetKind,
    /// Joined along the samples.
    pub sources: Vec<Arc<dyn Source>>,
    /// In the order they are applied.
    pub transforms: Vec<Arc<dyn Preparation>>,
}

#[derive(Clone, Debug)]
pub struct GroupSpec {
    pub name: String,
    /// Joined along the samples.
    pub sources: Vec<Arc<dyn Source>>,
    /// What leaves samples out that have none, or says that rows are those at which groups begin.
    pub transforms: Vec<Arc<dyn Preparation>>,
    /// Whether drawn splits and folds keep its samples together.
    pub kept: bool,
}

#[derive(Clone, Debug)]
pub struct SplitSpec {
    pub name: SplitName,
    pub rule: SplitRule,
}

/// Class ids are kept in 32-bit floats, exact up to here; samples of a generator are limited to the same.
pub const LARGEST: usize = 1 << 24;
/// Numbers one sample may have in one modality.
pub const WIDEST: usize = 1 << 28;

/// One modality or target of a description.
#[derive(Debug)]
pub struct Column<'s> {
    pub member: Member,
    pub name: &'s str,
    /// Of a target.
    pub kind: Option<&'s TargetKind>,
    pub axes: Vec<usize>,
    pub sources: &'s [Arc<dyn Source>],
    pub transforms: &'s [Arc<dyn Preparation>],
}

/// Which part of the `dataset` item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Member {
    /// The item itself, or its `from`.
    Dataset,
    Modality(usize),
    Target(usize),
    Group(usize),
    Split(usize),
}

impl Member {
    /// "modality `audio`".
    pub fn named(self, spec: &DataSpec) -> String {
        let name = match self {
            Member::Dataset => spec.name.as_str(),
            Member::Modality(i) => &spec.modalities[i].name,
            Member::Target(i) => &spec.targets[i].name,
            Member::Group(i) => &spec.groups[i].name,
            Member::Split(i) => &spec.splits[i].name,
        };
        format!("{} `{name}`", self.noun())
    }

    /// The word that declares it.
    pub fn noun(self) -> &'static str {
        match self {
            Member::Dataset => "dataset",
            Member::Modality(_) => "modality",
            Member::Target(_) => "target",
            Member::Group(_) => "group",
            Member::Split(_) => "split",
        }
    }
}

impl DataSpec {
    /// The same without `standardize`, and what comes behind it.
    pub fn raw(&self) -> Self {
        let alone = |p: &&Arc<dyn Preparation>| !p.transform().learns();
        let bare = |m: &ModalitySpec| ModalitySpec {
            transforms: m.transforms.iter().take_while(alone).cloned().collect(),
            ..m.clone()
        };
        Self { modalities: self.modalities.iter().map(bare).collect(), ..self.clone() }
    }

    /// Adds what networks ask of modalities, each once.
    #[must_use]
    pub fn asked<'a>(mut self, all: impl IntoIterator<Item = &'a Asked>) -> Self {
        for asked in all {
            let name = asked.to_string();
            let own = self.modalities.iter().find(|m| m.name == asked.modality);
            if let Some(answer) = own.map(|own| own.answer(asked))
                && self.modalities.iter().all(|m| m.name != name)
            {
                self.modalities.push(answer);
            }
        }
        self
    }

    /// Asks every modality that may be missing which samples have it, and which steps.
    #[must_use]
    pub fn asks_all(self) -> Self {
        let asks = |m: &ModalitySpec| {
            let asked = |presence| Asked { presence, modality: m.name.clone() };
            let steps = (m.shape.len() > 1).then_some(Presence::Steps);
            [Some(Presence::Sample), steps].into_iter().flatten().map(asked).collect::<Vec<_>>()
        };
        let all: Vec<Asked> = self.modalities.iter().filter(|m| m.may_lack()).flat_map(asks).collect();
        self.asked(&all)
    }

    /// The same with nothing asked.
    #[must_use]
    pub fn unasked(mut self) -> Self {
        self.modalities.retain(|m| Asked::read(&m.name).is_none());
        self
    }

    /// Names of modalities that are kept in memory whole: those that others ask, and answers.
    pub fn whole(&self) -> Vec<&str> {
        let answers = self.modalities.iter().map(|m| m.name.as_str()).filter(|name| Asked::read(name).is_some());
        self.modalities.iter().flat_map(ModalitySpec::masks).chain(answers).collect()
    }

    /// Modalities, then targets.
    pub fn columns(&self) -> Vec<Column<'_>> {
        let modalities = self.modalities.iter().enumerate().map(|(i, m)| Column {
            member: Member::Modality(i),
            name: &m.name,
            kind: None,
            axes: m.shape.clone(),
            sources: &m.sources,
            transforms: &m.transforms,
        });
        let targets = self.targets.iter().enumerate().map(|(i, t)| Column {
            member: Member::Target(i),
            name: &t.name,
            kind: Some(&t.kind),
            axes: t.kind.shape(),
            sources: &t.sources,
            transforms: &t.transforms,
        });
        modalities.chain(targets).collect()
    }
}

impl GroupSpec {
    /// Whether its file has the rows at which groups begin.
    pub fn is_of_offsets(&self) -> bool {
        self.transforms.iter().any(|p| matches!(p.transform(), Transform::Offsets))
    }
}

impl ModalitySpec {
    /// The modalities that say which steps are real.
    pub fn masks(&self) -> impl Iterator<Item = &str> {
        self.transforms.iter().filter_map(|p| p.transform().mask())
    }

    /// Whether something says which of its values are missing. An answer has them all.
    pub fn may_lack(&self) -> bool {
        Asked::read(&self.name).is_none()
            && self.transforms.iter().any(|p| matches!(p.transform(), Transform::Missing(_)))
    }

    /// Whether it has a say in which samples there are, or in which order.
    pub fn decides(&self) -> bool {
        decides(&self.sources, &self.transforms)
    }

    /// The answer to what is asked of this one, as a modality.
    fn answer(&self, asked: &Asked) -> Self {
        Self {
            name: asked.to_string(),
            shape: asked.axes(&self.shape),
            sources: self.sources.clone(),
            transforms: asked.transforms(&self.transforms, &self.shape),
            holds: Holds::Mask,
        }
    }
}
