//! Every name that stands in a program and what it means: an item, something inside of one, a builtin. Owns who sees which name;
//! what a name is worth is the checker's.

mod walk;

pub use walk::declared as walk_declared;
pub use walk::resolved;

use crate::check::names::{ItemId, Program};
use crate::span::{SourceId, Span};
use walk::Walk;

/// What a name stands for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Meaning {
    Item(ItemId),
    /// Something that an item declares.
    Inside {
        item: ItemId,
        what: What,
        name: String,
    },
    Builtin(&'static str),
}

/// What an item can declare.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum What {
    Parameter,
    Input,
    Module,
    Value,
    Output,
    /// Of a loop over folds.
    Variable,
    Phase,
    Modality,
    Target,
    Group,
    Split,
    Detection,
    Metric,
    Axis,
    /// What is chosen.
    Setting,
    /// A value of an axis.
    Label,
    Reference,
}

impl What {
    /// As a person calls it.
    pub fn noun(self) -> &'static str {
        match self {
            Self::Parameter => "parameter",
            Self::Input => "input",
            Self::Module => "module",
            Self::Value => "value",
            Self::Output => "output",
            Self::Variable => "fold variable",
            Self::Phase => "phase",
            Self::Modality => "modality",
            Self::Target => "target",
            Self::Group => "group",
            Self::Split => "split",
            Self::Detection => "detections",
            Self::Metric => "metric",
            Self::Axis => "axis",
            Self::Setting => "setting that is chosen",
            Self::Label => "value of an axis",
            Self::Reference => "reference",
        }
    }
}

/// A name where it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Mention {
    pub span: Span,
    pub meaning: Meaning,
    pub role: MentionRole,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MentionRole {
    Declares,
    Uses,
}

/// All names of a program, by their places.
#[derive(Clone, Debug, Default)]
pub struct Names {
    mentions: Vec<Mention>,
}

impl Names {
    pub fn of(program: &Program) -> Self {
        let mut mentions: Vec<Mention> = (0..program.files.len()).flat_map(|file| Walk::file(program, file)).collect();
        mentions.sort_by_key(|mention| mention.span);
        mentions.dedup_by_key(|mention| mention.span);
        Self { mentions }
    }

    /// The name at an offset, or that ends there.
    pub fn at(&self, source: SourceId, offset: usize) -> Option<&Mention> {
        let offset = offset as u32;
        let behind = self.mentions.partition_point(|m| (m.span.source, m.span.start) <= (source, offset));
        let near = self.mentions[..behind].iter().rev().take(2);
        near.into_iter().find(|m| m.span.source == source && m.span.start <= offset && offset <= m.span.end)
    }

    /// Of one text, in their order.
    pub fn inside(&self, source: SourceId) -> impl Iterator<Item = &Mention> {
        self.mentions.iter().filter(move |mention| mention.span.source == source)
    }

    /// Wherever a meaning is named.
    pub fn all<'n>(&'n self, meaning: &'n Meaning) -> impl Iterator<Item = &'n Mention> {
        self.mentions.iter().filter(move |mention| mention.meaning == *meaning)
    }

    /// Where it is declared.
    pub fn declaration(&self, meaning: &Meaning) -> Option<Span> {
        self.all(meaning).find(|mention| mention.role == MentionRole::Declares).map(|mention| mention.span)
    }
}
