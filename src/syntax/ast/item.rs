//! A file and its items; an alias gives one a second name.

use super::dataset::Dataset;
use super::experiment::Experiment;
use super::expr::Expr;
use super::header::Header;
use super::network::{Block, Network};
use super::pipeline::Pipeline;
use super::schedule::Schedule;
use crate::span::{Ident, Span, Spanned};

/// One file: items in order. Comments are not in the tree; the printer takes them from the text.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct File {
    pub items: Vec<Item>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Item {
    Use(Use),
    Block(Block),
    Alias(Alias),
    Network(Network),
    Schedule(Schedule),
    Dataset(Dataset),
    Pipeline(Pipeline),
    Experiment(Experiment),
}

/// `use std.schedule.Mhm` or `use "./mine.mhm"`.
#[derive(Clone, Debug, PartialEq)]
pub struct Use {
    /// `allow(unused-use)` before it.
    pub allow: Vec<Ident>,
    pub path: UsePath,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub enum UsePath {
    /// `std.schedule.Mhm`, or `std.schedule.*` for all of a folder (last part `*`).
    Library(Vec<Ident>),
    /// A file beside the one that names it.
    File(Spanned<String>),
}

/// `dataset near = TwoMoons(noise: 0.1)`: a name for an item with some of its arguments given. It has no parameters of its
/// own; what is passed to it goes on to the item.
#[derive(Clone, Debug, PartialEq)]
pub struct Alias {
    pub header: Header,
    pub kind: Spanned<ItemKind>,
    pub value: Expr,
}

/// Kinds of item that can have a second name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ItemKind {
    Network,
    Schedule,
    Dataset,
    Pipeline,
    Experiment,
}

impl ItemKind {
    /// Its keyword.
    pub fn name(self) -> &'static str {
        match self {
            ItemKind::Network => "network",
            ItemKind::Schedule => "schedule",
            ItemKind::Dataset => "dataset",
            ItemKind::Pipeline => "pipeline",
            ItemKind::Experiment => "experiment",
        }
    }
}

impl Item {
    /// What it is, as messages call it: the keyword of its kind.
    pub fn noun(&self) -> &'static str {
        match self {
            Item::Use(_) => "use",
            Item::Block(_) => "block",
            Item::Alias(alias) => alias.kind.node.name(),
            Item::Network(_) => "network",
            Item::Schedule(_) => "schedule",
            Item::Dataset(_) => "dataset",
            Item::Pipeline(_) => "pipeline",
            Item::Experiment(_) => "experiment",
        }
    }

    /// The lints that `allow(…)` before it names.
    pub fn allow(&self) -> &[Ident] {
        match self {
            Item::Use(item) => &item.allow,
            named => named.header().map_or(&[], |header| &header.allow),
        }
    }

    /// The header of a named item; `use` has none.
    pub fn header(&self) -> Option<&Header> {
        match self {
            Item::Use(_) => None,
            Item::Block(i) => Some(&i.header),
            Item::Alias(i) => Some(&i.header),
            Item::Network(i) => Some(&i.header),
            Item::Schedule(i) => Some(&i.header),
            Item::Dataset(i) => Some(&i.header),
            Item::Pipeline(i) => Some(&i.header),
            Item::Experiment(i) => Some(&i.header),
        }
    }
    /// Of an alias, that of the item it stands for; `use` and blocks have none.
    pub fn kind(&self) -> Option<ItemKind> {
        match self {
            Item::Use(_) | Item::Block(_) => None,
            Item::Alias(alias) => Some(alias.kind.node),
            Item::Network(_) => Some(ItemKind::Network),
            Item::Schedule(_) => Some(ItemKind::Schedule),
            Item::Dataset(_) => Some(ItemKind::Dataset),
            Item::Pipeline(_) => Some(ItemKind::Pipeline),
            Item::Experiment(_) => Some(ItemKind::Experiment),
        }
    }
}
