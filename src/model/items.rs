//! Items of a program brought together in one text: each as it was written, under a name that is its own there. Owns the
//! choice of names; what a text mentions is `mentions.rs`.

use super::mentions::{Mentions, mentions};
use crate::builtin;
use crate::builtin::value::quoted;
use crate::check::names::{ItemId, Program};
use crate::hir::Argument;
use crate::span::Ident;
use crate::span::Span;
use crate::syntax::ast::{Header, Item, NetworkStmt};
use std::collections::{BTreeMap, BTreeSet};

/// Items with all they use, and what each is called.
#[derive(Debug)]
pub struct Items<'p> {
    program: &'p Program,
    /// The file of weights beside the text.
    weights: String,
    /// What is used comes before its user.
    mentions: Vec<(ItemId, Mentions<'p>)>,
    names: BTreeMap<ItemId, String>,
    /// Names that mean something else somewhere in these texts.
    taken: BTreeSet<String>,
}

impl<'p> Items<'p> {
    /// The item whose name stands at this place, given these arguments, and all that it and they use; beside a file of
    /// `weights`.
    pub fn gather(program: &'p Program, place: Span, arguments: &[&Argument], weights: String) -> Self {
        let taken = builtin::names().map(str::to_string).collect();
        let mut items = Self { program, weights, mentions: vec![], names: BTreeMap::new(), taken };
        arguments.iter().for_each(|argument| items.add_argument(argument));
        at(program, place).into_iter().for_each(|id| items.add(id));
        items.name();
        items
    }

    fn add_argument(&mut self, argument: &Argument) {
        match argument {
            Argument::Plain(text) => _ = self.taken.insert(text.clone()),
            Argument::List(items) => items.iter().for_each(|item| self.add_argument(item)),
            Argument::Call { item, arguments, .. } => {
                item.and_then(|place| at(self.program, place)).into_iter().for_each(|id| self.add(id));
                arguments.iter().for_each(|(_, argument)| self.add_argument(argument));
            }
        }
    }

    fn add(&mut self, id: ItemId) {
        if self.mentions.iter().any(|(known, _)| *known == id) {
            return;
        }
        let found = mentions(self.program, id);
        // A block inside itself is a mistake that the checker has found.
        found.found.iter().filter_map(|m| m.item).filter(|used| *used != id).for_each(|used| self.add(used));
        self.mentions.push((id, found));
    }

    /// Every item keeps its name unless another has it, or it means something else somewhere.
    fn name(&mut self) {
        let all = || self.mentions.iter().map(|(_, mentions)| mentions);
        let foreign = all().flat_map(|m| m.found.iter().filter(|m| m.item.is_none()).map(|m| m.name));
        let foreign: Vec<String> = foreign.map(str::to_string).collect();
        let seen: BTreeSet<String> = all()
            .flat_map(|m| m.found.iter().map(|m| m.name).chain(m.locals.iter().copied()))
            .map(str::to_string)
            .collect();
        self.taken.extend(foreign);
        let ids: Vec<ItemId> = self.mentions.iter().map(|(id, _)| *id).collect();
        for id in ids {
            let Some(header) = self.program.item(id).header() else { continue };
            let name = self.free(&header.name.node, &seen);
            self.names.insert(id, name);
        }
        self.taken.extend(seen);
    }

    /// The name, or the name with the first number that no one has; taken from now on.
    fn free(&mut self, name: &str, seen: &BTreeSet<String>) -> String {
        let numbered = (2..).map(|n| format!("{name}_{n}")).filter(|n| !seen.contains(n));
        let free = std::iter::once(name.to_string()).chain(numbered).find(|n| !self.taken.contains(n));
        let free = free.expect("there are more numbers than names");
        self.taken.insert(free.clone());
        free
    }

    /// A name that no item has and no text mentions.
    pub fn fresh(&mut self, name: &str) -> String {
        self.free(name, &BTreeSet::new())
    }

