//! Files, and which item a name means in each. Owns the types; `names/loader.rs` reads what a file uses.

mod loader;

use crate::diagnostic::Diagnostic;
use crate::source::SourceMap;
use crate::span::{SourceId, Span};
use crate::syntax::{
    self,
    ast::{File, Item},
};
use std::collections::{BTreeMap, BTreeSet};

/// Where texts come from. The command line reads the disk, tests read a map.
pub trait Reader {
    /// The text of `schedule/Mhm` of the standard library, and the name to show for it.
    fn library(&self, path: &str) -> Option<(String, String)>;
    /// Every path of the standard library, sorted.
    fn library_paths(&self) -> Vec<String>;
    /// The text of a file, by a path relative to the file that names it; the path to show for it.
    fn file(&self, path: &str, from: &str) -> Result<(String, String), String>;
    /// The tree of a text, and what is wrong with it.
    fn parse(&self, sources: &SourceMap, id: SourceId) -> (File, Vec<Diagnostic>) {
        syntax::parse(sources, id)
    }
}

/// All files of one check: the entry first, then what it uses, each once.
#[derive(Debug, Default)]
pub struct Program {
    pub sources: SourceMap,
    pub files: Vec<Loaded>,
    /// Every path of the standard library: what an unknown name may have meant.
    pub library: Vec<String>,
    /// Names of items that could not be read: whoever uses them is not wrong, too.
    pub broken: BTreeSet<String>,
    /// Whether all files could be read whole.
    pub is_whole: bool,
    /// Why a name may be unknown: files that cannot be read, and items of a name that there is already.
    pub doubtful: Vec<Span>,
}

#[derive(Debug)]
pub struct Loaded {
    pub id: SourceId,
    pub name: String,
    pub tree: File,
    /// Names an expression of this file may use.
    pub scope: BTreeMap<String, ItemId>,
    /// Every `use` in order, and the items that it brings.
    pub brought: Vec<(Span, BTreeSet<ItemId>)>,
}

/// An item by file and position.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ItemId {
    pub file: usize,
    pub item: usize,
}

impl Program {
    pub fn item(&self, id: ItemId) -> &Item {
        &self.files[id.file].tree.items[id.item]
    }

    /// Items of the file that was named, in order.
    pub fn entry_items(&self) -> impl Iterator<Item = ItemId> + '_ {
        let count = self.files.first().map_or(0, |f| f.tree.items.len());
        (0..count).map(|item| ItemId { file: 0, item })
    }

    pub fn is_library(&self, span: Span) -> bool {
        self.sources.get(span.source).library
    }
}