    /// What the item whose name stands at this place is called.
    pub fn called(&self, place: Span) -> Option<&str> {
        self.names.get(&at(self.program, place)?).map(String::as_str)
    }

    /// An argument in terms of these names.
    pub fn argument(&self, argument: &Argument) -> String {
        match argument {
            Argument::Plain(text) => text.clone(),
            Argument::List(items) => {
                format!("[{}]", items.iter().map(|i| self.argument(i)).collect::<Vec<_>>().join(", "))
            }
            Argument::Call { word, item, arguments } => {
                let name = item.and_then(|place| self.called(place)).unwrap_or(word);
                let given = arguments.iter().map(|(key, value)| match key {
                    Some(key) => format!("{key}: {}", self.argument(value)),
                    None => self.argument(value),
                });
                let given: Vec<String> = given.collect();
                if given.is_empty() { name.into() } else { format!("{name}({})", given.join(", ")) }
            }
        }
    }

    /// All of them as one text, the last one allowing these lints.
    pub fn text(&self, allow: &[Ident]) -> String {
        let last = self.mentions.last().map(|(id, _)| *id);
        let texts = self.mentions.iter().filter_map(|(id, mentions)| {
            let header = self.program.item(*id).header()?;
            let own = header.allowed();
            let allow = if Some(*id) == last { allow } else { &own };
            Some(format!("{}{}\n", heading(header, allow), self.item(*id, header, mentions)))
        });
        texts.collect::<Vec<_>>().join("\n")
    }

    /// The item as it was written, with the names it and others have here.
    fn item(&self, id: ItemId, header: &Header, mentions: &Mentions<'_>) -> String {
        let named = |(span, id): (Span, ItemId)| self.names.get(&id).map(|name| (span, name.clone()));
        let mentioned = mentions.found.iter().filter_map(|m| Some((m.span, m.item?)));
        let mut places: Vec<(Span, String)> =
            std::iter::once((header.name.span, id)).chain(mentioned).filter_map(named).collect();
        // Modules begin with what is exported beside the text.
        places.extend(beginnings(self.program.item(id)).map(|span| (span, quoted(&self.weights))));
        places.sort();
        let source = &self.program.sources.get(header.span.source).text;
        let (mut text, mut at) = (String::new(), header.span.start as usize);
        for (span, new) in places {
            text += &source[at..span.start as usize];
            text += &new;
            at = span.end as usize;
        }
        text + &source[at..header.span.end as usize]
    }
}

/// Where an item names files that its modules begin from.
fn beginnings(item: &Item) -> impl Iterator<Item = Span> {
    let body = if let Item::Network(network) = item { network.body.as_slice() } else { &[] };
    body.iter().filter_map(|stmt| match stmt {
        NetworkStmt::Module { from, .. } => from.as_ref().map(|from| from.span),
        NetworkStmt::Input { .. } | NetworkStmt::Let { .. } | NetworkStmt::Output { .. } => None,
    })
}

/// Documentation and silenced lints.
fn heading(header: &Header, allow: &[Ident]) -> String {
    let doc: String = header.doc.iter().map(|line| format!("/// {}\n", line.trim())).collect();
    let mut allowed: BTreeSet<&str> = allow.iter().map(|lint| lint.node.as_str()).collect();
    if allowed.is_empty() {
        return doc;
    }
    // What an arm has to allow may be idle in a text of its own.
    allowed.insert("unused-allow");
    format!("{doc}allow({})\n", allowed.into_iter().collect::<Vec<_>>().join(", "))
}

/// The item whose name stands at this place.
fn at(program: &Program, place: Span) -> Option<ItemId> {
    let file = program.files.iter().position(|f| f.id == place.source)?;
    let named = |item: &crate::syntax::ast::Item| item.header().is_some_and(|h| h.name.span == place);
    program.files[file].tree.items.iter().position(named).map(|item| ItemId { file, item })
}
